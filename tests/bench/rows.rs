//! From a pair to a row in Parquet: its shortest paths are sampled, ranked by their score, and the best are told with
//! every edge that they rest on. One thread searches, tells and writes, so that the rate is that of the whole way.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use arrow_array::UInt32Array;
use arrow_array::UInt64Array;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::basic::ZstdLevel;
use parquet::file::properties::WriterProperties;
use thinkpath::kg::Graph;
use thinkpath::kg::search::Ground;
use thinkpath::kg::search::Path as Found;
use thinkpath::kg::search::PathSearch;
use thinkpath::kg::search::ShortestPaths;
use thinkpath::kg::search::Walkable;

use crate::Failure;
use crate::cpu_seconds;
use crate::search::CAP;
use crate::search::SEED;
use crate::search::on_graph;
use crate::search::queries;

/// How many paths are told of each pair.
const TOLD: usize = 3;

/// Rows of all pairs, in batches.
#[derive(Default)]
struct Rows {
    from: Vec<String>,
    to: Vec<String>,
    n_hops: Vec<u32>,
    n_paths: Vec<u64>,
    told: Vec<String>,
}

impl Rows {
    const AT_ONCE: usize = 1_000;

    fn batch(&mut self) -> Result<RecordBatch, Failure> {
        let Self { from, to, n_hops, n_paths, told } = std::mem::take(self);
        let columns: [(&str, ArrayRef); 5] = [
            ("from", Arc::new(StringArray::from(from))),
            ("to", Arc::new(StringArray::from(to))),
            ("n_hops", Arc::new(UInt32Array::from(n_hops))),
            ("n_paths", Arc::new(UInt64Array::from(n_paths))),
            ("paths", Arc::new(StringArray::from(told))),
        ];
        Ok(RecordBatch::try_from_iter(columns)?)
    }
}

pub(crate) fn written(dir: &Path, pairs: &Path, file: &Path) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let queries = queries(graph, pairs)?;
        let ground = Ground::new(graph, &Walkable::default())?;
        let mut search = PathSearch::new(&ground);
        // What the first search gathers is gathered here.
        search.shortest(&queries[0])?;
        let (start, before) = (Instant::now(), cpu_seconds());
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?)).build();
        let mut writer = None;
        let (mut rows, mut found, mut n_rows) = (Rows::default(), ShortestPaths::default(), 0_usize);
        for (at, query) in std::iter::repeat_n(&queries, 3).flatten().enumerate() {
            search.shortest_into(query, &mut found)?;
            let sample = found.at_most(CAP, &mut SEED.stream(&["bench"], at as u64));
            rows.from.push(graph.curie(query.from).to_string());
            rows.to.push(graph.curie(query.to).to_string());
            rows.n_hops.push(u32::try_from(found.n_hops())?);
            rows.n_paths.push(found.n_paths());
            rows.told.push(told(graph, &ground, sample));
            n_rows += 1;
            if rows.from.len() == Rows::AT_ONCE || at + 1 == queries.len() * 3 {
                let batch = rows.batch()?;
                let writer = match &mut writer {
                    Some(writer) => writer,
                    None => writer.insert(ArrowWriter::try_new(
                        File::create(file)?,
                        batch.schema(),
                        Some(properties.clone()),
                    )?),
                };
                writer.write(&batch)?;
            }
        }
        if let Some(writer) = writer {
            writer.close()?;
        }
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
        let n = n_rows as f64;
        let bytes = std::fs::metadata(file)?.len();
        Ok((
            (),
            serde_json::json!({ "n": n, "wall": wall, "cpu": cpu, "per_cpu_s": n / cpu, "per_wall_s": n / wall, "bytes": bytes }),
        ))
    })
}

/// The best paths of a sample, each with its score and its edges.
fn told(graph: &Graph, ground: &Ground<'_>, sample: Vec<Found>) -> String {
    let mut ranked: Vec<(f64, Found)> = sample.into_iter().map(|path| (ground.score(&path), path)).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    let mut text = String::new();
    for (score, path) in ranked.iter().take(TOLD) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{score:.6}: {}", graph.label(path.nodes[0]));
        for (hop, &to) in ground.hops(path).into_iter().zip(&path.nodes[1..]) {
            let edge = graph.edge(hop.edge);
            let relation = &graph.relation(edge.relation).name;
            let (before, after) = if hop.is_forward { ("-", "->") } else { ("<-", "-") };
            let (to, number) = (graph.label(to), hop.edge.number());
            let source = &graph.source(edge.source).name;
            let _ = write!(text, " {before}{relation}{after} {to} [{number}, {source}]");
        }
        text.push('\n');
    }
    text
}
