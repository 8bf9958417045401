//! Wrong paths to a diagnosis or a gene.

use crate::kg::NodeId;
use crate::mine::Question;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::corruption::not_recorded;
use crate::synth::sentence;

/// A wrong option, as its exclusion tells of it.
struct Wrong {
    /// Its position among the options.
    option: usize,
    /// The step that rules it out.
    step: usize,
    spoken: Spoken,
    /// The clues that it has, and those it has not: positions.
    shared: Vec<usize>,
    failed: Vec<usize>,
}

/// What is known of a case.
struct Case<'a> {
    drafts: &'a Drafts<'a>,
    key: Spoken,
    clues: Vec<NodeId>,
    wrong: Vec<Wrong>,
    /// The step that puts the clues together.
    together: usize,
}

pub(super) fn corruptions(drafts: &Drafts<'_>) -> Vec<Corruption> {
    let Some(case) = Case::of(drafts) else { return Vec::new() };
    let mut all: Vec<Option<Corruption>> = Vec::new();
    for clue in 0..case.clues.len() {
        all.extend(case.wrong.iter().map(|wrong| case.overlooked(clue, wrong)));
        all.extend(case.wrong.iter().map(|wrong| case.unsupported(clue, wrong)));
        all.extend(case.wrong.iter().map(|wrong| case.swapped(clue, wrong)));
    }
    for wrong in &case.wrong {
        all.extend(wrong.shared.iter().map(|&clue| case.ruled_out_by(wrong, clue)));
        all.push(case.combined(wrong));
        all.push(case.credited(wrong));
        all.push(case.ignoring(wrong));
        all.push(case.premature(wrong));
        all.push(case.of_another_gene(wrong));
    }
    all.into_iter().flatten().collect()
}

impl<'a> Case<'a> {
    /// Reads a case off its steps; `None` if they are not those that are written for one.
    fn of(drafts: &'a Drafts<'a>) -> Option<Self> {
        let item = drafts.item;
        let answer = *item.answer.first()?;
        let (key, clues) = match &item.question {
            Question::Diagnosis(clues) => (Spoken::from(answer), clues),
            Question::CausalGene { disease, clues } => (Spoken { node: answer, through: Some(*disease) }, clues),
            _ => return None,
        };
        let clues = clues.findings.clone();
        let position = |finding: &NodeId| clues.iter().position(|clue| clue == finding);
        let mut wrong = Vec::new();
        for step in drafts.of_kind(StepKind::Exclude) {
            let [Claim::Fact(has), Claim::Fact(lacks)] = item.steps[step].claims.as_slice() else { return None };
            let spoken = *has.subjects.first()?;
            wrong.push(Wrong {
                option: item.options.iter().position(|option| option.nodes == [spoken.node])?,
                step,
                spoken,
                shared: has.objects.iter().filter_map(position).collect(),
                failed: lacks.objects.iter().filter_map(position).collect(),
            });
        }
        let together = *drafts.of_kind(StepKind::Combine).first()?;
        (together == clues.len()).then_some(Self { drafts, key, clues, wrong, together })
    }

    fn told(&self, spoken: Spoken) -> String {
        let name = |node| self.drafts.name(node);
        match spoken.through {
            None => name(spoken.node),
            Some(disease) => format!("{} ({})", self.drafts.writer.context.graph.label(spoken.node), name(disease)),
        }
    }

    fn findings(&self, clues: &[usize]) -> Vec<NodeId> {
        clues.iter().map(|&clue| self.clues[clue]).collect()
    }

    /// The options that a clue fits, as its step names them.
    fn fitting(&self, clue: usize) -> Vec<Spoken> {
        let sharing = self.wrong.iter().filter(|wrong| wrong.shared.contains(&clue));
        std::iter::once(self.key).chain(sharing.map(|wrong| wrong.spoken)).collect()
    }

    /// That a clue fits some options.
    fn fit(&self, clue: usize, options: Vec<Spoken>) -> Option<(usize, Step)> {
        let names: Vec<String> = options.iter().map(|&option| self.told(option)).collect();
        let claim = Claim::of(Sense::Only, options, self.drafts.has, &[self.clues[clue]]);
        let claim = if names.len() == 1 { claim } else { claim.told_backwards() };
        let text = sentence::fit(&names, &self.drafts.writer.phrase(self.clues[clue]));
        Some((clue, self.drafts.instead(clue, text, vec![claim])?))
    }

