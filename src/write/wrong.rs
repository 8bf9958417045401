//! Wrong thinking paths: their table, and the two views that are made of them.
//!
//! A wrong path goes where its item goes. It uses no source that its item does not, so the item's licences and credits
//! are its own; and it must not tell what an item of another split asks for.

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Corruption;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::verify::Corrupted;
use crate::verify::Refuted;
use crate::write::assemble::Placed;
use crate::write::cell::record;
use crate::write::component::answer_edges;
use crate::write::component::ends;
use crate::write::error::WriteError;
use crate::write::manifest::CorruptionCounts;
use crate::write::rows::curies;
use crate::write::rows::edge_numbers;
use crate::write::rows::joined;
use crate::write::rows::letter;
use crate::write::rows::step_row;
use crate::write::schema::StepRow;
use crate::write::split::Split;
use crate::write::views::MessageRow;
use crate::write::views::asked;
use crate::write::views::key_letter;
use crate::write::views::prompt;
use crate::write::views::reply;

const TELLS_AN_ANSWER: Code = Code("V505");

/// Puts each wrong path beside its item, but for those that tell an answer of another split; counts them all.
///
/// # Errors
///
/// [`WriteError::Conservation`] if a path was lost.
pub(super) fn place(
    graph: &Graph,
    items: &mut [Placed],
    mut corrupted: BTreeMap<String, Corrupted>,
) -> Result<CorruptionCounts, WriteError> {
    let mut held_out: BTreeMap<(NodeId, NodeId), Split> = BTreeMap::new();
    for placed in items.iter().filter(|placed| placed.split != Split::Train) {
        held_out.extend(answer_edges(graph, &placed.item).into_iter().map(|ends| (ends, placed.split)));
    }
    let mut counts = CorruptionCounts::default();
    for placed in items {
        let Some(Corrupted { refuted, dropped }) = corrupted.remove(&placed.item.id) else { continue };
        counts.tried += refuted.len() as u64 + dropped.values().sum::<u64>();
        for (code, count) in dropped {
            *counts.dropped.entry(code.to_owned()).or_default() += count;
        }
        for refuted in refuted {
            if tells(graph, &held_out, placed, &refuted) {
                *counts.dropped.entry(TELLS_AN_ANSWER.to_string()).or_default() += 1;
                continue;
            }
            counts.written += 1;
            *counts.kinds.entry(refuted.corruption.kind.as_str().to_owned()).or_default() += 1;
            placed.wrong.push(refuted);
        }
    }
    let rejected = counts.dropped.values().sum();
    if counts.tried != counts.written + rejected {
        return Err(WriteError::Conservation { mined: counts.tried, written: counts.written, rejected });
    }
    Ok(counts)
}

/// Whether a wrong path cites what a held-out item of another split asks for, and its own item does not.
fn tells(graph: &Graph, held_out: &BTreeMap<(NodeId, NodeId), Split>, placed: &Placed, refuted: &Refuted) -> bool {
    let own: Vec<(NodeId, NodeId)> = placed.item.cited_edges().into_iter().map(|edge| ends(graph, edge)).collect();
    let steps = refuted.corruption.steps.iter().flat_map(|step| &step.edges);
    let mut cited = steps.chain(&refuted.refutation.edges).map(|&edge| ends(graph, edge));
    cited.any(|ends| held_out.get(&ends).is_some_and(|&split| split != placed.split) && !own.contains(&ends))
}

record! {
    /// What a wrong step says, in a form that can be computed again.
    pub(super) struct ClaimRow {
        /// `holds`, `often`, `only`, `not_recorded`, `denied`, `no_other_path` or `answer`.
        sense: &'static str,
        /// How often, in words; empty otherwise.
        word: &'static str,
        /// CURIEs of what is named as the subject: an option, or a gene through its disease.
        named: Vec<String>,
        /// CURIEs of what the fact is told of.
        subjects: Vec<String>,
        /// The positive relation; null for what is no fact.
        relation: Option<String>,
        /// CURIEs: of an answer its nodes, of a path its ends.
        objects: Vec<String>,
    }
}

