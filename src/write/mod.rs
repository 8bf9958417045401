//! From verified items to a data set on disk.
//!
//! A data set is a folder that Hugging Face's `datasets` loads as it stands, with everything that someone who does
//! not trust us needs to check it: the graph, the rejected candidates, the manifest with the fate of every record and
//! every hash. The same items give the same bytes on every machine.

mod asked;
mod assemble;
mod card;
mod cell;
mod claim;
mod commit;
mod component;
mod credit;
mod decontamination;
mod diversity;
mod error;
mod exchange;
mod graph;
mod kit;
mod layout;
mod manifest;
mod near;
mod rows;
#[cfg(test)]
mod sample;
mod schema;
mod split;
mod stop;
mod table;
#[cfg(test)]
mod tests;
mod trainers;
mod views;
mod wrong;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::finding::Finding;
use crate::kg::Graph;
use crate::kg::Risks;
use crate::mine::Candidate;
use crate::seed::Seed;
use crate::synth::Item;
use crate::verify::Benchmark;
use crate::verify::Corrupted;
use crate::write::card::Card;
use crate::write::cell::LETTERS;
use crate::write::commit::Staging;
use crate::write::credit::Credit;
use crate::write::layout::write_tables;

pub use asked::Asked;
pub use assemble::Assembled;
pub use assemble::Placed;
pub use assemble::assemble;
pub use claim::Claim;
pub use claim::Prepared;
pub use claim::Target;
pub use decontamination::BenchmarkEntry;
pub use decontamination::BenchmarkFile;
pub use diversity::Coverage;
pub use diversity::Diversity;
pub use error::Difference;
pub use error::WriteError;
pub use exchange::write_kgx;
pub use exchange::write_ntriples;
pub use graph::graph_sha256;
pub use graph::write_graph;
pub use manifest::AttributionEntry;
pub use manifest::Calibration;
pub use manifest::CorruptionCounts;
pub use manifest::FileEntry;
pub use manifest::Funnel;
pub use manifest::IngestEntry;
pub use manifest::MANIFEST;
pub use manifest::Manifest;
pub use manifest::ShareEntry;
pub use manifest::SourceEntry;
pub use manifest::SourceFileEntry;
pub use manifest::SplitCounts;
pub use manifest::ingest_entries;
pub use manifest::source_entries;
pub use split::Split;
pub use split::SplitShares;
pub use stop::Stop;
pub use views::View;

/// The version of columns and layout; a change of either is a new one.
pub const FORMAT_VERSION: u32 = 2;

/// The `[write]` section of a pipeline.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteConfig {
    /// The folder of the data set.
    pub dir: PathBuf,
    /// The views beside `items`; all of them unless told otherwise, because each costs little and has readers.
    #[serde(default = "default_views")]
    pub views: Vec<View>,
    /// The shares of the splits; 0.9, 0.05 and 0.05 unless told otherwise.
    #[serde(default)]
    pub splits: SplitShares,
}

fn default_views() -> Vec<View> {
    View::ALL.to_vec()
}

impl WriteConfig {
    /// Whether the section makes sense.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with the field and what would have been right.
    pub fn validate(&self) -> Result<(), WriteError> {
        let twice = |(position, view): (usize, &View)| self.views[..position].contains(view).then_some(*view);
        match self.views.iter().enumerate().find_map(twice) {
            Some(view) => Err(WriteError::View { view: view.as_str() }),
            None => self.splits.validate(),
        }
    }
}

/// What a data set is made from, and all that manifest and card say of it: two with equal identities are equal in
/// every byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// [`graph_sha256`] of the graph.
    pub graph_sha256: String,
    /// SHA-256 of the pipeline file.
    pub pipeline_sha256: String,
    /// The seed.
    pub seed: Seed,
    /// [`source_entries`]: a corrected credit line makes another data set.
    pub sources: Vec<SourceEntry>,
    /// [`ingest_entries`].
    pub ingest: Vec<IngestEntry>,
    /// The benchmarks that items are held against, in the order of the pipeline, with nothing counted yet.
    pub benchmarks: Vec<BenchmarkEntry>,
}

/// Something that was mined and not published.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// What.
    pub what: Rejected,
    /// The code of the check that did it, or `over_quota`.
    pub by: &'static str,
    /// Why, as a sentence without its full stop.
    pub because: String,
}

/// How far it had come.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejected {
    /// It was an item.
    Item(Box<Item>),
    /// It was still a candidate: no item could be made from it.
    Candidate(Box<Candidate>),
}

impl Rejected {
    /// An item.
    pub fn item(item: Item) -> Self {
        Self::Item(Box::new(item))
    }

    /// A candidate.
    pub fn candidate(candidate: Candidate) -> Self {
        Self::Candidate(Box::new(candidate))
    }

    fn order(&self) -> (&str, u64) {
        match self {
            Self::Item(item) => (&item.stratum, item.index),
            Self::Candidate(candidate) => (&candidate.stratum, candidate.index),
        }
    }
}

