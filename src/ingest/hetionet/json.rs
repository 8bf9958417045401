//! The JSON of a hetnet: the only form that says from which source an edge is, and under which licence.
//!
//! `edges` has millions of elements, so the one object of the file is walked through and each element is parsed on
//! its own. An edge that is marked `both` holds both ways for whoever walks it, and is stored once all the same: it
//! gets the direction in which `metaedge_tuples` names its ends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::hetionet::Metaedges;
use crate::ingest::hetionet::Table;
use crate::ingest::hetionet::category;
use crate::ingest::hetionet::curie;
use crate::ingest::json_elements::List;
use crate::ingest::json_elements::Scanner;
use crate::ingest::json_elements::Text;
use crate::ingest::json_elements::object;
use crate::ingest::json_elements::problem;
use crate::ingest::sink::word;
use crate::ingest::table::sorted;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct HetionetJson {
    /// Kind → prefix of its bare identifiers.
    prefixes: Table,
    /// Kind → category.
    categories: Table,
    /// Abbreviation of a metaedge → a relation of the table, or the inverse of one.
    relations: Table,
    /// If any are given, edges under other licences, or under none, are left out.
    licences: Vec<Box<str>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Node<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    identifier: Text<'a>,
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Edge<'a> {
    #[serde(borrow)]
    source_id: (Text<'a>, Text<'a>),
    target_id: (Text<'a>, Text<'a>),
    kind: Text<'a>,
    direction: Text<'a>,
    data: Data<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    license: Text<'a>,
    source: List<'a>,
    sources: List<'a>,
    pubmed_ids: List<'a>,
}

/// What the head of the file says about its edges.
#[derive(Default)]
struct Head {
    /// Kinds and relations → their abbreviations.
    abbreviations: BTreeMap<Box<str>, Box<str>>,
    /// Source kind, relation and target kind → `both` or `forward`.
    metaedges: BTreeMap<[Box<str>; 3], Box<str>>,
}

const ORDER: &str = "`metaedge_tuples` and `kind_to_abbrev` must stand before `edges`";

impl Reader for HetionetJson {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let metaedges = Metaedges::new(&self.relations, sink)?;
        let mut scanner = Scanner::open(input)?;
        scanner.take(b'{', "at the beginning of a hetnet")?;
        let mut head = Head::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = scanner.key(seen.is_empty())? {
            match &*key {
                "metaedge_tuples" => {
                    let tuples: Vec<[Box<str>; 4]> = whole(&mut scanner, &key)?;
                    let rows = tuples.into_iter().map(|[source, kind, target, way]| ([source, kind, target], way));
                    head.metaedges = rows.collect();
                }
                "kind_to_abbrev" => head.abbreviations = whole(&mut scanner, &key)?,
                "nodes" => each(&mut scanner, &key, sink, |text, line, sink| self.node(text, line, sink))?,
                "edges" if head.metaedges.is_empty() || head.abbreviations.is_empty() => {
                    return Err(scanner.error(ORDER));
                }
                "edges" => {
                    let take = |text: &str, line, sink: &mut Sink<'_>| self.edge(text, &head, &metaedges, line, sink);
                    each(&mut scanner, &key, sink, take)?;
                }
                _ => scanner.value().map(drop)?,
            }
            seen.push(key);
        }
        if scanner.sign()?.is_some() {
            return Err(scanner.error("the file goes on behind the `}` of its object"));
        }
        if let Some(missing) = ["nodes", "edges"].into_iter().find(|key| !seen.iter().any(|found| found == key)) {
            return Err(scanner.error(format!("this is no hetnet: its object has no `{missing}`")));
        }
        Ok(())
    }
}

/// A value that is taken as a whole.
fn whole<T: DeserializeOwned>(scanner: &mut Scanner, key: &str) -> Result<T, ReadError> {
    let (_, text) = scanner.value()?;
    let value = text.map_err(|bad| bad.to_string());
    let value = value.and_then(|text| serde_json::from_str(text).map_err(|error| problem(&error)));
    value.map_err(|why| scanner.error(format!("`{key}` is not what it is in a hetnet: {why}")))
}

