//! `[[mine.statement]]`: statements that the graph makes, each beside one that it denies.
//!
//! That a statement is false takes an edge that says so: a finding that is reported to be absent, a treatment that was
//! claimed and not upheld. A gap never makes one false. What is denied is denied of certain diseases and drugs, though,
//! and whoever has seen a few hundred such items knows them: so every false statement has a true one about the same
//! subject or the same object as its counterpart, the two are accepted together or not at all, and among all
//! counterparts the one is taken whose other end has about as many edges and a name of about the same length.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::kg::EdgeId;
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
use crate::kg::search::denials;
use crate::kg::search::holds;
use crate::kg::statistics::lower_bound;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::MineError;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Spread;
use crate::mine::Stratum;
use crate::mine::case::is_presentable;
use crate::mine::citation::Triple;
use crate::mine::clue::shares_a_stem;
use crate::mine::contrast::is_nearly_stated;
use crate::mine::contrast::is_strong_negative;
use crate::mine::drug;
use crate::mine::kin::SMALL_CLASS;
use crate::mine::kin::are_kin;
use crate::mine::live::fault;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;
use crate::mine::wording::is_wordable;

/// A `[[mine.statement]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementConfig {
    /// What is stated or denied: `has_phenotype` or `treats`.
    pub relation: Box<str>,
    /// Prefixes of the diseases that statements may be about; empty = any.
    #[serde(default)]
    pub prefixes: Vec<PrefixName>,
    /// How many sources have to state a treatment before it is called one; 2 unless told otherwise. Findings need one.
    #[serde(default = "super::default_min_sources")]
    pub min_sources: usize,
    /// How many pairs of a true and a false statement may have the same key; 2 unless told otherwise.
    #[serde(default = "default_max_pairs_per_key")]
    pub max_pairs_per_key: usize,
    /// How many accepted items are wanted, half of them true: an even number.
    pub n_items: usize,
}

fn default_max_pairs_per_key() -> usize {
    2
}

/// The relations of which both what holds and what does not is recorded.
pub const RELATIONS: [&str; 2] = ["has_phenotype", "treats"];
/// What is called a feature is present in at least this share of those who have the disease.
const FREQUENCY: f64 = 0.5;
/// One disease or drug is denied something in at most so many pairs.
const MAX_PER_SUBJECT: usize = 3;

/// Something that is denied, and what is true beside it.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    denied: Triple,
    denial: EdgeId,
    stated: Triple,
    statement: EdgeId,
}

impl StatementConfig {
    /// The name of its stratum.
    pub fn stratum_name(&self) -> String {
        format!("statement/{}", self.relation)
    }
}

/// The stratum of a section: an even index is a true statement, and the odd one after it its false counterpart.
pub(super) fn stratum<'a>(context: Context<'a>, config: &'a StatementConfig) -> Result<Stratum<'a>, MineError> {
    if !RELATIONS.contains(&&*config.relation) {
        let known = "`has_phenotype` and `treats`";
        return Err(MineError::UnknownTarget { strategy: "statement", target: config.relation.clone(), known });
    }
    let name = config.stratum_name();
    let pairs = pairs(context, config, &name);
    let stratum = name.clone();
    Ok(Stratum {
        name,
        strategy: "statement",
        n_items: config.n_items,
        n_indices: 2 * pairs.len() as u64,
        max_items_per_key: Some(2 * config.max_pairs_per_key),
        max_system_share: None,
        spread: Spread::default(),
        are_paired: true,
        attempt: Box::new(move |index| attempt(context, &pairs, (&stratum, index))),
    })
}

/// Whether a triple may be called true: it is stated, and nothing denies it, of its ends or of what bears their names.
pub fn is_surely_true(graph: &Graph, triple: Triple) -> bool {
    holds(graph, Reading::Strict, triple) && namesakes(graph, triple).all(|triple| denials(graph, triple).is_empty())
}

