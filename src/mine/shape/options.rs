//! What is offered beside the answers of a query, and what each of it fails.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Projection;
use crate::kg::search::Query;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::DeadEnd;
use crate::mine::kin::are_alike;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::as_float;
use crate::mine::shape::FEWEST_KEYS;
use crate::mine::shape::Found;
use crate::mine::shape::N_OPTIONS;
use crate::mine::shape::N_OTHERS;
use crate::mine::shape::Shapes;
use crate::mine::shape::bind;
use crate::mine::shape::bind::after;
use crate::mine::shape::bind::before;
use crate::seed::Stream;

/// A condition that a query puts on its answer: the clause that touches the answer, with the step that it asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition<'q> {
    /// Its position among the clauses of the pattern.
    pub clause: usize,
    /// The hop that has to lead to the answer, or must be denied to.
    pub step: &'q Projection,
    /// Whether it is to be denied.
    pub is_denied: bool,
}

/// The conditions on the answer of a query, in the order of its clauses.
pub fn conditions(query: &Query) -> Vec<Condition<'_>> {
    let mut all = Vec::new();
    collect(query, &mut 0, &mut all);
    all
}

fn collect<'q>(query: &'q Query, clause: &mut usize, all: &mut Vec<Condition<'q>>) {
    let (step, is_denied) = match query {
        Query::Anchor(_) => return,
        Query::And(several) | Query::Or(several) => return several.iter().for_each(|one| collect(one, clause, all)),
        Query::Project(step) => (step, false),
        Query::AndNot { of, denied } => {
            collect(of, clause, all);
            (denied, true)
        }
    };
    all.push(Condition { clause: *clause, step, is_denied });
    *clause += 1 + n_clauses(&step.of);
}

fn n_clauses(query: &Query) -> usize {
    match query {
        Query::Anchor(_) => 0,
        Query::Project(step) => 1 + n_clauses(&step.of),
        Query::And(all) | Query::Or(all) => all.iter().map(n_clauses).sum(),
        Query::AndNot { of, denied } => n_clauses(of) + 1 + n_clauses(&denied.of),
    }
}

impl Condition<'_> {
    /// Whether a node cannot meet it: not even loosely does the hop lead there; or, where it is to be denied, it is stated
    /// from wherever the hop may start.
    pub fn is_failed_by(&self, graph: &Graph, node: NodeId) -> bool {
        let step = self.step;
        let leads = |reading| move |&from: &NodeId| holds(graph, reading, step.triple(from, node));
        let Ok(from) = step.of.answers(graph, Reading::Loose, PROOF_BUDGET) else { return false };
        if self.is_denied { from.iter().all(leads(Reading::Strict)) } else { !from.iter().any(leads(Reading::Loose)) }
    }

    /// What meets it strictly, taken as a condition that is not denied.
    fn met_by(&self, graph: &Graph) -> Vec<NodeId> {
        let query = Query::Project(Box::new(self.step.clone()));
        query.answers(graph, Reading::Strict, PROOF_BUDGET).unwrap_or_default()
    }

    /// Whether stated edges lead to a node.
    fn is_bound_by(&self, graph: &Graph, node: NodeId) -> bool {
        bind(graph, &Query::Project(Box::new(self.step.clone())), node).is_some()
    }
}

/// So many of a pool are looked at.
const LOOKED_AT: usize = 40;
/// So many constants are tried in the place of one.
const TRIED: usize = 12;

