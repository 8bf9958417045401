//! Paths as they should be, on graphs small enough to see it.

use std::collections::BTreeMap;

use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::KgConfig;
use crate::kg::Licence;
use crate::kg::NodeId;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::build;
use crate::kg::search::Ground;
use crate::kg::search::Metapath;
use crate::kg::search::Path;
use crate::kg::search::PathQuery;
use crate::kg::search::PathSearch;
use crate::kg::search::Step;
use crate::kg::search::Walkable;
use crate::location::FileId;
use crate::location::Place;
use crate::seed::Seed;

const PLENTY: u64 = 1_000_000;

fn node(graph: &Graph, name: &str) -> NodeId {
    graph.find(&name.parse().unwrap()).unwrap()
}

fn query(graph: &Graph, from: &str, to: &str, max_hops: u32) -> PathQuery {
    PathQuery { from: node(graph, from), to: node(graph, to), max_hops, budget: PLENTY }
}

/// A path as text: the local parts of its nodes, with the way each hop is told.
fn told(ground: &Ground<'_>, path: &Path) -> String {
    let graph = ground.graph();
    let mut text = graph.curie(path.nodes[0]).local().to_owned();
    for hop in ground.hops(path) {
        let relation = &graph.relation(graph.edge(hop.edge).relation).name;
        let arrow = if hop.is_forward { format!("-{relation}->") } else { format!("<-{relation}-") };
        text.push_str(&format!(" {arrow} {}", graph.curie(hop.to(graph)).local()));
    }
    text
}

/// The ten best paths of at most six hops.
fn best_where(graph: &Graph, walkable: &Walkable, from: &str, to: &str) -> Vec<String> {
    let ground = Ground::new(graph, walkable).unwrap();
    let paths = PathSearch::new(&ground).best(&query(graph, from, to, 6), 10).unwrap();
    paths.iter().map(|path| told(&ground, path)).collect()
}

fn best(arrows: &str, from: &str, to: &str) -> Vec<String> {
    best_where(&Graph::from_arrows(arrows).unwrap(), &Walkable::default(), from, to)
}

#[test]
fn a_path_is_told_in_the_direction_of_its_edges() {
    let found = best(
        "Drug:metformin -targets-> Gene:PRKAB1 -associated_with-> Disease:t2d -has_phenotype-> PhenotypicFeature:thirst",
        "PhenotypicFeature:thirst",
        "Gene:PRKAB1",
    );
    assert_eq!(found, ["thirst <-has_phenotype- t2d <-associated_with- PRKAB1"]);
}

#[test]
fn what_denies_is_never_walked() {
    let graph = "Disease:d -phenotype_absent-> PhenotypicFeature:f\nDrug:a -contraindicated_for-> Disease:d";
    assert!(best(graph, "Drug:a", "PhenotypicFeature:f").is_empty());
    assert!(best(graph, "Drug:a", "Disease:d").is_empty());
}

#[test]
fn a_shorter_path_comes_first_even_through_a_hub() {
    let hub = (0..20).map(|number| format!("X:hub -related_to-> X:leaf{number}\n")).collect::<String>();
    let found = best(
        &format!("{hub} X:a -part_of-> X:hub -part_of-> X:b\nX:a -part_of-> X:c -part_of-> X:d -part_of-> X:b"),
        "X:a",
        "X:b",
    );
    assert_eq!(found, ["a -part_of-> hub -part_of-> b", "a -part_of-> c -part_of-> d -part_of-> b"]);
}

#[test]
fn among_equally_long_paths_the_one_through_fewer_edges_comes_first() {
    let found = best(
        "X:a -part_of-> X:busy -part_of-> X:b\nX:a -part_of-> X:quiet -part_of-> X:b\nX:busy -part_of-> X:c",
        "X:a",
        "X:b",
    );
    assert_eq!(found, ["a -part_of-> quiet -part_of-> b", "a -part_of-> busy -part_of-> b"]);
}

#[test]
fn equal_paths_come_in_the_order_of_curies() {
    let found = best(
        "X:a -part_of-> X:z -part_of-> X:b\nX:a -part_of-> X:m -part_of-> X:b\nX:b -part_of-> X:p -part_of-> X:a",
        "X:a",
        "X:b",
    );
    let expected = ["a -part_of-> m -part_of-> b", "a <-part_of- p <-part_of- b", "a -part_of-> z -part_of-> b"]
        .map(str::to_owned);
    assert_eq!(found, expected);
}

