//! Who is to be credited, and for what.
//!
//! Three groups, told apart everywhere: sources that items use, sources of which only the graph's tables hold something,
//! and sources that were read and of which nothing is passed on, be it that their licence forbids it or that others had
//! said all of it. The manifest has the counts, `NOTICE` the lines that must be passed on, the card both.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::finding::Code;
use crate::finding::Finding;
use crate::finding::printable;
use crate::kg::Graph;
use crate::kg::Licence;
use crate::kg::Share;
use crate::kg::SourceId;
use crate::write::assemble::Placed;
use crate::write::manifest::AttributionEntry;
use crate::write::manifest::Manifest;
use crate::write::manifest::ShareEntry;
use crate::write::manifest::SourceEntry;

/// The name of the file with the credits.
pub(super) const NOTICE: &str = "NOTICE";

const WITHHELD: Code = Code("W102");

/// What a data set owes to each source, and how many items have which licence.
#[derive(Debug, Clone, Default)]
pub(super) struct Credit {
    pub(super) attribution: Vec<AttributionEntry>,
    pub(super) licences: BTreeMap<String, u64>,
}

impl Credit {
    /// Counts over items and graph.
    ///
    /// # Complexity
    ///
    /// One pass over each.
    pub(super) fn of(graph: &Graph, items: &[Placed]) -> Self {
        let mut n_items: BTreeMap<SourceId, u64> = BTreeMap::new();
        let mut licences: BTreeMap<String, u64> = BTreeMap::new();
        for placed in items {
            let sources = placed.item.sources(graph);
            let class = sources.iter().map(|&source| graph.source(source).licence).max().unwrap_or(Licence::Unknown);
            *licences.entry(class.to_string()).or_default() += 1;
            sources.into_iter().for_each(|source| *n_items.entry(source).or_default() += 1);
        }
        let mut attribution = Vec::new();
        for (id, share) in graph.source_ids().zip(graph.shares()) {
            let (source, share) = (graph.source(id), entry(share));
            let nothing = ShareEntry::default();
            let (published, withheld) = if graph.may_publish(id) { (share, nothing) } else { (nothing, share) };
            attribution.push(AttributionEntry {
                source: source.name.to_string(),
                licence: source.licence.to_string(),
                items: n_items.get(&id).copied().unwrap_or(0),
                published,
                withheld,
            });
        }
        Self { attribution, licences }
    }

    /// What a person should know: what was left out of the graph's tables.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        self.attribution.iter().filter_map(|entry| {
            let (withheld, AttributionEntry { source, licence, .. }) = (told(entry.withheld)?, entry);
            let text =
                format!("`{source}` forbids passing it on, its licence is {licence}: `graph/` goes without {withheld}");
            Some(Finding::warning(WITHHELD, text))
        })
    }
}

fn entry(share: Share) -> ShareEntry {
    let Share { edges, labels, synonyms, xrefs, .. } = share;
    ShareEntry { edges, labels, synonyms, xrefs }
}

/// A share in words; `None` if it is nothing.
pub(super) fn told(share: ShareEntry) -> Option<String> {
    let parts = [
        (share.edges, "edge", "edges"),
        (share.labels, "name", "names"),
        (share.synonyms, "synonym", "synonyms"),
        (share.xrefs, "cross-reference", "cross-references"),
    ];
    let told: Vec<String> = (parts.into_iter().filter(|&(count, ..)| count > 0))
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// A group of sources: a heading, and its members with what is theirs.
pub(super) struct Group<'a> {
    pub(super) heading: &'static str,
    pub(super) members: Vec<(&'a SourceEntry, String)>,
}

/// The sources of a manifest by what the data set owes them; groups without members are left out.
pub(super) fn groups(manifest: &Manifest) -> Vec<Group<'_>> {
    let mut groups = [
        Group { heading: "Used in items", members: Vec::new() },
        Group { heading: "Used in the tables of the graph only", members: Vec::new() },
        Group { heading: "Read, and not passed on", members: Vec::new() },
    ];
    for (source, entry) in manifest.sources.iter().zip(&manifest.attribution) {
        let in_graph = told(entry.published).map(|share| format!("in `graph/` {share}"));
        let in_items = (entry.items > 0).then(|| match entry.items {
            1 => "in 1 item".to_owned(),
            count => format!("in {count} items"),
        });
        let (group, what) = match (in_items, in_graph, told(entry.withheld)) {
            (Some(items), graph, _) => (0, std::iter::once(items).chain(graph).collect::<Vec<_>>().join("; ")),
            (None, Some(graph), _) => (1, graph),
            (None, None, Some(share)) => (2, format!("its licence forbids it: left out are {share}")),
            (None, None, None) => (2, "nothing in these files is from it alone".to_owned()),
        };
        groups[group].members.push((source, what));
    }
    groups.into_iter().filter(|group| !group.members.is_empty()).collect()
}

/// The text of `NOTICE`: plain, because it is to be copied.
pub(super) fn notice(title: &str, manifest: &Manifest) -> String {
    let mut text = format!(
        "{}\n\nThis data set is made from the sources below. Their credit lines must stand wherever the data, or \
         anything made from it, is shown.\n",
        printable(title)
    );
    for Group { heading, members } in groups(manifest) {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "\n{heading}\n");
        for (source, what) in members {
            let SourceEntry { name, version, licence, licence_name, credit, home, .. } = source;
            let [name, version, licence_name] = [name, version, licence_name].map(|text| printable(text));
            let _ = writeln!(text, "  {name} {version}: {licence_name} ({licence}); {what}");
            for line in [credit, home].into_iter().filter(|line| !line.is_empty()) {
                let _ = writeln!(text, "    {}", printable(line));
            }
        }
    }
    text
}
