//! Measures how often a clue that the graph does not record of a disease holds all the same.
//!
//! Where two groups have described one disease, one of them can be asked about the gaps of the other. The HPO's
//! annotations come from readers of OMIM and the literature and from Orphanet, and what Orphanet says cites its own
//! number (`ORPHA:558`); merged, a disease has both. So each such disease is taken as an option twice, once with each
//! description hidden. Its nearest neighbours stand for the keys beside which it would be offered; of their frequent
//! clues those are taken that the visible description lacks even loosely, and it is counted how many of them, alone, in
//! twos and in threes, the hidden one has. Neighbours are found with both descriptions in view, which makes them likelier
//! to have what is hidden: where it is not known how distractors will be chosen, the risk is better put too high.
//!
//! Each pair of diseases weighs the same, however many clues there are. What is counted is a lower bound, because the
//! hidden description has gaps too, and it speaks of the better known diseases, because those are described twice.

use rayon::prelude::*;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::Risks;
use crate::kg::risks::BOUNDS;
use crate::kg::risks::as_float;
use crate::kg::statistics::Profile;
use crate::kg::statistics::Statistics;
use crate::kg::statistics::lower_bound;
use crate::mine::MIN_PROFILE;
use crate::mine::kin::Kin;

/// Fewer diseases than this prove little, and the shares that were measured elsewhere stand.
const MIN_DISEASES: usize = 300;
/// How many neighbours stand for the keys.
const N_NEAREST: usize = 10;
/// Among how many of those that share most findings the neighbours are looked for.
const POOL: usize = 64;
/// A clue is told of at least this share of patients, and tells at least so much.
const MIN_FREQUENCY: f64 = 0.3;
const MIN_INFORMATION: f64 = 2.0;
/// The weight of a pair of diseases, so that shares of sets are counts too.
const WEIGHT: u64 = 1_000_000;

/// The statistics of a graph, with the risks that were measured on it where enough of its diseases were described
/// twice, and else those that were measured elsewhere.
///
/// # Complexity
///
/// That of [`Statistics::of`], and O(t · f · d) for t diseases described twice with f findings each, which d diseases
/// have.
pub fn calibrated(graph: &Graph) -> Statistics {
    let statistics = Statistics::of(graph);
    match measured(graph, &statistics) {
        Some(risks) => statistics.with_risks(risks),
        None => statistics,
    }
}

/// The findings of one description, sorted.
type Findings = Vec<NodeId>;

fn measured(graph: &Graph, statistics: &Statistics) -> Option<Risks> {
    let twice: Vec<(NodeId, [Findings; 2])> = statistics
        .profiles()
        .map(|(disease, _)| (disease, descriptions(graph, disease)))
        .filter(|(_, sides)| sides.iter().all(|side| !side.is_empty()))
        .collect();
    if twice.len() < MIN_DISEASES {
        return None;
    }
    let having = Having::of(graph, statistics);
    let counted: Vec<Counts> = twice
        .par_iter()
        .flat_map_iter(|(disease, [left, right])| [(*disease, left, right), (*disease, right, left)])
        .filter(|(_, visible, _)| visible.len() >= MIN_PROFILE)
        .map(|(disease, visible, hidden)| having.count(disease, visible, hidden))
        .collect();
    let mut risks = Risks { n_diseases: twice.len() as u64, sets: [[0; 3]; 3], held: [[0; 3]; 3] };
    for counts in counted {
        for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
            risks.sets[row][column] += counts.sets[row][column];
            risks.held[row][column] += counts.held[row][column];
        }
    }
    Some(risks)
}

/// What others say of a disease, and what Orphanet does.
fn descriptions(graph: &Graph, disease: NodeId) -> [Findings; 2] {
    let mut sides = [Vec::new(), Vec::new()];
    let Some(has) = graph.relations().id("has_phenotype") else { return sides };
    for to in graph.objects(disease, has).iter() {
        let publications = &graph.qualifiers(to.edge).publications;
        let is_orphanets = |text: &str| text.starts_with("ORPHA:");
        if publications.iter().any(|text| !is_orphanets(text)) {
            sides[0].push(to.node);
        }
        if publications.iter().any(|text| is_orphanets(text)) {
            sides[1].push(to.node);
        }
    }
    sides.iter_mut().for_each(Vec::dedup);
    sides
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    sets: [[u64; 3]; 3],
    held: [[u64; 3]; 3],
}

/// Which diseases have each telling finding.
struct Having<'a> {
    graph: &'a Graph,
    statistics: &'a Statistics,
    diseases: Vec<NodeId>,
    /// By finding: positions in `diseases`.
    of: Vec<Vec<u32>>,
}

impl<'a> Having<'a> {
    fn of(graph: &'a Graph, statistics: &'a Statistics) -> Self {
        let known = statistics.profiles().filter(|(_, profile)| profile.findings.len() >= MIN_PROFILE);
        let diseases: Vec<NodeId> = known.map(|(disease, _)| disease).collect();
        let mut of = vec![Vec::new(); graph.n_nodes()];
        for (at, &disease) in (0_u32..).zip(&diseases) {
            for &finding in statistics.profile(disease).map_or(&[][..], |profile| &profile.implied) {
                if statistics.information(finding) >= BOUNDS[0] {
                    of[finding.index()].push(at);
                }
            }
        }
        Self { graph, statistics, diseases, of }
    }

