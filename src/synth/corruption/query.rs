//! Wrong paths to what answers a query.

use crate::kg::NodeId;
use crate::kg::search::Query;
use crate::mine::Asks;
use crate::mine::citation::Triple;
use crate::synth::Claim;
use crate::synth::Fact;
use crate::synth::NONE;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::shape::AND;
use crate::synth::shape::Words;
use crate::synth::shape::concluded;
use crate::synth::shape::sentences;

/// Wrong paths to the answers of a query.
pub(super) fn corruptions(drafts: &Drafts<'_>, asks: Asks, query: &Query) -> Vec<Corruption> {
    let item = drafts.item;
    let mut nodes = item.answer.iter().chain(item.options.iter().flat_map(|option| &option.nodes));
    let Some(&like) = nodes.next() else { return Vec::new() };
    let told = Told { drafts, asks, query, words: Words::of_writer(drafts.writer), like };
    let mut all: Vec<Option<Corruption>> = vec![told.none_concluded()];
    for at in drafts.of_kind(StepKind::Recall) {
        all.push(told.flipped(at));
        all.push(told.left_out(at));
    }
    for at in drafts.of_kind(StepKind::Exclude) {
        all.push(told.admitted(at));
        all.push(told.taken(at));
    }
    all.into_iter().flatten().collect()
}

struct Told<'a> {
    drafts: &'a Drafts<'a>,
    asks: Asks,
    query: &'a Query,
    words: Words<'a>,
    /// A node of the category that is asked for.
    like: NodeId,
}

impl Told<'_> {
    /// The answers, in words as the item has them.
    fn conclusion(&self, answer: &[NodeId]) -> Conclusion {
        let prose = concluded(&self.words, self.query, answer, self.like);
        let step = self.drafts.bare(StepKind::Conclude, prose.text, prose.claims);
        let mut texts: Vec<String> = answer.iter().map(|&node| self.words.told(node)).collect();
        texts.sort();
        let mut sorted = answer.to_vec();
        sorted.sort_unstable();
        let text = if texts.is_empty() { NONE.to_owned() } else { texts.join(AND) };
        Conclusion { step, answer: sorted, text }
    }

    /// Claims in sentences of one fact each.
    fn instead(&self, at: usize, facts: &[(Triple, Sense)]) -> Option<Step> {
        let told = facts.iter().map(|&(triple, sense)| self.words.fact(triple, sense)).collect();
        let prose = sentences(told);
        self.drafts.instead(at, prose.text, prose.claims)
    }

    /// The single facts that a step tells, each with its sense.
    fn facts(&self, at: usize) -> Option<Vec<(Triple, Sense)>> {
        let each = |fact: &Fact| -> Vec<(Triple, Sense)> {
            let subjects = fact.subjects.iter();
            let all = subjects.flat_map(|of| fact.objects.iter().map(|&what| (of.node, fact.relation, what)));
            all.map(|triple| (triple, fact.sense)).collect()
        };
        let claims = self.drafts.item.steps.get(at)?.claims.iter();
        let facts: Option<Vec<_>> =
            claims.map(|claim| if let Claim::Fact(fact) = claim { Some(each(fact)) } else { None }).collect();
        Some(facts?.concat())
    }

    /// The last fact about a finding is told as its opposite.
    fn flipped(&self, at: usize) -> Option<Corruption> {
        let drafts = self.drafts;
        let mut facts = self.facts(at)?;
        let (_, sense) = facts.iter_mut().rev().find(|((_, relation, _), _)| *relation == drafts.has)?;
        *sense = if *sense == Sense::Denied { Sense::Holds } else { Sense::Denied };
        let step = (at, self.instead(at, &facts)?);
        let after = drafts.kept(at + 1..drafts.last());
        let conclusion = drafts.own_conclusion()?;
        Some(drafts.made(CorruptionKind::PolarityFlipped, drafts.kept(0..at), step, after, conclusion))
    }

    /// One of several answers is forgotten.
    fn left_out(&self, at: usize) -> Option<Corruption> {
        let (drafts, answer) = (self.drafts, &self.drafts.item.answer);
        let recalled = drafts.of_kind(StepKind::Recall);
        if answer.len() < 2 || recalled.len() != answer.len() {
            return None;
        }
        let position = recalled.iter().position(|&step| step == at)?;
        let rest: Vec<NodeId> =
            answer.iter().enumerate().filter(|(of, _)| *of != position).map(|(_, &node)| node).collect();
        let before = drafts.kept((0..drafts.last()).filter(|&step| step != at));
        Some(drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(&rest)))
    }

    /// The wrong option that a step rules out.
    fn ruled_out(&self, at: usize) -> Option<NodeId> {
        let item = self.drafts.item;
        let excluded = self.drafts.of_kind(StepKind::Exclude).iter().position(|&step| step == at)?;
        let claims = &item.steps.get(at)?.claims;
        let wrong = item.distractors.iter().filter_map(|distractor| item.options.get(distractor.option)?.nodes.first());
        let named: Vec<NodeId> = claims.iter().flat_map(Claim::told).collect();
        // Each step rules out one; it may name others where they are what lies in between.
        let mut fitting = wrong.copied().filter(|node| named.contains(node));
        let first = fitting.next()?;
        (fitting.next().is_none() && excluded < item.distractors.len()).then_some(first)
    }

    /// With a wrong option among the answers: instead of "none", or beside the right ones.
    fn with(&self, wrong: NodeId) -> Conclusion {
        match self.asks {
            Asks::MultipleAnswer => {
                let all: Vec<NodeId> = self.drafts.item.answer.iter().copied().chain([wrong]).collect();
                self.conclusion(&all)
            }
            Asks::Open | Asks::Unanswerable => self.conclusion(&[wrong]),
        }
    }

    /// What is not recorded of a wrong option is told as if it were.
    fn admitted(&self, at: usize) -> Option<Corruption> {
        let (drafts, wrong) = (self.drafts, self.ruled_out(at)?);
        let mut facts = self.facts(at)?;
        let gap = facts.iter_mut().filter(|(_, sense)| *sense == Sense::NotRecorded);
        let n_gaps = gap.map(|(_, sense)| *sense = Sense::Holds).count();
        if n_gaps == 0 {
            return None;
        }
        let step = (at, self.instead(at, &facts)?);
        let before = drafts.kept(0..at);
        let after = drafts.kept(at + 1..drafts.last());
        Some(drafts.made(CorruptionKind::NegationDropped, before, step, after, self.with(wrong)))
    }

    /// A wrong option is taken without being looked at.
    fn taken(&self, at: usize) -> Option<Corruption> {
        let (drafts, wrong) = (self.drafts, self.ruled_out(at)?);
        let before = drafts.kept((0..drafts.last()).filter(|&step| step != at));
        Some(drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.with(wrong)))
    }

    /// That nothing answers is concluded from those that do not.
    fn none_concluded(&self) -> Option<Corruption> {
        let drafts = self.drafts;
        if self.asks != Asks::Unanswerable || drafts.item.answer.is_empty() {
            return None;
        }
        let before = drafts.kept(drafts.of_kind(StepKind::Exclude));
        let conclusion = self.conclusion(&[]);
        (!before.is_empty()).then(|| drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, conclusion))
    }
}
