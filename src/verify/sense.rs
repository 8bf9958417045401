//! Whether a text says what it claims: the words that deny, limit and count.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::verify::reading::NAME;
use crate::verify::reading::Names;
use crate::verify::reading::words;

/// What is wrong with a text that makes some claims.
pub(super) fn misread(graph: &Graph, names: &Names, text: &str, claims: &[Claim]) -> Option<String> {
    if let Some(sentence) = names.bare_sentence(text) {
        return Some(format!("\u{201c}{sentence}\u{201d} names nothing"));
    }
    let beside = match names.beside(graph, text, claims) {
        Ok(beside) => beside,
        Err(why) => return Some(format!("it {why}")),
    };
    claims.iter().zip(&beside).find_map(|(claim, beside)| {
        if let Some(node) = stranger(graph, beside) {
            return Some(format!("it names `{}`, of which it claims nothing", graph.label(node)));
        }
        let text = normal_name(beside);
        let has = |wanted: &str| format!(" {text} ").contains(&format!(" {wanted} "));
        let is_denying =
            DENYING.iter().any(|word| has(word)) || beside.contains("n't") || beside.contains("n\u{2019}t");
        let is_limiting = LIMITING.iter().any(|words| has(words));
        // "Often" stands in "very often" as well.
        let counted = COUNTING.iter().find(|words| has(words)).copied();
        let (is_only, count) = match claim {
            Claim::Fact(fact) => match fact.sense {
                Sense::Only => (true, None),
                Sense::Often(word) => (false, Some(word)),
                Sense::Holds | Sense::NotRecorded | Sense::Denied => (false, None),
            },
            Claim::NoOtherPath(_) | Claim::NoAnswer { .. } | Claim::Answer { .. } | Claim::Order { .. } => {
                (false, None)
            }
        };
        if is_denying != claim.is_negative() {
            Some("it denies what holds, or tells as a fact what does not".to_owned())
        } else if is_limiting != is_only {
            Some("it says that something is so of nothing else, or hides that it is".to_owned())
        } else {
            (counted != count).then(|| "it does not say how often as the data do".to_owned())
        }
    })
}

/// Words that deny.
const DENYING: [&str; 15] = [
    "absent",
    "not",
    "no",
    "none",
    "never",
    "neither",
    "nor",
    "nothing",
    "without",
    "lack",
    "lacks",
    "lacking",
    "missing",
    "cannot",
    "contraindicated",
];

/// Words that say that something is so of nothing else.
const LIMITING: [&str; 5] = ["only", "solely", "exclusively", "alone", "among the options"];

/// Words that say how often; the longer before those that stand in them.
const COUNTING: [&str; 12] = [
    "nearly always",
    "very often",
    "often",
    "sometimes",
    "rarely",
    "always",
    "usually",
    "frequently",
    "commonly",
    "typically",
    "occasionally",
    "most patients",
];

/// A disease or finding of the graph that stands by its label in what a text says beside its names.
fn stranger(graph: &Graph, beside: &str) -> Option<NodeId> {
    const MAX_WORDS: usize = 6;
    beside.split([NAME, '.', ',', ';', ':']).find_map(|gap| {
        // The words of a name in normal form are those of its words: each is brought into that form once.
        let words: Vec<String> = words(gap).map(|(_, word)| normal_name(word)).collect();
        (0..words.len()).find_map(|start| {
            let mut name = String::new();
            words[start..].iter().take(MAX_WORDS).find_map(|word| {
                if !name.is_empty() && !word.is_empty() {
                    name.push(' ');
                }
                name.push_str(word);
                let is_told = |node: &NodeId| {
                    ["Disease", "PhenotypicFeature"].contains(&graph.category(*node))
                        && normal_name(graph.label(*node)) == name
                };
                graph.named_normally(&name).into_iter().find(is_told)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_that_nobody_claims_are_strangers() {
        let graph = Graph::from_arrows("Disease:Char_syndrome -has_phenotype-> PhenotypicFeature:Absent_eyebrow\nGene:SET -associated_with-> Disease:Char_syndrome").unwrap();
        assert_eq!(
            stranger(&graph, "\u{2026} comes with absent eyebrow"),
            graph.find(&"PhenotypicFeature:Absent_eyebrow".parse().unwrap())
        );
        assert_eq!(stranger(&graph, "\u{2026} is absent in an eyebrow, set"), None);
    }
}