/// Whether a triple may be called false: an edge denies it, and not even loosely does it hold.
pub fn is_surely_false(graph: &Graph, triple: Triple) -> bool {
    !denials(graph, triple).is_empty() && !holds(graph, Reading::Loose, triple)
}

/// Whether the name of one end gives a statement away: all know that vitamin D deficiency has to do with vitamin D.
pub fn is_given_away(graph: &Graph, (subject, _, object): Triple) -> bool {
    shares_a_stem(graph, object, subject)
}

/// A triple, and those with another node of the same name at either end.
fn namesakes(graph: &Graph, (subject, relation, object): Triple) -> impl Iterator<Item = Triple> {
    let of = |node: NodeId| std::iter::once(node).chain(graph.twins(node).iter().copied());
    of(subject).flat_map(move |subject| of(object).map(move |object| (subject, relation, object)))
}

/// What may be told of each end, by relation.
struct Told<'a> {
    context: Context<'a>,
    config: &'a StatementConfig,
    relation: RelationId,
    are_findings: bool,
}

impl Told<'_> {
    /// Whether a disease can be spoken of. Of a class that holds many, what was turned down for all may hold for some.
    fn is_disease(&self, disease: NodeId) -> bool {
        let graph = self.context.graph;
        if self.are_findings {
            return is_presentable(self.context, disease, &self.config.prefixes);
        }
        let prefixes = &self.config.prefixes;
        (prefixes.is_empty() || prefixes.iter().any(|prefix| prefix.is_of(&graph.node(disease).curie)))
            && graph.category(disease) == "Disease"
            && drug::can_be_asked_about(graph, disease)
            && drug::is_plain(graph, disease)
            && !graph.taxonomy().has_more_kinds_than(disease, SMALL_CLASS)
    }

    /// Whether a finding or a drug can.
    fn is_other(&self, node: NodeId) -> bool {
        let graph = self.context.graph;
        if self.are_findings {
            return fault(graph, node).is_none()
                && graph.category(node) == "PhenotypicFeature"
                && is_wordable(graph.label(node)).is_ok();
        }
        graph.category(node) == "Drug" && drug::can_be_asked_about(graph, node) && drug::is_plain(graph, node)
    }

    /// Whether both ends of a triple can, and neither name gives it away.
    fn is_told(&self, triple: Triple) -> bool {
        let (subject, _, object) = triple;
        let (disease, other) = if self.are_findings { (subject, object) } else { (object, subject) };
        self.is_disease(disease) && self.is_other(other) && !is_given_away(self.context.graph, triple)
    }

    fn is_false(&self, triple: Triple, denial: EdgeId) -> bool {
        let (subject, _, object) = triple;
        let is_plain = !self.are_findings
            || (is_strong_negative(self.context, denial) && !is_nearly_stated(self.context, subject, object));
        self.is_told(triple) && is_plain && is_surely_false(self.context.graph, triple)
    }

    fn is_true(&self, triple: Triple) -> bool {
        let graph = self.context.graph;
        let (subject, _, object) = triple;
        let is_well_known = match self.are_findings {
            true => lower_bound(graph, subject, object).is_some_and(|bound| bound >= FREQUENCY),
            false => drug::n_sources(graph, subject, object) >= self.config.min_sources,
        };
        is_well_known && self.is_told(triple) && is_surely_true(graph, triple)
    }

    /// True statements about the subject or the object of a false one, with the edges to cite.
    fn beside(&self, (subject, relation, object): Triple) -> Vec<(Triple, EdgeId)> {
        let graph = self.context.graph;
        let of_subject = graph.objects(subject, relation).iter().map(|to| (subject, relation, to.node));
        // What else may have the finding is published as other answers, so all of it has to be one thing and alive.
        let may_have = if self.are_findings { self.context.statistics.may_have(graph, object) } else { &[] };
        let is_clean = may_have.iter().all(|&other| fault(graph, other).is_none());
        let of_object = graph.subjects(object, relation).iter().filter(|_| is_clean);
        let of_object = of_object.map(|from| (from.node, relation, object));
        let mut all: Vec<Triple> = of_subject.chain(of_object).collect();
        all.sort_unstable();
        all.dedup();
        let is_apart = |&(other, _, to): &Triple| match self.are_findings {
            true if other == subject => {
                let taxonomy = graph.taxonomy();
                !taxonomy.is_kind_of(to, object) && !taxonomy.is_kind_of(object, to)
            }
            true => !are_kin(graph, other, subject),
            false => !are_kin(graph, other, subject) || !are_kin(graph, to, object),
        };
        all.retain(|triple| is_apart(triple) && self.is_true(*triple));
        all.into_iter().filter_map(|triple| Some((triple, graph.cited(triple.0, relation, triple.2)?))).collect()
    }
}

