//! From items to rows: the only place that knows both.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Licence;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::kg::search::Pattern;
use crate::kg::search::Term;
use crate::mine::Candidate;
use crate::mine::Hop;
use crate::mine::Scores;
use crate::synth::Distractor;
use crate::synth::Item;
use crate::synth::Step;
use crate::verify::CONTAMINATED;
use crate::write::Rejected;
use crate::write::Rejection;
use crate::write::assemble::Placed;
use crate::write::cell::KeyPosition;
use crate::write::cell::LETTERS;
use crate::write::schema::ClauseRow;
use crate::write::schema::DifficultyRow;
use crate::write::schema::DistractorRow;
use crate::write::schema::HopRow;
use crate::write::schema::ItemRow;
use crate::write::schema::RejectedRow;
use crate::write::schema::ScoresRow;
use crate::write::schema::StepRow;

/// What every row of a data set has in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// Its hash.
    pub(super) graph_sha256: &'a str,
    /// The hash of the pipeline file.
    pub(super) pipeline_sha256: &'a str,
    /// The seed as files hold it.
    pub(super) seed: i64,
    /// The names that may not be passed on.
    pub(super) closed_names: &'a ClosedNames<'a>,
}

/// The names in a graph that may not be passed on, with their sources: reasons of rejections can quote any node's.
#[derive(Debug, Default)]
pub(super) struct ClosedNames<'a>(IndexMap<&'a str, SourceId>);

impl<'a> ClosedNames<'a> {
    /// Those of a graph; empty where all of it may be passed on.
    pub(super) fn of(graph: &'a Graph) -> Self {
        let mut closed = IndexMap::new();
        if !graph.is_open() {
            let mut names: Vec<(&str, SourceId)> = Vec::new();
            for (id, node) in graph.nodes() {
                let sources = graph.node_sources(id);
                names.push((&node.label, sources.label()));
                names.extend(sources.synonyms().map(|(synonym, source)| (&*synonym.text, source)));
            }
            names.retain(|&(name, source)| !name.is_empty() && !graph.may_publish(source));
            // Of two sources the one that is met first, in the order of nodes.
            names.into_iter().for_each(|(name, source)| {
                closed.entry(name).or_insert(source);
            });
        }
        Self(closed)
    }

    /// The source of the first name that a sentence quotes.
    fn quoted_in(&self, sentence: &str) -> Option<SourceId> {
        let parts = || sentence.split(['`', '\u{201c}', '\u{201d}']);
        if self.0.is_empty() { None } else { parts().find_map(|part| self.0.get(part).copied()) }
    }
}

