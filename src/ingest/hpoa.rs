//! `phenotype.hpoa`: which disease has which finding, and how often.
//!
//! Three spellings of absence (`NOT`, `0/n`, the frequency term "Excluded") become one negative relation here, so
//! that no later stage can mistake an absent finding for a rare one. The aspect of a row decides its relation: only
//! aspect `P` is a finding; inheritance, onset and course are about the disease.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::table::Table;
use crate::ingest::table::sorted;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::Frequency;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::location::Place;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hpoa {
    /// Evidence codes whose rows are left out.
    #[serde(default)]
    leave_out_evidence: Vec<Box<str>>,
}

/// Frequency terms as shares: those of the HPO's own table.
const CLASSES: [(&str, f64, f64); 5] = [
    ("HP:0040280", 1.0, 1.0),
    ("HP:0040281", 0.80, 0.99),
    ("HP:0040282", 0.30, 0.79),
    ("HP:0040283", 0.05, 0.29),
    ("HP:0040284", 0.01, 0.04),
];
const EXCLUDED: &str = "HP:0040285";

struct Columns {
    disease: usize,
    name: usize,
    qualifier: usize,
    term: usize,
    reference: usize,
    evidence: usize,
    onset: usize,
    frequency: usize,
    sex: usize,
    aspect: usize,
}

impl Reader for Hpoa {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let is_header =
            |line: &str| !line.starts_with('#') || line.starts_with("#DatabaseID") || line.starts_with("#database_id");
        let without = "this is no annotation file: no line names the column `database_id`";
        let mut table = Table::open(input, is_header, without)?;
        let columns = Columns::find(&table)?;
        let mut names: BTreeMap<Curie, BTreeMap<Box<str>, (u64, Place)>> = BTreeMap::new();
        while let Some(line) = table.next_row(sink)? {
            match self.record(&table, &columns, line, sink) {
                Ok(Some(disease)) => {
                    let name = table.field(columns.name).into();
                    let place = sink.place(line);
                    names.entry(disease).or_default().entry(name).or_insert((0, place)).0 += 1;
                }
                Ok(None) => {}
                Err(why) => sink.quarantine(line, why),
            }
        }
        // A disease may have two names: the most frequent one is kept, the others are synonyms nobody vouches for.
        for (disease, spellings) in names {
            let best = spellings.iter().max_by(|left, right| left.1.0.cmp(&right.1.0).then(right.0.cmp(left.0)));
            if let Some((name, (_, place))) = best {
                sink.mention(NodeRecord::new(disease, name, "Disease", *place));
            }
        }
        Ok(())
    }
}

impl Columns {
    fn find(table: &Table) -> Result<Self, ReadError> {
        let either = |new: &str, old: &str| match table.optional(old) {
            Some(at) if table.optional(new).is_none() => Ok(at),
            _ => table.column(new),
        };
        Ok(Self {
            disease: either("database_id", "DatabaseID")?,
            name: either("disease_name", "DiseaseName")?,
            qualifier: either("qualifier", "Qualifier")?,
            term: either("hpo_id", "HPO_ID")?,
            reference: either("reference", "Reference")?,
            evidence: either("evidence", "Evidence")?,
            onset: either("onset", "Onset")?,
            frequency: either("frequency", "Frequency")?,
            sex: either("sex", "Sex")?,
            aspect: either("aspect", "Aspect")?,
        })
    }
}

