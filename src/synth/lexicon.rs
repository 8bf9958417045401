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
    /// Where every word has a capital ("Folic Acid"), those that are mainly seen without lose theirs.
    pub fn inside_sentence(&self, text: &str) -> String {
        let text = &self.without_title_case(text);
        let word: String = text.chars().take_while(|character| character.is_alphanumeric()).collect();
        let rest = &text[word.len()..];
        let mut letters = word.chars();
        let is_plain = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
        let (lower, upper) = self.counts.get(&word.to_lowercase()).copied().unwrap_or_default();
        let is_name = match (lower, upper) {
            _ if NAMES.contains(&&*word) || is_of_a_person(&word, rest) => true,
            (0, 0) => stands_like_a_name(rest) || is_short_before_a_name(&word, rest),
            _ => upper > 2 * lower || lower <= 2 * upper && stands_like_a_name(rest),
        };
        if is_plain && word.chars().count() > 1 && !is_name { word.to_lowercase() + rest } else { text.to_owned() }
    }

    fn without_title_case(&self, text: &str) -> String {
        let is_title = |word: &str| word.chars().next().is_some_and(|first| !first.is_lowercase());
        if text.split_whitespace().count() < 2 || !text.split_whitespace().all(is_title) {
            return text.to_owned();
        }
        let mut told = String::new();
        let mut rest = text;
        while let Some((word, after)) = rest.split_once(' ') {
            told.push_str(&if told.is_empty() { word.to_owned() } else { self.small(word, after) });
            told.push(' ');
            rest = after;
        }
        told + &self.small(rest, "")
    }

    /// A word of a title, small if it is mainly seen so and no name stands there.
    fn small(&self, word: &str, after: &str) -> String {
        let is_plain = word.len() > 1 && word.chars().skip(1).all(|letter| letter.is_lowercase() || letter == ',');
        let plain = word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase();
        let (lower, upper) = self.counts.get(&plain).copied().unwrap_or_default();
        let is_name = stands_like_a_name(&format!(" {after}"));
        if is_plain && !is_name && lower > 4 * upper { word.to_lowercase() } else { word.to_owned() }
    }
}

/// Whether a word is a person's by what follows: "Cornelia de Lange", "Frank-Ter Haar".
fn is_of_a_person(word: &str, rest: &str) -> bool {
    const PARTICLES: [&str; 8] = ["da", "de", "der", "di", "du", "le", "van", "von"];
    const PREFIXES: [&str; 6] = ["Anti", "Non", "Para", "Post", "Pre", "Pseudo"];
    let mut words = rest.split_whitespace();
    let is_before = words.next().is_some_and(|next| PARTICLES.contains(&next))
        && words.next().is_some_and(|next| next.starts_with(char::is_uppercase));
    let mut letters = rest.strip_prefix('-').unwrap_or("").chars();
    let is_double = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    rest.starts_with(' ') && is_before || is_double && !PREFIXES.contains(&word)
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
