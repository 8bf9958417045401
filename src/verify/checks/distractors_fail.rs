#![doc = include_str!("distractors_fail.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::kg::search::supports;
use crate::mine::MIN_PROFILE;
use crate::mine::Question;
use crate::mine::calibration::risk;
use crate::mine::clue::fails_enough;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Every distractor fails enough, and says what.
pub(super) struct DistractorsFail;

impl Check for DistractorsFail {
    fn code(&self) -> Code {
        Code("V106")
    }

    fn page(&self) -> &'static str {
        include_str!("distractors_fail.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let n_wrong = item.options.len().saturating_sub(item.keys.len());
        if item.distractors.len() != n_wrong {
            return Some("a wrong option has no reason".to_owned());
        }
        item.distractors.iter().find_map(|distractor| {
            let Some(option) = item.options.get(distractor.option).filter(|_| !item.keys.contains(&distractor.option))
            else {
                return Some("a reason is about no wrong option".to_owned());
            };
            let why = match item.question {
                Question::Diagnosis(_) | Question::CausalGene { .. } => fails_too_little(context, item, distractor),
                Question::Contrast { other, .. } => {
                    is_not_shared(context, distractor, option.nodes.first().copied(), other)
                }
                Question::Coding => is_not_denied(context, item, distractor),
                Question::FindingSet { .. } | Question::Path => None,
            };
            why.map(|why| format!("\u{201c}{}\u{201d} {why}", option.text))
        })
    }
}

fn fails_too_little(context: Context<'_>, item: &Item, distractor: &Distractor) -> Option<&'static str> {
    let graph = context.graph;
    let has = parts::relation(graph, "has_phenotype")?;
    let clues = parts::clues(context, item);
    let option = *item.options.get(distractor.option)?.nodes.first()?;
    let diseases = parts::diseases_of(context, option);
    let has_clue = |reading, finding| diseases.iter().any(|&disease| holds(graph, reading, (disease, has, finding)));
    let failed: Vec<&(usize, NodeId)> =
        clues.iter().filter(|(_, finding)| !has_clue(Reading::Loose, *finding)).collect();
    let findings: Vec<NodeId> = failed.iter().map(|(_, finding)| *finding).collect();
    let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
    if !fails_enough(mining, &findings) {
        return Some("fails too few clues");
    }
    if !clues.iter().any(|(_, finding)| has_clue(Reading::Strict, *finding)) {
        return Some("has no clue at all");
    }
    let is_known = |disease: &NodeId| {
        context.statistics.profile(*disease).is_some_and(|profile| profile.findings.len() >= MIN_PROFILE)
    };
    if !diseases.iter().any(is_known) {
        return Some("has fewer than ten findings");
    }
    let positions: Vec<usize> = failed.iter().map(|(at, _)| *at).collect();
    let least = findings.iter().map(|&finding| context.statistics.information(finding)).fold(f64::INFINITY, f64::min);
    let is_as_noted = distractor.class == DistractorClass::Unsupported
        && distractor.failed == positions
        && (distractor.risk - risk(findings.len(), least)).abs() < 1e-12;
    (!is_as_noted).then_some("does not fail the clues that are noted")
}

/// A finding that both diseases have cannot tell them apart: the edge that says so is the denial.
fn is_not_shared(
    context: Context<'_>,
    distractor: &Distractor,
    finding: Option<NodeId>,
    other: NodeId,
) -> Option<&'static str> {
    let (has, finding) = parts::relation(context.graph, "has_phenotype").zip(finding)?;
    let backing = supports(context.graph, Reading::Strict, (other, has, finding));
    let is_denied = distractor.class == DistractorClass::Denied
        && !distractor.edges.is_empty()
        && distractor.edges.iter().all(|edge| backing.contains(edge));
    (!is_denied).then_some("is not shown to be a finding of both diseases")
}

/// An inclusion term is classified to one code only, so its edge denies every other one.
fn is_not_denied(context: Context<'_>, item: &Item, distractor: &Distractor) -> Option<&'static str> {
    let functional = distractor.edges.iter().any(|&edge| {
        context.graph.relation(context.graph.edge(edge).relation).is_functional
            && item.path.iter().any(|hop| hop.edge == edge)
    });
    (distractor.class != DistractorClass::Denied || !functional).then_some("is not denied by any edge")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_distractor_that_notes_other_clues_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].failed.pop();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_risk_that_was_lowered_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].risk = 0.0;
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_denial_without_an_edge_is_rejected() {
        let sample = Sample::new();
        let item = sample.contrast();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].edges.clear();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }
}
