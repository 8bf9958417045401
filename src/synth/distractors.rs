//! Which wrong options stand beside the key.
//!
//! A distractor must fail enough clues that one gap in the graph cannot make it right, share enough to be worth a
//! thought, and be kin of nobody. Among those that qualify the choice is made so that knowing nothing does not help:
//! where the key's name would rank by length, and its profile by size, is drawn at random, and the distractors are
//! taken that come nearest to that.

use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::mine::clue::fails_enough;
use crate::mine::clue::fails_with_its_family;
use crate::mine::clue::loose_matches;
use crate::mine::clue::matches;
use crate::mine::clue::stems;
use crate::mine::kin::Kin;
use crate::seed::Stream;
use crate::synth::writer::Writer;
use crate::synth::writer::share;

/// A disease that could be a wrong option.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rival {
    /// The disease.
    pub disease: NodeId,
    /// The clues that hold for it, strictly: positions.
    pub shared: Vec<usize>,
    /// The clues that it fails, even loosely: positions.
    pub failed: Vec<usize>,
    /// How alike the two are: 0 to 1.
    pub likeness: f64,
}

/// What a guesser who knows nothing sees of an option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Looks {
    /// Letters of its text.
    pub length: usize,
    /// How much is recorded of it.
    pub size: usize,
    /// Where it stands in the alphabet among all that could be offered; `None` where that says nothing. Codes are
    /// looked for near the key, and their order is that of their numbers.
    pub order: Option<usize>,
}

/// The looks of a key and of what could stand beside it, from their texts and sizes.
pub(super) fn looks(key: (&str, usize), others: &[(String, usize)], by_alphabet: bool) -> (Looks, Vec<Looks>) {
    let order = |text: &str| by_alphabet.then(|| others.iter().filter(|(other, _)| other.as_str() < text).count());
    let of = |text: &str, size: usize| Looks { length: text.chars().count(), size, order: order(text) };
    let all = others.iter().map(|(text, size)| of(text, *size)).collect();
    (of(key.0, key.1), all)
}

/// How many of the likest rivals are considered.
const POOL: usize = 36;

