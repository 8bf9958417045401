//! A frozen graph on disk.
//!
//! Reading sources and building takes seconds; opening what was built takes milliseconds. A snapshot is a folder of
//! Arrow IPC files, one for each kind of thing, and a `manifest.json` that names them with size and checksum, says
//! what was read, and carries the key of what it was made from. The manifest is written last, and the folder gets
//! its name when all is there: what can be opened is whole.

mod credits;
mod edges;
mod names;
mod nodes;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;
use thiserror::Error;

use crate::finding::Code;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::kg::Built;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::csr::Adjacency;
use crate::kg::freeze::Parts;
use crate::kg::freeze::freeze;
use crate::kg::index::NameIndex;
use crate::location::Location;

use table::Seal;

/// Raised whenever a file of a snapshot changes its meaning.
const FORMAT: u32 = 2;
const MANIFEST: &str = "manifest.json";

/// Why a snapshot cannot be written or opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The operating system says no.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: Box<Path>,
        /// What it says.
        #[source]
        error: std::io::Error,
    },
    /// A file is not what was written.
    #[error("{}: the snapshot is damaged: {problem}; delete the folder and build it again", .path.display())]
    Damaged {
        /// The file.
        path: Box<Path>,
        /// What is wrong.
        problem: Box<str>,
    },
    /// Another version of the program, or another table of relations, wrote it.
    #[error("{}: the snapshot was written by another version of thinkpath; build it again", .path.display())]
    Outdated {
        /// The folder.
        path: Box<Path>,
    },
}

impl SnapshotError {
    fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io { path: path.into(), error }
    }

    fn arrow(path: &Path, error: &arrow_schema::ArrowError) -> Self {
        Self::Damaged { path: path.into(), problem: error.to_string().into() }
    }

    fn damaged(path: &Path, problem: impl Into<Box<str>>) -> Self {
        Self::Damaged { path: path.into(), problem: problem.into() }
    }
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// What the snapshot was made from, in the words of whoever made it.
    key: String,
    /// Of the table that gives relations their numbers and meaning.
    relations_sha256: String,
    /// Of the hasher that the index of names was made with.
    name_probe: u64,
    n_nodes: usize,
    n_edges: usize,
    categories: Vec<Box<str>>,
    sources: Vec<Source>,
    files: Vec<FileTally>,
    findings: Vec<Noted>,
    tables: BTreeMap<String, Seal>,
}

/// A finding as the manifest holds it.
#[derive(Serialize, Deserialize)]
struct Noted {
    code: Box<str>,
    is_warning: bool,
    text: String,
    file: Option<Box<str>>,
    line: u32,
    count: u64,
}

fn relations_sha256(relations: &Relations) -> String {
    crate::seed::hex(&Sha256::digest(format!("{relations:?}")))
}

/// Writes a snapshot; one that is there already is replaced. `key` says what it was made from.
///
/// # Errors
///
/// [`SnapshotError::Io`] with the file.
pub fn save(built: &Built, key: &str, dir: &Path) -> Result<(), SnapshotError> {
    let mut partial = dir.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = Path::new(&partial);
    let io = |error| SnapshotError::io(dir, error);
    let _ = fs::remove_dir_all(partial);
    fs::create_dir_all(partial).map_err(io)?;
    let written = write_all(built, key, partial);
    if written.is_err() {
        let _ = fs::remove_dir_all(partial);
    }
    written?;
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(io)?;
    }
    fs::rename(partial, dir).map_err(io)
}

fn write_all(built: &Built, key: &str, dir: &Path) -> Result<(), SnapshotError> {
    let graph = &built.graph;
    let mut tables = BTreeMap::new();
    let all = nodes::tables(graph)
        .into_iter()
        .chain(edges::tables(graph))
        .chain([names::table(graph), credits::table(graph)]);
    for columns in all {
        let (file, seal) = columns.write(dir)?;
        tables.insert(file, seal);
    }
    let noted = |finding: &Finding| Noted {
        code: finding.code.as_str().into(),
        is_warning: finding.severity == Severity::Warning,
        text: finding.text.clone(),
        file: finding.location.as_ref().map(|location| location.file().into()),
        line: finding.location.as_ref().map_or(0, Location::line_number),
        count: finding.count,
    };
    let manifest = Manifest {
        format: FORMAT,
        key: key.to_owned(),
        relations_sha256: relations_sha256(graph.relations()),
        name_probe: NameIndex::probe(),
        n_nodes: graph.n_nodes(),
        n_edges: graph.n_edges(),
        categories: graph.categories().map(Box::from).collect(),
        sources: graph.sources().to_vec(),
        files: built.files.clone(),
        findings: built.findings.iter().map(noted).collect(),
        tables,
    };
    let path = dir.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| SnapshotError::io(&path, error.into()))?;
    fs::write(&path, text + "\n").map_err(|error| SnapshotError::io(&path, error))
}

