//! Damaged input is told with its place, or counted; it never stops the program in a way that nobody meant.
//!
//! The cases are pages in `tests/cases/damage`: a source, then under each heading an input and the whole of what a
//! person is told. Inputs may hold `\t`, `\r`, `\\`, `\xNN` for a byte and `\{text*n}` for n repetitions, so that a
//! page shows what an editor would hide. In every case the law holds that no record is lost.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::basic::ZstdLevel;
use parquet::file::properties::WriterProperties;

use crate::planted::Planted;

/// A page of cases.
pub(crate) struct Page {
    /// Its source, but for what every source opens with.
    pub(crate) source: String,
    files: Vec<(String, Vec<u8>)>,
    /// Its cases, of which the first is undamaged.
    pub(crate) cases: Vec<Case>,
}

/// An input and what it leads to.
#[derive(Default)]
pub(crate) struct Case {
    title: String,
    /// How the text is packed, in words; nothing if it is not.
    pub(crate) packing: String,
    /// The bytes of the file `damaged` before they are packed.
    pub(crate) unpacked: Vec<u8>,
    /// The bytes of the file `damaged`.
    pub(crate) input: Vec<u8>,
    outcome: String,
}

/// The file that each page damages.
pub(crate) const DAMAGED: &str = "damaged";

impl Page {
    /// The page of a format.
    pub(crate) fn of(format: &str) -> Self {
        Self::read(&Self::folder("damage").join(format!("{format}.md")))
    }

    /// Where the pages of a kind lie: `damage`, or `samples` for what has no page of damage.
    pub(crate) fn folder(kind: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(kind)
    }

    /// The page in a file.
    pub(crate) fn read(path: &Path) -> Self {
        let format = path.file_stem().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Self { source: String::new(), files: Vec::new(), cases: Vec::new() };
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(title) = line.strip_prefix("## ") {
                page.cases.push(Case { title: title.into(), ..Case::default() });
            }
            let Some(kind) = line.strip_prefix("```") else { continue };
            let inside: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            match (kind.split_once(' ').unwrap_or((kind, "")), page.cases.last_mut()) {
                (("toml", _), None) => page.source = inside,
                (("file", name), None) => page.files.push((name.into(), unescaped(&inside))),
                (("input", packing), Some(case)) => {
                    case.packing = packing.into();
                    case.unpacked = unescaped(&inside);
                    case.input = packed(packing, &case.unpacked);
                }
                (("outcome", _), Some(case)) => case.outcome = inside,
                (other, _) => panic!("{format}.md has a fence {other:?} where none is expected"),
            }
        }
        page
    }

    /// The source of this page with an input.
    pub(crate) fn planted(&self, input: &[u8]) -> Planted {
        let files = self.files.iter().map(|(name, bytes)| (&**name, &**bytes));
        Planted::new(&self.source, files.chain([(DAMAGED, input)]))
    }
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (kind, after) = after.split_at(1);
        rest = after;
        match kind {
            "t" => bytes.push(b'\t'),
            "r" => bytes.push(b'\r'),
            "x" => {
                bytes.push(u8::from_str_radix(&after[..2], 16).unwrap());
                rest = &after[2..];
            }
            "{" => {
                let (repeated, after) = after.split_once('}').unwrap();
                let (text, count) = repeated.rsplit_once('*').unwrap();
                bytes.extend(text.repeat(count.parse().unwrap()).bytes());
                rest = after;
            }
            // A line that ends in a backslash has no end: the file is cut there.
            "\n" => {}
            _ => bytes.extend_from_slice(kind.as_bytes()),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// A text as a file of the packing.
pub(crate) fn packed(packing: &str, bytes: &[u8]) -> Vec<u8> {
    let gzip = || {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    match packing {
        "" => bytes.to_vec(),
        "gzip" => gzip(),
        "gzip, cut" => {
            let all = gzip();
            all[..all.len() / 2].to_vec()
        }
        "gzip, wrong checksum" => {
            let mut all = gzip();
            // The last eight bytes are the checksum and the length.
            let at = all.len() - 8;
            all[at] ^= 1;
            all
        }
        "parquet" => parquet(bytes),
        "parquet, cut" => {
            let all = parquet(bytes);
            all[..all.len() / 2].to_vec()
        }
        "parquet, last byte lost" => {
            let all = parquet(bytes);
            all[..all.len() - 1].to_vec()
        }
        "parquet, a page changed" => {
            let mut all = parquet(bytes);
            // The first page begins behind the four bytes that every file opens with.
            all[6] ^= 0xff;
            all
        }
        "parquet, index changed" => {
            let mut all = parquet(bytes);
            // The last eight bytes are the length of the index and the mark.
            let at = all.len() - 12;
            all[at] ^= 0xff;
            all
        }
        "parquet, gzip" => packed("gzip", &parquet(bytes)),
        "parquet, bomb" => {
            let header = String::from_utf8(bytes.to_vec()).unwrap();
            let row = "a".repeat(1 << 20);
            let rows: String = (0..80).map(|_| format!("{row}\tis_a\tX:1\n")).collect();
            parquet(format!("{header}{rows}").as_bytes())
        }
        "tar" => archive(bytes),
        "tar, cut" => {
            let all = archive(bytes);
            // Two blocks of zeros end an archive; the last text is before them.
            all[..all.len() - 3 * 512].to_vec()
        }
        "tar, wrong checksum" => {
            let mut all = archive(bytes);
            // The name stands at the beginning of a header.
            all[0] ^= 1;
            all
        }
        "utf-16" => {
            let text = std::str::from_utf8(bytes).unwrap();
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
        other => panic!("`{other}` is no packing"),
    }
}

/// A table of tab-separated text as Parquet: each column text, and nothing in a dictionary.
fn parquet(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[at]))) };
    let columns = names.iter().enumerate().map(|(at, name)| (*name, column(at)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let packing = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(packing).set_dictionary_enabled(false).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// An archive of what stands under lines of the form `==> name <==`; a name that ends in `/` is a folder, `a -> b` a
/// link.
fn archive(bytes: &[u8]) -> Vec<u8> {
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let name = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("==> ")?.strip_suffix(" <==\n"));
        match (name, entries.last_mut()) {
            (Some(name), _) => entries.push((name.into(), Vec::new())),
            (None, Some((_, text))) => text.extend_from_slice(line),
            (None, None) => panic!("an archive begins with the name of its first entry"),
        }
    }
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in entries {
        let (name, target) = name.split_once(" -> ").unwrap_or((&name, ""));
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(match () {
            () if !target.is_empty() => tar::EntryType::Symlink,
            () if name.ends_with('/') => tar::EntryType::Directory,
            () => tar::EntryType::Regular,
        });
        // Set as bytes: the crate refuses names that nobody should write.
        let fields = header.as_ustar_mut().unwrap();
        fields.name[..name.len()].copy_from_slice(name.as_bytes());
        fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, &*text).unwrap();
    }
    archive.into_inner().unwrap()
}

