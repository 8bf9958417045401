//! What only the whole of the records can settle.
//!
//! A table of labels names fifty thousand things of which a graph has ten thousand; a crosswalk maps every protein
//! there is; an axiom names its object by a label that another ontology gives. Such records wait until all files have
//! been read. Then they are loaded if something else names their nodes, and left out by a named rule if nothing does,
//! so that a helpful table does not fill a graph with nodes that have no edge.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashSet;
use rustc_hash::FxBuildHasher;

use crate::kg::Cliques;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Qualifiers;
use crate::kg::Records;
use crate::kg::RelationId;
use crate::location::Place;

/// The rule that leaves out what nothing asks for.
const NOT_NAMED: &str = "node that nothing else names";

/// Records that wait; each is counted as read.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) nodes: Vec<NodeRecord>,
    pub(super) edges: Vec<WaitingEdge>,
    pub(super) to_labels: Vec<EdgeToLabel>,
}

/// An edge that is wanted only between nodes that something else names.
#[derive(Debug)]
pub(super) struct WaitingEdge {
    pub(super) edge: EdgeRecord,
    /// What the record says of its ends.
    pub(super) ends: Vec<NodeRecord>,
    /// The ends that something else must name.
    pub(super) needed: Vec<Curie>,
}

/// An edge whose object is given by its label, which a node of any file may have.
#[derive(Debug)]
pub(super) struct EdgeToLabel {
    pub(super) subject: Curie,
    pub(super) relation: RelationId,
    /// Whether the label is that of the relation's subject.
    pub(super) is_backwards: bool,
    pub(super) label: Box<str>,
    /// Prefixes that the object may have; empty: any.
    pub(super) prefixes: Arc<[PrefixName]>,
    pub(super) place: Place,
}

impl Waiting {
    /// Adds those of another file.
    pub(super) fn extend(&mut self, more: Self) {
        self.nodes.extend(more.nodes);
        self.edges.extend(more.edges);
        self.to_labels.extend(more.to_labels);
    }

    /// Loads what is asked for and leaves the rest out.
    pub(super) fn settle(self, records: &mut Records) {
        let Self { nodes, edges, to_labels } = self;
        let cliques =
            if nodes.is_empty() && edges.is_empty() { Cliques::default() } else { Cliques::of(&records.matches) };
        let found = found_by_label(to_labels, &nodes, records, &cliques);
        records.edges.extend(found);
        if nodes.is_empty() && edges.is_empty() {
            return;
        }
        let mut named: HashSet<Curie, FxBuildHasher> = HashSet::default();
        for curie in curies(records) {
            named.insert(cliques.first(curie).clone());
        }
        // All are held against what does not wait, so that their order does not matter.
        let (kept, dropped): (Vec<_>, Vec<_>) = edges
            .into_iter()
            .partition(|waiting| waiting.needed.iter().all(|curie| named.contains(cliques.first(curie))));
        for WaitingEdge { edge, ends, .. } in kept {
            for end in ends {
                named.insert(cliques.first(&end.curie).clone());
                records.mentions.push(end);
            }
            records.edges.push(edge);
        }
        for waiting in dropped {
            leave_out(records, waiting.edge.place, NOT_NAMED);
        }
        for node in nodes {
            if named.contains(cliques.first(&node.curie)) {
                records.nodes.push(node);
            } else {
                leave_out(records, node.place, NOT_NAMED);
            }
        }
        // A source that stands first gives a node its name, whether its records had to wait or not.
        records.nodes.sort_by_key(|node| node.place.file);
    }
}

/// Everything that is a node, or will be one.
fn curies(records: &Records) -> impl Iterator<Item = &Curie> {
    let described = records.nodes.iter().chain(&records.mentions).map(|node| &node.curie);
    let ends = records.edges.iter().flat_map(|edge| [&edge.subject, &edge.object]);
    described.chain(ends).chain(&records.bulk_nodes)
}

