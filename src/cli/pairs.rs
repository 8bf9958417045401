//! Files of pairs: two CURIEs a line, for questions that are asked by the thousand.
//!
//! Every line is one pair and nothing else, so that the number of a pair is that of its line and an answer can be laid
//! beside its question. A file with one bad line is not worked on: half an answer would be taken for the whole.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use thinkpath::kg::Curie;
use thinkpath::kg::CurieError;
use thinkpath::kg::Graph;
use thinkpath::kg::NodeId;
use thinkpath::location::Location;
use thiserror::Error;

/// Why a file of pairs cannot be used.
#[derive(Debug, Error)]
pub(crate) enum PairsError {
    /// It cannot be read.
    #[error("cannot read the pairs `{}`", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// It is no text.
    #[error("{location}: the line is no UTF-8 text")]
    Encoding {
        /// Where.
        location: Location,
    },
    /// A line has another number of columns.
    #[error("{location}: a pair is two CURIEs with a tab between them, and this line has {columns}")]
    Columns {
        /// Where.
        location: Location,
        /// What it has instead.
        columns: &'static str,
    },
    /// An end is no CURIE.
    #[error("{location}: {error}")]
    Curie {
        /// Where.
        location: Location,
        /// What is wrong with it.
        error: CurieError,
    },
    /// The graph has no such node.
    #[error("{location}: no node of the graph is `{curie}`")]
    NoNode {
        /// Where.
        location: Location,
        /// The CURIE.
        curie: Curie,
    },
    /// Both ends are one node.
    #[error("{location}: both ends are one node, and a path has two")]
    SameNode {
        /// Where.
        location: Location,
    },
}

impl PairsError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { .. } => None,
            Self::Encoding { .. } | Self::Columns { .. } => {
                Some("write `HP:0000639`, a tab, `HP:0000505`, and no header, comment or empty line")
            }
            Self::Curie { .. } | Self::NoNode { .. } => {
                Some("`thinkpath inspect GRAPH NAME` tells the CURIE of a name")
            }
            Self::SameNode { .. } => Some("take the line out; numbers of pairs count lines from 0"),
        }
    }
}

/// A file of pairs, in the order of its lines.
#[derive(Debug)]
pub(crate) struct Pairs {
    path: String,
    lines: Vec<[Curie; 2]>,
}

impl Pairs {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`PairsError`] with the first bad line.
    pub(crate) fn read(path: &Path) -> Result<Self, PairsError> {
        let bytes = std::fs::read(path).map_err(|error| PairsError::Io { path: path.to_owned(), error })?;
        Self::parse(&path.to_string_lossy(), &bytes)
    }

    fn parse(path: &str, bytes: &[u8]) -> Result<Self, PairsError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut lines = Vec::new();
        if !bytes.is_empty() {
            for (number, line) in (1..).zip(bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|&byte| byte == b'\n')) {
                lines.push(pair(line, || Location::line(path, number))?);
            }
        }
        Ok(Self { path: path.to_owned(), lines })
    }

    /// The nodes that are meant.
    ///
    /// # Errors
    ///
    /// [`PairsError`] with the first line whose ends are not two nodes.
    pub(crate) fn nodes(&self, graph: &Graph) -> Result<Vec<(NodeId, NodeId)>, PairsError> {
        let resolved = (1..).zip(&self.lines).map(|(number, [from, to])| {
            let location = || Location::line(&*self.path, number);
            let no_node = |curie: &Curie| PairsError::NoNode { location: location(), curie: curie.clone() };
            let node = |curie: &Curie| graph.find(curie).ok_or_else(|| no_node(curie));
            let (from, to) = (node(from)?, node(to)?);
            if from == to { Err(PairsError::SameNode { location: location() }) } else { Ok((from, to)) }
        });
        resolved.collect()
    }
}

fn pair(line: &[u8], location: impl Fn() -> Location) -> Result<[Curie; 2], PairsError> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| PairsError::Encoding { location: location() })?;
    let columns: Vec<&str> = text.split('\t').collect();
    let wrong = |columns| PairsError::Columns { location: location(), columns };
    let curie = |text: &str| text.parse().map_err(|error| PairsError::Curie { location: location(), error });
    match columns[..] {
        [from, to] => Ok([curie(from)?, curie(to)?]),
        [""] => Err(wrong("nothing")),
        [_] => Err(wrong("one column")),
        _ => Err(wrong("more columns")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        let graph = Graph::from_arrows("X:a -part_of-> X:b").unwrap();
        Pairs::parse("p.tsv", bytes).and_then(|pairs| pairs.nodes(&graph)).unwrap_err().to_string()
    }

    #[test]
    fn each_line_is_a_pair() {
        let graph = Graph::from_arrows("X:a -part_of-> X:b").unwrap();
        let nodes = |bytes: &[u8]| Pairs::parse("p.tsv", bytes).unwrap().nodes(&graph).unwrap();
        let [a, b] = ["X:a", "X:b"].map(|curie| graph.find(&curie.parse().unwrap()).unwrap());
        assert_eq!(nodes(b"X:a\tX:b\nX:b\tX:a\n"), [(a, b), (b, a)]);
        assert_eq!(nodes(b"\xEF\xBB\xBFX:a\tX:b\r\nX:b\tX:a"), [(a, b), (b, a)]);
        assert_eq!(nodes(b""), []);
    }

    #[test]
    fn a_bad_line_is_named() {
        let expected = "p.tsv:2: a pair is two CURIEs with a tab between them, and this line has ";
        assert_eq!(error(b"X:a\tX:b\n\nX:a\tX:b\n"), format!("{expected}nothing"));
        assert_eq!(error(b"X:a\tX:b\nX:a X:b\n"), format!("{expected}one column"));
        assert_eq!(error(b"X:a\tX:b\nX:a\tX:b\t1\n"), format!("{expected}more columns"));
        assert_eq!(error(b"from\tto\n"), "p.tsv:1: `from` has no `:` between prefix and local id, as in `HP:0000822`");
        assert_eq!(error(b"X:a\tX:b\nX:a\t\xFF\n"), "p.tsv:2: the line is no UTF-8 text");
        assert_eq!(error(b"X:a\tX:b\nX:a\tX:c\n"), "p.tsv:2: no node of the graph is `X:c`");
        assert_eq!(error(b"X:a\tX:a\n"), "p.tsv:1: both ends are one node, and a path has two");
    }
}
