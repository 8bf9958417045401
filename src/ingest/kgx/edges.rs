//! The edges.
//!
//! The relation of an edge is looked for in the settings by its association class, its `relation` (which often says
//! what `biolink:related_to` hides) and its predicate; then in the table of relations by its predicate; and it is
//! `related_to` where nothing is found, which a finding says. A setting may name a relation or its inverse, which
//! turns the edge round.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::hpoa::frequency;
use crate::ingest::hpoa::sex;
use crate::ingest::identifier::identifier;
use crate::ingest::identifier::truth;
use crate::ingest::kgx::local;
use crate::ingest::kgx::row::EdgeRow;
use crate::ingest::kgx::row::Syntax;
use crate::ingest::kgx::row::each_edge;
use crate::ingest::mapping::Mapping;
use crate::ingest::table::sorted;
use crate::ingest::target::Target;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Qualifiers;

/// Settings of the reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct KgxEdges {
    /// Association class, `relation` or predicate, as written → a relation of the table, or the inverse of one.
    relations: BTreeMap<Box<str>, Box<str>>,
    /// The relation of all other predicates that the table lacks.
    default: Box<str>,
    /// Prefix → category of the ends that no table of nodes describes.
    stubs: BTreeMap<PrefixName, Box<str>>,
    /// `tsv` or `jsonl`, where the file's name does not tell.
    syntax: Option<Syntax>,
}

impl Default for KgxEdges {
    /// Nothing is mapped, and unknown predicates become `related_to`, which says no more than that there is an edge.
    fn default() -> Self {
        Self { relations: BTreeMap::new(), default: "related_to".into(), stubs: BTreeMap::new(), syntax: None }
    }
}

impl Reader for KgxEdges {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let syntax = Syntax::of(self.syntax, input.path());
        let named = self.relations.iter().map(|(written, name)| (local(written), &**name));
        let mut mapping = Mapping::new(named, &self.default, sink)?;
        let mut stubs: BTreeSet<Curie> = BTreeSet::new();
        each_edge(input, syntax, sink, |row, line, sink| {
            let edge = match edge(row, &mut mapping, line, sink) {
                Ok(Some(edge)) => edge,
                Ok(None) => return sink.leave_out("negated edge that no one relation states"),
                Err(why) => return sink.quarantine(line, why),
            };
            for end in [&edge.subject, &edge.object] {
                if stubs.insert(end.clone()) {
                    let category = self.stubs.get(end.prefix()).map_or("", |category| category);
                    sink.mention(NodeRecord::new(end.clone(), "", category, edge.place));
                }
            }
            sink.edge(edge);
        })?;
        mapping.tell(sink);
        Ok(())
    }
}

fn relation(row: &EdgeRow<'_>, mapping: &mut Mapping<'_>, sink: &Sink<'_>) -> Result<Target, String> {
    let predicate = row.predicate.as_str();
    if predicate.is_empty() {
        return Err("the edge has no predicate".to_owned());
    }
    let mut written = row.category.iter().chain([row.relation.as_str(), predicate]);
    if let Some(target) = written.find_map(|written| mapping.named(local(written))) {
        return Ok(target);
    }
    match sink.relation_of_predicate(local(predicate)) {
        Some(relation) => Ok(Target { relation, is_backwards: false }),
        None => Ok(mapping.unknown(predicate)),
    }
}

