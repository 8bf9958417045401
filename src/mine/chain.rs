//! `[[mine.chain]]`: long chains through what is rarely met.
//!
//! MedResearcher-R1 starts at rare entities and asks for the far end of a long chain, because what is rare cannot be
//! answered from memory. How rare a node is, is counted here and not guessed: as its surprise among the nodes of its
//! category, and of findings as their information content. Where a chain starts and where it goes is drawn in
//! favour of the rare, nothing on it may be common, and it is asked only if its links are the only ones of their kinds.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kg::NodeId;
use crate::kg::statistics::FINDING;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::drug::can_be_asked_about;
use crate::mine::drug::is_plain;
use crate::mine::kinds::Walked;
use crate::mine::metapath::cited;
use crate::mine::metapath::hops;
use crate::mine::path;

/// A `[[mine.chain]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Number of hops → share of the quota.
    pub hops: BTreeMap<Box<str>, f64>,
    /// The category where chains start.
    pub start: Box<str>,
    /// The relations that may be walked; unless told otherwise all that explain something.
    #[serde(default)]
    pub relations: Vec<Box<str>>,
    /// Whether edges are walked from subject to object only; false unless told otherwise.
    #[serde(default)]
    pub directed: bool,
    /// How rare every node of a chain is at least, in nats; 5 unless told otherwise: one meeting in 150.
    #[serde(default = "default_min_rarity")]
    pub min_rarity: f64,
    /// A chain has no node with more edges than this; 100 unless told otherwise.
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

fn default_min_rarity() -> f64 {
    5.0
}

fn default_max_degree() -> usize {
    100
}

/// Attempts for each wanted item before a chain gives up.
const ATTEMPTS_PER_ITEM: u64 = 500;
/// How strongly what is common is shunned: twice as strongly as by a walk.
const SHUNNING: f64 = 2.0 * path::DAMPING;

struct Chains<'a> {
    context: Context<'a>,
    config: &'a ChainConfig,
    walked: Walked,
    starts: Vec<NodeId>,
    /// Running sums of the weights of `starts`.
    sums: Vec<f64>,
}

/// The strata of a section: one a number of hops.
pub(super) fn strata<'a>(context: Context<'a>, config: &'a ChainConfig) -> Result<Vec<Stratum<'a>>, MineError> {
    let graph = context.graph;
    if graph.category_id(&config.start).is_none() {
        return Err(MineError::UnknownCategory { category: config.start.clone() });
    }
    let relations = super::pair::relations(graph, &config.relations, None)?;
    let mut strata = Vec::new();
    for (n_hops, n_items) in super::quotas(&config.hops, config.n_items)? {
        let walked = Walked { relations: relations.clone(), is_directed: config.directed };
        let mut chains = Chains { context, config, walked, starts: Vec::new(), sums: Vec::new() };
        let starts: Vec<NodeId> = graph.nodes_of(&config.start).filter(|&node| chains.is_rare(node)).collect();
        let mut sum = 0.0;
        for &node in &starts {
            sum += chains.weight(node);
            chains.sums.push(sum);
        }
        chains.starts = starts;
        let name = format!("chain/{}/{n_hops}", config.start);
        let stratum = name.clone();
        strata.push(Stratum {
            name,
            strategy: "chain",
            n_items,
            n_indices: ATTEMPTS_PER_ITEM * n_items as u64,
            max_items_per_key: Some(config.max_items_per_key),
            max_system_share: None,
            spread: Spread {
                max_items_per_category: config.max_items_per_category,
                max_items_per_metapath: config.max_items_per_metapath,
            },
            are_paired: false,
            attempt: Box::new(move |index| chains.attempt(&stratum, n_hops, index)),
        });
    }
    Ok(strata)
}

