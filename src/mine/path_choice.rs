//! Which of four chains connects two ends: the wrong ones, and why they are wrong.
//!
//! Whoever makes the wrong options of one right one gives it away: it is the one that has most in common with the
//! others. So the path is cut in two, and so is a chain of the same kinds that connects another pair; head and tail of
//! the one and of the other make four chains, in which each half stands twice. Each wrong one fails at least two of its
//! hops, and between the ends of a hop that it fails nothing at all is recorded.

use serde::Deserialize;

use crate::kg::CategoryId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Clause;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::holds;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::citation::Triple;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::mine::drug;
use crate::mine::kin::are_kin;
use crate::mine::option_name::is_usable;
use crate::mine::path::nodes;

/// What is asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathAsks {
    /// What lies between its ends.
    #[default]
    Links,
    /// Which of four chains does.
    Choice,
}

/// How many hops a wrong chain fails at least: one gap proves too little.
pub const MIN_FAILED_HOPS: usize = 2;
/// Among so many chains of other pairs one is looked for.
const MAX_TRIED: usize = 40;

/// A chain that connects another pair: the nodes between its ends, and what tells whether it is like another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chain {
    /// The nodes, in the order of telling.
    pub(super) inner: Vec<NodeId>,
    /// Categories of the inner nodes; relation and direction of each hop between them. What the ends do is told of the
    /// other ends anyway.
    kinds: (Vec<CategoryId>, Vec<(RelationId, bool)>),
}

impl Chain {
    /// The chain of a path.
    pub(super) fn of(graph: &Graph, path: &[Hop]) -> Self {
        let all = nodes(graph, path);
        let inner = all.get(1..all.len().saturating_sub(1)).unwrap_or(&[]).to_vec();
        let categories = inner.iter().map(|&node| graph.node(node).category).collect();
        let between = path.get(1..path.len().saturating_sub(1)).unwrap_or(&[]);
        let relations = between.iter().map(|hop| (graph.edge(hop.edge).relation, hop.is_forward)).collect();
        Self { inner, kinds: (categories, relations) }
    }
}

/// The same candidate, asked for as one of four chains.
///
/// # Errors
///
/// [`DeadEnd`] if no chain of another pair gives wrong ones that are proved.
///
/// # Complexity
///
/// O(relations) loose look-ups for each hop of at most 40 chains.
pub(super) fn choice<'c>(
    graph: &Graph,
    candidate: Candidate,
    pool: impl Iterator<Item = &'c Chain>,
) -> Result<Candidate, DeadEnd> {
    let own = Chain::of(graph, &candidate.path);
    let found = pool
        .filter(|chain| chain.kinds == own.kinds)
        .take(MAX_TRIED)
        .find_map(|chain| (1..own.inner.len()).find_map(|cut| wrong_chains(graph, &candidate, &own, (chain, cut))));
    let others = found.ok_or(DeadEnd("no chain of another pair makes wrong options that are proved"))?;
    Ok(Candidate { question: Question::PathChoice { others }, ..candidate })
}

/// The three wrong chains that two paths, cut at one place, make; `None` unless all are proved and apart.
fn wrong_chains(
    graph: &Graph,
    candidate: &Candidate,
    own: &Chain,
    (other, cut): (&Chain, usize),
) -> Option<Vec<Vec<NodeId>>> {
    let all = nodes(graph, &candidate.path);
    let ends = [*all.first()?, *all.last()?];
    let offered: Vec<NodeId> = own.inner.iter().chain(&other.inner).copied().collect();
    if !are_apart(graph, &offered, ends) {
        return None;
    }
    let (head, tail) = own.inner.split_at(cut);
    let (other_head, other_tail) = other.inner.split_at(cut);
    let wrong = [[head, other_tail].concat(), [other_head, tail].concat(), other.inner.clone()];
    let fails = |chain: &Vec<NodeId>| failed_hops(graph, &candidate.pattern.clauses, (ends, chain)).is_some();
    (wrong.iter().all(fails) && wrong.iter().all(|chain| fails_in_any_order(graph, &candidate.pattern.clauses, chain)))
        .then(|| wrong.to_vec())
}

