//! The paths of a YAML text, each cut out before it is parsed.
//!
//! A file is one path, several documents, or a list of paths, and the original file of all paths is twenty megabytes.
//! A mark of documents, and the dash of a list that is not indented, cannot stand inside anything else; so a text can
//! be cut there without a parser, each path has its bound, and one that is damaged takes no other with it.

use std::fmt::Display;

use crate::ingest::Input;
use crate::ingest::ReadError;

/// The longest path of DrugMechDB has 12 kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// A path's text and the line on which it starts; or the line that cannot be read, and why.
pub(super) struct Document {
    pub(super) line: u32,
    pub(super) text: Result<String, (u32, String)>,
}

/// Hands on each path of a text that is not blank.
///
/// # Errors
///
/// [`ReadError`] if the text cannot be read on.
pub(super) fn each(input: Input, mut take: impl FnMut(Document)) -> Result<(), ReadError> {
    let mut lines = input.into_lines();
    let mut cut = Cut::default();
    while let Some((number, line)) = lines.next_line()? {
        match line {
            Ok(line) => cut.line(number, line, &mut take),
            Err(bad) => cut.spoil(number, bad),
        }
    }
    cut.end(&mut take);
    Ok(())
}

#[derive(Default)]
struct Cut {
    document: Option<Document>,
    /// Whether the document is a list of paths; `None` before its first line that says something.
    is_list: Option<bool>,
}

impl Cut {
    fn line(&mut self, number: u32, line: &str, take: &mut impl FnMut(Document)) {
        let after =
            |mark: &str| line.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if let Some(rest) = after("---") {
            self.end(take);
            self.is_list = None;
            if !says_nothing(rest) {
                self.push(number, &format!("   {rest}"));
            }
            return;
        }
        if after("...").is_some() {
            self.end(take);
            self.is_list = None;
            return;
        }
        if self.document.is_none() && (says_nothing(line) || line.starts_with('%')) {
            return;
        }
        let item = after("-");
        if *self.is_list.get_or_insert(item.is_some())
            && let Some(rest) = item
        {
            self.end(take);
            self.push(number, &format!(" {rest}"));
        } else {
            self.push(number, line);
        }
    }

    fn push(&mut self, number: u32, line: &str) {
        let document = self.document.get_or_insert_with(|| Document { line: number, text: Ok(String::new()) });
        let Ok(text) = &mut document.text else { return };
        if text.len() + line.len() > MAX_BYTES {
            let start = document.line;
            document.text = Err((start, format!("the path is longer than {MAX_BYTES} bytes")));
            return;
        }
        text.push_str(line);
        text.push('\n');
    }

    /// Gives the document up for a line of it that is no text.
    fn spoil(&mut self, number: u32, why: impl Display) {
        let document = self.document.get_or_insert_with(|| Document { line: number, text: Ok(String::new()) });
        if document.text.is_ok() {
            document.text = Err((number, why.to_string()));
        }
    }

    fn end(&mut self, take: &mut impl FnMut(Document)) {
        if let Some(document) = self.document.take() {
            take(document);
        }
    }
}

/// Whether a line is blank or a comment.
fn says_nothing(line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the text of each path, or of the line that spoils it and why.
    fn documents(text: &[u8]) -> Vec<(u32, Result<String, String>)> {
        let mut found = Vec::new();
        let input = Input::of_bytes("test", text.to_vec());
        each(input, |document| {
            found.push((document.line, document.text.map_err(|(line, why)| format!("{line}: {why}"))));
        })
        .unwrap();
        found
    }

    #[test]
    fn documents_and_items_of_a_list_are_paths() {
        let text = b"%YAML 1.2\n---\n# one\na:\n- b\n...\n\n--- c: 1\n---\n- d: 1\n  e:\n  - f\n-\n  g: 2\n";
        let expected = [(4, "a:\n- b\n"), (8, "    c: 1\n"), (10, "  d: 1\n  e:\n  - f\n"), (13, " \n  g: 2\n")];
        assert_eq!(documents(text), expected.map(|(line, text)| (line, Ok(text.to_owned()))));
    }

    #[test]
    fn a_line_that_is_no_text_spoils_its_path_only() {
        let found = documents(b"- a: 1\n  b: \xff\n  c: 1\n- d: 1\n");
        let expected = [(1, Err("2: the line is not UTF-8".to_owned())), (4, Ok("  d: 1\n".to_owned()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_path_has_a_bound() {
        let text = format!("- a: 1\n{}- b: 1\n", "  # xxxxxxxxxxxxxxx\n".repeat(1 << 16));
        let found = documents(text.as_bytes());
        assert_eq!(found[0].1, Err("1: the path is longer than 1048576 bytes".to_owned()));
        assert!(found[1].1.is_ok());
    }
}
