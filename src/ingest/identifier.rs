//! How tables write identifiers and truth, which no two of them do alike.

use crate::kg::Curie;

/// An identifier that may be written as an IRI.
pub(super) fn identifier(text: &str) -> Result<Curie, String> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Curie::from_iri(text).map_err(|_| format!("`{text}` begins as the IRIs of no known prefix do"));
    }
    text.parse().map_err(|error: crate::kg::CurieError| error.to_string())
}

/// What a yes-or-no field says; empty is no.
pub(super) fn truth(text: &str) -> Option<bool> {
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
}
