//! Which table goes into which file.
//!
//! Every view has one folder, and in it one file for each split that has rows; more than [`ROWS_PER_SHARD`] rows are
//! cut into shards of one schema. Names are those that the Hub expects.

use std::path::Path;

use crate::kg::Graph;
use crate::write::Identity;
use crate::write::Rejection;
use crate::write::assemble::Placed;
use crate::write::card::Configuration;
use crate::write::cell::record;
use crate::write::commit::Staging;
use crate::write::error::WriteError;
use crate::write::graph;
use crate::write::rows::ClosedNames;
use crate::write::rows::Rows;
use crate::write::split::Split;
use crate::write::table::Sealed;
use crate::write::table::write_table;
use crate::write::views::View;
use crate::write::wrong;

/// Rows of one file; more make another shard.
const ROWS_PER_SHARD: usize = 100_000;

record! {
    /// A row of `components`: which items had to go to one split together.
    struct ComponentRow {
        /// The smallest id of the component.
        component: String,
        /// The item.
        id: String,
        /// Where it went.
        split: &'static str,
    }
}

/// Writes every table; says which configurations there are.
pub(super) fn write_tables(
    staging: &mut Staging,
    identity: &Identity,
    graph: &Graph,
    items: &[Placed],
    rejected: &[Rejection],
    views: &[View],
) -> Result<Vec<Configuration>, WriteError> {
    let closed_names = &ClosedNames::of(graph);
    let rows = Rows {
        graph,
        closed_names,
        graph_sha256: &identity.graph_sha256,
        pipeline_sha256: &identity.pipeline_sha256,
        seed: identity.seed.0.cast_signed(),
    };
    let by_split = |holds: &dyn Fn(&Placed) -> bool| -> Vec<(&'static str, Vec<&Placed>)> {
        let of = |split| items.iter().filter(move |placed: &&Placed| placed.split == split);
        Split::ALL.map(|split| (split.as_str(), of(split).filter(|placed| holds(placed)).collect())).into()
    };
    let mut configurations = vec![Configuration {
        name: "items",
        purpose: "the master table: every column of every item",
        splits: write_shards(staging, "items", &by_split(&|_| true), |path, part| {
            write_table(path, part.iter().map(|placed| rows.placed(placed)))
        })?,
    }];
    for &view in views {
        let parts = by_split(&|placed| view.holds(placed));
        configurations.push(Configuration {
            name: view.as_str(),
            purpose: view.purpose(),
            splits: write_shards(staging, view.as_str(), &parts, |path, part| {
                view.write(graph, part.iter().copied(), path)
            })?,
        });
    }
    let parts = by_split(&|placed| !placed.wrong.is_empty());
    configurations.push(Configuration {
        name: "corruptions",
        purpose: "wrong thinking paths: where each goes wrong, and by what that is refuted",
        splits: write_shards(staging, "corruptions", &parts, |path, part| {
            write_table(path, part.iter().flat_map(|placed| wrong::rows(graph, placed)))
        })?,
    });
    let parts = [("rejected", rejected.iter().collect())];
    configurations.push(Configuration {
        name: "rejected",
        purpose: "what was mined and not published, with the code of the check that did it",
        splits: write_shards(staging, "rejected", &parts, |path, part: &[&Rejection]| {
            write_table(path, part.iter().map(|rejection| rows.rejection(rejection)))
        })?,
    });
    let components = items.iter().map(|Placed { item, split, component, .. }| ComponentRow {
        component: component.clone(),
        id: item.id.clone(),
        split: split.as_str(),
    });
    let sealed = write_table(&staging.next("components.parquet")?, components)?;
    staging.add("components.parquet".to_owned(), sealed);
    for (name, sealed) in graph::write_tables(graph, &staging.next("graph")?)? {
        staging.add(format!("graph/{name}"), sealed);
    }
    Ok(configurations)
}

/// Writes the splits of one folder and says which of them have rows. A split without rows has no file, but a folder
/// has at least one, so that whoever reads `folder/*.parquet` finds the columns.
fn write_shards<T>(
    staging: &mut Staging,
    folder: &str,
    parts: &[(&'static str, Vec<&T>)],
    mut write: impl FnMut(&Path, &[&T]) -> Result<Sealed, WriteError>,
) -> Result<Vec<&'static str>, WriteError> {
    let is_empty = parts.iter().all(|(_, rows)| rows.is_empty());
    let mut with_rows = Vec::new();
    for (position, (split, rows)) in parts.iter().enumerate() {
        let mut shards: Vec<&[&T]> = rows.chunks(ROWS_PER_SHARD).collect();
        if is_empty && position == 0 {
            shards.push(&[]);
        }
        for (number, shard) in shards.iter().enumerate() {
            let name = format!("{folder}/{split}-{number:05}-of-{:05}.parquet", shards.len());
            let sealed = write(&staging.next(&name)?, shard)?;
            staging.add(name, sealed);
        }
        if !rows.is_empty() {
            with_rows.push(*split);
        }
    }
    Ok(with_rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::write::Prepared;
    use crate::write::Target;
    use crate::write::prepare;

    #[test]
    fn many_rows_are_cut_into_numbered_shards() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target { dir: folder.path(), is_fresh: false };
        let identity = Identity {
            graph_sha256: String::new(),
            pipeline_sha256: String::new(),
            seed: Seed(7),
            sources: Vec::new(),
            ingest: Vec::new(),
            benchmarks: Vec::new(),
        };
        let Prepared::Ready(claim) = prepare(target, &identity).unwrap() else { panic!("the folder is empty") };
        let mut staging = Staging::new(claim).unwrap();
        let rows = vec![&(); 2 * ROWS_PER_SHARD + 1];
        let (mut names, mut sizes) = (Vec::new(), Vec::new());
        let parts = [("train", rows), ("test", Vec::new())];
        let with_rows = write_shards(&mut staging, "items", &parts, |path, shard| {
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
            sizes.push(shard.len());
            Ok(Sealed { rows: None, bytes: 0, sha256: String::new() })
        });
        assert_eq!(with_rows.unwrap(), ["train"]);
        assert_eq!(sizes, [ROWS_PER_SHARD, ROWS_PER_SHARD, 1]);
        assert_eq!(
            names,
            ["train-00000-of-00003.parquet", "train-00001-of-00003.parquet", "train-00002-of-00003.parquet"]
        );
    }
}