    fn count(&self, disease: NodeId, visible: &[NodeId], hidden: &[NodeId]) -> Counts {
        let (shown, concealed) = (self.implied(visible), self.implied(hidden));
        let mut counts = Counts::default();
        for key in self.nearest(disease) {
            // Failed and held clues by column.
            let (mut failed, mut held) = ([0_u64; 3], [0_u64; 3]);
            for &(finding, _) in self.statistics.profile(key).map_or(&[][..], |profile| &profile.findings) {
                let information = self.statistics.information(finding);
                let is_clue = information >= MIN_INFORMATION
                    && lower_bound(self.graph, key, finding).is_some_and(|bound| bound >= MIN_FREQUENCY);
                if !is_clue || self.may_have(visible, &shown, finding) {
                    continue;
                }
                let columns = 1 + BOUNDS.iter().filter(|bound| information >= **bound).count();
                for column in 0..columns {
                    failed[column] += 1;
                    held[column] += u64::from(concealed.binary_search(&finding).is_ok());
                }
            }
            for (row, size) in (1..=3).enumerate() {
                for column in 0..3 {
                    let n_sets = choose(failed[column], size);
                    let share = (WEIGHT * choose(held[column], size)).checked_div(n_sets);
                    counts.sets[row][column] += share.map_or(0, |_| WEIGHT);
                    counts.held[row][column] += share.unwrap_or(0);
                }
            }
        }
        counts
    }

    /// The findings with all that they imply, sorted.
    fn implied(&self, findings: &[NodeId]) -> Findings {
        let taxonomy = self.graph.taxonomy();
        let mut implied: Findings = findings.iter().flat_map(|&finding| taxonomy.ancestors(finding)).collect();
        implied.sort_unstable();
        implied.dedup();
        implied
    }

    /// Whether a description leaves open that a finding holds: it has the finding, a kind of it, or something of which
    /// it is a kind and which tells enough.
    fn may_have(&self, findings: &[NodeId], implied: &[NodeId], finding: NodeId) -> bool {
        let has = self.graph.relations().id("has_phenotype");
        let is_telling = |above: &NodeId| has.is_some_and(|has| !self.graph.is_vague(has, *above));
        implied.binary_search(&finding).is_ok()
            || self
                .graph
                .taxonomy()
                .ancestors(finding)
                .iter()
                .any(|above| findings.binary_search(above).is_ok() && is_telling(above))
    }

    /// The diseases that are likest to one and no kin of it, likest first.
    fn nearest(&self, disease: NodeId) -> Vec<NodeId> {
        let Some(own) = self.statistics.profile(disease) else { return Vec::new() };
        let mut n_shared = vec![0_u32; self.diseases.len()];
        for finding in &own.implied {
            for &at in &self.of[finding.index()] {
                n_shared[at as usize] += 1;
            }
        }
        let curie = |node: NodeId| self.graph.curie(node).as_str();
        let mut pool: Vec<(u32, NodeId)> =
            n_shared.into_iter().zip(self.diseases.iter().copied()).filter(|(shared, _)| *shared > 0).collect();
        pool.sort_unstable_by(|left, right| right.0.cmp(&left.0).then_with(|| curie(left.1).cmp(curie(right.1))));
        pool.truncate(POOL);
        let mut near: Vec<(f64, NodeId)> =
            pool.into_iter().map(|(_, other)| (self.likeness(own, other), other)).collect();
        near.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| curie(left.1).cmp(curie(right.1))));
        let kin = Kin::of(self.graph, disease);
        near.into_iter()
            .map(|(_, other)| other)
            .filter(|&other| !kin.has(self.graph, &Kin::of(self.graph, other)))
            .take(N_NEAREST)
            .collect()
    }

    /// What some findings tell in all, in billionths of a nat: whole numbers, so that two sums of the same parts are equal
    /// in whatever order, and nobody who counts again finds another neighbour.
    fn content(&self, findings: impl Iterator<Item = NodeId>) -> u64 {
        let billionths = |finding| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 20 nats")]
            let whole = (self.statistics.information(finding) * 1e9).round() as u64;
            whole
        };
        findings.map(billionths).sum()
    }

    /// The share of the information of two profiles that both have.
    fn likeness(&self, own: &Profile, other: NodeId) -> f64 {
        let Some(profile) = self.statistics.profile(other) else { return 0.0 };
        let shared = own.implied.iter().copied().filter(|finding| profile.implies(*finding));
        let (left, right) = (own.implied.iter().copied(), profile.implied.iter().copied());
        let [both, left, right] = [self.content(shared), self.content(left), self.content(right)];
        as_float(both) / as_float(left + right - both)
    }
}

/// How many sets of a size there are.
fn choose(of: u64, size: u64) -> u64 {
    (0..size).fold(1, |sets, at| sets * of.saturating_sub(at) / (at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_counted() {
        let counted: Vec<u64> = (1..=3).map(|size| choose(5, size)).collect();
        assert_eq!(counted, [5, 10, 10]);
        assert_eq!(choose(2, 3), 0);
    }

    #[test]
    fn a_graph_that_says_everything_once_is_believed_as_others_were() {
        let graph = Graph::from_arrows("Disease:d -has_phenotype-> PhenotypicFeature:f").unwrap();
        assert_eq!(calibrated(&graph).risks(), &Risks::default());
    }
}
