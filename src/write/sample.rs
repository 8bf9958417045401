//! A small graph and items on it, made by hand, for the tests of this stage.

use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::KgConfig;
use crate::kg::Licence;
use crate::kg::NodeId;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::build;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::location::FileId;
use crate::location::Place;
use crate::mine::Candidate;
use crate::mine::Clues;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Tier;
use crate::synth::AnswerOption;
use crate::synth::Difficulty;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Step;
use crate::synth::StepKind;

/// Diseases `d0`, `d1` … each with two findings of its own, `d0a` and `d0b`.
pub(super) fn graph(n_diseases: usize) -> Graph {
    let lines: Vec<String> = (0..n_diseases)
        .flat_map(|number| ["a", "b"].map(|letter| arrow(number, &format!("d{number}{letter}"))))
        .collect();
    Graph::from_arrows(&lines.join("\n")).unwrap()
}

/// A disease with one finding, from a source that may not be passed on.
pub(super) fn closed_graph() -> Graph {
    licensed_graph(Licence::Restricted, Licence::Restricted)
}

/// A disease with one finding from one source, and an organ system, `PhenotypicFeature:system`, from another.
pub(super) fn licensed_graph(of_facts: Licence, of_system: Licence) -> Graph {
    let place = |file: u16| Place { file: FileId(file), line: 1 };
    let curie = |text: &str| -> Curie { text.parse().unwrap() };
    let node = |text: &str, category, file| NodeRecord::new(curie(text), text, category, place(file));
    let relations = Relations::standard().unwrap();
    let source = |name: &str, licence| Source {
        name: name.into(),
        version: "1".into(),
        licence,
        licence_name: licence.as_str().into(),
        credit: "".into(),
        home: "".into(),
    };
    let file = |path: &str, source, read| FileTally {
        path: path.into(),
        source,
        sha256: "".into(),
        read,
        loaded: 0,
        duplicates: 0,
        left_out: std::collections::BTreeMap::new(),
        quarantined: 0,
    };
    let records = Records {
        sources: vec![source("facts", of_facts), source("systems", of_system)],
        files: vec![file("facts/a", 0, 3), file("systems/a", 1, 1)],
        nodes: vec![
            node("Disease:d0", "Disease", 0),
            node("PhenotypicFeature:d0a", "PhenotypicFeature", 0),
            node("PhenotypicFeature:system", "PhenotypicFeature", 1),
        ],
        edges: vec![EdgeRecord {
            subject: curie("Disease:d0"),
            relation: relations.id("has_phenotype").unwrap(),
            object: curie("PhenotypicFeature:d0a"),
            qualifiers: Qualifiers::default(),
            place: place(0),
        }],
        ..Records::default()
    };
    build(records, &relations, &KgConfig::default()).unwrap().graph
}

/// A disease has a finding.
fn arrow(disease: usize, finding: &str) -> String {
    format!("Disease:d{disease} -has_phenotype-> PhenotypicFeature:{finding}")
}

/// The node of a CURIE.
pub(super) fn node(graph: &Graph, curie: &str) -> NodeId {
    graph.find(&curie.parse().unwrap()).unwrap()
}

fn disease(graph: &Graph, number: usize) -> NodeId {
    node(graph, &format!("Disease:d{number}"))
}

fn star(graph: &Graph, findings: &[&str]) -> (Pattern, Vec<NodeId>) {
    let has = graph.relations().id("has_phenotype").unwrap();
    let findings: Vec<NodeId> =
        findings.iter().map(|finding| node(graph, &format!("PhenotypicFeature:{finding}"))).collect();
    let clause = |&finding: &NodeId| Clause::present(Term::Variable(Variable::ANSWER), has, Term::Node(finding));
    (Pattern { clauses: findings.iter().map(clause).collect() }, findings)
}

fn hops(graph: &Graph, key: NodeId, findings: &[NodeId]) -> Vec<Hop> {
    let has = graph.relations().id("has_phenotype").unwrap();
    let cited = |&finding: &NodeId| graph.cited(key, has, finding);
    findings.iter().filter_map(cited).map(|edge| Hop { edge, is_forward: false }).collect()
}

