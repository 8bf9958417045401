//! Which items have to go to one split together, and which may only be learnt from.
//!
//! Two items are tied if one gives the other's answer away: by the same facts, by the same words or nearly, or by a
//! binding that holds an *answer edge* of the other, that is an edge of its binding that touches its key. Ties have no
//! direction; items that they join, over however many others, are a component.
//!
//! Thinking paths and denials cite more than bindings do: what is known of each wrong option, which is the key of
//! some other item. Were that a tie too, half of a data set would be one component, most kinds of question whole
//! within it, and nothing left of them to test by. So it binds one way, the way in which a model could have read an
//! answer: an item whose answer edge is cited outside of its component is not held out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::write::near::Near;

/// The ends of an edge, the lesser first: the edge itself, its inverse, and the same fact from another source.
type Ends = (NodeId, NodeId);

/// Who goes where whom goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Components {
    /// The component of each item: its smallest id.
    pub(super) of_item: Vec<String>,
    /// The components of which an answer edge is cited in another one: for train only.
    pub(super) told_elsewhere: BTreeSet<String>,
}

/// What two items may not share across splits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tie {
    /// Constants and key together, whichever of them is asked for.
    Facts(BTreeSet<NodeId>),
    /// The edges of the binding.
    Binding(BTreeSet<Ends>),
    /// An edge of the binding that touches the key.
    AnswerEdge(Ends),
    /// The key.
    Key(Vec<NodeId>),
    /// The stem in normal form.
    Stem(String),
}

pub(super) fn ends(graph: &Graph, edge: EdgeId) -> (NodeId, NodeId) {
    let edge = graph.edge(edge);
    (edge.subject.min(edge.object), edge.subject.max(edge.object))
}

fn binding(graph: &Graph, item: &Item) -> BTreeSet<Ends> {
    item.path.iter().map(|hop| ends(graph, hop.edge)).collect()
}

/// The ends of the edges of an item's binding that touch its key.
pub(super) fn answer_edges(graph: &Graph, item: &Item) -> Vec<(NodeId, NodeId)> {
    let touches_key = |&(left, right): &Ends| item.answer.contains(&left) || item.answer.contains(&right);
    binding(graph, item).into_iter().filter(touches_key).collect()
}

fn ties(graph: &Graph, item: &Item) -> Vec<Tie> {
    let mut key = item.answer.clone();
    key.sort_unstable();
    key.dedup();
    let binding = binding(graph, item);
    let touches_key = |&&(left, right): &&Ends| key.contains(&left) || key.contains(&right);
    let mut ties: Vec<Tie> = binding.iter().filter(touches_key).map(|&ends| Tie::AnswerEdge(ends)).collect();
    ties.push(Tie::Facts(item.pattern.anchors().into_iter().chain(key.iter().copied()).collect()));
    if !binding.is_empty() {
        ties.push(Tie::Binding(binding));
    }
    let stem = normal_name(&item.stem);
    if !stem.is_empty() {
        ties.push(Tie::Stem(stem));
    }
    // That they have no answer is no answer that two questions share.
    if !key.is_empty() {
        ties.push(Tie::Key(key));
    }
    ties
}

/// Joins items by all their ties.
///
/// # Complexity
///
/// O(n log n) in the items' edges and nodes.
pub(super) fn components(graph: &Graph, items: &[Item]) -> Components {
    let mut forest = Forest((0..items.len()).collect());
    let mut first: IndexMap<Tie, usize> = IndexMap::new();
    for (number, item) in items.iter().enumerate() {
        for tie in ties(graph, item) {
            let other = *first.entry(tie).or_insert(number);
            forest.join(other, number);
        }
    }
    let mut near = Near::default();
    for (number, item) in items.iter().enumerate() {
        near.note(item).into_iter().for_each(|other| forest.join(other, number));
    }
    // Whose answer edge it is; all who have it are joined already.
    let owner = |ends: Ends| first.get(&Tie::AnswerEdge(ends)).copied();
    for (number, item) in items.iter().enumerate() {
        for owner in binding(graph, item).into_iter().filter_map(owner) {
            forest.join(owner, number);
        }
    }
    let roots: Vec<usize> = (0..items.len()).map(|at| forest.root(at)).collect();
    let mut name: BTreeMap<usize, &str> = BTreeMap::new();
    for (root, item) in roots.iter().zip(items) {
        let id = name.entry(*root).or_insert(&item.id);
        *id = (*id).min(&item.id);
    }
    let name = |root: usize| name.get(&root).copied().unwrap_or_default().to_owned();
    let mut told_elsewhere = BTreeSet::new();
    for (&root, item) in roots.iter().zip(items) {
        let owners = item.cited_edges().into_iter().filter_map(|edge| owner(ends(graph, edge)));
        told_elsewhere.extend(owners.map(|owner| roots[owner]).filter(|&other| other != root));
    }
    Components {
        of_item: roots.iter().map(|&root| name(root)).collect(),
        told_elsewhere: told_elsewhere.into_iter().map(name).collect(),
    }
}

/// Disjoint sets of items: for each its parent, itself if it is a root.
struct Forest(Vec<usize>);

