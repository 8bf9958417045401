//! Whether a wrong thinking path is wrong, and from where on.
//!
//! A label that says "this step is wrong" is worth what its proof is worth. So a path is kept only if every step before
//! the first wrong one is the item's own, which the checks have proved, and if the graph refutes what the wrong one
//! says: by an edge that denies it, by an edge that holds what it denies, because the arrow points the other way, or
//! because nothing in the graph makes it so even under the loose reading. That something merely is not proved refutes
//! nothing. Like all that is proved here, it is proved of this graph.

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine;
use crate::mine::Question;
use crate::mine::citation::Triple;
use crate::mine::citation::citation;
use crate::mine::is_nearly_stated;
use crate::mine::kin::are_kin;
use crate::seed::Seed;
use crate::synth::Claim;
use crate::synth::Corruption;
use crate::synth::CorruptionKind;
use crate::synth::Fact;
use crate::synth::Item;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::verify::Context;
use crate::verify::checks::mistold;
use crate::verify::claims::denying;
use crate::verify::claims::has_other;
use crate::verify::claims::triples;
use crate::verify::parts;
use crate::verify::reading::Names;
use crate::verify::sense::misread;

const NOT_REFUTED: Code = Code("V501");
const NOT_THE_ITEMS: Code = Code("V502");
const MISREAD: Code = Code("V503");
const OF_ANOTHER_SOURCE: Code = Code("V504");

/// By what a claim is refuted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The graph denies it: by a negative edge, or by another value of a functional relation.
    Denied,
    /// The graph holds what it denies, or holds it of an option that it passes over.
    Held,
    /// The arrow points the other way, and the relation is not symmetric.
    Turned,
    /// Nothing in the graph makes it so, not even under the loose reading.
    NotRecorded,
    /// The facts told before it do not join the two ends.
    NotConnected,
    /// The pattern has another answer.
    NotTheAnswer,
}

impl Ground {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Held => "held",
            Self::Turned => "turned",
            Self::NotRecorded => "not_recorded",
            Self::NotConnected => "not_connected",
            Self::NotTheAnswer => "not_the_answer",
        }
    }
}

/// The proof that a step is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refutation {
    /// Which of the step's claims is refuted: the first that edges refute, else the first that is.
    pub claim: usize,
    /// By what.
    pub ground: Ground,
    /// The edges that refute it, sorted; empty where nothing in the graph is the proof.
    pub edges: Vec<EdgeId>,
}

/// A wrong path with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuted {
    /// The path.
    pub corruption: Corruption,
    /// Why its first wrong step is wrong.
    pub refutation: Refutation,
}

/// The wrong paths of an item, and what became of those that were tried: each is kept or dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrupted {
    /// Those that are proved wrong.
    pub refuted: Vec<Refuted>,
    /// How many were dropped, by code.
    pub dropped: BTreeMap<&'static str, u64>,
}

/// Keeps the first so many of an item's wrong paths that are proved wrong: one of each kind, then others.
///
/// # Complexity
///
/// That of reading a path back, for each that is tried.
pub fn corrupted(context: Context<'_>, item: &Item, proposed: &[Corruption], per_item: usize) -> Corrupted {
    let mut outcome = Corrupted::default();
    let mut left = Vec::new();
    let mut kinds: Vec<CorruptionKind> = Vec::new();
    for is_again in [false, true] {
        let these = if is_again { std::mem::take(&mut left) } else { proposed.iter().collect() };
        for corruption in these {
            if outcome.refuted.len() == per_item {
                return outcome;
            }
            if !is_again && kinds.contains(&corruption.kind) {
                left.push(corruption);
                continue;
            }
            match refute(context, item, corruption) {
                Ok(refutation) => {
                    kinds.push(corruption.kind);
                    outcome.refuted.push(Refuted { corruption: corruption.clone(), refutation });
                }
                Err((code, _)) => *outcome.dropped.entry(code.as_str()).or_default() += 1,
            }
        }
    }
    outcome
}

