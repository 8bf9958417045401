//! Files that hold objects of one kind.
//!
//! The same records come as one object in a file, as an array, or with one on each line, and which it is can be seen
//! from the first line. Lines are the safest: one that is damaged cannot swallow the next.

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::json_elements::Scanner;

/// Hands on the text of each object, and its line, of a file of any of these shapes. What is no text goes to
/// quarantine.
///
/// # Errors
///
/// [`ReadError`] if the file has none of the shapes or cannot be read on.
pub(in crate::ingest) fn each_object(
    input: Input,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&str, u32, &mut Sink<'_>),
) -> Result<(), ReadError> {
    let mut scanner = Scanner::open(input)?;
    let is_array = match scanner.sign()? {
        Some(b'[') => true,
        Some(b'{') if scanner.starts_with_a_line() => {
            let n_passed = scanner.line - 1;
            let lines = Input::of_reader(&scanner.path, scanner.reader);
            return each_line(lines, sink, |text, line, sink| take(text, line.saturating_add(n_passed), sink));
        }
        Some(b'{') => false,
        None => {
            return Err(
                scanner.error("the file is empty; it holds an object, an array of objects, or one on each line")
            );
        }
        Some(_) => {
            let found = scanner.found()?;
            return Err(scanner.error(format!("expected `{{` or `[` at the beginning of the file, found {found}")));
        }
    };
    if is_array {
        scanner.take(b'[', "at the beginning of the file")?;
    }
    let mut is_first = true;
    while let Some((line, text)) = if is_array { scanner.element(is_first)? } else { Some(scanner.value()?) } {
        match text {
            Ok(text) => take(text, line, sink),
            Err(bad) => sink.quarantine(line, bad),
        }
        is_first = false;
        if !is_array {
            break;
        }
    }
    match scanner.sign()? {
        None => Ok(()),
        Some(_) => {
            let what = if is_array { "`]` of its array" } else { "`}` of its object" };
            Err(scanner.error(format!("the file goes on behind the {what}")))
        }
    }
}

/// Hands on the text of each line that is not blank, and its number. What is no text goes to quarantine.
///
/// # Errors
///
/// [`ReadError`] if the file cannot be read on.
pub(in crate::ingest) fn each_line(
    input: Input,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&str, u32, &mut Sink<'_>),
) -> Result<(), ReadError> {
    let mut lines = input.into_lines();
    while let Some((line, text)) = lines.next_line()? {
        match text {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => take(text, line, sink),
            Err(bad) => sink.quarantine(line, bad),
        }
    }
    Ok(())
}

impl Scanner {
    /// Whether the first line is an object of its own. A line whose end is not at hand is taken to be one: what is
    /// written for people to read breaks its lines.
    fn starts_with_a_line(&mut self) -> bool {
        let Ok(chunk) = self.chunk() else { return false };
        let line = chunk.split(|&byte| byte == b'\n').next().unwrap_or(chunk);
        line.len() == chunk.len() || line.trim_ascii_end().ends_with(b"}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Reader;
    use crate::ingest::sink::read_bytes;

    /// Complains of each object.
    struct Objects;

    impl Reader for Objects {
        fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
            each_object(input, sink, |text, line, sink| sink.quarantine(line, text.replace('\n', "~")))
        }
    }

    fn told(text: &str) -> Result<Vec<String>, String> {
        let records = read_bytes(&Objects, text.as_bytes()).map_err(|error| error.to_string())?;
        let of = |finding: &crate::finding::Finding| {
            let place = finding.location.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {}", place.trim_start_matches("test:"), finding.text)
        };
        Ok(records.findings.iter().map(of).collect())
    }

    #[test]
    fn the_first_line_tells_how_objects_are_laid_out() {
        for (text, expected) in [
            ("\n{\"a\": 1}\n\n{\"b\"\n{}\n", &["2 {\"a\": 1}", "4 {\"b\"", "5 {}"][..]),
            ("[{\"a\": 1},\n{}]\n", &["1 {\"a\": 1}", "2 {}"]),
            ("{\n\"a\": {}}\n", &["1 {~\"a\": {}}"]),
            ("{\"a\": 1", &["1 {\"a\": 1"]),
            ("[]", &[]),
        ] {
            assert_eq!(told(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_the_end_is_refused() {
        assert_eq!(told("[{}]\n{}").unwrap_err(), "test:2: the file goes on behind the `]` of its array");
        assert_eq!(told("{\n}{}").unwrap_err(), "test:2: the file goes on behind the `}` of its object");
        assert_eq!(
            told(" id,name").unwrap_err(),
            "test:1: expected `{` or `[` at the beginning of the file, found `i`"
        );
    }
}
