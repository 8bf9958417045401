//! From a graph to candidates: paths and patterns that are worth a question.
//!
//! Mining costs nothing and writing may cost money, so everything that the graph alone can settle is settled here:
//! a candidate already carries its exact answers under both readings, and what cannot be proved never becomes one.
//! Each strategy is a file named like its section.

pub mod calibration;
mod candidate;
mod case;
mod chain;
pub mod citation;
pub mod clue;
mod coding;
mod contrast;
pub mod drug;
mod finding_set;
mod indication;
pub mod kin;
mod kinds;
pub mod live;
mod mechanism;
pub mod metapath;
pub mod option_name;
mod pair;
pub mod path;
pub mod path_choice;
mod ranking;
pub mod score;
mod shape;
mod statement;
mod stratum;
mod tier;
mod treatment;
mod walk;
pub mod wording;

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::kg::Graph;
use crate::kg::RelationId;
use crate::kg::search::UnknownShape;
use crate::kg::search::WalkableError;

pub use crate::kg::search::Hop;
pub use candidate::Candidate;
pub use candidate::Clues;
pub use candidate::Question;
pub use candidate::Scores;
pub use case::CaseConfig;
pub use case::MIN_PROFILE;
pub use case::is_presentable;
pub use case::only_gene;
pub use chain::ChainConfig;
pub use coding::CodingConfig;
pub use coding::is_code;
pub use coding::is_three_character;
pub use contrast::ContrastConfig;
pub use contrast::is_nearly_stated;
pub use contrast::is_strong_negative;
pub use finding_set::FindingSetConfig;
pub use finding_set::n_profiled_diseases;
pub use finding_set::set_of;
pub use finding_set::set_rules;
pub use indication::IndicationConfig;
pub use mechanism::MechanismConfig;
pub use metapath::MetapathConfig;
pub use pair::PairConfig;
pub use path_choice::PathAsks;
pub use ranking::MIN_LEAD;
pub use ranking::RankingConfig;
pub use ranking::Standing;
pub use ranking::are_ranked;
pub use ranking::standing;
pub use shape::Asks;
pub use shape::Condition;
pub use shape::FEWEST_KEYS;
pub use shape::N_OPTIONS;
pub use shape::N_OTHERS;
pub use shape::ShapeConfig;
pub use shape::WORDED;
pub use shape::bind;
pub use shape::conditions;
pub use shape::is_needed;
pub use statement::RELATIONS as STATED;
pub use statement::StatementConfig;
pub use statement::is_given_away;
pub use statement::is_surely_false;
pub use statement::is_surely_true;
pub use stratum::Attempt;
pub use stratum::Context;
pub use stratum::DeadEnd;
pub use stratum::Spread;
pub use stratum::Stratum;
pub use tier::Tier;
pub use tier::has_vocabularies;
pub use tier::tier;
pub use treatment::TreatmentConfig;
pub use walk::WalkConfig;

/// The `[[mine.…]]` sections of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MineConfig {
    /// Diagnosis and causal-gene vignettes.
    #[serde(default)]
    pub case: Vec<CaseConfig>,
    /// Sets of findings for a gene.
    #[serde(default)]
    pub finding_set: Vec<FindingSetConfig>,
    /// The finding that tells two look-alikes apart.
    #[serde(default)]
    pub contrast: Vec<ContrastConfig>,
    /// Established treatments beside those that were turned down.
    #[serde(default)]
    pub treatment: Vec<TreatmentConfig>,
    /// Drugs by what they are given for and act on.
    #[serde(default)]
    pub indication: Vec<IndicationConfig>,
    /// How drugs work against diseases.
    #[serde(default)]
    pub mechanism: Vec<MechanismConfig>,
    /// Statements that the graph makes or denies.
    #[serde(default)]
    pub statement: Vec<StatementConfig>,
    /// Diseases in the order of how many findings they have.
    #[serde(default)]
    pub ranking: Vec<RankingConfig>,
    /// Logical queries.
    #[serde(default)]
    pub shape: Vec<ShapeConfig>,
    /// Diagnoses to be coded.
    #[serde(default)]
    pub coding: Vec<CodingConfig>,
    /// Random walks.
    #[serde(default)]
    pub walk: Vec<WalkConfig>,
    /// Bindings of metapaths.
    #[serde(default)]
    pub metapath: Vec<MetapathConfig>,
    /// The shortest ways between pairs.
    #[serde(default)]
    pub pair: Vec<PairConfig>,
    /// Long chains through rare things.
    #[serde(default)]
    pub chain: Vec<ChainConfig>,
}

