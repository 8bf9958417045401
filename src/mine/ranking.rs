//! `[[mine.ranking]]`: diseases in the order of how many of some findings they are recorded with.
//!
//! A single best answer asks which disease has them all; a differential diagnosis asks in which order the others
//! follow. The order has to stand whichever way the graph is read: of each disease every finding either holds strictly
//! or does not hold even loosely, and what its nearest kin have counts as what it may have too. So no reading, and no
//! gap between siblings, lets one disease draw level with the one before it.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Deserialize;

use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::case::is_presentable;
use crate::mine::clue;
use crate::mine::clue::Clue;
use crate::mine::clue::ClueRules;
use crate::mine::clue::Matched;
use crate::mine::clue::SetRules;
use crate::mine::clue::shares_a_stem;
use crate::mine::kin::are_kin;
use crate::mine::kin::small_family;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;
use crate::mine::tier;
use crate::seed::Stream;

/// A `[[mine.ranking]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingConfig {
    /// Prefixes of the diseases that may be ranked; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How many attempts each disease at the top is given; 8 unless told otherwise.
    #[serde(default = "default_attempts_per_key")]
    pub attempts_per_key: u64,
    /// How many accepted items may have the same disease at the top; 2 unless told otherwise.
    #[serde(default = "default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

fn default_attempts_per_key() -> u64 {
    8
}

fn default_max_items_per_key() -> usize {
    2
}

/// How many findings a disease is ranked by.
const N_FINDINGS: usize = 6;
/// How many diseases are ranked.
const N_RANKED: usize = 4;
/// The one after the top lacks at least so many findings: one that lacks a single one may well have it.
pub const MIN_LEAD: usize = 2;
/// Findings that two fifths of all diseases have tell nothing; common ones are what diseases share.
const RULES: ClueRules = ClueRules { min_frequency: 0.3, min_information: 1.0, min_diseases: 8 };
const SET: SetRules = SetRules { n_clues: N_FINDINGS, min_systems: 3, max_per_system: 3, min_specific: 0 };

struct Rankings<'a> {
    context: Context<'a>,
    /// The diseases that may stand in a ranking, sorted.
    presentable: Vec<NodeId>,
    keys: Vec<(NodeId, Vec<Clue>)>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a RankingConfig) -> Stratum<'a> {
    let diseases: Vec<NodeId> = context.statistics.profiles().map(|(disease, _)| disease).collect();
    let presentable: Vec<NodeId> =
        diseases.into_par_iter().filter(|&disease| is_presentable(context, disease, &config.prefixes)).collect();
    let clues = |&disease: &NodeId| {
        let clues = clue::clues_of(context, disease, RULES);
        (clues.len() >= N_FINDINGS).then_some((disease, clues))
    };
    let mut keys: Vec<(NodeId, Vec<Clue>)> = presentable.par_iter().filter_map(clues).collect();
    let name = "ranking".to_owned();
    context.seed.stream(&["mine", &name, "keys"], 0).shuffle(&mut keys);
    let n_indices = config.attempts_per_key * keys.len() as u64;
    let rankings = Rankings { context, presentable, keys };
    Stratum {
        name,
        strategy: "ranking",
        n_items: config.n_items,
        n_indices,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| rankings.attempt(index)),
    }
}

/// How many of some findings a disease has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Strictly.
    pub at_least: usize,
    /// Loosely, or if it had what its nearest kin have.
    pub at_most: usize,
}

/// Where a disease stands, given which of the findings it has strictly and loosely.
fn standing_of(
    context: Context<'_>,
    disease: NodeId,
    findings: &[NodeId],
    (strict, loose): (Matched, Matched),
) -> Standing {
    let family = small_family(context.graph, disease);
    let profiles: Vec<_> = family.into_iter().filter_map(|other| context.statistics.profile(other)).collect();
    let may_have =
        |&(at, finding): &(usize, &NodeId)| loose.has(at) || profiles.iter().any(|profile| profile.implies(*finding));
    Standing { at_least: strict.count(), at_most: findings.iter().enumerate().filter(may_have).count() }
}

/// Where a disease stands among others by some findings.
///
/// # Complexity
///
/// O(diseases that may have one of the findings).
pub fn standing(context: Context<'_>, disease: NodeId, findings: &[NodeId]) -> Standing {
    let found = |list: Vec<(NodeId, Matched)>| {
        list.into_iter().find(|&(other, _)| other == disease).map(|(_, matched)| matched).unwrap_or_default()
    };
    let strict = found(clue::matches(context.graph, Reading::Strict, findings));
    let loose = found(clue::loose_matches(context, findings));
    standing_of(context, disease, findings, (strict, loose))
}

