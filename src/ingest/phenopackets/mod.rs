//! GA4GH phenopackets: what was found in one patient, what was looked for and not found, and what it was.
//!
//! A packet becomes a case. Its excluded features are the greater part of many packets, and a reader that takes one of
//! them for a finding has the patient wrong; so `excluded`, and what version 1 calls `negated`, become a relation of
//! their own, and a feature that says neither yes nor no is not guessed at. An excluded disease is no diagnosis, and
//! neither is one of an interpretation that has not solved the case.

mod packet;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::identifier::identifier;
use crate::ingest::json_elements::each_object;
use crate::ingest::json_elements::object;
use crate::ingest::phenopackets::packet::Disease;
use crate::ingest::phenopackets::packet::Feature;
use crate::ingest::phenopackets::packet::Interpretation;
use crate::ingest::phenopackets::packet::OntologyClass;
use crate::ingest::phenopackets::packet::Packet;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::RelationId;

/// The reader; it has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phenopackets {}

/// Interpretations of this progress say what the case is not known to be.
const NOT_SOLVED: [&str; 2] = ["IN_PROGRESS", "UNSOLVED"];

struct Cases {
    has_phenotype: RelationId,
    phenotype_absent: RelationId,
    diagnosed_with: RelationId,
    seen: BTreeSet<Curie>,
}

impl Reader for Phenopackets {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut cases = Cases {
            has_phenotype: sink.relation("case_has_phenotype")?,
            phenotype_absent: sink.relation("case_phenotype_absent")?,
            diagnosed_with: sink.relation("case_diagnosed_with")?,
            seen: BTreeSet::new(),
        };
        each_object(input, sink, |text, line, sink| {
            let packet = object::<Packet>(text).map_err(|(n_lines, why)| (line.saturating_add(n_lines), why));
            match packet.and_then(|packet| Ok((cases.case(&packet).map_err(|why| (line, why))?, packet))) {
                Ok((case, packet)) => cases.take(&case, &packet, line, sink),
                Err((line, why)) => sink.quarantine(line, why),
            }
        })
    }
}

impl Cases {
    /// The identifier of a packet's case, which no packet before it has.
    fn case(&mut self, packet: &Packet) -> Result<Curie, String> {
        if packet.proband.is_some() || packet.members.is_some() {
            return Err("this is a family or a cohort; give the packets of its members, one by one".to_owned());
        }
        let id = packet.id.as_deref().unwrap_or_default().trim();
        if id.is_empty() {
            return Err("the packet has no `id`".to_owned());
        }
        let case = case(id)?;
        if self.seen.insert(case.clone()) {
            Ok(case)
        } else {
            Err(format!("a packet before this one has the id `{id}`"))
        }
    }

    fn take(&self, case: &Curie, packet: &Packet, line: u32, sink: &mut Sink<'_>) {
        let id = packet.id.as_deref().unwrap_or_default().trim();
        sink.node(NodeRecord::new(case.clone(), id, "Case", sink.place(line)));
        let read: [(&str, &Option<Vec<Value>>, Reading); 3] = [
            ("feature", &packet.features, Self::feature),
            ("disease", &packet.diseases, Self::disease),
            ("interpretation", &packet.interpretations, Self::interpretation),
        ];
        for (what, parts, read) in read {
            for (number, part) in (1..).zip(parts.iter().flatten()) {
                match read(self, part) {
                    Ok(Said::Edge(edge)) => {
                        let place = sink.place(line);
                        // The packet tells the name of the term, which no other source may.
                        sink.mention(NodeRecord::new(edge.term.clone(), &edge.label, edge.category, place));
                        sink.edge(EdgeRecord {
                            subject: case.clone(),
                            relation: edge.relation,
                            object: edge.term,
                            qualifiers: Qualifiers { onset: edge.onset.into_iter().collect(), ..Qualifiers::default() },
                            place,
                        });
                    }
                    Ok(Said::Nothing(rule)) => sink.leave_out(rule),
                    Err(why) => sink.quarantine(line, format!("{what} {number} of packet `{id}`: {why}")),
                }
            }
        }
    }

