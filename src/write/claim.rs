//! A folder, looked at and locked before anything is computed.
//!
//! What lies in it decides: the same data set (then there is nothing to do), another one (then only whoever asks for
//! it gets it replaced), what a killed run left (then that goes first), or something that is not ours (then the folder
//! is refused). Ours is what a manifest of ours names, besides the hidden `.lock` and `.partial`; nothing else is ever
//! removed or overwritten, and where readers of the data set would load it, nothing is written beside it either.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use crate::seed::sha256_of;
use crate::write::commit::PARTIAL;
use crate::write::commit::REPLACED;
use crate::write::commit::SUMS;
use crate::write::commit::clear;
use crate::write::commit::remove;
use crate::write::commit::sums;
use crate::write::error::WriteError;
use crate::write::manifest::MANIFEST;
use crate::write::manifest::Manifest;
use crate::write::stop::Stop;

/// Held for as long as a run may write to the folder. It stays behind, empty: were it removed, two runs could lock two
/// files of the same name.
pub(super) const LOCK: &str = ".lock";
/// What the pipeline puts beside a data set: times, host, memory.
const RUN: &str = "run.json";
/// The folders of a data set, which readers load whole.
const FOLDERS: [&str; 7] = ["items", "rejected", "sft", "grpo", "bench", "graph", "verify"];

/// The folder of a data set, and whether what is there may be replaced.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The folder; it need not exist.
    pub dir: &'a Path,
    /// Whether a data set that is already there is replaced.
    pub is_fresh: bool,
}

/// What to do with a folder.
#[derive(Debug)]
#[must_use]
pub enum Prepared {
    /// Nothing: the same data set is there, complete and unharmed.
    Unchanged(Box<Manifest>),
    /// Write to it.
    Ready(Claim),
}

/// A folder that may be written, and that no other run writes while this value lives.
#[derive(Debug)]
pub struct Claim {
    /// The folder.
    pub(super) dir: PathBuf,
    /// The files of the data set that is to be replaced, below the folder.
    pub(super) replaced: BTreeSet<PathBuf>,
    /// Whether to give up.
    pub(super) stop: Stop,
    _lock: File,
}

impl Claim {
    /// The same, to be given up when asked to.
    #[must_use]
    pub fn until(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }
}

/// What lies in a folder that is not refused.
enum Sight {
    Same(Box<Manifest>),
    Other(BTreeSet<PathBuf>),
    /// No data set; perhaps files of one that a killed run was putting in place.
    Unfinished(BTreeSet<PathBuf>),
}

/// Looks at a folder and, if it is to be written, locks it.
pub(super) fn prepare(target: Target<'_>, here: &Manifest) -> Result<Prepared, WriteError> {
    let Target { dir, .. } = target;
    if let Sight::Same(there) = look(target, here)? {
        // What a run left that was killed at its very end; unless another one is at work there.
        if dir.join(PARTIAL).exists()
            && let Ok(_lock) = lock(dir)
        {
            clear(&dir.join(PARTIAL))?;
        }
        return Ok(Prepared::Unchanged(there));
    }
    // A folder that cannot be written is found out now and not in an hour.
    fs::create_dir_all(dir).map_err(WriteError::io(dir))?;
    let lock = lock(dir)?;
    // Looked at again: another run may have ended in between.
    let replaced = match look(target, here)? {
        Sight::Same(there) => return Ok(Prepared::Unchanged(there)),
        Sight::Other(replaced) => replaced,
        Sight::Unfinished(left) => {
            remove(dir, &left)?;
            BTreeSet::new()
        }
    };
    clear(&dir.join(PARTIAL))?;
    Ok(Prepared::Ready(Claim { dir: dir.to_owned(), replaced, stop: Stop::default(), _lock: lock }))
}

