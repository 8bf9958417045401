//! One node: found by what a person calls it, and told in full.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;
use thinkpath::finding::printable;
use thinkpath::kg::Built;
use thinkpath::kg::Curie;
use thinkpath::kg::EdgeId;
use thinkpath::kg::Graph;
use thinkpath::kg::Neighbour;
use thinkpath::kg::Neighbours;
use thinkpath::kg::NodeId;
use thinkpath::kg::normal_name;
use thinkpath::location::Location;
use thinkpath::location::Place;

use crate::failure::Mistake;
use crate::text::grouped;
use crate::text::wrapped;

/// So many edges of one relation are told in words; JSON has all.
const TOLD_PER_RELATION: usize = 12;
/// So many names that hold the wanted one are offered.
const OFFERED: usize = 8;

/// The node that a person means, by CURIE, label or synonym.
///
/// # Errors
///
/// [`Mistake`] with the candidates if there is none, or more than one.
pub(crate) fn named(graph: &Graph, name: &str) -> Result<NodeId, Mistake> {
    if let Some(node) = name.parse::<Curie>().ok().and_then(|curie| graph.find(&curie)) {
        return Ok(node);
    }
    match &graph.named(name)[..] {
        [node] => Ok(*node),
        [] => Err(Mistake::NoNode { name: name.to_owned(), similar: similar(graph, name) }),
        nodes => {
            // A label outranks other nodes' synonyms.
            let is_label = |node: &&NodeId| normal_name(&graph.node(**node).label) == normal_name(name);
            let labelled: Vec<NodeId> = nodes.iter().filter(is_label).copied().collect();
            match &labelled[..] {
                [node] => Ok(*node),
                _ => {
                    let candidates = nodes.iter().map(|&node| called(graph, node)).collect();
                    Err(Mistake::AmbiguousNode { name: name.to_owned(), candidates })
                }
            }
        }
    }
}

fn similar(graph: &Graph, name: &str) -> Vec<String> {
    let wanted = normal_name(name);
    let holding = graph.nodes().filter(|(_, node)| !wanted.is_empty() && normal_name(&node.label).contains(&wanted));
    let mut nodes: Vec<NodeId> = holding.map(|(id, _)| id).collect();
    nodes.sort_by_key(|&node| (graph.label(node).len(), node));
    nodes.into_iter().take(OFFERED).map(|node| called(graph, node)).collect()
}

fn called(graph: &Graph, node: NodeId) -> String {
    format!("{} {} ({})", graph.curie(node), graph.label(node), graph.category(node))
}

/// The edges of a node in one direction, by relation, in the order of relations.
fn by_relation<'a>(graph: &'a Graph, edges: &Neighbours<'a>) -> BTreeMap<&'a str, Neighbours<'a>> {
    edges.by_relation().map(|(relation, edges)| (&*graph.relation(relation).name, edges)).collect()
}

fn located(built: &Built, place: Place) -> Option<String> {
    let file = built.files.get(place.file.index())?;
    Some(Location::line(file.path.clone(), place.line).to_string())
}

/// An edge in words, with its number, source and first place.
pub(crate) fn edge_in_words(built: &Built, edge: EdgeId, is_forward: bool) -> String {
    let graph = &built.graph;
    let ends = graph.edge(edge);
    let row = graph.relation(ends.relation);
    let mut text = row.wording(graph.label(ends.subject), graph.label(ends.object), is_forward);
    if let Some(share) = graph.qualifiers(edge).frequency.lower_bound() {
        text.push_str(&format!(", in at least {:.0} %", share * 100.0));
    }
    let place = graph.places(edge).next().and_then(|place| located(built, place)).unwrap_or_default();
    format!("[{}] {text}  ({} {place})", edge.number(), graph.source(ends.source).name)
}

