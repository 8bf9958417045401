//! Every integration test, in one binary that is linked once.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod codes;
mod console;
mod damage;
mod golden;
mod layers;
mod planted;
mod program;
mod properties;
mod readme;
