//! From records to a graph.
//!
//! Identifiers are settled first (cliques, former ids, obsolete terms), then nodes, then edges; nothing is looked up
//! by name. What cannot be used is counted with its file, so that after this stage every record that was read is
//! loaded, a duplicate, left out by a named rule, or in quarantine.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;
use thiserror::Error;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::NodeRecord;
use crate::kg::Records;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::freeze::Parts;
use crate::kg::freeze::freeze;
use crate::kg::graph::CategoryId;
use crate::kg::graph::Edge;
use crate::kg::graph::EdgeDetails;
use crate::kg::graph::Node;
use crate::kg::graph::NodeId;
use crate::kg::graph::SourceId;
use crate::kg::taxonomy::cycle_edges;
use crate::location::Location;
use crate::location::Place;

/// The `[kg]` section of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KgConfig {
    /// Which claims of sameness merge nodes; `exact` unless told otherwise.
    #[serde(default)]
    pub merge: Merge,
}

/// Which claims of sameness merge nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// Exact matches do; broader and narrower ones never.
    #[default]
    Exact,
    /// None do.
    None,
}

/// A graph, and what was seen while it was built.
#[derive(Debug)]
pub struct Built {
    /// The graph.
    pub graph: Graph,
    /// Every file with the fate of its records.
    pub files: Vec<FileTally>,
    /// The findings of the readers and of this stage.
    pub findings: Vec<Finding>,
}

/// Why records make no graph.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// More nodes or edges than ids.
    #[error("{count} {what} are more than the {} that one graph can hold", u32::MAX)]
    TooMany {
        /// `nodes` or `edges`.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// More categories than ids.
    #[error("{count} categories are more than the 65,535 that one graph can hold")]
    TooManyCategories {
        /// How many.
        count: usize,
    },
}

const DANGLING: Code = Code("K101");
const CYCLE: Code = Code("K102");
const NO_REPLACEMENT: Code = Code("K103");
const OUTSIDE: Code = Code("K104");

/// Builds the graph.
///
/// # Errors
///
/// [`BuildError`] if the records are more than ids can number.
///
/// # Complexity
///
/// O(n log n + m log m) time; the records are consumed.
pub fn build(mut records: Records, relations: &Relations, config: &KgConfig) -> Result<Built, BuildError> {
    let mut files = std::mem::take(&mut records.files);
    let mut findings = std::mem::take(&mut records.findings);
    let aliases = cliques(&records, config, &mut files);
    let redirects = redirects(&records, &aliases);

    let (nodes, categories) = nodes(&mut records, &aliases, &mut files)?;
    let mut by_curie: HashMap<Curie, NodeId, FxBuildHasher> = HashMap::default();
    for (number, node) in (0_u32..).zip(&nodes) {
        by_curie.insert(node.curie.clone(), NodeId(number));
    }
    for (from, to) in aliases.iter().chain(&redirects) {
        if let Some(&node) = by_curie.get(to) {
            by_curie.entry(from.clone()).or_insert(node);
        }
    }

    let mut context = EdgeContext {
        nodes: &nodes,
        categories: &categories,
        relations,
        by_curie: &by_curie,
        redirects: &redirects,
        files: &mut files,
        seen: BTreeMap::new(),
    };
    let resolved = edges(std::mem::take(&mut records.edges), &mut context);
    let seen = std::mem::take(&mut context.seen);
    let (edges, details) = without_cycles(resolved, nodes.len(), relations, &mut files, &mut findings)?;
    for ((code, text), (count, place)) in seen {
        let mut finding = Finding::warning(code, text).times(count);
        finding.location = files.get(place.file.index()).map(|file| Location::line(file.path.clone(), place.line));
        findings.push(finding);
    }
    Ok(Built {
        graph: freeze(Parts { nodes, edges, details, categories, by_curie }, relations.clone(), records.sources),
        files,
        findings,
    })
}

/// CURIE → the CURIE of its clique, for all but the representative.
fn cliques(records: &Records, config: &KgConfig, files: &mut [FileTally]) -> BTreeMap<Curie, Curie> {
    let mut parent: BTreeMap<Curie, Curie> = BTreeMap::new();
    fn root(parent: &BTreeMap<Curie, Curie>, curie: &Curie) -> Curie {
        let mut at = curie;
        while let Some(next) = parent.get(at) {
            at = next;
        }
        at.clone()
    }
    for record in &records.matches {
        let Some(file) = files.get_mut(record.place.file.index()) else { continue };
        if config.merge == Merge::None {
            *file.left_out.entry("merging is off".into()).or_default() += 1;
            continue;
        }
        let (left, right) = (root(&parent, &record.left), root(&parent, &record.right));
        if left == right {
            file.duplicates += 1;
        } else {
            file.loaded += 1;
            parent.insert(right, left);
        }
    }
    let members: Vec<Curie> = parent.keys().cloned().collect();
    members
        .into_iter()
        .map(|member| {
            let to = root(&parent, &member);
            (member, to)
        })
        .collect()
}

