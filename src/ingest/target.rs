//! What a setting means by the name of a relation.
//!
//! A source often states the inverse of what the table of relations holds. A setting may name either, and the inverse
//! turns the edge round, so that each fact is stored once and in one direction.

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::kg::RelationId;

/// A relation, and whether the ends change places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) relation: RelationId,
    pub(super) is_backwards: bool,
}

/// The relation of a name, which may be that of an inverse.
///
/// # Errors
///
/// [`ReadError::Relation`] if it is neither.
pub(super) fn target(name: &str, sink: &Sink<'_>) -> Result<Target, ReadError> {
    match (sink.relation(name), sink.inverse(name)) {
        (Ok(relation), _) => Ok(Target { relation, is_backwards: false }),
        (Err(_), Some(relation)) => Ok(Target { relation, is_backwards: true }),
        (Err(error), None) => Err(error),
    }
}
