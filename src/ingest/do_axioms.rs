//! `DO-subClassOf-anonymous.tsv`: what the Disease Ontology says of a disease beside its kind.
//!
//! A row holds Manchester expressions, joined by `|`. Only what is a fact about the disease is taken: the plain
//! `'relation' some X`, and each part of a conjunction of such. An alternative (`or`) says that one of several holds
//! and not which; what is nested or counted says more than an edge can. Those are left out under their own names.
//! Objects are given by their labels in other ontologies, so they are found when all files have been read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::settle::EdgeToLabel;
use crate::ingest::table::Table;
use crate::ingest::target::Target;
use crate::ingest::target::target;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Qualifiers;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DoAxioms {
    /// Relation as written → what is made of it; others are left out.
    relations: BTreeMap<Box<str>, Meaning>,
    /// Category of the diseases, where nothing else gives one.
    category: Box<str>,
}

/// What is made of a relation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meaning {
    /// A relation of the table, or the inverse of one.
    relation: Box<str>,
    /// Prefixes of the nodes whose labels are looked at; none: only those of `labels` are taken.
    #[serde(default)]
    prefixes: Vec<PrefixName>,
    /// Label → identifier, where no node is called so.
    #[serde(default)]
    labels: BTreeMap<Box<str>, Curie>,
}

/// A meaning, with its relation found.
struct Known<'a> {
    target: Target,
    prefixes: Arc<[PrefixName]>,
    labels: &'a BTreeMap<Box<str>, Curie>,
}

impl Reader for DoAxioms {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let without = "the file is empty; its first line names the columns `ID`, `LABEL` and `SubClass Of [ANON]`";
        let mut table = Table::open(input, |_| true, without)?;
        let columns = [table.column("ID")?, table.column("LABEL")?, table.column("SubClass Of [ANON]")?];
        let mut known: BTreeMap<&str, Known<'_>> = BTreeMap::new();
        for (written, meaning) in &self.relations {
            let target = target(&meaning.relation, sink)?;
            let prefixes = Arc::from(meaning.prefixes.as_slice());
            known.insert(written, Known { target, prefixes, labels: &meaning.labels });
        }
        while let Some(line) = table.next_row(sink)? {
            let [id, label, expressions] = columns.map(|column| table.field(column));
            let subject: Curie = match id.parse() {
                Ok(subject) => subject,
                Err(error) => {
                    let error: crate::kg::CurieError = error;
                    sink.quarantine(line, error);
                    continue;
                }
            };
            sink.mention(NodeRecord::new(subject.clone(), label, &self.category, sink.place(line)));
            for expression in expressions.split('|') {
                match restrictions(expression.trim()) {
                    Ok(restrictions) => {
                        for restriction in restrictions {
                            restriction.emit(&subject, &known, line, sink);
                        }
                    }
                    Err(Problem::LeftOut(rule)) => sink.leave_out(rule),
                    Err(Problem::Malformed(why)) => sink.quarantine(line, why),
                }
            }
        }
        Ok(())
    }
}

/// `'relation' some object`.
#[derive(Debug, PartialEq, Eq)]
struct Restriction<'a> {
    relation: &'a str,
    object: &'a str,
}

impl Restriction<'_> {
    fn emit(&self, subject: &Curie, known: &BTreeMap<&str, Known<'_>>, line: u32, sink: &mut Sink<'_>) {
        let Some(Known { target, prefixes, labels }) = known.get(self.relation) else {
            return sink.leave_out("relation that is not mapped");
        };
        let place = sink.place(line);
        let Target { relation, is_backwards } = *target;
        if let Some(object) = labels.get(self.object) {
            let (mut from, mut to) = (subject.clone(), object.clone());
            if is_backwards {
                std::mem::swap(&mut from, &mut to);
            }
            let qualifiers = Qualifiers::default();
            return sink.edge(EdgeRecord { subject: from, relation, object: to, qualifiers, place });
        }
        if prefixes.is_empty() {
            return sink.leave_out("object that is not mapped");
        }
        let (subject, label, prefixes) = (subject.clone(), self.object.into(), Arc::clone(prefixes));
        sink.edge_to_label(EdgeToLabel { subject, relation, is_backwards, label, prefixes, place });
    }
}

/// Why an expression is not taken.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    /// It is right and says more, or less, than edges can.
    LeftOut(&'static str),
    /// It is no expression.
    Malformed(String),
}

