//! The graph that every later stage asks.
//!
//! It cannot change: [`crate::kg::build`] makes it from records, and after that it is shared between threads without
//! a lock. Node and edge numbers follow the order of CURIEs, not of lines, so that the same knowledge has the same
//! numbers however a source orders its files.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::kg::Curie;
use crate::kg::Licence;
use crate::kg::Neighbours;
use crate::kg::Qualifiers;
use crate::kg::Relation;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::Synonym;
use crate::kg::column::Column;
use crate::kg::credit::Credits;
use crate::kg::csr::Adjacency;
use crate::kg::index::Identifiers;
use crate::kg::index::NameIndex;
use crate::kg::normal_name;
use crate::kg::taxonomy::Taxonomy;
use crate::location::FileId;
use crate::location::Place;

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The position, from 0.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The number as files hold it.
            pub fn number(self) -> i64 {
                i64::from(self.0)
            }

            /// The id of a position that is known to be one: building made sure that 32 bits number all.
            pub(super) fn at(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// The id of a position.
            ///
            /// # Errors
            ///
            /// If the position is past `u32::MAX`.
            pub fn try_from_index(index: usize) -> Result<Self, std::num::TryFromIntError> {
                u32::try_from(index).map(Self)
            }
        }
    };
}

dense_id! {
    /// A node; its rank among all nodes by CURIE.
    NodeId
}
dense_id! {
    /// An edge; its rank among all edges by (subject, relation, object, source).
    EdgeId
}

/// A category of nodes: its position in [`Graph::categories`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(pub(super) u16);

/// A source: its position in [`Graph::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(super) u16);

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The identifier that the clique is known by.
    pub curie: Curie,
    /// The preferred name; empty where no source gives one.
    pub label: Box<str>,
    /// The Biolink class.
    pub category: CategoryId,
    /// Other names, sorted.
    pub synonyms: Vec<Synonym>,
    /// Claims of sameness and the other CURIEs of the clique, sorted.
    pub xrefs: Vec<Curie>,
    /// A definition; empty where there is none.
    pub definition: Box<str>,
    /// Whether its source has withdrawn it.
    pub is_obsolete: bool,
    /// The source that described it first; who gave each name, [`Graph::node_sources`] tells.
    pub source: SourceId,
    /// Where.
    pub place: Place,
}

/// An edge, stored once, in its true direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where it starts.
    pub subject: NodeId,
    /// Its relation.
    pub relation: RelationId,
    /// Where it ends.
    pub object: NodeId,
    /// The source that states it.
    pub source: SourceId,
}

/// What is known of edges beside their ends, each by edge.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EdgeDetails {
    pub(super) sources: Column<SourceId>,
    /// Where the first record of each edge stands.
    pub(super) files: Column<FileId>,
    pub(super) lines: Vec<u32>,
    /// Where further records stand, sorted.
    pub(super) more_places: Vec<(EdgeId, Place)>,
    /// What is said, of edges of which something is said; sorted.
    pub(super) qualifiers: Vec<(EdgeId, Qualifiers)>,
}

/// The frozen property graph.
#[derive(Debug, Clone)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) credits: Credits,
    pub(super) adjacency: Adjacency,
    pub(super) details: EdgeDetails,
    pub(super) relations: Relations,
    pub(super) categories: IndexSet<Box<str>>,
    pub(super) sources: Vec<Source>,
    pub(super) identifiers: Identifiers,
    pub(super) names: NameIndex,
    pub(super) twins: HashMap<NodeId, Vec<NodeId>, FxBuildHasher>,
    pub(super) taxonomy: Taxonomy,
    /// Objects that tell too little, for each relation that has such a bound.
    pub(super) vague: BTreeMap<RelationId, Vec<bool>>,
}

impl Graph {
    /// How many nodes there are.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges there are.
    pub fn n_edges(&self) -> usize {
        self.adjacency.n_edges()
    }

    /// A node of this graph.
    pub fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    /// An edge of this graph. O(log n).
    pub fn edge(&self, edge: EdgeId) -> Edge {
        let (subject, relation, object) = self.adjacency.ends(edge);
        Edge { subject, relation: *relation, object, source: self.edge_source(edge) }
    }

    /// An edge by its number in a file; `None` past the end.
    pub fn edge_at(&self, number: i64) -> Option<EdgeId> {
        u32::try_from(number).ok().map(EdgeId).filter(|edge| edge.index() < self.n_edges())
    }

    /// The source that states an edge.
    pub fn edge_source(&self, edge: EdgeId) -> SourceId {
        self.details.sources.get(edge.index())
    }

    /// What an edge's sources say beside its ends. O(log m).
    pub fn qualifiers(&self, edge: EdgeId) -> &Qualifiers {
        static NONE: Qualifiers = Qualifiers::NONE;
        let said = &self.details.qualifiers;
        said.binary_search_by_key(&edge, |&(of, _)| of).map_or(&NONE, |at| &said[at].1)
    }

