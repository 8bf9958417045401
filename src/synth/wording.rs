//! How findings are told.
//!
//! Labels of an ontology are made for tables: "Elevated circulating creatine kinase concentration". A reader of
//! board questions expects "elevated serum creatine kinase", and expects it under the laboratory results. The rules
//! here only re-phrase; they never change what is meant, and what they cannot phrase was not admitted as a clue.

use std::sync::LazyLock;

use regex::Regex;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::statistics::FINDING;
use crate::kg::words;
use crate::synth::lexicon::Lexicon;

/// Where in a vignette a finding is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Before birth.
    Pregnancy,
    /// What the patient has.
    Examination,
    /// What pictures show.
    Imaging,
    /// What the laboratory finds.
    Laboratory,
}

/// A pattern that is known to compile; one that does not matches nothing, and a test fails.
fn rule(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static LABORATORY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(concat!(
        r"(?i)\b(circulating|serum|plasma|urinary|urine|cerebrospinal fluid|CSF|blood (level|count)|creatine kinase|",
        r"lymphocyt\w*|neutrophil\w*|eosinophil\w*|thrombocyt\w*|leukocyt\w*|immunoglobulin|IgA|IgE|IgG|IgM|",
        r"transaminases?|antibody|antibodies|prothrombin|activity|acidosis|alkalosis|ketosis|hemoglobin|ferritin)\b",
        r"|(?i)\b\w+(emia|aemia|uria|penia|cytosis)\b",
    ))
});

static NO_LABORATORY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(
        r"(?i)\b(polyuria|dysuria|oliguria|anuria|nocturia|pollakisuria|pollakiuria|decreased urine output|dark urine|red-brown urine|hypovolemia|hypervolemia|fluid accumulation|hemophagocytosis|enuresis|ischemia|hyperemia|leukemia|toxemia|mastocytosis|histiocytosis|convulsive activity|physical activity|sexual activity)\b",
    )
});

/// Prenatal terms that are seen in those who are born, or are no complication.
static NO_PREGNANCY: LazyLock<Option<Regex>> =
    LazyLock::new(|| rule(r"(?i)\b(nuchal skin fold|caesar[ie]an section|apgar)\b"));

static IMAGING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(concat!(
        r"(?i)\b(on MRI|on imaging|T2|hyperintensit\w+|white matter|corpus callosum|cerebellar (vermis )?(atrophy|hypoplasia)|",
        r"cerebral (\w+ )?(atrophy|calcification)|cortical atrophy|ventriculomegaly|basal ganglia|lissencephaly|pachygyria|",
        r"polymicrogyria|leukodystrophy|leukoencephalopathy|calcifications?|ossification|epiphys\w+|metaphys\w+|",
        r"diaphys\w+|platyspondyly|vertebrae?|vertebral|iliac|acetabul\w+|phalan\w+|osteopenia|osteoporosis|osteosclerosis|",
        r"osteolysis|bone age|skeletal maturation|bowing of|coxa|nephrocalcinosis|nephrolithiasis|renal cysts?|",
        r"septal defect|aneurysm|dilatation of the)\b",
    ))
});

fn is_match(rule: &LazyLock<Option<Regex>>, text: &str) -> bool {
    rule.as_ref().is_some_and(|rule| rule.is_match(text))
}

/// Where a finding is told.
pub(super) fn part_of(graph: &Graph, finding: NodeId) -> Part {
    let label = graph.label(finding);
    let is_prenatal = |node: &NodeId| words(graph.label(*node)).iter().any(|word| word == "prenatal");
    let is_seen_later = is_match(&NO_PREGNANCY, label);
    if !is_seen_later && graph.taxonomy().ancestors(finding).iter().any(is_prenatal) {
        Part::Pregnancy
    } else if is_match(&LABORATORY, label) && !is_match(&NO_LABORATORY, label) && !is_of_an_organ(graph, finding) {
        Part::Laboratory
    } else if is_match(&IMAGING, label) {
        Part::Imaging
    } else {
        Part::Examination
    }
}

/// Whether a finding belongs to an organ that no laboratory looks at, though it is named as if one did: the eye, the
/// skeleton, the working of the bladder, the gut.
fn is_of_an_organ(graph: &Graph, finding: NodeId) -> bool {
    const ORGANS: [&str; 4] = ["HP:0000478", "HP:0000924", "HP:0000009", "HP:0025031"];
    graph.taxonomy().ancestors(finding).into_iter().any(|above| ORGANS.contains(&graph.curie(above).as_str()))
}

/// The sex that a finding is only seen in, by the terms above it: whole words, never parts of words.
pub(super) fn sex_of(graph: &Graph, finding: NodeId) -> Option<Sex> {
    let mut sexes = graph.taxonomy().ancestors(finding).into_iter().filter_map(|node| {
        let words = words(graph.label(node));
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        match (has("male"), has("female") || has("menstrual")) {
            (true, false) => Some(Sex::Male),
            (false, true) => Some(Sex::Female),
            _ => None,
        }
    });
    let first = sexes.next()?;
    sexes.all(|sex| sex == first).then_some(first)
}

