//! To which code is a diagnosis classified?

use std::collections::BTreeMap;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::search::Direction;
use crate::kg::search::Reading;
use crate::kg::search::reach;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::asserted;
use crate::mine::citation::citation;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::shares_a_stem;
use crate::mine::clue::stems;
use crate::mine::is_code;
use crate::mine::is_three_character;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::distractors::looks;
use crate::synth::distractors::three;
use crate::synth::sentence;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;

const STEMS: [&str; 4] = [
    "The final diagnosis on a discharge summary reads \u{201c}{term}\u{201d}.",
    "A coder is given the diagnosis \u{201c}{term}\u{201d}.",
    "A physician documents \u{201c}{term}\u{201d} as the diagnosis of an encounter.",
    "A claim has to be coded for \u{201c}{term}\u{201d}.",
];

const CODE: [&str; 4] = [
    "Which of the following ICD-10-CM codes should be assigned?",
    "To which of the following ICD-10-CM codes is this diagnosis classified?",
    "Which ICD-10-CM code covers this diagnosis?",
    "Under which of the following codes does ICD-10-CM list this diagnosis?",
];

const CATEGORY: [&str; 4] = [
    "In which of the following ICD-10-CM categories is it classified?",
    "Which of the following ICD-10-CM categories covers this diagnosis?",
    "Under which ICD-10-CM category is the code to be looked for?",
    "To which of the following three-character categories of ICD-10-CM does it belong?",
];

/// How many near codes are looked at.
const POOL: usize = 36;

