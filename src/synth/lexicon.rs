//! Which words may begin in lower case.
//!
//! Ontologies write every label with a capital, names of people included. Lower-casing blindly gives "reye syndrome",
//! keeping every capital gives prose that reads like a table. The graph's own definitions and synonyms tell the two
//! apart: a word that stands there in lower case, and not mainly with a capital, inside a sentence, is no name.

use hashbrown::HashMap;

use crate::kg::Graph;

/// How often a word stands in lower case and with a capital, away from the start of a sentence.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    // Only looked up, never iterated.
    counts: HashMap<String, (u32, u32)>,
}

impl Lexicon {
    /// Counts the words of a graph's definitions and synonyms.
    ///
    /// # Complexity
    ///
    /// O(length of all definitions and synonyms).
    pub fn of(graph: &Graph) -> Self {
        let mut lexicon = Self::default();
        for (_, node) in graph.nodes() {
            lexicon.count(&node.label);
            lexicon.count(&node.definition);
            for synonym in &node.synonyms {
                lexicon.count(&synonym.text);
            }
        }
        lexicon
    }

    fn count(&mut self, text: &str) {
        let is_small = |word: &str| word.starts_with(char::is_lowercase);
        // "Philtrum, Tented": where every word has a capital, none says anything.
        let is_title = !text.split_whitespace().any(is_small);
        let mut is_start = true;
        for word in text.split_whitespace() {
            let ends_sentence = word.ends_with(['.', ':', '?', '!', '"']);
            if !is_start {
                let plain = word.trim_matches(|character: char| !character.is_alphanumeric());
                for part in plain.split(['-', '/']) {
                    let Some(first) = part.chars().next().filter(|first| first.is_alphabetic()) else { continue };
                    let entry = self.counts.entry(part.to_lowercase()).or_default();
                    if first.is_lowercase() {
                        entry.0 += 1;
                    } else if !is_title {
                        entry.1 += 1;
                    }
                }
            }
            is_start = ends_sentence;
        }
    }

    /// The text with its first letter in lower case, unless its first word is a name or an acronym. A name is mainly seen
    /// with a capital, for some who write definitions set important words off by one; where names stand, now and then is
    /// enough. A word that is nowhere seen inside a sentence is taken for a name only where names stand: before "syndrome", "sign" and the
    /// like, or hyphened to another capital.
    pub fn inside_sentence(&self, text: &str) -> String {
        let word: String = text.chars().take_while(|character| character.is_alphanumeric()).collect();
        let rest = &text[word.len()..];
        let mut letters = word.chars();
        let is_plain = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
        let (lower, upper) = self.counts.get(&word.to_lowercase()).copied().unwrap_or_default();
        let is_name = match (lower, upper) {
            _ if NAMES.contains(&&*word) => true,
            (0, 0) => stands_like_a_name(rest) || is_short_before_a_name(&word, rest),
            _ => upper > 2 * lower || lower <= 2 * upper && stands_like_a_name(rest),
        };
        if is_plain && word.chars().count() > 1 && !is_name { word.to_lowercase() + rest } else { text.to_owned() }
    }
}

/// Names of people and of germs that the HPO writes in lower case as well.
const NAMES: [&str; 11] = [
    "Babinski",
    "Brushfield",
    "Candida",
    "Clostridium",
    "Fanconi",
    "Helicobacter",
    "His",
    "Mycobacterium",
    "Raynaud",
    "Scheuermann",
    "Wolff",
];

/// Whether a word that nobody has seen is the first of two people's: "Parkes Weber syndrome". Adjectives that nobody has
/// seen are made of several roots, and long.
fn is_short_before_a_name(word: &str, rest: &str) -> bool {
    let is_before_a_name = rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_uppercase));
    is_before_a_name && word.chars().count() < 10
}

/// Whether what follows a word makes it a name: `-Willi syndrome`, ` disease`, `'s`.
fn stands_like_a_name(rest: &str) -> bool {
    const AFTER_NAMES: [&str; 22] = [
        "syndrome",
        "disease",
        "sign",
        "anomaly",
        "malformation",
        "phenomenon",
        "body",
        "bodies",
        "spots",
        "ring",
        "rings",
        "nodes",
        "reflex",
        "palsy",
        "deformity",
        "cell",
        "cells",
        "ulcer",
        "tumor",
        "type",
        "lines",
        "contracture",
    ];
    let next = rest.trim_start().split(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    let is_double = rest.starts_with('-') && rest[1..].starts_with(char::is_uppercase);
    is_double || rest.starts_with('\'') || rest.starts_with('\u{2019}') || AFTER_NAMES.contains(&next)
}

/// The text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(text: &str) -> Lexicon {
        let mut lexicon = Lexicon::default();
        lexicon.count(text);
        lexicon
    }

    #[test]
    fn names_keep_their_capital() {
        let lexicon =
            lexicon("A form of Reye disease. The short stature and the short neck. The Reye and a short arm.");
        assert_eq!(lexicon.inside_sentence("Reye syndrome"), "Reye syndrome");
        assert_eq!(lexicon.inside_sentence("Short stature"), "short stature");
    }

    #[test]
    fn acronyms_and_names_nobody_has_seen_keep_theirs() {
        let lexicon = lexicon("a emg emg");
        assert_eq!(lexicon.inside_sentence("Prader-Willi syndrome"), "Prader-Willi syndrome");
        assert_eq!(lexicon.inside_sentence("Hypouricemia"), "hypouricemia");
        assert_eq!(lexicon.inside_sentence("EMG change"), "EMG change");
        assert_eq!(lexicon.inside_sentence("Fountain syndrome"), "Fountain syndrome");
        assert_eq!(lexicon.inside_sentence("Parkes Weber syndrome"), "Parkes Weber syndrome");
        let adjective = "Musculocontractural Ehlers-Danlos syndrome";
        assert_eq!(lexicon.inside_sentence(adjective), "musculocontractural Ehlers-Danlos syndrome");
    }

    #[test]
    fn a_title_tells_nothing_and_a_word_with_a_capital_now_and_then_is_no_name() {
        let mut lexicon = lexicon("A mouth whose lip is tented. The acral skin, the acral parts and Acral Skin.");
        lexicon.count("Philtrum, Tented");
        assert_eq!(lexicon.inside_sentence("Tented upper lip"), "tented upper lip");
        assert_eq!(lexicon.inside_sentence("Acral ulceration"), "acral ulceration");
        assert_eq!(lexicon.inside_sentence("Acral-Riggs syndrome"), "Acral-Riggs syndrome");
    }

    #[test]
    fn the_first_word_of_a_sentence_tells_nothing() {
        assert_eq!(lexicon("Reye. Reye. Reye.").inside_sentence("Reye syndrome"), "Reye syndrome");
    }
}
