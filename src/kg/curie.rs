//! Identifiers: one spelling for each.
//!
//! Sources spell the same prefix in many ways (`Orphanet:`, `ORPHA:`, `ORDO:`). A graph in which they differ holds a
//! disease twice, so text becomes a [`Curie`] in one place and the table below is the only list of spellings. The
//! same table gives each prefix its IRI for RDF.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// A compact identifier such as `HP:0000822`: a prefix of the table's spelling, a colon, a local id.
///
/// Ordered by its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Curie(Box<str>);

/// Why a text is no CURIE.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CurieError {
    /// There is nothing.
    #[error("the identifier is empty; one reads like `HP:0000822`")]
    Empty,
    /// There is no colon.
    #[error("`{text}` has no `:` between prefix and local id, as in `HP:0000822`")]
    NoColon {
        /// What stood there.
        text: Box<str>,
    },
    /// One side of the colon is empty.
    #[error("`{text}` has nothing {side} its `:`; a CURIE reads like `HP:0000822`")]
    EmptyPart {
        /// What stood there.
        text: Box<str>,
        /// `before` or `after`.
        side: &'static str,
    },
    /// White space or a control character inside.
    #[error("`{text}` has a blank or a control character in it; a CURIE reads like `HP:0000822`")]
    Blank {
        /// What stood there, with control characters shown as `\xNN`.
        text: Box<str>,
    },
}

impl Curie {
    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An identifier that no node has: it stands where a list needs an element and a record had none.
    pub(crate) fn unusable() -> Self {
        Self("".into())
    }

    /// A text that was a CURIE when a snapshot was written.
    pub(super) fn of_snapshot(text: &str) -> Self {
        Self(text.into())
    }

    /// What stands before the first colon.
    pub fn prefix(&self) -> &str {
        self.0.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// What stands after the first colon.
    pub fn local(&self) -> &str {
        self.0.split_once(':').map_or(&*self.0, |(_, local)| local)
    }

    /// The IRI of the table for this prefix, or one below `https://w3id.org/thinkpath/id/` for a prefix that it
    /// does not know. Characters that an IRI may not hold are percent-encoded.
    pub fn iri(&self) -> String {
        let mut iri = match prefix(self.prefix()) {
            Some(known) => known.iri.to_owned(),
            None => format!("{OWN_IRI}{}/", encode(self.prefix())),
        };
        iri.push_str(&encode(self.local()));
        iri
    }

    /// The CURIE of an IRI: the inverse of [`Curie::iri`].
    ///
    /// # Errors
    ///
    /// [`CurieError::NoColon`] if no prefix of the table fits.
    pub fn from_iri(iri: &str) -> Result<Self, CurieError> {
        let known = PREFIXES.iter().filter(|known| iri.starts_with(known.iri)).max_by_key(|known| known.iri.len());
        if let Some(known) = known {
            return format!("{}:{}", known.prefix, decode(&iri[known.iri.len()..])).parse();
        }
        match iri.strip_prefix(OWN_IRI).and_then(|rest| rest.split_once('/')) {
            Some((prefix, local)) => format!("{}:{}", decode(prefix), decode(local)).parse(),
            None => Err(CurieError::NoColon { text: iri.into() }),
        }
    }
}

impl fmt::Display for Curie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Curie {
    type Error = CurieError;

    fn try_from(text: String) -> Result<Self, CurieError> {
        text.parse()
    }
}

impl FromStr for Curie {
    type Err = CurieError;

    fn from_str(text: &str) -> Result<Self, CurieError> {
        if text.is_empty() {
            return Err(CurieError::Empty);
        }
        let Some((before, after)) = text.split_once(':') else {
            return Err(CurieError::NoColon { text: text.into() });
        };
        if before.is_empty() {
            return Err(CurieError::EmptyPart { text: text.into(), side: "before" });
        }
        if after.is_empty() {
            return Err(CurieError::EmptyPart { text: text.into(), side: "after" });
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(CurieError::Blank { text: crate::finding::printable(text).into() });
        }
        match prefix(before) {
            Some(known) if known.prefix != before => Ok(Self(format!("{}:{after}", known.prefix).into())),
            _ => Ok(Self(text.into())),
        }
    }
}

/// A row of the prefix table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// The spelling used here.
    pub prefix: &'static str,
    /// What goes before the local id in an IRI.
    pub iri: &'static str,
    /// Other spellings, compared without regard to case (as is the first).
    pub aliases: &'static [&'static str],
}

const OWN_IRI: &str = "https://w3id.org/thinkpath/id/";

macro_rules! prefixes {
    ($($prefix:literal, $iri:literal, [$($alias:literal),*];)*) => {
        /// Every prefix with its IRI and its other spellings; reviewed by hand, tested both ways.
        pub const PREFIXES: &[Prefix] = &[$(Prefix { prefix: $prefix, iri: $iri, aliases: &[$($alias),*] }),*];
    };
}

