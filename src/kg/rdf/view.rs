//! The graph as a data set of RDF that an engine reads where it lies.
//!
//! Nothing is copied: a term is a number, a triple is found in the rows of the graph, and what hangs on edge nodes is
//! made when it is asked for. What there is to read is what [`write_ntriples_with_reifiers`] writes, to the triple; so a
//! query has the same answers here and in a store that has loaded the export.
//!
//! [`write_ntriples_with_reifiers`]: crate::kg::rdf::write_ntriples_with_reifiers

use std::borrow::Cow;
use std::convert::Infallible;

use hashbrown::HashMap;
use indexmap::IndexMap;
use indexmap::IndexSet;
use oxrdf::Literal;
use oxrdf::NamedNode;
use oxrdf::NamedOrBlankNode;
use oxrdf::Term;
use oxrdf::Triple;
use oxrdf::vocab::xsd;
use rustc_hash::FxBuildHasher;
use spareval::InternalQuad;
use spareval::QueryableDataset;

use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::normal_name;
use crate::kg::rdf::EDGE_IRI;
use crate::kg::rdf::edge_node;
use crate::kg::rdf::facts;
use crate::kg::rdf::facts::Property;
use crate::kg::rdf::facts::Value;
use crate::kg::search::Direction;

/// A term as the view holds it: equal if and only if the terms are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Held<'a>(Inner<'a>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Inner<'a> {
    Node(NodeId),
    /// The node that stands for an edge.
    Edge(EdgeId),
    Constant(Constant),
    /// A plain string.
    Text(Cow<'a, str>),
    /// An edge as a triple term.
    Triple(NodeId, Constant, NodeId),
    /// Anything else.
    Other(Box<Term>),
}

/// A predicate or a class, by its place among [`View::constants`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Constant(u16);

/// What a predicate leads along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Property(Property),
    Relation(RelationId),
}

/// Subjects and objects of one predicate.
type Pairs<'a> = Box<dyn Iterator<Item = (Held<'a>, Held<'a>)> + 'a>;

/// A graph, to be asked in SPARQL: see [`QueryableDataset`].
///
/// What a licence forbids to pass on is not there. All is in the default graph; there is no named one.
///
/// # Complexity
///
/// A few bytes for each relation and category, and nothing for nodes and edges. A triple with a subject or an object that
/// is given is found in O(log d) for the degree d; labels, synonyms, identifiers and classes are looked up in the indexes
/// of the graph; by the value of any other property all nodes, or all edges, are gone through.
#[derive(Debug)]
pub struct View<'a> {
    graph: &'a Graph,
    /// Whether nothing is closed by a licence.
    is_open: bool,
    /// The IRIs of predicates and classes; what a predicate leads along, nothing for a class.
    constants: IndexMap<String, Vec<Way>, FxBuildHasher>,
    of_relations: Vec<Constant>,
    of_categories: Vec<Constant>,
    association: Constant,
    /// Nodes whose IRI reads as something else: a predicate, or an identifier of another prefix.
    odd: HashMap<NodeId, Held<'a>, FxBuildHasher>,
    odd_nodes: HashMap<Held<'a>, NodeId, FxBuildHasher>,
    /// Nodes that the index of names leaves out.
    obsolete: Vec<NodeId>,
}

