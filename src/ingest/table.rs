//! Tables of tab-separated values.
//!
//! TSV is not CSV: fields end at a tab and nothing is quoted, because terms hold bare quotation marks. Columns are
//! found by their names, never by position, so that a reordered file is read right and a missing column is named.

use crate::ingest::Lines;
use crate::ingest::ReadError;

/// The columns of a table, found by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    names: Vec<Box<str>>,
}

impl Header {
    /// The header on a line; a leading `#` and blanks round names are ignored.
    pub(super) fn new(line: &str) -> Self {
        Self { names: line.trim_start_matches('#').split('\t').map(|name| name.trim().into()).collect() }
    }

    /// How many columns there are.
    pub(super) fn n_columns(&self) -> usize {
        self.names.len()
    }

    /// The position of a column that may be missing.
    pub(super) fn optional(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|found| **found == *name)
    }

    /// The position of a column.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] that lists the columns there are.
    pub(super) fn column(&self, lines: &Lines, line: u32, name: &str) -> Result<usize, ReadError> {
        self.optional(name).ok_or_else(|| {
            let found = crate::finding::printable(&self.names.join(", "));
            let shown: String = found.chars().take(300).collect();
            lines.format_error(line, format!("the table has no column `{name}`; it has {shown}"))
        })
    }
}

/// A row as fields by position, or why it is none.
pub(super) fn fields<'a>(line: &'a str, header: &Header, into: &mut Vec<&'a str>) -> Result<(), String> {
    into.clear();
    into.extend(line.split('\t'));
    if into.len() == header.n_columns() {
        return Ok(());
    }
    Err(format!("the row has {} fields, the header {}", into.len(), header.n_columns()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let header = Header::new("#b\ta");
        assert_eq!((header.optional("a"), header.optional("b"), header.optional("c")), (Some(1), Some(0), None));
    }

    #[test]
    fn a_quotation_mark_is_only_text() {
        let mut row = Vec::new();
        fields("\"a\tb\"", &Header::new("x\ty"), &mut row).unwrap();
        assert_eq!(row, ["\"a", "b\""]);
    }
}
