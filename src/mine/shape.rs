//! `[[mine.shape]]`: logical queries, drawn backwards from an answer.
//!
//! An answer is drawn first and the constants are walked back to from it, so that no query is without an answer; then all
//! answers are computed. Which hop leads to the answer is drawn before the answer, so that a relation with a hundred
//! thousand edges comes up no more often than one with a thousand. What is drawn is kept only if it asks something: every
//! branch has to rule something out (or to add something, if branches are alternatives), and no constant is an answer.
//!
//! Three things can be asked of a query: for all its answers, which are few and the same under both readings; which of
//! several options are answers; and which option is, if any. For the last, every query with its one answer stands beside
//! another that differs in one constant and has no answer, not even loosely, and both offer the same options.

mod bind;
mod draw;
mod options;

use std::sync::Arc;

use serde::Deserialize;

use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::search::Query;
use crate::kg::search::Reading;
use crate::kg::search::Shape;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;
use crate::mine::shape::draw::Drawer;

pub use bind::bind;
pub use draw::RELATIONS as WORDED;
pub use options::Condition;
pub use options::conditions;

/// What is asked of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// For all its answers.
    Open,
    /// Which options are answers.
    MultipleAnswer,
    /// Which option is, if any.
    Unanswerable,
}

impl Asks {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::MultipleAnswer => "multiple_answer",
            Self::Unanswerable => "unanswerable",
        }
    }

    /// Whether a query of a shape can be asked so. Only what several branches have in common can be nothing though each
    /// has something.
    pub fn fits(self, shape: Shape) -> bool {
        self != Self::Unanswerable || matches!(shape, Shape::I2 | Shape::I3 | Shape::Pi)
    }
}

/// A `[[mine.shape]]` section: one stratum for each shape.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeConfig {
    /// What is asked: `open`, `multiple_answer` or `unanswerable`.
    pub asks: Asks,
    /// The shapes, as `2i`.
    pub shapes: Vec<Box<str>>,
    /// The relations that may be asked about; all that can be worded unless told otherwise.
    #[serde(default = "default_relations")]
    pub relations: Vec<Box<str>>,
    /// Prefixes of the diseases that may be named; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How many answers an open question may have; 2 unless told otherwise.
    #[serde(default = "default_max_answers")]
    pub max_answers: usize,
    /// How many accepted items may have the same answer; 2 unless told otherwise.
    #[serde(default = "default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted of each shape; for `unanswerable`, half of them have an answer: an even number.
    pub n_items: usize,
}

fn default_relations() -> Vec<Box<str>> {
    WORDED.into_iter().map(Into::into).collect()
}

fn default_max_answers() -> usize {
    2
}

fn default_max_items_per_key() -> usize {
    2
}

/// Attempts for each wanted item before a shape gives up.
const ATTEMPTS_PER_ITEM: u64 = 400;
/// Which option is right has at least so many right ones where several may be.
pub const FEWEST_KEYS: usize = 2;
/// How many options such a question has.
pub const N_OPTIONS: usize = 5;
/// How many wrong options stand beside the one that may be right, if any is.
pub const N_OTHERS: usize = 2;

impl ShapeConfig {
    /// The names of its strata.
    pub fn stratum_names(&self) -> impl Iterator<Item = String> {
        self.shapes.iter().map(|shape| format!("shape/{}/{shape}", self.asks.as_str()))
    }
}

struct Shapes<'a> {
    context: Context<'a>,
    config: &'a ShapeConfig,
    shape: Shape,
    drawer: Arc<Drawer<'a>>,
}

