//! `[[mine.pair]]`: how one thing leads to another, by the shortest ways there are.
//!
//! MedReason asks how an entity of a question is connected with its answer, and takes all shortest paths of a general
//! graph. Here the pairs come from the graph as well: of two categories, joined by an edge that the paths explain, or
//! met on a short walk. Of a pair the best paths are looked at, best first, and the first that can be asked for is taken:
//! every relation on it explains something, it does not end in the opposite of what joins the pair (a drug that treats a
//! disease does not further it), and no other way goes through links of the same kinds.

use serde::Deserialize;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Ground;
use crate::kg::search::PathQuery;
use crate::kg::search::PathSearch;
use crate::kg::search::Walkable;
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
use crate::mine::path;
use crate::mine::path::DAMPING;
use crate::mine::path::as_float;
use crate::mine::score;
use crate::mine::walk::told;
use crate::seed::Stream;

/// A `[[mine.pair]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairConfig {
    /// The category of the first end.
    pub from: Box<str>,
    /// The category of the other end.
    pub to: Box<str>,
    /// Only pairs that an edge of this relation joins, which is not walked itself: the paths say what is behind it. Any
    /// two that a walk of at most `max_hops` joins, unless told otherwise.
    #[serde(default)]
    pub joined_by: Option<Box<str>>,
    /// The relations that may be walked; unless told otherwise all that explain something.
    #[serde(default)]
    pub relations: Vec<Box<str>>,
    /// Whether edges are walked from subject to object only; true unless told otherwise.
    #[serde(default = "default_directed")]
    pub directed: bool,
    /// The fewest hops of a path; 2 unless told otherwise.
    #[serde(default = "default_min_hops")]
    pub min_hops: u32,
    /// The most hops of a path; 4 unless told otherwise.
    #[serde(default = "default_max_hops")]
    pub max_hops: u32,
    /// How many paths of a pair are looked at, the best first; 20 unless told otherwise.
    #[serde(default = "default_n_paths")]
    pub n_paths: usize,
    /// A path does not pass through a node with more edges than this; 500 unless told otherwise.
    #[serde(default = "super::walk::default_max_degree")]
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

fn default_directed() -> bool {
    true
}

fn default_min_hops() -> u32 {
    2
}

fn default_max_hops() -> u32 {
    4
}

fn default_n_paths() -> usize {
    20
}

impl PairConfig {
    /// The name of its stratum, as `pair/Drug-treats-Disease`.
    pub(crate) fn stratum_name(&self) -> String {
        format!("pair/{}-{}-{}", self.from, self.joined_by.as_deref().unwrap_or("any"), self.to)
    }
}

/// Attempts for each wanted item where pairs are drawn.
const ATTEMPTS_PER_ITEM: u64 = 200;
/// How many edges a search may look at.
const BUDGET: u64 = 2_000_000;

struct Pairs<'a> {
    context: Context<'a>,
    config: &'a PairConfig,
    name: String,
    ground: Ground<'a>,
    walked: Walked,
    /// What the relation that joins the pairs says of more of the one end: more (1) or less (−1) of the other, or
    /// neither (0).
    sign: i8,
    ends: Ends,
}

/// Where the ends come from.
enum Ends {
    /// These pairs, in the order in which they are tried.
    Listed(Vec<(NodeId, NodeId)>),
    /// A walk from one of these, with running sums of their weights.
    Drawn(Vec<NodeId>, Vec<f64>),
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a PairConfig) -> Result<Stratum<'a>, MineError> {
    let graph = context.graph;
    for category in [&config.from, &config.to] {
        if graph.category_id(category).is_none() {
            return Err(MineError::UnknownCategory { category: category.clone() });
        }
    }
    let joined_by = super::walkable(graph, config.joined_by.as_slice())?.pop();
    let relations = relations(graph, &config.relations, joined_by)?;
    let leave_out = graph.relations().iter().filter(|(id, _)| !relations.contains(id));
    let all = || graph.relations().iter().map(|(_, row)| row.name.clone());
    let walkable = Walkable {
        leave_out: leave_out.map(|(_, row)| row.name.clone()).collect(),
        forwards_only: if config.directed { all().collect() } else { Vec::new() },
        not_through: Vec::new(),
        max_degree: Some(config.max_degree),
    };
    let ground = Ground::new(graph, &walkable)?;
    let name = config.stratum_name();
    let walked = Walked { relations, is_directed: config.directed };
    let ends = ends(context, config, (&name, joined_by), &walked);
    let n_indices = match &ends {
        Ends::Listed(pairs) => pairs.len() as u64,
        Ends::Drawn(..) => ATTEMPTS_PER_ITEM * config.n_items as u64,
    };
    let sign = joined_by.map_or(0, |relation| graph.relation(relation).sign);
    let pairs = Pairs { context, config, name: name.clone(), ground, walked, sign, ends };
    Ok(Stratum {
        name,
        strategy: "pair",
        n_items: config.n_items,
        n_indices,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread {
            max_items_per_category: config.max_items_per_category,
            max_items_per_metapath: config.max_items_per_metapath,
        },
        are_paired: false,
        attempt: Box::new(move |index| pairs.attempt(index)),
    })
}

