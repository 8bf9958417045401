//! Console sessions in prose: what stands there is what the program prints.
//!
//! The whole output is the expectation, so that a message cannot change unseen. `THINKPATH_DATA` is emptied: what a
//! developer's machine holds beside `ontologies/` is no part of a session.

#[test]
fn sessions_are_as_they_are_written() {
    trycmd::TestCases::new().env("THINKPATH_DATA", "").case("tests/cli/*.md").case("README.md");
}