impl<'a> View<'a> {
    /// A view of a graph.
    ///
    /// # Complexity
    ///
    /// O(n) time for n nodes: the IRI of each is read back once.
    pub fn new(graph: &'a Graph) -> Self {
        let mut view = Self {
            graph,
            is_open: graph.is_open(),
            constants: IndexMap::default(),
            of_relations: Vec::new(),
            of_categories: Vec::new(),
            association: Constant(0),
            odd: HashMap::default(),
            odd_nodes: HashMap::default(),
            obsolete: graph.nodes().filter(|(_, node)| node.is_obsolete).map(|(id, _)| id).collect(),
        };
        for property in Property::OF_NODES.into_iter().chain(Property::OF_EDGES) {
            view.lead(property.iri(), Way::Property(property));
        }
        for (relation, _) in graph.relations().iter() {
            let constant = view.lead(facts::predicate(graph, relation), Way::Relation(relation));
            view.of_relations.push(constant);
        }
        for category in graph.categories() {
            let constant = view.constant(facts::class(category));
            view.of_categories.push(constant);
        }
        view.association = view.constant(facts::association());
        for (node, described) in graph.nodes() {
            let held = view.hold_iri(facts::named(&described.curie));
            if held.0 != Inner::Node(node) {
                view.odd.insert(node, held.clone());
                view.odd_nodes.insert(held, node);
            }
        }
        view
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    fn constant(&mut self, iri: NamedNode) -> Constant {
        let entry = self.constants.entry(iri.into_string());
        // Relations and categories are numbered in 16 bits each, and there are a handful of properties.
        let constant = Constant(u16::try_from(entry.index()).unwrap_or(u16::MAX));
        entry.or_default();
        constant
    }

    fn lead(&mut self, iri: NamedNode, way: Way) -> Constant {
        let constant = self.constant(iri);
        let ways = &mut self.constants[usize::from(constant.0)];
        if !ways.contains(&way) {
            ways.push(way);
        }
        constant
    }

    fn ways(&self, constant: Constant) -> &[Way] {
        self.constants.get_index(usize::from(constant.0)).map_or(&[], |(_, ways)| ways)
    }

    fn hold_iri(&self, iri: NamedNode) -> Held<'a> {
        if let Some(at) = self.constants.get_index_of(iri.as_str()) {
            return Held(Inner::Constant(Constant(u16::try_from(at).unwrap_or(u16::MAX))));
        }
        if let Some(edge) = self.edge_of(&iri) {
            return Held(Inner::Edge(edge));
        }
        let node = Curie::from_iri(iri.as_str()).ok().and_then(|curie| {
            let node = self.graph.find(&curie)?;
            // A former identifier leads to the node, but the node is not called so.
            (*self.graph.curie(node) == curie && curie.iri() == iri.as_str()).then_some(node)
        });
        Held(node.map_or_else(|| Inner::Other(Box::new(iri.into())), Inner::Node))
    }

    fn edge_of(&self, iri: &NamedNode) -> Option<EdgeId> {
        let number = iri.as_str().strip_prefix(EDGE_IRI)?.parse().ok()?;
        self.graph.edge_at(number).filter(|&edge| edge_node(edge) == *iri && self.is_edge_open(edge))
    }

