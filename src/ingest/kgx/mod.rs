//! KGX, the exchange format of Biolink graphs: a file of nodes and a file of edges, as tables or as JSON lines.
//!
//! What KGX leaves open is decided here, once: which of several categories a node has, what a predicate is called in
//! our table of relations, and that an end which no file of nodes describes is a node all the same. A row of nodes may
//! end early; one of edges may not, because the column that is missing could be `negated`.

mod edges;
mod nodes;
mod row;

pub(super) use edges::KgxEdges;
pub(super) use nodes::KgxNodes;
pub(super) use nodes::is_general;
pub(super) use nodes::most_specific;

/// A class or predicate without the prefix of Biolink.
fn local(text: &str) -> &str {
    let text = text.strip_prefix(crate::kg::BIOLINK_IRI).unwrap_or(text);
    text.strip_prefix("biolink:").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_predicates_lose_the_prefix_of_biolink() {
        for text in ["Disease", "biolink:Disease", "https://w3id.org/biolink/vocab/Disease"] {
            assert_eq!(local(text), "Disease");
        }
    }
}
