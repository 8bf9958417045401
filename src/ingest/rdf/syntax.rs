//! Triples out of any of the syntaxes of RDF.
//!
//! oxigraph's parsers know the grammars. What they leave to their user is here: which grammar a file is of, the line of
//! each triple, and bounds. Lines are found by feeding a parser one line at a time: a triple stands where it is
//! complete, in JSON-LD where its object is. N-Triples and N-Quads are parsed line by line, so that a broken one costs
//! only itself.

use std::cell::Cell;
use std::io::BufRead;
use std::io::Read;
use std::rc::Rc;

use oxjsonld::JsonLdErrorCode;
use oxjsonld::JsonLdParseError;
use oxjsonld::JsonLdParser;
use oxrdf::Triple;
use oxttl::NQuadsParser;
use oxttl::NTriplesParser;
use oxttl::TriGParser;
use oxttl::TurtleParser;
use oxttl::TurtleSyntaxError;
use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::Lines;
use crate::ingest::ReadError;
use crate::ingest::input::refuse_foreign;
use crate::ingest::rdf::nesting::Language;
use crate::ingest::rdf::nesting::Nesting;
use crate::ingest::rdf::nesting::TooDeep;
use crate::location::Location;

/// What IRIs begin with that are relative in a file without a base.
pub(super) const RELATIVE: &str = "relative:/";
/// So much may be read until a triple is complete.
const MAX_STATEMENT_BYTES: usize = 16 << 20;

/// A syntax of RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Syntax {
    /// Turtle.
    Turtle,
    /// N-Triples.
    NTriples,
    /// N-Quads.
    NQuads,
    /// TriG.
    TriG,
    /// JSON-LD.
    JsonLd,
}

impl Syntax {
    /// The syntax that a file's name tells, by its ending before `.gz`.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let name = path.strip_suffix(".gz").unwrap_or(path);
        match name.rsplit_once('.')?.1 {
            "ttl" => Some(Self::Turtle),
            "nt" => Some(Self::NTriples),
            "nq" => Some(Self::NQuads),
            "trig" => Some(Self::TriG),
            "jsonld" => Some(Self::JsonLd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Turtle => "Turtle",
            Self::NTriples => "N-Triples",
            Self::NQuads => "N-Quads",
            Self::TriG => "TriG",
            Self::JsonLd => "JSON-LD",
        }
    }
}

/// Takes what stands on a line: a triple, or why there is none.
pub(super) type Take<'a> = dyn FnMut(u32, Result<Triple, String>) + 'a;

/// Calls `take` with each triple of a file, of whichever graph, in the order of the file.
///
/// # Errors
///
/// [`ReadError`] if nothing in the file is of the syntax, or if it is over a bound.
pub(super) fn each_triple(input: Input, syntax: Syntax, take: &mut Take<'_>) -> Result<(), ReadError> {
    let path: Box<str> = input.path().into();
    let mut n_triples = 0_u64;
    let mut first_problem = None;
    let mut counted = |line, triple: Result<Triple, String>| {
        match &triple {
            Ok(_) => n_triples += 1,
            Err(problem) => first_problem = first_problem.take().or_else(|| Some((line, problem.clone()))),
        }
        take(line, triple);
    };
    match syntax {
        Syntax::NTriples | Syntax::NQuads => lines(input.into_lines(), syntax, &mut counted)?,
        Syntax::Turtle => fed(input.into_lines(), &mut TurtleParser::new().low_level(), &mut counted)?,
        Syntax::TriG => fed(input.into_lines(), &mut TriGParser::new().low_level(), &mut counted)?,
        Syntax::JsonLd => json(input, &mut counted)?,
    }
    if syntax == Syntax::JsonLd && n_triples == 0 && first_problem.is_none() {
        first_problem = Some((1, "no key in it is an IRI, for want of a `@context`".to_owned()));
    }
    match first_problem.filter(|_| n_triples == 0) {
        Some((line, problem)) => {
            let problem = format!("this is no {}: {problem}", syntax.name());
            Err(ReadError::Format { location: Location::line(path, line), problem: problem.into() })
        }
        None => Ok(()),
    }
}

/// N-Triples and N-Quads, each line by itself; behind a mistake on a line nothing of it is read.
fn lines(mut lines: Lines, syntax: Syntax, take: &mut Take<'_>) -> Result<(), ReadError> {
    while let Some((number, line)) = lines.next_line()? {
        let line = match line {
            Ok(line) => line.as_bytes(),
            Err(bad) => {
                take(number, Err(bad.to_string()));
                continue;
            }
        };
        if let Err(error) = Nesting::new(Language::Turtle).follow(line) {
            take(number, Err(error.to_string()));
            continue;
        }
        let mut give = |triple: Result<Triple, TurtleSyntaxError>| {
            let is_good = triple.is_ok();
            take(number, triple.map_err(|error| told(&error)));
            is_good
        };
        _ = match syntax {
            Syntax::NQuads => NQuadsParser::new().for_slice(line).all(|quad| give(quad.map(Triple::from))),
            _ => NTriplesParser::new().for_slice(line).all(give),
        };
    }
    Ok(())
}

