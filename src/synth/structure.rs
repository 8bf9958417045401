//! What the structure of a question tells of it: how many hops it takes, which way its arrows point, how hard it is.

use crate::kg::Graph;
use crate::mine::Candidate;
use crate::mine::Hop;
use crate::mine::Question;
use crate::synth::Item;

/// The longest distance in clauses from an anchor to the key: 1 for a star. Of a path all inner nodes are the key, and
/// every clause is needed to find them.
pub(super) fn n_hops(candidate: &Candidate) -> u32 {
    let hops = match candidate.question {
        Question::Diagnosis(_)
        | Question::Contrast { .. }
        | Question::Treatment { .. }
        | Question::Indication { .. }
        | Question::Ranking { .. } => 1,
        Question::CausalGene { .. } | Question::FindingSet { .. } => 2,
        // The binding of a coding may have more edges than clauses: one clause leads up any number of kinds.
        // The counterpart of what is denied lies behind what the two have in common.
        Question::Statement { is_true, .. } => {
            if is_true {
                1
            } else {
                2
            }
        }
        Question::Shape { shape, .. } => {
            let (lengths, n_tail) = shape.plan();
            n_tail + lengths.iter().copied().max().unwrap_or(0)
        }
        Question::Path | Question::PathChoice { .. } | Question::Coding => candidate.pattern.clauses.len(),
    };
    u32::try_from(hops).unwrap_or(u32::MAX)
}

/// Which way the arrows of a path point, where each says that its subject brings its object about: all along it, out
/// from the middle, or into the middle. Anything else, such as a gene that is merely associated with a disease, is
/// mixed.
pub(super) fn chain_shape(graph: &Graph, candidate: &Candidate) -> &'static str {
    match candidate.question {
        Question::Path | Question::PathChoice { .. } | Question::Coding => {}
        Question::Shape { .. } if n_hops(candidate) > 1 => return "mixed",
        _ => return "star",
    }
    let is_causal = |hop: &Hop| graph.relation(graph.edge(hop.edge).relation).is_causal;
    if !candidate.path.iter().all(is_causal) {
        return "mixed";
    }
    let directions: Vec<bool> = candidate.path.iter().map(|hop| hop.is_forward).collect();
    let n_turns = directions.windows(2).filter(|pair| pair[0] != pair[1]).count();
    match (n_turns, directions.first()) {
        (0, _) => "causal_chain",
        (1, Some(false)) => "common_cause",
        (1, Some(true)) => "common_effect",
        _ => "mixed",
    }
}

/// 1 to 5: more hops, likelier distractors and less telling clues are harder.
pub(super) fn level(item: &Item) -> u8 {
    let difficulty = &item.difficulty;
    let from_hops = f64::from(difficulty.n_clues.min(5)) / 5.0;
    let from_options = if item.kind.has_options() { difficulty.distractor_similarity } else { from_hops };
    let from_clues = 1.0 - (difficulty.mean_information / 7.0).min(1.0);
    let score = (0.5 * from_options + 0.3 * from_clues + 0.2 * from_hops).clamp(0.0, 1.0);
    // A score in fifths.
    [0.2, 0.35, 0.5, 0.65].iter().fold(1, |level, bound| if score >= *bound { level + 1 } else { level })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::search::Clause;
    use crate::kg::search::Pattern;
    use crate::kg::search::Term;
    use crate::kg::search::Variable;
    use crate::mine::Scores;

    /// A path whose edges are given as (subject, object, told forwards), with so many clauses.
    fn path(graph: &Graph, arrows: &[(&str, &str, bool)], n_clauses: usize) -> Candidate {
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let hop = |&(subject, object, is_forward): &(&str, &str, bool)| {
            let ends = (node(subject), node(object));
            let edge = graph.edges().find(|(_, edge)| (edge.subject, edge.object) == ends).unwrap().0;
            Hop { edge, is_forward }
        };
        let any = Term::Variable(Variable::ANSWER);
        let clause = Clause::present(any, graph.relations().is_a(), any);
        Candidate {
            strategy: "walk",
            stratum: "walk".into(),
            index: 0,
            pattern: Pattern { clauses: vec![clause; n_clauses] },
            key: Vec::new(),
            path: arrows.iter().map(hop).collect(),
            strict: Vec::new(),
            loose: Vec::new(),
            question: if n_clauses == arrows.len() { Question::Path } else { Question::Coding },
            scores: Scores::default(),
        }
    }

    #[test]
    fn only_causes_make_a_causal_chain() {
        let graph = Graph::from_arrows(
            "Drug:a -targets-> Protein:b <-targets- Drug:c -targets-> Protein:d\nGene:g -associated_with-> Disease:e",
        )
        .unwrap();
        let shape = |arrows: &[(&str, &str, bool)]| chain_shape(&graph, &path(&graph, arrows, arrows.len()));
        let (ab, cb, cd) = (("Drug:a", "Protein:b"), ("Drug:c", "Protein:b"), ("Drug:c", "Protein:d"));
        assert_eq!(shape(&[(ab.0, ab.1, true)]), "causal_chain");
        assert_eq!(shape(&[(ab.0, ab.1, true), (cb.0, cb.1, false)]), "common_effect");
        assert_eq!(shape(&[(cb.0, cb.1, false), (cd.0, cd.1, true)]), "common_cause");
        assert_eq!(shape(&[("Gene:g", "Disease:e", true)]), "mixed");
    }

    #[test]
    fn a_clause_is_one_hop_however_many_kinds_it_climbs() {
        let graph = Graph::from_arrows(
            "InclusionTerm:t -included_in-> DiagnosisCode:A35.01 -is_a-> DiagnosisCode:A35.0 -is_a-> DiagnosisCode:A35",
        )
        .unwrap();
        let arrows = [
            ("InclusionTerm:t", "DiagnosisCode:A35.01", true),
            ("DiagnosisCode:A35.01", "DiagnosisCode:A35.0", true),
            ("DiagnosisCode:A35.0", "DiagnosisCode:A35", true),
        ];
        assert_eq!(n_hops(&path(&graph, &arrows, 2)), 2);
    }
}
