//! What needs the whole: duplicates, splits, and the letters of the keys, dealt last.
//!
//! Everything before looks at one item at a time, on any thread and in any shard. This step sees all accepted items
//! in the order of acceptance and is a pure function of them and the seed. Whatever removes items happens before
//! letters are dealt, so that the balance of letters holds to the unit.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::kg::Graph;
use crate::seed::Seed;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Refuted;
use crate::write::Asked;
use crate::write::Rejected;
use crate::write::Rejection;
use crate::write::split::Split;
use crate::write::split::SplitShares;
use crate::write::split::splits;

/// An item with its place in the data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The item, its options in their final order.
    pub item: Item,
    /// Where it goes.
    pub split: Split,
    /// The smallest id among the items that had to go there together.
    pub component: String,
    /// Its wrong thinking paths.
    pub wrong: Vec<Refuted>,
}

/// A data set before it is laid out in columns.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// The items by split, then by id.
    pub items: Vec<Placed>,
    /// The duplicates, in the order of acceptance.
    pub duplicates: Vec<Rejection>,
    /// The shares that missed their targets.
    pub findings: Vec<Finding>,
}

/// Removes duplicates, deals items to splits, then options to letters.
///
/// # Complexity
///
/// O(n log n) in the items.
pub fn assemble(graph: &Graph, accepted: Vec<Item>, seed: Seed, shares: &SplitShares) -> Assembled {
    let (items, duplicates) = without_duplicates(graph, accepted);
    let splits = splits(graph, &items, seed, shares);
    let places = splits.of_item.into_iter().zip(splits.component);
    let mut items: Vec<Placed> = items
        .into_iter()
        .zip(places)
        .map(|(item, (split, component))| Placed { item, split, component, wrong: Vec::new() })
        .collect();
    deal_letters(graph, &mut items, seed);
    items.sort_by(|left, right| (left.split, &left.item.id).cmp(&(right.split, &right.item.id)));
    Assembled { items, duplicates, findings: splits.findings }
}

/// Of items that ask the same, the first accepted stays.
fn without_duplicates(graph: &Graph, accepted: Vec<Item>) -> (Vec<Item>, Vec<Rejection>) {
    let mut asked = Asked::default();
    let (mut kept, mut duplicates) = (Vec::with_capacity(accepted.len()), Vec::new());
    for item in accepted {
        match asked.before(graph, &item) {
            Some((by, because)) => duplicates.push(Rejection { what: Rejected::item(item), by, because }),
            None => {
                asked.note(graph, &item);
                kept.push(item);
            }
        }
    }
    (kept, duplicates)
}

/// Puts every key at its position and every distractor in a seeded order.
///
/// Within each number of options, positions go round in the order of (split, stratum, seeded hash of the id). Any
/// contiguous run of that order is balanced to within one: the whole, every split, every stratum of a split.
fn deal_letters(graph: &Graph, items: &mut [Placed], seed: Seed) {
    let hash = |id: &str| seed.stream(&["deal", id], 0).next_u64();
    items.sort_by_cached_key(|placed| {
        let item = &placed.item;
        (placed.split, item.stratum.clone(), hash(&item.id), item.id.clone())
    });
    let mut dealt: BTreeMap<usize, usize> = BTreeMap::new();
    let mut n_ranked = 0_usize;
    let mut n_several: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for Placed { item, .. } in items {
        let n_options = item.options.len();
        if item.kind == Kind::RankedList {
            let order = permutation(n_options, n_ranked);
            n_ranked += 1;
            // The one of rank r goes where the permutation has r.
            let order: Vec<usize> = order.iter().filter_map(|&rank| item.keys.get(rank).copied()).collect();
            item.reorder(&order);
            continue;
        }
        let mut order: Vec<usize> = (0..n_options).filter(|&option| item.key() != Some(option)).collect();
        // The order in which options were found says something about them: it is forgotten first.
        order.sort_by_cached_key(|&option| {
            let option = &item.options[option];
            (option.nodes.iter().map(|&node| graph.curie(node).clone()).collect::<Vec<_>>(), option.text.clone())
        });
        seed.stream(&["distractors", &item.id], 0).shuffle(&mut order);
        if item.kind == Kind::MultipleAnswer {
            let next = n_several.entry((n_options, item.keys.len())).or_default();
            let places = combination(n_options, item.keys.len(), *next);
            *next += 1;
            order.retain(|option| !item.keys.contains(option));
            let mut keys = item.keys.clone();
            keys.sort_by_cached_key(|&option| hash(&format!("{} {}", item.id, item.options[option].text)));
            for (place, key) in places.into_iter().zip(keys) {
                order.insert(place.min(order.len()), key);
            }
        }
        if let Some(key) = item.key().filter(|&key| key < n_options) {
            let next = dealt.entry(n_options).or_default();
            order.insert(*next % n_options, key);
            *next += 1;
        }
        item.reorder(&order);
    }
}