record! {
    /// A row of `corruptions`.
    pub(super) struct CorruptionRow {
        /// The item's id, a hyphen, and a number from 1.
        id: String,
        /// The item.
        item_id: String,
        /// What went wrong.
        kind: &'static str,
        /// The whole path; what comes before the first wrong step is the item's own.
        steps: Vec<StepRow>,
        /// Its position in `steps`, from 0.
        first_wrong_step: i32,
        /// The position of the item's step in whose place it stands.
        original_step: i32,
        /// What that one says.
        original_text: String,
        /// What the first wrong step says.
        claims: Vec<ClaimRow>,
        /// The position of the claim that is refuted.
        refuted_claim: i32,
        /// By what: `denied`, `held`, `turned`, `not_recorded`, `not_connected` or `not_the_answer`.
        ground: &'static str,
        /// Numbers of the edges that refute it; empty where nothing in the graph does.
        refuting_edges: Vec<i64>,
        /// What the path concludes: CURIEs, sorted and joined by `|`.
        answer_node: String,
        /// The same in words.
        answer_text: String,
        /// Its letter, or its letters; empty for open kinds.
        answer_letter: String,
        /// That of the item.
        split: &'static str,
    }
}

record! {
    /// A row of `dpo`.
    pub(super) struct DpoRow {
        /// The wrong path.
        id: String,
        /// The question.
        prompt: Vec<MessageRow>,
        /// The item's thinking path and answer.
        chosen: Vec<MessageRow>,
        /// The wrong one.
        rejected: Vec<MessageRow>,
        /// The item.
        item_id: String,
        /// What went wrong.
        kind: &'static str,
        /// The position of the first wrong step, from 0.
        first_wrong_step: i32,
    }
}

record! {
    /// A row of `prm`.
    pub(super) struct PrmRow {
        /// The item, or the wrong path.
        id: String,
        /// The question.
        prompt: String,
        /// The steps; of a wrong path those up to its first wrong one.
        completions: Vec<String>,
        /// Whether each is right.
        labels: Vec<bool>,
    }
}

