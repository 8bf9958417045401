//! OBO 1.2 and 1.4: one stanza a term.
//!
//! Our own small reader, because the format is lines and the traps are known: escapes, comments and qualifier blocks
//! that must be cut outside of quotes. A record is a stanza, an `is_a` line or a `relationship` line. They are handed
//! over when the file has been read, because a term may stand before its parents, which give it its category.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::ontology::IS_A;
use crate::ingest::ontology::Link;
use crate::ingest::ontology::Ontology;
use crate::ingest::ontology::Terms;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Scope;
use crate::kg::Synonym;

/// The reader, with the settings of all ontologies.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Obo(Ontology);

impl Reader for Obo {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut lines = input.into_lines();
        let mut terms = Terms::default();
        let mut kind: Option<Kind> = None;
        let mut saw_header = false;
        while let Some((number, line)) = lines.next_line()? {
            let line = match line {
                Ok(line) => line,
                Err(bad) => {
                    sink.quarantine(number, bad);
                    continue;
                }
            };
            if line.starts_with('[') {
                if let Some(Kind::Term(draft)) = kind.take() {
                    draft.finish(&self.0, sink, &mut terms);
                }
                kind = Some(match line.trim_end() {
                    "[Term]" => Kind::Term(Box::new(Draft::new(number))),
                    _ => {
                        sink.leave_out("stanza that is no term");
                        Kind::Other
                    }
                });
                continue;
            }
            match &mut kind {
                None => saw_header |= line.starts_with("format-version:") || line.starts_with("ontology:"),
                Some(Kind::Other) => {}
                Some(Kind::Term(draft)) => draft.line(number, line),
            }
            if number == 200 && !saw_header && kind.is_none() {
                break;
            }
        }
        if let Some(Kind::Term(draft)) = kind.take() {
            draft.finish(&self.0, sink, &mut terms);
        }
        if terms.nodes.is_empty() && !saw_header {
            let problem = "this is no OBO file: it has neither a `format-version:` line nor a `[Term]` stanza";
            return Err(lines.format_error(1, problem));
        }
        self.0.emit(terms, sink)
    }
}

enum Kind {
    Term(Box<Draft>),
    Other,
}

/// A term stanza as far as it has been read.
#[derive(Default)]
struct Draft {
    line: u32,
    id: Option<Curie>,
    label: Box<str>,
    definition: Box<str>,
    synonyms: Vec<Synonym>,
    xrefs: Vec<Curie>,
    former: Vec<Curie>,
    is_obsolete: bool,
    replaced_by: Option<Curie>,
    edges: Vec<(u32, Box<str>, Curie)>,
    /// What is wrong with lines of the stanza itself: it can be used without them, if it has an id.
    wrong: Vec<(u32, String)>,
    /// Edges that cannot be read, each a record.
    bad_edges: Vec<(u32, String)>,
}

impl Draft {
    fn new(line: u32) -> Self {
        Self { line, ..Self::default() }
    }

    fn line(&mut self, number: u32, line: &str) {
        let Some((tag, value)) = line.split_once(':') else {
            if !line.trim().is_empty() && !line.starts_with('!') {
                self.wrong.push((number, format!("`{line}` has no `tag: value`")));
            }
            return;
        };
        let value = uncommented(value.trim());
        let curie = |text: &str| text.split_whitespace().next().unwrap_or("").parse::<Curie>();
        let mut read = |text: &str| {
            let read = curie(text);
            read.map_err(|error| self.wrong.push((number, error.to_string()))).ok()
        };
        match tag {
            "id" => self.id = read(value).or(self.id.take()),
            "name" => self.label = unescaped(value).into(),
            "def" => self.definition = quoted(value).map_or_else(String::new, |(text, _)| text).into(),
            "synonym" => match synonym(value) {
                Some(synonym) => self.synonyms.push(synonym),
                None => self.wrong.push((number, format!("`{value}` is no synonym; it reads `\"text\" EXACT []`"))),
            },
            "xref" => self.xrefs.extend(read(&unescaped(value))),
            "alt_id" => self.former.extend(read(value)),
            "is_obsolete" => self.is_obsolete = value == "true",
            "replaced_by" if self.replaced_by.is_none() => self.replaced_by = read(value),
            "is_a" => match curie(value) {
                Ok(parent) => self.edges.push((number, IS_A.into(), parent)),
                Err(error) => self.bad_edges.push((number, error.to_string())),
            },
            "relationship" => {
                let mut words = value.splitn(2, ' ');
                match (words.next(), words.next().map(curie)) {
                    (Some(name), Some(Ok(object))) => self.edges.push((number, name.into(), object)),
                    (_, Some(Err(error))) => self.bad_edges.push((number, error.to_string())),
                    _ => self.bad_edges.push((number, format!("`{value}` is no relationship; it reads `name ID`"))),
                }
            }
            _ => {}
        }
    }

    fn finish(self, ontology: &Ontology, sink: &mut Sink<'_>, terms: &mut Terms) {
        let Some(id) = self.id else {
            let first = self.wrong.into_iter().next();
            let (line, why) = first.unwrap_or((self.line, "the stanza has no `id:` line".to_owned()));
            sink.quarantine(line, why);
            // Its edges hang on nothing.
            for (line, _, _) in self.edges {
                sink.quarantine(line, "the edge belongs to a stanza that has no id");
            }
            for (line, why) in self.bad_edges {
                sink.quarantine(line, why);
            }
            return;
        };
        if !ontology.is_own(&id) {
            sink.leave_out("imported term");
            for _ in 0..self.edges.len() + self.bad_edges.len() {
                sink.leave_out("edge of an imported term");
            }
            return;
        }
        for (line, why) in self.bad_edges {
            sink.quarantine(line, why);
        }
        for (line, why) in self.wrong {
            sink.drop_part(line, why);
        }
        let place = sink.place(self.line);
        let node = NodeRecord {
            synonyms: self.synonyms,
            xrefs: self.xrefs,
            definition: self.definition,
            is_obsolete: self.is_obsolete,
            former: self.former,
            replaced_by: self.replaced_by,
            ..NodeRecord::new(id, &self.label, "", place)
        };
        let subject = &node.curie;
        let links = self.edges.into_iter();
        terms.links.extend(links.map(|(line, relation, object)| Link {
            line,
            subject: subject.clone(),
            relation,
            object,
        }));
        terms.nodes.push(node);
    }
}

