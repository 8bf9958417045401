//! Curated mechanisms as questions: which paths from this drug to this disease did a curator draw?
//!
//! An entry is a graph and not a chain: a drug may act on two receptors that both matter. So every simple path through an
//! entry counts as drawn, and all entries of one drug and one disease are one question.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::NodeId;

/// Curated entries have nine hops at most.
const MAX_NODES: usize = 12;
/// No entry has more than some dozen paths; one that has is cut there, which makes nothing count as drawn that is not.
const MAX_PATHS: usize = 1_000;

/// What a curator drew: links between nodes, from a drug to a disease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Where it starts.
    pub drug: Curie,
    /// Where it ends.
    pub disease: Curie,
    /// From each node to the next.
    pub links: Vec<(Curie, Curie)>,
}

/// A pair of a drug and a disease, and the paths that curators drew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The drug.
    pub from: NodeId,
    /// The disease.
    pub to: NodeId,
    /// Node sequences of at least two hops and at most [`super::MAX_HOPS`].
    pub curated: BTreeSet<Vec<NodeId>>,
    /// How many more were drawn of one hop, or of more hops than are looked for.
    pub n_beyond: usize,
}

/// Questions, and what became of entries that are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// In the order of their ends.
    pub tasks: Vec<Task>,
    /// Entries whose drug or disease is no node of the graph, or whose ends are one node.
    pub n_without_ends: usize,
    /// Links one of whose ends is no node of the graph.
    pub n_lost_links: usize,
}

impl Tasks {
    /// The questions that entries ask of a graph.
    ///
    /// # Complexity
    ///
    /// O(links) but for the paths of an entry, of which a thousand are followed at most.
    pub fn of(graph: &Graph, mechanisms: &[Mechanism]) -> Self {
        let mut by_ends: BTreeMap<(NodeId, NodeId), BTreeSet<Vec<NodeId>>> = BTreeMap::new();
        let mut all = Self::default();
        for entry in mechanisms {
            let ends = graph.find(&entry.drug).zip(graph.find(&entry.disease));
            let Some((from, to)) = ends.filter(|(from, to)| from != to) else {
                all.n_without_ends += 1;
                continue;
            };
            let mut next: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
            for (source, target) in &entry.links {
                match graph.find(source).zip(graph.find(target)) {
                    Some((source, target)) => _ = next.entry(source).or_default().insert(target),
                    None => all.n_lost_links += 1,
                }
            }
            let found = by_ends.entry((from, to)).or_default();
            follow(&next, to, &mut vec![from], found);
        }
        let is_asked = |path: &Vec<NodeId>| (3..=super::MAX_HOPS + 1).contains(&path.len());
        all.tasks = by_ends
            .into_iter()
            .filter(|(_, paths)| !paths.is_empty())
            .map(|((from, to), paths)| {
                let n_all = paths.len();
                let curated: BTreeSet<Vec<NodeId>> = paths.into_iter().filter(is_asked).collect();
                Task { from, to, n_beyond: n_all - curated.len(), curated }
            })
            .collect();
        all
    }
}

fn follow(
    next: &BTreeMap<NodeId, BTreeSet<NodeId>>,
    to: NodeId,
    path: &mut Vec<NodeId>,
    found: &mut BTreeSet<Vec<NodeId>>,
) {
    let Some(&last) = path.last() else { return };
    if last == to {
        found.insert(path.clone());
        return;
    }
    if path.len() >= MAX_NODES || found.len() >= MAX_PATHS {
        return;
    }
    for &node in next.get(&last).into_iter().flatten() {
        if !path.contains(&node) {
            path.push(node);
            follow(next, to, path, found);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_through_an_entry_is_drawn_and_what_cannot_be_asked_is_counted() {
        let graph = Graph::from_arrows(
            "Drug:a -affects-> Gene:b\nDrug:a -affects-> Gene:c\nGene:b -affects-> Disease:d\nGene:c -affects-> Disease:d",
        )
        .unwrap();
        let curie = |text: &str| text.parse().unwrap();
        let link = |from: &str, to: &str| (curie(from), curie(to));
        let links = vec![
            link("Drug:a", "Gene:b"),
            link("Gene:b", "Disease:d"),
            link("Drug:a", "Gene:c"),
            link("Gene:c", "Disease:d"),
            link("Drug:a", "Disease:d"),
            link("Drug:a", "Gene:x"),
        ];
        let entry = Mechanism { drug: curie("Drug:a"), disease: curie("Disease:d"), links };
        let other = Mechanism { drug: curie("Drug:x"), ..entry.clone() };
        let tasks = Tasks::of(&graph, &[entry, other]);
        assert_eq!((tasks.tasks.len(), tasks.n_without_ends, tasks.n_lost_links), (1, 1, 1));
        assert_eq!((tasks.tasks[0].curated.len(), tasks.tasks[0].n_beyond), (2, 1));
    }
}
