//! What searching takes, on a graph that was loaded before: a snapshot is opened, what a search reads is gathered,
//! and only then the clock starts. `search.py` calls it, in turn with other tools; see there.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use thinkpath::kg::Graph;
use thinkpath::kg::NodeId;
use thinkpath::kg::search::Ground;
use thinkpath::kg::search::Metapath;
use thinkpath::kg::search::PathQuery;
use thinkpath::kg::search::PathSearch;
use thinkpath::kg::search::ShortestPaths;
use thinkpath::kg::search::Step;
use thinkpath::kg::search::Walkable;
use thinkpath::kg::search::Walks;
use thinkpath::kg::search::in_parallel;
use thinkpath::kg::snapshot;
use thinkpath::seed::Seed;

use crate::Failure;
use crate::cpu_seconds;

/// How many of a pair's shortest paths are taken.
pub(crate) const CAP: usize = 200;
pub(crate) const SEED: Seed = Seed(7);
/// How often the list of pairs is gone through, so that the clock's hundredths of a second do not matter.
const TIMES: usize = 3;
const BUDGET: u64 = 1_000_000_000;

/// Opens a snapshot and hands the graph on.
pub(crate) fn on_graph<T>(dir: &Path, job: impl FnOnce(&Graph) -> Result<T, Failure>) -> Result<T, Failure> {
    job(&snapshot::open(dir)?.graph)
}

/// Lines of two node numbers.
pub(crate) fn queries(graph: &Graph, file: &Path) -> Result<Vec<PathQuery>, Failure> {
    let mut queries = Vec::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let mut numbers = line.split_whitespace().map(str::parse::<usize>);
        let (Some(from), Some(to)) = (numbers.next(), numbers.next()) else { continue };
        let [from, to] = [NodeId::try_from_index(from?)?, NodeId::try_from_index(to?)?];
        if from.index().max(to.index()) >= graph.n_nodes() {
            return Err(format!("{line}: the graph has {} nodes", graph.n_nodes()).into());
        }
        queries.push(PathQuery { from, to, max_hops: 20, budget: BUDGET });
    }
    Ok(queries)
}

/// Every node's number, name and category: what makes pairs and other tools' graphs speak of the same nodes; and how
/// many pairs of neighbours there are, so that it is seen whether they have the same edges.
pub(crate) fn nodes(dir: &Path, file: &Path) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let mut text = String::new();
        for (id, node) in graph.nodes() {
            writeln!(text, "{}\t{}\t{}", id.number(), node.label, graph.category(id))?;
        }
        std::fs::write(file, text)?;
        let ground = Ground::new(graph, &Walkable::default())?;
        let mut search = PathSearch::new(&ground);
        let mut n_neighbours = 0;
        for (id, _) in graph.nodes() {
            n_neighbours += search.n_near(id, 1, BUDGET)? - 1;
        }
        Ok(((), serde_json::json!({ "nodes": graph.n_nodes(), "pairs_of_neighbours": n_neighbours / 2 })))
    })
}

/// All shortest paths of every pair, counted; of more than the cap a sample is taken.
pub(crate) fn shortest(dir: &Path, pairs: &Path) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let queries = queries(graph, pairs)?;
        let start = Instant::now();
        let ground = Ground::new(graph, &Walkable::default())?;
        // What the first search gathers is gathered here.
        let mut first = PathSearch::new(&ground);
        let _ = first.near(NodeId::try_from_index(0)?, 1, BUDGET)?;
        let gather = start.elapsed().as_secs_f64();

        let all: Vec<PathQuery> = std::iter::repeat_n(&queries, TIMES).flatten().copied().collect();
        let (start, before) = (Instant::now(), cpu_seconds());
        let answers = in_parallel(&ground, &all, |search, at, query| {
            let start = Instant::now();
            let mut found = ShortestPaths::default();
            let is_done = search.shortest_into(query, &mut found).is_ok();
            let sample = found.at_most(CAP, &mut SEED.stream(&["bench"], at as u64));
            let n_nodes: usize = sample.iter().map(|path| path.nodes.len()).sum();
            let took = start.elapsed().as_secs_f64();
            (took, is_done, sample.len(), n_nodes, search.n_visited(), found.n_hops())
        });
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
        let mut times: Vec<f64> = answers.iter().map(|answer| answer.0).collect();
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times[(times.len() - 1) * percent / 100] * 1000.0;
        let n = all.len() as f64;
        let mut lengths = [0_usize; 12];
        for answer in &answers[..queries.len()] {
            lengths[answer.5.min(11)] += 1;
        }
        Ok((
            (),
            serde_json::json!({
                "n": all.len(), "wall": wall, "cpu": cpu, "per_cpu_s": n / cpu, "per_wall_s": n / wall,
                "gather": gather, "p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99),
                "unfinished": answers.iter().filter(|answer| !answer.1).count(),
                "paths": answers.iter().map(|answer| answer.2).sum::<usize>() / TIMES,
                "edges_per_query": answers.iter().map(|answer| answer.4).sum::<u64>() as f64 / n,
                "lengths": lengths,
            }),
        ))
    })
}

