//! A ranker, learned from questions with their answers.
//!
//! A row that had a part in the counts by which it is judged would know its own answer: what was drawn once looks drawn
//! often. So a question's rows are made with counts of the other folds only, both where they are learned from and where
//! they are measured.

use rayon::prelude::*;

use crate::kg::rank::Candidates;
use crate::kg::rank::Question;
use crate::kg::rank::Ranker;
use crate::kg::rank::Ranks;
use crate::kg::rank::features::Landscape;
use crate::kg::rank::features::N_FEATURES;
use crate::kg::rank::features::N_FIXED;
use crate::kg::rank::features::N_LEARNED;
use crate::kg::rank::features::learned;
use crate::kg::rank::measure::best_rank;
use crate::kg::rank::priors::Counts;
use crate::kg::rank::priors::Priors;
use crate::kg::rank::study::counts_by_fold;
use crate::kg::rank::study::without;
use crate::kg::rank::tokens::Made;
use crate::kg::rank::trees;
use crate::kg::rank::trees::Rows;
use crate::kg::rank::trees::Tree;
use crate::seed::Seed;

/// Of a pair's candidates that are not curated, so many are learned from.
const N_OTHERS: usize = 100;

/// Questions made ready: what does not depend on what is learned is worked out once.
pub(super) struct School<'a> {
    landscape: &'a Landscape<'a>,
    questions: &'a [Question],
    folds: &'a [usize],
    n_folds: usize,
    counts: Vec<Counts>,
    /// By question: the candidates that are learned from, and their rows of fixed features.
    lessons: Vec<(Vec<usize>, Vec<f64>)>,
}