impl Forest {
    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.0[left.max(right)] = left.min(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::Hop;
    use crate::write::sample;

    fn together(graph: &Graph, left: Item, right: Item) -> bool {
        let of_item = components(graph, &[left, right]).of_item;
        of_item[0] == of_item[1]
    }

    /// Two items that have nothing to do with each other.
    fn strangers() -> (Graph, Item, Item) {
        let graph = sample::graph(4);
        let (left, right) = (sample::case(&graph, 0, &["d0a"]), sample::case(&graph, 1, &["d1a"]));
        (graph, left, right)
    }

    #[test]
    fn strangers_may_part() {
        let (graph, left, right) = strangers();
        assert!(!together(&graph, left, right));
    }

    #[test]
    fn the_same_key_keeps_items_together() {
        let (graph, left, right) = strangers();
        let right = Item { answer: left.answer.clone(), path: Vec::new(), ..right };
        assert!(together(&graph, left, right));
    }

    #[test]
    fn anchors_and_key_keep_items_together_whichever_is_asked_for() {
        let (graph, left, right) = strangers();
        // The pattern turned round: the finding is asked for, the disease is given.
        let has = graph.relations().id("has_phenotype").unwrap();
        let given = crate::kg::search::Term::Node(left.answer[0]);
        let asked = crate::kg::search::Term::Variable(crate::kg::search::Variable::ANSWER);
        let clause = crate::kg::search::Clause::present(given, has, asked);
        let turned = Item {
            answer: left.pattern.anchors(),
            pattern: crate::kg::search::Pattern { clauses: vec![clause] },
            path: Vec::new(),
            ..right
        };
        assert!(together(&graph, left, turned));
    }

    #[test]
    fn an_edge_that_touches_the_key_keeps_items_together() {
        let (graph, left, right) = strangers();
        // The right item's binding walks the left one's answer edge too; its key is the finding at that edge's end.
        let finding = left.pattern.anchors()[0];
        let right = Item { answer: vec![finding], path: [left.path.clone(), right.path].concat(), ..right };
        assert!(together(&graph, left, right));
    }

    #[test]
    fn an_answer_in_the_binding_of_another_keeps_items_together() {
        let (graph, left, right) = strangers();
        // The right item's binding walks the left one's answer edge, which touches no key of its own.
        let right = Item { path: [left.path.clone(), right.path].concat(), ..right };
        for items in [[left.clone(), right.clone()], [right, left]] {
            let [one, other] = items;
            assert!(together(&graph, one, other));
        }
    }

    #[test]
    fn an_answer_that_another_tells_may_only_be_learnt_from() {
        let (graph, left, right) = strangers();
        let told = |item: Item| components(&graph, &[left.clone(), item]);
        assert!(told(right.clone()).told_elsewhere.is_empty());
        let edge = left.path[0].edge;
        let (mut by_a_step, mut by_a_denial) = (right.clone(), right.clone());
        by_a_step.steps[0].edges.push(edge);
        by_a_denial.distractors[0].edges.push(edge);
        for item in [by_a_step, by_a_denial] {
            let Components { of_item, told_elsewhere } = told(item);
            assert_ne!(of_item[0], of_item[1]);
            assert_eq!(told_elsewhere, BTreeSet::from([left.id.clone()]));
        }
    }

    #[test]
    fn an_edge_that_touches_no_key_does_not() {
        let (graph, left, right) = strangers();
        let shared = Hop { edge: EdgeId::try_from_index(7).unwrap(), is_forward: true };
        let with = |item: Item| Item { path: [item.path.clone(), vec![shared]].concat(), ..item };
        assert!(!together(&graph, with(left), with(right)));
    }

    #[test]
    fn the_same_binding_keeps_items_together() {
        let (graph, left, right) = strangers();
        let shared = vec![Hop { edge: EdgeId::try_from_index(7).unwrap(), is_forward: true }];
        let with = |item: Item| Item { path: shared.clone(), ..item };
        assert!(together(&graph, with(left), with(right)));
    }

    #[test]
    fn the_same_stem_keeps_items_together_and_no_stem_does_not() {
        let (graph, left, right) = strangers();
        let with = |item: &Item, stem: &str| Item { stem: stem.into(), ..item.clone() };
        assert!(together(&graph, with(&left, "A man, 40."), with(&right, "a man (40)")));
        assert!(!together(&graph, with(&left, ""), with(&right, "")));
    }

    #[test]
    fn nearly_the_same_words_about_the_same_keep_items_together() {
        let (graph, left, right) = strangers();
        let words = |last: &str| format!("{} {last}", (0..40).map(|at| format!("w{at}")).collect::<Vec<_>>().join(" "));
        let with = |item: &Item, last: &str| Item { stem: words(last), path: Vec::new(), ..item.clone() };
        assert!(!together(&graph, with(&left, "a"), with(&right, "b")));
        // The same pattern and, of two members of the key, one.
        let both = Item { answer: vec![left.answer[0], right.answer[0]], ..left.clone() };
        assert!(together(&graph, with(&left, "a"), with(&both, "b")));
    }

    #[test]
    fn ties_reach_over_others() {
        let (graph, left, right) = strangers();
        let link = Item { stem: right.stem.clone(), path: Vec::new(), answer: left.answer.clone(), ..left.clone() };
        let ids: BTreeSet<String> = components(&graph, &[left, right, link]).of_item.into_iter().collect();
        assert_eq!(ids.len(), 1);
    }
}
