//! Patterns and their answers.
//!
//! A pattern is a set of clauses over variables and constants, at most a handful here. What a search for its answers may
//! visit is bounded: running out of budget is an error and never a shorter answer.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Reading;
use crate::kg::search::solve::Solver;

/// A variable: `?answer`, or `?x1`, `?x2` ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable(u8);

impl Variable {
    /// What is asked for.
    pub const ANSWER: Self = Self(0);

    /// `?x1`, `?x2` …; numbers count from 1.
    pub fn inner(number: u8) -> Self {
        Self(number)
    }

    /// Its place among the inner variables, from 0; `None` for what is asked for.
    pub fn position(self) -> Option<usize> {
        usize::from(self.0).checked_sub(1)
    }

    /// The name with its question mark.
    pub fn name(self) -> String {
        match self.0 {
            0 => "?answer".to_owned(),
            number => format!("?x{number}"),
        }
    }
}

/// An end of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A constant.
    Node(NodeId),
    /// To be found.
    Variable(Variable),
}

/// A condition: a triple that must hold, or must be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clause {
    /// The subject.
    pub subject: Term,
    /// The positive relation.
    pub relation: RelationId,
    /// The object.
    pub object: Term,
    /// Whether it must *not* hold. Strictly, that takes an explicit negative edge; loosely, only a strict positive
    /// fact stands against it.
    pub is_absent: bool,
    /// Which of the alternatives of a union it belongs to: 1, 2 …; 0 for what belongs to all of them.
    pub branch: u8,
}

impl Clause {
    /// A triple that must hold.
    pub fn present(subject: Term, relation: RelationId, object: Term) -> Self {
        Self { subject, relation, object, is_absent: false, branch: 0 }
    }

    /// A triple that must be denied.
    pub fn absent(subject: Term, relation: RelationId, object: Term) -> Self {
        Self { is_absent: true, ..Self::present(subject, relation, object) }
    }
}

/// Clauses over variables and constants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The clauses, in the order in which an item tells them.
    pub clauses: Vec<Clause>,
}

/// A search would have visited more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the search needs to look at more than {budget} nodes; make the pattern narrower")]
pub struct OutOfBudget {
    /// The bound that was passed.
    pub budget: usize,
}

impl Pattern {
    /// The alternatives of a union, each with what belongs to all of them; the pattern alone if it has no union.
    pub fn branches(&self) -> Vec<Self> {
        let numbers: BTreeSet<u8> =
            self.clauses.iter().map(|clause| clause.branch).filter(|&number| number > 0).collect();
        if numbers.is_empty() {
            return vec![self.clone()];
        }
        let of = |number: u8| self.clauses.iter().copied().filter(move |clause| [0, number].contains(&clause.branch));
        numbers.into_iter().map(|number| Self { clauses: of(number).collect() }).collect()
    }

    /// The variables in order; `?answer` first.
    pub fn variables(&self) -> Vec<Variable> {
        let ends = self.clauses.iter().flat_map(|clause| [clause.subject, clause.object]);
        let found: BTreeSet<Variable> = ends
            .filter_map(|term| match term {
                Term::Variable(variable) => Some(variable),
                Term::Node(_) => None,
            })
            .collect();
        found.into_iter().collect()
    }

    /// The constants in the order in which they stand.
    pub fn anchors(&self) -> Vec<NodeId> {
        let mut anchors = Vec::new();
        for term in self.clauses.iter().flat_map(|clause| [clause.subject, clause.object]) {
            if let Term::Node(node) = term
                && !anchors.contains(&node)
            {
                anchors.push(node);
            }
        }
        anchors
    }

    /// The shape in arrow notation: constants become `?a1`, `?a2` … in the order in which they stand, so that equal
    /// shapes have equal texts. An absent clause reads `-relation!->`, and one of the second alternative of a union
    /// `2| ?answer -relation-> ?a2`.
    pub fn shape(&self, graph: &Graph) -> String {
        let anchors = self.anchors();
        let name = |term: Term| match term {
            Term::Variable(variable) => variable.name(),
            Term::Node(node) => {
                let at = anchors.iter().position(|&anchor| anchor == node).unwrap_or(0);
                format!("?a{}", at + 1)
            }
        };
        let mut text = String::new();
        for clause in &self.clauses {
            let separator = if text.is_empty() { "" } else { "; " };
            let mark = if clause.is_absent { "!" } else { "" };
            let relation = &graph.relation(clause.relation).name;
            let branch = if clause.branch == 0 { String::new() } else { format!("{}| ", clause.branch) };
            let (subject, object) = (name(clause.subject), name(clause.object));
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{branch}{subject} -{relation}{mark}-> {object}");
        }
        text
    }
}

