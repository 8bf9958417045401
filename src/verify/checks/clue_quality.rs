#![doc = include_str!("clue_quality.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::denials;
use crate::mine::Question;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Clues are frequent, specific and independent.
pub(super) struct ClueQuality;

impl Check for ClueQuality {
    fn code(&self) -> Code {
        Code("V108")
    }

    fn page(&self) -> &'static str {
        include_str!("clue_quality.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let clues: Vec<NodeId> = parts::clues(context, item).into_iter().map(|(_, finding)| finding).collect();
        let bounds = match item.question {
            Question::Diagnosis(_) => Bounds { n_clues: 4..=5, frequency: 0.3, information: 2.0, n_systems: 3 },
            Question::CausalGene { .. } => Bounds { n_clues: 3..=3, frequency: 0.5, information: 3.0, n_systems: 2 },
            _ => return None,
        };
        if !bounds.n_clues.contains(&clues.len()) {
            return Some(format!("there are {} clues", clues.len()));
        }
        let Some(subject) = parts::subject(context, item) else {
            return Some("it is not clear which disease the vignette is about".to_owned());
        };
        for &clue in &clues {
            if let Some(why) = is_weak(context, item, subject, (clue, &bounds)) {
                return Some(format!("`{}` {why}", context.graph.label(clue)));
            }
        }
        are_too_alike(context, &clues, &bounds)
    }
}

struct Bounds {
    n_clues: std::ops::RangeInclusive<usize>,
    frequency: f64,
    information: f64,
    n_systems: usize,
}

fn is_weak(
    context: Context<'_>,
    item: &Item,
    subject: NodeId,
    (clue, bounds): (NodeId, &Bounds),
) -> Option<&'static str> {
    let Context { graph, statistics } = context;
    let edge = parts::stated(context, item, subject, clue);
    let lower_bound = edge.and_then(|edge| graph.qualifiers(edge).frequency.lower_bound());
    if lower_bound.is_none_or(|bound| bound < bounds.frequency) {
        return Some("is not known to be frequent in the disease");
    }
    if statistics.information(clue) < bounds.information {
        return Some("is found in too many diseases");
    }
    if statistics.n_diseases(clue) < 4 {
        return Some("is found in fewer than four diseases: a look-up");
    }
    let has = parts::relation(graph, "has_phenotype")?;
    if !denials(graph, (subject, has, clue)).is_empty() {
        return Some("is reported as absent too");
    }
    None
}

fn are_too_alike(context: Context<'_>, clues: &[NodeId], bounds: &Bounds) -> Option<String> {
    let Context { graph, statistics } = context;
    if clues.iter().filter(|&&clue| statistics.information(clue) >= 3.0).count() < 3 {
        return Some("fewer than three clues are specific".to_owned());
    }
    let mut systems: Vec<NodeId> = clues.iter().flat_map(|&clue| statistics.systems_of(graph, clue)).collect();
    systems.sort_unstable();
    if systems.chunk_by(|left, right| left == right).any(|of_one| of_one.len() > 2) {
        return Some("more than two clues come from one organ system".to_owned());
    }
    systems.dedup();
    if systems.len() < bounds.n_systems {
        return Some("the clues come from too few organ systems".to_owned());
    }
    for (at, &left) in clues.iter().enumerate() {
        for &right in &clues[at + 1..] {
            let least = statistics.information(left).min(statistics.information(right));
            if statistics.shared_information(graph, left, right) > 0.5 * least {
                return Some(format!("`{}` and `{}` tell the same", graph.label(left), graph.label(right)));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn too_few_clues_are_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&ClueQuality, &item), None);
        let mut bad = item.clone();
        bad.pattern.clauses.truncate(3);
        assert!(sample.reject(&ClueQuality, &bad).is_some());
    }

    #[test]
    fn a_clue_told_twice_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&ClueQuality, &item), None);
        let mut bad = item.clone();
        bad.pattern.clauses[1] = bad.pattern.clauses[0];
        assert!(sample.reject(&ClueQuality, &bad).is_some());
    }
}
