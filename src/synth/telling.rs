//! The thinking path and the rationale of a vignette.
//!
//! Each clue is brought to mind with the options that it fits; then every wrong option is held against what it has and
//! what it is not recorded with. Every sentence notes what it says, so that none says more than the graph does.

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::Candidate;
use crate::mine::citation::citation;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::diagnosis::Choice;
use crate::synth::diagnosis::Subject;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::how_often;
use crate::synth::wording::list;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;

/// What there is to tell of a vignette.
pub(super) struct Telling<'a> {
    pub writer: &'a Writer<'a>,
    pub subject: &'a Subject<'a>,
    /// The clues, as the stem words them.
    pub phrases: &'a [String],
    /// The wrong options.
    pub chosen: &'a [Choice],
    /// `has_phenotype`.
    pub has: RelationId,
    /// `associated_with`.
    pub associated: RelationId,
}

/// What an option is in a sentence, and under which name.
struct Told {
    spoken: Spoken,
    name: String,
}

impl Telling<'_> {
    fn told(&self, disease: NodeId, gene: Option<NodeId>) -> Told {
        let name = self.writer.name(disease);
        match gene {
            None => Told { spoken: disease.into(), name },
            Some(gene) => Told {
                spoken: Spoken { node: gene, through: Some(disease) },
                name: format!("{} ({name})", self.writer.context.graph.label(gene)),
            },
        }
    }

    fn key(&self) -> Told {
        self.told(self.subject.disease, self.subject.gene)
    }

    fn choice(&self, choice: &Choice) -> Told {
        self.told(choice.rival.disease, choice.gene)
    }

    /// The edges by which a wrong option has a clue; a gene has it through its disease, so that edge is cited too.
    fn edges(&self, choice: &Choice, clue: usize) -> Vec<EdgeId> {
        let graph = self.writer.context.graph;
        let disease = choice.rival.disease;
        let mut edges = citation(graph, (disease, self.has, self.subject.clues.findings[clue]));
        edges.extend(choice.gene.and_then(|gene| graph.cited(gene, self.associated, disease)));
        edges
    }

    fn findings(&self, clues: &[usize]) -> Vec<NodeId> {
        clues.iter().map(|&clue| self.subject.clues.findings[clue]).collect()
    }

    fn phrases_of(&self, clues: &[usize]) -> String {
        let phrases: Vec<&String> = clues.iter().map(|&clue| &self.phrases[clue]).collect();
        list(&phrases)
    }

    /// Which of the options a clue fits.
    fn fit(&self, clue: usize) -> Prose {
        let sharing = self.chosen.iter().filter(|choice| choice.rival.shared.contains(&clue));
        let fitting: Vec<Told> = std::iter::once(self.key()).chain(sharing.map(|choice| self.choice(choice))).collect();
        let names: Vec<String> = fitting.iter().map(|told| told.name.clone()).collect();
        let spoken: Vec<Spoken> = fitting.iter().map(|told| told.spoken).collect();
        let claim = Claim::of(Sense::Only, spoken, self.has, &self.findings(&[clue]));
        let claim = if names.len() == 1 { claim } else { claim.told_backwards() };
        Prose::new(sentence::fit(&names, &self.phrases[clue]), vec![claim])
    }

    pub(super) fn steps(&self, candidate: &Candidate) -> Vec<Step> {
        let first = self.subject.first_clause;
        let mut steps: Vec<Step> = Vec::new();
        for (clue, phrase) in self.phrases.iter().enumerate() {
            let mut edges = vec![candidate.path[clue + first].edge];
            edges.extend(candidate.path.iter().take(first).map(|hop| hop.edge));
            for choice in self.chosen.iter().filter(|choice| choice.rival.shared.contains(&clue)) {
                edges.extend(self.edges(choice, clue));
            }
            steps.push(self.fit(clue).step(StepKind::Recall, edges, vec![phrase.clone()]));
        }
        let all: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
        let Told { spoken, name } = self.key();
        let text = sentence::together(self.phrases, &name);
        let claim = Claim::of(Sense::Holds, spoken, self.has, &self.subject.clues.findings).told_backwards();
        let together = Prose::new(text, vec![claim]);
        steps.push(together.step(StepKind::Combine, all.clone(), self.phrases.to_vec()));
        for choice in self.chosen {
            let edges = choice.rival.shared.iter().flat_map(|&clue| self.edges(choice, clue)).collect();
            let spans = choice.rival.failed.iter().map(|&clue| self.phrases[clue].clone()).collect();
            steps.push(self.exclusion(choice).step(StepKind::Exclude, edges, spans));
        }
        steps.push(self.conclusion().step(StepKind::Conclude, all, Vec::new()));
        steps
    }

    fn conclusion(&self) -> Prose {
        let disease = self.subject.disease;
        let answer = |node: NodeId| Claim::Answer { given: Vec::new(), nodes: vec![node] };
        let name = self.writer.name(disease);
        match self.subject.gene {
            None => Prose::new(sentence::diagnosis(&name), vec![answer(disease)]),
            Some(gene) => {
                let symbol = self.writer.context.graph.label(gene);
                let text = sentence::affected_gene(&name, symbol);
                let claim = Claim::of(Sense::Holds, gene, self.associated, &[disease]).told_backwards();
                Prose::new(text, vec![claim, answer(gene)])
            }
        }
    }

    fn exclusion(&self, choice: &Choice) -> Prose {
        let Told { spoken, name } = self.choice(choice);
        let (shared, failed) = (&choice.rival.shared, &choice.rival.failed);
        let phrases =
            |clues: &[usize]| -> Vec<String> { clues.iter().map(|&clue| self.phrases[clue].clone()).collect() };
        let text = sentence::ruled_out(&name, &phrases(shared), &phrases(failed));
        let claims = [(Sense::Holds, shared), (Sense::NotRecorded, failed)];
        let claims = claims.map(|(sense, clues)| Claim::of(sense, spoken, self.has, &self.findings(clues)));
        Prose::new(text, claims.to_vec())
    }

    pub(super) fn rationale(&self) -> Prose {
        let mut by_frequency: Vec<(&'static str, Vec<usize>)> = Vec::new();
        for (clue, &bound) in self.subject.clues.lower_bounds.iter().enumerate() {
            let often = how_often(bound);
            match by_frequency.iter_mut().find(|(word, _)| *word == often) {
                Some((_, clues)) => clues.push(clue),
                None => by_frequency.push((often, vec![clue])),
            }
        }
        let order = ["nearly always", "very often", "often", "sometimes", "rarely"];
        by_frequency.sort_by_key(|(word, _)| order.iter().position(|known| known == word));
        let told: Vec<String> =
            by_frequency.iter().map(|(word, clues)| format!("{word} with {}", self.phrases_of(clues))).collect();
        let disease = self.subject.disease;
        let claims = by_frequency
            .iter()
            .map(|(word, clues)| Claim::of(Sense::Often(word), disease, self.has, &self.findings(clues)));
        let text = format!("{} presents {}.", capitalised(&self.writer.name(disease)), list(&told));
        let mut sentences = vec![Prose::new(text, claims.collect())];
        if let Some(gene) = self.subject.gene {
            let text = format!("It is associated with variants in {}.", self.writer.context.graph.label(gene));
            let claim = Claim::of(Sense::Holds, gene, self.associated, &[disease]).told_backwards();
            sentences.push(Prose::new(text, vec![claim]));
        }
        sentences.extend(self.chosen.iter().map(|choice| self.exclusion(choice)));
        Prose::joined(sentences)
    }
}
