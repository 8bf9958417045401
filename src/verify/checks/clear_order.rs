#![doc = include_str!("clear_order.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::MIN_LEAD;
use crate::mine::MIN_PROFILE;
use crate::mine::Question;
use crate::mine::are_ranked;
use crate::mine::clue::shares_a_stem;
use crate::mine::standing;
use crate::mine::tier;
use crate::mine::wording::is_wordable;
use crate::synth::BETWEEN;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// A ranking has one order.
pub(super) struct ClearOrder;

impl Check for ClearOrder {
    fn code(&self) -> Code {
        Code("V123")
    }

    fn page(&self) -> &'static str {
        include_str!("clear_order.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Ranking { ranked } = &item.question else {
            return (item.kind == Kind::RankedList).then(|| "it ranks nothing".to_owned());
        };
        let graph = context.graph;
        let mut positions = item.keys.clone();
        positions.sort_unstable();
        if positions != (0..item.options.len()).collect::<Vec<_>>() || positions.len() < 3 {
            return Some("not every option is ranked once".to_owned());
        }
        let in_order: Vec<&str> = item.keys.iter().map(|&at| item.options[at].text.as_str()).collect();
        let nodes: Vec<&[NodeId]> = item.keys.iter().map(|&at| item.options[at].nodes.as_slice()).collect();
        let are_told = nodes.len() == ranked.len() && nodes.iter().zip(ranked).all(|(nodes, one)| **nodes == [*one]);
        if !are_told || item.answer_text != in_order.join(BETWEEN) || item.answer.first() != ranked.first() {
            return Some("the options in their order are not the diseases that were ranked".to_owned());
        }
        let Some(has) = parts::relation(graph, "has_phenotype") else {
            return Some("it is about no finding".to_owned());
        };
        let findings: Vec<NodeId> =
            parts::objects_of(context, item, "has_phenotype").into_iter().map(|(_, node)| node).collect();
        if findings.len() != item.pattern.clauses.len() || findings.is_empty() {
            return Some("the pattern is no list of findings".to_owned());
        }
        if let Some(bad) = findings.iter().find(|&&finding| is_wordable(graph.label(finding)).is_err()) {
            return Some(format!("`{}` cannot be worded", graph.label(*bad)));
        }
        let is_kind = |left: NodeId, right: NodeId| left != right && graph.taxonomy().is_kind_of(left, right);
        if findings.iter().any(|&left| findings.iter().any(|&right| is_kind(left, right))) {
            return Some("one finding is a kind of another".to_owned());
        }
        let is_settled = |disease: NodeId, finding: NodeId| {
            let triple = (disease, has, finding);
            holds(graph, Reading::Strict, triple) == holds(graph, Reading::Loose, triple)
        };
        let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
        for &disease in ranked {
            if findings.iter().any(|&finding| !is_settled(disease, finding)) {
                return Some(format!("`{}` may have a finding that it is not recorded with", graph.label(disease)));
            }
            if findings.iter().any(|&finding| shares_a_stem(graph, finding, disease)) {
                return Some(format!("a finding shares a stem with `{}`", graph.label(disease)));
            }
            if context.statistics.profile(disease).is_none_or(|profile| profile.findings.len() < MIN_PROFILE) {
                return Some(format!("`{}` has fewer than ten findings", graph.label(disease)));
            }
            if !tier(graph, disease).may_stand_beside(tier(graph, ranked[0])) {
                return Some(format!("`{}` is far less known than the first", graph.label(disease)));
            }
        }
        let standings: Vec<_> = ranked.iter().map(|&disease| standing(mining, disease, &findings)).collect();
        if standings[0].at_least != findings.len() || standings[1].at_least + MIN_LEAD > findings.len() {
            return Some("the first does not have them all, or the next nearly does".to_owned());
        }
        (!are_ranked(&standings)).then(|| "two of them may have the same number of findings".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn an_order_with_two_exchanged_is_rejected() {
        let sample = Sample::new();
        let item = sample.ranking();
        assert_eq!(sample.reject(&ClearOrder, &item), None);
        let mut bad = item.clone();
        bad.keys.swap(2, 3);
        assert!(sample.reject(&ClearOrder, &bad).is_some());
        let Question::Ranking { ranked } = &mut bad.question else { panic!("a ranking") };
        ranked.swap(2, 3);
        let texts: Vec<String> = bad.keys.iter().map(|&at| bad.options[at].text.clone()).collect();
        bad.answer_text = texts.join(BETWEEN);
        assert!(sample.reject(&ClearOrder, &bad).is_some(), "whoever changes all of it changes the counts");
    }

    #[test]
    fn a_finding_more_that_makes_a_tie_is_rejected() {
        let sample = Sample::new();
        let item = sample.ranking();
        let Question::Ranking { ranked } = &item.question else { panic!("a ranking") };
        let last = sample.curie(ranked[3]);
        let has = |finding: &NodeId| format!("{last} -has_phenotype-> {}\n", sample.curie(*finding));
        let all: String = item.pattern.anchors().iter().map(has).collect();
        let (changed, carried) = sample.with(&all, &item);
        assert!(changed.reject(&ClearOrder, &carried).is_some());
    }

    #[test]
    fn a_finding_that_may_be_recorded_under_another_name_is_rejected() {
        let sample = Sample::new();
        let item = sample.ranking();
        let graph = sample.context().graph;
        let has = graph.relations().id("has_phenotype").unwrap();
        let Question::Ranking { ranked } = &item.question else { panic!("a ranking") };
        let lacks = |finding: &NodeId| !holds(graph, Reading::Strict, (ranked[3], has, *finding));
        let lacked = item.pattern.anchors().into_iter().find(lacks).unwrap();
        let stated = graph.objects(ranked[3], has).nodes()[0];
        let more = format!("{} -is_a-> {}", sample.curie(lacked), sample.curie(stated));
        let (changed, carried) = sample.with(&more, &item);
        assert!(changed.reject(&ClearOrder, &carried).is_some());
    }
}
