//! The chapter of a classification that a disease belongs to.
//!
//! Few diseases have a code of their own: most are coded by what they are a kind of. So a disease has the chapter of
//! its nearest ancestor that is mapped to a code, itself first. That is what a coder does who finds no entry: look
//! under the broader term.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;

/// The relation from a disease to its code.
const CODED_AS: &str = "coded_as";

/// The chapter of a disease, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// The chapter: the topmost node above the code.
    pub chapter: NodeId,
    /// The code of the ancestor.
    pub code: NodeId,
    /// The ancestor that has the code; the disease itself where it has one.
    pub ancestor: NodeId,
    /// How many `is_a` edges lie between the disease and that ancestor.
    pub n_hops: u32,
}

/// The chapter of a disease by its nearest ancestor with a code, fewest `is_a` edges first; of ancestors equally near
/// and of several codes of one ancestor the least CURIE counts. `None` if no ancestor has a code.
///
/// # Complexity
///
/// O(a log a) for a ancestors up to the nearest that is mapped.
pub fn chapter(graph: &Graph, disease: NodeId) -> Option<Chapter> {
    let coded_as = graph.relations().id(CODED_AS)?;
    let mut seen = std::collections::BTreeSet::from([disease]);
    let mut frontier = vec![disease];
    for n_hops in 0_u32.. {
        // Node numbers follow the order of CURIEs.
        frontier.sort_unstable();
        for &ancestor in &frontier {
            if let Some((code, chapter)) = code_of(graph, coded_as, ancestor) {
                return Some(Chapter { chapter, code, ancestor, n_hops });
            }
        }
        let above = frontier.iter().flat_map(|&node| graph.taxonomy().parents(node)).copied();
        frontier = above.filter(|&node| seen.insert(node)).collect();
        if frontier.is_empty() {
            return None;
        }
    }
    None
}

/// The first code of a node and the chapter above it.
fn code_of(graph: &Graph, coded_as: RelationId, node: NodeId) -> Option<(NodeId, NodeId)> {
    let code = graph.objects(node, coded_as).nodes().iter().min().copied()?;
    let taxonomy = graph.taxonomy();
    let top = taxonomy.ancestors(code).into_iter().find(|&node| taxonomy.parents(node).is_empty());
    Some((code, top.unwrap_or(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: &str = "
        DiagnosisCode:I21 -is_a-> DiagnosisCode:chapter-9
        DiagnosisCode:I22 -is_a-> DiagnosisCode:I21
        DiagnosisCode:E11 -is_a-> DiagnosisCode:chapter-4
    ";

    /// Chapter, code, ancestor and hops of the disease `d`.
    fn chapter_of(edges: &str) -> Option<(String, String, String, u32)> {
        let graph = Graph::from_arrows(&format!("{CODES}{edges}")).unwrap();
        let disease = graph.find(&"Disease:d".parse().unwrap()).unwrap();
        let local = |node| graph.curie(node).local().to_owned();
        let found = chapter(&graph, disease)?;
        Some((local(found.chapter), local(found.code), local(found.ancestor), found.n_hops))
    }

    fn found(chapter: &str, code: &str, ancestor: &str, n_hops: u32) -> Option<(String, String, String, u32)> {
        Some((chapter.into(), code.into(), ancestor.into(), n_hops))
    }

    #[test]
    fn a_code_of_its_own_counts_before_those_of_ancestors() {
        let edges = "Disease:d -coded_as-> DiagnosisCode:I22
                     Disease:d -is_a-> Disease:a
                     Disease:a -coded_as-> DiagnosisCode:E11";
        assert_eq!(chapter_of(edges), found("chapter-9", "I22", "d", 0));
    }

    #[test]
    fn the_nearest_ancestor_with_a_code_counts() {
        let edges = "Disease:d -is_a-> Disease:z
                     Disease:d -is_a-> Disease:a
                     Disease:a -is_a-> Disease:b
                     Disease:b -coded_as-> DiagnosisCode:I21
                     Disease:z -coded_as-> DiagnosisCode:E11";
        assert_eq!(chapter_of(edges), found("chapter-4", "E11", "z", 1));
    }

    #[test]
    fn of_ancestors_equally_near_the_least_curie_counts() {
        let edges = "Disease:d -is_a-> Disease:z
                     Disease:d -is_a-> Disease:a
                     Disease:z -coded_as-> DiagnosisCode:E11
                     Disease:a -coded_as-> DiagnosisCode:I21";
        assert_eq!(chapter_of(edges), found("chapter-9", "I21", "a", 1));
    }

    #[test]
    fn of_several_codes_the_least_curie_counts() {
        let edges = "Disease:d -coded_as-> DiagnosisCode:I22
                     Disease:d -coded_as-> DiagnosisCode:E11";
        assert_eq!(chapter_of(edges), found("chapter-4", "E11", "d", 0));
    }

    #[test]
    fn a_code_that_is_a_chapter_is_its_own_chapter() {
        assert_eq!(
            chapter_of("Disease:d -coded_as-> DiagnosisCode:chapter-9"),
            found("chapter-9", "chapter-9", "d", 0)
        );
    }

    #[test]
    fn without_a_mapped_ancestor_there_is_no_chapter() {
        assert_eq!(chapter_of("Disease:d -is_a-> Disease:a"), None);
    }
}
