//! Wrong paths between two nodes.

use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds as holds_in;
use crate::mine::Hop;
use crate::mine::citation::Triple;
use crate::mine::citation::asserted;
use crate::mine::path::nodes;
use crate::seed::Stream;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::corruption::with;
use crate::synth::explanation::told_triple;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::writer::is_finding;

/// So many other nodes are tried in the place of one.
const MAX_TRIED: usize = 12;

/// A hop with its ends as stored.
struct Told {
    edge: Edge,
    is_forward: bool,
}

/// Wrong paths to one of several chains; `others` are the wrong ones, in the order of the exclusions.
pub(super) fn of_choice(drafts: &Drafts<'_>, others: &[Vec<NodeId>]) -> Vec<Corruption> {
    let Some(chain) = Chain::of(drafts) else { return Vec::new() };
    let n_hops = chain.hops.len();
    let exclusions = drafts.of_kind(StepKind::Exclude);
    let mut all: Vec<Option<Corruption>> = (0..n_hops).map(|at| chain.turned(at)).collect();
    all.extend((0..n_hops).map(|at| chain.skipped(at)));
    for (other, &at) in others.iter().zip(&exclusions) {
        all.extend([chain.led_astray(other), chain.admitted(other, at), chain.ruled_out(other, at)]);
    }
    all.into_iter().flatten().collect()
}

struct Chain<'a> {
    drafts: &'a Drafts<'a>,
    /// The nodes in the order of telling, ends included.
    nodes: Vec<NodeId>,
    hops: Vec<Told>,
}

pub(super) fn corruptions(drafts: &Drafts<'_>, stream: &mut Stream) -> Vec<Corruption> {
    let Some(chain) = Chain::of(drafts) else { return Vec::new() };
    let n_hops = chain.hops.len();
    let mut all: Vec<Option<Corruption>> = Vec::new();
    for at in 0..n_hops {
        all.push(chain.turned(at));
        all.push(chain.flipped(at));
        if at + 1 < n_hops {
            all.push(chain.swapped(at, stream));
        }
    }
    all.push(chain.skipped(stream.below(n_hops)));
    all.push(chain.premature());
    all.into_iter().flatten().collect()
}

impl<'a> Chain<'a> {
    /// The chain of an item: a step for each hop, one for what they add up to, one to rule out each wrong option, and
    /// the answer.
    fn of(drafts: &'a Drafts<'a>) -> Option<Self> {
        let graph = drafts.writer.context.graph;
        let told = |hop: &Hop| Told { edge: graph.edge(hop.edge), is_forward: hop.is_forward };
        let hops: Vec<Told> = drafts.item.path.iter().map(told).collect();
        let chain = Self { drafts, nodes: nodes(graph, &drafts.item.path), hops };
        let (n_hops, n_wrong) = (chain.hops.len(), drafts.item.distractors.len());
        let is_whole = drafts.item.steps.len() == n_hops + 2 + n_wrong && chain.nodes.len() == n_hops + 1;
        (n_hops >= 2 && is_whole).then_some(chain)
    }

    /// The nodes of another chain between the same ends, ends included.
    fn through(&self, inner: &[NodeId]) -> Vec<NodeId> {
        let ends = (self.nodes.first(), self.nodes.last());
        ends.0.into_iter().chain(inner).chain(ends.1).copied().collect()
    }

    /// The triple of a hop of another chain.
    fn triple(&self, at: usize, all: &[NodeId]) -> Triple {
        let (subject, object) = self.ends(at, all[at], all[at + 1]);
        (subject, self.hops[at].edge.relation, object)
    }

    /// That a wrong option is the answer.
    fn choice(&self, other: &[NodeId]) -> Option<Conclusion> {
        let mut sorted = other.to_vec();
        sorted.sort_unstable();
        let option = self.drafts.item.options.iter().find(|option| option.nodes == sorted)?;
        Some(Conclusion { text: option.text.clone(), ..self.conclusion(other) })
    }

    /// At the first hop in which it differs a wrong chain is followed to the end.
    fn led_astray(&self, other: &[NodeId]) -> Option<Corruption> {
        let (drafts, all) = (self.drafts, self.through(other));
        let n_hops = self.hops.len();
        let at = (0..n_hops).find(|&at| all.get(at + 1) != self.nodes.get(at + 1))?;
        let hop = |at: usize| {
            let (subject, _, object) = self.triple(at, &all);
            let (text, claims) = self.sentence(at, subject, object);
            Some(Step { edges: Vec::new(), ..drafts.instead(at, text, claims)? })
        };
        let after: Option<Vec<Step>> = (at + 1..n_hops).map(hop).collect();
        let after = after?.into_iter().chain(self.combination()).collect();
        Some(drafts.made(CorruptionKind::EdgeSwapped, drafts.kept(0..at), (at, hop(at)?), after, self.choice(other)?))
    }

