//! A set of nodes, one bit each.
//!
//! The set of a graph of a hundred thousand nodes is 16 kB: it stays in the cache that is nearest to the processor
//! while a search asks it of every edge, which a number for each node does not.

use crate::kg::NodeId;

/// Some nodes of a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::kg::search) struct Bits(Vec<u64>);

impl Bits {
    /// None of so many nodes.
    pub(super) fn new(n_nodes: usize) -> Self {
        Self(vec![0; n_nodes.div_ceil(64)])
    }

    /// The word of a node and its bit there.
    pub(super) fn slot(node: NodeId) -> (usize, u64) {
        (node.index() / 64, 1 << (node.index() % 64))
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        let (word, bit) = Self::slot(node);
        self.0[word] & bit != 0
    }

    pub(super) fn add(&mut self, node: NodeId) {
        let (word, bit) = Self::slot(node);
        self.0[word] |= bit;
    }

    pub(super) fn remove(&mut self, node: NodeId) {
        let (word, bit) = Self::slot(node);
        self.0[word] &= !bit;
    }

    /// How many nodes are in it.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Becomes what another set is, of the same graph.
    pub(super) fn copy(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

/// The nodes whose bits are set in words, in order.
pub(super) fn nodes(words: impl Iterator<Item = u64>) -> impl Iterator<Item = NodeId> {
    words.enumerate().flat_map(|(at, mut word)| {
        std::iter::from_fn(move || {
            let bit = word.trailing_zeros() as usize;
            // Of no bit the first is the one behind the last: then the word is done.
            word = word.checked_sub(1).map(|less| word & less)?;
            Some(NodeId::at(at * 64 + bit))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added_and_not_removed() {
        let mut set = Bits::new(130);
        let all = [0, 1, 63, 64, 129].map(NodeId);
        all.iter().for_each(|&node| set.add(node));
        assert_eq!(nodes(set.words().iter().copied()).collect::<Vec<_>>(), all);
        assert_eq!(set.len(), all.len());
        set.remove(NodeId(63));
        assert!(!set.has(NodeId(63)) && set.has(NodeId(64)) && !set.has(NodeId(128)));
        let mut other = Bits::new(130);
        other.copy(&set);
        assert_eq!(other, set);
    }
}
