//! Whether the graph says what a sentence claims, and whether the cited edges show it.
//!
//! Both are recomputed here, by other means than those by which the writer found the facts and chose the edges.

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Reading;
use crate::kg::search::answers;
use crate::kg::search::denials;
use crate::kg::search::holds;
use crate::kg::search::supports;
use crate::kg::statistics::lower_bound;
use crate::mine::citation::Triple;
use crate::mine::path::PROOF_BUDGET;
use crate::synth::Claim;
use crate::synth::Fact;
use crate::synth::Item;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::Step;
use crate::synth::how_often;
use crate::verify::Context;
use crate::verify::parts;

/// Why a claim is not true; `None` if it is.
pub(super) fn falsehood(context: Context<'_>, item: &Item, claim: &Claim) -> Option<String> {
    let graph = context.graph;
    match claim {
        Claim::Fact(fact) => fact_falsehood(context, item, fact),
        Claim::NoOtherPath(ends) => {
            // That there is none is recomputed where the answer is.
            let is_asked = item.question.is_path() && item.pattern.anchors() == ends;
            (!is_asked).then(|| "it speaks of other ends than the question".to_owned())
        }
        Claim::NoAnswer { given } => {
            let found = answers(graph, &item.pattern, Reading::Loose, PROOF_BUDGET);
            if found.is_ok_and(|found| found.is_empty()) {
                (*given != item.pattern.anchors()).then(|| "it speaks of something else than the question".to_owned())
            } else {
                Some("something may be an answer".to_owned())
            }
        }
        Claim::Order { ranked, relation, among } => order_falsehood(context, item, (ranked, *relation, among)),
        Claim::Answer { given, nodes } => {
            let mut sorted = nodes.clone();
            sorted.sort_unstable();
            if sorted != item.answer {
                let named: Vec<&str> = nodes.iter().map(|&node| graph.label(node)).collect();
                return Some(format!("`{}` is not the answer", named.join("`, `")));
            }
            let is_asked = given.is_empty() || *given == item.pattern.anchors();
            (!is_asked).then(|| "what it starts from is not what the question gives, in its order".to_owned())
        }
    }
}

/// Why an order is not that of the counts, or not the one that is asked for.
fn order_falsehood(
    context: Context<'_>,
    item: &Item,
    (ranked, relation, among): (&[NodeId], RelationId, &[NodeId]),
) -> Option<String> {
    let graph = context.graph;
    let offered =
        item.keys.iter().filter_map(|&at| item.options.get(at)).flat_map(|option| option.nodes.iter().copied());
    if !offered.eq(ranked.iter().copied()) || item.pattern.anchors() != among {
        return Some("it is not the order that the question asks for".to_owned());
    }
    let count =
        |node: NodeId, reading| among.iter().filter(|&&one| holds(graph, reading, (node, relation, one))).count();
    let is_level = |pair: &&[NodeId]| count(pair[0], Reading::Strict) <= count(pair[1], Reading::Loose);
    let level = ranked.windows(2).find(is_level)?;
    Some(format!("`{}` may have as many as `{}`", graph.label(level[1]), graph.label(level[0])))
}

fn fact_falsehood(context: Context<'_>, item: &Item, fact: &Fact) -> Option<String> {
    let graph = context.graph;
    if fact.subjects.is_empty() || fact.objects.is_empty() {
        return Some("it is about nothing".to_owned());
    }
    let spoken = fact.subjects.iter().filter_map(|&spoken| tie(graph, spoken));
    if let Some((gene, _, disease)) = spoken.into_iter().find(|&tie| !holds(graph, Reading::Strict, tie)) {
        return Some(format!("`{}` is no gene of `{}`", graph.label(gene), graph.label(disease)));
    }
    triples(fact).into_iter().find_map(|triple| {
        let (subject, _, object) = triple;
        let fault = match fact.sense {
            Sense::Holds => (!holds(graph, Reading::Strict, triple)).then_some("is not recorded"),
            Sense::Often(word) => {
                let bound = lower_bound(graph, subject, object).filter(|_| holds(graph, Reading::Strict, triple));
                let is_so = Some(fact.relation) == parts::relation(graph, "has_phenotype")
                    && bound.is_some_and(|bound| how_often(bound) == word);
                (!is_so).then_some("is not recorded so often")
            }
            Sense::Only if !holds(graph, Reading::Strict, triple) => Some("is not recorded"),
            Sense::Only => has_other(context, item, fact, object).then_some("is not all that the options have"),
            Sense::NotRecorded => holds(graph, Reading::Loose, triple).then_some("may be recorded"),
            Sense::Denied => (denying(graph, triple).is_empty()).then_some("is denied by nothing"),
        };
        let relation = &graph.relation(fact.relation).name;
        fault.map(|fault| format!("`{} -{relation}-> {}` {fault}", graph.label(subject), graph.label(object)))
    })
}

