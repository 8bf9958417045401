//! SSSOM: mappings between identifiers of two sources.
//!
//! Only `skos:exactMatch` says that two identifiers mean one thing; whatever is broader, narrower or merely close
//! would melt a disease into its kind, and is left out under its own name. So are objects that are spans of codes
//! (`ICD10CM:I00-I99`), which are chapters and sections and no diseases.

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::sink::word;
use crate::ingest::table::Table;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::MatchRecord;

/// The reader; it has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sssom {}

impl Reader for Sssom {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without = "this is no SSSOM table: no line below the comments names the column `subject_id`";
        let mut table = Table::open(input, |line| !line.starts_with('#'), without)?;
        let subject = table.column("subject_id")?;
        let predicate = table.column("predicate_id")?;
        let object = table.column("object_id")?;
        let modifier = table.optional("predicate_modifier");
        while let Some(line) = table.next_row(sink)? {
            let predicate = table.field(predicate);
            let is_exact = matches!(predicate, "skos:exactMatch" | "http://www.w3.org/2004/02/skos/core#exactMatch");
            if predicate.is_empty() {
                sink.quarantine(line, "the mapping has no predicate");
            } else if !is_exact {
                sink.leave_out(&format!("predicate {}", word(predicate)));
            } else if !table.field_of(modifier).is_empty() {
                sink.leave_out("mapping with a modifier, such as `Not`");
            } else {
                match (table.field(subject).parse(), table.field(object).parse()) {
                    (Ok(left), Ok(right)) if is_span(&left) || is_span(&right) => {
                        sink.leave_out("span of codes");
                    }
                    (Ok(left), Ok(right)) => sink.same(MatchRecord { left, right, place: sink.place(line) }),
                    (Err(why), _) | (_, Err(why)) => {
                        let why: CurieError = why;
                        sink.quarantine(line, why);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether an identifier of a classification of diseases names a span of its codes.
fn is_span(curie: &Curie) -> bool {
    let ends = curie.local().split_once('-');
    curie.prefix().starts_with("ICD") && ends.is_some_and(|(first, last)| !first.is_empty() && !last.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sink::read_bytes;

    const HEADER: &str = "# mapping_set_id: x\n#curie_map:\n#  a: b\nsubject_id\tpredicate_id\tobject_id\n";

    #[test]
    fn only_exact_matches_of_single_codes_are_read() {
        let rows = "MONDO:1\tskos:exactMatch\tOrphanet:1\n\
                    MONDO:1\tskos:broadMatch\tOMIM:1\n\
                    MONDO:1\tskos:exactMatch\tICD10CM:I00-I99\n\
                    MONDO:1\tskos:exactMatch\tICD10CM:I00.1\n\
                    MONDO:1\tskos:exactMatch\t\n\
                    MONDO:1\t\tOMIM:1\n\
                    MONDO:1\todd;predicate\tOMIM:1\n";
        let records = read_bytes(&Sssom {}, format!("{HEADER}{rows}").as_bytes()).unwrap();
        let rights: Vec<&str> = records.matches.iter().map(|found| found.right.as_str()).collect();
        assert_eq!(rights, ["ORPHA:1", "ICD10CM:I00.1"]);
        let tally = &records.files[0];
        let left_out: Vec<(&str, u64)> = tally.left_out.iter().map(|(rule, count)| (&**rule, *count)).collect();
        let expected = [("predicate of no known form", 1), ("predicate skos:broadMatch", 1), ("span of codes", 1)];
        assert_eq!(left_out, expected);
        assert_eq!((tally.read, tally.quarantined), (7, 2));
    }

    #[test]
    fn a_mapping_that_is_denied_is_none() {
        let text = "object_id\tpredicate_modifier\tsubject_id\tpredicate_id\nB:1\tNot\tA:1\tskos:exactMatch\n";
        let records = read_bytes(&Sssom {}, text.as_bytes()).unwrap();
        assert!(records.matches.is_empty());
        assert_eq!(records.files[0].left_out.get("mapping with a modifier, such as `Not`"), Some(&1));
    }

    #[test]
    fn a_table_without_header_is_refused() {
        let error = read_bytes(&Sssom {}, b"# only: comments\n").unwrap_err().to_string();
        assert!(error.starts_with("test:1: this is no SSSOM table"), "{error}");
    }
}
