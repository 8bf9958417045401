//! How varied a data set is: counts over its items that anyone can take again from `items` and the graph.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::synth::Item;

/// How varied the items are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diversity {
    /// Different nodes among bindings, constants and answers.
    pub nodes: u64,
    /// Different answers; a set is one.
    pub answers: u64,
    /// Different metapaths.
    pub metapaths: u64,
    /// Different questions, once the words that a thinking path rests on are taken out.
    pub templates: u64,
    /// Items of the most frequent of them.
    pub items_of_top_template: u64,
    /// Items by chapter or organ system.
    pub categories: BTreeMap<String, u64>,
    /// The entropy of `categories` as a share of its most, ln of their number: 1 if all have as many items, 0 if one has
    /// them all. Rounded to four digits.
    pub category_evenness: f64,
    /// How much of the graph is asked about, by category of the nodes; only those that are asked about at all.
    pub coverage: BTreeMap<String, Coverage>,
}

/// How many nodes of a category the items speak of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Nodes that some edge meets.
    pub nodes: u64,
    /// Of these that an item speaks of, by quarter: from those that most edges meet to the rarest.
    pub used: [u64; 4],
}

impl Diversity {
    /// Counts items.
    ///
    /// # Complexity
    ///
    /// O(n log n) for n nodes of the graph, and the length of all questions.
    pub(super) fn of<'i>(graph: &Graph, items: impl Iterator<Item = &'i Item> + Clone) -> Self {
        let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
        let mut answers: BTreeSet<&[NodeId]> = BTreeSet::new();
        let mut metapaths: BTreeSet<&str> = BTreeSet::new();
        let mut templates: BTreeMap<String, u64> = BTreeMap::new();
        let mut categories: BTreeMap<String, u64> = BTreeMap::new();
        for item in items {
            nodes.extend(item.path.iter().flat_map(|hop| {
                let edge = graph.edge(hop.edge);
                [edge.subject, edge.object]
            }));
            nodes.extend(item.pattern.anchors());
            nodes.extend(&item.answer);
            answers.insert(&item.answer);
            metapaths.insert(&item.metapath);
            *templates.entry(template(item)).or_default() += 1;
            *categories.entry(item.category.clone()).or_default() += 1;
        }
        Self {
            nodes: nodes.len() as u64,
            answers: answers.len() as u64,
            metapaths: metapaths.len() as u64,
            templates: templates.len() as u64,
            items_of_top_template: templates.into_values().max().unwrap_or(0),
            category_evenness: evenness(categories.values().copied()),
            categories,
            coverage: coverage(graph, &nodes),
        }
    }
}

/// The question without the words that the thinking path rests on, the longest taken out first.
fn template(item: &Item) -> String {
    let spans: BTreeSet<&str> = item.steps.iter().flat_map(|step| &step.spans).map(String::as_str).collect();
    let mut spans: Vec<&str> = spans.into_iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.chars().count()));
    spans.into_iter().fold(item.question_text(), |text, span| text.replace(span, "…"))
}

/// Entropy over its most.
#[expect(clippy::cast_precision_loss, reason = "counts of items are far below 2^53")]
fn evenness(counts: impl Iterator<Item = u64> + Clone) -> f64 {
    let (sum, n) = (counts.clone().sum::<u64>() as f64, counts.clone().count());
    if n < 2 {
        return 0.0;
    }
    let entropy: f64 = counts.map(|count| count as f64 / sum).map(|share| -share * share.ln()).sum();
    (entropy / (n as f64).ln() * 1e4).round() / 1e4
}

fn coverage(graph: &Graph, used: &BTreeSet<NodeId>) -> BTreeMap<String, Coverage> {
    let mut by_category: BTreeMap<&str, Vec<NodeId>> = BTreeMap::new();
    for (node, _) in graph.nodes().filter(|&(node, _)| graph.degree(node) > 0) {
        by_category.entry(graph.category(node)).or_default().push(node);
    }
    let of = |mut nodes: Vec<NodeId>| {
        nodes.sort_by_cached_key(|&node| (std::cmp::Reverse(graph.degree(node)), graph.curie(node).to_string()));
        let mut coverage = Coverage { nodes: nodes.len() as u64, used: [0; 4] };
        for (at, _) in nodes.iter().enumerate().filter(|(_, node)| used.contains(node)) {
            coverage.used[at * 4 / nodes.len()] += 1;
        }
        coverage
    };
    let all = by_category.into_iter().map(|(category, nodes)| (category.to_owned(), of(nodes)));
    all.filter(|(_, coverage)| coverage.used != [0; 4]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    #[test]
    fn evenness_is_1_for_equal_shares_and_0_for_one() {
        assert_eq!(evenness([5, 5, 5].into_iter()), 1.0);
        assert_eq!(evenness([7].into_iter()), 0.0);
        assert_eq!(evenness([3, 1].into_iter()), 0.8113);
    }

    #[test]
    fn questions_of_one_wording_have_one_template_and_nodes_are_counted_once() {
        let graph = sample::graph(40);
        let items = sample::cases(&graph);
        let once = Diversity::of(&graph, items.iter().take(3));
        let twice = Diversity::of(&graph, items.iter().take(3).chain(items.iter().take(3)));
        assert_eq!((once.nodes, once.answers, once.templates), (twice.nodes, twice.answers, twice.templates));
        assert_eq!(once.items_of_top_template * 2, twice.items_of_top_template);
        assert_eq!(once.categories.values().sum::<u64>(), 3);
    }

    #[test]
    fn coverage_goes_from_hubs_to_what_is_rare() {
        let graph = Graph::from_arrows(
            "Gene:a -associated_with-> Disease:hub\nGene:b -associated_with-> Disease:hub
             Gene:a -associated_with-> Disease:rare\nGene:c -associated_with-> Disease:hub",
        )
        .unwrap();
        let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
        let found = coverage(&graph, &BTreeSet::from([node("Disease:rare")]));
        assert_eq!(found["Disease"], Coverage { nodes: 2, used: [0, 0, 1, 0] });
        assert_eq!(found.len(), 1);
    }
}
