//! Whether an item may be published.
//!
//! Symbolic checks always run, cannot be switched off, need no model, and fail closed: what a check cannot settle it
//! rejects. Each recomputes what it claims from the graph; it trusts nothing that mining or writing noted down.

pub mod checks;
mod claims;
mod decontaminate;
mod parts;
mod reading;
mod refutation;
#[cfg(test)]
mod sample;
mod sense;

use crate::finding::Code;
use crate::kg::Graph;
use crate::kg::statistics::Statistics;
use crate::synth::Item;

pub use decontaminate::Benchmark;
pub use decontaminate::CONTAMINATED;
pub use decontaminate::Overlap;
pub use decontaminate::Rule;
pub use decontaminate::VerifyConfig;
pub use decontaminate::contaminated;
pub use refutation::Corrupted;
pub use refutation::Ground;
pub use refutation::Refutation;
pub use refutation::Refuted;
pub use refutation::corrupted;
pub use refutation::refute;

/// What every check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// Its numbers.
    pub statistics: &'a Statistics,
}

/// Looks at one item for one thing.
pub trait Check: Sync {
    /// The stable code.
    fn code(&self) -> Code;

    /// What it checks, why that matters, and an example: what `thinkpath explain` prints.
    fn page(&self) -> &'static str;

    /// Why the item may not be published; `None` if this check has nothing against it.
    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String>;
}

/// The first check that rejects an item, in the order of codes, and why.
pub fn rejection(context: Context<'_>, item: &Item) -> Option<(Code, String)> {
    checks::all().iter().find_map(|check| check.reject(context, item).map(|why| (check.code(), why)))
}
