//! What the triples of a file say of each of its subjects.
//!
//! The triples of a subject may stand anywhere and in any order, so they are gathered until the file has been read, and
//! whatever may be said more than once is chosen by what it is and not by where it stands: a graph is the same in
//! whatever order a store writes it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use oxrdf::Term;

use crate::ingest::Sink;
use crate::ingest::kgx::most_specific;
use crate::ingest::rdf::Rdf;
use crate::ingest::rdf::meaning::Meaning;
use crate::ingest::rdf::meaning::category;
use crate::ingest::rdf::meaning::is_no_node;
use crate::ingest::rule_part;
use crate::ingest::vocabulary::short;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Scope;
use crate::kg::Synonym;
use crate::location::Place;

/// The subjects of a file, and the things that its edges join.
#[derive(Debug, Default)]
pub(super) struct Described {
    /// IRI → what is said of it.
    subjects: IndexMap<Box<str>, Subject>,
    /// Ends of edges, where each was first met.
    ends: IndexMap<Curie, Place>,
}

#[derive(Debug, Default)]
struct Subject {
    line: u32,
    classes: BTreeSet<Box<str>>,
    labels: BTreeSet<(usize, Box<str>)>,
    synonyms: BTreeSet<(Scope, Box<str>)>,
    definitions: BTreeSet<Box<str>>,
    xrefs: BTreeSet<Box<str>>,
    former: BTreeSet<Box<str>>,
    replaced_by: BTreeSet<Box<str>>,
    is_obsolete: bool,
}

impl Described {
    /// A triple that says something of its subject.
    pub(super) fn take(&mut self, line: u32, subject: &str, meaning: Meaning, object: &Term, settings: &Rdf) {
        let subject = match self.subjects.get_mut(subject) {
            Some(known) => known,
            None => self.subjects.entry(subject.into()).or_insert_with(|| Subject { line, ..Subject::default() }),
        };
        let text: Box<str> = match object {
            Term::NamedNode(iri) => iri.as_str().into(),
            Term::Literal(literal) if settings.is_read(literal.language()) => literal.value().into(),
            _ => return,
        };
        match meaning {
            Meaning::Class => _ = subject.classes.insert(short(&text).into()),
            Meaning::Label(rank) => _ = subject.labels.insert((rank, text)),
            Meaning::Synonym(scope) => _ = subject.synonyms.insert((scope, text)),
            Meaning::Definition => _ = subject.definitions.insert(text),
            Meaning::Xref => _ = subject.xrefs.insert(text),
            Meaning::Former => _ = subject.former.insert(text),
            Meaning::ReplacedBy => _ = subject.replaced_by.insert(text),
            Meaning::Deprecated => subject.is_obsolete |= matches!(&*text, "true" | "1"),
            Meaning::Edge(_) | Meaning::Same => {}
        }
    }

    /// An end of an edge.
    pub(super) fn mention(&mut self, end: &Curie, place: Place) {
        if !self.ends.contains_key(end) {
            self.ends.insert(end.clone(), place);
        }
    }

    /// Hands over the nodes.
    pub(super) fn emit(self, settings: &Rdf, sink: &mut Sink<'_>) {
        let types: BTreeMap<Box<str>, &str> =
            settings.types.iter().map(|(class, category)| (short(class).into(), &**category)).collect();
        for (iri, subject) in self.subjects {
            if let Some(class) = subject.classes.iter().find(|class| is_no_node(class) && !types.contains_key(*class)) {
                sink.leave_out(&format!("member of {}", rule_part(class)));
                continue;
            }
            match settings.curie(&iri) {
                Ok(curie) => {
                    let node = subject.into_node(curie, settings, &types, sink);
                    sink.node(node);
                }
                Err(why) => sink.quarantine(subject.line, why),
            }
        }
        for (end, place) in self.ends {
            let category = settings.stubs.get(end.prefix()).map_or("", |category| category);
            sink.mention(NodeRecord::new(end, "", category, place));
        }
    }
}

impl Subject {
    fn into_node(
        self,
        curie: Curie,
        settings: &Rdf,
        types: &BTreeMap<Box<str>, &str>,
        sink: &mut Sink<'_>,
    ) -> NodeRecord {
        let categories = self.classes.iter().filter_map(|class| types.get(class).copied().or_else(|| category(class)));
        let category = most_specific(categories, sink).unwrap_or(&settings.category);
        let mut labels = self.labels.into_iter().map(|(_, text)| text);
        let label = labels.next().unwrap_or_default();
        let others = labels.filter(|text| *text != label).map(|text| (Scope::Exact, text));
        let synonyms: BTreeSet<(Scope, Box<str>)> = self.synonyms.into_iter().chain(others).collect();
        let mut node = NodeRecord::new(curie, &label, category, sink.place(self.line));
        node.synonyms = synonyms.into_iter().map(|(scope, text)| Synonym { text, scope, is_lay: false }).collect();
        node.definition = self.definitions.into_iter().next().unwrap_or_default();
        // What is no identifier is no claim that can be followed.
        node.xrefs = self.xrefs.iter().filter_map(|xref| settings.curie(xref).ok()).collect();
        node.is_obsolete = self.is_obsolete;
        for former in &self.former {
            match settings.curie(former) {
                Ok(former) => node.former.push(former),
                Err(why) => sink.drop_part(self.line, why),
            }
        }
        if let Some(by) = self.replaced_by.iter().next() {
            match settings.curie(by) {
                Ok(by) => node.replaced_by = Some(by),
                Err(why) => sink.drop_part(self.line, why),
            }
        }
        node
    }
}
