//! What a path is worth, before anybody pays to have it worded.
//!
//! Each score is computed from the graph alone. None proves anything: they say which of many proved paths to prefer, and
//! are stored with the item, so that whoever trains on it can choose by them.

use crate::kg::Graph;
use crate::kg::N_PERMUTED;
use crate::kg::NodeId;
use crate::kg::search::DAMPING;
use crate::kg::search::Hop;
use crate::mine::Context;
use crate::mine::path::as_float;

/// What chance connects.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Null {
    /// The mean degree-weighted path count between the same ends along the same metapath, over the dealt graphs.
    pub mean: f64,
    /// In which share of the dealt graphs it is lower than here: 1 if the path says more than chance does in every one.
    pub specificity: f64,
}

/// How many neighbours a node has along a hop's relation: parallel edges are one.
fn n_neighbours(graph: &Graph, hop: Hop, of_subject: bool) -> usize {
    let edge = graph.edge(hop.edge);
    let neighbours = if of_subject {
        graph.objects(edge.subject, edge.relation)
    } else {
        graph.subjects(edge.object, edge.relation)
    };
    neighbours.nodes().chunk_by(|left, right| left == right).count()
}

/// Degree-weighted path count of one path: the product of degree^−w over both ends of every hop, where the degree of
/// an end counts its neighbours in the hop's relation only; w = 0.4.
///
/// Source: D. Himmelstein and S. Baranzini, PLoS Comput. Biol. 11 (2015) e1004259.
pub fn path_weight(graph: &Graph, path: &[Hop]) -> f64 {
    path.iter().map(|&hop| damped(n_neighbours(graph, hop, true)) * damped(n_neighbours(graph, hop, false))).product()
}

fn damped(count: usize) -> f64 {
    as_float(count.max(1)).powf(-DAMPING)
}

/// How a path's weight stands beside what chance gives: degree-weighted path counts of its metapath between its ends in
/// graphs whose edges were dealt anew.
///
/// Degrees are the same in every dealt graph, so ways are weighted as paths are here. Ways that visit a node twice
/// count too, which makes chance look larger and never smaller.
///
/// Source: D. Himmelstein et al., eLife 6 (2017) e26726, where p-values come from such graphs.
///
/// # Complexity
///
/// O(edges of the nodes within half the path's length of either end) for each of the five graphs; the first path along a
/// relation pays for dealing it.
pub fn null(context: Context<'_>, path: &[Hop]) -> Null {
    let graph = context.graph;
    let weight = path_weight(graph, path);
    let chance: Vec<f64> = (0..N_PERMUTED).map(|number| chance(context, path, number)).collect();
    let n_lower = chance.iter().filter(|&&other| other < weight).count();
    Null {
        mean: chance.iter().sum::<f64>() / as_float(N_PERMUTED),
        specificity: as_float(n_lower) / as_float(N_PERMUTED),
    }
}

/// The degree-weighted path count in one dealt graph.
fn chance(context: Context<'_>, path: &[Hop], number: usize) -> f64 {
    let graph = context.graph;
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return 0.0 };
    let middle = path.len() / 2;
    let mut ahead = vec![(first.from(graph), 1.0)];
    for &hop in &path[..middle] {
        ahead = spread(context, &ahead, (hop, hop.is_forward, graph.node(hop.to(graph)).category), number);
    }
    let mut behind = vec![(last.to(graph), 1.0)];
    for &hop in path[middle..].iter().rev() {
        behind = spread(context, &behind, (hop, !hop.is_forward, graph.node(hop.from(graph)).category), number);
    }
    let weight_of = |node: NodeId| behind.binary_search_by_key(&node, |&(other, _)| other).map(|at| behind[at].1);
    ahead.into_iter().filter_map(|(node, weight)| Some(weight * weight_of(node).ok()?)).sum()
}

