//! The columns that tell of a node, and how its identifier is written there.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::ReadError;
use crate::ingest::identifier::identifier;
use crate::ingest::identifier::truth;
use crate::ingest::mapped::rows::Rows;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Scope;
use crate::kg::Synonym;
use crate::location::Place;

/// The columns of a node.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeColumns {
    /// The column of its identifier: a CURIE, an IRI, or a bare local id.
    pub(super) id: Box<str>,
    /// Whether that column holds labels instead, and the node is the one of this file that is called so.
    #[serde(default)]
    pub(super) by_label: bool,
    /// Label → identifier, for labels that the file itself gives to no node.
    #[serde(default)]
    pub(super) labels: BTreeMap<Box<str>, Curie>,
    /// The prefix that goes before a bare id.
    #[serde(default)]
    prefix: Option<Box<str>>,
    /// The column that says where a bare id is from, …
    #[serde(default)]
    prefix_column: Option<Box<str>>,
    /// … and what prefix each of its values means; a value that is not here is itself the prefix.
    #[serde(default)]
    prefixes: BTreeMap<Box<str>, Box<str>>,
    /// Prefix → digits that a bare id is filled up to with zeros, as in `MONDO = 7`.
    #[serde(default)]
    widths: BTreeMap<Box<str>, usize>,
    /// The column of its label.
    #[serde(default)]
    label: Option<Box<str>>,
    /// Its category, where no other setting gives one.
    #[serde(default)]
    category: Box<str>,
    /// The column of its category, …
    #[serde(default)]
    category_column: Option<Box<str>>,
    /// … and what category each of its values means; a value that is not here is itself the category.
    #[serde(default)]
    categories: BTreeMap<Box<str>, Box<str>>,
    /// Prefix → category.
    #[serde(default)]
    categories_by_prefix: BTreeMap<PrefixName, Box<str>>,
    /// The column of its synonyms, of which a field may hold several.
    #[serde(default)]
    synonyms: Option<Box<str>>,
    /// The column of its cross-references, of which a field may hold several.
    #[serde(default)]
    xrefs: Option<Box<str>>,
    /// The column of its definition.
    #[serde(default)]
    definition: Option<Box<str>>,
    /// The column that says whether it is obsolete.
    #[serde(default)]
    obsolete: Option<Box<str>>,
    /// Whether another file describes the node, so that a row makes none: an end that no file describes is dangling.
    #[serde(default)]
    pub(super) described_elsewhere: bool,
    /// Whether rows are left out about nodes that nothing else names.
    #[serde(default)]
    pub(super) only_named: bool,
}

impl NodeColumns {
    /// Those of a table that calls its column so and says no more.
    pub(super) fn of(id: &str) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// A node of which no row of these columns tells.
    pub(super) fn record(&self, curie: &Curie, label: &str, place: Place) -> NodeRecord {
        let category = self.categories_by_prefix.get(curie.prefix()).unwrap_or(&self.category);
        NodeRecord::new(curie.clone(), label, category, place)
    }
}

/// The columns, found in a table.
pub(super) struct NodeReader<'a> {
    columns: &'a NodeColumns,
    id: usize,
    prefix: Option<usize>,
    label: Option<usize>,
    category: Option<usize>,
    synonyms: Option<usize>,
    xrefs: Option<usize>,
    definition: Option<usize>,
    obsolete: Option<usize>,
}

impl<'a> NodeReader<'a> {
    /// Finds the columns.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] for the first that is missing.
    pub(super) fn of(columns: &'a NodeColumns, rows: &Rows) -> Result<Self, ReadError> {
        Ok(Self {
            columns,
            id: rows.column(&columns.id)?,
            prefix: rows.named(columns.prefix_column.as_deref())?,
            label: rows.named(columns.label.as_deref())?,
            category: rows.named(columns.category_column.as_deref())?,
            synonyms: rows.named(columns.synonyms.as_deref())?,
            xrefs: rows.named(columns.xrefs.as_deref())?,
            definition: rows.named(columns.definition.as_deref())?,
            obsolete: rows.named(columns.obsolete.as_deref())?,
        })
    }

    /// The text in the column of identifiers.
    pub(super) fn written<'b>(&self, rows: &'b Rows) -> &'b str {
        rows.field(self.id)
    }

    /// The label of the row; empty where there is none.
    pub(super) fn label<'b>(&self, rows: &'b Rows) -> &'b str {
        rows.field_of(self.label)
    }

    /// The identifier of the row.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what would have been right.
    pub(super) fn curie(&self, rows: &Rows) -> Result<Curie, String> {
        let text = self.written(rows);
        let source = rows.field_of(self.prefix);
        let of_column = match self.columns.prefixes.get(source) {
            Some(prefix) => Some(&**prefix),
            None => Some(source).filter(|source| !source.is_empty()),
        };
        let Some(prefix) = of_column.or(self.columns.prefix.as_deref()) else { return identifier(text) };
        if text.is_empty() || text.contains(':') {
            return identifier(text);
        }
        let width = self.columns.widths.get(prefix).copied().unwrap_or(0);
        identifier(&format!("{prefix}:{text:0>width$}"))
    }

    /// What the row says of a node.
    ///
    /// # Errors
    ///
    /// If it says neither that the node is obsolete nor that it is not.
    pub(super) fn node(&self, curie: &Curie, rows: &Rows, place: Place) -> Result<NodeRecord, String> {
        let obsolete = rows.field_of(self.obsolete);
        let column = self.columns.obsolete.as_deref().unwrap_or_default();
        let is_obsolete =
            truth(obsolete).ok_or_else(|| format!("`{obsolete}` in `{column}` is neither `true` nor `false`"))?;
        let synonyms = rows.parts(self.synonyms);
        Ok(NodeRecord {
            synonyms: synonyms.map(|text| Synonym { text: text.into(), scope: Scope::Exact, is_lay: false }).collect(),
            // A claim in free text: what is no identifier is no claim that can be followed.
            xrefs: rows.parts(self.xrefs).filter_map(|xref| identifier(xref).ok()).collect(),
            definition: rows.field_of(self.definition).into(),
            is_obsolete,
            ..NodeRecord::new(curie.clone(), self.label(rows), self.category(curie, rows), place)
        })
    }

    fn category<'b>(&'b self, curie: &Curie, rows: &'b Rows) -> &'b str {
        let columns = self.columns;
        match rows.field_of(self.category) {
            "" => columns.categories_by_prefix.get(curie.prefix()).unwrap_or(&columns.category),
            written => columns.categories.get(written).map_or(written, |category| category),
        }
    }
}
