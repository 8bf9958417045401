//! `[[mine.case]]`: a disease and the few findings that single it out.
//!
//! The flagship. A case is a star of clues round a disease (or, for a gene, round the one disease that the gene
//! causes) such that no other disease in the whole graph matches all clues, even loosely. Where a disease is asked for,
//! none that is not kin matches all but one either.

use rayon::prelude::*;
use serde::Deserialize;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::RelationId;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::mine::Candidate;
use crate::mine::Clues;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::Tier;
use crate::mine::clue;
use crate::mine::clue::Clue;
use crate::mine::clue::ClueRules;
use crate::mine::clue::SetRules;
use crate::mine::kin::are_kin;
use crate::mine::kin::is_above_or_below;
use crate::mine::live::fault;
use crate::mine::option_name::is_usable;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;
use crate::mine::tier;
use crate::seed::Stream;

/// A `[[mine.case]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseConfig {
    /// `Disease` (which diagnosis?) or `Gene` (variants in which gene?).
    pub target: Box<str>,
    /// Prefixes of the diseases that may be asked for; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How well known the diseases are that may be asked for: `board`, `advanced`, `rare`; empty = however well. Each
    /// list makes a stratum of its own. See [`tier`](crate::mine::tier).
    #[serde(default)]
    pub tiers: Vec<Tier>,
    /// The fewest clues; 4 unless told otherwise, 3 for genes.
    #[serde(default)]
    pub min_clues: Option<usize>,
    /// The most clues; 5 unless told otherwise, 3 for genes.
    #[serde(default)]
    pub max_clues: Option<usize>,
    /// The least information content of a clue in nats; 2 unless told otherwise, 3 for genes. Lower is refused by a
    /// check.
    #[serde(default)]
    pub min_information: Option<f64>,
    /// How many attempts each key is given; 12 unless told otherwise.
    #[serde(default = "default_attempts_per_key")]
    pub attempts_per_key: u64,
    /// How many accepted items may have the same key; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// The largest share of the accepted items that one organ system may have; 0.25 unless told otherwise.
    #[serde(default = "default_max_system_share")]
    pub max_system_share: f64,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

fn default_attempts_per_key() -> u64 {
    12
}

fn default_max_system_share() -> f64 {
    0.25
}

/// A disease with fewer findings is too little known to be asked for or offered.
pub const MIN_PROFILE: usize = 10;
/// How often a set of clues is drawn anew before an attempt gives up.
const DRAWS: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    Disease,
    Gene,
}

struct Cases<'a> {
    context: Context<'a>,
    config: &'a CaseConfig,
    target: Target,
    keys: Vec<Key>,
}

/// A disease that may be asked for, with what may be told of it.
struct Key {
    disease: NodeId,
    /// The gene that is asked for instead.
    gene: Option<NodeId>,
    clues: Vec<Clue>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a CaseConfig) -> Result<Stratum<'a>, MineError> {
    let target = match &*config.target {
        "Disease" => Target::Disease,
        "Gene" => Target::Gene,
        other => {
            let known = "`Disease` and `Gene`";
            return Err(MineError::UnknownTarget { strategy: "case", target: other.into(), known });
        }
    };
    let mut keys = keys(context, config, target);
    let name = config.stratum_name();
    context.seed.stream(&["mine", &name, "keys"], 0).shuffle(&mut keys);
    let n_indices = config.attempts_per_key * keys.len() as u64;
    let cases = Cases { context, config, target, keys };
    let stratum = name.clone();
    Ok(Stratum {
        name,
        strategy: "case",
        n_items: config.n_items,
        n_indices,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: Some(config.max_system_share),
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| cases.attempt(&stratum, index)),
    })
}

/// The diseases that may be asked for or offered: named, usable as an option, with a profile that is large enough.
pub fn is_presentable(context: Context<'_>, disease: NodeId, prefixes: &[PrefixName]) -> bool {
    let Context { graph, statistics, .. } = context;
    let node = graph.node(disease);
    (prefixes.is_empty() || prefixes.iter().any(|prefix| prefix.is_of(&node.curie)))
        && statistics.profile(disease).is_some_and(|profile| profile.findings.len() >= MIN_PROFILE)
        && is_usable(graph, disease).is_ok()
        && fault(graph, disease).is_none()
}