/// Weights one hop further, sorted by node; added up in the order of nodes, so that the sum is the same everywhere.
fn spread(
    context: Context<'_>,
    from: &[(NodeId, f64)],
    (hop, is_forward, category): (Hop, bool, crate::kg::CategoryId),
    number: usize,
) -> Vec<(NodeId, f64)> {
    let graph = context.graph;
    let relation = graph.edge(hop.edge).relation;
    let all = context.statistics.permuted().links(graph, relation);
    let Some(links) = all.get(number) else { return Vec::new() };
    let is_symmetric = graph.relation(relation).is_symmetric;
    let mut to: Vec<(NodeId, f64)> = Vec::new();
    for &(node, weight) in from {
        for way in [is_forward, !is_forward].into_iter().take(if is_symmetric { 2 } else { 1 }) {
            let reached = links.of(node, way);
            let weight = weight * damped(reached.len());
            let of_category = reached.filter(|&other| graph.node(other).category == category);
            to.extend(of_category.map(|other| (other, weight * damped(links.of(other, !way).len()))));
        }
    }
    to.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let sums = to.chunk_by(|left, right| left.0 == right.0);
    sums.filter_map(|of_node| Some((of_node.first()?.0, of_node.iter().map(|(_, weight)| weight).sum()))).collect()
}

/// What a fact that one source states is trusted: as much as a whole item is that has no fact of two.
const TRUST: f64 = 0.9;

/// How well a path is attested: the least number of sources that state a hop of it, and the product of what each hop is
/// trusted, 1 − 0.1^n for n sources that state it.
pub fn attested(graph: &Graph, path: &[Hop]) -> (u32, f64) {
    let n_sources = |hop: &Hop| {
        let edge = graph.edge(hop.edge);
        let parallel = graph.objects(edge.subject, edge.relation);
        let mut sources: Vec<_> = parallel
            .nodes()
            .iter()
            .enumerate()
            .filter(|&(_, &object)| object == edge.object)
            .filter_map(|(at, _)| parallel.get(at))
            .map(|to| graph.edge_source(to.edge))
            .collect();
        sources.sort_unstable();
        sources.dedup();
        u32::try_from(sources.len()).unwrap_or(u32::MAX)
    };
    let counts: Vec<u32> = path.iter().map(n_sources).collect();
    let trust =
        counts.iter().map(|&count| 1.0 - (1.0 - TRUST).powi(i32::try_from(count).unwrap_or(i32::MAX))).product();
    (counts.into_iter().min().unwrap_or(0), trust)
}

/// Over a path of effects: 1 if more of the start means more of the end, −1 if less; 0 if some hop says neither. A hop
/// that is told backwards has no effect on what comes after.
pub fn sign(graph: &Graph, path: &[Hop]) -> i8 {
    let of = |hop: &Hop| if hop.is_forward { graph.relation(graph.edge(hop.edge).relation).sign } else { 0 };
    path.iter().map(of).product()
}

