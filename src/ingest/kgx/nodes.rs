//! The nodes.
//!
//! A node may have several categories, from the most specific to the most general, or the other way round, or two
//! that have nothing to do with each other. One is chosen by a rule that does not depend on their order: a class that
//! the table of relations names, before any other, before Biolink's classes for nearly everything; of equals, the
//! first by the alphabet. Where that would be wrong, a source can say which class an xref speaks for: who has a number
//! in a register of drugs is a drug, whatever disease a curator once took it for.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::identifier::identifier;
use crate::ingest::identifier::truth;
use crate::ingest::kgx::local;
use crate::ingest::kgx::row::NodeRow;
use crate::ingest::kgx::row::Syntax;
use crate::ingest::kgx::row::each_node;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Scope;
use crate::kg::Synonym;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::ingest) struct KgxNodes {
    /// Category as written, without `biolink:` → category of the node, before one of several is chosen.
    #[serde(default)]
    categories: BTreeMap<Box<str>, Box<str>>,
    /// Prefix of an xref → which of several categories it speaks for, before any other rule; one that the node does not
    /// have is not given to it.
    #[serde(default)]
    xref_categories: BTreeMap<PrefixName, Box<str>>,
    /// Category of nodes that have none.
    #[serde(default)]
    category: Box<str>,
    /// `tsv` or `jsonl`, where the file's name does not tell.
    #[serde(default)]
    syntax: Option<Syntax>,
}

/// Biolink's classes for nearly everything, most specific first.
const GENERAL: [&str; 19] = [
    "DiseaseOrPhenotypicFeature",
    "BiologicalProcessOrActivity",
    "GeneOrGeneProduct",
    "GeneProductMixin",
    "MacromolecularMachineMixin",
    "ChemicalEntityOrProteinOrPolypeptide",
    "ChemicalEntityOrGeneOrGeneProduct",
    "ChemicalEntity",
    "GenomicEntity",
    "OrganismalEntity",
    "BiologicalEntity",
    "PhysicalEntity",
    "PhysicalEssence",
    "PhysicalEssenceOrOccurrent",
    "SubjectOfInvestigation",
    "ThingWithTaxon",
    "OntologyClass",
    "NamedThing",
    "Entity",
];

impl Reader for KgxNodes {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let syntax = Syntax::of(self.syntax, input.path());
        each_node(input, syntax, sink, |row, line, sink| match self.node(row, line, sink) {
            Ok(node) => sink.node(node),
            Err(why) => sink.quarantine(line, why),
        })
    }
}

impl KgxNodes {
    fn node(&self, row: &NodeRow<'_>, line: u32, sink: &Sink<'_>) -> Result<NodeRecord, String> {
        let curie = identifier(row.id.as_str())?;
        let deprecated = row.deprecated.as_str();
        let is_obsolete =
            truth(deprecated).ok_or_else(|| format!("`{deprecated}` in `deprecated` is neither `true` nor `false`"))?;
        let synonyms = row.synonym.iter();
        // A claim in free text: what is no identifier is no claim that can be followed.
        let xrefs: Vec<Curie> = row.xref.iter().filter_map(|xref| identifier(xref).ok()).collect();
        let category = self.category(|| row.category.iter(), &xrefs, sink);
        Ok(NodeRecord {
            definition: row.description.as_str().into(),
            synonyms: synonyms.map(|text| Synonym { text: text.into(), scope: Scope::Exact, is_lay: false }).collect(),
            xrefs,
            is_obsolete,
            ..NodeRecord::new(curie, row.name.as_str(), category, sink.place(line))
        })
    }

    fn category<'a, I: Iterator<Item = &'a str>>(
        &'a self,
        written: impl Fn() -> I,
        xrefs: &[Curie],
        sink: &Sink<'_>,
    ) -> &'a str {
        let mapped = || {
            written().map(|text| {
                let class = local(text);
                self.categories.get(class).map_or(class, |category| category)
            })
        };
        let spoken_for = self.xref_categories.iter().filter(|(prefix, _)| xrefs.iter().any(|xref| prefix.is_of(xref)));
        let mut spoken_for = spoken_for.map(|(_, category)| &**category);
        spoken_for
            .find(|category| mapped().any(|class| class == *category))
            .or_else(|| most_specific(mapped(), sink))
            .unwrap_or(&self.category)
    }
}

