//! RDF.
use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rdf {}

impl Reader for Rdf {
    fn read(&self, _input: Input, _sink: &mut Sink<'_>) -> Result<(), ReadError> {
        Ok(())
    }
}