prefixes! {
    "HP", "http://purl.obolibrary.org/obo/HP_", [];
    "MONDO", "http://purl.obolibrary.org/obo/MONDO_", [];
    "DOID", "http://purl.obolibrary.org/obo/DOID_", [];
    "SYMP", "http://purl.obolibrary.org/obo/SYMP_", [];
    "GO", "http://purl.obolibrary.org/obo/GO_", [];
    "UBERON", "http://purl.obolibrary.org/obo/UBERON_", [];
    "CL", "http://purl.obolibrary.org/obo/CL_", [];
    "CHEBI", "http://purl.obolibrary.org/obo/CHEBI_", [];
    "RO", "http://purl.obolibrary.org/obo/RO_", [];
    "NCBITaxon", "http://purl.obolibrary.org/obo/NCBITaxon_", ["taxonomy"];
    "NCIT", "http://purl.obolibrary.org/obo/NCIT_", ["NCI"];
    "ORPHA", "http://www.orpha.net/ORDO/Orphanet_", ["Orphanet", "ORDO"];
    "OMIM", "https://omim.org/entry/", ["MIM"];
    "OMIMPS", "https://omim.org/phenotypicSeries/", [];
    "DECIPHER", "https://www.deciphergenomics.org/syndrome/", [];
    "HGNC", "http://identifiers.org/hgnc/", [];
    "HGNC.SYMBOL", "http://identifiers.org/hgnc.symbol/", [];
    "NCBIGene", "http://identifiers.org/ncbigene/", ["Entrez", "EntrezGene", "GeneID"];
    "UniProtKB", "http://purl.uniprot.org/uniprot/", ["UniProt"];
    "MESH", "http://id.nlm.nih.gov/mesh/", ["MSH"];
    "UMLS", "http://linkedlifedata.com/resource/umls/id/", ["UMLS_CUI"];
    "SCTID", "http://snomed.info/id/", ["SNOMEDCT", "SNOMEDCT_US", "SNOMED"];
    "ICD10CM", "http://purl.bioontology.org/ontology/ICD10CM/", ["ICD-10-CM"];
    "DRUGBANK", "http://identifiers.org/drugbank/", ["DB"];
    "REACT", "http://identifiers.org/reactome/", ["reactome"];
    "InterPro", "https://www.ebi.ac.uk/interpro/entry/InterPro/", [];
    "Pfam", "https://www.ebi.ac.uk/interpro/entry/pfam/", [];
    "TIGR", "https://www.ncbi.nlm.nih.gov/genome/annotation_prok/evidence/", [];
    "PR", "http://purl.obolibrary.org/obo/PR_", [];
    "PMID", "http://www.ncbi.nlm.nih.gov/pubmed/", ["PubMed"];
}

/// The row for a spelling. A SNOMED prefix may carry its release date, as in `SNOMEDCT_US_2025_09_01`.
pub fn prefix(spelling: &str) -> Option<&'static Prefix> {
    let dated = spelling.strip_prefix("SNOMEDCT_US_").map(|_| "SNOMEDCT_US");
    let spelling = dated.unwrap_or(spelling);
    PREFIXES.iter().find(|known| {
        known.prefix.eq_ignore_ascii_case(spelling)
            || known.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(spelling))
    })
}

/// Percent-encodes what an IRI may not hold.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:!$&'()*+,;=@/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curie(text: &str) -> Curie {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_becomes_the_one_of_the_table() {
        for (given, kept) in [
            ("Orphanet:58", "ORPHA:58"),
            ("mesh:D003920", "MESH:D003920"),
            ("SNOMEDCT_US_2025_09_01:1", "SCTID:1"),
            ("MIM:100100", "OMIM:100100"),
            ("Custom:x", "Custom:x"),
        ] {
            assert_eq!(curie(given).as_str(), kept);
        }
    }

    #[test]
    fn no_spelling_stands_in_two_rows() {
        let mut seen = std::collections::BTreeSet::new();
        for known in PREFIXES {
            for spelling in std::iter::once(&known.prefix).chain(known.aliases) {
                assert!(seen.insert(spelling.to_ascii_lowercase()), "{spelling} stands twice");
            }
        }
    }

    #[test]
    fn an_iri_leads_back_to_its_curie() {
        let mut texts: Vec<String> = PREFIXES.iter().map(|known| format!("{}:a1", known.prefix)).collect();
        texts.extend(["Drug:metformin".into(), "ICD10CM:A00.0#1".into(), "X:a%b".into(), "Ä:ß".into()]);
        for text in texts {
            assert_eq!(Curie::from_iri(&curie(&text).iri()).unwrap(), curie(&text));
        }
    }

    #[test]
    fn mistakes_say_what_would_have_been_right() {
        let message = |text: &str| text.parse::<Curie>().unwrap_err().to_string();
        assert_eq!(
            message("MONDO 0005148"),
            "`MONDO 0005148` has no `:` between prefix and local id, as in `HP:0000822`"
        );
        assert_eq!(message("HP:"), "`HP:` has nothing after its `:`; a CURIE reads like `HP:0000822`");
        assert!(message("HP:00 1").contains("a blank"));
        assert_eq!(message(""), "the identifier is empty; one reads like `HP:0000822`");
    }
}