fn number(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

/// An item's wrong paths with their ids.
fn numbered(placed: &Placed) -> impl Iterator<Item = (String, &Refuted)> {
    placed.wrong.iter().zip(1..).map(|(refuted, number)| (format!("{}-{number}", placed.item.id), refuted))
}

/// The letter of what a wrong path concludes, of a ranking or several answers the letters; empty for open kinds.
fn wrong_letter(item: &Item, refuted: &Refuted) -> String {
    let Corruption { answer, answer_text, steps, .. } = &refuted.corruption;
    let of_node = |node: &NodeId| item.options.iter().position(|option| option.nodes == [*node]);
    let concluded = steps.last().map(|step| step.claims.as_slice()).unwrap_or_default();
    let positions: Vec<usize> = match (item.kind, concluded.last()) {
        (Kind::RankedList, Some(Claim::Order { ranked, .. })) => ranked.iter().filter_map(of_node).collect(),
        (Kind::MultipleAnswer, _) => {
            let mut positions: Vec<usize> = answer.iter().filter_map(of_node).collect();
            positions.sort_unstable();
            positions
        }
        // What is no node is known by its text.
        _ => {
            let is_it =
                |option: &AnswerOption| option.nodes == *answer && (!answer.is_empty() || option.text == *answer_text);
            item.options.iter().position(is_it).into_iter().collect()
        }
    };
    let letters: Vec<&str> = positions.into_iter().filter_map(letter).collect();
    letters.join(", ")
}

/// The rows of an item in `corruptions`.
pub(super) fn rows<'a>(graph: &'a Graph, placed: &'a Placed) -> impl Iterator<Item = CorruptionRow> + 'a {
    numbered(placed).map(|(id, refuted)| {
        let (Refuted { corruption, refutation }, item) = (refuted, &placed.item);
        let original = item.steps.get(corruption.replaced);
        let claims = corruption.wrong_step().map(|step| step.claims.as_slice()).unwrap_or_default();
        CorruptionRow {
            id,
            item_id: item.id.clone(),
            kind: corruption.kind.as_str(),
            steps: corruption.steps.iter().map(step_row).collect(),
            first_wrong_step: number(corruption.first_wrong),
            original_step: number(corruption.replaced),
            original_text: original.map(|step| step.text.clone()).unwrap_or_default(),
            claims: claims.iter().map(|claim| claim_row(graph, claim)).collect(),
            refuted_claim: number(refutation.claim),
            ground: refutation.ground.as_str(),
            refuting_edges: edge_numbers(&refutation.edges),
            answer_node: joined(graph, &corruption.answer),
            answer_text: corruption.answer_text.clone(),
            answer_letter: wrong_letter(item, refuted),
            split: placed.split.as_str(),
        }
    })
}

fn claim_row(graph: &Graph, claim: &Claim) -> ClaimRow {
    match claim {
        Claim::Fact(fact) => {
            let (sense, word) = match fact.sense {
                Sense::Holds => ("holds", ""),
                Sense::Often(word) => ("often", word),
                Sense::Only => ("only", ""),
                Sense::NotRecorded => ("not_recorded", ""),
                Sense::Denied => ("denied", ""),
            };
            let named: Vec<NodeId> = fact.subjects.iter().map(|spoken| spoken.node).collect();
            let subjects: Vec<NodeId> = fact.subjects.iter().map(|spoken| spoken.bearer()).collect();
            ClaimRow {
                sense,
                word,
                named: curies(graph, &named),
                subjects: curies(graph, &subjects),
                relation: Some(graph.relation(fact.relation).name.to_string()),
                objects: curies(graph, &fact.objects),
            }
        }
        Claim::NoAnswer { given } => {
            ClaimRow { sense: "no_answer", objects: curies(graph, given), ..ClaimRow::default() }
        }
        Claim::NoOtherPath(nodes) => {
            ClaimRow { sense: "no_other_path", objects: curies(graph, nodes), ..ClaimRow::default() }
        }
        Claim::Order { ranked, relation, among } => ClaimRow {
            sense: "order",
            subjects: curies(graph, ranked),
            relation: Some(graph.relation(*relation).name.to_string()),
            objects: curies(graph, among),
            ..ClaimRow::default()
        },
        Claim::Answer { nodes, .. } => {
            ClaimRow { sense: "answer", objects: curies(graph, nodes), ..ClaimRow::default() }
        }
    }
}

/// Whether a wrong path is not much shorter than the right one: else its length would tell which is which.
fn is_as_long(item: &Item, refuted: &Refuted) -> bool {
    let length = |text: String| text.chars().count();
    5 * length(refuted.corruption.thinking()) >= 4 * length(item.thinking())
}

/// Whether an item has rows in `dpo`.
pub(super) fn is_paired(placed: &Placed) -> bool {
    placed.wrong.iter().any(|refuted| is_as_long(&placed.item, refuted))
}

/// The rows of an item in `dpo`: its wrong paths that have at least four fifths of the length of its own.
pub(super) fn dpo(placed: &Placed) -> impl Iterator<Item = DpoRow> + '_ {
    let paired = numbered(placed).filter(|(_, refuted)| is_as_long(&placed.item, refuted));
    paired.map(|(id, refuted)| {
        let (corruption, item) = (&refuted.corruption, &placed.item);
        DpoRow {
            id,
            prompt: prompt(item),
            chosen: vec![reply(&item.thinking(), &key_letter(item), &item.answer_text)],
            rejected: vec![reply(&corruption.thinking(), &wrong_letter(item, refuted), &corruption.answer_text)],
            item_id: item.id.clone(),
            kind: corruption.kind.as_str(),
            first_wrong_step: number(corruption.first_wrong),
        }
    })
}