/// The strata of a section.
pub(super) fn strata<'a>(context: Context<'a>, config: &'a ShapeConfig) -> Result<Vec<Stratum<'a>>, MineError> {
    let relations = super::walkable(context.graph, &config.relations)?;
    let drawer = Arc::new(Drawer::new(context, &config.prefixes, &relations));
    let mut strata = Vec::new();
    for (name, stratum) in config.shapes.iter().zip(config.stratum_names()) {
        let shape: Shape = name.parse().map_err(MineError::Shape)?;
        let shapes = Shapes { context, config, shape, drawer: Arc::clone(&drawer) };
        let n_draws = ATTEMPTS_PER_ITEM * config.n_items as u64;
        let are_paired = config.asks == Asks::Unanswerable;
        let name = stratum.clone();
        strata.push(Stratum {
            name: stratum,
            strategy: "shape",
            n_items: config.n_items,
            n_indices: n_draws,
            // A question without an answer has no key: its counterpart bounds it.
            max_items_per_key: Some(config.max_items_per_key).filter(|_| !are_paired),
            max_system_share: None,
            spread: Spread::default(),
            are_paired,
            attempt: Box::new(move |index| shapes.attempt(&name, index)),
        });
    }
    Ok(strata)
}

/// A query with all that is found.
struct Found {
    query: Query,
    strict: Vec<NodeId>,
    loose: Vec<NodeId>,
}

