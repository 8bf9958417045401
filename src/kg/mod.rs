//! The graph: from records to something that can be asked.
//!
//! One immutable property graph ([`Graph`]) serves mining, proving and SPARQL. It is made by [`build`] from
//! [`Records`], reads its relations from a reviewed table ([`Relations`]), and answers patterns under a strict and a
//! loose reading ([`search`]). Test graphs are written in arrow notation ([`Graph::from_arrows`]).

mod arrows;
mod build;
pub mod chapter;
mod clique;
mod column;
mod credit;
mod csr;
mod curie;
mod edges;
mod freeze;
mod gather;
mod graph;
mod index;
mod licence;
mod merge;
mod names;
mod open;
mod prefix_name;
pub mod rdf;
mod record;
mod relations;
pub mod risks;
pub mod search;
#[cfg(test)]
pub(crate) mod several;
pub mod snapshot;
mod sort;
pub mod statistics;
mod taxonomy;
mod visit;

pub use arrows::ArrowError;
pub use build::BuildError;
pub use build::Built;
pub use build::KgConfig;
pub use build::Merge;
pub use build::build;
pub use clique::Cliques;
pub use clique::PreferredPrefixes;
pub use credit::NodeSources;
pub use csr::Neighbour;
pub use csr::Neighbours;
pub use curie::Curie;
pub use curie::CurieError;
pub use curie::PREFIXES;
pub use curie::Prefix;
pub use curie::prefix;
pub use graph::CategoryId;
pub use graph::Edge;
pub use graph::EdgeId;
pub use graph::Graph;
pub use graph::Node;
pub use graph::NodeId;
pub use graph::SourceId;
pub use licence::Licence;
pub use licence::LicenceError;
pub use names::normal_name;
pub use names::words;
pub use open::Share;
pub use prefix_name::PrefixName;
pub use record::Bulk;
pub use record::BulkRow;
pub use record::EdgeRecord;
pub use record::FileTally;
pub use record::Frequency;
pub use record::MatchRecord;
pub use record::NodeRecord;
pub use record::Qualifiers;
pub use record::Records;
pub use record::Scope;
pub use record::Source;
pub use record::Synonym;
pub use relations::BIOLINK_IRI;
pub use relations::Closure;
pub use relations::Relation;
pub use relations::RelationId;
pub use relations::Relations;
pub use relations::RelationsError;
pub use relations::VOCABULARY_IRI;
pub use risks::Risks;
pub use taxonomy::Taxonomy;
