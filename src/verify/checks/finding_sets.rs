#![doc = include_str!("finding_sets.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::Question;
use crate::mine::clue::Clue;
use crate::mine::kin::are_kin;
use crate::mine::n_profiled_diseases;
use crate::mine::set_of;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

const SET_SIZE: usize = 3;

/// Each set belongs to one disease, and none of a wrong one to the key's.
pub(super) struct FindingSets;

impl Check for FindingSets {
    fn code(&self) -> Code {
        Code("V114")
    }

    fn page(&self) -> &'static str {
        include_str!("finding_sets.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::FindingSet { gene, disease } = item.question else { return None };
        let graph = context.graph;
        let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
        let relations = (parts::relation(graph, "has_phenotype"), parts::relation(graph, "associated_with"));
        let (Some(has), Some(associated)) = relations else { return Some("the graph has no findings".to_owned()) };
        let is_of_gene = n_profiled_diseases(mining, gene) == 1 && graph.cited(gene, associated, disease).is_some();
        if item.pattern.anchors() != [gene] || !is_of_gene {
            return Some("the gene has not exactly one disease with findings".to_owned());
        }
        let makes_a_set = |disease: NodeId, set: &[NodeId]| {
            let tellable = set_of(mining, disease);
            let clues: Vec<&Clue> = tellable.iter().filter(|clue| set.contains(&clue.finding)).collect();
            clues.len() == SET_SIZE && set.len() == SET_SIZE && is_broad(context, &clues)
        };
        if !makes_a_set(disease, &item.answer) {
            return Some("the key is no set of three tellable, independent findings of the gene's disease".to_owned());
        }
        for (at, option) in item.options.iter().enumerate().filter(|(at, _)| !item.keys.contains(at)) {
            let shared = option.nodes.iter().find(|&&finding| holds(graph, Reading::Loose, (disease, has, finding)));
            if let Some(&shared) = shared {
                return Some(format!("the gene's disease may come with `{}` too", graph.label(shared)));
            }
            let Some(first) = option.nodes.first() else { return Some(format!("option {} is empty", at + 1)) };
            // Few diseases state all members: only those are looked at closely.
            let states_all =
                |owner: &NodeId| option.nodes.iter().all(|&member| graph.cited(*owner, has, member).is_some());
            let mut owners = graph.subjects(*first, has).nodes().iter().copied().filter(states_all);
            if !owners.any(|owner| !are_kin(graph, disease, owner) && makes_a_set(owner, &option.nodes)) {
                return Some(format!("option {} is no set of three findings of one other disease", at + 1));
            }
        }
        None
    }
}

/// Whether the members of a set come from two organ systems, at most two from one, and have little in common.
fn is_broad(context: Context<'_>, clues: &[&Clue]) -> bool {
    let mut systems: Vec<NodeId> = clues.iter().flat_map(|clue| clue.systems.iter().copied()).collect();
    systems.sort_unstable();
    let is_crowded = systems.chunk_by(|left, right| left == right).any(|of_one| of_one.len() > 2);
    systems.dedup();
    let are_alike = |left: &Clue, right: &Clue| {
        let shared = context.statistics.shared_information(context.graph, left.finding, right.finding);
        shared > 0.5 * left.information.min(right.information)
    };
    let is_repeated =
        clues.iter().enumerate().any(|(at, left)| clues[at + 1..].iter().any(|right| are_alike(left, right)));
    systems.len() >= 2 && !is_crowded && !is_repeated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_set_with_a_right_member_is_rejected() {
        let sample = Sample::new();
        let item = sample.finding_set();
        assert_eq!(sample.reject(&FindingSets, &item), None);
        let mut bad = item.clone();
        let key = bad.key().unwrap();
        let wrong = (key + 1) % 4;
        bad.options[wrong].nodes[0] = bad.answer[0];
        assert!(sample.reject(&FindingSets, &bad).is_some());
    }

    #[test]
    fn a_set_of_two_diseases_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.finding_set();
        let key = bad.key().unwrap();
        let [one, other] = [(key + 1) % 4, (key + 2) % 4];
        bad.options[one].nodes[0] = bad.options[other].nodes[0];
        assert!(sample.reject(&FindingSets, &bad).is_some());
    }

    #[test]
    fn a_gene_with_a_second_disease_is_rejected_if_that_has_findings() {
        let sample = Sample::new();
        let item = sample.finding_set();
        let gene = sample.curie(item.pattern.anchors()[0]);
        let (changed, carried) = sample.with(&format!("{gene} -associated_with-> Disease:bare_disease"), &item);
        assert_eq!(changed.reject(&FindingSets, &carried), None);
        let (changed, carried) = sample.with(&format!("{gene} -associated_with-> Disease:lefty_disease"), &item);
        assert!(changed.reject(&FindingSets, &carried).is_some());
    }
}
