//! Reading a text back: which nodes it names, in which order, and what it says between the names.
//!
//! Only names and a few words that turn the meaning of a sentence round are understood. That is enough to hold a text
//! to its claims: it must name what they speak of, in their order and nothing else, and the words that deny, limit or
//! count must stand where a claim does.

use std::collections::BTreeMap;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::mine::Question;
use crate::synth::Claim;
use crate::synth::Item;
use crate::synth::told_names;
use crate::verify::Context;
use crate::verify::parts;

/// Stands for a name in what is left of a text.
pub(super) const NAME: char = '\u{2026}';

/// The names of what an item speaks of, by their first word in lower case.
pub(super) struct Names(BTreeMap<String, Vec<(Vec<String>, NodeId)>>);

/// A place of a text where something is named.
struct Mention {
    start: usize,
    end: usize,
    /// The nodes that have the name.
    nodes: Vec<NodeId>,
}

impl Names {
    pub(super) fn of(context: Context<'_>, item: &Item) -> Self {
        let ends = item.cited_edges().into_iter().map(|edge| context.graph.edge(edge));
        let mut nodes: Vec<NodeId> = ends.flat_map(|edge| [edge.subject, edge.object]).collect();
        nodes.extend(item.named.iter().chain(&item.answer));
        let claims = item.steps.iter().flat_map(|step| &step.claims).chain(&item.reasons);
        nodes.extend(claims.flat_map(Claim::told));
        nodes.extend(
            item.options.iter().flat_map(|option| &option.nodes).flat_map(|&node| parts::diseases_of(context, node)),
        );
        if let Question::Contrast { shared, .. } = &item.question {
            nodes.extend(shared);
        }
        nodes.sort_unstable();
        nodes.dedup();
        let mut names = Self(BTreeMap::new());
        for node in nodes {
            for name in told_names(context.graph, node) {
                let words: Vec<String> = words(&name).map(|(_, word)| word.to_owned()).collect();
                if let Some(first) = words.first() {
                    names.0.entry(first.to_lowercase()).or_default().push((words, node));
                }
            }
        }
        names
    }

    /// What a text names, from its start to its end; of names within names the longest.
    fn mentions(&self, text: &str) -> Vec<Mention> {
        let told: Vec<(usize, &str)> = words(text).collect();
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < told.len() {
            let (start, first) = told[at];
            let is_here = |words: &[String]| {
                let here = told.get(at..at + words.len()).unwrap_or(&[]);
                here.len() == words.len() && here.iter().zip(words).all(|((_, told), word)| is_same(told, word))
            };
            let named = self.0.get(&first.to_lowercase()).into_iter().flatten();
            let fitting: Vec<&(Vec<String>, NodeId)> = named.filter(|(words, _)| is_here(words)).collect();
            let Some(longest) = fitting.iter().map(|(words, _)| words.len()).max() else {
                at += 1;
                continue;
            };
            let nodes =
                fitting.into_iter().filter(|(words, _)| words.len() == longest).map(|&(_, node)| node).collect();
            let (last, word) = told[at + longest - 1];
            mentions.push(Mention { start, end: last + word.len(), nodes });
            at += longest;
        }
        mentions
    }

    /// What a text says beside the names, by claim: each claim with the words that are about it.
    ///
    /// # Errors
    ///
    /// Why the text does not name what the claims speak of, in their order and nothing else. What the claim before
    /// has named may go unnamed, as in "but it is not recorded with".
    pub(super) fn beside(&self, graph: &Graph, text: &str, claims: &[Claim]) -> Result<Vec<String>, String> {
        let mentions = self.mentions(text);
        let told: Vec<Vec<NodeId>> = claims.iter().map(Claim::told).collect();
        let mut due = (0..claims.len()).flat_map(|claim| {
            let before = claim.checked_sub(1).map_or(&[][..], |before| &told[before]);
            told[claim].iter().map(move |node| (claim, *node, before.contains(node)))
        });
        let mut of: Vec<usize> = Vec::new();
        for mention in &mentions {
            let found = due.find(|(_, node, may_go_unnamed)| mention.nodes.contains(node) || !may_go_unnamed);
            match found {
                Some((claim, node, _)) if mention.nodes.contains(&node) => of.push(claim),
                _ => {
                    let named = &text[mention.start..mention.end];
                    return Err(format!("names `{named}` where it has nothing to say of it"));
                }
            }
        }
        if let Some((_, node, _)) = due.find(|(_, _, may_go_unnamed)| !may_go_unnamed) {
            return Err(format!("does not name `{}` where it speaks of it", graph.label(node)));
        }
        let mut beside = vec![String::new(); claims.len()];
        let mut start = 0;
        for (at, mention) in mentions.iter().enumerate() {
            let gap = &text[start..mention.start];
            let (behind, ahead) = match at.checked_sub(1) {
                Some(before) if of[before] != of[at] => {
                    let end = gap.find(['.', ';', '?']).unwrap_or(0);
                    beside[of[before]].push_str(&gap[..end]);
                    (of[at], &gap[end..])
                }
                _ => (of[at], gap),
            };
            beside[behind].push_str(ahead);
            beside[behind].push(NAME);
            start = mention.end;
        }
        if let Some(last) = of.last().and_then(|&last| beside.get_mut(last)) {
            last.push_str(&text[start..]);
        }
        Ok(beside)
    }

