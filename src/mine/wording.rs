//! Which findings can be told to a clinician.
//!
//! An ontology has terms that are headings ("Abnormality of the spleen"), that belong to a report ("EMG: chronic
//! denervation signs"), or that are no findings of a patient at all ("Nasogastric tube feeding"). They are facts all
//! the same and count in every proof; they are only never told as a clue.

use std::sync::LazyLock;

use regex::Regex;

/// Why a term is no clue, with the pattern that says so; the first that fits counts.
const EXCLUDED: [(&str, &str); 13] = [
    (r"(?i)^abnormal(ity|ities)?\b", "it is a heading: \"abnormality of …\""),
    (r"(?i)\babnormalit(y|ies)\b", "it is a heading: \"… abnormality\""),
    (r"(?i)\b(morphology|physiology|phenotype|abnormal location)\b", "it names a branch of the ontology"),
    (r"(?i)aplasia/hypoplasia|hypoplasia/aplasia", "it leaves open which of two things is meant"),
    (r"[/:;(<>%]", "it is worded for a table"),
    (
        r"(?i)\b(tube feeding|ventilat\w+|transplant\w*|dialysis|transfusion|surgery|surgical|therapy|treatment|medication|wheelchair|tracheostomy|gastrostomy|pacemaker|use of|dependen\w+ on|history of|responsive to|refractory)\b",
        "it is a treatment or a history, no finding",
    ),
    (
        r"(?i)\b(like episodes?|syndrome|disease|disorder|adverse drug response|sudden death|death|stillbirth|abortion|recurrence|risk|increased susceptibility|predisposition|carcinoma of)\b",
        "it is a disease or an outcome, no finding",
    ),
    (
        r"(?i)\b(mitochondrial complex|respiratory chain|inclusions?|glycan|glycosylation|histolog\w*|biops\w*|ultrastructur\w*|electron microscop\w*|immunoreactiv\w*|sarcomere|storage material|fibers?|enzyme activity|activity|in (muscle|fibroblasts|leukocytes|lymphocytes)|vacuolated|cells? (in|with)|mutation|chromosom\w*|DNA|T cell|B cell)\b",
        "it is seen under a microscope or in a test tube only",
    ),
    (
        r"(?i)\b(EEG|EMG|ECG|electroencephalogra\w*|electromyogra\w*|evoked potential\w*|nerve conduction)\b",
        "it is worded as a line of a report",
    ),
    (
        r"(?i)^(allergy|asthenia|autoimmunity|ectodermal dysplasia|functional motor deficit|macule|pain|scarring|skeletal dysplasia)$",
        "it is too vague to point anywhere",
    ),
    (
        r"(?i)^(choroideremia|nonketotic hyperglycinemia|potter facies|severe viral infection|thyrotoxicosis with .*|hashimoto .*)$",
        "it is a diagnosis, no finding",
    ),
    (r"(?i)\b(echolalia)\b", "several unrelated diseases carry it by mistake"),
    (
        r"(?i)\b(clinical|onset|inheritance|course|phenotypic variability|nonspecific|unspecified)\b",
        "it is about the course, no finding",
    ),
];

/// What may stand after a comma: it moves to the front where it is told.
pub const DEGREES: [&str; 8] =
    ["mild", "moderate", "severe", "profound", "progressive", "nonprogressive", "acute", "chronic"];

/// More words than this are a definition.
const MAX_WORDS: usize = 6;

static RULES: LazyLock<Vec<(Option<Regex>, &'static str)>> =
    LazyLock::new(|| EXCLUDED.iter().map(|&(pattern, why)| (Regex::new(pattern).ok(), why)).collect());

/// Whether a finding's label can be told as a clue.
///
/// # Errors
///
/// Why it cannot.
pub fn is_wordable(label: &str) -> Result<(), &'static str> {
    if label.split_whitespace().count() > MAX_WORDS {
        return Err("it has more than six words");
    }
    if label.rsplit_once(',').is_some_and(|(before, degree)| before.contains(',') || !DEGREES.contains(&degree.trim()))
    {
        return Err("it is a list, or turned round for an index");
    }
    if label.trim().is_empty() {
        return Err("it has no name");
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
    fn headings_reports_treatments_and_histology_are_no_clues() {
        for label in [
            "Abnormality of the spleen",
            "Abnormal hair pattern",
            "Brain imaging abnormality",
            "Aplasia/Hypoplasia of the cerebellum",
            "EMG: neuropathic changes",
            "Nasogastric tube feeding",
            "Reye syndrome-like episodes",
            "Decreased activity of mitochondrial complex I",
            "Abnormal spleen morphology",
            "Type 1 muscle fiber predominance in the muscle biopsy",
            "Echolalia",
            "Skeletal dysplasia",
            "High, narrow palate",
            "Microtia, first degree",
            "Lymphoproliferative disorder",
            "EEG with burst suppression",
            "",
        ] {
            assert!(is_wordable(label).is_err(), "{label}");
        }
    }

    #[test]
    fn findings_are() {
        for label in [
            "Hemophagocytosis",
            "Elevated circulating creatine kinase concentration",
            "Babinski sign",
            "Intellectual disability, severe",
            "Short stature",
            "Recurrent respiratory infections",
        ] {
            assert_eq!(is_wordable(label), Ok(()), "{label}");
        }
    }
}
