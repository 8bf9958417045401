#![doc = include_str!("distractors_fail.md")]

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::denials;
use crate::kg::search::holds;
use crate::kg::search::some_bindings;
use crate::kg::search::supports;
use crate::kg::statistics::FINDING;
use crate::mine::MIN_PROFILE;
use crate::mine::Question;
use crate::mine::clue::SPECIFIC;
use crate::mine::clue::VERY_SPECIFIC;
use crate::mine::clue::fails_with_its_family;
use crate::mine::drug;
use crate::mine::drug::Action;
use crate::mine::path;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path_choice::failed_hops;
use crate::mine::tier;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Every distractor fails enough, and says what.
pub(super) struct DistractorsFail;

impl Check for DistractorsFail {
    fn code(&self) -> Code {
        Code("V106")
    }

    fn page(&self) -> &'static str {
        include_str!("distractors_fail.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        // Why a statement is not what the other option says is what its steps tell.
        let has_reasons = item.kind.has_options() && item.kind != Kind::TrueFalse;
        // Of a ranking each but the first is told why it is not first.
        let right = if item.kind == Kind::RankedList { &item.keys[..item.keys.len().min(1)] } else { &item.keys[..] };
        // That none is right takes no reason but those of the others.
        let is_node = |at: &usize| item.kind != Kind::Unanswerable || !item.options[*at].nodes.is_empty();
        let wrong: Vec<usize> =
            (0..item.options.len()).filter(|at| has_reasons && is_node(at) && !right.contains(at)).collect();
        let mut reasoned: Vec<usize> = item.distractors.iter().map(|distractor| distractor.option).collect();
        reasoned.sort_unstable();
        if reasoned != wrong || (has_reasons && wrong.is_empty()) {
            return Some("not every wrong option has its reason".to_owned());
        }
        let total: f64 = item.distractors.iter().map(|distractor| distractor.risk).sum();
        if !(0.0..=1.0 - total + 1e-9).contains(&item.confidence) {
            return Some(format!("a confidence of {} is more than the risks leave", item.confidence));
        }
        if parts::subject(context, item).is_some_and(|subject| !is_known(context, subject)) {
            return Some("the disease asked for has fewer than ten findings".to_owned());
        }
        item.distractors.iter().find_map(|distractor| {
            let option = item.options.get(distractor.option)?;
            let why = match reasons(context, item, &option.nodes) {
                Err(why) => why,
                Ok(found) if !found.is_noted_in(distractor) => "is not wrong in the way that is noted",
                Ok(_) => return None,
            };
            Some(format!("\u{201c}{}\u{201d} {why}", option.text))
        })
    }
}

/// Why an option is wrong, as found.
struct Reasons {
    class: DistractorClass,
    failed: Vec<usize>,
    risk: f64,
    /// Edges that may be cited as denials; at least one must be if the option is denied.
    denials: Vec<EdgeId>,
}

impl Reasons {
    fn is_noted_in(&self, distractor: &Distractor) -> bool {
        let is_denied = distractor.edges.iter().any(|edge| self.denials.contains(edge));
        distractor.class == self.class
            && distractor.failed == self.failed
            && (distractor.risk - self.risk).abs() < 1e-12
            && distractor.edges.iter().all(|edge| self.denials.contains(edge))
            && is_denied == (self.class == DistractorClass::Denied)
    }

    fn unsupported(context: Context<'_>, failed: Vec<usize>, findings: &[NodeId]) -> Self {
        let informations = findings.iter().map(|&finding| context.statistics.information(finding));
        let least = informations.fold(f64::INFINITY, f64::min);
        let risk = context.statistics.risks().of(findings.len(), least);
        Self { class: DistractorClass::Unsupported, failed, risk, denials: Vec::new() }
    }

    fn denied(item: &Item, denials: Vec<EdgeId>) -> Self {
        let last = item.pattern.clauses.len().saturating_sub(1);
        Self { class: DistractorClass::Denied, failed: vec![last], risk: 0.0, denials }
    }
}

