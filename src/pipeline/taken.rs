//! What a stratum has taken so far, and what there is still room for.
//!
//! Quotas are exact and kept in the order of indices: an item that comes when its key, its organ system, its category or
//! its metapath has its share is turned away, however many threads were at work.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::kg::NodeId;
use crate::mine;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::synth::Item;

pub(super) const SYSTEM_IS_FULL: &str = "its organ system has its share of the stratum";

/// The items of a stratum that were taken so far, counted by what is bounded.
pub(super) struct Taken {
    pub(super) items: Vec<Item>,
    n_items: usize,
    max_items_per_key: Option<usize>,
    max_items_per_system: Option<usize>,
    per_key: BTreeMap<Vec<NodeId>, usize>,
    per_system: BTreeMap<Option<NodeId>, usize>,
    spread: Spread,
    per_category: BTreeMap<String, usize>,
    per_metapath: BTreeMap<String, usize>,
}

impl Taken {
    pub(super) fn new(stratum: &Stratum<'_>) -> Self {
        Self {
            items: Vec::new(),
            n_items: stratum.n_items,
            max_items_per_key: stratum.max_items_per_key,
            max_items_per_system: stratum.max_system_share.map(|share| system_quota(stratum.n_items, share)),
            per_key: BTreeMap::new(),
            per_system: BTreeMap::new(),
            spread: stratum.spread,
            per_category: BTreeMap::new(),
            per_metapath: BTreeMap::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.items.len() >= self.n_items
    }

    /// Why there is no room for an item; `None` if there is.
    pub(super) fn over_quota(&self, item: &Item) -> Option<String> {
        let n_of_key = self.per_key.get(&item.answer).copied().unwrap_or(0);
        let n_of_system = self.per_system.get(&item.organ_system).copied().unwrap_or(0);
        if self.is_full() {
            Some("the quota of its stratum is full".to_owned())
        } else if self.max_items_per_key.is_some_and(|most| n_of_key >= most) {
            Some(format!("{n_of_key} items with this key are accepted"))
        } else if self.max_items_per_system.is_some_and(|most| n_of_system >= most) {
            Some(SYSTEM_IS_FULL.to_owned())
        } else if is_full(self.spread.max_items_per_category, &self.per_category, &item.category) {
            Some(format!("`{}` has its share of the stratum", item.category))
        } else if is_full(self.spread.max_items_per_metapath, &self.per_metapath, &item.metapath) {
            Some(format!("`{}` has its share of the stratum", item.metapath))
        } else {
            None
        }
    }

    pub(super) fn take(&mut self, item: Item) {
        *self.per_key.entry(item.answer.clone()).or_default() += 1;
        *self.per_system.entry(item.organ_system).or_default() += 1;
        *self.per_category.entry(item.category.clone()).or_default() += 1;
        *self.per_metapath.entry(item.metapath.clone()).or_default() += 1;
        self.items.push(item);
    }
}

/// Whether as many are counted under a name as may be.
fn is_full(most: Option<usize>, counts: &BTreeMap<String, usize>, name: &str) -> bool {
    most.is_some_and(|most| counts.get(name).is_some_and(|&count| count >= most))
}

/// The positions of the items to take out so that no organ system has more than its share of what is left: the last
/// ones of each system that has too many. With fewer than 1/share systems no set meets the bound; then none go.
pub(super) fn over_share(items: &[Item], max_share: Option<f64>) -> BTreeSet<usize> {
    let Some(max_share) = max_share else { return BTreeSet::new() };
    let mut of_system: BTreeMap<Option<NodeId>, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        of_system.entry(item.organ_system).or_default().push(at);
    }
    let kept_under = |bound: usize| of_system.values().map(|positions| positions.len().min(bound)).sum::<usize>();
    let allowed = |total: usize| share_of(total, max_share);
    let largest = of_system.values().map(Vec::len).max().unwrap_or(0);
    let bound = (1..=largest).rev().find(|&bound| bound <= allowed(kept_under(bound)));
    let Some(bound) = bound else { return BTreeSet::new() };
    of_system.into_values().flat_map(|positions| positions.into_iter().skip(bound)).collect()
}

/// How many items one organ system may have while a stratum is filled: its share, but at least one, because a share of
/// three items is no item and would leave every stratum of three empty.
fn system_quota(n_items: usize, share: f64) -> usize {
    share_of(n_items, share).max(1)
}

/// A share of a count, rounded down.
fn share_of(total: usize, share: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count, floored")]
    let floored = (mine::path::as_float(total) * share).floor() as usize;
    floored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organ_system_may_have_one_item_however_few_are_wanted() {
        let quotas = [1, 2, 3, 4, 7, 8, 100].map(|n_items| system_quota(n_items, 0.25));
        assert_eq!(quotas, [1, 1, 1, 1, 1, 2, 25]);
    }

    #[test]
    fn a_name_is_full_when_it_has_as_many_as_it_may() {
        let counts = BTreeMap::from([("eye".to_owned(), 2)]);
        let full = [None, Some(3), Some(2), Some(1)].map(|most| is_full(most, &counts, "eye"));
        assert_eq!(full, [false, false, true, true]);
        assert!(!is_full(Some(1), &counts, "ear"));
    }
}
