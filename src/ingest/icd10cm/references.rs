//! The codes that an excludes note names.
//!
//! Notes are prose that ends with codes in parentheses: `influenza (J09-J11)`. Only that is read. Codes elsewhere in
//! the prose stand under an `unless` or an `as classified in`, and codes with a condition (`E08-E13 with .52`) stand
//! for fewer codes than they name; both would make proofs of exclusion that the book does not give.

use std::collections::BTreeMap;
use std::ops::Range;

/// What a note says about codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// These, and no more.
    Codes(Vec<Reference>),
    /// Codes, but only some of what they hold.
    Conditional,
    /// Codes, but not in parentheses at the end.
    InText,
    /// None.
    Nothing,
}

/// A code with all that is below it, or a range of such codes; both ends belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// The first code.
    pub(super) first: Box<str>,
    /// The last code; of a single one, the first.
    pub(super) last: Box<str>,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            return formatter.write_str(&self.first);
        }
        write!(formatter, "{}-{}", self.first, self.last)
    }
}

impl Reference {
    /// Reads `A00`, `O98.-`, `J00-J22` or `I63.3-I63.5-`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // A dash after a code says "and all below", which holds anyway.
        let mut ends = text.split('-').map(|end| end.trim().trim_end_matches('.')).filter(|end| !end.is_empty());
        let first = ends.next().filter(|end| is_code(end))?;
        let last = ends.next().unwrap_or(first);
        (is_code(last) && ends.next().is_none()).then(|| Self { first: first.into(), last: last.into() })
    }
}

/// The codes of a tabular list in the order of the book.
///
/// That order is not the order of their characters: `D3A` stands between `D36` and `D37`, and `C7A` before `C76`. What
/// a range spans is what stands in the book from its first code to its last.
#[derive(Debug, Default)]
pub(super) struct Book<'a> {
    codes: Vec<Standing>,
    positions: BTreeMap<&'a str, usize>,
    /// The positions of the code that was added last and of those above it.
    open: Vec<usize>,
}

#[derive(Debug)]
struct Standing {
    /// What the caller knows the code by.
    entry: usize,
    /// The position past all that is below it.
    end: usize,
}

impl<'a> Book<'a> {
    /// Adds the next code of the book, and says which one it stands right below. A code that stands twice stands where
    /// it stood first.
    pub(super) fn add(&mut self, code: &'a str, entry: usize, above: Option<usize>) {
        while self.open.last().is_some_and(|&last| Some(self.codes[last].entry) != above) {
            self.open.pop();
        }
        let position = self.codes.len();
        if self.positions.contains_key(code) {
            return;
        }
        self.positions.insert(code, position);
        self.codes.push(Standing { entry, end: position + 1 });
        self.open.push(position);
        for &at in &self.open {
            self.codes[at].end = position + 1;
        }
    }

    /// The fewest codes that hold all that is referred to and nothing else, in the order of the book.
    pub(super) fn cover(&self, reference: &Reference) -> Vec<usize> {
        let (Some(first), Some(last)) = (self.span(&reference.first), self.span(&reference.last)) else {
            return Vec::new();
        };
        let mut cover = Vec::new();
        let mut at = first.start;
        while let Some(standing) = self.codes.get(at).filter(|_| at < last.end) {
            // Right at the end a code may reach further than the range.
            if standing.end <= last.end {
                cover.push(standing.entry);
                at = standing.end;
            } else {
                at += 1;
            }
        }
        cover
    }

    /// The positions of a code and all that is below it. Where a code that the book does not have would stand, the span
    /// is empty: after those of its neighbours, below the same code, that come before it. `None` where nothing tells.
    fn span(&self, code: &str) -> Option<Range<usize>> {
        if let Some(&position) = self.positions.get(code) {
            return Some(position..self.codes[position].end);
        }
        let shorter = (1..code.len()).rev().filter_map(|length| code.get(..length));
        let above = shorter.filter_map(|shorter| self.positions.get(shorter)).next().copied()?;
        let below = above + 1..self.codes[above].end;
        let before = self.positions.iter().filter(|(other, position)| **other < code && below.contains(position));
        let last = before.map(|(_, &position)| position).max();
        let at = last.map_or(below.start, |last| self.codes[last].end);
        Some(at..at)
    }
}

/// The codes that a note names.
pub(super) fn named(note: &str) -> Named {
    let closing = note.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, inside)| inside);
    if let Some(inside) = closing {
        let items = inside.split(',').map(str::trim).filter(|item| !item.is_empty());
        let references: Option<Vec<Reference>> = items.map(Reference::parse).collect();
        match references {
            Some(references) if !references.is_empty() => return Named::Codes(references),
            _ if holds_code(inside) => return Named::Conditional,
            _ => {}
        }
    }
    if holds_code(note) { Named::InText } else { Named::Nothing }
}

/// The name of a chapter or section, and the codes it spans: `Cholera (A00)` is `Cholera` and `A00`.
pub(super) fn name_and_span(label: &str) -> (&str, Option<&str>) {
    match label.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((name, span)) if Reference::parse(span).is_some() => (name, Some(span)),
        _ => (label, None),
    }
}

