#![doc = include_str!("option_names.md")]

use crate::finding::Code;
use crate::mine::Question;
use crate::mine::option_name::is_usable;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Diseases are offered under names that tell nothing.
pub(super) struct OptionNames;

impl Check for OptionNames {
    fn code(&self) -> Code {
        Code("V203")
    }

    fn page(&self) -> &'static str {
        include_str!("option_names.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let options = item.options.iter().flat_map(|option| option.nodes.iter().copied());
        let compared = match item.question {
            Question::Contrast { disease, other, .. } => vec![disease, other],
            _ => Vec::new(),
        };
        let diseases = options.chain(compared).filter(|&node| graph.category(node) == "Disease");
        diseases.into_iter().find_map(|disease| {
            let why = is_usable(graph, disease).err()?;
            Some(format!("`{}` is no name for an option: {why}", graph.label(disease)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_numbered_name_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&OptionNames, &item), None);
        let mut bad = item.clone();
        bad.options[1].nodes = vec![sample.numbered()];
        assert!(sample.reject(&OptionNames, &bad).is_some());
    }
}
