//! Filling a quota.
//!
//! A stratum is worked on in rounds of a fixed number of indices. Within a round indices are independent and run on
//! all threads; then the round is gone through in order, and items are accepted until the quota is full. The size of
//! a round is a constant and not the number of threads, so the outcome depends on neither.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;

use crate::error::Error;
use crate::finding::Code;
use crate::finding::Finding;
use crate::mine;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Stratum;
use crate::pipeline::PipelineError;
use crate::pipeline::Progress;
use crate::pipeline::taken::SYSTEM_IS_FULL;
use crate::pipeline::taken::Taken;
use crate::pipeline::taken::over_share;
use crate::synth;
use crate::synth::Item;
use crate::synth::Writer;
use crate::verify;
use crate::verify::Benchmark;
use crate::write::Asked;
use crate::write::Rejected;
use crate::write::Rejection;
use crate::write::Stop;

const ROUND: u64 = 256;
/// So many indices in a row that give nothing are enough: the rest would hardly be different, and mining stops. Whole
/// rounds, so that it depends on nothing but the indices.
const PATIENCE: u64 = 32 * ROUND;
const TOO_FEW: Code = Code("M101");
const UNEVEN: Code = Code("M102");
/// A candidate that no item could be made of.
const NO_ITEM: &str = "S101";
/// An item whose counterpart is not accepted.
const NO_COUNTERPART: &str = "S102";
/// What is rejected for no fault of its own.
const OVER_QUOTA: &str = "over_quota";

/// What filling the quotas of a run goes by.
pub(super) struct Quotas<'a> {
    pub(super) writer: &'a Writer<'a>,
    /// Of which no item may be a question.
    pub(super) benchmarks: &'a [Benchmark],
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a Stop,
    /// Over all strata.
    pub(super) asked: Asked,
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
    /// Whether there are further indices, and so many in a row gave nothing that they were left.
    pub gave_up: bool,
    /// Items that were made and rejected, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Attempts that gave no item, by reason.
    pub dead_ends: BTreeMap<DeadEnd, u64>,
}

pub(super) struct Filled {
    pub(super) accepted: Vec<Item>,
    pub(super) rejected: Vec<Rejection>,
    pub(super) report: StratumReport,
    /// Which categories have fewer items than their share, where they have one.
    pub(super) uneven: Option<Finding>,
}

/// What an index gave.
enum Made {
    Item(Box<Item>, Option<(Code, String)>),
    Nothing(Box<Candidate>, DeadEnd),
}

/// What is accepted together or not at all: one index, or two.
type Group = Vec<Result<Made, DeadEnd>>;

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

    /// How many attempts gave a candidate.
    pub(super) fn n_mined(&self) -> u64 {
        self.attempts.saturating_sub(self.dead_ends.values().sum())
    }

    /// Each attempt is a dead end, an accepted item or a rejection.
    fn check_conservation(&self) -> Result<(), PipelineError> {
        let Self { name, attempts, .. } = self;
        let (dead_ends, rejected) = (self.dead_ends.values().sum(), self.rejected.values().sum());
        let accepted = self.accepted as u64;
        if *attempts == dead_ends + accepted + rejected {
            return Ok(());
        }
        Err(PipelineError::Attempts { stratum: name.clone(), attempts: *attempts, dead_ends, accepted, rejected })
    }

    pub(super) fn finding(&self) -> Option<Finding> {
        let shortfall = self.shortfall()?;
        let dead_ends = shortfall.dead_ends.iter().take(3).map(|(why, count)| format!("{count} × {why}"));
        let rejected = self.rejected.iter().map(|(code, count)| format!("{count} × {code}"));
        let reasons: Vec<String> = dead_ends.chain(rejected).collect();
        let end = if self.gave_up { format!("the last {PATIENCE} gave none") } else { "there are no more".to_owned() };
        let text = format!(
            "`{}` has {} of {} items after {} attempts, and {end}: {}",
            self.name,
            self.accepted,
            self.wanted,
            self.attempts,
            reasons.join(", ")
        );
        Some(Finding::warning(TOO_FEW, text))
    }
}

