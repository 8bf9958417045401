//! DrugMechDB: how a drug reaches its disease, as paths in YAML.
//!
//! A path is written for one drug and one disease, and the same protein stands in hundreds of them, under several
//! names and sometimes as two kinds of thing. So nodes are gathered over all paths of a file before they are handed
//! on, each with the name that most paths give it. Only nodes and edges are read here; that a curator put them in one
//! path is not.

mod archive;
mod curated;
mod documents;
mod links;
mod nodes;
mod path;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::drugmechdb::links::Links;
use crate::ingest::drugmechdb::nodes::Nodes;
use crate::ingest::drugmechdb::path::Path;

pub use curated::mechanisms;

/// Settings of the reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DrugMechDb {
    /// Key of a link, in lower case with blanks → a relation of the table, or the inverse of one.
    relations: BTreeMap<Box<str>, Box<str>>,
    /// The relation of keys that nothing maps.
    default: Box<str>,
    /// Label of a node → its category.
    categories: BTreeMap<Box<str>, Box<str>>,
    /// A key of `relations`: then only the heads of paths are read, each as an edge from its drug to its disease.
    indications: Option<Box<str>>,
}

impl Default for DrugMechDb {
    /// Nothing is mapped, and unknown keys become `related_to`, which says no more than that there is an edge.
    fn default() -> Self {
        Self {
            relations: BTreeMap::new(),
            default: "related_to".into(),
            categories: BTreeMap::new(),
            indications: None,
        }
    }
}

/// Where a text stands that may be one of many in an archive.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    /// The entry of the archive.
    entry: Option<&'a str>,
    /// How many lines of the archive's texts stand before it, one text printed after the other.
    n_lines_before: u32,
}

impl Origin<'_> {
    fn line(&self, line: u32) -> u32 {
        self.n_lines_before.saturating_add(line)
    }

    /// Sends a record to quarantine; `line` is that of the text.
    fn quarantine(&self, line: u32, why: impl std::fmt::Display, sink: &mut Sink<'_>) {
        sink.quarantine(self.line(line), self.told(why, line));
    }

    /// Drops a part of a record; `line` is that of the text.
    fn drop_part(&self, line: u32, why: impl std::fmt::Display, sink: &mut Sink<'_>) {
        sink.drop_part(self.line(line), self.told(why, line));
    }

    fn told(&self, why: impl std::fmt::Display, line: u32) -> String {
        match self.entry {
            Some(entry) => format!("{why} (line {line} of `{entry}`)"),
            None => why.to_string(),
        }
    }
}

impl Reader for DrugMechDb {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut nodes = Nodes::new(&self.categories);
        let mut links = Links::new(&self.relations, &self.default, sink)?;
        let (input, is_archive) = archive::known(input)?;
        if is_archive {
            archive::each_text(input, sink, |text, origin, sink| {
                read(text, (origin, self.indications.as_deref()), &mut nodes, &mut links, sink)
            })?;
        } else {
            let origin = Origin { entry: None, n_lines_before: 0 };
            read(input, (origin, self.indications.as_deref()), &mut nodes, &mut links, sink)?;
        }
        nodes.send(sink);
        links.tell(sink);
        Ok(())
    }
}