fn reasons(context: Context<'_>, item: &Item, option: &[NodeId]) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    match (&item.question, option) {
        (Question::Diagnosis(_) | Question::CausalGene { .. }, [option]) => failed_clues(context, item, *option),
        (Question::Ranking { ranked }, [disease]) => follows(context, item, (ranked, *disease)),
        (Question::FindingSet { .. }, [_, _, ..]) => {
            // Every member fails the clause that ties findings to the gene's disease.
            let last = item.pattern.clauses.len().saturating_sub(1);
            Ok(Reasons::unsupported(context, vec![last], option))
        }
        (Question::Contrast { other, .. }, [finding]) => {
            // What the other disease has as well cannot tell the two apart: the edge that says so is the denial.
            let has = parts::relation(graph, "has_phenotype").ok_or("is about no finding")?;
            let denials = supports(graph, Reading::Strict, (*other, has, *finding));
            Ok(Reasons::denied(item, denials))
        }
        (Question::Treatment { disease, .. }, [drug]) => {
            let treats = parts::relation(graph, "treats").ok_or("is about no treatment")?;
            let denials = denials(graph, (*drug, treats, *disease));
            if denials.is_empty() { Err("is denied by nothing") } else { Ok(Reasons::denied(item, denials)) }
        }
        (Question::Indication { disease, action, .. }, [drug]) => acts_otherwise(context, (*disease, *action), *drug),
        (Question::Shape { .. }, [node]) => fails_conditions(context, item, *node),
        (Question::PathChoice { others }, nodes) => fails_hops(context, item, (others, nodes)),
        (Question::Coding, [code]) => other_value(context, item, *code),
        _ => Err("is not of the kind that the question asks for"),
    }
}

/// The hops that a chain fails.
fn fails_hops(
    context: Context<'_>,
    item: &Item,
    (others, option): (&[Vec<NodeId>], &[NodeId]),
) -> Result<Reasons, &'static str> {
    let is_it = |chain: &&Vec<NodeId>| {
        let mut sorted = (*chain).clone();
        sorted.sort_unstable();
        sorted == option
    };
    let chain = others.iter().find(is_it).ok_or("is none of the chains")?;
    let all = path::nodes(context.graph, &item.path);
    let ends = all.first().zip(all.last()).map(|(&first, &last)| [first, last]).ok_or("leads nowhere")?;
    let failed = failed_hops(context.graph, &item.pattern.clauses, (ends, chain)).ok_or("may connect the ends")?;
    let risk = context.statistics.risks().of_action();
    Ok(Reasons { class: DistractorClass::Unsupported, failed, risk, denials: Vec::new() })
}

/// The conditions of a query that an option fails: each clause that touches the answer, with those that it leads to.
fn fails_conditions(context: Context<'_>, item: &Item, node: NodeId) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    let clauses = &item.pattern.clauses;
    let answer = Term::Variable(Variable::ANSWER);
    let given = |term: Term| if term == answer { Term::Node(node) } else { term };
    let (mut failed, mut stated) = (Vec::new(), Vec::new());
    let (mut findings, mut denials) = (Vec::new(), Vec::new());
    for (at, clause) in clauses.iter().enumerate() {
        let other = match (clause.subject == answer, clause.object == answer) {
            (true, false) => clause.object,
            (false, true) => clause.subject,
            _ => continue,
        };
        let mut part =
            vec![Clause { subject: given(clause.subject), object: given(clause.object), branch: 0, ..*clause }];
        let mut ends = vec![other];
        while let Some(end) = ends.pop().filter(|end| matches!(end, Term::Variable(_))) {
            let beyond = clauses.iter().filter(|other| [other.subject, other.object].contains(&end));
            for next in beyond.filter(|next| ![next.subject, next.object].contains(&answer)) {
                let next = Clause { branch: if clause.branch == 0 { next.branch } else { 0 }, ..*next };
                if !part.contains(&next) {
                    part.push(next);
                    ends.extend([next.subject, next.object].into_iter().filter(|&term| term != end));
                }
            }
        }
        let may_be = Pattern { clauses: part.clone() }.branches().into_iter().try_fold(false, |found, branch| {
            let one = some_bindings(graph, &branch, Reading::Loose, (1, PROOF_BUDGET));
            one.map(|one| found || !one.is_empty())
        });
        if may_be.map_err(|_| "needs a proof that looks at too much")? {
            continue;
        }
        if let (true, Term::Node(subject), Term::Node(object)) = (clause.is_absent, part[0].subject, part[0].object) {
            stated.push(at);
            denials.extend(supports(graph, Reading::Strict, (subject, clause.relation, object)));
            continue;
        }
        failed.push(at);
        let is_finding = |one: &NodeId| graph.category(*one) == FINDING;
        findings.push(parts::constant(other).into_iter().chain([node]).find(is_finding));
    }
    if !stated.is_empty() {
        return Ok(Reasons { class: DistractorClass::Denied, failed: stated, risk: 0.0, denials });
    }
    let is_union = failed.iter().any(|&at| clauses[at].branch > 0);
    if failed.is_empty() || is_union && failed.len() < item.pattern.branches().len() {
        return Err("may meet every condition");
    }
    let told =
        |finding: &Option<NodeId>| finding.map_or(f64::INFINITY, |finding| context.statistics.information(finding));
    let least = findings.iter().map(told).fold(f64::INFINITY, f64::min);
    let risk = context.statistics.risks().of(if is_union { 1 } else { failed.len() }, least);
    Ok(Reasons { class: DistractorClass::Unsupported, failed, risk, denials: Vec::new() })
}

