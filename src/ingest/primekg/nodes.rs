//! `nodes.csv`: PrimeKG's nodes, each with the index that its `edges.csv` names it by.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::primekg::ends::by_index;
use crate::ingest::primekg::meaning::Names;
use crate::ingest::primekg::rows::Fields;
use crate::ingest::primekg::rows::Rows;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct PrimekgNodes {
    /// Type, as written → category, for types beside PrimeKG's ten.
    categories: BTreeMap<Box<str>, Box<str>>,
    /// Source, as written → prefix, for sources beside PrimeKG's eight; ids are not padded.
    prefixes: BTreeMap<Box<str>, Box<str>>,
}

impl Reader for PrimekgNodes {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::open(input)?;
        let column = |what: &str| rows.column(&format!("node_{what}"));
        let columns = [column("index")?, column("id")?, column("type")?, column("name")?, column("source")?];
        let n_columns = rows.n_columns();
        let names = Names { categories: &self.categories, prefixes: &self.prefixes };
        while let Some((line, row)) = rows.next_row()? {
            if row.len() != n_columns {
                sink.quarantine(line, format!("the row has {} fields, the header {n_columns}", row.len()));
                continue;
            }
            let place = sink.place(line);
            let node = texts(row, columns).and_then(|[index, id, kind, name, source]| {
                let mut node = names.node(&id, &kind, &name, &source, place)?;
                node.former.push(by_index(&index)?);
                Ok(node)
            });
            match node {
                Ok(node) => sink.node(node),
                Err(why) => sink.quarantine(line, why),
            }
        }
        Ok(())
    }
}

fn texts<const N: usize>(row: Fields<'_>, columns: [usize; N]) -> Result<[String; N], String> {
    let mut texts = [const { String::new() }; N];
    for (text, column) in texts.iter_mut().zip(columns) {
        let bytes = row.unescape(column).map(std::borrow::Cow::into_owned).unwrap_or_default();
        *text = String::from_utf8(bytes).map_err(|_| "the row is no UTF-8 text".to_owned())?;
    }
    Ok(texts)
}