#[test]
fn costs_add_up_in_any_order() {
    // Both ways pass nodes of degrees 2, 3 and 5, in opposite order; summed as floats they may differ.
    let found = best(
        "X:a -part_of-> X:p2 -part_of-> X:p3 -part_of-> X:p5 -part_of-> X:b
         X:a -part_of-> X:m5 -part_of-> X:m3 -part_of-> X:m2 -part_of-> X:b
         X:p3 -part_of-> X:c\nX:m3 -part_of-> X:c
         X:p5 -part_of-> X:d -part_of-> X:m5\nX:p5 -part_of-> X:e -part_of-> X:m5\nX:p5 -part_of-> X:f -part_of-> X:m5",
        "X:a",
        "X:b",
    );
    assert_eq!(found[0], "a -part_of-> m5 -part_of-> m3 -part_of-> m2 -part_of-> b");
    assert_eq!(found[1], "a -part_of-> p2 -part_of-> p3 -part_of-> p5 -part_of-> b");
}

#[test]
fn scores_fall_with_the_rank() {
    let graph = Graph::from_arrows(
        "X:a -part_of-> X:b\nX:a -part_of-> X:c -part_of-> X:b\nX:a -part_of-> X:d -part_of-> X:e -part_of-> X:b",
    )
    .unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let paths = PathSearch::new(&ground).best(&query(&graph, "X:a", "X:b", 6), 10).unwrap();
    let scores: Vec<f64> = paths.iter().map(|path| path.score(&graph)).collect();
    let [one, two, three] = scores[..] else { panic!("{scores:?}") };
    assert!((one - 1.0).abs() < 1e-12, "{one}");
    assert!((two - 1.0 / (3.0 - 2_f64.powf(-0.4))).abs() < 1e-12, "{two}");
    assert!((three - 1.0 / (4.0 - 4_f64.powf(-0.4))).abs() < 1e-12, "{three}");
}

#[test]
fn a_path_never_turns_back_or_crosses_itself() {
    // The triangle tempts a way of five hops round it: a, x, y, z, x, b.
    let found =
        best("X:a -part_of-> X:x -part_of-> X:b\nX:x -part_of-> X:y -part_of-> X:z\nX:x -part_of-> X:z", "X:a", "X:b");
    assert_eq!(found, ["a -part_of-> x -part_of-> b"]);
}

#[test]
fn an_end_is_not_passed_through() {
    let found = best("X:a -part_of-> X:b -part_of-> X:c -part_of-> X:d -part_of-> X:b", "X:a", "X:b");
    assert_eq!(found, ["a -part_of-> b"]);
}

#[test]
fn a_path_is_no_longer_than_allowed() {
    let graph = Graph::from_arrows("X:a -part_of-> X:b -part_of-> X:c").unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    let mut n_found = |max_hops| search.best(&query(&graph, "X:a", "X:c", max_hops), 10).unwrap().len();
    assert_eq!([0, 1, 2, u32::MAX].map(&mut n_found), [0, 0, 1, 1]);
}

#[test]
fn from_a_node_to_itself_there_is_no_path() {
    assert!(best("X:a -part_of-> X:b -part_of-> X:c -part_of-> X:a", "X:a", "X:a").is_empty());
}

#[test]
fn relations_are_walked_as_the_rules_say() {
    let graph = Graph::from_arrows(
        "X:a <-part_of- X:b -part_of-> X:e\nX:a -part_of-> X:c -part_of-> X:e\nX:a <-related_to- X:d -related_to-> X:e",
    )
    .unwrap();
    let found = |walkable: &Walkable| best_where(&graph, walkable, "X:a", "X:e");
    assert_eq!(found(&Walkable::default()).len(), 3);
    let forwards = Walkable { forwards_only: vec!["part_of".into(), "related_to".into()], ..Walkable::default() };
    let symmetric = "a -related_to-> d -related_to-> e";
    assert_eq!(found(&forwards), ["a -part_of-> c -part_of-> e", symmetric]);
    let without = Walkable { leave_out: vec!["part_of".into()], ..Walkable::default() };
    assert_eq!(found(&without), [symmetric]);
}

