//! From a candidate to an item.

mod item;

pub use item::AnswerOption;
pub use item::Difficulty;
pub use item::Distractor;
pub use item::DistractorClass;
pub use item::Item;
pub use item::Kind;
pub use item::Step;
pub use item::StepKind;
pub use item::Tier;