/// An item that asks for a code.
pub(super) fn item(writer: &Writer<'_>, candidate: Candidate) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let mut stream = writer.stream(&candidate);
    let anchors = candidate.pattern.anchors();
    let ([key], [term]) = (candidate.key.as_slice(), anchors.as_slice()) else {
        return dead("the candidate has no single key");
    };
    let (key, term) = (*key, *term);
    let is_category = candidate.path.len() > 1;
    let Some(included_in) = graph.relations().id("included_in") else {
        return dead("the graph has no inclusion terms");
    };
    let excludes = graph.relations().id("excludes1");
    let exclusion = |code: NodeId| excludes.and_then(|excludes| asserted(graph, (key, excludes, code)));
    let exclusion_with_kinds =
        |code: NodeId| excludes.map_or_else(Vec::new, |excludes| citation(graph, (key, excludes, code)));
    let fits = |code: NodeId| {
        code != key
            && candidate.loose.binary_search(&code).is_err()
            && (if is_category { is_three_character(graph, code) } else { is_code(graph, code) })
            && !graph.taxonomy().is_kind_of(code, key)
            && !graph.taxonomy().is_kind_of(key, code)
            && !shares_a_stem(graph, code, term)
    };
    let mut near = near(writer, key);
    if is_category {
        // Loosely every code of the chapter may be what is asked for: what is left are namesakes of the matter elsewhere,
        // as "neoplasm of kidney" and "injury of kidney" beside a disease of the kidney.
        near.extend(alike(writer, key));
    }
    let mut pool: Vec<NodeId> = Vec::new();
    for code in near.into_iter().filter(|&code| fits(code)) {
        if pool.len() < POOL && !pool.contains(&code) {
            pool.push(code);
        }
    }
    // Codes that an Excludes1 note sets against the key are the best distractors of all.
    pool.sort_by_key(|&code| exclusion(code).is_none());
    let text = |code: NodeId| format!("{} {}", graph.curie(code).local(), graph.label(code));
    let others: Vec<(String, usize)> = pool.iter().map(|&code| (text(code), graph.degree(code))).collect();
    let (key_looks, all) = looks((&text(key), graph.degree(key)), &others, true);
    let are_apart = |left: usize, right: usize| {
        let (left, right) = (pool[left], pool[right]);
        !graph.taxonomy().is_kind_of(left, right)
            && !graph.taxonomy().is_kind_of(right, left)
            && graph.label(left) != graph.label(right)
    };
    let Some(chosen) = three(key_looks, &all, &are_apart, &mut stream) else {
        return dead("fewer than three codes qualify as distractors");
    };
    let wrong: Vec<NodeId> = chosen.iter().map(|&at| pool[at]).collect();
    let worded = graph.label(term).to_owned();
    let stem = fill(choose(&mut stream, &STEMS), &[("{term}", &worded)]);
    let lead_in = choose(&mut stream, if is_category { &CATEGORY } else { &CODE }).to_owned();
    let option = |code: NodeId| AnswerOption { nodes: vec![code], text: text(code) };
    let mut options = vec![option(key)];
    options.extend(wrong.iter().map(|&code| option(code)));
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let classified: Vec<EdgeId> = path.iter().take(1).copied().collect();
    let last = candidate.pattern.clauses.len().saturating_sub(1);
    let distractors: Vec<Distractor> = wrong
        .iter()
        .enumerate()
        .map(|(at, &code)| {
            let mut edges = classified.clone();
            edges.extend(exclusion(code));
            edges.sort_unstable();
            Distractor { option: at + 1, class: DistractorClass::Denied, failed: vec![last], risk: 0.0, edges }
        })
        .collect();
    let direct = candidate.path.first().map_or(key, |hop| hop.to(graph));
    let local = |code: NodeId| graph.curie(code).local();
    let text_of = text;
    let mut told: Vec<Prose> = Vec::new();
    let text = sentence::listed(&worded, &text_of(direct));
    told.push(Prose::new(text, vec![Claim::of(Sense::Holds, term, included_in, &[direct])]));
    let mut steps = vec![told[0].clone().step(StepKind::Recall, classified.clone(), vec![worded.clone()])];
    if is_category {
        let text = sentence::belongs_to(local(direct), &text_of(key));
        let above = Prose::new(text, vec![Claim::of(Sense::Holds, direct, graph.relations().is_a(), &[key])]);
        steps.push(above.clone().step(StepKind::Combine, path.iter().skip(1).copied().collect(), Vec::new()));
        told.push(above);
    }
    for &code in &wrong {
        let not_listed = Claim::of(Sense::Denied, term, included_in, &[code]).told_backwards();
        let reason = match excludes.filter(|_| exclusion(code).is_some()) {
            None => Prose::new(sentence::not_listed(&worded, &text_of(code)), vec![not_listed]),
            Some(excludes) => {
                let apart = format!("is set apart from {} by an Excludes1 note", local(key));
                let text = format!("{} does not list \u{201c}{worded}\u{201d} and {apart}.", text_of(code));
                Prose::new(text, vec![not_listed, Claim::of(Sense::Holds, code, excludes, &[key])])
            }
        };
        let mut edges = classified.clone();
        edges.extend(exclusion_with_kinds(code));
        steps.push(reason.clone().step(StepKind::Exclude, edges, Vec::new()));
        told.push(reason);
    }
    let text_key = text_of(key);
    let answer = Claim::Answer { given: Vec::new(), nodes: vec![key] };
    let conclusion = Prose::new(sentence::coded_to(&text_key), vec![answer]);
    steps.push(conclusion.step(StepKind::Conclude, path, Vec::new()));
    let rationale = Prose::joined(told);
    let n_clues = candidate.path.len();
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem,
        lead_in,
        options,
        answer_text: text_key,
        distractors,
        steps,
        rationale,
        about: key,
        n_clues,
        distractor_similarity: 0.5,
    };
    Ok(writer.finish(candidate, draft))
}

/// Codes near a code: those that exclude it or that it excludes, then siblings, then cousins, each in order.
fn near(writer: &Writer<'_>, key: NodeId) -> Vec<NodeId> {
    let graph = writer.context.graph;
    let mut codes: Vec<NodeId> = Vec::new();
    if let Some(excludes) = graph.relations().id("excludes1") {
        codes.extend(reach(graph, Reading::Strict, key, excludes, Direction::Objects).into_iter().take(POOL));
    }
    let mut above: Vec<NodeId> = graph.taxonomy().parents(key).to_vec();
    for _ in 0..3 {
        let siblings: Vec<NodeId> =
            above.iter().flat_map(|&parent| graph.taxonomy().children(parent)).copied().collect();
        let cousins: Vec<NodeId> = siblings.iter().flat_map(|&node| graph.taxonomy().children(node)).copied().collect();
        for code in siblings.into_iter().chain(cousins) {
            if !codes.contains(&code) && codes.len() < 6 * POOL {
                codes.push(code);
            }
        }
        above = above.iter().flat_map(|&parent| graph.taxonomy().parents(parent)).copied().collect();
    }
    codes
}

