//! `thinkpath export`: a graph for other tools.

use std::path::PathBuf;

use clap::ValueEnum;
use thinkpath::finding::printable;
use thinkpath::write;

use crate::session::Session;
use crate::text::grouped;
use crate::text::note;
use crate::text::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath export pipelines/quickstart.toml --to output/graph
  thinkpath export pipelines/quickstart.toml --to output/graph --format nt     graph.nt, for a triple store
  thinkpath export pipelines/quickstart.toml --to output/graph --format kgx    nodes.tsv and edges.tsv

Edge numbers are those that items cite. What a licence forbids to pass on is left out, edge by
edge and name by name.")]
pub(crate) struct Arguments {
    /// The pipeline file that builds the graph
    graph: PathBuf,

    /// The folder to write to; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,

    /// The format
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// nodes.parquet, edges.parquet and relations.parquet
    Parquet,
    /// KGX: nodes.tsv and edges.tsv
    Kgx,
    /// N-Triples: graph.nt
    Nt,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let built = session.graph(&arguments.graph)?;
    let (graph, to) = (&built.graph, &arguments.to);
    for (source, share) in graph.sources().iter().zip(graph.shares()) {
        if !source.licence.may_publish() && !share.is_empty() {
            let kgx_and_nt = if arguments.format == Format::Parquet { 0 } else { share.definitions };
            let parts = [
                (share.edges, "edges"),
                (share.labels, "names"),
                (share.synonyms, "synonyms"),
                (share.xrefs, "cross-references"),
                (kgx_and_nt, "definitions"),
            ];
            let told = parts.into_iter().filter(|&(count, _)| count > 0);
            let told: Vec<String> = told.map(|(count, what)| format!("{} {what}", grouped(count))).collect();
            let name = printable(&source.name);
            note(&format!("note: `{name}` is left out ({}), its licence is {}", told.join(", "), source.licence));
        }
    }
    let names: &[&str] = match arguments.format {
        Format::Parquet => {
            write::write_graph(graph, to)?;
            &["nodes.parquet", "edges.parquet", "relations.parquet"]
        }
        Format::Kgx => {
            write::write_kgx(graph, to)?;
            &["nodes.tsv", "edges.tsv"]
        }
        Format::Nt => {
            write::write_ntriples(graph, to)?;
            &["graph.nt"]
        }
    };
    let paths = names.iter().map(|name| format!("{}\n", printable(&to.join(name).to_string_lossy())));
    print(&paths.collect::<String>())?;
    Ok(())
}
