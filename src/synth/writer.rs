//! What all kinds of item share while they are written.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::chapter::chapter;
use crate::kg::rdf;
use crate::kg::statistics::FINDING;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Tier;
use crate::mine::clue::Clue;
use crate::mine::clue::stems;
use crate::mine::has_vocabularies;
use crate::mine::is_presentable;
use crate::mine::kin::Kin;
use crate::mine::metapath::metapath_of;
use crate::mine::path::as_float;
use crate::mine::tier;
use crate::seed::Stream;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Difficulty;
use crate::synth::Distractor;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::lexicon::Lexicon;
use crate::synth::structure::chain_shape;
use crate::synth::structure::level;
use crate::synth::structure::n_hops;
use crate::synth::wording;

/// A disease that may stand among the options, with what choosing it needs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offered {
    /// The stems of its name.
    pub stems: Vec<String>,
    /// How many letters its name has.
    pub name_length: usize,
    /// How many findings it has.
    pub n_findings: usize,
    /// How well known it is.
    pub tier: Tier,
    /// What tells its kin.
    pub kin: Kin,
    /// The offered diseases that are likest to it, once somebody has asked for them.
    pub near: OnceLock<Vec<NodeId>>,
    /// Its findings that may stand in a set, once somebody has asked for them.
    pub clues: OnceLock<Vec<Clue>>,
}

/// The graph, its words and its presentable diseases: made once, used for every item.
#[derive(Debug)]
pub struct Writer<'a> {
    /// Graph, statistics, seed.
    pub context: Context<'a>,
    /// Which words may begin in lower case.
    pub lexicon: Lexicon,
    /// The diseases that may stand among the options.
    pub(super) offered: BTreeMap<NodeId, Offered>,
    /// The telling stems of the titles of three-character categories, once somebody has asked for them.
    pub(super) titles: OnceLock<Vec<(NodeId, Vec<String>)>>,
    has_vocabularies: bool,
}

/// Everything of an item that its kind decides.
#[derive(Debug)]
pub(super) struct Draft {
    /// What is asked for.
    pub kind: Kind,
    /// The situation.
    pub stem: String,
    /// The question.
    pub lead_in: String,
    /// The options, the key first; empty for open kinds.
    pub options: Vec<AnswerOption>,
    /// The answer in words.
    pub answer_text: String,
    /// Why the other options are wrong.
    pub distractors: Vec<Distractor>,
    /// The thinking path.
    pub steps: Vec<Step>,
    /// The prose, with what it says.
    pub rationale: Prose,
    /// The disease (or code) whose organ system the item is filed under.
    pub about: NodeId,
    /// How many clues or hops there are.
    pub n_clues: usize,
    /// The largest share of the clues that a distractor has.
    pub distractor_similarity: f64,
}

impl<'a> Writer<'a> {
    /// Reads the words of the graph and finds the diseases that may be offered.
    pub fn new(context: Context<'a>) -> Self {
        let diseases: Vec<NodeId> = context.statistics.profiles().map(|(disease, _)| disease).collect();
        let has_vocabularies = has_vocabularies(context.graph);
        let offered: Vec<(NodeId, Offered)> = diseases
            .into_par_iter()
            .filter(|&disease| is_presentable(context, disease, &[]))
            .map(|disease| {
                let label = context.graph.label(disease);
                let n_findings = context.statistics.profile(disease).map_or(0, |profile| profile.findings.len());
                let (stems, name_length) = (stems(label), label.chars().count());
                let tier = if has_vocabularies { tier(context.graph, disease) } else { Tier::Unknown };
                let (kin, near, clues) = (Kin::of(context.graph, disease), OnceLock::new(), OnceLock::new());
                (disease, Offered { stems, name_length, n_findings, tier, kin, near, clues })
            })
            .collect();
        let (lexicon, offered) = (Lexicon::of(context.graph), offered.into_iter().collect());
        Self { context, lexicon, offered, titles: OnceLock::new(), has_vocabularies }
    }

    /// The draws of one item.
    pub fn stream(&self, candidate: &Candidate) -> Stream {
        self.context.seed.stream(&["synth", &candidate.stratum], candidate.index)
    }

    /// A finding inside a sentence.
    pub fn phrase(&self, finding: NodeId) -> String {
        wording::phrase(&self.lexicon, self.context.graph.label(finding))
    }

    /// The name of a disease, gene or code inside a sentence.
    pub fn name(&self, node: NodeId) -> String {
        self.lexicon.name(self.context.graph, node)
    }

