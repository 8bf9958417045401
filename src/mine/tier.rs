//! How well known a disease is.
//!
//! Whether an examiner would know a disease cannot be read off its profile: the longest ones belong to the rarest
//! syndromes. What tells best, and costs nothing, is in how many general vocabularies it has a place. Of those that
//! four vocabularies list, two in five are named in the tests of medical benchmarks; of those that none lists, two in
//! a thousand.

use serde::Deserialize;

use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::NodeId;

/// How well known a disease is, by the vocabularies that list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// No mapping is loaded that could tell.
    Unknown,
    /// None or one.
    Rare,
    /// Two.
    Advanced,
    /// Three or more.
    Board,
}

impl Tier {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Advanced => "advanced",
            Self::Rare => "rare",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a disease of this tier may stand beside a key of another: one level below at the most. Beside a disease
    /// that everybody knows, one that nobody has heard of is no option.
    pub fn may_stand_beside(self, key: Self) -> bool {
        !matches!((self, key), (Self::Rare, Self::Board))
    }
}

/// The vocabularies that count.
const VOCABULARIES: [&str; 4] = ["DOID", "ICD10CM", "MESH", "NCIT"];

/// The tier of a disease of a graph in which somebody has mapped diseases; see [`has_vocabularies`].
pub fn tier(graph: &Graph, disease: NodeId) -> Tier {
    match n_vocabularies(graph, disease) {
        0 | 1 => Tier::Rare,
        2 => Tier::Advanced,
        _ => Tier::Board,
    }
}

/// Whether any disease of a graph has a place in one of the vocabularies. Without, nothing is known of any.
///
/// # Complexity
///
/// O(nodes and their cross-references).
pub fn has_vocabularies(graph: &Graph) -> bool {
    graph.nodes_of("Disease").any(|disease| n_vocabularies(graph, disease) > 0)
}

fn n_vocabularies(graph: &Graph, disease: NodeId) -> usize {
    let node = graph.node(disease);
    let prefixes = || std::iter::once(node.curie.prefix()).chain(node.xrefs.iter().map(Curie::prefix));
    VOCABULARIES.iter().filter(|vocabulary| prefixes().any(|prefix| prefix == **vocabulary)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_disease_far_below_the_key_may_not_stand_beside_it() {
        use Tier::{Advanced, Board, Rare, Unknown};
        for (tier, key, may) in [
            (Rare, Board, false),
            (Advanced, Board, true),
            (Rare, Advanced, true),
            (Board, Rare, true),
            (Unknown, Unknown, true),
        ] {
            assert_eq!(tier.may_stand_beside(key), may, "{tier:?} beside {key:?}");
        }
    }
}
