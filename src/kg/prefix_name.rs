//! A prefix as a setting names it.
//!
//! Identifiers get the table's spelling where they enter, so a setting that says `Orphanet` or `MIM` would match none of
//! them, and nobody would be told. Settings are spelt anew in the same way.

use std::borrow::Borrow;
use std::fmt;

use serde::Deserialize;

use crate::kg::Curie;
use crate::kg::prefix;

/// A prefix in the spelling of the table, such as `ORPHA`; one that the table does not know stays as it is.
///
/// ```
/// use thinkpath::kg::Curie;
/// use thinkpath::kg::PrefixName;
///
/// let curie: Curie = "ORPHA:58".parse()?;
/// assert!(PrefixName::from("Orphanet").is_of(&curie));
/// # Ok::<(), thinkpath::kg::CurieError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub struct PrefixName(Box<str>);

impl PrefixName {
    /// Whether a CURIE has this prefix.
    pub fn is_of(&self, curie: &Curie) -> bool {
        *self.0 == *curie.prefix()
    }

    /// Whether it could be the prefix of anything: it is neither empty, nor does it hold a colon or a blank.
    pub fn is_possible(&self) -> bool {
        let is_wrong = |letter: char| letter == ':' || letter.is_whitespace() || letter.is_control();
        !self.0.is_empty() && !self.0.contains(is_wrong)
    }
}

impl From<&str> for PrefixName {
    fn from(text: &str) -> Self {
        Self(prefix(text).map_or(text, |known| known.prefix).into())
    }
}

impl From<String> for PrefixName {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Display for PrefixName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
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
            assert!(PrefixName::from(given).is_of(&curie.parse().unwrap()), "{given}");
        }
        assert!(!PrefixName::from("OMIM").is_of(&"OMIMPS:1".parse().unwrap()));
    }

    #[test]
    fn what_no_curie_begins_with_is_no_prefix() {
        for text in ["", "ORPHA:", "ORPHA:58", "OR PHA"] {
            assert!(!PrefixName::from(text).is_possible(), "{text}");
        }
        assert!(PrefixName::from("Orphanet").is_possible());
    }
}
