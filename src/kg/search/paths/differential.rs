//! Paths as they should be, against a search that tries everything.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Ground;
use crate::kg::search::Hop;
use crate::kg::search::Metapath;
use crate::kg::search::PathQuery;
use crate::kg::search::PathSearch;
use crate::kg::search::ShortestPaths;
use crate::kg::search::Step;
use crate::kg::search::Walkable;
use crate::kg::search::Way;
use crate::kg::search::in_parallel;
use crate::seed::Seed;

const PLENTY: u64 = 1_000_000;

/// Every simple path, found by trying everything on the list of edges, in the order that is promised.
struct Brute<'a> {
    graph: &'a Graph,
    walkable: &'a Walkable,
    max_hops: usize,
    found: Vec<Vec<NodeId>>,
}

impl<'a> Brute<'a> {
    fn paths(
        graph: &'a Graph,
        walkable: &'a Walkable,
        (from, to): (NodeId, NodeId),
        max_hops: usize,
    ) -> Vec<Vec<NodeId>> {
        let mut brute = Self { graph, walkable, max_hops, found: Vec::new() };
        if from != to {
            brute.go_on(&mut vec![from], to);
        }
        // The logarithm of a product is the sum of logarithms, and a product of whole numbers is exact.
        let cost = |path: &[NodeId]| -> u128 {
            path[1..path.len() - 1].iter().map(|&node| graph.degree(node) as u128).product()
        };
        brute.found.sort_by_key(|path| (path.len(), cost(path), path.clone()));
        brute.found
    }

    fn go_on(&mut self, path: &mut Vec<NodeId>, to: NodeId) {
        let at = path[path.len() - 1];
        if at == to {
            self.found.push(path.clone());
        } else if path.len() <= self.max_hops && (path.len() == 1 || self.is_open(at)) {
            for (next, _) in self.graph.nodes() {
                if !path.contains(&next) && self.hop(at, next).is_some() {
                    path.push(next);
                    self.go_on(path, to);
                    path.pop();
                }
            }
        }
    }

    fn is_open(&self, node: NodeId) -> bool {
        let category = self.graph.category(node);
        self.walkable.not_through.iter().all(|name| **name != *category)
            && self.walkable.max_degree.is_none_or(|most| {
                self.graph.edges().filter(|(_, edge)| edge.subject == node || edge.object == node).count() <= most
            })
    }

    /// The lowest edge that may be walked.
    fn hop(&self, from: NodeId, to: NodeId) -> Option<Hop> {
        self.graph.edges().find_map(|(id, edge)| {
            let row = self.graph.relation(edge.relation);
            let is_forward = (edge.subject, edge.object) == (from, to);
            let is_backward = (edge.subject, edge.object) == (to, from);
            let is_one_way = self.walkable.forwards_only.contains(&row.name) && !row.is_symmetric;
            let is_walked = row.negates.is_none() && !self.walkable.leave_out.contains(&row.name);
            (is_walked && (is_forward || is_backward && !is_one_way)).then_some(Hop { edge: id, is_forward })
        })
    }
}

/// Every simple path along steps, by the same brute force.
fn along(graph: &Graph, walkable: &Walkable, steps: &[Step], (from, to): (NodeId, NodeId)) -> Vec<Vec<NodeId>> {
    let mut all = Brute::paths(graph, walkable, (from, to), steps.len());
    all.retain(|path| {
        path.len() == steps.len() + 1
            && path.windows(2).zip(steps).all(|(pair, step)| {
                let is_there = step.to.as_deref().is_none_or(|category| graph.category(pair[1]) == category);
                let fits = graph.edges().any(|(_, edge)| {
                    let row = graph.relation(edge.relation);
                    let is_both = row.is_symmetric;
                    let is_forward =
                        (edge.subject, edge.object) == (pair[0], pair[1]) && (is_both || step.way != Way::Backwards);
                    let is_backward = (edge.subject, edge.object) == (pair[1], pair[0])
                        && (is_both || step.way != Way::Forwards && !walkable.forwards_only.contains(&row.name));
                    step.relations.contains(&row.name)
                        && !walkable.leave_out.contains(&row.name)
                        && (is_forward || is_backward)
                });
                is_there && fits
            })
    });
    all
}

const NODES: [&str; 9] = [
    "Disease:a",
    "Drug:b",
    "PhenotypicFeature:c",
    "Disease:d",
    "Drug:e",
    "PhenotypicFeature:f",
    "Disease:g",
    "Drug:h",
    "PhenotypicFeature:i",
];

