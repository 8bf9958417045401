//! What we take for one thing, measured in a process of its own and said as one line of JSON. `run.py` and `search.py`
//! call it, in turn with other tools; see there.

#![allow(unsafe_code, reason = "one call of the allocator, which no safe crate offers")]
#![allow(clippy::print_stdout, reason = "stdout is for the result, and this program is the result")]

mod items;
mod rows;
mod search;

use std::path::Path;
use std::time::Instant;

use thinkpath::ingest::IngestConfig;
use thinkpath::kg::Built;
use thinkpath::kg::KgConfig;
use thinkpath::kg::Relations;
use thinkpath::kg::snapshot;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["csv", file] => measured("simd-csv", || pass(Path::new(file))),
        ["load", file] => measured("thinkpath", || load(Path::new(file)).map(|(built, more)| (built.graph, more))),
        ["save", file, dir] => measured("thinkpath, snapshot written", || save(Path::new(file), Path::new(dir))),
        ["open", dir] => measured("thinkpath, snapshot opened", || open(Path::new(dir))),
        ["nodes", dir, file] => measured("nodes", || search::nodes(Path::new(dir), Path::new(file))),
        ["shortest", dir, pairs] => measured("shortest", || search::shortest(Path::new(dir), Path::new(pairs))),
        ["paths", dir, pairs, file] => {
            measured("paths", || search::listed(Path::new(dir), Path::new(pairs), Path::new(file)))
        }
        ["walks", dir, n] => measured("walks", || search::walks(Path::new(dir), n.parse()?)),
        ["neighbours", dir, pairs] => measured("neighbours", || search::neighbours(Path::new(dir), Path::new(pairs))),
        ["rows", dir, pairs, file] => {
            measured("rows", || rows::written(Path::new(dir), Path::new(pairs), Path::new(file)))
        }
        ["items", file, n] => measured("items", || items::proved(Path::new(file), n.parse()?)),
        // `cargo bench` or `cargo test --benches` without a file: nothing to measure.
        _ => {
            println!(
                "usage: cargo bench --bench thinkpath -- csv|load kg.csv, save kg.csv DIR, open DIR, nodes DIR FILE, \
                 shortest|neighbours DIR PAIRS, paths|rows DIR PAIRS FILE, walks DIR N, items kg.csv N"
            );
            Ok(())
        }
    }
}

/// Runs a job and says what it took: seconds of wall and processor, megabytes at the peak.
fn measured<T>(tool: &str, job: impl FnOnce() -> Result<(T, serde_json::Value), Failure>) -> Result<(), Failure> {
    let (start, before) = (Instant::now(), cpu_seconds());
    let (_kept, more) = job()?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
    // What the allocator keeps for later is no part of what is held.
    give_back();
    let line = serde_json::json!({
        "tool": tool,
        "wall": wall,
        "cpu": cpu,
        "peak_mb": status_mb("VmHWM"),
        "resident_mb": status_mb("VmRSS"),
        "more": more,
    });
    println!("{line}");
    Ok(())
}

/// The floor: every row split into its fields, and nothing done with them.
fn pass(file: &Path) -> Result<((), serde_json::Value), Failure> {
    let mut reader = simd_csv::ZeroCopyReader::from_reader(std::fs::File::open(file)?);
    let (mut n_rows, mut n_fields) = (0_u64, 0_u64);
    while let Some(row) = reader.read_byte_record()? {
        n_rows += 1;
        n_fields += row.len() as u64;
    }
    Ok(((), serde_json::json!({ "rows": n_rows, "fields": n_fields })))
}

/// A folder in which a table is found as a source.
fn source_of(file: &Path) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("primekg");
    std::fs::create_dir(&source)?;
    std::fs::copy("ontologies/primekg/source.toml", source.join("source.toml"))?;
    std::os::unix::fs::symlink(std::fs::canonicalize(file)?, source.join("kg.csv"))?;
    Ok(folder)
}

/// A PrimeKG table, from its file to a graph that answers.
fn load(file: &Path) -> Result<(Built, serde_json::Value), Failure> {
    let folder = source_of(file)?;
    let relations = Relations::standard()?;
    // The synthetic table gives one number of GO to nodes of two types now and then: those rows cannot be used.
    let config: IngestConfig = toml::from_str("sources = ['primekg']\nmax_quarantined_share = 0.01")?;
    let start = Instant::now();
    let records = thinkpath::ingest::read(&config, &relations, &[folder.path().to_owned()])?;
    let (read, read_mb) = (start.elapsed().as_secs_f64(), status_mb("VmRSS"));
    let built = thinkpath::kg::build(records, &relations, &KgConfig::default())?;
    thinkpath::ingest::check_quarantine(&config, &built)?;
    let graph = &built.graph;
    let more = serde_json::json!({
        "nodes": graph.n_nodes(),
        "edges": graph.n_edges(),
        "rows": built.files.iter().map(|file| file.read).sum::<u64>(),
        "quarantined": built.files.iter().map(|file| file.quarantined).sum::<u64>(),
        "read_wall": read,
        "read_mb": read_mb,
    });
    Ok((built, more))
}

/// A table, from its file to a snapshot.
fn save(file: &Path, dir: &Path) -> Result<(Built, serde_json::Value), Failure> {
    let (built, _) = load(file)?;
    let start = Instant::now();
    snapshot::save(&built, "bench", dir)?;
    let wall = start.elapsed().as_secs_f64();
    Ok((built, serde_json::json!({ "save_wall": wall })))
}

/// A snapshot, to the first answer: how many neighbours the first node has.
fn open(dir: &Path) -> Result<(Built, serde_json::Value), Failure> {
    let built = snapshot::open(dir)?;
    let first = built.graph.nodes().next().map(|(node, _)| built.graph.degree(node));
    let more = serde_json::json!({ "edges": built.graph.n_edges(), "degree_of_first": first });
    Ok((built, more))
}

/// Lets the allocator return what it does not need.
fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: glibc's function takes no pointer and may be called at any time.
    let _ = unsafe { malloc_trim(0) };
}

/// Seconds of processor time of all threads so far.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// A line of `/proc/self/status`, in megabytes.
fn status_mb(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
