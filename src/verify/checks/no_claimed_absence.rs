#![doc = include_str!("no_claimed_absence.md")]

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Step;
use crate::verify::Check;
use crate::verify::Context;

/// A gap is never called an absence.
pub(super) struct NoClaimedAbsence;

impl Check for NoClaimedAbsence {
    fn code(&self) -> Code {
        Code("V206")
    }

    fn page(&self) -> &'static str {
        include_str!("no_claimed_absence.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let denies = |edge: &EdgeId| {
            let row = graph.relation(graph.edge(*edge).relation);
            row.is_negative() || row.is_functional || &*row.name == "excludes1"
        };
        let is_backed = |step: &Step| step.edges.iter().any(denies);
        let steps = item.steps.iter().filter(|step| !is_backed(step)).map(|step| &step.text);
        let is_all_proved = item.distractors.iter().all(|distractor| distractor.class == DistractorClass::Denied);
        // The rationale sums the steps up: it may deny only where nothing is merely unsupported.
        let rationale = (!is_all_proved).then_some(&item.rationale);
        let claim = steps.chain(rationale).find(|text| {
            // Names of findings may hold such words ("absent eyebrow"): only claims about a disease count.
            CLAIMS.as_ref().is_none_or(|claims| claims.is_match(text))
        })?;
        Some(format!("\u{201c}{claim}\u{201d} claims an absence that nothing proves"))
    }
}

static CLAIMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let claims = [
        r"\b(is|are) (known|said|reported|found)? ?(to be |as )?(absent|lacking|missing|impossible|excluded|ruled out)\b",
        r"\b(does|do|did|will|would|can|could) not (have|occur|present|cause|show|come|fit|develop|feature|include|involve|lead)\b",
        r"\b(lacks|never|cannot)\b",
        r"\bis not (a (finding|feature|part) of|seen|found|present|associated|caused)\b",
        r"\brules? out\b",
    ];
    Regex::new(&format!("(?i){}", claims.join("|"))).ok()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_gap_called_an_absence_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&NoClaimedAbsence, &item), None);
        let mut bad = item.clone();
        bad.rationale.push_str(" Seizures are absent in it.");
        assert!(sample.reject(&NoClaimedAbsence, &bad).is_some());
    }

    #[test]
    fn a_finding_whose_name_says_absent_is_accepted() {
        let sample = Sample::new();
        let mut item = sample.case();
        item.rationale.push_str(" It is not recorded with absent eyebrows.");
        assert_eq!(sample.reject(&NoClaimedAbsence, &item), None);
    }

    #[test]
    fn ways_to_claim_an_absence_are_seen_and_ways_to_admit_a_gap_are_not() {
        let claims = |text: &str| CLAIMS.as_ref().unwrap().is_match(text);
        for text in [
            "Seizures are absent in it.",
            "In it, this finding is reported to be absent.",
            "It does not have seizures.",
            "It lacks seizures.",
            "Seizures never occur in it.",
            "Seizures rule out the disease.",
            "It can not come with seizures.",
            "Seizures are not a feature of it. It is not a feature of it.",
        ] {
            assert!(claims(text), "{text}");
        }
        for text in [
            "It is not recorded with seizures.",
            "None of its members is recorded for it.",
            "It is not recorded with absent eyebrows.",
            "Both come with it, so it does not tell them apart.",
        ] {
            assert!(!claims(text), "{text}");
        }
    }

    #[test]
    fn a_denial_needs_its_edge() {
        let sample = Sample::new();
        let mut item = sample.contrast();
        assert_eq!(sample.reject(&NoClaimedAbsence, &item), None);
        let step = item.steps.iter_mut().find(|step| step.text.contains("absent")).unwrap();
        let is_negative = |edge: &EdgeId| sample.labels(*edge).0.contains("right");
        step.edges.retain(|edge| !is_negative(edge));
        assert!(sample.reject(&NoClaimedAbsence, &item).is_some());
    }
}
