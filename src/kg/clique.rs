//! Identifiers that mean one thing.
//!
//! Exact matches chain: what two sources hold to be a third source's disease is one disease. Members are found by a
//! union-find over the matches, and the one that names the node is chosen by its prefix, never by the order of
//! lines, so that the same knowledge has the same names however a source sorts its files. A clique that melts two
//! nodes which one source tells apart is built as the matches say and *told*, because either the matches or the
//! source is wrong and only a curator knows which; no item rests on such a node.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::Curie;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::KgConfig;
use crate::kg::MatchRecord;
use crate::kg::Merge;
use crate::kg::NodeId;
use crate::kg::NodeRecord;
use crate::kg::Records;
use crate::kg::Scope;
use crate::kg::Synonym;
use crate::kg::names::normal_name;
use crate::kg::prefix;
use crate::location::Place;

/// So many cliques or names are told one by one; the rest are counted.
const TOLD: usize = 10;
const FUSED: Code = Code("K111");
const OTHER_NAMES: Code = Code("K112");
const HOMONYMS: Code = Code("K113");

/// Which prefix names a node, by category and best first; see [`PreferredPrefixes::default_order`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PreferredPrefixes(BTreeMap<Box<str>, Vec<Box<str>>>);

impl PreferredPrefixes {
    /// The order of a category that the pipeline says nothing of: the vocabulary that is made for it first, then
    /// those that others map to most.
    pub fn default_order(category: &str) -> &'static [&'static str] {
        match category {
            "Disease" => &["MONDO", "DOID", "ORPHA", "OMIM", "OMIMPS", "MESH", "NCIT", "SCTID", "UMLS"],
            "PhenotypicFeature" => &["HP", "SYMP", "MP", "MESH", "NCIT", "SCTID", "UMLS"],
            "Gene" => &["NCBIGene", "HGNC", "ENSEMBL", "OMIM"],
            "Protein" => &["UniProtKB", "PR"],
            "Drug" | "ChemicalEntity" | "SmallMolecule" => &["DRUGBANK", "CHEBI", "MESH", "RXNORM", "UNII", "UMLS"],
            "BiologicalProcess" | "MolecularActivity" | "CellularComponent" => &["GO", "REACT", "MESH"],
            "Pathway" => &["REACT", "GO"],
            "AnatomicalEntity" => &["UBERON", "CL", "MESH"],
            "Symptom" => &["SYMP", "HP"],
            _ => &[],
        }
    }

    /// The rank of a prefix among those of a category; the least names the node.
    fn rank(&self, category: &str, of: &str) -> usize {
        let spelled = |given: &str| prefix(given).map_or(given == of, |known| known.prefix == of);
        let found = match self.0.get(category) {
            Some(order) => order.iter().position(|given| spelled(given)),
            None => Self::default_order(category).iter().position(|given| spelled(given)),
        };
        found.unwrap_or(usize::MAX)
    }
}

/// A union-find over identifiers.
#[derive(Debug, Clone, Default)]
pub struct Cliques {
    /// In the order in which they were met.
    members: IndexSet<Curie, FxBuildHasher>,
    parent: Vec<u32>,
}

impl Cliques {
    /// The cliques of matches.
    ///
    /// # Complexity
    ///
    /// O(n log n) for n matches: paths are halved, and of two roots the one that was met first stays.
    pub fn of(matches: &[MatchRecord]) -> Self {
        let mut cliques = Self::default();
        for record in matches {
            cliques.join(record);
        }
        cliques
    }

    /// The member that stands for an identifier's clique: the one that was met first. An identifier that no match
    /// names stands for itself.
    pub fn first<'a>(&'a self, curie: &'a Curie) -> &'a Curie {
        let number = self.members.get_index_of(curie).and_then(|index| u32::try_from(index).ok());
        let Some(mut at) = number else { return curie };
        while self.parent[at as usize] != at {
            at = self.parent[at as usize];
        }
        self.members.get_index(at as usize).unwrap_or(curie)
    }

    /// Joins the ends of a match; whether that was news.
    fn join(&mut self, record: &MatchRecord) -> bool {
        let left = self.root_of(&record.left);
        let right = self.root_of(&record.right);
        let (Some(left), Some(right)) = (left, right) else { return false };
        self.parent[left.max(right) as usize] = left.min(right);
        left != right
    }

    fn root_of(&mut self, curie: &Curie) -> Option<u32> {
        let index = match self.members.get_index_of(curie) {
            Some(index) => index,
            None => self.members.insert_full(curie.clone()).0,
        };
        let mut at = u32::try_from(index).ok()?;
        if index == self.parent.len() {
            self.parent.push(at);
        }
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        Some(at)
    }