/// The key of a snapshot; `None` where there is none that this version can open.
pub fn key(dir: &Path) -> Option<String> {
    let manifest = read_manifest(dir).ok()?;
    (manifest.format == FORMAT).then_some(manifest.key)
}

fn read_manifest(dir: &Path) -> Result<Manifest, SnapshotError> {
    let path = dir.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| SnapshotError::io(&path, error))?;
    serde_json::from_str(&text).map_err(|error| SnapshotError::damaged(&path, error.to_string()))
}

/// Opens a snapshot.
///
/// # Errors
///
/// [`SnapshotError`] if a file is missing, damaged, or of another version.
///
/// # Complexity
///
/// O(n + m): every file is checked against its checksum, and what is stored is copied, not computed again, but for
/// the indexes of identifiers and kinds.
pub fn open(dir: &Path) -> Result<Built, SnapshotError> {
    let manifest = read_manifest(dir)?;
    let relations = Relations::standard().map_err(|_| SnapshotError::Outdated { path: dir.into() })?;
    let is_ours = manifest.format == FORMAT && manifest.name_probe == NameIndex::probe();
    if !is_ours || manifest.relations_sha256 != relations_sha256(&relations) {
        return Err(SnapshotError::Outdated { path: dir.into() });
    }
    let table = |name: &str| table::Table::read(dir, name, manifest.tables.get(&format!("{name}.arrow")));
    let n_categories = manifest.categories.len();
    let (nodes, edges) =
        rayon::join(|| Ok((nodes::read(table, n_categories)?, names::read(table)?)), || edges::read(table));
    let ((nodes, identifiers, firsts), names) = nodes?;
    let (mut adjacency, details): (Adjacency, _) = edges?;
    firsts.complete(&mut adjacency);
    let credits = credits::read(&table("credits")?, manifest.sources.len())?;
    let credits = credits.ok_or_else(|| SnapshotError::damaged(dir, "its tables do not fit each other"))?;
    let is_sound = nodes.len() == manifest.n_nodes
        && adjacency.n_edges() == manifest.n_edges
        && adjacency.is_sound(nodes.len(), relations.iter().count())
        && names.is_sound(nodes.len());
    if !is_sound {
        return Err(SnapshotError::damaged(dir, "its tables do not fit each other"));
    }
    let categories = manifest.categories.into_iter().collect();
    let parts = Parts { nodes, credits, categories, identifiers, adjacency, details, names };
    let graph: Graph = freeze(parts, relations, manifest.sources);
    let findings = manifest.findings.into_iter().map(finding).collect();
    Ok(Built { graph, files: manifest.files, findings })
}

fn finding(noted: Noted) -> Finding {
    Finding {
        // Codes are static in the program; the dozen that a snapshot names live as long as it does.
        code: Code(Box::leak(noted.code)),
        severity: if noted.is_warning { Severity::Warning } else { Severity::Note },
        text: noted.text,
        location: noted.file.map(|file| Location::line(&*file, noted.line)),
        count: noted.count,
    }
}

/// Node numbers of a table, as ids.
fn ids(numbers: &[u32]) -> Vec<NodeId> {
    numbers.iter().copied().map(NodeId).collect()
}

#[cfg(test)]
pub(in crate::kg) mod tests {
    use super::*;
    use crate::kg::EdgeRecord;
    use crate::kg::Frequency;
    use crate::kg::KgConfig;
    use crate::kg::Licence;
    use crate::kg::MatchRecord;
    use crate::kg::NodeRecord;
    use crate::kg::Qualifiers;
    use crate::kg::Records;
    use crate::kg::Scope;
    use crate::kg::Synonym;
    use crate::kg::build;
    use crate::location::FileId;
    use crate::location::Place;

    fn place(file: u16, line: u32) -> Place {
        Place { file: FileId(file), line }
    }

