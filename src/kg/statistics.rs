//! Numbers about a graph that weigh clues and paths.
//!
//! A finding that every second disease has tells little; one that five diseases have tells much. Information
//! content puts a number on that, and the profile of a disease (its findings with all that they imply) is what
//! likeness and rivalry are measured on. Both are computed once and read by every later stage.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::Permuted;
use crate::kg::Rarity;
use crate::kg::Risks;
use crate::kg::search::Direction;
use crate::kg::search::Reading;
use crate::kg::search::reach;

/// What is recorded for one disease.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Findings stated directly, sorted, each with the edge to cite.
    pub findings: Vec<(NodeId, EdgeId)>,
    /// The findings and all their ancestors, sorted.
    pub implied: Vec<NodeId>,
    /// The information content of all that is implied, summed, in nats.
    pub information: f64,
    /// Findings stated as absent, sorted, each with the edge to cite.
    pub absent: Vec<(NodeId, EdgeId)>,
    /// Where the findings come from: the information content of each organ system's findings, summed.
    pub systems: BTreeMap<NodeId, f64>,
}

impl Profile {
    /// Whether a finding holds: stated, or above one that is.
    pub fn implies(&self, finding: NodeId) -> bool {
        self.implied.binary_search(&finding).is_ok()
    }

    /// The edge that states a finding itself.
    pub fn stated(&self, finding: NodeId) -> Option<EdgeId> {
        let at = self.findings.binary_search_by_key(&finding, |&(node, _)| node).ok()?;
        self.findings.get(at).map(|&(_, edge)| edge)
    }

    /// The organ system that carries most information; ties go to the first node.
    pub fn organ_system(&self) -> Option<NodeId> {
        let best = self.systems.iter().max_by(|left, right| left.1.total_cmp(right.1).then(right.0.cmp(left.0)));
        best.map(|(&system, _)| system)
    }
}

/// Profiles, information content and organ systems of a graph.
#[derive(Debug, Clone)]
pub struct Statistics {
    profiles: BTreeMap<NodeId, Profile>,
    information: Vec<f64>,
    n_subjects: Vec<u32>,
    n_genes: Vec<u32>,
    systems: Vec<NodeId>,
    rarity: Rarity,
    permuted: Permuted,
    risks: Risks,
    /// By finding: what [`Statistics::may_have`] has found.
    may_have: Vec<OnceLock<Box<[NodeId]>>>,
}

/// The category of findings.
pub const FINDING: &str = "PhenotypicFeature";

impl Statistics {
    /// Counts a graph.
    ///
    /// Information content of a finding is −ln of the share of diseases (with at least one finding) that have it or
    /// a kind of it: P. Resnik, IJCAI 1995. A finding that no disease has is given the content of one that half a
    /// disease has, so that it ranks above all others.
    ///
    /// # Complexity
    ///
    /// O(findings of all diseases × ancestors of a finding) time and memory.
    pub fn of(graph: &Graph) -> Self {
        let relation = |name: &str| graph.relations().id(name);
        let mut profiles: BTreeMap<NodeId, Profile> = BTreeMap::new();
        for (id, edge) in graph.edges() {
            let is_present = Some(edge.relation) == relation("has_phenotype");
            let is_absent = Some(edge.relation) == relation("phenotype_absent");
            if is_present || is_absent {
                let profile = profiles.entry(edge.subject).or_default();
                let list = if is_present { &mut profile.findings } else { &mut profile.absent };
                // Edges are sorted: parallel ones follow each other, and the one to cite is asked for.
                if list.last().is_none_or(|&(finding, _)| finding != edge.object) {
                    let cited = graph.cited(edge.subject, edge.relation, edge.object).unwrap_or(id);
                    list.push((edge.object, cited));
                }
            }
        }
        let mut ancestors: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        let mut n_subjects = vec![0_u32; graph.n_nodes()];
        let mut n_profiles = 0_u32;
        for profile in profiles.values_mut() {
            let mut implied: Vec<NodeId> = Vec::new();
            for &(finding, _) in &profile.findings {
                implied.extend(ancestors.entry(finding).or_insert_with(|| graph.taxonomy().ancestors(finding)).iter());
            }
            implied.sort_unstable();
            implied.dedup();
            n_profiles += u32::from(!implied.is_empty());
            for finding in &implied {
                n_subjects[finding.index()] += 1;
            }
            profile.implied = implied;
        }
        let total = f64::from(n_profiles.max(1));
        let content = |count: u32| -((if count == 0 { 0.5 } else { f64::from(count) }) / total).ln();
        let information: Vec<f64> = n_subjects.iter().map(|&count| content(count).max(0.0)).collect();
        let systems = organ_systems(graph);
        for profile in profiles.values_mut() {
            profile.information = profile.implied.iter().map(|finding| information[finding.index()]).sum();
            for (finding, _) in &profile.findings {
                for system in ancestors.get(finding).into_iter().flatten() {
                    if systems.binary_search(system).is_ok() {
                        *profile.systems.entry(*system).or_default() += information[finding.index()];
                    }
                }
            }
        }
        let n_genes = genes_of_findings(graph, &profiles);
        Self {
            profiles,
            information,
            n_subjects,
            n_genes,
            systems,
            rarity: Rarity::of(graph),
            permuted: Permuted::of(graph),
            risks: Risks::default(),
            may_have: vec![OnceLock::new(); graph.n_nodes()],
        }
    }