    /// The first sentence of a text that names nothing.
    pub(super) fn bare_sentence<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mentions = self.mentions(text);
        let is_inside = |at: usize| mentions.iter().any(|mention| mention.start <= at && at < mention.end);
        let ends = text.match_indices(". ").map(|(at, _)| at + 1).filter(|&at| !is_inside(at));
        let mut start = 0;
        for end in ends.chain([text.len()]) {
            let names_nothing = !mentions.iter().any(|mention| start <= mention.start && mention.start < end);
            if names_nothing {
                return Some(text[start..end].trim());
            }
            start = end;
        }
        None
    }
}

/// The words of a text, each with its start.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_outside = |letter: char| !letter.is_alphanumeric();
    let mut end = 0;
    let pieces = text.split_inclusive(is_outside).map(move |piece| {
        let start = end;
        end += piece.len();
        (start, piece.trim_end_matches(is_outside))
    });
    pieces.filter(|(_, word)| !word.is_empty())
}

/// Whether two words are the same but for the case of the first letter, which a sentence decides.
fn is_same(told: &str, named: &str) -> bool {
    let split = |word: &str| word.chars().next().map(|first| (first.to_lowercase().to_string(), first.len_utf8()));
    match (split(told), split(named)) {
        (Some((left, at)), Some((right, other_at))) => left == right && told[at..] == named[other_at..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Sense;

    const GRAPH: &str = "
        Disease:Larsen_syndrome -has_phenotype-> PhenotypicFeature:Seizure
        Disease:Larsen_syndrome -has_phenotype-> PhenotypicFeature:Focal_seizure
        Disease:Char_syndrome -has_phenotype-> PhenotypicFeature:Absent_eyebrow
        Gene:SET -associated_with-> Disease:Char_syndrome";

    fn node(graph: &Graph, text: &str) -> NodeId {
        graph.find(&text.parse().unwrap()).unwrap()
    }

    /// That Larsen syndrome has a seizure, and is not recorded with a focal one.
    fn claims(graph: &Graph) -> Vec<Claim> {
        let has = graph.relations().id("has_phenotype").unwrap();
        let claim =
            |sense, finding| Claim::of(sense, node(graph, "Disease:Larsen_syndrome"), has, &[node(graph, finding)]);
        vec![
            claim(Sense::Holds, "PhenotypicFeature:Seizure"),
            claim(Sense::NotRecorded, "PhenotypicFeature:Focal_seizure"),
        ]
    }

    fn names(graph: &Graph) -> Names {
        let mut names = Names(BTreeMap::new());
        for (id, _) in graph.nodes() {
            let words: Vec<String> = words(graph.label(id)).map(|(_, word)| word.to_owned()).collect();
            names.0.entry(words[0].to_lowercase()).or_default().push((words, id));
        }
        names
    }

    #[test]
    fn names_are_read_in_order_and_what_was_named_may_be_called_it() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let read = |text: &str| names(&graph).beside(&graph, text, &claims(&graph));
        assert_eq!(
            read("Larsen syndrome can come with seizure, but it is not recorded with focal seizure.").unwrap(),
            ["\u{2026} can come with \u{2026}", ", but it is not recorded with \u{2026}."]
        );
        for text in [
            "Larsen syndrome can come with focal seizure, but it is not recorded with seizure.",
            "Char syndrome can come with seizure, but it is not recorded with focal seizure.",
            "Larsen syndrome can come with seizure.",
            "It can come with seizure, but it is not recorded with focal seizure.",
            "Larsen syndrome can come with seizure and absent eyebrow, but is not recorded with focal seizure.",
            "",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_follows_a_full_stop_is_about_the_next_claim() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let text = "In Larsen syndrome, seizure has been seen. Not so focal seizure.";
        let beside = names(&graph).beside(&graph, text, &claims(&graph)).unwrap();
        assert_eq!(beside, ["In \u{2026}, \u{2026} has been seen", ". Not so \u{2026}."]);
    }

    #[test]
    fn a_symbol_is_no_word() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        assert_eq!(names(&graph).mentions("The set of SET.").len(), 1);
    }

    #[test]
    fn a_sentence_that_names_nothing_is_found() {
        let graph = Graph::from_arrows(GRAPH).unwrap();
        let bare = |text: &'static str| names(&graph).bare_sentence(text);
        assert_eq!(bare("Larsen syndrome has it. It is seen in boys. Seizure is seen."), Some("It is seen in boys."));
        assert_eq!(bare("Larsen syndrome has it. Seizure is seen."), None);
    }
}
