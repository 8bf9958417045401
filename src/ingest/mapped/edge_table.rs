//! `[[edge_table]]`: a row is an edge.
//!
//! The relation is fixed, or the value of a column says it by a map to relations or inverses of relations. An end may
//! be given by the label of another row's end: then all rows are read first, and a label that no row or more than one
//! gives to a node puts its row in quarantine.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

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
use crate::ingest::settle::WaitingEdge;
use crate::ingest::table::sorted;
use crate::ingest::target::Target;
use crate::ingest::target::target;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;

/// Settings of the reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct EdgeTable {
    /// How rows are written, and which count.
    rows: RowSettings,
    /// Where the subject stands.
    subject: NodeColumns,
    /// The relation of every row, or the inverse of one.
    relation: Option<Box<str>>,
    /// Instead, the column that says it, …
    relation_column: Option<Box<str>>,
    /// … and what each of its values means: a relation or the inverse of one. A value that is not here may be the
    /// name of a relation itself.
    relations: BTreeMap<Box<str>, Box<str>>,
    /// Where the object stands.
    object: NodeColumns,
    /// The column of references, of which a field may hold several.
    publications: Option<Box<str>>,
    /// The column of evidence codes, of which a field may hold several.
    evidence: Option<Box<str>>,
}

impl Default for EdgeTable {
    /// Columns `subject`, `relation` and `object`.
    fn default() -> Self {
        Self {
            rows: RowSettings::default(),
            subject: NodeColumns::of("subject"),
            relation: None,
            relation_column: None,
            relations: BTreeMap::new(),
            object: NodeColumns::of("object"),
            publications: None,
            evidence: None,
        }
    }
}

/// A row as far as it can be read by itself.
struct Draft {
    subject: End,
    target: Target,
    object: End,
    qualifiers: Qualifiers,
    line: u32,
}

/// An end of an edge.
enum End {
    Node(Box<NodeRecord>),
    /// The label of a node of this file.
    Label(Box<str>),
}

impl Reader for EdgeTable {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::open(input, &self.rows)?;
        let filter = Filter::of(&self.rows, &rows)?;
        let ends = [NodeReader::of(&self.subject, &rows)?, NodeReader::of(&self.object, &rows)?];
        let relation = Relation::of(self, &rows, sink)?;
        let [publications, evidence] =
            [rows.named(self.publications.as_deref())?, rows.named(self.evidence.as_deref())?];
        let mut labels = Labels::of(self);
        let mut mentioned = BTreeSet::new();
        let mut drafts = Vec::new();
        while let Some(line) = rows.next_row(sink)? {
            if let Some(rule) = filter.rule(&rows) {
                sink.leave_out(&rule);
                continue;
            }
            let place = sink.place(line);
            let end = |reader: &NodeReader<'_>, columns: &NodeColumns| match reader.written(&rows) {
                "" if columns.by_label => Err("the label of an end is empty".to_owned()),
                label if columns.by_label => Ok(End::Label(label.into())),
                _ => Ok(End::Node(Box::new(reader.node(&reader.curie(&rows)?, &rows, place)?))),
            };
            let draft = || {
                Ok::<_, String>(Draft {
                    subject: end(&ends[0], &self.subject)?,
                    target: relation.target(&rows, sink)?,
                    object: end(&ends[1], &self.object)?,
                    qualifiers: Qualifiers {
                        publications: sorted(rows.parts(publications)),
                        evidence: sorted(rows.parts(evidence)),
                        ..Qualifiers::default()
                    },
                    line,
                })
            };
            match draft() {
                Ok(draft) if labels.are_needed => {
                    labels.note(&draft.subject);
                    labels.note(&draft.object);
                    drafts.push(draft);
                }
                Ok(draft) => self.emit(draft, &labels, &mut mentioned, sink),
                Err(why) => sink.quarantine(line, why),
            }
        }
        for draft in drafts {
            self.emit(draft, &labels, &mut mentioned, sink);
        }
        Ok(())
    }
}

