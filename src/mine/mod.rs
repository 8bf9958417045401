//! From a graph to candidates.

mod candidate;

pub use candidate::Candidate;
pub use candidate::Clues;
pub use candidate::Hop;
pub use candidate::Question;
pub use candidate::Scores;