impl Shapes<'_> {
    /// Some answers, and what stands beside them.
    pub(super) fn several(&self, found: &Found, stream: &mut Stream) -> Result<(Vec<NodeId>, Vec<NodeId>), DeadEnd> {
        let graph = self.context.graph;
        let mut answers = found.strict.clone();
        stream.shuffle(&mut answers);
        answers.truncate(LOOKED_AT);
        answers.retain(|&node| self.drawer.is_answer(node) && bind(graph, &found.query, node).is_some());
        let n_keys = FEWEST_KEYS + stream.below(2);
        if let Some(nearer) = found.query.shortcut() {
            // One key at least is not reached by the shorter way.
            let near = self.strict(&nearer)?;
            answers.sort_by_key(|node| near.binary_search(node).is_ok());
            if answers.first().is_none_or(|first| near.binary_search(first).is_ok()) {
                return Err(DeadEnd("a hop leads back to where another came from"));
            }
        }
        let mut keys: Vec<NodeId> = Vec::new();
        if self.shape.has_union() {
            // Each alternative has one.
            for branch in conditions_of_union(&found.query) {
                let next =
                    answers.iter().copied().find(|&node| bind(graph, &branch, node).is_some() && !keys.contains(&node));
                keys.push(next.ok_or(DeadEnd("an alternative has no answer that can be told"))?);
            }
        }
        for &node in &answers {
            if keys.len() < n_keys && !keys.contains(&node) && keys.iter().all(|&key| !are_alike(graph, key, node)) {
                keys.push(node);
            }
        }
        if keys.len() < FEWEST_KEYS || keys.windows(2).any(|pair| are_alike(graph, pair[0], pair[1])) {
            return Err(DeadEnd("too few answers can be told apart"));
        }
        let mut pool = self.near(found, &keys);
        stream.shuffle(&mut pool);
        pool.truncate(LOOKED_AT);
        let mut others: Vec<NodeId> = Vec::new();
        while keys.len() + others.len() < N_OPTIONS {
            // About as much is recorded of a wrong option as of a right one.
            let like = self.size(keys[others.len() % keys.len()]);
            let is_apart = |node: &NodeId| keys.iter().chain(&others).all(|&other| !are_alike(graph, other, *node));
            let next = pool
                .iter()
                .copied()
                .filter(is_apart)
                .min_by(|&left, &right| (self.size(left) - like).abs().total_cmp(&(self.size(right) - like).abs()));
            others.push(next.ok_or(DeadEnd("too few others come near"))?);
        }
        keys.sort_unstable();
        Ok((keys, others))
    }

    /// How much is recorded of a node, as a logarithm.
    fn size(&self, node: NodeId) -> f64 {
        as_float(self.context.graph.degree(node) + 1).ln()
    }

    /// What is no answer, not even loosely, but meets some condition; of a chain, or of alternatives, what has something
    /// in common with an answer.
    fn near(&self, found: &Found, keys: &[NodeId]) -> Vec<NodeId> {
        let graph = self.context.graph;
        let conditions = conditions(&found.query);
        let mut pool: Vec<NodeId> = Vec::new();
        if conditions.len() > 1 && !self.shape.has_union() {
            pool.extend(conditions.iter().flat_map(|condition| condition.met_by(graph)));
        } else {
            for (condition, &key) in
                conditions.iter().flat_map(|condition| keys.iter().map(move |key| (condition, key)))
            {
                let (relation, direction) = (condition.step.relation, condition.step.direction);
                let from = before(graph, key, relation, direction);
                pool.extend(from.into_iter().take(LOOKED_AT).flat_map(|from| after(graph, from, relation, direction)));
            }
            // Where nothing else is that near: what the same hop leads to from a node that is next to where it starts.
            if let [condition] = conditions.as_slice() {
                pool.extend(self.beyond(condition.step));
            }
        }
        pool.sort_unstable();
        pool.dedup();
        let category = keys.first().map(|&key| graph.category(key));
        pool.retain(|&node| {
            found.loose.binary_search(&node).is_err()
                && Some(graph.category(node)) == category
                && self.drawer.is_answer(node)
        });
        pool
    }

    /// What a hop leads to from nodes that meet some condition on where it starts.
    fn beyond(&self, step: &Projection) -> Vec<NodeId> {
        let graph = self.context.graph;
        let starts = conditions(&step.of).into_iter().flat_map(|condition| condition.met_by(graph));
        starts.take(LOOKED_AT * LOOKED_AT).flat_map(|from| after(graph, from, step.relation, step.direction)).collect()
    }

    /// The one answer, the same question with another constant and no answer, and what is offered with both.
    pub(super) fn with_a_twin(
        &self,
        found: &Found,
        stream: &mut Stream,
    ) -> Result<(NodeId, Found, Vec<NodeId>), DeadEnd> {
        let graph = self.context.graph;
        let [key] = found.strict[..] else { return Err(DeadEnd("there is not exactly one answer")) };
        if found.loose != found.strict || !self.drawer.is_answer(key) || bind(graph, &found.query, key).is_none() {
            return Err(DeadEnd("more may be answers than are"));
        }
        let mut near = self.near(found, &[key]);
        stream.shuffle(&mut near);
        near.truncate(LOOKED_AT);
        let all = conditions(&found.query);
        let n_met = |query: &Query, node: NodeId| {
            conditions(query).iter().filter(|condition| condition.is_bound_by(graph, node)).count()
        };
        let mut places: Vec<(NodeId, super::draw::Step)> = (all.iter())
            .filter_map(|condition| match condition.step.of {
                Query::Anchor(anchor) => Some((anchor, (condition.step.relation, condition.step.direction))),
                _ => None,
            })
            .collect();
        stream.shuffle(&mut places);
        for (anchor, hop) in places {
            let mut instead = self.drawer.in_place_of(anchor, hop, &near);
            stream.shuffle(&mut instead);
            for &other in instead.iter().filter(|other| !found.query.anchors().contains(other)).take(TRIED) {
                let query = found.query.with_anchor(anchor, other);
                // What answers strictly answers loosely too.
                if !self.strict(&query)?.is_empty() || !self.loose(&query)?.is_empty() {
                    continue;
                }
                let twin = Found { query, strict: Vec::new(), loose: Vec::new() };
                if self.asks_something_else(&twin).is_err() {
                    continue;
                }
                let fits = |node: &NodeId| n_met(&found.query, *node) > 0 && n_met(&twin.query, *node) > 0;
                let has_other = |node: &NodeId| before(graph, *node, hop.0, hop.1).binary_search(&other).is_ok();
                let is_apart = |node: NodeId, chosen: &[NodeId]| {
                    chosen.iter().chain([&key]).all(|&option| !are_alike(graph, option, node))
                };
                let mut chosen: Vec<NodeId> = Vec::new();
                chosen.extend(near.iter().copied().find(|node| has_other(node) && fits(node) && is_apart(*node, &[])));
                for &node in &near {
                    if !chosen.is_empty()
                        && chosen.len() < N_OTHERS
                        && fits(&node)
                        && is_apart(node, &chosen)
                        && !chosen.contains(&node)
                    {
                        chosen.push(node);
                    }
                }
                if chosen.len() == N_OTHERS && n_met(&twin.query, key) > 0 {
                    return Ok((key, twin, chosen));
                }
            }
        }
        Err(DeadEnd("no other constant leaves the question without an answer"))
    }

    /// Whether each condition of a query without an answer can be met by something.
    fn asks_something_else(&self, found: &Found) -> Result<(), DeadEnd> {
        let graph = self.context.graph;
        let is_met = |condition: &Condition<'_>| !condition.met_by(graph).is_empty();
        if conditions(&found.query).iter().all(is_met) {
            Ok(())
        } else {
            Err(DeadEnd("nothing meets one of the conditions"))
        }
    }
}

/// The alternatives of a query, each with the hop from where they meet.
fn conditions_of_union(query: &Query) -> Vec<Query> {
    match query {
        Query::Or(all) => all.clone(),
        Query::Project(step) => {
            let inner = conditions_of_union(&step.of);
            inner.into_iter().map(|of| Query::project(step.relation, step.direction, of)).collect()
        }
        _ => Vec::new(),
    }
}
