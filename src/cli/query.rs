//! `thinkpath query`: a graph, asked in SPARQL.

use std::io;
use std::io::BufWriter;
use std::io::IsTerminal as _;
use std::io::Read as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::ValueEnum;
use thinkpath::kg::rdf::View;
use thinkpath::serve;
use thinkpath::serve::Answer;
use thinkpath::serve::AskError;
use thinkpath::serve::SparqlQuery;

use crate::failure::Mistake;
use crate::failure::counted;
use crate::session::Session;
use crate::text::note;
use crate::text::print;
use crate::text::shortened;
use crate::text::table;

/// Longer cells are cut in tables, in characters; other formats cut nothing.
const CELL_WIDTH: usize = 60;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath query pipelines/quickstart.toml -e 'SELECT ?gene WHERE { ?gene biolink:gene_associated_with_condition ORPHA:558 }'
  thinkpath query pipelines/quickstart.toml query.rq --format csv
  echo 'DESCRIBE HP:0001166' | thinkpath query output/graph --format nt

Every edge is a triple under its own predicate, `biolink:` where Biolink has one and `tp:` else.
is_a is rdfs:subClassOf, names are rdfs:label and skos:altLabel, the CURIE is skos:notation. What else
is known of an edge hangs on its edge node: ?edge biolink:subject ?s ; biolink:object ?o ;
biolink:primary_knowledge_source ?source, and ?edge rdf:reifies <<( ?s ?p ?o )>>.
The prefixes of identifiers (HP, MONDO, ORPHA …), rdf, rdfs, owl, xsd, skos, oboInOwl, biolink, tp and
edge need not be declared. `thinkpath export GRAPH --to DIR --format nt` writes the same triples.")]
pub(crate) struct Arguments {
    /// The pipeline file that builds the graph, or a snapshot of it
    graph: PathBuf,

    /// A file with the query; without it and without -e the query is read from standard input
    #[arg(value_name = "FILE", conflicts_with = "expression")]
    file: Option<PathBuf>,

    /// The query
    #[arg(short = 'e', long = "expression", value_name = "SPARQL")]
    expression: Option<String>,

    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns for a person: nodes with their names, long values cut
    Table,
    /// SPARQL results in CSV
    Csv,
    /// SPARQL results in TSV
    Tsv,
    /// SPARQL results in JSON
    Json,
    /// SPARQL results in XML
    Xml,
    /// N-Triples, for CONSTRUCT and DESCRIBE
    Nt,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    // A query that cannot be read is told before the graph is built.
    let query = SparqlQuery::read(&arguments.text()?)?;
    let built = session.graph(&arguments.graph)?;
    let view = View::new(&built.graph);
    let format = match arguments.format {
        Format::Table => return show(&query.answer(&view)?),
        Format::Csv => serve::Format::Csv,
        Format::Tsv => serve::Format::Tsv,
        Format::Json => serve::Format::Json,
        Format::Xml => serve::Format::Xml,
        Format::Nt => serve::Format::NTriples,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match query.write(&view, format, &mut out) {
        // A reader that has seen enough is known by the error of the system.
        Err(AskError::Write(error)) => Err(error.into()),
        other => Ok(other.map(|()| out.flush())??),
    }
}

impl Arguments {
    fn text(&self) -> anyhow::Result<String> {
        match (&self.expression, &self.file) {
            (Some(text), _) => Ok(text.clone()),
            (None, Some(file)) => {
                // A query that cannot be read is a wrong input; an `io::Error` would be an output that failed.
                std::fs::read_to_string(file).map_err(|error| anyhow!("cannot read {}: {error}", file.display()))
            }
            (None, None) => {
                if io::stdin().is_terminal() {
                    return Err(Mistake::NoQuery.into());
                }
                let mut text = String::new();
                let read = io::stdin().read_to_string(&mut text);
                read.map_err(|error| anyhow!("cannot read standard input: {error}"))?;
                Ok(text)
            }
        }
    }
}

fn show(answer: &Answer) -> anyhow::Result<()> {
    match answer {
        Answer::Truth(truth) => print(if *truth { "true\n" } else { "false\n" })?,
        Answer::Rows { names, rows } => {
            let cut = |row: &Vec<String>| row.iter().map(|cell| shortened(cell, CELL_WIDTH)).collect();
            let lines: Vec<Vec<String>> = std::iter::once(names.clone()).chain(rows.iter().map(cut)).collect();
            print(&table(&lines, names.len()))?;
            note(&counted(rows.len(), "row"));
        }
    }
    Ok(())
}