    /// Where an edge was stated, in the order of files and lines. Of a record that a table of a million rows merely
    /// repeats (see [`crate::kg::Bulk`]), the first place only.
    pub fn places(&self, edge: EdgeId) -> impl Iterator<Item = Place> + '_ {
        let details = &self.details;
        let first = Place { file: details.files.get(edge.index()), line: details.lines[edge.index()] };
        let start = details.more_places.partition_point(|&(of, _)| of < edge);
        let more = details.more_places[start..].iter().take_while(move |&&(of, _)| of == edge);
        std::iter::once(first).chain(more.map(|&(_, place)| place))
    }

    /// Every node with its id, in the order of CURIEs.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0_u32..).map(NodeId).zip(&self.nodes)
    }

    /// Every edge with its id.
    pub fn edges(&self) -> impl Iterator<Item = (EdgeId, Edge)> + '_ {
        self.nodes().flat_map(move |(subject, _)| {
            self.outgoing(subject).map(move |to| {
                let source = self.edge_source(to.edge);
                (to.edge, Edge { subject, relation: to.relation, object: to.node, source })
            })
        })
    }

    /// The preferred name of a node, or its CURIE where it has none.
    pub fn label(&self, node: NodeId) -> &str {
        let node = self.node(node);
        if node.label.is_empty() { node.curie.as_str() } else { &node.label }
    }

    /// The CURIE of a node.
    pub fn curie(&self, node: NodeId) -> &Curie {
        &self.node(node).curie
    }

    /// The name of a node's category.
    pub fn category(&self, node: NodeId) -> &str {
        self.category_name(self.node(node).category)
    }

    /// The name of a category.
    pub fn category_name(&self, category: CategoryId) -> &str {
        self.categories.get_index(usize::from(category.0)).map_or("", |name| name)
    }

    /// The category of a name.
    pub fn category_id(&self, name: &str) -> Option<CategoryId> {
        self.categories.get_index_of(name).and_then(|index| u16::try_from(index).ok()).map(CategoryId)
    }

    /// The names of all categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().map(|name| &**name)
    }

    /// The nodes of a category, in order.
    pub fn nodes_of(&self, category: &str) -> impl Iterator<Item = NodeId> + '_ {
        let category = self.category_id(category);
        self.nodes().filter(move |(_, node)| Some(node.category) == category).map(|(id, _)| id)
    }

    /// The node that a CURIE means: its own, that of its clique, or what an obsolete or former id leads to.
    pub fn find(&self, curie: &Curie) -> Option<NodeId> {
        self.identifiers.find(curie, &self.nodes)
    }

    /// The nodes with a label or synonym equal to a text in normal form, in order.
    pub fn named(&self, text: &str) -> Vec<NodeId> {
        self.named_normally(&normal_name(text))
    }

    /// The same for a text that is in normal form: see [`normal_name`].
    pub fn named_normally(&self, normal: &str) -> Vec<NodeId> {
        self.names.named(normal, &self.nodes)
    }

    /// The other nodes of the same category whose label is equal in normal form: the loose reading counts them as
    /// one.
    pub fn twins(&self, node: NodeId) -> &[NodeId] {
        self.twins.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The table of relations.
    pub fn relations(&self) -> &Relations {
        &self.relations
    }

    /// The row of a relation.
    pub fn relation(&self, relation: RelationId) -> &Relation {
        self.relations.row(relation)
    }

    /// The sources, in the order of the pipeline.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The source of an id.
    pub fn source(&self, source: SourceId) -> &Source {
        &self.sources[usize::from(source.0)]
    }

    /// The licence class of an edge.
    pub fn edge_licence(&self, edge: EdgeId) -> Licence {
        self.source(self.edge_source(edge)).licence
    }

    /// Kinds and kinds of kinds.
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Whether a node as object of a relation tells too little to cast doubt on its kinds; see
    /// [`Relation::vague_below`].
    pub fn is_vague(&self, relation: RelationId, object: NodeId) -> bool {
        self.vague.get(&relation).and_then(|vague| vague.get(object.index())).copied().unwrap_or(false)
    }

    /// Every edge that starts at a node, grouped by relation.
    pub fn outgoing(&self, node: NodeId) -> Neighbours<'_> {
        self.adjacency.outgoing(node)
    }

    /// Every edge that ends at a node, grouped by relation.
    pub fn incoming(&self, node: NodeId) -> Neighbours<'_> {
        self.adjacency.incoming(node)
    }

    /// The objects of a subject in a relation, sorted.
    pub fn objects(&self, subject: NodeId, relation: RelationId) -> Neighbours<'_> {
        self.adjacency.objects(subject, relation)
    }

    /// The subjects of an object in a relation, sorted.
    pub fn subjects(&self, object: NodeId, relation: RelationId) -> Neighbours<'_> {
        self.adjacency.subjects(object, relation)
    }

    /// How many edges touch a node.
    pub fn degree(&self, node: NodeId) -> usize {
        self.outgoing(node).len() + self.incoming(node).len()
    }

    /// The edge to cite for a triple: of parallel edges the one with the least restricted licence, then the lowest.
    pub fn cited(&self, subject: NodeId, relation: RelationId, object: NodeId) -> Option<EdgeId> {
        let along = |from: NodeId, to: NodeId| {
            let all = self.objects(from, relation);
            let start = all.nodes().partition_point(|&node| node < to);
            (start..).map_while(move |at| all.get(at)).take_while(move |next| next.node == to).map(|next| next.edge)
        };
        let is_symmetric = self.relation(relation).is_symmetric;
        let backwards = is_symmetric.then(|| along(object, subject)).into_iter().flatten();
        along(subject, object).chain(backwards).min_by_key(|&edge| (self.edge_licence(edge), edge))
    }

    /// The same graph under another licence, with one more node that has no label: for tests of checks.
    #[cfg(test)]
    pub(crate) fn relicense(&mut self, licence: Licence) {
        for source in &mut self.sources {
            source.licence = licence;
        }
        if let Some(first) = self.nodes.iter_mut().find(|node| node.curie.as_str() == "Disease:stray_disease") {
            first.label = "".into();
        }
    }
}
