//! What checks read off an item: from its question, its pattern and its binding, so that what else was noted beside
//! them can be held against it.

use std::collections::BTreeMap;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::normal_name;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::mine::Question;
use crate::mine::is_needed;
use crate::mine::path;
use crate::synth::AND;
use crate::synth::Item;
use crate::synth::told_names;
use crate::verify::Context;

/// A relation by name.
pub(super) fn relation(graph: &Graph, name: &str) -> Option<RelationId> {
    graph.relations().id(name)
}

/// The constants at one end of the present clauses of a relation, in order, with the clause's position.
pub(super) fn objects_of(context: Context<'_>, item: &Item, name: &str) -> Vec<(usize, NodeId)> {
    let wanted = relation(context.graph, name);
    let clauses = item.pattern.clauses.iter().enumerate();
    let present = clauses.filter(|(_, clause)| !clause.is_absent && Some(clause.relation) == wanted);
    present.filter_map(|(at, clause)| constant(clause.object).map(|node| (at, node))).collect()
}

/// The node of a constant term.
pub(super) fn constant(term: Term) -> Option<NodeId> {
    match term {
        Term::Node(node) => Some(node),
        Term::Variable(_) => None,
    }
}

/// The clues of a vignette: position of the clause, and the finding. Empty for other questions.
pub(super) fn clues(context: Context<'_>, item: &Item) -> Vec<(usize, NodeId)> {
    match item.question {
        Question::Diagnosis(_) | Question::CausalGene { .. } => objects_of(context, item, "has_phenotype"),
        _ => Vec::new(),
    }
}

/// The disease that a vignette is about: its key, or the disease at the other end of the key gene's edge.
pub(super) fn subject(context: Context<'_>, item: &Item) -> Option<NodeId> {
    let key = *item.answer.first()?;
    match item.question {
        Question::Diagnosis(_) => Some(key),
        Question::CausalGene { .. } => {
            let associated = relation(context.graph, "associated_with");
            let edges = item.path.iter().map(|hop| context.graph.edge(hop.edge));
            edges
                .into_iter()
                .find(|edge| Some(edge.relation) == associated && edge.subject == key)
                .map(|edge| edge.object)
        }
        _ => None,
    }
}

/// The diseases that an option stands for: itself, or those of a gene.
pub(super) fn diseases_of(context: Context<'_>, option: NodeId) -> Vec<NodeId> {
    let graph = context.graph;
    match (graph.category(option), relation(graph, "associated_with")) {
        ("Gene", Some(associated)) => {
            let mut diseases: Vec<NodeId> = graph.objects(option, associated).nodes().to_vec();
            diseases.dedup();
            diseases
        }
        _ => vec![option],
    }
}

/// The edge of the binding that states a finding of a disease.
pub(super) fn stated(context: Context<'_>, item: &Item, disease: NodeId, finding: NodeId) -> Option<EdgeId> {
    let has = relation(context.graph, "has_phenotype");
    item.path.iter().map(|hop| hop.edge).find(|&edge| {
        let ends = context.graph.edge(edge);
        Some(ends.relation) == has && ends.subject == disease && ends.object == finding
    })
}

/// What the variables of a pattern stand for in the binding: one map, or one for each member of an answer that is a
/// set.
pub(super) fn values(context: Context<'_>, item: &Item) -> Vec<BTreeMap<Variable, NodeId>> {
    let graph = context.graph;
    let (answer, inner) = (Variable::ANSWER, Variable::inner(1));
    let pairs: Vec<Vec<(Variable, Option<NodeId>)>> = match item.question {
        Question::Diagnosis(_)
        | Question::Contrast { .. }
        | Question::Treatment { .. }
        | Question::Indication { .. }
        | Question::Statement { .. }
        | Question::Ranking { .. } => vec![vec![(answer, item.answer.first().copied())]],
        Question::CausalGene { .. } => {
            vec![vec![(answer, item.answer.first().copied()), (inner, subject(context, item))]]
        }
        Question::FindingSet { .. } => {
            let disease = item.path.first().map(|hop| hop.to(graph));
            item.answer.iter().map(|&member| vec![(answer, Some(member)), (inner, disease)]).collect()
        }
        Question::Coding => {
            let code = item.path.first().map(|hop| hop.to(graph));
            vec![vec![(answer, item.answer.first().copied()), (inner, code)]]
        }
        // What answers a query is looked for among the edges of its binding.
        Question::Shape { .. } => Vec::new(),
        Question::Path | Question::PathChoice { .. } => {
            let nodes = path::nodes(graph, &item.path);
            let between = nodes.get(1..nodes.len().saturating_sub(1)).unwrap_or(&[]);
            vec![(1_u8..).map(Variable::inner).zip(between.iter().map(|&node| Some(node))).collect()]
        }
    };
    pairs.into_iter().map(|pairs| pairs.into_iter().filter_map(|(name, node)| Some((name, node?))).collect()).collect()
}

/// What is wrong with a query as a question: other clauses than the pattern has, a branch that says nothing of its own, a
/// constant that is an answer, or an answer in words that does not name the answers in alphabetical order.
pub(super) fn misasked(context: Context<'_>, item: &Item) -> Option<String> {
    let graph = context.graph;
    let Question::Shape { query, shape, .. } = &item.question else { return None };
    if query.pattern().as_ref() != Some(&item.pattern) {
        return Some("the clauses are not those of the query".to_owned());
    }
    if query.branches().len() != shape.plan().0.len() {
        return Some("the query is of another shape".to_owned());
    }
    let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
    // Without an answer nothing shows which branch rules it out: that each has something is looked at there.
    if !item.answer.is_empty() && !is_needed(mining, query, *shape) {
        return Some("a branch of the query says nothing of its own".to_owned());
    }
    let anchors = query.anchors();
    let is_twice = |at: usize| anchors[..at].contains(&anchors[at]);
    let is_answer = |anchor: &NodeId| item.answer.contains(anchor) || item.other_answers.contains(anchor);
    if (0..anchors.len()).any(is_twice) || anchors.iter().any(is_answer) {
        return Some("a constant stands twice, or is an answer".to_owned());
    }
    let mut named: Vec<String> = (item.answer.iter())
        .filter_map(|&node| {
            let names = told_names(graph, node);
            names
                .iter()
                .map(|name| normal_name(name))
                .find(|name| normal_name(&item.answer_text).contains(name.as_str()))
        })
        .collect();
    named.sort();
    let mut told: Vec<String> = item.answer_text.split(AND).map(normal_name).collect();
    told.sort();
    (!item.answer.is_empty() && named != told).then(|| "the answer in words does not name the answers".to_owned())
}

/// The node that a term stands for.
pub(super) fn value(term: Term, values: &BTreeMap<Variable, NodeId>) -> Option<NodeId> {
    match term {
        Term::Node(node) => Some(node),
        Term::Variable(variable) => values.get(&variable).copied(),
    }
}

/// A node's label and synonyms.
pub(super) fn names(graph: &Graph, node: NodeId) -> impl Iterator<Item = &str> {
    let synonyms = graph.node(node).synonyms.iter().map(|synonym| &*synonym.text);
    std::iter::once(graph.label(node)).chain(synonyms)
}
