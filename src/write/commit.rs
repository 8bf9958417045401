//! All or nothing: a data set appears whole, or not at all.
//!
//! Files are written and synced in a hidden folder inside the data set's own, then renamed into place; the manifest
//! comes last, the same way. Until it is there, nothing else counts, so a run that is killed at any point leaves
//! something that the next run recognises as unfinished and clears away. Files that are not ours are never touched.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::seed::hex;
use crate::write::error::WriteError;
use crate::write::manifest::FileEntry;
use crate::write::manifest::MANIFEST;
use crate::write::manifest::Manifest;
use crate::write::table::Sealed;
use crate::write::table::write_text;

/// Where files wait until they are whole.
const PARTIAL: &str = ".partial";
/// Hashes of every file, for `sha256sum -c`.
const SUMS: &str = "SHA256SUMS";
/// What the pipeline puts beside a data set: times, host, memory.
const RUN: &str = "run.json";
/// The folders of a data set. What lies in them and is not in its manifest is left over from another one.
const FOLDERS: [&str; 7] = ["items", "rejected", "sft", "grpo", "bench", "graph", "verify"];

/// The folder of a data set, and whether what is there may be replaced.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The folder; it need not exist.
    pub dir: &'a Path,
    /// Whether a data set that is already there is replaced.
    pub is_fresh: bool,
}

/// A folder in which a data set is being written.
#[derive(Debug)]
pub(super) struct Staging<'a> {
    dir: &'a Path,
    files: Vec<FileEntry>,
}

/// The manifest of the data set that is already there, complete and the same in every byte; else `None`, and the
/// folder is ready to be written.
pub(super) fn prepare(target: Target<'_>, here: &Manifest) -> Result<Option<Manifest>, WriteError> {
    let Target { dir, is_fresh } = target;
    let partial = dir.join(PARTIAL);
    match manifest(dir)? {
        Some(there) if !is_fresh => {
            let differences = there.differences(here)?;
            if !differences.is_empty() {
                return Err(WriteError::Different { dir: dir.to_owned(), differences });
            }
            if is_complete(dir, &there)? {
                clear(&partial)?;
                return Ok(Some(there));
            }
        }
        Some(_) => {}
        None if partial.is_dir() => {}
        None => refuse_foreign(dir)?,
    }
    // Made before anything is computed: a folder that cannot be written is found out now and not in an hour.
    fs::create_dir_all(&partial).map_err(WriteError::io(&partial))?;
    Ok(None)
}

fn manifest(dir: &Path) -> Result<Option<Manifest>, WriteError> {
    let path = dir.join(MANIFEST);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| WriteError::Manifest { path, error }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WriteError::Io { path, error }),
    }
}

fn refuse_foreign(dir: &Path) -> Result<(), WriteError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(WriteError::Io { path: dir.to_owned(), error }),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(WriteError::io(dir))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    match names.into_iter().find(|name| !name.starts_with('.') && name != RUN) {
        Some(file) => Err(WriteError::Foreign { dir: dir.to_owned(), file }),
        None => Ok(()),
    }
}

/// Whether every file that a manifest names is there, to the byte.
fn is_complete(dir: &Path, manifest: &Manifest) -> Result<bool, WriteError> {
    for file in &manifest.files {
        let is_below = Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || sha256(&dir.join(&file.path))?.as_deref() != Some(&*file.sha256) {
            return Ok(false);
        }
    }
    let expected = sums(&manifest.files, &manifest.text()?);
    Ok(fs::read_to_string(dir.join(SUMS)).is_ok_and(|there| there == expected))
}

/// The hash of a file; `None` if there is none.
fn sha256(path: &Path) -> Result<Option<String>, WriteError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WriteError::Io { path: path.to_owned(), error }),
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Ok(Some(hex(&hasher.finalize()))),
            Ok(n_read) => hasher.update(&buffer[..n_read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(WriteError::Io { path: path.to_owned(), error }),
        }
    }
}