impl Chains<'_> {
    fn attempt(&self, stratum: &str, n_hops: u32, index: u64) -> Result<Candidate, DeadEnd> {
        let graph = self.context.graph;
        let mut stream = self.context.seed.stream(&["mine", stratum], index);
        let start = stream.weighted_by_sums(&self.sums).map(|at| self.starts[at]);
        let mut at = start.ok_or(DeadEnd("no node of the category is rare enough to start at"))?;
        let mut nodes = vec![at];
        let mut chain: Vec<Hop> = Vec::new();
        for _ in 0..n_hops {
            let mut steps: Vec<(Hop, NodeId)> = Vec::new();
            for &relation in &self.walked.relations {
                steps.extend(hops(graph, at, relation, true));
                if !self.walked.is_directed && !graph.relation(relation).is_symmetric {
                    steps.extend(hops(graph, at, relation, false));
                }
            }
            steps.retain(|&(step, to)| {
                let turns = chain.last().is_some_and(|&last| path::meets_in_a_finding(graph, &[last, step]));
                !turns && !nodes.contains(&to) && self.is_rare(to)
            });
            let weights: Vec<f64> = steps.iter().map(|&(_, to)| self.weight(to)).collect();
            let chosen = stream.weighted(&weights).ok_or(DeadEnd("the chain has nowhere rare to go"))?;
            let (step, to) = steps[chosen];
            chain.push(cited(graph, step));
            nodes.push(to);
            at = to;
        }
        let told = if self.walked.is_directed { chain } else { super::walk::told(graph, chain) };
        if !self.walked.has_one(graph, &path::nodes(graph, &told))? {
            return Err(DeadEnd("links of the same kinds connect the ends in another way"));
        }
        path::candidate(self.context, "chain", (stratum, index), &told)
    }

    /// In nats: of a finding its information content, of all else the surprise at meeting it.
    fn rarity(&self, node: NodeId) -> f64 {
        let graph = self.context.graph;
        if graph.category(node) == FINDING {
            self.context.statistics.information(node)
        } else {
            self.context.statistics.rarity(graph, node)
        }
    }

    fn is_rare(&self, node: NodeId) -> bool {
        let graph = self.context.graph;
        self.rarity(node) >= self.config.min_rarity
            && graph.degree(node) <= self.config.max_degree
            && can_be_asked_about(graph, node)
            && is_plain(graph, node)
    }

    /// In favour of the rare: e^(rarity · w) is the share of a node to the power −w.
    fn weight(&self, node: NodeId) -> f64 {
        (self.rarity(node) * SHUNNING).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    fn mined(text: &str, config: &str) -> Vec<Vec<String>> {
        let graph = Graph::from_arrows(text).unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let config: ChainConfig =
            toml::from_str(&format!("start = 'Gene'\nn_items = 1\nhops = {{ 3 = 1.0 }}\n{config}")).unwrap();
        let strata = strata(context, &config).unwrap();
        let found = (0..200).filter_map(|index| (strata[0].attempt)(index).ok());
        let labels = |hops: &[Hop]| path::nodes(&graph, hops).into_iter().map(|node| graph.label(node).to_owned());
        found.map(|candidate| labels(&candidate.path).collect()).collect()
    }

    const GRAPH: &str = "
        Gene:a -associated_with-> Disease:rare <-associated_with- Gene:b -associated_with-> Disease:other
        Gene:a -associated_with-> Disease:common <-associated_with- Gene:c
        Disease:common <-associated_with- Gene:d\nDisease:common <-associated_with- Gene:e";

    #[test]
    fn nothing_on_a_chain_is_common() {
        let chains = mined(GRAPH, "min_rarity = 0.9");
        assert!(chains.contains(&["a", "rare", "b", "other"].map(str::to_owned).to_vec()), "{chains:?}");
        assert!(chains.iter().flatten().all(|label| label != "common"));
        assert!(mined(GRAPH, "min_rarity = 0.1").iter().flatten().any(|label| label == "common"));
    }

    #[test]
    fn a_chain_whose_links_have_a_twin_is_not_asked_for() {
        let twin = format!("{GRAPH}\nGene:a -associated_with-> Disease:twin <-associated_with- Gene:b");
        let chains = mined(&twin, "min_rarity = 0.5");
        assert!(!chains.contains(&["a", "rare", "b", "other"].map(str::to_owned).to_vec()));
    }
}
