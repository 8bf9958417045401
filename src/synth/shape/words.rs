//! A query and its facts in words.
//!
//! What leads from the answer out is one phrase, each fact a sentence; the words of a relation are the same in both, so that
//! a question and its thinking path speak of one thing alike.

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Direction;
use crate::kg::search::Projection;
use crate::kg::search::Query;
use crate::mine::citation::Triple;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::lexicon::capitalised;
use crate::synth::wording::list;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::is_finding;

/// A query in words.
pub(in crate::synth) struct Words<'w> {
    pub(super) writer: &'w Writer<'w>,
    associated: Option<RelationId>,
}

impl<'w> Words<'w> {
    /// The words of a writer.
    pub(in crate::synth) fn of_writer(writer: &'w Writer<'w>) -> Self {
        Self { writer, associated: writer.context.graph.relations().id("associated_with") }
    }

    /// What a node is called as an option or an answer.
    pub(in crate::synth) fn told(&self, node: NodeId) -> String {
        capitalised(&self.name(node))
    }

    pub(super) fn name(&self, node: NodeId) -> String {
        if is_finding(self.writer.context, node) { self.writer.phrase(node) } else { self.writer.name(node) }
    }

    /// What an answer is or has: "is recorded with both a and b".
    pub(super) fn phrase(&self, query: &Query, are_many: bool) -> String {
        match query {
            Query::Anchor(node) => self.name(*node),
            Query::Project(step) => self.hop(step, &self.of(step), are_many, false),
            Query::And(all) => self.joined(all, ("both", "and"), are_many),
            Query::Or(all) => self.joined(all, ("either", "or"), are_many),
            Query::AndNot { of, denied } => {
                let (of, told) = (&**of, self.hop(denied, &self.of(denied), are_many, true));
                let of_text = self.phrase(of, are_many);
                // What hangs on a "that" comes last.
                let is_long = matches!(of, Query::Project(step) if !matches!(step.of, Query::Anchor(_)));
                if is_long { format!("{told} and {of_text}") } else { format!("{of_text} and {told}") }
            }
        }
    }

    /// Several phrases in a row; where hops are the same, their constants only.
    fn joined(&self, all: &[Query], (both, and): (&str, &str), are_many: bool) -> String {
        let constant = |query: &Query| match query {
            Query::Project(step) => match step.of {
                Query::Anchor(node) => Some((step.relation, step.direction, node)),
                _ => None,
            },
            _ => None,
        };
        let mut told: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(query) = all.get(at) {
            let Some((relation, direction, _)) = constant(query) else {
                told.push(self.phrase(query, are_many));
                at += 1;
                continue;
            };
            let alike = all[at..]
                .iter()
                .map_while(constant)
                .take_while(|&(other, way, _)| (other, way) == (relation, direction));
            let names: Vec<String> = alike.map(|(_, _, node)| self.name(node)).collect();
            at += names.len();
            let listed = match names.as_slice() {
                [one] => one.clone(),
                [first, second] => format!("{both} {first} {and} {second}"),
                [most @ .., last] => format!("{}, {and} {last}", most.join(", ")),
                [] => String::new(),
            };
            let Query::Project(step) = query else { continue };
            told.push(self.hop(step, &listed, are_many, false));
        }
        told.join(&format!(" {and} "))
    }

    /// What a hop starts from: a name, or "a disease that …".
    fn of(&self, step: &Projection) -> String {
        match &step.of {
            Query::Anchor(node) => self.name(*node),
            query => {
                let is_from_disease = !(Some(step.relation) == self.associated && step.direction == Direction::Objects);
                let noun = if is_from_disease { "disease" } else { "gene" };
                format!("a {noun} that {}", self.phrase(query, false))
            }
        }
    }

    fn hop(&self, step: &Projection, of: &str, are_many: bool, is_denied: bool) -> String {
        let (is, has) = if are_many { ("are", "have") } else { ("is", "has") };
        match (Some(step.relation) == self.associated, step.direction, is_denied) {
            (true, Direction::Subjects, _) => format!("{has} variants associated with {of}"),
            (true, Direction::Objects, _) => format!("{is} associated with variants in {of}"),
            (false, Direction::Subjects, true) => format!("{is} reported to come without {of}"),
            (false, Direction::Objects, true) => format!("{is} reported to be absent in {of}"),
            (false, Direction::Subjects, false) => format!("{is} recorded with {of}"),
            (false, Direction::Objects, false) => format!("{is} recorded for {of}"),
        }
    }

    /// A fact in a sentence without its full stop.
    pub(in crate::synth) fn fact(&self, (subject, relation, object): Triple, sense: Sense) -> Prose {
        let (of, what) = (self.name(subject), self.name(object));
        let is_of_gene = Some(relation) == self.associated;
        let claim = Claim::of(sense, subject, relation, &[object]);
        let text = match (is_of_gene, sense) {
            (true, _) => format!("variants in {of} are associated with {what}"),
            (false, Sense::Denied) => format!("{of} is reported to come without {what}"),
            (false, _) => format!("{of} is recorded with {what}"),
        };
        Prose::new(text, vec![claim])
    }

    /// What an edge says; a negative one, what it denies.
    pub(super) fn edge(&self, edge: EdgeId) -> Prose {
        let graph = self.writer.context.graph;
        let ends = graph.edge(edge);
        let denied = graph.relation(ends.relation).negates.as_deref().and_then(|name| graph.relations().id(name));
        match denied {
            Some(positive) => self.fact((ends.subject, positive, ends.object), Sense::Denied),
            None => self.fact((ends.subject, ends.relation, ends.object), Sense::Holds),
        }
    }

    /// That a hop from some nodes is not recorded to lead to one that was just named.
    pub(super) fn gap(&self, (relation, direction): (RelationId, Direction), node: NodeId, from: &[NodeId]) -> Prose {
        let names: Vec<String> = from.iter().map(|&node| self.name(node)).collect();
        let any = either(&names);
        let nodes: Vec<Spoken> = from.iter().map(|&node| node.into()).collect();
        let sense = Sense::NotRecorded;
        match (Some(relation) == self.associated, direction) {
            (true, Direction::Subjects) => Prose::new(
                format!("variants in it are not recorded as associated with {any}"),
                vec![Claim::of(sense, node, relation, from)],
            ),
            (true, Direction::Objects) => Prose::new(
                format!("it is not recorded as associated with variants in {any}"),
                vec![Claim::of(sense, nodes, relation, &[node]).told_backwards()],
            ),
            (false, Direction::Subjects) => {
                Prose::new(format!("it is not recorded with {any}"), vec![Claim::of(sense, node, relation, from)])
            }
            (false, Direction::Objects) => {
                let text = match names.as_slice() {
                    [one] => format!("{one} is not recorded with it"),
                    [first, second] => format!("neither {first} nor {second} is recorded with it"),
                    several => format!("none of {} is recorded with it", list(several)),
                };
                Prose::new(text, vec![Claim::of(sense, nodes, relation, &[node])])
            }
        }
    }
}

/// "a", "a or b", "a, b, or c".
fn either(names: &[String]) -> String {
    match names {
        [most @ .., last] if most.len() >= 2 => format!("{}, or {last}", most.join(", ")),
        several => several.join(" or "),
    }
}
