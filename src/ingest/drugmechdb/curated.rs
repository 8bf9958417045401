//! Whole paths, for those who measure how well paths are ranked.
//!
//! The reader of nodes and edges drops that a curator put them in one path. Whoever asks "does the ranking find what a
//! curator drew?" needs just that, and nothing of it may get into the graph: so it is another function, and its answer
//! is no record.

use std::path::Path as FilePath;

use crate::finding::Finding;
use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::display;
use crate::ingest::drugmechdb::Origin;
use crate::ingest::drugmechdb::archive;
use crate::ingest::drugmechdb::documents;
use crate::ingest::drugmechdb::path::Path;
use crate::ingest::drugmechdb::path::word;
use crate::ingest::identifier::identifier;
use crate::kg::Curie;
use crate::kg::FileTally;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::rank::Mechanism;

/// The paths of a file of DrugMechDB, in its order, and what could not be read.
///
/// # Errors
///
/// [`ReadError`] if the file cannot be read on.
pub fn mechanisms(path: &FilePath, relations: &Relations) -> Result<(Vec<Mechanism>, Vec<Finding>), ReadError> {
    read(Input::open(path)?, &display(path), relations)
}

fn read(input: Input, shown: &str, relations: &Relations) -> Result<(Vec<Mechanism>, Vec<Finding>), ReadError> {
    // Nodes and edges are not kept, so they need no source.
    let file = FileTally { path: shown.into(), ..FileTally::default() };
    let mut records = Records { files: vec![file], ..Records::default() };
    let mut sink = Sink::new(&mut records, relations, 0, &[]);
    let mut found = Vec::new();
    let (input, is_archive) = archive::known(input)?;
    let mut take = |text: Input, origin: Origin<'_>, sink: &mut Sink<'_>| {
        documents::each(text, |document| {
            let path = document.text.map_err(|(line, why)| (line, why.to_owned()));
            match path.and_then(|text| mechanism(&text, document.line)) {
                Ok(mechanism) => found.push(mechanism),
                Err((line, why)) => origin.quarantine(line, why, sink),
            }
        })
    };
    if is_archive {
        archive::each_text(input, &mut sink, take)?;
    } else {
        take(input, Origin { entry: None, n_lines_before: 0 }, &mut sink)?;
    }
    drop(sink.finish());
    Ok((found, records.findings))
}

/// Reads the ends and links of one path.
fn mechanism(text: &str, line: u32) -> Result<Mechanism, (u32, String)> {
    let path = Path::parse(text, line)?;
    let [drug, disease] = path.ends()?.map(|(_, id)| id);
    let curie = |text: &str| -> Result<Curie, (u32, String)> { identifier(text).map_err(|why| (line, why)) };
    let mut links = Vec::new();
    for (line, link) in path.links() {
        let end = |text: &str| identifier(text).map_err(|why| (line, why));
        links.push((end(word(&link.source))?, end(word(&link.target))?));
    }
    Ok(Mechanism { drug: curie(drug)?, disease: curie(disease)?, links })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Mechanism>, Vec<Finding>) {
        let input = Input::of_bytes("m.yaml", text.as_bytes().to_vec());
        super::read(input, "m.yaml", &Relations::standard().unwrap()).unwrap()
    }

    #[test]
    fn a_path_keeps_its_ends_and_links() {
        let text = "graph: {drug_mesh: 'MESH:C1', disease_mesh: 'MESH:D1'}\n\
                    nodes: [{id: 'MESH:C1'}, {id: 'UniProt:P1'}, {id: 'MESH:D1'}]\n\
                    links:\n- {source: 'MESH:C1', key: k, target: 'UniProt:P1'}\n\
                    - {source: 'UniProt:P1', key: k, target: 'MESH:D1'}\n";
        let (found, findings) = read(text);
        assert!(findings.is_empty());
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!((one.drug.as_str(), one.disease.as_str()), ("MESH:C1", "MESH:D1"));
        let links: Vec<(&str, &str)> = one.links.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        assert_eq!(links, [("MESH:C1", "UniProtKB:P1"), ("UniProtKB:P1", "MESH:D1")]);
    }

    #[test]
    fn a_path_without_its_ends_is_told() {
        let text = "graph: {drug_mesh: 'MESH:C1', disease_mesh: 'MESH:D2'}\nnodes: [{id: 'MESH:C1'}]\nlinks: []\n";
        let (found, findings) = read(text);
        assert!(found.is_empty());
        assert_eq!(&*findings[0].text, "the disease of the head is not among the nodes of the path");
    }
}