/// The triple that ties a gene to the disease through which it is spoken of.
fn tie(graph: &Graph, spoken: Spoken) -> Option<Triple> {
    Some((spoken.node, parts::relation(graph, "associated_with")?, spoken.through?))
}

pub(super) fn triples(fact: &Fact) -> Vec<Triple> {
    let subjects = fact.subjects.iter();
    subjects.flat_map(|spoken| fact.objects.iter().map(|&object| (spoken.bearer(), fact.relation, object))).collect()
}

/// Whether an option that is not named has it too, or what is named is no option.
pub(super) fn has_other(context: Context<'_>, item: &Item, fact: &Fact, object: NodeId) -> bool {
    let options = || item.options.iter().flat_map(|option| option.nodes.iter().copied());
    let is_named = |node: &NodeId| fact.subjects.iter().any(|spoken| spoken.node == *node);
    let has_it = |node: NodeId| {
        let mut bearers = parts::diseases_of(context, node).into_iter();
        bearers.any(|bearer| holds(context.graph, Reading::Strict, (bearer, fact.relation, object)))
    };
    let are_options = fact.subjects.iter().all(|spoken| options().any(|node| node == spoken.node));
    !are_options || options().filter(|node| !is_named(node)).any(has_it)
}

/// The edges by which a triple is denied: negative ones, or those that give a functional relation another value.
pub(super) fn denying(graph: &Graph, triple: Triple) -> Vec<EdgeId> {
    let (subject, relation, object) = triple;
    let negative = denials(graph, triple);
    if !negative.is_empty() || !graph.relation(relation).is_functional {
        return negative;
    }
    let taxonomy = graph.taxonomy();
    let values = graph.objects(subject, relation);
    let is_other = |value: NodeId| !taxonomy.is_kind_of(value, object) && !taxonomy.is_kind_of(object, value);
    if values.iter().all(|to| is_other(to.node)) { values.iter().map(|to| to.edge).collect() } else { Vec::new() }
}

/// A triple that a step claims, with the edges from which it follows.
struct Backed {
    triple: Triple,
    edges: Vec<EdgeId>,
}

/// What is wrong with the edges that a step cites: a claim that they do not show, or an edge that shows nothing.
pub(super) fn miscited(context: Context<'_>, item: &Item, step: &Step) -> Option<String> {
    let graph = context.graph;
    let claimed: Vec<Backed> = step.claims.iter().flat_map(|claim| backed(graph, claim)).collect();
    if let Some(bare) = claimed.iter().find(|backed| !is_shown(graph, &step.edges, backed)) {
        let (subject, relation, object) = bare.triple;
        let (subject, object) = (graph.label(subject), graph.label(object));
        return Some(format!("shows `{subject} -{}-> {object}` by no edge", graph.relation(relation).name));
    }
    let sums_up = step.claims.iter().any(|claim| !matches!(claim, Claim::Fact(_)));
    let is_of_use = |edge: EdgeId| {
        claimed.iter().any(|backed| backed.edges.contains(&edge) || is_between(graph, &step.edges, backed, edge))
            || sums_up && item.path.iter().any(|hop| hop.edge == edge)
    };
    let stray = step.edges.iter().find(|&&edge| !is_of_use(edge))?;
    Some(format!("cites `{}`, which shows nothing that it says", graph.arrow(*stray)))
}

