//! Splits on the graph: what one item gives away about another decides, not a coin for each.
//!
//! A model must not have read a test item's answer in training. What is tied goes to one split as a whole, and what is
//! told elsewhere goes to train: [`Components`] says which. Among what is left each stratum gives its share, so that
//! what is tested is what was trained. The table of components is written beside the items, as the proof.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::Graph;
use crate::seed::Seed;
use crate::synth::Item;
use crate::write::component::Components;
use crate::write::component::components;
use crate::write::error::WriteError;

const MISSED_SHARE: Code = Code("W101");

/// How far a share may lie from its target before a finding says so.
const TOLERANCE: f64 = 0.02;

/// A part of a data set, in the order in which parts are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Validation,
    /// To report.
    Test,
}

impl Split {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The share of items that each split should have; together 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitShares {
    /// The share to learn from.
    pub train: f64,
    /// The share to choose by.
    pub validation: f64,
    /// The share to report.
    pub test: f64,
}

impl Default for SplitShares {
    /// Nine tenths to learn from, the rest in halves: with 2,000 items each half still holds 100.
    fn default() -> Self {
        Self { train: 0.9, validation: 0.05, test: 0.05 }
    }
}

impl SplitShares {
    /// The share of a split.
    pub fn of(&self, split: Split) -> f64 {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }

    /// Whether these are shares of a whole.
    ///
    /// # Errors
    ///
    /// [`WriteError::Share`] for a number outside 0 to 1, [`WriteError::Shares`] if the sum is not 1.
    pub fn validate(&self) -> Result<(), WriteError> {
        for split in Split::ALL {
            let share = self.of(split);
            if !(0.0..=1.0).contains(&share) {
                return Err(WriteError::Share { split: split.as_str(), share });
            }
        }
        let sum = self.train + self.validation + self.test;
        if (sum - 1.0).abs() > 1e-9 {
            return Err(WriteError::Shares { sum });
        }
        Ok(())
    }
}

/// Where each item goes, and which items had to go together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Splits {
    /// The split of each item.
    pub(super) of_item: Vec<Split>,
    /// The component of each item: its smallest id.
    pub(super) component: Vec<String>,
    /// The shares that missed their targets.
    pub(super) findings: Vec<Finding>,
}

/// Deals items to splits.
///
/// The largest component goes to train, and so does each that is told elsewhere. The others follow in the order of a
/// seeded hash of their smallest id: into test while they fit what its strata are due, then validation. What strata
/// cannot give is then made up for from the rest in the same order; what is left goes to train.
///
/// # Complexity
///
/// O(n log n) in the items' edges and nodes.
pub(super) fn splits(graph: &Graph, items: &[Item], seed: Seed, shares: &SplitShares) -> Splits {
    let Components { of_item: component, told_elsewhere } = components(graph, items);
    let mut sizes: BTreeMap<&str, Sizes<'_>> = BTreeMap::new();
    for (name, item) in component.iter().zip(items) {
        sizes.entry(name).or_default().add(&item.stratum, 1);
    }
    let hash = |name: &str| seed.stream(&["split", name], 0).next_u64();
    let mut order: Vec<(u64, &str)> = sizes.keys().map(|&name| (hash(name), name)).collect();
    order.sort_unstable();
    let largest = order.iter().max_by_key(|&&(hash, name)| (sizes[name].total, std::cmp::Reverse((hash, name))));
    let largest = largest.map(|&(_, name)| name);
    order.retain(|&(_, name)| Some(name) != largest && !told_elsewhere.contains(name));

    let mut whole = Sizes::default();
    sizes.values().for_each(|size| whole.take(size));
    let mut taken: BTreeMap<Split, Sizes<'_>> = BTreeMap::new();
    let mut split_of: BTreeMap<&str, Split> = BTreeMap::new();
    for is_by_stratum in [true, false] {
        for &(_, name) in &order {
            let fits = |split: &Split| {
                let (share, taken) = (shares.of(*split), taken.get(split));
                let fits = |size: usize, taken: usize, whole: usize| {
                    share > 0.0 && count(taken + size) <= (share * count(whole)).round()
                };
                let of_stratum = |(&stratum, &size): (&&str, &usize)| {
                    fits(size, taken.map_or(0, |taken| taken.of(stratum)), whole.of(stratum))
                };
                let size = &sizes[name];
                fits(size.total, taken.map_or(0, |taken| taken.total), whole.total)
                    && (!is_by_stratum || size.by_stratum.iter().all(of_stratum))
            };
            if split_of.contains_key(name) {
                continue;
            }
            if let Some(split) = [Split::Test, Split::Validation].into_iter().find(fits) {
                taken.entry(split).or_default().take(&sizes[name]);
                split_of.insert(name, split);
            }
        }
    }
    let of_item: Vec<Split> =
        component.iter().map(|name| split_of.get(&**name).copied().unwrap_or(Split::Train)).collect();
    let findings = missed(&of_item, shares);
    Splits { of_item, component, findings }
}

/// How many items there are, in all and of each stratum.
#[derive(Debug, Clone, Default)]
struct Sizes<'a> {
    total: usize,
    by_stratum: BTreeMap<&'a str, usize>,
}

impl<'a> Sizes<'a> {
    fn add(&mut self, stratum: &'a str, size: usize) {
        self.total += size;
        *self.by_stratum.entry(stratum).or_default() += size;
    }

    fn take(&mut self, other: &Self) {
        other.by_stratum.iter().for_each(|(stratum, &size)| self.add(stratum, size));
    }

