//! `[[mine.walk]]`: random walks that visit no node twice.
//!
//! Where a walk starts and where it goes next is weighted against hubs (degree^−0.4), because undamped walks end in
//! the few findings that every disease has. Walks feed path explanations; a walk alone never made a sound choice
//! item.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::RelationId;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::metapath::cited;
use crate::mine::metapath::hops;
use crate::mine::path;
use crate::mine::path::DAMPING;
use crate::mine::path::as_float;

/// A `[[mine.walk]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkConfig {
    /// Number of hops → share of the quota.
    pub hops: BTreeMap<Box<str>, f64>,
    /// The relations that may be walked, either way. Negative relations never are.
    pub relations: Vec<Box<str>>,
    /// Prefixes that a walk's nodes may have; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// A walk does not pass through a node with more edges than this; 500 unless told otherwise.
    #[serde(default = "default_max_degree")]
    pub max_degree: usize,
    /// How many accepted items may have the same answer; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items one category may have, a chapter or an organ system: with it `n_items` is what all of
    /// them together would have.
    #[serde(default)]
    pub max_items_per_category: Option<usize>,
    /// How many accepted items may have one metapath.
    #[serde(default)]
    pub max_items_per_metapath: Option<usize>,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

pub(super) fn default_max_degree() -> usize {
    500
}

/// Attempts for each wanted item before a walk gives up.
const ATTEMPTS_PER_ITEM: u64 = 200;

struct Walker<'a> {
    context: Context<'a>,
    config: &'a WalkConfig,
    relations: Vec<RelationId>,
    starts: Vec<NodeId>,
    /// Running sums of the weights of `starts`.
    sums: Vec<f64>,
}

/// The strata of a section: one a number of hops.
pub(super) fn strata<'a>(context: Context<'a>, config: &'a WalkConfig) -> Result<Vec<Stratum<'a>>, MineError> {
    let relations = super::walkable(context.graph, &config.relations)?;
    let mut strata = Vec::new();
    for (n_hops, n_items) in super::quotas(&config.hops, config.n_items)? {
        let starts: Vec<NodeId> =
            context.graph.nodes().map(|(node, _)| node).filter(|&node| is_open(context.graph, config, node)).collect();
        let degree = |&node: &NodeId| degree_in(context.graph, node, &relations);
        let weights = starts.iter().map(degree).map(damped);
        let sums = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let walker = Walker { context, config, relations: relations.clone(), starts, sums };
        let name = format!("walk/{n_hops}");
        let stratum = name.clone();
        strata.push(Stratum {
            name,
            strategy: "walk",
            n_items,
            n_indices: ATTEMPTS_PER_ITEM * n_items as u64,
            max_items_per_key: Some(config.max_items_per_key),
            max_system_share: None,
            spread: Spread {
                max_items_per_category: config.max_items_per_category,
                max_items_per_metapath: config.max_items_per_metapath,
            },
            are_paired: false,
            attempt: Box::new(move |index| walker.attempt(&stratum, n_hops, index)),
        });
    }
    Ok(strata)
}

impl Walker<'_> {
    fn attempt(&self, stratum: &str, n_hops: u32, index: u64) -> Result<Candidate, DeadEnd> {
        let graph = self.context.graph;
        let mut stream = self.context.seed.stream(&["mine", stratum], index);
        let start = stream.weighted_by_sums(&self.sums).map(|at| self.starts[at]);
        let mut at = start.ok_or(DeadEnd("no node has an edge that may be walked"))?;
        let mut visited = vec![at];
        let mut walked: Vec<Hop> = Vec::new();
        for hop in 1..=n_hops {
            let mut steps: Vec<(Hop, NodeId)> = Vec::new();
            for &relation in &self.relations {
                steps.extend(hops(graph, at, relation, true));
                if !graph.relation(relation).is_symmetric {
                    steps.extend(hops(graph, at, relation, false));
                }
            }
            let is_last = hop == n_hops;
            steps.retain(|&(step, to)| {
                // A path through a shared finding is never used: do not start on one.
                let turns = walked.last().is_some_and(|&last| path::meets_in_a_finding(graph, &[last, step]));
                !turns
                    && !visited.contains(&to)
                    && is_open(graph, self.config, to)
                    && (is_last || graph.degree(to) <= self.config.max_degree)
            });
            let weights: Vec<f64> =
                steps.iter().map(|&(_, to)| damped(degree_in(graph, to, &self.relations))).collect();
            let chosen = stream.weighted(&weights).ok_or(DeadEnd("the walk has nowhere to go"))?;
            let (step, to) = steps[chosen];
            walked.push(cited(graph, step));
            visited.push(to);
            at = to;
        }
        path::candidate(self.context, "walk", (stratum, index), &told(graph, walked))
    }
}