fn keys(context: Context<'_>, config: &CaseConfig, target: Target) -> Vec<Key> {
    let rules = config.clue_rules(target);
    let diseases: Vec<NodeId> = context.statistics.profiles().map(|(disease, _)| disease).collect();
    diseases
        .into_par_iter()
        .filter(|&disease| config.tiers.is_empty() || config.tiers.contains(&tier(context.graph, disease)))
        .filter(|&disease| is_presentable(context, disease, &config.prefixes))
        .filter_map(|disease| {
            let gene = match target {
                Target::Disease => None,
                Target::Gene => Some(only_gene(context.graph, disease)?),
            };
            let mut clues = clue::clues_of(context, disease, rules);
            if target == Target::Gene {
                clues.retain(|clue| context.statistics.n_genes(clue.finding) >= 4);
            }
            (clues.len() >= config.n_clues(target).0).then_some(Key { disease, gene, clues })
        })
        .collect()
}

/// Whether a disease is passed on by one gene, as far as the graph tells: it has a mode of inheritance other than somatic
/// mosaicism, or is classed as hereditary. A graph that classes nothing so tells nothing, and all diseases count.
fn is_mendelian(graph: &Graph, disease: NodeId) -> bool {
    let hereditary = graph.named(HEREDITARY);
    if hereditary.is_empty() {
        return true;
    }
    let relation = graph.relations().id("has_inheritance");
    let modes = || {
        let modes = relation.into_iter().flat_map(|relation| graph.objects(disease, relation));
        modes.map(|mode| graph.label(mode.node))
    };
    let is_somatic = |mode: &str| mode.to_lowercase().contains("somatic");
    let is_classed = || hereditary.iter().any(|&class| graph.taxonomy().is_kind_of(disease, class));
    !modes().any(is_somatic) && (modes().next().is_some() || is_classed())
}

/// The class of all diseases that are passed on.
const HEREDITARY: &str = "hereditary disease";

/// The gene of a disease that has exactly one and is passed on by it.
pub fn only_gene(graph: &Graph, disease: NodeId) -> Option<NodeId> {
    if !is_mendelian(graph, disease) {
        return None;
    }
    let relation = graph.relations().id("associated_with")?;
    let mut genes: Vec<NodeId> = graph.subjects(disease, relation).nodes().to_vec();
    genes.dedup();
    match genes.as_slice() {
        [gene] => Some(*gene),
        _ => None,
    }
}

impl CaseConfig {
    /// The name of its stratum: `case/Disease`, or `case/Disease/board` for one tier.
    pub fn stratum_name(&self) -> String {
        let tiers: String = self.tiers.iter().map(|tier| format!("/{}", tier.as_str())).collect();
        format!("case/{}{tiers}", self.target)
    }

    fn n_clues(&self, target: Target) -> (usize, usize) {
        let (fewest, most) = match target {
            Target::Disease => (4, 5),
            Target::Gene => (3, 3),
        };
        (self.min_clues.unwrap_or(fewest), self.max_clues.unwrap_or(most))
    }

    fn clue_rules(&self, target: Target) -> ClueRules {
        let (min_frequency, least) = match target {
            Target::Disease => (0.3, 2.0),
            Target::Gene => (0.5, 3.0),
        };
        ClueRules { min_frequency, min_information: self.min_information.unwrap_or(least), min_diseases: 4 }
    }

    fn set_rules(&self, target: Target, stream: &mut Stream) -> SetRules {
        let (fewest, most) = self.n_clues(target);
        let n_clues = fewest + stream.below(most.saturating_sub(fewest) + 1);
        match target {
            Target::Disease => SetRules { n_clues, min_systems: 3, max_per_system: 2, min_specific: 3 },
            Target::Gene => SetRules { n_clues, min_systems: 2, max_per_system: 2, min_specific: 3 },
        }
    }
}