/// What of two statements could give away which one is true: how many edges touch subject and object, and how long
/// their names are; as logarithms.
fn looks(graph: &Graph, (subject, _, object): Triple) -> [f64; 3] {
    let degree = |node: NodeId| as_float(graph.degree(node) + 1).ln();
    let length = graph.label(subject).chars().count() + graph.label(object).chars().count();
    [degree(subject), degree(object), as_float(length + 1).ln()]
}

/// All pairs, in a seeded order.
///
/// Of the true statements beside a false one the one is taken that looks most like it, where what earlier pairs lean to
/// is made up for by leaning the other way. Each true statement stands in one pair.
///
/// # Complexity
///
/// O(negative edges × statements about their ends).
fn pairs(context: Context<'_>, config: &StatementConfig, name: &str) -> Vec<Pair> {
    let graph = context.graph;
    let relations = graph.relations();
    // Of what is contraindicated nobody claims that it is established: that is another question.
    let negative = if &*config.relation == "treats" { "not_indicated_for" } else { "phenotype_absent" };
    let (Some(relation), Some(negative)) = (relations.id(&config.relation), relations.id(negative)) else {
        return Vec::new();
    };
    let told = Told { context, config, relation, are_findings: &*config.relation == "has_phenotype" };
    let mut denied: Vec<(Triple, EdgeId)> = graph
        .edges()
        .filter(|&(id, edge)| edge.relation == negative && graph.cited(edge.subject, negative, edge.object) == Some(id))
        .map(|(id, edge)| ((edge.subject, told.relation, edge.object), id))
        .filter(|&(triple, denial)| told.is_false(triple, denial))
        .collect();
    context.seed.stream(&["mine", name, "pairs"], 0).shuffle(&mut denied);
    let mut n_of: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut used: BTreeSet<Triple> = BTreeSet::new();
    let mut lean = [0.0_f64; 3];
    let mut pairs = Vec::new();
    for (triple, denial) in denied {
        if n_of.get(&triple.0).is_some_and(|&count| count >= MAX_PER_SUBJECT) {
            continue;
        }
        let own = looks(graph, triple);
        let apart = |other: Triple| {
            let theirs = looks(graph, other);
            [0, 1, 2].map(|at| theirs[at] - own[at])
        };
        let cost = |other: Triple| -> f64 {
            let differences = apart(other).into_iter().zip(lean);
            differences.map(|(difference, lean)| difference.abs() + (lean + difference).abs()).sum()
        };
        let beside = told.beside(triple).into_iter().filter(|(other, _)| !used.contains(other));
        let nearest = beside.min_by(|left, right| cost(left.0).total_cmp(&cost(right.0)).then(left.cmp(right)));
        let Some((stated, statement)) = nearest else { continue };
        let differences = apart(stated);
        for (lean, difference) in lean.iter_mut().zip(differences) {
            *lean += difference;
        }
        used.insert(stated);
        *n_of.entry(triple.0).or_default() += 1;
        pairs.push(Pair { denied: triple, denial, stated, statement });
    }
    pairs
}

