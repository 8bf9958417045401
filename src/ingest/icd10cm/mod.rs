//! The ICD-10-CM tabular list, as CMS publishes it in XML.
//!
//! A record is: a chapter, section or code; its place below another; an inclusion term (as a node) and its code (as
//! an edge); each code that an excludes note names, or the note itself where it gives no edge; and each child of an
//! element that a rule leaves out. Seventh characters are left out: they multiply injuries by "initial encounter",
//! "subsequent encounter" and "sequela", which is no knowledge.
//!
//! Edges wait until the file has been read, because notes name codes that stand after them.

mod emit;
mod references;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::xml::Element;
use crate::ingest::xml::Xml;
use crate::ingest::xml::shown;
use crate::kg::Curie;
use crate::kg::CurieError;

/// The reader; it has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Icd10cm {}

impl Reader for Icd10cm {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut xml = Xml::new(input)?;
        let mut list = Tabular::default();
        let mut inside: Vec<Inside> = Vec::new();
        while let Some(element) = xml.next()? {
            match element {
                Element::Open { line, name, attributes } => {
                    let next = match inside.last_mut() {
                        None if *name == *ROOT => Inside::Root,
                        None => {
                            let shown = shown(&name);
                            let problem =
                                format!("this is no ICD-10-CM tabular list: its root is `{shown}`, not `{ROOT}`");
                            return Err(xml.error(line, problem));
                        }
                        Some(outer) => list.open(outer, &name, line, &attributes, sink),
                    };
                    inside.push(next);
                }
                Element::Close { line, text } => {
                    if let Some(closed) = inside.pop() {
                        list.close(closed, line, text, sink);
                    }
                }
            }
        }
        if list.entries.is_empty() {
            return Err(xml.error(1, "the tabular list has no chapter"));
        }
        emit::records(&list.entries, sink)
    }
}

const ROOT: &str = "ICD10CM.tabular";

