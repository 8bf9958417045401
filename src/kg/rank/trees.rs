//! Boosted regression trees that rank.
//!
//! Each tree moves the scores of candidates so that curated ones rise above others where that matters most, near the
//! top: LambdaMART (C. Burges, MSR-TR-2010-82), with the gradient of the change that swapping two candidates would make
//! to the normalised discounted gain, and Newton steps on histograms of binned features (J. Friedman, Ann. Stat. 29
//! (2001) 1189; G. Ke et al., NeurIPS 2017). Sums go through rows in their order and features in theirs, so that a
//! forest depends on its rows and on nothing else.

use rayon::prelude::*;

use crate::kg::search::as_float;
use crate::seed::Seed;

const N_BINS: usize = 64;
const N_TREES: usize = 160;
const MAX_DEPTH: usize = 5;
const RATE: f64 = 0.1;
/// Every tree looks at so many of a hundred features.
const FEATURES_PERCENT: usize = 60;
const MIN_ROWS: usize = 50;
/// What the sum of second derivatives is raised by: small leaves move little.
const RIDGE: f64 = 5.0;
/// Of two candidates one at least has to be among so many first for their order to count.
const N_TOP: usize = 20;

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Knot {
    /// What is told for rows that come here; that of a leaf is the answer.
    pub(super) value: f64,
    /// The feature that is asked, the greatest value that goes left, and where the two go; `None` for a leaf.
    pub(super) split: Option<(usize, f64, usize, usize)>,
}

/// A tree: the root comes first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree(pub(super) Vec<Knot>);

impl Tree {
    /// Adds what each feature of a row contributes to its answer: from the root down, the change of what is told.
    pub(super) fn explain(&self, row: &[f64], by_feature: &mut [f64]) {
        let mut at = 0;
        while let Some(&Knot { value, split: Some((feature, most, left, right)) }) = self.0.get(at) {
            at = if row[feature] <= most { left } else { right };
            by_feature[feature] += self.0.get(at).map_or(0.0, |knot| knot.value) - value;
        }
    }

    fn answer(&self, row: &[f64]) -> f64 {
        let mut at = 0;
        loop {
            match self.0.get(at) {
                Some(&Knot { split: Some((feature, most, left, right)), .. }) => {
                    at = if row[feature] <= most { left } else { right };
                }
                Some(knot) => return knot.value,
                None => return 0.0,
            }
        }
    }
}

/// The score of a row: the sum of all answers.
pub(super) fn score(trees: &[Tree], row: &[f64]) -> f64 {
    trees.iter().map(|tree| tree.answer(row)).sum()
}

/// Rows to learn from.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// A row after the other.
    pub(super) values: Vec<f64>,
    pub(super) n_features: usize,
    pub(super) is_curated: Vec<bool>,
    /// Where the rows of each question end.
    pub(super) ends: Vec<usize>,
}

/// Features in bins: the upper bounds of bins, and by feature the bin of each row.
struct Binned {
    bounds: Vec<Vec<f64>>,
    bins: Vec<Vec<u8>>,
}

impl Binned {
    fn of(rows: &Rows) -> Self {
        let column = |feature: usize| -> Vec<f64> {
            rows.values.iter().skip(feature).step_by(rows.n_features).copied().collect()
        };
        let one = |feature: usize| {
            let values = column(feature);
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mut bounds: Vec<f64> =
                (1..N_BINS).map(|bin| sorted.get(bin * sorted.len() / N_BINS).copied().unwrap_or(0.0)).collect();
            // Whole millionths are read from a file as they were written.
            bounds.iter_mut().for_each(|bound| *bound = (*bound * 1e6).round() / 1e6 + 0.0);
            bounds.dedup();
            let bin = |value: f64| u8::try_from(bounds.partition_point(|&bound| bound < value)).unwrap_or(u8::MAX);
            let bins = values.iter().map(|&value| bin(value)).collect();
            (bounds, bins)
        };
        let (bounds, bins) = (0..rows.n_features).into_par_iter().map(one).unzip();
        Self { bounds, bins }
    }
}