impl Cases<'_> {
    fn attempt(&self, stratum: &str, index: u64) -> Result<Candidate, DeadEnd> {
        let n_keys = self.keys.len() as u64;
        let at = index.checked_rem(n_keys).and_then(|at| usize::try_from(at).ok());
        let key = at.and_then(|at| self.keys.get(at)).ok_or(DeadEnd("no disease may be asked for"))?;
        let mut stream = self.context.seed.stream(&["mine", stratum], index);
        let mut why = DeadEnd("no set of clues is specific and independent enough");
        for _ in 0..DRAWS {
            let rules = self.config.set_rules(self.target, &mut stream);
            let Some(drawn) = clue::draw(self.context, &key.clues, rules, &mut stream) else { continue };
            match self.candidate(key, &drawn, (stratum, index)) {
                Ok(candidate) => return Ok(candidate),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn candidate(&self, key: &Key, drawn: &[Clue], stratum: (&str, u64)) -> Result<Candidate, DeadEnd> {
        let graph = self.context.graph;
        let findings: Vec<NodeId> = drawn.iter().map(|clue| clue.finding).collect();
        for (rival, matched) in clue::loose_matches(self.context, &findings) {
            let n_matched = matched.count();
            if rival == key.disease || n_matched + 1 < findings.len() {
                continue;
            }
            // What is above or below the key is the key, told less exactly or more.
            if is_above_or_below(graph, key.disease, rival) {
                continue;
            }
            if n_matched == findings.len() {
                return Err(DeadEnd("another disease may have all clues"));
            }
            if self.target == Target::Disease && !are_kin(graph, key.disease, rival) {
                return Err(DeadEnd("a rival matches all clues but one"));
            }
        }
        let relations = (graph.relations().id("has_phenotype"), graph.relations().id("associated_with"));
        let (Some(has), Some(associated)) = relations else { return Err(DeadEnd("the graph has no findings")) };
        let pattern = pattern(&findings, has, key.gene.map(|_| associated));
        let answer = key.gene.unwrap_or(key.disease);
        let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
        let strict = prove(Reading::Strict)?;
        let loose = prove(Reading::Loose)?;
        let is_answer = |&node: &NodeId| is_above_or_below(graph, node, answer);
        if strict.binary_search(&answer).is_err() || !loose.iter().all(is_answer) {
            return Err(DeadEnd("the clues have another answer"));
        }
        let mut path: Vec<Hop> = Vec::new();
        if let Some(gene) = key.gene {
            let edge = graph.cited(gene, associated, key.disease).ok_or(DeadEnd("the gene has no edge"))?;
            path.push(Hop { edge, is_forward: true });
        }
        path.extend(drawn.iter().map(|clue| Hop { edge: clue.edge, is_forward: true }));
        let informations = || drawn.iter().map(|clue| clue.information);
        let clues = Clues { findings, lower_bounds: drawn.iter().map(|clue| clue.lower_bound).collect() };
        Ok(Candidate {
            strategy: "case",
            stratum: stratum.0.to_owned(),
            index: stratum.1,
            pattern,
            key: vec![answer],
            path,
            strict,
            loose,
            question: match key.gene {
                None => Question::Diagnosis(clues),
                Some(_) => Question::CausalGene { disease: key.disease, clues },
            },
            scores: Scores {
                mean_information: informations().sum::<f64>() / as_float(drawn.len()),
                least_information: informations().fold(f64::INFINITY, f64::min),
                ..Scores::default()
            },
        })
    }
}

/// `?answer has_phenotype F` for each finding; with a gene, `?answer associated_with ?x1` and the star round `?x1`.
fn pattern(findings: &[NodeId], has: RelationId, associated: Option<RelationId>) -> Pattern {
    let answer = Term::Variable(Variable::ANSWER);
    let inner = Term::Variable(Variable::inner(1));
    let (mut clauses, centre) = match associated {
        Some(associated) => (vec![Clause::present(answer, associated, inner)], inner),
        None => (Vec::new(), answer),
    };
    clauses.extend(findings.iter().map(|&finding| Clause::present(centre, has, Term::Node(finding))));
    Pattern { clauses }
}
