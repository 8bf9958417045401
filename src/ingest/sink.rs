//! Where readers put what they read.
//!
//! A reader has exactly four things to say about a record, and each counts it: it is a node, an edge or a match; a
//! rule leaves it out; or it cannot be used. So the law of conservation holds by construction, whatever a reader does.

use crate::finding::Code;
use crate::finding::Finding;
use crate::finding::is_hidden;
use crate::ingest::ReadError;
use crate::ingest::has_prefix;
use crate::ingest::settle::EdgeToLabel;
use crate::ingest::settle::Waiting;
use crate::ingest::settle::WaitingEdge;
use crate::kg::Bulk;
use crate::kg::BulkRow;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::MatchRecord;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Records;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::location::FileId;
use crate::location::Location;
use crate::location::Place;

/// So many bad records of a file are told one by one; the rest are counted.
const TOLD_ONE_BY_ONE: u64 = 20;
const BAD_RECORD: Code = Code("I101");
const MORE_BAD_RECORDS: Code = Code("I102");
const BAD_PART: Code = Code("I103");
const HIDDEN: Code = Code("I104");

/// What a setting maps to: a relation, read forwards or backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The relation.
    pub relation: RelationId,
    /// Whether subject and object change places.
    pub is_backwards: bool,
}

impl Target {
    /// The ends in the order in which the relation has them.
    pub fn turned<T>(self, subject: T, object: T) -> (T, T) {
        if self.is_backwards { (object, subject) } else { (subject, object) }
    }
}

/// Takes the records of one file.
#[derive(Debug)]
pub struct Sink<'a> {
    records: &'a mut Records,
    relations: &'a Relations,
    file: FileId,
    leave_out_prefixes: &'a [PrefixName],
    /// How many parts of records were dropped.
    n_bad_parts: u64,
    /// How many names lost characters, and where the first stands.
    hidden: Option<(u64, Place)>,
    waiting: Waiting,
}

impl<'a> Sink<'a> {
    /// A sink for the file of a number, which must be in `records.files`.
    pub(super) fn new(
        records: &'a mut Records,
        relations: &'a Relations,
        number: u16,
        leave_out_prefixes: &'a [PrefixName],
    ) -> Self {
        let file = FileId(number);
        Self { records, relations, file, leave_out_prefixes, n_bad_parts: 0, hidden: None, waiting: Waiting::default() }
    }

    /// A line of this file.
    pub fn place(&self, line: u32) -> Place {
        Place { file: self.file, line }
    }

    /// The file as the user would name it.
    pub fn path(&self) -> Box<str> {
        self.records.files.get(self.file.index()).map_or("", |file| &file.path).into()
    }

    /// A relation of the table.
    ///
    /// # Errors
    ///
    /// [`ReadError::Relation`] if it has no row.
    pub fn relation(&self, name: &str) -> Result<RelationId, ReadError> {
        self.relations.id(name).ok_or_else(|| ReadError::Relation { path: self.path(), relation: name.into() })
    }

    /// The relation that a name is the inverse of.
    pub fn inverse(&self, name: &str) -> Option<RelationId> {
        self.relations.inverse(name)
    }

    /// The relation that a setting names, by its own name or by that of its inverse.
    ///
    /// # Errors
    ///
    /// [`ReadError::Relation`] if it is neither.
    pub fn target(&self, name: &str) -> Result<Target, ReadError> {
        match (self.relation(name), self.inverse(name)) {
            (Ok(relation), _) => Ok(Target { relation, is_backwards: false }),
            (Err(_), Some(relation)) => Ok(Target { relation, is_backwards: true }),
            (Err(error), None) => Err(error),
        }
    }

    /// The relation with a Biolink predicate, given without its prefix.
    pub fn relation_of_predicate(&self, predicate: &str) -> Option<RelationId> {
        self.relations.of_predicate(predicate)
    }

    /// The IRIs of all predicates of the table, each with its relation.
    pub fn predicates(&self) -> impl Iterator<Item = (String, RelationId)> {
        self.relations.iter().map(|(id, row)| (row.iri(), id))
    }

    /// The one relation that denies a relation; `None` too if there are several.
    pub fn negative(&self, relation: RelationId) -> Option<RelationId> {
        let mut negatives = self.relations.negatives_of(relation);
        negatives.next().filter(|_| negatives.next().is_none())
    }

    /// Whether a relation names a category as that of one of its ends.
    pub fn is_end(&self, category: &str) -> bool {
        let mut named = self.relations.iter().flat_map(|(_, row)| row.domain.iter().chain(&row.range));
        named.any(|name| **name == *category)
    }

    /// A record that describes a node.
    pub fn node(&mut self, mut node: NodeRecord) {
        if has_prefix(&node.curie, self.leave_out_prefixes) {
            return self.leave_out(&format!("prefix {}", node.curie.prefix()));
        }
        self.count(|file| &mut file.read);
        self.clean(&mut node);
        self.records.nodes.push(node);
    }