impl Rows<'_> {
    /// A row of `items`.
    pub(super) fn placed(&self, placed: &Placed) -> ItemRow {
        ItemRow { split: Some(placed.split.as_str()), ..self.item(&placed.item) }
    }

    /// A row of `rejected`. What was made from a source that forbids passing it on is withheld: only the count is
    /// published. A reason that quotes a name of such a source is withheld by itself, and so are the words of an item
    /// that a benchmark holds.
    pub(super) fn rejection(&self, rejection: &Rejection) -> RejectedRow {
        let graph = self.graph;
        let (item, sources, stratum) = match &rejection.what {
            Rejected::Item(item) => (self.item(item), item.sources(graph), &item.stratum),
            Rejected::Candidate(candidate) => {
                (self.candidate(candidate), candidate_sources(graph, candidate), &candidate.stratum)
            }
        };
        let withheld = |what: &str, source: SourceId| {
            let source = graph.source(source);
            format!("withheld: {what} `{}`, whose licence is `{}`", source.name, source.licence)
        };
        let strictest = sources.iter().copied().max_by_key(|&source| (graph.source(source).licence, Reverse(source)));
        if let Some(closed) = strictest.filter(|&source| !graph.may_publish(source)) {
            return RejectedRow {
                item: ItemRow { stratum: stratum.clone(), ..self.blank() },
                rejected_by: rejection.by,
                rejected_because: withheld("it uses", closed),
            };
        }
        // The words of a benchmark are in no output: what was asked of the graph stays, and the options with it, but how the
        // question was worded does not.
        let item = if rejection.by == CONTAMINATED.as_str() {
            ItemRow { question: None, rationale: None, thinking: None, steps: Vec::new(), ..item }
        } else {
            item
        };
        let because = match self.closed_names.quoted_in(&rejection.because) {
            Some(source) => withheld("the reason quotes", source),
            None => rejection.because.clone(),
        };
        RejectedRow { item, rejected_by: rejection.by, rejected_because: because }
    }

    fn blank(&self) -> ItemRow {
        ItemRow {
            graph_sha256: self.graph_sha256.to_owned(),
            pipeline_sha256: self.pipeline_sha256.to_owned(),
            seed: self.seed,
            ..ItemRow::default()
        }
    }

    fn item(&self, item: &Item) -> ItemRow {
        let graph = self.graph;
        let used = item.sources(graph);
        let key = item.key();
        ItemRow {
            id: Some(item.id.clone()),
            kind: Some(item.kind.as_str()),
            question: Some(item.question_text()),
            options: item.options.iter().map(|option| option.text.clone()).collect(),
            option_nodes: option_nodes(graph, item),
            answer: key.map(|key| KeyPosition(number(key))),
            answer_letter: letters(item),
            answer_text: Some(item.answer_text.clone()),
            answer_node: Some(joined(graph, &item.answer)),
            answers: if key.is_some() { Vec::new() } else { item.keys.iter().copied().map(number).collect() },
            other_answers: curies(graph, &item.other_answers),
            rationale: Some(item.rationale.clone()),
            thinking: Some(item.thinking()),
            steps: item.steps.iter().map(step_row).collect(),
            query: Some(item.query.clone()),
            distractor_reasons: item.distractors.iter().map(|reason| distractor(graph, item, reason)).collect(),
            confidence: Some(item.confidence),
            tier: Some(item.tier.as_str()),
            hops: Some(small(item.n_hops)),
            metapath: Some(item.metapath.clone()),
            chain_shape: Some(item.chain_shape),
            category: Some(item.category.clone()),
            organ_system: item.organ_system.map(|system| graph.label(system).to_owned()),
            difficulty: Some(i32::from(item.difficulty.level)),
            difficulty_features: Some(DifficultyRow {
                n_clues: small(item.difficulty.n_clues),
                mean_information: item.difficulty.mean_information,
                least_information: item.difficulty.least_information,
                distractor_similarity: item.difficulty.distractor_similarity,
                key_degree: small(item.difficulty.key_degree),
            }),
            scores: scores(item.scores),
            sources: source_names(graph, &used),
            licences: licence_names(graph, &used),
            stratum: item.stratum.clone(),
            ..self.bound(&item.pattern, &item.path)
        }
    }

    fn candidate(&self, candidate: &Candidate) -> ItemRow {
        let graph = self.graph;
        let used = candidate_sources(graph, candidate);
        ItemRow {
            answer_node: Some(joined(graph, &candidate.key)),
            other_answers: curies(graph, &candidate.other_answers()),
            sources: source_names(graph, &used),
            licences: licence_names(graph, &used),
            stratum: candidate.stratum.clone(),
            ..self.bound(&candidate.pattern, &candidate.path)
        }
    }

    /// The columns that say what was asked of the graph, and where it was found.
    fn bound(&self, pattern: &Pattern, path: &[Hop]) -> ItemRow {
        let graph = self.graph;
        ItemRow {
            path: path.iter().map(|&hop| hop_row(graph, hop)).collect(),
            pattern: Some(pattern.shape(graph)),
            anchors: curies(graph, &pattern.anchors()),
            clauses: pattern
                .clauses
                .iter()
                .map(|clause| ClauseRow {
                    subject: term(graph, clause.subject),
                    relation: graph.relation(clause.relation).name.to_string(),
                    object: term(graph, clause.object),
                    absent: clause.is_absent,
                    branch: i32::from(clause.branch),
                })
                .collect(),
            ..self.blank()
        }
    }
}

/// The nodes of each option, none of one that is no node; nothing at all where options are verdicts.
fn option_nodes(graph: &Graph, item: &Item) -> Vec<String> {
    if item.options.iter().all(|option| option.nodes.is_empty()) {
        return Vec::new();
    }
    item.options.iter().map(|option| joined(graph, &option.nodes)).collect()
}