/// The values of `?answer`, sorted: of a union, what any of its alternatives has.
///
/// # Errors
///
/// [`OutOfBudget`] if more than `budget` nodes would be looked at for one alternative: followed to, or tried.
///
/// # Complexity
///
/// O(b log b) for b nodes looked at, each neighbourhood once. Of a pattern without cycles that is what can be reached from
/// its constants up to the middle, and what it answers.
pub fn answers(graph: &Graph, pattern: &Pattern, reading: Reading, budget: usize) -> Result<Vec<NodeId>, OutOfBudget> {
    let mut found = BTreeSet::new();
    for branch in pattern.branches() {
        Solver::new(graph, &branch, reading, budget).each(&mut |binding| {
            if let Some(&node) = binding.get(&Variable::ANSWER) {
                found.insert(node);
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(found.into_iter().collect())
}

/// The values of all variables together, in the order of [`Pattern::variables`], sorted.
///
/// # Errors
///
/// [`OutOfBudget`] as for [`answers`].
pub fn bindings(
    graph: &Graph,
    pattern: &Pattern,
    reading: Reading,
    budget: usize,
) -> Result<Vec<Vec<NodeId>>, OutOfBudget> {
    some_bindings(graph, pattern, reading, (usize::MAX, budget))
}

/// As [`bindings`], but no more than so many of them: whether there is one, or a second, takes no list of all.
///
/// # Errors
///
/// [`OutOfBudget`] as for [`answers`].
pub fn some_bindings(
    graph: &Graph,
    pattern: &Pattern,
    reading: Reading,
    (at_most, budget): (usize, usize),
) -> Result<Vec<Vec<NodeId>>, OutOfBudget> {
    let mut found = BTreeSet::new();
    Solver::new(graph, pattern, reading, budget).each(&mut |binding| {
        found.insert(binding.values().copied().collect::<Vec<_>>());
        if found.len() < at_most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(found.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = "
        Gene:g -associated_with-> Disease:a -has_phenotype-> PhenotypicFeature:f
        Gene:h -associated_with-> Disease:b -has_phenotype-> PhenotypicFeature:f
        Disease:a -has_phenotype-> PhenotypicFeature:k
        Disease:b -phenotype_absent-> PhenotypicFeature:k
        Disease:c -has_phenotype-> PhenotypicFeature:k";

    fn node(graph: &Graph, text: &str) -> Term {
        Term::Node(graph.find(&text.parse().unwrap()).unwrap())
    }

    fn names(graph: &Graph, pattern: &[Clause], reading: Reading) -> Vec<String> {
        let pattern = Pattern { clauses: pattern.to_vec() };
        let nodes = answers(graph, &pattern, reading, 1_000).unwrap();
        nodes.into_iter().map(|node| graph.curie(node).to_string()).collect()
    }

    const ANSWER: Term = Term::Variable(Variable::ANSWER);

    #[test]
    fn a_star_is_an_intersection() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let has = graph.relations().id("has_phenotype").unwrap();
        let f = Clause::present(ANSWER, has, node(&graph, "PhenotypicFeature:f"));
        let k = Clause::present(ANSWER, has, node(&graph, "PhenotypicFeature:k"));
        assert_eq!(names(&graph, &[f], Reading::Strict), ["Disease:a", "Disease:b"]);
        assert_eq!(names(&graph, &[f, k], Reading::Strict), ["Disease:a"]);
    }

    #[test]
    fn a_chain_binds_what_lies_between() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let relation = |name: &str| graph.relations().id(name).unwrap();
        let x = Term::Variable(Variable::inner(1));
        let clauses = [
            Clause::present(ANSWER, relation("associated_with"), x),
            Clause::present(x, relation("has_phenotype"), node(&graph, "PhenotypicFeature:k")),
        ];
        assert_eq!(names(&graph, &clauses, Reading::Strict), ["Gene:g"]);
        let pattern = Pattern { clauses: clauses.to_vec() };
        assert_eq!(bindings(&graph, &pattern, Reading::Strict, 100).unwrap().len(), 1);
        assert_eq!(pattern.shape(&graph), "?answer -associated_with-> ?x1; ?x1 -has_phenotype-> ?a1");
    }

    #[test]
    fn an_absent_clause_needs_a_negative_edge_strictly_and_a_positive_fact_to_fail_loosely() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let has = graph.relations().id("has_phenotype").unwrap();
        let clauses = [
            Clause::present(node(&graph, "Disease:a"), has, ANSWER),
            Clause::absent(node(&graph, "Disease:b"), has, ANSWER),
        ];
        assert_eq!(names(&graph, &clauses, Reading::Strict), ["PhenotypicFeature:k"]);
        assert_eq!(names(&graph, &clauses, Reading::Loose), ["PhenotypicFeature:k"]);
        // For c nothing is recorded about f: loosely that is no reason against it.
        let clauses = [
            Clause::present(node(&graph, "Disease:a"), has, ANSWER),
            Clause::absent(node(&graph, "Disease:c"), has, ANSWER),
        ];
        assert!(names(&graph, &clauses, Reading::Strict).is_empty());
        assert_eq!(names(&graph, &clauses, Reading::Loose), ["PhenotypicFeature:f"]);
    }

    #[test]
    fn a_clause_of_constants_has_to_hold_too() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let has = graph.relations().id("has_phenotype").unwrap();
        let given = Clause::present(ANSWER, has, node(&graph, "PhenotypicFeature:f"));
        let [b, k] = ["Disease:b", "PhenotypicFeature:k"].map(|text| node(&graph, text));
        let (absent, present) = (Clause::absent(b, has, k), Clause::present(b, has, k));
        assert_eq!(names(&graph, &[given, absent], Reading::Strict), ["Disease:a", "Disease:b"]);
        assert!(names(&graph, &[given, present], Reading::Strict).is_empty());
    }

    #[test]
    fn a_spent_budget_is_an_error_and_not_a_shorter_answer() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let has = graph.relations().id("has_phenotype").unwrap();
        let pattern = Pattern { clauses: vec![Clause::present(ANSWER, has, node(&graph, "PhenotypicFeature:f"))] };
        assert_eq!(answers(&graph, &pattern, Reading::Strict, 1), Err(OutOfBudget { budget: 1 }));
    }

    #[test]
    fn a_chain_costs_its_levels_and_not_what_its_branches_multiply_to() {
        let mut text =
            String::from("Gene:a -affects-> Gene:p1 -affects-> Gene:p2 -affects-> Gene:p3 -affects-> Gene:b");
        for (left, right) in [("x", "y"), ("y", "z"), ("z", "w")] {
            for (from, to) in (0..20).flat_map(|from| (0..20).map(move |to| (from, to))) {
                let _ = write!(text, "\nGene:{left}{from} -affects-> Gene:{right}{to}");
            }
        }
        for at in 0..20 {
            let _ = write!(text, "\nGene:a -affects-> Gene:x{at}\nGene:w{at} -affects-> Gene:v");
        }
        let graph = Graph::from_arrows(&text).unwrap();
        let affects = graph.relations().id("affects").unwrap();
        let [x1, x2, x3] = [1, 2, 3].map(|number| Term::Variable(Variable::inner(number)));
        let chain = [node(&graph, "Gene:a"), x1, x2, x3, node(&graph, "Gene:b")];
        let clauses = chain.windows(2).map(|ends| Clause::present(ends[0], affects, ends[1])).collect();
        let found = bindings(&graph, &Pattern { clauses }, Reading::Strict, 2_000).unwrap();
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_cycle_is_bound_where_every_side_holds() {
        let graph = Graph::from_arrows(
            "Gene:a -affects-> Gene:b -affects-> Gene:c -affects-> Gene:a
             Gene:a -affects-> Gene:d -affects-> Gene:e
             Gene:b -affects-> Gene:d",
        )
        .unwrap();
        let affects = graph.relations().id("affects").unwrap();
        let [x1, x2] = [1, 2].map(|number| Term::Variable(Variable::inner(number)));
        let a = node(&graph, "Gene:a");
        let clauses = [(a, x1), (x1, x2), (a, x2)].map(|(from, to)| Clause::present(from, affects, to)).to_vec();
        let found = bindings(&graph, &Pattern { clauses }, Reading::Strict, 1_000).unwrap();
        let labels: Vec<Vec<&str>> =
            found.iter().map(|nodes| nodes.iter().map(|&node| graph.label(node)).collect()).collect();
        assert_eq!(labels, [["b", "d"]]);
    }
}
