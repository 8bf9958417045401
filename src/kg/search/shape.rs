//! Logical query shapes, and their exact answers by set algebra.
//!
//! A query is a tree: constants at its leaves, and above them projections along relations, intersections, unions and
//! differences. Every set is a sorted list, and every step one pass over such lists, so the answers are exact and no
//! binding is ever tried. Both readings go through the closures of the proof ([`reach_all`]), none is written anew.
//!
//! The world is open, so a difference is no complement. Strictly it keeps what an explicit negative edge denies; loosely
//! it takes out only what is stated. A missing edge decides nothing either way.
//!
//! Source: the fourteen shapes of H. Ren and J. Leskovec, "Beta embeddings for multi-hop logical reasoning in knowledge
//! graphs", NeurIPS 2020.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Clause;
use crate::kg::search::Direction;
use crate::kg::search::OutOfBudget;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::closure::reach_all;

/// A query for a set of nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Query {
    /// One node that is given.
    Anchor(NodeId),
    /// What a relation leads to from some nodes.
    Project(Box<Projection>),
    /// What all of them have.
    And(Vec<Query>),
    /// What any of them has.
    Or(Vec<Query>),
    /// What some query has and a step is denied to lead to.
    AndNot {
        /// What is kept, if it is denied.
        of: Box<Query>,
        /// What is denied: strictly, by an explicit negative edge from one of its nodes.
        denied: Box<Projection>,
    },
}

/// A relation walked from some nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Projection {
    /// The relation.
    pub relation: RelationId,
    /// To its objects, or back to its subjects.
    pub direction: Direction,
    /// From where.
    pub of: Query,
}

impl Projection {
    /// The fact that leads from a node to another.
    pub fn triple(&self, from: NodeId, to: NodeId) -> (NodeId, RelationId, NodeId) {
        match self.direction {
            Direction::Objects => (from, self.relation, to),
            Direction::Subjects => (to, self.relation, from),
        }
    }
}

/// The fourteen shapes: p projects, i intersects, u unites, n denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// One hop.
    P1,
    /// Two hops.
    P2,
    /// Three hops.
    P3,
    /// What two have in common.
    I2,
    /// What three have in common.
    I3,
    /// A hop from what two have in common.
    Ip,
    /// What one hop and two hops have in common.
    Pi,
    /// What either of two has.
    U2,
    /// A hop from what either of two has.
    Up,
    /// What one has and another is denied.
    In2,
    /// What two have and a third is denied.
    In3,
    /// A hop from what one has and another is denied.
    Inp,
    /// What two hops lead to and one hop is denied to.
    Pin,
    /// What one hop leads to and the second of two hops is denied to.
    Pni,
}

/// No shape has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no query shape; there are 1p, 2p, 3p, 2i, 3i, ip, pi, 2u, up, 2in, 3in, inp, pin and pni")]
pub struct UnknownShape(pub Box<str>);

