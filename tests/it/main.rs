//! Every integration test, in one binary that is linked once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot unwrap, or go on, has failed")]

mod clinical;
mod closures;
mod codes;
mod console;
mod damage;
mod decontamination;
mod formats;
mod formats_tables;
mod golden;
mod layers;
mod licence;
mod llm;
mod mutations;
mod paths;
mod planted;
mod program;
mod properties;
mod ranking;
mod readme;
