//! `[[node_table]]`: a row is a node.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::mapped::RowSettings;
use crate::ingest::mapped::filter::Filter;
use crate::ingest::mapped::node_columns::NodeColumns;
use crate::ingest::mapped::node_columns::NodeReader;
use crate::ingest::mapped::rows::Rows;

/// Settings of the reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct NodeTable {
    /// How rows are written, and which count.
    rows: RowSettings,
    /// Where things stand in a row.
    node: NodeColumns,
}

impl Default for NodeTable {
    /// A column `id` and nothing else.
    fn default() -> Self {
        Self { rows: RowSettings::default(), node: NodeColumns::of("id") }
    }
}

impl Reader for NodeTable {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::open(input, &self.rows)?;
        let filter = Filter::of(&self.rows, &rows)?;
        let node = NodeReader::of(&self.node, &rows)?;
        if self.node.by_label {
            return Err(rows.error("`by_label` is for the ends of edges; a table of nodes gives each its identifier"));
        }
        while let Some(line) = rows.next_row(sink)? {
            if let Some(rule) = filter.rule(&rows) {
                sink.leave_out(&rule);
                continue;
            }
            match node.curie(&rows).and_then(|curie| node.node(&curie, &rows, sink.place(line))) {
                Ok(record) if self.node.only_named => sink.node_if_named(record),
                Ok(record) => sink.node(record),
                Err(why) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}
