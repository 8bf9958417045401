//! `[[mine.indication]]`: the drug that is given for a disease and acts in a certain way.
//!
//! The intersection of two facts: "for onychomycosis, inhibits lanosterol demethylase". The wrong options are given for
//! the same disease, so that the indication alone settles nothing, and what they act on is known and is something
//! else. Indications count where two sources state them.

use serde::Deserialize;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::kg::search::holds;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::drug;
use crate::mine::drug::Action;
use crate::mine::path::PROOF_BUDGET;

/// A `[[mine.indication]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicationConfig {
    /// How many sources have to state an indication; 2 unless told otherwise. With one, half of the wrong options may be
    /// gaps.
    #[serde(default = "super::default_min_sources")]
    pub min_sources: usize,
    /// How many accepted items may have the same drug as key; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

/// A drug that acts on more is known by a family of targets, and one of them is no way to tell it.
const MAX_TARGETS: usize = 4;
/// So many wrong options there have to be.
const MIN_OTHERS: usize = 3;

struct Key {
    drug: NodeId,
    disease: NodeId,
    treats: EdgeId,
    action: Action,
    others: Vec<NodeId>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a IndicationConfig) -> Stratum<'a> {
    let mut keys = keys(context, config);
    let name = "indication".to_owned();
    context.seed.stream(&["mine", &name, "keys"], 0).shuffle(&mut keys);
    Stratum {
        name,
        strategy: "indication",
        n_items: config.n_items,
        n_indices: keys.len() as u64,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| attempt(context, &keys, index)),
    }
}

fn keys(context: Context<'_>, config: &IndicationConfig) -> Vec<Key> {
    let graph = context.graph;
    let Some(treats) = graph.relations().id("treats") else { return Vec::new() };
    let diseases = graph.nodes_of("Disease").filter(|&disease| drug::can_be_asked_about(graph, disease));
    diseases
        .flat_map(|disease| {
            let given: Vec<(NodeId, Vec<Action>)> = drug::drugs(graph, treats, disease)
                .into_iter()
                .filter(|&drug| drug::n_sources(graph, drug, disease) >= config.min_sources)
                .map(|drug| (drug, drug::actions(graph, drug)))
                .filter(|(_, actions)| !actions.is_empty())
                .collect();
            let mut keys = Vec::new();
            for (drug, actions) in given.iter().filter(|(_, actions)| actions.len() <= MAX_TARGETS) {
                for &action in actions.iter().filter(|action| drug::is_plain(graph, action.target)) {
                    if drug::is_against_most(graph, action, &given) {
                        continue;
                    }
                    let others: Vec<NodeId> = given
                        .iter()
                        .filter(|(other, actions)| other != drug && is_other(context, (*other, actions), action))
                        .map(|&(other, _)| other)
                        .collect();
                    if let Some(treats) = graph.cited(*drug, treats, disease).filter(|_| others.len() >= MIN_OTHERS) {
                        keys.push(Key { drug: *drug, disease, treats, action, others });
                    }
                }
            }
            keys
        })
        .collect()
}

/// Whether a drug acts on something else: neither on the target in any way, nor on anything that is named like it.
fn is_other(context: Context<'_>, (drug, actions): (NodeId, &[Action]), action: Action) -> bool {
    let graph = context.graph;
    !holds(graph, Reading::Loose, (drug, action.relation, action.target))
        && !drug::acts_on_the_like_of(graph, actions, action.target)
        && actions.iter().any(|other| drug::is_plain(graph, other.target))
}

fn attempt(context: Context<'_>, keys: &[Key], index: u64) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let key = usize::try_from(index).ok().and_then(|at| keys.get(at)).ok_or(DeadEnd("no indication is left"))?;
    let treats = graph.relations().id("treats").ok_or(DeadEnd("the graph has no treatments"))?;
    let pattern = pattern(treats, key.disease, key.action);
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    Ok(Candidate {
        strategy: "indication",
        stratum: "indication".to_owned(),
        index,
        strict: prove(Reading::Strict)?,
        loose: prove(Reading::Loose)?,
        pattern,
        key: vec![key.drug],
        path: [key.treats, key.action.edge].map(|edge| Hop { edge, is_forward: true }).to_vec(),
        question: Question::Indication { disease: key.disease, action: key.action, others: key.others.clone() },
        scores: Scores::default(),
    })
}

/// `?answer treats disease`, `?answer acts_on target`.
fn pattern(treats: RelationId, disease: NodeId, action: Action) -> Pattern {
    let answer = Term::Variable(Variable::ANSWER);
    Pattern {
        clauses: vec![
            Clause::present(answer, treats, Term::Node(disease)),
            Clause::present(answer, action.relation, Term::Node(action.target)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    /// How many keys four drugs for one disease give, whose targets are told; the second source states the first
    /// `n_confirmed` indications again.
    fn mined(targets: [&str; 4], n_confirmed: usize) -> usize {
        let names = ["a", "b", "c", "d"];
        let given: Vec<String> = names.iter().map(|name| format!("Drug:{name} -treats-> Disease:x\n")).collect();
        let acts: String = names
            .iter()
            .zip(targets)
            .map(|(name, target)| format!("Drug:{name} -decreases_activity_of-> Protein:{target}\n"))
            .collect();
        let texts = [given.concat() + &acts, given[..n_confirmed].concat()];
        let graph = graph_of(&[(Licence::Open, texts[0].as_str()), (Licence::Open, texts[1].as_str())]);
        let statistics = Statistics::of(&graph);
        let config: IndicationConfig = toml::from_str("n_items = 9").unwrap();
        keys(Context { graph: &graph, statistics: &statistics, seed: Seed(7) }, &config).len()
    }

    #[test]
    fn every_drug_with_a_target_of_its_own_is_a_key_once_two_sources_vouch_for_all_four() {
        let targets = ["cyclooxygenase", "dihydrofolate_reductase", "thymidylate_synthase", "aromatase"];
        assert_eq!(mined(targets, 4), 4);
        assert_eq!(mined(targets, 3), 0);
    }

    #[test]
    fn drugs_of_one_family_of_targets_are_no_options_for_each_other() {
        let targets = ["cyclooxygenase-1", "cyclooxygenase-2", "thymidylate_synthase", "aromatase"];
        assert_eq!(mined(targets, 4), 2);
    }
}
