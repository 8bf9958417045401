//! `[[mine.mechanism]]`: how a drug works against a disease, link by link.
//!
//! A mechanism here is a path of effects that have a sign: the drug acts on a protein, that on a process, and so on
//! until the disease, each making more or less of the next; and over the whole path the signs multiply to less. Only
//! drugs that are given for the disease are asked about, because the product of curated signs alone is no evidence
//! that anyone should take it.

use rayon::prelude::*;
use serde::Deserialize;

use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::PathAsks;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::mine::drug;
use crate::mine::drug::Action;
use crate::mine::path;
use crate::mine::path_choice;
use crate::mine::path_choice::Chain;
use crate::mine::score::path_weight;

/// A `[[mine.mechanism]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MechanismConfig {
    /// The fewest edges of a mechanism; 3 unless told otherwise. Two say only that a drug hits a cause.
    #[serde(default = "default_min_hops")]
    pub min_hops: usize,
    /// The most edges of a mechanism; 5 unless told otherwise.
    #[serde(default = "default_max_hops")]
    pub max_hops: usize,
    /// What is asked of a mechanism: its `links`, unless told otherwise, or as a `choice` which of four chains it is.
    #[serde(default)]
    pub asks: PathAsks,
    /// Nodes that no mechanism goes through: those that a reading found to be told two ways.
    #[serde(default)]
    pub not_through: Vec<Curie>,
    /// How many accepted items may have the same links; 1 unless told otherwise. Drugs of one class share them.
    #[serde(default = "default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

impl MechanismConfig {
    /// The stratum that it fills.
    pub fn stratum_name(&self) -> &'static str {
        match self.asks {
            PathAsks::Links => "mechanism",
            PathAsks::Choice => "mechanism/choice",
        }
    }
}

fn default_min_hops() -> usize {
    3
}

fn default_max_hops() -> usize {
    5
}

fn default_max_items_per_key() -> usize {
    1
}

/// What an effect passes through: what can be more or less, and is no place.
const LINKS: [&str; 7] = [
    "BiologicalProcess",
    "ChemicalEntity",
    "GeneFamily",
    "MacromolecularComplex",
    "MolecularActivity",
    "Pathway",
    "Protein",
];
/// Of a drug and a disease one mechanism is asked about, because with two each would be an answer to the other's question:
/// of so many, those through the least connected nodes first, the first that can be proved.
const MAX_PATHS: usize = 8;
/// A pair of which more paths are found is none with a mechanism of its own.
const MAX_FOUND: usize = 2_000;

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a MechanismConfig) -> Stratum<'a> {
    let mut mechanisms = mechanisms(context.graph, config);
    let name = config.stratum_name().to_owned();
    context.seed.stream(&["mine", &name, "paths"], 0).shuffle(&mut mechanisms);
    let chains: Vec<Chain> = match config.asks {
        PathAsks::Links => Vec::new(),
        PathAsks::Choice => mechanisms.iter().flatten().map(|path| Chain::of(context.graph, path)).collect(),
    };
    let stratum = config.stratum_name();
    Stratum {
        name,
        strategy: "mechanism",
        n_items: config.n_items,
        n_indices: mechanisms.len() as u64,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| {
            let at = usize::try_from(index).ok();
            let paths = at.and_then(|at| mechanisms.get(at)).ok_or(DeadEnd("no mechanism is left"))?;
            let mut why = DeadEnd("no mechanism is left");
            for path in paths {
                let found = path::candidate(context, "mechanism", (stratum, index), path);
                let asked = found.and_then(|candidate| match config.asks {
                    PathAsks::Links => Ok(candidate),
                    PathAsks::Choice => {
                        let mut others: Vec<&Chain> = chains.iter().collect();
                        context.seed.stream(&["mine", stratum, "others"], index).shuffle(&mut others);
                        path_choice::choice(context.graph, candidate, others.into_iter())
                    }
                });
                match asked {
                    Ok(candidate) => return Ok(candidate.beside(context.graph, paths.iter().map(Vec::as_slice))),
                    Err(reason) => why = reason,
                }
            }
            Err(why)
        }),
    }
}

