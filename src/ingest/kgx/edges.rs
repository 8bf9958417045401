//! The table of edges.
//!
//! The relation of an edge is looked for in the settings by its association class, its `relation` (which often says
//! what `biolink:related_to` hides) and its predicate; then in the table of relations by its predicate; and it is
//! `related_to` where nothing is found, which a finding says. A setting may name a relation or its inverse, which
//! turns the edge round.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::finding::Code;
use crate::finding::Finding;
use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::hpoa::frequency;
use crate::ingest::hpoa::sex;
use crate::ingest::identifier::identifier;
use crate::ingest::identifier::truth;
use crate::ingest::kgx::local;
use crate::ingest::table::Table;
use crate::ingest::table::sorted;
use crate::ingest::target::Target;
use crate::ingest::target::target;
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
}

impl Default for KgxEdges {
    /// Nothing is mapped, and unknown predicates become `related_to`, which says no more than that there is an edge.
    fn default() -> Self {
        Self { relations: BTreeMap::new(), default: "related_to".into(), stubs: BTreeMap::new() }
    }
}

const NOT_MAPPED: Code = Code("I105");

struct Columns {
    subject: usize,
    predicate: usize,
    object: usize,
    category: Option<usize>,
    relation: Option<usize>,
    negated: Option<usize>,
    publications: Option<usize>,
    evidence: Option<usize>,
    frequency: Option<usize>,
    onset: Option<usize>,
    sex: Option<usize>,
}

impl Reader for KgxEdges {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without =
            "the file is empty; the first line of a table of KGX edges names `subject`, `predicate` and `object`";
        let mut table = Table::open(input, |_| true, without)?;
        let columns = Columns {
            subject: table.column("subject")?,
            predicate: table.column("predicate")?,
            object: table.column("object")?,
            category: table.optional("category"),
            relation: table.optional("relation"),
            negated: table.optional("negated"),
            publications: table.optional("publications"),
            evidence: table.optional("has_evidence"),
            frequency: table.optional("frequency_qualifier"),
            onset: table.optional("onset_qualifier"),
            sex: table.optional("sex_qualifier"),
        };
        let mut mapping =
            Mapping { named: BTreeMap::new(), default: target(&self.default, sink)?, unknown: BTreeMap::new() };
        for (written, name) in &self.relations {
            mapping.named.insert(local(written), target(name, sink)?);
        }
        let mut stubs: BTreeSet<Curie> = BTreeSet::new();
        while let Some(line) = table.next_row(sink)? {
            let edge = match edge(&table, &columns, &mut mapping, line, sink) {
                Ok(Some(edge)) => edge,
                Ok(None) => {
                    sink.leave_out("negated edge that no one relation states");
                    continue;
                }
                Err(why) => {
                    sink.quarantine(line, why);
                    continue;
                }
            };
            for end in [&edge.subject, &edge.object] {
                if stubs.insert(end.clone()) {
                    let category = self.stubs.get(end.prefix()).map_or("", |category| category);
                    sink.mention(NodeRecord::new(end.clone(), "", category, edge.place));
                }
            }
            sink.edge(edge);
        }
        mapping.tell(&self.default, sink);
        Ok(())
    }
}

struct Mapping<'a> {
    named: BTreeMap<&'a str, Target>,
    default: Target,
    /// Predicates that nothing maps, and how often each was met.
    unknown: BTreeMap<Box<str>, u64>,
}

impl Mapping<'_> {
    fn target(&mut self, table: &Table, columns: &Columns, sink: &Sink<'_>) -> Result<Target, String> {
        let predicate = table.field(columns.predicate);
        if predicate.is_empty() {
            return Err("the edge has no predicate".to_owned());
        }
        let written = [table.field_of(columns.category), table.field_of(columns.relation), predicate];
        if let Some(target) = written.iter().find_map(|written| self.named.get(local(written))) {
            return Ok(*target);
        }
        if let Some(relation) = sink.relation_of_predicate(local(predicate)) {
            return Ok(Target { relation, is_backwards: false });
        }
        *self.unknown.entry(predicate.into()).or_default() += 1;
        Ok(self.default)
    }

    /// Says which predicates became the default.
    fn tell(&self, default: &str, sink: &mut Sink<'_>) {
        const SHOWN: usize = 10;
        if self.unknown.is_empty() {
            return;
        }
        let mut names: Vec<String> = self.unknown.keys().take(SHOWN).map(|name| format!("`{name}`")).collect();
        if let Some(more) = self.unknown.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            names.push(format!("{more} more"));
        }
        let text = format!("edges became `{default}`, because no relation has their predicate: {}", names.join(", "));
        sink.finding(Finding::note(NOT_MAPPED, text).times(self.unknown.values().sum()));
    }
}

/// The edge of a row; `None` if it is negated and no one relation states that.
fn edge(
    table: &Table,
    columns: &Columns,
    mapping: &mut Mapping<'_>,
    line: u32,
    sink: &mut Sink<'_>,
) -> Result<Option<EdgeRecord>, String> {
    let mut subject = identifier(table.field(columns.subject))?;
    let mut object = identifier(table.field(columns.object))?;
    let negated = table.field_of(columns.negated);
    let mut is_negated =
        truth(negated).ok_or_else(|| format!("`{negated}` in `negated` is neither `true` nor `false`"))?;
    let Target { mut relation, is_backwards } = mapping.target(table, columns, sink)?;
    let mut qualifiers = Qualifiers {
        evidence: sorted(table.parts(columns.evidence, '|')),
        publications: sorted(table.parts(columns.publications, '|')),
        ..Qualifiers::default()
    };
    match frequency(table.field_of(columns.frequency)) {
        Ok((frequency, is_absent)) => {
            qualifiers.frequency = frequency;
            is_negated |= is_absent;
        }
        Err(why) => sink.drop_part(line, why),
    }
    for onset in table.parts(columns.onset, '|') {
        match identifier(onset) {
            Ok(onset) => qualifiers.onset.push(onset),
            Err(why) => sink.drop_part(line, why),
        }
    }
    match sex(table.field_of(columns.sex)) {
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
}
