//! OWL ontologies in RDF/XML, as the OWL API and ROBOT write them.
//!
//! Our own reader, because whole RDF/XML parsers expand entities without a bound and turn one restriction into five
//! triples that would have to be put together again. A record is a named class, a `subClassOf` of one, or any other
//! element at the top. A `subClassOf` that names a class is an `is_a` edge; one that holds a restriction with
//! `someValuesFrom` is an edge of the restriction's property; any other is no edge, and left out. Axioms at the top
//! annotate what classes say and are no records; of them only the mark of lay language is read.

mod elements;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::ontology::IS_A;
use crate::ingest::ontology::Link;
use crate::ingest::ontology::Ontology;
use crate::ingest::ontology::Terms;
use crate::ingest::ontology::identifier;
use crate::ingest::ontology::scope;
use crate::ingest::owl::elements::Elements;
use crate::ingest::owl::elements::Open;
use crate::ingest::owl::elements::Tag;
use crate::ingest::rule_part;
use crate::ingest::vocabulary::local_name;
use crate::ingest::vocabulary::short;
use crate::ingest::xml::shown;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::Synonym;

/// The reader, with the settings of all ontologies.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Owl(Ontology);

impl Reader for Owl {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut document = Document { elements: Elements::new(input)?, found: Found::default() };
        document.read(&self.0, sink)?;
        self.0.emit(document.found.into_terms(&self.0), sink)
    }
}

/// What has been read of a file.
#[derive(Default)]
struct Found {
    nodes: Vec<NodeRecord>,
    /// Line, subject, the IRI of the property (none for `is_a`) and object.
    links: Vec<(u32, Curie, Option<Box<str>>, Curie)>,
    /// Property → label.
    labels: BTreeMap<Box<str>, Box<str>>,
    /// Class → its synonyms that axioms mark as lay language.
    lay: BTreeMap<Curie, BTreeSet<Box<str>>>,
}

impl Found {
    fn into_terms(mut self, ontology: &Ontology) -> Terms {
        for node in &mut self.nodes {
            if let Some(lay) = self.lay.get(&node.curie) {
                node.synonyms.iter_mut().for_each(|synonym| synonym.is_lay = lay.contains(&synonym.text));
            }
        }
        let name = |iri: &str| ontology.relation_name(iri, self.labels.get(iri).map(|label| &**label));
        let links = self.links.into_iter().map(|(line, subject, property, object)| {
            let relation = property.map_or_else(|| IS_A.into(), |iri| name(&iri));
            Link { line, subject, relation, object }
        });
        Terms { links: links.collect(), nodes: self.nodes }
    }
}

/// A property of what an element describes, and its value.
struct Statement {
    line: u32,
    property: Box<str>,
    value: Value,
}

enum Value {
    /// A thing, by its IRI.
    Named(Box<str>),
    /// A text in English or in no language.
    Text(Box<str>),
    /// A text in another language.
    Foreign,
    /// Those that have some relation, by its IRI, to something, by its IRI.
    Some(Box<str>, Box<str>),
    /// Anything else that has no name.
    Anonymous,
}

impl Value {
    /// The IRI or the text.
    fn into_text(self) -> Option<Box<str>> {
        match self {
            Self::Named(text) | Self::Text(text) => Some(text),
            Self::Foreign | Self::Some(..) | Self::Anonymous => None,
        }
    }
}

struct Document {
    elements: Elements,
    found: Found,
}

impl Document {
    fn read(&mut self, ontology: &Ontology, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        match self.elements.next()? {
            Some(Tag::Open(root)) if *root.name != *"rdf:RDF" => {
                let shown = shown(&root.name);
                let problem = format!("this is no OWL in RDF/XML: its root is `{shown}`, not `rdf:RDF`");
                return Err(self.elements.error(root.line, problem));
            }
            _ => {}
        }
        while let Some(tag) = self.elements.next()? {
            if let Tag::Open(open) = tag {
                self.top(&open, ontology, sink)?;
            }
        }
        Ok(())
    }

