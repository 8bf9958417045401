//! `genes_to_phenotype.txt`: which gene belongs to which disease.
//!
//! A row of this file is gene → disease → finding folded into one. As an edge from gene to finding it would be a
//! shortcut that leaks the answer of every two-hop question, so only its gene–disease pair is read.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::table::Table;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;

/// The reader; it has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GenesToPhenotype {}

impl Reader for GenesToPhenotype {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let relation = sink.relation("associated_with")?;
        let without = "the file is empty; its first line names the column `ncbi_gene_id`";
        let mut table = Table::open(input, |_| true, without)?;
        let columns = [table.column("ncbi_gene_id")?, table.column("gene_symbol")?, table.column("disease_id")?];
        let mut last_gene: Option<Curie> = None;
        while let Some(line) = table.next_row(sink)? {
            let [gene, symbol, disease] = columns.map(|column| table.field(column));
            match gene_of(gene)
                .and_then(|gene| Ok((gene, disease.parse::<Curie>().map_err(|error| error.to_string())?)))
            {
                Ok((subject, object)) => {
                    let place = sink.place(line);
                    if last_gene.as_ref() != Some(&subject) {
                        sink.mention(NodeRecord::new(subject.clone(), symbol, "Gene", place));
                        last_gene = Some(subject.clone());
                    }
                    sink.edge(EdgeRecord { subject, relation, object, qualifiers: Qualifiers::default(), place });
                }
                Err(why) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}

/// The identifier of a gene that may or may not carry its prefix.
fn gene_of(text: &str) -> Result<Curie, String> {
    let number = text.trim_start_matches("NCBIGene:");
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{number}` is no NCBI gene number, as in `4893`"));
    }
    format!("NCBIGene:{number}").parse().map_err(|error: CurieError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    const HEADER: &str = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n";

    #[test]
    fn only_the_gene_and_the_disease_of_a_row_are_read() {
        let text = format!("{HEADER}10\tNAT2\tHP:1\tx\t-\tOMIM:1\n10\tNAT2\tHP:2\ty\t-\tOMIM:1\n");
        let records = read_bytes(&GenesToPhenotype {}, text.as_bytes()).unwrap();
        assert_eq!(records.edges.len(), 2);
        assert!(records.edges.iter().all(|edge| edge.object.as_str() == "OMIM:1"));
        assert_eq!(records.mentions.len(), 1);
    }

    #[test]
    fn a_gene_without_number_is_quarantined() {
        for gene in ["", "x", "2-Sep", "1e5"] {
            let text = format!("{HEADER}{gene}\tS\tHP:1\tx\t-\tOMIM:1\n");
            assert_eq!(read_bytes(&GenesToPhenotype {}, text.as_bytes()).unwrap().files[0].quarantined, 1);
        }
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read_bytes(&GenesToPhenotype {}, b"gene_symbol\tx\n").unwrap_err().to_string();
        assert_eq!(error, "test:1: the table has no column `ncbi_gene_id`; it has gene_symbol, x");
    }
}