/// The edges whose label is that of one node.
fn found_by_label(
    to_labels: Vec<EdgeToLabel>,
    waiting: &[NodeRecord],
    records: &mut Records,
    cliques: &Cliques,
) -> Vec<EdgeRecord> {
    let wanted: BTreeSet<&str> = to_labels.iter().map(|edge| &*edge.label).collect();
    let mut by_label: BTreeMap<Box<str>, BTreeSet<Curie>> = BTreeMap::new();
    let known = records.nodes.iter().chain(&records.mentions).chain(waiting);
    for node in known.filter(|node| !node.is_obsolete && wanted.contains(&*node.label)) {
        by_label.entry(node.label.clone()).or_default().insert(node.curie.clone());
    }
    let mut found = Vec::new();
    for edge in to_labels {
        let called = by_label.get(&edge.label).into_iter().flatten();
        let allowed = called.filter(|curie| edge.prefixes.is_empty() || super::has_prefix(curie, &edge.prefixes));
        let mut one_each: BTreeMap<&Curie, &Curie> = BTreeMap::new();
        for curie in allowed {
            one_each.entry(cliques.first(curie)).or_insert(curie);
        }
        let mut objects = one_each.into_values();
        match (objects.next(), objects.next()) {
            (Some(object), None) => {
                let (mut subject, mut object) = (edge.subject, object.clone());
                if edge.is_backwards {
                    std::mem::swap(&mut subject, &mut object);
                }
                let qualifiers = Qualifiers::default();
                found.push(EdgeRecord { subject, relation: edge.relation, object, qualifiers, place: edge.place });
            }
            (Some(_), Some(_)) => leave_out(records, edge.place, "object whose name several nodes have"),
            (None, _) => leave_out(records, edge.place, "object whose name no node has"),
        }
    }
    found
}

/// Takes nodes of some categories out again, with every edge that touches one.
pub(super) fn leave_out_categories(records: &mut Records, categories: &[Box<str>]) {
    if categories.is_empty() {
        return;
    }
    let is_out = |node: &NodeRecord| categories.contains(&node.category);
    let described = records.nodes.iter().chain(&records.mentions);
    let gone: HashSet<Curie, FxBuildHasher> =
        described.filter(|node| is_out(node)).map(|node| node.curie.clone()).collect();
    let nodes = std::mem::take(&mut records.nodes);
    let (out, kept): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| gone.contains(&node.curie));
    records.nodes = kept;
    records.mentions.retain(|node| !gone.contains(&node.curie));
    for node in out {
        leave_out(records, node.place, &format!("category {}", node.category));
    }
    let edges = std::mem::take(&mut records.edges);
    let (out, kept): (Vec<_>, Vec<_>) =
        edges.into_iter().partition(|edge| gone.contains(&edge.subject) || gone.contains(&edge.object));
    records.edges = kept;
    for edge in out {
        leave_out(records, edge.place, EDGE_OF_LEFT_OUT);
    }
    let is_gone: Vec<bool> = records.bulk_nodes.iter().map(|node| gone.contains(node)).collect();
    let is_kept = |end: u32| !is_gone.get(end as usize).copied().unwrap_or(false);
    for table in &mut records.bulk {
        let n_rows = table.rows.len();
        table.rows.retain(|row| is_kept(row.subject) && is_kept(row.object));
        let n_out = (n_rows - table.rows.len()) as u64;
        if let Some(file) = records.files.get_mut(table.file.index()).filter(|_| n_out > 0) {
            *file.left_out.entry(EDGE_OF_LEFT_OUT.into()).or_default() += n_out;
        }
    }
}

const EDGE_OF_LEFT_OUT: &str = "edge of a category that is left out";

