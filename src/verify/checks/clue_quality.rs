#![doc = include_str!("clue_quality.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::denials;
use crate::kg::statistics::lower_bound;
use crate::mine::Question;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
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
        let (bounds, noted) = match &item.question {
            Question::Diagnosis(noted) => {
                (Bounds { n_clues: 4..=5, frequency: 0.3, information: 2.0, n_systems: 3, n_genes: 0 }, noted)
            }
            Question::CausalGene { clues: noted, .. } => {
                (Bounds { n_clues: 3..=3, frequency: 0.5, information: 3.0, n_systems: 2, n_genes: 4 }, noted)
            }
            _ => return None,
        };
        if !bounds.n_clues.contains(&clues.len()) {
            return Some(format!("there are {} clues", clues.len()));
        }
        let Some(subject) = parts::subject(context, item) else {
            return Some("it is not clear which disease the vignette is about".to_owned());
        };
        if noted.findings != clues || noted.lower_bounds.len() != clues.len() {
            return Some("the clues are not those that are noted".to_owned());
        }
        for (&clue, noted) in clues.iter().zip(&noted.lower_bounds) {
            if let Some(why) = is_weak(context, item, subject, (clue, &bounds)) {
                return Some(format!("`{}` {why}", context.graph.label(clue)));
            }
            // The prose says how often from what is noted.
            if lower_bound(context.graph, subject, clue).is_none_or(|bound| (bound - noted).abs() > 1e-9) {
                return Some(format!("how often `{}` is seen is not what is noted", context.graph.label(clue)));
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
    n_genes: u32,
}

fn is_weak(
    context: Context<'_>,
    item: &Item,
    subject: NodeId,
    (clue, bounds): (NodeId, &Bounds),
) -> Option<&'static str> {
    let Context { graph, statistics } = context;
    if parts::stated(context, item, subject, clue).is_none() {
        return Some("is stated by no edge of the binding");
    }
    if lower_bound(context.graph, subject, clue).is_none_or(|bound| bound < bounds.frequency) {
        return Some("is not known to be frequent in the disease");
    }
    if statistics.information(clue) < bounds.information {
        return Some("is found in too many diseases");
    }
    if statistics.n_diseases(clue) < 4 {
        return Some("is found in fewer than four diseases: a look-up");
    }
    if statistics.n_genes(clue) < bounds.n_genes {
        return Some("is known from fewer than four genes");
    }
    let has = parts::relation(graph, "has_phenotype");
    let is_denied = has.is_none_or(|has| !denials(graph, (subject, has, clue)).is_empty());
    is_denied.then_some("is reported as absent too")
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
            let others = stems(graph.label(right));
            if stems(graph.label(left)).iter().any(|stem| others.contains(stem) && !is_common_stem(stem)) {
                return Some(format!("`{}` and `{}` share a word", graph.label(left), graph.label(right)));
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

    #[test]
    fn a_clue_seen_more_often_than_noted_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        let Question::Diagnosis(clues) = &mut bad.question else { panic!("a case asks for a diagnosis") };
        clues.lower_bounds[0] += 0.1;
        assert!(sample.reject(&ClueQuality, &bad).is_some());
    }

    #[test]
    fn a_clue_that_is_also_absent_is_rejected_and_another_absence_is_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let key = sample.curie(item.answer[0]);
        let absent = |finding| format!("{key} -phenotype_absent-> {}", sample.curie(finding));
        let (changed, carried) = sample.with(&absent(item.pattern.anchors()[0]), &item);
        assert!(changed.reject(&ClueQuality, &carried).is_some());
        let (changed, carried) = sample.with(&absent(sample.heading()), &item);
        assert_eq!(changed.reject(&ClueQuality, &carried), None);
    }

    #[test]
    fn a_clue_that_is_a_kind_of_another_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        let clues: Vec<String> = item.pattern.anchors().into_iter().map(|clue| sample.curie(clue)).collect();
        let (changed, carried) = sample.with(&format!("{} -is_a-> {}", clues[0], clues[1]), &item);
        assert!(changed.reject(&ClueQuality, &carried).is_some());
    }

    #[test]
    fn a_gene_is_asked_for_by_findings_of_at_least_four_genes() {
        let sample = Sample::new();
        let item = sample.causal_gene();
        assert_eq!(sample.reject(&ClueQuality, &item), None);
        let statistics = sample.context().statistics;
        assert!(item.pattern.anchors().into_iter().all(|finding| statistics.n_genes(finding) >= 4));
        assert_eq!(statistics.n_genes(sample.heading()), 0);
    }
}