impl Hpoa {
    /// Sends one row to the sink; the disease where the row was used.
    fn record(
        &self,
        table: &Table,
        columns: &Columns,
        line: u32,
        sink: &mut Sink<'_>,
    ) -> Result<Option<Curie>, String> {
        let field = |at: usize| table.field(at);
        let disease: Curie = field(columns.disease).parse().map_err(text)?;
        let term: Curie = field(columns.term).parse().map_err(text)?;
        let evidence = field(columns.evidence);
        if self.leave_out_evidence.iter().any(|code| **code == *evidence) {
            // The disease exists all the same: genes may name it.
            sink.leave_out(&format!("evidence {evidence}"));
            return Ok(Some(disease));
        }
        let (frequency, is_excluded) = frequency(field(columns.frequency))?;
        let is_negated = match field(columns.qualifier) {
            "" => is_excluded,
            "NOT" => true,
            other => return Err(format!("the qualifier `{other}` is neither empty nor `NOT`")),
        };
        let relation = match (field(columns.aspect), is_negated) {
            ("P", false) => "has_phenotype",
            ("P", true) => "phenotype_absent",
            ("I" | "C" | "H" | "M", true) => {
                sink.leave_out("negated row that is no finding");
                return Ok(None);
            }
            ("I", false) => "has_inheritance",
            // Aspect C holds onset and course; the term's own category tells which.
            ("C", false) => "has_onset",
            ("H" | "M", false) => "has_course",
            (other, _) => return Err(format!("the aspect `{other}` is none of P, I, C, H, M")),
        };
        let mut onset: Vec<Curie> = Vec::new();
        for part in table.parts(Some(columns.onset), ';') {
            match part.parse() {
                Ok(term) => onset.push(term),
                Err(why) => sink.drop_part(line, why),
            }
        }
        let sex = sex(field(columns.sex)).unwrap_or_else(|why| {
            sink.drop_part(line, why);
            None
        });
        let qualifiers = Qualifiers {
            frequency,
            onset,
            sex,
            evidence: sorted(table.parts(Some(columns.evidence), ';')),
            publications: sorted(table.parts(Some(columns.reference), ';')),
        };
        let relation = sink.relation(relation).map_err(text)?;
        let place = sink.place(line);
        sink.edge(EdgeRecord { subject: disease.clone(), relation, object: term, qualifiers, place });
        Ok(Some(disease))
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A frequency, and whether it says that the finding is absent.
pub(super) fn frequency(text: &str) -> Result<(Frequency, bool), String> {
    let wrong =
        || format!("`{text}` is no frequency; it is a term such as `HP:0040281`, counts such as `3/8`, or `50%`");
    if text.is_empty() || text == "-" {
        return Ok((Frequency::default(), false));
    }
    if text == EXCLUDED {
        return Ok((Frequency::default(), true));
    }
    if let Some((_, low, high)) = CLASSES.iter().find(|(term, _, _)| *term == text) {
        return Ok((Frequency { counts: None, class: Some((*low, *high)) }, false));
    }
    if let Some((hits, total)) = text.split_once('/') {
        let counts = hits.trim().parse::<u32>().ok().zip(total.trim().parse::<u32>().ok());
        let (hits, total) = counts.filter(|(hits, total)| hits <= total && *total > 0).ok_or_else(wrong)?;
        return Ok((Frequency { counts: Some((hits, total)), class: None }, hits == 0));
    }
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let share = percent.map(|percent| percent / 100.0).filter(|share| (0.0..=1.0).contains(share)).ok_or_else(wrong)?;
    Ok((Frequency { counts: None, class: Some((share, share)) }, share == 0.0))
}

/// The sex that a row is about: a word, or a term of PATO; `None` where it is about both.
pub(super) fn sex(text: &str) -> Result<Option<Box<str>>, String> {
    match text {
        "" => Ok(None),
        "PATO:0000383" => Ok(Some("FEMALE".into())),
        "PATO:0000384" => Ok(Some("MALE".into())),
        _ if text.eq_ignore_ascii_case("female") || text.eq_ignore_ascii_case("male") => {
            Ok(Some(text.to_ascii_uppercase().into()))
        }
        _ => Err(format!("`{text}` is no sex; it is `male` (`PATO:0000384`) or `female` (`PATO:0000383`)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;

    const HEADER: &str = "#version: 1\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n";

    fn read(rows: &str) -> Records {
        read_bytes(&Hpoa { leave_out_evidence: vec!["IEA".into()] }, format!("{HEADER}{rows}").as_bytes()).unwrap()
    }

    fn row(qualifier: &str, frequency: &str, aspect: &str) -> String {
        format!("ORPHA:1\tA\t{qualifier}\tHP:1\tPMID:1\tPCS\t\t{frequency}\t\t\t{aspect}\tx\n")
    }

    fn relation_of(records: &Records) -> String {
        let relations = crate::kg::Relations::standard().unwrap();
        relations.row(records.edges[0].relation).name.to_string()
    }

    #[test]
    fn every_spelling_of_absence_is_absence() {
        for (qualifier, frequency) in [("NOT", ""), ("", "0/7"), ("", "HP:0040285"), ("NOT", "3/4"), ("", "0%")] {
            assert_eq!(relation_of(&read(&row(qualifier, frequency, "P"))), "phenotype_absent");
        }
        assert_eq!(relation_of(&read(&row("", "1/7", "P"))), "has_phenotype");
    }

    #[test]
    fn rows_that_are_no_findings_are_about_the_disease() {
        assert_eq!(relation_of(&read(&row("", "", "I"))), "has_inheritance");
        assert_eq!(read(&row("NOT", "", "I")).files[0].left_out.len(), 1);
    }

    #[test]
    fn evidence_of_a_rule_is_left_out_and_counted() {
        let records = read("ORPHA:1\tA\t\tHP:1\tx\tIEA\t\t\t\t\tP\tx\n");
        assert_eq!(records.files[0].left_out.get("evidence IEA"), Some(&1));
        assert!(records.edges.is_empty());
        assert_eq!(records.mentions.len(), 1);
    }

    #[test]
    fn bad_rows_are_quarantined_one_by_one() {
        let bad = [
            row("", "8/3", "P"),
            row("", "often", "P"),
            row("MAYBE", "", "P"),
            row("", "", "Q"),
            "ORPHA:1\tA\n".to_owned(),
            "ORPHA 1\tA\t\tHP:1\t\tPCS\t\t\t\t\tP\tx\n".to_owned(),
            "ORPHA:1\tA\t\tHP 1\t\tPCS\t\t\t\t\tP\tx\n".to_owned(),
            row("", "0/0", "P"),
            row("", "150%", "P"),
        ];
        let records = read(&bad.concat());
        assert_eq!((records.files[0].read, records.files[0].quarantined), (9, 9));
        assert_eq!(
            records.findings[0].to_string(),
            "warning I101: `8/3` is no frequency; it is a term such as `HP:0040281`, counts such as `3/8`, or `50%`\n  first at test:3"
        );
    }

    #[test]
    fn an_onset_or_a_sex_that_cannot_be_read_is_dropped_and_told() {
        let records = read(
            "ORPHA:1\tA\t\tHP:1\tPMID:1\tPCS\tHP:0003577;soon\t\tMale\t\tP\tx\n\
             ORPHA:1\tA\t\tHP:2\tPMID:1\tPCS\t\t\tboth\t\tP\tx\n",
        );
        let said: Vec<_> =
            records.edges.iter().map(|edge| (edge.qualifiers.onset.len(), edge.qualifiers.sex.as_deref())).collect();
        assert_eq!(said, [(1, Some("MALE")), (0, None)]);
        let told: Vec<String> = records.findings.iter().map(ToString::to_string).collect();
        let expected = [
            "warning I103: `soon` has no `:` between prefix and local id, as in `HP:0000822`\n  first at test:3",
            "warning I103: `both` is no sex; it is `male` (`PATO:0000384`) or `female` (`PATO:0000383`)\n  first at test:4",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn columns_may_stand_in_any_order_but_must_be_there() {
        let error = read_bytes(&Hpoa::default(), b"database_id\tdisease_name\n").unwrap_err().to_string();
        assert_eq!(error, "test:1: the table has no column `qualifier`; it has database_id, disease_name");
    }

    #[test]
    fn a_file_without_header_is_refused() {
        let error = read_bytes(&Hpoa::default(), b"#version: 1\n").unwrap_err().to_string();
        assert!(error.contains("this is no annotation file"), "{error}");
    }
}
