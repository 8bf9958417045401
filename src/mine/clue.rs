//! Which findings may be clues, and how a handful of them is drawn.
//!
//! The rules are those that prototypes were wrong without: clues are frequent, specific, independent, from several
//! organ systems, wordable, and no give-away of the name. They are applied here so that mining does not waste
//! attempts, and once more as checks, from the graph, when the item is written.

use std::collections::BTreeMap;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Direction;
use crate::kg::search::Reading;
use crate::kg::search::reach;
use crate::kg::statistics::lower_bound;
use crate::kg::words;
use crate::mine::Context;
use crate::mine::kin::small_family;
use crate::mine::wording::is_wordable;
use crate::seed::Stream;

/// A finding of a disease that may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    /// The finding.
    pub finding: NodeId,
    /// The edge that states it.
    pub edge: EdgeId,
    /// The share of patients that have it at least.
    pub lower_bound: f64,
    /// Its information content, in nats.
    pub information: f64,
    /// Its organ systems, sorted.
    pub systems: Vec<NodeId>,
}

/// What a clue must meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClueRules {
    /// The least lower bound of its frequency.
    pub min_frequency: f64,
    /// The least information content, in nats.
    pub min_information: f64,
    /// The least number of diseases that have it: a finding of three diseases is a look-up, no clue.
    pub min_diseases: u32,
}

/// What a set of clues must meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SetRules {
    /// How many clues.
    pub n_clues: usize,
    /// How many organ systems they come from at least.
    pub min_systems: usize,
    /// How many clues one organ system may give.
    pub max_per_system: usize,
    /// How many clues have an information content of at least 3.
    pub min_specific: usize,
}

/// An information content from which a clue counts as specific.
pub const SPECIFIC: f64 = 3.0;
/// An information content from which two failed clues are as good as three.
pub const VERY_SPECIFIC: f64 = 4.0;

/// The findings of a disease that may be clues to it, in the order of nodes.
pub fn clues_of(context: Context<'_>, disease: NodeId, rules: ClueRules) -> Vec<Clue> {
    let Context { graph, statistics, .. } = context;
    let Some(profile) = statistics.profile(disease) else { return Vec::new() };
    let own = telling_stems(graph, disease);
    let is_contradicted = |finding: NodeId| {
        // A finding at or below one that is absent, or above one that is present and absent at once, is unusable on both
        // sides.
        if profile.absent.is_empty() {
            return false;
        }
        let above = graph.taxonomy().ancestors(finding);
        profile.absent.iter().any(|&(absent, _)| {
            above.binary_search(&absent).is_ok()
                || graph.taxonomy().is_kind_of(absent, finding) && profile.implies(absent)
        })
    };
    profile
        .findings
        .iter()
        .filter_map(|&(finding, edge)| {
            let lower_bound = lower_bound(graph, disease, finding)?;
            let information = statistics.information(finding);
            let is_told = lower_bound >= rules.min_frequency
                && information >= rules.min_information
                && statistics.n_diseases(finding) >= rules.min_diseases
                && is_wordable(graph.label(finding)).is_ok()
                && !is_contradicted(finding)
                && !has_a_stem_of(graph, finding, &own);
            is_told.then(|| Clue {
                finding,
                edge,
                lower_bound,
                information,
                systems: statistics.systems_of(graph, finding),
            })
        })
        .collect()
}

/// Draws clues one by one, frequent and specific ones first, skipping those that do not go with what was drawn;
/// `None` if the rules cannot be met this way.
pub fn draw(context: Context<'_>, clues: &[Clue], rules: SetRules, stream: &mut Stream) -> Option<Vec<Clue>> {
    let mut left: Vec<&Clue> = clues.iter().collect();
    let mut drawn: Vec<Clue> = Vec::new();
    let mut per_system: BTreeMap<NodeId, usize> = BTreeMap::new();
    while drawn.len() < rules.n_clues {
        left.retain(|clue| {
            clue.systems.iter().all(|system| per_system.get(system).copied().unwrap_or(0) < rules.max_per_system)
        });
        let weights: Vec<f64> =
            left.iter().map(|clue| clue.information * clue.lower_bound * clue.lower_bound).collect();
        let clue = left.swap_remove(stream.weighted(&weights)?);
        if !drawn.iter().all(|other| are_independent(context, clue, other)) {
            continue;
        }
        for system in &clue.systems {
            *per_system.entry(*system).or_default() += 1;
        }
        drawn.push(clue.clone());
    }
    let is_specific = |clue: &&Clue| clue.information >= SPECIFIC;
    let is_sound =
        per_system.len() >= rules.min_systems && drawn.iter().filter(is_specific).count() >= rules.min_specific;
    drawn.sort_by(|left, right| right.information.total_cmp(&left.information).then(left.finding.cmp(&right.finding)));
    is_sound.then_some(drawn)
}