/// All shortest paths of every pair as lines: the number of the pair, and the numbers of nodes.
pub(crate) fn listed(dir: &Path, pairs: &Path, file: &Path) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let ground = Ground::new(graph, &Walkable::default())?;
        let queries = queries(graph, pairs)?;
        let texts = in_parallel(&ground, &queries, |search, at, query| {
            let mut text = String::new();
            let found = search.shortest(query).ok().flatten().unwrap_or_default();
            for path in found.iter() {
                // Writing to a String cannot fail.
                let _ = write!(text, "{at}");
                for node in path.nodes {
                    let _ = write!(text, " {}", node.number());
                }
                text.push('\n');
            }
            text
        });
        std::fs::write(file, texts.concat())?;
        Ok(((), serde_json::json!({ "pairs": queries.len() })))
    })
}

/// The metapaths that other tools walk too, each from a category.
fn metapaths() -> Vec<(&'static str, Vec<Step>)> {
    let step = |relations: &[&str], to: Option<&str>| Step {
        relations: relations.iter().map(|&name| name.into()).collect(),
        to: to.map(Into::into),
        ..Step::default()
    };
    let gene = || step(&["associated_with"], None);
    let drug = || step(&["targets", "metabolised_by", "carried_by", "transported_by"], None);
    let finding = || step(&["has_phenotype"], None);
    vec![
        ("Disease", vec![gene(), step(&["interacts_with"], Some("Gene")), drug()]),
        ("PhenotypicFeature", vec![finding(), gene(), drug()]),
        ("Drug", vec![drug(), step(&["participates_in"], Some("Pathway")), gene()]),
        ("Disease", vec![finding(), finding(), step(&["treats"], None)]),
    ]
}

/// Walks of three hops: along metapaths, a walk counted even if a step leads nowhere; and anywhere.
pub(crate) fn walks(dir: &Path, n_walks: u64) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let ground = Ground::new(graph, &Walkable::default())?;
        let metapaths: Vec<_> = metapaths()
            .into_iter()
            .map(|(category, steps)| {
                Metapath::new(&ground, &steps).map(|metapath| (graph.nodes_of(category).collect::<Vec<_>>(), metapath))
            })
            .collect::<Result<_, _>>()?;
        let typed: Vec<(&[NodeId], Walks<'_>)> =
            metapaths.iter().map(|(starts, metapath)| (&starts[..], Walks::along(metapath))).collect();
        let untyped = [(typed[0].0, Walks::anywhere(&ground, 3))];
        let typed = timed(&typed, n_walks / 4);
        let untyped = timed(&untyped, n_walks);
        Ok(((), serde_json::json!({ "typed": typed, "untyped": untyped })))
    })
}

fn timed(all: &[(&[NodeId], Walks<'_>)], n_each: u64) -> serde_json::Value {
    const PART: u64 = 1 << 16;
    let (start, before) = (Instant::now(), cpu_seconds());
    let parts: Vec<_> = all.iter().flat_map(|walks| (0..n_each.div_ceil(PART)).map(move |at| (walks, at))).collect();
    let (complete, sum) = parts
        .par_iter()
        .map(|((starts, walks), at)| {
            let (mut complete, mut sum) = (0_u64, 0_u64);
            walks.each(starts, SEED, at * PART..((at + 1) * PART).min(n_each), |_, nodes| {
                complete += u64::from(nodes.len() == 4);
                sum = sum.wrapping_add(nodes.last().map_or(0, |node| node.index() as u64));
            });
            (complete, sum)
        })
        .reduce(|| (0, 0), |left, right| (left.0 + right.0, left.1.wrapping_add(right.1)));
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
    let n = n_each * all.len() as u64;
    let (per_cpu_s, per_wall_s) = (n as f64 / cpu, n as f64 / wall);
    serde_json::json!({ "n": n, "wall": wall, "cpu": cpu, "per_cpu_s": per_cpu_s, "per_wall_s": per_wall_s,
        "complete": complete as f64 / n as f64, "sum_of_ends": sum })
}

/// How many nodes lie within two hops of the first node of every pair.
pub(crate) fn neighbours(dir: &Path, pairs: &Path) -> Result<((), serde_json::Value), Failure> {
    on_graph(dir, |graph| {
        let ground = Ground::new(graph, &Walkable::default())?;
        let queries = queries(graph, pairs)?;
        let mut search = PathSearch::new(&ground);
        let _ = search.near(NodeId::try_from_index(0)?, 1, BUDGET)?;
        let (start, before) = (Instant::now(), cpu_seconds());
        let (mut n_nodes, mut n_visited) = (0, 0);
        for query in std::iter::repeat_n(&queries, TIMES).flatten() {
            n_nodes += search.n_near(query.from, 2, BUDGET)?;
            n_visited += search.n_visited();
        }
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
        let n = (queries.len() * TIMES) as f64;
        Ok((
            (),
            serde_json::json!({ "n": n, "wall": wall, "cpu": cpu, "per_cpu_s": n / cpu, "per_wall_s": n / wall,
                "nodes": n_nodes / TIMES, "edges_per_query": n_visited as f64 / n }),
        ))
    })
}