#[test]
fn nodes_are_passed_as_the_rules_say_and_any_may_be_an_end() {
    let graph = Graph::from_arrows(
        "X:a -part_of-> Y:b -part_of-> X:c\nX:a -part_of-> X:d -part_of-> X:e -part_of-> X:c\nX:e -part_of-> X:f",
    )
    .unwrap();
    let round = "a -part_of-> d -part_of-> e -part_of-> c";
    let closed = Walkable { not_through: vec!["Y".into()], ..Walkable::default() };
    assert_eq!(best_where(&graph, &closed, "X:a", "X:c"), [round]);
    assert_eq!(best_where(&graph, &closed, "X:a", "Y:b")[0], "a -part_of-> b");
    let capped = Walkable { max_degree: Some(2), ..Walkable::default() };
    assert_eq!(best_where(&graph, &capped, "X:a", "X:c"), ["a -part_of-> b -part_of-> c"]);
    assert_eq!(best_where(&graph, &capped, "X:d", "X:e")[0], "d -part_of-> e");
}

#[test]
fn an_obsolete_node_is_not_passed() {
    let mut graph = Graph::from_arrows("X:a -part_of-> X:b -part_of-> X:c").unwrap();
    let between = node(&graph, "X:b");
    graph.nodes[between.index()].is_obsolete = true;
    assert!(best_where(&graph, &Walkable::default(), "X:a", "X:c").is_empty());
}

#[test]
fn rules_that_name_nothing_are_an_error() {
    let graph = Graph::from_arrows("X:a -part_of-> Y:b").unwrap();
    let error = |walkable: Walkable| Ground::new(&graph, &walkable).unwrap_err().to_string();
    let misspelt = Walkable { leave_out: vec!["treat".into()], ..Walkable::default() };
    assert_eq!(error(misspelt), "`treat` is no relation of relations.toml");
    let absent = Walkable { not_through: vec!["Drug".into()], ..Walkable::default() };
    assert_eq!(error(absent), "no node has the category `Drug`; there are X, Y");
}

/// `X:a -related_to-> X:b` and `X:a <-part_of- X:b`, the latter from sources of these licences.
fn parallel(licences: &[Licence]) -> Graph {
    let relations = Relations::standard().unwrap();
    let mut records = Records::default();
    let all = std::iter::once(&Licence::NonCommercial).chain(licences);
    for (number, &licence) in (0_u16..).zip(all) {
        let name = format!("s{number}").into();
        let [version, licence_name, credit, home] = [(); 4].map(|()| "".into());
        records.sources.push(Source { name, version, licence, licence_name, credit, home });
        let (path, sha256) = (format!("f{number}").into(), "".into());
        let (loaded, duplicates, quarantined) = (0, 0, 0);
        let left_out = BTreeMap::new();
        records.files.push(FileTally {
            path,
            source: number,
            sha256,
            read: 1,
            loaded,
            duplicates,
            left_out,
            quarantined,
        });
        let place = Place { file: FileId(number), line: 1 };
        let [a, b] = ["X:a", "X:b"].map(|curie| curie.parse::<crate::kg::Curie>().unwrap());
        records.mentions.extend([&a, &b].map(|curie| NodeRecord::new(curie.clone(), curie.local(), "X", place)));
        let (subject, relation, object) = if number == 0 { (a, "related_to", b) } else { (b, "part_of", a) };
        let relation = relations.id(relation).unwrap();
        records.edges.push(EdgeRecord { subject, relation, object, qualifiers: Qualifiers::default(), place });
    }
    build(records, &relations, &KgConfig::default()).unwrap().graph
}

#[test]
fn parallel_edges_are_one_hop_and_the_freest_is_cited() {
    for (licences, source, is_forward) in [
        (&[][..], "s0", true),
        (&[Licence::Attribution], "s1", false),
        (&[Licence::Attribution, Licence::Open], "s2", false),
        (&[Licence::Open, Licence::Open], "s1", false),
        (&[Licence::Restricted], "s0", true),
        (&[Licence::NonCommercial], "s0", true),
    ] {
        let graph = parallel(licences);
        let ground = Ground::new(&graph, &Walkable::default()).unwrap();
        let paths = PathSearch::new(&ground).best(&query(&graph, "X:a", "X:b", 4), 10).unwrap();
        let [path] = &paths[..] else { panic!("{paths:?}") };
        let [hop] = ground.hops(path)[..] else { panic!("{path:?}") };
        let cited = graph.source(graph.edge(hop.edge).source);
        assert_eq!((&*cited.name, hop.is_forward), (source, is_forward), "{licences:?}");
    }
}

