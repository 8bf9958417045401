#![doc = include_str!("finding_sets.md")]

use crate::finding::Code;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::Question;
use crate::mine::n_profiled_diseases;
use crate::mine::set_of;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

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
        if n_profiled_diseases(mining, gene) != 1 || graph.cited(gene, associated, disease).is_none() {
            return Some("the gene has not exactly one disease with findings".to_owned());
        }
        let tellable = set_of(mining, disease);
        let is_told = |finding| tellable.iter().any(|clue| clue.finding == finding);
        if item.answer.len() != 3 || !item.answer.iter().all(|&finding| is_told(finding)) {
            return Some("the key is no set of three tellable findings of the gene's disease".to_owned());
        }
        for (at, option) in item.options.iter().enumerate().filter(|(at, _)| !item.keys.contains(at)) {
            if option.nodes.len() != 3 {
                return Some(format!("option {} is no set of three", at + 1));
            }
            let shared = option.nodes.iter().find(|&&finding| holds(graph, Reading::Loose, (disease, has, finding)));
            if let Some(&shared) = shared {
                return Some(format!("the gene's disease may come with `{}` too", graph.label(shared)));
            }
        }
        None
    }
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
}
