#![doc = include_str!("licence.md")]

use crate::finding::Code;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Everything used may be passed on.
pub(super) struct Licence;

impl Check for Licence {
    fn code(&self) -> Code {
        Code("V112")
    }

    fn page(&self) -> &'static str {
        include_str!("licence.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let Some((of, source, class)) = item.strictest_use(graph) else {
            return Some("it uses nothing that has a source".to_owned());
        };
        (!class.may_publish()).then(|| {
            let name = &graph.source(source).name;
            format!("`{name}` forbids passing it on, its licence is {class}: it uses {}", of.told(graph))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn one_restricted_source_holds_an_item_back() {
        let open = Sample::new();
        assert_eq!(open.reject(&Licence, &open.case()), None);
        let restricted = Sample::licensed(crate::kg::Licence::Restricted);
        assert!(restricted.reject(&Licence, &restricted.case()).is_some());
        let credited = Sample::licensed(crate::kg::Licence::AttributionWithNotice);
        assert_eq!(credited.reject(&Licence, &credited.case()), None);
    }
}
