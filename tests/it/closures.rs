//! The closure of every relation, tried both ways: what follows from one edge, and what does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use thinkpath::kg::Graph;
use thinkpath::kg::NodeId;
use thinkpath::kg::Relation;
use thinkpath::kg::RelationId;
use thinkpath::kg::Relations;
use thinkpath::kg::search::Direction;
use thinkpath::kg::search::Reading;
use thinkpath::kg::search::holds;
use thinkpath::kg::search::reach;

/// A kind, what it is a kind of, and what that is a kind of; an edge is asserted of the middle ones.
const RUNGS: [&str; 3] = ["low", "mid", "top"];

/// `S:mid -relation-> O:mid` between two hierarchies of three, and so many edges elsewhere that the object tells something.
fn graph_of(relation: &Relation) -> Graph {
    let category = |allowed: &[Box<str>]| allowed.first().map_or("Disease", |name| &**name).to_owned();
    let (subject, object) = (category(&relation.domain), category(&relation.range));
    let mut text = format!("{subject}:s_mid -{}-> {object}:o_mid\n", relation.name);
    for (category, end) in [(&subject, 's'), (&object, 'o')] {
        writeln!(text, "{category}:{end}_low -is_a-> {category}:{end}_mid -is_a-> {category}:{end}_top").unwrap();
    }
    for at in 0..400 {
        writeln!(text, "{subject}:other_{at} -{}-> {object}:elsewhere_{at}", relation.name).unwrap();
    }
    Graph::from_arrows(&text).unwrap()
}

/// For each rung of the subject, the rungs of the object for which the relation holds, as found from either end.
fn held(graph: &Graph, relation: RelationId, reading: Reading) -> Vec<(usize, usize)> {
    let ends = |end: char| RUNGS.map(|rung| node(graph, &format!("{end}_{rung}")));
    let (subjects, objects) = (ends('s'), ends('o'));
    let pairs = (0..3).flat_map(|from| (0..3).map(move |to| (from, to)));
    pairs
        .filter(|&(from, to)| {
            let (subject, object) = (subjects[from], objects[to]);
            let does_hold = holds(graph, reading, (subject, relation, object));
            for (start, direction, end) in
                [(subject, Direction::Objects, object), (object, Direction::Subjects, subject)]
            {
                let reached = reach(graph, reading, start, relation, direction);
                assert_eq!(reached.binary_search(&end).is_ok(), does_hold, "{reading:?} {direction:?} {from} {to}");
            }
            does_hold
        })
        .collect()
}

fn node(graph: &Graph, local: &str) -> NodeId {
    graph.nodes().find(|(_, node)| node.curie.as_str().ends_with(&format!(":{local}"))).unwrap().0
}

/// The rungs that a column of `relations.toml` allows beside the middle one.
fn rungs(word: &str) -> &'static [usize] {
    match word {
        "itself" => &[1],
        "and what it is a kind of" => &[1, 2],
        "and its kinds" => &[0, 1],
        "and both" => &[0, 1, 2],
        _ => panic!("`{word}` is no closure"),
    }
}

/// The row of the table that stands for every relation without one.
const OTHERS: &str = "of any other relation";

/// The rows of the table in the guide: relation, and the words for subject and object under either reading.
fn told() -> BTreeMap<String, [String; 4]> {
    let guide = include_str!("../../src/docs/closures.md");
    let rows = guide.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let name = cells.next().unwrap().trim_matches('`').to_owned();
        (name, std::array::from_fn(|_| cells.next().unwrap()))
    })
    .collect()
}

#[test]
fn what_follows_from_an_edge_is_what_the_table_says_and_nothing_else() {
    let relations = Relations::standard().unwrap();
    let told = told();
    for (id, row) in relations.iter().filter(|(_, row)| !row.is_transitive) {
        let own = told.get(&*row.name).unwrap_or(&told[OTHERS]);
        let [strict_subject, strict_object, loose_subject, loose_object] = own;
        let graph = graph_of(row);
        for (reading, subject, object) in
            [(Reading::Strict, strict_subject, strict_object), (Reading::Loose, loose_subject, loose_object)]
        {
            let expected: Vec<(usize, usize)> =
                (rungs(subject).iter()).flat_map(|&from| rungs(object).iter().map(move |&to| (from, to))).collect();
            assert_eq!(held(&graph, id, reading), expected, "`{}`, {reading:?}", row.name);
        }
    }
    let unknown: Vec<&String> = told.keys().filter(|name| **name != OTHERS && relations.id(name).is_none()).collect();
    assert!(unknown.is_empty(), "the table tells of relations that are none: {unknown:?}");
}

#[test]
fn relations_that_are_chains_are_told_by_name() {
    let relations = Relations::standard().unwrap();
    let guide = include_str!("../../src/docs/closures.md");
    for (_, row) in relations.iter().filter(|(_, row)| row.is_transitive) {
        assert!(guide.contains(&format!("- `{}`", row.name)), "{}", row.name);
    }
}
