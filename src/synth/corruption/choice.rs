//! Wrong paths to a drug or a code.

use crate::kg::NodeId;
use crate::mine::drug::Action;
use crate::synth::Claim;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::corruption::Conclusion;
use crate::synth::corruption::Corruption;
use crate::synth::corruption::CorruptionKind;
use crate::synth::corruption::Drafts;
use crate::synth::corruption::holds;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;

/// The wrong options of an item with their exclusions: option, step, node.
type Wrong = (usize, usize, NodeId);

fn wrong(drafts: &Drafts<'_>) -> Vec<Wrong> {
    let found = drafts.of_kind(StepKind::Exclude).into_iter().filter_map(|step| {
        let told = drafts.item.steps[step].claims.first()?.told();
        let is_told = |nodes: &[NodeId]| matches!(nodes, [node] if told.contains(node));
        let option = drafts.item.options.iter().position(|option| is_told(&option.nodes))?;
        Some((option, step, *drafts.item.options[option].nodes.first()?))
    });
    found.collect()
}

/// The exclusions of all options but one.
fn others(all: &[Wrong], step: usize) -> Vec<usize> {
    all.iter().map(|&(_, other, _)| other).filter(|&other| other != step).collect()
}

/// Wrong paths to a treatment.
pub(super) fn treatment(drafts: &Drafts<'_>, disease: NodeId) -> Vec<Corruption> {
    let graph = drafts.writer.context.graph;
    let (Some(treats), &[key]) = (graph.relations().id("treats"), drafts.item.answer.as_slice()) else {
        return Vec::new();
    };
    let condition = drafts.name(disease);
    let all = wrong(drafts);
    let of = |&(option, at, drug): &Wrong| -> Option<[Corruption; 3]> {
        let conclude = || {
            let text = sentence::established(&condition, &drafts.name(drug));
            drafts.conclusion(option, text, Vec::new(), vec![disease])
        };
        let others = || drafts.kept(others(&all, at));
        let upheld = sentence::treats(&drafts.name(drug), &condition);
        let upheld = drafts.instead(at, upheld, vec![holds(drug, treats, &[disease])])?;
        let denied = sentence::not_upheld(&drafts.name(key), &condition);
        let denied = drafts.instead(0, denied, vec![Claim::of(Sense::Denied, key, treats, &[disease])])?;
        Some([
            drafts.made(CorruptionKind::PolarityFlipped, others(), (at, upheld), Vec::new(), conclude()?),
            drafts.made(CorruptionKind::WrongExclusion, Vec::new(), (0, denied), others(), conclude()?),
            drafts.made_to_conclude(CorruptionKind::PrematureConclusion, others(), conclude()?),
        ])
    };
    all.iter().filter_map(of).flatten().collect()
}

/// Wrong paths to a drug that is given for a disease and acts in a certain way.
pub(super) fn indication(drafts: &Drafts<'_>, action: Action) -> Vec<Corruption> {
    let graph = drafts.writer.context.graph;
    let row = graph.relation(action.relation);
    let acts = |subject: &str, object: &str| format!("{}.", capitalised(&row.wording(subject, object, true)));
    let target = drafts.name(action.target);
    let all = wrong(drafts);
    let of = |&(option, at, drug): &Wrong| -> Option<[Corruption; 2]> {
        let conclude = || -> Option<Conclusion> {
            drafts.conclusion(option, sentence::meets_both(&drafts.name(drug)), Vec::new(), Vec::new())
        };
        let text = acts(&drafts.name(drug), &target);
        let step = drafts.instead(1, text, vec![holds(drug, action.relation, &[action.target])])?;
        let others = || drafts.kept(others(&all, at));
        let before = drafts.kept(std::iter::once(0).chain(self::others(&all, at)));
        Some([
            drafts.made(CorruptionKind::EdgeSwapped, drafts.kept([0]), (1, step), others(), conclude()?),
            drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, conclude()?),
        ])
    };
    let turned = || {
        let key = *drafts.item.answer.first()?;
        let text = acts(&target, &drafts.name(key));
        let step = drafts.instead(1, text, vec![holds(action.target, action.relation, &[key])])?;
        let after = drafts.kept(2..drafts.last());
        let before = drafts.kept([0]);
        Some(drafts.made(CorruptionKind::DirectionTurned, before, (1, step), after, drafts.own_conclusion()?))
    };
    all.iter().filter_map(of).flatten().chain(turned()).collect()
}

/// Wrong paths to a code.
pub(super) fn coding(drafts: &Drafts<'_>) -> Vec<Corruption> {
    let graph = drafts.writer.context.graph;
    let anchors = drafts.item.pattern.anchors();
    let (Some(included_in), &[term]) = (graph.relations().id("included_in"), anchors.as_slice()) else {
        return Vec::new();
    };
    let worded = graph.label(term).to_owned();
    let local = |code: NodeId| graph.curie(code).local().to_owned();
    let told = |code: NodeId| format!("{} {}", local(code), graph.label(code));
    let all = wrong(drafts);
    let of = |&(option, at, code): &Wrong| -> Option<Vec<Corruption>> {
        let conclude = || drafts.conclusion(option, sentence::coded_to(&told(code)), Vec::new(), Vec::new());
        let others = || drafts.kept(others(&all, at));
        let listed = sentence::listed(&worded, &told(code));
        let listed = drafts.instead(0, listed, vec![holds(term, included_in, &[code])])?;
        let before = drafts.kept((0..=at).filter(|step| drafts.item.steps[*step].kind != StepKind::Exclude));
        let before = before.into_iter().chain(others()).collect();
        Some(vec![
            drafts.made(CorruptionKind::EdgeSwapped, Vec::new(), (0, listed), others(), conclude()?),
            drafts.made_to_conclude(CorruptionKind::PrematureConclusion, before, conclude()?),
        ])
    };
    let excluded = |&(option, at, code): &Wrong| -> Option<Corruption> {
        let key = *drafts.item.answer.first()?;
        let denied = Claim::of(Sense::Denied, term, included_in, &[key]).told_backwards();
        let step = drafts.instead(at, sentence::not_listed(&worded, &told(key)), vec![denied])?;
        let conclusion = drafts.conclusion(option, sentence::coded_to(&told(code)), Vec::new(), Vec::new())?;
        let before = drafts.kept(others(&all, at));
        Some(drafts.made(CorruptionKind::WrongExclusion, before, (at, step), Vec::new(), conclusion))
    };
    let turned = || {
        let [at] = drafts.of_kind(StepKind::Combine)[..] else { return None };
        let Claim::Fact(fact) = drafts.item.steps[at].claims.first()? else { return None };
        let (code, category) = (fact.subjects.first()?.node, *fact.objects.first()?);
        let text = sentence::belongs_to(&local(category), &told(code));
        let step = drafts.instead(at, text, vec![holds(category, fact.relation, &[code])])?;
        let (before, after) = (drafts.kept(0..at), drafts.kept(at + 1..drafts.last()));
        Some(drafts.made(CorruptionKind::DirectionTurned, before, (at, step), after, drafts.own_conclusion()?))
    };
    let each = all.iter().filter_map(of).flatten();
    each.chain(all.iter().filter_map(excluded)).chain(turned()).collect()
}
