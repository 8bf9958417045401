//! OBO graphs: an ontology as JSON.
//!
//! A record is a node or an edge, of whichever graph of the file: imports are graphs of their own, and one graph often
//! describes what another one names. So edges wait until the file has been read, and relations get their names from the
//! property nodes wherever those stand. Axioms beside nodes and edges are passed over without being kept.

mod stream;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::json::Record;
use crate::ingest::obograph::stream::Part;
use crate::ingest::ontology::IS_A;
use crate::ingest::ontology::Link;
use crate::ingest::ontology::Ontology;
use crate::ingest::ontology::Terms;
use crate::ingest::ontology::identifier;
use crate::ingest::ontology::scope;
use crate::ingest::vocabulary::local_name;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Synonym;

/// The reader, with the settings of all ontologies.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Obograph(Ontology);

impl Reader for Obograph {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut graphs = Graphs::default();
        stream::each_record(input, &mut |part, record| graphs.take(part, &record, &self.0, sink))?;
        self.0.emit(graphs.into_terms(&self.0), sink)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `id`")]
struct Node {
    id: Box<str>,
    #[serde(default)]
    lbl: Option<Box<str>>,
    #[serde(default, rename = "type")]
    kind: Option<Box<str>>,
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase", expecting = "an object with what else is known")]
struct Meta {
    definition: Option<Value>,
    synonyms: Option<Vec<Named>>,
    xrefs: Option<Vec<Value>>,
    basic_property_values: Option<Vec<Named>>,
    deprecated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `val`")]
struct Value {
    #[serde(rename = "val")]
    value: Box<str>,
}

/// A synonym, or another property of a node, by its predicate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `pred` and `val`")]
struct Named {
    #[serde(rename = "pred")]
    predicate: Box<str>,
    #[serde(rename = "val")]
    value: Box<str>,
    #[serde(default)]
    synonym_type: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `sub`, `pred` and `obj`")]
struct Edge {
    #[serde(rename = "sub")]
    subject: Box<str>,
    #[serde(rename = "pred")]
    predicate: Box<str>,
    #[serde(rename = "obj")]
    object: Box<str>,
}

/// What has been read of a file.
#[derive(Default)]
struct Graphs {
    nodes: Vec<NodeRecord>,
    /// Line, subject, the number of the predicate in `predicates`, and object.
    edges: Vec<(u32, Curie, usize, Curie)>,
    /// Predicates as they are written.
    predicates: indexmap::IndexSet<Box<str>>,
    /// Property → label.
    labels: BTreeMap<Box<str>, Box<str>>,
}

impl Graphs {
    fn take(&mut self, part: Part, record: &Record, ontology: &Ontology, sink: &mut Sink<'_>) {
        let taken = match part {
            Part::Node => record.parse().and_then(|node| self.node(record.line, node, ontology, sink)),
            Part::Edge => record.parse().and_then(|edge| self.edge(record.line, edge, ontology, sink)),
        };
        if let Err((line, why)) = taken {
            let what = if part == Part::Node { "node" } else { "edge" };
            sink.quarantine(line, format!("the {what} cannot be read: {why}"));
        }
    }

    fn node(&mut self, line: u32, node: Node, ontology: &Ontology, sink: &mut Sink<'_>) -> Result<(), (u32, String)> {
        let label = node.lbl.unwrap_or_default();
        match node.kind.as_deref() {
            None | Some("CLASS") => {}
            Some(kind @ ("PROPERTY" | "INDIVIDUAL")) => {
                if kind == "PROPERTY" && !label.is_empty() {
                    self.labels.insert(node.id, label);
                }
                sink.leave_out(&format!("node of type {kind}"));
                return Ok(());
            }
            Some(other) => {
                let problem = format!("its type is `{other}`, not `CLASS`, `PROPERTY` or `INDIVIDUAL`");
                return Err((line, problem));
            }
        }
        let curie = identifier(&node.id).map_err(|why| (line, why))?;
        let mut term = NodeRecord::new(curie, &label, "", sink.place(line));
        let Some(meta) = node.meta else {
            if node.kind.is_none() && ontology.is_own(&term.curie) {
                // A graph names so what another one describes, perhaps as obsolete.
                sink.leave_out("node that is only mentioned");
                sink.mention(term);
            } else {
                self.nodes.push(term);
            }
            return Ok(());
        };
        term.definition = meta.definition.map_or_else(Box::default, |definition| definition.value);
        term.is_obsolete = meta.deprecated.unwrap_or(false);
        // What is no CURIE is no identifier that anything could be found by: a page, or a note.
        let xrefs = meta.xrefs.unwrap_or_default();
        term.xrefs = xrefs.iter().filter_map(|xref| identifier(&xref.value).ok()).collect();
        for synonym in meta.synonyms.unwrap_or_default() {
            let Some(scope) = scope(local_name(&synonym.predicate)) else {
                sink.drop_part(
                    line,
                    format!("`{}` is no scope of a synonym, as `hasExactSynonym` is", synonym.predicate),
                );
                continue;
            };
            let is_lay = synonym.synonym_type.is_some_and(|kind| local_name(&kind) == "layperson");
            term.synonyms.push(Synonym { text: synonym.value, scope, is_lay });
        }
        for property in meta.basic_property_values.unwrap_or_default() {
            match (local_name(&property.predicate), identifier(&property.value)) {
                ("hasAlternativeId", Ok(former)) => term.former.push(former),
                ("IAO_0100001", Ok(by)) if term.replaced_by.is_none() => term.replaced_by = Some(by),
                ("hasAlternativeId" | "IAO_0100001", Err(why)) => sink.drop_part(line, why),
                _ => {}
            }
        }
        self.nodes.push(term);
        Ok(())
    }