/// Everything that goes into a data set.
#[derive(Debug, Clone)]
pub struct DataSet<'a> {
    /// The title of the pipeline.
    pub title: &'a str,
    /// What it is made from.
    pub identity: &'a Identity,
    /// The graph.
    pub graph: &'a Graph,
    /// What the risks of distractors were counted on.
    pub risks: &'a Risks,
    /// How many candidates were mined.
    pub n_mined: u64,
    /// The items, in the order of acceptance.
    pub accepted: Vec<Item>,
    /// What was rejected before.
    pub rejected: Vec<Rejection>,
    /// The wrong thinking paths of items, by id.
    pub corrupted: BTreeMap<String, Corrupted>,
    /// The benchmarks of [`Identity::benchmarks`], in the same order.
    pub benchmarks: &'a [Benchmark],
}

/// What came of writing.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The manifest as it stands in the folder.
    pub manifest: Manifest,
    /// What a person should know.
    pub findings: Vec<Finding>,
}

/// Looks at the folder before anything is computed, and keeps other runs out of it.
///
/// # Errors
///
/// [`WriteError::Different`] if another data set is there and may not be replaced, [`WriteError::Foreign`] if
/// something else is, [`WriteError::Busy`] if another run is writing there, [`WriteError::Io`] if the folder cannot be
/// written.
pub fn prepare(target: Target<'_>, identity: &Identity) -> Result<Prepared, WriteError> {
    claim::prepare(target, &blank_manifest(identity))
}

/// Writes a data set: all of it, or nothing.
///
/// # Errors
///
/// [`WriteError::Io`] and the like if it cannot be written; [`WriteError::Stopped`] if the claim was [`Claim::until`]
/// then; [`WriteError::Licence`], [`WriteError::Options`] or
/// [`WriteError::Conservation`] if an earlier stage broke its word.
pub fn write(data: DataSet<'_>, config: &WriteConfig, claim: Claim) -> Result<Written, WriteError> {
    let DataSet { title, identity, graph, risks, n_mined, accepted, mut rejected, corrupted, benchmarks } = data;
    let Assembled { mut items, duplicates, mut findings } = assemble(graph, accepted, identity.seed, &config.splits);
    items.iter().try_for_each(|placed| check(graph, &placed.item))?;
    let corruptions = wrong::place(graph, &mut items, corrupted)?;
    rejected.extend(duplicates);
    rejected.sort_by(|left, right| left.what.order().cmp(&right.what.order()));
    let n_of = |split: Split| items.iter().filter(|placed| placed.split == split).count() as u64;
    let credit = Credit::of(graph, &items);
    findings.extend(credit.findings());
    let manifest = Manifest {
        licences: credit.licences,
        attribution: credit.attribution,
        funnel: Funnel::new(n_mined, items.len() as u64, rejected.iter().map(|rejection| rejection.by))?,
        splits: SplitCounts { train: n_of(Split::Train), validation: n_of(Split::Validation), test: n_of(Split::Test) },
        corruptions,
        calibration: Calibration::from(risks),
        decontamination: decontamination::counted(identity, benchmarks, &items, &rejected),
        diversity: Diversity::of(graph, items.iter().map(|placed| &placed.item)),
        ..blank_manifest(identity)
    };

    let mut staging = Staging::new(claim)?;
    let configurations = write_tables(&mut staging, identity, graph, &items, &rejected, &config.views)?;
    let card = Card { title, manifest: &manifest, graph, items: &items, configurations: &configurations };
    staging.add_text("README.md", &card.text())?;
    staging.add_text(credit::NOTICE, &credit::notice(title, &manifest))?;
    for (name, text) in trainers::files(&config.views, &items, staging.files())? {
        staging.add_text(name, &text)?;
    }
    for (name, text) in kit::KIT {
        staging.add_text(&format!("verify/{name}"), text)?;
    }
    Ok(Written { manifest: staging.commit(manifest)?, findings })
}

/// What verify and synth promise of every item.
fn check(graph: &Graph, item: &Item) -> Result<(), WriteError> {
    if let Some((_, source, licence)) = item.strictest_use(graph).filter(|(.., licence)| !licence.may_publish()) {
        let source_name = graph.source(source).name.clone();
        return Err(WriteError::Licence { id: item.id.clone(), source_name, licence });
    }
    if item.options.len() > LETTERS.len() {
        return Err(WriteError::Options { id: item.id.clone(), count: item.options.len() });
    }
    Ok(())
}

fn blank_manifest(identity: &Identity) -> Manifest {
    Manifest {
        format_version: FORMAT_VERSION,
        thinkpath_version: env!("CARGO_PKG_VERSION").to_owned(),
        sources: identity.sources.clone(),
        ingest: identity.ingest.clone(),
        graph_sha256: identity.graph_sha256.clone(),
        pipeline_sha256: identity.pipeline_sha256.clone(),
        seed: identity.seed.0,
        models: Vec::new(),
        prompts: Vec::new(),
        calibration: Calibration::from(&Risks::default()),
        funnel: Funnel::default(),
        decontamination: identity.benchmarks.clone(),
        diversity: Diversity::default(),
        corruptions: CorruptionCounts::default(),
        splits: SplitCounts::default(),
        licences: BTreeMap::new(),
        attribution: Vec::new(),
        files: Vec::new(),
    }
}
