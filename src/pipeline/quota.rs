//! Filling a quota.
//!
//! A stratum is worked on in rounds of a fixed number of indices. Within a round indices are independent and run on
//! all threads; then the round is gone through in order, and items are accepted until the quota is full. The size of
//! a round is a constant and not the number of threads, so the outcome depends on neither.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use rayon::prelude::*;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Stratum;
use crate::pipeline::Progress;
use crate::synth;
use crate::synth::Item;
use crate::synth::Writer;
use crate::verify;
use crate::write::Rejected;
use crate::write::Rejection;
use crate::write::Stop;
use crate::write::WriteError;

const ROUND: u64 = 256;
const TOO_FEW: Code = Code("M101");
/// A candidate that no item could be made of.
const NO_ITEM: &str = "S101";
/// What is rejected for no fault of its own.
const OVER_QUOTA: &str = "over_quota";
const SYSTEM_IS_FULL: &str = "its organ system has its share of the stratum";
/// Same pattern, anchors and key.
const SAME_FACTS: &str = "V401";
/// Same words.
const SAME_WORDS: &str = "V402";

/// What was asked already, over all strata: nothing is asked twice.
#[derive(Debug, Default)]
pub(super) struct Asked {
    facts: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
}

/// How many more items were wanted than there are, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// Reasons why attempts gave no item, most frequent first.
    pub dead_ends: Vec<(DeadEnd, u64)>,
}

/// What came of a stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumReport {
    /// Its name.
    pub name: String,
    /// How many items were wanted.
    pub wanted: usize,
    /// How many were accepted.
    pub accepted: usize,
    /// Indices that were tried.
    pub attempts: u64,
    /// Items that were made and rejected, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Attempts that gave no item, by reason.
    pub dead_ends: BTreeMap<DeadEnd, u64>,
}

pub(super) struct Filled {
    pub(super) accepted: Vec<Item>,
    pub(super) rejected: Vec<Rejection>,
    pub(super) report: StratumReport,
}

/// What an index gave.
enum Made {
    Item(Box<Item>, Option<(Code, String)>),
    Nothing(Box<Candidate>, DeadEnd),
}

impl fmt::Display for StratumReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {} items from {} attempts", self.accepted, self.wanted, self.attempts)
    }
}

impl StratumReport {
    /// Why there are fewer items than wanted; `None` if there are not.
    pub fn shortfall(&self) -> Option<Shortfall> {
        if self.accepted >= self.wanted {
            return None;
        }
        let mut dead_ends: Vec<(DeadEnd, u64)> = self.dead_ends.iter().map(|(&why, &count)| (why, count)).collect();
        dead_ends.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        Some(Shortfall { dead_ends })
    }

    pub(super) fn finding(&self) -> Option<Finding> {
        let shortfall = self.shortfall()?;
        let dead_ends = shortfall.dead_ends.iter().take(3).map(|(why, count)| format!("{count} × {why}"));
        let rejected = self.rejected.iter().map(|(code, count)| format!("{count} × {code}"));
        let reasons: Vec<String> = dead_ends.chain(rejected).collect();
        let text = format!(
            "`{}` has {} of {} items after {} attempts, and there are no more: {}",
            self.name,
            self.accepted,
            self.wanted,
            self.attempts,
            reasons.join(", ")
        );
        Some(Finding::warning(TOO_FEW, text))
    }
}