    /// Two sources and two files, everything that a node or an edge can have, a clique and a finding.
    pub(in crate::kg) fn built() -> Built {
        let relations = Relations::standard().unwrap();
        let curie = |text: &str| text.parse().unwrap();
        let source = |name: &str| Source {
            name: name.into(),
            version: "1".into(),
            licence: Licence::Attribution,
            licence_name: "CC BY".into(),
            credit: "credit".into(),
            home: "home".into(),
        };
        let file = |path: &str, source: u16| FileTally {
            path: path.into(),
            source,
            sha256: "00".into(),
            read: 0,
            loaded: 0,
            duplicates: 0,
            left_out: BTreeMap::new(),
            quarantined: 0,
        };
        let mut records = Records {
            sources: vec![source("one"), source("two")],
            files: vec![file("a.tsv", 0), file("b.tsv", 1)],
            ..Records::default()
        };
        let mut node = NodeRecord::new(curie("MONDO:1"), "Cold, common", "Disease", place(0, 1));
        node.synonyms.push(Synonym { text: "sniffles".into(), scope: Scope::Narrow, is_lay: true });
        // A name without a normal form.
        node.synonyms.push(Synonym { text: "+".into(), scope: Scope::Exact, is_lay: false });
        node.xrefs.push(curie("UMLS:C1"));
        node.definition = "a cold".into();
        node.former.push(curie("MONDO:9"));
        records.nodes.push(node);
        records.nodes.push(NodeRecord::new(curie("HP:1"), "Fever", "PhenotypicFeature", place(0, 2)));
        let mut old = NodeRecord::new(curie("HP:2"), "obsolete Heat", "PhenotypicFeature", place(0, 3));
        old.is_obsolete = true;
        records.nodes.push(old);
        let mut nameless = NodeRecord::new(curie("HP:3"), "", "PhenotypicFeature", place(0, 7));
        nameless.synonyms.push(Synonym { text: "shivers".into(), scope: Scope::Exact, is_lay: false });
        let mut named = NodeRecord::new(curie("HP:3"), "Chills", "PhenotypicFeature", place(1, 3));
        named.definition = "shaking".into();
        named.synonyms.push(Synonym { text: "rigors".into(), scope: Scope::Exact, is_lay: false });
        named.xrefs.push(curie("UMLS:C2"));
        records.nodes.extend([nameless, named]);
        records.matches.push(MatchRecord { left: curie("MONDO:1"), right: curie("ORPHA:1"), place: place(0, 4) });
        let edge = |subject: &str, object: &str, place: Place| EdgeRecord {
            subject: curie(subject),
            relation: relations.id("has_phenotype").unwrap(),
            object: curie(object),
            qualifiers: Qualifiers {
                frequency: Frequency { counts: Some((3, 4)), class: Some((0.3, 0.79)) },
                onset: vec![curie("HP:0003577")],
                sex: Some("MALE".into()),
                evidence: vec!["PCS".into()],
                publications: vec!["PMID:1".into(), "PMID:2".into()],
            },
            place,
        };
        records.edges.push(edge("MONDO:1", "HP:1", place(0, 5)));
        records.edges.push(edge("ORPHA:1", "HP:1", place(0, 6)));
        records.edges.push(edge("MONDO:9", "HP:1", place(1, 1)));
        records.edges.push(edge("MONDO:1", "HP:404", place(1, 2)));
        build(records, &relations, &KgConfig::default()).unwrap()
    }

    fn saved() -> (Built, tempfile::TempDir) {
        let (built, folder) = (built(), tempfile::tempdir().unwrap());
        save(&built, "made from this", &folder.path().join("g")).unwrap();
        (built, folder)
    }

    #[test]
    fn what_is_opened_is_what_was_saved() {
        let (built, folder) = saved();
        let dir = folder.path().join("g");
        assert_eq!(key(&dir).as_deref(), Some("made from this"));
        let opened = open(&dir).unwrap();
        let (left, right) = (&built.graph, &opened.graph);
        assert_eq!((&left.nodes, &left.adjacency, &left.details), (&right.nodes, &right.adjacency, &right.details));
        assert_eq!(left.credits, right.credits);
        assert_eq!(left.borrowed_strings().count(), 4, "a name, a definition, a synonym and a cross-reference");
        assert_eq!((left.categories.as_slice(), left.sources()), (right.categories.as_slice(), right.sources()));
        assert_eq!((&left.names, &left.twins, &left.vague), (&right.names, &right.twins, &right.vague));
        for text in ["MONDO:1", "ORPHA:1", "MONDO:9", "HP:2", "HP:404"] {
            let curie = text.parse().unwrap();
            assert_eq!(left.find(&curie), right.find(&curie), "{text}");
        }
        assert_eq!(left.n_edges(), 2, "one for each source");
        assert_eq!((built.files, built.findings), (opened.files, opened.findings));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let (_, folder) = saved();
        let dir = folder.path().join("g");
        let path = dir.join("edges.arrow");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let message = open(&dir).unwrap_err().to_string();
        assert!(
            message.ends_with("it is not what the manifest says; delete the folder and build it again"),
            "{message}"
        );
        assert!(message.contains("edges.arrow"), "{message}");
        fs::remove_file(&path).unwrap();
        assert!(matches!(open(&dir), Err(SnapshotError::Io { .. })));
    }

    #[test]
    fn a_snapshot_of_another_version_is_built_again() {
        let (_, folder) = saved();
        let path = folder.path().join("g").join(MANIFEST);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(&format!("\"format\": {FORMAT}"), "\"format\": 0")).unwrap();
        assert!(matches!(open(&folder.path().join("g")), Err(SnapshotError::Outdated { .. })));
        assert_eq!(key(&folder.path().join("g")), None);
        fs::write(&path, "{").unwrap();
        assert!(matches!(open(&folder.path().join("g")), Err(SnapshotError::Damaged { .. })));
    }

    #[test]
    fn a_second_snapshot_takes_the_place_of_the_first() {
        let (built, folder) = saved();
        save(&built, "made from that", &folder.path().join("g")).unwrap();
        assert_eq!(key(&folder.path().join("g")).as_deref(), Some("made from that"));
    }
}
