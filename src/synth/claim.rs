//! What a sentence says, in a form that can be computed again.
//!
//! A sentence that no claim stands behind could say anything: "only", "very often" and "is not recorded with" are
//! words, and an edge number beside them proves nothing about them. So whoever writes a sentence notes what it says
//! and in which order it names what it speaks of. Checks recompute the claims from the graph and read the sentence
//! back; a model that words it anew has to say the same.

use crate::kg::NodeId;
use crate::kg::RelationId;

/// A node that is spoken of: itself, or a gene through one of its diseases, as in "FLNB (Larsen syndrome)".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// What is named first.
    pub node: NodeId,
    /// The disease through which a gene has what is said of it; named right after the gene.
    pub through: Option<NodeId>,
}

impl Spoken {
    /// The node of which the fact itself is one.
    pub fn bearer(self) -> NodeId {
        self.through.unwrap_or(self.node)
    }
}

impl From<NodeId> for Spoken {
    fn from(node: NodeId) -> Self {
        Self { node, through: None }
    }
}

/// In which sense a fact is claimed, of each of its subjects with each of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// It holds strictly.
    Holds,
    /// It holds strictly, in at least the share of patients that this word stands for.
    Often(&'static str),
    /// It holds strictly, and of no other option.
    Only,
    /// It is not recorded: it does not hold, not even loosely. No claim that it is false.
    NotRecorded,
    /// The graph denies it: by a negative edge, or by another value of a functional relation.
    Denied,
}

/// Subjects and objects of a relation, told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// In which sense.
    pub sense: Sense,
    /// Of what.
    pub subjects: Vec<Spoken>,
    /// The positive relation.
    pub relation: RelationId,
    /// What.
    pub objects: Vec<NodeId>,
    /// Whether the subjects are named before the objects.
    pub is_forward: bool,
}

/// What a sentence, or a part of one, says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Something of the graph.
    Fact(Fact),
    /// No other path of the kind connects the two ends of the question.
    NoOtherPath([NodeId; 2]),
    /// Of some nodes each has more of some others than the next; the graph is asked how many.
    Order {
        /// The nodes in their order, as named.
        ranked: Vec<NodeId>,
        /// What they have them by.
        relation: RelationId,
        /// What is counted.
        among: Vec<NodeId>,
    },
    /// Nothing meets what is asked, not even loosely.
    NoAnswer {
        /// The constants of the question, as named.
        given: Vec<NodeId>,
    },
    /// This is the answer.
    Answer {
        /// What of the question is named before it.
        given: Vec<NodeId>,
        /// The nodes of the answer, as named.
        nodes: Vec<NodeId>,
    },
}

impl Claim {
    /// A claim that names its subjects first.
    pub fn of(sense: Sense, subjects: impl Into<Subjects>, relation: RelationId, objects: &[NodeId]) -> Self {
        let (Subjects(subjects), objects) = (subjects.into(), objects.to_vec());
        Self::Fact(Fact { sense, subjects, relation, objects, is_forward: true })
    }

    /// The same, with the objects named first.
    #[must_use]
    pub fn told_backwards(self) -> Self {
        match self {
            Self::Fact(fact) => Self::Fact(Fact { is_forward: !fact.is_forward, ..fact }),
            other => other,
        }
    }

    /// The nodes that it speaks of, in the order in which they are named.
    pub fn told(&self) -> Vec<NodeId> {
        match self {
            Self::Fact(fact) => {
                let subjects =
                    fact.subjects.iter().flat_map(|spoken| std::iter::once(spoken.node).chain(spoken.through));
                let objects = fact.objects.iter().copied();
                if fact.is_forward { subjects.chain(objects).collect() } else { objects.chain(subjects).collect() }
            }
            Self::NoOtherPath(ends) => ends.to_vec(),
            Self::Order { ranked, .. } => ranked.clone(),
            Self::NoAnswer { given } => given.clone(),
            Self::Answer { given, nodes } => given.iter().chain(nodes).copied().collect(),
        }
    }

    /// Whether it says that something is not so.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Fact(fact) => matches!(fact.sense, Sense::NotRecorded | Sense::Denied),
            Self::NoOtherPath(_) | Self::NoAnswer { .. } => true,
            Self::Answer { .. } | Self::Order { .. } => false,
        }
    }
}

/// The subjects of a claim: one or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subjects(Vec<Spoken>);

impl From<NodeId> for Subjects {
    fn from(node: NodeId) -> Self {
        Self(vec![node.into()])
    }
}

impl From<Spoken> for Subjects {
    fn from(spoken: Spoken) -> Self {
        Self(vec![spoken])
    }
}

impl From<Vec<Spoken>> for Subjects {
    fn from(spoken: Vec<Spoken>) -> Self {
        Self(spoken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;

    #[test]
    fn what_is_told_stands_in_the_order_of_telling() {
        let graph = Graph::from_arrows(
            "Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f\nDisease:d -has_phenotype-> PhenotypicFeature:k",
        )
        .unwrap();
        let [gene, disease, first, second] = ["Gene:g", "Disease:d", "PhenotypicFeature:f", "PhenotypicFeature:k"]
            .map(|text| graph.find(&text.parse().unwrap()).unwrap());
        let has = graph.relations().id("has_phenotype").unwrap();
        let spoken = Spoken { node: gene, through: Some(disease) };
        let claim = Claim::of(Sense::NotRecorded, spoken, has, &[first, second]);
        assert_eq!(claim.told(), [gene, disease, first, second]);
        assert_eq!(claim.clone().told_backwards().told(), [first, second, gene, disease]);
        assert!(claim.is_negative());
        assert_eq!(spoken.bearer(), disease);
    }
}
