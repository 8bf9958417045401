#![doc = include_str!("judged_statement.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::kg::search::Clause;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::mine::Question;
use crate::mine::citation::Triple;
use crate::mine::is_given_away;
use crate::mine::is_nearly_stated;
use crate::mine::is_strong_negative;
use crate::mine::is_surely_false;
use crate::mine::is_surely_true;
use crate::synth::FALSE;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::TRUE;
use crate::synth::told_names;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// What is called true is stated, and what is called false is denied.
pub(super) struct JudgedStatement;

impl Check for JudgedStatement {
    fn code(&self) -> Code {
        Code("V120")
    }

    fn page(&self) -> &'static str {
        include_str!("judged_statement.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Statement { statement, is_true } = item.question else {
            return (item.kind == Kind::TrueFalse).then(|| "it states nothing".to_owned());
        };
        let graph = context.graph;
        let read = match read(item) {
            Ok(read) => read,
            Err(why) => return Some(why.to_owned()),
        };
        if (read.statement, read.is_true) != (statement, is_true) {
            return Some("the pattern does not say what the statement says".to_owned());
        }
        let right = if is_true { TRUE } else { FALSE };
        let mut texts: Vec<&str> = item.options.iter().map(|option| option.text.as_str()).collect();
        let chosen = item.key().and_then(|key| texts.get(key).copied());
        if chosen != Some(right) || item.answer_text != right {
            return Some(format!("the statement is {}, and the key says otherwise", right.to_lowercase()));
        }
        texts.sort_unstable();
        if texts != [FALSE, TRUE] || item.options.iter().any(|option| !option.nodes.is_empty()) {
            return Some("the options are not “True” and “False”".to_owned());
        }
        let (subject, _, object) = statement;
        if let Some(unnamed) = [subject, object].into_iter().find(|&node| !is_named(context, item, node)) {
            return Some(format!("the question does not name `{}`", graph.label(unnamed)));
        }
        if is_given_away(graph, statement) {
            return Some("the name of one end gives the other away".to_owned());
        }
        if !is_surely_true(graph, read.shown) {
            return Some("what is shown as true is not stated, or denied".to_owned());
        }
        if is_true {
            return None;
        }
        if !is_surely_false(graph, statement) {
            return Some("it is denied by nothing, or may hold".to_owned());
        }
        let is_finding = Some(statement.1) == parts::relation(graph, "has_phenotype");
        (is_finding && !is_plainly_absent(context, item, (subject, object)))
            .then(|| "the finding is not plainly denied".to_owned())
    }
}

/// What the pattern of an item says.
struct Read {
    statement: Triple,
    is_true: bool,
    /// What is true: the statement, or what is true in its place.
    shown: Triple,
}

fn read(item: &Item) -> Result<Read, &'static str> {
    let [key] = item.answer.as_slice() else { return Err("there is not exactly one node that shows it") };
    let filled = |clause: &Clause| -> Triple {
        let node = |term: Term| match term {
            Term::Variable(_) => *key,
            Term::Node(node) => node,
        };
        (node(clause.subject), clause.relation, node(clause.object))
    };
    let asked = |clause: &Clause| {
        let ends = [clause.subject, clause.object];
        ends.iter().filter(|&&end| end == Term::Variable(Variable::ANSWER)).count()
    };
    match item.pattern.clauses.as_slice() {
        [only] if !only.is_absent && asked(only) == 1 => {
            Ok(Read { statement: filled(only), is_true: true, shown: filled(only) })
        }
        [shown, denied] if !shown.is_absent && denied.is_absent && asked(shown) == 1 && asked(denied) == 0 => {
            let (statement, shown) = (filled(denied), filled(shown));
            let is_beside = statement.1 == shown.1 && (statement.0 == shown.0) != (statement.2 == shown.2);
            if is_beside {
                Ok(Read { statement, is_true: false, shown })
            } else {
                Err("what is true in its place is about something else")
            }
        }
        _ => Err("the pattern is no statement"),
    }
}

