//! Wrong paths to the set of findings that goes with a gene.

use crate::kg::NodeId;
use crate::synth::Claim;
use crate::synth::Fact;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::corruption::not_recorded;
use crate::synth::sentence;

/// A wrong set, as its exclusion tells of it.
struct Rival {
    option: usize,
    step: usize,
    disease: NodeId,
    /// The findings, in the order of telling.
    told: Vec<NodeId>,
}

struct Picture<'a> {
    drafts: &'a Drafts<'a>,
    gene: NodeId,
    disease: NodeId,
    /// The findings of the right set, in the order of telling.
    told: Vec<NodeId>,
    rivals: Vec<Rival>,
}

pub(super) fn corruptions(drafts: &Drafts<'_>, gene: NodeId, disease: NodeId) -> Vec<Corruption> {
    let Some(picture) = Picture::of(drafts, gene, disease) else { return Vec::new() };
    let each = picture.rivals.iter().flat_map(|rival| {
        [
            picture.of_another_disease(rival),
            picture.profile_of_another(rival),
            picture.right_one_excluded(rival),
            picture.credited(rival),
            picture.premature(rival),
        ]
    });
    each.flatten().collect()
}

impl<'a> Picture<'a> {
    /// Reads the picture off its steps: the gene's disease, its findings, the other sets, the conclusion.
    fn of(drafts: &'a Drafts<'a>, gene: NodeId, disease: NodeId) -> Option<Self> {
        let item = drafts.item;
        let fact = |step: usize| match item.steps.get(step)?.claims.first()? {
            Claim::Fact(fact) => Some(fact),
            _ => None,
        };
        let told = fact(1)?.objects.clone();
        let mut rivals = Vec::new();
        for step in drafts.of_kind(StepKind::Exclude) {
            let Fact { subjects, objects, .. } = fact(step)?;
            let mut nodes = objects.clone();
            nodes.sort_unstable();
            let option = item.options.iter().position(|option| option.nodes == nodes)?;
            rivals.push(Rival { option, step, disease: subjects.first()?.node, told: objects.clone() });
        }
        (drafts.of_kind(StepKind::Recall) == [0, 1]).then_some(Self { drafts, gene, disease, told, rivals })
    }

    fn symbol(&self) -> &str {
        self.drafts.writer.context.graph.label(self.gene)
    }

    fn others(&self, rival: &Rival) -> Vec<usize> {
        self.rivals.iter().map(|other| other.step).filter(|&step| step != rival.step).collect()
    }

    fn conclusion(&self, rival: &Rival) -> Option<Conclusion> {
        let text = sentence::goes_with(self.symbol(), &self.drafts.phrases(&rival.told));
        let mut found = self.drafts.conclusion(rival.option, text, Vec::new(), vec![self.gene])?;
        // The members are named in the order in which they are told.
        if let Some(Claim::Answer { nodes, .. }) = found.step.claims.last_mut() {
            nodes.clone_from(&rival.told);
        }
        Some(found)
    }

    /// That a set belongs to one disease and is not recorded of another.
    fn exclusion(&self, (told, of): (&[NodeId], NodeId), disease: NodeId) -> (String, Vec<Claim>) {
        let (drafts, has) = (self.drafts, self.drafts.has);
        let text = sentence::other_set(&drafts.phrases(told), &drafts.name(of), &drafts.name(disease));
        let claims = [holds(of, has, told), not_recorded(disease, has, told)];
        (text, claims.map(Claim::told_backwards).to_vec())
    }

    /// The gene is said to be that of another disease, and all that follows is told of that one.
    fn of_another_disease(&self, rival: &Rival) -> Option<Corruption> {
        let drafts = self.drafts;
        let name = drafts.name(rival.disease);
        let claim = holds(self.gene, drafts.associated, &[rival.disease]);
        let text = sentence::variants_in(self.symbol(), &name);
        let wrong = drafts.bare(StepKind::Recall, text, vec![claim]);
        let wrong = Step { spans: drafts.item.steps.first()?.spans.clone(), ..wrong };
        let text = sentence::recorded_with(&name, &drafts.phrases(&rival.told));
        let edges = drafts.item.steps.get(rival.step)?.edges.clone();
        let profile = drafts.bare(StepKind::Recall, text, vec![holds(rival.disease, drafts.has, &rival.told)]);
        let mut after = vec![Step { edges, ..profile }];
        for other in self.rivals.iter().filter(|other| other.step != rival.step) {
            let (text, claims) = self.exclusion((&other.told, other.disease), rival.disease);
            after.push(drafts.instead(other.step, text, claims)?);
        }
        let (text, claims) = self.exclusion((&self.told, self.disease), rival.disease);
        let own = drafts.bare(StepKind::Exclude, text, claims);
        after.push(Step { edges: drafts.item.steps.get(1)?.edges.clone(), ..own });
        Some(drafts.made(CorruptionKind::EdgeSwapped, Vec::new(), (0, wrong), after, self.conclusion(rival)?))
    }

    /// The findings of another disease are told of the gene's.
    fn profile_of_another(&self, rival: &Rival) -> Option<Corruption> {
        let drafts = self.drafts;
        let text = sentence::recorded_with(&drafts.name(self.disease), &drafts.phrases(&rival.told));
        let wrong = drafts.bare(StepKind::Recall, text, vec![holds(self.disease, drafts.has, &rival.told)]);
        let after = drafts.kept(self.others(rival));
        let before = drafts.kept([0]);
        Some(drafts.made(CorruptionKind::WrongCombination, before, (1, wrong), after, self.conclusion(rival)?))
    }

    /// The right set is ruled out.
    fn right_one_excluded(&self, rival: &Rival) -> Option<Corruption> {
        let drafts = self.drafts;
        let (text, claims) = self.exclusion((&self.told, rival.disease), self.disease);
        let wrong = drafts.bare(StepKind::Exclude, text, claims);
        let before = drafts.kept(std::iter::once(0).chain(self.others(rival)));
        let step = (rival.step, wrong);
        Some(drafts.made(CorruptionKind::WrongExclusion, before, step, Vec::new(), self.conclusion(rival)?))
    }

    /// A wrong set is said to be recorded of the gene's disease as well.
    fn credited(&self, rival: &Rival) -> Option<Corruption> {
        let (drafts, has) = (self.drafts, self.drafts.has);
        let (of, name) = (drafts.name(rival.disease), drafts.name(self.disease));
        let text = sentence::other_set_too(&drafts.phrases(&rival.told), &of, &name);
        let claims = [rival.disease, self.disease].map(|disease| holds(disease, has, &rival.told).told_backwards());
        let step = (rival.step, drafts.instead(rival.step, text, claims.to_vec())?);
        let before = drafts.kept(std::iter::once(0).chain(self.others(rival)));
        Some(drafts.made(CorruptionKind::NegationDropped, before, step, Vec::new(), self.conclusion(rival)?))
    }

    /// What is left is taken without being looked at.
    fn premature(&self, rival: &Rival) -> Option<Corruption> {
        let before = self.drafts.kept(std::iter::once(0).chain(self.others(rival)));
        Some(self.drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(rival)?))
    }
}