impl Shape {
    /// All of them, in the order in which papers list them.
    pub const ALL: [Self; 14] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::I2,
        Self::I3,
        Self::Ip,
        Self::Pi,
        Self::U2,
        Self::Up,
        Self::In2,
        Self::In3,
        Self::Inp,
        Self::Pin,
        Self::Pni,
    ];

    /// The name in papers and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P1 => "1p",
            Self::P2 => "2p",
            Self::P3 => "3p",
            Self::I2 => "2i",
            Self::I3 => "3i",
            Self::Ip => "ip",
            Self::Pi => "pi",
            Self::U2 => "2u",
            Self::Up => "up",
            Self::In2 => "2in",
            Self::In3 => "3in",
            Self::Inp => "inp",
            Self::Pin => "pin",
            Self::Pni => "pni",
        }
    }

    /// How many hops each branch has, from the answer out: those of the first, the second …; and how many hops lie
    /// between the answer and where the branches meet. The last branch of a shape with a denial is the denied one.
    pub fn plan(self) -> (&'static [usize], usize) {
        match self {
            Self::P1 => (&[1], 0),
            Self::P2 => (&[2], 0),
            Self::P3 => (&[3], 0),
            Self::I2 | Self::U2 | Self::In2 => (&[1, 1], 0),
            Self::I3 | Self::In3 => (&[1, 1, 1], 0),
            Self::Ip | Self::Up | Self::Inp => (&[1, 1], 1),
            Self::Pin => (&[2, 1], 0),
            Self::Pi | Self::Pni => (&[1, 2], 0),
        }
    }

    /// Whether its last branch is denied.
    pub fn has_denial(self) -> bool {
        matches!(self, Self::In2 | Self::In3 | Self::Inp | Self::Pin | Self::Pni)
    }

    /// Whether its branches are alternatives.
    pub fn has_union(self) -> bool {
        matches!(self, Self::U2 | Self::Up)
    }

    /// The query of this shape with some branches, each its hops from the answer (or where the branches meet) out to its
    /// constant, and the hops between answer and meeting point. `None` if the numbers of hops are not those of the plan.
    pub fn query(
        self,
        branches: &[(Vec<(RelationId, Direction)>, NodeId)],
        tail: &[(RelationId, Direction)],
    ) -> Option<Query> {
        let (lengths, n_tail) = self.plan();
        let fits = branches.len() == lengths.len()
            && branches.iter().zip(lengths).all(|((hops, _), &length)| hops.len() == length)
            && tail.len() == n_tail;
        let mut all: Vec<Query> = branches.iter().map(|(hops, anchor)| chain(hops, Query::Anchor(*anchor))).collect();
        let last = if fits { all.pop()? } else { return None };
        let core = match (all.is_empty(), self.has_denial(), self.has_union()) {
            (true, ..) => last,
            (_, true, _) => {
                let of = if all.len() == 1 { all.swap_remove(0) } else { Query::And(all) };
                let Query::Project(denied) = last else { return None };
                Query::AndNot { of: Box::new(of), denied }
            }
            (_, _, is_union) => {
                all.push(last);
                if is_union { Query::Or(all) } else { Query::And(all) }
            }
        };
        Some(chain(tail, core))
    }
}

/// Projections one after another, the outermost first.
fn chain(hops: &[(RelationId, Direction)], of: Query) -> Query {
    hops.iter().rev().fold(of, |of, &(relation, direction)| Query::project(relation, direction, of))
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Shape {
    type Err = UnknownShape;

    fn from_str(text: &str) -> Result<Self, UnknownShape> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == text).ok_or_else(|| UnknownShape(text.into()))
    }
}

impl Query {
    /// What a relation leads to from what a query finds.
    pub fn project(relation: RelationId, direction: Direction, of: Query) -> Self {
        Self::Project(Box::new(Projection { relation, direction, of }))
    }

    /// The answers, sorted.
    ///
    /// # Errors
    ///
    /// [`OutOfBudget`] if more than `budget` nodes would be looked at.
    ///
    /// # Complexity
    ///
    /// O(b log b) for b nodes looked at: what each relation leads to is followed once for all nodes of a set, and sets
    /// are met by merging, or by galloping where one is much shorter.
    pub fn answers(&self, graph: &Graph, reading: Reading, budget: usize) -> Result<Vec<NodeId>, OutOfBudget> {
        Algebra { graph, budget, visited: 0 }.answers(self, reading)
    }

    /// The branches that meet, be it to intersect, to unite or to deny, each by itself: for a chain the query alone.
    /// What is denied is told as the projection that it is.
    pub fn branches(&self) -> Vec<Query> {
        match self {
            Self::Anchor(_) => Vec::new(),
            Self::Project(step) => match step.of.branches() {
                several if several.len() > 1 => several,
                _ => vec![self.clone()],
            },
            Self::And(all) | Self::Or(all) => all.clone(),
            Self::AndNot { of, denied } => {
                let mut all = match &**of {
                    Self::And(all) => all.clone(),
                    one => vec![one.clone()],
                };
                all.push(Self::Project(denied.clone()));
                all
            }
        }
    }

    /// The constants, in the order in which a text tells them.
    pub fn anchors(&self) -> Vec<NodeId> {
        match self {
            Self::Anchor(node) => vec![*node],
            Self::Project(step) => step.of.anchors(),
            Self::And(all) | Self::Or(all) => all.iter().flat_map(Self::anchors).collect(),
            Self::AndNot { of, denied } => of.anchors().into_iter().chain(denied.of.anchors()).collect(),
        }
    }