/// A parser that takes text piece by piece.
trait Fed {
    fn feed(&mut self, bytes: &[u8]);
    fn end(&mut self);
    fn next(&mut self) -> Option<Result<Triple, TurtleSyntaxError>>;
}

impl Fed for oxttl::turtle::LowLevelTurtleParser {
    fn feed(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn end(&mut self) {
        Self::end(self);
    }

    fn next(&mut self) -> Option<Result<Triple, TurtleSyntaxError>> {
        self.parse_next()
    }
}

impl Fed for oxttl::trig::LowLevelTriGParser {
    fn feed(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn end(&mut self) {
        Self::end(self);
    }

    fn next(&mut self) -> Option<Result<Triple, TurtleSyntaxError>> {
        self.parse_next().map(|quad| quad.map(Triple::from))
    }
}

/// Turtle and TriG, whose statements run over lines.
fn fed(mut lines: Lines, parser: &mut impl Fed, take: &mut Take<'_>) -> Result<(), ReadError> {
    let mut nesting = Nesting::new(Language::Turtle);
    // What the parser has not been given yet, and how much it has without making a triple of it.
    let (mut pending, mut n_given) = (Vec::new(), 0_usize);
    let mut last = 1;
    loop {
        let number = match lines.next_line()? {
            None => None,
            Some((number, Err(bad))) => {
                take(number, Err(bad.to_string()));
                Some(number)
            }
            Some((number, Ok(line))) => {
                let followed = nesting.follow(line.as_bytes());
                nesting.end_line();
                pending.extend_from_slice(line.as_bytes());
                if let Err(error) = followed {
                    return Err(lines.format_error(number, error.to_string()));
                }
                Some(number)
            }
        };
        pending.push(b'\n');
        last = number.unwrap_or(last);
        if n_given + pending.len() > MAX_STATEMENT_BYTES {
            let problem = format!("no triple is complete within {MAX_STATEMENT_BYTES} bytes");
            return Err(lines.format_error(last, problem));
        }
        // A text of many lines is given whole, for the parser begins a sign anew whenever it gets more of it.
        if number.is_none() || !nesting.is_inside_text() {
            parser.feed(&pending);
            n_given += pending.len();
            pending.clear();
        }
        if number.is_none() {
            parser.end();
        }
        while let Some(triple) = parser.next() {
            n_given = 0;
            match triple {
                Ok(triple) => take(last, Ok(triple)),
                Err(error) => {
                    let line = u32::try_from(error.location().start.line).unwrap_or(u32::MAX).saturating_add(1);
                    take(line.min(last), Err(told(&error)));
                }
            }
        }
        if number.is_none() {
            return Ok(());
        }
    }
}

/// JSON-LD, in which nothing can be read after a mistake in its JSON.
fn json(input: Input, take: &mut Take<'_>) -> Result<(), ReadError> {
    let path: Box<str> = input.path().into();
    let mut inner = input.into_reader();
    let start = inner.fill_buf().map_err(|error| Input::error(&path, error))?;
    refuse_foreign(&path, start)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        inner.consume(3);
    }
    let line = Rc::new(Cell::new(1));
    let reader = ByLine { inner, line: Rc::clone(&line), is_ended: false, nesting: Nesting::new(Language::Json) };
    let wrong = |line, problem: String| ReadError::Format {
        location: Location::line(path.clone(), line),
        problem: problem.into(),
    };
    let parser = JsonLdParser::new();
    // Without a base, whatever is relative would be dropped without a word.
    let parser = parser.with_base_iri(RELATIVE).unwrap_or_else(|_| JsonLdParser::new());
    for quad in parser.for_reader(reader) {
        match quad {
            Ok(quad) => take(line.get(), Ok(quad.into())),
            Err(JsonLdParseError::Io(error)) if is_too_deep(&error) => {
                return Err(wrong(line.get(), TooDeep.to_string()));
            }
            Err(JsonLdParseError::Io(error)) => return Err(Input::error(&path, error)),
            Err(JsonLdParseError::Syntax(error)) => {
                let text = error.to_string();
                match error.location() {
                    Some(location) => {
                        let line = u32::try_from(location.start.line).unwrap_or(u32::MAX).saturating_add(1);
                        let told = text.strip_prefix("Parser error").and_then(|text| text.split_once(": "));
                        let told = told.map_or(&*text, |(_, told)| told);
                        return Err(wrong(line, format!("the JSON is broken: {}", shown(told))));
                    }
                    None if matches!(error.code(), Some(JsonLdErrorCode::LoadingRemoteContextFailed)) => {
                        let problem = "its context is on the network and is not fetched; write it into the file";
                        take(line.get(), Err(problem.to_owned()));
                    }
                    None => take(line.get(), Err(shown(&text))),
                }
            }
        }
    }
    Ok(())
}

/// Gives the parser no more than a line at a time, and knows which.
struct ByLine {
    inner: Box<dyn BufRead>,
    line: Rc<Cell<u32>>,
    /// Whether what was given last ended its line.
    is_ended: bool,
    nesting: Nesting,
}

impl Read for ByLine {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let available = self.inner.fill_buf()?;
        let end = memchr::memchr(b'\n', available).map_or(available.len(), |at| at + 1);
        let given = &available[..end.min(into.len())];
        if self.is_ended && !given.is_empty() {
            self.line.set(self.line.get().saturating_add(1));
        }
        self.is_ended = given.ends_with(b"\n");
        self.nesting.follow(given).map_err(std::io::Error::other)?;
        into[..given.len()].copy_from_slice(given);
        let n_given = given.len();
        self.inner.consume(n_given);
        Ok(n_given)
    }
}