/// The clues that an option fails, through each disease that it stands for.
fn failed_clues(context: Context<'_>, item: &Item, option: NodeId) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    let has = parts::relation(graph, "has_phenotype").ok_or("is about no finding")?;
    let diseases = parts::diseases_of(context, option);
    if diseases.is_empty() || !diseases.iter().all(|&disease| is_known(context, disease)) {
        return Err("has fewer than ten findings");
    }
    // Where no vocabulary is loaded all are equally unknown.
    let is_far_below = |key: &NodeId| !tier(graph, option).may_stand_beside(tier(graph, *key));
    if matches!(item.question, Question::Diagnosis(_)) && item.answer.first().is_some_and(is_far_below) {
        return Err("is far less known than the key");
    }
    let clues = parts::clues(context, item);
    let has_clue = |reading, finding| diseases.iter().any(|&disease| holds(graph, reading, (disease, has, finding)));
    if !clues.iter().any(|&(_, finding)| has_clue(Reading::Strict, finding)) {
        return Err("has no clue at all");
    }
    let failed = clues.into_iter().filter(|&(_, finding)| !has_clue(Reading::Loose, finding));
    let (positions, findings): (Vec<usize>, Vec<NodeId>) = failed.unzip();
    let n_of = |least| findings.iter().filter(|&&finding| context.statistics.information(finding) >= least).count();
    if n_of(SPECIFIC) < 3 && n_of(VERY_SPECIFIC) < 2 {
        return Err("fails too few clues");
    }
    let mining = crate::mine::Context { graph, statistics: context.statistics, seed: crate::seed::Seed(0) };
    if !diseases.iter().all(|&disease| fails_with_its_family(mining, disease, &findings)) {
        return Err("fails clues that its nearest kin have");
    }
    Ok(Reasons::unsupported(context, positions, &findings))
}

/// The findings that a disease of a ranking lacks; the risk is that of as many more as would put it level with the one
/// before it.
fn follows(context: Context<'_>, item: &Item, (ranked, disease): (&[NodeId], NodeId)) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    let has = parts::relation(graph, "has_phenotype").ok_or("is about no finding")?;
    let findings = parts::objects_of(context, item, "has_phenotype");
    let count = |node: NodeId| {
        findings.iter().filter(|&&(_, finding)| holds(graph, Reading::Strict, (node, has, finding))).count()
    };
    let at = ranked.iter().position(|&node| node == disease).filter(|&at| at > 0).ok_or("is not ranked")?;
    let lead = count(ranked[at - 1]).checked_sub(count(disease)).ok_or("has more than the one before it")?;
    let failed = findings.iter().filter(|&&(_, finding)| !holds(graph, Reading::Loose, (disease, has, finding)));
    let (positions, lacked): (Vec<usize>, Vec<NodeId>) = failed.copied().unzip();
    let informations = lacked.iter().map(|&finding| context.statistics.information(finding));
    let risk = context.statistics.risks().of(lead, informations.fold(f64::INFINITY, f64::min));
    Ok(Reasons { class: DistractorClass::Unsupported, failed: positions, risk, denials: Vec::new() })
}

/// A drug for the same disease that is known to act on something else, and on nothing that is named like the target.
fn acts_otherwise(
    context: Context<'_>,
    (disease, action): (NodeId, Action),
    option: NodeId,
) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    let treats = parts::relation(graph, "treats").ok_or("is about no treatment")?;
    if !holds(graph, Reading::Strict, (option, treats, disease)) {
        return Err("is not given for the disease");
    }
    let actions = drug::actions(graph, option);
    if actions.is_empty() {
        return Err("is not known to act on anything");
    }
    let is_alike = drug::acts_on_the_like_of(graph, &actions, action.target);
    if is_alike || holds(graph, Reading::Loose, (option, action.relation, action.target)) {
        return Err("may act on the same");
    }
    let risk = context.statistics.risks().of_action();
    Ok(Reasons { class: DistractorClass::Unsupported, failed: vec![1], risk, denials: Vec::new() })
}

