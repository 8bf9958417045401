#![doc = include_str!("options_apart.md")]

use crate::finding::Code;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::mine::Question;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::mine::drug;
use crate::mine::kin::are_alike;
use crate::mine::kin::are_kin;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Options are distinct, of one category, and no kin.
pub(super) struct OptionsApart;

impl Check for OptionsApart {
    fn code(&self) -> Code {
        Code("V105")
    }

    fn page(&self) -> &'static str {
        include_str!("options_apart.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        if item.options.is_empty() {
            return item.kind.has_options().then(|| "there are no options".to_owned());
        }
        // True and false are no nodes; and chains have halves in common.
        if item.kind == Kind::TrueFalse || item.question.is_path() {
            return None;
        }
        if matches!(item.question, Question::Shape { .. }) {
            return alike(graph, item);
        }
        let Some(&key) = item.answer.first() else { return Some("there is no answer".to_owned()) };
        // The diseases behind an option: of the key gene, the one that the vignette is about.
        let behind = |at: usize, node: NodeId| match parts::subject(context, item) {
            Some(subject) if item.keys.contains(&at) => vec![subject],
            _ => parts::diseases_of(context, node),
        };
        for (at, option) in item.options.iter().enumerate() {
            if option.nodes.is_empty() || option.nodes.iter().any(|&node| graph.category(node) != graph.category(key)) {
                return Some(format!("option {} is of another category than the key", at + 1));
            }
            for (other_at, other) in item.options.iter().enumerate().skip(at + 1) {
                for (&left, &right) in
                    option.nodes.iter().flat_map(|left| other.nodes.iter().map(move |right| (left, right)))
                {
                    let is_of_both =
                        |&one: &NodeId| behind(other_at, right).iter().any(|&other| are_near(graph, one, other));
                    if are_near(graph, left, right) || behind(at, left).iter().any(is_of_both) {
                        return Some(format!("`{}` and `{}` are kin", graph.label(left), graph.label(right)));
                    }
                }
            }
        }
        None
    }
}

/// What two options of a query are of several categories, or one thing told twice: what they have in common otherwise may
/// be what is asked for.
fn alike(graph: &Graph, item: &Item) -> Option<String> {
    let nodes: Vec<NodeId> = item.options.iter().flat_map(|option| option.nodes.iter().copied()).collect();
    for (at, &left) in nodes.iter().enumerate() {
        for &right in &nodes[at + 1..] {
            if graph.category(left) != graph.category(right) {
                return Some(format!("`{}` and `{}` are of two categories", graph.label(left), graph.label(right)));
            }
            if are_alike(graph, left, right) {
                return Some(format!("`{}` and `{}` are one thing", graph.label(left), graph.label(right)));
            }
        }
    }
    None
}

/// Whether two nodes are too near for their category. Names and genes make kin only of diseases: codes and findings
/// have names that extend each other without being the same.
fn are_near(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    match graph.category(left) {
        "Disease" => are_kin(graph, left, right),
        "Drug" => {
            let (left_name, right_name) = (graph.label(left), graph.label(right));
            left == right || share_a_stem(left_name, right_name) || drug::end_alike(left_name, right_name)
        }
        _ => {
            graph.twins(left).contains(&right)
                || graph.taxonomy().is_kind_of(left, right)
                || graph.taxonomy().is_kind_of(right, left)
        }
    }
}

/// Whether the names of two drugs share a telling stem: salts and forms of one drug do.
fn share_a_stem(left: &str, right: &str) -> bool {
    let others = stems(right);
    stems(left).iter().any(|stem| !is_common_stem(stem) && others.contains(stem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn an_option_that_stands_twice_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&OptionsApart, &item), None);
        let mut bad = item.clone();
        bad.options[1] = bad.options[2].clone();
        assert!(sample.reject(&OptionsApart, &bad).is_some());
    }

    #[test]
    fn an_option_of_another_category_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&OptionsApart, &item), None);
        let mut bad = item.clone();
        bad.options[1].nodes = vec![bad.pattern.anchors()[0]];
        assert!(sample.reject(&OptionsApart, &bad).is_some());
    }

    #[test]
    fn diseases_of_one_gene_are_rejected_and_those_of_two_genes_are_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let [left, right] = [0, 1].map(|at| sample.curie(item.options[at].nodes[0]));
        let gene = sample.curie(sample.gene());
        let (changed, carried) = sample.with(&format!("{gene} -associated_with-> {left}"), &item);
        assert_eq!(changed.reject(&OptionsApart, &carried), None);
        let both = format!("{left} <-associated_with- {gene} -associated_with-> {right}");
        let (changed, carried) = sample.with(&both, &item);
        assert!(changed.reject(&OptionsApart, &carried).is_some());
    }

    #[test]
    fn genes_of_kin_are_rejected() {
        let sample = Sample::new();
        let item = sample.causal_gene();
        assert_eq!(sample.reject(&OptionsApart, &item), None);
        let diseases = [0, 1].map(|at| sample.curie(sample.disease_of(item.options[at].nodes[0])));
        let (changed, carried) = sample.with(&format!("{} -is_a-> {}", diseases[0], diseases[1]), &item);
        assert!(changed.reject(&OptionsApart, &carried).is_some());
    }
}
