//! What treatment questions ask of drugs: what a drug is given for, and what it acts on.
//!
//! Curations of indications have gaps on every side (of the pairs that one of two open ones has, the other lacks between
//! an eighth and a half), so an indication is asked about as a fact only where two sources state it. What a drug acts
//! on is curated for the drug as a whole, which makes a gap there far less likely.

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::mine::live::fault;

/// A drug's action on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub relation: RelationId,
    /// To what.
    pub target: NodeId,
    /// The edge to cite.
    pub edge: EdgeId,
}

/// What drugs do to what they act on.
const ACTIONS: [&str; 8] = [
    "targets",
    "decreases_activity_of",
    "increases_activity_of",
    "negatively_regulates",
    "positively_regulates",
    "disrupts",
    "decreases_abundance_of",
    "increases_abundance_of",
];
/// What a drug acts on: molecules, not what follows from that.
const TARGETS: [&str; 4] = ["Protein", "GeneFamily", "MacromolecularComplex", "Gene"];

/// Whether a node can be asked about: it is alive, named, and one thing.
pub fn can_be_asked_about(graph: &Graph, node: NodeId) -> bool {
    fault(graph, node).is_none()
}

/// Whether a name reads well inside a sentence: no list, no brackets, as in "amine oxidase [flavin-containing] B".
pub fn is_plain(graph: &Graph, node: NodeId) -> bool {
    !graph.label(node).contains([',', ';', '[', '('])
}

/// Whether at least as many of some drugs for a disease act on the target in the opposite direction: then one of them is
/// told wrongly, and likelier this one.
pub fn is_against_most(graph: &Graph, action: Action, given: &[(NodeId, Vec<Action>)]) -> bool {
    let sign = graph.relation(action.relation).sign;
    let signs = || {
        let on_it = given.iter().flat_map(|(_, actions)| actions).filter(|other| other.target == action.target);
        on_it.map(|other| graph.relation(other.relation).sign)
    };
    let count = |wanted: i8| signs().filter(|&sign| sign == wanted).count();
    sign != 0 && count(-sign) >= count(sign)
}

/// Whether the names of two drugs end in the same five letters, as those of one class do: tacrolimus and pimecrolimus.
pub fn end_alike(left: &str, right: &str) -> bool {
    let ending = |name: &str| {
        let word = name.split_whitespace().next().unwrap_or("").to_lowercase();
        word.char_indices().rev().nth(4).map(|(at, _)| word[at..].to_owned())
    };
    ending(left).is_some() && ending(left) == ending(right)
}

/// Whether some drug acts on both: then a drug that is known for the one may well act on the other too, as all
/// glucocorticoids do on what any of them was once described by.
pub fn are_hit_together(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    let hitting = |target: NodeId| -> Vec<NodeId> {
        let relations = ACTIONS.iter().filter_map(|name| graph.relations().id(name));
        let mut drugs: Vec<NodeId> =
            relations.flat_map(|relation| graph.subjects(target, relation).nodes()).copied().collect();
        drugs.sort_unstable();
        drugs
    };
    let others = hitting(right);
    hitting(left).iter().any(|drug| others.binary_search(drug).is_ok())
}

/// What a drug acts on, in the order of relations and targets.
pub fn actions(graph: &Graph, drug: NodeId) -> Vec<Action> {
    let relations = ACTIONS.iter().filter_map(|name| graph.relations().id(name));
    relations
        .flat_map(|relation| {
            let mut targets = graph.objects(drug, relation).nodes().to_vec();
            targets.dedup();
            targets.into_iter().filter_map(move |target| {
                let edge = graph.cited(drug, relation, target)?;
                let is_target = TARGETS.contains(&graph.category(target)) && can_be_asked_about(graph, target);
                is_target.then_some(Action { relation, target, edge })
            })
        })
        .collect()
}

/// How many sources say that a drug is given for a disease, to cure it or to ease it.
pub fn n_sources(graph: &Graph, drug: NodeId, disease: NodeId) -> usize {
    let relations = ["treats", "palliates"].into_iter().filter_map(|name| graph.relations().id(name));
    let mut sources: Vec<_> = relations
        .flat_map(|relation| graph.objects(drug, relation).iter().filter(|to| to.node == disease))
        .map(|to| graph.edge(to.edge).source)
        .collect();
    sources.sort_unstable();
    sources.dedup();
    sources.len()
}