    /// The same query with one constant in the place of another.
    #[must_use]
    pub fn with_anchor(&self, old: NodeId, new: NodeId) -> Self {
        let moved = |step: &Projection| Box::new(Projection { of: step.of.with_anchor(old, new), ..step.clone() });
        match self {
            Self::Anchor(node) => Self::Anchor(if *node == old { new } else { *node }),
            Self::Project(step) => Self::Project(moved(step)),
            Self::And(all) => Self::And(all.iter().map(|one| one.with_anchor(old, new)).collect()),
            Self::Or(all) => Self::Or(all.iter().map(|one| one.with_anchor(old, new)).collect()),
            Self::AndNot { of, denied } => {
                Self::AndNot { of: Box::new(of.with_anchor(old, new)), denied: moved(denied) }
            }
        }
    }

    /// The same query without going there and back by one relation, if it does so: what answers that answers this too.
    pub fn shortcut(&self) -> Option<Self> {
        let Self::Project(step) = self else { return None };
        match &step.of {
            Self::Project(before) if before.relation == step.relation && before.direction != step.direction => {
                (!matches!(before.of, Self::Anchor(_))).then(|| before.of.clone())
            }
            of => Some(Self::project(step.relation, step.direction, of.shortcut()?)),
        }
    }

    /// The clauses that ask the same, what is nearest to the answer first; the alternatives of a union are branches.
    /// `None` if there is more than one union, which clauses cannot say.
    pub fn pattern(&self) -> Option<Pattern> {
        let mut writer = Clauses { clauses: Vec::new(), n_variables: 0, n_unions: 0 };
        writer.write(self, Term::Variable(Variable::ANSWER), 0);
        (writer.n_unions <= 1).then_some(Pattern { clauses: writer.clauses })
    }
}

struct Clauses {
    clauses: Vec<Clause>,
    n_variables: u8,
    n_unions: usize,
}

impl Clauses {
    fn write(&mut self, query: &Query, at: Term, branch: u8) {
        match query {
            // Only a query that is nothing but a constant comes here.
            Query::Anchor(_) => {}
            Query::Project(step) => self.step(step, at, branch, false),
            Query::And(all) => all.iter().for_each(|one| self.write(one, at, branch)),
            Query::Or(all) => {
                self.n_unions += 1;
                (1_u8..).zip(all).for_each(|(number, one)| self.write(one, at, number));
            }
            Query::AndNot { of, denied } => {
                self.write(of, at, branch);
                self.step(denied, at, branch, true);
            }
        }
    }

    fn step(&mut self, step: &Projection, at: Term, branch: u8, is_absent: bool) {
        let from = match step.of {
            Query::Anchor(node) => Term::Node(node),
            _ => {
                self.n_variables = self.n_variables.saturating_add(1);
                Term::Variable(Variable::inner(self.n_variables))
            }
        };
        let (subject, object) = match step.direction {
            Direction::Objects => (from, at),
            Direction::Subjects => (at, from),
        };
        self.clauses.push(Clause { subject, relation: step.relation, object, is_absent, branch });
        self.write(&step.of, from, branch);
    }
}

struct Algebra<'a> {
    graph: &'a Graph,
    budget: usize,
    visited: usize,
}