fn leave_out(records: &mut Records, place: Place, rule: &str) {
    if let Some(file) = records.files.get_mut(place.file.index()) {
        *file.left_out.entry(rule.into()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapped::EdgeTable;
    use crate::ingest::mapped::NodeTable;
    use crate::ingest::sink::read_bytes;
    use crate::kg::MatchRecord;
    use crate::location::FileId;

    fn curie(text: &str) -> Curie {
        text.parse().unwrap()
    }

    fn place(line: u32) -> Place {
        Place { file: FileId(0), line }
    }

    /// Records with one edge, from A:1 to B:1.
    fn records() -> Records {
        let reader: EdgeTable =
            toml::from_str("relation = 'related_to'\nsubject = { id = 'a', category = 'Gene' }\nobject = { id = 'b' }")
                .unwrap();
        read_bytes(&reader, b"a\tb\nA:1\tB:1\n").unwrap()
    }

    fn node(text: &str, label: &str) -> NodeRecord {
        NodeRecord::new(curie(text), label, "Disease", place(9))
    }

    fn labels(records: &Records) -> Vec<&str> {
        records.nodes.iter().map(|node| &*node.label).collect()
    }

    #[test]
    fn a_label_is_wanted_only_of_what_something_names() {
        let mut records = records();
        records.matches.push(MatchRecord { left: curie("C:1"), right: curie("B:1"), place: place(5) });
        let nodes = vec![node("A:1", "a"), node("C:1", "another name for b"), node("D:1", "nobody")];
        Waiting { nodes, ..Waiting::default() }.settle(&mut records);
        assert_eq!(labels(&records), ["a", "another name for b"]);
        assert_eq!(records.files[0].left_out.get(NOT_NAMED), Some(&1));
    }

    #[test]
    fn an_edge_that_waits_does_not_call_another() {
        let mut records = records();
        let relation = records.edges[0].relation;
        let edge = |from: &str, to: &str| WaitingEdge {
            edge: EdgeRecord {
                subject: curie(from),
                relation,
                object: curie(to),
                qualifiers: Qualifiers::default(),
                place: place(3),
            },
            ends: vec![node(from, ""), node(to, "")],
            needed: vec![curie(from)],
        };
        let edges = vec![edge("C:1", "D:1"), edge("A:1", "C:1")];
        // … but what it leads to gets its label.
        Waiting { edges, nodes: vec![node("C:1", "c"), node("D:1", "d")], ..Waiting::default() }.settle(&mut records);
        assert_eq!(records.edges.len(), 2);
        assert_eq!(labels(&records), ["c"]);
    }

    #[test]
    fn a_label_leads_to_one_node_or_to_none() {
        let mut records = records();
        let edge = |label: &str| EdgeToLabel {
            subject: curie("A:1"),
            relation: records.edges[0].relation,
            is_backwards: true,
            label: label.into(),
            prefixes: ["C", "D"].map(PrefixName::from).into(),
            place: place(3),
        };
        let to_labels = vec![edge("one"), edge("two"), edge("other"), edge("same")];
        let nodes = vec![
            node("C:1", "one"),
            node("C:2", "two"),
            node("D:2", "two"),
            node("E:1", "other"),
            node("C:3", "same"),
            node("D:3", "same"),
        ];
        records.matches.push(MatchRecord { left: curie("C:3"), right: curie("D:3"), place: place(5) });
        Waiting { nodes, to_labels, ..Waiting::default() }.settle(&mut records);
        let shown: Vec<String> =
            records.edges[1..].iter().map(|edge| format!("{} {}", edge.subject, edge.object)).collect();
        assert_eq!(shown, ["C:1 A:1", "C:3 A:1"]);
        let rules = ["object whose name several nodes have", "object whose name no node has"];
        assert_eq!(rules.map(|rule| records.files[0].left_out.get(rule).copied()), [Some(1), Some(1)]);
    }

    #[test]
    fn a_category_goes_with_its_edges() {
        let mut records = records();
        leave_out_categories(&mut records, &["Disease".into()]);
        assert_eq!((records.mentions.len(), records.edges.len()), (2, 1));
        leave_out_categories(&mut records, &["Gene".into()]);
        assert_eq!((records.mentions.len(), records.edges.len()), (1, 0));
        assert_eq!(records.files[0].left_out.get("edge of a category that is left out"), Some(&1));
    }

    #[test]
    fn a_table_of_labels_fills_no_graph() {
        let reader: NodeTable = toml::from_str("node = { id = 'id', label = 'name', only_named = true }").unwrap();
        let records = read_bytes(&reader, b"id\tname\nA:1\ta\n").unwrap();
        assert_eq!((records.nodes.len(), records.files[0].left_out.get(NOT_NAMED)), (0, Some(&1)));
    }
}
