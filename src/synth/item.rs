//! The item: everything that is published of a question, before it is laid out in columns.
//!
//! Texts stand beside what they are about, never in its place: an option is bound to nodes, a step to edges. So a
//! text can be re-worded, by hand or by a model, and every check still applies.

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Pattern;
use crate::kg::search::Term;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;
use crate::mine::Tier;
use crate::synth::Claim;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One of several options is the best answer.
    SingleBestAnswer,
    /// The finding that tells two diseases apart.
    DiscriminatingFinding,
    /// The nodes that connect two others.
    PathExplanation,
    /// Whether a statement is true.
    TrueFalse,
    /// The options in an order.
    RankedList,
    /// Several of the options, and all that are right.
    MultipleAnswer,
    /// What answers a question, without options.
    Open,
    /// The option that is right, if any is.
    Unanswerable,
}

impl Kind {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SingleBestAnswer => "single_best_answer",
            Self::DiscriminatingFinding => "discriminating_finding",
            Self::PathExplanation => "path_explanation",
            Self::TrueFalse => "true_false",
            Self::RankedList => "ranked_list",
            Self::MultipleAnswer => "multiple_answer",
            Self::Open => "open",
            Self::Unanswerable => "unanswerable",
        }
    }

    /// Whether it has options.
    pub fn has_options(self) -> bool {
        !matches!(self, Self::PathExplanation | Self::Open)
    }
}

/// The option that says that a statement is true.
pub const TRUE: &str = "True";
/// The option that says that it is not.
pub const FALSE: &str = "False";

/// An option: its text, and the node or the set of nodes that it means; none if it says whether a statement is true, or
/// that no other option is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerOption {
    /// The nodes, sorted; one unless the option is a set, none if it is no node.
    pub nodes: Vec<NodeId>,
    /// What is printed.
    pub text: String,
}

/// Why an option is wrong, as far as the graph can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DistractorClass {
    /// The graph denies it: by a negative edge, or by another value of a functional relation.
    Denied,
    /// The graph does not record it for so many clues. Never a claim that it is false.
    Unsupported,
}

impl DistractorClass {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A wrong option with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Distractor {
    /// Its position among the options.
    pub option: usize,
    /// How it is wrong.
    pub class: DistractorClass,
    /// The clauses it fails: positions in the pattern.
    pub failed: Vec<usize>,
    /// The calibrated chance that it is right after all.
    pub risk: f64,
    /// The edges that deny it; empty if it is only unsupported.
    pub edges: Vec<EdgeId>,
}

/// What a step of a thinking path does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Brings a fact to mind.
    Recall,
    /// Puts facts together.
    Combine,
    /// Rules an option out.
    Exclude,
    /// Says the answer.
    Conclude,
}

impl StepKind {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Combine => "combine",
            Self::Exclude => "exclude",
            Self::Conclude => "conclude",
        }
    }
}

/// A step of a thinking path: replaceable text on facts that stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What a reader sees.
    pub text: String,
    /// What the step does.
    pub kind: StepKind,
    /// The edges it rests on.
    pub edges: Vec<EdgeId>,
    /// The words of the question it rests on; each stands there to the letter.
    pub spans: Vec<String>,
    /// What the text says, in the order of telling.
    pub claims: Vec<Claim>,
}

/// What makes an item hard, as far as its structure tells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Difficulty {
    /// 1 (easy) to 5.
    pub level: u8,
    /// How many clues or hops there are.
    pub n_clues: u32,
    /// Mean information content of the clues, in nats.
    pub mean_information: f64,
    /// Least information content among them, in nats.
    pub least_information: f64,
    /// The largest share of the clues that a distractor has.
    pub distractor_similarity: f64,
    /// How many edges touch the key; over a set, the least.
    pub key_degree: u32,
}

/// A question with its answer, its thinking path and its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// 32 hex digits: see [`Item::id_of`].
    pub id: String,
    /// What is asked for.
    pub kind: Kind,
    /// What the pattern asks, with the nodes that only mining knows.
    pub question: Question,
    /// The quota it fills.
    pub stratum: String,
    /// Its number in the stratum.
    pub index: u64,
    /// The situation.
    pub stem: String,
    /// The question itself, one sentence.
    pub lead_in: String,
    /// The options; empty for open kinds.
    pub options: Vec<AnswerOption>,
    /// The positions of the right options, of a ranking all in its order; empty for open kinds.
    pub keys: Vec<usize>,
    /// The answer: one node, or the members of a set, or all right options, sorted; empty if the question has none.
    pub answer: Vec<NodeId>,
    /// The answer in words.
    pub answer_text: String,
    /// Why each other option is wrong.
    pub distractors: Vec<Distractor>,
    /// The thinking path.
    pub steps: Vec<Step>,
    /// Why the key, why not the others: prose that names options and never letters.
    pub rationale: String,
    /// What the rationale says, in the order of telling.
    pub reasons: Vec<Claim>,
    /// The clauses.
    pub pattern: Pattern,
    /// The subgraph it was found in, in the order of telling.
    pub path: Vec<Hop>,
    /// The formal question in SPARQL 1.1: returns the strict answers.
    pub query: String,
    /// The loose answers beside the key, sorted.
    pub other_answers: Vec<NodeId>,
    /// 1 − the summed risk of the distractors, lowered where evidence is thin; 0 to 1.
    pub confidence: f64,
    /// How well known the key is.
    pub tier: Tier,
    /// Longest clause distance from an anchor to the key; of a path, its clauses.
    pub n_hops: u32,
    /// Categories and relations in turn; for stars the clause shapes, sorted.
    pub metapath: String,
    /// `causal_chain`, `common_cause`, `common_effect` (these of causal relations only), `star` or `mixed`.
    pub chain_shape: &'static str,
    /// The chapter or organ system it is filed under.
    pub category: String,
    /// The node that `category` names; none where it names none.
    pub filed_under: Option<NodeId>,
    /// The organ system that carries most of the target's information.
    pub organ_system: Option<NodeId>,
    /// Structural difficulty.
    pub difficulty: Difficulty,
    /// What mining weighed it by.
    pub scores: Scores,
    /// The nodes that its texts name beside the ends of the cited edges: the sources of their names count for the
    /// licence.
    pub named: Vec<NodeId>,
}

