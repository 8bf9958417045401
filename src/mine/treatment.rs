//! `[[mine.treatment]]`: the drug that is an established treatment of a disease, beside drugs for which that was claimed
//! and not upheld.
//!
//! What a graph lacks is no wrong answer: half of the drugs that one curation gives for a disease another lacks. But
//! physicians have also gone through claims and turned some down, and those are edges. So a wrong option here is one
//! that a negative edge denies, and nothing else is offered.

use serde::Deserialize;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::kg::search::denials;
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
use crate::mine::kin::SMALL_CLASS;
use crate::mine::path::PROOF_BUDGET;

/// A `[[mine.treatment]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreatmentConfig {
    /// How many sources have to state the treatment; 2 unless told otherwise.
    #[serde(default = "super::default_min_sources")]
    pub min_sources: usize,
    /// How many accepted items may have the same drug as key; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

/// So many drugs have to be denied before there is a question.
const MIN_DENIED: usize = 3;

/// A drug that treats a disease, and those that are denied to.
struct Key {
    drug: NodeId,
    disease: NodeId,
    edge: EdgeId,
    denied: Vec<NodeId>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a TreatmentConfig) -> Stratum<'a> {
    let mut keys = keys(context, config.min_sources);
    let name = "treatment".to_owned();
    context.seed.stream(&["mine", &name, "keys"], 0).shuffle(&mut keys);
    Stratum {
        name,
        strategy: "treatment",
        n_items: config.n_items,
        n_indices: keys.len() as u64,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| attempt(context, &keys, index)),
    }
}

fn keys(context: Context<'_>, min_sources: usize) -> Vec<Key> {
    let graph = context.graph;
    let relations = (graph.relations().id("treats"), graph.relations().id("not_indicated_for"));
    let (Some(treats), Some(not_indicated)) = relations else { return Vec::new() };
    // Of a class that holds many diseases, what was turned down for all may hold for some.
    let is_told = |disease: &NodeId| {
        drug::can_be_asked_about(graph, *disease) && !graph.taxonomy().has_more_kinds_than(*disease, SMALL_CLASS)
    };
    let diseases = graph.nodes_of("Disease").filter(is_told);
    diseases
        .flat_map(|disease| {
            let denied: Vec<NodeId> = drug::drugs(graph, not_indicated, disease)
                .into_iter()
                .filter(|&drug| !holds(graph, Reading::Loose, (drug, treats, disease)))
                .filter(|&drug| !denials(graph, (drug, treats, disease)).is_empty())
                .collect();
            let given = if denied.len() < MIN_DENIED { Vec::new() } else { drug::drugs(graph, treats, disease) };
            given.into_iter().filter_map(move |drug| {
                let edge = graph.cited(drug, treats, disease)?;
                let is_disputed = !denials(graph, (drug, treats, disease)).is_empty();
                let is_sure = !is_disputed && drug::n_sources(graph, drug, disease) >= min_sources;
                is_sure.then(|| Key { drug, disease, edge, denied: denied.clone() })
            })
        })
        .collect()
}

fn attempt(context: Context<'_>, keys: &[Key], index: u64) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let key = usize::try_from(index).ok().and_then(|at| keys.get(at)).ok_or(DeadEnd("no treatment is left"))?;
    let treats = graph.relations().id("treats").ok_or(DeadEnd("the graph has no treatments"))?;
    let clause = Clause::present(Term::Variable(Variable::ANSWER), treats, Term::Node(key.disease));
    let pattern = Pattern { clauses: vec![clause] };
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    Ok(Candidate {
        strategy: "treatment",
        stratum: "treatment".to_owned(),
        index,
        strict: prove(Reading::Strict)?,
        loose: prove(Reading::Loose)?,
        pattern,
        key: vec![key.drug],
        path: vec![Hop { edge: key.edge, is_forward: true }],
        question: Question::Treatment { disease: key.disease, denied: key.denied.clone() },
        scores: Scores::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    const DENIED: &str = "
        Drug:key -treats-> Disease:x
        Drug:a -not_indicated_for-> Disease:x
        Drug:b -not_indicated_for-> Disease:x
        Drug:c -not_indicated_for-> Disease:x";

    fn mined(text: &str) -> usize {
        let graph = Graph::from_arrows(text).unwrap();
        let statistics = Statistics::of(&graph);
        keys(Context { graph: &graph, statistics: &statistics, seed: Seed(7) }, 1).len()
    }

    #[test]
    fn a_drug_that_eases_the_disease_is_no_wrong_option() {
        assert_eq!(mined(DENIED), 1);
        assert_eq!(mined(&format!("{DENIED}\nDrug:c -palliates-> Disease:x")), 0);
    }

    #[test]
    fn a_treatment_that_is_denied_too_is_no_key() {
        assert_eq!(mined(&format!("{DENIED}\nDrug:d -not_indicated_for-> Disease:x")), 1);
        assert_eq!(mined(&format!("{DENIED}\nDrug:key -not_indicated_for-> Disease:x")), 0);
    }
}
