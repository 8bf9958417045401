//! Splits on the graph: what one item gives away about another decides, not a coin for each.
//!
//! Items that share a fact which carries the answer go to the same side, so that a model cannot have read a test
//! item's answer in training. Items are joined into components by every such tie; whole components are then dealt to
//! the splits. The table of components is written beside the items, as the proof.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::seed::Seed;
use crate::synth::Item;
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
/// The largest component goes to train. The others follow in the order of a seeded hash of their smallest id: into
/// test while they fit its target, then validation, then train.
///
/// # Complexity
///
/// O(n log n) in the items' edges and nodes.
pub(super) fn splits(graph: &Graph, items: &[Item], seed: Seed, shares: &SplitShares) -> Splits {
    let component = components(graph, items);
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &component {
        *sizes.entry(name).or_default() += 1;
    }
    let mut order: Vec<(u64, &str, usize)> =
        sizes.iter().map(|(&name, &size)| (seed.stream(&["split", name], 0).next_u64(), name, size)).collect();
    order.sort_unstable();
    let largest = order.iter().max_by_key(|&&(hash, name, size)| (size, std::cmp::Reverse((hash, name))));
    let largest = largest.map(|&(_, name, _)| name);

    let target = |split: Split| shares.of(split) * count(items.len());
    let mut counts: BTreeMap<Split, usize> = Split::ALL.into_iter().map(|split| (split, 0)).collect();
    let mut split_of: BTreeMap<&str, Split> = BTreeMap::new();
    for &(_, name, size) in &order {
        let fits = |split: &Split| {
            Some(name) != largest && count(counts[split] + size) <= target(*split).round() && shares.of(*split) > 0.0
        };
        let split = [Split::Test, Split::Validation].into_iter().find(fits).unwrap_or(Split::Train);
        *counts.entry(split).or_default() += size;
        split_of.insert(name, split);
    }
    let of_item = component.iter().map(|name| split_of.get(&**name).copied().unwrap_or(Split::Train)).collect();
    let findings = if items.is_empty() { Vec::new() } else { missed(&counts, items.len(), shares) };
    Splits { of_item, component, findings }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn count(number: usize) -> f64 {
    number as f64
}

fn missed(counts: &BTreeMap<Split, usize>, total: usize, shares: &SplitShares) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (&split, &size) in counts {
        let (share, target) = (count(size) / count(total), shares.of(split));
        if (share - target).abs() > TOLERANCE {
            let text = format!(
                "split `{}` holds {:.1} % of the items, {:.1} % were asked for: items that share an answer-bearing \
                 fact stay together",
                split.as_str(),
                share * 100.0,
                target * 100.0
            );
            findings.push(Finding::warning(MISSED_SHARE, text));
        }
    }
    findings
}

/// What two items may not share across splits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tie {
    /// Constants and key together, whichever of them is asked for.
    Facts(BTreeSet<NodeId>),
    /// The edges of the binding, as pairs of nodes.
    Binding(BTreeSet<(NodeId, NodeId)>),
    /// The ends of an edge that touches the key: the edge itself, its inverse, or the same fact from another source.
    AnswerEdge(NodeId, NodeId),
    /// The key.
    Key(Vec<NodeId>),
    /// The stem in normal form.
    Stem(String),
}

fn ties(graph: &Graph, item: &Item) -> Vec<Tie> {
    let mut key = item.answer.clone();
    key.sort_unstable();
    key.dedup();
    let pairs: BTreeSet<(NodeId, NodeId)> = item
        .path
        .iter()
        .map(|hop| {
            let edge = graph.edge(hop.edge);
            (edge.subject.min(edge.object), edge.subject.max(edge.object))
        })
        .collect();
    let mut ties: Vec<Tie> = pairs
        .iter()
        .filter(|(left, right)| key.contains(left) || key.contains(right))
        .map(|&(left, right)| Tie::AnswerEdge(left, right))
        .collect();
    ties.push(Tie::Facts(item.pattern.anchors().into_iter().chain(key.iter().copied()).collect()));
    if !pairs.is_empty() {
        ties.push(Tie::Binding(pairs));
    }
    let stem = normal_name(&item.stem);
    if !stem.is_empty() {
        ties.push(Tie::Stem(stem));
    }
    ties.push(Tie::Key(key));
    ties
}

