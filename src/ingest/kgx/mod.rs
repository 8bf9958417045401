//! KGX, the exchange format of Biolink graphs: a table of nodes and a table of edges.
//!
//! What KGX leaves open is decided here, once: which of several categories a node has, what a predicate is called in
//! our table of relations, and that an end which no node table describes is a node all the same. A row of nodes may end early; one of edges may not, because
//! the column that is missing could be `negated`.

mod edges;
mod nodes;

use crate::kg::Curie;

pub(super) use edges::KgxEdges;
pub(super) use nodes::KgxNodes;
pub(super) use nodes::most_specific;

/// An identifier that may be written as an IRI.
fn identifier(text: &str) -> Result<Curie, String> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Curie::from_iri(text).map_err(|_| format!("`{text}` begins as the IRIs of no known prefix do"));
    }
    text.parse().map_err(|error: crate::kg::CurieError| error.to_string())
}

/// A class or predicate without the prefix of Biolink.
fn local(text: &str) -> &str {
    let text = text.strip_prefix(crate::kg::BIOLINK_IRI).unwrap_or(text);
    text.strip_prefix("biolink:").unwrap_or(text)
}

/// What a yes-or-no field says; empty is no.
fn truth(text: &str) -> Option<bool> {
    match text {
        "" | "0" => Some(false),
        "1" => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_may_be_an_iri() {
        assert_eq!(identifier("http://identifiers.org/hgnc/7883").unwrap().as_str(), "HGNC:7883");
        assert_eq!(identifier("Orphanet:58").unwrap().as_str(), "ORPHA:58");
        assert_eq!(
            identifier("http://example.org/x").unwrap_err(),
            "`http://example.org/x` begins as the IRIs of no known prefix do"
        );
    }

    #[test]
    fn classes_and_predicates_lose_the_prefix_of_biolink() {
        for text in ["Disease", "biolink:Disease", "https://w3id.org/biolink/vocab/Disease"] {
            assert_eq!(local(text), "Disease");
        }
    }
}