fn sums(files: &[FileEntry], manifest: &str) -> String {
    let mut lines: Vec<(&str, String)> = files.iter().map(|file| (&*file.path, file.sha256.clone())).collect();
    lines.push((MANIFEST, hex(&Sha256::digest(manifest.as_bytes()))));
    lines.sort_unstable();
    lines.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect()
}

impl<'a> Staging<'a> {
    /// Starts with nothing: what a killed run left is removed.
    pub(super) fn new(dir: &'a Path) -> Result<Self, WriteError> {
        let partial = dir.join(PARTIAL);
        clear(&partial)?;
        fs::create_dir_all(&partial).map_err(WriteError::io(&partial))?;
        Ok(Self { dir, files: Vec::new() })
    }

    /// Where a file of the data set is written for now.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(PARTIAL).join(name)
    }

    /// Notes a file that was written.
    pub(super) fn add(&mut self, name: String, sealed: Sealed) {
        let Sealed { rows, bytes, sha256 } = sealed;
        self.files.push(FileEntry { path: name, rows, bytes, sha256 });
    }

    /// Writes a text as a file.
    pub(super) fn add_text(&mut self, name: &str, text: &str) -> Result<(), WriteError> {
        let sealed = write_text(&self.path(name), text)?;
        self.add(name.to_owned(), sealed);
        Ok(())
    }

    /// Puts every file in its place, the manifest last; returns the manifest with its list of files.
    pub(super) fn commit(mut self, manifest: Manifest) -> Result<Manifest, WriteError> {
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        let manifest = Manifest { files: std::mem::take(&mut self.files), ..manifest };
        let text = manifest.text()?;
        write_text(&self.path(SUMS), &sums(&manifest.files, &text))?;
        write_text(&self.path(MANIFEST), &text)?;

        // From here on, and until the new manifest is in place, there is no data set.
        remove_file(&self.dir.join(MANIFEST))?;
        sync_folder(self.dir)?;
        let kept: BTreeSet<&Path> = manifest.files.iter().map(|file| Path::new(&file.path)).collect();
        for folder in FOLDERS {
            clear_folder(self.dir, Path::new(folder), &kept)?;
        }
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for name in manifest.files.iter().map(|file| &*file.path).chain([SUMS]) {
            let to = self.dir.join(name);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(WriteError::io(folder))?;
                folders.insert(folder.to_owned());
            }
            fs::rename(self.path(name), &to).map_err(WriteError::io(&to))?;
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        let to = self.dir.join(MANIFEST);
        fs::rename(self.path(MANIFEST), &to).map_err(WriteError::io(&to))?;
        sync_folder(self.dir)?;
        clear(&self.dir.join(PARTIAL))?;
        Ok(manifest)
    }
}

/// Removes from a folder whatever is not to stay there.
fn clear_folder(dir: &Path, folder: &Path, kept: &BTreeSet<&Path>) -> Result<(), WriteError> {
    let path = dir.join(folder);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(WriteError::Io { path, error }),
    };
    for entry in entries {
        let entry = entry.map_err(WriteError::io(&path))?;
        if kept.contains(&*folder.join(entry.file_name())) {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(WriteError::io(&path))?.is_dir() {
            clear(&path)?;
        } else {
            remove_file(&path)?;
        }
    }
    if !kept.iter().any(|file| file.starts_with(folder)) {
        clear(&path)?;
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::Io { path: folder.to_owned(), error }),
        _ => Ok(()),
    }
}

fn remove_file(path: &Path) -> Result<(), WriteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::Io { path: path.to_owned(), error }),
        _ => Ok(()),
    }
}

/// Makes renames in a folder last. Only Unix lets a folder be synced.
fn sync_folder(folder: &Path) -> Result<(), WriteError> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(WriteError::io(folder))?;
    }
    Ok(())
}
