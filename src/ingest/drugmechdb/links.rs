//! The links of paths, which become edges.
//!
//! A key is a Biolink predicate in plain words. It is looked for in the settings, then among the few keys below, then as
//! a predicate, a relation or the inverse of a relation.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::drugmechdb::Origin;
use crate::ingest::drugmechdb::path::Link;
use crate::ingest::drugmechdb::path::Path;
use crate::ingest::drugmechdb::path::word;
use crate::ingest::identifier::identifier;
use crate::ingest::mapping::Mapping;
use crate::ingest::table::sorted;
use crate::ingest::target::Target;
use crate::ingest::target::target;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::Qualifiers;

/// Keys that mean another relation than the one whose name or predicate they are, or that are no such name.
const KEYS: [(&str, &str); 8] = [
    ("actively involved in", "participates_in"),
    ("directly interacts with", "physically_interacts_with"),
    ("enables", "capable_of"),
    // Said of processes and proteins here, and without frequency.
    ("has phenotype", "has_manifestation"),
    ("in complex with", "physically_interacts_with"),
    ("phenotype of", "manifestation_of"),
    // Kinds of drugs by their makers' word, and findings over diseases: no hierarchy to reason along.
    ("subclass of", "narrower_than"),
    ("superclass of", "broader_than"),
];

/// What keys mean.
pub(super) struct Links<'a> {
    told: Mapping<'a>,
    found: BTreeMap<String, Option<Target>>,
}

impl<'a> Links<'a> {
    /// The settings' meaning of keys; a key that nothing maps is the relation `default`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Relation`] if a setting names no relation.
    pub(super) fn new(
        relations: &'a BTreeMap<Box<str>, Box<str>>,
        default: &'a str,
        sink: &Sink<'_>,
    ) -> Result<Self, ReadError> {
        let named = relations.iter().map(|(key, name)| (&**key, &**name));
        Ok(Self { told: Mapping::new(named, default, sink)?, found: BTreeMap::new() })
    }

    /// Sends the links of a path to the sink. One whose ends are not both among the path's nodes goes to quarantine.
    pub(super) fn take(&mut self, path: &Path, nodes: &BTreeSet<Curie>, origin: Origin<'_>, sink: &mut Sink<'_>) {
        let publications = sorted(path.references());
        for (line, link) in path.links() {
            match self.edge(link, nodes, sink) {
                Ok((Target { relation, is_backwards }, [source, target])) => {
                    let (subject, object) = if is_backwards { (target, source) } else { (source, target) };
                    let qualifiers = Qualifiers { publications: publications.clone(), ..Qualifiers::default() };
                    let place = sink.place(origin.line(line));
                    sink.edge(EdgeRecord { subject, relation, object, qualifiers, place });
                }
                Err(why) => origin.quarantine(line, why, sink),
            }
        }
    }

    fn edge(&mut self, link: &Link, nodes: &BTreeSet<Curie>, sink: &Sink<'_>) -> Result<(Target, [Curie; 2]), String> {
        let end = |text: &str| {
            let curie = identifier(text)?;
            if nodes.contains(&curie) { Ok(curie) } else { Err(format!("`{text}` is not among the nodes of the path")) }
        };
        let ends = [end(word(&link.source))?, end(word(&link.target))?];
        let key = word(&link.key).to_lowercase().replace('_', " ");
        let key = key.split_whitespace().collect::<Vec<_>>().join(" ");
        if key.is_empty() {
            return Err("the link has no key, as in `positively regulates`".to_owned());
        }
        Ok((self.meaning(&key, sink), ends))
    }

    fn meaning(&mut self, key: &str, sink: &Sink<'_>) -> Target {
        let told = &self.told;
        let found = self.found.entry(key.to_owned()).or_insert_with(|| {
            let name = key.replace(' ', "_");
            let of_predicate = || {
                let relation = sink.relation_of_predicate(&name)?;
                Some(Target { relation, is_backwards: false })
            };
            let of_table = || {
                let (_, relation) = KEYS.into_iter().find(|(known, _)| *known == key)?;
                target(relation, sink).ok()
            };
            told.named(key).or_else(of_table).or_else(of_predicate).or_else(|| target(&name, sink).ok())
        });
        match found {
            Some(target) => *target,
            None => self.told.unknown(key),
        }
    }

    /// Says which keys became the default.
    pub(super) fn tell(&self, sink: &mut Sink<'_>) {
        self.told.tell(sink);
    }
}