/// A hub with 10,000 leaves, two of which have a longer way between them.
fn star() -> Graph {
    let leaves: String = (0..10_000).map(|number| format!("X:hub -part_of-> X:leaf{number}\n")).collect();
    Graph::from_arrows(&format!("{leaves} X:leaf1 -part_of-> X:p -part_of-> X:q -part_of-> X:leaf2")).unwrap()
}

#[test]
fn a_hub_between_two_leaves_is_not_opened() {
    let graph = star();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    let query = query(&graph, "X:leaf1", "X:leaf2", 4);
    assert_eq!(search.best(&query, 1).unwrap().len(), 1);
    assert!(search.n_visited() < 30, "{}", search.n_visited());
    assert_eq!(search.shortest(&query).unwrap().unwrap().n_paths(), 1);
    assert!(search.n_visited() < 30, "{}", search.n_visited());
}

#[test]
fn longer_ways_past_a_hub_open_it_a_few_times_only() {
    let graph = star();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    assert_eq!(search.best(&query(&graph, "X:leaf1", "X:leaf2", 4), 10).unwrap().len(), 2);
    assert!(search.n_visited() < 100_000, "{}", search.n_visited());
}

/// Nodes with a few neighbours each, drawn from a fixed sequence.
fn sparse(n_nodes: usize, n_edges: usize) -> Graph {
    let mut stream = Seed(7).stream(&["sparse"], 0);
    let mut edge = |_| format!("X:{} -related_to-> X:{}\n", stream.below(n_nodes), stream.below(n_nodes));
    Graph::from_arrows(&(0..n_edges).map(&mut edge).collect::<String>()).unwrap()
}

#[test]
fn a_search_looks_at_a_small_part_of_the_graph() {
    // From one end alone a search would look at about all of the 40,000 ways that lead on from a node.
    let graph = sparse(5_000, 20_000);
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    let ids: Vec<NodeId> = graph.nodes().map(|(node, _)| node).collect();
    let (mut n_visited, mut n_found) = (0, 0);
    for pair in ids.chunks_exact(2).take(500) {
        let query = PathQuery { from: pair[0], to: pair[1], max_hops: 20, budget: PLENTY };
        n_found += usize::from(search.shortest(&query).unwrap().is_some());
        n_visited += search.n_visited();
        assert!(search.n_visited() < 8_000, "{}", search.n_visited());
    }
    assert!(n_found > 490, "{n_found}");
    assert!(n_visited / 500 < 2_000, "{}", n_visited / 500);
}

#[test]
fn the_level_next_to_an_end_is_not_read_again() {
    // Both balls hold a hub's leaves when they touch, and every leaf is a shortest path's middle.
    let leaves: String = (0..1_000).map(|at| format!("X:a -part_of-> X:leaf{at} -part_of-> X:b\n")).collect();
    let graph = Graph::from_arrows(&leaves).unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    let found = search.shortest(&query(&graph, "X:a", "X:b", 4)).unwrap().unwrap();
    assert_eq!(found.n_paths(), 1_000);
    // Each of a thousand hops from either end once to find it and once to keep it.
    assert!(search.n_visited() <= 4_000, "{}", search.n_visited());
}

#[test]
fn a_search_uses_what_another_has_left() {
    let graph = star();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let query = query(&graph, "X:leaf1", "X:leaf2", 4);
    let first = PathSearch::new(&ground).best(&query, 10);
    for _ in 0..3 {
        let (mut one, mut other) = (PathSearch::new(&ground), PathSearch::new(&ground));
        assert_eq!((one.best(&query, 10), other.best(&query, 10)), (first.clone(), first.clone()));
    }
    assert_eq!(ground.n_spare(), 2);
}

#[test]
fn a_step_that_denies_is_an_error() {
    let graph = Graph::from_arrows("Disease:d -phenotype_absent-> PhenotypicFeature:f").unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let error = |relation: &str| {
        let step = Step { relations: vec![relation.into()], ..Step::default() };
        Metapath::new(&ground, &[step]).unwrap_err().to_string()
    };
    assert_eq!(error("phenotype_absent"), "relation `phenotype_absent` denies another one and is never walked");
    assert_eq!(error("phenotype"), "`phenotype` is no relation of relations.toml");
}