/// Whether a text is spelt as codes are: three characters, or three, a full stop and up to four more.
pub(super) fn is_code(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let (category, rest) = text.split_once('.').unwrap_or((text, "0"));
    let is_category = category.len() == 3
        && category.bytes().all(is_sign)
        && category.starts_with(|first: char| first.is_ascii_uppercase())
        && category.bytes().any(|byte| byte.is_ascii_digit());
    is_category && (1..=4).contains(&rest.len()) && rest.bytes().all(is_sign)
}

fn holds_code(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '.')
        .any(|word| is_code(word.trim_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(note: &str) -> String {
        match named(note) {
            Named::Codes(references) => references.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn codes_in_closing_parentheses_are_read() {
        for (note, expected) in [
            ("tuberculous enteritis (A18.32)", "A18.32"),
            ("pregnancy (O98.-)", "O98"),
            ("influenza (J00-J22)", "J00-J22"),
            ("malignant neoplasm of eyelid (skin) (C43.1-, C44.1-)", "C43.1 C44.1"),
            ("lymph nodes (C81-C86, C88, C96.-)", "C81-C86 C88 C96"),
            ("occlusion (I63.3-I63.5-)", "I63.3-I63.5"),
            ("atherosclerosis (I70.2--I70.7-)", "I70.2-I70.7"),
            ("syndactyly (Q70.0- -Q70.3-)", "Q70.0-Q70.3"),
            ("eating disorders (F98.2.-F98.3)", "F98.2-F98.3"),
            ("abscess (K50.014, K50.114,)", "K50.014 K50.114"),
            ("malformations (Q00-QA0)", "Q00-QA0"),
        ] {
            assert_eq!(shown(note), expected, "{note}");
        }
    }

    #[test]
    fn a_condition_is_never_read_as_the_whole_code() {
        for note in
            ["gangrene (E08-E13 with .52)", "adverse effects (A00-R94 and T80-T88.6, T88.8)", "x (I69. with -23)"]
        {
            assert_eq!(named(note), Named::Conditional, "{note}");
        }
    }

    #[test]
    fn prose_names_no_code() {
        for note in ["myopathy in:", "hernia (congenital) (NOS)", "code to sign(s)", "()", ")", "(", ""] {
            assert_eq!(named(note), Named::Nothing, "{note}");
        }
        for note in ["rheumatic origin (I05-I09) unless fever is present", "conditions classified to A74.-"] {
            assert_eq!(named(note), Named::InText, "{note}");
        }
    }

    #[test]
    fn a_range_is_covered_by_the_fewest_codes_and_never_by_more() {
        let list = ["D06", "D06.0", "D06.1", "D07", "D07.0", "D07.3", "D07.30", "D07.4", "D09"];
        let book = book(&list);
        for (reference, expected) in [
            ("D06-D07", vec!["D06", "D07"]),
            ("D06-D07.3", vec!["D06", "D07.0", "D07.3"]),
            ("D06-D07.4", vec!["D06", "D07"]),
            ("D06.1-D09", vec!["D06.1", "D07", "D09"]),
            ("D07.3-", vec!["D07.3"]),
            ("D06.0-D06.9", vec!["D06.0", "D06.1"]),
            ("D07.2-D07.3", vec!["D07.3"]),
            ("D07.1-D07.2", vec![]),
            ("D07.31", vec![]),
            ("D08", vec![]),
            ("D09-D06", vec![]),
        ] {
            let reference = Reference::parse(reference).unwrap();
            let cover: Vec<&str> = book.cover(&reference).into_iter().map(|entry| list[entry]).collect();
            assert_eq!(cover, expected, "{reference}");
        }
    }

    #[test]
    fn a_range_spans_what_stands_between_its_ends_in_the_book() {
        let list = ["D36", "D36.0", "D3A", "D3A.0", "D37", "D38", "D44", "D48", "D49"];
        let book = book(&list);
        for (reference, expected) in [("D37-D44", vec!["D37", "D38", "D44"]), ("D36-D37", vec!["D36", "D3A", "D37"])] {
            let reference = Reference::parse(reference).unwrap();
            let cover: Vec<&str> = book.cover(&reference).into_iter().map(|entry| list[entry]).collect();
            assert_eq!(cover, expected, "{reference}");
        }
    }

    /// A book in which every code stands below the one whose characters it begins with.
    fn book<'a>(list: &[&'a str]) -> Book<'a> {
        let mut book = Book::default();
        for (entry, code) in list.iter().enumerate() {
            let above = list[..entry].iter().rposition(|above| code.starts_with(above));
            book.add(code, entry, above);
        }
        book
    }

    #[test]
    fn a_span_is_no_part_of_a_name() {
        assert_eq!(name_and_span("Other human herpesviruses (B10)"), ("Other human herpesviruses", Some("B10")));
        assert_eq!(name_and_span("Diseases of the ear (H60-H95)"), ("Diseases of the ear", Some("H60-H95")));
        assert_eq!(name_and_span("Infection (acute)"), ("Infection (acute)", None));
    }
}