    /// The finished item.
    pub(super) fn finish(&self, candidate: Candidate, draft: Draft) -> Item {
        let Context { graph, statistics, .. } = self.context;
        let risk: f64 = draft.distractors.iter().map(|distractor| distractor.risk).sum();
        let has_two = |hop: &Hop| graph.qualifiers(hop.edge).publications.len() >= 2;
        let support = if candidate.path.iter().any(has_two) { 1.0 } else { SINGLE_SOURCE };
        let profile = statistics.profile(draft.about);
        let organ_system = profile.and_then(crate::kg::statistics::Profile::organ_system);
        let degrees = candidate.key.iter().map(|&node| graph.degree(node));
        let other_answers = candidate.other_answers();
        let mut named: Vec<NodeId> = draft.options.iter().flat_map(|option| option.nodes.iter().copied()).collect();
        named.extend(candidate.pattern.anchors());
        named.extend(&candidate.key);
        if let Question::Contrast { shared, .. } = &candidate.question {
            named.extend(shared);
        }
        named.sort_unstable();
        named.dedup();
        let filed_under = self.filed_under(draft.about, organ_system);
        let n_hops = n_hops(&candidate);
        let mut item = Item {
            id: Item::id_of(graph, draft.kind, &candidate.pattern, &candidate.key),
            kind: draft.kind,
            stratum: candidate.stratum.clone(),
            index: candidate.index,
            stem: draft.stem,
            lead_in: draft.lead_in,
            keys: match (draft.kind, draft.options.len()) {
                (_, 0) => Vec::new(),
                (Kind::RankedList, n_options) => (0..n_options).collect(),
                (Kind::MultipleAnswer, _) => (0..candidate.key.len()).collect(),
                _ => vec![0],
            },
            options: draft.options,
            answer: candidate.key.clone(),
            answer_text: draft.answer_text,
            distractors: draft.distractors,
            steps: draft.steps,
            rationale: draft.rationale.text,
            reasons: draft.rationale.claims,
            query: rdf::select(graph, &candidate.pattern),
            other_answers,
            confidence: (1.0 - risk).max(0.0) * support,
            tier: self.tier(draft.about),
            n_hops,
            metapath: self.metapath(&candidate),
            chain_shape: chain_shape(graph, &candidate),
            category: filed_under.map_or_else(String::new, |node| graph.label(node).to_owned()),
            filed_under,
            organ_system,
            difficulty: Difficulty {
                level: 1,
                n_clues: u32::try_from(draft.n_clues).unwrap_or(u32::MAX),
                mean_information: candidate.scores.mean_information,
                least_information: candidate.scores.least_information,
                distractor_similarity: draft.distractor_similarity,
                key_degree: degrees.min().and_then(|degree| u32::try_from(degree).ok()).unwrap_or(0),
            },
            scores: candidate.scores,
            named,
            pattern: candidate.pattern,
            path: candidate.path,
            question: candidate.question,
        };
        item.difficulty.level = level(&item);
        item
    }

    /// How well known a disease is.
    pub(super) fn tier(&self, disease: NodeId) -> Tier {
        if self.has_vocabularies { tier(self.context.graph, disease) } else { Tier::Unknown }
    }

    /// The chapter of a code, or of the nearest kind of a disease that has a code; else the organ system.
    fn filed_under(&self, about: NodeId, organ_system: Option<NodeId>) -> Option<NodeId> {
        let graph = self.context.graph;
        let is_chapter = |node: &NodeId| graph.curie(*node).local().starts_with("chapter-");
        let of_code = graph.taxonomy().ancestors(about).into_iter().find(is_chapter);
        of_code.or_else(|| chapter(graph, about).map(|found| found.chapter)).or(organ_system)
    }

    /// The names of all that items about diseases of the graph can be filed under: sorted, each once.
    ///
    /// # Complexity
    ///
    /// O(diseases × their ancestors).
    pub fn categories(&self) -> Vec<String> {
        let Context { graph, statistics, .. } = self.context;
        let of = |disease: NodeId| {
            let profile = statistics.profile(disease);
            self.filed_under(disease, profile.and_then(crate::kg::statistics::Profile::organ_system))
        };
        let mut found: Vec<NodeId> = graph.nodes_of("Disease").filter_map(of).collect();
        found.sort_unstable();
        found.dedup();
        let mut names: Vec<String> = found.into_iter().map(|node| graph.label(node).to_owned()).collect();
        names.sort();
        names
    }

    fn metapath(&self, candidate: &Candidate) -> String {
        let graph = self.context.graph;
        if candidate.question.is_path() || candidate.question == Question::Coding {
            return metapath_of(graph, &candidate.path);
        }
        let mut shapes: Vec<String> = candidate.path.iter().map(|&hop| metapath_of(graph, &[hop])).collect();
        shapes.sort();
        shapes.join("; ")
    }
}

/// How far an answer is believed whose facts all come from one report.
const SINGLE_SOURCE: f64 = 0.9;

/// A text with what it says, in the order of telling.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Prose {
    /// What a reader sees.
    pub text: String,
    /// What it says.
    pub claims: Vec<Claim>,
}

impl Prose {
    /// A sentence, or a few that belong together.
    pub(super) fn new(text: String, claims: Vec<Claim>) -> Self {
        Self { text, claims }
    }

    /// Sentences in a row.
    pub(super) fn joined(sentences: Vec<Self>) -> Self {
        let (texts, claims): (Vec<String>, Vec<Vec<Claim>>) =
            sentences.into_iter().map(|sentence| (sentence.text, sentence.claims)).unzip();
        Self { text: texts.join(" "), claims: claims.concat() }
    }

    /// The step that says this and rests on some edges and words.
    pub(super) fn step(self, kind: StepKind, mut edges: Vec<EdgeId>, spans: Vec<String>) -> Step {
        edges.sort_unstable();
        edges.dedup();
        Step { text: self.text, kind, edges, spans, claims: self.claims }
    }
}

/// One of several texts.
pub(super) fn choose<'t>(stream: &mut Stream, among: &[&'t str]) -> &'t str {
    stream.pick(among).copied().unwrap_or("")
}

/// The share of something among clues.
pub(super) fn share(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { as_float(count) / as_float(of) }
}

/// No item can be made.
pub(super) fn dead<T>(why: &'static str) -> Result<T, DeadEnd> {
    Err(DeadEnd(why))
}

/// Whether a node is a finding.
pub(super) fn is_finding(context: Context<'_>, node: NodeId) -> bool {
    context.graph.category(node) == FINDING
}
