//! One file, one code, one page a check.

mod bound_edges;
mod clear_order;
mod clue_quality;
mod contradictions;
mod direction_and_polarity;
mod distractors_fail;
mod finding_sets;
mod hub_path;
mod judged_statement;
mod licence;
mod live_nodes;
mod no_answer;
mod no_answer_leak;
mod no_claimed_absence;
mod no_rival;
mod one_chain;
mod open_answer;
mod option_length;
mod option_names;
mod options_apart;
mod proved_contrast;
mod several_answers;
mod single_answer;
mod steps_cite;
mod text_hygiene;
mod wordable_clues;

use crate::verify::Check;

pub(super) use direction_and_polarity::mistold;

/// Every check, in the order of codes.
pub fn all() -> &'static [&'static dyn Check] {
    &[
        &bound_edges::BoundEdges,
        &steps_cite::StepsCite,
        &single_answer::SingleAnswer,
        &direction_and_polarity::DirectionAndPolarity,
        &options_apart::OptionsApart,
        &distractors_fail::DistractorsFail,
        &no_rival::NoRival,
        &clue_quality::ClueQuality,
        &hub_path::HubPath,
        &live_nodes::LiveNodes,
        &contradictions::Contradictions,
        &licence::Licence,
        &proved_contrast::ProvedContrast,
        &finding_sets::FindingSets,
        &one_chain::OneChain,
        &open_answer::OpenAnswer,
        &no_answer::NoAnswer,
        &judged_statement::JudgedStatement,
        &several_answers::SeveralAnswers,
        &clear_order::ClearOrder,
        &no_answer_leak::NoAnswerLeak,
        &wordable_clues::WordableClues,
        &option_names::OptionNames,
        &option_length::OptionLength,
        &text_hygiene::TextHygiene,
        &no_claimed_absence::NoClaimedAbsence,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_stand_on_their_pages() {
        let codes: Vec<&str> = all().iter().map(|check| check.code().as_str()).collect();
        assert!(codes.is_sorted_by(|left, right| left < right), "{codes:?}");
        for check in all() {
            assert!(check.page().starts_with(&format!("# {}: ", check.code())));
        }
    }
}