/// Whether the question names a node, whole.
fn is_named(context: Context<'_>, item: &Item, node: NodeId) -> bool {
    let question = format!(" {} ", normal_name(&item.question_text()));
    told_names(context.graph, node).iter().any(|name| question.contains(&format!(" {} ", normal_name(name))))
}

/// Whether a negative edge of the binding denies a finding flatly, and nothing nearly the same is recorded.
fn is_plainly_absent(context: Context<'_>, item: &Item, (disease, finding): (NodeId, NodeId)) -> bool {
    let graph = context.graph;
    let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
    let denies = |edge: crate::kg::EdgeId| {
        let ends = graph.edge(edge);
        graph.relation(ends.relation).is_negative()
            && (ends.subject, ends.object) == (disease, finding)
            && is_strong_negative(mining, edge)
    };
    item.path.iter().any(|hop| denies(hop.edge)) && !is_nearly_stated(mining, disease, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_true_statement_called_false_is_rejected_and_so_is_a_false_one_called_true() {
        let sample = Sample::new();
        for item in [sample.statement(true), sample.statement(false)] {
            assert_eq!(sample.reject(&JudgedStatement, &item), None);
            let mut bad = item.clone();
            bad.keys = vec![1 - item.keys[0]];
            assert!(sample.reject(&JudgedStatement, &bad).is_some());
            bad.answer_text = bad.options[bad.keys[0]].text.clone();
            assert!(sample.reject(&JudgedStatement, &bad).is_some());
            let Question::Statement { is_true, .. } = &mut bad.question else { panic!("a statement") };
            *is_true = !*is_true;
            assert!(sample.reject(&JudgedStatement, &bad).is_some(), "the pattern still says what it is");
        }
    }

    #[test]
    fn a_denied_finding_that_is_recorded_after_all_is_rejected() {
        let sample = Sample::new();
        let item = sample.statement(false);
        let Question::Statement { statement: (disease, _, finding), .. } = item.question else { panic!("a statement") };
        let (disease, finding) = (sample.curie(disease), sample.curie(finding));
        let (changed, carried) = sample.with(&format!("{disease} -has_phenotype-> {finding}"), &item);
        assert!(changed.reject(&JudgedStatement, &carried).is_some());
        // A kind of it makes it hold loosely.
        let kind = sample.strangers_to(item.path[0].from(sample.context().graph)).next().unwrap();
        let kind = sample.curie(kind);
        let more = format!("{disease} -has_phenotype-> {kind} -is_a-> {finding}");
        let (changed, carried) = sample.with(&more, &item);
        assert!(changed.reject(&JudgedStatement, &carried).is_some());
    }

    #[test]
    fn a_true_statement_that_is_denied_is_rejected() {
        let sample = Sample::new();
        let item = sample.statement(true);
        let Question::Statement { statement: (disease, _, finding), .. } = item.question else { panic!("a statement") };
        let more = format!("{} -phenotype_absent-> {}", sample.curie(disease), sample.curie(finding));
        let (changed, carried) = sample.with(&more, &item);
        assert!(changed.reject(&JudgedStatement, &carried).is_some());
    }

    #[test]
    fn a_statement_that_the_question_does_not_make_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.statement(true);
        let Question::Statement { statement: (disease, ..), .. } = bad.question else { panic!("a statement") };
        let label = sample.context().graph.label(disease).to_owned();
        bad.stem = bad.stem.to_lowercase().replace(&label.to_lowercase(), "gout");
        assert!(sample.reject(&JudgedStatement, &bad).is_some());
    }

    #[test]
    fn a_counterpart_about_something_else_is_rejected() {
        let sample = Sample::new();
        let item = sample.statement(false);
        let mut bad = item.clone();
        bad.pattern.clauses.truncate(1);
        assert!(sample.reject(&JudgedStatement, &bad).is_some());
        let mut bad = item;
        let graph = sample.context().graph;
        let stranger = graph.nodes_of("Disease").find(|&node| !bad.pattern.anchors().contains(&node)).unwrap();
        bad.pattern.clauses[1].subject = Term::Node(stranger);
        assert!(sample.reject(&JudgedStatement, &bad).is_some());
    }
}