/// A graph of nine nodes in arrow notation. `is_a` leads to later nodes, so that it has no cycles.
fn arrows() -> impl Strategy<Value = String> {
    let typed = |relation: &'static str, subject: &'static str, object: &'static str| {
        let of = |category: &'static str| {
            let nodes: Vec<&str> = NODES.into_iter().filter(|node| node.starts_with(category)).collect();
            proptest::sample::select(nodes)
        };
        (of(subject), of(object)).prop_map(move |(subject, object)| format!("{subject} -{relation}-> {object}\n"))
    };
    let any = |relation: &'static str| {
        (0..NODES.len(), 1..NODES.len()).prop_filter_map("`is_a` has no cycles", move |(at, further)| {
            let other = (at + further) % NODES.len();
            (relation != "is_a" || at < other).then(|| format!("{} -{relation}-> {}\n", NODES[at], NODES[other]))
        })
    };
    let edge = prop_oneof![
        2 => typed("treats", "Drug", "Disease"),
        1 => typed("contraindicated_for", "Drug", "Disease"),
        2 => typed("has_phenotype", "Disease", "PhenotypicFeature"),
        1 => typed("phenotype_absent", "Disease", "PhenotypicFeature"),
        3 => any("part_of"),
        2 => any("related_to"),
        1 => any("is_a"),
    ];
    vec(edge, 0..26).prop_map(|edges| format!("{}\n{}", NODES.join("\n"), edges.concat()))
}