/// What a claim has to show: that something is not recorded no edge can.
fn backed(graph: &Graph, claim: &Claim) -> Vec<Backed> {
    let strictly = |triple| Backed { triple, edges: supports(graph, Reading::Strict, triple) };
    let fact = match claim {
        Claim::Fact(fact) => fact,
        // What is counted is what holds.
        Claim::Order { ranked, relation, among } => {
            let all = ranked.iter().flat_map(|&node| among.iter().map(move |&one| (node, *relation, one)));
            return all.filter(|&triple| holds(graph, Reading::Strict, triple)).map(strictly).collect();
        }
        Claim::NoOtherPath(_) | Claim::NoAnswer { .. } | Claim::Answer { .. } => return Vec::new(),
    };
    let mut all: Vec<Backed> = match fact.sense {
        // The gene is tied to its disease where something is said to hold of it.
        Sense::NotRecorded => Vec::new(),
        Sense::Denied => {
            triples(fact).into_iter().map(|triple| Backed { triple, edges: denying(graph, triple) }).collect()
        }
        Sense::Holds | Sense::Often(_) | Sense::Only => triples(fact).into_iter().map(strictly).collect(),
    };
    if !all.is_empty() {
        all.extend(fact.subjects.iter().filter_map(|&spoken| tie(graph, spoken)).map(strictly));
    }
    all
}

/// Whether the cited edges alone show a triple.
fn is_shown(graph: &Graph, cited: &[EdgeId], backed: &Backed) -> bool {
    let (subject, relation, object) = backed.triple;
    let row = graph.relation(relation);
    if row.is_taxonomic {
        return climbs(graph, cited, subject, object);
    }
    if row.is_transitive {
        return !backed.edges.is_empty() && backed.edges.iter().all(|edge| cited.contains(edge));
    }
    let are_tied = |left, right| climbs(graph, cited, left, right) || climbs(graph, cited, right, left);
    cited.iter().filter(|edge| backed.edges.contains(edge)).any(|&edge| {
        let ends = graph.edge(edge);
        let is_so = |from, to| are_tied(subject, from) && are_tied(object, to);
        let is_another_value = row.is_functional && ends.relation == relation && ends.subject == subject;
        is_so(ends.subject, ends.object) || row.is_symmetric && is_so(ends.object, ends.subject) || is_another_value
    })
}

/// Whether cited edges lead from a node up to another, or the two are one.
fn climbs(graph: &Graph, cited: &[EdgeId], from: NodeId, to: NodeId) -> bool {
    let mut reached = vec![from];
    let mut at = 0;
    while let Some(&node) = reached.get(at) {
        at += 1;
        let above = cited.iter().map(|&edge| graph.edge(edge));
        let above = above.filter(|edge| edge.subject == node && graph.relation(edge.relation).is_taxonomic);
        for edge in above {
            if !reached.contains(&edge.object) {
                reached.push(edge.object);
            }
        }
    }
    reached.contains(&to)
}

/// Whether an edge is a link of a chain of kinds between what a cited edge states and what is claimed.
fn is_between(graph: &Graph, cited: &[EdgeId], backed: &Backed, edge: EdgeId) -> bool {
    let link = graph.edge(edge);
    if !graph.relation(link.relation).is_taxonomic {
        return false;
    }
    let is_kind_of = |node, above| graph.taxonomy().is_kind_of(node, above);
    let lies_in = |low, high| is_kind_of(low, link.subject) && is_kind_of(link.object, high);
    let (subject, _, object) = backed.triple;
    cited.iter().filter(|edge| backed.edges.contains(edge)).any(|&stated| {
        let ends = graph.edge(stated);
        let mut pairs =
            [subject, object].into_iter().flat_map(|claimed| [(claimed, ends.subject), (claimed, ends.object)]);
        pairs.any(|(claimed, stated)| lies_in(claimed, stated) || lies_in(stated, claimed))
    })
}
