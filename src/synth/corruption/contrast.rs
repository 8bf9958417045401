//! Wrong paths to the finding that tells one look-alike from the other.

use crate::kg::NodeId;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::sentence;

/// The step that says how often the one has the finding, and the one that says that the other lacks it.
const HAS_IT: usize = 1;
const LACKS_IT: usize = 2;

struct Contrast<'a> {
    drafts: &'a Drafts<'a>,
    /// The disease that has the key, and the one that is reported not to.
    disease: NodeId,
    other: NodeId,
    key: NodeId,
    /// How often the one has the key.
    often: &'static str,
    /// The findings of both: option, step, finding.
    shared: Vec<(usize, usize, NodeId)>,
}

pub(super) fn corruptions(drafts: &Drafts<'_>, disease: NodeId, other: NodeId) -> Vec<Corruption> {
    let Some(contrast) = Contrast::of(drafts, disease, other) else { return Vec::new() };
    let each = contrast
        .shared
        .iter()
        .flat_map(|&shared| [contrast.turned_round(shared), contrast.ruled_out(shared), contrast.premature(shared)]);
    each.chain([contrast.denied()]).flatten().collect()
}

impl<'a> Contrast<'a> {
    fn of(drafts: &'a Drafts<'a>, disease: NodeId, other: NodeId) -> Option<Self> {
        let item = drafts.item;
        let fact = |step: usize| match item.steps.get(step)?.claims.first()? {
            Claim::Fact(fact) => Some(fact),
            _ => None,
        };
        let Sense::Often(often) = fact(HAS_IT)?.sense else { return None };
        let mut shared = Vec::new();
        for step in drafts.of_kind(StepKind::Exclude) {
            let finding = *fact(step)?.objects.first()?;
            let option = item.options.iter().position(|option| option.nodes == [finding])?;
            shared.push((option, step, finding));
        }
        Some(Self { drafts, disease, other, key: *item.answer.first()?, often, shared })
    }

    fn others(&self, step: usize) -> impl Iterator<Item = usize> + '_ {
        self.shared.iter().map(|&(_, other, _)| other).filter(move |&other| other != step)
    }

    fn claim(&self, sense: Sense, disease: NodeId, finding: NodeId) -> Vec<Claim> {
        vec![Claim::of(sense, disease, self.drafts.has, &[finding])]
    }

    /// That a finding of both favors the one.
    fn conclusion(&self, (option, _, finding): (usize, usize, NodeId)) -> Option<Conclusion> {
        let drafts = self.drafts;
        let (left, right) = (drafts.name(self.disease), drafts.name(self.other));
        let text = sentence::favors(&left, &right, &drafts.writer.phrase(finding));
        drafts.conclusion(option, text, Vec::new(), vec![self.disease, self.other])
    }

    /// The key is told of the disease that lacks it, and denied of the one that has it.
    fn turned_round(&self, shared: (usize, usize, NodeId)) -> Option<Corruption> {
        let drafts = self.drafts;
        let phrase = drafts.writer.phrase(self.key);
        let has = sentence::recorded_often(&drafts.name(self.other), self.often, &phrase);
        let lacks = sentence::reported_absent(&drafts.name(self.disease), &phrase);
        let has = drafts.instead(HAS_IT, has, self.claim(Sense::Often(self.often), self.other, self.key))?;
        let lacks = drafts.instead(LACKS_IT, lacks, self.claim(Sense::Denied, self.disease, self.key))?;
        let after = std::iter::once(lacks).chain(drafts.kept(self.others(shared.1))).collect();
        let before = drafts.kept([0]);
        Some(drafts.made(CorruptionKind::EdgeSwapped, before, (HAS_IT, has), after, self.conclusion(shared)?))
    }

    /// A finding that is reported to be absent is told as a fact.
    fn denied(&self) -> Option<Corruption> {
        let drafts = self.drafts;
        let phrase = drafts.writer.phrase(self.key);
        let text = sentence::recorded_often(&drafts.name(self.other), self.often, &phrase);
        let step = drafts.instead(LACKS_IT, text, self.claim(Sense::Often(self.often), self.other, self.key))?;
        let (before, after) = (drafts.kept(0..LACKS_IT), drafts.kept(LACKS_IT + 1..drafts.last()));
        let step = (LACKS_IT, step);
        Some(drafts.made(CorruptionKind::PolarityFlipped, before, step, after, drafts.own_conclusion()?))
    }

    /// A finding of both is said to be absent in the one, and taken.
    fn ruled_out(&self, shared: (usize, usize, NodeId)) -> Option<Corruption> {
        let (drafts, (_, at, finding)) = (self.drafts, shared);
        let text = sentence::reported_absent(&drafts.name(self.other), &drafts.writer.phrase(finding));
        let step = (at, drafts.instead(at, text, self.claim(Sense::Denied, self.other, finding))?);
        let before = drafts.kept(std::iter::once(0).chain(self.others(at)));
        Some(drafts.made(CorruptionKind::WrongExclusion, before, step, Vec::new(), self.conclusion(shared)?))
    }

    /// What is left is taken without being looked at.
    fn premature(&self, shared: (usize, usize, NodeId)) -> Option<Corruption> {
        let before = self.drafts.kept(std::iter::once(0).chain(self.others(shared.1)));
        Some(self.drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(shared)?))
    }
}
