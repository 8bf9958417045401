#![doc = include_str!("proved_contrast.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::statistics::lower_bound;
use crate::kg::words;
use crate::mine::Question;
use crate::mine::clue::shares_a_stem;
use crate::mine::is_nearly_stated;
use crate::mine::is_strong_negative;
use crate::mine::kin::are_kin;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// The discriminating finding is proved on both sides.
pub(super) struct ProvedContrast;

impl Check for ProvedContrast {
    fn code(&self) -> Code {
        Code("V113")
    }

    fn page(&self) -> &'static str {
        include_str!("proved_contrast.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Contrast { disease, other, ref shared } = item.question else { return None };
        let graph = context.graph;
        let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
        let [key] = item.answer.as_slice() else { return Some("there is not exactly one key".to_owned()) };
        let key: NodeId = *key;
        if item.pattern.anchors() != [disease, other] || are_kin(graph, disease, other) {
            return Some("the two diseases are kin, or not those of the pattern".to_owned());
        }
        if shares_a_stem(graph, key, disease) || shares_a_stem(graph, key, other) {
            return Some("the name of a disease gives the finding away".to_owned());
        }
        if is_nearly_stated(mining, other, key) {
            return Some("the other disease is recorded with nearly the same finding".to_owned());
        }
        if begin_apart(context, disease, other) {
            return Some("one disease is congenital and the other begins in adults".to_owned());
        }
        let share = |of, finding| lower_bound(graph, of, finding).unwrap_or(0.0);
        if share(disease, key) < 0.8 {
            return Some("the key is not known to be very frequent in the one disease".to_owned());
        }
        let is_denied = item.path.iter().any(|hop| {
            let edge = graph.edge(hop.edge);
            edge.subject == other
                && graph.relation(edge.relation).is_negative()
                && graph.taxonomy().is_kind_of(key, edge.object)
                && is_strong_negative(mining, hop.edge)
        });
        if !is_denied {
            return Some("the key is not strongly denied in the other disease".to_owned());
        }
        let wrong = item.options.iter().enumerate().filter(|(at, _)| !item.keys.contains(at));
        // What the stem tells of both is among what is noted as shared.
        let told = wrong.flat_map(|(_, option)| &option.nodes).chain(shared);
        let weak = told.into_iter().find(|&&finding| share(disease, finding) < 0.3 || share(other, finding) < 0.3)?;
        Some(format!("`{}` is not known to be frequent in both", graph.label(*weak)))
    }
}

/// Whether one of two diseases is only known to begin before or at birth, and the other only in adults: then their
/// ages tell them apart, and no finding is needed.
fn begin_apart(context: Context<'_>, left: NodeId, right: NodeId) -> bool {
    let graph = context.graph;
    let Some(onset) = graph.relations().id("has_onset") else { return false };
    let is_only = |disease: NodeId, named: &[&str]| {
        let onsets = graph.objects(disease, onset);
        let is_named = |node: NodeId| words(graph.label(node)).iter().any(|word| named.contains(&word.as_str()));
        !onsets.is_empty() && onsets.iter().all(|to| is_named(to.node))
    };
    let born = ["congenital", "antenatal", "neonatal", "fetal", "embryonal"];
    let grown = ["adult", "middle", "late"];
    is_only(left, &born) && is_only(right, &grown) || is_only(right, &born) && is_only(left, &grown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_gap_is_no_denial() {
        let sample = Sample::new();
        let item = sample.contrast();
        assert_eq!(sample.reject(&ProvedContrast, &item), None);
        let mut bad = item.clone();
        bad.path.truncate(1);
        assert!(sample.reject(&ProvedContrast, &bad).is_some());
    }

    #[test]
    fn a_positive_fact_below_the_denied_one_is_rejected() {
        let sample = Sample::new();
        let item = sample.contrast();
        let key = sample.curie(item.answer[0]);
        let stranger = sample.strangers_to(item.pattern.anchors()[1]).find(|&node| node != item.answer[0]).unwrap();
        let kind = sample.curie(stranger);
        let (changed, carried) = sample.with(&format!("{kind} -is_a-> {key}"), &item);
        assert_eq!(changed.reject(&ProvedContrast, &carried), None);
        let other = sample.curie(item.pattern.anchors()[1]);
        let (changed, carried) = sample.with(&format!("{other} -has_phenotype-> {kind} -is_a-> {key}"), &item);
        assert!(changed.reject(&ProvedContrast, &carried).is_some());
    }

    #[test]
    fn diseases_of_one_gene_are_rejected() {
        let sample = Sample::new();
        let item = sample.contrast();
        let [left, right] = [0, 1].map(|at| sample.curie(item.pattern.anchors()[at]));
        let gene = sample.curie(sample.gene());
        let text = format!("{left} <-associated_with- {gene} -associated_with-> {right}");
        let (changed, carried) = sample.with(&text, &item);
        assert!(changed.reject(&ProvedContrast, &carried).is_some());
    }

    #[test]
    fn a_finding_told_of_both_that_one_lacks_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.contrast();
        let Question::Contrast { shared, .. } = &mut bad.question else { panic!("a contrast compares") };
        shared.push(bad.answer[0]);
        assert!(sample.reject(&ProvedContrast, &bad).is_some());
    }

    #[test]
    fn ages_that_tell_two_diseases_apart_are_seen() {
        let graph = crate::kg::Graph::from_arrows(
            "Disease:a -has_onset-> Onset:Congenital_onset\nDisease:b -has_onset-> Onset:Adult_onset\nDisease:c -has_onset-> Onset:Adult_onset\nDisease:c -has_onset-> Onset:Childhood_onset",
        )
        .unwrap();
        let statistics = crate::kg::statistics::Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics };
        let [a, b, c] = ["a", "b", "c"].map(|name| graph.find(&format!("Disease:{name}").parse().unwrap()).unwrap());
        assert!(begin_apart(context, a, b) && begin_apart(context, b, a));
        assert!(!begin_apart(context, a, c));
    }
}
