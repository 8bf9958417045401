//! Where something stands in a file.
//!
//! Every record, finding and error can say `file:line`, because a curator who is told that a graph is wrong needs
//! the line to mend, not a description of it. A [`Location`] owns its text and is made for messages; records carry
//! the small [`Place`] instead, which points into a list of files.

use std::fmt;
use std::sync::Arc;

/// A line, and perhaps a column, of a file; both count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    file: Arc<str>,
    line: u32,
    column: Option<u32>,
}

impl Location {
    /// The whole of a line.
    pub fn line(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self { file: file.into(), line, column: None }
    }

    /// The same line, at a column (counted in characters from 1).
    #[must_use]
    pub fn at_column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }

    /// The location of a byte offset in a text: lines and columns are counted for the reader of a message.
    pub fn of_offset(file: impl Into<Arc<str>>, text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Self { file: file.into(), line: saturate(line), column: Some(saturate(column)) }
    }

    /// The line, from 1.
    pub fn line_number(&self) -> u32 {
        self.line
    }

    /// The file as the user named it.
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)?;
        match self.column {
            Some(column) => write!(formatter, ":{column}"),
            None => Ok(()),
        }
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Which of the files of a run; an index into the list that [`crate::kg::Records`] keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u16);

impl FileId {
    /// The position in the list of files.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A line of one of the files of a run, in eight bytes. Lines count from 1; 0 is "the file as a whole".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_becomes_line_and_column() {
        let location = Location::of_offset("a.toml", "x = 1\nyé = 2\n", 9);
        assert_eq!(location.to_string(), "a.toml:2:3");
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(Location::of_offset("a", "ab", 99).to_string(), "a:1:3");
    }
}