fn is_too_deep(error: &std::io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<TooDeep>())
}

fn told(error: &TurtleSyntaxError) -> String {
    shown(error.message())
}

/// What a parser says may quote what it did not expect, at any length.
fn shown(message: &str) -> String {
    let start: String = message.chars().take(300).collect();
    crate::finding::printable(&start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each triple with its line, or the problem.
    fn read(syntax: Syntax, text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let input = Input::of_bytes("a", text.as_bytes().to_vec());
        let read = each_triple(input, syntax, &mut |line, triple| {
            all.push(match triple {
                Ok(triple) => format!("{line} {triple}"),
                Err(problem) => format!("{line} {problem}"),
            });
        });
        if let Err(error) = read {
            all.push(error.to_string());
        }
        all
    }

    #[test]
    fn a_name_tells_the_syntax() {
        assert_eq!(Syntax::of_path("x/a.b.ttl.gz"), Some(Syntax::Turtle));
        assert_eq!(Syntax::of_path("x/a.jsonld"), Some(Syntax::JsonLd));
        assert_eq!(Syntax::of_path("x.nt/a.txt"), None);
    }

    #[test]
    fn the_same_triples_are_read_in_every_syntax() {
        let triples = ["2 <http://x/a> <http://x/p> <http://x/b>", "3 <http://x/a> <http://x/q> \"c\""];
        let nt = "# a comment\n<http://x/a> <http://x/p> <http://x/b> .\n<http://x/a> <http://x/q> \"c\" .\n";
        let nq = nt.replace(" .", " <http://x/g> .");
        assert_eq!(read(Syntax::NTriples, nt), triples);
        assert_eq!(read(Syntax::NQuads, &nq), triples);
        assert_eq!(read(Syntax::Turtle, "@prefix x: <http://x/> .\nx:a x:p x:b ;\n x:q 'c' .\n"), triples);
        assert_eq!(read(Syntax::TriG, "@prefix x: <http://x/> . x:g {\nx:a x:p x:b ;\n x:q 'c' . }\n"), triples);
        let json = "{\"@context\": {\"@vocab\": \"http://x/\"}, \"@id\": \"http://x/a\",\n\
                    \"p\": {\"@id\": \"http://x/b\"},\n\"q\": \"c\"}";
        // What an object is, is known when its last key has been read.
        let later = triples.map(|triple| triple.replacen('2', "3", 1));
        assert_eq!(read(Syntax::JsonLd, json), later);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        let text = "<http://x/a> <http://x/p> <http://x/b> .\n<http://x/a> <http://x/p> .\n\
                    <http://x/c> <http://x/p> <http://x/b> .";
        let read = read(Syntax::NTriples, text);
        assert_eq!((read.len(), &read[1][..2], &read[2][..14]), (3, "2 ", "3 <http://x/c>"));
    }

    #[test]
    fn bounds_hold() {
        let deep = |start: &str| format!("<http://x/a> <http://x/p> {}", start.repeat(100_000));
        let terms = deep("<<( <http://x/a> <http://x/p> ");
        for syntax in [Syntax::Turtle, Syntax::TriG] {
            assert_eq!(read(syntax, &deep("(")), ["a:1: brackets are nested deeper than 500"]);
            assert_eq!(read(syntax, &terms), ["a:1: brackets are nested deeper than 500"]);
        }
        for syntax in [Syntax::NTriples, Syntax::NQuads] {
            assert_eq!(read(syntax, &terms)[0], "1 brackets are nested deeper than 500");
        }
        assert_eq!(read(Syntax::JsonLd, &"[".repeat(100_000)), ["a:1: brackets are nested deeper than 500"]);
        let endless = format!("<http://x/a> <http://x/p> \"\"\"{}", "text\n".repeat(4 << 20));
        assert_eq!(read(Syntax::Turtle, &endless), ["a:3355438: no triple is complete within 16777216 bytes"]);
    }
}
