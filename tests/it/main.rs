//! Every integration test, in one binary that is linked once.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod codes;
mod console;
mod golden;
mod layers;
mod program;
mod readme;
