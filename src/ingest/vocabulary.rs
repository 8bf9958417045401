//! The vocabularies in which RDF and OWL say what every graph says.
//!
//! Names, kinds and synonyms have IRIs that readers compare over and over; written short they can be read, in the code
//! and in the names of rules. The short forms are fixed here, whatever prefixes a file declares.

use std::borrow::Cow;

/// Prefix and IRI of each vocabulary; none is the beginning of another.
const VOCABULARIES: [(&str, &str); 11] = [
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("oboInOwl", "http://www.geneontology.org/formats/oboInOwl#"),
    ("obo", "http://purl.obolibrary.org/obo/"),
    ("biolink", crate::kg::BIOLINK_IRI),
    ("tp", crate::kg::VOCABULARY_IRI),
];

/// An IRI with the prefix of its vocabulary, as in `rdfs:label`; as it is, if no vocabulary here has it.
pub(super) fn short(iri: &str) -> Cow<'_, str> {
    let found = VOCABULARIES.iter().find_map(|(prefix, start)| Some((prefix, iri.strip_prefix(start)?)));
    match found {
        Some((prefix, local)) => format!("{prefix}:{local}").into(),
        None => iri.into(),
    }
}

/// The part of an IRI or a short form behind its last `/`, `#` or `:`.
pub(super) fn local_name(iri: &str) -> &str {
    iri.rfind(['/', '#', ':']).map_or(iri, |at| &iri[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_is_written_short_where_its_vocabulary_is_known() {
        assert_eq!(short("http://www.w3.org/2000/01/rdf-schema#label"), "rdfs:label");
        assert_eq!(short("http://purl.obolibrary.org/obo/IAO_0000115"), "obo:IAO_0000115");
        assert_eq!(short("http://example.org/x"), "http://example.org/x");
    }

    #[test]
    fn no_vocabulary_hides_another() {
        for (prefix, iri) in VOCABULARIES {
            assert_eq!(short(&format!("{iri}x")), format!("{prefix}:x"));
        }
    }
}