/// The mechanisms of each drug and disease that have some, the best first.
fn mechanisms(graph: &Graph, config: &MechanismConfig) -> Vec<Vec<Vec<Hop>>> {
    let Some(treats) = graph.relations().id("treats") else { return Vec::new() };
    let contraindicated = graph.relations().id("contraindicated_for");
    let diseases: Vec<NodeId> =
        graph.nodes_of("Disease").filter(|&disease| drug::can_be_asked_about(graph, disease)).collect();
    let of_disease = |&disease: &NodeId| {
        let given: Vec<(NodeId, Vec<Action>)> =
            drug::drugs(graph, treats, disease).into_iter().map(|drug| (drug, drug::actions(graph, drug))).collect();
        let is_harmful = |drug: NodeId| {
            contraindicated.is_some_and(|relation| graph.objects(drug, relation).nodes().contains(&disease))
        };
        given
            .iter()
            .filter(|(drug, _)| !is_harmful(*drug))
            .map(|(drug, actions)| {
                let usual = actions.iter().filter(|action| !drug::is_against_most(graph, **action, &given));
                between(graph, config, (*drug, usual), disease)
            })
            .filter(|paths| !paths.is_empty())
            .collect()
    };
    let found: Vec<Vec<Vec<Vec<Hop>>>> = diseases.par_iter().map(of_disease).collect();
    found.into_iter().flatten().collect()
}

/// The mechanisms that lead from a drug to a disease, the best first.
fn between<'a>(
    graph: &Graph,
    config: &MechanismConfig,
    (drug, actions): (NodeId, impl Iterator<Item = &'a Action>),
    disease: NodeId,
) -> Vec<Vec<Hop>> {
    let signed: Vec<(RelationId, i8)> =
        graph.relations().iter().map(|(id, row)| (id, row.sign)).filter(|&(_, sign)| sign != 0).collect();
    let mut search =
        Search { graph, config, disease, signed, walked: Vec::new(), visited: vec![drug], found: Vec::new() };
    for action in actions {
        let sign = graph.relation(action.relation).sign;
        if sign != 0 && graph.category(action.target) == "Protein" {
            search.step(Hop { edge: action.edge, is_forward: true }, action.target, sign);
        }
    }
    let mut found = search.found;
    if found.len() >= MAX_FOUND {
        return Vec::new();
    }
    let edges = |path: &[Hop]| path.iter().map(|hop| hop.edge).collect::<Vec<_>>();
    // The question tells of what kind the links are, and has to be about one path.
    let kinds = |path: &[Hop]| path.iter().map(|hop| graph.node(hop.to(graph)).category).collect::<Vec<_>>();
    let all: Vec<_> = found.iter().map(|path| kinds(path)).collect();
    found.retain(|path| all.iter().filter(|other| **other == kinds(path)).count() == 1);
    found.sort_by(|left, right| {
        path_weight(graph, right).total_cmp(&path_weight(graph, left)).then_with(|| edges(left).cmp(&edges(right)))
    });
    found.truncate(MAX_PATHS);
    found
}

struct Search<'a> {
    graph: &'a Graph,
    config: &'a MechanismConfig,
    disease: NodeId,
    signed: Vec<(RelationId, i8)>,
    walked: Vec<Hop>,
    visited: Vec<NodeId>,
    found: Vec<Vec<Hop>>,
}

