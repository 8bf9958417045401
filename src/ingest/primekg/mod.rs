//! PrimeKG's tables.
//!
//! PrimeKG lists every edge twice under one name, once from each end, without saying which is which; identifiers are
//! bare numbers that only their source column tells apart. What each row means is therefore decided here by a table:
//! relation and display name → our relation and the categories of its ends, source → prefix and width.
//!
//! The format is that which the code of PrimeKG writes (`build_graph.ipynb`): commas, quotes only where a name needs
//! them. Rows go into [`crate::kg::Bulk`] lists, because there are eight million of them.

mod edges;
mod ends;
mod meaning;
mod nodes;
mod rows;

pub(in crate::ingest) use edges::PrimekgEdges;
pub(in crate::ingest) use nodes::PrimekgNodes;

#[cfg(test)]
mod tests;