    /// A node that a record mentions by the way; not a record itself.
    pub fn mention(&mut self, mut node: NodeRecord) {
        if !has_prefix(&node.curie, self.leave_out_prefixes) {
            self.clean(&mut node);
            self.records.mentions.push(node);
        }
    }

    /// A record that states an edge.
    pub fn edge(&mut self, edge: EdgeRecord) {
        let ends = [&edge.subject, &edge.object];
        if let Some(end) = ends.into_iter().find(|end| has_prefix(end, self.leave_out_prefixes)) {
            return self.leave_out(&format!("prefix {}", end.prefix()));
        }
        self.count(|file| &mut file.read);
        self.records.edges.push(edge);
    }

    /// Records that state edges of one relation between numbered nodes; see [`Self::bulk_nodes`].
    pub(super) fn bulk(&mut self, relation: RelationId, categories: Option<(Box<str>, Box<str>)>, rows: Vec<BulkRow>) {
        let n_rows = rows.len() as u64;
        if let Some(file) = self.records.files.get_mut(self.file.index()) {
            file.read += n_rows;
        }
        self.records.bulk.push(Bulk { file: self.file, relation, categories, rows });
    }

    /// How many nodes are numbered so far: the number of the next.
    pub(super) fn n_bulk_nodes(&self) -> u32 {
        u32::try_from(self.records.bulk_nodes.len()).unwrap_or(u32::MAX)
    }

    /// Nodes in the order of their numbers.
    pub(super) fn bulk_nodes(&mut self, nodes: Vec<Curie>) {
        self.records.bulk_nodes.extend(nodes);
    }

    /// The prefixes that are left out, for those that count by themselves.
    pub(super) fn left_out_prefixes(&self) -> &[PrefixName] {
        self.leave_out_prefixes
    }

    /// A record that describes a node, should anything else name it.
    pub(super) fn node_if_named(&mut self, mut node: NodeRecord) {
        if has_prefix(&node.curie, self.leave_out_prefixes) {
            return self.leave_out(&format!("prefix {}", node.curie.prefix()));
        }
        self.count(|file| &mut file.read);
        self.clean(&mut node);
        self.waiting.nodes.push(node);
    }

    /// A record that states an edge, should anything else name the ends that it needs.
    pub(super) fn edge_if_named(&mut self, mut waiting: WaitingEdge) {
        let ends = [&waiting.edge.subject, &waiting.edge.object];
        if let Some(end) = ends.into_iter().find(|end| has_prefix(end, self.leave_out_prefixes)) {
            return self.leave_out(&format!("prefix {}", end.prefix()));
        }
        self.count(|file| &mut file.read);
        waiting.ends.iter_mut().for_each(|end| self.clean(end));
        self.waiting.edges.push(waiting);
    }

    /// A record that states an edge to what a label names, in this file or another.
    pub(super) fn edge_to_label(&mut self, edge: EdgeToLabel) {
        if has_prefix(&edge.subject, self.leave_out_prefixes) {
            return self.leave_out(&format!("prefix {}", edge.subject.prefix()));
        }
        self.count(|file| &mut file.read);
        self.waiting.to_labels.push(edge);
    }

    /// A record that says that two identifiers mean one thing.
    pub fn same(&mut self, same: MatchRecord) {
        self.count(|file| &mut file.read);
        self.records.matches.push(same);
    }

    /// A record that a rule leaves out.
    pub fn leave_out(&mut self, rule: &str) {
        self.count(|file| &mut file.read);
        self.count(|file| file.left_out.entry(rule.into()).or_default());
    }

    /// A record that cannot be used, and why.
    pub fn quarantine(&mut self, line: u32, why: impl std::fmt::Display) {
        self.count(|file| &mut file.read);
        self.count(|file| &mut file.quarantined);
        let Some(file) = self.records.files.get(self.file.index()) else { return };
        if file.quarantined <= TOLD_ONE_BY_ONE {
            let location = Location::line(file.path.clone(), line);
            self.records.findings.push(Finding::warning(BAD_RECORD, short(&why)).at(location));
        }
    }

    /// A part of a record that cannot be used, and why; the record is used without it.
    pub fn drop_part(&mut self, line: u32, why: impl std::fmt::Display) {
        self.n_bad_parts += 1;
        if self.n_bad_parts <= TOLD_ONE_BY_ONE {
            let location = Location::line(self.path(), line);
            self.records.findings.push(Finding::warning(BAD_PART, short(&why)).at(location));
        }
    }

    /// Something that the reader saw and that is no record.
    pub fn finding(&mut self, finding: Finding) {
        self.records.findings.push(finding);
    }