/// The elements of an array, one by one.
fn each(
    scanner: &mut Scanner,
    key: &str,
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&str, u32, &mut Sink<'_>) -> Result<(), (u32, String)>,
) -> Result<(), ReadError> {
    scanner.take(b'[', &format!("behind `{key}`"))?;
    let mut is_first = true;
    while let Some((line, text)) = scanner.element(is_first)? {
        let taken = text.map_err(|bad| (0, bad.to_string())).and_then(|text| take(text, line, sink));
        if let Err((n_lines, why)) = taken {
            sink.quarantine(line.saturating_add(n_lines), why);
        }
        is_first = false;
    }
    Ok(())
}

impl HetionetJson {
    fn node(&self, text: &str, line: u32, sink: &mut Sink<'_>) -> Result<(), (u32, String)> {
        let node: Node<'_> = object(text)?;
        let kind = node.kind.as_str();
        let curie = curie(kind, node.identifier.as_str(), &self.prefixes).map_err(|why| (0, why))?;
        let place = sink.place(line);
        sink.node(NodeRecord::new(curie, node.name.as_str(), category(kind, &self.categories), place));
        Ok(())
    }

    fn edge(
        &self,
        text: &str,
        head: &Head,
        metaedges: &Metaedges<'_>,
        line: u32,
        sink: &mut Sink<'_>,
    ) -> Result<(), (u32, String)> {
        let edge: Edge<'_> = object(text)?;
        let licence = edge.data.license.as_str();
        let whole = |why: String| (0, why);
        let (metaedge, is_backwards) = head.metaedge(&edge).map_err(whole)?;
        let end = |(kind, id): &(Text<'_>, Text<'_>)| curie(kind.as_str(), id.as_str(), &self.prefixes).map_err(whole);
        let (source, target) = (end(&edge.source_id)?, end(&edge.target_id)?);
        if !self.licences.is_empty() && !self.licences.iter().any(|listed| **listed == *licence) {
            let rule = if licence.is_empty() { "no licence".into() } else { format!("licence {}", word(licence)) };
            sink.leave_out(&rule);
            return Ok(());
        }
        let qualifiers = Qualifiers {
            evidence: sorted(edge.data.source.iter().chain(edge.data.sources.iter())),
            publications: edge.data.publications(),
            ..Qualifiers::default()
        };
        let ends = if is_backwards { [target, source] } else { [source, target] };
        metaedges.take(&metaedge, ends, qualifiers, line, sink);
        Ok(())
    }
}