impl Item {
    /// Stem and lead-in.
    pub fn question_text(&self) -> String {
        if self.stem.is_empty() { self.lead_in.clone() } else { format!("{} {}", self.stem, self.lead_in) }
    }

    /// The right option of a kind with exactly one.
    pub fn key(&self) -> Option<usize> {
        match self.keys.as_slice() {
            [key] => Some(*key),
            _ => None,
        }
    }

    /// The thinking path as prose.
    pub fn thinking(&self) -> String {
        let texts: Vec<&str> = self.steps.iter().map(|step| step.text.as_str()).collect();
        texts.join(" ")
    }

    /// Every edge that it cites, in binding, thinking path and denials: sorted, each once.
    pub fn cited_edges(&self) -> Vec<EdgeId> {
        let steps = self.steps.iter().flat_map(|step| &step.edges);
        let denials = self.distractors.iter().flat_map(|distractor| &distractor.edges);
        let mut edges: Vec<EdgeId> =
            self.path.iter().map(|hop| hop.edge).chain(steps.chain(denials).copied()).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Every node that is published with it by name: sorted, each once. Whoever asks whether an item may be passed on
    /// has to ask of these, and whoever lists its sources has to list those of their names.
    pub fn nodes_named(&self, graph: &Graph) -> Vec<NodeId> {
        let mut nodes = self.named.clone();
        nodes.extend(self.cited_edges().into_iter().flat_map(|edge| {
            let edge = graph.edge(edge);
            [edge.subject, edge.object]
        }));
        nodes.extend(self.options.iter().flat_map(|option| &option.nodes));
        nodes.extend(&self.answer);
        nodes.extend(self.organ_system);
        nodes.extend(self.filed_under);
        nodes.extend(self.pattern.anchors());
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Every node that is published with it, by name or by CURIE: sorted, each once.
    pub fn nodes_used(&self, graph: &Graph) -> Vec<NodeId> {
        let mut nodes = self.nodes_named(graph);
        nodes.extend(&self.other_answers);
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Puts the options in a new order: position `i` then shows what stood at `order[i]`. Does nothing unless `order`
    /// is a permutation of the options.
    pub fn reorder(&mut self, order: &[usize]) {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted != (0..self.options.len()).collect::<Vec<_>>() {
            return;
        }
        let position_of = |old: usize| order.iter().position(|&at| at == old).unwrap_or(old);
        self.options = order.iter().map(|&old| self.options[old].clone()).collect();
        for key in &mut self.keys {
            *key = position_of(*key);
        }
        // The order of a ranking is its answer.
        if self.kind != Kind::RankedList {
            self.keys.sort_unstable();
        }
        for distractor in &mut self.distractors {
            distractor.option = position_of(distractor.option);
        }
        self.distractors.sort_by_key(|distractor| distractor.option);
    }

    /// The id of an item: 128 bits of SHA-256 over kind, shape, sorted clauses as CURIEs, and key CURIEs. Texts and
    /// edge numbers are not in it, so re-wording, resuming and a newer graph keep it.
    pub fn id_of(graph: &Graph, kind: Kind, pattern: &Pattern, answer: &[NodeId]) -> String {
        let name = |term: Term| match term {
            Term::Node(node) => graph.curie(node).to_string(),
            Term::Variable(variable) => variable.name(),
        };
        let mut clauses: Vec<String> = pattern
            .clauses
            .iter()
            .map(|clause| {
                let mark = if clause.is_absent { "!" } else { "" };
                let relation = &graph.relation(clause.relation).name;
                let branch = if clause.branch == 0 { String::new() } else { format!("{}| ", clause.branch) };
                format!("{branch}{} {relation}{mark} {}", name(clause.subject), name(clause.object))
            })
            .collect();
        clauses.sort();
        let mut key: Vec<String> = answer.iter().map(|&node| graph.curie(node).to_string()).collect();
        key.sort();
        let text = format!("{}\n{}\n{}\n{}", kind.as_str(), pattern.shape(graph), clauses.join("\n"), key.join("|"));
        let mut id = crate::seed::sha256_hex(&text);
        id.truncate(32);
        id
    }
}
