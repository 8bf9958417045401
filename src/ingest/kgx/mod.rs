//! Not written yet.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KgxNodes {}

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KgxEdges {}

impl Reader for KgxNodes {
    fn read(&self, _input: Input, _sink: &mut Sink<'_>) -> Result<(), ReadError> {
        Ok(())
    }
}

impl Reader for KgxEdges {
    fn read(&self, _input: Input, _sink: &mut Sink<'_>) -> Result<(), ReadError> {
        Ok(())
    }
}
