//! `[[mine.metapath]]`: bindings of `Category -relation-> Category -relation-> Category`.
//!
//! A metapath is what a curator holds worth asking about; its bindings are drawn with the same damping as walks.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::PathAsks;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::path;
use crate::mine::path::DAMPING;
use crate::mine::path::as_float;
use crate::mine::path_choice;
use crate::mine::path_choice::Chain;
use crate::seed::Stream;

/// A `[[mine.metapath]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetapathConfig {
    /// The metapaths, each a stratum of its own.
    pub metapaths: Vec<Metapath>,
    /// What is asked of a path: its `links`, unless told otherwise, or as a `choice` which of four chains it is. For a
    /// choice a metapath needs three hops at least.
    #[serde(default)]
    pub asks: PathAsks,
    /// How many accepted items may have the same answer; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted of each metapath.
    pub n_items: usize,
}

impl MetapathConfig {
    /// The stratum of one of its metapaths.
    pub fn stratum_name(&self, metapath: &Metapath) -> String {
        match self.asks {
            PathAsks::Links => format!("metapath/{metapath}"),
            PathAsks::Choice => format!("metapath/choice/{metapath}"),
        }
    }
}

/// Categories and relations in turn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Metapath {
    start: Box<str>,
    /// Relation, whether it is walked forwards, and the category it leads to.
    hops: Vec<(Box<str>, bool, Box<str>)>,
}

/// A text that is no metapath.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no metapath; it reads `Gene -associated_with-> Disease <-associated_with- Gene`")]
pub struct MetapathError {
    text: Box<str>,
}

impl Metapath {
    /// The relations that are walked, in order.
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        self.hops.iter().map(|(relation, _, _)| &**relation)
    }
}

impl FromStr for Metapath {
    type Err = MetapathError;

    fn from_str(text: &str) -> Result<Self, MetapathError> {
        let wrong = || MetapathError { text: text.into() };
        let mut words = text.split_whitespace();
        let start = words.next().ok_or_else(wrong)?.into();
        let mut hops = Vec::new();
        while let Some(arrow) = words.next() {
            let category = words.next().ok_or_else(wrong)?;
            let forwards = arrow.strip_prefix('-').and_then(|rest| rest.strip_suffix("->"));
            let backwards = arrow.strip_prefix("<-").and_then(|rest| rest.strip_suffix('-'));
            let relation = forwards.or(backwards).filter(|name| !name.is_empty()).ok_or_else(wrong)?;
            hops.push((relation.into(), forwards.is_some(), category.into()));
        }
        if hops.is_empty() { Err(wrong()) } else { Ok(Self { start, hops }) }
    }
}

impl TryFrom<String> for Metapath {
    type Error = MetapathError;

    fn try_from(text: String) -> Result<Self, MetapathError> {
        text.parse()
    }
}

impl fmt::Display for Metapath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.start)?;
        for (relation, is_forward, category) in &self.hops {
            match is_forward {
                true => write!(formatter, " -{relation}-> {category}")?,
                false => write!(formatter, " <-{relation}- {category}")?,
            }
        }
        Ok(())
    }
}

/// The metapath of a path.
pub fn metapath_of(graph: &Graph, path: &[Hop]) -> String {
    let mut text = path.first().map_or("", |hop| graph.category(hop.from(graph))).to_owned();
    for hop in path {
        let relation = &graph.relation(graph.edge(hop.edge).relation).name;
        let category = graph.category(hop.to(graph));
        match hop.is_forward {
            true => text.push_str(&format!(" -{relation}-> {category}")),
            false => text.push_str(&format!(" <-{relation}- {category}")),
        }
    }
    text
}

/// Attempts for each wanted item before a metapath gives up.
const ATTEMPTS_PER_ITEM: u64 = 200;

/// The strata of a section: one a metapath.
pub(super) fn strata<'a>(context: Context<'a>, config: &'a MetapathConfig) -> Result<Vec<Stratum<'a>>, MineError> {
    let mut strata = Vec::new();
    for metapath in &config.metapaths {
        let names: Vec<Box<str>> = metapath.hops.iter().map(|(relation, _, _)| relation.clone()).collect();
        let relations = super::walkable(context.graph, &names)?;
        let categories = std::iter::once(&metapath.start).chain(metapath.hops.iter().map(|(_, _, category)| category));
        for category in categories {
            if context.graph.category_id(category).is_none() {
                return Err(MineError::UnknownCategory { category: category.clone() });
            }
        }
        let starts: Vec<NodeId> = context.graph.nodes_of(&metapath.start).collect();
        let name = config.stratum_name(metapath);
        let stratum = name.clone();
        let drawing = Drawing { context, metapath, relations, starts, asks: config.asks };
        strata.push(Stratum {
            name,
            strategy: "metapath",
            n_items: config.n_items,
            n_indices: ATTEMPTS_PER_ITEM * config.n_items as u64,
            max_items_per_key: Some(config.max_items_per_key),
            max_system_share: None,
            spread: Spread::default(),
            are_paired: false,
            attempt: Box::new(move |index| drawing.attempt((&stratum, index))),
        });
    }
    Ok(strata)
}