fn attempt(context: Context<'_>, pairs: &[Pair], (stratum, index): (&str, u64)) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let at = usize::try_from(index / 2).ok();
    let pair = at.and_then(|at| pairs.get(at)).ok_or(DeadEnd("no statement is left"))?;
    let is_true = index.is_multiple_of(2);
    let (subject, relation, object) = pair.stated;
    let answer = Term::Variable(Variable::ANSWER);
    // What the two statements have in common is given, and the other end of the true one is the answer.
    let is_of_subject = subject == pair.denied.0;
    let (key, clause, is_forward) = if is_of_subject {
        (object, Clause::present(Term::Node(subject), relation, answer), true)
    } else {
        (subject, Clause::present(answer, relation, Term::Node(object)), false)
    };
    let mut clauses = vec![clause];
    let mut path = vec![Hop { edge: pair.statement, is_forward }];
    if !is_true {
        clauses.push(Clause::absent(Term::Node(pair.denied.0), relation, Term::Node(pair.denied.2)));
        path.push(Hop { edge: pair.denial, is_forward: is_of_subject });
    }
    let pattern = Pattern { clauses };
    let prove = |reading| answers(graph, &pattern, reading, PROOF_BUDGET).map_err(|_| DeadEnd("too many answers"));
    let statement = if is_true { pair.stated } else { pair.denied };
    let information = context.statistics.information(statement.2);
    let information = if graph.category(statement.2) == "PhenotypicFeature" { information } else { 0.0 };
    Ok(Candidate {
        strategy: "statement",
        stratum: stratum.to_owned(),
        index,
        strict: prove(Reading::Strict)?,
        loose: prove(Reading::Loose)?,
        pattern,
        key: vec![key],
        path,
        question: Question::Statement { statement, is_true },
        scores: Scores { mean_information: information, least_information: information, ..Scores::default() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    const TREATED: &str = "
        Drug:zelabrine -treats-> Disease:quorn
        Drug:zelabrine -not_indicated_for-> Disease:vulp
        Drug:olbexan -treats-> Disease:vulp";

    fn of(text: &str) -> Vec<(String, bool)> {
        let graph = Graph::from_arrows(text).unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let config = "relation = 'treats'\nmin_sources = 1\nn_items = 2";
        let config: StatementConfig = toml::from_str(config).unwrap();
        let stratum = stratum(context, &config).unwrap();
        let candidates = (0..stratum.n_indices).map(|index| (stratum.attempt)(index).unwrap());
        let told = candidates.map(|candidate| match candidate.question {
            Question::Statement { statement: (subject, _, object), is_true } => {
                (format!("{} {}", graph.label(subject), graph.label(object)), is_true)
            }
            _ => panic!("a statement is mined"),
        });
        told.collect()
    }

    #[test]
    fn a_denied_statement_has_a_true_one_about_the_same_beside_it() {
        let found = of(TREATED);
        assert_eq!(found.len(), 2);
        assert!(found[0].1 && !found[1].1);
        assert_eq!(found[1].0, "zelabrine vulp");
        assert!(found[0].0.contains("zelabrine") || found[0].0.contains("vulp"), "{found:?}");
    }

    #[test]
    fn what_holds_loosely_is_not_denied_and_what_is_denied_is_not_true() {
        assert!(of(&format!("{TREATED}\nDrug:zelabrine -palliates-> Disease:vulp")).is_empty());
        let disputed =
            "\nDrug:olbexan -not_indicated_for-> Disease:vulp\nDrug:zelabrine -not_indicated_for-> Disease:quorn";
        assert!(of(&format!("{TREATED}{disputed}")).is_empty());
    }

    #[test]
    fn a_gap_denies_nothing() {
        assert!(of("Drug:zelabrine -treats-> Disease:quorn\nDrug:olbexan -treats-> Disease:vulp").is_empty());
    }

    #[test]
    fn only_relations_that_have_denials_can_be_mined() {
        let graph = Graph::from_arrows(TREATED).unwrap();
        let statistics = Statistics::of(&graph);
        let context = Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let config: StatementConfig = toml::from_str("relation = 'causes'\nn_items = 2").unwrap();
        let error = stratum(context, &config).unwrap_err();
        assert!(error.to_string().contains("`has_phenotype` and `treats`"), "{error}");
    }
}
