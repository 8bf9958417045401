//! Wrong paths to a verdict: what holds is called absent, or what is denied a fact.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::mine::citation::Triple;
use crate::synth::Claim;
use crate::synth::FALSE;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::TRUE;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::sentence;
use crate::synth::writer::is_finding;

/// Wrong paths to what a statement is.
pub(super) fn corruptions(drafts: &Drafts<'_>, statement: Triple, is_true: bool) -> Vec<Corruption> {
    let told = Told { drafts, statement };
    let all = if is_true { [told.denied(), told.concluded_false()] } else { [told.upheld(), told.concluded_true()] };
    all.into_iter().flatten().collect()
}

struct Told<'a> {
    drafts: &'a Drafts<'a>,
    statement: Triple,
}

impl Told<'_> {
    fn graph(&self) -> &Graph {
        self.drafts.writer.context.graph
    }

    fn name(&self, node: NodeId) -> String {
        let writer = self.drafts.writer;
        if is_finding(writer.context, node) { writer.phrase(node) } else { writer.name(node) }
    }

    fn is_of_finding(&self) -> bool {
        is_finding(self.drafts.writer.context, self.statement.2)
    }

    fn denial(&self) -> Claim {
        let (subject, relation, object) = self.statement;
        Claim::of(Sense::Denied, subject, relation, &[object])
    }

    /// A verdict, in the words of the items that have it.
    fn verdict(&self, is_true: bool) -> Conclusion {
        let (subject, relation, object) = self.statement;
        let names = (self.name(subject), self.name(object));
        let text = sentence::verdict((&names.0, &names.1), self.is_of_finding(), is_true);
        let claim = if is_true { holds(subject, relation, &[object]) } else { self.denial() };
        // Of a finding it is said whose it is, of a treatment what it treats.
        let claim = if self.is_of_finding() { claim.told_backwards() } else { claim };
        let step = self.drafts.bare(StepKind::Conclude, text, vec![claim]);
        Conclusion { step, answer: Vec::new(), text: if is_true { TRUE } else { FALSE }.to_owned() }
    }

    /// What holds is told as denied, and the verdict follows from that.
    fn denied(&self) -> Option<Corruption> {
        let (subject, _, object) = self.statement;
        let (subject, object) = (self.name(subject), self.name(object));
        let text = match self.is_of_finding() {
            true => sentence::reported_absent(&subject, &object),
            false => sentence::not_upheld(&subject, &object),
        };
        let step = (0, self.drafts.instead(0, text, vec![self.denial()])?);
        Some(self.drafts.made(CorruptionKind::PolarityFlipped, Vec::new(), step, Vec::new(), self.verdict(false)))
    }

    /// What is recorded is told, and the opposite concluded.
    fn concluded_false(&self) -> Option<Corruption> {
        let before = self.drafts.kept(0..self.drafts.last());
        Some(self.drafts.made_to_conclude(CorruptionKind::WrongExclusion, before, self.verdict(false)))
    }

    /// What is denied is told as a fact.
    fn upheld(&self) -> Option<Corruption> {
        let (subject, relation, object) = self.statement;
        let [at] = self.drafts.of_kind(StepKind::Exclude)[..] else { return None };
        let (name, other) = (self.name(subject), self.name(object));
        let text = match self.is_of_finding() {
            true => sentence::recorded_with(&name, std::slice::from_ref(&other)),
            false => sentence::treats(&name, &other),
        };
        let step = (at, self.drafts.instead(at, text, vec![holds(subject, relation, &[object])])?);
        let before = self.drafts.kept(0..at);
        Some(self.drafts.made(CorruptionKind::PolarityFlipped, before, step, Vec::new(), self.verdict(true)))
    }

    /// The verdict is given before anybody has looked whether the statement is denied.
    fn concluded_true(&self) -> Option<Corruption> {
        // A statement of the relation is judged only where the graph can deny it.
        self.graph().relations().negatives_of(self.statement.1).next()?;
        let before = self.drafts.kept(self.drafts.of_kind(StepKind::Recall));
        Some(self.drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.verdict(true)))
    }
}
