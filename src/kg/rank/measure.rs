//! How well a ranking finds what curators drew.
//!
//! A curated path counts as found at rank r if its node sequence is the r-th of the pair's candidates. Of several the
//! best placed counts. What is not among the candidates is not found, however many one looks at.

use std::cmp::Ordering;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::rank::Candidates;
use crate::kg::rank::Task;
use crate::kg::search::DAMPING;
use crate::kg::search::as_float;

/// Where the best curated path of each question stands, from 1; `None` if it is no candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranks(pub Vec<Option<usize>>);

/// What is reported of ranks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// How many questions there were.
    pub n: usize,
    /// The share whose path comes first.
    pub recall_at_1: f64,
    /// The share whose path is among the first ten.
    pub recall_at_10: f64,
    /// The mean of 1 / rank, 0 for what is not found (E. Voorhees, TREC-8, 1999).
    pub mrr: f64,
    /// The share whose path is a candidate at all: no ranking can do better.
    pub ceiling: f64,
}

impl Ranks {
    /// The figures.
    pub fn measured(&self) -> Measured {
        let n = as_float(self.0.len().max(1));
        let share = |most: usize| as_float(self.0.iter().flatten().filter(|&&rank| rank <= most).count()) / n;
        let mrr = self.0.iter().flatten().map(|&rank| 1.0 / as_float(rank)).sum::<f64>() / n;
        Measured { n: self.0.len(), recall_at_1: share(1), recall_at_10: share(10), mrr, ceiling: share(usize::MAX) }
    }
}

/// Rankings that learn nothing, or nothing but which shapes of paths are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Baseline {
    /// Fewer hops first.
    Shortest,
    /// The product of degree^−0.4 over inner nodes, greatest first.
    Degree,
    /// That product times how much more often paths of its metapath are drawn than others.
    Metapath,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Shortest, Self::Degree, Self::Metapath];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shortest => "shortest first",
            Self::Degree => "degree",
            Self::Metapath => "metapath prior x degree",
        }
    }

    /// The score of a path, given the prior of its metapath.
    pub(super) fn score(self, graph: &Graph, path: &[NodeId], prior: f64) -> f64 {
        let inner = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
        let damped: f64 = -DAMPING * inner.iter().map(|&node| as_float(graph.degree(node).max(1)).ln()).sum::<f64>();
        match self {
            Self::Shortest => -as_float(path.len()),
            Self::Degree => damped,
            Self::Metapath => damped + prior,
        }
    }
}

/// The order of candidates: the higher score first, then the sequence of nodes, which is that of CURIEs.
pub(super) fn order(scores: &[f64]) -> impl Fn(&usize, &usize) -> Ordering + '_ {
    |left, right| scores[*right].total_cmp(&scores[*left]).then_with(|| left.cmp(right))
}

/// The rank of the best of the marked candidates, from 1.
pub(super) fn best_rank(scores: &[f64], is_curated: &[bool]) -> Option<usize> {
    let by_score = order(scores);
    let best = (0..scores.len()).filter(|&at| is_curated[at]).min_by(|left, right| by_score(left, right))?;
    Some(1 + (0..scores.len()).filter(|other| by_score(other, &best).is_lt()).count())
}

/// Which candidates are curated.
pub(super) fn marks(task: &Task, candidates: &Candidates) -> Vec<bool> {
    candidates.iter().map(|path| task.curated.contains(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_ranks_count_what_is_not_found() {
        let measured = Ranks(vec![Some(1), Some(10), Some(11), None]).measured();
        assert_eq!((measured.n, measured.recall_at_1, measured.recall_at_10, measured.ceiling), (4, 0.25, 0.5, 0.75));
        assert!((measured.mrr - (1.0 + 0.1 + 1.0 / 11.0) / 4.0).abs() < 1e-12);
        assert_eq!(Ranks::default().measured(), Measured::default());
    }

    #[test]
    fn ties_go_to_the_first_in_order() {
        let scores = [1.0, 2.0, 2.0, 2.0];
        assert_eq!(best_rank(&scores, &[false, false, true, true]), Some(2));
        assert_eq!(best_rank(&scores, &[true, false, false, false]), Some(4));
        assert_eq!(best_rank(&scores, &[false; 4]), None);
    }
}
