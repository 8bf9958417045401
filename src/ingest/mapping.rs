//! From the words of a source to relations of the table.
//!
//! Settings say what a predicate or a key means. What nothing maps becomes one stated relation, and a finding says so,
//! because an edge that only says `related_to` is a question for the curator.

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::finding::Finding;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::target::Target;
use crate::ingest::target::target;

const NOT_MAPPED: Code = Code("I105");

/// What the words of a file mean.
#[derive(Debug)]
pub(super) struct Mapping<'a> {
    named: BTreeMap<&'a str, Target>,
    default: Target,
    default_name: &'a str,
    /// Words that nothing maps, and how often each was met.
    unknown: BTreeMap<Box<str>, u64>,
}

impl<'a> Mapping<'a> {
    /// A mapping of words; a word that it lacks is the relation `default`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Relation`] if a name is that of no relation.
    pub(super) fn new(
        named: impl IntoIterator<Item = (&'a str, &'a str)>,
        default_name: &'a str,
        sink: &Sink<'_>,
    ) -> Result<Self, ReadError> {
        let named = named.into_iter().map(|(word, name)| Ok((word, target(name, sink)?)));
        let default = target(default_name, sink)?;
        Ok(Self { named: named.collect::<Result<_, ReadError>>()?, default, default_name, unknown: BTreeMap::new() })
    }

    /// What a word was told to mean.
    pub(super) fn named(&self, word: &str) -> Option<Target> {
        self.named.get(word).copied()
    }

    /// The default, for a word that nothing maps; it is remembered.
    pub(super) fn unknown(&mut self, word: &str) -> Target {
        *self.unknown.entry(word.into()).or_default() += 1;
        self.default
    }

    /// Says which words became the default.
    pub(super) fn tell(&self, sink: &mut Sink<'_>) {
        const SHOWN: usize = 10;
        if self.unknown.is_empty() {
            return;
        }
        let mut names: Vec<String> = self.unknown.keys().take(SHOWN).map(|name| format!("`{name}`")).collect();
        if let Some(more) = self.unknown.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            names.push(format!("{more} more"));
        }
        let (default, names) = (self.default_name, names.join(", "));
        let text = format!("edges became `{default}`, because no relation has their predicate: {names}");
        sink.finding(Finding::note(NOT_MAPPED, text).times(self.unknown.values().sum()));
    }
}
