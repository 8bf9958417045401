//! Asking a graph in SPARQL 1.1, with the triple terms of 1.2.
//!
//! The engine is spareval's; what it reads is a [`View`], so the graph is asked where it lies. A query cannot change
//! anything, fetches nothing and calls no other service. Prefixes that the graph's identifiers have, and those of the
//! predicates, need not be declared.

use std::io;
use std::io::Write;

use oxrdf::Term;
use oxrdf::Triple;
use oxrdf::Variable;
use oxttl::NTriplesSerializer;
use sparesults::QueryResultsFormat;
use sparesults::QueryResultsSerializer;
use spareval::QueryEvaluationError;
use spareval::QueryEvaluator;
use spareval::QueryResults;
use spargebra::Query;
use spargebra::SparqlParser;
use spargebra::SparqlSyntaxError;
use thiserror::Error;

use crate::kg::BIOLINK_IRI;
use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::PREFIXES;
use crate::kg::VOCABULARY_IRI;
use crate::kg::rdf::EDGE_IRI;
use crate::kg::rdf::View;

/// Prefixes beside those of identifiers.
const VOCABULARIES: [(&str, &str); 9] = [
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("oboInOwl", "http://www.geneontology.org/formats/oboInOwl#"),
    ("biolink", BIOLINK_IRI),
    ("tp", VOCABULARY_IRI),
    ("edge", EDGE_IRI),
];

/// Why a query has no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskError {
    /// It cannot be read.
    #[error("the query cannot be understood: {}", on_one_line(.0))]
    Syntax(SparqlSyntaxError),
    /// It asks for what cannot be done here.
    #[error("the query cannot be answered: {0}")]
    Evaluation(#[from] QueryEvaluationError),
    /// The format does not fit the answer.
    #[error("{what} cannot be written as {format}")]
    Format {
        /// What is to be written.
        what: &'static str,
        /// The name of the format.
        format: &'static str,
    },
    /// The answer cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

fn on_one_line(error: &SparqlSyntaxError) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How an answer is written for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// SPARQL 1.1 results in CSV: values without their kind.
    Csv,
    /// SPARQL 1.1 results in TSV: terms as in Turtle.
    Tsv,
    /// SPARQL 1.1 results in JSON.
    Json,
    /// SPARQL results in XML.
    Xml,
    /// N-Triples, for CONSTRUCT and DESCRIBE.
    NTriples,
}

impl Format {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::NTriples => "nt",
        }
    }

    fn of_results(self) -> Option<QueryResultsFormat> {
        match self {
            Self::Csv => Some(QueryResultsFormat::Csv),
            Self::Tsv => Some(QueryResultsFormat::Tsv),
            Self::Json => Some(QueryResultsFormat::Json),
            Self::Xml => Some(QueryResultsFormat::Xml),
            Self::NTriples => None,
        }
    }
}

/// An answer as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of a SELECT: names of columns, and rows with a text for each, empty where nothing is bound. Of a CONSTRUCT or a
    /// DESCRIBE: subject, predicate and object.
    Rows {
        /// The variables, without their question marks.
        names: Vec<String>,
        /// One text for each name.
        rows: Vec<Vec<String>>,
    },
    /// Of an ASK.
    Truth(bool),
}

/// A query that was read.
///
/// ```
/// # use thinkpath::kg::Graph;
/// # use thinkpath::kg::rdf::View;
/// # use thinkpath::serve::{Answer, SparqlQuery};
/// let graph = Graph::from_arrows("Disease:ataxia -has_phenotype-> PhenotypicFeature:nystagmus")?;
/// let query = SparqlQuery::read("SELECT ?what WHERE { ?d a biolink:Disease ; biolink:has_phenotype ?what }")?;
/// let answer = query.answer(&View::new(&graph))?;
/// let rows = vec![vec!["PhenotypicFeature:nystagmus nystagmus".to_owned()]];
/// assert_eq!(answer, Answer::Rows { names: vec!["what".to_owned()], rows });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparqlQuery(Query);

