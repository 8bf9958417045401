//! Texts for a terminal: wrapped, aligned, and harmless.

use std::io;
use std::io::Write as _;

use comfy_table::CellAlignment;
use comfy_table::ContentArrangement;
use comfy_table::Table;
use thinkpath::finding::printable;

/// How wide prose is set, in characters.
pub(crate) const WIDTH: usize = 100;

/// Prints a result.
///
/// # Errors
///
/// What the operating system says: a closed pipe above all.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Says something beside the result.
pub(crate) fn note(text: &str) {
    // If nobody can read it, nothing is lost that the result depends on.
    let _ = writeln!(io::stderr(), "{text}");
}

/// A number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prose in lines of at most [`WIDTH`] characters, each indented; ends with a line end. Long words stay whole.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    set(text, indent, indent)
}

/// As [`wrapped`], with every line but the first indented by three more: an entry of a list.
pub(crate) fn hanging(text: &str, indent: usize) -> String {
    set(text, indent, indent + 3)
}

fn set(text: &str, first_indent: usize, indent: usize) -> String {
    let mut lines = String::new();
    let mut line = " ".repeat(first_indent);
    let mut is_empty = true;
    for word in text.split_whitespace().map(printable) {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = " ".repeat(indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(&word);
        is_empty = false;
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

/// A text of at most so many characters; what is cut off shows as `…`.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Rows in columns: the first row is the header, every column but the first few of `n_left` stands right. Indented by
/// two, and without trailing spaces.
pub(crate) fn table(rows: &[Vec<String>], n_left: usize) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for column in table.column_iter_mut().skip(n_left) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.lines().map(|line| format!("  {}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn prose_is_broken_between_words() {
        let text = wrapped(&"word ".repeat(40), 2);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH && line.starts_with("  word")));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn an_entry_hangs_on_its_first_line() {
        let text = hanging(&format!("1. {}", "word ".repeat(40)), 2);
        let indents: Vec<usize> = text.lines().map(|line| line.len() - line.trim_start().len()).collect();
        assert_eq!(indents, [2, 5, 5]);
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(shortened("naïve", 5), "naïve");
        assert_eq!(shortened("naïve idea", 7), "naïve…");
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(wrapped("a\u{1b}[31m b", 0), "a\\x1B[31m b\n");
    }
}
