//! The table of nodes and the table of edges, which upstream calls SIF.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::hetionet::Metaedges;
use crate::ingest::hetionet::Table as Settings;
use crate::ingest::hetionet::category;
use crate::ingest::hetionet::curie;
use crate::ingest::table::Table;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;

/// Settings of the reader of nodes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct HetionetNodes {
    /// Kind → prefix of its bare identifiers.
    prefixes: Settings,
    /// Kind → category.
    categories: Settings,
}

/// Settings of the reader of edges.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct HetionetEdges {
    /// Kind → prefix of its bare identifiers.
    prefixes: Settings,
    /// Abbreviation of a metaedge → a relation of the table, or the inverse of one.
    relations: Settings,
}

impl Reader for HetionetNodes {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without = "the file is empty; the first line of a table of Hetionet's nodes names the columns `id`, `name` and `kind`";
        let mut table = Table::open(input, |_| true, without)?;
        let columns = [table.column("id")?, table.column("name")?, table.column("kind")?];
        while let Some(line) = table.next_row(sink)? {
            let [id, name, kind] = columns.map(|column| table.field(column));
            let found = split(id).and_then(|(own, identifier)| {
                if own == kind {
                    curie(kind, identifier, &self.prefixes)
                } else {
                    Err(format!("the kind of `{id}` is `{own}`, its row says `{kind}`"))
                }
            });
            match found {
                Ok(curie) => {
                    let place = sink.place(line);
                    sink.node(NodeRecord::new(curie, name, category(kind, &self.categories), place));
                }
                Err(why) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}

impl Reader for HetionetEdges {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without =
            "the file is empty; the first line of a table of Hetionet's edges names `source`, `metaedge` and `target`";
        let mut table = Table::open(input, |_| true, without)?;
        let columns = [table.column("source")?, table.column("metaedge")?, table.column("target")?];
        let metaedges = Metaedges::new(&self.relations, sink)?;
        while let Some(line) = table.next_row(sink)? {
            let [source, metaedge, target] = columns.map(|column| table.field(column));
            let end = |text: &str| -> Result<Curie, String> {
                let (kind, identifier) = split(text)?;
                curie(kind, identifier, &self.prefixes)
            };
            match (end(source), end(target)) {
                _ if metaedge.is_empty() => sink.quarantine(line, "the edge has no metaedge, as in `CtD`"),
                (Ok(source), Ok(target)) => {
                    metaedges.take(metaedge, [source, target], Qualifiers::default(), line, sink);
                }
                (Err(why), _) | (_, Err(why)) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}

/// Kind and identifier. Kinds hold blanks and identifiers hold colons, so the first `::` parts them.
fn split(text: &str) -> Result<(&str, &str), String> {
    text.split_once("::").ok_or_else(|| format!("`{text}` has no `::` between kind and identifier, as in `Gene::9021`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    #[test]
    fn a_kind_gives_prefix_and_category() {
        let text = "id\tname\tkind\n\
                    Gene::9021\tSOCS3\tGene\n\
                    Biological Process::GO:0071357\tcellular response\tBiological Process\n\
                    Compound::DB00014\tGoserelin\tCompound\n\
                    Side Effect::C0000727\tAcute abdomen\tSide Effect\n\
                    Virus::a::b\tV\tVirus\n\
                    Virus::1\tV\tDisease\n";
        let reader: HetionetNodes =
            toml::from_str("prefixes = { Virus = 'V' }\ncategories = { Gene = 'Protein' }").unwrap();
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let nodes: Vec<(&str, &str)> =
            records.nodes.iter().map(|node| (node.curie.as_str(), &*node.category)).collect();
        let expected = [
            ("NCBIGene:9021", "Protein"),
            ("GO:0071357", "BiologicalProcess"),
            ("DRUGBANK:DB00014", "Drug"),
            ("UMLS:C0000727", "PhenotypicFeature"),
            ("a::b", ""),
        ];
        assert_eq!(nodes, expected);
        assert_eq!(&*records.findings[0].text, "the kind of `Virus::1` is `Virus`, its row says `Disease`");
    }

    #[test]
    fn a_metaedge_is_a_relation_or_is_left_out_under_its_name() {
        let text = "target\tmetaedge\tsource\n\
                    Disease::DOID:1\tCtD\tCompound::DB1\n\
                    Compound::DB1\tPCiC\tPharmacologic Class::N1\n\
                    Gene::2\tDuG\tDisease::DOID:1\n\
                    Gene::2\tGcG\tGene::1\n\
                    Gene::2\ta b;c\tGene::1\n";
        let reader: HetionetEdges = toml::from_str("relations = { 'GcG' = 'related_to' }").unwrap();
        let records = read_bytes(&reader, text.as_bytes()).unwrap();
        let relations = crate::kg::Relations::standard().unwrap();
        let edges: Vec<String> = records
            .edges
            .iter()
            .map(|edge| format!("{} {} {}", edge.subject, relations.row(edge.relation).name, edge.object))
            .collect();
        let expected =
            ["DRUGBANK:DB1 treats DOID:1", "DRUGBANK:DB1 member_of NDFRT:N1", "NCBIGene:1 related_to NCBIGene:2"];
        assert_eq!(edges, expected);
        let left_out: Vec<&str> = records.files[0].left_out.keys().map(|rule| &**rule).collect();
        assert_eq!(left_out, ["metaedge DuG", "metaedge of no known form"]);
    }
}
