//! `[[mine.finding_set]]`: the findings that go with a gene.
//!
//! One finding of one gene proves nothing, because a wrong option would fail a single open-world fact. A set of three
//! does. Genes with exactly one disease that has findings only: a hop from gene to finding across different diseases
//! of one gene is no fact.

use rayon::prelude::*;
use serde::Deserialize;

use crate::kg::NodeId;
use crate::kg::PrefixName;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::answers;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::case::is_presentable;
use crate::mine::case::only_gene;
use crate::mine::clue;
use crate::mine::clue::Clue;
use crate::mine::clue::ClueRules;
use crate::mine::clue::SetRules;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;

/// A `[[mine.finding_set]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingSetConfig {
    /// Prefixes of the diseases behind the genes; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How many sets are drawn for each gene before it is given up; 6 unless told otherwise. They are shared out among
    /// the items that it may have.
    #[serde(default = "default_attempts_per_gene")]
    pub attempts_per_gene: u64,
    /// How many items may be about the same gene; 2 unless told otherwise, because sets of one gene overlap. So many
    /// are tried, each once: there is no index for a further one.
    #[serde(default = "default_max_items_per_gene")]
    pub max_items_per_gene: u64,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

fn default_attempts_per_gene() -> u64 {
    6
}

fn default_max_items_per_gene() -> u64 {
    2
}

/// How many findings a set has.
const SET_SIZE: usize = 3;
/// What the members of a set must meet: told of at least three patients in ten, and specific.
const SET_CLUES: ClueRules = ClueRules { min_frequency: 0.3, min_information: clue::SPECIFIC, min_diseases: 4 };
/// What a set must meet.
const SET_RULES: SetRules = SetRules { n_clues: SET_SIZE, min_systems: 2, max_per_system: 2, min_specific: 3 };

struct Key {
    gene: NodeId,
    disease: NodeId,
    clues: Vec<Clue>,
}

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a FindingSetConfig) -> Stratum<'a> {
    let mut keys = keys(context, config);
    let name = "finding_set".to_owned();
    context.seed.stream(&["mine", &name, "keys"], 0).shuffle(&mut keys);
    let draws = config.attempts_per_gene.checked_div(config.max_items_per_gene).unwrap_or(0).max(1);
    Stratum {
        name,
        strategy: "finding_set",
        n_items: config.n_items,
        n_indices: config.max_items_per_gene * keys.len() as u64,
        max_items_per_key: Some(1),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| attempt(context, &keys, draws, index)),
    }
}

fn keys(context: Context<'_>, config: &FindingSetConfig) -> Vec<Key> {
    let diseases: Vec<NodeId> = context.statistics.profiles().map(|(disease, _)| disease).collect();
    diseases
        .into_par_iter()
        .filter(|&disease| is_presentable(context, disease, &config.prefixes))
        .filter_map(|disease| {
            let gene = only_gene(context.graph, disease)?;
            let has_one = n_profiled_diseases(context, gene) == 1;
            let clues = if has_one { clue::clues_of(context, disease, SET_CLUES) } else { Vec::new() };
            (clues.len() >= SET_SIZE).then_some(Key { gene, disease, clues })
        })
        .collect()
}

/// How many diseases of a gene have findings.
pub fn n_profiled_diseases(context: Context<'_>, gene: NodeId) -> usize {
    let Some(relation) = context.graph.relations().id("associated_with") else { return 0 };
    let mut diseases: Vec<NodeId> = context.graph.objects(gene, relation).nodes().to_vec();
    diseases.dedup();
    diseases.retain(|&disease| context.statistics.profile(disease).is_some_and(|profile| !profile.findings.is_empty()));
    diseases.len()
}