    /// An element at the top.
    fn top(&mut self, open: &Open, ontology: &Ontology, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let about = self.about(open);
        let statements = self.statements()?;
        let mut types = statements.iter().filter(|statement| *statement.property == *"rdf:type");
        let is_class = types.any(|kind| matches!(&kind.value, Value::Named(iri) if short(iri) == "owl:Class"));
        match (&*open.name, about) {
            ("owl:Axiom", _) => self.axiom(statements),
            ("owl:Class", None) => sink.leave_out("class without a name"),
            ("owl:Class", Some(iri)) => self.class((open.line, &iri), statements, ontology, sink),
            ("rdf:Description", Some(iri)) if is_class => self.class((open.line, &iri), statements, ontology, sink),
            (name, about) => {
                sink.leave_out(&format!("element {}", rule_part(name)));
                let mut labels = statements.into_iter().filter(|statement| *statement.property == *"rdfs:label");
                if let (Some(iri), Some(Statement { value: Value::Text(label), .. })) = (about, labels.next()) {
                    self.found.labels.insert(iri, label);
                }
            }
        }
        Ok(())
    }

    fn class(
        &mut self,
        (line, iri): (u32, &str),
        statements: Vec<Statement>,
        ontology: &Ontology,
        sink: &mut Sink<'_>,
    ) {
        let curie = match identifier(iri) {
            Ok(curie) => curie,
            Err(why) => {
                sink.quarantine(line, why);
                // Its edges hang on nothing.
                for statement in statements.iter().filter(|statement| *statement.property == *"rdfs:subClassOf") {
                    sink.quarantine(statement.line, "the edge belongs to a class that has no identifier");
                }
                return;
            }
        };
        let mut node = NodeRecord::new(curie.clone(), "", "", sink.place(line));
        for Statement { line, property, value } in statements {
            if *property == *"rdfs:subClassOf" {
                let (relation, object) = match value {
                    Value::Named(iri) => (None, iri),
                    Value::Some(relation, filler) => (Some(relation), filler),
                    Value::Text(_) | Value::Foreign | Value::Anonymous => {
                        sink.leave_out("class that is described and not named");
                        continue;
                    }
                };
                match ontology.ends(curie.as_str(), &object, sink) {
                    Ok(Some((subject, object))) => self.found.links.push((line, subject, relation, object)),
                    Ok(None) => {}
                    Err(why) => sink.quarantine(line, why),
                }
            } else if let Some(text) = value.into_text()
                && let Err(why) = describe(&mut node, &property, text)
            {
                sink.drop_part(line, why);
            }
        }
        self.found.nodes.push(node);
    }

    /// An axiom that annotates what a class says.
    fn axiom(&mut self, statements: Vec<Statement>) {
        let (mut source, mut target, mut is_lay) = (None, None, false);
        for Statement { property, value, .. } in statements {
            match (&*property, value.into_text()) {
                ("owl:annotatedSource", Some(iri)) => source = identifier(&iri).ok(),
                ("owl:annotatedTarget", text) => target = text,
                ("oboInOwl:hasSynonymType", Some(iri)) => is_lay |= local_name(&iri) == "layperson",
                _ => {}
            }
        }
        if let (Some(source), Some(target), true) = (source, target, is_lay) {
            self.found.lay.entry(source).or_default().insert(target);
        }
    }

    /// The IRI of what an element describes.
    fn about(&self, open: &Open) -> Option<Box<str>> {
        let id = open.attribute("rdf:ID").map(|id| format!("#{id}"));
        open.attribute("rdf:about").or(id.as_deref()).map(|iri| self.elements.absolute(iri))
    }

    /// All that is said inside the element that has just opened.
    fn statements(&mut self) -> Result<Vec<Statement>, ReadError> {
        let mut statements = Vec::new();
        while let Some(Tag::Open(open)) = self.elements.next()? {
            let value = self.value(&open)?;
            statements.push(Statement { line: open.line, property: open.name, value });
        }
        Ok(statements)
    }

