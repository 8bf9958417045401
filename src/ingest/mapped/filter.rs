//! Which rows of a table count.

use crate::ingest::ReadError;
use crate::ingest::mapped::RowSettings;
use crate::ingest::mapped::rows::Rows;

/// The rules of a table, bound to its columns.
pub(super) struct Filter<'a> {
    keep: Vec<(usize, &'a str, &'a [Box<str>])>,
    leave_out: Vec<(usize, &'a str, &'a [Box<str>])>,
}

impl<'a> Filter<'a> {
    /// The rules of the settings.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if the table has no such column.
    pub(super) fn of(settings: &'a RowSettings, rows: &Rows) -> Result<Self, ReadError> {
        let bind = |name: &'a str, values: &'a [Box<str>]| Ok::<_, ReadError>((rows.column(name)?, name, values));
        Ok(Self {
            keep: settings.keep.iter().map(|(name, values)| bind(name, values)).collect::<Result<_, _>>()?,
            leave_out: settings.leave_out.iter().map(|(name, values)| bind(name, values)).collect::<Result<_, _>>()?,
        })
    }

    /// The name of the rule that leaves the row out; `None` if it counts.
    pub(super) fn rule(&self, rows: &Rows) -> Option<String> {
        for &(column, name, values) in &self.keep {
            if !values.iter().any(|value| is_match(value, rows.field(column))) {
                return Some(format!("{name} that is not kept"));
            }
        }
        self.leave_out.iter().find_map(|&(column, name, values)| {
            let value = values.iter().find(|value| is_match(value, rows.field(column)))?;
            Some(format!("{name} {value}"))
        })
    }
}

/// Whether a text is a value in which `*` stands for any text.
fn is_match(value: &str, text: &str) -> bool {
    let Some((start, rest)) = value.split_once('*') else { return value == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (value, text, expected) in [
            ("NOT", "NOT", true),
            ("NOT", "NOTE", false),
            ("obsolete *", "obsolete fever", true),
            ("obsolete *", "obsolete", false),
            ("ICD10CM:*-*", "ICD10CM:I00-I99", true),
            ("ICD10CM:*-*", "ICD10CM:I00", false),
            ("*", "", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(is_match(value, text), expected, "{value} {text}");
        }
    }
}