#[track_caller]
fn assert_told(format: &str) {
    let page = Page::of(format);
    assert!(page.cases.len() > 10, "{format}.md has only {} cases", page.cases.len());
    let wrong = wrong_outcomes(&page);
    assert!(wrong.is_empty(), "{format}.md\n{wrong}");
}

fn wrong_outcomes(page: &Page) -> String {
    let mut wrong = String::new();
    for case in &page.cases {
        let outcome = page.planted(&case.input).outcome(DAMAGED);
        if outcome != case.outcome {
            wrong.push_str(&format!("## {}\n--- expected\n{}--- found\n{outcome}\n", case.title, case.outcome));
        }
    }
    wrong
}

#[test]
fn samples_are_read_as_their_pages_say() {
    let mut wrong = String::new();
    for file in std::fs::read_dir(Page::folder("samples")).unwrap() {
        let path = file.unwrap().path();
        let found = wrong_outcomes(&Page::read(&path));
        if !found.is_empty() {
            wrong.push_str(&format!("{}\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn damaged_obo_is_told_with_its_place() {
    assert_told("obo");
}

#[test]
fn damaged_annotations_are_told_with_their_place() {
    assert_told("hpoa");
}

#[test]
fn damaged_gene_tables_are_told_with_their_place() {
    assert_told("genes");
}

#[test]
fn damaged_tabular_lists_are_told_with_their_place() {
    assert_told("icd10cm");
}

#[test]
fn damaged_node_tables_are_told_with_their_place() {
    assert_told("kgx_nodes");
}

#[test]
fn damaged_edge_tables_are_told_with_their_place() {
    assert_told("kgx_edges");
}

#[test]
fn damaged_mappings_are_told_with_their_place() {
    assert_told("sssom");
}

#[test]
fn damaged_primekg_tables_are_told_with_their_place() {
    assert_told("primekg_edges");
}

#[test]
fn damaged_mapped_edges_are_told_with_their_place() {
    assert_told("edge_table");
}

#[test]
fn damaged_quoted_edges_are_told_with_their_place() {
    assert_told("edge_table_csv");
}

#[test]
fn damaged_edges_in_parquet_are_told_with_their_place() {
    assert_told("edge_table_parquet");
}

#[test]
fn damaged_mapped_nodes_are_told_with_their_place() {
    assert_told("node_table");
}

#[test]
fn damaged_mapped_matches_are_told_with_their_place() {
    assert_told("match_table");
}

#[test]
fn damaged_axioms_are_told_with_their_place() {
    assert_told("do_axioms");
}

#[test]
fn damaged_obo_graphs_are_told_with_their_place() {
    assert_told("obograph");
}

#[test]
fn damaged_owl_is_told_with_its_place() {
    assert_told("owl");
}

#[test]
fn damaged_turtle_is_told_with_its_place() {
    assert_told("rdf_turtle");
}

#[test]
fn damaged_n_triples_are_told_with_their_place() {
    assert_told("rdf_ntriples");
}

#[test]
fn damaged_json_ld_is_told_with_its_place() {
    assert_told("rdf_jsonld");
}

#[test]
fn damaged_nodes_of_hetionet_are_told_with_their_place() {
    assert_told("hetionet_nodes");
}

#[test]
fn damaged_edges_of_hetionet_are_told_with_their_place() {
    assert_told("hetionet_edges");
}

#[test]
fn damaged_json_of_hetionet_is_told_with_its_place() {
    assert_told("hetionet_json");
}

#[test]
fn damaged_json_lines_of_nodes_are_told_with_their_place() {
    assert_told("kgx_nodes_jsonl");
}

#[test]
fn damaged_json_lines_of_edges_are_told_with_their_place() {
    assert_told("kgx_edges_jsonl");
}

#[test]
fn damaged_paths_are_told_with_their_place() {
    assert_told("drugmechdb");
}

#[test]
fn damaged_phenopackets_are_told_with_their_place() {
    assert_told("phenopackets");
}