/// Reads the paths of one text.
fn read(
    text: Input,
    (origin, indications): (Origin<'_>, Option<&str>),
    nodes: &mut Nodes<'_>,
    links: &mut Links<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    documents::each(text, |document| {
        let path = document.text.map_err(|(line, why)| (line, why.to_owned()));
        let path = path.and_then(|text| Path::parse(&text, document.line));
        let path = path.and_then(|path| match indications {
            Some(key) => path.indication(key),
            None => Ok(path),
        });
        match path {
            Ok(path) => {
                let known = nodes.take(&path, origin, sink);
                links.take(&path, &known, origin, sink);
            }
            Err((line, why)) => origin.quarantine(line, why, sink),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;
    use crate::kg::Scope;

    const NODES: &str = "nodes:\n\
                         - {id: 'MESH:D1', label: Drug, name: a drug, alt_names: [other], alt_ids: ['CHEBI:1', free]}\n\
                         - {id: 'taxonomy:9606', label: OrganismTaxon, name: human}\n\
                         - {id: 'reactome:R-HSA-1', label: Pathway, name: a pathway}\n\
                         - {id: 'MESH:D2', label: Disease, name: a disease}\n";

    fn read(settings: &str, head: &str, links: &[(&str, &str, &str)]) -> Records {
        let reader: DrugMechDb = toml::from_str(settings).unwrap();
        let links: String = links
            .iter()
            .map(|(source, key, target)| format!("- {{source: '{source}', key: '{key}', target: '{target}'}}\n"))
            .collect();
        read_bytes(&reader, format!("graph: {{{head}}}\n{NODES}links:\n{links}").as_bytes()).unwrap()
    }

    fn edges(records: &Records) -> Vec<String> {
        let relations = crate::kg::Relations::standard().unwrap();
        let shown = |edge: &crate::kg::EdgeRecord| {
            format!("{} {} {}", edge.subject, relations.row(edge.relation).name, edge.object)
        };
        records.edges.iter().map(shown).collect()
    }

    #[test]
    fn a_key_is_a_relation_or_the_inverse_of_one() {
        let links = [
            ("MESH:D1", "Negatively  regulates", "MESH:D2"),
            ("MESH:D1", "contraindicated for", "MESH:D2"),
            ("MESH:D1", "affected_by", "MESH:D2"),
            ("MESH:D2", "subclass of", "MESH:D1"),
            ("MESH:D1", "in taxon", "taxonomy:9606"),
            ("MESH:D1", "opposes", "reactome:R-HSA-1"),
        ];
        let records = read("[relations]\n'in taxon' = 'related_to'", "", &links);
        let expected = [
            "MESH:D1 negatively_regulates MESH:D2",
            "MESH:D1 contraindicated_for MESH:D2",
            "MESH:D2 affects MESH:D1",
            "MESH:D2 narrower_than MESH:D1",
            "MESH:D1 related_to NCBITaxon:9606",
            "MESH:D1 related_to REACT:R-HSA-1",
        ];
        assert_eq!(edges(&records), expected);
        let told: Vec<&str> = records.findings.iter().map(|finding| &*finding.text).collect();
        assert_eq!(told, ["edges became `related_to`, because no relation has their predicate: `opposes`"]);
    }

    #[test]
    fn the_head_is_an_indication_where_that_is_asked_for() {
        let settings = "indications = 'treats'";
        let links = [("MESH:D1", "causes", "MESH:D2")];
        let records = read(settings, "drug_mesh: 'MESH:D1', disease_mesh: 'MESH:D2'", &links);
        assert_eq!(edges(&records), ["MESH:D1 treats MESH:D2"]);
        assert_eq!(records.nodes.iter().map(|node| node.curie.as_str()).collect::<Vec<_>>(), ["MESH:D1", "MESH:D2"]);
        let lacking = read(settings, "drug_mesh: 'MESH:D1', disease_mesh: 'MESH:D3'", &links);
        assert!(lacking.edges.is_empty());
        assert_eq!(&*lacking.findings[0].text, "the disease of the head is not among the nodes of the path");
    }

    #[test]
    fn the_head_gives_a_drug_its_other_identifier() {
        let xrefs = |head: &str| {
            let records = read("", head, &[("MESH:D1", "causes", "MESH:D2")]);
            let list: Vec<String> = records.nodes[0].xrefs.iter().map(ToString::to_string).collect();
            (list, records.findings.len())
        };
        let known = vec!["CHEBI:1".to_owned(), "DRUGBANK:DB00001".to_owned()];
        assert_eq!(xrefs("drug_mesh: 'MESH:D1', drugbank: 'DB:DB00001'"), (known, 0));
        // Some paths have no `drug_mesh`, and some numbers are none.
        assert_eq!(xrefs("drugbank: 'DB:DB00001'"), (vec!["CHEBI:1".to_owned()], 0));
        assert_eq!(xrefs("drug_mesh: 'MESH:D1', drugbank: 'DB:B02362'"), (vec!["CHEBI:1".to_owned()], 1));
    }

    #[test]
    fn a_node_has_the_name_of_most_paths_and_no_general_category() {
        let node = |label: &str, name: &str| {
            format!("---\nnodes: [{{id: 'X:1', label: {label}, name: {name}, alt_names: [Third]}}]\nlinks: []\n")
        };
        let text = [
            node("ChemicalSubstance", "one"),
            node("ChemicalSubstance", "two"),
            node("Drug", "two"),
            node("ChemicalSubstance", "TWO"),
        ];
        let reader: DrugMechDb = toml::from_str("categories = { Protein = 'Gene' }").unwrap();
        let records = read_bytes(&reader, text.concat().as_bytes()).unwrap();
        // `ChemicalEntity`, which is the new name of the other label, says less than `Drug`.
        assert!(records.nodes.iter().all(|node| (&*node.label, &*node.category) == ("two", "Drug")));
        let synonyms: Vec<(&str, Scope)> =
            records.nodes.iter().flat_map(|node| &node.synonyms).map(|found| (&*found.text, found.scope)).collect();
        let third = ("Third", Scope::Exact);
        assert_eq!(synonyms, [third, ("one", Scope::Related), third, third, third]);
        assert_eq!(records.nodes[2].place.line, 8);
    }

    #[test]
    fn what_a_head_names_as_its_drug_is_a_drug_if_it_is_ever_called_one() {
        let path = |head: &str, one: &str, other: &str| {
            format!(
                "---\ngraph: {{drug_mesh: '{head}', drugbank: 'DB:DB12184'}}\n\
                 nodes: [{{id: 'MESH:C1', label: {one}, name: a}}, {{id: 'MESH:D1', label: {other}, name: b}}]\nlinks: []\n"
            )
        };
        let text = path("MESH:C1", "Drug", "Disease") + &path("MESH:C1", "Disease", "Drug");
        let records = read_bytes(&DrugMechDb::default(), text.as_bytes()).unwrap();
        let categories: Vec<&str> = records.nodes.iter().map(|node| &*node.category).collect();
        assert_eq!(categories, ["Drug", "Disease", "Drug", "Disease"]);
    }
}
