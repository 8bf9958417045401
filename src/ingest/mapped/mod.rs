//! Tables of any shape, whose columns the settings name.
//!
//! Most graphs are passed on as a table of edges that nobody else lays out quite so. What differs is where things
//! stand and how identifiers are written, not what a row says; so the settings say it, and no edge list needs code.
//! The three readers (edges, nodes, matches) share the rows, the filter of rows, and the columns of a node.

mod edge_table;
mod filter;
mod match_table;
mod node_columns;
mod node_table;
mod quoted;
mod rows;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) use edge_table::EdgeTable;
pub(super) use match_table::MatchTable;
pub(super) use node_table::NodeTable;

/// How the rows of a table are written, and which of them count.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RowSettings {
    /// What the file is.
    format: Format,
    /// Whether fields may stand in double quotes; those of CSV may and those of TSV may not, unless told otherwise.
    quoted: Option<bool>,
    /// What a line above the header begins with that is a comment; in a quoted table any line. One character.
    comment: Option<char>,
    /// What stands between the parts of a field that holds several.
    separator: char,
    /// Column → values of which a row must have one to be read. A `*` in a value stands for any text.
    keep: BTreeMap<Box<str>, Vec<Box<str>>>,
    /// Column → values whose rows are left out. A `*` in a value stands for any text.
    leave_out: BTreeMap<Box<str>, Vec<Box<str>>>,
}

impl Default for RowSettings {
    /// Tab-separated, nothing quoted, every row, and `|` between the parts of a field, as KGX has it.
    fn default() -> Self {
        Self {
            format: Format::default(),
            quoted: None,
            comment: None,
            separator: '|',
            keep: BTreeMap::new(),
            leave_out: BTreeMap::new(),
        }
    }
}

/// What a file of rows is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Tabs between fields.
    #[default]
    Tsv,
    /// Commas between fields.
    Csv,
    /// Parquet.
    Parquet,
}
