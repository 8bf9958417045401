//! Many queries at once.

use rayon::prelude::*;

use crate::kg::search::paths::Ground;
use crate::kg::search::paths::PathQuery;
use crate::kg::search::paths::PathSearch;

/// How many queries a thread takes at once at least.
const AT_ONCE: usize = 8;

/// Answers queries on all threads, each with a search of its own, and gives the answers in the order of the queries;
/// the same on any number of threads, for a function that depends on its arguments only.
///
/// # Example
///
/// ```
/// # use thinkpath::kg::Graph;
/// # use thinkpath::kg::search::{Ground, PathQuery, Walkable, in_parallel};
/// let graph = Graph::from_arrows("Drug:a -treats-> Disease:b <-treats- Drug:c")?;
/// let ground = Ground::new(&graph, &Walkable::default())?;
/// let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
/// let query = |to| PathQuery { from: node("Drug:a"), to: node(to), max_hops: 4, budget: 1_000 };
/// let lengths = in_parallel(&ground, &[query("Disease:b"), query("Drug:c")], |search, _, query| {
///     search.shortest(query).map(|found| found.map(|found| found.n_hops()))
/// });
/// assert_eq!(lengths, [Ok(Some(1)), Ok(Some(2))]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn in_parallel<T: Send>(
    ground: &Ground<'_>,
    queries: &[PathQuery],
    answer: impl Fn(&mut PathSearch<'_>, usize, &PathQuery) -> T + Sync,
) -> Vec<T> {
    let each = queries.par_iter().enumerate().with_min_len(AT_ONCE);
    each.map_init(|| PathSearch::new(ground), |search, (at, query)| answer(search, at, query)).collect()
}
