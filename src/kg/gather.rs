//! One node of what several records say of it.
//!
//! The first record that has a name gives the name, with one exception: a name that may be passed on goes before one
//! that may not, so that a restricted vocabulary, wherever it stands in the list of sources, never makes a node
//! nameless to the world. What gives way stays as a synonym. Of a string that several sources give, the credit goes to
//! one that allows passing it on, the node's own first.

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::Node;
use crate::kg::NodeRecord;
use crate::kg::Scope;
use crate::kg::SourceId;
use crate::kg::Synonym;
use crate::kg::credit::Part;
use crate::kg::normal_name;
use crate::location::Place;

/// Which source a place belongs to, and what that source allows.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// By file.
    pub(super) source_of: Vec<u16>,
    /// By source.
    pub(super) may_publish: Vec<bool>,
}

impl Origins {
    pub(super) fn source(&self, place: Place) -> SourceId {
        SourceId(self.source_of.get(place.file.index()).copied().unwrap_or(0))
    }

    pub(super) fn may_publish(&self, source: SourceId) -> bool {
        self.may_publish.get(usize::from(source.0)).copied().unwrap_or(true)
    }
}

/// What other sources than that of its first record say of a node.
#[derive(Debug, Default)]
struct Others {
    label: Option<SourceId>,
    definition: Option<SourceId>,
    synonyms: Vec<(Synonym, SourceId)>,
    xrefs: Vec<(Curie, SourceId)>,
}

/// The nodes while records are read into them.
#[derive(Debug)]
pub(super) struct Gathering<'a> {
    origins: &'a Origins,
    nodes: HashMap<Curie, NodeRecord, FxBuildHasher>,
    /// Only of nodes that several sources describe.
    others: HashMap<Curie, Box<Others>, FxBuildHasher>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(origins: &'a Origins) -> Self {
        Self { origins, nodes: HashMap::default(), others: HashMap::default() }
    }

    /// Adds a record; whether its node is new. A mere mention brings nothing back into use.
    pub(super) fn add(&mut self, mut record: NodeRecord, is_mention: bool) -> bool {
        let Some(into) = self.nodes.get_mut(&record.curie) else {
            self.nodes.insert(record.curie.clone(), record);
            return true;
        };
        record.is_obsolete |= is_mention && into.is_obsolete;
        into.is_obsolete &= record.is_obsolete;
        if into.category.is_empty() {
            into.category = record.category;
        }
        let (own, source) = (self.origins.source(into.place), self.origins.source(record.place));
        if own == source && !self.others.contains_key(&record.curie) {
            for (into, more) in [(&mut into.label, record.label), (&mut into.definition, record.definition)] {
                if into.is_empty() {
                    *into = more;
                }
            }
            into.synonyms.extend(record.synonyms);
            into.xrefs.extend(record.xrefs);
            return false;
        }
        let others = self.others.entry(record.curie).or_default();
        let giver = Giver { origins: self.origins, own, source };
        if let Some((label, holder)) = giver.offer(&mut into.label, &mut others.label, record.label)
            && normal_name(&label) != normal_name(&into.label)
        {
            others.synonyms.push((Synonym { text: label, scope: Scope::Exact, is_lay: false }, holder));
        }
        giver.offer(&mut into.definition, &mut others.definition, record.definition);
        others.synonyms.extend(record.synonyms.into_iter().map(|synonym| (synonym, source)));
        others.xrefs.extend(record.xrefs.into_iter().map(|xref| (xref, source)));
        false
    }

    /// The records in the order of CURIEs, each with what other sources gave.
    pub(super) fn finish(self) -> Vec<Gathered> {
        let Self { nodes, mut others, .. } = self;
        let mut list: Vec<Gathered> =
            nodes.into_values().map(|record| Gathered { others: others.remove(&record.curie), record }).collect();
        list.sort_unstable_by(|left, right| left.record.curie.cmp(&right.record.curie));
        list
    }
}

