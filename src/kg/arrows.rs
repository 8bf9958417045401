//! One notation for graphs: `Drug:metformin -treats-> Disease:t2d`.
//!
//! Doctests, cases, logs and reports all write edges like this, because a test graph that is read in one glance
//! shows what a test is about. The prefix of a CURIE is its category here, so a graph needs no node list.

use std::fmt::Write as _;

use thiserror::Error;

use crate::finding::Severity;
use crate::kg::BuildError;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::EdgeId;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Frequency;
use crate::kg::Graph;
use crate::kg::KgConfig;
use crate::kg::Licence;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::RelationsError;
use crate::kg::Source;
use crate::kg::build;
use crate::location::FileId;
use crate::location::Place;

/// Why a text is no graph in arrow notation. Lines count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArrowError {
    /// A node is no CURIE.
    #[error("line {line}: {source}")]
    Node {
        /// The line.
        line: u32,
        /// What is wrong with it.
        source: CurieError,
    },
    /// What stands between two nodes is no arrow.
    #[error(
        "line {line}: `{text}` is no arrow; write `-relation->` or `<-relation-`, with a frequency as in `-has_phenotype[8/10]->`"
    )]
    Arrow {
        /// The line.
        line: u32,
        /// What stood there.
        text: Box<str>,
    },
    /// The relation has no row in the table.
    #[error("line {line}: `{name}` is no relation of relations.toml")]
    Relation {
        /// The line.
        line: u32,
        /// The name.
        name: Box<str>,
    },
    /// A line ends in an arrow.
    #[error("line {line}: a node is missing after the last arrow")]
    Unfinished {
        /// The line.
        line: u32,
    },
    /// An edge joins categories that its relation may not join, or a node to itself.
    #[error("an edge cannot be used: {text}")]
    Unusable {
        /// Which and why.
        text: Box<str>,
    },
    /// The relation table itself.
    #[error(transparent)]
    Relations(#[from] RelationsError),
    /// Too much for one graph.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Graph {
    /// A graph from arrow notation: one chain of edges a line, blank lines and `#` comments ignored. The category of
    /// a node is the prefix of its CURIE, its label the local part with `_` as blank. A frequency may stand in the
    /// arrow, as counts or as a class: `-has_phenotype[8/10]->`, `-has_phenotype[80-99%]->`.
    ///
    /// # Errors
    ///
    /// [`ArrowError`] with the line. An edge that the relation table does not allow is an error here, not a finding.
    ///
    /// ```
    /// let graph = thinkpath::kg::Graph::from_arrows("Drug:metformin -treats-> Disease:t2d <-associated_with- Gene:TCF7L2")?;
    /// assert_eq!((graph.n_nodes(), graph.n_edges()), (3, 2));
    /// # Ok::<(), thinkpath::kg::ArrowError>(())
    /// ```
    pub fn from_arrows(text: &str) -> Result<Self, ArrowError> {
        let relations = Relations::standard()?;
        let mut records = Records {
            sources: vec![Source {
                name: "arrows".into(),
                version: "1".into(),
                licence: Licence::Open,
                licence_name: "CC0-1.0".into(),
                credit: "".into(),
                home: "".into(),
            }],
            ..Records::default()
        };
        let mut n_records = 0;
        for (line, chain) in (1_u32..).zip(text.lines()) {
            let chain = chain.split('#').next().unwrap_or("").trim();
            if !chain.is_empty() {
                n_records += read_chain(chain, line, &relations, &mut records)?;
            }
        }
        records.files.push(FileTally {
            path: "arrows".into(),
            source: 0,
            sha256: "".into(),
            read: n_records,
            loaded: 0,
            duplicates: 0,
            left_out: std::collections::BTreeMap::new(),
            quarantined: 0,
        });
        let built = build(records, &relations, &KgConfig::default())?;
        match built.findings.iter().find(|finding| finding.severity == Severity::Warning) {
            Some(finding) => Err(ArrowError::Unusable { text: finding.to_string().into() }),
            None => Ok(built.graph),
        }
    }

    /// An edge in arrow notation, its ends as CURIEs.
    pub fn arrow(&self, edge: EdgeId) -> String {
        let ends = self.edge(edge);
        let relation = &self.relation(ends.relation).name;
        format!("{} -{relation}-> {}", self.curie(ends.subject), self.curie(ends.object))
    }

    /// Every edge in arrow notation, one a line: what [`Graph::from_arrows`] reads, if prefixes are categories.
    pub fn to_arrows(&self) -> String {
        let mut text = String::new();
        for (id, edge) in self.edges() {
            let Frequency { counts, class } = self.qualifiers(id).frequency;
            let frequency = match (counts, class) {
                (Some((hits, total)), _) => format!("[{hits}/{total}]"),
                (None, Some((low, high))) => format!("[{}-{}%]", percent(low), percent(high)),
                (None, None) => String::new(),
            };
            let relation = &self.relation(edge.relation).name;
            let (subject, object) = (self.curie(edge.subject), self.curie(edge.object));
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{subject} -{relation}{frequency}-> {object}");
        }
        text
    }
}