/// The value without its trailing `! comment`, outside of quotes.
fn uncommented(value: &str) -> &str {
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, character) in value.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '!' if !is_quoted && value[..at].ends_with(' ') => return value[..at].trim_end(),
            _ => {}
        }
    }
    value
}

/// The first quoted text, its escapes resolved, and what follows it.
fn quoted(value: &str) -> Option<(String, &str)> {
    let start = value.find('"')? + 1;
    let mut is_escaped = false;
    for (at, character) in value[start..].char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some((unescaped(&value[start..start + at]), &value[start + at + 1..])),
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 't' | 'W') => plain.push(' '),
                Some(escaped) => plain.push(escaped),
                None => {}
            },
            _ => plain.push(character),
        }
    }
    plain
}

fn synonym(value: &str) -> Option<Synonym> {
    let (text, rest) = quoted(value)?;
    let mut words = rest.split_whitespace();
    let scope = match words.next() {
        Some("EXACT") => Scope::Exact,
        Some("NARROW") => Scope::Narrow,
        Some("BROAD") => Scope::Broad,
        Some("RELATED") => Scope::Related,
        _ => return None,
    };
    let is_lay = words.next() == Some("layperson");
    Some(Synonym { text: text.into(), scope, is_lay })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    fn read(text: &str) -> crate::kg::Records {
        let reader: Obo = toml::from_str("category = 'Disease'").unwrap();
        read_bytes(&reader, format!("format-version: 1.2\n\n{text}").as_bytes()).unwrap()
    }

    #[test]
    fn comments_and_qualifiers_are_cut_outside_of_quotes() {
        let records = read("[Term]\nid: X:1 ! one\nname: a! b\nis_a: X:2 {source=\"q\"} ! two\n");
        assert_eq!(records.edges[0].object.as_str(), "X:2");
        assert_eq!(&*records.nodes[0].label, "a! b");
    }

    #[test]
    fn escapes_are_resolved() {
        let records = read("[Term]\nid: X:1\nsynonym: \"a \\\"b\\\" \\: c\" EXACT layperson [url:http\\://x]\n");
        let synonym = &records.nodes[0].synonyms[0];
        assert_eq!((&*synonym.text, synonym.is_lay), ("a \"b\" : c", true));
    }

    #[test]
    fn a_stanza_without_id_is_quarantined_with_its_edges() {
        let records = read("[Term]\nname: a\nis_a: X:2\n\n[Term]\nid: X:2\n");
        assert_eq!(records.nodes.len(), 1);
        assert_eq!((records.files[0].read, records.files[0].quarantined), (3, 2));
        assert_eq!(records.findings[0].to_string(), "warning I101: the stanza has no `id:` line\n  first at test:3");
    }

    #[test]
    fn the_nearest_root_gives_the_category() {
        let reader: Obo = toml::from_str("categories = { 'X:1' = 'Root', 'X:2' = 'Inner' }").unwrap();
        let text = "[Term]\nid: X:3\nis_a: X:2\n[Term]\nid: X:2\nis_a: X:1\n[Term]\nid: X:1\n";
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let categories: Vec<&str> = records.nodes.iter().map(|node| &*node.category).collect();
        assert_eq!(categories, ["Inner", "Inner", "Root"]);
    }

    #[test]
    fn settings_may_spell_prefixes_and_roots_as_they_like() {
        let reader: Obo = toml::from_str("prefixes = ['Orphanet']\ncategories = { 'Orphanet:1' = 'Disease' }").unwrap();
        let text = "[Term]\nid: ORPHA:2\nis_a: Orphanet:1\n[Term]\nid: X:1\n";
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let nodes: Vec<(&str, &str)> =
            records.nodes.iter().map(|node| (node.curie.as_str(), &*node.category)).collect();
        assert_eq!(nodes, [("ORPHA:2", "Disease")]);
        let error = toml::from_str::<Obo>("categories = { 'Orphanet' = 'Disease' }").unwrap_err().to_string();
        assert!(error.contains("`Orphanet` has no `:`"), "{error}");
    }

    #[test]
    fn what_cannot_be_read_of_a_term_is_dropped_and_told() {
        let records =
            read("[Term]\nid: X:1\nxref: UMLS\nxref: UMLS:C1 {a=\"b\"}\nalt_id: X1\nreplaced_by: X 2\nsynonym: y\n");
        let node = &records.nodes[0];
        assert_eq!((node.xrefs.len(), node.former.len(), &node.replaced_by), (1, 0, &None));
        let told: Vec<String> = records.findings.iter().map(ToString::to_string).collect();
        let lines: Vec<&str> = told.iter().filter_map(|text| text.rsplit(':').next()).collect();
        assert_eq!(lines, ["5", "7", "8", "9"]);
    }

    #[test]
    fn another_format_is_refused() {
        let error = read_bytes(&Obo::default(), b"<xml/>").unwrap_err().to_string();
        assert!(error.starts_with("test:1: this is no OBO file"), "{error}");
    }
}