/// Who offers a text.
#[derive(Debug, Clone, Copy)]
struct Giver<'a> {
    origins: &'a Origins,
    /// The source of the node's first record.
    own: SourceId,
    /// That of the record at hand.
    source: SourceId,
}

impl Giver<'_> {
    /// Takes a text if there is none yet, or only one that may not be passed on; returns what gave way, with its source.
    fn offer(self, text: &mut Box<str>, credit: &mut Option<SourceId>, more: Box<str>) -> Option<(Box<str>, SourceId)> {
        let holder = credit.unwrap_or(self.own);
        let is_better = self.origins.may_publish(self.source) && !self.origins.may_publish(holder);
        if more.is_empty() || !(text.is_empty() || is_better) {
            return None;
        }
        let old = std::mem::replace(text, more);
        *credit = (self.source != self.own).then_some(self.source);
        (!old.is_empty()).then_some((old, holder))
    }
}

/// A node's record with all that was said of it.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) record: NodeRecord,
    /// Boxed, because hardly any node has some.
    others: Option<Box<Others>>,
}

impl Gathered {
    /// The node, and the source of each part that is not of the node's own.
    ///
    /// The strings are copied, so that what stays lies side by side: those of the records lie among much that goes, and
    /// would keep its room.
    pub(super) fn freeze(
        &mut self,
        categories: &IndexSet<Box<str>>,
        origins: &Origins,
    ) -> (Node, Vec<(Part, SourceId)>) {
        let Self { record, others } = self;
        let own = origins.source(record.place);
        let mut credits = Vec::new();
        if let Some(others) = others.take() {
            let rank = |source: SourceId| (!origins.may_publish(source), source != own, source);
            credits.extend(others.label.map(|source| (Part::Label, source)));
            credits.extend(others.definition.map(|source| (Part::Definition, source)));
            let (synonyms, sources) = settled(std::mem::take(&mut record.synonyms), own, others.synonyms, rank);
            record.synonyms = synonyms;
            credits.extend(sources.into_iter().map(|(at, source)| (Part::Synonym(at), source)));
            let (xrefs, sources) = settled(std::mem::take(&mut record.xrefs), own, others.xrefs, rank);
            record.xrefs = xrefs;
            credits.extend(sources.into_iter().map(|(at, source)| (Part::Xref(at), source)));
        } else {
            record.synonyms.sort();
            record.synonyms.dedup();
            record.xrefs.sort();
            record.xrefs.dedup();
        }
        let category = categories.get_index_of(&record.category).and_then(|index| u16::try_from(index).ok());
        let node = Node {
            curie: record.curie.clone(),
            label: record.label.clone(),
            category: CategoryId(category.unwrap_or(0)),
            synonyms: record.synonyms.clone(),
            xrefs: record.xrefs.clone(),
            definition: record.definition.clone(),
            is_obsolete: record.is_obsolete,
            source: own,
            place: record.place,
        };
        (node, credits)
    }
}

/// The values of all sources, sorted, each once, and by position the sources that are not the node's own.
fn settled<T: Ord, R: Ord>(
    of_own: Vec<T>,
    own: SourceId,
    of_others: Vec<(T, SourceId)>,
    rank: impl Fn(SourceId) -> R,
) -> (Vec<T>, Vec<(u32, SourceId)>) {
    let mut all: Vec<(T, SourceId)> = of_own.into_iter().map(|value| (value, own)).chain(of_others).collect();
    all.sort_unstable_by(|left, right| left.0.cmp(&right.0).then_with(|| rank(left.1).cmp(&rank(right.1))));
    all.dedup_by(|later, first| later.0 == first.0);
    let foreign = (0_u32..).zip(&all).filter(|(_, (_, source))| *source != own).map(|(at, (_, source))| (at, *source));
    let foreign = foreign.collect();
    (all.into_iter().map(|(value, _)| value).collect(), foreign)
}