/// Why a section cannot be mined.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MineError {
    /// A relation that the table lacks.
    #[error("`{relation}` is no relation of relations.toml")]
    UnknownRelation {
        /// The name.
        relation: Box<str>,
    },
    /// A relation that denies another.
    #[error("relation `{relation}` denies another one and is never walked")]
    NegativeRelation {
        /// The name.
        relation: Box<str>,
    },
    /// A category that the graph lacks.
    #[error("the graph has no nodes of category `{category}`")]
    UnknownCategory {
        /// The name.
        category: Box<str>,
    },
    /// A strategy has no such target.
    #[error("`{strategy}` cannot be mined for `{target}`; it can for {known}")]
    UnknownTarget {
        /// The strategy.
        strategy: &'static str,
        /// What was asked for.
        target: Box<str>,
        /// What there is.
        known: &'static str,
    },
    /// No such query shape.
    #[error(transparent)]
    Shape(UnknownShape),
    /// What may be walked is not what the graph has.
    #[error(transparent)]
    Walkable(#[from] WalkableError),
    /// A key of `hops` is no number of hops.
    #[error("`{hops}` is no number of hops; a walk has 2 to 6, as in `hops = {{ 2 = 0.5, 3 = 0.5 }}`")]
    Hops {
        /// The key.
        hops: Box<str>,
    },
    /// Shares that do not add up to 1.
    #[error("the shares of `hops` add up to {sum}, not to 1")]
    Shares {
        /// Their sum.
        sum: f64,
    },
}

/// All strata of a pipeline, in a fixed order: by strategy, then as the file lists them.
///
/// # Errors
///
/// [`MineError`] if a section asks for what the graph or the table does not have.
pub fn strata<'a>(context: Context<'a>, config: &'a MineConfig) -> Result<Vec<Stratum<'a>>, MineError> {
    let mut all = Vec::new();
    for section in &config.case {
        all.push(case::stratum(context, section)?);
    }
    for section in &config.finding_set {
        all.push(finding_set::stratum(context, section));
    }
    for section in &config.contrast {
        all.push(contrast::stratum(context, section));
    }
    for section in &config.treatment {
        all.push(treatment::stratum(context, section));
    }
    for section in &config.indication {
        all.push(indication::stratum(context, section));
    }
    for section in &config.mechanism {
        all.push(mechanism::stratum(context, section));
    }
    for section in &config.statement {
        all.push(statement::stratum(context, section)?);
    }
    for section in &config.ranking {
        all.push(ranking::stratum(context, section));
    }
    for section in &config.shape {
        all.extend(shape::strata(context, section)?);
    }
    for section in &config.coding {
        all.push(coding::stratum(context, section));
    }
    for section in &config.walk {
        all.extend(walk::strata(context, section)?);
    }
    for section in &config.metapath {
        all.extend(metapath::strata(context, section)?);
    }
    for section in &config.pair {
        all.push(pair::stratum(context, section)?);
    }
    for section in &config.chain {
        all.extend(chain::strata(context, section)?);
    }
    Ok(all)
}

/// Curations of indications lack half of what others have: one that two state is sure.
fn default_min_sources() -> usize {
    2
}

fn default_max_items_per_key() -> usize {
    5
}

/// The relations of some names, none of them negative.
fn walkable(graph: &Graph, names: &[Box<str>]) -> Result<Vec<RelationId>, MineError> {
    let relations = graph.relations();
    names
        .iter()
        .map(|name| {
            let id = relations.id(name).ok_or_else(|| MineError::UnknownRelation { relation: name.clone() })?;
            if relations.row(id).is_negative() {
                return Err(MineError::NegativeRelation { relation: name.clone() });
            }
            Ok(id)
        })
        .collect()
}

/// Number of hops and quota of each entry; the remainders of rounding go to the first.
fn quotas(hops: &BTreeMap<Box<str>, f64>, n_items: usize) -> Result<Vec<(u32, usize)>, MineError> {
    let sum: f64 = hops.values().sum();
    if (sum - 1.0).abs() > 1e-6 {
        return Err(MineError::Shares { sum });
    }
    let mut quotas = Vec::new();
    for (text, share) in hops {
        let n_hops = text.parse().ok().filter(|hops| (2..=6).contains(hops));
        let n_hops = n_hops.ok_or_else(|| MineError::Hops { hops: text.clone() })?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count, floored")]
        let quota = (path::as_float(n_items) * share).floor() as usize;
        quotas.push((n_hops, quota));
    }
    let given: usize = quotas.iter().map(|(_, quota)| quota).sum();
    if let Some(first) = quotas.first_mut() {
        first.1 += n_items.saturating_sub(given);
    }
    Ok(quotas)
}

/// Which end of a path a telling starts from: what causes before what shows.
fn telling_rank(category: &str) -> u8 {
    match category {
        "Drug" => 0,
        "Gene" => 1,
        "Protein" => 2,
        "Disease" => 3,
        "PhenotypicFeature" => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hops(list: &[(&str, f64)]) -> BTreeMap<Box<str>, f64> {
        list.iter().map(|&(hops, share)| (hops.into(), share)).collect()
    }

    #[test]
    fn quotas_add_up() {
        assert_eq!(quotas(&hops(&[("2", 0.5), ("3", 0.5)]), 7), Ok(vec![(2, 4), (3, 3)]));
    }

    #[test]
    fn shares_must_add_up_and_hops_be_numbers() {
        assert_eq!(quotas(&hops(&[("2", 0.5)]), 7), Err(MineError::Shares { sum: 0.5 }));
        assert_eq!(quotas(&hops(&[("two", 1.0)]), 7), Err(MineError::Hops { hops: "two".into() }));
    }
}