/// Proves a path wrong at its first wrong step, and right before.
///
/// # Errors
///
/// The code of what it fails, and why.
pub fn refute(context: Context<'_>, item: &Item, corruption: &Corruption) -> Result<Refutation, (Code, String)> {
    let (before, wrong) = match (corruption.steps.get(..corruption.first_wrong), corruption.wrong_step()) {
        (Some(before), Some(wrong)) => (before, wrong),
        _ => return Err((NOT_THE_ITEMS, "it has no wrong step".to_owned())),
    };
    if let Some(step) = foreign(item, before) {
        return Err((NOT_THE_ITEMS, format!("\u{201c}{}\u{201d} is no step of the item", step.text)));
    }
    let told = corruption.told_of(item);
    let names = Names::of(context, &told);
    if let Some(why) = corruption.steps.iter().find_map(|step| mistold_step(context, item, &names, step)) {
        return Err((MISREAD, why));
    }
    let found = wrong.claims.iter().enumerate().filter_map(|(at, claim)| {
        let (ground, edges) = refuted(context, item, before, claim)?;
        Some(Refutation { claim: at, ground, edges })
    });
    // What an edge refutes is refuted best.
    let Some(refutation) = found.min_by_key(|found| found.edges.is_empty()) else {
        return Err((NOT_REFUTED, format!("\u{201c}{}\u{201d} may be true", wrong.text)));
    };
    let own = item.sources(context.graph);
    let edges = refutation.edges.iter().map(|&edge| context.graph.edge(edge).source);
    if !told.sources(context.graph).into_iter().chain(edges).all(|source| own.contains(&source)) {
        return Err((OF_ANOTHER_SOURCE, "it uses a source that its item does not".to_owned()));
    }
    Ok(refutation)
}

/// The first of some steps that is not the item's, to the letter and in its order.
fn foreign<'s>(item: &Item, steps: &'s [Step]) -> Option<&'s Step> {
    let mut own = item.steps.iter();
    steps.iter().find(|&step| !own.any(|other| other == step))
}

/// Why a step does not say what it claims.
fn mistold_step(context: Context<'_>, item: &Item, names: &Names, step: &Step) -> Option<String> {
    let is_hop = item.question.is_path() && step.kind == StepKind::Recall;
    let why = match step.claims.as_slice() {
        [Claim::Fact(fact)] if is_hop && fact.sense == Sense::Holds => mistold(context.graph, &step.text, fact),
        claims => misread(context.graph, names, &step.text, claims),
    };
    why.map(|why| format!("\u{201c}{}\u{201d} does not say what it claims: {why}", step.text))
}

/// By what a claim is refuted, with the edges that do it; `None` if it may be true.
fn refuted(context: Context<'_>, item: &Item, before: &[Step], claim: &Claim) -> Option<(Ground, Vec<EdgeId>)> {
    match claim {
        Claim::Fact(fact) => triples(fact).into_iter().find_map(|triple| match fact.sense {
            Sense::Holds | Sense::Often(_) => untrue(context, triple),
            Sense::Only => overlooked(context, item, fact).or_else(|| untrue(context, triple)),
            Sense::NotRecorded | Sense::Denied => held(context.graph, triple),
        }),
        Claim::Order { ranked, relation, among } => {
            let count = |node: NodeId, reading| {
                among.iter().filter(|&&one| holds(context.graph, reading, (node, *relation, one))).count()
            };
            // One stands before another that has more of them, whichever way the graph is read.
            let is_wrong = |pair: &[NodeId]| count(pair[1], Reading::Strict) > count(pair[0], Reading::Loose);
            ranked.windows(2).any(is_wrong).then(|| (Ground::NotTheAnswer, Vec::new()))
        }
        Claim::NoAnswer { .. } => (!item.answer.is_empty()).then(|| (Ground::NotTheAnswer, Vec::new())),
        Claim::NoOtherPath(ends) => (!are_joined(before, *ends)).then(|| (Ground::NotConnected, Vec::new())),
        Claim::Answer { nodes, .. } => {
            let is_answer = |node: &NodeId| item.answer.contains(node) || item.other_answers.contains(node);
            // The nodes of a path are its answer only all together.
            let is_wrong = match item.question {
                Question::Path | Question::PathChoice { .. } => {
                    let mut sorted = nodes.clone();
                    sorted.sort_unstable();
                    sorted != item.answer
                }
                // Of a query all answers are asked for that are offered: one that is missing is wrong, and so is another.
                Question::Shape { .. } => {
                    item.answer.iter().any(|node| !nodes.contains(node)) || !nodes.iter().all(is_answer)
                }
                _ => !nodes.is_empty() && !nodes.iter().any(is_answer),
            };
            is_wrong.then(|| (Ground::NotTheAnswer, Vec::new()))
        }
    }
}

