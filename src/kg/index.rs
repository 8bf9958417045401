//! From a CURIE or a name to a node.
//!
//! Both indexes hold numbers and compare through the nodes, so that no identifier and no name is stored twice: at
//! the size of PrimeKG a map that owns its keys would weigh as much as the edges.

use std::hash::BuildHasher;

use hashbrown::HashMap;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::names::normal_name;

/// Which node a CURIE means.
#[derive(Debug, Clone, Default)]
pub(super) struct Identifiers {
    own: HashTable<NodeId>,
    /// Members of cliques, former and replaced ids.
    others: HashMap<Curie, NodeId, FxBuildHasher>,
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

impl Identifiers {
    /// The CURIEs of the nodes themselves.
    pub(super) fn new(nodes: &[Node]) -> Self {
        let mut own = HashTable::with_capacity(nodes.len());
        for (number, node) in (0_u32..).zip(nodes) {
            let rehash = |of: &NodeId| hash(nodes[of.index()].curie.as_str());
            own.insert_unique(hash(node.curie.as_str()), NodeId(number), rehash);
        }
        Self { own, others: HashMap::default() }
    }

    /// The node that a CURIE means.
    pub(super) fn find(&self, curie: &Curie, nodes: &[Node]) -> Option<NodeId> {
        let own = self.own.find(hash(curie.as_str()), |of| nodes[of.index()].curie == *curie);
        own.or_else(|| self.others.get(curie)).copied()
    }

    /// Lets a CURIE that is no node's own mean what another one means.
    pub(super) fn alias(&mut self, from: &Curie, to: &Curie, nodes: &[Node]) {
        if let (None, Some(node)) = (self.find(from, nodes), self.find(to, nodes)) {
            self.others.insert(from.clone(), node);
        }
    }
}

impl Identifiers {
    /// CURIEs that mean a node and are not its own, in order.
    pub(super) fn others(&self) -> Vec<(&Curie, NodeId)> {
        let mut others: Vec<_> = self.others.iter().map(|(curie, &node)| (curie, node)).collect();
        others.sort_unstable();
        others
    }

    /// Adds a CURIE that was one of [`Self::others`].
    pub(super) fn add_other(&mut self, curie: Curie, node: NodeId) {
        self.others.insert(curie, node);
    }
}

/// Which nodes have a name: (hash of the name in normal form, node), sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NameIndex {
    hashes: Vec<u64>,
    nodes: Vec<NodeId>,
}

impl NameIndex {
    /// Labels and synonyms of all nodes that are not obsolete.
    pub(super) fn new(nodes: &[Node]) -> Self {
        let mut entries: Vec<(u64, NodeId)> = Vec::with_capacity(nodes.len());
        for (number, node) in (0_u32..).zip(nodes).filter(|(_, node)| !node.is_obsolete) {
            entries.extend(names(node).map(|name| (hash(&normal_name(name)), NodeId(number))));
        }
        entries.sort_unstable();
        entries.dedup();
        let (hashes, nodes) = entries.into_iter().unzip();
        Self { hashes, nodes }
    }

    /// The hashes in order, and the node of each.
    pub(super) fn entries(&self) -> (&[u64], &[NodeId]) {
        (&self.hashes, &self.nodes)
    }

    /// The index that had some [`Self::entries`].
    pub(super) fn of_entries(hashes: Vec<u64>, nodes: Vec<NodeId>) -> Self {
        Self { hashes, nodes }
    }

    /// Whether it can be asked about a number of nodes: what is read from a file must be.
    pub(super) fn is_sound(&self, n_nodes: usize) -> bool {
        self.hashes.is_sorted()
            && self.hashes.len() == self.nodes.len()
            && self.nodes.iter().all(|node| node.index() < n_nodes)
    }

    /// The hash of a known name: where it differs, so does every other.
    pub(super) fn probe() -> u64 {
        hash(&normal_name("Crohn’s-Disease, type 1"))
    }

    /// The nodes that have a name equal to a text in normal form, in order.
    pub(super) fn named(&self, wanted: &str, nodes: &[Node]) -> Vec<NodeId> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let key = hash(wanted);
        let start = self.hashes.partition_point(|&found| found < key);
        let end = start + self.hashes[start..].partition_point(|&found| found == key);
        let has_it = |of: &&NodeId| names(&nodes[of.index()]).any(|name| normal_name(name) == wanted);
        self.nodes[start..end].iter().filter(has_it).copied().collect()
    }

    /// Groups of nodes of one category whose labels are equal in normal form, each in order.
    pub(super) fn same_label(&self, nodes: &[Node]) -> Vec<Vec<NodeId>> {
        let mut groups = Vec::new();
        let mut start = 0;
        for run in self.hashes.chunk_by(|left, right| left == right) {
            let members = &self.nodes[start..start + run.len()];
            start += run.len();
            if members.len() < 2 {
                continue;
            }
            let mut labelled: Vec<(CategoryId, String, NodeId)> = members
                .iter()
                .map(|&id| (nodes[id.index()].category, normal_name(&nodes[id.index()].label), id))
                .filter(|(_, label, _)| hash(label) == run[0] && !label.is_empty())
                .collect();
            labelled.sort_unstable();
            let alike = labelled.chunk_by(|left, right| (left.0, &left.1) == (right.0, &right.1));
            groups.extend(
                alike.filter(|alike| alike.len() > 1).map(|alike| alike.iter().map(|&(.., id)| id).collect::<Vec<_>>()),
            );
        }
        groups
    }
}

fn names(node: &Node) -> impl Iterator<Item = &str> {
    let synonyms = node.synonyms.iter().map(|synonym| &*synonym.text);
    std::iter::once(&*node.label).chain(synonyms).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::kg::Graph;

    #[test]
    fn names_lead_to_every_node_that_has_them() {
        let graph = Graph::from_arrows(
            "Drug:cold_cream -treats-> Disease:common_cold\nDisease:Common-Cold -is_a-> Disease:infection",
        )
        .unwrap();
        let found = graph.named("COMMON cold");
        let curies: Vec<&str> = found.iter().map(|&node| graph.curie(node).as_str()).collect();
        assert_eq!(curies, ["Disease:Common-Cold", "Disease:common_cold"]);
        assert_eq!(graph.twins(found[0]), &found[1..]);
        assert!(graph.named("cold").is_empty());
        assert!(graph.named(" - ").is_empty());
    }

    #[test]
    fn a_curie_that_is_no_node_is_not_found() {
        let graph = Graph::from_arrows("Drug:a -treats-> Disease:b").unwrap();
        assert!(graph.find(&"Drug:a".parse().unwrap()).is_some());
        assert!(graph.find(&"Drug:b".parse().unwrap()).is_none());
    }
}
