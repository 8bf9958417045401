//! What an item uses of the graph's sources: the edges that it cites, the names that it shows, the synonyms that it
//! words.
//!
//! It is read off the finished item and never noted by who wrote it, so that a new kind of question, or a model that
//! re-words one, cannot forget a source. Nodes that stand in it by their identifier alone ([`Item::other_answers`])
//! do not count: an identifier is no name.

use std::collections::BTreeSet;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Licence;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::synth::Item;

/// Something of a source that an item uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// An edge that it cites.
    Edge(EdgeId),
    /// The preferred name of a node.
    Name(NodeId),
    /// A synonym that stands in its texts: its position among those of the node.
    Synonym(NodeId, usize),
}

impl Use {
    /// In words, for a person.
    pub fn told(self, graph: &Graph) -> String {
        match self {
            Self::Edge(edge) => format!("edge {} `{}`", edge.number(), graph.arrow(edge)),
            Self::Name(node) => format!("the name of {}", graph.curie(node)),
            Self::Synonym(node, _) => format!("a synonym of {}", graph.curie(node)),
        }
    }
}

impl Item {
    /// Everything of a source that it uses, with that source: edges, then names, then synonyms, each in order.
    ///
    /// A synonym counts if it stands in a text as a whole word, its first letter in either case, outside of the names of
    /// the item's nodes, and only if no use before it has its source.
    pub fn uses(&self, graph: &Graph) -> Vec<(Use, SourceId)> {
        let edges = self.cited_edges().into_iter().map(|edge| (Use::Edge(edge), graph.edge(edge).source));
        let nodes = self.nodes_named(graph);
        let names = nodes.iter().map(|&node| (Use::Name(node), graph.node_sources(node).label()));
        let mut uses: Vec<(Use, SourceId)> = edges.chain(names).collect();
        let mut sources: BTreeSet<SourceId> = uses.iter().map(|&(_, source)| source).collect();
        let mut text: Option<String> = None;
        for &node in &nodes {
            for (at, (synonym, source)) in graph.node_sources(node).synonyms().enumerate() {
                // Hardly any synonym is of a source that gave nothing else, and only then the text matters.
                if !sources.contains(&source)
                    && stands_in(text.get_or_insert_with(|| self.text_without_names(graph, &nodes)), &synonym.text)
                {
                    uses.push((Use::Synonym(node, at), source));
                    sources.insert(source);
                }
            }
        }
        uses
    }

    /// The sources of everything that it uses.
    pub fn sources(&self, graph: &Graph) -> BTreeSet<SourceId> {
        self.uses(graph).into_iter().map(|(_, source)| source).collect()
    }

    /// The first of its uses that has the strictest licence, and that licence.
    pub fn strictest_use(&self, graph: &Graph) -> Option<(Use, SourceId, Licence)> {
        let uses = self.uses(graph).into_iter();
        let licensed = uses.map(|(of, source)| (of, source, graph.source(source).licence));
        licensed.reduce(|strictest, next| if next.2 > strictest.2 { next } else { strictest })
    }

    /// All its texts, each on a line, with the names of some nodes cut out, longer ones first.
    fn text_without_names(&self, graph: &Graph, nodes: &[NodeId]) -> String {
        let options = self.options.iter().map(|option| &option.text);
        let steps = self.steps.iter().flat_map(|step| std::iter::once(&step.text).chain(&step.spans));
        let told = [&self.stem, &self.lead_in, &self.answer_text, &self.rationale, &self.category];
        let texts: Vec<&str> = told.into_iter().chain(options).chain(steps).map(String::as_str).collect();
        let mut text = texts.join("\n");
        let mut names: Vec<&str> = nodes.iter().map(|&node| graph.label(node)).collect();
        names.sort_by_key(|name| (std::cmp::Reverse(name.chars().count()), *name));
        names.dedup();
        for name in names {
            for spelled in spellings(name) {
                text = cut(&text, &spelled);
            }
        }
        text
    }
}

/// A name with its first letter as it is, and in the other case.
fn spellings(name: &str) -> [String; 2] {
    let mut rest = name.chars();
    let other: String = match rest.next() {
        Some(first) if first.is_uppercase() => first.to_lowercase().chain(rest).collect(),
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    };
    [name.to_owned(), other]
}

/// Whether a name of at least three characters stands in a text as a whole word.
fn stands_in(text: &str, name: &str) -> bool {
    name.chars().count() >= 3 && spellings(name).iter().any(|spelled| places(text, spelled).next().is_some())
}

/// A text with a line break in the place of a name.
fn cut(text: &str, name: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for at in places(text, name) {
        kept.push_str(&text[end..at]);
        kept.push('\n');
        end = at + name.len();
    }
    kept.push_str(&text[end..]);
    kept
}

/// Where a name stands with neither letter nor digit at its ends.
fn places<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_whole = move |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    };
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| !name.is_empty() && is_whole(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_whole_and_its_first_letter_may_change() {
        for (text, name, stands) in [
            ("He has gout.", "Gout", true),
            ("He has gouty knees.", "gout", false),
            ("As a child", "AS", false),
            ("as told", "ASA", false),
            ("of type 2 (NIDDM)", "NIDDM", true),
            ("Übelkeit", "übelkeit", true),
            ("anything", "", false),
            ("the II", "II", false),
        ] {
            assert_eq!(stands_in(text, name), stands, "{text} / {name}");
        }
    }

    #[test]
    fn what_is_part_of_a_longer_name_is_cut_with_it() {
        assert_eq!(cut("Q fever and fever, q fever", "Q fever"), "\n and fever, q fever");
        assert!(!stands_in(&cut("Q fever", "Q fever"), "fever"));
        assert_eq!(cut("aa a", "a"), "aa \n");
    }
}