/// Whether nodes that stand in different options are different things by node, kind and name, and none is an end that is
/// told.
pub fn are_apart(graph: &Graph, offered: &[NodeId], ends: [NodeId; 2]) -> bool {
    let is_kind = |left, right| graph.taxonomy().is_kind_of(left, right) || graph.taxonomy().is_kind_of(right, left);
    let told = |node: NodeId| -> Vec<String> {
        stems(graph.label(node)).into_iter().filter(|stem| !is_common_stem(stem)).collect()
    };
    let is_usable = |node: NodeId| graph.category(node) != "Disease" || is_usable(graph, node).is_ok();
    offered.iter().enumerate().all(|(at, &node)| {
        let near = offered[..at].iter().any(|&before| {
            let both = told(before);
            node == before
                || graph.twins(node).contains(&before)
                || is_kind(node, before)
                || graph.category(node) == graph.category(before) && told(node).iter().any(|stem| both.contains(stem))
        });
        !near && !ends.contains(&node) && is_usable(node) && drug::is_plain(graph, node)
    })
}

/// The hops that a chain fails, as positions of clauses in rising order: what it says of them does not hold even loosely,
/// nor is anything else recorded between the two nodes, or the same between the one and a disease that is kin to the other.
///
/// `None` if the chain may connect the ends after all: it fails fewer than two, or one of them is in doubt.
pub fn failed_hops(graph: &Graph, clauses: &[Clause], (ends, chain): ([NodeId; 2], &[NodeId])) -> Option<Vec<usize>> {
    let mut failed = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        let triple = filled(clause, chain)?;
        if holds(graph, Reading::Loose, triple) {
            continue;
        }
        if is_in_doubt(graph, triple) || at == 0 && may_act(graph, ends[0], triple) {
            return None;
        }
        failed.push(at);
    }
    (failed.len() >= MIN_FAILED_HOPS).then_some(failed)
}

/// Whether the nodes of a chain fail at least two clauses in whichever order they are put: an option is a set.
pub fn fails_in_any_order(graph: &Graph, clauses: &[Clause], chain: &[NodeId]) -> bool {
    let mut orders = vec![Vec::new()];
    for &model in chain {
        let next = |order: &Vec<NodeId>| -> Vec<Vec<NodeId>> {
            let fits = |node: &&NodeId| !order.contains(node) && graph.category(**node) == graph.category(model);
            chain.iter().filter(fits).map(|&node| [&order[..], &[node]].concat()).collect()
        };
        orders = orders.iter().flat_map(next).collect();
    }
    orders.iter().all(|order| {
        let triples = clauses.iter().filter_map(|clause| filled(clause, order));
        triples.filter(|&triple| !holds(graph, Reading::Loose, triple)).count() >= MIN_FAILED_HOPS
    })
}

/// A clause with the nodes of a chain in the place of its variables; `None` if the chain is too short.
pub fn filled(clause: &Clause, chain: &[NodeId]) -> Option<Triple> {
    let value = |term: Term| match term {
        Term::Node(node) => Some(node),
        Term::Variable(variable) => chain.get(variable.position()?).copied(),
    };
    Some((value(clause.subject)?, clause.relation, value(clause.object)?))
}

/// Whether something else is recorded between the two nodes, or what is claimed holds of a disease that is kin to one.
fn is_in_doubt(graph: &Graph, (subject, relation, object): Triple) -> bool {
    let positive = graph.relations().iter().filter(|(_, row)| !row.is_negative());
    let is_tied = positive.map(|(id, _)| id).any(|other| {
        holds(graph, Reading::Loose, (subject, other, object)) || holds(graph, Reading::Loose, (object, other, subject))
    });
    let is_disease = |node: NodeId| graph.category(node) == "Disease";
    let subjects = || graph.subjects(object, relation).nodes().iter();
    let objects = || graph.objects(subject, relation).nodes().iter();
    is_tied
        || is_disease(subject) && subjects().any(|&other| is_disease(other) && are_kin(graph, other, subject))
        || is_disease(object) && objects().any(|&other| is_disease(other) && are_kin(graph, other, object))
}

/// Whether a drug that the chain starts from may act on what it is said to act on.
fn may_act(graph: &Graph, first: NodeId, (subject, _, object): Triple) -> bool {
    subject == first
        && graph.category(first) == "Drug"
        && drug::acts_on_the_like_of(graph, &drug::actions(graph, first), object)
}
