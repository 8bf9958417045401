//! All or nothing: a data set appears whole, or not at all.
//!
//! Files are written and synced in a hidden folder inside the data set's own, then renamed into place; the manifest
//! comes last, the same way. Until it is there, nothing else counts. The manifest that is replaced is not removed but
//! renamed into the hidden folder, where it lies beside the one to come: so a run that is killed at any point leaves
//! the names of all that it was moving, and the next one clears away exactly that.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::seed::hex;
use crate::write::claim::Claim;
use crate::write::error::WriteError;
use crate::write::manifest::FileEntry;
use crate::write::manifest::MANIFEST;
use crate::write::manifest::Manifest;
use crate::write::table::Sealed;
use crate::write::table::write_text;

/// Where files wait until they are whole.
pub(super) const PARTIAL: &str = ".partial";
/// What the manifest that is replaced is called there.
pub(super) const REPLACED: &str = "replaced.json";
/// Hashes of every file, for `sha256sum -c`.
pub(super) const SUMS: &str = "SHA256SUMS";

/// A folder in which a data set is being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub(super) struct Staging {
    claim: Claim,
    files: Vec<FileEntry>,
    is_moving: bool,
}

/// The text of [`SUMS`].
pub(super) fn sums(files: &[FileEntry], manifest: &str) -> String {
    let mut lines: Vec<(&str, String)> = files.iter().map(|file| (&*file.path, file.sha256.clone())).collect();
    lines.push((MANIFEST, hex(&Sha256::digest(manifest.as_bytes()))));
    lines.sort_unstable();
    lines.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect()
}

impl Staging {
    /// Starts with nothing.
    pub(super) fn new(claim: Claim) -> Result<Self, WriteError> {
        let partial = claim.dir.join(PARTIAL);
        fs::create_dir_all(&partial).map_err(WriteError::io(&partial))?;
        Ok(Self { claim, files: Vec::new(), is_moving: false })
    }

    /// Where the next file of the data set is written for now; none, if the run is to stop.
    pub(super) fn next(&self, name: &str) -> Result<PathBuf, WriteError> {
        self.claim.stop.check()?;
        Ok(self.path(name))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.claim.dir.join(PARTIAL).join(name)
    }

    /// What was written so far.
    pub(super) fn files(&self) -> &[FileEntry] {
        &self.files
    }

    /// Notes a file that was written.
    pub(super) fn add(&mut self, name: String, sealed: Sealed) {
        let Sealed { rows, bytes, sha256 } = sealed;
        self.files.push(FileEntry { path: name, rows, bytes, sha256 });
    }

    /// Writes a text as a file.
    pub(super) fn add_text(&mut self, name: &str, text: &str) -> Result<(), WriteError> {
        let sealed = write_text(&self.next(name)?, text)?;
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
        sync_folder(&self.path(""))?;

        // From here on, and until the new manifest is in place, there is no data set.
        self.is_moving = true;
        let dir = self.claim.dir.as_path();
        let at = dir.join(MANIFEST);
        match fs::rename(&at, self.path(REPLACED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(WriteError::Io { path: at, error }),
            _ => sync_folder(dir)?,
        }
        let named: BTreeSet<PathBuf> = manifest.files.iter().map(|file| PathBuf::from(&file.path)).collect();
        remove(dir, &self.claim.replaced.difference(&named).cloned().collect())?;
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for name in manifest.files.iter().map(|file| &*file.path).chain([SUMS]) {
            let to = dir.join(name);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(WriteError::io(folder))?;
                folders.insert(folder.to_owned());
            }
            fs::rename(self.path(name), &to).map_err(WriteError::io(&to))?;
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        fs::rename(self.path(MANIFEST), &at).map_err(WriteError::io(&at))?;
        sync_folder(dir)?;
        clear(&dir.join(PARTIAL))?;
        Ok(manifest)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Once files are moving, the manifests in the hidden folder are needed to know which.
        if !self.is_moving {
            // Whoever comes next clears it too.
            let _ = clear(&self.claim.dir.join(PARTIAL));
        }
    }
}

/// Removes files of a folder, and the folders below it that this empties.
pub(super) fn remove(dir: &Path, files: &BTreeSet<PathBuf>) -> Result<(), WriteError> {
    for file in files {
        let path = dir.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(WriteError::Io { path, error }),
            _ => {}
        }
    }
    let folders: BTreeSet<&Path> = files.iter().flat_map(|file| file.ancestors().skip(1)).collect();
    // Deepest first; the folder of the data set itself is the empty path. What still holds something stays.
    for folder in folders.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
        let _ = fs::remove_dir(dir.join(folder));
    }
    Ok(())
}

/// Removes a hidden folder of ours.
pub(super) fn clear(folder: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::Io { path: folder.to_owned(), error }),
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