/// The edge of a row; `None` if it is negated and no one relation states that.
fn edge(
    row: &EdgeRow<'_>,
    mapping: &mut Mapping<'_>,
    line: u32,
    sink: &mut Sink<'_>,
) -> Result<Option<EdgeRecord>, String> {
    let mut subject = identifier(row.subject.as_str())?;
    let mut object = identifier(row.object.as_str())?;
    let negated = row.negated.as_str();
    let mut is_negated =
        truth(negated).ok_or_else(|| format!("`{negated}` in `negated` is neither `true` nor `false`"))?;
    let Target { mut relation, is_backwards } = relation(row, mapping, sink)?;
    let mut qualifiers = Qualifiers {
        evidence: sorted(row.evidence.iter()),
        publications: sorted(row.publications.iter()),
        ..Qualifiers::default()
    };
    match frequency(row.frequency.as_str()) {
        Ok((frequency, is_absent)) => {
            qualifiers.frequency = frequency;
            is_negated |= is_absent;
        }
        Err(why) => sink.drop_part(line, why),
    }
    for onset in row.onset.iter() {
        match identifier(onset) {
            Ok(onset) => qualifiers.onset.push(onset),
            Err(why) => sink.drop_part(line, why),
        }
    }
    match sex(row.sex.as_str()) {
        Ok(sex) => qualifiers.sex = sex,
        Err(why) => sink.drop_part(line, why),
    }
    if is_negated {
        match sink.negative(relation) {
            Some(negative) => relation = negative,
            None => return Ok(None),
        }
    }
    if is_backwards {
        std::mem::swap(&mut subject, &mut object);
    }
    Ok(Some(EdgeRecord { subject, relation, object, qualifiers, place: sink.place(line) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;

    fn read(settings: &str, text: &str) -> Records {
        let reader: KgxEdges = toml::from_str(settings).unwrap();
        read_bytes(&reader, text.as_bytes()).unwrap()
    }

    fn edges(records: &Records) -> Vec<String> {
        let relations = crate::kg::Relations::standard().unwrap();
        let shown =
            |edge: &EdgeRecord| format!("{} {} {}", edge.subject, relations.row(edge.relation).name, edge.object);
        records.edges.iter().map(shown).collect()
    }

    const HEADER: &str = "object\tpredicate\tsubject\trelation\tcategory\tnegated\n";

    #[test]
    fn a_predicate_is_looked_up_in_the_settings_then_in_the_table() {
        let rows = "B:1\tbiolink:treats\tA:1\t\t\t\n\
                    B:1\tbiolink:subclass_of\tA:1\t\t\t\n\
                    http://identifiers.org/hgnc/7\tbiolink:related_to\tA:1\tRO:0004003\t\t\n\
                    B:1\tbiolink:has_phenotype\tA:1\t\tbiolink:GeneToPhenotypicFeatureAssociation\t\n\
                    B:1\tbiolink:has_phenotype\tA:1\t\t\t\n\
                    B:1\tbiolink:opposes\tA:1\t\t\t\n";
        let settings = "[relations]\n'RO:0004003' = 'has_associated_gene'\n\
                        'biolink:GeneToPhenotypicFeatureAssociation' = 'related_to'";
        let records = read(settings, &format!("{HEADER}{rows}"));
        let expected = [
            "A:1 treats B:1",
            "A:1 is_a B:1",
            "HGNC:7 associated_with A:1",
            "A:1 related_to B:1",
            "A:1 has_phenotype B:1",
            "A:1 related_to B:1",
        ];
        assert_eq!(edges(&records), expected);
        assert_eq!(
            records.findings[0].to_string(),
            "note I105: edges became `related_to`, because no relation has their predicate: `biolink:opposes`"
        );
    }

    #[test]
    fn a_negated_edge_is_stated_by_the_negative_relation_or_left_out() {
        let rows = "B:1\tbiolink:has_phenotype\tA:1\t\t\tTrue\n\
                    B:1\tbiolink:treats\tA:1\t\t\ttrue\n\
                    B:1\tbiolink:part_of\tA:1\t\t\ttrue\n\
                    B:1\tbiolink:part_of\tA:1\t\t\tfalse\n\
                    B:1\tbiolink:part_of\tA:1\t\t\tno\n";
        let records = read("", &format!("{HEADER}{rows}"));
        assert_eq!(edges(&records), ["A:1 phenotype_absent B:1", "A:1 part_of B:1"]);
        // Two relations deny `treats`, and the row does not say which is meant.
        assert_eq!(records.files[0].left_out.get("negated edge that no one relation states"), Some(&2));
        assert_eq!(&*records.findings[0].text, "`no` in `negated` is neither `true` nor `false`");
    }

    #[test]
    fn what_else_is_said_is_kept() {
        let text = "subject\tpredicate\tobject\tpublications\thas_evidence\tfrequency_qualifier\tonset_qualifier\tsex_qualifier\n\
                    A:1\tbiolink:has_phenotype\tB:1\tPMID:2|PMID:1\tECO:1\t3/8\tHP:0003577\tPATO:0000383\n\
                    A:1\tbiolink:has_phenotype\tB:2\t\t\t0/8\t\t\n\
                    A:1\tbiolink:has_phenotype\tB:3\t\t\tsometimes\t\tboth\n";
        let records = read("", text);
        let said = &records.edges[0].qualifiers;
        assert_eq!(said.frequency.counts, Some((3, 8)));
        assert_eq!(
            (&said.publications[..], said.sex.as_deref()),
            (&["PMID:1".into(), "PMID:2".into()][..], Some("FEMALE"))
        );
        assert_eq!((said.evidence.len(), said.onset.len()), (1, 1));
        assert_eq!(edges(&records)[1..], ["A:1 phenotype_absent B:2", "A:1 has_phenotype B:3"]);
        let dropped: Vec<&str> = records.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(dropped, ["I103", "I103"]);
    }

    #[test]
    fn ends_are_mentioned_once_with_the_category_of_their_prefix() {
        let text = format!("{HEADER}B:1\tbiolink:x\tA:1\t\t\t\nB:1\tbiolink:y\tA:1\t\t\t\n");
        let records = read("stubs = { A = 'Gene' }", &text);
        let stubs: Vec<(&str, &str)> =
            records.mentions.iter().map(|node| (node.curie.as_str(), &*node.category)).collect();
        assert_eq!(stubs, [("A:1", "Gene"), ("B:1", "")]);
    }

    #[test]
    fn a_stub_is_found_by_any_spelling_of_its_prefix() {
        let text = format!("{HEADER}ORPHA:1\tbiolink:x\tMIM:1\t\t\t\n");
        let records = read("stubs = { Orphanet = 'Disease', OMIM = 'Gene' }", &text);
        let categories: Vec<&str> = records.mentions.iter().map(|node| &*node.category).collect();
        assert_eq!(categories, ["Gene", "Disease"]);
    }

    #[test]
    fn a_mapping_to_a_relation_without_a_row_is_refused() {
        let reader: KgxEdges = toml::from_str("[relations]\n'biolink:treats' = 'cures'").unwrap();
        let error = read_bytes(&reader, HEADER.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "test: relation `cures` has no row in ontologies/relations.toml");
    }

    #[test]
    fn json_lines_say_the_same_as_a_table() {
        let text = "{\"object\": \"B:1\", \"predicate\": \"biolink:has_phenotype\", \"subject\": \"A:1\", \"negated\": true, \
                    \"category\": [\"biolink:Association\"], \"publications\": [\"PMID:2\", \"PMID:1\"], \"has_evidence\": \"ECO:1\"}\n\
                    {\"object\": \"B:1\", \"predicate\": \"biolink:related_to\", \"subject\": \"A:1\", \"relation\": \"RO:1\"}\n";
        let records = read("syntax = 'jsonl'\n[relations]\n'RO:1' = 'treated_by'", text);
        assert_eq!(edges(&records), ["A:1 phenotype_absent B:1", "B:1 treats A:1"]);
        let said = &records.edges[0].qualifiers;
        assert_eq!(said.publications, ["PMID:1".into(), "PMID:2".into()]);
        assert_eq!(said.evidence, ["ECO:1".into()]);
    }
}
