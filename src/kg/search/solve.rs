//! From a pattern to its bindings.
//!
//! Before any variables are tried together, each is narrowed to what it can be at all: a domain that starts at the
//! constants, meets in the middle, and keeps only nodes with a partner in every neighbouring domain. What is left is
//! then bound by backtracking. For a pattern without cycles no binding is begun in vain that way, so that a long chain
//! costs what its levels hold and not what its branches multiply to.
//!
//! Source: the semi-joins of M. Yannakakis, VLDB 1981; for patterns with cycles it is arc consistency (A. Mackworth,
//! Artif. Intell. 8, 1977).

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::rc::Rc;

use rustc_hash::FxHashMap;

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
use crate::kg::search::denials;
use crate::kg::search::holds;

/// What each variable is.
pub(super) type Binding = BTreeMap<Variable, NodeId>;

/// What each variable can be, sorted.
type Domains = BTreeMap<Variable, Vec<NodeId>>;

/// A clause between two variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    subject: Variable,
    relation: RelationId,
    object: Variable,
}

/// A search for all bindings of one pattern.
pub(super) struct Solver<'a> {
    graph: &'a Graph,
    pattern: &'a Pattern,
    reading: Reading,
    budget: usize,
    visited: usize,
    reached: FxHashMap<(NodeId, RelationId, Direction), Rc<[NodeId]>>,
}

impl<'a> Solver<'a> {
    pub(super) fn new(graph: &'a Graph, pattern: &'a Pattern, reading: Reading, budget: usize) -> Self {
        Self { graph, pattern, reading, budget, visited: 0, reached: FxHashMap::default() }
    }

    /// Tells every binding of all variables, until it is told to stop.
    pub(super) fn each(&mut self, found: &mut dyn FnMut(&Binding) -> ControlFlow<()>) -> Result<(), OutOfBudget> {
        let is_ground =
            |clause: &&Clause| [clause.subject, clause.object].iter().all(|end| matches!(end, Term::Node(_)));
        if !self.pattern.clauses.iter().filter(is_ground).all(|clause| self.is_met(clause, &Binding::new())) {
            return Ok(());
        }
        let variables = self.pattern.variables();
        let links: Vec<Link> = self.positive().filter_map(link).collect();
        let mut domains = self.beside_constants()?;
        let apart = self.grow(&links, &mut domains)?;
        // A variable that no constant leads to has no finite domain: such a pattern has no answers.
        if domains.len() < variables.len() {
            return Ok(());
        }
        self.narrow(&links, &apart, &mut domains)?;
        if domains.values().any(Vec::is_empty) {
            return Ok(());
        }
        // Stopped or not: all that was wanted is found.
        self.bind(&domains, &Binding::new(), found).map(drop)
    }

    fn positive(&self) -> impl Iterator<Item = &'a Clause> + use<'a> {
        self.pattern.clauses.iter().filter(|clause| !clause.is_absent)
    }

    fn visit(&mut self, count: usize) -> Result<(), OutOfBudget> {
        self.visited += count;
        if self.visited > self.budget { Err(OutOfBudget { budget: self.budget }) } else { Ok(()) }
    }

    /// Every end of a triple, looked for once.
    fn reach(&mut self, from: NodeId, relation: RelationId, direction: Direction) -> Result<Rc<[NodeId]>, OutOfBudget> {
        if let Some(known) = self.reached.get(&(from, relation, direction)) {
            return Ok(Rc::clone(known));
        }
        let nodes: Rc<[NodeId]> = self.reach_all(&[from], relation, direction)?.into();
        self.reached.insert((from, relation, direction), Rc::clone(&nodes));
        Ok(nodes)
    }

    /// Every end of the triples from one of some nodes.
    fn reach_all(
        &mut self,
        from: &[NodeId],
        relation: RelationId,
        direction: Direction,
    ) -> Result<Vec<NodeId>, OutOfBudget> {
        let (nodes, n_visited) = reach_all(self.graph, self.reading, from, relation, direction);
        self.visit(n_visited)?;
        Ok(nodes)
    }

    /// The domains of the variables that stand in a clause with a constant.
    fn beside_constants(&mut self) -> Result<Domains, OutOfBudget> {
        let mut domains = Domains::new();
        for clause in self.positive() {
            let (variable, other, direction) = match (clause.subject, clause.object) {
                (Term::Variable(variable), Term::Node(node)) => (variable, node, Direction::Subjects),
                (Term::Node(node), Term::Variable(variable)) => (variable, node, Direction::Objects),
                _ => continue,
            };
            let reached = self.reach(other, clause.relation, direction)?;
            meet(&mut domains, variable, &reached);
        }
        Ok(domains)
    }

    /// Gives the other variables their domains, always from the smallest that leads to one without. Returns the links that
    /// were not followed: of the others, each end has a partner at the other.
    fn grow(&mut self, links: &[Link], domains: &mut Domains) -> Result<Vec<Link>, OutOfBudget> {
        let mut left = links.to_vec();
        loop {
            let ways = left.iter().enumerate().flat_map(|(at, link)| [(at, link.ahead()), (at, link.back())]);
            let open = ways.filter(|(_, (from, _, to, _))| domains.contains_key(from) && !domains.contains_key(to));
            let smallest = open.min_by_key(|(_, (from, _, to, _))| (domains[from].len(), *from, *to));
            let Some((at, (from, relation, to, direction))) = smallest else { return Ok(left) };
            let reached = self.reach_all(&domains[&from], relation, direction)?;
            domains.insert(to, reached);
            left.remove(at);
        }
    }