/// Learns a forest.
///
/// # Complexity
///
/// O(trees · depth · rows · features) time, a byte for each value.
pub(super) fn learn(rows: &Rows) -> Vec<Tree> {
    let binned = Binned::of(rows);
    let mut scores = vec![0.0; rows.is_curated.len()];
    let mut trees = Vec::new();
    for number in 0..N_TREES {
        let pulls = pulls(rows, &scores);
        let mut features: Vec<usize> = (0..rows.n_features).collect();
        Seed(0).stream(&["rank", "features"], number as u64).shuffle(&mut features);
        features.truncate(rows.n_features * FEATURES_PERCENT / 100);
        features.sort_unstable();
        let mut growing = Growing { binned: &binned, pulls: &pulls, features: &features, knots: Vec::new() };
        growing.grow((0..scores.len()).collect(), 0);
        let tree = Tree(growing.knots);
        let of_row = |row: &[f64]| tree.answer(row);
        let answers: Vec<f64> = rows.values.par_chunks(rows.n_features.max(1)).map(of_row).collect();
        scores.iter_mut().zip(answers).for_each(|(score, answer)| *score += answer);
        trees.push(tree);
    }
    trees
}

/// First and second derivative of what is lost, for each row.
type Pull = (f64, f64);

fn pulls(rows: &Rows, scores: &[f64]) -> Vec<Pull> {
    let starts = std::iter::once(0).chain(rows.ends.iter().copied());
    let ranges: Vec<_> = starts.zip(rows.ends.iter().copied()).collect();
    let of_one = |&(start, end): &(usize, usize)| pulls_of(&rows.is_curated[start..end], &scores[start..end]);
    ranges.par_iter().map(of_one).collect::<Vec<_>>().concat()
}

/// The derivatives of one question.
fn pulls_of(is_curated: &[bool], scores: &[f64]) -> Vec<Pull> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(super::measure::order(scores));
    let discount = |place: usize| 1.0 / (2.0 + as_float(place)).log2();
    let n_curated = is_curated.iter().filter(|&&is_curated| is_curated).count();
    let most: f64 = (0..n_curated).map(discount).sum();
    let mut pulls = vec![(0.0, 0.0); scores.len()];
    let mut total = 0.0;
    let is_flat = order.first().zip(order.last()).is_none_or(|(&first, &last)| scores[first] == scores[last]);
    for (place, &one) in order.iter().enumerate().take(N_TOP) {
        for (other_place, &other) in order.iter().enumerate().skip(place + 1) {
            if is_curated[one] == is_curated[other] {
                continue;
            }
            let (high, low) = if is_curated[one] { (one, other) } else { (other, one) };
            let apart = scores[high] - scores[low];
            let mut gain = (discount(place) - discount(other_place)) / most;
            if !is_flat {
                // Candidates that are far apart are not worth the whole gain.
                gain /= 0.01 + apart.abs();
            }
            let chance = 1.0 / (1.0 + apart.exp());
            let (pull, bend) = (chance * gain, chance * (1.0 - chance) * gain);
            pulls[high] = (pulls[high].0 - pull, pulls[high].1 + bend);
            pulls[low] = (pulls[low].0 + pull, pulls[low].1 + bend);
            total += 2.0 * pull;
        }
    }
    if total > 0.0 {
        let scale = (1.0_f64 + total).log2() / total;
        pulls.iter_mut().for_each(|pull| *pull = (pull.0 * scale, pull.1 * scale));
    }
    pulls
}

struct Growing<'a> {
    binned: &'a Binned,
    pulls: &'a [Pull],
    features: &'a [usize],
    knots: Vec<Knot>,
}

/// The best place to part rows: gain, feature, bin.
type Parting = (f64, usize, usize);