    /// The value of the property that has just opened.
    fn value(&mut self, property: &Open) -> Result<Value, ReadError> {
        let mut nested: Option<Value> = None;
        loop {
            match self.elements.next()? {
                Some(Tag::Open(inner)) if nested.is_none() => nested = Some(self.thing(&inner)?),
                Some(Tag::Open(_)) => {
                    self.elements.skip()?;
                    nested = Some(Value::Anonymous);
                }
                Some(Tag::Close(text)) => {
                    let language = property.attribute("xml:lang").unwrap_or("");
                    let is_foreign = !(language.is_empty() || language.starts_with("en"));
                    return Ok(match (property.attribute("rdf:resource"), nested) {
                        (Some(iri), _) => Value::Named(self.elements.absolute(iri)),
                        (None, Some(value)) => value,
                        (None, None) if is_foreign => Value::Foreign,
                        (None, None) => Value::Text(text.into()),
                    });
                }
                None => return Ok(Value::Anonymous),
            }
        }
    }

    /// A thing that stands inside of a property.
    fn thing(&mut self, open: &Open) -> Result<Value, ReadError> {
        let about = self.about(open);
        if *open.name != *"owl:Restriction" || about.is_some() {
            self.elements.skip()?;
            return Ok(about.map_or(Value::Anonymous, Value::Named));
        }
        let (mut relation, mut filler) = (None, None);
        for Statement { property, value, .. } in self.statements()? {
            match (&*property, value) {
                ("owl:onProperty", Value::Named(iri)) => relation = Some(iri),
                ("owl:someValuesFrom", Value::Named(iri)) => filler = Some(iri),
                _ => {}
            }
        }
        Ok(relation.zip(filler).map_or(Value::Anonymous, |(relation, filler)| Value::Some(relation, filler)))
    }
}