impl SparqlQuery {
    /// Reads a query; the known prefixes need not be declared, and what it declares itself counts.
    ///
    /// # Errors
    ///
    /// [`AskError::Syntax`], with line and column. An update is no query.
    pub fn read(text: &str) -> Result<Self, AskError> {
        let of_identifiers = PREFIXES.iter().map(|known| (known.prefix, known.iri));
        let mut parser = SparqlParser::new();
        for (prefix, iri) in of_identifiers.chain(VOCABULARIES) {
            // None of ours is no IRI: a test reads all.
            if let Ok(more) = parser.clone().with_prefix(prefix, iri) {
                parser = more;
            }
        }
        Ok(Self(parser.parse_query(text).map_err(AskError::Syntax)?))
    }

    /// The answer as a person reads it: nodes with identifier and name, predicates with their prefix, values plain.
    ///
    /// # Errors
    ///
    /// [`AskError::Evaluation`].
    ///
    /// # Complexity
    ///
    /// That of the query: there are some that no time suffices for.
    pub fn answer(&self, view: &View<'_>) -> Result<Answer, AskError> {
        let shown = |term: &Term| shown(view.graph(), term);
        let evaluator = QueryEvaluator::new();
        Ok(match evaluator.prepare(&self.0).execute(view)? {
            QueryResults::Boolean(truth) => Answer::Truth(truth),
            QueryResults::Solutions(solutions) => {
                let names = solutions.variables().iter().map(|variable| variable.as_str().to_owned()).collect();
                let row = |values: &[Option<Term>]| {
                    values.iter().map(|value| value.as_ref().map_or_else(String::new, shown)).collect()
                };
                let rows = solutions.map(|solution| Ok(row(solution?.values())));
                Answer::Rows { names, rows: rows.collect::<Result<_, QueryEvaluationError>>()? }
            }
            QueryResults::Graph(triples) => {
                let row = |triple: Triple| {
                    let terms: [Term; 3] = [triple.subject.into(), triple.predicate.into(), triple.object];
                    terms.iter().map(shown).collect()
                };
                let rows = triples.map(|triple| Ok(row(triple?)));
                let names = ["subject", "predicate", "object"].map(str::to_owned).to_vec();
                Answer::Rows { names, rows: rows.collect::<Result<_, QueryEvaluationError>>()? }
            }
        })
    }

    /// Writes the answer as other programs read it, row by row as it is found.
    ///
    /// # Errors
    ///
    /// [`AskError::Format`] if triples are to be rows or rows triples, before anything is written; else
    /// [`AskError::Evaluation`] or [`AskError::Write`], and then what was written is not complete.
    pub fn write(&self, view: &View<'_>, format: Format, out: &mut impl Write) -> Result<(), AskError> {
        let evaluator = QueryEvaluator::new();
        let unfit = |what| AskError::Format { what, format: format.as_str() };
        match evaluator.prepare(&self.0).execute(view)? {
            QueryResults::Boolean(truth) => {
                let format = format.of_results().ok_or_else(|| unfit("yes or no"))?;
                QueryResultsSerializer::from_format(format).serialize_boolean_to_writer(out, truth)?;
            }
            QueryResults::Solutions(solutions) => {
                let format = format.of_results().ok_or_else(|| unfit("a table"))?;
                let variables: Vec<Variable> = solutions.variables().to_vec();
                let mut rows =
                    QueryResultsSerializer::from_format(format).serialize_solutions_to_writer(out, variables)?;
                for solution in solutions {
                    rows.serialize(&solution?)?;
                }
                rows.finish()?;
            }
            QueryResults::Graph(triples) => {
                if format.of_results().is_some() {
                    return Err(unfit("a set of triples"));
                }
                let mut lines = NTriplesSerializer::new().for_writer(out);
                for triple in triples {
                    lines.serialize_triple(&triple?)?;
                }
                lines.finish();
            }
        }
        Ok(())
    }
}

