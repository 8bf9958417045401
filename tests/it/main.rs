//! Every integration test, in one binary that is linked once.

mod golden;
