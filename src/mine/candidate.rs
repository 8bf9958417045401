//! What mining hands on: a pattern with its proof so far.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Clause;
use crate::kg::search::Hop;
use crate::kg::search::Pattern;
use crate::kg::search::Query;
use crate::kg::search::Shape;
use crate::mine::Asks;
use crate::mine::Context;
use crate::mine::citation::Triple;
use crate::mine::drug::Action;
use crate::mine::path;
use crate::mine::score;
use crate::mine::score::Null;

/// What is asked of a pattern, and so which kinds of item can be made from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Which disease has these findings? The clues stand in the order of the pattern's clauses.
    Diagnosis(Clues),
    /// Variants of which gene underlie these findings? The disease between gene and findings is the inner variable.
    CausalGene {
        /// The disease that ties them.
        disease: NodeId,
        /// The findings.
        clues: Clues,
    },
    /// Which set of findings belongs to the disease of this gene?
    FindingSet {
        /// The gene.
        gene: NodeId,
        /// Its disease.
        disease: NodeId,
    },
    /// Which finding tells one look-alike from the other?
    Contrast {
        /// The disease that has it.
        disease: NodeId,
        /// The disease that is reported not to.
        other: NodeId,
        /// Findings of both: the options that do not tell them apart.
        shared: Vec<NodeId>,
    },
    /// Which drug treats this disease?
    Treatment {
        /// The disease.
        disease: NodeId,
        /// The drugs of which it is denied that they do: the wrong options.
        denied: Vec<NodeId>,
    },
    /// Which drug is given for this disease and acts in this way?
    Indication {
        /// The disease.
        disease: NodeId,
        /// What the drug does.
        action: Action,
        /// Drugs that are given for the disease and act on something else: the wrong options.
        others: Vec<NodeId>,
    },
    /// Is this statement true?
    Statement {
        /// The subject, the positive relation and the object.
        statement: Triple,
        /// Whether it is.
        is_true: bool,
    },
    /// In which order do diseases have these findings?
    Ranking {
        /// The diseases, the one that has all of them first.
        ranked: Vec<NodeId>,
    },
    /// What has these logical relations to some constants?
    Shape {
        /// The shape of the query.
        shape: Shape,
        /// Whether all answers are asked for, or which options are any.
        asks: Asks,
        /// The query; its clauses are the pattern.
        query: Query,
        /// The options that are no answers.
        options: Vec<NodeId>,
    },
    /// Through which nodes are the ends of a path connected?
    Path,
    /// Which of some chains connects the ends of a path?
    PathChoice {
        /// The chains that do not, each the nodes between the ends in the order of telling: the wrong options.
        others: Vec<Vec<NodeId>>,
    },
    /// To which code is this diagnosis classified?
    Coding,
}

impl Question {
    /// Whether it is about a path, whose inner nodes are all its answer.
    pub fn is_path(&self) -> bool {
        matches!(self, Self::Path | Self::PathChoice { .. })
    }
}

/// The findings of a case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clues {
    /// The findings, most telling first.
    pub findings: Vec<NodeId>,
    /// The lower bound of each one's frequency in the key.
    pub lower_bounds: Vec<f64>,
}

/// Numbers by which a candidate is weighed before anything is written. Those of paths are 0 for stars.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// Degree-weighted path count of the binding: see [`score::path_weight`].
    pub path_weight: f64,
    /// What chance gives beside it: see [`score::null`].
    pub null: Null,
    /// The least number of sources that state an edge of it: see [`score::attested`].
    pub n_sources: u32,
    /// What its edges are trusted together, 0 to 1.
    pub trust: f64,
    /// How many other paths that were found between its ends have the same sign: see [`score::agreement`].
    pub n_agree: u32,
    /// How many have the opposite one.
    pub n_contradict: u32,
    /// The least surprise at meeting a node of it, in nats: see [`crate::kg::Rarity::of_node`].
    pub least_rarity: f64,
    /// Mean information content of the clues or inner nodes, in nats.
    pub mean_information: f64,
    /// Least information content among them, in nats.
    pub least_information: f64,
}

impl Scores {
    /// What can be told of a path by itself.
    pub(super) fn of_path(context: Context<'_>, path: &[Hop]) -> Self {
        let graph = context.graph;
        let (n_sources, trust) = score::attested(graph, path);
        let rarities = path::nodes(graph, path).into_iter().map(|node| context.statistics.rarity(graph, node));
        Self {
            path_weight: score::path_weight(graph, path),
            null: score::null(context, path),
            n_sources,
            trust,
            least_rarity: rarities.reduce(f64::min).unwrap_or(0.0),
            ..Self::default()
        }
    }
}

/// A pattern worth a question, bound and proved as far as the graph goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The strategy: the name of its section.
    pub strategy: &'static str,
    /// The stratum whose quota it fills, as `case/Disease`.
    pub stratum: String,
    /// Its number in the stratum.
    pub index: u64,
    /// The clauses.
    pub pattern: Pattern,
    /// The key: one node, or the members of a set, sorted.
    pub key: Vec<NodeId>,
    /// The subgraph it was found in, in the order of telling.
    pub path: Vec<Hop>,
    /// The strict answers, sorted.
    pub strict: Vec<NodeId>,
    /// The loose answers, sorted.
    pub loose: Vec<NodeId>,
    /// What is asked.
    pub question: Question,
    /// Its weights.
    pub scores: Scores,
}

impl Candidate {
    /// The loose answers beside the key, sorted.
    pub fn other_answers(&self) -> Vec<NodeId> {
        self.loose.iter().copied().filter(|node| self.key.binary_search(node).is_err()).collect()
    }

    /// The same, with what the other paths say that were found between its ends.
    #[must_use]
    pub(super) fn beside<'p>(mut self, graph: &Graph, all: impl IntoIterator<Item = &'p [Hop]>) -> Self {
        (self.scores.n_agree, self.scores.n_contradict) = score::agreement(graph, &self.path, all);
        self
    }

    /// The positive clauses.
    pub fn present(&self) -> impl Iterator<Item = &Clause> {
        self.pattern.clauses.iter().filter(|clause| !clause.is_absent)
    }
}