fn look(Target { dir, is_fresh }: Target<'_>, here: &Manifest) -> Result<Sight, WriteError> {
    let Some(there) = manifest(&dir.join(MANIFEST))? else {
        let left = unfinished(dir);
        let foreign = stray(dir, Path::new(""), &|path| left.contains(path) || path == Path::new(RUN))?;
        return match foreign {
            Some(file) => Err(WriteError::Foreign { dir: dir.to_owned(), file }),
            None => Ok(Sight::Unfinished(left)),
        };
    };
    if !is_fresh {
        let differences = there.differences(here)?;
        if !differences.is_empty() {
            return Err(WriteError::Different { dir: dir.to_owned(), differences });
        }
        if is_complete(dir, &there)? {
            return Ok(Sight::Same(Box::new(there)));
        }
    }
    let ours = named(&there);
    for folder in FOLDERS {
        if let Some(file) = stray(dir, Path::new(folder), &|path| ours.contains(path))? {
            return Err(WriteError::Foreign { dir: dir.to_owned(), file });
        }
    }
    Ok(Sight::Other(ours))
}

/// Keeps other runs out for as long as the file lives.
fn lock(dir: &Path) -> Result<File, WriteError> {
    let path = dir.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(WriteError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WriteError::Busy { dir: dir.to_owned() }),
        // A file system that knows no locks leaves it to whoever starts runs.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(WriteError::Io { path, error }),
    }
}

fn manifest(path: &Path) -> Result<Option<Manifest>, WriteError> {
    match fs::read(path) {
        Ok(bytes) => {
            let broken = |error| WriteError::Manifest { path: path.to_owned(), error };
            serde_json::from_slice(&bytes).map(Some).map_err(broken)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WriteError::Io { path: path.to_owned(), error }),
    }
}

/// The files of a data set below its folder; what leads out of it is no file of ours.
fn named(manifest: &Manifest) -> BTreeSet<PathBuf> {
    let paths = manifest.files.iter().map(|file| Path::new(&file.path)).filter(|path| is_below(path));
    paths.chain([Path::new(SUMS)]).map(Path::to_owned).collect()
}

fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// The files that a run was putting in place, or out of it, when it was killed: those that the two manifests name
/// which it had beside it. A manifest that was itself not finished says that the run had not come so far.
fn unfinished(dir: &Path) -> BTreeSet<PathBuf> {
    let kept = [MANIFEST, REPLACED].map(|name| manifest(&dir.join(PARTIAL).join(name)));
    kept.into_iter().filter_map(Result::ok).flatten().flat_map(|manifest| named(&manifest)).collect()
}

/// The first file at or below `folder`, by name, that is neither hidden nor ours.
fn stray(dir: &Path, folder: &Path, is_ours: &dyn Fn(&Path) -> bool) -> Result<Option<String>, WriteError> {
    let path = dir.join(folder);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WriteError::Io { path, error }),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(WriteError::io(&path))?;
        let is_folder = entry.file_type().map_err(WriteError::io(&entry.path()))?.is_dir();
        names.push((entry.file_name(), is_folder));
    }
    names.sort();
    for (name, is_folder) in names.into_iter().filter(|(name, _)| !name.to_string_lossy().starts_with('.')) {
        let below = folder.join(name);
        let found = match is_folder {
            true => stray(dir, &below, is_ours)?,
            false if is_ours(&below) => None,
            false => Some(below.to_string_lossy().replace('\\', "/")),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether every file that a manifest names is there, to the byte.
fn is_complete(dir: &Path, manifest: &Manifest) -> Result<bool, WriteError> {
    for file in &manifest.files {
        if !is_below(Path::new(&file.path)) || sha256(&dir.join(&file.path))?.as_deref() != Some(&*file.sha256) {
            return Ok(false);
        }
    }
    let expected = sums(&manifest.files, &manifest.text()?);
    Ok(fs::read_to_string(dir.join(SUMS)).is_ok_and(|there| there == expected))
}

/// The hash of a file; `None` if there is none.
fn sha256(path: &Path) -> Result<Option<String>, WriteError> {
    match File::open(path).and_then(sha256_of) {
        Ok(sha256) => Ok(Some(sha256)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WriteError::Io { path: path.to_owned(), error }),
    }
}
