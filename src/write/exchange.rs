//! The graph in formats of others.
//!
//! What a licence forbids to pass on is left out, as it is of the Parquet tables. A file appears when it is complete.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::finding::is_hidden;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::kg::rdf;
use crate::write::error::WriteError;

const NODE_COLUMNS: [&str; 8] =
    ["id", "category", "name", "description", "synonym", "xref", "provided_by", "deprecated"];
const EDGE_COLUMNS: [&str; 13] = [
    "id",
    "subject",
    "predicate",
    "object",
    "relation",
    "negated",
    "primary_knowledge_source",
    "knowledge_level",
    "agent_type",
    "has_evidence",
    "publications",
    "frequency_qualifier",
    "sex_qualifier",
];

/// Writes `nodes.tsv` and `edges.tsv` into a folder, which is made if it is missing.
///
/// Edge ids are edge numbers. A relation that Biolink has no predicate for is `biolink:related_to` with its own name
/// in `relation`; one that denies another is that other one, `negated`.
///
/// # Errors
///
/// [`WriteError`] with the file.
pub fn write_kgx(graph: &Graph, dir: &Path) -> Result<(), WriteError> {
    complete(dir, "nodes.tsv", &mut |out| {
        write_row(out, NODE_COLUMNS.map(str::to_owned))?;
        graph.open_nodes().map(|(id, node)| node_cells(graph, id, node)).try_for_each(|cells| write_row(out, cells))
    })?;
    complete(dir, "edges.tsv", &mut |out| {
        write_row(out, EDGE_COLUMNS.map(str::to_owned))?;
        graph.open_edges().map(|(id, edge)| edge_cells(graph, id, edge)).try_for_each(|cells| write_row(out, cells))
    })
}

/// Writes `graph.nt` into a folder, which is made if it is missing.
///
/// # Errors
///
/// [`WriteError`] with the file.
pub fn write_ntriples(graph: &Graph, dir: &Path) -> Result<(), WriteError> {
    complete(dir, "graph.nt", &mut |out| rdf::write_ntriples(graph, out))
}

fn node_cells(graph: &Graph, id: NodeId, node: &Node) -> [String; 8] {
    [
        node.curie.to_string(),
        match graph.category(id) {
            "" => "biolink:NamedThing".to_owned(),
            category => format!("biolink:{category}"),
        },
        graph.open_label(id).to_owned(),
        graph.open_definition(id).to_owned(),
        list(graph.open_synonyms(id).map(|(synonym, _)| &*synonym.text)),
        list(graph.open_xrefs(id).map(|(xref, _)| xref.as_str())),
        list(providers(graph, id).into_iter()),
        node.is_obsolete.to_string(),
    ]
}

/// The sources of what is shown of a node, that of its name first; of a bare identifier the one that described it.
fn providers(graph: &Graph, id: NodeId) -> Vec<&str> {
    let sources = graph.node_sources(id);
    let strings =
        graph.open_synonyms(id).map(|(_, source)| source).chain(graph.open_xrefs(id).map(|(_, source)| source));
    let label = (!graph.open_label(id).is_empty()).then(|| sources.label());
    let definition = (!graph.open_definition(id).is_empty()).then(|| sources.definition());
    let more: BTreeSet<SourceId> =
        definition.into_iter().chain(strings).filter(|&source| Some(source) != label).collect();
    let told: Vec<SourceId> = label.into_iter().chain(more).collect();
    let told = if told.is_empty() { vec![graph.node(id).source] } else { told };
    told.into_iter().map(|source| &*graph.source(source).name).collect()
}

