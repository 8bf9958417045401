//! A prefix as a setting names it.
//!
//! Identifiers get the table's spelling where they enter, so a setting that says `Orphanet` or `MIM` would match none of
//! them, and nobody would be told. Settings are spelt anew in the same way.

use std::borrow::Borrow;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

use crate::kg::Curie;
use crate::kg::prefix;

/// A prefix in the spelling of the table, such as `ORPHA`.
///
/// ```
/// let prefix: thinkpath::kg::PrefixName = "Orphanet".parse()?;
/// assert!(prefix.is_of(&"ORPHA:58".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct PrefixName(Box<str>);

/// A text that is no prefix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no prefix; it is what stands before the `:` of an identifier, as `ORPHA` in `ORPHA:58`")]
pub struct PrefixNameError {
    /// What stood there.
    text: Box<str>,
}

impl PrefixName {
    /// Whether a CURIE has this prefix.
    pub fn is_of(&self, curie: &Curie) -> bool {
        *self.0 == *curie.prefix()
    }
}

impl FromStr for PrefixName {
    type Err = PrefixNameError;

    fn from_str(text: &str) -> Result<Self, PrefixNameError> {
        let is_wrong = |letter: char| letter == ':' || letter.is_whitespace() || letter.is_control();
        if text.is_empty() || text.contains(is_wrong) {
            return Err(PrefixNameError { text: crate::finding::printable(text).into() });
        }
        Ok(Self(prefix(text).map_or(text, |known| known.prefix).into()))
    }
}

impl TryFrom<String> for PrefixName {
    type Error = PrefixNameError;

    fn try_from(text: String) -> Result<Self, PrefixNameError> {
        text.parse()
    }
}

/// So that a map by prefix can be asked with the prefix of a CURIE.
impl Borrow<str> for PrefixName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_spelt_as_identifiers_are() {
        for (given, curie) in [("Orphanet", "ORPHA:58"), ("MIM", "OMIM:1"), ("mesh", "MESH:D1"), ("Own", "Own:x")] {
            assert!(given.parse::<PrefixName>().unwrap().is_of(&curie.parse().unwrap()), "{given}");
        }
        assert!(!"OMIM".parse::<PrefixName>().unwrap().is_of(&"OMIMPS:1".parse().unwrap()));
    }

    #[test]
    fn mistakes_say_what_would_have_been_right() {
        for text in ["", "ORPHA:", "ORPHA:58", "OR PHA"] {
            let error = text.parse::<PrefixName>().unwrap_err().to_string();
            assert!(error.ends_with("as `ORPHA` in `ORPHA:58`"), "{error}");
        }
    }
}