/// Adds what a property says to a node. What is no CURIE in a cross reference is a page or a note, by which nothing
/// could be found.
fn describe(node: &mut NodeRecord, property: &str, text: Box<str>) -> Result<(), String> {
    match property {
        "rdfs:label" if node.label.is_empty() => node.label = text,
        "obo:IAO_0000115" if node.definition.is_empty() => node.definition = text,
        "owl:deprecated" => node.is_obsolete = matches!(&*text, "true" | "1"),
        "oboInOwl:hasDbXref" => node.xrefs.extend(identifier(&text).ok()),
        "oboInOwl:hasAlternativeId" => node.former.push(identifier(&text)?),
        "obo:IAO_0100001" if node.replaced_by.is_none() => node.replaced_by = Some(identifier(&text)?),
        _ => {
            if let Some(scope) = property.strip_prefix("oboInOwl:").and_then(scope) {
                node.synonyms.push(Synonym { text, scope, is_lay: false });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;
    use crate::kg::Scope;

    fn read(inside: &str, settings: &str) -> Records {
        let reader: Owl = toml::from_str(settings).unwrap();
        let text = format!(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:o='http://www.w3.org/2002/07/owl#' \
             xmlns:rdfs='http://www.w3.org/2000/01/rdf-schema#' xmlns:obo='http://purl.obolibrary.org/obo/' \
             xmlns:oio='http://www.geneontology.org/formats/oboInOwl#' xml:base='http://e.org/X'>\n{inside}</rdf:RDF>"
        );
        read_bytes(&reader, text.as_bytes()).unwrap()
    }

    fn left_out(records: &Records) -> Vec<(&str, u64)> {
        records.files[0].left_out.iter().map(|(rule, count)| (&**rule, *count)).collect()
    }

    #[test]
    fn a_class_is_read_with_all_that_it_says() {
        let records = read(
            "<o:Class rdf:about='http://e.org/X_1'><rdfs:label xml:lang='fr'>fièvre</rdfs:label>\
             <rdfs:label xml:lang='en'>fever</rdfs:label><obo:IAO_0000115>hot</obo:IAO_0000115>\
             <oio:hasExactSynonym>pyrexia</oio:hasExactSynonym><oio:hasBroadSynonym>heat</oio:hasBroadSynonym>\
             <oio:hasDbXref>MIM:1</oio:hasDbXref><oio:hasAlternativeId>X:3</oio:hasAlternativeId>\
             <obo:IAO_0100001 rdf:resource='http://e.org/X_2'/><o:deprecated>true</o:deprecated></o:Class>\
             <o:Axiom><o:annotatedSource rdf:resource='http://e.org/X_1'/><o:annotatedTarget>heat</o:annotatedTarget>\
             <oio:hasSynonymType rdf:resource='http://e.org/hp#layperson'/></o:Axiom>",
            "category = 'Disease'",
        );
        let node = &records.nodes[0];
        assert_eq!(
            (node.curie.as_str(), &*node.label, &*node.definition, node.is_obsolete),
            ("X:1", "fever", "hot", true)
        );
        assert_eq!((&*node.category, node.place.line), ("Disease", 2));
        assert_eq!(
            (&node.xrefs[..], &node.former[..]),
            (&["OMIM:1".parse().unwrap()][..], &["X:3".parse().unwrap()][..])
        );
        assert_eq!(node.replaced_by, Some("X:2".parse().unwrap()));
        let synonym = |text: &str, scope, is_lay| Synonym { text: text.into(), scope, is_lay };
        assert_eq!(node.synonyms, [synonym("pyrexia", Scope::Exact, false), synonym("heat", Scope::Broad, true)]);
        assert_eq!(records.files[0].read, 1, "an axiom is no record");
    }

    #[test]
    fn a_restriction_to_some_values_is_an_edge() {
        let records = read(
            "<o:ObjectProperty rdf:about='http://e.org/r'><rdfs:label>has sign</rdfs:label></o:ObjectProperty>\
             <o:Class rdf:about='http://e.org/X_1'>\n<rdfs:subClassOf><o:Restriction>\
             <o:onProperty rdf:resource='http://e.org/r'/>\n<o:someValuesFrom rdf:resource='http://e.org/X_2'/>\
             </o:Restriction></rdfs:subClassOf></o:Class>",
            "relations = { has_sign = 'related_to' }",
        );
        let edge = &records.edges[0];
        assert_eq!((edge.subject.as_str(), edge.object.as_str(), edge.place.line), ("X:1", "X:2", 3));
        assert_eq!(left_out(&records), [("element owl:ObjectProperty", 1)]);
    }

    #[test]
    fn a_parent_without_a_name_is_left_out_and_one_with_a_name_is_not() {
        let records = read(
            "<o:Class rdf:about='http://e.org/X_1'>\
             <rdfs:subClassOf><o:Class rdf:about='http://e.org/X_2'/></rdfs:subClassOf>\
             <rdfs:subClassOf rdf:resource='http://www.w3.org/2002/07/owl#Thing'/>\
             <rdfs:subClassOf><o:Class><o:unionOf rdf:parseType='Collection'><o:Class rdf:about='http://e.org/X_3'/>\
             </o:unionOf></o:Class></rdfs:subClassOf>\
             <rdfs:subClassOf><o:Restriction><o:onProperty rdf:resource='http://e.org/r'/>\
             <o:allValuesFrom rdf:resource='http://e.org/X_3'/></o:Restriction></rdfs:subClassOf>\
             <o:equivalentClass><o:Restriction/></o:equivalentClass></o:Class>",
            "",
        );
        assert_eq!(records.edges.len(), 1);
        assert_eq!(left_out(&records), [("class that is described and not named", 2), ("edge to owl:Thing", 1)]);
    }

    #[test]
    fn a_description_is_a_class_if_it_says_so() {
        let kind = "<rdf:type rdf:resource='http://www.w3.org/2002/07/owl#Class'/>";
        let records = read(
            &format!(
                "<rdf:Description rdf:about='http://e.org/X_1'>{kind}</rdf:Description><rdf:Description rdf:ID='X_2'/>"
            ),
            "",
        );
        assert_eq!(records.nodes.len(), 1);
        assert_eq!(left_out(&records), [("element rdf:Description", 1)]);
    }
}