impl Data<'_> {
    fn publications(&self) -> Vec<Box<str>> {
        let mut list: Vec<Box<str>> = self.pubmed_ids.iter().map(|number| format!("PMID:{number}").into()).collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

impl Head {
    /// The abbreviation of an edge's metaedge, and whether the edge names its ends the other way round.
    fn metaedge(&self, edge: &Edge<'_>) -> Result<(String, bool), String> {
        let [source, kind, target] = [edge.source_id.0.as_str(), edge.kind.as_str(), edge.target_id.0.as_str()];
        let direction = edge.direction.as_str();
        let ways: &[bool] = match direction {
            "forward" => &[false],
            "backward" => &[true],
            "both" => &[false, true],
            other => return Err(format!("the direction `{other}` is none of both, forward, backward")),
        };
        for &is_backwards in ways {
            let (from, to) = if is_backwards { (target, source) } else { (source, target) };
            let Some(way) = self.metaedges.get(&[from.into(), kind.into(), to.into()]) else { continue };
            if (direction == "both") != (**way == *"both") {
                return Err(format!("the direction is `{direction}`, that of `{from} - {kind} - {to}` is `{way}`"));
            }
            let sign = if direction == "both" { "" } else { ">" };
            let [from, kind, to] = [self.short(from)?, self.short(kind)?, self.short(to)?];
            return Ok((format!("{from}{kind}{sign}{to}"), is_backwards));
        }
        Err(format!("`{source} - {kind} - {target}` is not among the `metaedge_tuples`"))
    }

    fn short(&self, name: &str) -> Result<&str, String> {
        let found = self.abbreviations.get(name).map(|short| &**short);
        found.ok_or_else(|| format!("`{name}` has no abbreviation in `kind_to_abbrev`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;

    const HEAD: &str = r#"{"metanode_kinds": ["Gene", "Disease"],
"metaedge_tuples": [["Disease", "associates", "Gene", "both"], ["Gene", "regulates", "Gene", "forward"]],
"kind_to_abbrev": {"Gene": "G", "Disease": "D", "associates": "a", "regulates": "r"},
"nodes": [{"kind": "Gene", "identifier": 9021, "name": "SOCS3", "data": {"license": "CC0 1.0"}},
{"kind": "Disease", "identifier": "DOID:1", "name": "A disease"}],
"#;

    fn read(settings: &str, edges: &str) -> Result<Records, ReadError> {
        let reader: HetionetJson = toml::from_str(settings).unwrap();
        read_bytes(&reader, format!("{HEAD}\"edges\": [{edges}]}}").as_bytes())
    }

    fn edges(records: &Records) -> Vec<String> {
        let relations = crate::kg::Relations::standard().unwrap();
        let shown = |edge: &crate::kg::EdgeRecord| {
            format!("{} {} {}", edge.subject, relations.row(edge.relation).name, edge.object)
        };
        records.edges.iter().map(shown).collect()
    }

    fn edge(source: &str, kind: &str, target: &str, direction: &str, data: &str) -> String {
        format!(
            r#"{{"source_id": [{source}], "target_id": [{target}], "kind": "{kind}", "direction": "{direction}", "data": {{{data}}}}}"#
        )
    }

    const GENE: &str = r#""Gene", 9021"#;
    const DISEASE: &str = r#""Disease", "DOID:1""#;

    #[test]
    fn an_edge_has_the_direction_of_its_metaedge() {
        let list = [
            edge(DISEASE, "associates", GENE, "both", r#""sources": ["b", "a"], "pubmed_ids": [12]"#),
            edge(GENE, "associates", DISEASE, "both", ""),
            edge(GENE, "regulates", r#""Gene", 1"#, "forward", ""),
            edge(GENE, "regulates", r#""Gene", 2"#, "backward", ""),
        ];
        let records = read("relations = { 'Gr>G' = 'affected_by' }", &list.join(",\n")).unwrap();
        let expected = [
            "NCBIGene:9021 associated_with DOID:1",
            "NCBIGene:9021 associated_with DOID:1",
            "NCBIGene:1 affects NCBIGene:9021",
            "NCBIGene:9021 affects NCBIGene:2",
        ];
        assert_eq!(edges(&records), expected);
        let said = &records.edges[0].qualifiers;
        assert_eq!((said.evidence.len(), &*said.publications[0]), (2, "PMID:12"));
        assert_eq!(records.edges[1].place.line, 7);
        assert_eq!(records.nodes[0].curie.as_str(), "NCBIGene:9021");
    }

    #[test]
    fn only_edges_under_a_listed_licence_are_kept() {
        let list = [
            edge(DISEASE, "associates", GENE, "both", r#""license": "CC BY 4.0""#),
            edge(DISEASE, "associates", GENE, "both", r#""license": "CC BY-NC-SA 3.0""#),
            edge(DISEASE, "associates", GENE, "both", r#""license": null"#),
        ];
        let records = read("licences = ['CC BY 4.0']", &list.join(",")).unwrap();
        assert_eq!(records.edges.len(), 1);
        let left_out: Vec<&str> = records.files[0].left_out.keys().map(|rule| &**rule).collect();
        assert_eq!(left_out, ["licence CC BY-NC-SA 3.0", "no licence"]);
        assert_eq!(read("", &list.join(",")).unwrap().edges.len(), 3);
    }

    #[test]
    fn an_edge_that_contradicts_its_metaedge_is_not_guessed_at() {
        for (edge, expected) in [
            (
                edge(GENE, "regulates", GENE, "both", ""),
                "the direction is `both`, that of `Gene - regulates - Gene` is `forward`",
            ),
            (edge(GENE, "binds", GENE, "both", ""), "`Gene - binds - Gene` is not among the `metaedge_tuples`"),
            (edge(GENE, "regulates", GENE, "", ""), "the direction `` is none of both, forward, backward"),
        ] {
            assert_eq!(read("", &edge).unwrap().findings[0].text, expected);
        }
    }

    #[test]
    fn edges_need_what_explains_them() {
        let reader = HetionetJson::default();
        let error = |text: &str| read_bytes(&reader, text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("{\n\"edges\": []}"), format!("test:2: {ORDER}"));
        assert_eq!(error("{\"nodes\": []}"), "test:1: this is no hetnet: its object has no `edges`");
    }
}