/// The positions of a number, in order, so that every run of as many numbers as there are ways to choose them has each way
/// once. Ways that follow on one another share few positions: it is every third of the ways in the order of the letters,
/// or every second where three divides their number.
fn combination(n: usize, n_chosen: usize, number: usize) -> Vec<usize> {
    let all: Vec<Vec<usize>> = (0..1_usize << n)
        .map(|set| (0..n).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>())
        .filter(|chosen| chosen.len() == n_chosen)
        .collect();
    let step = [3, 2, 1].into_iter().find(|step| !all.len().is_multiple_of(*step)).unwrap_or(1);
    all.get(number * step % all.len().max(1)).cloned().unwrap_or_default()
}

/// The permutation of a number, so that every run of n! numbers has each permutation once, and of any n of them that
/// follow on a multiple of n each has another element first.
///
/// It is the one of that number in the order of the factorial number system, its first digit turning fastest.
fn permutation(n: usize, number: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..n).collect();
    let mut rest = number;
    let mut order = Vec::with_capacity(n);
    while !left.is_empty() {
        let digit = rest % left.len();
        rest /= left.len();
        order.push(left.remove(digit));
    }
    order
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::write::sample;

    fn assembled(graph: &Graph, items: Vec<Item>) -> Assembled {
        assemble(graph, items, Seed(7), &SplitShares::default())
    }

    fn spread(positions: &[usize], n_options: usize) -> usize {
        let mut counts = vec![0_usize; n_options];
        positions.iter().for_each(|&position| counts[position] += 1);
        counts.iter().max().unwrap() - counts.iter().min().unwrap()
    }

    #[test]
    fn letters_are_balanced_over_all_splits_and_strata() {
        let graph = sample::graph(203);
        let mut items = sample::cases(&graph);
        for (number, item) in items.iter_mut().enumerate() {
            item.stratum = format!("stratum {}", number % 3);
        }
        let assembled = assembled(&graph, items);
        let of = |keep: &dyn Fn(&Placed) -> bool| -> Vec<usize> {
            assembled.items.iter().filter(|placed| keep(placed)).filter_map(|placed| placed.item.key()).collect()
        };
        assert_eq!(of(&|_| true).len(), 203);
        assert!(spread(&of(&|_| true), 4) <= 1);
        for split in Split::ALL {
            assert!(!of(&|placed| placed.split == split).is_empty());
            assert!(spread(&of(&|placed| placed.split == split), 4) <= 1);
            for number in 0..3 {
                let stratum = format!("stratum {number}");
                let among = of(&|placed| placed.split == split && placed.item.stratum == stratum);
                assert!(spread(&among, 4) <= 1, "{split:?} {stratum} {among:?}");
            }
        }
    }

    #[test]
    fn letters_are_balanced_for_each_number_of_options() {
        let graph = sample::graph(90);
        let mut items = sample::cases(&graph);
        for item in items.iter_mut().step_by(2) {
            item.options.pop();
            item.distractors.pop();
        }
        let items = assembled(&graph, items).items;
        for n_options in [3, 4] {
            let of = items.iter().filter(|placed| placed.item.options.len() == n_options);
            let positions: Vec<usize> = of.filter_map(|placed| placed.item.key()).collect();
            assert_eq!(positions.len(), 45);
            assert!(spread(&positions, n_options) <= 1, "{positions:?}");
        }
    }

    #[test]
    fn letters_do_not_depend_on_the_order_in_which_options_were_found() {
        let graph = sample::graph(20);
        let items = sample::cases(&graph);
        let mut turned = items.clone();
        turned.iter_mut().for_each(|item| item.reorder(&[2, 3, 1, 0]));
        assert_ne!(items, turned);
        assert_eq!(assembled(&graph, items).items, assembled(&graph, turned).items);
    }

    #[test]
    fn reasons_follow_their_options() {
        let graph = sample::graph(20);
        for Placed { item, .. } in assembled(&graph, sample::cases(&graph)).items {
            let wrong: Vec<usize> = item.distractors.iter().map(|reason| reason.option).collect();
            assert_eq!(wrong, (0..4).filter(|&option| item.key() != Some(option)).collect::<Vec<_>>());
            assert_eq!(item.options[item.key().unwrap()].nodes, item.answer);
        }
    }

    #[test]
    fn distractors_stand_in_no_order_of_their_own() {
        // The distractors of a sample case are the next diseases by number: sorted, were they not shuffled.
        let graph = sample::graph(100);
        let rising = |placed: &&Placed| {
            let wrong: Vec<_> =
                placed.item.distractors.iter().map(|reason| &placed.item.options[reason.option]).collect();
            wrong.is_sorted_by_key(|option| &option.nodes)
        };
        let count = assembled(&graph, sample::cases(&graph)).items.iter().filter(rising).count();
        assert!((5..=30).contains(&count), "{count} of 100, one in six expected");
    }

    #[test]
    fn of_two_items_that_ask_the_same_the_first_stays() {
        let graph = sample::graph(4);
        let first = sample::case(&graph, 0, &["d0a", "d0b"]);
        let turned = sample::case(&graph, 0, &["d0b", "d0a"]);
        assert_ne!(first.stem, turned.stem);
        let mut same_words = sample::case(&graph, 1, &["d1a"]);
        same_words.stem = first.stem.to_uppercase();
        let other = sample::case(&graph, 2, &["d2a"]);
        let Assembled { items, duplicates, .. } =
            assembled(&graph, vec![first.clone(), turned, same_words, other.clone()]);
        let kept: BTreeSet<&str> = items.iter().map(|placed| &*placed.item.id).collect();
        assert_eq!(kept, BTreeSet::from([&*first.id, &*other.id]));
        assert_eq!(duplicates.iter().map(|rejection| rejection.by).collect::<Vec<_>>(), ["V401", "V402"]);
        assert!(duplicates[0].because.contains(&first.id));
    }

    #[test]
    fn every_run_of_combinations_is_whole() {
        for start in [0, 10, 20] {
            for n_chosen in [2, 3] {
                let run: BTreeSet<Vec<usize>> =
                    (start..start + 10).map(|number| combination(5, n_chosen, number)).collect();
                assert_eq!(run.len(), 10);
                assert!(run.iter().all(|chosen| chosen.len() == n_chosen));
            }
        }
    }

    #[test]
    fn the_places_of_several_keys_are_balanced() {
        let graph = sample::graph(203);
        let mut items = sample::cases(&graph);
        for item in &mut items {
            item.kind = Kind::MultipleAnswer;
            item.keys = vec![0, 1];
        }
        let right =
            |item: &Item| -> BTreeSet<String> { item.keys.iter().map(|&at| item.options[at].text.clone()).collect() };
        let before: BTreeMap<String, BTreeSet<String>> =
            items.iter().map(|item| (item.id.clone(), right(item))).collect();
        let mut counts: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for Placed { item, .. } in &assembled(&graph, items).items {
            assert_eq!(right(item), before[&item.id]);
            *counts.entry(item.keys.clone()).or_default() += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().max().unwrap() - counts.values().min().unwrap() <= 1, "{counts:?}");
    }

    #[test]
    fn every_run_of_permutations_is_whole() {
        for start in [0, 24, 48] {
            let run: BTreeSet<Vec<usize>> = (start..start + 24).map(|number| permutation(4, number)).collect();
            assert_eq!(run.len(), 24);
        }
        let firsts: Vec<usize> = (0..8).map(|number| permutation(4, number)[0]).collect();
        assert_eq!(firsts, [0, 1, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn orders_of_rankings_are_balanced_over_all_splits_and_still_say_who_is_first() {
        let graph = sample::graph(203);
        let mut items = sample::cases(&graph);
        for item in &mut items {
            item.kind = Kind::RankedList;
            item.keys = (0..4).collect();
        }
        let ranked: BTreeMap<String, Vec<String>> =
            items.iter().map(|item| (item.id.clone(), in_order(item))).collect();
        let assembled = assembled(&graph, items);
        let mut runs: BTreeMap<(bool, Split), BTreeMap<Vec<usize>, usize>> = BTreeMap::new();
        for Placed { item, split, .. } in &assembled.items {
            assert_eq!(in_order(item), ranked[&item.id]);
            for run in [(true, Split::Train), (false, *split)] {
                *runs.entry(run).or_default().entry(item.keys.clone()).or_default() += 1;
            }
        }
        for counts in runs.values() {
            let least = if counts.len() == 24 { counts.values().min().copied().unwrap() } else { 0 };
            assert!(counts.values().max().unwrap() - least <= 1, "{counts:?}");
        }
    }

    /// The options of a ranking in its order.
    fn in_order(item: &Item) -> Vec<String> {
        item.keys.iter().map(|&at| item.options[at].text.clone()).collect()
    }

    #[test]
    fn items_stand_by_split_then_id() {
        let graph = sample::graph(60);
        let items = assembled(&graph, sample::cases(&graph)).items;
        assert!(items.is_sorted_by_key(|placed| (placed.split, placed.item.id.clone())));
    }
}
