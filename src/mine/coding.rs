//! `[[mine.coding]]`: a diagnosis to be coded.
//!
//! A classification is the one place where wrong options can be *proved* wrong: an inclusion term is classified to
//! one code, so every other code is denied, and an Excludes1 note says which codes exclude each other outright.

use serde::Deserialize;

use crate::kg::Graph;
use crate::kg::NodeId;
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
use crate::mine::clue::shares_a_stem;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::score::path_weight;

/// A `[[mine.coding]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodingConfig {
    /// What is asked for: the code itself, or the three-character category above it.
    #[serde(default)]
    pub level: Level,
    /// How many accepted items may have the same code; 5 unless told otherwise.
    #[serde(default = "super::default_max_items_per_key")]
    pub max_items_per_key: usize,
    /// How many accepted items are wanted.
    pub n_items: usize,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The code that a term is classified to.
    #[default]
    Code,
    /// The three-character category above it.
    Category,
}

/// The category of diagnosis codes, with their sections and chapters.
const CODE: &str = "DiagnosisCode";
/// The category of inclusion terms.
const TERM: &str = "InclusionTerm";

/// The stratum of a section.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a CodingConfig) -> Stratum<'a> {
    let mut terms: Vec<NodeId> = context.graph.nodes_of(TERM).collect();
    let name = match config.level {
        Level::Code => "coding/code",
        Level::Category => "coding/category",
    };
    context.seed.stream(&["mine", name, "terms"], 0).shuffle(&mut terms);
    Stratum {
        name: name.to_owned(),
        strategy: "coding",
        n_items: config.n_items,
        n_indices: terms.len() as u64,
        max_items_per_key: Some(config.max_items_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: false,
        attempt: Box::new(move |index| attempt(context, (config.level, name), &terms, index)),
    }
}

/// Whether a node is a code, and neither a section nor a chapter.
pub fn is_code(graph: &Graph, node: NodeId) -> bool {
    graph.category(node) == CODE && graph.curie(node).local().chars().nth(1).is_some_and(|digit| digit.is_ascii_digit())
}

/// Whether a node is a three-character category.
pub fn is_three_character(graph: &Graph, node: NodeId) -> bool {
    is_code(graph, node) && !graph.curie(node).local().contains('.')
}

fn attempt(
    context: Context<'_>,
    (level, stratum): (Level, &str),
    terms: &[NodeId],
    index: u64,
) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let relations = (graph.relations().id("included_in"), graph.relations().is_a());
    let (Some(included_in), is_a) = relations else { return Err(DeadEnd("the graph has no inclusion terms")) };
    let at = usize::try_from(index).ok();
    let term = *at.and_then(|at| terms.get(at)).ok_or(DeadEnd("no inclusion term is left"))?;
    let Some(classified) = graph.objects(term, included_in).only() else {
        return Err(DeadEnd("the term is classified to several codes"));
    };
    let code = classified.node;
    if !is_code(graph, code) {
        return Err(DeadEnd("the term belongs to a section or chapter"));
    }
    let mut path = vec![Hop { edge: classified.edge, is_forward: true }];
    let (answer, inner) = (Term::Variable(Variable::ANSWER), Term::Variable(Variable::inner(1)));
    let (key, clauses) = match level {
        Level::Code => (code, vec![Clause::present(Term::Node(term), included_in, answer)]),
        Level::Category => {
            let mut at = code;
            while !is_three_character(graph, at) {
                let Some(parent) = graph.objects(at, is_a).only() else {
                    return Err(DeadEnd("the code has no single parent"));
                };
                path.push(Hop { edge: parent.edge, is_forward: true });
                at = parent.node;
            }
            if at == code {
                return Err(DeadEnd("the term is classified to the category itself"));
            }
            let clauses =
                vec![Clause::present(Term::Node(term), included_in, inner), Clause::present(inner, is_a, answer)];
            (at, clauses)
        }
    };
    if shares_a_stem(graph, term, key) {
        return Err(DeadEnd("the title of the code gives itself away"));
    }
    let pattern = Pattern { clauses };
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    Ok(Candidate {
        strategy: "coding",
        stratum: stratum.to_owned(),
        index,
        strict: prove(Reading::Strict)?,
        loose: prove(Reading::Loose)?,
        pattern,
        key: vec![key],
        question: Question::Coding,
        scores: Scores { path_weight: path_weight(graph, &path), ..Scores::default() },
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    const CODES: &str = "
        InclusionTerm:lockjaw -included_in-> DiagnosisCode:A35.0 -is_a-> DiagnosisCode:A35
        DiagnosisCode:A35 -is_a-> DiagnosisCode:section-A30-A49
        InclusionTerm:of_section -included_in-> DiagnosisCode:section-A30-A49";

    fn mined(level: Level) -> Vec<Result<String, DeadEnd>> {
        let graph = Graph::from_arrows(CODES).unwrap();
        let statistics = Statistics::of(&graph);
        let config = CodingConfig { level, max_items_per_key: 5, n_items: 5 };
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(1) };
        let stratum = stratum(context, &config);
        let keys = (0..stratum.n_indices).map(|index| (stratum.attempt)(index));
        let mut keys: Vec<_> =
            keys.map(|made| made.map(|candidate| graph.curie(candidate.key[0]).to_string())).collect();
        keys.sort();
        keys
    }

    #[test]
    fn a_term_leads_to_its_code_or_to_the_category_above() {
        let section = Err(DeadEnd("the term belongs to a section or chapter"));
        assert_eq!(mined(Level::Code), [Ok("DiagnosisCode:A35.0".into()), section.clone()]);
        assert_eq!(mined(Level::Category), [Ok("DiagnosisCode:A35".into()), section]);
    }
}