/// All about a node, as a person reads it.
pub(crate) fn as_text(built: &Built, id: NodeId) -> String {
    let graph = &built.graph;
    let node = graph.node(id);
    let source = graph.source(node.source);
    let mut text = format!("{} {}\n", printable(node.curie.as_str()), printable(graph.label(id)));
    let place = located(built, node.place).unwrap_or_default();
    let obsolete = if node.is_obsolete { ", obsolete" } else { "" };
    text.push_str(&format!(
        "  {}{obsolete}; {} {}, {}; {}\n",
        printable(graph.category(id)),
        printable(&source.name),
        printable(&source.version),
        source.licence,
        printable(&place)
    ));
    let listed = |what: &str, names: Vec<&str>| match &names[..] {
        [] => String::new(),
        names => wrapped(&format!("{what}: {}", names.join("; ")), 2),
    };
    if !node.definition.is_empty() {
        text.push_str(&wrapped(&node.definition, 2));
    }
    text.push_str(&listed("also called", node.synonyms.iter().map(|synonym| &*synonym.text).collect()));
    text.push_str(&listed("elsewhere", node.xrefs.iter().map(Curie::as_str).collect()));
    text.push_str(&listed("same name", graph.twins(id).iter().map(|&twin| graph.curie(twin).as_str()).collect()));
    for (edges, is_forward) in [(graph.outgoing(id), true), (graph.incoming(id), false)] {
        for (relation, edges) in by_relation(graph, &edges) {
            let arrow = if is_forward { format!("-{relation}->") } else { format!("<-{relation}-") };
            text.push_str(&format!("\n{arrow} {}\n", grouped(edges.len() as u64)));
            for neighbour in edges.iter().take(TOLD_PER_RELATION) {
                text.push_str(&format!("  {}\n", printable(&edge_in_words(built, neighbour.edge, is_forward))));
            }
            if let Some(more) = edges.len().checked_sub(TOLD_PER_RELATION).filter(|&more| more > 0) {
                text.push_str(&format!("  … and {} more\n", grouped(more as u64)));
            }
        }
    }
    text
}

/// All about a node, for a script: every edge included.
pub(crate) fn as_json(built: &Built, id: NodeId) -> Value {
    let graph = &built.graph;
    let node = graph.node(id);
    let sources = graph.node_sources(id);
    let name = |source| &graph.source(source).name;
    let edge = |neighbour: Neighbour| {
        let ends = graph.edge(neighbour.edge);
        let qualifiers = graph.qualifiers(neighbour.edge);
        let places = graph.places(neighbour.edge).filter_map(|place| located(built, place));
        json!({
            "edge": neighbour.edge.number(),
            "subject": graph.curie(ends.subject).as_str(),
            "subject_label": graph.label(ends.subject),
            "relation": graph.relation(ends.relation).name,
            "object": graph.curie(ends.object).as_str(),
            "object_label": graph.label(ends.object),
            "source": graph.source(ends.source).name,
            "frequency_counts": qualifiers.frequency.counts,
            "frequency_class": qualifiers.frequency.class,
            "evidence": qualifiers.evidence,
            "publications": qualifiers.publications,
            "places": places.collect::<Vec<_>>(),
        })
    };
    json!({
        "node": id.number(),
        "curie": node.curie.as_str(),
        "label": node.label,
        "category": graph.category(id),
        "definition": node.definition,
        "synonyms": node.synonyms.iter().map(|synonym| &synonym.text).collect::<Vec<_>>(),
        "xrefs": node.xrefs.iter().map(Curie::as_str).collect::<Vec<_>>(),
        "obsolete": node.is_obsolete,
        "source": graph.source(node.source).name,
        "label_source": name(sources.label()),
        "definition_source": name(sources.definition()),
        "synonym_sources": sources.synonyms().map(|(_, source)| name(source)).collect::<Vec<_>>(),
        "xref_sources": sources.xrefs().map(|(_, source)| name(source)).collect::<Vec<_>>(),
        "licence": graph.source(node.source).licence.as_str(),
        "place": located(built, node.place),
        "degree": graph.degree(id),
        "edges": graph.outgoing(id).chain(graph.incoming(id)).map(edge).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        Graph::from_arrows(
            "Disease:marfan -has_phenotype-> PhenotypicFeature:tall_stature
             Gene:marfan -associated_with-> Disease:marfan
             Disease:marfan_like -has_phenotype-> PhenotypicFeature:tall_stature",
        )
        .unwrap()
    }

    #[test]
    fn a_curie_names_one_node() {
        let graph = graph();
        let node = named(&graph, "Disease:marfan").unwrap();
        assert_eq!(graph.curie(node).as_str(), "Disease:marfan");
    }

    #[test]
    fn a_name_of_two_nodes_lists_both() {
        match named(&graph(), "Marfan") {
            Err(Mistake::AmbiguousNode { candidates, .. }) => {
                assert_eq!(candidates, ["Disease:marfan marfan (Disease)", "Gene:marfan marfan (Gene)"]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_part_of_a_name_is_answered_with_whole_ones() {
        match named(&graph(), "stature") {
            Err(Mistake::NoNode { similar, .. }) => assert_eq!(similar.len(), 1, "{similar:?}"),
            other => panic!("{other:?}"),
        }
    }
}
