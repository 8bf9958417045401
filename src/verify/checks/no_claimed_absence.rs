#![doc = include_str!("no_claimed_absence.md")]

use crate::finding::Code;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::StepKind;
use crate::verify::Check;
use crate::verify::Context;
use regex::Regex;
use std::sync::LazyLock;

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
        let _ = context;
        let is_proved = item.distractors.iter().all(|distractor| distractor.class == DistractorClass::Denied);
        if is_proved {
            return None;
        }
        let steps = item.steps.iter().filter(|step| step.kind == StepKind::Exclude).map(|step| &step.text);
        let claim = steps.chain([&item.rationale]).find(|text| {
            // Names of findings may hold such words ("absent eyebrow"): only claims about a disease count.
            CLAIMS.as_ref().is_none_or(|claims| claims.is_match(text))
        })?;
        Some(format!("\u{201c}{claim}\u{201d} claims an absence that nothing proves"))
    }
}

static CLAIMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(is|are) (reported (to be|as) )?absent\b|\b(does|do) not (have|occur|present|cause)\b|\bnever\b|\bcannot\b|\bimpossible\b").ok()
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
}