/// Where in the list the reader is; numbers are those of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Root,
    Entry(usize),
    Name(usize),
    Label(usize),
    Terms(usize),
    Term(usize),
    Excludes(usize, Exclusion),
    Note(usize, Exclusion),
    /// An element that the rule leaves out, and whether a child of it has been counted.
    LeftOut(&'static str, bool),
    /// Inside of something that has been counted.
    Counted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exclusion {
    /// Never coded together.
    One,
    /// Not included, but may be coded beside it.
    Two,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Chapter,
    Section,
    Code,
}

/// A chapter, a section or a code.
#[derive(Debug)]
struct Entry {
    kind: Kind,
    line: u32,
    above: Option<usize>,
    name: String,
    label: String,
    terms: Vec<(u32, String)>,
    notes: Vec<(u32, Exclusion, String)>,
}

impl Entry {
    fn curie(&self) -> Result<Curie, String> {
        let text = match self.kind {
            _ if self.name.is_empty() => return Err("the chapter, section or code has no name".to_owned()),
            Kind::Code if !references::is_code(&self.name) => {
                let shown: String = self.name.chars().take(60).collect();
                return Err(format!("`{shown}` is no code; one reads like `A00` or `A00.01`"));
            }
            Kind::Code => format!("ICD10CM:{}", self.name),
            // Sections may have the name of their only category.
            Kind::Section => format!("ICD10CM:section-{}", self.name),
            Kind::Chapter => format!("ICD10CM:chapter-{}", self.name),
        };
        text.parse().map_err(|error: CurieError| error.to_string())
    }
}

/// Every chapter, section and code, in the order of the file.
#[derive(Debug, Default)]
struct Tabular {
    entries: Vec<Entry>,
}

impl Tabular {
    /// What an element is, by its name and what it stands in.
    fn open(
        &mut self,
        outer: &mut Inside,
        name: &str,
        line: u32,
        attributes: &[(Box<str>, Box<str>)],
        sink: &mut Sink<'_>,
    ) -> Inside {
        let (kind, above) = match (*outer, name) {
            (Inside::Root, "chapter") => (Kind::Chapter, None),
            (Inside::Root, "version") => return Inside::Counted,
            (Inside::Root, "introduction") => return Inside::LeftOut("introduction", false),
            (Inside::Entry(number), "section") if self.kind(number) == Some(Kind::Chapter) => {
                (Kind::Section, Some(number))
            }
            (Inside::Entry(number), "diag") if self.kind(number) != Some(Kind::Chapter) => (Kind::Code, Some(number)),
            (Inside::Entry(number), "name") => return Inside::Name(number),
            (Inside::Entry(number), "desc") => return Inside::Label(number),
            (Inside::Entry(number), "inclusionTerm") => return Inside::Terms(number),
            (Inside::Terms(number), "note") => return Inside::Term(number),
            (Inside::Entry(number), "excludes1") => return Inside::Excludes(number, Exclusion::One),
            (Inside::Entry(number), "excludes2") => return Inside::Excludes(number, Exclusion::Two),
            (Inside::Excludes(number, exclusion), "note") => return Inside::Note(number, exclusion),
            (Inside::Entry(_), _) => return Inside::LeftOut(rule(name), false),
            (Inside::LeftOut(rule, _), _) => {
                sink.leave_out(rule);
                *outer = Inside::LeftOut(rule, true);
                return Inside::Counted;
            }
            (Inside::Counted, _) => return Inside::Counted,
            _ => return Inside::LeftOut(UNKNOWN, false),
        };
        let id = attributes.iter().find(|(attribute, _)| kind == Kind::Section && &**attribute == "id");
        let name = id.map_or_else(String::new, |(_, value)| value.trim().to_owned());
        let (label, terms, notes) = (String::new(), Vec::new(), Vec::new());
        self.entries.push(Entry { kind, line, above, name, label, terms, notes });
        Inside::Entry(self.entries.len() - 1)
    }

    fn kind(&self, number: usize) -> Option<Kind> {
        self.entries.get(number).map(|entry| entry.kind)
    }

    /// Keeps the text of an element that has closed.
    fn close(&mut self, closed: Inside, line: u32, text: String, sink: &mut Sink<'_>) {
        let number = match closed {
            Inside::Name(number) | Inside::Label(number) | Inside::Term(number) | Inside::Note(number, _) => number,
            Inside::LeftOut(rule, false) => return sink.leave_out(rule),
            _ => return,
        };
        let Some(entry) = self.entries.get_mut(number) else { return };
        match closed {
            Inside::Name(_) => entry.name = text,
            Inside::Label(_) => entry.label = text,
            Inside::Term(_) => entry.terms.push((line, text)),
            Inside::Note(_, exclusion) => entry.notes.push((line, exclusion, text)),
            _ => {}
        }
    }
}

const UNKNOWN: &str = "element that this reader does not know";

/// Why a child of a chapter, section or code is left out.
fn rule(name: &str) -> &'static str {
    match name {
        "includes" => "includes note",
        "codeFirst" => "code first note",
        "codeAlso" => "code also note",
        "useAdditionalCode" => "use additional code note",
        "notes" => "general note",
        "sevenChrNote" | "sevenChrDef" => "seventh character",
        "sectionIndex" => "index of sections",
        "visualImpairment" => "table of visual impairment",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;
    use crate::kg::Records;

    fn read(inside: &str) -> Records {
        let text = format!(
            "<{ROOT}><chapter><name>1</name><desc>Infections (A00-B99)</desc>\n\
             <section id='A00-A09'><desc>Gut (A00-A09)</desc>\n{inside}</section></chapter></{ROOT}>"
        );
        read_bytes(&Icd10cm {}, text.as_bytes()).unwrap()
    }

    fn edges(records: &Records) -> Vec<String> {
        let relations = crate::kg::Relations::standard().unwrap();
        let shown = |edge: &crate::kg::EdgeRecord| {
            format!("{} {} {}", edge.subject, relations.row(edge.relation).name, edge.object).replace("ICD10CM:", "")
        };
        records.edges.iter().map(shown).collect()
    }

    const CHOLERA: &str = "<diag><name>A00</name><desc>Cholera</desc>\n<diag><name>A00.0</name><desc>Classical</desc>\n\
                           <inclusionTerm><note>Old cholera</note></inclusionTerm></diag></diag>";

    #[test]
    fn chapters_sections_and_codes_are_one_hierarchy() {
        let records = read(CHOLERA);
        let labels: Vec<(&str, &str)> = records.nodes.iter().map(|node| (node.curie.as_str(), &*node.label)).collect();
        let expected = [
            ("ICD10CM:chapter-1", "Infections"),
            ("ICD10CM:section-A00-A09", "Gut"),
            ("ICD10CM:A00", "Cholera"),
            ("ICD10CM:A00.0", "Classical"),
            ("ICD10CM:A00.0.inclusion-1", "Old cholera"),
        ];
        assert_eq!(labels, expected);
        let expected = [
            "section-A00-A09 is_a chapter-1",
            "A00 is_a section-A00-A09",
            "A00.0 is_a A00",
            "A00.0.inclusion-1 included_in A00.0",
        ];
        assert_eq!(edges(&records), expected);
        let lines: Vec<u32> = records.nodes.iter().map(|node| node.place.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn notes_name_codes_that_come_later_and_belong_to_what_carries_them() {
        let records = read(&format!(
            "<excludes1><note>x (A01.-)</note></excludes1>{CHOLERA}<diag><name>A01</name>\
             <diag><name>A01.0</name></diag><excludes2><note>y (A00-A00.0)</note></excludes2></diag>"
        ));
        let edges = edges(&records);
        assert!(edges.contains(&"A01 excludes2 A00".to_owned()), "{edges:?}");
        // The section holds A01 itself.
        assert_eq!(records.files[0].left_out.get("excludes note that names its own kin"), Some(&1));
    }

    #[test]
    fn an_inclusion_term_is_no_synonym() {
        let records = read(CHOLERA);
        assert!(records.nodes.iter().all(|node| node.synonyms.is_empty()));
        assert_eq!(&*records.nodes[4].category, "InclusionTerm");
    }

    #[test]
    fn a_code_of_no_shape_is_quarantined_with_what_hangs_on_it() {
        let records = read(
            "<diag><name>A0</name><inclusionTerm><note>t</note></inclusionTerm>\
             <excludes1><note>x (B00)</note></excludes1><diag><name>A00.0</name></diag></diag>",
        );
        // Two nodes and an edge are left, and A00.0 hangs on nothing.
        assert_eq!((records.nodes.len(), records.edges.len()), (3, 1));
        assert_eq!(records.files[0].quarantined, 6);
        let first = "warning I101: `A0` is no code; one reads like `A00` or `A00.01`\n  first at test:3";
        assert_eq!(records.findings[0].to_string(), first);
    }

    #[test]
    fn what_is_left_out_is_counted_child_by_child() {
        let records = read(
            "<diag><name>A00</name><includes><note>a</note><note>b</note></includes><codeFirst/>\
             <sevenChrDef><extension char='A'>i</extension></sevenChrDef><odd><x><y/></x></odd>\
             <inclusionTerm><note>due to:</note></inclusionTerm></diag>",
        );
        let left_out: Vec<(&str, u64)> =
            records.files[0].left_out.iter().map(|(rule, count)| (&**rule, *count)).collect();
        let expected = [
            ("code first note", 1),
            ("element that this reader does not know", 1),
            ("includes note", 2),
            ("inclusion term that is a heading", 2),
            ("seventh character", 1),
        ];
        assert_eq!(left_out, expected);
    }

    #[test]
    fn another_list_is_refused() {
        let error = read_bytes(&Icd10cm {}, b"\n<ClaML/>").unwrap_err().to_string();
        assert_eq!(error, "test:2: this is no ICD-10-CM tabular list: its root is `ClaML`, not `ICD10CM.tabular`");
        let error = read_bytes(&Icd10cm {}, b"<ICD10CM.tabular/>").unwrap_err().to_string();
        assert_eq!(error, "test:1: the tabular list has no chapter");
    }
}
