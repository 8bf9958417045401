//! Drawing a query backwards from its answer.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::RelationId;
use crate::kg::search::Direction;
use crate::kg::search::Query;
use crate::kg::search::Shape;
use crate::kg::statistics::FINDING;
use crate::mine::Context;
use crate::mine::live::fault;
use crate::mine::option_name::is_usable;
use crate::mine::shape::bind::after;
use crate::mine::shape::bind::before;
use crate::mine::wording::is_wordable;
use crate::seed::Stream;

/// The relations that questions are worded for.
pub const RELATIONS: [&str; 4] = ["associated_with", "has_phenotype", "has_inheritance", "has_onset"];

/// A constant that is a finding tells at least so many nats: "global developmental delay" is in a third of all diseases.
const MIN_INFORMATION: f64 = 2.0;

/// A hop that a question may take: a relation, walked to its objects or its subjects.
pub(super) type Step = (RelationId, Direction);

/// Draws queries of a graph.
pub(super) struct Drawer<'a> {
    context: Context<'a>,
    /// By node: what it can be.
    fitness: Vec<Fitness>,
    /// The hops, each with the nodes that it leads to and that can be told: sorted.
    hops: Vec<(Step, Vec<NodeId>)>,
    /// As above, of what is denied.
    denials: BTreeMap<usize, Vec<NodeId>>,
}

/// What a node can be in a query.
#[derive(Debug, Clone, Copy)]
struct Fitness {
    /// An answer or an option under its name.
    answer: bool,
    /// Neither named nor asked for, in between.
    between: bool,
}

impl Fitness {
    const NONE: Self = Self { answer: false, between: false };

    fn of(context: Context<'_>, prefixes: &[PrefixName], node: NodeId) -> Self {
        let graph = context.graph;
        if fault(graph, node).is_some() {
            return Self::NONE;
        }
        match graph.category(node) {
            "Disease" => {
                let curie = &graph.node(node).curie;
                let between = prefixes.is_empty() || prefixes.iter().any(|prefix| prefix.is_of(curie));
                Self { answer: between && is_usable(graph, node).is_ok(), between }
            }
            FINDING => {
                let is_telling = context.statistics.information(node) >= MIN_INFORMATION;
                Self { answer: is_telling && is_wordable(graph.label(node)).is_ok(), between: true }
            }
            _ => Self { answer: true, between: true },
        }
    }
}

/// A query and the answer that it was drawn from.
pub(super) struct Drawn {
    pub(super) query: Query,
}

impl<'a> Drawer<'a> {
    pub(super) fn new(context: Context<'a>, prefixes: &[PrefixName], relations: &[RelationId]) -> Self {
        let graph = context.graph;
        let nodes: Vec<NodeId> = graph.nodes().map(|(node, _)| node).collect();
        let fitness = nodes.into_par_iter().map(|node| Fitness::of(context, prefixes, node)).collect();
        let mut drawer = Self { context, fitness, hops: Vec::new(), denials: BTreeMap::new() };
        for &relation in relations {
            for direction in [Direction::Objects, Direction::Subjects] {
                let ends = |relation: RelationId| -> Vec<NodeId> {
                    let edges = graph.edges().filter(|(_, edge)| edge.relation == relation);
                    let mut nodes: Vec<NodeId> = edges
                        .map(|(_, edge)| if direction == Direction::Objects { edge.object } else { edge.subject })
                        .collect();
                    nodes.sort_unstable();
                    nodes.dedup();
                    nodes.retain(|&node| drawer.is_answer(node));
                    nodes
                };
                let answers = ends(relation);
                let mut denied: Vec<NodeId> = graph.relations().negatives_of(relation).flat_map(ends).collect();
                denied.sort_unstable();
                denied.dedup();
                if !denied.is_empty() {
                    drawer.denials.insert(drawer.hops.len(), denied);
                }
                drawer.hops.push(((relation, direction), answers));
            }
        }
        drawer
    }

    /// Whether a node can be an answer or an option under its name.
    pub(super) fn is_answer(&self, node: NodeId) -> bool {
        self.fitness[node.index()].answer
    }

    /// Whether a node that is neither named nor asked for may lie in between.
    fn is_between(&self, node: NodeId) -> bool {
        self.fitness[node.index()].between
    }