/// Of several classes the one to go by: one that the table of relations names, before any other, before the general
/// classes of Biolink; of equals the first by name.
pub(in crate::ingest) fn most_specific<'a>(classes: impl Iterator<Item = &'a str>, sink: &Sink<'_>) -> Option<&'a str> {
    classes.min_by_key(|&class| (generality(class, sink), class))
}

/// How little a class says, least general first: one that a relation names is what this graph is about.
pub(in crate::ingest) fn generality(class: &str, sink: &Sink<'_>) -> usize {
    match GENERAL.iter().position(|general| *general == class) {
        _ if sink.is_end(class) => 0,
        None => 1,
        Some(position) => 2 + position,
    }
}

/// Whether a class is one of Biolink's for nearly everything.
pub(in crate::ingest) fn is_general(class: &str) -> bool {
    GENERAL.contains(&class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    fn category(written: &str) -> String {
        let reader = KgxNodes {
            categories: [("SmallMolecule".into(), "Drug".into())].into(),
            category: "Other".into(),
            ..KgxNodes::default()
        };
        let text = format!("category\tid\n{written}\tX:1\n");
        read_bytes(&reader, text.as_bytes()).unwrap().nodes[0].category.to_string()
    }

    #[test]
    fn of_several_categories_the_most_specific_counts_in_any_order() {
        for (written, expected) in [
            ("biolink:Disease", "Disease"),
            ("biolink:NamedThing|biolink:BiologicalEntity|biolink:Disease", "Disease"),
            ("biolink:Disease|biolink:BiologicalEntity|biolink:NamedThing", "Disease"),
            ("biolink:NamedThing|biolink:BiologicalEntity", "BiologicalEntity"),
            ("biolink:Pathway|biolink:BiologicalProcess|biolink:Entity", "BiologicalProcess"),
            ("biolink:Cell|biolink:Gene", "Gene"),
            ("biolink:SmallMolecule|biolink:ChemicalEntity", "Drug"),
            ("", "Other"),
        ] {
            assert_eq!(category(written), expected, "{written}");
        }
    }

    #[test]
    fn a_number_in_a_register_of_drugs_decides_between_drug_and_disease() {
        let reader: KgxNodes = toml::from_str("xref_categories = { DRUGBANK = 'Drug' }").unwrap();
        let text = "id\tcategory\txref\n\
                    X:1\tbiolink:Disease|biolink:Drug\tDRUGBANK:DB12184\n\
                    X:2\tbiolink:Drug|biolink:Disease\t\n\
                    X:3\tbiolink:Protein|biolink:Disease\tDRUGBANK:DB00030\n";
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let categories: Vec<&str> = records.nodes.iter().map(|node| &*node.category).collect();
        assert_eq!(categories, ["Drug", "Disease", "Disease"]);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_lists_are_split() {
        let text = "synonym\tname\tcategory\tid\txref\tdescription\tdeprecated\n\
                    a|b\tN\tDisease\tX:1\tOrphanet:1|free text\tD\tTrue\n";
        let records = read_bytes(&KgxNodes::default(), text.as_bytes()).unwrap();
        let node = &records.nodes[0];
        assert_eq!((&*node.label, &*node.definition, node.is_obsolete), ("N", "D", true));
        assert_eq!(node.synonyms.iter().map(|synonym| &*synonym.text).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(node.xrefs.iter().map(Curie::as_str).collect::<Vec<_>>(), ["ORPHA:1"]);
    }

    #[test]
    fn json_lines_say_the_same_as_a_table() {
        let reader: KgxNodes = toml::from_str("syntax = 'jsonl'").unwrap();
        let text = "{\"id\": \"X:1\", \"name\": \"16|A\", \"category\": [\"biolink:Disease\", \"biolink:NamedThing\"], \
                    \"synonym\": \"a|b\", \"xref\": [\"Orphanet:1\"], \"deprecated\": true, \"in_taxon\": {}}\n\n\
                    {\"id\": \"X:2\", \"name\": null, \"category\": \"biolink:Gene\"}\n";
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let node = &records.nodes[0];
        assert_eq!((&*node.label, &*node.category, node.is_obsolete), ("16|A", "Disease", true));
        // A text is a list of one, whatever stands in it.
        assert_eq!(node.synonyms.iter().map(|synonym| &*synonym.text).collect::<Vec<_>>(), ["a|b"]);
        assert_eq!(node.xrefs.iter().map(Curie::as_str).collect::<Vec<_>>(), ["ORPHA:1"]);
        assert_eq!((&*records.nodes[1].category, records.nodes[1].place.line), ("Gene", 3));
    }
}