/// Former and obsolete ids → what they mean now.
fn redirects(records: &Records, aliases: &BTreeMap<Curie, Curie>) -> BTreeMap<Curie, Curie> {
    let mut direct: BTreeMap<Curie, Curie> = BTreeMap::new();
    let canonical = |curie: &Curie| aliases.get(curie).unwrap_or(curie).clone();
    for node in &records.nodes {
        for former in &node.former {
            direct.entry(former.clone()).or_insert_with(|| canonical(&node.curie));
        }
        if let (true, Some(by)) = (node.is_obsolete, &node.replaced_by) {
            direct.insert(canonical(&node.curie), canonical(by));
        }
    }
    // Follow chains; one that loops leads nowhere.
    let mut settled = BTreeMap::new();
    for (from, to) in &direct {
        let mut at = to;
        let mut steps = 0;
        while let Some(next) = direct.get(at) {
            at = next;
            steps += 1;
            if steps > direct.len() {
                break;
            }
        }
        if steps <= direct.len() {
            settled.insert(from.clone(), at.clone());
        }
    }
    settled
}

/// The nodes in the order of CURIEs, and the categories in the order of names.
fn nodes(
    records: &mut Records,
    aliases: &BTreeMap<Curie, Curie>,
    files: &mut [FileTally],
) -> Result<(Vec<Node>, IndexSet<Box<str>>), BuildError> {
    let mut merged: HashMap<Curie, NodeRecord, FxBuildHasher> = HashMap::default();
    let described = std::mem::take(&mut records.nodes).into_iter().map(|record| (record, true));
    let mentioned = std::mem::take(&mut records.mentions).into_iter().map(|record| (record, false));
    for (mut record, counts) in described.chain(mentioned) {
        let own = record.curie.clone();
        if let Some(to) = aliases.get(&own) {
            record.curie = to.clone();
            record.xrefs.push(own);
        }
        let file = files.get_mut(record.place.file.index()).filter(|_| counts);
        match merged.entry(record.curie.clone()) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                if let Some(file) = file {
                    file.loaded += 1;
                }
                entry.insert(record);
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) => {
                if let Some(file) = file {
                    file.duplicates += 1;
                }
                // What is mentioned by the way is not thereby in use.
                record.is_obsolete |= !counts && entry.get().is_obsolete;
                merge_node(entry.get_mut(), record);
            }
        }
    }
    let mut list: Vec<NodeRecord> = merged.into_values().collect();
    list.sort_unstable_by(|left, right| left.curie.cmp(&right.curie));
    if u32::try_from(list.len()).is_err() {
        return Err(BuildError::TooMany { what: "nodes", count: list.len() });
    }
    let mut categories: IndexSet<Box<str>> = list.iter().map(|record| record.category.clone()).collect();
    categories.sort_unstable();
    if categories.len() > usize::from(u16::MAX) {
        return Err(BuildError::TooManyCategories { count: categories.len() });
    }
    let source_of: Vec<u16> = files.iter().map(|file| file.source).collect();
    let nodes = list.into_iter().map(|record| freeze_node(record, &categories, &source_of)).collect();
    Ok((nodes, categories))
}

fn freeze_node(mut record: NodeRecord, categories: &IndexSet<Box<str>>, source_of: &[u16]) -> Node {
    record.synonyms.sort();
    record.synonyms.dedup();
    record.xrefs.sort();
    record.xrefs.dedup();
    let category = categories.get_index_of(&record.category).and_then(|index| u16::try_from(index).ok());
    Node {
        curie: record.curie,
        label: record.label,
        category: CategoryId(category.unwrap_or(0)),
        synonyms: record.synonyms,
        xrefs: record.xrefs,
        definition: record.definition,
        is_obsolete: record.is_obsolete,
        source: SourceId(source_of.get(record.place.file.index()).copied().unwrap_or(0)),
        place: record.place,
    }
}

fn merge_node(into: &mut NodeRecord, more: NodeRecord) {
    let keep = |into: &mut Box<str>, more: Box<str>| {
        if into.is_empty() {
            *into = more;
        }
    };
    keep(&mut into.label, more.label);
    keep(&mut into.category, more.category);
    keep(&mut into.definition, more.definition);
    into.synonyms.extend(more.synonyms);
    into.xrefs.extend(more.xrefs);
    into.former.extend(more.former);
    into.is_obsolete &= more.is_obsolete;
}

struct EdgeContext<'a> {
    nodes: &'a [Node],
    categories: &'a IndexSet<Box<str>>,
    relations: &'a Relations,
    by_curie: &'a HashMap<Curie, NodeId, FxBuildHasher>,
    redirects: &'a BTreeMap<Curie, Curie>,
    files: &'a mut [FileTally],
    seen: BTreeMap<(Code, String), (u64, Place)>,
}