    /// The hops that a wrong chain fails are told as facts.
    fn admitted(&self, other: &[NodeId], at: usize) -> Option<Corruption> {
        let (drafts, all) = (self.drafts, self.through(other));
        let told: Vec<(String, Vec<Claim>)> = self
            .failed(other, at)
            .into_iter()
            .map(|hop| {
                let (subject, _, object) = self.triple(hop, &all);
                self.sentence(hop, subject, object)
            })
            .collect();
        let (texts, claims): (Vec<String>, Vec<Vec<Claim>>) = told.into_iter().unzip();
        let step = (at, drafts.instead(at, texts.join(" "), claims.concat())?);
        let after = drafts.kept(at + 1..drafts.last());
        Some(drafts.made(CorruptionKind::NegationDropped, drafts.kept(0..at), step, after, self.choice(other)?))
    }

    /// Hops of the right chain are said not to be recorded, and a wrong one is taken.
    fn ruled_out(&self, other: &[NodeId], at: usize) -> Option<Corruption> {
        let drafts = self.drafts;
        let told = self.failed(other, at).into_iter().map(|hop| {
            let triple = self.triple(hop, &self.nodes);
            told_triple(drafts.writer, Sense::NotRecorded, triple)
        });
        let (texts, claims): (Vec<String>, Vec<Claim>) = told.unzip();
        let step = (at, drafts.instead(at, sentence::not_linked(&texts), claims)?);
        let exclusions = drafts.of_kind(StepKind::Exclude).into_iter().filter(|&other| other != at).collect::<Vec<_>>();
        let before = drafts.kept(exclusions);
        Some(drafts.made(CorruptionKind::WrongExclusion, before, step, Vec::new(), self.choice(other)?))
    }

    /// The hops of a wrong chain that an exclusion says are not recorded.
    fn failed(&self, other: &[NodeId], at: usize) -> Vec<usize> {
        let all = self.through(other);
        let claims = self.drafts.item.steps.get(at).map(|step| step.claims.as_slice()).unwrap_or_default();
        let is_told = |hop: &usize| {
            let (subject, relation, object) = self.triple(*hop, &all);
            let is_it = |claim: &Claim| {
                matches!(claim, Claim::Fact(fact) if fact.relation == relation
                && fact.objects == [object] && fact.subjects.iter().all(|of| of.node == subject))
            };
            claims.iter().any(is_it)
        };
        (0..self.hops.len()).filter(is_told).collect()
    }
    fn name(&self, node: NodeId) -> String {
        let drafts = self.drafts;
        if is_finding(drafts.writer.context, node) { drafts.writer.phrase(node) } else { drafts.name(node) }
    }

    /// The sentence that tells a hop with these ends, in the words of its relation.
    fn sentence(&self, at: usize, subject: NodeId, object: NodeId) -> (String, Vec<Claim>) {
        let relation = self.hops[at].edge.relation;
        let row = self.drafts.writer.context.graph.relation(relation);
        let text = row.wording(&self.name(subject), &self.name(object), true);
        let is_forward = row.forwards.find("{subject}") < row.forwards.find("{object}");
        let claim = holds(subject, relation, &[object]);
        let claim = if is_forward { claim } else { claim.told_backwards() };
        (format!("{}.", capitalised(&text)), vec![claim])
    }

    /// The ends of a hop as stored, if it led from one node to another.
    fn ends(&self, at: usize, from: NodeId, to: NodeId) -> (NodeId, NodeId) {
        if self.hops[at].is_forward { (from, to) } else { (to, from) }
    }

    fn conclusion(&self, nodes: &[NodeId]) -> Conclusion {
        let names: Vec<String> = nodes.iter().map(|&node| self.name(node)).collect();
        let claim = Claim::Answer { given: Vec::new(), nodes: nodes.to_vec() };
        let step = self.drafts.bare(StepKind::Conclude, sentence::links(&names), vec![claim]);
        let mut answer = nodes.to_vec();
        answer.sort_unstable();
        Conclusion { step, answer, text: self.drafts.answer_text(&names) }
    }

    /// What follows the hops in the item.
    fn combination(&self) -> Vec<Step> {
        self.drafts.kept([self.hops.len()])
    }

