//! From the entries of a tabular list to records.

use std::collections::BTreeMap;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::icd10cm::Entry;
use crate::ingest::icd10cm::Exclusion;
use crate::ingest::icd10cm::Kind;
use crate::ingest::icd10cm::references;
use crate::ingest::icd10cm::references::Book;
use crate::ingest::icd10cm::references::Named;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::RelationId;

/// Sends every entry with all that hangs on it to the sink, in the order of the file.
///
/// # Errors
///
/// [`ReadError::Relation`] if the table of relations lacks one that this format states.
pub(super) fn records(entries: &[Entry], sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let curies: Vec<Result<Curie, String>> = entries.iter().map(Entry::curie).collect();
    let mut book = Book::default();
    for (number, (entry, curie)) in entries.iter().zip(&curies).enumerate() {
        if entry.kind == Kind::Code && curie.is_ok() {
            book.add(&entry.name, number, entry.above);
        }
    }
    let is_a = sink.relation("is_a")?;
    let mut emitter = Emitter {
        included_in: sink.relation("included_in")?,
        excludes1: sink.relation("excludes1")?,
        excludes2: sink.relation("excludes2")?,
        entries,
        curies: &curies,
        book,
        n_terms: BTreeMap::new(),
        sink,
    };
    for (number, (entry, curie)) in entries.iter().zip(&curies).enumerate() {
        match curie {
            Ok(curie) => {
                let (label, span) = match entry.kind {
                    Kind::Code => (&*entry.label, None),
                    Kind::Chapter | Kind::Section => references::name_and_span(&entry.label),
                };
                let place = emitter.sink.place(entry.line);
                // Mappings name a chapter or a section by its span; one of a single category is that category.
                let span = span.filter(|span| span.contains('-'));
                let former = span.and_then(|span| format!("ICD10CM:{span}").parse().ok());
                let node = NodeRecord::new(curie.clone(), label, "DiagnosisCode", place);
                emitter.sink.node(NodeRecord { former: former.into_iter().collect(), ..node });
                match entry.above.map(|above| emitter.curie(above)) {
                    Some(Some(above)) => emitter.edge(entry.line, curie, is_a, above),
                    Some(None) => emitter.sink.quarantine(entry.line, "what stands above it has no name to go by"),
                    None => {}
                }
                emitter.terms(entry, curie);
                emitter.notes(number, entry, curie);
            }
            Err(why) => {
                emitter.sink.quarantine(entry.line, why);
                emitter.quarantine_what_hangs_on(entry);
            }
        }
    }
    Ok(())
}

struct Emitter<'a, 's, 'r> {
    included_in: RelationId,
    excludes1: RelationId,
    excludes2: RelationId,
    entries: &'a [Entry],
    curies: &'a [Result<Curie, String>],
    book: Book<'a>,
    /// How many inclusion terms a code has so far: a code that stands twice goes on counting.
    n_terms: BTreeMap<&'a Curie, u32>,
    sink: &'s mut Sink<'r>,
}

impl<'a> Emitter<'a, '_, '_> {
    fn curie(&self, number: usize) -> Option<&'a Curie> {
        self.curies.get(number).and_then(|curie| curie.as_ref().ok())
    }

    fn edge(&mut self, line: u32, subject: &Curie, relation: RelationId, object: &Curie) {
        let place = self.sink.place(line);
        let (subject, object) = (subject.clone(), object.clone());
        self.sink.edge(EdgeRecord { subject, relation, object, qualifiers: Qualifiers::default(), place });
    }

    /// Each inclusion term is two records: a node, and an edge to its code.
    fn terms(&mut self, entry: &Entry, code: &'a Curie) {
        for (line, text) in &entry.terms {
            let rule = match entry.kind {
                // They explain the section, and nothing is coded to a section.
                Kind::Chapter | Kind::Section => Some("inclusion term of a section"),
                Kind::Code if text.ends_with(':') => Some("inclusion term that is a heading"),
                Kind::Code if text.is_empty() => Some("inclusion term without text"),
                Kind::Code => None,
            };
            if let Some(rule) = rule {
                self.sink.leave_out(rule);
                self.sink.leave_out(rule);
                continue;
            }
            let nth = self.n_terms.entry(code).and_modify(|nth| *nth += 1).or_insert(1);
            match format!("{code}.inclusion-{nth}").parse::<Curie>() {
                Ok(term) => {
                    let place = self.sink.place(*line);
                    self.edge(*line, &term, self.included_in, code);
                    self.sink.node(NodeRecord::new(term, text, "InclusionTerm", place));
                }
                Err(why) => {
                    self.sink.quarantine(*line, &why);
                    self.sink.quarantine(*line, &why);
                }
            }
        }
    }

    /// Each code that an excludes note names is a record, and so is a note that gives no edge.
    fn notes(&mut self, number: usize, entry: &Entry, carrier: &Curie) {
        for (line, exclusion, text) in &entry.notes {
            let relation = match exclusion {
                Exclusion::One => self.excludes1,
                Exclusion::Two => self.excludes2,
            };
            let references = match references::named(text) {
                Named::Codes(references) => references,
                Named::Conditional => {
                    self.sink.leave_out("excludes note whose codes have a condition");
                    continue;
                }
                Named::InText => {
                    self.sink.leave_out("excludes note with codes in its prose only");
                    continue;
                }
                Named::Nothing => {
                    self.sink.leave_out("excludes note without a code");
                    continue;
                }
            };
            for reference in references {
                let named = self.book.cover(&reference);
                if named.is_empty() {
                    let why = format!("the note names `{reference}`, which this list does not have");
                    self.sink.quarantine(*line, why);
                }
                for other in named {
                    if self.is_kin(number, other) {
                        // Read downwards it would make a code exclude itself.
                        self.sink.leave_out("excludes note that names its own kin");
                    } else if let Some(object) = self.curie(other) {
                        self.edge(*line, carrier, relation, object);
                    }
                }
            }
        }
    }

    /// Whether one of two entries is the other or stands above it.
    fn is_kin(&self, left: usize, right: usize) -> bool {
        let line = |number: usize| {
            std::iter::successors(Some(number), |&at| self.entries.get(at).and_then(|entry| entry.above))
        };
        line(left).any(|at| at == right) || line(right).any(|at| at == left)
    }

    fn quarantine_what_hangs_on(&mut self, entry: &Entry) {
        const WHY: &str = "it belongs to an entry whose name cannot be used";
        if entry.kind != Kind::Chapter {
            self.sink.quarantine(entry.line, WHY);
        }
        for (line, _) in &entry.terms {
            self.sink.quarantine(*line, WHY);
            self.sink.quarantine(*line, WHY);
        }
        for (line, _, _) in &entry.notes {
            self.sink.quarantine(*line, WHY);
        }
    }
}