impl EdgeContext<'_> {
    fn note(&mut self, code: Code, text: String, place: Place) {
        let entry = self.seen.entry((code, text)).or_insert((0, place));
        entry.0 += 1;
        entry.1 = entry.1.min(place);
    }

    fn leave_out(&mut self, place: Place, rule: &str) {
        if let Some(file) = self.files.get_mut(place.file.index()) {
            *file.left_out.entry(rule.into()).or_default() += 1;
        }
    }

    fn quarantine(&mut self, place: Place) {
        if let Some(file) = self.files.get_mut(place.file.index()) {
            file.quarantined += 1;
        }
    }

    /// The live node that a CURIE means.
    fn node(&mut self, curie: &Curie, place: Place) -> Option<NodeId> {
        let wanted = self.redirects.get(curie).unwrap_or(curie);
        let Some(&node) = self.by_curie.get(wanted) else {
            self.note(DANGLING, "edges name a node that no source describes; they are in quarantine".into(), place);
            return None;
        };
        if self.nodes[node.index()].is_obsolete {
            let text = "edges name an obsolete node that nothing replaces; they are in quarantine";
            self.note(NO_REPLACEMENT, text.into(), place);
            return None;
        }
        Some(node)
    }

    /// The relation, or the one it gives way to, whose domain and range hold the ends.
    fn fitting(&self, relation: RelationId, subject: NodeId, object: NodeId) -> Option<RelationId> {
        let otherwise = self.relations.row(relation).otherwise.as_ref().and_then(|name| self.relations.id(name));
        std::iter::once(relation).chain(otherwise).find(|&relation| {
            let row = self.relations.row(relation);
            self.is_category(subject, &row.domain) && self.is_category(object, &row.range)
        })
    }

    fn is_category(&self, node: NodeId, allowed: &[Box<str>]) -> bool {
        let category = self.nodes[node.index()].category;
        allowed.is_empty()
            || self.categories.get_index(usize::from(category.0)).is_some_and(|name| allowed.contains(name))
    }
}

type Resolved = BTreeMap<(NodeId, RelationId, NodeId, SourceId), EdgeDetails>;

fn edges(records: Vec<EdgeRecord>, context: &mut EdgeContext<'_>) -> Resolved {
    let mut resolved = Resolved::new();
    for record in records {
        let place = record.place;
        let ends = (context.node(&record.subject, place), context.node(&record.object, place));
        let (Some(mut subject), Some(mut object)) = ends else {
            context.quarantine(place);
            continue;
        };
        if subject == object {
            context.leave_out(place, "self loop");
            continue;
        }
        let Some(relation) = context.fitting(record.relation, subject, object) else {
            let name = &context.relations.row(record.relation).name;
            let text = format!("edges `{name}` join categories that the relation may not join; they are in quarantine");
            context.note(OUTSIDE, text, place);
            context.quarantine(place);
            continue;
        };
        let row = context.relations.row(relation);
        if row.is_symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
        }
        let Some(file) = context.files.get_mut(place.file.index()) else { continue };
        let key = (subject, relation, object, SourceId(file.source));
        match resolved.entry(key) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                file.loaded += 1;
                entry.insert(EdgeDetails { qualifiers: record.qualifiers, places: vec![place] });
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                file.duplicates += 1;
                entry.get_mut().qualifiers.merge(record.qualifiers);
                entry.get_mut().places.push(place);
            }
        }
    }
    resolved
}

/// Cuts `is_a` cycles and gives edges their numbers.
fn without_cycles(
    mut resolved: Resolved,
    n_nodes: usize,
    relations: &Relations,
    files: &mut [FileTally],
    findings: &mut Vec<Finding>,
) -> Result<(Vec<Edge>, Vec<EdgeDetails>), BuildError> {
    let is_a = relations.is_a();
    let mut kinds: Vec<_> = resolved
        .iter()
        .filter(|((_, relation, _, _), _)| *relation == is_a)
        .map(|(key, details)| (details.places.first().copied(), *key))
        .collect();
    kinds.sort_unstable();
    let pairs: Vec<(NodeId, NodeId)> = kinds.iter().map(|(_, (child, _, parent, _))| (*child, *parent)).collect();
    for position in cycle_edges(n_nodes, &pairs) {
        let (place, key) = &kinds[position];
        let Some(details) = resolved.remove(key) else { continue };
        for (nth, at) in details.places.iter().enumerate() {
            let Some(file) = files.get_mut(at.file.index()) else { continue };
            *file.left_out.entry("is_a cycle".into()).or_default() += 1;
            if nth == 0 {
                file.loaded -= 1;
            } else {
                file.duplicates -= 1;
            }
        }
        let text = "an `is_a` edge closes a cycle and was cut; of a cycle the edge read last goes";
        let mut finding = Finding::warning(CYCLE, text);
        finding.location = place.and_then(|place| {
            let path = &files.get(place.file.index())?.path;
            Some(Location::line(path.clone(), place.line))
        });
        findings.push(finding);
    }
    if u32::try_from(resolved.len()).is_err() {
        return Err(BuildError::TooMany { what: "edges", count: resolved.len() });
    }
    Ok(resolved
        .into_iter()
        .map(|((subject, relation, object, source), mut details)| {
            details.places.sort_unstable();
            (Edge { subject, relation, object, source }, details)
        })
        .unzip())
}