/// A word that stands in more titles than this ("disorders", "peripheral") does not tell what a category is about.
const MAX_TITLES: usize = 25;

/// The three-character categories whose titles share telling words with that of a category: those that share most of
/// them first, then in order.
fn alike(writer: &Writer<'_>, key: NodeId) -> Vec<NodeId> {
    let graph = writer.context.graph;
    let titles = writer.titles.get_or_init(|| {
        let categories = graph.nodes_of("DiagnosisCode").filter(|&node| is_three_character(graph, node));
        let mut titles: Vec<(NodeId, Vec<String>)> = categories.map(|node| (node, stems(graph.label(node)))).collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for stem in titles.iter().flat_map(|(_, stems)| stems) {
            *counts.entry(stem.clone()).or_default() += 1;
        }
        let is_telling = |stem: &String| !is_common_stem(stem) && counts.get(stem).is_some_and(|&n| n <= MAX_TITLES);
        titles.iter_mut().for_each(|(_, stems)| stems.retain(is_telling));
        titles
    });
    let Some((_, wanted)) = titles.iter().find(|(node, _)| *node == key) else { return Vec::new() };
    let mut alike: Vec<(usize, NodeId)> = titles
        .iter()
        .map(|(node, stems)| (wanted.iter().filter(|stem| stems.contains(stem)).count(), *node))
        .filter(|&(n_shared, _)| n_shared > 0)
        .collect();
    alike.sort_by_key(|&(n_shared, node)| (std::cmp::Reverse(n_shared), node));
    alike.into_iter().map(|(_, node)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;
    use crate::kg::statistics::Statistics;
    use crate::mine;
    use crate::mine::MineConfig;
    use crate::seed::Seed;

    #[test]
    fn a_category_stands_beside_those_of_other_chapters_that_speak_of_the_same() {
        let mut text = String::from(
            "InclusionTerm:tubular_scarring -included_in-> DiagnosisCode:N26.1 -is_a-> DiagnosisCode:N26_contracted_kidney
             DiagnosisCode:N26_contracted_kidney -is_a-> DiagnosisCode:chapter-14
             DiagnosisCode:N27_small_kidney -is_a-> DiagnosisCode:chapter-14\n",
        );
        for (chapter, code) in [(2, "C64_malignant_kidney"), (17, "Q60_absent_kidney"), (19, "S37_injured_kidney")] {
            text.push_str(&format!("DiagnosisCode:{code} -is_a-> DiagnosisCode:chapter-{chapter}\n"));
        }
        text.push_str("DiagnosisCode:H00_hordeolum -is_a-> DiagnosisCode:chapter-7\n");
        let graph = Graph::from_arrows(&text).unwrap();
        let statistics = Statistics::of(&graph);
        let context = mine::Context { graph: &graph, statistics: &statistics, seed: Seed(7) };
        let config: MineConfig = toml::from_str("[[coding]]\nlevel = 'category'\nn_items = 1").unwrap();
        let strata = mine::strata(context, &config).unwrap();
        let candidate = (strata[0].attempt)(0).unwrap();
        let item = item(&Writer::new(context), candidate).unwrap();
        let mut offered: Vec<&str> = item.options.iter().map(|option| graph.curie(option.nodes[0]).local()).collect();
        offered.sort_unstable();
        assert_eq!(
            offered,
            ["C64_malignant_kidney", "N26_contracted_kidney", "Q60_absent_kidney", "S37_injured_kidney"]
        );
    }
}
