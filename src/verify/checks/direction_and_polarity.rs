#![doc = include_str!("direction_and_polarity.md")]

use crate::finding::Code;
use crate::kg::search::Reading;
use crate::kg::search::supports;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Edges are used in their own direction and sense.
pub(super) struct DirectionAndPolarity;

impl Check for DirectionAndPolarity {
    fn code(&self) -> Code {
        Code("V104")
    }

    fn page(&self) -> &'static str {
        include_str!("direction_and_polarity.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let edges = || item.path.iter().map(|hop| (hop.edge, graph.edge(hop.edge)));
        for clause in &item.pattern.clauses {
            let (subject, object) = (parts::constant(clause.subject), parts::constant(clause.object));
            let fits = |edge: &crate::kg::Edge| {
                subject.is_none_or(|node| graph.taxonomy().is_kind_of(edge.subject, node) || edge.subject == node)
                    && object.is_none_or(|node| graph.taxonomy().is_kind_of(edge.object, node))
            };
            let is_backed = match clause.is_absent {
                false => edges().any(|(_, edge)| edge.relation == clause.relation && fits(edge)),
                true => edges().any(|(id, edge)| {
                    let negates = graph.relation(edge.relation).negates.as_deref();
                    let is_denial = negates == Some(&*graph.relation(clause.relation).name);
                    let key = item.answer.first().copied().unwrap_or(edge.object);
                    is_denial
                        && subject.is_none_or(|node| edge.subject == node)
                        && supports(graph, Reading::Strict, (edge.subject, edge.relation, key)).contains(&id)
                }),
            };
            if !is_backed {
                let relation = &graph.relation(clause.relation).name;
                return Some(format!("no edge of the binding backs the clause with `{relation}`"));
            }
        }
        let n_denials = edges().filter(|(_, edge)| graph.relation(edge.relation).is_negative()).count();
        let n_absent = item.pattern.clauses.iter().filter(parts::is_absent).count();
        (n_denials > n_absent).then(|| "a negative edge is used as support".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_clause_turned_round_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
        let mut bad = item.clone();
        let clause = &mut bad.pattern.clauses[0];
        std::mem::swap(&mut clause.subject, &mut clause.object);
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_finding_that_is_absent_is_rejected_as_support() {
        let sample = Sample::new();
        let item = sample.contrast();
        assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
        let mut bad = item.clone();
        for clause in &mut bad.pattern.clauses {
            clause.is_absent = false;
        }
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }
}