    /// The same, with risks that somebody has measured on this graph.
    #[must_use]
    pub fn with_risks(self, risks: Risks) -> Self {
        Self { risks, ..self }
    }

    /// How likely it is that what is not recorded holds all the same.
    pub fn risks(&self) -> &Risks {
        &self.risks
    }

    /// The diseases of which it cannot be ruled out that they have a finding, sorted: its loose subjects. Whoever looks for
    /// clues asks for the same few thousand findings a hundred thousand times, so each is looked up once.
    ///
    /// # Complexity
    ///
    /// That of [`reach`] at first, O(1) from then on; four bytes a disease.
    pub fn may_have(&self, graph: &Graph, finding: NodeId) -> &[NodeId] {
        let Some(relation) = graph.relations().id("has_phenotype") else { return &[] };
        let looked_up = || reach(graph, Reading::Loose, finding, relation, Direction::Subjects).into_boxed_slice();
        self.may_have.get(finding.index()).map_or(&[][..], |found| found.get_or_init(looked_up))
    }

    /// The surprise at meeting a node, in nats: see [`Rarity::of_node`].
    pub fn rarity(&self, graph: &Graph, node: NodeId) -> f64 {
        self.rarity.of_node(graph, node)
    }

    /// The same graph with its edges dealt anew.
    pub fn permuted(&self) -> &Permuted {
        &self.permuted
    }

    /// The diseases with a profile, in order.
    pub fn profiles(&self) -> impl Iterator<Item = (NodeId, &Profile)> {
        self.profiles.iter().map(|(&node, profile)| (node, profile))
    }

    /// What is recorded for a disease.
    pub fn profile(&self, disease: NodeId) -> Option<&Profile> {
        self.profiles.get(&disease)
    }

    /// Information content of a finding in nats.
    pub fn information(&self, finding: NodeId) -> f64 {
        self.information.get(finding.index()).copied().unwrap_or(0.0)
    }

    /// How many diseases have a finding or a kind of it.
    pub fn n_diseases(&self, finding: NodeId) -> u32 {
        self.n_subjects.get(finding.index()).copied().unwrap_or(0)
    }

    /// How many genes have a disease with a finding or a kind of it.
    pub fn n_genes(&self, finding: NodeId) -> u32 {
        self.n_genes.get(finding.index()).copied().unwrap_or(0)
    }

    /// The organ systems: the findings right below the root of all findings, sorted.
    pub fn systems(&self) -> &[NodeId] {
        &self.systems
    }

    /// The organ systems of a finding, sorted; more than one where the ontology says so.
    pub fn systems_of(&self, graph: &Graph, finding: NodeId) -> Vec<NodeId> {
        let mut systems = graph.taxonomy().ancestors(finding);
        systems.retain(|ancestor| self.systems.binary_search(ancestor).is_ok());
        systems
    }

    /// Information content of the most informative common ancestor of two findings.
    pub fn shared_information(&self, graph: &Graph, left: NodeId, right: NodeId) -> f64 {
        let others = graph.taxonomy().ancestors(right);
        let common = graph.taxonomy().ancestors(left).into_iter().filter(|node| others.binary_search(node).is_ok());
        common.map(|node| self.information(node)).fold(0.0, f64::max)
    }
}

/// How many genes have a disease with each finding, or with a kind of it.
fn genes_of_findings(graph: &Graph, profiles: &BTreeMap<NodeId, Profile>) -> Vec<u32> {
    let mut n_genes = vec![0_u32; graph.n_nodes()];
    let Some(associated) = graph.relations().id("associated_with") else { return n_genes };
    let mut genes: BTreeMap<NodeId, Vec<&Profile>> = BTreeMap::new();
    for (&disease, profile) in profiles {
        for gene in graph.subjects(disease, associated) {
            genes.entry(gene.node).or_default().push(profile);
        }
    }
    for of_gene in genes.into_values() {
        let mut findings: Vec<NodeId> =
            of_gene.into_iter().flat_map(|profile| profile.implied.iter().copied()).collect();
        findings.sort_unstable();
        findings.dedup();
        for finding in findings {
            n_genes[finding.index()] += 1;
        }
    }
    n_genes
}

/// The share of the patients with a disease that have a finding at least: the one definition of a frequency, for clues,
/// options, checks and prose alike.
///
/// Of several sources that state the finding the least counts. Where none says how often, kinds of the finding stand in
/// for it, and of several kinds the most frequent, because whoever has a kind has the finding. `None` if nothing is
/// known.
///
/// # Complexity
///
/// O(findings of the disease), and the descendants of the finding where it is not stated itself.
pub fn lower_bound(graph: &Graph, disease: NodeId, finding: NodeId) -> Option<f64> {
    let stated = graph.objects(disease, graph.relations().id("has_phenotype")?);
    let least = |wanted: NodeId| {
        let first = stated.nodes().partition_point(|&node| node < wanted);
        let parallel = (first..).map_while(|at| stated.get(at)).take_while(|to| to.node == wanted);
        parallel.filter_map(|to| graph.qualifiers(to.edge).frequency.lower_bound()).reduce(f64::min)
    };
    least(finding).or_else(|| {
        let kinds = graph.taxonomy().descendants(finding);
        let found = stated.nodes().iter().filter(|node| kinds.binary_search(node).is_ok());
        found.filter_map(|&kind| least(kind)).reduce(f64::max)
    })
}