    fn feature(&self, part: &Value) -> Result<Said, String> {
        let feature: Feature = parsed(part)?;
        let (term, label) = term(feature.class.as_ref(), "type")?;
        let relation = if feature.is_excluded() { self.phenotype_absent } else { self.has_phenotype };
        let onset = feature.onset.and_then(|onset| onset.class).and_then(|class| class.id);
        let onset = onset.and_then(|id| identifier(id.trim()).ok());
        Ok(Said::Edge(Statement { relation, term, label, category: "PhenotypicFeature", onset }))
    }

    fn disease(&self, part: &Value) -> Result<Said, String> {
        let disease: Disease = parsed(part)?;
        let (term, label) = term(disease.term.as_ref(), "term")?;
        Ok(if disease.is_excluded { Said::Nothing("excluded disease") } else { self.diagnosis(term, label) })
    }

    fn interpretation(&self, part: &Value) -> Result<Said, String> {
        let interpretation: Interpretation = parsed(part)?;
        if interpretation.progress.as_deref().is_some_and(|progress| NOT_SOLVED.contains(&progress)) {
            return Ok(Said::Nothing("interpretation that is not solved"));
        }
        let Some(diagnosis) = interpretation.diagnosis else {
            return Ok(Said::Nothing("interpretation without a diagnosis"));
        };
        let (term, label) = term(diagnosis.disease.as_ref(), "disease")?;
        Ok(self.diagnosis(term, label))
    }

    fn diagnosis(&self, term: Curie, label: Box<str>) -> Said {
        Said::Edge(Statement { relation: self.diagnosed_with, term, label, category: "Disease", onset: None })
    }
}

type Reading = fn(&Cases, &Value) -> Result<Said, String>;

