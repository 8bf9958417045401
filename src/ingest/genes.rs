//! `genes_to_phenotype.txt`: which gene belongs to which disease.
//!
//! A row of this file is gene → disease → finding folded into one. As an edge from gene to finding it would be a
//! shortcut that leaks the answer of every two-hop question, so only its gene–disease pair is read.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::table::Header;
use crate::ingest::table::fields;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::RelationId;

/// The reader; it has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GenesToPhenotype {}

impl Reader for GenesToPhenotype {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let relation = sink.relation("associated_with")?;
        let mut lines = input.into_lines();
        let mut header: Option<(Header, [usize; 3])> = None;
        let mut last_gene: Option<Curie> = None;
        while let Some((number, line)) = lines.next_line()? {
            let Ok(line) = line.map(str::to_owned) else {
                sink.quarantine(number, "the line is not UTF-8");
                continue;
            };
            if line.is_empty() {
                continue;
            }
            let Some((header, columns)) = &header else {
                let found = Header::new(&line);
                let mut columns = [0; 3];
                for (at, name) in columns.iter_mut().zip(["ncbi_gene_id", "gene_symbol", "disease_id"]) {
                    *at = found.column(&lines, number, name)?;
                }
                header = Some((found, columns));
                continue;
            };
            let mut row = Vec::new();
            let read = fields(&line, header, &mut row).and_then(|()| record(&row, *columns, number, relation, sink));
            match read {
                Ok((gene, symbol)) => {
                    if last_gene.as_ref() != Some(&gene) {
                        let place = sink.place(number);
                        sink.mention(NodeRecord::new(gene.clone(), &symbol, "Gene", place));
                        last_gene = Some(gene);
                    }
                }
                Err(why) => sink.quarantine(number, why),
            }
        }
        if header.is_none() {
            return Err(lines.format_error(1, "the file is empty; its first line names the column `ncbi_gene_id`"));
        }
        Ok(())
    }
}

fn record(
    row: &[&str],
    [gene, symbol, disease]: [usize; 3],
    line: u32,
    relation: RelationId,
    sink: &mut Sink<'_>,
) -> Result<(Curie, Box<str>), String> {
    let field = |at: usize| row.get(at).copied().unwrap_or("").trim();
    let number = field(gene).trim_start_matches("NCBIGene:");
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{number}` is no NCBI gene number, as in `4893`"));
    }
    let gene: Curie = format!("NCBIGene:{number}").parse().map_err(|error: crate::kg::CurieError| error.to_string())?;
    let object: Curie = field(disease).parse().map_err(|error: crate::kg::CurieError| error.to_string())?;
    let place = sink.place(line);
    sink.edge(EdgeRecord { subject: gene.clone(), relation, object, qualifiers: Qualifiers::default(), place });
    Ok((gene, field(symbol).into()))
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