/// A step of a thinking path.
pub(super) fn step_row(step: &Step) -> StepRow {
    StepRow {
        text: step.text.clone(),
        kind: step.kind.as_str(),
        edges: edge_numbers(&step.edges),
        spans: step.spans.clone(),
    }
}

fn hop_row(graph: &Graph, hop: Hop) -> HopRow {
    let edge = graph.edge(hop.edge);
    HopRow {
        subject: graph.curie(edge.subject).to_string(),
        subject_label: graph.label(edge.subject).to_owned(),
        relation: graph.relation(edge.relation).name.to_string(),
        object: graph.curie(edge.object).to_string(),
        object_label: graph.label(edge.object).to_owned(),
        forward: hop.is_forward,
        source: graph.source(edge.source).name.to_string(),
        evidence: graph.qualifiers(hop.edge).evidence.join("|"),
        edge: hop.edge.number(),
    }
}

fn distractor(graph: &Graph, item: &Item, reason: &Distractor) -> DistractorRow {
    DistractorRow {
        node: item.options.get(reason.option).map_or_else(String::new, |option| joined(graph, &option.nodes)),
        class: reason.class.as_str(),
        failed: reason.failed.iter().map(|&clause| i32::try_from(clause).unwrap_or(i32::MAX)).collect(),
        risk: reason.risk,
        edges: edge_numbers(&reason.edges),
    }
}

/// Nothing for what is no path: no path weighs nothing.
fn scores(scores: Scores) -> Option<ScoresRow> {
    (scores.n_sources > 0).then(|| ScoresRow {
        path_weight: scores.path_weight,
        null_weight: scores.null.mean,
        specificity: scores.null.specificity,
        n_sources: small(scores.n_sources),
        trust: scores.trust,
        n_agree: small(scores.n_agree),
        n_contradict: small(scores.n_contradict),
        least_rarity: scores.least_rarity,
    })
}

fn term(graph: &Graph, term: Term) -> String {
    match term {
        Term::Node(node) => graph.curie(node).to_string(),
        Term::Variable(variable) => variable.name(),
    }
}

/// The CURIEs of nodes, in their order.
pub(super) fn curies(graph: &Graph, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(|&node| graph.curie(node).to_string()).collect()
}

/// The CURIEs of a set of nodes, sorted and joined by `|`.
pub(super) fn joined(graph: &Graph, nodes: &[NodeId]) -> String {
    let mut members = curies(graph, nodes);
    members.sort_unstable();
    members.join("|")
}

/// The letters of the answer: one, or those of a ranking in its order, as `C, A, D, B`; none for open kinds.
pub(super) fn letters(item: &Item) -> Option<String> {
    let letters: Option<Vec<&str>> = item.keys.iter().map(|&key| letter(key)).collect();
    letters.filter(|letters| !letters.is_empty()).map(|letters| letters.join(", "))
}

/// The letter of a position; `None` past the last letter.
pub(super) fn letter(position: usize) -> Option<&'static str> {
    LETTERS.get(position).copied()
}

pub(super) fn edge_numbers(edges: &[EdgeId]) -> Vec<i64> {
    edges.iter().map(|edge| edge.number()).collect()
}

fn number(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn small(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn candidate_sources(graph: &Graph, candidate: &Candidate) -> BTreeSet<SourceId> {
    let edges = || candidate.path.iter().map(|hop| graph.edge(hop.edge));
    let ends = edges().flat_map(|edge| [edge.subject, edge.object]);
    let nodes = ends.chain(candidate.key.iter().copied()).chain(candidate.pattern.anchors());
    edges().map(|edge| edge.source).chain(nodes.map(|node| graph.node_sources(node).label())).collect()
}

fn source_names(graph: &Graph, sources: &BTreeSet<SourceId>) -> Vec<String> {
    let names: BTreeSet<&str> = sources.iter().map(|&source| &*graph.source(source).name).collect();
    names.into_iter().map(str::to_owned).collect()
}

fn licence_names(graph: &Graph, sources: &BTreeSet<SourceId>) -> Vec<&'static str> {
    let classes: BTreeSet<Licence> = sources.iter().map(|&source| graph.source(source).licence).collect();
    classes.into_iter().map(Licence::as_str).collect()
}
