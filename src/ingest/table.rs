//! Tables of tab-separated values.
//!
//! TSV is not CSV: fields end at a tab and nothing is quoted, because terms hold bare quotation marks. Columns are
//! found by their names, never by position, so that a reordered file is read right and a missing column is named.

use crate::ingest::Input;
use crate::ingest::Lines;
use crate::ingest::ReadError;
use crate::ingest::Sink;

/// A table, read row by row.
#[derive(Debug)]
pub(super) struct Table {
    lines: Lines,
    names: Vec<Box<str>>,
    header_line: u32,
    min_fields: usize,
    /// The row that was read last, and where each of its fields ends.
    row: String,
    ends: Vec<usize>,
}

impl Table {
    /// Reads up to the header: the first line that is not blank and passes `is_header`. Lines before it are comments.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] with the problem `without` if there is no such line.
    pub(super) fn open(input: Input, is_header: impl Fn(&str) -> bool, without: &str) -> Result<Self, ReadError> {
        let mut lines = input.into_lines();
        let header = loop {
            match lines.next_line()? {
                None => break None,
                Some((number, Ok(line))) if !line.is_empty() && is_header(line) => {
                    // An older spelling hides the header in a comment.
                    let names = line.trim_start_matches('#').split('\t').map(|name| name.trim().into());
                    break Some((number, names.collect()));
                }
                Some((number, Err(bad))) => return Err(lines.format_error(number, format!("{bad}; {without}"))),
                Some(_) => {}
            }
        };
        match header {
            Some((header_line, names)) => {
                let names: Vec<Box<str>> = names;
                let min_fields = names.len();
                Ok(Self { lines, names, header_line, min_fields, row: String::new(), ends: Vec::new() })
            }
            None => Err(lines.format_error(1, without)),
        }
    }

    /// Takes rows that end early, as editors leave them that trim lines: what is missing is empty.
    #[must_use]
    pub(super) fn with_short_rows(self) -> Self {
        Self { min_fields: 1, ..self }
    }

    /// The position of a column that may be missing.
    pub(super) fn optional(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|found| **found == *name)
    }

    /// The position of a column.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] that lists the columns there are, or says that the column stands twice.
    pub(super) fn column(&self, name: &str) -> Result<usize, ReadError> {
        let mut found = self.names.iter().enumerate().filter(|(_, found)| ***found == *name).map(|(at, _)| at);
        let problem = match (found.next(), found.next()) {
            (Some(at), None) => return Ok(at),
            (Some(_), Some(_)) => format!("the table has two columns `{name}`"),
            (None, _) => no_column(&self.names, name),
        };
        Err(self.error(problem))
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, problem: impl Into<Box<str>>) -> ReadError {
        self.lines.format_error(self.header_line, problem)
    }

    /// Goes to the next row and gives its line. Blank lines are passed over; lines that are no row of this table go
    /// to quarantine.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file cannot be read on.
    pub(super) fn next_row(&mut self, sink: &mut Sink<'_>) -> Result<Option<u32>, ReadError> {
        while let Some((number, line)) = self.lines.next_line()? {
            match line {
                Ok("") => {}
                Ok(line) => {
                    self.ends.clear();
                    self.ends.extend(memchr::memchr_iter(b'\t', line.as_bytes()));
                    self.ends.push(line.len());
                    if (self.min_fields..=self.names.len()).contains(&self.ends.len()) {
                        self.row.clear();
                        self.row.push_str(line);
                        return Ok(Some(number));
                    }
                    let (found, expected) = (self.ends.len(), self.names.len());
                    sink.quarantine(number, format!("the row has {found} fields, the header {expected}"));
                }
                Err(bad) => sink.quarantine(number, bad),
            }
        }
        Ok(None)
    }

    /// A field of the row, without blanks around it; empty past the last column.
    pub(super) fn field(&self, column: usize) -> &str {
        let start = column.checked_sub(1).map_or(0, |before| self.ends.get(before).map_or(usize::MAX, |end| end + 1));
        let end = self.ends.get(column).copied().unwrap_or(0);
        self.row.get(start..end).unwrap_or("").trim()
    }

    /// A field of a column that may be missing; empty where it is.
    pub(super) fn field_of(&self, column: Option<usize>) -> &str {
        column.map_or("", |column| self.field(column))
    }

    /// The parts of a field that holds several.
    pub(super) fn parts(&self, column: Option<usize>, separator: char) -> impl Iterator<Item = &str> {
        self.field_of(column).split(separator).map(str::trim).filter(|part| !part.is_empty())
    }
}

/// That a column is missing, and which there are.
pub(super) fn no_column(names: &[Box<str>], name: &str) -> String {
    let shown: String = names.join(", ").chars().take(300).collect();
    format!("the table has no column `{name}`; it has {}", crate::finding::printable(&shown))
}

/// The parts as sorted texts, each once.
pub(super) fn sorted<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<Box<str>> {
    let mut list: Vec<Box<str>> = parts.map(Into::into).collect();
    list.sort();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, ReadError> {
        let input = Input::of_bytes("test", text.as_bytes().to_vec());
        Table::open(input, |line| !line.starts_with("# "), "there is no header")
    }

    #[test]
    fn columns_are_found_by_name() {
        let table = table("# comment\n\n#b\ta\n").unwrap();
        assert_eq!((table.optional("a"), table.optional("b"), table.optional("c")), (Some(1), Some(0), None));
    }

    #[test]
    fn a_column_that_stands_twice_is_refused() {
        let error = table("a\tb\ta\n").unwrap().column("a").unwrap_err().to_string();
        assert_eq!(error, "test:1: the table has two columns `a`");
    }

    #[test]
    fn a_row_may_end_early_only_where_that_is_said() {
        let quotes = |is_lenient| crate::ingest::sink::read_bytes(&Quotes { is_lenient }, b"x\ty\na\n").unwrap();
        assert_eq!(&*quotes(true).findings[0].text, "[\"a\", \"\", \"\"]");
        assert_eq!(&*quotes(false).findings[0].text, "the row has 1 fields, the header 2");
    }

    #[test]
    fn a_quotation_mark_is_only_text() {
        let records = crate::ingest::sink::read_bytes(&Quotes { is_lenient: false }, b"x\ty\n\"a\t b\"\n").unwrap();
        assert_eq!(&*records.findings[0].text, "[\"\\\"a\", \"b\\\"\", \"\"]");
    }

    struct Quotes {
        is_lenient: bool,
    }

    impl crate::ingest::Reader for Quotes {
        fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
            let table = Table::open(input, |_| true, "")?;
            let mut table = if self.is_lenient { table.with_short_rows() } else { table };
            while let Some(line) = table.next_row(sink)? {
                sink.quarantine(line, format!("{:?}", [table.field(0), table.field(1), table.field(2)]));
            }
            Ok(())
        }
    }
}