impl Algebra<'_> {
    fn answers(&mut self, query: &Query, reading: Reading) -> Result<Vec<NodeId>, OutOfBudget> {
        match query {
            Query::Anchor(node) => Ok(vec![*node]),
            Query::Project(step) => {
                let from = self.answers(&step.of, reading)?;
                self.reach(&from, step.relation, step.direction, reading)
            }
            Query::And(all) => {
                let mut sets = self.each(all, reading)?;
                // The shortest first: no later meeting is longer.
                sets.sort_by_key(Vec::len);
                Ok(sets.into_iter().reduce(|left, right| intersection(&left, &right)).unwrap_or_default())
            }
            Query::Or(all) => {
                let sets = self.each(all, reading)?;
                Ok(sets.into_iter().reduce(|left, right| union(&left, &right)).unwrap_or_default())
            }
            Query::AndNot { of, denied } => {
                let kept = self.answers(of, reading)?;
                let from = self.answers(&denied.of, reading)?;
                match reading {
                    Reading::Strict => Ok(intersection(&kept, &self.denied(&from, denied)?)),
                    Reading::Loose => Ok(difference(&kept, &self.stated(&from, denied)?)),
                }
            }
        }
    }

    fn each(&mut self, all: &[Query], reading: Reading) -> Result<Vec<Vec<NodeId>>, OutOfBudget> {
        all.iter().map(|one| self.answers(one, reading)).collect()
    }

    fn reach(
        &mut self,
        from: &[NodeId],
        relation: RelationId,
        direction: Direction,
        reading: Reading,
    ) -> Result<Vec<NodeId>, OutOfBudget> {
        if from.is_empty() {
            return Ok(Vec::new());
        }
        let (nodes, n_visited) = reach_all(self.graph, reading, from, relation, direction);
        self.visited += n_visited;
        if self.visited > self.budget { Err(OutOfBudget { budget: self.budget }) } else { Ok(nodes) }
    }

    /// What an explicit negative edge of one of some nodes denies.
    fn denied(&mut self, from: &[NodeId], step: &Projection) -> Result<Vec<NodeId>, OutOfBudget> {
        let negatives: Vec<RelationId> = self.graph.relations().negatives_of(step.relation).collect();
        let mut all = Vec::new();
        for negative in negatives {
            all = union(&all, &self.reach(from, negative, step.direction, Reading::Strict)?);
        }
        Ok(all)
    }

    /// What is stated of each of some nodes; everything, as it were, if there are none: nothing then can be denied.
    fn stated(&mut self, from: &[NodeId], step: &Projection) -> Result<Vec<NodeId>, OutOfBudget> {
        let Some((first, rest)) = from.split_first() else {
            return Ok(self.graph.nodes().map(|(node, _)| node).collect());
        };
        let mut all = self.reach(&[*first], step.relation, step.direction, Reading::Strict)?;
        for node in rest {
            if all.is_empty() {
                break;
            }
            all = intersection(&all, &self.reach(&[*node], step.relation, step.direction, Reading::Strict)?);
        }
        Ok(all)
    }
}

/// One list is so many times as long as another before it is galloped through instead of merged.
const MUCH_LONGER: usize = 16;

/// What two sorted lists share, in order. O(n + m), or O(n log m) where one is much the longer.
fn intersection(left: &[NodeId], right: &[NodeId]) -> Vec<NodeId> {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let mut shared = Vec::new();
    let mut rest = long;
    for node in short {
        rest = &rest[before(rest, node, long.len() / MUCH_LONGER > short.len())..];
        if rest.first() == Some(node) {
            shared.push(*node);
        }
    }
    shared
}

/// How many of a sorted list are less than a node: step by step, or in leaps that double.
fn before(list: &[NodeId], node: &NodeId, is_galloping: bool) -> usize {
    if !is_galloping {
        return list.iter().take_while(|other| *other < node).count();
    }
    let mut end = 1;
    while list.get(end - 1).is_some_and(|other| other < node) {
        end *= 2;
    }
    let start = end / 2;
    let end = end.min(list.len());
    start.min(end) + list[start.min(end)..end].partition_point(|other| other < node)
}

/// What either of two sorted lists has, in order. O(n + m).
fn union(left: &[NodeId], right: &[NodeId]) -> Vec<NodeId> {
    let mut all = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left, right);
    while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
        let order = first.cmp(second);
        all.push(*first.min(second));
        if order != Ordering::Greater {
            left = left_rest;
        }
        if order != Ordering::Less {
            right = right_rest;
        }
    }
    all.extend(left.iter().chain(right));
    all
}

/// What a sorted list has and another does not, in order. O(n log m).
fn difference(left: &[NodeId], right: &[NodeId]) -> Vec<NodeId> {
    left.iter().copied().filter(|node| right.binary_search(node).is_err()).collect()
}

#[cfg(test)]
mod tests;
