//! Which diseases can stand among the options under their names.
//!
//! A name that numbers its disease, lists half the findings or spells out the gene is no option: it is a look-up, or
//! it gives itself away. Names are judged as they stand, without regard to which item they are for.

use std::sync::LazyLock;

use regex::Regex;

use crate::kg::Graph;
use crate::kg::NodeId;

/// Why a name is no option, with the pattern that says so; the first that fits counts.
const EXCLUDED: [(&str, &str); 8] = [
    (r"(?i)\b(type|group|subtype|stage|grade|form|complementation)\b", "it is one of a numbered or lettered series"),
    (r"\d", "it holds a number"),
    (r"(^|[\s,-])([A-Z]|[IVX]{1,4})($|[\s,])", "it holds a single letter or a Roman numeral"),
    (
        r"(?i)(-related\b|-associated\b|\brelated to\b|\bassociated with\b|\bdue to\b|\bcaused by\b|\bsecondary to\b|-CDG\b|\bdeficiency disorder\b)",
        "it tells its cause",
    ),
    (r"(?i)\b(susceptib\w+|trait|modifier|predisposition|carrier)\b", "it is no disease but a risk"),
    (
        r"(?i)\b(chromosom\w*|monosomy|trisomy|tetrasomy|disomy|(micro)?deletion|(micro)?duplication|ring|del|dup)\b",
        "it is a chromosomal diagnosis",
    ),
    (r"(?i)\b(with or without|unspecified|other|rare|undetermined|unclassified|spectrum)\b", "it is open at the edges"),
    (r"[/;(\[]", "it is worded for a table"),
];

/// Longer names are descriptions.
const MAX_LETTERS: usize = 60;
/// So many hyphens in a row of words make a list of findings.
const MAX_HYPHENS: usize = 2;

static RULES: LazyLock<Vec<(Option<Regex>, &'static str)>> =
    LazyLock::new(|| EXCLUDED.iter().map(|&(pattern, why)| (Regex::new(pattern).ok(), why)).collect());

/// Whether a disease can be offered under its name.
///
/// # Errors
///
/// Why it cannot.
pub fn is_usable(graph: &Graph, disease: NodeId) -> Result<(), &'static str> {
    let label = graph.label(disease);
    is_usable_name(label)?;
    if !graph.taxonomy().children(disease).is_empty() {
        return Err("it is a class of diseases");
    }
    let is_gene = |word: &str| {
        let is_symbol =
            word.len() >= 3 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
        is_symbol && graph.named(word).iter().any(|&node| graph.category(node) == "Gene")
    };
    let mut parts = label.split(|letter: char| !letter.is_ascii_alphanumeric());
    if parts.any(is_gene) { Err("it holds the symbol of a gene") } else { Ok(()) }
}

fn is_usable_name(label: &str) -> Result<(), &'static str> {
    if label.chars().count() > MAX_LETTERS {
        return Err("it has more than sixty letters");
    }
    if label.matches(',').count() >= 2 || label.matches('-').count() > MAX_HYPHENS {
        return Err("it is a list of findings");
    }
    match RULES.iter().find(|(rule, _)| rule.as_ref().is_none_or(|rule| rule.is_match(label))) {
        Some((_, why)) => Err(why),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_number_list_or_explain_are_no_options() {
        for label in [
            "Spinocerebellar ataxia type 35",
            "Noonan syndrome 4",
            "Alexander disease type I",
            "Hemoglobin E disease",
            "CDKL5-related encephalopathy",
            "Glycogen storage disease due to glycogen branching enzyme deficiency",
            "Ring chromosome 22 syndrome",
            "Monosomy 22",
            "Intellectual disability-short stature-hypotonia-seizure syndrome",
            "Susceptibility to malaria",
            "Chronic nonbacterial osteomyelitis/Chronic recurrent multifocal osteomyelitis",
        ] {
            assert!(is_usable_name(label).is_err(), "{label}");
        }
    }

    #[test]
    fn plain_names_are() {
        for label in [
            "Chediak-Higashi syndrome",
            "Huntington disease",
            "Vogt-Koyanagi-Harada disease",
            "X-linked hypophosphatemia",
        ] {
            assert_eq!(is_usable_name(label), Ok(()), "{label}");
        }
    }

    #[test]
    fn a_class_of_diseases_is_no_option() {
        let graph = Graph::from_arrows("Disease:krabbe_disease -is_a-> Disease:leukodystrophy").unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        assert!(is_usable(&graph, node("Disease:leukodystrophy")).is_err());
        assert_eq!(is_usable(&graph, node("Disease:krabbe_disease")), Ok(()));
    }

    #[test]
    fn a_gene_symbol_of_the_graph_gives_a_disease_away() {
        let graph = Graph::from_arrows("Gene:MELAS1 -associated_with-> Disease:MELAS1_encephalopathy\nGene:X -associated_with-> Disease:plain_name").unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        assert!(is_usable(&graph, node("Disease:MELAS1_encephalopathy")).is_err());
        assert_eq!(is_usable(&graph, node("Disease:plain_name")), Ok(()));
    }
}
