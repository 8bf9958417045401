//! The proof: who answers a pattern, under which reading; and how two nodes are connected.
//!
//! A claim of this project is never "the model said so" but "the strict answers hold the key, and of the options only
//! the key is a loose answer". Both sets are computed here, and recomputed by anyone from `clauses` and
//! `relations.parquet`. Paths are found here too ([`PathSearch`]); what they are worth is for `mine` to say.

mod closure;
mod paths;
mod pattern;
mod shape;
mod solve;

pub use closure::Direction;
pub use closure::Reading;
pub use closure::denials;
pub use closure::holds;
pub use closure::reach;
pub use closure::supports;
pub use paths::DAMPING;
pub use paths::Ground;
pub use paths::Hop;
pub use paths::Metapath;
pub use paths::Path;
pub use paths::PathQuery;
pub use paths::PathSearch;
pub use paths::ShortestPaths;
pub use paths::Step;
pub use paths::Unfinished;
pub use paths::Walkable;
pub use paths::WalkableError;
pub use paths::Walks;
pub use paths::Way;
pub(in crate::kg) use paths::as_float;
pub use paths::in_parallel;
pub use pattern::Clause;
pub use pattern::OutOfBudget;
pub use pattern::Pattern;
pub use pattern::Term;
pub use pattern::Variable;
pub use pattern::answers;
pub use pattern::bindings;
pub use pattern::some_bindings;
pub use shape::Projection;
pub use shape::Query;
pub use shape::Shape;
pub use shape::UnknownShape;
