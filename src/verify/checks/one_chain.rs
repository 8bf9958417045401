#![doc = include_str!("one_chain.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::mine::Question;
use crate::mine::path::nodes;
use crate::mine::path_choice::are_apart;
use crate::mine::path_choice::failed_hops;
use crate::mine::path_choice::fails_in_any_order;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Of several chains one is right, and does not stand out among them.
pub(super) struct OneChain;

impl Check for OneChain {
    fn code(&self) -> Code {
        Code("V115")
    }

    fn page(&self) -> &'static str {
        include_str!("one_chain.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::PathChoice { others } = &item.question else { return None };
        let graph = context.graph;
        let all = nodes(graph, &item.path);
        let [first, inner @ .., last] = all.as_slice() else { return Some("there is no path".to_owned()) };
        let chains: Vec<&[NodeId]> = std::iter::once(inner).chain(others.iter().map(Vec::as_slice)).collect();
        let mut offered: Vec<Vec<NodeId>> = item.options.iter().map(|option| option.nodes.clone()).collect();
        offered.sort();
        if offered != sorted(&chains) {
            return Some("the options are not the chains".to_owned());
        }
        let Some(foreign) = others.iter().find(|chain| chain.iter().all(|node| !inner.contains(node))) else {
            return Some("no option is the chain of another pair".to_owned());
        };
        let halves = (1..inner.len()).any(|cut| {
            let made = foreign.len() == inner.len()
                && chains.iter().all(|chain| {
                    let [head, tail] = [&chain[..cut.min(chain.len())], &chain[cut.min(chain.len())..]];
                    [&inner[..cut], &foreign[..cut]].contains(&head) && [&inner[cut..], &foreign[cut..]].contains(&tail)
                });
            made && chains.len() == 4
        });
        if !halves {
            return Some("the chains are not made of two halves each of which stands twice".to_owned());
        }
        let category = |node: &NodeId| graph.node(*node).category;
        if !inner.iter().map(category).eq(foreign.iter().map(category)) {
            return Some("the chains do not run through the same categories".to_owned());
        }
        let ends = [*first, *last];
        let told: Vec<NodeId> = inner.iter().chain(foreign).copied().collect();
        if !are_apart(graph, &told, ends) {
            return Some("two nodes that are offered may be one thing".to_owned());
        }
        let clauses = &item.pattern.clauses;
        let is_wrong = |chain: &Vec<NodeId>| {
            failed_hops(graph, clauses, (ends, chain)).is_some() && fails_in_any_order(graph, clauses, chain)
        };
        let chain = others.iter().find(|chain| !is_wrong(chain))?;
        let names: Vec<&str> = chain.iter().map(|&node| graph.label(node)).collect();
        Some(format!("the chain `{}` may connect the ends too", names.join("`, `")))
    }
}

/// The nodes of chains, those of each sorted, and then the chains.
fn sorted(chains: &[&[NodeId]]) -> Vec<Vec<NodeId>> {
    let mut all: Vec<Vec<NodeId>> = chains.iter().map(|chain| chain.to_vec()).collect();
    all.iter_mut().for_each(|chain| chain.sort_unstable());
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::checks::distractors_fail::DistractorsFail;
    use crate::verify::sample::Sample;

    #[test]
    fn anything_recorded_between_the_nodes_of_a_failed_hop_is_rejected() {
        let sample = Sample::new();
        let item = sample.chains();
        assert_eq!(sample.reject(&OneChain, &item), None);
        for more in [
            "Protein:plasmin -affects-> BiologicalProcess:contraction\nProtein:myosin -affects-> BiologicalProcess:fibrolysis",
            "Drug:rilzatan -affects-> Protein:myosin\nDrug:yobrexin -affects-> Protein:plasmin",
            "BiologicalProcess:contraction -affects-> Disease:sweltosis\nBiologicalProcess:fibrolysis -affects-> Disease:crimpitis",
        ] {
            let (changed, carried) = sample.with(more, &item);
            assert!(changed.reject(&OneChain, &carried).is_some(), "{more}");
        }
    }

    #[test]
    fn a_target_that_is_hit_together_with_that_of_the_drug_is_rejected() {
        let sample = Sample::new();
        let item = sample.chains();
        let both = "Drug:gimtal -disrupts-> Protein:myosin\nDrug:gimtal -disrupts-> Protein:plasmin";
        let (changed, carried) = sample.with(both, &item);
        assert!(changed.reject(&OneChain, &carried).is_some());
    }

    #[test]
    fn chains_that_are_not_made_of_halves_are_rejected() {
        let sample = Sample::new();
        let mut bad = sample.chains();
        let Question::PathChoice { others } = &mut bad.question else { panic!("chains") };
        let stray = sample.undisputed_drug();
        others[0][0] = stray;
        let mut sorted = others[0].clone();
        sorted.sort_unstable();
        bad.options[1].nodes = sorted;
        assert!(sample.reject(&OneChain, &bad).is_some());
    }

    #[test]
    fn a_failed_hop_that_is_not_noted_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.chains();
        assert_eq!(sample.reject(&DistractorsFail, &bad), None);
        bad.distractors[0].failed.pop();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }
}
