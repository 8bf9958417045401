//! What was asked already: nothing is asked twice.
//!
//! A run looks here before it accepts an item, so that a duplicate does not fill a quota; assembling looks again,
//! because it also takes items that were accepted elsewhere, shard by shard.

use std::collections::BTreeMap;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::write::near::Near;

/// Same pattern, anchors and key.
const SAME_FACTS: &str = "V401";
/// Same words.
const SAME_WORDS: &str = "V402";

/// Nearly the same words about mostly the same nodes.
const NEARLY: &str = "V403";

/// Shape, sorted anchors and key.
type Facts = (String, Vec<NodeId>, Vec<NodeId>);

/// The items that stay, by what they ask.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    facts: BTreeMap<Facts, String>,
    words: BTreeMap<String, String>,
    near: Near,
    /// Ids in the order of noting, by the numbers of `near`.
    ids: Vec<String>,
}

impl Asked {
    /// The code and the reason if an item asks what another one does.
    pub fn before(&self, graph: &Graph, item: &Item) -> Option<(&'static str, String)> {
        if let Some(other) = self.facts.get(&facts(graph, item)) {
            return Some((SAME_FACTS, format!("item {other} has the same pattern, anchors and key")));
        }
        if let Some(other) = self.words.get(&words(item)) {
            return Some((SAME_WORDS, format!("item {other} asks the same question in the same words")));
        }
        let other = self.near.same(item).and_then(|number| self.ids.get(number))?;
        Some((NEARLY, format!("item {other} asks mostly of the same in nearly the same words")))
    }

    /// Notes an item that stays.
    pub fn note(&mut self, graph: &Graph, item: &Item) {
        self.facts.insert(facts(graph, item), item.id.clone());
        self.words.insert(words(item), item.id.clone());
        self.near.note(item);
        self.ids.push(item.id.clone());
    }
}

fn facts(graph: &Graph, item: &Item) -> Facts {
    let mut anchors = item.pattern.anchors();
    anchors.sort_unstable();
    (item.pattern.shape(graph), anchors, item.answer.clone())
}

fn words(item: &Item) -> String {
    normal_name(&item.question_text())
}
