//! The guide: what the reference, item by item, cannot say.
//!
//! It is built with rustdoc so that it lies where the reference lies, its links are checked, and its code is compiled
//! and run with the tests.

pub mod codes;

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("formats.md")]
pub mod formats {}

#[doc = include_str!("clinical_graph.md")]
pub mod clinical_graph {}

#[doc = include_str!("clinical_items.md")]
pub mod clinical_items {}

#[doc = include_str!("item_kinds.md")]
pub mod item_kinds {}

#[doc = include_str!("query_shapes.md")]
pub mod query_shapes {}

#[doc = include_str!("closures.md")]
pub mod closures {}

#[doc = include_str!("scores.md")]
pub mod scores {}

#[doc = include_str!("corruptions.md")]
pub mod corruptions {}

#[doc = include_str!("language_models.md")]
pub mod language_models {}

#[doc = include_str!("data_sets.md")]
pub mod data_sets {}

#[doc = include_str!("decontamination.md")]
pub mod decontamination {}

#[doc = include_str!("licences.md")]
pub mod licences {}

#[doc = include_str!("sparql.md")]
pub mod sparql {}

#[doc = include_str!("path_ranking.md")]
pub mod path_ranking {}

#[doc = include_str!("performance.md")]
pub mod performance {}

/// Choices that are hard to undo: context, decision, consequences, and what would change our mind.
pub mod decisions {
    #[doc = include_str!("decisions/closures_on_demand.md")]
    pub mod closures_on_demand {}

    #[doc = include_str!("decisions/two_readings.md")]
    pub mod two_readings {}

    #[doc = include_str!("decisions/what_is_held_out.md")]
    pub mod what_is_held_out {}
}
