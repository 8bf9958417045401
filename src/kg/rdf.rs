//! The graph as RDF, and patterns as SPARQL.
//!
//! Whoever does not want to trust our search can load the export into any triple store and run an item's query there.
//! So the mapping is plain: every edge is a triple of the default graph under its own predicate, denials too, and a
//! closure is a property path. What else is known of an edge hangs on a node of its own, because a triple cannot carry
//! it.

mod facts;
mod view;

use std::io;
use std::io::Write;

use oxrdf::NamedNode;
use oxrdf::Term as RdfTerm;
use oxrdf::Triple;
use oxttl::NTriplesSerializer;
use oxttl::ntriples::WriterNTriplesSerializer;

use crate::kg::BIOLINK_IRI;
use crate::kg::Closure;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::Relation;
use crate::kg::RelationId;
use crate::kg::VOCABULARY_IRI;
use crate::kg::rdf::facts::Property;
use crate::kg::rdf::facts::named;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Term;
use crate::kg::search::Variable;

pub use view::Held;
pub use view::View;

/// Edge nodes are this and the edge's number.
pub const EDGE_IRI: &str = "https://w3id.org/thinkpath/edge/";

/// Writes the graph as N-Triples of RDF 1.1, which every store reads: nodes in the order of their CURIEs, then edges in
/// the order of their numbers.
///
/// What a licence forbids to pass on is left out: edges, and names of nodes.
///
/// An edge is a triple; a symmetric one is two, so that a property path finds it from either end. Its edge node is a
/// `biolink:Association` with everything else that is known of it.
///
/// # Errors
///
/// What the writer says.
///
/// # Complexity
///
/// One pass; no memory but a triple at a time.
pub fn write_ntriples(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    Export { graph, is_reified: false, out: NTriplesSerializer::new().for_writer(out) }.write()
}

/// As [`write_ntriples`], and every edge node is also an RDF 1.2 reifier: `rdf:reifies <<( s p o )>>`. Stores that
/// know only RDF 1.1 refuse such a file.
///
/// # Errors
///
/// What the writer says.
pub fn write_ntriples_with_reifiers(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    Export { graph, is_reified: true, out: NTriplesSerializer::new().for_writer(out) }.write()
}

struct Export<'a, W: Write> {
    graph: &'a Graph,
    is_reified: bool,
    out: WriterNTriplesSerializer<&'a mut W>,
}

impl<W: Write> Export<'_, W> {
    fn write(mut self) -> io::Result<()> {
        let graph = self.graph;
        graph.open_nodes().try_for_each(|(id, node)| self.node(id, node))?;
        graph.open_edges().try_for_each(|(id, edge)| self.edge(id, edge))?;
        self.out.finish().flush()
    }

    fn say(
        &mut self,
        subject: &NamedNode,
        predicate: impl Into<NamedNode>,
        object: impl Into<RdfTerm>,
    ) -> io::Result<()> {
        self.out.serialize_triple(&Triple::new(subject.clone(), predicate, object))
    }

    fn node(&mut self, id: NodeId, node: &Node) -> io::Result<()> {
        let iri = named(&node.curie);
        for property in Property::OF_NODES {
            for value in facts::of_node(self.graph, id, property) {
                self.say(&iri, property.iri(), value.term(self.graph))?;
            }
        }
        Ok(())
    }

    fn edge(&mut self, id: EdgeId, edge: Edge) -> io::Result<()> {
        let graph = self.graph;
        let predicate = facts::predicate(graph, edge.relation);
        let (subject, object) = (named(graph.curie(edge.subject)), named(graph.curie(edge.object)));
        self.say(&subject, predicate.clone(), object.clone())?;
        if graph.relation(edge.relation).is_symmetric {
            self.say(&object, predicate, subject)?;
        }
        let iri = edge_node(id);
        for property in Property::OF_EDGES {
            if property != Property::Reifies || self.is_reified {
                for value in facts::of_edge(graph, id, property) {
                    self.say(&iri, property.iri(), value.term(graph))?;
                }
            }
        }
        Ok(())
    }
}

/// The node that stands for an edge.
fn edge_node(edge: EdgeId) -> NamedNode {
    NamedNode::new_unchecked(format!("{EDGE_IRI}{}", edge.number()))
}

/// The pattern as a SPARQL 1.1 query over the export: one variable, `?answer`, that takes the strict answers.
///
/// Where a pattern has no `?answer`, all its variables are asked, and the query returns the values of each. Of a union
/// each alternative is a block with what belongs to all.
pub fn select(graph: &Graph, pattern: &Pattern) -> String {
    let variables = pattern.variables();
    let branches = pattern.branches();
    let body = match (branches.as_slice(), variables.as_slice()) {
        ([_, _, ..], _) => {
            let blocks = branches.iter().map(|branch| format!("  {{\n{}  }}", block(graph, branch, None, "    ")));
            blocks.collect::<Vec<_>>().join(" UNION\n") + "\n"
        }
        (_, [Variable::ANSWER, ..] | []) => block(graph, pattern, None, "  "),
        (_, [asked]) => block(graph, pattern, Some(*asked), "  "),
        (_, several) => {
            let blocks =
                several.iter().map(|&asked| format!("  {{\n{}  }}", block(graph, pattern, Some(asked), "    ")));
            blocks.collect::<Vec<_>>().join(" UNION\n") + "\n"
        }
    };
    // A prefix stands at the head of a path or after one of its operators; `tp:` inside `http:` is none.
    let is_used = |prefix: &str| [' ', '^', '/', '|'].iter().any(|before| body.contains(&format!("{before}{prefix}:")));
    let used = PREFIXES.iter().filter(|(prefix, _)| is_used(prefix));
    let prefixes: String = used.map(|(prefix, iri)| format!("PREFIX {prefix}: <{iri}>\n")).collect();
    format!("{prefixes}SELECT DISTINCT ?answer WHERE {{\n{body}}}")
}