    /// The members of each clique, in the order in which they were met.
    fn groups(&mut self) -> Vec<Vec<Curie>> {
        let mut groups: BTreeMap<u32, Vec<Curie>> = BTreeMap::new();
        for curie in self.members.clone() {
            if let Some(root) = self.root_of(&curie) {
                groups.entry(root).or_default().push(curie);
            }
        }
        groups.into_values().collect()
    }
}

/// What merging makes of identifiers.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// CURIE → the CURIE of its clique, for all but the one that names it.
    pub(super) aliases: BTreeMap<Curie, Curie>,
    /// Former and obsolete ids → what they mean now.
    pub(super) redirects: BTreeMap<Curie, Curie>,
}

/// Settles which identifiers are one. Names that lose become synonyms, and members that no source describes become
/// cross-references, so that the node can be found by all of them.
pub(super) fn merge(
    records: &mut Records,
    config: &KgConfig,
    files: &mut [FileTally],
    findings: &mut Vec<Finding>,
) -> Merged {
    let mut cliques = Cliques::default();
    for record in &records.matches {
        let Some(file) = files.get_mut(record.place.file.index()) else { continue };
        if config.merge == Merge::None {
            *file.left_out.entry("merging is off".into()).or_default() += 1;
        } else if cliques.join(record) {
            file.loaded += 1;
        } else {
            file.duplicates += 1;
        }
    }
    let aliases = aliases(&mut cliques, records, &config.preferred_prefixes);
    findings.extend(fused(records, &aliases, files));
    findings.extend(other_names(records, &aliases, files));
    mention_members(records, &aliases);
    let redirects = redirects(records, &aliases);
    Merged { aliases, redirects }
}

fn aliases(cliques: &mut Cliques, records: &Records, preferred: &PreferredPrefixes) -> BTreeMap<Curie, Curie> {
    // The category of a clique is that of the first record that gives one.
    let mut categories: HashMap<&Curie, &str, FxBuildHasher> = HashMap::default();
    for record in all(records).filter(|record| !record.category.is_empty()) {
        if cliques.members.contains(&record.curie) {
            categories.entry(cliques.first(&record.curie)).or_insert(&record.category);
        }
    }
    let categories: HashMap<Curie, &str, FxBuildHasher> =
        categories.into_iter().map(|(first, category)| (first.clone(), category)).collect();
    let mut aliases = BTreeMap::new();
    for members in cliques.groups() {
        let category = members.first().and_then(|first| categories.get(first)).copied().unwrap_or("");
        // Of equal prefixes the least CURIE, so that the order of lines does not matter where prefixes are ranked.
        let named = members.iter().enumerate().min_by_key(|(position, member)| {
            let rank = preferred.rank(category, member.prefix());
            let tie = if rank == usize::MAX { (*position, None) } else { (0, Some(*member)) };
            (rank, tie)
        });
        let Some((_, name)) = named else { continue };
        let others = members.iter().filter(|member| *member != name);
        aliases.extend(others.map(|member| (member.clone(), name.clone())));
    }
    aliases
}

fn all(records: &Records) -> impl Iterator<Item = &NodeRecord> {
    records.nodes.iter().chain(&records.mentions)
}

/// Tells the cliques that hold two identifiers of one prefix which one source has as two nodes.
fn fused(records: &Records, aliases: &BTreeMap<Curie, Curie>, files: &[FileTally]) -> Vec<Finding> {
    let named: BTreeSet<&Curie> = aliases.values().collect();
    let mut apart: BTreeMap<(&Curie, u16, &str), BTreeMap<&Curie, &NodeRecord>> = BTreeMap::new();
    for record in all(records) {
        let to = aliases.get(&record.curie).or_else(|| named.get(&record.curie).copied());
        let (Some(to), Some(file)) = (to, files.get(record.place.file.index())) else { continue };
        let told = apart.entry((to, file.source, record.curie.prefix())).or_default();
        told.entry(&record.curie).or_insert(record);
    }
    let mut findings = Vec::new();
    let mut n_more = 0;
    for ((to, source, _), told) in apart.into_iter().filter(|(_, told)| told.len() > 1) {
        if findings.len() == TOLD {
            n_more += 1;
            continue;
        }
        let name = records.sources.get(usize::from(source)).map_or("", |source| &source.name);
        let shown: Vec<String> = told.iter().map(|(curie, record)| format!("{curie} `{}`", record.label)).collect();
        let text = format!("exact matches make one node, {to}, of what `{name}` tells apart: {}", shown.join(", "));
        let place = told.values().next().map(|record| record.place);
        let location = place.and_then(|place| {
            Some(crate::location::Location::line(files.get(place.file.index())?.path.clone(), place.line))
        });
        findings.push(Finding { location, ..Finding::warning(FUSED, text) });
    }
    if n_more > 0 {
        let text = "more nodes are made by exact matches of what one source tells apart";
        findings.push(Finding::warning(FUSED, text).times(n_more));
    }
    findings
}

