#![doc = include_str!("text_hygiene.md")]

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::is_nfc;

use crate::finding::Code;
use crate::finding::printable;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Texts are clean.
pub(super) struct TextHygiene;

impl Check for TextHygiene {
    fn code(&self) -> Code {
        Code("V205")
    }

    fn page(&self) -> &'static str {
        include_str!("text_hygiene.md")
    }

    fn reject(&self, _context: Context<'_>, item: &Item) -> Option<String> {
        let question = item.question_text();
        let texts = [&question, &item.lead_in, &item.rationale, &item.answer_text].into_iter();
        let options = item.options.iter().map(|option| &option.text);
        for text in texts.chain(options).chain(item.steps.iter().map(|step| &step.text)) {
            if let Some(fault) = fault(text) {
                return Some(format!("\u{201c}{text}\u{201d} {fault}"));
            }
        }
        let is_asked = item.lead_in.ends_with('?') || (!item.kind.has_options() && item.lead_in.ends_with('.'));
        let is_opened = |text: &str| !text.starts_with(char::is_lowercase);
        if !is_asked || !is_opened(&item.lead_in) || !is_opened(&question) {
            return Some("the question is no sentence that asks".to_owned());
        }
        let is_sentence = |text: &str| is_opened(text) && text.ends_with(['.', '?', '\u{201d}']);
        if let Some(step) = item.steps.iter().find(|step| !is_sentence(&step.text)) {
            return Some(format!("\u{201c}{}\u{201d} is no sentence", step.text));
        }
        // A chain is told hop by hop, and whether each hop names what it speaks of is read there.
        if item.question.is_path() {
            return None;
        }
        let prose = format!(" {} ", normal_name(&item.rationale));
        let is_named = |text: &str| prose.contains(&format!(" {} ", normal_name(text)));
        // A verdict that is not right needs no mention.
        let options = item.options.iter().filter(|option| !option.nodes.is_empty() || option.text == item.answer_text);
        let unnamed = options.into_iter().find(|option| !is_named(&option.text))?;
        Some(format!("the rationale does not name \u{201c}{}\u{201d}", unnamed.text))
    }
}

/// What is wrong with a text.
fn fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("is empty");
    }
    if printable(text) != text || !is_nfc(text) {
        return Some("holds characters that nobody sees");
    }
    if text.trim() != text || ["  ", " ,", " .", "..", ",,"].iter().any(|slip| text.contains(slip)) {
        return Some("is set badly");
    }
    if text.contains(['{', '}']) {
        return Some("has an open placeholder");
    }
    if LETTERS.as_ref().is_none_or(|letters| letters.is_match(text)) {
        return Some("speaks of letters");
    }
    let medical = NODES.as_ref().map(|nodes| nodes.replace_all(text, ""));
    let is_jargon = |text: &str| JARGON.as_ref().is_none_or(|jargon| jargon.is_match(text));
    medical.is_none_or(|text| is_jargon(&text)).then_some("speaks of the graph")
}

/// Identifiers, and words about the graph.
static JARGON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let identifier = r"\b[A-Za-z][A-Za-z0-9]*[:_]\d{2,}|\b[A-Z][A-Za-z0-9]+:[A-Z]?\d";
    let words = "nodes?|edges?|subgraphs?|knowledge graph|ontology|ontologies|curies?|RDF|predicates?|metapaths?|distractors?|SPARQL";
    Regex::new(&format!(r"{identifier}|(?i)\b({words})\b")).ok()
});

/// Nodes and edges that a body has.
static NODES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b((lymph|sinus|sinoatrial|atrioventricular|AV|SA|\w+['\u{2019}]s|vocal cord)[ -]nodes?|(incisal|orbital|lower|upper|liver|free) edges?)\b",
    )
    .ok()
});

/// Letters are dealt after the prose is written.
static LETTERS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?i:options?|choices?|answers?)( is| are|:)? \(?[A-H]\b|^\(?[A-H][.)] ").ok());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_letter_in_the_prose_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&TextHygiene, &item), None);
        let mut bad = item.clone();
        bad.rationale.push_str(" Option B is wrong.");
        assert!(sample.reject(&TextHygiene, &bad).is_some());
    }

    #[test]
    fn a_control_character_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&TextHygiene, &item), None);
        let mut bad = item.clone();
        bad.stem.push('\u{1b}');
        assert!(sample.reject(&TextHygiene, &bad).is_some());
    }

    #[test]
    fn an_identifier_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&TextHygiene, &item), None);
        let mut bad = item.clone();
        bad.steps[0].text.push_str(" (HP:0000822)");
        assert!(sample.reject(&TextHygiene, &bad).is_some());
    }

    #[test]
    fn the_banned_words_compile() {
        assert!(JARGON.is_some() && NODES.is_some() && LETTERS.is_some());
    }

    #[test]
    fn what_readers_should_not_see_is_seen() {
        for text in [
            "",
            " a",
            "Two  blanks.",
            "A blank , before.",
            "Fill {term}.",
            "e\u{301} in two parts",
            "a\u{200b}b",
            "An edge joins the nodes.",
            "See HP:0000822.",
            "See ICD10CM:A35.",
            "See MONDO_0005148.",
            "Option B is wrong.",
            "The answer is C because of this.",
            "(B) Norrie disease",
        ] {
            assert!(fault(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_they_should_is_not() {
        for text in [
            "Lymph node enlargement and Heberden's nodes.",
            "A ratio of 1:1.",
            "Hepatitis B and vitamin A deficiency.",
            "A35.0 Tetanus",
            "The answer is a disease.",
            "Sj\u{f6}gren syndrome",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn a_rationale_that_passes_over_an_option_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        let passed_over = normal_name(&bad.options[2].text);
        bad.rationale = normal_name(&bad.rationale).replace(&passed_over, "the other one");
        assert!(sample.reject(&TextHygiene, &bad).is_some());
    }

    #[test]
    fn an_open_question_may_ask_to_name_something_and_a_choice_may_not() {
        let sample = Sample::new();
        let mut open = sample.path();
        open.lead_in = "Name the disease.".into();
        assert_eq!(sample.reject(&TextHygiene, &open), None);
        let mut choice = sample.case();
        choice.lead_in = "Name the disease.".into();
        assert!(sample.reject(&TextHygiene, &choice).is_some());
    }
}
