//! Wrong paths to an order: a disease is credited with what it lacks, or with less than it has, or put in its place
//! without being looked at.

use crate::kg::NodeId;
use crate::synth::BETWEEN;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::corruption::not_recorded;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::list;

/// Wrong paths to an order; `ranked` has the diseases in the right one.
pub(super) fn corruptions(drafts: &Drafts<'_>, ranked: &[NodeId]) -> Vec<Corruption> {
    let findings = drafts.item.pattern.anchors();
    // A step for each disease, and the order.
    if drafts.item.steps.len() != ranked.len() + 1 || ranked.len() < 3 {
        return Vec::new();
    }
    let order = Order { drafts, ranked, findings };
    let mut all = vec![order.belittled()];
    for at in 1..ranked.len() {
        all.push(order.credited(at));
        all.push(order.passed_over(at));
    }
    all.into_iter().flatten().collect()
}

struct Order<'a> {
    drafts: &'a Drafts<'a>,
    ranked: &'a [NodeId],
    findings: Vec<NodeId>,
}

impl Order<'_> {
    /// How many findings a disease is told to have, and which.
    fn held(&self, at: usize) -> Option<Vec<NodeId>> {
        match self.drafts.item.steps.get(at)?.claims.first()? {
            Claim::Fact(fact) if fact.sense == Sense::Holds => Some(fact.objects.clone()),
            _ => None,
        }
    }

    fn lacking(&self, held: &[NodeId]) -> Vec<NodeId> {
        self.findings.iter().copied().filter(|finding| !held.contains(finding)).collect()
    }

    /// A step that tells what a disease has of the findings, and what not.
    fn count(&self, at: usize, held: &[NodeId]) -> Option<Step> {
        let (drafts, disease) = (self.drafts, self.ranked[at]);
        let lacking = self.lacking(held);
        let (has, lacks) = (drafts.phrases(held), drafts.phrases(&lacking));
        let text = sentence::counted(&drafts.name(disease), &has, &lacks);
        let mut claims = vec![holds(disease, drafts.has, held)];
        if !lacking.is_empty() {
            claims.push(not_recorded(disease, drafts.has, &lacking));
        }
        drafts.instead(at, text, claims)
    }

    /// An order in which one disease stands in another place.
    fn conclusion(&self, from: usize, to: usize) -> Option<Conclusion> {
        let drafts = self.drafts;
        let mut order = self.ranked.to_vec();
        let moved = order.remove(from);
        order.insert(to, moved);
        let names: Vec<String> = order.iter().map(|&disease| drafts.name(disease)).collect();
        let claim = Claim::Order { ranked: order.clone(), relation: drafts.has, among: self.findings.clone() };
        let step = drafts.bare(StepKind::Conclude, sentence::order(&list(&names)), vec![claim]);
        let texts: Vec<String> = names.iter().map(|name| capitalised(name)).collect();
        Some(Conclusion { step, answer: vec![*order.first()?], text: texts.join(BETWEEN) })
    }

    /// The first is said to lack so many findings that the second comes before it.
    fn belittled(&self) -> Option<Corruption> {
        let n_second = self.held(1)?.len();
        let held = self.held(0)?.get(..n_second.checked_sub(1)?)?.to_vec();
        if held.is_empty() {
            return None;
        }
        let step = (0, self.count(0, &held)?);
        let after = self.drafts.kept(1..self.drafts.last());
        let conclusion = self.conclusion(0, 1)?;
        Some(self.drafts.made(CorruptionKind::WrongExclusion, Vec::new(), step, after, conclusion))
    }

    /// A disease is told to have what is not recorded of it, and so comes first.
    fn credited(&self, at: usize) -> Option<Corruption> {
        let drafts = self.drafts;
        let step = (at, self.count(at, &self.findings)?);
        let after = drafts.kept(at + 1..drafts.last());
        Some(drafts.made(CorruptionKind::NegationDropped, drafts.kept(0..at), step, after, self.conclusion(at, 0)?))
    }

    /// A disease is put one place too high without being looked at.
    fn passed_over(&self, at: usize) -> Option<Corruption> {
        let drafts = self.drafts;
        let before = drafts.kept((0..drafts.last()).filter(|&step| step != at));
        Some(drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(at, at - 1)?))
    }
}
