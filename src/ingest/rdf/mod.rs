//! RDF: Turtle, N-Triples, N-Quads, TriG and JSON-LD.
//!
//! A graph in RDF is triples, and which of them is an edge is a question of their predicates; the answer is a mapping in
//! the settings, and no code. A record is a subject that is described, by however many triples; a triple that states an
//! edge or a match; or any other triple, which a rule leaves out. Named graphs are read as one. OWL's restrictions hang on blank
//! nodes, which are left out: ontologies are better read as OBO, OBO graphs or OWL.

mod described;
mod meaning;
mod nesting;
mod syntax;

use std::collections::BTreeMap;

use oxrdf::NamedOrBlankNode;
use oxrdf::Term;
use oxrdf::Triple;
use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::ontology::identifier;
use crate::ingest::rdf::described::Described;
use crate::ingest::rdf::meaning::Meaning;
use crate::ingest::rdf::meaning::meanings;
use crate::ingest::rdf::syntax::RELATIVE;
use crate::ingest::rdf::syntax::Syntax;
use crate::ingest::rdf::syntax::each_triple;
use crate::ingest::rule_part;
use crate::ingest::vocabulary::short;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::EdgeRecord;
use crate::kg::MatchRecord;
use crate::kg::PrefixName;
use crate::kg::Qualifiers;
use crate::location::Location;

/// The reader and its settings. Predicates and classes are written as IRIs, or short where everyone does, as in
/// `skos:broader`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rdf {
    /// The syntax, where the ending of the file's name does not tell it.
    syntax: Option<Syntax>,
    /// The beginning of IRIs → the prefix of their CURIEs; the longest that fits goes before the prefix table.
    namespaces: BTreeMap<Box<str>, Box<str>>,
    /// Predicate → a relation of the table, or the inverse of one.
    relations: BTreeMap<Box<str>, Box<str>>,
    /// Class → category.
    types: BTreeMap<Box<str>, Box<str>>,
    /// Category of what has no class with a category.
    category: Box<str>,
    /// Prefix → category of the ends of edges that nothing describes.
    stubs: BTreeMap<PrefixName, Box<str>>,
    /// Predicates of names, the preferred first.
    labels: Vec<Box<str>>,
    /// Predicates of other names, each with how near those are.
    synonyms: BTreeMap<Box<str>, SynonymScope>,
    /// Predicates of definitions.
    definitions: Vec<Box<str>>,
    /// Predicates of cross references.
    xrefs: Vec<Box<str>>,
    /// Predicates that make one node of two, such as `skos:exactMatch`; none unless named here.
    exact_matches: Vec<Box<str>>,
    /// The language of texts, English unless told otherwise; those of no language are read too.
    language: Option<Box<str>>,
}

/// How near a synonym is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SynonymScope {
    /// The same.
    Exact,
    /// Narrower.
    Narrow,
    /// Broader.
    Broad,
    /// Near, in some way.
    Related,
}

impl Reader for Rdf {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let syntax = self.syntax.or_else(|| Syntax::of_path(input.path())).ok_or_else(|| ReadError::Format {
            location: Location::line(input.path(), 1),
            problem:
                "the name does not tell the syntax, as `.ttl`, `.nt`, `.nq`, `.trig` and `.jsonld` do; set `syntax`"
                    .into(),
        })?;
        let mut triples =
            Triples { settings: self, meanings: meanings(self, sink)?, described: Described::default(), sink };
        each_triple(input, syntax, &mut |line, triple| match triple {
            Ok(triple) => triples.take(line, &triple),
            Err(why) => triples.sink.quarantine(line, format!("the triple cannot be read: {why}")),
        })?;
        triples.described.emit(self, triples.sink);
        Ok(())
    }
}

impl Rdf {
    /// The CURIE of an IRI.
    fn curie(&self, iri: &str) -> Result<Curie, String> {
        if let Some(relative) = iri.strip_prefix(RELATIVE) {
            let shown = crate::finding::printable(relative);
            return Err(format!("`{shown}` is a relative IRI, and the file says not to what"));
        }
        let fitting = self.namespaces.iter().filter_map(|(start, prefix)| Some((prefix, iri.strip_prefix(&**start)?)));
        match fitting.min_by_key(|(_, local)| local.len()) {
            Some((prefix, local)) => format!("{prefix}:{local}").parse().map_err(|error: CurieError| error.to_string()),
            None => identifier(iri),
        }
    }

    /// Whether a text of a language is read.
    fn is_read(&self, language: Option<&str>) -> bool {
        let wanted = self.language.as_deref().unwrap_or("en");
        language.is_none_or(|language| {
            let main = language.split('-').next().unwrap_or(language);
            language.eq_ignore_ascii_case(wanted) || main.eq_ignore_ascii_case(wanted)
        })
    }
}

struct Triples<'a, 'b> {
    settings: &'a Rdf,
    meanings: BTreeMap<Box<str>, Meaning>,
    described: Described,
    sink: &'a mut Sink<'b>,
}

impl Triples<'_, '_> {
    fn take(&mut self, line: u32, triple: &Triple) {
        let predicate = short(triple.predicate.as_str());
        let NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
            return self.sink.leave_out("blank node as subject");
        };
        let subject = subject.as_str();
        match (self.meanings.get(&*predicate), &triple.object) {
            (_, Term::BlankNode(_)) => self.sink.leave_out("blank node as object"),
            (_, Term::Triple(_)) => self.sink.leave_out("triple as object"),
            (None, Term::Literal(_)) => self.sink.leave_out("literal of a predicate that is not mapped"),
            (None, Term::NamedNode(_)) => {
                self.sink.leave_out(&format!("predicate {} that is not mapped", rule_part(&predicate)));
            }
            (Some(Meaning::Edge(_)), Term::NamedNode(object)) if short(object.as_str()) == "owl:Thing" => {
                self.sink.leave_out("edge to owl:Thing");
            }
            (Some(&meaning @ (Meaning::Edge(_) | Meaning::Same)), Term::NamedNode(object)) => {
                if let Err(why) = self.joined(line, meaning, subject, object.as_str()) {
                    self.sink.quarantine(line, why);
                }
            }
            (Some(Meaning::Edge(_) | Meaning::Same), Term::Literal(literal)) => {
                let text: String = literal.value().chars().take(60).collect();
                let text = crate::finding::printable(&text);
                self.sink.quarantine(line, format!("the object of `{predicate}` is the text `{text}`, not a thing"));
            }
            (Some(&meaning), object) => self.described.take(line, subject, meaning, object, self.settings),
        }
    }

    /// A triple that joins two things.
    fn joined(&mut self, line: u32, meaning: Meaning, subject: &str, object: &str) -> Result<(), String> {
        let (subject, object) = (self.settings.curie(subject)?, self.settings.curie(object)?);
        let place = self.sink.place(line);
        let Meaning::Edge(target) = meaning else {
            self.sink.same(MatchRecord { left: subject, right: object, place });
            return Ok(());
        };
        let (subject, object) = target.turned(subject, object);
        for end in [&subject, &object] {
            self.described.mention(end, place);
        }
        self.sink.edge(EdgeRecord {
            subject,
            relation: target.relation,
            object,
            qualifiers: Qualifiers::default(),
            place,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