/// By what it is refuted that something holds.
fn untrue(context: Context<'_>, triple: Triple) -> Option<(Ground, Vec<EdgeId>)> {
    let graph = context.graph;
    let (subject, relation, object) = triple;
    if holds(graph, Reading::Strict, triple) {
        return None;
    }
    let denials = denying(graph, triple);
    if !denials.is_empty() {
        return Some((Ground::Denied, denials));
    }
    let row = graph.relation(relation);
    let back = citation(graph, (object, relation, subject));
    let is_loose = holds(graph, Reading::Loose, triple);
    if !back.is_empty() && !row.is_symmetric && (row.is_taxonomic || !is_loose) {
        return Some((Ground::Turned, back));
    }
    (!is_loose && !is_nearly_so(context, triple)).then(|| (Ground::NotRecorded, Vec::new()))
}

/// What a finding may have in common with those of a disease, in nats, and yet not be suspected of it.
const MAX_RELATED: f64 = 2.5;

/// Whether something is recorded that is so near to a triple that the triple may hold as well: a finding next to the one
/// that is told or much like it, a disease that is kin of the one that is told.
fn is_nearly_so(context: Context<'_>, (subject, relation, object): Triple) -> bool {
    let Context { graph, statistics } = context;
    if Some(relation) == parts::relation(graph, "has_phenotype") {
        let profile = statistics.profile(subject);
        let above = graph.taxonomy().ancestors(object).into_iter().chain([object]);
        let mut shared = above.filter(|&node| profile.is_some_and(|profile| profile.implies(node)));
        return shared.any(|node| statistics.information(node) >= MAX_RELATED)
            || is_nearly_stated(mine::Context { graph, statistics, seed: Seed(0) }, subject, object);
    }
    let is_association = Some(relation) == parts::relation(graph, "associated_with");
    is_association && graph.objects(subject, relation).nodes().iter().any(|&other| are_kin(graph, other, object))
}

/// That an option which is passed over has it too.
fn overlooked(context: Context<'_>, item: &Item, fact: &Fact) -> Option<(Ground, Vec<EdgeId>)> {
    let graph = context.graph;
    let others = item.options.iter().flat_map(|option| option.nodes.iter().copied());
    let others = others.filter(|node| fact.subjects.iter().all(|spoken| spoken.node != *node));
    let bearers: Vec<NodeId> = others.flat_map(|node| parts::diseases_of(context, node)).collect();
    fact.objects.iter().filter(|&&object| has_other(context, item, fact, object)).find_map(|&object| {
        let edges = bearers.iter().map(|&bearer| citation(graph, (bearer, fact.relation, object)));
        edges.into_iter().find(|edges| !edges.is_empty()).map(|edges| (Ground::Held, edges))
    })
}

/// By what it is refuted that something is absent or not recorded.
fn held(graph: &Graph, triple: Triple) -> Option<(Ground, Vec<EdgeId>)> {
    let edges = if denying(graph, triple).is_empty() { citation(graph, triple) } else { Vec::new() };
    (!edges.is_empty()).then_some((Ground::Held, edges))
}

/// Whether the facts that some steps tell lead from one node to another.
fn are_joined(steps: &[Step], [first, last]: [NodeId; 2]) -> bool {
    let facts = steps.iter().flat_map(|step| &step.claims).filter_map(|claim| match claim {
        Claim::Fact(fact) => Some(triples(fact)),
        _ => None,
    });
    let pairs: Vec<(NodeId, NodeId)> = facts.flatten().map(|(subject, _, object)| (subject, object)).collect();
    let mut reached = vec![first];
    let mut at = 0;
    while let Some(&node) = reached.get(at) {
        at += 1;
        for &(left, right) in &pairs {
            for (here, there) in [(left, right), (right, left)] {
                if here == node && !reached.contains(&there) {
                    reached.push(there);
                }
            }
        }
    }
    reached.contains(&last)
}

#[cfg(test)]
mod tests;