/// The component of each item, named by its smallest id.
fn components(graph: &Graph, items: &[Item]) -> Vec<String> {
    let mut parent: Vec<usize> = (0..items.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut first: IndexMap<Tie, usize> = IndexMap::new();
    for (number, item) in items.iter().enumerate() {
        for tie in ties(graph, item) {
            let other = *first.entry(tie).or_insert(number);
            let (left, right) = (root(&mut parent, other), root(&mut parent, number));
            parent[left.max(right)] = left.min(right);
        }
    }
    let roots: Vec<usize> = (0..items.len()).map(|at| root(&mut parent, at)).collect();
    let mut smallest: BTreeMap<usize, &str> = BTreeMap::new();
    for (root, item) in roots.iter().zip(items) {
        let id = smallest.entry(*root).or_insert(&item.id);
        *id = (*id).min(&item.id);
    }
    roots.iter().map(|root| smallest.get(root).copied().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::EdgeId;
    use crate::mine::Hop;
    use crate::write::sample;

    fn together(graph: &Graph, left: Item, right: Item) -> bool {
        let component = components(graph, &[left, right]);
        component[0] == component[1]
    }

    /// Two items that have nothing to do with each other.
    fn strangers() -> (Graph, Item, Item) {
        let graph = sample::graph(4);
        let (left, right) = (sample::case(&graph, 0, &["d0a"]), sample::case(&graph, 1, &["d1a"]));
        (graph, left, right)
    }

    #[test]
    fn strangers_may_part() {
        let (graph, left, right) = strangers();
        assert!(!together(&graph, left, right));
    }

    #[test]
    fn the_same_key_keeps_items_together() {
        let (graph, left, right) = strangers();
        let right = Item { answer: left.answer.clone(), path: Vec::new(), ..right };
        assert!(together(&graph, left, right));
    }

    #[test]
    fn anchors_and_key_keep_items_together_whichever_is_asked_for() {
        let (graph, left, right) = strangers();
        // The pattern turned round: the finding is asked for, the disease is given.
        let has = graph.relations().id("has_phenotype").unwrap();
        let given = crate::kg::search::Term::Node(left.answer[0]);
        let asked = crate::kg::search::Term::Variable(crate::kg::search::Variable::ANSWER);
        let clause = crate::kg::search::Clause::present(given, has, asked);
        let turned = Item {
            answer: left.pattern.anchors(),
            pattern: crate::kg::search::Pattern { clauses: vec![clause] },
            path: Vec::new(),
            ..right
        };
        assert!(together(&graph, left, turned));
    }

    #[test]
    fn an_edge_that_touches_the_key_keeps_items_together() {
        let (graph, left, right) = strangers();
        // The right item's binding walks the left one's answer edge too; its key is the finding at that edge's end.
        let finding = left.pattern.anchors()[0];
        let right = Item { answer: vec![finding], path: [left.path.clone(), right.path].concat(), ..right };
        assert!(together(&graph, left, right));
    }

    #[test]
    fn an_edge_that_touches_no_key_does_not() {
        let (graph, left, right) = strangers();
        let shared = Hop { edge: EdgeId::try_from_index(7).unwrap(), is_forward: true };
        let with = |item: Item| Item { path: [item.path.clone(), vec![shared]].concat(), ..item };
        assert!(!together(&graph, with(left), with(right)));
    }

    #[test]
    fn the_same_binding_keeps_items_together() {
        let (graph, left, right) = strangers();
        let shared = vec![Hop { edge: EdgeId::try_from_index(7).unwrap(), is_forward: true }];
        let with = |item: Item| Item { path: shared.clone(), ..item };
        assert!(together(&graph, with(left), with(right)));
    }

    #[test]
    fn the_same_stem_keeps_items_together_and_no_stem_does_not() {
        let (graph, left, right) = strangers();
        let with = |item: &Item, stem: &str| Item { stem: stem.into(), ..item.clone() };
        assert!(together(&graph, with(&left, "A man, 40."), with(&right, "a man (40)")));
        assert!(!together(&graph, with(&left, ""), with(&right, "")));
    }

    #[test]
    fn ties_reach_over_others() {
        let (graph, left, right) = strangers();
        let link = Item { stem: right.stem.clone(), path: Vec::new(), answer: left.answer.clone(), ..left.clone() };
        let ids: BTreeSet<String> = components(&graph, &[left, right, link]).into_iter().collect();
        assert_eq!(ids.len(), 1);
    }

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