    fn edge(&mut self, line: u32, edge: Edge, ontology: &Ontology, sink: &mut Sink<'_>) -> Result<(), (u32, String)> {
        let ends = ontology.ends(&edge.subject, &edge.object, sink).map_err(|why| (line, why))?;
        if let Some((subject, object)) = ends {
            let (predicate, _) = self.predicates.insert_full(edge.predicate);
            self.edges.push((line, subject, predicate, object));
        }
        Ok(())
    }

    fn into_terms(self, ontology: &Ontology) -> Terms {
        let name = |predicate: &str| match predicate {
            IS_A => IS_A.into(),
            iri => ontology.relation_name(iri, self.labels.get(iri).map(|label| &**label)),
        };
        let names: Vec<Box<str>> = self.predicates.iter().map(|predicate| name(predicate)).collect();
        let links = self.edges.into_iter().map(|(line, subject, predicate, object)| {
            let relation = names.get(predicate).cloned().unwrap_or_default();
            Link { line, subject, relation, object }
        });
        Terms { nodes: self.nodes, links: links.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;
    use crate::kg::Scope;

    fn read(graphs: &str, settings: &str) -> Records {
        let reader: Obograph = toml::from_str(settings).unwrap();
        read_bytes(&reader, format!("{{\"graphs\": [{graphs}]}}").as_bytes()).unwrap()
    }

    fn left_out(records: &Records) -> Vec<(&str, u64)> {
        records.files[0].left_out.iter().map(|(rule, count)| (&**rule, *count)).collect()
    }

    #[test]
    fn a_node_is_read_with_all_that_it_says() {
        let node = r#"{"id": "http://purl.obolibrary.org/obo/X_1", "lbl": "a", "type": "CLASS", "meta": {
            "definition": {"val": "d", "xrefs": ["y"]}, "deprecated": true,
            "xrefs": [{"val": "MIM:1"}, {"val": "a page"}],
            "synonyms": [{"pred": "hasBroadSynonym", "val": "b"},
                {"pred": "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym", "val": "c",
                 "synonymType": "http://purl.obolibrary.org/obo/hp#layperson"}],
            "basicPropertyValues": [
                {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "X:3"},
                {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "X:2"}]}}"#;
        let records = read(&format!("{{\"nodes\": [{node}]}}"), "category = 'Disease'");
        let node = &records.nodes[0];
        assert_eq!(
            (node.curie.as_str(), &*node.label, &*node.definition, &*node.category),
            ("X:1", "a", "d", "Disease")
        );
        assert_eq!(node.xrefs, ["OMIM:1".parse().unwrap()]);
        assert!(node.is_obsolete);
        assert_eq!(node.former, ["X:3".parse().unwrap()]);
        assert_eq!(node.replaced_by, Some("X:2".parse().unwrap()));
        let synonym = |text: &str, scope, is_lay| Synonym { text: text.into(), scope, is_lay };
        assert_eq!(node.synonyms, [synonym("b", Scope::Broad, false), synonym("c", Scope::Exact, true)]);
    }

    #[test]
    fn a_relation_has_its_name_from_whichever_graph_tells_it() {
        let edges = r#"{"edges": [{"sub": "X:1", "pred": "http://e.org/r", "obj": "X:2"}]}"#;
        let labels = r#"{"nodes": [{"id": "http://e.org/r", "lbl": "has a sign", "type": "PROPERTY"}]}"#;
        let records = read(&format!("{edges}, {labels}"), "relations = { has_a_sign = 'phenotype_of' }");
        let edge = &records.edges[0];
        assert_eq!((edge.subject.as_str(), edge.object.as_str()), ("X:2", "X:1"), "an inverse turns the edge round");
        assert_eq!(left_out(&records), [("node of type PROPERTY", 1)]);
        let records = read(&format!("{edges}, {labels}"), "");
        assert_eq!(left_out(&records)[1], ("relation has_a_sign that is not mapped", 1));
    }

    #[test]
    fn what_another_graph_only_mentions_stays_obsolete() {
        let obsolete = r#"{"nodes": [{"id": "X:1", "type": "CLASS", "meta": {"deprecated": true}}]}"#;
        let records = read(&format!("{obsolete}, {{\"nodes\": [{{\"id\": \"X:1\", \"lbl\": \"a\"}}]}}"), "");
        assert_eq!((records.nodes.len(), records.mentions.len()), (1, 1));
        assert_eq!(left_out(&records), [("node that is only mentioned", 1)]);
    }

    #[test]
    fn each_record_knows_its_line() {
        let records =
            read("\n{\"nodes\": [\n\n{\"id\":\n\"X:1\"},{\"id\": \"X:2\",\n\"meta\": {}}],\n\"edges\": [\n{}]}", "");
        assert_eq!(records.mentions[0].place.line, 4);
        assert_eq!(records.nodes[0].place.line, 5);
        assert_eq!(
            records.findings[0].to_string(),
            "warning I101: the edge cannot be read: missing field `sub`\n  first at test:8"
        );
    }
}
