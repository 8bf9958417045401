//! Paths as they should be, against a search that tries everything.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Ground;
use crate::kg::search::Hop;
use crate::kg::search::PathQuery;
use crate::kg::search::PathSearch;
use crate::kg::search::ShortestPaths;
use crate::kg::search::Walkable;

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
            search.ahead.age();
            prop_assert_eq!(&search.best(&query, 5).unwrap(), &fresh);
        }
    }
}