/// The clauses of one block. Engines join in the order in which it is written: what is known comes first, what only ties
/// variables last.
fn block(graph: &Graph, pattern: &Pattern, asked: Option<Variable>, indent: &str) -> String {
    let is_tie = |clause: &&Clause| [clause.subject, clause.object].iter().all(|end| matches!(end, Term::Variable(_)));
    let (ties, known): (Vec<&Clause>, Vec<&Clause>) = pattern.clauses.iter().partition(is_tie);
    let lines = known.into_iter().chain(ties).map(|clause| format!("{indent}{}\n", triple(graph, clause, asked)));
    lines.collect()
}

const PREFIXES: [(&str, &str); 3] =
    [("biolink", BIOLINK_IRI), ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"), ("tp", VOCABULARY_IRI)];

/// A clause as a triple pattern. An absent clause holds by an edge that denies it, and not by a missing one.
///
/// A closure is walked from the end that is known: engines follow a path in the order in which it is written, and from
/// a variable they would follow it from every node there is.
fn triple(graph: &Graph, clause: &Clause, asked: Option<Variable>) -> String {
    let mut paths: Vec<Vec<Step>> = match clause.is_absent {
        true => graph.relations().negatives_of(clause.relation).map(|negative| path(graph, negative)).collect(),
        false => vec![path(graph, clause.relation)],
    };
    if paths.is_empty() {
        // Nothing can deny this relation, so nothing meets the clause.
        return "FILTER(false)".to_owned();
    }
    let (mut from, mut to) = (clause.subject, clause.object);
    let is_closure = paths.iter().flatten().any(|step| !step.repeats.is_empty());
    if is_closure && matches!((from, to), (Term::Variable(_), Term::Node(_))) {
        (from, to) = (to, from);
        paths = paths.into_iter().map(reversed).collect();
    }
    let paths: Vec<String> = paths.iter().map(|steps| written(steps)).collect();
    format!("{} {} {} .", term(graph, from, asked), paths.join("|"), term(graph, to, asked))
}

fn term(graph: &Graph, term: Term, asked: Option<Variable>) -> String {
    match term {
        Term::Node(node) => format!("<{}>", graph.curie(node).iri()),
        Term::Variable(variable) if Some(variable) == asked => Variable::ANSWER.name(),
        Term::Variable(variable) => variable.name(),
    }
}

/// A predicate in a property path.
struct Step {
    predicate: String,
    is_inverse: bool,
    /// `*`, `+` or nothing.
    repeats: &'static str,
}

/// The strict closure of a relation as a property path: "up" says that an asserted end also holds for its ancestors,
/// so whoever starts at the ancestor has to go down to it.
fn path(graph: &Graph, relation: RelationId) -> Vec<Step> {
    let row = graph.relation(relation);
    let repeats = if row.is_transitive || row.is_taxonomic { "+" } else { "" };
    let stated = Step { predicate: predicate(row), is_inverse: false, repeats };
    if repeats == "+" {
        return vec![stated];
    }
    let kinds = |is_inverse: bool| {
        let predicate = predicate(graph.relation(graph.relations().is_a()));
        Step { predicate, is_inverse, repeats: "*" }
    };
    let before = (row.subject != Closure::None).then(|| kinds(row.subject == Closure::Up));
    let after = (row.object != Closure::None).then(|| kinds(row.object == Closure::Down));
    before.into_iter().chain([stated]).chain(after).collect()
}

/// The same path from its other end.
fn reversed(path: Vec<Step>) -> Vec<Step> {
    path.into_iter().rev().map(|step| Step { is_inverse: !step.is_inverse, ..step }).collect()
}

fn written(path: &[Step]) -> String {
    let steps = path.iter().map(|Step { predicate, is_inverse, repeats }| {
        let mark = if *is_inverse { "^" } else { "" };
        format!("{mark}{predicate}{repeats}")
    });
    steps.collect::<Vec<_>>().join("/")
}

/// A predicate as a prefixed name where SPARQL can read it as one, else as an IRI.
fn predicate(row: &Relation) -> String {
    let is_short = row.predicate.split_once(':').is_some_and(|(prefix, local)| {
        let is_known = PREFIXES.iter().any(|(known, _)| *known == prefix);
        is_known && !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if is_short { row.predicate.to_string() } else { format!("<{}>", row.iri()) }
}

#[cfg(test)]
pub(in crate::kg) mod tests;