/// A term as a person reads it.
fn shown(graph: &Graph, term: &Term) -> String {
    match term {
        Term::NamedNode(iri) => {
            let iri = iri.as_str();
            let known =
                VOCABULARIES.iter().find_map(|(prefix, base)| Some(format!("{prefix}:{}", iri.strip_prefix(base)?)));
            known.unwrap_or_else(|| match Curie::from_iri(iri) {
                Ok(curie) => match graph.find(&curie) {
                    Some(node) if !graph.open_label(node).is_empty() => format!("{curie} {}", graph.open_label(node)),
                    _ => curie.to_string(),
                },
                Err(_) => iri.to_owned(),
            })
        }
        Term::Literal(literal) => literal.value().to_owned(),
        Term::Triple(triple) => {
            let terms: [Term; 3] =
                [triple.subject.clone().into(), triple.predicate.clone().into(), triple.object.clone()];
            let [subject, predicate, object] = terms.map(|term| shown(graph, &term));
            format!("<<( {subject} {predicate} {object} )>>")
        }
        other @ Term::BlankNode(_) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        Graph::from_arrows(
            "Disease:ataxia -has_phenotype-> PhenotypicFeature:nystagmus
             Disease:migraine -has_phenotype-> PhenotypicFeature:headache
             Gene:g -associated_with-> Disease:ataxia",
        )
        .unwrap()
    }

    fn written(text: &str, format: Format) -> Result<String, AskError> {
        let graph = graph();
        let mut out = Vec::new();
        SparqlQuery::read(text)?.write(&View::new(&graph), format, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_prefix_can_be_declared() {
        for (prefix, iri) in PREFIXES.iter().map(|known| (known.prefix, known.iri)).chain(VOCABULARIES) {
            assert!(SparqlParser::new().with_prefix(prefix, iri).is_ok(), "{prefix} {iri}");
            assert!(SparqlQuery::read(&format!("ASK {{ {prefix}:a ?p ?o }}")).is_ok(), "{prefix}");
        }
    }

    #[test]
    fn an_answer_is_written_in_the_formats_of_the_standard() {
        let all = "SELECT ?d ?name WHERE { ?d a biolink:Disease ; rdfs:label ?name } ORDER BY ?name";
        let csv = written(all, Format::Csv).unwrap();
        assert_eq!(csv.lines().next(), Some("d,name"));
        assert_eq!(csv.lines().count(), 3);
        assert!(written(all, Format::Tsv).unwrap().starts_with("?d\t?name\n<"));
        let json: serde_json::Value = serde_json::from_str(&written(all, Format::Json).unwrap()).unwrap();
        assert_eq!(json["results"]["bindings"][0]["name"]["value"], "ataxia");
        assert!(written(all, Format::Xml).unwrap().contains("<variable name=\"name\"/>"));
        assert_eq!(
            written("ASK { ?g biolink:gene_associated_with_condition ?d }", Format::Csv).unwrap().trim(),
            "true"
        );
        let triples =
            written("CONSTRUCT { ?f tp:of ?d } WHERE { ?d biolink:has_phenotype ?f }", Format::NTriples).unwrap();
        assert_eq!(triples.lines().count(), 2);
    }

    #[test]
    fn a_format_that_does_not_fit_is_refused_before_anything_is_written() {
        let error = |text, format| written(text, format).unwrap_err().to_string();
        assert_eq!(error("SELECT * WHERE { ?s ?p ?o }", Format::NTriples), "a table cannot be written as nt");
        assert_eq!(error("DESCRIBE <https://example.org/>", Format::Csv), "a set of triples cannot be written as csv");
    }

    #[test]
    fn what_is_no_query_is_told_with_its_place() {
        let error = SparqlQuery::read("SELECT ?a WHERE {\n ?a ?b }").unwrap_err().to_string();
        assert!(error.starts_with("the query cannot be understood: error at 2:"), "{error}");
        for update in ["INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <http://localhost/a>", "DROP ALL"] {
            assert!(matches!(SparqlQuery::read(update), Err(AskError::Syntax(_))), "{update}");
        }
        let error = written("SELECT * WHERE { SERVICE <http://localhost/> { ?s ?p ?o } }", Format::Csv).unwrap_err();
        assert_eq!(error.to_string(), "the query cannot be answered: The service <http://localhost/> is not supported");
    }
}
