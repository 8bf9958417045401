//! Random walks, millions a second: each step is drawn evenly from where a hop leads.
//!
//! A walk takes what it can from two reads of memory a hop, and these wait for each other. So a few walks go side by
//! side, and while one waits the others read. What a walk draws depends on the seed and on its number and on nothing
//! else, so it is the same beside any others, on any thread.

use std::ops::Range;

use crate::kg::NodeId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::Metapath;
use crate::kg::search::paths::bits::Bits;
use crate::kg::search::paths::levels::Towards;
use crate::kg::search::paths::rows::Rows;
use crate::seed::Seed;

/// How many walks go side by side.
const ABREAST: usize = 16;

/// Where walks go: along a metapath, or anywhere on a ground.
///
/// A walk may come back to where it was. It ends early where no hop leads on, and at a node that paths do not pass.
///
/// # Example
///
/// ```
/// # use thinkpath::kg::Graph;
/// # use thinkpath::kg::search::{Ground, Walkable, Walks};
/// # use thinkpath::seed::Seed;
/// let graph = Graph::from_arrows("Drug:metformin -targets-> Gene:PRKAB1 -associated_with-> Disease:t2d")?;
/// let ground = Ground::new(&graph, &Walkable::default())?;
/// let starts: Vec<_> = graph.nodes_of("Drug").collect();
/// let mut n_nodes = Vec::new();
/// Walks::anywhere(&ground, 3).each(&starts, Seed(7), 0..5, |_, nodes| n_nodes.push(nodes.len()));
/// assert_eq!(n_nodes, [4; 5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Walks<'a> {
    /// By hop.
    rows: Vec<&'a Rows>,
    /// The nodes that a walk does not leave again.
    closed: Option<&'a Bits>,
}

impl<'a> Walks<'a> {
    /// Walks along a metapath.
    pub fn along(metapath: &'a Metapath<'_>) -> Self {
        // Its rows leave out what is closed.
        Self { rows: (0..metapath.n_hops()).map(|at| metapath.rows(at, Towards::Ahead)).collect(), closed: None }
    }

    /// Walks of so many hops along anything that may be walked.
    pub fn anywhere(ground: &'a Ground<'_>, n_hops: usize) -> Self {
        Self { rows: vec![ground.rows(Towards::Ahead); n_hops], closed: Some(ground.closed()) }
    }

    /// Walks once for every index, from a start that is drawn evenly, and visits the nodes of each walk in the order of
    /// indices: as many as the metapath has hops and one more, or fewer if the walk ended early. Nothing is visited if
    /// there is no start.
    ///
    /// # Complexity
    ///
    /// O(h) time a walk of h hops.
    pub fn each(&self, starts: &[NodeId], seed: Seed, indices: Range<u64>, mut visit: impl FnMut(u64, &[NodeId])) {
        if starts.is_empty() {
            return;
        }
        let key = seed.stream(&["walks"], 0).next_u64();
        let mut abreast = Abreast::new(self.rows.len() + 1);
        let mut first = indices.start;
        while first < indices.end {
            let n_walks = usize::try_from(indices.end - first).unwrap_or(ABREAST).min(ABREAST);
            abreast.walk(self, starts, (key, first), n_walks);
            for (index, at) in (first..).zip(0..n_walks) {
                visit(index, abreast.nodes(at));
            }
            first += n_walks as u64;
        }
    }
}

/// Walks side by side.
struct Abreast {
    /// The nodes of each walk, one walk after the other.
    nodes: Vec<NodeId>,
    n_stops: usize,
    /// How many nodes each has.
    lengths: [usize; ABREAST],
    draws: [Draws; ABREAST],
}

impl Abreast {
    fn new(n_stops: usize) -> Self {
        let (lengths, draws) = ([0; ABREAST], [Draws(0); ABREAST]);
        Self { nodes: vec![NodeId(0); n_stops * ABREAST], n_stops, lengths, draws }
    }

    fn nodes(&self, walk: usize) -> &[NodeId] {
        let start = walk * self.n_stops;
        &self.nodes[start..start + self.lengths[walk]]
    }