/// How many of a question's other paths say the same of its ends as this one, and how many the opposite. Paths without a
/// sign say neither.
pub fn agreement<'p>(graph: &Graph, path: &[Hop], all: impl IntoIterator<Item = &'p [Hop]>) -> (u32, u32) {
    let own = sign(graph, path);
    let (mut agree, mut contradict) = (0, 0);
    for other in all.into_iter().filter(|other| *other != path) {
        match own * sign(graph, other) {
            1 => agree += 1,
            -1 => contradict += 1,
            _ => {}
        }
    }
    (agree, contradict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    fn path(graph: &Graph, names: &[&str]) -> Vec<Hop> {
        let nodes: Vec<NodeId> = names.iter().map(|name| graph.find(&name.parse().unwrap()).unwrap()).collect();
        let hop = |from: NodeId, to: NodeId| {
            let found = graph.edges().find(|(_, edge)| [(from, to), (to, from)].contains(&(edge.subject, edge.object)));
            found.map(|(id, edge)| Hop { edge: id, is_forward: edge.subject == from }).unwrap()
        };
        nodes.windows(2).map(|pair| hop(pair[0], pair[1])).collect()
    }

    #[test]
    fn hubs_weigh_less_and_parallel_edges_no_more() {
        let graph = Graph::from_arrows(
            "Gene:g -associated_with-> Disease:a\nGene:h -associated_with-> Disease:b\nGene:h -associated_with-> Disease:c",
        )
        .unwrap();
        let weight = |names: &[&str]| path_weight(&graph, &path(&graph, names));
        assert!((weight(&["Gene:g", "Disease:a"]) - 1.0).abs() < 1e-12);
        assert!((weight(&["Gene:h", "Disease:b"]) - 2.0_f64.powf(-0.4)).abs() < 1e-12);
        let twice = graph_of(&[
            (Licence::Open, "Gene:g -associated_with-> Disease:a"),
            (Licence::Open, "Gene:g -associated_with-> Disease:a"),
        ]);
        assert!((path_weight(&twice, &path(&twice, &["Gene:g", "Disease:a"])) - 1.0).abs() < 1e-12);
    }

    /// Of ten genes each has a disease of its own, with a finding of its own; one finding all have.
    fn ladder() -> Graph {
        let edges: Vec<String> = (0..10)
            .map(|at| {
                format!(
                    "Gene:g{at} -associated_with-> Disease:d{at} -has_phenotype-> PhenotypicFeature:f{at}\nDisease:d{at} -has_phenotype-> PhenotypicFeature:all"
                )
            })
            .collect();
        Graph::from_arrows(&edges.join("\n")).unwrap()
    }

    #[test]
    fn what_chance_connects_as_well_is_not_specific() {
        let graph = ladder();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(1) };
        let own = null(context, &path(&graph, &["Gene:g3", "Disease:d3", "PhenotypicFeature:f3"]));
        assert!(own.specificity >= 0.6 && own.mean < 0.2, "{own:?}");
        let shared = null(context, &path(&graph, &["Gene:g3", "Disease:d3", "PhenotypicFeature:all"]));
        assert_eq!(shared.specificity, 0.0);
        let weight = path_weight(&graph, &path(&graph, &["Gene:g3", "Disease:d3", "PhenotypicFeature:all"]));
        assert!((shared.mean - weight).abs() < 1e-12, "{shared:?} {weight}");
    }

    #[test]
    fn a_path_is_attested_as_its_weakest_hop() {
        let both = "Gene:g -associated_with-> Disease:a";
        let graph = graph_of(&[
            (Licence::Open, both),
            (Licence::Open, "Gene:g -associated_with-> Disease:a\nDisease:a -has_phenotype-> PhenotypicFeature:f"),
        ]);
        let (least, trust) = attested(&graph, &path(&graph, &["Gene:g", "Disease:a", "PhenotypicFeature:f"]));
        assert_eq!(least, 1);
        assert!((trust - 0.99 * 0.9).abs() < 1e-12);
    }

    #[test]
    fn paths_of_the_same_sign_agree_and_of_the_other_contradict() {
        let graph = Graph::from_arrows(
            "Drug:d -decreases_activity_of-> Protein:p -causes-> Disease:e
             Drug:d -increases_activity_of-> Protein:q -prevents-> Disease:e
             Drug:d -increases_activity_of-> Protein:r -causes-> Disease:e
             Drug:d -targets-> Protein:s -causes-> Disease:e",
        )
        .unwrap();
        let all: Vec<Vec<Hop>> = ["Protein:p", "Protein:q", "Protein:r", "Protein:s"]
            .map(|protein| path(&graph, &["Drug:d", protein, "Disease:e"]))
            .to_vec();
        let of = |at: usize| agreement(&graph, &all[at], all.iter().map(Vec::as_slice));
        assert_eq!([of(0), of(1), of(2), of(3)], [(1, 1), (1, 1), (0, 2), (0, 0)]);
    }
}