fn walkable() -> impl Strategy<Value = Walkable> {
    let some = |names: &'static [&'static str], most| {
        proptest::sample::subsequence(names, 0..=most).prop_map(|names| names.into_iter().map(Into::into).collect())
    };
    let relations = &["treats", "has_phenotype", "part_of", "related_to", "is_a"];
    let categories = &["Drug", "Disease", "PhenotypicFeature"];
    (some(relations, 1), some(relations, 5), some(categories, 1), proptest::option::weighted(0.3, 2..8_usize)).prop_map(
        |(leave_out, forwards_only, not_through, max_degree)| Walkable {
            leave_out,
            forwards_only,
            not_through,
            max_degree,
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let relations = proptest::sample::subsequence(&["treats", "has_phenotype", "part_of", "related_to", "is_a"], 1..=5);
    let way = proptest::sample::select(vec![Way::Forwards, Way::Backwards, Way::Either, Way::Either]);
    let to = proptest::option::weighted(0.3, proptest::sample::select(vec!["Drug", "Disease", "PhenotypicFeature"]));
    let step = (relations, way, to).prop_map(|(relations, way, to)| Step {
        relations: relations.into_iter().map(Into::into).collect(),
        way,
        to: to.map(Into::into),
    });
    vec(step, 1..6)
}

fn pairs(graph: &Graph) -> Vec<(NodeId, NodeId)> {
    let nodes = || graph.nodes().map(|(node, _)| node);
    nodes().flat_map(|from| nodes().map(move |to| (from, to))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default()
    })]

    #[test]
    fn the_best_paths_are_those_of_trying_everything(
        arrows in arrows(), walkable in walkable(), max_hops in 1..8_u32, n_paths in 1..40_usize
    ) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &walkable).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, to) in pairs(&graph) {
            let mut expected = Brute::paths(&graph, &walkable, (from, to), max_hops as usize);
            expected.truncate(n_paths);
            let found = search.best(&PathQuery { from, to, max_hops, budget: PLENTY }, n_paths).unwrap();
            let brute = Brute { graph: &graph, walkable: &walkable, max_hops: 0, found: Vec::new() };
            for path in &found {
                let hops = path.nodes.windows(2).map(|pair| brute.hop(pair[0], pair[1]).unwrap());
                prop_assert_eq!(ground.hops(path), hops.collect::<Vec<_>>());
                prop_assert_eq!(ground.score(path).to_bits(), path.score(&graph).to_bits());
            }
            prop_assert_eq!(found.into_iter().map(|path| path.nodes).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn the_shortest_paths_are_those_of_trying_everything(arrows in arrows(), walkable in walkable()) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &walkable).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, to) in pairs(&graph) {
            let mut expected = Brute::paths(&graph, &walkable, (from, to), 8);
            let length = expected.first().map_or(0, Vec::len);
            expected.retain(|path| path.len() == length);
            expected.sort();
            let shortest = search.shortest(&PathQuery { from, to, max_hops: 8, budget: PLENTY }).unwrap();
            prop_assert_eq!(shortest.as_ref().map_or(0, ShortestPaths::n_paths), expected.len() as u64);
            let Some(shortest) = shortest else { continue };
            let mut counts: BTreeMap<NodeId, u64> = BTreeMap::new();
            for node in expected.iter().flatten() {
                *counts.entry(*node).or_default() += 1;
            }
            prop_assert_eq!(shortest.counts().collect::<BTreeMap<_, _>>(), counts);
            prop_assert_eq!(shortest.iter().map(|path| path.nodes).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn an_unfinished_search_has_the_beginning_of_the_answer(
        arrows in arrows(), budget in 0..300_u64, max_hops in 1..7_u32
    ) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &Walkable::default()).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, to) in pairs(&graph) {
            let query = PathQuery { from, to, max_hops, budget: PLENTY };
            let all = search.best(&query, 20).unwrap();
            match search.best(&PathQuery { budget, ..query }, 20) {
                Ok(paths) => prop_assert_eq!(paths, all),
                Err(unfinished) => prop_assert!(all.starts_with(&unfinished.paths)),
            }
            prop_assert!(search.n_visited() <= budget);
        }
    }

    #[test]
    fn marks_start_again_when_numbers_run_out(arrows in arrows()) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &Walkable::default()).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, to) in pairs(&graph) {
            let query = PathQuery { from, to, max_hops: 4, budget: PLENTY };
            let fresh = PathSearch::new(&ground).best(&query, 5).unwrap();
            prop_assert_eq!(&search.best(&query, 5).unwrap(), &fresh);
            search.scratch.ahead.age();
            prop_assert_eq!(&search.best(&query, 5).unwrap(), &fresh);
        }
    }

    #[test]
    fn the_best_paths_along_a_metapath_are_those_of_trying_everything(
        arrows in arrows(), walkable in walkable(), steps in steps(), n_paths in 1..20_usize, budget in 0..200_u64
    ) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &walkable).unwrap();
        let metapath = Metapath::new(&ground, &steps).unwrap();
        let mut search = PathSearch::new(&ground);
        for ends in pairs(&graph) {
            let mut expected = along(&graph, &walkable, &steps, ends);
            expected.truncate(n_paths);
            let found = search.best_along(&metapath, ends, n_paths, PLENTY).unwrap();
            prop_assert_eq!(&found.iter().map(|path| path.nodes.clone()).collect::<Vec<_>>(), &expected);
            match search.best_along(&metapath, ends, n_paths, budget) {
                Ok(paths) => prop_assert_eq!(paths, found),
                Err(unfinished) => prop_assert!(found.starts_with(&unfinished.paths)),
            }
            prop_assert!(search.n_visited() <= budget);
        }
    }

    #[test]
    fn all_shortest_paths_are_found_together_or_not_at_all(
        arrows in arrows(), walkable in walkable(), budget in 0..100_u64
    ) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &walkable).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, to) in pairs(&graph) {
            let query = PathQuery { from, to, max_hops: 8, budget: PLENTY };
            let all = search.shortest(&query).unwrap();
            let mut found = all.clone().unwrap_or_default();
            match search.shortest_into(&PathQuery { budget, ..query }, &mut found) {
                Ok(is_there) => prop_assert_eq!(is_there.then_some(found), all),
                Err(_) => prop_assert_eq!(found.n_paths(), 0),
            }
            prop_assert!(search.n_visited() <= budget);
        }
    }

    #[test]
    fn what_is_near_is_where_short_paths_lead(arrows in arrows(), walkable in walkable(), max_hops in 0..4_u32) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let ground = Ground::new(&graph, &walkable).unwrap();
        let mut search = PathSearch::new(&ground);
        for (from, _) in graph.nodes() {
            let length = |to| Brute::paths(&graph, &walkable, (from, to), max_hops as usize).first().map(Vec::len);
            let mut expected: Vec<(usize, NodeId)> =
                graph.nodes().filter_map(|(to, _)| Some((length(to)?, to))).collect();
            expected.push((1, from));
            expected.sort_unstable();
            prop_assert_eq!(search.n_near(from, max_hops, PLENTY).unwrap(), expected.len());
            let mut found: Vec<NodeId> = search.near(from, max_hops, PLENTY).unwrap().to_vec();
            let lengths: Vec<usize> = found.iter().map(|&to| if to == from { 1 } else { length(to).unwrap_or(0) }).collect();
            prop_assert!(lengths.is_sorted());
            found.sort_by_key(|&to| (if to == from { 1 } else { length(to).unwrap_or(0) }, to));
            prop_assert_eq!(found, expected.into_iter().map(|(_, to)| to).collect::<Vec<_>>());
        }
    }

    #[test]
    fn answers_are_the_same_on_any_number_of_threads(arrows in arrows(), walkable in walkable()) {
        let graph = Graph::from_arrows(&arrows).unwrap();
        let answers = |n_threads| {
            rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(|| {
                let ground = Ground::new(&graph, &walkable).unwrap();
                let query = |(from, to)| PathQuery { from, to, max_hops: 8, budget: 60 };
                let queries: Vec<PathQuery> = pairs(&graph).into_iter().map(query).collect();
                in_parallel(&ground, &queries, |search, at, query| {
                    let best = (search.best(query, 5), search.n_visited());
                    let mut stream = Seed(7).stream(&["test"], at as u64);
                    let shortest = search.shortest(query).map(|all| all.map(|all| all.at_most(2, &mut stream)));
                    (best, shortest, search.n_visited())
                })
            })
        };
        let one = answers(1);
        prop_assert_eq!(&answers(2), &one);
        prop_assert_eq!(&answers(8), &one);
    }
}
