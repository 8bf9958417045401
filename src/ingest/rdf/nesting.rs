//! How deep brackets nest.
//!
//! The parsers have no bound of their own, and what they build of a hundred thousand open brackets is too deep to be
//! dropped again. So the bytes are watched on their way to the parser; of the grammar only texts, IRIs and comments
//! have to be known, in which a bracket is none.

const MAX_DEPTH: usize = 500;

/// Whose brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Those of Turtle, TriG, N-Triples and N-Quads.
    Turtle,
    /// Those of JSON.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Iri,
    Comment,
    /// A text in one such quote, or in three; and whether the byte before is a backslash.
    Text {
        quote: u8,
        is_long: bool,
        is_escaped: bool,
    },
}

/// Follows a text byte by byte.
#[derive(Debug)]
pub(super) struct Nesting {
    language: Language,
    inside: Inside,
    depth: usize,
}

/// The brackets are nested too deep.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("brackets are nested deeper than {MAX_DEPTH}")]
pub(super) struct TooDeep;

impl Nesting {
    pub(super) fn new(language: Language) -> Self {
        Self { language, inside: Inside::Nothing, depth: 0 }
    }

    /// Follows a piece of the text, which must not end inside of a sign of several bytes.
    ///
    /// # Errors
    ///
    /// [`TooDeep`] if it is.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Result<(), TooDeep> {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let taken = self.step(byte, rest);
            if self.depth > MAX_DEPTH {
                return Err(TooDeep);
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether a text is open that began on this line or an earlier one.
    pub(super) fn is_inside_text(&self) -> bool {
        matches!(self.inside, Inside::Text { .. })
    }

    /// A line has ended, and with it what may not run over lines.
    pub(super) fn end_line(&mut self) {
        if !matches!(self.inside, Inside::Text { is_long: true, .. }) {
            self.inside = Inside::Nothing;
        }
    }

    /// Takes the sign that stands first in `rest`, and says how long it is.
    fn step(&mut self, byte: u8, rest: &[u8]) -> usize {
        match self.inside {
            Inside::Comment => rest.len(),
            Inside::Iri => {
                if byte == b'>' {
                    self.inside = Inside::Nothing;
                }
                1
            }
            Inside::Text { quote, is_long, is_escaped } => {
                let length = if is_long { 3 } else { 1 };
                let ends = !is_escaped && rest.len() >= length && rest[..length].iter().all(|&byte| byte == quote);
                if ends {
                    self.inside = Inside::Nothing;
                    return length;
                }
                self.inside = Inside::Text { quote, is_long, is_escaped: !is_escaped && byte == b'\\' };
                1
            }
            Inside::Nothing => self.outside(byte, rest),
        }
    }

    fn outside(&mut self, byte: u8, rest: &[u8]) -> usize {
        let is_turtle = self.language == Language::Turtle;
        let is_twice = rest.get(1) == Some(&byte);
        match byte {
            b'"' | b'\'' if is_turtle || byte == b'"' => {
                let is_long = is_turtle && is_twice && rest.get(2) == Some(&byte);
                self.inside = Inside::Text { quote: byte, is_long, is_escaped: false };
                return if is_long { 3 } else { 1 };
            }
            b'#' if is_turtle => self.inside = Inside::Comment,
            b'<' if is_turtle && !is_twice => self.inside = Inside::Iri,
            b'<' if is_turtle => {
                self.depth += 1;
                return 2;
            }
            b'>' if is_turtle && is_twice => {
                self.depth = self.depth.saturating_sub(1);
                return 2;
            }
            // A name may hold a bracket behind a backslash.
            b'\\' => return 2,
            b'[' | b'{' => self.depth += 1,
            b'(' if is_turtle => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b')' if is_turtle => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(language: Language, text: &str) -> usize {
        let mut nesting = Nesting::new(language);
        for line in text.lines() {
            nesting.follow(line.as_bytes()).unwrap();
            nesting.end_line();
        }
        nesting.depth
    }

    #[test]
    fn brackets_of_turtle_count_outside_of_texts_iris_and_comments() {
        for (text, expected) in [
            ("[ ( {", 3),
            ("[ ] ) (", 1),
            ("<<( <http://a(b> 'x' )>>", 0),
            ("<<( <<(", 4),
            ("\"[\" '(' <http://x/(> # ((\n(", 1),
            ("\"a \\\" ( \" [", 1),
            ("'''a ' ( \n ( ''' [", 1),
            ("\"\" [ \"\"\"\"( \"\"\" [", 2),
            ("ex:a\\( [", 1),
        ] {
            assert_eq!(depth(Language::Turtle, text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_of_json_count_outside_of_texts() {
        assert_eq!(depth(Language::Json, r#"{"a[": ["it's (", "\"["#), 2);
    }

    #[test]
    fn the_bound_is_told() {
        let mut nesting = Nesting::new(Language::Json);
        assert_eq!(nesting.follow("[".repeat(MAX_DEPTH).as_bytes()), Ok(()));
        assert_eq!(nesting.follow(b"["), Err(TooDeep));
        assert_eq!(TooDeep.to_string(), "brackets are nested deeper than 500");
    }
}
