#![doc = include_str!("no_claimed_absence.md")]

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Code;
use crate::synth::Claim;
use crate::synth::Item;
use crate::synth::Sense;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::claims::falsehood;
use crate::verify::claims::miscited;
use crate::verify::reading::Names;

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
        let names = Names::of(context, item);
        let steps = item.steps.iter().map(|step| (&step.text, &step.claims, Some(step)));
        let rationale = (&item.rationale, &item.reasons, None);
        steps.chain([rationale]).find_map(|(text, claims, step)| {
            let is_backed = |claim: &Claim| {
                matches!(claim, Claim::Fact(fact) if fact.sense == Sense::Denied)
                    && falsehood(context, item, claim).is_none()
                    && step.is_none_or(|step| miscited(context, item, step).is_none())
            };
            let is_unbacked = match names.beside(context.graph, text, claims) {
                Ok(beside) => claims.iter().zip(&beside).any(|(claim, said)| claims_absence(said) && !is_backed(claim)),
                // Nobody can tell of what it is said.
                Err(_) => claims_absence(text),
            };
            is_unbacked.then(|| format!("\u{201c}{text}\u{201d} claims an absence that nothing proves"))
        })
    }
}

/// Whether what stands beside the names of a text says that something is absent. Names of findings may hold such words
/// themselves ("absent eyebrow").
fn claims_absence(beside: &str) -> bool {
    CLAIMS.as_ref().is_none_or(|claims| claims.is_match(beside))
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
    fn a_denial_backs_what_it_denies_and_nothing_else() {
        let sample = Sample::new();
        let item = sample.contrast();
        let at = item.steps.iter().position(|step| step.text.contains("absent")).unwrap();
        let label = |node| sample.context().graph.label(node);
        let [key, shared] = [item.answer[0], item.options[1].nodes[0]].map(label);
        let mut bad = item.clone();
        bad.steps[at].text = bad.steps[at].text.replace(key, &format!("{key} and {shared}"));
        assert!(sample.reject(&NoClaimedAbsence, &bad).is_some());
        let mut bad = item.clone();
        let Claim::Fact(fact) = &mut bad.steps[at].claims[0] else { panic!("a denial is a fact") };
        fact.objects.push(item.options[1].nodes[0]);
        bad.steps[at].text = bad.steps[at].text.replace(key, &format!("{key} and {shared}"));
        assert!(sample.reject(&NoClaimedAbsence, &bad).is_some());
    }

    #[test]
    fn a_rationale_whose_options_are_all_denied_is_read_sentence_by_sentence() {
        let sample = Sample::new();
        let mut bad = sample.contrast();
        assert!(bad.rationale.contains("reported to be absent"));
        bad.rationale.push_str(" Seizures are absent in it.");
        assert!(sample.reject(&NoClaimedAbsence, &bad).is_some());
    }

    #[test]
    fn a_denial_needs_its_edge() {
        let sample = Sample::new();
        let mut item = sample.contrast();
        assert_eq!(sample.reject(&NoClaimedAbsence, &item), None);
        let step = item.steps.iter_mut().find(|step| step.text.contains("absent")).unwrap();
        let is_negative = |edge: &crate::kg::EdgeId| sample.labels(*edge).0.contains("right");
        step.edges.retain(|edge| !is_negative(edge));
        assert!(sample.reject(&NoClaimedAbsence, &item).is_some());
    }
}