impl EdgeTable {
    fn emit(&self, draft: Draft, labels: &Labels<'_>, mentioned: &mut BTreeSet<Curie>, sink: &mut Sink<'_>) {
        let place = sink.place(draft.line);
        let node = |end: End, columns: &NodeColumns| match end {
            End::Node(node) => Ok(node),
            End::Label(label) => labels.node(&label, columns, place).map(Box::new),
        };
        let found =
            node(draft.subject, &self.subject).and_then(|subject| Ok((subject, node(draft.object, &self.object)?)));
        let (subject, object) = match found {
            Ok(ends) => ends,
            Err(why) => return sink.quarantine(draft.line, why),
        };
        let (mut from, mut to) = (subject.curie.clone(), object.curie.clone());
        let needed: Vec<Curie> = [(&from, &self.subject), (&to, &self.object)]
            .into_iter()
            .filter(|(_, columns)| columns.only_named)
            .map(|(curie, _)| curie.clone())
            .collect();
        if draft.target.is_backwards {
            std::mem::swap(&mut from, &mut to);
        }
        let relation = draft.target.relation;
        let edge = EdgeRecord { subject: from, relation, object: to, qualifiers: draft.qualifiers, place };
        let ends = [(subject, &self.subject), (object, &self.object)];
        let ends = ends.into_iter().filter(|(_, columns)| !columns.described_elsewhere).map(|(end, _)| *end);
        if needed.is_empty() {
            for end in ends {
                // A node is mentioned once, but for what each of its rows adds.
                let is_new = mentioned.insert(end.curie.clone());
                if is_new || !(end.synonyms.is_empty() && end.xrefs.is_empty()) {
                    sink.mention(end);
                }
            }
            sink.edge(edge);
        } else {
            sink.edge_if_named(WaitingEdge { edge, ends: ends.collect(), needed });
        }
    }
}

/// Where the relation of a row comes from.
struct Relation {
    fixed: Option<Target>,
    column: Option<(usize, Box<str>)>,
    of_values: BTreeMap<Box<str>, Target>,
}

impl Relation {
    fn of(settings: &EdgeTable, rows: &Rows, sink: &Sink<'_>) -> Result<Self, ReadError> {
        let fixed = settings.relation.as_deref().map(|name| target(name, sink)).transpose()?;
        let name = match (&settings.relation_column, fixed) {
            (Some(_), Some(_)) => {
                return Err(rows.error("the settings give both `relation` and `relation_column`; one is enough"));
            }
            (None, Some(_)) => None,
            (None, None) => Some("relation"),
            (Some(name), None) => Some(&**name),
        };
        let column = name.map(|name| Ok::<_, ReadError>((rows.column(name)?, name.into()))).transpose()?;
        let mut of_values = BTreeMap::new();
        for (value, name) in &settings.relations {
            of_values.insert(value.clone(), target(name, sink)?);
        }
        Ok(Self { fixed, column, of_values })
    }

    fn target(&self, rows: &Rows, sink: &Sink<'_>) -> Result<Target, String> {
        let Some((column, name)) = &self.column else {
            return self.fixed.ok_or_else(|| "the row has no relation".to_owned());
        };
        let value = rows.field(*column);
        let unknown = || {
            let shown = crate::finding::printable(value);
            format!("`{shown}` in `{name}` is no relation; the setting `relations` can say which it means")
        };
        self.of_values.get(value).copied().or_else(|| target(value, sink).ok()).ok_or_else(unknown)
    }
}

/// Which nodes of a file have which label.
struct Labels<'a> {
    are_needed: bool,
    given: [&'a BTreeMap<Box<str>, Curie>; 2],
    of_file: BTreeMap<Box<str>, BTreeSet<Curie>>,
}

impl<'a> Labels<'a> {
    fn of(settings: &'a EdgeTable) -> Self {
        let EdgeTable { subject, object, .. } = settings;
        let are_needed = subject.by_label || object.by_label;
        Self { are_needed, given: [&subject.labels, &object.labels], of_file: BTreeMap::new() }
    }

    fn note(&mut self, end: &End) {
        if let End::Node(node) = end
            && !node.label.is_empty()
        {
            self.of_file.entry(node.label.clone()).or_default().insert(node.curie.clone());
        }
    }

    /// The one node of a label.
    fn node(&self, label: &str, columns: &NodeColumns, place: crate::location::Place) -> Result<NodeRecord, String> {
        let named = |curie: &Curie| columns.record(curie, label, place);
        if let Some(curie) = self.given.iter().find_map(|given| given.get(label)) {
            return Ok(named(curie));
        }
        let shown = crate::finding::printable(label);
        let found = self.of_file.get(label);
        let mut nodes = found.into_iter().flatten();
        match (nodes.next(), nodes.next()) {
            (Some(curie), None) => Ok(named(curie)),
            (Some(first), Some(second)) => Err(format!("`{shown}` is the label of {first} and of {second}")),
            (None, _) => Err(format!("`{shown}` is the label of no row; the setting `labels` can give its identifier")),
        }
    }
}