impl<'a> School<'a> {
    pub(super) fn new(
        landscape: &'a Landscape<'a>,
        questions: &'a [Question],
        (folds, n_folds): (&'a [usize], usize),
    ) -> Self {
        let counts = counts_by_fold(landscape.terrain, questions, folds, n_folds);
        let lesson = |question: &Question| {
            let chosen = chosen(landscape, question);
            let fixed = landscape.fixed(&question.candidates, &question.made(landscape.terrain));
            let rows = chosen.iter().flat_map(|&at| fixed[at * N_FIXED..][..N_FIXED].iter().copied()).collect();
            (chosen, rows)
        };
        let lessons = questions.par_iter().map(lesson).collect();
        Self { landscape, questions, folds, n_folds, counts, lessons }
    }

    /// How often pieces are drawn in all folds but one.
    pub(super) fn priors(&self, left_out: usize) -> Priors {
        without(&self.counts, &[left_out]).priors()
    }

    /// What is learned from all folds but one, or from all.
    pub(super) fn learn(&self, left_out: Option<usize>) -> (Priors, Vec<Tree>) {
        let out: Vec<usize> = left_out.into_iter().collect();
        let by_fold: Vec<Priors> =
            (0..self.n_folds).map(|fold| without(&self.counts, &[&out[..], &[fold]].concat()).priors()).collect();
        let rows_of = |at: usize| {
            let (chosen, fixed) = &self.lessons[at];
            let made = self.questions[at].made(self.landscape.terrain);
            let learned = learned(&by_fold[self.folds[at]], &made);
            let mut rows = Vec::with_capacity(chosen.len() * N_FEATURES);
            for (&at, fixed) in chosen.iter().zip(fixed.chunks_exact(N_FIXED)) {
                rows.extend_from_slice(fixed);
                rows.extend_from_slice(&learned[at * N_LEARNED..][..N_LEARNED]);
            }
            rows
        };
        let taught: Vec<usize> = (0..self.questions.len())
            .filter(|&at| Some(self.folds[at]) != left_out && self.questions[at].is_answerable())
            .collect();
        let values: Vec<Vec<f64>> = taught.par_iter().map(|&at| rows_of(at)).collect();
        let mut rows = Rows { n_features: N_FEATURES, ..Rows::default() };
        for (&at, values) in taught.iter().zip(values) {
            rows.values.extend(values);
            rows.is_curated.extend(self.lessons[at].0.iter().map(|&chosen| self.questions[at].is_curated[chosen]));
            rows.ends.push(rows.is_curated.len());
        }
        (without(&self.counts, &out).priors(), trees::learn(&rows))
    }

    /// Where each question's answer stands by what was learned without its fold.
    pub(super) fn ranks(&self) -> Ranks {
        let learned: Vec<(Priors, Vec<Tree>)> = (0..self.n_folds).map(|fold| self.learn(Some(fold))).collect();
        let rank = |(question, &fold): (&Question, &usize)| {
            let (priors, trees) = &learned[fold];
            let made = question.made(self.landscape.terrain);
            let scores = scores(self.landscape, (priors, trees), &question.candidates, &made);
            best_rank(&scores, &question.is_curated)
        };
        Ranks(self.questions.par_iter().zip(self.folds).map(rank).collect())
    }
}

/// The score of each candidate.
pub(super) fn scores(
    landscape: &Landscape<'_>,
    (priors, trees): (&Priors, &[Tree]),
    candidates: &Candidates,
    made: &[Made],
) -> Vec<f64> {
    let rows = rows(landscape, priors, candidates, made);
    rows.chunks_exact(N_FEATURES).map(|row| trees::score(trees, row)).collect()
}

/// The features of each candidate, a row of [`N_FEATURES`] after the other.
pub(super) fn rows(landscape: &Landscape<'_>, priors: &Priors, candidates: &Candidates, made: &[Made]) -> Vec<f64> {
    let fixed = landscape.fixed(candidates, made);
    let learned = learned(priors, made);
    let both = fixed.chunks_exact(N_FIXED).zip(learned.chunks_exact(N_LEARNED));
    both.flat_map(|(fixed, learned)| fixed.iter().chain(learned).copied()).collect()
}

/// Every curated candidate, and others as the names of the ends deal them out; in order.
fn chosen(landscape: &Landscape<'_>, question: &Question) -> Vec<usize> {
    let graph = landscape.terrain.graph();
    let (curated, mut others): (Vec<usize>, Vec<usize>) =
        (0..question.candidates.len()).partition(|&at| question.is_curated[at]);
    let ends = [graph.curie(question.task.from).as_str(), graph.curie(question.task.to).as_str()];
    Seed(0).stream(&["rank", "others", ends[0], ends[1]], 0).shuffle(&mut others);
    others.truncate(N_OTHERS);
    let mut chosen = [curated, others].concat();
    chosen.sort_unstable();
    chosen
}

/// Learns a ranker from all questions.
///
/// # Complexity
///
/// O(c) time and memory for c candidates, and then 160 trees of five levels over at most a hundred rows and the curated
/// ones for each question.
pub fn learn(landscape: &Landscape<'_>, questions: &[Question], folds: (&[usize], usize)) -> Ranker {
    let (priors, trees) = School::new(landscape, questions, folds).learn(None);
    Ranker::new(landscape.terrain.graph(), &priors, trees)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kg::Graph;
    use crate::kg::rank::Task;
    use crate::kg::rank::Terrain;
    use crate::kg::rank::questions;

    /// Six drugs, each with a mechanism through a protein and a way through another drug's process.
    const GRAPH_OF: [&str; 2] = [
        "Drug:d{n} -decreases_activity_of-> Protein:p{n}\nProtein:p{n} -positively_regulates-> BiologicalProcess:b{n}",
        "BiologicalProcess:b{n} -causes-> Disease:e\nDrug:d{n} -affects-> BiologicalProcess:b{n}",
    ];

    #[test]
    fn what_was_drawn_for_the_drugs_of_a_fold_changes_nothing_that_is_learned_for_it() {
        let text = (0..6).map(|n| GRAPH_OF.join("\n").replace("{n}", &n.to_string())).collect::<Vec<_>>().join("\n");
        let graph = Graph::from_arrows(&text).unwrap();
        let terrain = Terrain::new(&graph);
        let landscape = Landscape::new(&terrain);
        let node = |name: String| graph.find(&name.parse().unwrap()).unwrap();
        let task = |n: usize| {
            let names = [format!("Drug:d{n}"), format!("Protein:p{n}"), format!("BiologicalProcess:b{n}")];
            let drawn: Vec<_> = names.into_iter().chain(["Disease:e".to_owned()]).map(node).collect();
            Task { from: drawn[0], to: drawn[3], curated: BTreeSet::from([drawn]), n_beyond: 0 }
        };
        let asked = questions(&terrain, (0..6).map(task).collect(), 100_000);
        assert!(asked.iter().all(Question::is_answerable));
        let folds = [0, 0, 1, 1, 2, 2];
        let learned = |asked: &[Question], left_out| School::new(&landscape, asked, (&folds, 3)).learn(Some(left_out));
        let mut turned = asked.clone();
        turned[..2].iter_mut().flat_map(|question| &mut question.is_curated).for_each(|is_it| *is_it = !*is_it);
        assert_eq!(learned(&asked, 0), learned(&turned, 0));
        assert_ne!(learned(&asked, 1).0, learned(&turned, 1).0);
    }
}