/// The restrictions of an expression that is a plain one or a conjunction of plain ones.
fn restrictions(expression: &str) -> Result<Vec<Restriction<'_>>, Problem> {
    let words = words(expression)?;
    if words.is_empty() {
        return Err(Problem::Malformed(
            "the expression is empty; one reads like `'has symptom' some fever`".to_owned(),
        ));
    }
    if words.contains(&"or") {
        return Err(Problem::LeftOut("axiom with an alternative"));
    }
    let counts = ["min", "max", "exactly", "only", "value", "not", "Self"];
    if words.iter().any(|word| counts.contains(word)) {
        return Err(Problem::LeftOut("axiom that counts or denies"));
    }
    let mut taken = Vec::new();
    for part in words.split(|word| *word == "and") {
        let part = match part {
            ["(", inner @ .., ")"] => inner,
            other => other,
        };
        match part {
            [relation, "some", object] if !is_sign(relation) && !is_sign(object) => {
                taken.push(Restriction { relation: unquoted(relation), object: unquoted(object) });
            }
            _ if words.contains(&"(") => return Err(Problem::LeftOut("axiom that is nested")),
            _ => {
                let shown = crate::finding::printable(expression);
                return Err(Problem::Malformed(format!(
                    "`{shown}` is no expression; one reads like `'has symptom' some fever`"
                )));
            }
        }
    }
    Ok(taken)
}

fn is_sign(word: &str) -> bool {
    matches!(word, "(" | ")" | "some")
}

fn unquoted(word: &str) -> &str {
    word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')).unwrap_or(word)
}

/// The words of an expression; a name in quotes is one word, and parentheses that belong to none stand alone.
fn words(expression: &str) -> Result<Vec<&str>, Problem> {
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '\'' => match closing_mark(rest) {
                Some(close) => close + 1,
                None => {
                    let shown = crate::finding::printable(rest);
                    return Err(Problem::Malformed(format!("the quotation mark of `{shown}` is not closed")));
                }
            },
            // A name that begins without a mark needs none at its end: `diphenylmethane-4,4'-diisocyanate` has a prime.
            _ => rest.find([' ', '(', ')']).unwrap_or(rest.len()),
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

/// Where the quotation mark stands that closes the one a text begins with. `'4,4'-diisocyanate'` has one inside: what
/// closes stands before a blank, a parenthesis or the end.
fn closing_mark(text: &str) -> Option<usize> {
    let mut marks = text.match_indices('\'').map(|(at, _)| at).skip(1);
    marks.find(|at| text[at + 1..].chars().next().is_none_or(|next| matches!(next, ' ' | '(' | ')')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(expression: &str) -> Result<Vec<(&str, &str)>, Problem> {
        let found = restrictions(expression)?;
        Ok(found.into_iter().map(|restriction| (restriction.relation, restriction.object)).collect())
    }

    #[test]
    fn plain_restrictions_and_their_conjunctions_are_taken() {
        assert_eq!(read("'has symptom' some fever"), Ok(vec![("has symptom", "fever")]));
        assert_eq!(read("has_origin some 'salivary gland'"), Ok(vec![("has_origin", "salivary gland")]));
        let both = "('derives from' some 'epithelial cell') and (has_origin some gland)";
        assert_eq!(read(both), Ok(vec![("derives from", "epithelial cell"), ("has_origin", "gland")]));
    }

    #[test]
    fn what_an_edge_cannot_say_is_left_out_by_its_own_rule() {
        for (expression, rule) in [
            ("'transmitted by' some ('a b' or c)", "axiom with an alternative"),
            ("('x' some a) or ('x' some b)", "axiom with an alternative"),
            ("'derives from' some (cell and (has_origin some gland))", "axiom that is nested"),
            ("'x' some (y and ('z' min 1 gene))", "axiom that counts or denies"),
            ("'x' only y", "axiom that counts or denies"),
        ] {
            assert_eq!(read(expression), Err(Problem::LeftOut(rule)), "{expression}");
        }
    }

    #[test]
    fn a_word_of_the_syntax_in_a_name_is_only_text() {
        assert_eq!(read("'has symptom' some 'pain or fever'"), Ok(vec![("has symptom", "pain or fever")]));
        assert_eq!(read("'x' some 'more (or less)'"), Ok(vec![("x", "more (or less)")]));
        let diisocyanate = "'has allergic trigger' some '4,4'-diisocyanate'";
        assert_eq!(read(diisocyanate), Ok(vec![("has allergic trigger", "4,4'-diisocyanate")]));
    }

    #[test]
    fn a_prime_within_a_bare_name_is_no_quotation_mark() {
        let bare = "'has allergic trigger' some diphenylmethane-4,4'-diisocyanate";
        assert_eq!(read(bare), Ok(vec![("has allergic trigger", "diphenylmethane-4,4'-diisocyanate")]));
        let both = "('x' some 2,2'-bipyridyl) and ('y' some 'a b')";
        assert_eq!(read(both), Ok(vec![("x", "2,2'-bipyridyl"), ("y", "a b")]));
    }

    #[test]
    fn what_is_no_expression_is_malformed() {
        for expression in ["", "'has symptom' some", "fever", "'has symptom some fever", "'a' some b c"] {
            assert!(matches!(read(expression), Err(Problem::Malformed(_))), "{expression}");
        }
    }
}
