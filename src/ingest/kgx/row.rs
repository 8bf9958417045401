//! Rows of KGX, whichever syntax they are written in.
//!
//! A table and a file of JSON lines hold the same records under the same names. Both become the same rows here, which
//! borrow from the line they were read from, so that what a record means is decided in one place for both.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::json_elements;
use crate::ingest::json_elements::List;
use crate::ingest::json_elements::Text;
use crate::ingest::table::Table;

/// How KGX is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Syntax {
    /// A table with a header; lists are parted by `|`.
    Tsv,
    /// A JSON object on each line.
    Jsonl,
}

impl Syntax {
    /// The syntax that a setting names, else that of the file's name, else a table.
    pub(super) fn of(setting: Option<Self>, path: &str) -> Self {
        let is_jsonl = || [".jsonl", ".jsonl.gz"].iter().any(|end| path.ends_with(end));
        setting.unwrap_or_else(|| if is_jsonl() { Self::Jsonl } else { Self::Tsv })
    }
}

/// A record of the nodes. What is missing is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeRow<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    pub(super) category: List<'a>,
    pub(super) name: Text<'a>,
    pub(super) description: Text<'a>,
    pub(super) synonym: List<'a>,
    pub(super) xref: List<'a>,
    pub(super) deprecated: Text<'a>,
}

/// A record of the edges. What is missing is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EdgeRow<'a> {
    #[serde(borrow)]
    pub(super) subject: Text<'a>,
    pub(super) predicate: Text<'a>,
    pub(super) object: Text<'a>,
    pub(super) category: List<'a>,
    pub(super) relation: Text<'a>,
    pub(super) negated: Text<'a>,
    pub(super) publications: List<'a>,
    #[serde(rename = "has_evidence")]
    pub(super) evidence: List<'a>,
    #[serde(rename = "frequency_qualifier")]
    pub(super) frequency: Text<'a>,
    #[serde(rename = "onset_qualifier")]
    pub(super) onset: List<'a>,
    #[serde(rename = "sex_qualifier")]
    pub(super) sex: Text<'a>,
}

/// Hands on each node and its line. What is no row goes to quarantine.
///
/// # Errors
///
/// [`ReadError`] if the file as a whole is not of the syntax.
pub(super) fn each_node(
    input: Input,
    syntax: Syntax,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&NodeRow<'_>, u32, &mut Sink<'_>),
) -> Result<(), ReadError> {
    if syntax == Syntax::Jsonl {
        return json_elements::each_line(input, sink, |text, line, sink| match json_elements::object(text) {
            Ok(row) => take(&row, line, sink),
            Err((_, why)) => sink.quarantine(line, why),
        });
    }
    let without = "the file is empty; the first line of a table of KGX nodes names the columns `id` and `category`";
    // A row may end early, as editors leave it that trim lines.
    let mut table = Table::open(input, |_| true, without)?.with_short_rows();
    let (id, category) = (table.column("id")?, table.column("category")?);
    let [name, description, deprecated] = ["name", "description", "deprecated"].map(|name| table.optional(name));
    let [synonym, xref] = ["synonym", "xref"].map(|name| table.optional(name));
    while let Some(line) = table.next_row(sink)? {
        let row = NodeRow {
            id: table.field(id).into(),
            category: table.parts(Some(category), '|').collect(),
            name: table.field_of(name).into(),
            description: table.field_of(description).into(),
            synonym: table.parts(synonym, '|').collect(),
            xref: table.parts(xref, '|').collect(),
            deprecated: table.field_of(deprecated).into(),
        };
        take(&row, line, sink);
    }
    Ok(())
}

/// Hands on each edge and its line. What is no row goes to quarantine.
///
/// # Errors
///
/// [`ReadError`] if the file as a whole is not of the syntax.
pub(super) fn each_edge(
    input: Input,
    syntax: Syntax,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&EdgeRow<'_>, u32, &mut Sink<'_>),
) -> Result<(), ReadError> {
    if syntax == Syntax::Jsonl {
        return json_elements::each_line(input, sink, |text, line, sink| match json_elements::object(text) {
            Ok(row) => take(&row, line, sink),
            Err((_, why)) => sink.quarantine(line, why),
        });
    }
    let without = "the file is empty; the first line of a table of KGX edges names `subject`, `predicate` and `object`";
    let mut table = Table::open(input, |_| true, without)?;
    let (subject, predicate, object) = (table.column("subject")?, table.column("predicate")?, table.column("object")?);
    let [category, relation, negated] = ["category", "relation", "negated"].map(|name| table.optional(name));
    let [publications, evidence] = ["publications", "has_evidence"].map(|name| table.optional(name));
    let [frequency, onset, sex] =
        ["frequency_qualifier", "onset_qualifier", "sex_qualifier"].map(|name| table.optional(name));
    while let Some(line) = table.next_row(sink)? {
        let row = EdgeRow {
            subject: table.field(subject).into(),
            predicate: table.field(predicate).into(),
            object: table.field(object).into(),
            category: table.parts(category, '|').collect(),
            relation: table.field_of(relation).into(),
            negated: table.field_of(negated).into(),
            publications: table.parts(publications, '|').collect(),
            evidence: table.parts(evidence, '|').collect(),
            frequency: table.field_of(frequency).into(),
            onset: table.parts(onset, '|').collect(),
            sex: table.field_of(sex).into(),
        };
        take(&row, line, sink);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_syntax_unless_a_setting_does() {
        assert_eq!(Syntax::of(None, "a/nodes.jsonl.gz"), Syntax::Jsonl);
        assert_eq!(Syntax::of(None, "a/nodes.tsv"), Syntax::Tsv);
        assert_eq!(Syntax::of(Some(Syntax::Jsonl), "a/nodes.txt"), Syntax::Jsonl);
    }
}
