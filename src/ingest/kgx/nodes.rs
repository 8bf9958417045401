//! The table of nodes.
//!
//! A node may have several categories, from the most specific to the most general, or the other way round, or two
//! that have nothing to do with each other. One is chosen by a rule that does not depend on their order: a class that
//! the table of relations names, before any other, before Biolink's classes for nearly everything; of equals, the
//! first by the alphabet.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::identifier::identifier;
use crate::ingest::identifier::truth;
use crate::ingest::kgx::local;
use crate::ingest::table::Table;
use crate::kg::NodeRecord;
use crate::kg::Scope;
use crate::kg::Synonym;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::ingest) struct KgxNodes {
    /// Category as written, without `biolink:` → category of the node, before one of several is chosen.
    #[serde(default)]
    categories: BTreeMap<Box<str>, Box<str>>,
    /// Category of nodes that have none.
    #[serde(default)]
    category: Box<str>,
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

struct Columns {
    id: usize,
    category: usize,
    name: Option<usize>,
    description: Option<usize>,
    synonym: Option<usize>,
    xref: Option<usize>,
    deprecated: Option<usize>,
}

impl Reader for KgxNodes {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without = "the file is empty; the first line of a table of KGX nodes names the columns `id` and `category`";
        let mut table = Table::open(input, |_| true, without)?.with_short_rows();
        let columns = Columns {
            id: table.column("id")?,
            category: table.column("category")?,
            name: table.optional("name"),
            description: table.optional("description"),
            synonym: table.optional("synonym"),
            xref: table.optional("xref"),
            deprecated: table.optional("deprecated"),
        };
        while let Some(line) = table.next_row(sink)? {
            match self.node(&table, &columns, line, sink) {
                Ok(node) => sink.node(node),
                Err(why) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}

impl KgxNodes {
    fn node(&self, table: &Table, columns: &Columns, line: u32, sink: &Sink<'_>) -> Result<NodeRecord, String> {
        let curie = identifier(table.field(columns.id))?;
        let deprecated = table.field_of(columns.deprecated);
        let is_obsolete =
            truth(deprecated).ok_or_else(|| format!("`{deprecated}` in `deprecated` is neither `true` nor `false`"))?;
        let synonyms = table.parts(columns.synonym, '|');
        let category = self.category(table.parts(Some(columns.category), '|'), sink);
        Ok(NodeRecord {
            definition: table.field_of(columns.description).into(),
            synonyms: synonyms.map(|text| Synonym { text: text.into(), scope: Scope::Exact, is_lay: false }).collect(),
            // A claim in free text: what is no identifier is no claim that can be followed.
            xrefs: table.parts(columns.xref, '|').filter_map(|xref| identifier(xref).ok()).collect(),
            is_obsolete,
            ..NodeRecord::new(curie, table.field_of(columns.name), category, sink.place(line))
        })
    }

    fn category<'a>(&'a self, written: impl Iterator<Item = &'a str>, sink: &Sink<'_>) -> &'a str {
        let mapped = written.map(|text| {
            let class = local(text);
            self.categories.get(class).map_or(class, |category| category)
        });
        most_specific(mapped, sink).unwrap_or(&self.category)
    }
}

/// Of several classes the one to go by: one that the table of relations names, before any other, before the general
/// classes of Biolink; of equals the first by name.
pub(in crate::ingest) fn most_specific<'a>(classes: impl Iterator<Item = &'a str>, sink: &Sink<'_>) -> Option<&'a str> {
    let rank = |class: &str| match GENERAL.iter().position(|general| *general == class) {
        _ if sink.is_end(class) => 0,
        None => 1,
        Some(position) => 2 + position,
    };
    classes.min_by_key(|&class| (rank(class), class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    fn category(written: &str) -> String {
        let reader =
            KgxNodes { categories: [("SmallMolecule".into(), "Drug".into())].into(), category: "Other".into() };
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
    fn columns_may_stand_in_any_order_and_lists_are_split() {
        let text = "synonym\tname\tcategory\tid\txref\tdescription\tdeprecated\n\
                    a|b\tN\tDisease\tX:1\tOrphanet:1|free text\tD\tTrue\n";
        let records = read_bytes(&KgxNodes::default(), text.as_bytes()).unwrap();
        let node = &records.nodes[0];
        assert_eq!((&*node.label, &*node.definition, node.is_obsolete), ("N", "D", true));
        assert_eq!(node.synonyms.iter().map(|synonym| &*synonym.text).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(node.xrefs.iter().map(crate::kg::Curie::as_str).collect::<Vec<_>>(), ["ORPHA:1"]);
    }
}