fn organ_systems(graph: &Graph) -> Vec<NodeId> {
    let is_finding = |node: NodeId| graph.category(node) == FINDING;
    let is_root = |node: &NodeId| {
        !graph.node(*node).is_obsolete && !graph.taxonomy().parents(*node).iter().any(|&parent| is_finding(parent))
    };
    let roots = graph.nodes_of(FINDING).filter(is_root);
    let mut systems: Vec<NodeId> = roots.flat_map(|root| graph.taxonomy().children(root)).copied().collect();
    systems.retain(|&node| is_finding(node));
    systems.sort_unstable();
    systems.dedup();
    systems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;

    const TWO: &str = "
        PhenotypicFeature:eye -is_a-> PhenotypicFeature:root
        PhenotypicFeature:cataract -is_a-> PhenotypicFeature:eye
        PhenotypicFeature:skin -is_a-> PhenotypicFeature:root
        Disease:a -has_phenotype-> PhenotypicFeature:cataract
        Disease:b -has_phenotype-> PhenotypicFeature:skin
        Disease:b -phenotype_absent-> PhenotypicFeature:eye";

    fn named(graph: &Graph, text: &str) -> NodeId {
        graph.find(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn what_every_disease_has_tells_nothing() {
        let graph = Graph::from_arrows(TWO).unwrap();
        let statistics = Statistics::of(&graph);
        assert_eq!(statistics.information(named(&graph, "PhenotypicFeature:root")), 0.0);
        let cataract = statistics.information(named(&graph, "PhenotypicFeature:cataract"));
        assert!((cataract - 2_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_profile_implies_ancestors_and_has_an_organ_system() {
        let graph = Graph::from_arrows(TWO).unwrap();
        let statistics = Statistics::of(&graph);
        let profile = statistics.profile(named(&graph, "Disease:a")).unwrap();
        assert!(profile.implies(named(&graph, "PhenotypicFeature:eye")));
        assert_eq!(profile.organ_system(), Some(named(&graph, "PhenotypicFeature:eye")));
        assert_eq!(statistics.profile(named(&graph, "Disease:b")).unwrap().absent.len(), 1);
    }

    #[test]
    fn of_several_sources_the_least_counts_and_of_several_kinds_the_most() {
        let texts = [
            "Disease:a -has_phenotype[80-99%]-> PhenotypicFeature:eye
             Disease:a -has_phenotype-> PhenotypicFeature:ear",
            "Disease:a -has_phenotype[30-79%]-> PhenotypicFeature:eye",
            "PhenotypicFeature:squint -is_a-> PhenotypicFeature:eye <-is_a- PhenotypicFeature:cataract
             Disease:a -has_phenotype[99-100%]-> PhenotypicFeature:squint
             Disease:b -has_phenotype[5-29%]-> PhenotypicFeature:squint
             Disease:b -has_phenotype[30-79%]-> PhenotypicFeature:cataract",
        ];
        let graph = graph_of(&texts.map(|text| (Licence::Open, text)));
        let bound = |disease: &str, finding: &str| lower_bound(&graph, named(&graph, disease), named(&graph, finding));
        assert_eq!(bound("Disease:a", "PhenotypicFeature:eye"), Some(0.3));
        assert_eq!(bound("Disease:b", "PhenotypicFeature:eye"), Some(0.3));
        assert_eq!(bound("Disease:a", "PhenotypicFeature:ear"), None);
        assert_eq!(bound("Disease:b", "PhenotypicFeature:ear"), None);
    }

    #[test]
    fn genes_are_counted_once_for_what_their_diseases_have() {
        let genes = "Gene:g -associated_with-> Disease:a\nGene:g -associated_with-> Disease:b\nGene:h -associated_with-> Disease:b";
        let graph = Graph::from_arrows(&format!("{TWO}\n{genes}")).unwrap();
        let statistics = Statistics::of(&graph);
        let n_genes = |finding: &str| statistics.n_genes(named(&graph, finding));
        let counted = ["PhenotypicFeature:root", "PhenotypicFeature:eye", "PhenotypicFeature:skin"].map(n_genes);
        assert_eq!(counted, [2, 1, 2]);
    }

    #[test]
    fn unrelated_findings_share_nothing() {
        let graph = Graph::from_arrows(TWO).unwrap();
        let statistics = Statistics::of(&graph);
        let (cataract, skin) = (named(&graph, "PhenotypicFeature:cataract"), named(&graph, "PhenotypicFeature:skin"));
        assert_eq!(statistics.shared_information(&graph, cataract, skin), 0.0);
    }
}