/// The relations of some names, or all that explain something; never the one that joins the pairs.
pub(super) fn relations(
    graph: &Graph,
    names: &[Box<str>],
    joined_by: Option<RelationId>,
) -> Result<Vec<RelationId>, MineError> {
    let explaining = graph.relations().iter().filter(|(_, row)| path::explains(row) && !row.is_negative());
    let mut relations =
        if names.is_empty() { explaining.map(|(id, _)| id).collect() } else { super::walkable(graph, names)? };
    relations.retain(|&relation| Some(relation) != joined_by);
    Ok(relations)
}

fn ends(
    context: Context<'_>,
    config: &PairConfig,
    (name, joined_by): (&str, Option<RelationId>),
    walked: &Walked,
) -> Ends {
    let graph = context.graph;
    let is_end = |&node: &NodeId| can_be_asked_about(graph, node);
    let from = graph.nodes_of(&config.from).filter(is_end);
    let Some(relation) = joined_by else {
        let mut sum = 0.0;
        let (nodes, sums) = from
            .map(|node| {
                let mut degree = 0;
                walked.each(graph, node, true, &mut |_| degree += 1);
                sum += if degree == 0 { 0.0 } else { as_float(degree).powf(-DAMPING) };
                (node, sum)
            })
            .unzip();
        return Ends::Drawn(nodes, sums);
    };
    let of_category = |node: NodeId, category: &str| graph.category(node) == category;
    let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
    for start in from {
        let joined = graph.objects(start, relation).nodes().iter().chain(graph.subjects(start, relation).nodes());
        pairs.extend(joined.map(|&end| (start, end)).filter(|(_, end)| of_category(*end, &config.to) && is_end(end)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    context.seed.stream(&["mine", name, "pairs"], 0).shuffle(&mut pairs);
    Ends::Listed(pairs)
}

impl Pairs<'_> {
    fn attempt(&self, index: u64) -> Result<Candidate, DeadEnd> {
        let graph = self.context.graph;
        let (from, to) = self.pair(index)?;
        let query = PathQuery { from, to, max_hops: self.config.max_hops, budget: BUDGET };
        let found = PathSearch::new(&self.ground).best(&query, self.config.n_paths);
        let found = found.map_err(|_| DeadEnd("the search for paths ran out of its budget"))?;
        let mut why = DeadEnd("no path of this length connects the ends");
        let at_least = usize::try_from(self.config.min_hops).unwrap_or(usize::MAX);
        let told = |hops: Vec<Hop>| if self.config.directed { hops } else { told(graph, hops) };
        let all: Vec<Vec<Hop>> = found.iter().map(|path| told(self.ground.hops(path))).collect();
        for (found, hops) in found.iter().zip(&all).filter(|(found, _)| found.n_hops() >= at_least) {
            if !found.inner().iter().all(|&node| can_be_asked_about(graph, node) && is_plain(graph, node)) {
                why = DeadEnd("a link of the path cannot be asked for");
                continue;
            }
            if score::sign(graph, hops) * self.sign < 0 {
                why = DeadEnd("the path says the opposite of what joins its ends");
                continue;
            }
            let made = match self.walked.has_one(graph, &path::nodes(graph, hops)) {
                Ok(true) => path::candidate(self.context, "pair", (&self.name, index), hops),
                Ok(false) => Err(DeadEnd("links of the same kinds connect the ends in another way")),
                Err(why) => Err(why),
            };
            match made {
                Ok(candidate) => return Ok(candidate.beside(graph, all.iter().map(Vec::as_slice))),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn pair(&self, index: u64) -> Result<(NodeId, NodeId), DeadEnd> {
        match &self.ends {
            Ends::Listed(pairs) => {
                let at = usize::try_from(index).ok();
                at.and_then(|at| pairs.get(at)).copied().ok_or(DeadEnd("no pair is left"))
            }
            Ends::Drawn(starts, sums) => {
                let mut stream = self.context.seed.stream(&["mine", &self.name], index);
                let start = stream.weighted_by_sums(sums).map(|at| starts[at]);
                let start = start.ok_or(DeadEnd("no node has an edge that may be walked"))?;
                let end = self.end_of_walk(start, &mut stream);
                end.map(|end| (start, end)).ok_or(DeadEnd("a walk met no node of the other category"))
            }
        }
    }

    /// The first node of the other category on a walk away from hubs, at the least number of hops or later.
    fn end_of_walk(&self, start: NodeId, stream: &mut Stream) -> Option<NodeId> {
        let graph = self.context.graph;
        let mut at = start;
        for hop in 1..=self.config.max_hops {
            let mut next: Vec<NodeId> = Vec::new();
            self.walked.each(graph, at, true, &mut |to| next.push(to));
            next.retain(|&to| to != start && !graph.node(to).is_obsolete);
            next.sort_unstable();
            next.dedup();
            let weights: Vec<f64> = next.iter().map(|&to| as_float(graph.degree(to).max(1)).powf(-DAMPING)).collect();
            at = next[stream.weighted(&weights)?];
            if hop >= self.config.min_hops && graph.category(at) == &*self.config.to && can_be_asked_about(graph, at) {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    const GRAPH: &str = "
        Drug:d -treats-> Disease:e
        Drug:d -decreases_activity_of-> Protein:p -positively_regulates-> BiologicalProcess:b -causes-> Disease:e
        Drug:other -treats-> Disease:f";

    fn mined(text: &str, config: &str) -> Vec<Result<Candidate, DeadEnd>> {
        let graph = Graph::from_arrows(text).unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let config: PairConfig =
            toml::from_str(&format!("from = 'Drug'\nto = 'Disease'\nn_items = 1\n{config}")).unwrap();
        let stratum = stratum(context, &config).unwrap();
        (0..stratum.n_indices).map(|index| (stratum.attempt)(index)).collect()
    }

    #[test]
    fn what_joins_the_pair_is_explained_and_never_walked() {
        let mined = mined(GRAPH, "joined_by = 'treats'");
        assert_eq!(mined.len(), 2);
        let found: Vec<&Candidate> = mined.iter().flatten().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path.len(), 3);
        assert!(mined.contains(&Err(DeadEnd("no path of this length connects the ends"))));
    }

    #[test]
    fn a_second_way_through_the_same_kinds_is_a_dead_end() {
        let text = format!("{GRAPH}\nDrug:d -affects-> Protein:q -affects-> BiologicalProcess:c -causes-> Disease:e");
        let mined = mined(&text, "joined_by = 'treats'");
        assert!(mined.contains(&Err(DeadEnd("links of the same kinds connect the ends in another way"))));
    }

    #[test]
    fn a_path_that_ends_in_the_opposite_of_what_joins_its_ends_explains_nothing() {
        let furthers = GRAPH.replace("-decreases_activity_of->", "-increases_activity_of->");
        let mined = mined(&furthers, "joined_by = 'treats'");
        assert!(mined.contains(&Err(DeadEnd("the path says the opposite of what joins its ends"))));
        assert!(!mined.iter().any(Result::is_ok));
    }

    #[test]
    fn pairs_that_nothing_joins_are_met_on_walks() {
        let text = GRAPH.replace("Drug:d -treats-> Disease:e", "");
        assert!(mined(&text, "").iter().any(Result::is_ok));
        let backwards = text.replace("-causes->", "<-causes-");
        assert!(!mined(&backwards, "").iter().any(Result::is_ok));
        assert!(mined(&backwards, "directed = false").iter().any(Result::is_ok));
    }
}