    fn walk(&mut self, walks: &Walks<'_>, starts: &[NodeId], (key, first): (u64, u64), n_walks: usize) {
        for (index, walk) in (first..).zip(0..n_walks) {
            self.draws[walk] = Draws::new(key, index);
            self.nodes[walk * self.n_stops] = starts[self.draws[walk].below(starts.len())];
            self.lengths[walk] = 1;
        }
        for (hop, rows) in walks.rows.iter().enumerate() {
            let mut next: [&[NodeId]; ABREAST] = [&[]; ABREAST];
            for (walk, next) in next.iter_mut().enumerate().take(n_walks) {
                let at = self.nodes[walk * self.n_stops + hop];
                let goes_on = self.lengths[walk] == hop + 1;
                let may_pass = hop == 0 || walks.closed.is_none_or(|closed| !closed.has(at));
                if goes_on && may_pass {
                    *next = rows.of(at);
                }
            }
            for (walk, next) in next.iter().enumerate().take(n_walks) {
                if let Some(&to) = next.get(self.draws[walk].below(next.len())) {
                    self.nodes[walk * self.n_stops + hop + 1] = to;
                    self.lengths[walk] += 1;
                }
            }
        }
    }
}

/// Draws of one walk.
///
/// Source: SplitMix64, G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Debug, Clone, Copy)]
struct Draws(u64);

impl Draws {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    fn new(key: u64, index: u64) -> Self {
        Self(mixed(key.wrapping_add(mixed(index.wrapping_mul(Self::STEP)))))
    }

    /// A number below a bound; 0 if the bound is 0. None is likelier than another by more than bound / 2^64.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(Self::STEP);
        let product = u128::from(mixed(self.0)) * bound as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::kg::Graph;
    use crate::kg::search::Step;
    use crate::kg::search::Walkable;

    const GRAPH: &str = "
        Disease:a <-associated_with- Gene:g <-targets- Drug:x
        Disease:a <-associated_with- Gene:h <-targets- Drug:y
        Gene:h <-targets- Drug:z
        Disease:b <-associated_with- Gene:i
        Drug:z -contraindicated_for-> Disease:a";

    fn to_drugs() -> [Step; 2] {
        let step = |relation: &str, to: &str| Step {
            relations: vec![relation.into()],
            to: Some(to.into()),
            ..Step::default()
        };
        [step("associated_with", "Gene"), step("targets", "Drug")]
    }

    fn all(walks: &Walks<'_>, starts: &[NodeId], indices: Range<u64>) -> Vec<Vec<NodeId>> {
        let mut all = Vec::new();
        walks.each(starts, Seed(7), indices, |_, nodes| all.push(nodes.to_vec()));
        all
    }

    #[test]
    fn steps_are_drawn_evenly_and_a_dead_end_ends_a_walk() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let ground = Ground::new(&graph, &Walkable::default()).unwrap();
        let metapath = Metapath::new(&ground, &to_drugs()).unwrap();
        let diseases: Vec<NodeId> = graph.nodes_of("Disease").collect();
        let mut seen: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
        for walk in all(&Walks::along(&metapath), &diseases, 0..4_000) {
            *seen.entry(walk.iter().map(|&node| graph.curie(node).local()).collect()).or_default() += 1;
        }
        // The bounds are five standard deviations away.
        let is_about = |names: &[&str], expected: u32| seen[names].abs_diff(expected) < 160;
        assert!(is_about(&["b", "i"], 2_000) && is_about(&["a", "g", "x"], 1_000), "{seen:?}");
        assert!(is_about(&["a", "h", "y"], 500) && is_about(&["a", "h", "z"], 500), "{seen:?}");
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn a_walk_depends_on_its_index_only() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let ground = Ground::new(&graph, &Walkable::default()).unwrap();
        let walks = Walks::anywhere(&ground, 4);
        let starts: Vec<NodeId> = graph.nodes().map(|(node, _)| node).collect();
        let together = all(&walks, &starts, 0..50);
        let apart: Vec<_> = (0..50).flat_map(|index| all(&walks, &starts, index..index + 1)).collect();
        assert_eq!(together, apart);
        assert!(together.iter().all(|walk| walk.len() == 5), "every node leads somewhere here");
        assert!(all(&walks, &[], 0..50).is_empty());
    }

    #[test]
    fn a_walk_does_not_pass_what_is_closed_and_follows_nothing_that_denies() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let closed = Walkable { not_through: vec!["Gene".into()], ..Walkable::default() };
        let ground = Ground::new(&graph, &closed).unwrap();
        let drugs: Vec<NodeId> = graph.nodes_of("Drug").collect();
        let walks = all(&Walks::anywhere(&ground, 3), &drugs, 0..50);
        assert!(walks.iter().all(|walk| walk.len() == 2 && graph.category(walk[1]) == "Gene"));
        let metapath = Metapath::new(&ground, &to_drugs()).unwrap();
        let diseases: Vec<NodeId> = graph.nodes_of("Disease").collect();
        assert!(all(&Walks::along(&metapath), &diseases, 0..50).iter().all(|walk| walk.len() == 1));
    }
}