/// Which disease has these findings? The key stands first; the distractors are the next diseases by number.
pub(super) fn case(graph: &Graph, key: usize, findings: &[&str]) -> Item {
    let n_diseases = graph.nodes_of("Disease").count();
    let (pattern, clues) = star(graph, findings);
    let nodes: Vec<NodeId> = (0..4.min(n_diseases)).map(|step| disease(graph, (key + step) % n_diseases)).collect();
    let path = hops(graph, nodes[0], &clues);
    Item {
        id: Item::id_of(graph, Kind::SingleBestAnswer, &pattern, &nodes[..1]),
        kind: Kind::SingleBestAnswer,
        question: Question::Diagnosis(Clues { lower_bounds: vec![0.8; clues.len()], findings: clues }),
        stratum: "case/Disease".into(),
        index: key as u64,
        stem: format!("A patient has {}.", findings.join(" and ")),
        lead_in: "Which diagnosis explains all findings?".into(),
        options: nodes
            .iter()
            .map(|&node| AnswerOption { nodes: vec![node], text: graph.label(node).to_owned() })
            .collect(),
        keys: vec![0],
        answer: vec![nodes[0]],
        answer_text: graph.label(nodes[0]).to_owned(),
        distractors: (1..nodes.len())
            .map(|option| Distractor {
                option,
                class: DistractorClass::Unsupported,
                failed: (0..findings.len()).collect(),
                risk: 0.01,
                edges: Vec::new(),
            })
            .collect(),
        steps: vec![
            Step {
                text: "The findings go together.".into(),
                kind: StepKind::Combine,
                edges: path.iter().map(|hop| hop.edge).collect(),
                spans: vec![findings[0].to_owned()],
                claims: Vec::new(),
            },
            Step {
                text: "That is the answer.".into(),
                kind: StepKind::Conclude,
                edges: Vec::new(),
                spans: vec!["explains".into()],
                claims: Vec::new(),
            },
        ],
        rationale: "The key has all findings; the others are not recorded with them.".into(),
        reasons: Vec::new(),
        pattern,
        path,
        query: "SELECT ?answer WHERE {}".into(),
        other_answers: Vec::new(),
        confidence: 0.97,
        tier: Tier::Unknown,
        n_hops: 1,
        metapath: "Disease -has_phenotype-> PhenotypicFeature".into(),
        chain_shape: "star",
        category: "nervous system".into(),
        filed_under: None,
        organ_system: None,
        difficulty: Difficulty { level: 2, n_clues: 2, key_degree: 2, ..Difficulty::default() },
        scores: Scores::default(),
        named: nodes,
    }
}

/// One case for each disease of [`graph`].
pub(super) fn cases(graph: &Graph) -> Vec<Item> {
    let n_diseases = graph.nodes_of("Disease").count();
    (0..n_diseases).map(|key| case(graph, key, &[&format!("d{key}a"), &format!("d{key}b")])).collect()
}

/// The same as an open question: what lies between?
pub(super) fn open(graph: &Graph, key: usize, findings: &[&str]) -> Item {
    let item = case(graph, key, findings);
    Item {
        id: Item::id_of(graph, Kind::PathExplanation, &item.pattern, &item.answer),
        kind: Kind::PathExplanation,
        question: Question::Path,
        stratum: "walk/2".into(),
        stem: String::new(),
        lead_in: format!("What connects {}?", findings.join(" and ")),
        options: Vec::new(),
        keys: Vec::new(),
        distractors: Vec::new(),
        ..item
    }
}

/// A candidate that became no item.
pub(super) fn candidate(graph: &Graph, key: usize, findings: &[&str]) -> Candidate {
    let (pattern, clues) = star(graph, findings);
    let key = disease(graph, key);
    Candidate {
        strategy: "case",
        stratum: "case/Disease".into(),
        index: 0,
        pattern,
        key: vec![key],
        path: hops(graph, key, &clues),
        strict: vec![key],
        loose: vec![key],
        question: Question::Diagnosis(Clues { lower_bounds: vec![0.8; clues.len()], findings: clues }),
        scores: Scores::default(),
    }
}