    fn hold_node(&self, node: NodeId) -> Held<'a> {
        self.odd.get(&node).cloned().unwrap_or(Held(Inner::Node(node)))
    }

    fn node_of(&self, held: &Held<'a>) -> Option<NodeId> {
        match &held.0 {
            Inner::Node(node) => Some(*node),
            _ if self.odd_nodes.is_empty() => None,
            _ => self.odd_nodes.get(held).copied(),
        }
    }

    fn hold_term(&self, term: Term) -> Held<'a> {
        match term {
            Term::NamedNode(iri) => self.hold_iri(iri),
            Term::Literal(literal) if literal.datatype() == xsd::STRING => {
                let (text, ..) = literal.destruct();
                Held(Inner::Text(Cow::Owned(text)))
            }
            Term::Triple(triple) => self.hold_triple(*triple),
            other => Held(Inner::Other(Box::new(other))),
        }
    }

    fn hold_triple(&self, triple: Triple) -> Held<'a> {
        if let (NamedOrBlankNode::NamedNode(subject), Term::NamedNode(object)) = (&triple.subject, &triple.object) {
            let [subject, predicate, object] =
                [subject.clone(), triple.predicate.clone(), object.clone()].map(|iri| self.hold_iri(iri).0);
            if let (Inner::Node(subject), Inner::Constant(predicate), Inner::Node(object)) =
                (subject, predicate, object)
            {
                return Held(Inner::Triple(subject, predicate, object));
            }
        }
        Held(Inner::Other(Box::new(triple.into())))
    }

    fn hold(&self, value: &Value<'a>) -> Held<'a> {
        let constant = |constant: Option<&Constant>| constant.map(|&constant| Held(Inner::Constant(constant)));
        let fast = match value {
            Value::Class(category) => constant(self.of_categories.get(usize::from(category.0))),
            Value::Association => constant(Some(&self.association)),
            Value::Node(node) => Some(self.hold_node(*node)),
            Value::Relation(relation) => constant(self.of_relations.get(relation.index())),
            Value::Text(text) => Some(Held(Inner::Text(Cow::Borrowed(text)))),
            Value::Edge(..) | Value::Named(_) | Value::Literal(_) => None,
        };
        fast.unwrap_or_else(|| self.hold_term(value.term(self.graph)))
    }

    fn is_edge_open(&self, edge: EdgeId) -> bool {
        self.is_open || self.graph.may_publish(self.graph.edge_source(edge))
    }

    fn is_node_open(&self, node: NodeId) -> bool {
        self.is_open || self.graph.is_node_open(node)
    }

    fn nodes(&'a self) -> impl Iterator<Item = NodeId> + 'a {
        self.graph.open_nodes().map(|(node, _)| node)
    }

    fn edges(&'a self) -> impl Iterator<Item = EdgeId> + 'a {
        self.graph.open_edges().map(|(edge, _)| edge)
    }

    /// The triples of a predicate, each once.
    fn triples(&'a self, subject: Option<&Held<'a>>, predicate: Constant, object: Option<&Held<'a>>) -> Pairs<'a> {
        match *self.ways(predicate) {
            [] => Box::new(std::iter::empty()),
            [way] => self.pairs(subject, way, object),
            // Several relations may be one to Biolink, and what two of them state is one triple.
            ref several => {
                let all = several.iter().flat_map(|&way| self.pairs(subject, way, object));
                Box::new(all.collect::<IndexSet<_, FxBuildHasher>>().into_iter())
            }
        }
    }

    fn pairs(&'a self, subject: Option<&Held<'a>>, way: Way, object: Option<&Held<'a>>) -> Pairs<'a> {
        match way {
            Way::Relation(relation) => self.related(subject, relation, object),
            Way::Property(property) => self.described(subject, property, object),
        }
    }

    fn related(&'a self, subject: Option<&Held<'a>>, relation: RelationId, object: Option<&Held<'a>>) -> Pairs<'a> {
        let node = |end: Option<&Held<'a>>| end.map(|held| self.node_of(held));
        match (node(subject), node(object)) {
            (Some(None), _) | (_, Some(None)) => Box::new(std::iter::empty()),
            (Some(Some(from)), Some(Some(to))) => {
                let holds = self.beside(from, relation, Direction::Objects).any(|node| node == to);
                Box::new(holds.then(|| (self.hold_node(from), self.hold_node(to))).into_iter())
            }
            (Some(Some(from)), None) => {
                let there = self.beside(from, relation, Direction::Objects);
                Box::new(there.map(move |to| (self.hold_node(from), self.hold_node(to))))
            }
            (None, Some(Some(to))) => {
                let there = self.beside(to, relation, Direction::Subjects);
                Box::new(there.map(move |from| (self.hold_node(from), self.hold_node(to))))
            }
            (None, None) => Box::new(self.graph.nodes().flat_map(move |(from, _)| {
                let there = self.beside(from, relation, Direction::Objects);
                there.map(move |to| (self.hold_node(from), self.hold_node(to)))
            })),
        }
    }

    /// The nodes at the other end of a relation, each once.
    fn beside(
        &'a self,
        node: NodeId,
        relation: RelationId,
        direction: Direction,
    ) -> Box<dyn Iterator<Item = NodeId> + 'a> {
        let along = |direction| match direction {
            Direction::Objects => self.graph.objects(node, relation),
            Direction::Subjects => self.graph.subjects(node, relation),
        };
        let is_symmetric = self.graph.relation(relation).is_symmetric;
        if self.is_open && !is_symmetric {
            // Sorted; what several sources state lies side by side.
            let nodes = along(direction).nodes();
            let is_first = move |at: usize| at == 0 || nodes[at - 1] != nodes[at];
            return Box::new((0..nodes.len()).filter(move |&at| is_first(at)).map(move |at| nodes[at]));
        }
        let directions: &[Direction] =
            if is_symmetric { &[Direction::Objects, Direction::Subjects] } else { &[direction] };
        let all = directions.iter().flat_map(|&direction| along(direction));
        let mut nodes: Vec<NodeId> = all.filter(|to| self.is_edge_open(to.edge)).map(|to| to.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        Box::new(nodes.into_iter())
    }

    fn described(&'a self, subject: Option<&Held<'a>>, property: Property, object: Option<&Held<'a>>) -> Pairs<'a> {
        let Some(subject) = subject else {
            return match object {
                None => Box::new(self.all_of(property)),
                Some(object) => self.with(property, object),
            };
        };
        let node = self.node_of(subject).filter(|&node| self.is_node_open(node));
        let mut values = match (node, &subject.0) {
            (Some(node), _) => facts::of_node(self.graph, node, property),
            (None, &Inner::Edge(edge)) => facts::of_edge(self.graph, edge, property),
            _ => Vec::new(),
        };
        if let Some(object) = object {
            values.retain(|value| self.hold(value) == *object);
        }
        let subject = subject.clone();
        Box::new(values.into_iter().map(move |value| (subject.clone(), self.hold(&value))))
    }

    /// Every value of a property.
    fn all_of(&'a self, property: Property) -> impl Iterator<Item = (Held<'a>, Held<'a>)> + 'a {
        let is_of_nodes = Property::OF_NODES.contains(&property);
        let is_of_edges = Property::OF_EDGES.contains(&property);
        let nodes = is_of_nodes.then(|| self.nodes()).into_iter().flatten().flat_map(move |node| {
            let values = facts::of_node(self.graph, node, property);
            values.into_iter().map(move |value| (self.hold_node(node), self.hold(&value)))
        });
        let edges = is_of_edges.then(|| self.edges()).into_iter().flatten().flat_map(move |edge| {
            let values = facts::of_edge(self.graph, edge, property);
            values.into_iter().map(move |value| (Held(Inner::Edge(edge)), self.hold(&value)))
        });
        nodes.chain(edges)
    }

    /// Whatever has a value of a property.
    fn with(&'a self, property: Property, object: &Held<'a>) -> Pairs<'a> {
        let graph = self.graph;
        let held = object.clone();
        let nodes = |found: Vec<NodeId>| -> Pairs<'a> {
            let held = held.clone();
            let has = move |node: &NodeId| {
                let is_it = |value: &Value<'a>| self.hold(value) == held;
                self.is_node_open(*node) && facts::of_node(graph, *node, property).iter().any(is_it)
            };
            let object = object.clone();
            Box::new(found.into_iter().filter(has).map(move |node| (self.hold_node(node), object.clone())))
        };
        let edges = |found: Box<dyn Iterator<Item = EdgeId> + 'a>| -> Pairs<'a> {
            let held = held.clone();
            let open = found.filter(|&edge| self.is_edge_open(edge));
            Box::new(open.map(move |edge| (Held(Inner::Edge(edge)), held.clone())))
        };
        match (property, &object.0) {
            (Property::Type, &Inner::Constant(class)) if class == self.association => {
                let of_nodes = nodes(self.of_class(class).collect());
                Box::new(of_nodes.chain(edges(Box::new(self.edges()))))
            }
            (Property::Type, &Inner::Constant(class)) => nodes(self.of_class(class).collect()),
            (Property::Notation, Inner::Text(text)) => {
                nodes(text.parse().ok().and_then(|curie: Curie| graph.find(&curie)).into_iter().collect())
            }
            // A name of nothing but punctuation has no normal form to be looked up by.
            (Property::Label | Property::AltLabel, Inner::Text(text)) if !normal_name(text).is_empty() => {
                nodes([&graph.named(text)[..], &self.obsolete].concat())
            }
            (Property::Subject, _) => match self.node_of(object) {
                Some(node) => edges(Box::new(graph.outgoing(node).map(|to| to.edge))),
                None => Box::new(std::iter::empty()),
            },
            (Property::Object, _) => match self.node_of(object) {
                Some(node) => edges(Box::new(graph.incoming(node).map(|from| from.edge))),
                None => Box::new(std::iter::empty()),
            },
            (Property::Reifies, &Inner::Triple(from, predicate, to)) => {
                let relations = self.ways(predicate).iter().filter_map(|way| match way {
                    Way::Relation(relation) => Some(*relation),
                    Way::Property(_) => None,
                });
                let all = relations.flat_map(move |relation| graph.objects(from, relation));
                edges(Box::new(all.filter(move |there| there.node == to).map(|there| there.edge)))
            }
            _ => {
                let held = object.clone();
                Box::new(self.all_of(property).filter(move |(_, value)| *value == held))
            }
        }
    }

    fn of_class(&'a self, class: Constant) -> impl Iterator<Item = NodeId> + 'a {
        let is_it = move |category: CategoryId| self.of_categories.get(usize::from(category.0)) == Some(&class);
        self.graph.nodes().filter(move |(_, node)| is_it(node.category)).map(|(id, _)| id)
    }
}

impl<'a> QueryableDataset<'a> for &'a View<'a> {
    type InternalTerm = Held<'a>;
    type Error = Infallible;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Held<'a>>,
        predicate: Option<&Held<'a>>,
        object: Option<&Held<'a>>,
        graph_name: Option<Option<&Held<'a>>>,
    ) -> impl Iterator<Item = Result<InternalQuad<Held<'a>>, Infallible>> + use<'a> {
        let view: &'a View<'a> = self;
        let predicates: Vec<Constant> = match (graph_name, predicate.map(|held| &held.0)) {
            (Some(None), None) => {
                let numbers = (0..view.constants.len()).filter_map(|at| u16::try_from(at).ok());
                numbers.map(Constant).filter(|&constant| !view.ways(constant).is_empty()).collect()
            }
            (Some(None), Some(&Inner::Constant(constant))) => vec![constant],
            _ => Vec::new(),
        };
        let (subject, object) = (subject.cloned(), object.cloned());
        predicates.into_iter().flat_map(move |constant| {
            let pairs = view.triples(subject.as_ref(), constant, object.as_ref());
            pairs.map(move |(subject, object)| {
                let predicate = Held(Inner::Constant(constant));
                Ok(InternalQuad { subject, predicate, object, graph_name: None })
            })
        })
    }

    fn internalize_term(&self, term: Term) -> Result<Held<'a>, Infallible> {
        Ok(self.hold_term(term))
    }

    fn externalize_term(&self, held: Held<'a>) -> Result<Term, Infallible> {
        let constant = |constant: Constant| {
            let iri = self.constants.get_index(usize::from(constant.0)).map_or("", |(iri, _)| iri);
            NamedNode::new_unchecked(iri)
        };
        let node = |node: NodeId| facts::named(self.graph.curie(node));
        Ok(match held.0 {
            Inner::Node(id) => node(id).into(),
            Inner::Edge(edge) => edge_node(edge).into(),
            Inner::Constant(at) => constant(at).into(),
            Inner::Text(text) => Literal::new_simple_literal(text.into_owned()).into(),
            Inner::Triple(subject, predicate, object) => {
                Triple::new(node(subject), constant(predicate), node(object)).into()
            }
            Inner::Other(term) => *term,
        })
    }
}

#[cfg(test)]
mod tests;