/// A sex that words need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

static CIRCULATING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(r"(?i)^(elevated|increased|decreased|reduced|low|high) circulating (.+?)( concentration| level)?$")
});
static WITH_DEGREE: LazyLock<Option<Regex>> =
    LazyLock::new(|| rule(r"(?i)^([^,]+), (mild|moderate|severe|profound|progressive|nonprogressive|acute|chronic)$"));

/// A finding as a noun phrase inside a sentence.
pub(super) fn phrase(lexicon: &Lexicon, label: &str) -> String {
    let replaced = |rule: &LazyLock<Option<Regex>>, with: &str| {
        let rule = rule.as_ref()?;
        rule.is_match(label).then(|| rule.replace(label, with).into_owned())
    };
    if let Some(text) = replaced(&CIRCULATING, "$1 serum $2") {
        return lexicon.inside_sentence(&text);
    }
    if let Some(parts) = WITH_DEGREE.as_ref().and_then(|rule| rule.captures(label)) {
        return format!("{} {}", parts[2].to_lowercase(), lexicon.inside_sentence(&parts[1]));
    }
    lexicon.inside_sentence(label)
}

/// The names under which texts speak of a node, but for the case of the first letter: its label, a finding's phrase, and
/// of a code the code itself, alone or before its title.
pub fn told_names(graph: &Graph, node: NodeId) -> Vec<String> {
    let label = graph.label(node);
    match graph.category(node) {
        FINDING => vec![label.to_owned(), phrase(&Lexicon::default(), label)],
        "DiagnosisCode" => {
            let code = graph.curie(node).local();
            vec![code.to_owned(), format!("{code} {label}")]
        }
        _ => vec![label.to_owned()],
    }
}

/// Things in a row: "a", "a and b", "a, b, and c".
pub(super) fn list<T: AsRef<str>>(things: &[T]) -> String {
    match things {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first, second] => format!("{} and {}", first.as_ref(), second.as_ref()),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{}, and {}", most.join(", "), last.as_ref())
        }
    }
}

/// How often, in words: the lower bound of a share.
pub fn how_often(lower_bound: f64) -> &'static str {
    match lower_bound {
        bound if bound >= 0.99 => "nearly always",
        bound if bound >= 0.80 => "very often",
        bound if bound >= 0.30 => "often",
        bound if bound >= 0.05 => "sometimes",
        _ => "rarely",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_compiles() {
        for rule in [&LABORATORY, &NO_LABORATORY, &NO_PREGNANCY, &IMAGING, &CIRCULATING, &WITH_DEGREE] {
            assert!(rule.is_some());
        }
    }

    #[test]
    fn labels_of_tables_become_phrases() {
        let lexicon = Lexicon::default();
        for (label, expected) in [
            ("Elevated circulating creatine kinase concentration", "elevated serum creatine kinase"),
            ("Intellectual disability, severe", "severe intellectual disability"),
            ("Short stature", "short stature"),
        ] {
            assert_eq!(phrase(&lexicon, label), expected);
        }
    }

    #[test]
    fn lists_read_as_lists() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a and b");
        assert_eq!(list(&["a", "b", "c"]), "a, b, and c");
    }

    #[test]
    fn findings_are_told_where_they_are_found() {
        let graph = Graph::from_arrows(
            "PhenotypicFeature:Hyperammonemia -is_a-> PhenotypicFeature:root\nPhenotypicFeature:Polyuria -is_a-> PhenotypicFeature:root\nPhenotypicFeature:Platyspondyly -is_a-> PhenotypicFeature:root",
        )
        .unwrap();
        let part = |text: &str| part_of(&graph, graph.find(&text.parse().unwrap()).unwrap());
        assert_eq!(part("PhenotypicFeature:Hyperammonemia"), Part::Laboratory);
        assert_eq!(part("PhenotypicFeature:Polyuria"), Part::Examination);
        assert_eq!(part("PhenotypicFeature:Platyspondyly"), Part::Imaging);
    }

    #[test]
    fn equinovarus_makes_nobody_female() {
        let graph = Graph::from_arrows(
            "PhenotypicFeature:talipes_equinovarus -is_a-> PhenotypicFeature:foot\nPhenotypicFeature:cryptorchidism -is_a-> PhenotypicFeature:abnormality_of_the_male_genitalia\nPhenotypicFeature:amenorrhea -is_a-> PhenotypicFeature:abnormal_female_reproductive_system",
        )
        .unwrap();
        let sex = |text: &str| sex_of(&graph, graph.find(&text.parse().unwrap()).unwrap());
        assert_eq!(sex("PhenotypicFeature:talipes_equinovarus"), None);
        assert_eq!(sex("PhenotypicFeature:cryptorchidism"), Some(Sex::Male));
        assert_eq!(sex("PhenotypicFeature:amenorrhea"), Some(Sex::Female));
    }
}