impl Quotas<'_> {
    /// Mines, writes and verifies a stratum until its quota is full or its indices run out.
    pub(super) fn fill(&mut self, stratum: &Stratum<'_>) -> Result<Filled, Error> {
        let mut report = StratumReport {
            name: stratum.name.clone(),
            wanted: stratum.n_items,
            accepted: 0,
            attempts: 0,
            gave_up: false,
            rejected: BTreeMap::new(),
            dead_ends: BTreeMap::new(),
        };
        let mut taken = Taken::new(stratum);
        let mut rejected: Vec<Rejection> = Vec::new();
        let (mut start, mut last_gain) = (0, 0);
        while !taken.is_full() && start < stratum.n_indices && start - last_gain < PATIENCE {
            self.stop.check()?;
            let n_before = taken.items.len();
            let end = stratum.n_indices.min(start + ROUND);
            let round: Vec<_> = (start..end).into_par_iter().map(|index| self.made(stratum, index)).collect();
            report.attempts += end - start;
            start = end;
            let mut round = round.into_iter();
            let size = if stratum.are_paired { 2 } else { 1 };
            loop {
                let group: Group = round.by_ref().take(size).collect();
                if group.is_empty() {
                    break;
                }
                self.settle((group, size), &mut taken, (&mut rejected, &mut report));
            }
            if taken.items.len() > n_before {
                last_gain = start;
            }
        }
        report.gave_up = !taken.is_full() && start < stratum.n_indices;
        let surplus = over_share(&taken.items, stratum.max_system_share);
        let mut kept = Vec::with_capacity(taken.items.len());
        for (at, item) in taken.items.into_iter().enumerate() {
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
        report.check_conservation()?;
        let uneven = self.uneven(stratum, &kept);
        Ok(Filled { accepted: kept, rejected, report, uneven })
    }

    /// Accepts what a group of indices gave, or says why not.
    fn settle(
        &mut self,
        (group, size): (Group, usize),
        taken: &mut Taken,
        (rejected, report): (&mut Vec<Rejection>, &mut StratumReport),
    ) {
        let graph = self.writer.context.graph;
        let mut judged = Vec::with_capacity(group.len());
        for made in group {
            match made {
                Ok(Made::Item(item, verdict)) => {
                    let reason = match verdict {
                        Some((code, because)) => Some((code.as_str(), because)),
                        None => self
                            .asked
                            .before(graph, &item)
                            .or_else(|| taken.over_quota(&item).map(|because| (OVER_QUOTA, because))),
                    };
                    judged.push((*item, reason));
                }
                Ok(Made::Nothing(candidate, why)) => {
                    let what = Rejected::candidate(*candidate);
                    rejected.push(Rejection { what, by: NO_ITEM, because: why.to_string() });
                }
                Err(why) => *report.dead_ends.entry(why).or_default() += 1,
            }
        }
        let is_whole = judged.len() == size && judged.iter().all(|(_, reason)| reason.is_none());
        for (item, reason) in judged {
            let alone = || (!is_whole).then(|| (NO_COUNTERPART, "its counterpart is not accepted".to_owned()));
            match reason.or_else(alone) {
                Some((by, because)) => rejected.push(Rejection { what: Rejected::item(item), by, because }),
                None => {
                    self.asked.note(graph, &item);
                    taken.take(item);
                    self.progress.advance(1);
                }
            }
        }
    }

    /// What categories lack of their share, those that have nothing included.
    fn uneven(&self, stratum: &Stratum<'_>, kept: &[Item]) -> Option<Finding> {
        let most = stratum.spread.max_items_per_category?;
        let all = self.writer.categories();
        let mut counts: BTreeMap<&str, usize> = all.iter().map(|name| (name.as_str(), 0)).collect();
        for item in kept.iter().filter(|item| !item.category.is_empty()) {
            *counts.entry(&item.category).or_default() += 1;
        }
        let mut short: Vec<(usize, &str)> =
            counts.iter().filter(|(_, count)| **count < most).map(|(&name, &count)| (count, name)).collect();
        if short.is_empty() {
            return None;
        }
        short.sort_unstable_by(|left, right| right.cmp(left));
        let told: Vec<String> = short.iter().map(|(count, name)| format!("{count} in `{name}`")).collect();
        let (n_full, name) = (counts.len() - short.len(), &stratum.name);
        let text = format!(
            "`{name}` has its {most} items in {n_full} of {} categories; of the others it has {}",
            counts.len(),
            told.join(", ")
        );
        Some(Finding::warning(UNEVEN, text))
    }

    fn made(&self, stratum: &Stratum<'_>, index: u64) -> Result<Made, DeadEnd> {
        let mine::Context { graph, statistics, .. } = self.writer.context;
        let candidate = (stratum.attempt)(index)?;
        Ok(match synth::item(self.writer, candidate.clone()) {
            Ok(item) => {
                let verdict = verify::rejection(verify::Context { graph, statistics }, &item)
                    .or_else(|| verify::contaminated(self.benchmarks, &item));
                Made::Item(Box::new(item), verdict)
            }
            Err(why) => Made::Nothing(Box::new(candidate), why),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> StratumReport {
        StratumReport {
            name: "case/Disease".into(),
            wanted: 3,
            accepted: 2,
            attempts: 10,
            gave_up: false,
            rejected: BTreeMap::from([("V108".into(), 1), ("over_quota".into(), 2)]),
            dead_ends: BTreeMap::from([(DeadEnd("too many answers"), 5)]),
        }
    }

    #[test]
    fn an_attempt_that_is_not_accounted_for_is_our_bug() {
        assert_eq!(report().n_mined(), 5);
        assert!(report().check_conservation().is_ok());
        let lost = StratumReport { accepted: 1, ..report() };
        assert_eq!(
            lost.check_conservation().unwrap_err().to_string(),
            "`case/Disease` made 10 attempts, but 5 dead ends, 1 accepted and 3 rejected items are accounted for"
        );
        let doubled = StratumReport { attempts: 9, ..report() };
        assert!(doubled.check_conservation().is_err());
    }

    /// Two pairs of statements: a drug that is given for one disease and was turned down for another, and the reverse.
    const STATED: &str = "
        Drug:zelabrine -treats-> Disease:quorn_malady
        Drug:zelabrine -not_indicated_for-> Disease:vulp_malady
        Drug:moxitol -treats-> Disease:vulp_malady
        Drug:moxitol -not_indicated_for-> Disease:quorn_malady";

    #[test]
    fn a_statement_whose_counterpart_was_asked_already_is_not_accepted() {
        let graph = crate::kg::Graph::from_arrows(STATED).unwrap();
        let statistics = crate::kg::statistics::Statistics::of(&graph);
        let context = mine::Context { graph: &graph, statistics: &statistics, seed: crate::seed::Seed(7) };
        let config = "[[statement]]\nrelation = 'treats'\nmin_sources = 1\nn_items = 4";
        let config: mine::MineConfig = toml::from_str(config).unwrap();
        let strata = mine::strata(context, &config).unwrap();
        let writer = Writer::new(context);
        let fill = |asked: Asked| {
            let stop = Stop::default();
            let mut quotas =
                Quotas { writer: &writer, benchmarks: &[], progress: &crate::pipeline::Silent, stop: &stop, asked };
            quotas.fill(&strata[0]).unwrap()
        };
        let filled = fill(Asked::default());
        let verdicts: Vec<&str> = filled.accepted.iter().map(|item| item.answer_text.as_str()).collect();
        assert_eq!(verdicts, ["True", "False", "True", "False"]);
        let mut asked = Asked::default();
        asked.note(&graph, &filled.accepted[0]);
        let filled = fill(asked);
        assert_eq!(filled.accepted.len(), 2);
        let by: Vec<&str> = filled.rejected.iter().map(|rejection| rejection.by).collect();
        assert_eq!(by, ["V401", NO_COUNTERPART]);
    }

    #[test]
    fn a_stratum_that_gives_nothing_any_more_is_left_and_says_so() {
        let graph = crate::kg::Graph::from_arrows(STATED).unwrap();
        let statistics = crate::kg::statistics::Statistics::of(&graph);
        let writer = Writer::new(mine::Context { graph: &graph, statistics: &statistics, seed: crate::seed::Seed(7) });
        let fill = |n_indices: u64| {
            let stratum = Stratum {
                name: "walk/2".into(),
                strategy: "walk",
                n_items: 3,
                n_indices,
                max_items_per_key: None,
                max_system_share: None,
                spread: mine::Spread::default(),
                are_paired: false,
                attempt: Box::new(|_| Err(DeadEnd("the walk has nowhere to go"))),
            };
            let stop = Stop::default();
            let (progress, asked) = (&crate::pipeline::Silent, Asked::default());
            Quotas { writer: &writer, benchmarks: &[], progress, stop: &stop, asked }.fill(&stratum).unwrap().report
        };
        let few = fill(PATIENCE);
        assert_eq!((few.attempts, few.gave_up), (PATIENCE, false));
        assert!(few.finding().unwrap().text.contains("and there are no more: 8192 × the walk has nowhere to go"));
        let many = fill(u64::MAX);
        assert_eq!((many.attempts, many.gave_up), (PATIENCE, true));
        assert!(many.finding().unwrap().text.contains("and the last 8192 gave none: "));
    }
}