fn percent(share: f64) -> f64 {
    (share * 100.0).round()
}

fn read_chain(chain: &str, line: u32, relations: &Relations, records: &mut Records) -> Result<u64, ArrowError> {
    let place = Place { file: FileId(0), line };
    let mut words = chain.split_whitespace();
    let node = |records: &mut Records, word: &str| -> Result<Curie, ArrowError> {
        let curie: Curie = word.parse().map_err(|source| ArrowError::Node { line, source })?;
        let label = curie.local().replace('_', " ");
        records.mentions.push(NodeRecord::new(curie.clone(), &label, curie.prefix(), place));
        Ok(curie)
    };
    let mut n_edges = 0;
    let Some(first) = words.next() else { return Ok(0) };
    let mut left = node(records, first)?;
    while let Some(arrow) = words.next() {
        let right = node(records, words.next().ok_or(ArrowError::Unfinished { line })?)?;
        let wrong = || ArrowError::Arrow { line, text: arrow.into() };
        let (inner, is_forward) = match arrow.strip_prefix('-').and_then(|rest| rest.strip_suffix("->")) {
            Some(inner) => (inner, true),
            None => {
                let inner = arrow.strip_prefix("<-").and_then(|rest| rest.strip_suffix('-'));
                (inner.ok_or_else(wrong)?, false)
            }
        };
        let (name, frequency) = match inner.split_once('[') {
            Some((name, rest)) => (name, frequency(rest.strip_suffix(']').ok_or_else(wrong)?).ok_or_else(wrong)?),
            None => (inner, Frequency::default()),
        };
        let relation = relations.id(name).ok_or_else(|| ArrowError::Relation { line, name: name.into() })?;
        let (subject, object) = if is_forward { (left, right.clone()) } else { (right.clone(), left) };
        let qualifiers = Qualifiers { frequency, ..Qualifiers::default() };
        records.edges.push(EdgeRecord { subject, relation, object, qualifiers, place });
        n_edges += 1;
        left = right;
    }
    Ok(n_edges)
}

fn frequency(text: &str) -> Option<Frequency> {
    if let Some((hits, total)) = text.split_once('/') {
        return Some(Frequency { counts: Some((hits.parse().ok()?, total.parse().ok()?)), class: None });
    }
    let (low, high) = text.strip_suffix('%')?.split_once('-')?;
    let share = |text: &str| text.parse::<f64>().ok().map(|percent| percent / 100.0);
    Some(Frequency { counts: None, class: Some((share(low)?, share(high)?)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_read_both_ways() {
        let graph = Graph::from_arrows("Gene:A -associated_with-> Disease:d <-associated_with- Gene:B").unwrap();
        assert_eq!(graph.to_arrows(), "Gene:A -associated_with-> Disease:d\nGene:B -associated_with-> Disease:d\n");
    }

    #[test]
    fn frequencies_survive() {
        let text = "Disease:d -has_phenotype[8/10]-> PhenotypicFeature:a\nDisease:d -has_phenotype[80-99%]-> PhenotypicFeature:b\n";
        assert_eq!(Graph::from_arrows(text).unwrap().to_arrows(), text);
    }

    #[test]
    fn mistakes_name_their_line() {
        let error = |text: &str| Graph::from_arrows(text).unwrap_err().to_string();
        assert!(error("\nDrug:a --> Disease:b").starts_with("line 2: `` is no relation"));
        assert!(error("Drug:a -treats- Disease:b").starts_with("line 1: `-treats-` is no arrow"));
        assert!(error("Drug:a -treats->").starts_with("line 1: a node is missing"));
        assert!(error("Gene:a -palliates-> Disease:b").contains("join categories"));
    }
}