/// A term is classified to one code only, so the edge that says which denies every other one; so does a note that
/// sets the code apart from the key.
fn other_value(context: Context<'_>, item: &Item, code: NodeId) -> Result<Reasons, &'static str> {
    let graph = context.graph;
    let classified = item.path.first().copied().ok_or("is not denied by any edge")?;
    let edge = graph.edge(classified.edge);
    let values = graph.objects(edge.subject, edge.relation);
    if !graph.relation(edge.relation).is_functional || values.iter().any(|to| to.node != edge.object) {
        return Err("is one of several values of the term");
    }
    if graph.taxonomy().is_kind_of(edge.object, code) || graph.taxonomy().is_kind_of(code, edge.object) {
        return Err("is a kind of the code of the term, or above it");
    }
    let mut denials = vec![classified.edge];
    if let (Some(excludes), Some(&key)) = (parts::relation(graph, "excludes1"), item.answer.first()) {
        denials.extend(supports(graph, Reading::Strict, (key, excludes, code)));
    }
    Ok(Reasons::denied(item, denials))
}

/// Whether a disease has a profile that is large enough to be judged by.
fn is_known(context: Context<'_>, disease: NodeId) -> bool {
    context.statistics.profile(disease).is_some_and(|profile| profile.findings.len() >= MIN_PROFILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_distractor_that_notes_other_clues_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].failed.pop();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_risk_that_was_lowered_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].risk = 0.0;
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_denial_without_an_edge_is_rejected() {
        let sample = Sample::new();
        let item = sample.contrast();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let mut bad = item.clone();
        bad.distractors[0].edges.clear();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_reason_that_stands_twice_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.distractors[0] = bad.distractors[1].clone();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_distractor_that_gets_another_clue_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        let distractor = &item.distractors[0];
        let wrong = sample.curie(item.options[distractor.option].nodes[0]);
        let clue = sample.curie(item.pattern.anchors()[distractor.failed[0]]);
        let (changed, mut carried) = sample.with(&format!("{wrong} -has_phenotype-> {clue}"), &item);
        assert!(changed.reject(&DistractorsFail, &carried).is_some(), "what it fails is no longer what is noted");
        carried.distractors[0].failed.remove(0);
        assert!(changed.reject(&DistractorsFail, &carried).is_some(), "with one clue less the risk is another");
    }

    #[test]
    fn a_gap_called_a_denial_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.distractors[0].class = DistractorClass::Denied;
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
        bad.distractors[0].edges = vec![bad.path[0].edge];
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn more_confidence_than_the_risks_leave_is_rejected_and_less_is_accepted() {
        let sample = Sample::new();
        let mut item = sample.case();
        item.confidence = 0.5;
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        item.confidence = 1.0;
        assert!(sample.reject(&DistractorsFail, &item).is_some());
    }

    #[test]
    fn a_set_with_a_lower_risk_than_calibrated_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.finding_set();
        bad.distractors[0].risk /= 2.0;
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
    }

    #[test]
    fn a_drug_that_is_not_denied_or_may_act_alike_is_rejected() {
        let sample = Sample::new();
        let item = sample.treatment();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let wrong = |item: &Item| sample.curie(item.options[item.distractors[0].option].nodes[0]);
        let mut bad = item.clone();
        bad.options[item.distractors[0].option].nodes = vec![sample.undisputed_drug()];
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
        let mut bad = item.clone();
        bad.distractors[0].edges.clear();
        assert!(sample.reject(&DistractorsFail, &bad).is_some());

        let item = sample.indication();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let [disease, target] = [0, 1].map(|at| sample.curie(item.pattern.anchors()[at]));
        let hits = format!("{} -disrupts-> {target}", wrong(&item));
        let (changed, carried) = sample.with(&hits, &item);
        assert!(changed.reject(&DistractorsFail, &carried).is_some(), "what hits the target may act alike");
        let elsewhere = format!("{disease} -is_a-> {}", sample.curie(sample.numbered()));
        let (changed, carried) = sample.with(&elsewhere, &item);
        assert_eq!(changed.reject(&DistractorsFail, &carried), None);
        let mut bad = item.clone();
        bad.distractors[0].risk = 0.0;
        assert!(sample.reject(&DistractorsFail, &bad).is_some());
        bad.distractors[0] = item.distractors[0].clone();
        bad.options[item.distractors[0].option].nodes = vec![sample.undisputed_drug()];
        assert!(sample.reject(&DistractorsFail, &bad).is_some(), "it is not given for the disease");
    }

    #[test]
    fn a_term_with_two_codes_denies_nothing() {
        let sample = Sample::new();
        let item = sample.coding();
        assert_eq!(sample.reject(&DistractorsFail, &item), None);
        let (changed, carried) = sample.with("InclusionTerm:lockjaw -included_in-> DiagnosisCode:A35.4", &item);
        assert!(changed.reject(&DistractorsFail, &carried).is_some());
    }
}