impl Growing<'_> {
    /// Grows the tree over some rows, and says at which knot.
    fn grow(&mut self, rows: Vec<usize>, depth: usize) -> usize {
        let at = self.knots.len();
        let (pull, bend) =
            rows.iter().fold((0.0, 0.0), |sum, &row| (sum.0 + self.pulls[row].0, sum.1 + self.pulls[row].1));
        // Whole millionths are what is written, so they are what is learned on.
        let value = (-RATE * pull / (bend + RIDGE) * 1e6).round() / 1e6 + 0.0;
        self.knots.push(Knot { value, split: None });
        if depth >= MAX_DEPTH || rows.len() < 2 * MIN_ROWS {
            return at;
        }
        let Some((_, feature, bin)) = self.parting(&rows, (pull, bend)) else { return at };
        let bins = &self.binned.bins[feature];
        let (left, right): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(|&row| usize::from(bins[row]) <= bin);
        let left = self.grow(left, depth + 1);
        let right = self.grow(right, depth + 1);
        self.knots[at].split = Some((feature, self.binned.bounds[feature][bin], left, right));
        at
    }

    /// The parting with the greatest gain; of equal ones the first feature's lowest bin.
    fn parting(&self, rows: &[usize], all: Pull) -> Option<Parting> {
        let best = |&feature: &usize| self.parting_by(feature, rows, all);
        let found: Vec<Option<Parting>> = self.features.par_iter().map(best).collect();
        let better = |best: Option<Parting>, next: Parting| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        };
        found.into_iter().flatten().fold(None, better)
    }

    fn parting_by(&self, feature: usize, rows: &[usize], all: Pull) -> Option<Parting> {
        let bins = &self.binned.bins[feature];
        let mut sums = [(0.0, 0.0, 0_usize); N_BINS];
        for &row in rows {
            let sum = &mut sums[usize::from(bins[row])];
            let pull = self.pulls[row];
            *sum = (sum.0 + pull.0, sum.1 + pull.1, sum.2 + 1);
        }
        let worth = |pull: f64, bend: f64| pull * pull / (bend + RIDGE);
        let whole = worth(all.0, all.1);
        let mut left = (0.0, 0.0, 0);
        let mut best: Option<Parting> = None;
        for (bin, sum) in sums.iter().enumerate().take(self.binned.bounds[feature].len()) {
            left = (left.0 + sum.0, left.1 + sum.1, left.2 + sum.2);
            if left.2 < MIN_ROWS || rows.len() - left.2 < MIN_ROWS {
                continue;
            }
            let gain = worth(left.0, left.1) + worth(all.0 - left.0, all.1 - left.1) - whole;
            if gain > 1e-9 && best.is_none_or(|(most, ..)| gain > most) {
                best = Some((gain, feature, bin));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hundred questions of four rows; the curated one has the greatest second value.
    fn rows() -> Rows {
        let mut rows = Rows { n_features: 2, ..Rows::default() };
        let mut stream = Seed(1).stream(&["test"], 0);
        for question in 0..200 {
            for at in 0..4 {
                let is_curated = at == question % 4;
                rows.values.extend([stream.unit(), f64::from(u8::from(is_curated)) + 0.5 * stream.unit()]);
                rows.is_curated.push(is_curated);
            }
            rows.ends.push(rows.is_curated.len());
        }
        rows
    }

    #[test]
    fn what_tells_curated_rows_apart_is_learned() {
        let rows = rows();
        let trees = learn(&rows);
        let n_first = rows.values.chunks(8).zip(rows.is_curated.chunks(4)).filter(|(values, is_curated)| {
            let scores: Vec<f64> = values.chunks(2).map(|row| score(&trees, row)).collect();
            crate::kg::rank::measure::best_rank(&scores, is_curated) == Some(1)
        });
        assert!(n_first.count() >= 195);
    }

    #[test]
    fn what_features_contribute_adds_up_to_the_score() {
        let rows = rows();
        let trees = learn(&rows);
        let row = &rows.values[..2];
        let mut by_feature = [0.0; 2];
        trees.iter().for_each(|tree| tree.explain(row, &mut by_feature));
        let roots: f64 = trees.iter().map(|tree| tree.0[0].value).sum();
        assert!((score(&trees, row) - roots - by_feature[0] - by_feature[1]).abs() < 1e-9);
        assert!(by_feature[1].abs() > by_feature[0].abs());
    }
}