impl Shapes<'_> {
    fn attempt(&self, stratum: &str, index: u64) -> Result<Candidate, DeadEnd> {
        let is_paired = self.config.asks == Asks::Unanswerable;
        // Both of a pair are drawn alike.
        let number = if is_paired { index / 2 } else { index };
        let mut stream = self.context.seed.stream(&["mine", stratum], number);
        let drawn =
            self.drawer.draw(self.shape, &mut stream).ok_or(DeadEnd("no constant is reached from the answer"))?;
        let strict = self.strict(&drawn.query)?;
        self.asks_something(&drawn.query, &strict)?;
        if self.config.asks == Asks::Open {
            let most = self.config.max_answers.max(if self.shape.has_union() { 2 } else { 1 });
            if strict.len() > most || !strict.iter().all(|&node| self.drawer.is_answer(node)) {
                return Err(DeadEnd("there are too many answers, or one that cannot be told"));
            }
        }
        // The loose reading looks at far more, so it comes last.
        let loose = self.loose(&drawn.query)?;
        if drawn.query.anchors().iter().any(|anchor| loose.binary_search(anchor).is_ok()) {
            return Err(DeadEnd("a constant is an answer"));
        }
        let found = Found { query: drawn.query, strict, loose };
        let (key, found, options) = match self.config.asks {
            Asks::Open if found.strict != found.loose => return Err(DeadEnd("more may be answers than are")),
            Asks::Open => (found.strict.clone(), found, Vec::new()),
            Asks::MultipleAnswer => {
                let (keys, others) = self.several(&found, &mut stream)?;
                (keys, found, others)
            }
            Asks::Unanswerable => {
                let (key, twin, others) = self.with_a_twin(&found, &mut stream)?;
                if index.is_multiple_of(2) {
                    (vec![key], found, others)
                } else {
                    (Vec::new(), twin, [&[key], &others[..]].concat())
                }
            }
        };
        self.candidate((stratum, index), found, key, options)
    }

    fn strict(&self, query: &Query) -> Result<Vec<NodeId>, DeadEnd> {
        self.answers(query, Reading::Strict)
    }

    fn loose(&self, query: &Query) -> Result<Vec<NodeId>, DeadEnd> {
        self.answers(query, Reading::Loose)
    }

    fn answers(&self, query: &Query, reading: Reading) -> Result<Vec<NodeId>, DeadEnd> {
        query.answers(self.context.graph, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"))
    }

    /// Whether every part of a query says something that the rest of it does not.
    fn asks_something(&self, query: &Query, strict: &[NodeId]) -> Result<(), DeadEnd> {
        let graph = self.context.graph;
        let anchors = query.anchors();
        let is_above_or_below = |left: NodeId, right: NodeId| crate::mine::kin::is_above_or_below(graph, left, right);
        let mut pairs = anchors
            .iter()
            .enumerate()
            .flat_map(|(at, &left)| anchors[at + 1..].iter().map(move |&right| (left, right)));
        if pairs.any(|(left, right)| left == right || is_above_or_below(left, right)) {
            return Err(DeadEnd("one constant is a kind of another"));
        }
        if !is_needed(self.context, query, self.shape) {
            return Err(DeadEnd("a branch says what the others say already"));
        }
        if let Some(nearer) = query.shortcut() {
            // There and back again by one relation: that has to lead farther than to where it came from.
            let near = self.strict(&nearer)?;
            if strict.iter().all(|node| near.binary_search(node).is_ok()) {
                return Err(DeadEnd("a hop leads back to where another came from"));
            }
        }
        Ok(())
    }

    fn candidate(
        &self,
        (stratum, index): (&str, u64),
        found: Found,
        key: Vec<NodeId>,
        options: Vec<NodeId>,
    ) -> Result<Candidate, DeadEnd> {
        let Context { graph, statistics, .. } = self.context;
        let mut path: Vec<Hop> = Vec::new();
        for &node in &key {
            path.extend(bind(graph, &found.query, node).ok_or(DeadEnd("an answer follows from kinds alone"))?);
        }
        if key.is_empty() {
            // That each branch has something is what shows that the question means something.
            for branch in found.query.branches() {
                let bound = options.iter().find_map(|&node| bind(graph, &branch, node));
                path.extend(bound.ok_or(DeadEnd("no option meets one of the conditions"))?);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        path.retain(|hop| seen.insert(hop.edge));
        let findings: Vec<f64> = (found.query.anchors().into_iter())
            .filter(|&node| graph.category(node) == crate::kg::statistics::FINDING)
            .map(|finding| statistics.information(finding))
            .collect();
        let n_findings = as_float(findings.len().max(1));
        let pattern = found.query.pattern().ok_or(DeadEnd("the query has more than one union"))?;
        Ok(Candidate {
            strategy: "shape",
            stratum: stratum.to_owned(),
            index,
            pattern,
            key,
            path,
            strict: found.strict,
            loose: found.loose,
            question: Question::Shape { shape: self.shape, asks: self.config.asks, query: found.query, options },
            scores: Scores {
                mean_information: findings.iter().sum::<f64>() / n_findings,
                least_information: if findings.is_empty() {
                    0.0
                } else {
                    findings.iter().copied().fold(f64::INFINITY, f64::min)
                },
                ..Scores::default()
            },
        })
    }
}

/// Whether every branch of a query is needed: without it there would be more answers, or fewer of a union.
///
/// # Complexity
///
/// That of answering each branch.
pub fn is_needed(context: Context<'_>, query: &Query, shape: Shape) -> bool {
    let answers = |query: &Query| query.answers(context.graph, Reading::Strict, PROOF_BUDGET).ok();
    let branches = query.branches();
    if branches.len() < 2 {
        return true;
    }
    let Some(sets) = branches.iter().map(answers).collect::<Option<Vec<_>>>() else { return false };
    let has = |set: &[NodeId], node: &NodeId| set.binary_search(node).is_ok();
    (0..sets.len()).all(|at| {
        let mut others = sets.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, set)| set);
        if shape.has_union() {
            let mut others: Vec<&Vec<NodeId>> = others.collect();
            others.retain(|set| !set.is_empty());
            return sets[at].iter().any(|node| !others.iter().any(|set| has(set, node)));
        }
        if shape.has_denial() {
            let is_denied = at + 1 == sets.len();
            // Without the denial, something that has what is denied would be an answer.
            let kept: Vec<&Vec<NodeId>> = sets[..sets.len() - 1]
                .iter()
                .enumerate()
                .filter(|(other, _)| is_denied || *other != at)
                .map(|(_, set)| set)
                .collect();
            let Some(first) = kept.first() else { return true };
            let in_all = |node: &&NodeId| kept.iter().all(|set| has(set, node));
            return match is_denied {
                true => first.iter().filter(in_all).any(|node| has(&sets[at], node)),
                false => first.iter().filter(in_all).any(|node| !has(&sets[at], node)),
            };
        }
        let Some(first) = others.next() else { return true };
        let rest: Vec<&Vec<NodeId>> = others.collect();
        first.iter().any(|node| rest.iter().all(|set| has(set, node)) && !has(&sets[at], node))
    })
}