/// Keeps the names that a clique does not go by as synonyms, and tells how many there are. It goes by the first name
/// that may be passed on, or the first where none may.
fn other_names(records: &mut Records, aliases: &BTreeMap<Curie, Curie>, files: &[FileTally]) -> Option<Finding> {
    let named: BTreeSet<&Curie> = aliases.values().collect();
    let mut labels: BTreeMap<Curie, (Box<str>, bool)> = BTreeMap::new();
    let mut differing: BTreeMap<Curie, (Box<str>, Box<str>)> = BTreeMap::new();
    let Records { nodes, mentions, sources, .. } = records;
    let may_publish = |place: Place| {
        let source = files.get(place.file.index()).and_then(|file| sources.get(usize::from(file.source)));
        source.is_none_or(|source| source.licence.may_publish())
    };
    let clique = |curie: &Curie| aliases.get(curie).or_else(|| named.get(curie).copied());
    for record in nodes.iter().chain(&*mentions).filter(|record| !record.label.is_empty()) {
        let Some(to) = clique(&record.curie) else { continue };
        let is_open = may_publish(record.place);
        if labels.get(to).is_none_or(|&(_, was_open)| is_open && !was_open) {
            labels.insert(to.clone(), (record.label.clone(), is_open));
        }
    }
    for record in nodes.iter_mut().chain(mentions).filter(|record| !record.label.is_empty()) {
        let Some(to) = clique(&record.curie) else { continue };
        let Some((label, _)) = labels.get(to) else { continue };
        if *label != record.label && normal_name(label) != normal_name(&record.label) {
            differing.entry(to.clone()).or_insert_with(|| (label.clone(), record.label.clone()));
            record.synonyms.push(Synonym { text: record.label.clone(), scope: Scope::Exact, is_lay: false });
        }
    }
    let shown = differing.iter().take(TOLD).map(|(curie, (label, other))| format!("{curie} `{label}` / `{other}`"));
    let shown: Vec<String> = shown.collect();
    let text =
        format!("nodes of several identifiers have another name in each source: {}", listed(shown, differing.len()));
    let count = u64::try_from(differing.len()).unwrap_or(u64::MAX);
    (count > 0).then(|| Finding::note(OTHER_NAMES, text).times(count))
}

/// Mentions the members where the node itself is described: they become cross-references, which are claims of whoever
/// gave the match and not of whoever described the member.
fn mention_members(records: &mut Records, aliases: &BTreeMap<Curie, Curie>) {
    let canonical = |curie: &Curie| aliases.get(curie).unwrap_or(curie).clone();
    let described: hashbrown::HashSet<Curie, FxBuildHasher> =
        all(records).map(|record| canonical(&record.curie)).collect();
    let mut mentioned = Vec::new();
    for record in &records.matches {
        for member in [&record.left, &record.right] {
            if let Some(to) = aliases.get(member).filter(|to| described.contains(*to)) {
                let mention = NodeRecord::new(to.clone(), "", "", record.place);
                mentioned.push(NodeRecord { xrefs: vec![member.clone()], ..mention });
            }
        }
    }
    records.mentions.extend(mentioned);
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

/// Tells how many nodes share a category and a name with another; nothing merges by it.
pub(super) fn homonyms(graph: &Graph) -> Option<Finding> {
    let mut groups: BTreeSet<Vec<NodeId>> = BTreeSet::new();
    let live = graph.nodes().filter(|(_, node)| !node.is_obsolete).map(|(id, _)| id);
    for node in live.filter(|&node| !graph.twins(node).is_empty()) {
        let mut group: Vec<NodeId> = graph.twins(node).to_vec();
        group.push(node);
        group.sort_unstable();
        groups.insert(group);
    }
    let shown = groups.iter().take(TOLD).filter_map(|group| {
        let curies: Vec<String> = group.iter().map(|&node| graph.curie(node).to_string()).collect();
        Some(format!("`{}` {}", graph.label(*group.first()?), curies.join(", ")))
    });
    let text = format!("names are borne by several nodes of one category: {}", listed(shown.collect(), groups.len()));
    let count = u64::try_from(groups.len()).unwrap_or(u64::MAX);
    (count > 0).then(|| Finding::note(HOMONYMS, text).times(count))
}

fn listed(mut shown: Vec<String>, total: usize) -> String {
    if let Some(more) = total.checked_sub(shown.len()).filter(|&more| more > 0) {
        shown.push(format!("{more} more"));
    }
    shown.join("; ")
}

#[cfg(test)]
mod tests;