    fn of(&self, stratum: &str) -> usize {
        self.by_stratum.get(stratum).copied().unwrap_or(0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn count(number: usize) -> f64 {
    number as f64
}

fn missed(of_item: &[Split], shares: &SplitShares) -> Vec<Finding> {
    let mut findings = Vec::new();
    for split in Split::ALL.into_iter().filter(|_| !of_item.is_empty()) {
        let size = of_item.iter().filter(|&&at| at == split).count();
        let (share, target) = (count(size) / count(of_item.len()), shares.of(split));
        if (share - target).abs() > TOLERANCE {
            let text = format!(
                "split `{}` holds {:.1} % of the items, {:.1} % were asked for: items that give each other's answers \
                 away stay together, and what a thinking path elsewhere tells is not held out",
                split.as_str(),
                share * 100.0,
                target * 100.0
            );
            findings.push(Finding::warning(MISSED_SHARE, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::write::sample;

    #[test]
    fn single_items_meet_the_shares() {
        let graph = sample::graph(200);
        let splits = splits(&graph, &sample::cases(&graph), Seed(7), &SplitShares::default());
        let count = |split| splits.of_item.iter().filter(|&&at| at == split).count();
        assert_eq!(Split::ALL.map(count), [180, 10, 10]);
        assert!(splits.findings.is_empty());
    }

    #[test]
    fn the_largest_component_goes_to_train() {
        let graph = sample::graph(100);
        let mut items = sample::cases(&graph);
        for item in &mut items[..4] {
            item.stem = "the same".into();
        }
        for seed in 0..20 {
            let splits = splits(&graph, &items, Seed(seed), &SplitShares::default());
            assert!(splits.of_item[..4].iter().all(|&split| split == Split::Train), "seed {seed}");
        }
    }

    #[test]
    fn the_seed_decides_who_is_tested_and_the_order_of_items_does_not() {
        let graph = sample::graph(60);
        let items = sample::cases(&graph);
        let tested = |items: &[Item], seed| -> BTreeSet<String> {
            let splits = splits(&graph, items, Seed(seed), &SplitShares::default());
            let tested = items.iter().zip(splits.of_item).filter(|(_, split)| *split == Split::Test);
            tested.map(|(item, _)| item.id.clone()).collect()
        };
        let turned: Vec<Item> = items.iter().rev().cloned().collect();
        assert_eq!(tested(&items, 1), tested(&turned, 1));
        assert_ne!(tested(&items, 1), tested(&items, 2));
    }

    #[test]
    fn each_stratum_gives_its_share() {
        let graph = sample::graph(200);
        let mut items = sample::cases(&graph);
        // One item in five is of the small stratum, and most of these are tied to each other.
        for item in items.iter_mut().step_by(5) {
            item.stratum = "small".into();
        }
        for item in items.iter_mut().step_by(5).take(30) {
            item.stem = "the same".into();
        }
        for seed in 0..10 {
            let splits = splits(&graph, &items, Seed(seed), &SplitShares::default());
            let tested = items.iter().zip(&splits.of_item).filter(|(_, split)| **split == Split::Test);
            let strata: Vec<&str> = tested.map(|(item, _)| &*item.stratum).collect();
            let n_small = strata.iter().filter(|stratum| **stratum == "small").count();
            assert_eq!((strata.len(), n_small), (10, 2), "seed {seed}");
        }
    }

    #[test]
    fn what_strata_cannot_give_is_made_up_for() {
        let graph = sample::graph(200);
        let mut items = sample::cases(&graph);
        for item in &mut items[..100] {
            item.stratum = "tied".into();
            item.stem = "the same".into();
        }
        let splits = splits(&graph, &items, Seed(7), &SplitShares::default());
        let count = |split| splits.of_item.iter().filter(|&&at| at == split).count();
        assert_eq!(Split::ALL.map(count), [180, 10, 10]);
    }

    #[test]
    fn an_item_whose_answer_is_told_elsewhere_is_not_held_out() {
        let graph = sample::graph(40);
        let mut items = sample::cases(&graph);
        // Every item tells of the next one, as it does where it says why that is no answer; but for the last.
        for at in 0..39 {
            let edge = items[at + 1].path[0].edge;
            items[at].steps[0].edges.push(edge);
        }
        let shares = SplitShares { train: 0.0, validation: 0.5, test: 0.5 };
        for seed in 0..10 {
            let of_item = splits(&graph, &items, Seed(seed), &shares).of_item;
            assert!(of_item[1..].iter().all(|&split| split == Split::Train), "seed {seed}");
        }
    }

    #[test]
    fn a_missed_share_is_a_finding() {
        let graph = sample::graph(40);
        let mut items = sample::cases(&graph);
        for item in &mut items {
            item.stem = "the same".into();
        }
        let findings = splits(&graph, &items, Seed(7), &SplitShares::default()).findings;
        assert_eq!(findings.len(), 3);
        assert_eq!(findings[0].code, MISSED_SHARE);
        assert!(findings[0].text.starts_with("split `train` holds 100.0 % of the items, 90.0 % were asked for"));
    }

    #[test]
    fn a_split_that_nobody_asked_for_stays_empty() {
        let graph = sample::graph(40);
        let shares = SplitShares { train: 1.0, validation: 0.0, test: 0.0 };
        let splits = splits(&graph, &sample::cases(&graph), Seed(7), &shares);
        assert!(splits.of_item.iter().all(|&split| split == Split::Train));
    }
}