fn edge_cells(graph: &Graph, id: EdgeId, edge: Edge) -> [String; 13] {
    let relation = graph.relation(edge.relation);
    let denied = relation.negates.as_deref().and_then(|name| graph.relations().id(name));
    let told = denied.map_or(relation, |denied| graph.relation(denied));
    let predicate = match &*told.predicate {
        "rdfs:subClassOf" => "biolink:subclass_of",
        predicate if predicate.starts_with("biolink:") => predicate,
        _ => "biolink:related_to",
    };
    let qualifiers = graph.qualifiers(id);
    let frequency = match (qualifiers.frequency.counts, qualifiers.frequency.class) {
        (Some((hits, total)), _) => format!("{hits}/{total}"),
        (None, Some((low, _))) => format!("{:.0}%", low * 100.0),
        (None, None) => String::new(),
    };
    [
        id.number().to_string(),
        graph.curie(edge.subject).to_string(),
        predicate.to_owned(),
        graph.curie(edge.object).to_string(),
        relation.name.to_string(),
        denied.is_some().to_string(),
        graph.source(edge.source).name.to_string(),
        "knowledge_assertion".to_owned(),
        "not_provided".to_owned(),
        list(qualifiers.evidence.iter().map(|code| &**code)),
        list(qualifiers.publications.iter().map(|publication| &**publication)),
        frequency,
        qualifiers.sex.as_deref().unwrap_or_default().to_owned(),
    ]
}

/// Members joined by `|`; one that holds it shows `/` there.
fn list<'a>(members: impl Iterator<Item = &'a str>) -> String {
    members.map(|member| member.replace('|', "/")).collect::<Vec<_>>().join("|")
}

/// A line of cells. KGX quotes nothing, so what would end a cell or a line becomes a space.
fn write_row<const N: usize>(out: &mut dyn Write, cells: [String; N]) -> io::Result<()> {
    let clean =
        |cell: String| cell.chars().map(|character| if is_hidden(character) { ' ' } else { character }).collect();
    let cells: [String; N] = cells.map(clean);
    writeln!(out, "{}", cells.join("\t"))
}

/// Writes a file under another name, syncs it, and gives it its own.
fn complete(
    dir: &Path,
    name: &str,
    write: &mut dyn FnMut(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), WriteError> {
    std::fs::create_dir_all(dir).map_err(WriteError::io(dir))?;
    let (path, partial): (PathBuf, PathBuf) = (dir.join(name), dir.join(format!("{name}.partial")));
    let wrong = WriteError::io(&path);
    let made = File::create(&partial).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    made.and_then(|()| std::fs::rename(&partial, &path)).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(graph: &Graph, name: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        write_kgx(graph, folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_node_is_a_row() {
        let graph = Graph::from_arrows("Disease:a -has_phenotype-> PhenotypicFeature:b").unwrap();
        let lines = lines(&graph, "nodes.tsv");
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], NODE_COLUMNS.join("\t"));
        assert!(lines[1].starts_with("Disease:a\tbiolink:Disease\ta\t"), "{}", lines[1]);
        assert!(lines.iter().all(|line| line.split('\t').count() == NODE_COLUMNS.len()));
    }

    #[test]
    fn what_denies_is_negated_and_what_biolink_lacks_keeps_its_name() {
        let graph = Graph::from_arrows(
            "Disease:a -phenotype_absent-> PhenotypicFeature:b
             PhenotypicFeature:b -is_a-> PhenotypicFeature:c
             DiagnosisCode:A00 -excludes1-> DiagnosisCode:B00",
        )
        .unwrap();
        let shown: Vec<String> = lines(&graph, "edges.tsv")[1..]
            .iter()
            .map(|line| line.split('\t').skip(1).take(5).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            shown,
            [
                "DiagnosisCode:A00 biolink:related_to DiagnosisCode:B00 excludes1 false",
                "Disease:a biolink:has_phenotype PhenotypicFeature:b phenotype_absent true",
                "PhenotypicFeature:b biolink:subclass_of PhenotypicFeature:c is_a false",
            ]
        );
    }

    #[test]
    fn triples_are_lines() {
        let folder = tempfile::tempdir().unwrap();
        let graph = Graph::from_arrows("Disease:a -has_phenotype-> PhenotypicFeature:b").unwrap();
        write_ntriples(&graph, folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("graph.nt")).unwrap();
        assert!(text.lines().count() > 4 && text.lines().all(|line| line.ends_with(" .")), "{text}");
    }

    #[test]
    fn a_name_cannot_end_its_cell() {
        let mut row = Vec::new();
        write_row(&mut row, [list(["a|b", "c"].into_iter()), "x\ty\nz\u{1b}[0m".to_owned()]).unwrap();
        assert_eq!(String::from_utf8(row).unwrap(), "a/b|c\tx y z [0m\n");
    }
}