    /// The exclusion of an option as if it had some clues and not the others.
    fn exclusion(&self, wrong: &Wrong, mut shared: Vec<usize>, mut failed: Vec<usize>) -> Option<Step> {
        shared.sort_unstable();
        failed.sort_unstable();
        let (shared, failed) = (self.findings(&shared), self.findings(&failed));
        let (has, drafts) = (self.drafts.has, self.drafts);
        let text = sentence::ruled_out(&self.told(wrong.spoken), &drafts.phrases(&shared), &drafts.phrases(&failed));
        let mut claims = Vec::new();
        if !shared.is_empty() {
            claims.push(holds(wrong.spoken, has, &shared));
        }
        if !failed.is_empty() {
            claims.push(not_recorded(wrong.spoken, has, &failed));
        }
        drafts.instead(wrong.step, text, claims)
    }

    /// The exclusion of an option to which a clue was lent, or from which it was taken.
    fn exclusion_but(&self, wrong: &Wrong, clue: usize) -> Option<Step> {
        let (mut shared, mut failed) = (wrong.shared.clone(), wrong.failed.clone());
        if shared.contains(&clue) {
            shared.retain(|&other| other != clue);
            failed.push(clue);
        } else {
            failed.retain(|&other| other != clue);
            shared.push(clue);
        }
        self.exclusion(wrong, shared, failed)
    }

    /// The exclusions of all options but one.
    fn exclusions_but(&self, wrong: &Wrong) -> Vec<usize> {
        self.wrong.iter().map(|other| other.step).filter(|&step| step != wrong.step).collect()
    }

    /// That a wrong option is the answer.
    fn conclusion(&self, wrong: &Wrong) -> Option<Conclusion> {
        self.conclusion_of(wrong.option, wrong.spoken)
    }

    fn conclusion_of(&self, option: usize, spoken: Spoken) -> Option<Conclusion> {
        let (text, claims) = match spoken.through {
            None => (sentence::diagnosis(&self.drafts.name(spoken.node)), Vec::new()),
            Some(disease) => {
                let symbol = self.drafts.writer.context.graph.label(spoken.node);
                let tie = holds(spoken.node, self.drafts.associated, &[disease]).told_backwards();
                (sentence::affected_gene(&self.drafts.name(disease), symbol), vec![tie])
            }
        };
        self.drafts.conclusion(option, text, claims, Vec::new())
    }

    /// A clue is said to fit fewer options than it does, and the one that was passed over is ruled out by it.
    fn overlooked(&self, clue: usize, wrong: &Wrong) -> Option<Corruption> {
        let fitting = self.fitting(clue);
        let left: Vec<Spoken> = fitting.iter().copied().filter(|&option| option != wrong.spoken).collect();
        let step = if left.len() < fitting.len() { self.fit(clue, left)? } else { return None };
        self.carried_on(CorruptionKind::OptionOverlooked, clue, step, wrong)
    }

    /// A clue is said to fit an option beside those that it fits.
    fn unsupported(&self, clue: usize, wrong: &Wrong) -> Option<Corruption> {
        let mut fitting = self.fitting(clue);
        if fitting.contains(&wrong.spoken) {
            return None;
        }
        fitting.push(wrong.spoken);
        let step = self.fit(clue, fitting)?;
        self.carried_on(CorruptionKind::UnsupportedClaim, clue, step, wrong)
    }

    /// A wrong first step after which all goes on as in the item, but for what is said of one option.
    fn carried_on(&self, kind: CorruptionKind, clue: usize, step: (usize, Step), wrong: &Wrong) -> Option<Corruption> {
        let mut after = self.drafts.kept(clue + 1..self.drafts.last());
        let at = wrong.step.checked_sub(clue + 1)?;
        *after.get_mut(at)? = self.exclusion_but(wrong, clue)?;
        Some(self.drafts.made(kind, self.drafts.kept(0..clue), step, after, self.drafts.own_conclusion()?))
    }

