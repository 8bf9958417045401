//! Vignettes: which disease, or variants in which gene, explain these findings?

use crate::kg::NodeId;
use crate::mine::Candidate;
use crate::mine::Clues;
use crate::mine::DeadEnd;
use crate::mine::only_gene;
use crate::seed::Stream;
use crate::synth::AnswerOption;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::distractors::Rival;
use crate::synth::distractors::looks;
use crate::synth::distractors::three;
use crate::synth::telling::Telling;
use crate::synth::wording::Part;
use crate::synth::wording::Sex;
use crate::synth::wording::list;
use crate::synth::wording::part_of;
use crate::synth::wording::sex_of;
use crate::synth::writer::Draft;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;
use crate::synth::writer::share;

const DIAGNOSIS: [&str; 6] = [
    "Which of the following diagnoses best explains all of these findings?",
    "Which one of the following is the most likely unifying diagnosis?",
    "Which of the following conditions best accounts for the whole picture?",
    "Which single diagnosis best explains all of the findings together?",
    "Taken together, the findings are best explained by which of the following disorders?",
    "Which of the following is the best explanation for this combination of findings?",
];

const GENE: [&str; 5] = [
    "Variants in which of the following genes would best explain all of these findings?",
    "A single-gene disorder is suspected. Which of the following genes is most likely to be affected?",
    "Sequencing of which of the following genes is most likely to establish the diagnosis?",
    "A disease-associated variant in which of the following genes best accounts for the whole picture?",
    "Which of the following genes is the best candidate for this combination of findings?",
];

/// A vignette that asks for a diagnosis.
pub(super) fn diagnosis(writer: &Writer<'_>, candidate: Candidate, clues: &Clues) -> Result<Item, DeadEnd> {
    let Some(&key) = candidate.key.first() else { return dead("the candidate has no key") };
    vignette(writer, candidate, &Subject { disease: key, gene: None, clues, first_clause: 0 })
}

/// A vignette that asks for a gene.
pub(super) fn causal_gene(
    writer: &Writer<'_>,
    candidate: Candidate,
    disease: NodeId,
    clues: &Clues,
) -> Result<Item, DeadEnd> {
    let gene = candidate.key.first().copied();
    vignette(writer, candidate, &Subject { disease, gene, clues, first_clause: 1 })
}

/// What a vignette is about.
pub(super) struct Subject<'a> {
    pub disease: NodeId,
    /// The gene that is asked for instead of its disease.
    pub gene: Option<NodeId>,
    pub clues: &'a Clues,
    /// The clause of the first clue.
    pub first_clause: usize,
}

/// An option of a vignette: a disease, and its gene where genes are asked for.
pub(super) struct Choice {
    pub rival: Rival,
    pub gene: Option<NodeId>,
}

impl Choice {
    fn node(&self) -> NodeId {
        self.gene.unwrap_or(self.rival.disease)
    }
}

fn vignette(writer: &Writer<'_>, candidate: Candidate, subject: &Subject<'_>) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let relations = (graph.relations().id("has_phenotype"), graph.relations().id("associated_with"));
    let (Some(has), Some(associated)) = relations else { return dead("the graph has no findings") };
    let mut stream = writer.stream(&candidate);
    let findings = &subject.clues.findings;
    let phrases: Vec<String> = findings.iter().map(|&finding| writer.phrase(finding)).collect();
    let stem = stem(writer, findings, &phrases, &mut stream)?;
    let lead_in = choose(&mut stream, if subject.gene.is_some() { &GENE } else { &DIAGNOSIS }).to_owned();
    let chosen = choices(writer, subject, &format!("{stem} {lead_in}"), &mut stream)?;

    let answer = subject.gene.unwrap_or(subject.disease);
    let option = |node: NodeId| AnswerOption { nodes: vec![node], text: graph.label(node).to_owned() };
    let mut options = vec![option(answer)];
    options.extend(chosen.iter().map(|choice| option(choice.node())));
    let distractors = chosen
        .iter()
        .enumerate()
        .map(|(at, choice)| {
            let failed = &choice.rival.failed;
            let least = failed.iter().map(|&clue| writer.context.statistics.information(findings[clue]));
            Distractor {
                option: at + 1,
                class: DistractorClass::Unsupported,
                failed: failed.iter().map(|&clue| clue + subject.first_clause).collect(),
                risk: writer.context.statistics.risks().of(failed.len(), least.fold(f64::INFINITY, f64::min)),
                edges: Vec::new(),
            }
        })
        .collect();
    let telling = Telling { writer, subject, phrases: &phrases, chosen: &chosen, has, associated };
    let steps = telling.steps(&candidate);
    let rationale = telling.rationale();
    let most_shared = chosen.iter().map(|choice| choice.rival.shared.len()).max().unwrap_or(0);
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem,
        lead_in,
        options,
        answer_text: graph.label(answer).to_owned(),
        distractors,
        steps,
        rationale,
        about: subject.disease,
        n_clues: findings.len(),
        distractor_similarity: share(most_shared, findings.len()),
    };
    Ok(writer.finish(candidate, draft))
}