fn attempt(context: Context<'_>, keys: &[Key], draws: u64, index: u64) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let at = index.checked_rem(keys.len() as u64).and_then(|at| usize::try_from(at).ok());
    let key = at.and_then(|at| keys.get(at)).ok_or(DeadEnd("no gene may be asked for"))?;
    let mut stream = context.seed.stream(&["mine", "finding_set"], index);
    let drawn = (0..draws)
        .find_map(|_| clue::draw(context, &key.clues, SET_RULES, &mut stream))
        .ok_or(DeadEnd("no set of findings is specific and independent enough"))?;
    let relations = (graph.relations().id("has_phenotype"), graph.relations().id("associated_with"));
    let (Some(has), Some(associated)) = relations else { return Err(DeadEnd("the graph has no findings")) };
    let pattern = pattern(key.gene, associated, has);
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    let mut members: Vec<NodeId> = drawn.iter().map(|clue| clue.finding).collect();
    members.sort_unstable();
    let edge = graph.cited(key.gene, associated, key.disease).ok_or(DeadEnd("the gene has no edge"))?;
    let mut path = vec![Hop { edge, is_forward: true }];
    path.extend(drawn.iter().map(|clue| Hop { edge: clue.edge, is_forward: true }));
    let informations = || drawn.iter().map(|clue| clue.information);
    Ok(Candidate {
        strategy: "finding_set",
        stratum: "finding_set".to_owned(),
        index,
        strict: prove(Reading::Strict)?,
        loose: prove(Reading::Loose)?,
        pattern,
        key: members,
        path,
        question: Question::FindingSet { gene: key.gene, disease: key.disease },
        scores: Scores {
            mean_information: informations().sum::<f64>() / as_float(drawn.len()),
            least_information: informations().fold(f64::INFINITY, f64::min),
            ..Scores::default()
        },
    })
}

/// `gene associated_with ?x1`, `?x1 has_phenotype ?answer`: the answer binds members of the set.
fn pattern(gene: NodeId, associated: crate::kg::RelationId, has: crate::kg::RelationId) -> Pattern {
    let inner = Term::Variable(Variable::inner(1));
    let answer = Term::Variable(Variable::ANSWER);
    Pattern { clauses: vec![Clause::present(Term::Node(gene), associated, inner), Clause::present(inner, has, answer)] }
}

/// What a set must meet.
pub fn set_rules() -> SetRules {
    SET_RULES
}

/// The findings of a disease that may stand in a set: each stated, frequent and wordable.
pub fn set_of(context: Context<'_>, disease: NodeId) -> Vec<Clue> {
    clue::clues_of(context, disease, SET_CLUES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    #[test]
    fn a_gene_has_an_index_for_each_item_that_it_may_have_and_no_more() {
        let mut text = String::new();
        for number in 0..12 {
            text.push_str(&format!(
                "PhenotypicFeature:find{number}ing -is_a-> PhenotypicFeature:system_{} -is_a-> PhenotypicFeature:root\n\
                 Disease:ill_one -has_phenotype[80-99%]-> PhenotypicFeature:find{number}ing\n",
                number % 4
            ));
        }
        text.push_str("Gene:GEN -associated_with-> Disease:ill_one\n");
        for number in 0..200 {
            // Four diseases have each finding, and most have none: so the findings are specific.
            let finding = if number < 48 { format!("find{}ing", number % 12) } else { format!("rest{number}") };
            text.push_str(&format!("Disease:other{number} -has_phenotype-> PhenotypicFeature:{finding}\n"));
        }
        let graph = Graph::from_arrows(&text).unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(3) };
        for per_gene in [1, 2, 3] {
            let config: FindingSetConfig =
                toml::from_str(&format!("max_items_per_gene = {per_gene}\nn_items = 9")).unwrap();
            let stratum = stratum(context, &config);
            assert_eq!(stratum.n_indices, per_gene);
            let genes = (0..stratum.n_indices).map(|index| (stratum.attempt)(index).unwrap().pattern.anchors());
            assert!(genes.into_iter().all(|anchors| anchors.len() == 1));
        }
    }

    #[test]
    fn the_pattern_asks_for_findings_of_the_genes_disease() {
        let graph =
            Graph::from_arrows("Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f").unwrap();
        let relation = |name: &str| graph.relations().id(name).unwrap();
        let gene = graph.find(&"Gene:g".parse().unwrap()).unwrap();
        let pattern = pattern(gene, relation("associated_with"), relation("has_phenotype"));
        assert_eq!(pattern.shape(&graph), "?a1 -associated_with-> ?x1; ?x1 -has_phenotype-> ?answer");
    }
}
