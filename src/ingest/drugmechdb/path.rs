//! One path, as its YAML says it.

use serde::Deserialize;
use serde_saphyr::Spanned;

/// A path of DrugMechDB. Whatever may be missing is `None`: a record without what it needs is told with its line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Path {
    pub(super) graph: Option<Header>,
    nodes: Option<Vec<Spanned<Node>>>,
    links: Option<Vec<Spanned<Link>>>,
    references: Option<Vec<Option<String>>>,
    /// The line before its first.
    #[serde(skip)]
    n_lines_before: u32,
}

/// What a path is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Header {
    pub(super) drug_mesh: Option<String>,
    pub(super) drugbank: Option<Spanned<String>>,
    disease_mesh: Option<String>,
}

/// A node of a path.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) id: Option<String>,
    pub(super) label: Option<String>,
    pub(super) name: Option<String>,
    alt_names: Option<Vec<Option<String>>>,
    alt_ids: Option<Vec<Option<String>>>,
}

/// A link of a path.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    pub(super) source: Option<String>,
    pub(super) key: Option<String>,
    pub(super) target: Option<String>,
}

impl Path {
    /// Parses the text of a path that starts on a line.
    ///
    /// # Errors
    ///
    /// The line, and what is wrong there.
    pub(super) fn parse(text: &str, line: u32) -> Result<Self, (u32, String)> {
        // A path has some hundred events and no anchor. With anchors a text can grow without end, and nothing is lost
        // without them.
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_events: 50_000,
                max_depth: 16,
                flow_nesting_limit: 16,
                max_aliases: 0,
                max_anchors: 0,
            },
            with_snippet: false,
        };
        let n_lines_before = line - 1;
        let path: Self = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location();
            let line = place.map_or(1, |place| u32::try_from(place.line()).unwrap_or(1)).max(1);
            (n_lines_before.saturating_add(line), problem(&error))
        })?;
        let missing = [("nodes", path.nodes.is_none()), ("links", path.links.is_none())];
        match missing.into_iter().find(|(_, is_missing)| *is_missing) {
            Some((name, _)) => Err((line, format!("the path has no `{name}`"))),
            None => Ok(Self { n_lines_before, ..path }),
        }
    }

    /// The nodes with their lines.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (u32, &Node)> {
        self.nodes.iter().flatten().map(|node| (self.line(node), &node.value))
    }

    /// The links with their lines.
    pub(super) fn links(&self) -> impl Iterator<Item = (u32, &Link)> {
        self.links.iter().flatten().map(|link| (self.line(link), &link.value))
    }

    /// The nodes that its head names as drug and disease: their positions and identifiers.
    ///
    /// # Errors
    ///
    /// The line, and what the head lacks.
    pub(super) fn ends(&self) -> Result<[(usize, &str); 2], (u32, String)> {
        let first = self.n_lines_before + 1;
        let header = self.graph.as_ref().ok_or_else(|| (first, "the path has no `graph`".to_owned()))?;
        let drugbank = header.drugbank.as_ref().map(|text| text.value.trim()).unwrap_or_default();
        let find = |end: &str, named: &[&str]| {
            let mut ids = self.nodes().map(|(_, node)| word(&node.id)).enumerate();
            let found = ids.find(|(_, id)| !id.is_empty() && named.contains(id));
            found.ok_or_else(|| (first, format!("the {end} of the head is not among the nodes of the path")))
        };
        Ok([find("drug", &[word(&header.drug_mesh), drugbank])?, find("disease", &[word(&header.disease_mesh)])?])
    }

    /// What its head says, as a path of one link: the drug of the head, a key, the disease of the head. The curators drew
    /// a path for each drug that is given for a disease, so each head is an indication.
    ///
    /// # Errors
    ///
    /// The line, and what the head lacks.
    pub(super) fn indication(self, key: &str) -> Result<Self, (u32, String)> {
        let [(drug, source), (disease, target)] = self.ends()?;
        let [source, target] = [source, target].map(|id| Some(id.to_owned()));
        let value = Link { source, key: Some(key.to_owned()), target };
        let known: Vec<Spanned<Node>> = self.nodes.into_iter().flatten().collect();
        let link = Spanned { value, referenced: known[drug].referenced, defined: known[drug].defined };
        let ends = known.into_iter().enumerate().filter(|&(at, _)| at == drug || at == disease);
        Ok(Self { nodes: Some(ends.map(|(_, node)| node).collect()), links: Some(vec![link]), ..self })
    }

    /// What the curators read.
    pub(super) fn references(&self) -> impl Iterator<Item = &str> {
        words(&self.references)
    }

    /// The line of a part of the path.
    pub(super) fn line<T>(&self, part: &Spanned<T>) -> u32 {
        self.n_lines_before.saturating_add(u32::try_from(part.referenced.line()).unwrap_or(u32::MAX))
    }
}

impl Node {
    /// Its other names.
    pub(super) fn alt_names(&self) -> impl Iterator<Item = &str> {
        words(&self.alt_names)
    }

    /// Its other identifiers.
    pub(super) fn alt_ids(&self) -> impl Iterator<Item = &str> {
        words(&self.alt_ids)
    }
}

/// A field without blanks around it; empty where it is missing.
pub(super) fn word(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}

fn words(list: &Option<Vec<Option<String>>>) -> impl Iterator<Item = &str> {
    list.iter().flatten().map(word).filter(|word| !word.is_empty())
}

const BEYOND: &str = "the path has an anchor or an alias, which none needs, or more levels or parts than one needs";

/// What is wrong with a text, without the line, which is told as a place, and without advice to programmers.
fn problem(error: &serde_saphyr::Error) -> String {
    const BOUNDS: [&str; 3] = ["budget breached", "alias", "recursion limit"];
    let text = error.to_string();
    if BOUNDS.iter().any(|bound| text.starts_with(bound)) {
        return BEYOND.to_owned();
    }
    let Some((text, column)) = text.split_once(" at line ") else { return text };
    if text == "expected mapping start" {
        return "this is no path, which is a mapping with `nodes` and `links`".to_owned();
    }
    let text = text.split_once(", set DuplicateKeyPolicy").map_or(text, |(text, _)| text);
    match column.split_once("column ") {
        Some((_, column)) => format!("{text} at column {column}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (u32, String) {
        Path::parse(text, 10).unwrap_err()
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        for (text, line, expected) in [
            ("nodes: []\n", 10, "the path has no `links`"),
            ("nodes:\n- id: [x]\n", 11, "expected string scalar at column 7"),
            ("- a\n", 10, "this is no path, which is a mapping with `nodes` and `links`"),
            ("nodes:\n- id: a\n  id: b\n", 12, "duplicate mapping key: id at column 3"),
        ] {
            assert_eq!(error(text), (line, expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_grows_or_nests_without_end_is_refused() {
        let bomb = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n";
        let deep = format!("nodes: {}", "[".repeat(100_000));
        let long = format!("nodes: [{}]", "{id: x}, ".repeat(20_000));
        for text in [bomb, "nodes: *a\n", &deep, &long] {
            assert_eq!(error(text).1, BEYOND, "{}", &text[..10]);
        }
    }

    #[test]
    fn a_word_of_yaml_is_the_text_that_stands_there() {
        let path = Path::parse("nodes:\n- {id: 007, name: No, label: ~}\nlinks: []\n", 1).unwrap();
        let (line, node) = path.nodes().next().unwrap();
        assert_eq!((line, word(&node.id), word(&node.name), word(&node.label)), (2, "007", "No", ""));
    }
}