    /// Keeps in every domain what has a partner in each neighbouring one, starting at links whose ends were found apart.
    fn narrow(&mut self, links: &[Link], apart: &[Link], domains: &mut Domains) -> Result<(), OutOfBudget> {
        let mut ways: VecDeque<(Link, Way)> = VecDeque::new();
        for &link in apart {
            let [ahead, back] = [(link, link.ahead()), (link, link.back())];
            let is_smaller = domains[&link.subject].len() <= domains[&link.object].len();
            ways.extend(if is_smaller { [ahead, back] } else { [back, ahead] });
        }
        while let Some((link, (from, relation, to, direction))) = ways.pop_front() {
            let mut kept = Vec::new();
            common(&self.reach_all(&domains[&from], relation, direction)?, &domains[&to], &mut kept);
            if kept.len() == domains[&to].len() {
                continue;
            }
            domains.insert(to, kept);
            // Whoever lost its partner over this link was not one of its partners.
            for &other in links.iter().filter(|&&other| other != link) {
                let beyond = [other.ahead(), other.back()].into_iter().filter(|(end, ..)| *end == to);
                ways.extend(beyond.map(|way| (other, way)));
            }
        }
        Ok(())
    }

    fn bind(
        &mut self,
        domains: &Domains,
        binding: &Binding,
        found: &mut dyn FnMut(&Binding) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, OutOfBudget> {
        let mut fewest: Option<(Variable, Vec<NodeId>)> = None;
        for (&variable, domain) in domains.iter().filter(|(variable, _)| !binding.contains_key(variable)) {
            let left = self.candidates(variable, domain, binding)?;
            if fewest.as_ref().is_none_or(|(_, nodes)| left.len() < nodes.len()) {
                fewest = Some((variable, left));
            }
        }
        let Some((variable, nodes)) = fewest else {
            return Ok(found(binding));
        };
        for node in nodes {
            self.visit(1)?;
            let mut next = binding.clone();
            next.insert(variable, node);
            if self.is_consistent(variable, &next) && self.bind(domains, &next, found)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What the clauses with a bound other end leave of a domain.
    fn candidates(
        &mut self,
        variable: Variable,
        domain: &[NodeId],
        binding: &Binding,
    ) -> Result<Vec<NodeId>, OutOfBudget> {
        let mut left = domain.to_vec();
        for link in self.positive().filter_map(link) {
            for (from, relation, to, direction) in [link.ahead(), link.back()] {
                let Some(&other) = binding.get(&from).filter(|_| to == variable) else { continue };
                let mut both = Vec::new();
                common(&self.reach(other, relation, direction)?, &left, &mut both);
                left = both;
            }
        }
        Ok(left)
    }

    /// Whether the absent clauses that a variable completes are met.
    fn is_consistent(&self, variable: Variable, binding: &Binding) -> bool {
        let about =
            |clause: &&Clause| clause.is_absent && [clause.subject, clause.object].contains(&Term::Variable(variable));
        self.pattern.clauses.iter().filter(about).all(|clause| self.is_met(clause, binding))
    }

    /// Whether a clause is met, or still has an end that is not bound.
    fn is_met(&self, clause: &Clause, binding: &Binding) -> bool {
        let value = |term: Term| match term {
            Term::Node(node) => Some(node),
            Term::Variable(variable) => binding.get(&variable).copied(),
        };
        let (Some(subject), Some(object)) = (value(clause.subject), value(clause.object)) else { return true };
        let triple = (subject, clause.relation, object);
        match (clause.is_absent, self.reading) {
            (false, reading) => holds(self.graph, reading, triple),
            (true, Reading::Strict) => !denials(self.graph, triple).is_empty(),
            (true, Reading::Loose) => !holds(self.graph, Reading::Strict, triple),
        }
    }
}

/// From a variable along a relation to another.
type Way = (Variable, RelationId, Variable, Direction);

impl Link {
    fn ahead(self) -> Way {
        (self.subject, self.relation, self.object, Direction::Objects)
    }

    fn back(self) -> Way {
        (self.object, self.relation, self.subject, Direction::Subjects)
    }
}

fn link(clause: &Clause) -> Option<Link> {
    match (clause.subject, clause.object) {
        (Term::Variable(subject), Term::Variable(object)) => Some(Link { subject, relation: clause.relation, object }),
        _ => None,
    }
}

/// Narrows a domain to what is also among these; without a domain yet, these are it.
fn meet(domains: &mut Domains, variable: Variable, nodes: &[NodeId]) {
    let met = match domains.get(&variable) {
        None => nodes.to_vec(),
        Some(domain) => {
            let mut both = Vec::new();
            common(nodes, domain, &mut both);
            both
        }
    };
    domains.insert(variable, met);
}

/// Appends what two sorted lists share, in order. O(n log m) for n in the shorter and m in the longer.
fn common(left: &[NodeId], right: &[NodeId], to: &mut Vec<NodeId>) {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    to.extend(short.iter().filter(|node| long.binary_search(node).is_ok()));
}
