//! `[[match_table]]`: a row says that two identifiers mean one thing.
//!
//! A column of cross-references often means less than that: a salt has the number of its base, a copied line the
//! number of another drug. What tells such claims is that they are not one to one; so a match counts only if neither
//! of its ends is matched to a second identifier in the same file, and the rest is left out by a rule of that name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::identifier::identifier;
use crate::ingest::mapped::RowSettings;
use crate::ingest::mapped::filter::Filter;
use crate::ingest::mapped::node_columns::NodeColumns;
use crate::ingest::mapped::node_columns::NodeReader;
use crate::ingest::mapped::rows::Rows;
use crate::kg::Curie;
use crate::kg::MatchRecord;

/// Settings of the reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct MatchTable {
    /// How rows are written, and which count.
    rows: RowSettings,
    /// The one identifier.
    left: NodeColumns,
    /// The other; a field may hold several, which is then no match.
    right: NodeColumns,
}

impl Default for MatchTable {
    /// Columns `left` and `right`.
    fn default() -> Self {
        Self { rows: RowSettings::default(), left: NodeColumns::of("left"), right: NodeColumns::of("right") }
    }
}

impl Reader for MatchTable {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::open(input, &self.rows)?;
        let filter = Filter::of(&self.rows, &rows)?;
        let [left, right] = [NodeReader::of(&self.left, &rows)?, NodeReader::of(&self.right, &rows)?];
        let several = rows.column(&self.right.id)?;
        let mut matches: Vec<MatchRecord> = Vec::new();
        let mut partners: BTreeMap<Curie, BTreeSet<Curie>> = BTreeMap::new();
        while let Some(line) = rows.next_row(sink)? {
            if let Some(rule) = filter.rule(&rows) {
                sink.leave_out(&rule);
                continue;
            }
            if rows.parts(Some(several)).nth(1).is_some() {
                // Each of them is taken all the same, for whoever else claims it.
                let claimed = rows.parts(Some(several)).filter_map(|part| identifier(part).ok());
                let claimed: Vec<Curie> = claimed.collect();
                if let Ok(left) = left.curie(&rows) {
                    for right in claimed {
                        partners.entry(right).or_default().insert(left.clone());
                    }
                }
                sink.leave_out(NOT_ONE_TO_ONE);
                continue;
            }
            match (left.curie(&rows), right.curie(&rows)) {
                (Ok(left), Ok(right)) => {
                    partners.entry(left.clone()).or_default().insert(right.clone());
                    partners.entry(right.clone()).or_default().insert(left.clone());
                    matches.push(MatchRecord { left, right, place: sink.place(line) });
                }
                (Err(why), _) | (_, Err(why)) => sink.quarantine(line, why),
            }
        }
        for found in matches {
            let is_alone = |curie: &Curie| partners.get(curie).is_none_or(|partners| partners.len() == 1);
            if is_alone(&found.left) && is_alone(&found.right) {
                sink.same(found);
            } else {
                sink.leave_out(NOT_ONE_TO_ONE);
            }
        }
        Ok(())
    }
}

const NOT_ONE_TO_ONE: &str = "match that is not one to one";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    #[test]
    fn only_what_is_one_to_one_is_a_match() {
        let text = "left\tright\nA:1\tB:1\nA:1\tB:1\nA:2\tB:2\nA:3\tB:2\nA:4\tB:4|B:5\nA:5\tB:5\nA:6\tB:6\n";
        let records = read_bytes(&MatchTable::default(), text.as_bytes()).unwrap();
        let shown: Vec<String> =
            records.matches.iter().map(|found| format!("{} {}", found.left, found.right)).collect();
        // B:2 is claimed twice, and B:5 by A:4 too.
        assert_eq!(shown, ["A:1 B:1", "A:1 B:1", "A:6 B:6"]);
        assert_eq!(records.files[0].left_out.get(NOT_ONE_TO_ONE), Some(&4));
    }

    #[test]
    fn bare_identifiers_get_their_prefix() {
        let reader: MatchTable =
            toml::from_str("left = { id = 'a', prefix = 'MONDO', widths = { MONDO = 7 } }\nright = { id = 'b' }")
                .unwrap();
        let records = read_bytes(&reader, b"a\tb\n5148\tMIM:1\n").unwrap();
        assert_eq!((records.matches[0].left.as_str(), records.matches[0].right.as_str()), ("MONDO:0005148", "OMIM:1"));
    }
}
