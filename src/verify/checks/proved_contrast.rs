#![doc = include_str!("proved_contrast.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::mine::Question;
use crate::mine::clue::shares_a_stem;
use crate::mine::frequency_in;
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
        let Question::Contrast { disease, other, .. } = item.question else { return None };
        let graph = context.graph;
        let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
        let key: NodeId = *item.answer.first()?;
        if item.pattern.anchors() != [disease, other] || are_kin(graph, disease, other) {
            return Some("the two diseases are kin, or not those of the pattern".to_owned());
        }
        if shares_a_stem(graph, key, disease) || shares_a_stem(graph, key, other) {
            return Some("the name of a disease gives the finding away".to_owned());
        }
        let share = |of, finding| frequency_in(mining, of, finding).unwrap_or(0.0);
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
        let weak = wrong
            .flat_map(|(_, option)| &option.nodes)
            .find(|&&finding| share(disease, finding) < 0.3 || share(other, finding) < 0.3)?;
        Some(format!("`{}` is not known to be frequent in both", graph.label(*weak)))
    }
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
}