/// What a part of a packet says of the case: something, or nothing, by a rule.
enum Said {
    Edge(Statement),
    Nothing(&'static str),
}

struct Statement {
    relation: RelationId,
    term: Curie,
    label: Box<str>,
    category: &'static str,
    onset: Option<Curie>,
}

/// The identifier and the label of a term.
fn term(class: Option<&OntologyClass>, field: &str) -> Result<(Curie, Box<str>), String> {
    let class = class.ok_or_else(|| format!("it has no `{field}`"))?;
    let curie = identifier(class.id.as_deref().unwrap_or_default().trim())?;
    Ok((curie, class.label.as_deref().unwrap_or_default().trim().into()))
}

/// A part of a packet.
fn parsed<T: DeserializeOwned>(part: &Value) -> Result<T, String> {
    if part.is_object() {
        T::deserialize(part).map_err(|error| error.to_string())
    } else {
        Err("it is no object".to_owned())
    }
}

/// The identifier of a case. A packet's id may hold blanks; they are written as in an IRI.
fn case(id: &str) -> Result<Curie, String> {
    let mut local = String::with_capacity(id.len());
    for character in id.chars() {
        if character.is_whitespace() || character.is_control() || character == '%' {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                local.push_str(&format!("%{byte:02X}"));
            }
        } else {
            local.push(character);
        }
    }
    format!("phenopacket:{local}").parse().map_err(|error: crate::kg::CurieError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;

    fn read(text: &str) -> Records {
        read_bytes(&Phenopackets {}, text.as_bytes()).unwrap()
    }

    fn edges(records: &Records) -> Vec<String> {
        let relations = crate::kg::Relations::standard().unwrap();
        let shown = |edge: &EdgeRecord| format!("{} {}", relations.row(edge.relation).name, edge.object);
        records.edges.iter().map(shown).collect()
    }

    #[test]
    fn what_is_excluded_is_no_finding_and_no_diagnosis() {
        let records = read(
            r#"{"id": "A 1", "subject": {"id": "p"}, "phenotypicFeatures": [
{"type": {"id": "HP:1", "label": "Fever"}, "onset": {"ontologyClass": {"id": "HP:0003577"}}},
{"type": {"id": "HP:2"}, "excluded": false}, {"type": {"id": "HP:3"}, "excluded": true},
{"type": {"id": "HP:4"}, "negated": true}],
"diseases": [{"term": {"id": "OMIM:1"}}, {"term": {"id": "OMIM:2"}, "excluded": true}]}"#,
        );
        let expected = [
            "case_has_phenotype HP:1",
            "case_has_phenotype HP:2",
            "case_phenotype_absent HP:3",
            "case_phenotype_absent HP:4",
            "case_diagnosed_with OMIM:1",
        ];
        assert_eq!(edges(&records), expected);
        assert_eq!(records.files[0].left_out.get("excluded disease"), Some(&1));
        let case = &records.nodes[0];
        assert_eq!((case.curie.as_str(), &*case.label, &*case.category), ("phenopacket:A%201", "A 1", "Case"));
        assert_eq!(records.edges[0].qualifiers.onset[0].as_str(), "HP:0003577");
        assert_eq!(&*records.mentions[0].label, "Fever");
    }

    #[test]
    fn only_what_solves_a_case_is_its_diagnosis() {
        let interpretation = |progress: &str, disease: &str| {
            format!(
                r#"{{"progressStatus": {progress}, "diagnosis": {{"disease": {{"id": "{disease}"}}, "genomicInterpretations": []}}}}"#
            )
        };
        let list = [
            interpretation("\"SOLVED\"", "OMIM:1"),
            interpretation("\"UNSOLVED\"", "OMIM:2"),
            interpretation("\"IN_PROGRESS\"", "OMIM:3"),
            interpretation("null", "OMIM:4"),
            "{}".to_owned(),
        ];
        let records = read(&format!(r#"{{"id": "a", "interpretations": [{}]}}"#, list.join(",")));
        assert_eq!(edges(&records), ["case_diagnosed_with OMIM:1", "case_diagnosed_with OMIM:4"]);
        let rules: Vec<(&str, u64)> = records.files[0].left_out.iter().map(|(rule, count)| (&**rule, *count)).collect();
        assert_eq!(rules, [("interpretation that is not solved", 2), ("interpretation without a diagnosis", 1)]);
    }

    #[test]
    fn a_feature_that_says_neither_yes_nor_no_is_not_guessed_at() {
        let records = read(
            r#"{"id": "a", "phenotypicFeatures": [{"type": {"id": "HP:1"}, "excluded": "true"}, {"type": {"id": "fever"}}, {"type": {"id": "HP:2"}}]}"#,
        );
        assert_eq!(edges(&records), ["case_has_phenotype HP:2"]);
        let told: Vec<&str> = records.findings.iter().map(|finding| &*finding.text).collect();
        let expected = [
            "feature 1 of packet `a`: invalid type: string \"true\", expected a boolean",
            "feature 2 of packet `a`: `fever` has no `:` between prefix and local id, as in `HP:0000822`",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_packet_has_an_id_of_its_own_and_is_no_family() {
        let records =
            read("{\"id\": \"a\"}\n{\"id\": \"a\"}\n{}\n{\"id\": \"f\", \"proband\": {\"id\": \"b\"}}\n{\"id\": 7}\n");
        assert_eq!(records.nodes.len(), 1);
        let told: Vec<String> = records.findings.iter().map(ToString::to_string).collect();
        let expected = [
            "warning I101: a packet before this one has the id `a`\n  first at test:2",
            "warning I101: the packet has no `id`\n  first at test:3",
            "warning I101: this is a family or a cohort; give the packets of its members, one by one\n  first at test:4",
            "warning I101: invalid type: integer `7`, expected a string at column 8\n  first at test:5",
        ];
        assert_eq!(told, expected);
    }
}
