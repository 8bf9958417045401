//! The nodes of all paths of a file.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::ingest::Sink;
use crate::ingest::drugmechdb::Origin;
use crate::ingest::drugmechdb::path::Path;
use crate::ingest::drugmechdb::path::word;
use crate::ingest::identifier::identifier;
use crate::ingest::kgx::is_general;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Scope;
use crate::kg::Synonym;

/// Labels that Biolink has given up since → categories.
const RENAMED: [(&str, &str); 2] =
    [("ChemicalSubstance", "ChemicalEntity"), ("GrossAnatomicalStructure", "AnatomicalEntity")];

/// Gathers nodes until every path was read.
pub(super) struct Nodes<'a> {
    categories: &'a BTreeMap<Box<str>, Box<str>>,
    /// Each time that a path has a node, in the order of reading.
    records: Vec<NodeRecord>,
    /// How often a node has which name, and which label.
    names: BTreeMap<Curie, BTreeMap<Box<str>, u64>>,
    labels: BTreeMap<Curie, BTreeMap<Box<str>, u64>>,
    /// What the head of a path calls its drug.
    drugs: BTreeSet<Curie>,
}

/// The label of what a path begins with.
const DRUG: &str = "Drug";

impl<'a> Nodes<'a> {
    /// No nodes yet; `categories` are the settings'.
    pub(super) fn new(categories: &'a BTreeMap<Box<str>, Box<str>>) -> Self {
        Self {
            categories,
            records: Vec::new(),
            names: BTreeMap::new(),
            labels: BTreeMap::new(),
            drugs: BTreeSet::new(),
        }
    }

    /// Takes the nodes of a path, and says which it has. A node without an identifier goes to quarantine.
    pub(super) fn take(&mut self, path: &Path, origin: Origin<'_>, sink: &mut Sink<'_>) -> BTreeSet<Curie> {
        let same = drug(path, origin, sink);
        self.drugs.extend(same.iter().flatten().cloned());
        let mut known = BTreeSet::new();
        for (line, node) in path.nodes() {
            let curie = match identifier(word(&node.id)) {
                Ok(curie) => curie,
                Err(why) => {
                    origin.quarantine(line, why, sink);
                    continue;
                }
            };
            let (name, label) = (word(&node.name), word(&node.label));
            let exact = |text: &str| Synonym { text: text.into(), scope: Scope::Exact, is_lay: false };
            let xref_of_drug = same.as_ref().and_then(|[mesh, drugbank]| match &curie {
                own if own == mesh => Some(drugbank.clone()),
                own if own == drugbank => Some(mesh.clone()),
                _ => None,
            });
            // What is no identifier is no claim that can be followed.
            let xrefs = node.alt_ids().filter_map(|id| identifier(id).ok()).chain(xref_of_drug);
            self.records.push(NodeRecord {
                synonyms: node.alt_names().map(exact).collect(),
                xrefs: xrefs.collect(),
                ..NodeRecord::new(curie.clone(), name, "", sink.place(origin.line(line)))
            });
            if !name.is_empty() {
                *self.names.entry(curie.clone()).or_default().entry(name.into()).or_default() += 1;
            }
            if !label.is_empty() {
                let renamed = RENAMED.iter().find(|(old, _)| *old == label).map_or(label, |(_, new)| new);
                let category = self.categories.get(label).map_or(renamed, |category| category);
                *self.labels.entry(curie.clone()).or_default().entry(category.into()).or_default() += 1;
            }
            known.insert(curie);
        }
        known
    }

    /// Sends every node to the sink: with the name that most paths give it, the others being synonyms that nobody
    /// vouches for, and with the category that most give it, a general one only where there is no other. Some paths
    /// exchange the labels of their two ends, so what the head of any path names as its drug is a drug if it is ever
    /// called one.
    pub(super) fn send(self, sink: &mut Sink<'_>) {
        let most = |counts: &BTreeMap<Box<str>, u64>| {
            let best = counts.iter().max_by(|left, right| left.1.cmp(right.1).then(right.0.cmp(left.0)));
            best.map(|(text, _)| text.clone()).unwrap_or_default()
        };
        let drug = self.categories.get(DRUG).map_or(DRUG, |category| category);
        for mut record in self.records {
            let name: Box<str> = self.names.get(&record.curie).map(most).unwrap_or_default();
            let own = std::mem::replace(&mut record.label, name);
            if !own.is_empty() {
                record.synonyms.push(Synonym { text: own, scope: Scope::Related, is_lay: false });
            }
            record.synonyms.retain(|synonym| !synonym.text.eq_ignore_ascii_case(&record.label));
            let labels = self.labels.get(&record.curie).into_iter().flatten();
            let is_head = self.drugs.contains(&record.curie);
            let is_no_drug = |label: &str| !(is_head && *label == *drug);
            let ranked = labels.map(|(label, count)| (is_no_drug(label), is_general(label), Reverse(count), label));
            let category = ranked.min().map(|(.., label)| label.clone());
            record.category = category.unwrap_or_default();
            sink.node(record);
        }
    }
}

/// The two identifiers of the drug that the head of a path holds to be one, in MeSH and in DrugBank.
fn drug(path: &Path, origin: Origin<'_>, sink: &mut Sink<'_>) -> Option<[Curie; 2]> {
    let header = path.graph.as_ref()?;
    let drugbank = header.drugbank.as_ref()?;
    // The number follows the prefix twice: `DB:DB00290`.
    let text = drugbank.value.trim();
    let number = text.strip_prefix("DB:").unwrap_or(text);
    let is_number = number.len() == 7
        && number.strip_prefix("DB").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_number {
        let why = format!("`{text}` is no number of DrugBank, as in `DB:DB00290`");
        origin.drop_part(path.line(drugbank), why, sink);
        return None;
    }
    let mesh = word(&header.drug_mesh).parse().ok()?;
    Some([mesh, format!("DRUGBANK:{number}").parse().ok()?])
}