/// The rows of an item in `prm`: its own path, and each wrong one up to its first wrong step. What follows a wrong step
/// may be right or wrong, and nobody has proved which.
pub(super) fn prm(placed: &Placed) -> impl Iterator<Item = PrmRow> + '_ {
    let item = &placed.item;
    let own = PrmRow {
        id: item.id.clone(),
        prompt: asked(item),
        completions: item.steps.iter().map(|step| step.text.clone()).collect(),
        labels: vec![true; item.steps.len()],
    };
    let wrong = numbered(placed).map(|(id, refuted)| {
        let told = refuted.corruption.steps.iter().take(refuted.corruption.first_wrong + 1);
        let completions: Vec<String> = told.map(|step| step.text.clone()).collect();
        let labels = (0..completions.len()).map(|at| at != refuted.corruption.first_wrong).collect();
        PrmRow { id, prompt: asked(item), completions, labels }
    });
    std::iter::once(own).chain(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::EdgeId;
    use crate::synth::Corruption;
    use crate::synth::CorruptionKind;
    use crate::synth::Step;
    use crate::synth::StepKind;
    use crate::verify::Ground;
    use crate::verify::Refutation;
    use crate::write::sample;

    /// An item's path with its last step gone wrong: it concludes another option.
    fn refuted(item: &Item, edges: Vec<EdgeId>) -> Refuted {
        let option = item.options.iter().find(|option| option.nodes != item.answer).unwrap();
        let mut steps = item.steps.clone();
        let last = steps.len() - 1;
        let claims = vec![Claim::Answer { given: Vec::new(), nodes: option.nodes.clone() }];
        steps[last] =
            Step { text: "It is another.".into(), kind: StepKind::Conclude, edges, spans: Vec::new(), claims };
        let corruption = Corruption {
            kind: CorruptionKind::PrematureConclusion,
            steps,
            first_wrong: last,
            replaced: last,
            answer: option.nodes.clone(),
            answer_text: option.text.clone(),
        };
        Refuted { corruption, refutation: Refutation { claim: 0, ground: Ground::NotTheAnswer, edges: Vec::new() } }
    }

    fn placed(item: Item, split: Split) -> Placed {
        Placed { component: item.id.clone(), item, split, wrong: Vec::new() }
    }

    #[test]
    fn pairs_and_labels_tell_right_from_wrong() {
        let graph = sample::graph(6);
        let item = sample::case(&graph, 0, &["d0a", "d0b"]);
        let wrong = vec![refuted(&item, Vec::new())];
        let placed = Placed { wrong, ..placed(item, Split::Train) };
        let pairs: Vec<DpoRow> = dpo(&placed).collect();
        assert_eq!(pairs.len(), 1);
        assert!(pairs[0].chosen[0].content.ends_with("Answer: A. d0"), "{}", pairs[0].chosen[0].content);
        assert!(pairs[0].rejected[0].content.ends_with("Answer: B. d1"), "{}", pairs[0].rejected[0].content);
        let labels: Vec<Vec<bool>> = prm(&placed).map(|row| row.labels).collect();
        assert_eq!(labels, [[true, true], [true, false]]);
        let row = rows(&graph, &placed).next().unwrap();
        assert_eq!((row.first_wrong_step, row.original_text.as_str()), (1, "That is the answer."));
        assert_eq!(row.claims[0].objects, ["Disease:d1"]);
    }

    #[test]
    fn a_path_that_tells_what_is_held_out_is_dropped() {
        let graph = sample::graph(6);
        let [learnt, tested] = [0, 3].map(|key| sample::case(&graph, key, &[&format!("d{key}a"), &format!("d{key}b")]));
        let told = tested.path[0].edge;
        let corrupted = |edges: Vec<EdgeId>| {
            let refuted = vec![refuted(&learnt, edges)];
            BTreeMap::from([(learnt.id.clone(), Corrupted { refuted, dropped: [("V501", 2)].into() })])
        };
        let place_with = |edges| {
            let mut items = [placed(learnt.clone(), Split::Train), placed(tested.clone(), Split::Test)];
            let counts = place(&graph, &mut items, corrupted(edges)).unwrap();
            (items[0].wrong.len(), counts)
        };
        let (n_wrong, counts) = place_with(vec![learnt.path[0].edge]);
        assert_eq!((n_wrong, counts.tried, counts.written), (1, 3, 1));
        let (n_wrong, counts) = place_with(vec![told]);
        assert_eq!((n_wrong, counts.tried, counts.written), (0, 3, 0));
        assert_eq!(counts.dropped, [("V501".to_owned(), 2), ("V505".to_owned(), 1)].into());
    }
}
