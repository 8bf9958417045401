//! `[[mine.contrast]]`: the finding that tells one look-alike from the other.
//!
//! The only pattern with a *proved* negative: one disease very often has the finding, the other is reported not to
//! have it. The wrong options are findings of both, which cannot tell them apart.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Deserialize;

use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::kg::statistics::lower_bound;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::case::is_presentable;
use crate::mine::citation::kind_chain;
use crate::mine::clue::shares_a_stem;
use crate::mine::kin::are_kin;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::wording::is_wordable;

/// A `[[mine.contrast]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContrastConfig {
    /// Prefixes of the diseases that may be compared; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How many accepted items may have the same finding as key; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

/// The key is present in at least this share of those who have the one disease.
const KEY_FREQUENCY: f64 = 0.8;
/// The shared findings are present in at least this share on both sides.
const SHARED_FREQUENCY: f64 = 0.3;
/// A disease that lacks the finding is compared with at most so many others.
const MAX_PER_OTHER: usize = 4;
/// Look-alikes share at least this many findings: three options and two for the stem.
const MIN_SHARED: usize = 5;

#[derive(Debug, Clone, PartialEq)]
struct Pair {
    disease: NodeId,
    other: NodeId,
    key: NodeId,
    present: EdgeId,
    absent: EdgeId,
    shared: Vec<NodeId>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a ContrastConfig) -> Stratum<'a> {
    let mut pairs = pairs(context, config);
    let name = "contrast".to_owned();
    context.seed.stream(&["mine", &name, "pairs"], 0).shuffle(&mut pairs);
    // One report that lists what a disease lacks is not asked about over and over.
    let mut n_pairs: BTreeMap<NodeId, usize> = BTreeMap::new();
    pairs.retain(|pair| {
        let n_pairs = n_pairs.entry(pair.other).or_default();
        *n_pairs += 1;
        *n_pairs <= MAX_PER_OTHER
    });
    Stratum {
        name,
        strategy: "contrast",
        n_items: config.n_items,
        n_indices: pairs.len() as u64,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| attempt(context, &pairs, index)),
    }
}

/// Whether a negative edge is strong: a flat NOT, or none among at least four patients, and nothing positive at or
/// below the finding.
pub fn is_strong_negative(context: Context<'_>, edge: EdgeId) -> bool {
    let graph = context.graph;
    let ends = graph.edge(edge);
    let is_counted = match graph.qualifiers(edge).frequency.counts {
        Some((hits, total)) => hits == 0 && total >= 4,
        None => true,
    };
    let profile = context.statistics.profile(ends.subject);
    is_counted && profile.is_some_and(|profile| !profile.implies(ends.object))
}

/// Whether a disease is recorded with a finding that is nearly the one it is said to lack: a child or a parent of it, or
/// one that has a child with it in common. "Micrognathia is present, retrognathia is absent" tells words apart.
pub fn is_nearly_stated(context: Context<'_>, disease: NodeId, finding: NodeId) -> bool {
    let taxonomy = context.graph.taxonomy();
    let children = taxonomy.children(finding);
    let Some(profile) = context.statistics.profile(disease) else { return false };
    profile.findings.iter().any(|&(stated, _)| {
        taxonomy.parents(finding).contains(&stated)
            || children.contains(&stated)
            || taxonomy.children(stated).iter().any(|child| children.contains(child))
    })
}