    /// The node behind a hop is replaced by another one that the hop does not lead to; the next hop leads on from there.
    fn swapped(&self, at: usize, stream: &mut Stream) -> Option<Corruption> {
        let (drafts, graph) = (self.drafts, self.drafts.writer.context.graph);
        let (from, own, next) = (self.nodes[at], self.nodes[at + 1], self.nodes[at + 2]);
        let (hop, after) = (&self.hops[at], &self.hops[at + 1]);
        let mut near: Vec<NodeId> = if after.is_forward {
            graph.subjects(next, after.edge.relation).nodes().to_vec()
        } else {
            graph.objects(next, after.edge.relation).nodes().to_vec()
        };
        near.dedup();
        stream.shuffle(&mut near);
        let is_apart = |node: NodeId| {
            let (subject, object) = self.ends(at, from, node);
            graph.category(node) == graph.category(own)
                && !self.nodes.contains(&node)
                && !graph.label(node).is_empty()
                && !holds_in(graph, Reading::Loose, (subject, hop.edge.relation, object))
        };
        let other = near.into_iter().take(MAX_TRIED).find(|&node| is_apart(node))?;
        let (subject, object) = self.ends(at, from, other);
        let (text, claims) = self.sentence(at, subject, object);
        let wrong = Step { edges: Vec::new(), ..drafts.instead(at, text, claims)? };
        let (subject, object) = self.ends(at + 1, other, next);
        let (text, claims) = self.sentence(at + 1, subject, object);
        let cited: Vec<EdgeId> = asserted(graph, (subject, after.edge.relation, object)).into_iter().collect();
        let mut rest = vec![Step { edges: cited, ..drafts.instead(at + 1, text, claims)? }];
        rest.extend(drafts.kept(at + 2..=self.hops.len()));
        let inner = with(&self.nodes, at + 1, other);
        let conclusion = self.conclusion(inner.get(1..inner.len() - 1)?);
        Some(drafts.made(CorruptionKind::EdgeSwapped, drafts.kept(0..at), (at, wrong), rest, conclusion))
    }

    /// A hop is told from its object to its subject. That variants in a disease are associated with a gene nobody says.
    fn turned(&self, at: usize) -> Option<Corruption> {
        let (drafts, edge) = (self.drafts, self.hops[at].edge);
        if edge.relation == drafts.associated {
            return None;
        }
        let (text, claims) = self.sentence(at, edge.object, edge.subject);
        let step = (at, drafts.instead(at, text, claims)?);
        let after = drafts.kept(at + 1..drafts.last());
        Some(drafts.made(CorruptionKind::DirectionTurned, drafts.kept(0..at), step, after, drafts.own_conclusion()?))
    }

    /// A hop is told in the words of the relation that denies it.
    fn flipped(&self, at: usize) -> Option<Corruption> {
        let (drafts, graph, edge) = (self.drafts, self.drafts.writer.context.graph, self.hops[at].edge);
        let negative = graph.relation(graph.relations().negatives_of(edge.relation).next()?);
        let text = negative.wording(&self.name(edge.subject), &self.name(edge.object), true);
        let claim = Claim::of(Sense::Denied, edge.subject, edge.relation, &[edge.object]);
        let is_forward = negative.forwards.find("{subject}") < negative.forwards.find("{object}");
        let claim = if is_forward { claim } else { claim.told_backwards() };
        let step = (at, drafts.instead(at, format!("{}.", capitalised(&text)), vec![claim])?);
        let after = drafts.kept(at + 1..drafts.last());
        Some(drafts.made(CorruptionKind::PolarityFlipped, drafts.kept(0..at), step, after, drafts.own_conclusion()?))
    }

    /// A hop is left out, so that what is told connects nothing.
    fn skipped(&self, at: usize) -> Option<Corruption> {
        let (drafts, n_hops) = (self.drafts, self.hops.len());
        let before = drafts.kept((0..n_hops).filter(|&hop| hop != at));
        let wrong = (n_hops, self.combination().pop()?);
        Some(drafts.made(CorruptionKind::HopSkipped, before, wrong, Vec::new(), drafts.own_conclusion()?))
    }

    /// The first of several links is taken for all of them.
    fn premature(&self) -> Option<Corruption> {
        let (drafts, n_hops) = (self.drafts, self.hops.len());
        let inner = self.nodes.get(1..n_hops - 1).filter(|inner| !inner.is_empty())?;
        let before = drafts.kept(0..n_hops - 1);
        Some(drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(inner)))
    }
}
