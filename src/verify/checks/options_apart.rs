#![doc = include_str!("options_apart.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::mine::kin::are_kin;
use crate::synth::Item;
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
        let key = *item.answer.first()?;
        for (at, option) in item.options.iter().enumerate() {
            if option.nodes.is_empty() || option.nodes.iter().any(|&node| graph.category(node) != graph.category(key)) {
                return Some(format!("option {} is of another category than the key", at + 1));
            }
            for other in &item.options[at + 1..] {
                for &left in &option.nodes {
                    if let Some(&right) = other.nodes.iter().find(|&&right| are_near(context, left, right)) {
                        return Some(format!("`{}` and `{}` are kin", graph.label(left), graph.label(right)));
                    }
                }
            }
        }
        None
    }
}

/// Whether two options are too near for their category.
fn are_near(context: Context<'_>, left: NodeId, right: NodeId) -> bool {
    let graph = context.graph;
    let is_kind = graph.taxonomy().is_kind_of(left, right) || graph.taxonomy().is_kind_of(right, left);
    match graph.category(left) {
        "Disease" => are_kin(graph, left, right),
        "Gene" => {
            let diseases = parts::diseases_of(context, right);
            left == right || parts::diseases_of(context, left).iter().any(|disease| diseases.contains(disease))
        }
        _ => is_kind || graph.twins(left).contains(&right),
    }
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
}