/// Whether standings fall from each to the next, whichever way they are read.
pub fn are_ranked(standings: &[Standing]) -> bool {
    standings.windows(2).all(|pair| pair[0].at_least > pair[1].at_most)
}

impl Rankings<'_> {
    fn attempt(&self, index: u64) -> Result<Candidate, DeadEnd> {
        let n_keys = self.keys.len() as u64;
        let at = index.checked_rem(n_keys).and_then(|at| usize::try_from(at).ok());
        let (disease, clues) = at.and_then(|at| self.keys.get(at)).ok_or(DeadEnd("no disease may be ranked"))?;
        let graph = self.context.graph;
        let mut stream = self.context.seed.stream(&["mine", "ranking"], index);
        let drawn = clue::draw(self.context, clues, SET, &mut stream);
        let drawn = drawn.ok_or(DeadEnd("no set of findings is independent enough"))?;
        let findings: Vec<NodeId> = drawn.iter().map(|clue| clue.finding).collect();
        let ranked = self.ranked(*disease, &findings, &mut stream)?;
        let has = graph.relations().id("has_phenotype").ok_or(DeadEnd("the graph has no findings"))?;
        let answer = Term::Variable(Variable::ANSWER);
        let clauses = findings.iter().map(|&finding| Clause::present(answer, has, Term::Node(finding)));
        let pattern = Pattern { clauses: clauses.collect() };
        let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
        let informations = || drawn.iter().map(|clue| clue.information);
        Ok(Candidate {
            strategy: "ranking",
            stratum: "ranking".to_owned(),
            index,
            strict: prove(Reading::Strict)?,
            loose: prove(Reading::Loose)?,
            pattern,
            key: vec![*disease],
            path: drawn.iter().map(|clue| Hop { edge: clue.edge, is_forward: true }).collect(),
            question: Question::Ranking { ranked },
            scores: Scores {
                mean_information: informations().sum::<f64>() / as_float(drawn.len()),
                least_information: informations().fold(f64::INFINITY, f64::min),
                ..Scores::default()
            },
        })
    }

    /// The diseases of a ranking, the one that has all findings first.
    fn ranked(&self, key: NodeId, findings: &[NodeId], stream: &mut Stream) -> Result<Vec<NodeId>, DeadEnd> {
        let graph = self.context.graph;
        let strict: BTreeMap<NodeId, Matched> = clue::matches(graph, Reading::Strict, findings).into_iter().collect();
        // By how many of the findings they have; only those of which each finding is either recorded or not.
        let mut by_count: BTreeMap<usize, Vec<(NodeId, Standing)>> = BTreeMap::new();
        let key_tier = tier(graph, key);
        for (disease, loose) in clue::loose_matches(self.context, findings) {
            let is_offered = strict.get(&disease) == Some(&loose)
                && loose.count() + MIN_LEAD <= findings.len()
                && self.presentable.binary_search(&disease).is_ok()
                && tier(graph, disease).may_stand_beside(key_tier);
            if is_offered {
                let standing = standing_of(self.context, disease, findings, (loose, loose));
                by_count.entry(loose.count()).or_default().push((disease, standing));
            }
        }
        let mut ranked = vec![(key, Standing { at_least: findings.len(), at_most: findings.len() })];
        let counts: Vec<usize> = by_count.keys().rev().copied().collect();
        for (at, count) in counts.iter().enumerate() {
            let n_left = N_RANKED - ranked.len();
            // A step of two where enough smaller ones are left for it.
            let lead = ranked.last().map_or(0, |(_, last)| last.at_least - count);
            if n_left == 0 || lead < 2 && counts.len() - at > n_left {
                continue;
            }
            let mut among = by_count.get(count).cloned().unwrap_or_default();
            stream.shuffle(&mut among);
            let next = among.into_iter().find(|&(disease, standing)| {
                ranked.last().is_some_and(|(_, last)| are_ranked(&[*last, standing]))
                    && ranked.iter().all(|&(other, _)| !are_kin(graph, other, disease))
                    && !findings.iter().any(|&finding| shares_a_stem(graph, finding, disease))
            });
            ranked.extend(next);
        }
        if ranked.len() < N_RANKED {
            return Err(DeadEnd("too few diseases follow in a clear order"));
        }
        Ok(ranked.into_iter().map(|(disease, _)| disease).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(at_least: usize, at_most: usize) -> Standing {
        Standing { at_least, at_most }
    }

    #[test]
    fn a_tie_and_a_possible_tie_are_no_order() {
        assert!(are_ranked(&[standing(6, 6), standing(4, 4), standing(2, 3)]));
        assert!(!are_ranked(&[standing(6, 6), standing(4, 4), standing(4, 4)]));
        assert!(!are_ranked(&[standing(6, 6), standing(4, 4), standing(2, 4)]));
    }
}