impl Search<'_> {
    /// Goes one hop further and, from there, everywhere that signs lead to.
    fn step(&mut self, hop: Hop, to: NodeId, sign: i8) {
        let graph = self.graph;
        let from = hop.from(graph);
        let is_dead = self.visited.contains(&to)
            || !drug::can_be_asked_about(graph, to)
            || !drug::is_plain(graph, to)
            || self.config.not_through.contains(graph.curie(to));
        if self.found.len() >= MAX_FOUND || is_dead || says_the_same(graph, from, to) || self.is_disputed(from, to) {
            return;
        }
        self.walked.push(hop);
        self.visited.push(to);
        if to == self.disease {
            if self.walked.len() >= self.config.min_hops && sign < 0 {
                self.found.push(self.walked.clone());
            }
        } else if self.walked.len() < self.config.max_hops && LINKS.contains(&graph.category(to)) {
            for at in 0..self.signed.len() {
                let (relation, next) = self.signed[at];
                for (hop, to) in super::metapath::hops(graph, to, relation, true) {
                    self.step(super::metapath::cited(graph, hop), to, sign * next);
                }
            }
        }
        self.walked.pop();
        self.visited.pop();
    }
}

impl Search<'_> {
    /// Whether one edge between two nodes says more of the one, more of the other, and another edge the opposite.
    fn is_disputed(&self, from: NodeId, to: NodeId) -> bool {
        let has = |wanted: i8| {
            let mut signed = self.signed.iter().filter(|(_, sign)| *sign == wanted);
            signed.any(|&(relation, _)| self.graph.objects(from, relation).nodes().contains(&to))
        };
        has(1) && has(-1)
    }
}

/// Whether the names of two nodes share a telling stem: that a receptor promotes the signalling of that receptor explains
/// nothing.
fn says_the_same(graph: &Graph, from: NodeId, to: NodeId) -> bool {
    let others = stems(graph.label(to));
    stems(graph.label(from)).iter().any(|stem| !is_common_stem(stem) && others.contains(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKER: &str = "
        Drug:blocker -treats-> Disease:hypertension
        Drug:blocker -decreases_activity_of-> Protein:receptor -positively_regulates-> BiologicalProcess:constriction
        BiologicalProcess:constriction -causes-> Disease:hypertension";

    fn paths(text: &str) -> Vec<usize> {
        let graph = Graph::from_arrows(text).unwrap();
        let config: MechanismConfig = toml::from_str("n_items = 1").unwrap();
        mechanisms(&graph, &config).iter().flatten().map(Vec::len).collect()
    }

    #[test]
    fn signs_have_to_multiply_to_less() {
        assert_eq!(paths(BLOCKER), [3]);
        assert!(paths(&BLOCKER.replace("decreases", "increases")).is_empty());
        let twice = BLOCKER.replace("decreases", "increases").replace("positively", "negatively");
        assert_eq!(paths(&twice), [3]);
    }

    #[test]
    fn only_what_is_given_for_the_disease_and_does_no_harm_there_is_asked_about() {
        assert!(paths(&BLOCKER.replace("treats", "not_indicated_for")).is_empty());
        assert!(paths(&format!("{BLOCKER}\nDrug:blocker -contraindicated_for-> Disease:hypertension")).is_empty());
    }

    #[test]
    fn disputed_and_empty_links_explain_nothing() {
        let disputed = "BiologicalProcess:constriction -prevents-> Disease:hypertension";
        assert!(paths(&format!("{BLOCKER}\n{disputed}")).is_empty());
        assert!(
            paths(
                &BLOCKER
                    .replace("constriction", "receptor_signalling")
                    .replace("receptor -", "receptor_one -")
                    .replace("Protein:receptor", "Protein:signalling_receptor")
            )
            .is_empty()
        );
    }

    #[test]
    fn what_a_reading_found_wrong_is_not_gone_through() {
        let graph = Graph::from_arrows(BLOCKER).unwrap();
        let text = "n_items = 1\nnot_through = ['BiologicalProcess:constriction']";
        let config: MechanismConfig = toml::from_str(text).unwrap();
        assert!(mechanisms(&graph, &config).is_empty());
    }

    #[test]
    fn an_effect_without_a_sign_explains_nothing() {
        assert!(paths(&BLOCKER.replace("positively_regulates", "participates_in")).is_empty());
    }
}