/// Whether two clues tell different things: their common ancestor says at most half of what the lesser one says, and
/// their names share no word stem.
fn are_independent(context: Context<'_>, left: &Clue, right: &Clue) -> bool {
    let shared = context.statistics.shared_information(context.graph, left.finding, right.finding);
    let stems = |finding| stems(context.graph.label(finding));
    let others = stems(right.finding);
    shared <= 0.5 * left.information.min(right.information)
        && !stems(left.finding).iter().any(|stem| others.contains(stem) && !is_common_stem(stem))
}

/// The first five letters of every word of at least five.
pub fn stems(text: &str) -> Vec<String> {
    let long = words(text).into_iter().filter(|word| word.chars().count() >= 5);
    long.map(|word| word.chars().take(5).collect()).collect()
}

/// Whether a stem ties no two names together.
pub fn is_common_stem(stem: &str) -> bool {
    const COMMON: [&str; 28] = [
        "abnor", "acute", "adult", "bilat", "chron", "conge", "decre", "defec", "defic", "delay", "disea", "disor",
        "eleva", "gener", "impai", "incre", "infan", "multi", "onset", "proce", "progr", "prote", "recur", "reduc",
        "sever", "short", "small", "syndr",
    ];
    COMMON.contains(&stem)
}

/// Whether a name of one node shares a telling stem with a name of the other.
pub fn shares_a_stem(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    has_a_stem_of(graph, left, &telling_stems(graph, right))
}

/// The telling stems of all names of a node.
fn telling_stems(graph: &Graph, node: NodeId) -> Vec<String> {
    names(graph, node).flat_map(stems).filter(|stem| !is_common_stem(stem)).collect()
}

/// Whether a name of a node has one of some telling stems.
fn has_a_stem_of(graph: &Graph, node: NodeId, telling: &[String]) -> bool {
    names(graph, node).any(|name| stems(name).iter().any(|stem| telling.contains(stem)))
}

fn names(graph: &Graph, node: NodeId) -> impl Iterator<Item = &str> {
    std::iter::once(graph.label(node)).chain(graph.node(node).synonyms.iter().map(|synonym| &*synonym.text))
}

/// Which of some findings a disease has, by their positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Matched(u32);

impl Matched {
    /// Whether it has the finding at a position.
    pub fn has(self, at: usize) -> bool {
        self.0 & bit(at) != 0
    }