    /// Draws a query that has an answer; `None` if a walk leads nowhere.
    pub(super) fn draw(&self, shape: Shape, stream: &mut Stream) -> Option<Drawn> {
        let graph = self.context.graph;
        let (lengths, n_tail) = shape.plan();
        // Denials are few: whoever wants one has to start at it.
        let denied = if shape.has_denial() {
            let among: Vec<usize> = self.denials.keys().copied().collect();
            let hop = *stream.pick(&among)?;
            Some((hop, *stream.pick(self.denials.get(&hop)?)?))
        } else {
            None
        };
        let (middle, tail) = match (denied, n_tail) {
            (None, 0) => {
                let among: Vec<&(Step, Vec<NodeId>)> =
                    self.hops.iter().filter(|(_, nodes)| !nodes.is_empty()).collect();
                let (_, nodes) = stream.pick(&among)?;
                (*stream.pick(nodes)?, Vec::new())
            }
            (None, _) => {
                let among: Vec<&(Step, Vec<NodeId>)> =
                    self.hops.iter().filter(|(_, nodes)| !nodes.is_empty()).collect();
                let (hop, nodes) = stream.pick(&among)?;
                let answer = *stream.pick(nodes)?;
                let from = self.from(answer, *hop);
                (*stream.pick(&from)?, vec![*hop])
            }
            (Some((_, node)), 0) => (node, Vec::new()),
            (Some((_, node)), _) => {
                let leading: Vec<Step> =
                    self.hops.iter().map(|(hop, _)| *hop).filter(|&hop| !self.to(node, hop).is_empty()).collect();
                (node, vec![*stream.pick(&leading)?])
            }
        };
        let mut branches = Vec::new();
        for (at, &length) in lengths.iter().enumerate() {
            let is_denied = shape.has_denial() && at + 1 == lengths.len();
            let turned = tail.last().map(|&hop| (middle, hop));
            let branch = match denied.filter(|_| is_denied) {
                Some((hop, node)) => self.denied_branch((hop, node), length, stream)?,
                None => self.branch(middle, length, turned, stream)?,
            };
            branches.push(branch);
        }
        if lengths.iter().all(|&length| length == 1) && !shape.has_union() {
            // Like conditions are told together; what is denied stays last.
            let n_sorted = branches.len() - usize::from(shape.has_denial());
            let place = |hop: &Step| self.hops.iter().position(|(own, _)| own == hop);
            branches[..n_sorted].sort_by_key(|(hops, _)| hops.first().and_then(place));
        }
        if shape.has_union() {
            // The alternatives need not meet: the second is drawn from another node of the kind.
            let nodes = &self
                .hops
                .iter()
                .find(|((relation, direction), _)| branches[1].0.first() == Some(&(*relation, *direction)))?
                .1;
            let near: Vec<NodeId> =
                nodes.iter().copied().filter(|&node| graph.category(node) == graph.category(middle)).collect();
            let other = *stream.pick(&near)?;
            branches[1] = self.branch(other, lengths[1], None, stream)?;
        }
        let query = shape.query(&branches, &tail)?;
        Some(Drawn { query })
    }

    /// What a hop to a node may come from.
    fn from(&self, node: NodeId, (relation, direction): Step) -> Vec<NodeId> {
        let mut nodes = before(self.context.graph, node, relation, direction);
        nodes.retain(|&node| self.is_between(node));
        nodes
    }

    /// What a hop from a node may lead to.
    fn to(&self, node: NodeId, (relation, direction): Step) -> Vec<NodeId> {
        let mut nodes = after(self.context.graph, node, relation, direction);
        nodes.retain(|&node| self.is_answer(node));
        nodes
    }

    /// Whether a node can be named in a question.
    fn is_constant(&self, node: NodeId) -> bool {
        let graph = self.context.graph;
        match graph.category(node) {
            "GeneticInheritance" | "Onset" => self.is_between(node),
            _ => self.is_answer(node),
        }
    }

    /// A walk of so many hops back from a node to a constant.
    fn branch(
        &self,
        node: NodeId,
        length: usize,
        mut came_by: Option<(NodeId, Step)>,
        stream: &mut Stream,
    ) -> Option<(Vec<Step>, NodeId)> {
        let graph = self.context.graph;
        let mut hops = Vec::new();
        let mut at = node;
        for left in (0..length).rev() {
            let is_last = left == 0;
            let usable = |&(relation, direction): &Step| {
                // What many diseases have in common leads anywhere: it may be named, but not passed through.
                let is_broad = direction == Direction::Subjects && graph.category(at) == "Disease";
                let is_back = came_by.is_some_and(|(_, (last, way))| last == relation && way != direction);
                (is_last || !is_broad) && (!is_back || length == 3)
            };
            let ways: Vec<(Step, Vec<NodeId>)> = (self.hops.iter().map(|(hop, _)| *hop))
                .filter(usable)
                .map(|hop| (hop, self.from(at, hop)))
                .map(|(hop, mut nodes)| {
                    nodes.retain(|&node| if is_last { self.is_constant(node) } else { node != at });
                    (hop, nodes)
                })
                .filter(|(_, nodes)| !nodes.is_empty())
                .collect();
            let (hop, nodes) = stream.pick(&ways)?;
            came_by = Some((at, *hop));
            at = *stream.pick(nodes)?;
            hops.push(*hop);
        }
        Some((hops, at))
    }

    /// A walk back along a denial, and on to a constant.
    fn denied_branch(
        &self,
        (hop, node): (usize, NodeId),
        length: usize,
        stream: &mut Stream,
    ) -> Option<(Vec<Step>, NodeId)> {
        let graph = self.context.graph;
        let (relation, direction) = self.hops.get(hop)?.0;
        let mut nodes: Vec<NodeId> = (graph.relations().negatives_of(relation))
            .flat_map(|negative| before(graph, node, negative, direction))
            .collect();
        nodes.retain(|&node| if length == 1 { self.is_constant(node) } else { self.is_between(node) });
        nodes.sort_unstable();
        nodes.dedup();
        let from = *stream.pick(&nodes)?;
        let mut hops = vec![(relation, direction)];
        if length == 1 {
            return Some((hops, from));
        }
        let (rest, anchor) = self.branch(from, length - 1, Some((node, (relation, direction))), stream)?;
        hops.extend(rest);
        Some((hops, anchor))
    }

    /// Constants that could stand in the place of one: what leads, by the same hop, to nodes that are answers elsewhere.
    pub(super) fn in_place_of(&self, anchor: NodeId, hop: Step, near: &[NodeId]) -> Vec<NodeId> {
        let graph = self.context.graph;
        let mut nodes: Vec<NodeId> = near.iter().flat_map(|&node| self.from(node, hop)).collect();
        nodes
            .retain(|&node| node != anchor && graph.category(node) == graph.category(anchor) && self.is_constant(node));
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}