/// So many other paths of a metapath are drawn, to make wrong options of one.
const N_OTHERS: u64 = 24;

/// What paths of a metapath are drawn from.
struct Drawing<'a> {
    context: Context<'a>,
    metapath: &'a Metapath,
    relations: Vec<RelationId>,
    starts: Vec<NodeId>,
    asks: PathAsks,
}

impl Drawing<'_> {
    fn attempt(&self, (stratum, index): (&str, u64)) -> Result<Candidate, DeadEnd> {
        let (context, seed) = (self.context, self.context.seed);
        let path = self.path(&mut seed.stream(&["mine", stratum], index))?;
        let candidate = path::candidate(context, "metapath", (stratum, index), &path)?;
        match self.asks {
            PathAsks::Links => Ok(candidate),
            PathAsks::Choice => {
                let other = |at| self.path(&mut seed.stream(&["mine", stratum, "others"], index * N_OTHERS + at)).ok();
                let others = (0..N_OTHERS).filter_map(other).map(|path| Chain::of(context.graph, &path));
                path_choice::choice(context.graph, candidate, others.collect::<Vec<_>>().iter())
            }
        }
    }

    /// A path of the metapath in the order of telling.
    fn path(&self, stream: &mut Stream) -> Result<Vec<Hop>, DeadEnd> {
        let graph = self.context.graph;
        let mut at = *stream.pick(&self.starts).ok_or(DeadEnd("no node has the first category"))?;
        let mut visited = vec![at];
        let mut walked = Vec::new();
        for ((_, is_forward, category), &relation) in self.metapath.hops.iter().zip(&self.relations) {
            let fits = |node: NodeId| {
                graph.category(node) == &**category && !visited.contains(&node) && !graph.node(node).is_obsolete
            };
            let mut steps = hops(graph, at, relation, *is_forward);
            steps.retain(|&(_, to)| fits(to));
            let damped = |&(_, to): &(Hop, NodeId)| as_float(graph.degree(to).max(1)).powf(-DAMPING);
            let weights: Vec<f64> = steps.iter().map(damped).collect();
            let (step, to) = steps[stream.weighted(&weights).ok_or(DeadEnd("the walk has nowhere to go"))?];
            walked.push(cited(graph, step));
            visited.push(to);
            at = to;
        }
        Ok(super::walk::told(graph, walked))
    }
}

/// The hops along a relation from a node, each with the node that it leads to: one a node, however many sources state
/// the edge. An edge of a symmetric relation is stored once and leads both ways, so for those the direction that is
/// asked for does not matter.
pub(super) fn hops(graph: &Graph, at: NodeId, relation: RelationId, is_forward: bool) -> Vec<(Hop, NodeId)> {
    let is_symmetric = graph.relation(relation).is_symmetric;
    let mut hops: Vec<(Hop, NodeId)> = Vec::new();
    if is_forward || is_symmetric {
        hops.extend(graph.objects(at, relation).map(|to| (Hop { edge: to.edge, is_forward: true }, to.node)));
    }
    if !is_forward || is_symmetric {
        hops.extend(graph.subjects(at, relation).map(|to| (Hop { edge: to.edge, is_forward: false }, to.node)));
    }
    hops.sort_by_key(|&(_, to)| to);
    hops.dedup_by_key(|(_, to)| *to);
    hops
}

/// A hop with the edge to cite for it: of parallel ones the least restricted.
pub(super) fn cited(graph: &Graph, hop: Hop) -> Hop {
    let from = hop.from(graph);
    let ends = graph.edge(hop.edge);
    let edge = graph.cited(ends.subject, ends.relation, ends.object).unwrap_or(hop.edge);
    Hop { edge, is_forward: graph.edge(edge).subject == from }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    #[test]
    fn a_symmetric_relation_is_walked_from_either_end() {
        let graph = Graph::from_arrows("Gene:a -interacts_with-> Gene:b -interacts_with-> Gene:c").unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        for arrows in ["-interacts_with->", "<-interacts_with-"] {
            let config: MetapathConfig =
                toml::from_str(&format!("metapaths = ['Gene {arrows} Gene {arrows} Gene']\nn_items = 1")).unwrap();
            let strata = strata(context, &config).unwrap();
            let mined: Vec<Candidate> = (0..40).filter_map(|index| (strata[0].attempt)(index).ok()).collect();
            assert!(!mined.is_empty(), "{arrows}");
            for candidate in mined {
                let labels: Vec<&str> =
                    path::nodes(&graph, &candidate.path).into_iter().map(|node| graph.label(node)).collect();
                assert_eq!(labels, ["a", "b", "c"]);
            }
        }
    }

    #[test]
    fn a_metapath_reads_both_ways() {
        let text = "Gene -associated_with-> Disease <-associated_with- Gene";
        assert_eq!(text.parse::<Metapath>().unwrap().to_string(), text);
    }

    #[test]
    fn mistakes_show_a_right_one() {
        for text in ["", "Gene", "Gene -x->", "Gene x Disease", "Gene --> Disease"] {
            assert!(text.parse::<Metapath>().unwrap_err().to_string().contains("it reads"), "{text}");
        }
    }
}
