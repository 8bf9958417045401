#![doc = include_str!("no_answer_leak.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::kg::words;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// The question does not give the answer away.
pub(super) struct NoAnswerLeak;

impl Check for NoAnswerLeak {
    fn code(&self) -> Code {
        Code("V201")
    }

    fn page(&self) -> &'static str {
        include_str!("no_answer_leak.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let question = item.question_text();
        let told = format!(" {} ", normal_name(&question));
        let told_stems = stems(&question);
        let told_words = words(&question);
        let names = |node: NodeId| {
            let synonyms = graph.node(node).synonyms.iter().map(|synonym| synonym.text.to_string());
            std::iter::once(graph.label(node).to_owned()).chain(synonyms).collect::<Vec<String>>()
        };
        let others: Vec<Vec<String>> = item
            .options
            .iter()
            .enumerate()
            .filter(|(at, _)| !item.keys.contains(at))
            .map(|(_, option)| stems(&option.text))
            .collect();
        for name in item.answer.iter().flat_map(|&node| names(node)) {
            let normal = normal_name(&name);
            if normal.chars().count() >= 3 && told.contains(&format!(" {normal} ")) {
                return Some(format!("the question holds \u{201c}{name}\u{201d}"));
            }
            for stem in stems(&name).into_iter().filter(|stem| !is_common_stem(stem)) {
                let is_shared = !others.is_empty() && others.iter().all(|stems| stems.contains(&stem));
                if told_stems.contains(&stem) && !is_shared {
                    return Some(format!(
                        "the question and \u{201c}{name}\u{201d} share the stem \u{201c}{stem}\u{201d}"
                    ));
                }
            }
            let own = words(&name);
            let is_said = |said: &[String], word: &str| said.iter().any(|one| one.starts_with(word));
            for (left, right) in TRANSLATIONS {
                let crosses = |left: &str, right: &str| is_said(&own, left) && is_said(&told_words, right);
                if crosses(left, right) || crosses(right, left) {
                    return Some(format!("\u{201c}{left}\u{201d} and \u{201c}{right}\u{201d} say the same"));
                }
            }
        }
        None
    }
}

/// Beginnings of words that say the same in two languages.
const TRANSLATIONS: [(&str, &str); 14] = [
    ("hiccup", "singultus"),
    ("chat", "cat"),
    ("deaf", "hearing"),
    ("blind", "visual"),
    ("dwarf", "stature"),
    ("hypertrich", "hirsut"),
    ("alopecia", "hair"),
    ("atrich", "hair"),
    ("epilep", "seizure"),
    ("icter", "jaundice"),
    ("lithiasis", "stone"),
    ("porphyr", "dark urine"),
    ("hypophosphat", "low phosphate"),
    ("cutis laxa", "loose skin"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_name_in_the_stem_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&NoAnswerLeak, &item), None);
        let mut bad = item.clone();
        bad.stem = format!("{} In short, {}.", bad.stem, bad.answer_text);
        assert!(sample.reject(&NoAnswerLeak, &bad).is_some());
    }

    #[test]
    fn a_word_stem_of_the_key_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&NoAnswerLeak, &item), None);
        let mut bad = item.clone();
        let stem: String = bad.answer_text.chars().take(5).collect();
        bad.stem = format!("{} There is {}oid skin.", bad.stem, stem.to_lowercase());
        assert!(sample.reject(&NoAnswerLeak, &bad).is_some());
    }
}
