//! What a strategy promises: candidates by number.
//!
//! A stratum is one quota of one section. Its candidates are a pure function of their index, so that a run can be
//! cut into rounds, threads and shards at will: index 17 is the same candidate on every machine.

use std::fmt;

use crate::kg::Graph;
use crate::kg::statistics::Statistics;
use crate::mine::Candidate;
use crate::seed::Seed;

/// What every strategy may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// Its numbers.
    pub statistics: &'a Statistics,
    /// The seed of the pipeline.
    pub seed: Seed,
}

/// Why an attempt gave no candidate or no item: not an item that was rejected, only a walk that led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeadEnd(pub &'static str);

impl fmt::Display for DeadEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// How many accepted items of a stratum may be alike; `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// In one category: a chapter, or an organ system where no chapters are loaded.
    pub max_items_per_category: Option<usize>,
    /// Of one metapath: categories and relations in turn.
    pub max_items_per_metapath: Option<usize>,
}

/// Gives the candidate of an index.
pub type Attempt<'a> = Box<dyn Fn(u64) -> Result<Candidate, DeadEnd> + Sync + 'a>;

/// One quota of one section.
pub struct Stratum<'a> {
    /// Its name, as `walk/2`.
    pub name: String,
    /// The section's name.
    pub strategy: &'static str,
    /// How many accepted items it wants.
    pub n_items: usize,
    /// How many indices there are: attempts run out after that.
    pub n_indices: u64,
    /// How many accepted items may have one key; `None` is no bound.
    pub max_items_per_key: Option<usize>,
    /// The largest share of the accepted items that one organ system may have, from 0 to 1; `None` is no bound.
    pub max_system_share: Option<f64>,
    /// How far its items have to be spread.
    pub spread: Spread,
    /// Whether the item of an even index and that of the odd one after it are accepted together or not at all.
    pub are_paired: bool,
    /// The candidates.
    pub attempt: Attempt<'a>,
}

impl fmt::Debug for Stratum<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stratum").field("name", &self.name).finish_non_exhaustive()
    }
}
