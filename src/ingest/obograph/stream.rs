//! The nodes and edges of a file, one after the other.
//!
//! An OBO graph may be hundreds of megabytes, most of it axioms that are not read. So the document is walked and not
//! held: graphs, their `nodes` and their `edges`, in whatever order the keys stand.

use serde::Deserializer;
use serde::de::DeserializeSeed;
use serde::de::Error;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::json;
use crate::ingest::json::Record;
use crate::ingest::json::Watch;

/// Which list a record stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// `nodes`.
    Node,
    /// `edges`.
    Edge,
}

/// Calls `take` with each node and each edge of a file, in the order of the file.
///
/// # Errors
///
/// [`ReadError`] if the file is no OBO graph, broken or cut.
pub(super) fn each_record(input: Input, take: &mut dyn FnMut(Part, Record)) -> Result<(), ReadError> {
    json::read(input, "this is no OBO graph", |watch| Level { depth: Depth::Document, watch, take })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Document,
    Graphs,
    Graph,
    List(Part),
}

/// A level of the document that is being walked.
struct Level<'a> {
    depth: Depth,
    watch: Watch,
    take: &'a mut dyn FnMut(Part, Record),
}

impl Level<'_> {
    fn below(&mut self, depth: Depth) -> Level<'_> {
        Level { depth, watch: self.watch.clone(), take: &mut *self.take }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.depth {
            Depth::Document | Depth::Graph => deserializer.deserialize_map(self),
            Depth::Graphs | Depth::List(_) => deserializer.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self.depth {
            Depth::Document => "an object with `graphs`",
            Depth::Graphs => "a list of graphs",
            Depth::Graph => "a graph: an object with `nodes` and `edges`",
            Depth::List(Part::Node) => "a list of nodes",
            Depth::List(Part::Edge) => "a list of edges",
        })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut has_graphs = false;
        while let Some(key) = map.next_key::<String>()? {
            let below = match (self.depth, &*key) {
                (Depth::Document, "graphs") => Some(Depth::Graphs),
                (Depth::Graph, "nodes") => Some(Depth::List(Part::Node)),
                (Depth::Graph, "edges") => Some(Depth::List(Part::Edge)),
                _ => None,
            };
            has_graphs |= below == Some(Depth::Graphs);
            match below {
                Some(depth) => map.next_value_seed(self.below(depth))?,
                None => map.next_value_seed(self.watch.skipped())?,
            }
        }
        if self.depth == Depth::Document && !has_graphs {
            return Err(A::Error::missing_field("graphs"));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        match self.depth {
            Depth::List(part) => {
                while let Some(record) = list.next_element_seed(self.watch.record())? {
                    (self.take)(part, record);
                }
            }
            _ => while list.next_element_seed(self.below(Depth::Graph))?.is_some() {},
        }
        Ok(())
    }
}