    /// Takes what is no ink out of the names of a node, so that no later stage has to think of it.
    fn clean(&mut self, node: &mut NodeRecord) {
        let synonyms = node.synonyms.iter_mut().map(|synonym| &mut synonym.text);
        for text in [&mut node.label, &mut node.definition].into_iter().chain(synonyms) {
            if text.chars().any(is_hidden) {
                let plain: String =
                    text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|&c| !is_hidden(c)).collect();
                *text = plain.split_whitespace().collect::<Vec<_>>().join(" ").into();
                self.hidden.get_or_insert((0, node.place)).0 += 1;
            }
        }
    }

    /// Tells what was not told one by one, and gives the records that wait for other files.
    #[must_use]
    pub(super) fn finish(self) -> Waiting {
        let Some(file) = self.records.files.get(self.file.index()) else { return self.waiting };
        let mut findings = Vec::new();
        if let Some(more) = file.quarantined.checked_sub(TOLD_ONE_BY_ONE).filter(|&more| more > 0) {
            let text = format!("more records of `{}` cannot be used", file.path);
            findings.push(Finding::warning(MORE_BAD_RECORDS, text).times(more));
        }
        if let Some(more) = self.n_bad_parts.checked_sub(TOLD_ONE_BY_ONE).filter(|&more| more > 0) {
            let text = format!("more records of `{}` are used without a part that cannot be read", file.path);
            findings.push(Finding::warning(BAD_PART, text).times(more));
        }
        if let Some((count, place)) = self.hidden {
            let text = "names or definitions held control characters or marks without width, which were taken out";
            let location = Location::line(file.path.clone(), place.line);
            findings.push(Finding::warning(HIDDEN, text).times(count).at(location));
        }
        self.records.findings.extend(findings);
        self.waiting
    }

    fn count(&mut self, which: impl FnOnce(&mut FileTally) -> &mut u64) {
        if let Some(file) = self.records.files.get_mut(self.file.index()) {
            *which(file) += 1;
        }
    }
}

/// A word of a source as part of a rule's name: rules are counted by name, and a damaged file may hold any word.
pub(super) fn word(text: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":_->. ".contains(&byte);
    if text.len() <= 60 && text.bytes().all(is_plain) { text } else { "of no known form" }
}

/// A reason that quotes a field may be as long as the field.
fn short(why: &impl std::fmt::Display) -> String {
    const MAX_CHARACTERS: usize = 400;
    let mut text = why.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Reads bytes with one reader: what the tests of readers start from.
#[cfg(test)]
pub(crate) fn read_bytes(reader: &dyn super::Reader, bytes: &[u8]) -> Result<Records, ReadError> {
    let relations = Relations::standard().map_err(|error| ReadError::Format {
        location: Location::line("relations.toml", 1),
        problem: error.to_string().into(),
    })?;
    let mut records = Records {
        sources: vec![crate::kg::Source {
            name: "test".into(),
            version: "1".into(),
            licence: crate::kg::Licence::Open,
            licence_name: "".into(),
            credit: "".into(),
            home: "".into(),
        }],
        ..Records::default()
    };
    records.files.push(FileTally { path: "test".into(), ..FileTally::default() });
    let mut sink = Sink::new(&mut records, &relations, 0, &[]);
    reader.read(super::Input::of_bytes("test", bytes.to_vec()), &mut sink)?;
    sink.finish().settle(&mut records);
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Input;
    use crate::ingest::Reader;

    /// Each line is the label of a node, and a reason to complain.
    struct Labels;

    impl Reader for Labels {
        fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
            let mut lines = input.into_lines();
            while let Some((line, Ok(text))) = lines.next_line()? {
                let text = text.to_owned();
                if let Ok(curie) = format!("X:{line}").parse() {
                    let place = sink.place(line);
                    sink.node(NodeRecord::new(curie, &text, "Disease", place));
                }
                sink.drop_part(line, text);
            }
            Ok(())
        }
    }

    #[test]
    fn what_is_no_ink_is_taken_out_of_names_and_told() {
        let text = "=cmd()<b>\u{1b}[31m\u{7}High\nplain  name\nze\u{200b}ro\n";
        let records = read_bytes(&Labels, text.as_bytes()).unwrap();
        let labels: Vec<&str> = records.nodes.iter().map(|node| &*node.label).collect();
        assert_eq!(labels, ["=cmd()<b> [31m High", "plain  name", "zero"]);
        let last = records.findings.last().unwrap();
        assert_eq!((last.code, last.count, last.location.clone()), (HIDDEN, 2, Some(Location::line("test", 1))));
    }

    #[test]
    fn a_reason_is_as_long_as_a_person_reads() {
        let records = read_bytes(&Labels, "é".repeat(1_000).as_bytes()).unwrap();
        assert_eq!(records.findings[0].text.chars().count(), 401);
    }

    #[test]
    fn twenty_reasons_are_told_one_by_one() {
        let records = read_bytes(&Labels, "x\n".repeat(25).as_bytes()).unwrap();
        assert_eq!(records.findings.len(), 21);
        assert_eq!((records.findings[20].count, records.findings[20].location.clone()), (5, None));
    }
}