    /// A clue that only the key has is said to be had by another option alone, which is then taken for the answer.
    fn swapped(&self, clue: usize, wrong: &Wrong) -> Option<Corruption> {
        if self.fitting(clue).len() > 1 {
            return None;
        }
        let drafts = self.drafts;
        let step = self.fit(clue, vec![wrong.spoken])?;
        let mut after = drafts.kept(clue + 1..self.together);
        after.push(self.combination(wrong)?);
        after.extend(drafts.kept(self.exclusions_but(wrong)));
        let before = drafts.kept(0..clue);
        Some(drafts.made(CorruptionKind::EdgeSwapped, before, step, after, self.conclusion(wrong)?))
    }

    /// An option is ruled out by a clue that it has, and credited with one that it has not.
    fn ruled_out_by(&self, wrong: &Wrong, clue: usize) -> Option<Corruption> {
        let drafts = self.drafts;
        let (mut shared, mut failed) = (wrong.shared.clone(), wrong.failed.clone());
        let lent = failed.remove(0);
        shared.retain(|&other| other != clue);
        shared.push(lent);
        failed.push(clue);
        let step = (wrong.step, self.exclusion(wrong, shared, failed)?);
        let after = drafts.kept(wrong.step + 1..drafts.last());
        let before = drafts.kept(0..wrong.step);
        Some(drafts.made(CorruptionKind::WrongExclusion, before, step, after, drafts.own_conclusion()?))
    }

    /// All clues come together in an option.
    fn combination(&self, wrong: &Wrong) -> Option<Step> {
        let text = sentence::together(&self.drafts.phrases(&self.clues), &self.told(wrong.spoken));
        let claim = holds(wrong.spoken, self.drafts.has, &self.clues).told_backwards();
        self.drafts.instead(self.together, text, vec![claim])
    }

    /// All clues are said to come together in a wrong option.
    fn combined(&self, wrong: &Wrong) -> Option<Corruption> {
        let drafts = self.drafts;
        let step = (self.together, self.combination(wrong)?);
        let (before, after) = (drafts.kept(0..self.together), drafts.kept(self.exclusions_but(wrong)));
        Some(drafts.made(CorruptionKind::WrongCombination, before, step, after, self.conclusion(wrong)?))
    }

    /// The words that deny are left out of an exclusion, and the option is taken.
    fn credited(&self, wrong: &Wrong) -> Option<Corruption> {
        let drafts = self.drafts;
        let all = (0..self.clues.len()).collect();
        let step = (wrong.step, self.exclusion(wrong, all, Vec::new())?);
        let before = drafts.kept((0..self.together).chain(self.exclusions_but(wrong)));
        Some(drafts.made(CorruptionKind::NegationDropped, before, step, Vec::new(), self.conclusion(wrong)?))
    }

    /// Only the clues that a wrong option has are looked at, and it is taken.
    fn ignoring(&self, wrong: &Wrong) -> Option<Corruption> {
        let drafts = self.drafts;
        if wrong.shared.is_empty() {
            return None;
        }
        let before = drafts.kept(wrong.shared.iter().copied().chain(self.exclusions_but(wrong)));
        Some(drafts.made_to_conclude(CorruptionKind::ClueIgnored, before, self.conclusion(wrong)?))
    }

    /// The other options are ruled out, and what is left is taken without being looked at.
    fn premature(&self, wrong: &Wrong) -> Option<Corruption> {
        let drafts = self.drafts;
        let before = drafts.kept((0..self.together).chain(self.exclusions_but(wrong)));
        Some(drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, self.conclusion(wrong)?))
    }

    /// The picture is the right one, and the gene that of another disease.
    fn of_another_gene(&self, wrong: &Wrong) -> Option<Corruption> {
        let drafts = self.drafts;
        let before = drafts.kept((0..=self.together).chain(self.exclusions_but(wrong)));
        let spoken = Spoken { node: wrong.spoken.node, through: self.key.through };
        spoken.through?;
        Some(drafts.made_to_conclude(CorruptionKind::EdgeSwapped, before, self.conclusion_of(wrong.option, spoken)?))
    }
}