/// The three wrong options.
fn choices(
    writer: &Writer<'_>,
    subject: &Subject<'_>,
    question: &str,
    stream: &mut Stream,
) -> Result<Vec<Choice>, DeadEnd> {
    let graph = writer.context.graph;
    let mut pool: Vec<Choice> = Vec::new();
    for rival in writer.rivals(subject.disease, &subject.clues.findings, question) {
        if subject.gene.is_none() {
            pool.push(Choice { rival, gene: None });
        } else if let Some(gene) = only_gene(graph, rival.disease) {
            // A gene with several diseases would have to fail through each of them.
            let associated = graph.relations().id("associated_with");
            let n_diseases = associated.map_or(0, |relation| graph.objects(gene, relation).len());
            if n_diseases == 1 && pool.iter().all(|other| other.gene != Some(gene)) {
                pool.push(Choice { rival, gene: Some(gene) });
            }
        }
    }
    let size = |disease: NodeId| writer.offered.get(&disease).map_or(0, |offered| offered.n_findings);
    let others: Vec<(String, usize)> =
        pool.iter().map(|choice| (graph.label(choice.node()).to_owned(), size(choice.rival.disease))).collect();
    let answer = graph.label(subject.gene.unwrap_or(subject.disease));
    let (key, all) = looks((answer, size(subject.disease)), &others, false);
    let are_apart = |left: usize, right: usize| {
        let [left, right] = [left, right].map(|at| writer.offered.get(&pool[at].rival.disease));
        left.zip(right).is_some_and(|(left, right)| !left.kin.has(graph, &right.kin))
    };
    let chosen = three(key, &all, &are_apart, stream);
    let chosen = chosen.ok_or(DeadEnd("fewer than three distractors fail enough clues"))?;
    let mut kept: Vec<Choice> = Vec::new();
    for (at, choice) in pool.into_iter().enumerate() {
        if chosen.contains(&at) {
            kept.push(choice);
        }
    }
    Ok(kept)
}

/// The situation: findings told where they are found, each phrase inside a sentence and to the letter.
fn stem(writer: &Writer<'_>, findings: &[NodeId], phrases: &[String], stream: &mut Stream) -> Result<String, DeadEnd> {
    let graph = writer.context.graph;
    let sexes: Vec<Sex> = findings.iter().filter_map(|&finding| sex_of(graph, finding)).collect();
    if sexes.windows(2).any(|pair| pair[0] != pair[1]) {
        return dead("the findings belong to both sexes");
    }
    let patient = match sexes.first() {
        Some(Sex::Male) => "A male patient",
        Some(Sex::Female) => "A female patient",
        None => "A patient",
    };
    let told = |part: Part| -> Vec<&String> {
        let pairs = findings.iter().zip(phrases);
        pairs.filter(|(finding, _)| part_of(graph, **finding) == part).map(|(_, phrase)| phrase).collect()
    };
    let (mut seen, pictured, measured) = (told(Part::Examination), told(Part::Imaging), told(Part::Laboratory));
    stream.shuffle(&mut seen);
    let mut sentences: Vec<String> = Vec::new();
    let before = told(Part::Pregnancy);
    if seen.len() >= 3 && stream.below(2) == 0 {
        let (first, second) = seen.split_at(seen.len() / 2);
        let opening =
            choose(stream, &["presents with", "is referred because of", "is seen for", "comes to attention with"]);
        let further = choose(
            stream,
            &[
                "Further examination reveals",
                "Examination also shows",
                "In addition, there is a record of",
                "Further evaluation documents",
            ],
        );
        sentences.push(format!("{patient} {opening} {}.", list(first)));
        sentences.push(format!("{further} {}.", list(second)));
    } else if seen.is_empty() {
        let opening =
            choose(stream, &["is referred for a diagnostic work-up", "is under evaluation at a specialist clinic"]);
        sentences.push(format!("{patient} {opening}."));
    } else {
        let opening = choose(
            stream,
            &[
                "presents with",
                "is evaluated for",
                "is found to have",
                "has a history of",
                "is referred with",
                "is being followed for",
            ],
        );
        sentences.push(format!("{patient} {opening} {}.", list(&seen)));
    }
    if !pictured.is_empty() {
        let opening = choose(stream, &["Imaging shows", "Imaging studies reveal", "Imaging demonstrates"]);
        sentences.push(format!("{opening} {}.", list(&pictured)));
    }
    if !measured.is_empty() {
        let opening =
            choose(stream, &["Laboratory studies show", "Laboratory tests reveal", "Laboratory findings include"]);
        sentences.push(format!("{opening} {}.", list(&measured)));
    }
    if !before.is_empty() {
        sentences.push(format!("The pregnancy had been complicated by {}.", list(&before)));
    }
    Ok(sentences.join(" "))
}