/// A path has two directions of telling; the one whose first node comes first by category and CURIE is taken, so
/// that one path is one candidate.
pub(super) fn told(graph: &Graph, mut walked: Vec<Hop>) -> Vec<Hop> {
    let key = |node: NodeId| (super::telling_rank(graph.category(node)), graph.curie(node).clone());
    let ends = walked.first().zip(walked.last()).map(|(first, last)| (first.from(graph), last.to(graph)));
    if ends.is_some_and(|(first, last)| key(last) < key(first)) {
        walked.reverse();
        for hop in &mut walked {
            hop.is_forward = !hop.is_forward;
        }
    }
    walked
}

fn is_open(graph: &Graph, config: &WalkConfig, node: NodeId) -> bool {
    let node = graph.node(node);
    !node.is_obsolete
        && !node.label.is_empty()
        && (config.prefixes.is_empty() || config.prefixes.iter().any(|prefix| prefix.is_of(&node.curie)))
}

/// How many nodes some relations join a node to; parallel edges count once here too.
fn degree_in(graph: &Graph, node: NodeId, relations: &[RelationId]) -> usize {
    let distinct = |nodes: &[NodeId]| nodes.chunk_by(|left, right| left == right).count();
    let of = |&relation: &RelationId| {
        distinct(graph.objects(node, relation).nodes()) + distinct(graph.subjects(node, relation).nodes())
    };
    relations.iter().map(of).sum()
}

fn damped(degree: usize) -> f64 {
    if degree == 0 { 0.0 } else { as_float(degree).powf(-DAMPING) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    const GRAPH: &str = "
        Gene:g -associated_with-> Disease:a -has_phenotype-> PhenotypicFeature:f
        Gene:g -associated_with-> Disease:b -has_phenotype-> PhenotypicFeature:k
        Disease:a -phenotype_absent-> PhenotypicFeature:k";

    fn mined(hops: &str) -> Vec<Candidate> {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let statistics = Statistics::of(&graph);
        let config: WalkConfig = toml::from_str(&format!(
            "hops = {{ {hops} = 1.0 }}\nrelations = ['associated_with', 'has_phenotype']\nn_items = 1"
        ))
        .unwrap();
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let strata = strata(context, &config).unwrap();
        (0..100).filter_map(|index| (strata[0].attempt)(index).ok()).collect()
    }

    #[test]
    fn no_node_is_visited_twice_and_every_hop_joins() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let candidates = mined("3");
        assert!(!candidates.is_empty());
        for candidate in candidates {
            let nodes = path::nodes(&graph, &candidate.path);
            assert!(candidate.path.windows(2).all(|pair| pair[0].to(&graph) == pair[1].from(&graph)));
            let mut distinct = nodes.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), 4);
        }
    }

    #[test]
    fn what_several_sources_state_weighs_no_more() {
        let once = "Gene:g -associated_with-> Disease:b <-associated_with- Gene:h
                    Gene:g -associated_with-> Disease:a";
        let graph = graph_of(&[(Licence::Restricted, once), (Licence::Open, "Gene:g -associated_with-> Disease:a")]);
        let [gene, disease] = ["Gene:g", "Disease:a"].map(|text| graph.find(&text.parse().unwrap()).unwrap());
        let associated = graph.relations().id("associated_with").unwrap();
        assert_eq!(graph.objects(gene, associated).len(), 3);
        let steps = hops(&graph, gene, associated, true);
        assert_eq!(steps.len(), 2);
        assert_eq!(degree_in(&graph, gene, &[associated]), 2);
        let (step, to) = steps[0];
        assert_eq!((to, graph.edge_licence(cited(&graph, step).edge)), (disease, Licence::Open));
    }

    #[test]
    fn negative_edges_are_never_walked() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let walked = mined("2").into_iter().flat_map(|candidate| candidate.path);
        assert!(walked.map(|hop| graph.edge(hop.edge)).all(|edge| !graph.relation(edge.relation).is_negative()));
    }

    #[test]
    fn asking_for_a_negative_relation_is_an_error() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let error = super::super::walkable(&graph, &["phenotype_absent".into()]).unwrap_err();
        assert_eq!(error.to_string(), "relation `phenotype_absent` denies another one and is never walked");
    }

    #[test]
    fn an_index_gives_the_same_walk_again() {
        assert_eq!(mined("2"), mined("2"));
    }
}