impl Writer<'_> {
    /// The diseases that may stand beside a key, likest first.
    ///
    /// # Complexity
    ///
    /// O(diseases that share a clue × length of a profile).
    pub(super) fn rivals(&self, key: NodeId, clues: &[NodeId], question: &str) -> Vec<Rival> {
        let graph = self.context.graph;
        let prefix = graph.curie(key).prefix();
        let told = stems(question);
        let (tier, kin) = (self.tier(key), Kin::of(graph, key));
        let mut rivals: Vec<Rival> = Vec::new();
        let loose = loose_matches(self.context, clues);
        // Whoever has a clue strictly has it loosely, so these are the only diseases to look at.
        for (disease, held) in matches(graph, Reading::Strict, clues) {
            let loosely = loose.binary_search_by_key(&disease, |&(disease, _)| disease).map(|at| loose[at].1);
            let Some((offered, matched)) = self.offered.get(&disease).zip(loosely.ok()) else { continue };
            let failed: Vec<usize> = (0..clues.len()).filter(|&at| !matched.has(at)).collect();
            let failed_findings: Vec<NodeId> = failed.iter().map(|&at| clues[at]).collect();
            let is_eligible = disease != key
                && graph.curie(disease).prefix() == prefix
                && fails_enough(self.context, &failed_findings)
                && offered.tier.may_stand_beside(tier)
                && !offered.stems.iter().any(|stem| told.contains(stem))
                && !kin.has(graph, &offered.kin);
            if !is_eligible {
                continue;
            }
            let shared: Vec<usize> = (0..clues.len()).filter(|&at| held.has(at)).collect();
            let likeness = self.likeness(key, disease);
            rivals.push(Rival { disease, shared, failed, likeness });
        }
        let score = |rival: &Rival| share(rival.shared.len(), clues.len()) + rival.likeness;
        rivals.sort_by(|left, right| score(right).total_cmp(&score(left)).then(left.disease.cmp(&right.disease)));
        // Of whom many are likely not to be taken, the family is asked last.
        let fails = |rival: &Rival| {
            let failed: Vec<NodeId> = rival.failed.iter().map(|&at| clues[at]).collect();
            fails_with_its_family(self.context, rival.disease, &failed)
        };
        rivals.into_iter().filter(fails).take(POOL).collect()
    }

    /// The share of the information of two profiles that both have (a weighted Jaccard index).
    ///
    /// # Complexity
    ///
    /// O(length of both profiles).
    pub(super) fn likeness(&self, left: NodeId, right: NodeId) -> f64 {
        let statistics = self.context.statistics;
        let (Some(left), Some(right)) = (statistics.profile(left), statistics.profile(right)) else { return 0.0 };
        let (mut at, mut both) = (0, 0.0);
        for &node in &left.implied {
            while right.implied.get(at).is_some_and(|&other| other < node) {
                at += 1;
            }
            if right.implied.get(at) == Some(&node) {
                both += statistics.information(node);
            }
        }
        let either = left.information + right.information - both;
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// Three of a pool, by position: likest first, none kin of another, the key ranked among them as nearly as may be as
/// drawn, by length, by size and, for codes, by alphabet.
pub(super) fn three(
    key: Looks,
    looks: &[Looks],
    are_apart: &dyn Fn(usize, usize) -> bool,
    stream: &mut Stream,
) -> Option<[usize; 3]> {
    nearest(key, looks, are_apart, [stream.below(4), stream.below(4), stream.below(4)])
}

/// The three that come nearest to some ranks of the key: by length, size and alphabet, from 0 (nothing is before it).
fn nearest(
    key: Looks,
    looks: &[Looks],
    are_apart: &dyn Fn(usize, usize) -> bool,
    [by_length, by_size, by_alphabet]: [usize; 3],
) -> Option<[usize; 3]> {
    let n = looks.len();
    let apart: Vec<Vec<bool>> =
        (0..n).map(|left| (0..n).map(|right| left < right && are_apart(left, right)).collect()).collect();
    // How far the ranks are from those wanted comes first; how like the three are to the key decides between equals.
    let mut best: Option<((usize, usize), [usize; 3])> = None;
    for first in 0..n {
        for second in (first + 1..n).filter(|&second| apart[first][second]) {
            for third in (second + 1..n).filter(|&third| apart[first][third] && apart[second][third]) {
                let chosen = [first, second, third];
                let rank =
                    |is_before: &dyn Fn(&Looks) -> bool| chosen.iter().filter(|&&at| is_before(&looks[at])).count();
                let off = rank(&|looks| looks.length > key.length).abs_diff(by_length)
                    + rank(&|looks| looks.size > key.size).abs_diff(by_size)
                    + key.order.map_or(0, |_| rank(&|looks| looks.order > key.order).abs_diff(by_alphabet));
                let cost = (off, first + second + third);
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, chosen));
                }
            }
        }
    }
    best.map(|(_, chosen)| chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranks_of_the_key_come_before_how_like_the_others_are() {
        let of = |length, size| Looks { length, size, order: None };
        let looks: Vec<Looks> = (0..60)
            .map(|at| match at {
                0 | 1 | 57..60 => of(20, 20),
                2 => of(20, 5),
                _ => of(5, 5),
            })
            .collect();
        // The last three are kin of the first two.
        let are_apart = |left: usize, right: usize| left > 1 || right < 57;
        assert_eq!(nearest(of(10, 10), &looks, &are_apart, [3, 3, 0]), Some([57, 58, 59]));
        assert_eq!(nearest(of(10, 10), &looks, &are_apart, [0, 0, 0]), Some([3, 4, 5]));
    }
}
