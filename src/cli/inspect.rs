//! `thinkpath inspect`: what a graph holds, or all about one of its nodes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;
use thinkpath::finding::printable;
use thinkpath::kg::Built;
use thinkpath::kg::NodeId;

use crate::node;
use crate::session::Session;
use crate::text::grouped;
use crate::text::print;
use crate::text::shortened;
use crate::text::table;

/// So many of the nodes with the most edges are listed.
const N_HUBS: usize = 15;
/// Longer names are cut in tables, in characters.
const LABEL_WIDTH: usize = 48;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath inspect pipelines/quickstart.toml                   counts, degrees, hubs
  thinkpath inspect pipelines/quickstart.toml HP:0000639        one node, by CURIE
  thinkpath inspect pipelines/quickstart.toml Arachnodactyly --json

A name that several nodes have lists them.")]
pub(crate) struct Arguments {
    /// The pipeline file that builds the graph
    graph: PathBuf,

    /// A node: its CURIE, label or synonym
    node: Option<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let built = session.graph(&arguments.graph)?;
    let node = arguments.node.as_deref().map(|name| node::named(&built.graph, name)).transpose()?;
    let text = match (node, arguments.json) {
        (Some(node), false) => node::as_text(&built, node),
        (Some(node), true) => pretty(&node::as_json(&built, node))?,
        (None, false) => Overview::of(&built).as_text(),
        (None, true) => pretty(&Overview::of(&built).as_json())?,
    };
    print(&text)?;
    Ok(())
}

fn pretty(value: &Value) -> serde_json::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// What a graph holds, counted.
struct Overview<'a> {
    built: &'a Built,
    categories: BTreeMap<&'a str, u64>,
    relations: BTreeMap<&'a str, u64>,
    /// Nodes and edges.
    sources: BTreeMap<&'a str, (u64, u64)>,
    /// Least, median, mean and greatest number of edges of a node.
    degrees: (usize, usize, f64, usize),
    hubs: Vec<NodeId>,
}

impl<'a> Overview<'a> {
    fn of(built: &'a Built) -> Self {
        let graph = &built.graph;
        let mut overview = Self {
            built,
            categories: BTreeMap::new(),
            relations: BTreeMap::new(),
            sources: graph.sources().iter().map(|source| (&*source.name, (0, 0))).collect(),
            degrees: (0, 0, 0.0, 0),
            hubs: Vec::new(),
        };
        for (id, node) in graph.nodes() {
            *overview.categories.entry(graph.category(id)).or_default() += 1;
            overview.sources.entry(&graph.source(node.source).name).or_default().0 += 1;
        }
        for (_, edge) in graph.edges() {
            *overview.relations.entry(&graph.relation(edge.relation).name).or_default() += 1;
            overview.sources.entry(&graph.source(edge.source).name).or_default().1 += 1;
        }
        let mut by_degree: Vec<NodeId> = graph.nodes().map(|(id, _)| id).collect();
        by_degree.sort_by_key(|&node| (std::cmp::Reverse(graph.degree(node)), node));
        let degree_at = |position: usize| by_degree.get(position).map_or(0, |&node| graph.degree(node));
        #[expect(clippy::cast_precision_loss, reason = "a mean for a person needs few digits")]
        let mean = if by_degree.is_empty() { 0.0 } else { 2.0 * graph.n_edges() as f64 / by_degree.len() as f64 };
        let least = degree_at(by_degree.len().saturating_sub(1));
        overview.degrees = (least, degree_at(by_degree.len() / 2), mean, degree_at(0));
        by_degree.truncate(N_HUBS);
        overview.hubs = by_degree;
        overview
    }

    fn as_text(&self) -> String {
        let graph = &self.built.graph;
        let mut text =
            format!("{} nodes, {} edges\n", grouped(graph.n_nodes() as u64), grouped(graph.n_edges() as u64));
        let counted = |counts: &BTreeMap<&str, u64>| {
            let mut rows: Vec<(&str, u64)> = counts.iter().map(|(&name, &count)| (name, count)).collect();
            rows.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
            table(&rows.into_iter().map(|(name, count)| vec![shown(name), grouped(count)]).collect::<Vec<_>>(), 1)
        };
        text.push_str(&format!("\nnodes by category\n{}", counted(&self.categories)));
        text.push_str(&format!("\nedges by relation\n{}", counted(&self.relations)));

        text.push_str("\nsources\n");
        let mut rows = vec![["source", "version", "licence", "nodes", "edges"].map(str::to_owned).to_vec()];
        for source in graph.sources() {
            let (nodes, edges) = self.sources.get(&*source.name).copied().unwrap_or_default();
            let [name, version] = [&source.name, &source.version].map(ToString::to_string);
            rows.push(vec![name, version, source.licence.to_string(), grouped(nodes), grouped(edges)]);
        }
        text.push_str(&table(&rows, 3));

        let (least, median, mean, greatest) = self.degrees;
        let greatest = grouped(greatest as u64);
        text.push_str(&format!(
            "\nedges of a node: {least} at least, median {median}, mean {mean:.1}, {greatest} at most\n"
        ));
        text.push_str("\nnodes with the most edges\n");
        let hub = |&node: &NodeId| {
            let names = [
                graph.curie(node).to_string(),
                shortened(graph.label(node), LABEL_WIDTH),
                graph.category(node).to_owned(),
            ];
            names.into_iter().chain([grouped(graph.degree(node) as u64)]).collect()
        };
        text.push_str(&table(&self.hubs.iter().map(hub).collect::<Vec<_>>(), 3));
        if !self.built.findings.is_empty() {
            text.push_str("\nfindings\n");
            let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
            for finding in &self.built.findings {
                *codes.entry(finding.code.as_str()).or_default() += finding.count;
            }
            let row = |(code, count): (&str, u64)| {
                let title = thinkpath::docs::codes::page(code).map(thinkpath::docs::codes::title).unwrap_or_default();
                vec![code.to_owned(), title.to_owned(), grouped(count)]
            };
            text.push_str(&table(&codes.into_iter().map(row).collect::<Vec<_>>(), 2));
        }
        text
    }

    fn as_json(&self) -> Value {
        let graph = &self.built.graph;
        let (least, median, mean, greatest) = self.degrees;
        let source = |source: &thinkpath::kg::Source| {
            let (nodes, edges) = self.sources.get(&*source.name).copied().unwrap_or_default();
            json!({
                "name": source.name, "version": source.version, "licence": source.licence.as_str(),
                "nodes": nodes, "edges": edges,
            })
        };
        let hub = |&node: &NodeId| {
            json!({
                "curie": graph.curie(node).as_str(), "label": graph.label(node),
                "category": graph.category(node), "degree": graph.degree(node),
            })
        };
        json!({
            "nodes": graph.n_nodes(),
            "edges": graph.n_edges(),
            "categories": self.categories,
            "relations": self.relations,
            "sources": graph.sources().iter().map(source).collect::<Vec<_>>(),
            "degrees": { "least": least, "median": median, "mean": mean, "greatest": greatest },
            "hubs": self.hubs.iter().map(hub).collect::<Vec<_>>(),
            "findings": self.built.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

/// A category or relation as a line shows it; a node may have none.
fn shown(name: &str) -> String {
    if name.is_empty() { "(none)".to_owned() } else { printable(name) }
}
