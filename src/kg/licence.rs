//! What may be done with what was made from a source.
//!
//! Classes are ordered from free to closed, so that the licence of an item is the greatest of all that it uses.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

/// What a licence allows, most open first. `Ord` is "is at least as restrictive as".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Licence {
    /// Anything: CC0, public domain.
    Open,
    /// Anything, with credit: CC BY.
    Attribution,
    /// With credit and a notice, files unmodified: the HPO licence.
    AttributionWithNotice,
    /// Only unmodified copies: CC BY-ND.
    NoChange,
    /// No commercial use: CC BY-NC.
    NonCommercial,
    /// Only for those who signed: UMLS, SNOMED CT.
    Restricted,
    /// Nobody said.
    Unknown,
}

impl Licence {
    /// All classes, most open first.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Attribution,
        Self::AttributionWithNotice,
        Self::NoChange,
        Self::NonCommercial,
        Self::Restricted,
        Self::Unknown,
    ];

    /// Whether items made from it may be passed on by anyone to anyone.
    pub fn may_publish(self) -> bool {
        self <= Self::AttributionWithNotice
    }

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Attribution => "attribution",
            Self::AttributionWithNotice => "attribution-with-notice",
            Self::NoChange => "no-change",
            Self::NonCommercial => "non-commercial",
            Self::Restricted => "restricted",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word that names no licence class.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{text}` is no licence class; there are open, attribution, attribution-with-notice, no-change, non-commercial, restricted, unknown"
)]
pub struct LicenceError {
    text: Box<str>,
}

impl FromStr for Licence {
    type Err = LicenceError;

    fn from_str(text: &str) -> Result<Self, LicenceError> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or_else(|| LicenceError { text: text.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_of_two_is_the_stricter_one() {
        assert_eq!(Licence::Open.max(Licence::Restricted), Licence::Restricted);
        assert!(Licence::AttributionWithNotice.may_publish());
        assert!(!Licence::NoChange.may_publish());
    }

    #[test]
    fn names_lead_back() {
        for class in Licence::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
        }
    }
}
