//! What a stage saw that a person should know, without stopping for it.
//!
//! Bad data is data: a record that cannot be used, a hierarchy with a cycle, a quota that could not be filled. Each
//! is a [`Finding`] with a stable code, so that scripts can count them and `thinkpath explain CODE` can explain
//! them. What stops a run is an error instead.

use std::fmt;

use crate::location::Location;

/// A stable code such as `I104`: the stage's letter and a number that is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Something was left out, merged or cut.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
        })
    }
}

/// Something seen in the data, with its code and, where there is one, its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence for a person: lower case, no full stop.
    pub text: String,
    /// Where it was first seen.
    pub location: Option<Location>,
    /// How often it was seen; at least 1.
    pub count: u64,
}

impl Finding {
    /// A note without a place.
    pub fn note(code: Code, text: impl Into<String>) -> Self {
        Self { code, severity: Severity::Note, text: text.into(), location: None, count: 1 }
    }

    /// A warning without a place.
    pub fn warning(code: Code, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::note(code, text) }
    }

    /// The same finding, seen at a place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// The same finding, seen so many times.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = count;
        self
    }
}

/// A finding may list names, and a damaged file may hold one of any length.
const MAX_SHOWN_CHARACTERS: usize = 2_000;

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = self.text.chars().take(MAX_SHOWN_CHARACTERS).collect();
        let mark = if start.len() < self.text.len() { "…" } else { "" };
        write!(formatter, "{} {}: {}{mark}", self.severity, self.code, printable(&start))?;
        if self.count > 1 {
            write!(formatter, " ({} times)", self.count)?;
        }
        match &self.location {
            Some(location) => write!(formatter, "\n  first at {}", printable(&location.to_string())),
            None => Ok(()),
        }
    }
}

/// A text that a terminal or a log can show: control characters become `\xNN`, so that a label cannot colour, clear
/// or forge a line.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.push_str(&format!("\\x{:02X}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character is no ink: control characters, marks without width, and those that turn the writing direction.
pub fn is_hidden(character: char) -> bool {
    let has_no_ink = matches!(u32::from(character), 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF);
    has_no_ink || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(printable("a\u{1b}[31mb\nc"), "a\\x1B[31mb\\x0Ac");
        assert_eq!(printable("naïve"), "naïve");
    }

    #[test]
    fn a_finding_is_shown_as_long_as_a_person_reads() {
        let shown = |length: usize| Finding::warning(Code("X101"), "é".repeat(length)).to_string();
        assert_eq!(shown(2_000), format!("warning X101: {}", "é".repeat(2_000)));
        assert_eq!(shown(2_001), format!("warning X101: {}…", "é".repeat(2_000)));
    }
}