#[test]
fn running_out_of_budget_is_no_shorter_answer() {
    let graph = star();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let mut search = PathSearch::new(&ground);
    let query = PathQuery { budget: 1_000, ..query(&graph, "X:leaf1", "X:leaf2", 4) };
    let unfinished = search.best(&query, 2).unwrap_err();
    assert_eq!(unfinished.paths.len(), 1, "the shortest path was certain by then");
    assert_eq!(
        unfinished.to_string(),
        "the search looked at 1000 edges and is not done; allow it more, or shorter paths"
    );
    assert!(search.shortest(&PathQuery { budget: 2, ..query }).unwrap_err().paths.is_empty());
    assert_eq!(search.best(&PathQuery { budget: PLENTY, ..query }, 2).unwrap().len(), 2, "it can be used again");
}

#[test]
fn shortest_paths_are_counted_by_node() {
    let graph = Graph::from_arrows(
        "X:a -part_of-> X:x -part_of-> X:y1 -part_of-> X:b\nX:x -part_of-> X:y2 -part_of-> X:b
         X:x -part_of-> X:y3 -part_of-> X:b\nX:a -part_of-> X:z -part_of-> X:y3\nX:y1 -part_of-> X:c -part_of-> X:b",
    )
    .unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let shortest = PathSearch::new(&ground).shortest(&query(&graph, "X:a", "X:b", 6)).unwrap().unwrap();
    assert_eq!((shortest.n_hops(), shortest.n_paths()), (3, 4));
    let counts: Vec<(&str, u64)> = shortest.counts().map(|(node, count)| (graph.curie(node).local(), count)).collect();
    assert_eq!(counts, [("a", 4), ("x", 3), ("z", 1), ("y1", 1), ("y2", 1), ("y3", 2), ("b", 4)]);
    let paths: Vec<String> = shortest.iter().map(|path| told(&ground, &path)).collect();
    assert_eq!(paths[3], "a -part_of-> z -part_of-> y3 -part_of-> b");
    assert_eq!(shortest.path(4), None);
}

#[test]
fn a_sample_draws_every_path_alike() {
    // Five paths, of which one has its first hop for itself: a draw hop by hop would take it half of the time.
    let graph = Graph::from_arrows(
        "X:a -part_of-> X:z -part_of-> X:y1 -part_of-> X:b\nX:a -part_of-> X:x -part_of-> X:y1
         X:x -part_of-> X:y2 -part_of-> X:b\nX:x -part_of-> X:y3 -part_of-> X:b\nX:x -part_of-> X:y4 -part_of-> X:b",
    )
    .unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let shortest = PathSearch::new(&ground).shortest(&query(&graph, "X:a", "X:b", 6)).unwrap().unwrap();
    let mut drawn: BTreeMap<Path, u32> = BTreeMap::new();
    for index in 0..1_000 {
        let sample = shortest.at_most(2, &mut Seed(7).stream(&["sample"], index));
        assert!(sample.len() == 2 && sample[0] < sample[1], "{sample:?}");
        for path in sample {
            *drawn.entry(path).or_default() += 1;
        }
    }
    // 2 in 5; the bounds are five standard deviations away.
    assert!(drawn.len() == 5 && drawn.values().all(|count| (320..480).contains(count)), "{drawn:?}");
}

#[test]
fn few_paths_are_not_sampled() {
    let graph = Graph::from_arrows("X:a -part_of-> X:x -part_of-> X:b\nX:a -part_of-> X:y -part_of-> X:b").unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let shortest = PathSearch::new(&ground).shortest(&query(&graph, "X:a", "X:b", 6)).unwrap().unwrap();
    let all: Vec<Path> = shortest.iter().collect();
    assert_eq!(shortest.at_most(2, &mut Seed(7).stream(&[], 0)), all);
    assert!(shortest.at_most(0, &mut Seed(7).stream(&[], 0)).is_empty());
}

#[test]
fn counts_of_a_long_ladder_do_not_overflow() {
    // Two ways at each of 70 rungs are more paths than 64 bits can count.
    let rung = |at: usize| {
        let next = at + 1;
        format!("X:r{at} -part_of-> X:p{at} -part_of-> X:r{next}\nX:r{at} -part_of-> X:q{at} -part_of-> X:r{next}\n")
    };
    let graph = Graph::from_arrows(&(0..70).map(rung).collect::<String>()).unwrap();
    let ground = Ground::new(&graph, &Walkable::default()).unwrap();
    let shortest = PathSearch::new(&ground).shortest(&query(&graph, "X:r0", "X:r70", 200)).unwrap().unwrap();
    assert_eq!((shortest.n_hops(), shortest.n_paths()), (140, u64::MAX));
    assert_eq!(shortest.at_most(3, &mut Seed(7).stream(&[], 0)).len(), 3);
}