/// The drugs that some relation joins to a disease, sorted, each once.
pub fn drugs(graph: &Graph, relation: RelationId, disease: NodeId) -> Vec<NodeId> {
    let mut drugs = graph.subjects(disease, relation).nodes().to_vec();
    drugs.sort_unstable();
    drugs.dedup();
    drugs.retain(|&drug| graph.category(drug) == "Drug" && can_be_asked_about(graph, drug));
    drugs
}

/// Whether a drug that is known for some actions may act on a target after all: it acts on something that other drugs hit together with it, or on
/// something that is named like it. "Beta-1 adrenergic receptor" and "adrenergic receptors" may be one thing, told more
/// or less exactly.
pub fn acts_on_the_like_of(graph: &Graph, actions: &[Action], target: NodeId) -> bool {
    let told = |node: NodeId| -> Vec<String> {
        let names = std::iter::once(graph.label(node)).chain(graph.node(node).synonyms.iter().map(|name| &*name.text));
        names.flat_map(stems).filter(|stem| !is_common_stem(stem) && !GENERIC.contains(&stem.as_str())).collect()
    };
    let wanted = told(target);
    actions.iter().any(|action| {
        are_hit_together(graph, action.target, target) || told(action.target).iter().any(|stem| wanted.contains(stem))
    })
}

/// Stems that say what kind of molecule a target is, and not which.
const GENERIC: [&str; 14] = [
    "alpha", "beta", "chann", "compl", "enzym", "facto", "famil", "gamma", "membe", "prote", "recep", "solub", "subty",
    "subun",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;

    fn named(graph: &Graph, text: &str) -> NodeId {
        graph.find(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn sources_are_counted_once_each_whatever_they_say_the_drug_does() {
        let texts = ["Drug:a -treats-> Disease:d\nDrug:b -treats-> Disease:d", "Drug:a -palliates-> Disease:d"];
        let graph = graph_of(&texts.map(|text| (Licence::Open, text)));
        let count = |drug: &str| n_sources(&graph, named(&graph, drug), named(&graph, "Disease:d"));
        assert_eq!(["Drug:a", "Drug:b"].map(count), [2, 1]);
    }

    #[test]
    fn what_one_drug_hits_together_is_alike() {
        let text = "Drug:a -decreases_activity_of-> Protein:one\nDrug:b -decreases_activity_of-> Protein:other";
        let both = "Drug:c -disrupts-> Protein:one\nDrug:c -increases_activity_of-> Protein:other";
        let alike = |text: &str| {
            let graph = Graph::from_arrows(text).unwrap();
            acts_on_the_like_of(&graph, &actions(&graph, named(&graph, "Drug:a")), named(&graph, "Protein:other"))
        };
        assert!(!alike(text));
        assert!(alike(&format!("{text}\n{both}")));
    }

    #[test]
    fn drugs_of_one_class_end_alike() {
        assert!(end_alike("Tacrolimus", "pimecrolimus"));
        assert!(!end_alike("Aspirin", "Ibuprofen"));
        assert!(!end_alike("Zinc", "Zinc"));
    }

    #[test]
    fn names_of_one_family_are_alike_and_kinds_of_molecules_are_not() {
        let graph = Graph::from_arrows(
            "Drug:a -decreases_activity_of-> GeneFamily:adrenergic_receptors\nDrug:b -decreases_activity_of-> Protein:beta-1_adrenergic_receptor\nDrug:c -decreases_activity_of-> Protein:histamine_receptor",
        )
        .unwrap();
        let target = named(&graph, "Protein:beta-1_adrenergic_receptor");
        let alike = |drug: &str| acts_on_the_like_of(&graph, &actions(&graph, named(&graph, drug)), target);
        assert_eq!(["Drug:a", "Drug:b", "Drug:c"].map(alike), [true, true, false]);
    }
}
