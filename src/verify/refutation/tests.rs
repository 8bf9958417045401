use std::collections::BTreeSet;

use super::*;
use crate::synth::Corruption;
use crate::verify::sample::Sample;

fn outcome(sample: &Sample, item: &Item) -> (Vec<Refuted>, Vec<(Code, String)>) {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for corruption in sample.corruptions(item) {
        match refute(sample.context(), item, &corruption) {
            Ok(refutation) => kept.push(Refuted { corruption, refutation }),
            Err(why) => dropped.push(why),
        }
    }
    (kept, dropped)
}

fn kept(sample: &Sample, item: &Item) -> Vec<Refuted> {
    outcome(sample, item).0
}

fn kinds(of: &[Refuted]) -> BTreeSet<&'static str> {
    of.iter().map(|refuted| refuted.corruption.kind.as_str()).collect()
}

#[test]
fn each_kind_of_item_is_corrupted_in_its_own_ways() {
    let sample = Sample::new();
    let [answered, unanswered] = sample.twins();
    for (item, expected) in [
        (
            sample.case(),
            &[
                "clue_ignored",
                "edge_swapped",
                "negation_dropped",
                "option_overlooked",
                "premature_conclusion",
                "unsupported_claim",
                "wrong_combination",
                "wrong_exclusion",
            ][..],
        ),
        (
            sample.finding_set(),
            &["edge_swapped", "negation_dropped", "premature_conclusion", "wrong_combination", "wrong_exclusion"],
        ),
        (sample.contrast(), &["edge_swapped", "polarity_flipped", "premature_conclusion", "wrong_exclusion"]),
        (sample.path(), &["direction_turned", "edge_swapped", "hop_skipped", "polarity_flipped"]),
        (sample.treatment(), &["polarity_flipped", "premature_conclusion", "wrong_exclusion"]),
        (sample.indication(), &["direction_turned", "edge_swapped", "premature_conclusion"]),
        (sample.statement(true), &["polarity_flipped", "wrong_exclusion"]),
        (sample.statement(false), &["polarity_flipped", "premature_conclusion"]),
        (sample.drug_statement(true), &["polarity_flipped", "wrong_exclusion"]),
        (sample.drug_statement(false), &["polarity_flipped", "premature_conclusion"]),
        (sample.ranking(), &["negation_dropped", "premature_conclusion", "wrong_exclusion"]),
        (sample.shape("open"), &["polarity_flipped"]),
        (sample.shape("multiple_answer"), &["negation_dropped", "polarity_flipped", "premature_conclusion"]),
        (answered, &["negation_dropped", "polarity_flipped", "premature_conclusion"]),
        (unanswered, &["negation_dropped", "premature_conclusion"]),
        (sample.chains(), &["direction_turned", "edge_swapped", "hop_skipped", "negation_dropped", "wrong_exclusion"]),
        (sample.coding(), &["edge_swapped", "premature_conclusion", "wrong_exclusion"]),
    ] {
        let (kept, dropped) = outcome(&sample, &item);
        let missing: Vec<&&str> = expected.iter().filter(|kind| !kinds(&kept).contains(**kind)).collect();
        assert!(missing.is_empty(), "{missing:?} of {:?}: {dropped:#?}", item.question);
    }
}

#[test]
fn a_gene_is_taken_for_another_one() {
    let sample = Sample::new();
    let kept = kept(&sample, &sample.causal_gene());
    assert!(kinds(&kept).len() >= 5, "{:?}", kinds(&kept));
}

#[test]
fn a_true_path_is_not_refuted() {
    let sample = Sample::new();
    let items = [
        sample.case(),
        sample.contrast(),
        sample.path(),
        sample.chains(),
        sample.finding_set(),
        sample.statement(true),
        sample.statement(false),
        sample.ranking(),
        sample.shape("open"),
        sample.shape("multiple_answer"),
    ];
    for item in items.into_iter().chain(sample.twins()) {
        for at in 0..item.steps.len() {
            let own = Corruption {
                kind: CorruptionKind::EdgeSwapped,
                steps: item.steps.clone(),
                first_wrong: at,
                replaced: at,
                answer: item.answer.clone(),
                answer_text: item.answer_text.clone(),
            };
            assert_eq!(refute(sample.context(), &item, &own).unwrap_err().0, NOT_REFUTED, "{}", item.steps[at].text);
        }
    }
}

#[test]
fn a_path_that_goes_wrong_earlier_is_dropped() {
    let sample = Sample::new();
    let item = sample.case();
    let refuted = kept(&sample, &item).into_iter().find(|refuted| refuted.corruption.first_wrong == 0).unwrap();
    let later = Corruption { first_wrong: 1, ..refuted.corruption };
    assert_eq!(refute(sample.context(), &item, &later).unwrap_err().0, NOT_THE_ITEMS);
    let never = Corruption { first_wrong: 99, ..later };
    assert_eq!(refute(sample.context(), &item, &never).unwrap_err().0, NOT_THE_ITEMS);
}

#[test]
fn a_text_that_says_something_else_is_dropped() {
    let sample = Sample::new();
    let item = sample.case();
    let mut corruption = kept(&sample, &item).remove(0).corruption;
    corruption.steps[corruption.first_wrong].text = "Nothing of the kind.".into();
    assert_eq!(refute(sample.context(), &item, &corruption).unwrap_err().0, MISREAD);
}

#[test]
fn what_may_be_true_is_not_refuted() {
    let sample = Sample::new();
    let item = sample.case();
    let combined = kept(&sample, &item)
        .into_iter()
        .find(|refuted| refuted.corruption.kind == CorruptionKind::NegationDropped)
        .unwrap();
    let disease = combined.corruption.answer[0];
    // Were the option recorded with all that it fails, it would be no lie to say so.
    let clues: Vec<String> =
        parts::clues(sample.context(), &item).iter().map(|(_, clue)| sample.curie(*clue)).collect();
    let more: String =
        clues.iter().map(|clue| format!("{} -has_phenotype-> {clue}\n", sample.curie(disease))).collect();
    let (changed, carried) = sample.with(&more, &item);
    let why = refute(changed.context(), &carried, &moved(&combined.corruption, &item, &carried)).unwrap_err();
    assert_eq!(why.0, NOT_REFUTED, "{}", why.1);
}

/// A path whose steps before the wrong one cite the edges of another graph.
fn moved(corruption: &Corruption, item: &Item, carried: &Item) -> Corruption {
    let mut moved = corruption.clone();
    for step in &mut moved.steps {
        if let Some(at) = item.steps.iter().position(|own| own == step) {
            step.clone_from(&carried.steps[at]);
        } else {
            step.edges.clear();
        }
    }
    moved
}

#[test]
fn a_number_is_kept_to_and_all_that_was_tried_is_accounted_for() {
    let sample = Sample::new();
    let item = sample.case();
    let of = |per_item| corrupted(sample.context(), &item, &sample.corruptions(&item), per_item);
    assert_eq!(of(0).refuted.len(), 0);
    assert_eq!(of(3).refuted.len(), 3);
    assert_eq!(kinds(&of(3).refuted).len(), 3);
    let all = of(usize::MAX);
    let n_dropped: u64 = all.dropped.values().sum();
    assert_eq!(all.refuted.len() + usize::try_from(n_dropped).unwrap(), sample.corruptions(&item).len());
}

#[test]
fn the_same_item_has_the_same_wrong_paths() {
    let sample = Sample::new();
    let item = sample.case();
    assert_eq!(sample.corruptions(&item), sample.corruptions(&item));
}
