#![doc = include_str!("text_hygiene.md")]

use crate::finding::Code;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use regex::Regex;
use std::sync::LazyLock;
use unicode_normalization::is_nfc;

/// Texts are clean.
pub(super) struct TextHygiene;

impl Check for TextHygiene {
    fn code(&self) -> Code {
        Code("V205")
    }

    fn page(&self) -> &'static str {
        include_str!("text_hygiene.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let _ = context;
        let question = item.question_text();
        let texts = [&question, &item.rationale, &item.answer_text].into_iter();
        let options = item.options.iter().map(|option| &option.text);
        for text in texts.chain(options).chain(item.steps.iter().map(|step| &step.text)) {
            let is_clean = !text.is_empty()
                && !text.chars().any(char::is_control)
                && is_nfc(text)
                && !text.contains("  ")
                && !text.contains(['{', '}'])
                && text.trim() == text;
            if !is_clean {
                return Some(format!("\u{201c}{text}\u{201d} is not clean"));
            }
            if BANNED.as_ref().is_none_or(|banned| banned.is_match(text)) {
                return Some(format!("\u{201c}{text}\u{201d} speaks of the graph or of letters"));
            }
        }
        if !question.ends_with(['?', '.']) || !question.starts_with(|first: char| !first.is_lowercase()) {
            return Some("the question is no sentence".to_owned());
        }
        None
    }
}

static BANNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"\b(HP|ORPHA|OMIM|NCBIGene|MONDO|ICD10CM):|(?i)\b(knowledge graph|graph node|ontology term|curie)\b";
    let letters = r"\b([Oo]ption|[Cc]hoice|[Aa]nswer) [A-E]\b";
    Regex::new(&format!("{words}|{letters}")).ok()
});

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
        assert!(BANNED.is_some());
    }
}
