//! An archive of paths.
//!
//! Nothing of an archive is written to disk, so an entry cannot reach out of a folder; one whose name tries to, or
//! which is a link, is left out all the same, because nobody who meant well wrote it. A tar archive is known by its
//! header and not by the file's name.

use std::io::BufRead as _;
use std::io::Cursor;
use std::io::Read;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::drugmechdb::Origin;

const BLOCK_BYTES: usize = 512;
const MAGIC_AT: usize = 257;
/// The file of all paths has twenty megabytes.
const MAX_TEXT_BYTES: usize = 64 << 20;

/// The same input, and whether it is a tar archive.
///
/// # Errors
///
/// [`ReadError`] if its first block cannot be read.
pub(super) fn known(input: Input) -> Result<(Input, bool), ReadError> {
    let path: Box<str> = input.path().into();
    let mut reader = input.into_reader();
    let mut start = Vec::with_capacity(BLOCK_BYTES);
    let block = (&mut reader).take(BLOCK_BYTES as u64).read_to_end(&mut start);
    block.map_err(|error| Input::error(&path, error))?;
    let is_archive = start.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar"));
    Ok((Input::of_reader(&path, Box::new(Cursor::new(start).chain(reader))), is_archive))
}

/// Hands on each YAML text of an archive, in its order.
///
/// # Errors
///
/// [`ReadError`] if the archive is damaged.
pub(super) fn each_text(
    input: Input,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(Input, Origin<'_>, &mut Sink<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let path: Box<str> = input.path().into();
    let wrong = |error| match Input::error(&path, error) {
        // Whatever the archive's reader does not like of its bytes.
        ReadError::Io { path, error } | ReadError::Damaged { path, error } => {
            // It may quote a whole block.
            let start: String = error.to_string().chars().take(300).collect();
            let error = std::io::Error::new(error.kind(), crate::finding::printable(&start));
            ReadError::Damaged { path, error }
        }
        error => error,
    };
    let mut archive = tar::Archive::new(input.into_reader());
    let mut n_lines_before = 0_u32;
    for entry in archive.entries().map_err(wrong)? {
        let mut entry = entry.map_err(wrong)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if !(kind.is_file() || kind.is_contiguous()) {
            sink.leave_out("archive entry that is a link or no file");
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let size_bytes = entry.size();
        let rule = rule(&name);
        let content = Content::read(&mut entry, rule.is_none()).map_err(wrong)?;
        if content.n_bytes < size_bytes {
            let why = format!("`{name}` is cut");
            return Err(wrong(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, why)));
        }
        let origin = Origin { entry: Some(&name), n_lines_before };
        match (rule, content.text) {
            (Some(rule), _) => sink.leave_out(rule),
            (None, Some(text)) => {
                match take(Input::of_reader(&name, Box::new(Cursor::new(text))), origin, sink) {
                    Ok(()) => {}
                    // What spoils a text spoils one entry of the archive and no other.
                    Err(ReadError::LongLine { location, limit_bytes }) => {
                        let why = format!("the line is longer than {limit_bytes} bytes");
                        origin.quarantine(location.line_number(), why, sink);
                    }
                    Err(ReadError::Format { location, problem }) => {
                        origin.quarantine(location.line_number(), problem, sink);
                    }
                    Err(error) => return Err(error),
                }
            }
            (None, None) => origin.quarantine(1, format!("the text is longer than {MAX_TEXT_BYTES} bytes"), sink),
        }
        n_lines_before = n_lines_before.saturating_add(content.n_lines);
    }
    Ok(())
}

/// The rule that leaves an entry of this name out.
fn rule(name: &str) -> Option<&'static str> {
    let mut parts = name.split(['/', '\\']);
    let is_absolute = name.starts_with(['/', '\\']) || name.get(1..2) == Some(":");
    if is_absolute || parts.any(|part| part == "..") {
        return Some("archive entry that leaves its folder");
    }
    // macOS puts `._name` beside each file, which is no YAML whatever it is called.
    let file = name.rsplit('/').next().unwrap_or(name);
    let is_yaml = [".yaml", ".yml"].iter().any(|end| file.ends_with(end)) && !file.starts_with('.');
    (!is_yaml).then_some("archive entry that is no YAML")
}

/// What an entry holds.
struct Content {
    /// `None` if it was not wanted or is too long.
    text: Option<Vec<u8>>,
    n_bytes: u64,
    n_lines: u32,
}

impl Content {
    fn read(entry: &mut impl Read, is_wanted: bool) -> std::io::Result<Self> {
        let mut content = Self { text: is_wanted.then(Vec::new), n_bytes: 0, n_lines: 0 };
        let mut reader = std::io::BufReader::with_capacity(1 << 16, entry);
        loop {
            let chunk = reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(content);
            }
            let n_lines = memchr::memchr_iter(b'\n', chunk).count();
            content.n_lines = content.n_lines.saturating_add(u32::try_from(n_lines).unwrap_or(u32::MAX));
            content.n_bytes += chunk.len() as u64;
            match &mut content.text {
                Some(text) if text.len() + chunk.len() <= MAX_TEXT_BYTES => text.extend_from_slice(chunk),
                _ => content.text = None,
            }
            let n_read = chunk.len();
            reader.consume(n_read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of these texts.
    fn archive(texts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, text) in texts {
            let mut header = tar::Header::new_ustar();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, *text).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn a_text_that_cannot_be_read_costs_only_itself() {
        let good = "nodes: [{id: 'X:1', label: Disease, name: a}]\nlinks: []\n";
        let long = "x".repeat((16 << 20) + 1);
        let bytes = archive(&[("a.yaml", long.as_bytes()), ("b.yaml", b"\xff\xfea\0"), ("c.yaml", good.as_bytes())]);
        let reader = crate::ingest::drugmechdb::DrugMechDb::default();
        let records = crate::ingest::sink::read_bytes(&reader, &bytes).unwrap();
        let told: Vec<String> = records.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "warning I101: the line is longer than 16777216 bytes (line 1 of `a.yaml`)\n  first at test:1",
                "warning I101: the file is UTF-16; save it as UTF-8 (line 1 of `b.yaml`)\n  first at test:1",
            ]
        );
        assert_eq!((records.nodes.len(), records.files[0].quarantined), (1, 2));
    }

    #[test]
    fn what_is_told_of_a_damaged_block_steers_no_terminal() {
        let mut bytes = archive(&[("a.yaml", b"")]);
        bytes[148..156].copy_from_slice(b"\x1b[31mxyz");
        let reader = crate::ingest::drugmechdb::DrugMechDb::default();
        let error = crate::ingest::sink::read_bytes(&reader, &bytes).unwrap_err().to_string();
        assert!(error.starts_with("test: cannot be unpacked (") && error.contains("\\x1B[31m"), "{error}");
    }

    #[test]
    fn only_yaml_below_the_folder_is_read() {
        let leaves = Some("archive entry that leaves its folder");
        let no_yaml = Some("archive entry that is no YAML");
        for (name, expected) in [
            ("paths/a.yaml", None),
            ("./a.yml", None),
            ("paths/../../a.yaml", leaves),
            ("/etc/a.yaml", leaves),
            ("C:/a.yaml", leaves),
            ("..\\a.yaml", leaves),
            ("paths/._a.yaml", no_yaml),
            ("README.md", no_yaml),
        ] {
            assert_eq!(rule(name), expected, "{name}");
        }
    }
}
