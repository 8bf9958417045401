//! What is mutated: the cases of a page, as text and as they are packed.

use std::io::Write as _;

use thinkpath::seed::Seed;
use thinkpath::seed::Stream;

use crate::damage::Case;
use crate::damage::Page;
use crate::damage::packed;
use crate::mutations::mutate::Mutator;
use crate::mutations::mutate::dictionary;

/// Every run has the same mutations: one that fails fails for everyone.
const SEED: Seed = Seed(7);
/// Cases that show a bound are long; each mutation of one would be slow and show the same bound.
const MAX_CASE_BYTES: usize = 1 << 15;

/// The cases of a page that mutations start from.
pub(super) struct Corpus<'a> {
    name: &'a str,
    cases: Vec<&'a Case>,
    texts: Vec<&'a [u8]>,
    words: Vec<Vec<u8>>,
}

impl<'a> Corpus<'a> {
    pub(super) fn new(name: &'a str, page: &'a Page) -> Self {
        let is_short = |case: &&Case| case.unpacked.len().max(case.input.len()) <= MAX_CASE_BYTES;
        let cases: Vec<&Case> = page.cases.iter().filter(is_short).collect();
        let texts: Vec<&[u8]> = cases.iter().map(|case| &*case.unpacked).collect();
        let words = dictionary(texts.iter().copied());
        Self { name, cases, texts, words }
    }

    /// The mutation of a number: half of them of the undamaged case.
    pub(super) fn mutation(&self, number: u64) -> Vec<u8> {
        let mut stream = SEED.stream(&["mutation", self.name], number);
        let any = stream.below(self.cases.len());
        let case = self.cases[if stream.below(2) == 0 { 0 } else { any }];
        let mut mutator = Mutator { stream: &mut stream, words: &self.words, others: &self.texts };
        let is_inside = mutator.stream.below(3) > 0;
        match &*case.packing {
            "parquet" if is_inside => packed("parquet", table(&mutator.mutate(&case.unpacked)).as_bytes()),
            "tar" if is_inside => packed("tar", &entry(&mutator.mutate(&case.unpacked))),
            "tar" => summed(mutator.mutate(&case.input)),
            "" => {
                let input = mutator.mutate(&case.unpacked);
                if stream.below(16) == 0 { zipped(&mut stream, &input) } else { input }
            }
            _ => mutator.mutate(&case.input),
        }
    }
}

/// A text that has as many fields in every row, as a Parquet file has, and a name for each column.
fn table(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut rows = text.split('\n').map(|row| row.trim_end_matches('\r').split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let n_columns = header.len();
    let rows = rows.map(|mut row| {
        row.resize(n_columns, "");
        row.join("\t")
    });
    std::iter::once(header.join("\t")).chain(rows).map(|row| format!("{row}\n")).collect()
}

/// An archive of one entry: that an archive cannot be made is no failure of its reader.
fn entry(text: &[u8]) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"==> "));
    [b"==> a.yaml <==\n"].into_iter().map(|line| &line[..]).chain(lines).collect::<Vec<_>>().concat()
}

/// Gives the first header of an archive the checksum that it would have, so that what it says is believed.
fn summed(mut archive: Vec<u8>) -> Vec<u8> {
    if let Some(header) = archive.get_mut(..512) {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    archive
}

/// Packed with gzip, and damaged there.
fn zipped(stream: &mut Stream, bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    let mut all = packer.finish().unwrap();
    let (at, bit) = (stream.below(all.len()), stream.below(8));
    match stream.below(3) {
        0 => all.truncate(at),
        1 => all[at] ^= 1 << bit,
        _ => {}
    }
    all
}
