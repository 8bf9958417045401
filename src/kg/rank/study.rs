//! Rankings measured on the same questions, each on drugs that it was not learned from.

use rayon::prelude::*;

use crate::kg::rank::Baseline;
use crate::kg::rank::Candidates;
use crate::kg::rank::Landscape;
use crate::kg::rank::Measured;
use crate::kg::rank::Ranks;
use crate::kg::rank::Task;
use crate::kg::rank::Terrain;
use crate::kg::rank::folds;
use crate::kg::rank::learn::School;
use crate::kg::rank::measure::best_rank;
use crate::kg::rank::measure::marks;
use crate::kg::rank::priors::Counts;
use crate::kg::rank::tokens::Made;
use crate::kg::rank::tokens::Piece;

/// A question with everything that might be its answer.
#[derive(Debug, Clone)]
pub struct Question {
    /// The pair, and what was drawn.
    pub task: Task,
    /// Its paths; none if there are more than could be looked at.
    pub candidates: Candidates,
    /// Which of them are curated.
    pub(super) is_curated: Vec<bool>,
    /// Whether all paths were looked at.
    pub is_finished: bool,
}

/// Looks for the candidates of each task, in their order, on as many threads as there are.
///
/// # Complexity
///
/// See [`Candidates::between`], for each.
pub fn questions(terrain: &Terrain<'_>, tasks: Vec<Task>, budget: u64) -> Vec<Question> {
    let question = |task: Task| {
        let found = Candidates::between(terrain, task.from, task.to, budget);
        let is_finished = found.is_ok();
        let candidates = found.unwrap_or_default();
        Question { is_curated: marks(&task, &candidates), task, candidates, is_finished }
    };
    tasks.into_par_iter().map(question).collect()
}

impl Question {
    /// Whether a curated path is among its candidates.
    pub fn is_answerable(&self) -> bool {
        self.is_curated.contains(&true)
    }

    pub(super) fn made(&self, terrain: &Terrain<'_>) -> Vec<Made> {
        self.candidates.iter().map(|path| Made::of(terrain, path)).collect()
    }
}

/// A ranking, and what it did with each question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// What it is called.
    pub name: &'static str,
    /// By question.
    pub ranks: Ranks,
}

/// Rankings of the same questions.
#[derive(Debug, Clone)]
pub struct Study {
    /// The fold of each question; what is learned for it is learned from the others.
    pub folds: Vec<usize>,
    /// How many folds there are.
    pub n_folds: usize,
    /// Each ranking.
    pub rankings: Vec<Ranking>,
}

impl Study {
    /// Measures the baselines, and what is learned from the other folds.
    ///
    /// # Complexity
    ///
    /// O(c log c) time for c candidates, six times that memory for the counts of their pieces.
    pub fn new(landscape: &Landscape<'_>, questions: &[Question], n_folds: usize) -> Self {
        let terrain = landscape.terrain;
        let graph = terrain.graph();
        let tasks: Vec<Task> = questions.iter().map(|question| question.task.clone()).collect();
        let folds = folds(graph, &tasks, n_folds);
        let school = School::new(landscape, questions, (&folds, n_folds));
        let priors: Vec<_> = (0..n_folds).map(|fold| school.priors(fold)).collect();
        let rankings = Baseline::ALL.map(|baseline| {
            let rank = |(question, &fold): (&Question, &usize)| {
                let scores: Vec<f64> = question
                    .candidates
                    .iter()
                    .map(|path| {
                        let mut prior = 0.0;
                        Made::of(terrain, path).pieces(Piece::Metapath, |token| {
                            prior = priors[fold].table(Piece::Metapath).get(&token).map_or(0.0, |values| values[1]);
                        });
                        baseline.score(graph, path, prior)
                    })
                    .collect();
                best_rank(&scores, &question.is_curated)
            };
            let ranks = questions.par_iter().zip(&folds).map(rank).collect();
            Ranking { name: baseline.name(), ranks: Ranks(ranks) }
        });
        let mut rankings = Vec::from(rankings);
        rankings.push(Ranking { name: "learned", ranks: school.ranks() });
        drop(school);
        Self { folds, n_folds, rankings }
    }

    /// The figures of a ranking on the questions of each fold that are asked for.
    pub fn by_fold(&self, ranking: &Ranking, is_asked: impl Fn(usize) -> bool) -> Vec<Measured> {
        let of_fold = |fold: usize| {
            let ranks = ranking.ranks.0.iter().enumerate().filter(|&(at, _)| self.folds[at] == fold && is_asked(at));
            Ranks(ranks.map(|(_, &rank)| rank).collect()).measured()
        };
        (0..self.n_folds).map(of_fold).collect()
    }
}

/// Counts of the questions of each fold.
pub(super) fn counts_by_fold(
    terrain: &Terrain<'_>,
    questions: &[Question],
    folds: &[usize],
    n_folds: usize,
) -> Vec<Counts> {
    let of_fold = |fold: usize| {
        let of_one = |question: &Question| Counts::of(&question.made(terrain), &question.is_curated);
        let chosen: Vec<&Question> =
            questions.iter().zip(folds).filter(|&(_, &other)| other == fold).map(|(question, _)| question).collect();
        let counts: Vec<Counts> = chosen.into_par_iter().map(of_one).collect();
        Counts::sum(&counts.iter().collect::<Vec<_>>()).without_rare()
    };
    (0..n_folds).map(of_fold).collect()
}

/// The counts of all folds but some.
pub(super) fn without(counts: &[Counts], left_out: &[usize]) -> Counts {
    let kept = counts.iter().enumerate().filter(|(fold, _)| !left_out.contains(fold)).map(|(_, counts)| counts);
    Counts::sum(&kept.collect::<Vec<_>>())
}

/// The mean and the standard deviation of a figure over folds.
pub fn spread(figures: &[f64]) -> (f64, f64) {
    let n = crate::kg::search::as_float(figures.len().max(1));
    let mean = figures.iter().sum::<f64>() / n;
    let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}