/// Mines, writes and verifies a stratum until its quota is full or its indices run out.
pub(super) fn fill(
    writer: &Writer<'_>,
    stratum: &Stratum<'_>,
    asked: &mut Asked,
    (progress, stop): (&dyn Progress, &Stop),
) -> Result<Filled, WriteError> {
    let context = verify::Context { graph: writer.context.graph, statistics: writer.context.statistics };
    let mut report = StratumReport {
        name: stratum.name.clone(),
        wanted: stratum.n_items,
        accepted: 0,
        attempts: 0,
        rejected: BTreeMap::new(),
        dead_ends: BTreeMap::new(),
    };
    let mut accepted: Vec<Item> = Vec::new();
    let mut rejected: Vec<Rejection> = Vec::new();
    let mut per_key: BTreeMap<Vec<NodeId>, usize> = BTreeMap::new();
    let mut per_system: BTreeMap<Option<NodeId>, usize> = BTreeMap::new();
    let system_quota = stratum.max_system_share.map(|share| share_of(stratum.n_items, share));
    let mut start = 0;
    while accepted.len() < stratum.n_items && start < stratum.n_indices {
        stop.check()?;
        let end = stratum.n_indices.min(start + ROUND);
        let round: Vec<_> = (start..end)
            .into_par_iter()
            .map(|index| {
                let candidate = (stratum.attempt)(index)?;
                Ok(match synth::item(writer, candidate.clone()) {
                    Ok(item) => {
                        let verdict = verify::rejection(context, &item);
                        Made::Item(Box::new(item), verdict)
                    }
                    Err(why) => Made::Nothing(Box::new(candidate), why),
                })
            })
            .collect();
        report.attempts += end - start;
        start = end;
        for made in round {
            let (item, verdict) = match made {
                Ok(Made::Item(item, verdict)) => (*item, verdict),
                Ok(Made::Nothing(candidate, why)) => {
                    let what = Rejected::candidate(*candidate);
                    rejected.push(Rejection { what, by: NO_ITEM, because: why.to_string() });
                    continue;
                }
                Err(why) => {
                    *report.dead_ends.entry(why).or_default() += 1;
                    continue;
                }
            };
            let n_of_key = per_key.get(&item.answer).copied().unwrap_or(0);
            let n_of_system = per_system.get(&item.organ_system).copied().unwrap_or(0);
            let reason = match verdict {
                Some((code, because)) => Some((code.as_str(), because)),
                None => asked.before(writer, &item).or_else(|| {
                    let is_full = accepted.len() >= stratum.n_items;
                    let is_key_full = stratum.max_items_per_key.is_some_and(|most| n_of_key >= most);
                    let is_system_full = system_quota.is_some_and(|quota| n_of_system >= quota);
                    let because = if is_full {
                        "the quota of its stratum is full".to_owned()
                    } else if is_key_full {
                        format!("{n_of_key} items with this key are accepted")
                    } else if is_system_full {
                        SYSTEM_IS_FULL.to_owned()
                    } else {
                        return None;
                    };
                    Some((OVER_QUOTA, because))
                }),
            };
            match reason {
                Some((by, because)) => rejected.push(Rejection { what: Rejected::item(item), by, because }),
                None => {
                    asked.note(writer, &item);
                    *per_key.entry(item.answer.clone()).or_default() += 1;
                    *per_system.entry(item.organ_system).or_default() += 1;
                    accepted.push(item);
                    progress.advance(1);
                }
            }
        }
    }
    let surplus = over_share(&accepted, stratum.max_system_share);
    let mut kept = Vec::with_capacity(accepted.len());
    for (at, item) in accepted.into_iter().enumerate() {
        if surplus.contains(&at) {
            let because = SYSTEM_IS_FULL.to_owned();
            rejected.push(Rejection { what: Rejected::item(item), by: OVER_QUOTA, because });
        } else {
            kept.push(item);
        }
    }
    for rejection in &rejected {
        *report.rejected.entry(rejection.by.to_owned()).or_default() += 1;
    }
    report.accepted = kept.len();
    Ok(Filled { accepted: kept, rejected, report })
}

impl Asked {
    fn facts_of(writer: &Writer<'_>, item: &Item) -> String {
        let mut anchors = item.pattern.anchors();
        anchors.sort_unstable();
        format!("{} {anchors:?} {:?}", item.pattern.shape(writer.context.graph), item.answer)
    }

    fn before(&self, writer: &Writer<'_>, item: &Item) -> Option<(&'static str, String)> {
        if let Some(other) = self.facts.get(&Self::facts_of(writer, item)) {
            return Some((SAME_FACTS, format!("item {other} has the same pattern, anchors and key")));
        }
        let other = self.words.get(&normal_name(&item.question_text()))?;
        Some((SAME_WORDS, format!("item {other} asks the same question in the same words")))
    }

    fn note(&mut self, writer: &Writer<'_>, item: &Item) {
        self.facts.insert(Self::facts_of(writer, item), item.id.clone());
        self.words.insert(normal_name(&item.question_text()), item.id.clone());
    }
}

/// The positions of the items to take out so that no organ system has more than its share of what is left: the last
/// ones of each system that has too many. With fewer than 1/share systems no set meets the bound; then none go.
fn over_share(items: &[Item], max_share: Option<f64>) -> BTreeSet<usize> {
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

/// A share of a count, rounded down.
fn share_of(total: usize, share: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count, floored")]
    let floored = (crate::mine::path::as_float(total) * share).floor() as usize;
    floored
}
