#![doc = include_str!("no_answer_leak.md")]

use crate::finding::Code;
use crate::kg::normal_name;
use crate::kg::words;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

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
        // A statement names what it is about, true or false: its own check sees to the names.
        if item.kind == Kind::TrueFalse {
            return None;
        }
        let graph = context.graph;
        let question = item.question_text();
        // A solver knows the other names of what is told.
        let anchors = item.pattern.anchors();
        let told: Vec<&str> = std::iter::once(question.as_str())
            .chain(anchors.iter().flat_map(|&node| parts::names(graph, node)))
            .collect();
        let told_stems: Vec<String> = told.iter().flat_map(|text| stems(text)).collect();
        let told_text = told.iter().map(|text| normal_name(text)).collect::<Vec<_>>().join(" ");
        let told_words = words(&question);
        let exact: Vec<&str> = question.split(|letter: char| !letter.is_alphanumeric()).collect();
        let others: Vec<Vec<String>> = item
            .options
            .iter()
            .enumerate()
            .filter(|(_, option)| option.nodes != item.answer)
            .map(|(_, option)| stems(&option.text))
            .collect();
        for name in item.answer.iter().flat_map(|&node| parts::names(graph, node)) {
            if is_said(&told_words, &exact, name) {
                return Some(format!("the question holds \u{201c}{name}\u{201d}"));
            }
            for stem in stems(name).into_iter().filter(|stem| !is_common_stem(stem)) {
                let is_shared = !others.is_empty() && others.iter().all(|stems| stems.contains(&stem));
                if told_stems.contains(&stem) && !is_shared {
                    return Some(format!(
                        "the question tells the stem \u{201c}{stem}\u{201d} of \u{201c}{name}\u{201d}"
                    ));
                }
            }
            let own = normal_name(name);
            for (left, right) in TRANSLATIONS {
                let crosses = |left: &str, right: &str| begins_a_word(&own, left) && begins_a_word(&told_text, right);
                if crosses(left, right) || crosses(right, left) {
                    return Some(format!("\u{201c}{left}\u{201d} and \u{201c}{right}\u{201d} say the same"));
                }
            }
            let clues = parts::clues(context, item);
            let initials = clues.iter().filter_map(|&(_, clue)| graph.label(clue).chars().next());
            if let Some(acronym) = spelt(name, &initials.collect::<Vec<_>>()) {
                return Some(format!("the findings spell \u{201c}{acronym}\u{201d}"));
            }
        }
        None
    }
}

/// Whether a name stands among words, whole. Short ones are taken for the word that they look like ("AS", "IN")
/// unless they stand as they are written.
fn is_said(told: &[String], exact: &[&str], name: &str) -> bool {
    let own = words(name);
    match own.as_slice() {
        [] => false,
        [short] if short.chars().count() <= 3 => exact.contains(&name),
        own => told.windows(own.len()).any(|part| part == own),
    }
}

/// Whether a word of a text, or several in a row, begin so.
fn begins_a_word(text: &str, beginning: &str) -> bool {
    text.match_indices(beginning).any(|(at, _)| at == 0 || text[..at].ends_with(' '))
}

/// The acronym of a name that all clues but at most one spell, each with its first letter, as growth retardation,
/// aminoaciduria, cholestasis, iron overload, lactic acidosis and early death spell GRACILE.
fn spelt<'n>(name: &'n str, initials: &[char]) -> Option<&'n str> {
    let is_acronym = |word: &&str| word.chars().count() >= 4 && word.chars().all(char::is_uppercase);
    name.split(|letter: char| !letter.is_alphanumeric()).filter(is_acronym).find(|acronym| {
        let mut letters: Vec<char> = acronym.chars().collect();
        let n_used = initials.iter().filter(|&&initial| {
            let at = letters.iter().position(|&letter| letter == initial);
            at.map(|at| letters.swap_remove(at)).is_some()
        });
        let n_used = n_used.count();
        n_used >= 3 && n_used + 1 >= initials.len()
    })
}

/// Beginnings of words that say the same in two languages.
const TRANSLATIONS: [(&str, &str); 17] = [
    ("megalenceph", "macroceph"),
    ("hiccup", "singultus"),
    ("chat", "cat"),
    ("deaf", "hearing"),
    ("blind", "visual"),
    ("dwarf", "short stature"),
    ("dwarf", "disproportionate"),
    ("hypertrich", "hirsut"),
    ("alopecia", "hair"),
    ("atrich", "hair"),
    ("epilep", "seizure"),
    ("icter", "jaundice"),
    ("nephrolith", "kidney stone"),
    ("porphyr", "dark urine"),
    ("hypophosphat", "low phosphate"),
    ("cutis laxa", "loose skin"),
    ("ichthyos", "scaly skin"),
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

    #[test]
    fn a_stem_of_every_option_is_accepted_and_one_of_the_key_alone_is_not() {
        let sample = Sample::new();
        let mut item = sample.case();
        // Every option of the sample is a malady.
        item.stem.push_str(" It is a malady.");
        assert_eq!(sample.reject(&NoAnswerLeak, &item), None);
        let wrong = (item.key().unwrap() + 1) % item.options.len();
        item.options[wrong].text = "Something else".into();
        assert!(sample.reject(&NoAnswerLeak, &item).is_some());
    }

    #[test]
    fn short_names_count_only_as_they_are_written() {
        let said =
            |question: &str, name: &str| is_said(&words(question), &question.split(' ').collect::<Vec<_>>(), name);
        assert!(said("a man with CF and cough", "CF"));
        assert!(!said("a man as tall as you", "AS"));
        assert!(said("with short stature", "SHORT"));
        assert!(said("seen in Norrie disease first", "Norrie-disease"));
        assert!(!said("seen in Norrie and disease", "Norrie disease"));
    }

    #[test]
    fn findings_that_spell_the_acronym_are_seen() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(spelt("GRACILE syndrome", &letters("GACIL")), Some("GRACILE"));
        assert_eq!(spelt("GRACILE syndrome", &letters("GACSX")), None);
        assert_eq!(spelt("Norrie disease", &letters("NORI")), None);
    }

    #[test]
    fn translations_begin_words() {
        assert!(begins_a_word("congenital deafness", "deaf") && begins_a_word("with loose skin folds", "loose skin"));
        assert!(!begins_a_word("undeafened", "deaf"));
    }
}
