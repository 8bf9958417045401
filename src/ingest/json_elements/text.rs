//! Fields of JSON records that are less strict than a schema would have them.
//!
//! A gene number is an integer in one file and a string in the next, a list of one is written without its brackets,
//! and `null` is as empty as what is missing. None of these is a damage; an object where a word should be is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::SeqAccess;
use serde::de::Visitor;

/// A word: a string, a number or a yes or no. Empty where it is missing or `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ingest) struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The word, without blanks around it.
    pub(in crate::ingest) fn as_str(&self) -> &str {
        self.0.trim()
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut list = List::deserialize_as(deserializer, "a text, a number or a truth value", false)?;
        Ok(list.0.pop().unwrap_or_default())
    }
}

/// A list of words, of which one alone may stand without brackets. What is empty or `null` is left away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ingest) struct List<'a>(Vec<Text<'a>>);

impl<'a> List<'a> {
    /// The words.
    pub(in crate::ingest) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Text::as_str).filter(|word| !word.is_empty())
    }

    fn deserialize_as<'de: 'a, D: Deserializer<'de>>(
        deserializer: D,
        expected: &'static str,
        is_list: bool,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words { expected, is_list, of: std::marker::PhantomData })
    }
}

impl<'a> FromIterator<&'a str> for List<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        Self(words.into_iter().map(Text::from).collect())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize_as(deserializer, "a text or a list of texts", true)
    }
}

struct Words<'a> {
    expected: &'static str,
    is_list: bool,
    of: std::marker::PhantomData<&'a str>,
}

fn one<'a, E>(word: Cow<'a, str>) -> Result<List<'a>, E> {
    Ok(List(vec![Text(word)]))
}

impl<'de: 'a, 'a> Visitor<'de> for Words<'a> {
    type Value = List<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<List<'a>, E> {
        one(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<List<'a>, E> {
        one(Cow::Owned(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<List<'a>, E> {
        one(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<List<'a>, E> {
        one(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<List<'a>, E> {
        one(Cow::Owned(number.to_string()))
    }

    fn visit_bool<E>(self, is_true: bool) -> Result<List<'a>, E> {
        one(Cow::Borrowed(if is_true { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<List<'a>, E> {
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<List<'a>, A::Error> {
        if !self.is_list {
            return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        let mut words = Vec::new();
        while let Some(word) = elements.next_element()? {
            words.push(word);
        }
        Ok(List(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_one_may_stand_without_brackets() {
        let words = |text: &str| -> Vec<String> {
            serde_json::from_str::<List<'_>>(text).unwrap().iter().map(str::to_owned).collect()
        };
        assert_eq!(words("[\"a\", \"b|c\", null, \"\"]"), ["a", "b|c"]);
        assert_eq!(words("\"a|b\""), ["a|b"]);
        assert_eq!(words("null"), [""; 0]);
    }

    #[test]
    fn a_word_may_be_a_number_but_no_object() {
        let word = |text: &str| serde_json::from_str::<Text<'_>>(text).map(|word| word.as_str().to_owned());
        for (text, expected) in
            [("9021", "9021"), ("true", "true"), ("\" a\\u0062 \"", "ab"), ("null", ""), ("1.5", "1.5")]
        {
            assert_eq!(word(text).unwrap(), expected);
        }
        for text in ["{}", "[\"a\"]"] {
            let error = word(text).unwrap_err().to_string();
            assert!(error.contains("expected a text, a number or a truth value"), "{error}");
        }
    }
}
