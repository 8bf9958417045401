//! Which of the paths from a drug to a disease a curator would draw.
//!
//! Between a drug and a disease there are a hundred paths or ten thousand, and one or two of them are the mechanism. What
//! tells them apart is learned from curated paths and measured on drugs that nothing was learned from. A path is known
//! by what its nodes and edges are and how many others there are, never by who they are: so that what was learned of
//! some drugs holds for others.

mod candidates;
mod features;
mod folds;
mod learn;
mod measure;
mod mechanism;
mod priors;
mod ranker;
mod study;
mod tokens;
mod trees;

pub use candidates::Candidates;
pub use candidates::LEFT_OUT;
pub use candidates::MAX_HOPS;
pub use candidates::Terrain;
pub use candidates::TooMany;
pub use candidates::WALKED_BACK;
pub use candidates::walkable;
pub use features::Landscape;
pub use features::feature_names;
pub use folds::folds;
pub use learn::learn;
pub use measure::Baseline;
pub use measure::Measured;
pub use measure::Ranks;
pub use mechanism::Mechanism;
pub use mechanism::Task;
pub use mechanism::Tasks;
pub use ranker::Guide;
pub use ranker::Ranker;
pub use ranker::RankerError;
pub use ranker::Scored;
pub use study::Question;
pub use study::Ranking;
pub use study::Study;
pub use study::questions;
pub use study::spread;