fn pairs(context: Context<'_>, config: &ContrastConfig) -> Vec<Pair> {
    let graph = context.graph;
    let relations = (graph.relations().id("has_phenotype"), graph.relations().id("phenotype_absent"));
    let (Some(has), Some(absent)) = relations else { return Vec::new() };
    let is_cited = |id: EdgeId, edge: Edge| graph.cited(edge.subject, edge.relation, edge.object) == Some(id);
    let negatives: Vec<EdgeId> =
        graph.edges().filter(|&(id, edge)| edge.relation == absent && is_cited(id, edge)).map(|(id, _)| id).collect();
    negatives
        .into_par_iter()
        .flat_map_iter(|absent| {
            let ends = graph.edge(absent);
            let is_told =
                is_strong_negative(context, absent) && is_presentable(context, ends.subject, &config.prefixes);
            let keys = if is_told { graph.taxonomy().descendants(ends.object) } else { Vec::new() };
            keys.into_iter().flat_map(move |key| {
                graph
                    .subjects(key, has)
                    .iter()
                    .filter(move |from| graph.cited(from.node, has, key) == Some(from.edge))
                    .filter_map(move |from| pair(context, config, (from.node, from.edge), (ends.subject, absent), key))
            })
        })
        .collect()
}

fn pair(
    context: Context<'_>,
    config: &ContrastConfig,
    (disease, present): (NodeId, EdgeId),
    (other, absent): (NodeId, EdgeId),
    key: NodeId,
) -> Option<Pair> {
    let graph = context.graph;
    let is_key = lower_bound(graph, disease, key)? >= KEY_FREQUENCY
        && is_wordable(graph.label(key)).is_ok()
        && context.statistics.information(key) >= 2.0;
    let are_comparable = is_key
        && disease != other
        && is_presentable(context, disease, &config.prefixes)
        && !are_kin(graph, disease, other)
        && !shares_a_stem(graph, key, disease)
        && !shares_a_stem(graph, key, other)
        && !is_nearly_stated(context, other, key);
    if !are_comparable {
        return None;
    }
    let profile = context.statistics.profile(disease)?;
    let mut shared: Vec<NodeId> = Vec::new();
    for &(finding, _) in &profile.findings {
        let is_frequent = |disease| lower_bound(graph, disease, finding).is_some_and(|bound| bound >= SHARED_FREQUENCY);
        let is_shared =
            finding != key && is_frequent(disease) && is_frequent(other) && is_wordable(graph.label(finding)).is_ok();
        // Options and clues stand side by side: none may be a kind of another, or of the key.
        let is_apart =
            |&with: &NodeId| !graph.taxonomy().is_kind_of(finding, with) && !graph.taxonomy().is_kind_of(with, finding);
        if is_shared && is_apart(&key) && shared.iter().all(is_apart) {
            shared.push(finding);
        }
    }
    (shared.len() >= MIN_SHARED).then_some(Pair { disease, other, key, present, absent, shared })
}

fn attempt(context: Context<'_>, pairs: &[Pair], index: u64) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let pair =
        usize::try_from(index).ok().and_then(|at| pairs.get(at)).ok_or(DeadEnd("no pair of look-alikes is left"))?;
    let has = graph.relations().id("has_phenotype").ok_or(DeadEnd("the graph has no findings"))?;
    let answer = Term::Variable(Variable::ANSWER);
    let pattern = Pattern {
        clauses: vec![
            Clause::present(Term::Node(pair.disease), has, answer),
            Clause::absent(Term::Node(pair.other), has, answer),
        ],
    };
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    let strict = prove(Reading::Strict)?;
    if strict.binary_search(&pair.key).is_err() {
        return Err(DeadEnd("the finding does not tell the two apart"));
    }
    let information = context.statistics.information(pair.key);
    // The denial may be of something more general: the chain of kinds between is part of the proof.
    let mut path = vec![Hop { edge: pair.present, is_forward: true }];
    path.extend(kind_chain(graph, pair.key, graph.edge(pair.absent).object));
    path.push(Hop { edge: pair.absent, is_forward: false });
    Ok(Candidate {
        strategy: "contrast",
        stratum: "contrast".to_owned(),
        index,
        loose: prove(Reading::Loose)?,
        strict,
        pattern,
        key: vec![pair.key],
        path,
        question: Question::Contrast { disease: pair.disease, other: pair.other, shared: pair.shared.clone() },
        scores: Scores { mean_information: information, least_information: information, ..Scores::default() },
    })
}