    /// How many it has.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

/// A bit a position. A case has five clues at the most; past the thirty-second none would be told apart.
fn bit(at: usize) -> u32 {
    1 << at.min(31)
}

/// Which of the findings each disease has under a reading, in the order of diseases: only those that have at least one.
/// No case has more than a handful of clues.
///
/// # Complexity
///
/// O(n · r log (n · r)) for n findings that r diseases have.
pub fn matches(graph: &Graph, reading: Reading, findings: &[NodeId]) -> Vec<(NodeId, Matched)> {
    let Some(relation) = graph.relations().id("has_phenotype") else { return Vec::new() };
    merged(findings.iter().map(|&finding| reach(graph, reading, finding, relation, Direction::Subjects).into_iter()))
}

/// What [`matches`](fn@matches) gives under the loose reading, from what was looked up before.
pub fn loose_matches(context: Context<'_>, findings: &[NodeId]) -> Vec<(NodeId, Matched)> {
    let diseases = findings.iter().map(|&finding| context.statistics.may_have(context.graph, finding));
    merged(diseases.map(|diseases| diseases.iter().copied()))
}

/// Which of some sorted lists each disease stands in, in the order of diseases.
fn merged(lists: impl Iterator<Item = impl Iterator<Item = NodeId>>) -> Vec<(NodeId, Matched)> {
    let mut found: Vec<(NodeId, u32)> =
        lists.enumerate().flat_map(|(at, diseases)| diseases.map(move |disease| (disease, bit(at)))).collect();
    found.sort_unstable();
    let of_one = found.chunk_by(|left, right| left.0 == right.0);
    of_one.map(|group| (group[0].0, Matched(group.iter().fold(0, |all, &(_, bit)| all | bit)))).collect()
}

/// Whether at least two of the clues that a disease fails are recorded of none of its nearest kin either. What its
/// siblings have is the likeliest gap of all: "ectopic Cushing syndrome is not recorded with hypokalemia".
pub fn fails_with_its_family(context: Context<'_>, disease: NodeId, failed: &[NodeId]) -> bool {
    let Context { graph, statistics, .. } = context;
    let family = small_family(graph, disease);
    let profiles: Vec<_> = family.into_iter().filter_map(|other| statistics.profile(other)).collect();
    failed.iter().filter(|&&finding| !profiles.iter().any(|profile| profile.implies(finding))).count() >= 2
}

/// Whether failing these clues is enough to be no answer: three specific ones, or two very specific ones. Failing a
/// single fact proves nothing in an open world.
pub fn fails_enough(context: Context<'_>, failed: &[NodeId]) -> bool {
    let at_least =
        |bound: f64| failed.iter().filter(|&&finding| context.statistics.information(finding) >= bound).count();
    at_least(SPECIFIC) >= 3 || at_least(VERY_SPECIFIC) >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    #[test]
    fn stems_are_the_first_five_letters_of_long_words() {
        assert_eq!(stems("Chediak-Higashi syndrome, of"), ["chedi", "higas", "syndr"]);
    }

    #[test]
    fn a_name_in_a_synonym_is_a_give_away() {
        let graph = Graph::from_arrows(
            "Disease:epilepsy_of_infancy -has_phenotype-> PhenotypicFeature:epileptic_spasm\nDisease:x -has_phenotype-> PhenotypicFeature:short_stature",
        )
        .unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let disease = node("Disease:epilepsy_of_infancy");
        assert!(shares_a_stem(&graph, node("PhenotypicFeature:epileptic_spasm"), disease));
        assert!(!shares_a_stem(&graph, node("PhenotypicFeature:short_stature"), disease));
    }

    #[test]
    fn a_clue_of_two_sources_is_as_frequent_as_the_less_sure_one_says() {
        let texts = ["[80-99%]", "[30-79%]"]
            .map(|share| format!("Disease:x -has_phenotype{share}-> PhenotypicFeature:short_stature"));
        for order in [[0, 1], [1, 0]] {
            let graph = graph_of(&order.map(|at| (Licence::Open, texts[at].as_str())));
            let statistics = Statistics::of(&graph);
            let context = Context { graph: &graph, statistics: &statistics, seed: Seed(1) };
            let rules = ClueRules { min_frequency: 0.0, min_information: 0.0, min_diseases: 0 };
            let clues = clues_of(context, graph.find(&"Disease:x".parse().unwrap()).unwrap(), rules);
            assert_eq!(clues.iter().map(|clue| clue.lower_bound).collect::<Vec<_>>(), [0.3]);
        }
    }

    #[test]
    fn only_an_absence_that_touches_a_finding_makes_it_unusable() {
        // Of the eye "squint" is present; of the ear "tinnitus" is present and absent at once.
        let text = "
            PhenotypicFeature:squint -is_a-> PhenotypicFeature:eye
            PhenotypicFeature:tinnitus -is_a-> PhenotypicFeature:ear
            PhenotypicFeature:deafness -is_a-> PhenotypicFeature:ear
            Disease:x -has_phenotype[80-99%]-> PhenotypicFeature:squint
            Disease:x -has_phenotype[80-99%]-> PhenotypicFeature:eye
            Disease:x -has_phenotype[80-99%]-> PhenotypicFeature:tinnitus
            Disease:x -has_phenotype[80-99%]-> PhenotypicFeature:ear
            Disease:x -phenotype_absent-> PhenotypicFeature:tinnitus";
        let told = |more: &str| {
            let graph = Graph::from_arrows(&format!("{text}\n{more}")).unwrap();
            let statistics = Statistics::of(&graph);
            let context = Context { graph: &graph, statistics: &statistics, seed: Seed(1) };
            let rules = ClueRules { min_frequency: 0.0, min_information: 0.0, min_diseases: 0 };
            let clues = clues_of(context, graph.find(&"Disease:x".parse().unwrap()).unwrap(), rules);
            clues.iter().map(|clue| graph.label(clue.finding).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(told(""), ["eye", "squint"]);
        // A kind of the eye that is absent and not present takes nothing from what is present.
        assert_eq!(
            told("Disease:x -phenotype_absent-> PhenotypicFeature:nystagmus -is_a-> PhenotypicFeature:eye"),
            ["eye", "squint"]
        );
        assert_eq!(told("Disease:x -phenotype_absent-> PhenotypicFeature:eye"), Vec::<String>::new());
    }

    #[test]
    fn loose_matches_count_kinds_both_ways() {
        let graph = Graph::from_arrows(
            "PhenotypicFeature:b -is_a-> PhenotypicFeature:a\nDisease:x -has_phenotype-> PhenotypicFeature:a\nDisease:y -has_phenotype-> PhenotypicFeature:b\nDisease:z -has_phenotype-> PhenotypicFeature:c\nDisease:u -has_phenotype-> PhenotypicFeature:c\nDisease:v -has_phenotype-> PhenotypicFeature:c\nDisease:w -has_phenotype-> PhenotypicFeature:c",
        )
        .unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let findings = ["PhenotypicFeature:b", "PhenotypicFeature:c"].map(node);
        let matches = matches(&graph, Reading::Loose, &findings);
        let of = |name: &str| matches.iter().find(|(disease, _)| *disease == node(name)).map(|(_, matched)| *matched);
        for (name, expected) in
            [("Disease:x", [true, false]), ("Disease:y", [true, false]), ("Disease:z", [false, true])]
        {
            let matched = of(name).unwrap();
            assert_eq!(([matched.has(0), matched.has(1)], matched.count()), (expected, 1), "{name}");
        }
        assert!(matches.is_sorted_by_key(|&(disease, _)| disease));
    }
}
