//! Where a field stands in its file.
//!
//! The sections are types of other stages, which know nothing of files. So the text is parsed once more, for places
//! only, when there may be something to tell.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::location::Location;

/// A step on the way from the root of a file to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Into a table.
    Key(&'a str),
    /// Into a list, from 0.
    At(usize),
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Part<'_> {
    fn from(at: usize) -> Self {
        Self::At(at)
    }
}

/// A field as a person writes it: the entries of lists of sections are not numbered, because their line says which.
pub(super) fn shown(path: &[Part<'_>]) -> String {
    let mut text = String::from("`");
    for part in path {
        if let Part::Key(key) = part {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}{key}", if text.len() > 1 { "." } else { "" });
        }
    }
    text.push('`');
    text
}

/// The places of a file.
pub(super) struct Places<'a> {
    file: &'a str,
    text: &'a str,
    root: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Places<'a> {
    /// Those of a text that was parsed before.
    pub(super) fn of_file(file: &'a str, text: &'a str) -> Self {
        Self { file, text, root: DeTable::parse(text).ok() }
    }

    /// The place of a field; of the section that should have it, if it is not there.
    pub(super) fn of(&self, path: &[Part<'_>]) -> Location {
        let mut offset = 0;
        let mut parts = path.iter();
        let first = parts.next().zip(self.root.as_ref());
        let mut at = first.and_then(|(part, root)| in_table(root.get_ref(), part));
        while let Some(value) = at {
            // A table of dotted keys has no place of its own.
            offset = if value.span().is_empty() { offset } else { value.span().start };
            at = parts.next().and_then(|part| match (value.get_ref(), part) {
                (DeValue::Table(table), part) => in_table(table, part),
                (DeValue::Array(array), Part::At(at)) => array.get(*at),
                _ => None,
            });
        }
        Location::of_offset(self.file, self.text, offset)
    }
}

fn in_table<'a, 'i>(table: &'a DeTable<'i>, part: &Part<'_>) -> Option<&'a Spanned<DeValue<'i>>> {
    let Part::Key(key) = part else { return None };
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "title = 'T'\n[ingest]\nsources = ['a',\n  'b']\n[[mine.walk]]\nn_items = 1\n[[mine.walk]]\nhops = { 2 = 0.5,\n  3 = 0.5 }\n";

    #[test]
    fn a_field_is_found_wherever_it_stands() {
        let places = Places::of_file("p", TEXT);
        for (path, place) in [
            (&["title".into()][..], "p:1:9"),
            (&["ingest".into(), "sources".into()], "p:3:11"),
            (&["ingest".into(), "sources".into(), Part::At(1)], "p:4:3"),
            (&["mine".into(), "walk".into(), Part::At(0), "n_items".into()], "p:6:11"),
            (&["mine".into(), "walk".into(), Part::At(1), "hops".into(), "3".into()], "p:9:7"),
        ] {
            assert_eq!(places.of(path).to_string(), place, "{}", shown(path));
        }
    }

    #[test]
    fn what_is_missing_is_told_where_it_should_stand() {
        let places = Places::of_file("p", TEXT);
        let missing = ["mine".into(), "walk".into(), Part::At(1), "max_degree".into()];
        assert_eq!(places.of(&missing).to_string(), "p:7:1");
        assert_eq!(places.of(&["write".into()]).to_string(), "p:1:1");
    }

    #[test]
    fn a_field_is_shown_as_it_is_written() {
        let path = ["mine".into(), "case".into(), Part::At(2), "n_items".into()];
        assert_eq!(shown(&path), "`mine.case.n_items`");
    }
}
