//! A made-up clinic for the tests of checks: a graph large enough that cases, finding sets, contrasts and paths are
//! mined from it for real, so that a planted defect is the only thing wrong with an item.

use std::fmt::Write as _;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Licence;
use crate::kg::NodeId;
use crate::kg::search::Clause;
use crate::kg::search::Term;
use crate::kg::statistics::Statistics;
use crate::mine;
use crate::mine::Hop;
use crate::mine::MineConfig;
use crate::seed::Seed;
use crate::synth;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

pub(super) struct Sample {
    graph: Graph,
    statistics: Statistics,
}

const N_DISEASES: usize = 260;
const N_FINDINGS: usize = 520;
const N_SYSTEMS: usize = 8;
const PER_DISEASE: usize = 12;

/// A word of five letters that no other number gives, with an ending.
fn word(number: usize, ending: &str) -> String {
    const CONSONANTS: [char; 12] = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 't', 'z'];
    const VOWELS: [char; 4] = ['a', 'o', 'u', 'e'];
    let consonant = |at: usize| CONSONANTS[at % 12];
    let vowel = |at: usize| VOWELS[at % 4];
    let letters = [
        consonant(number),
        vowel(number / 12),
        consonant(number / 48),
        vowel(number / 7),
        consonant(number * 5 + number / 12),
    ];
    letters.iter().collect::<String>() + ending
}

fn finding(number: usize) -> String {
    format!("PhenotypicFeature:{}", word(number, "osis"))
}

fn disease(number: usize) -> String {
    format!("Disease:{}_malady_disease", word(1_000 + number * 2, "ian"))
}

fn arrows() -> String {
    let mut text = String::new();
    for number in 0..N_FINDINGS {
        let system = number % N_SYSTEMS;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} -is_a-> PhenotypicFeature:system_{system} -is_a-> PhenotypicFeature:root",
            finding(number)
        );
    }
    for number in 0..N_DISEASES {
        let mut stream = Seed(11).stream(&["sample"], number as u64);
        let mut numbers: Vec<usize> = (0..N_FINDINGS).collect();
        stream.shuffle(&mut numbers);
        for &found in numbers.iter().take(PER_DISEASE) {
            let _ = writeln!(text, "{} -has_phenotype[80-99%]-> {}", disease(number), finding(found));
        }
        let _ =
            writeln!(text, "Gene:GEN{} -associated_with-> {}", word(number * 2, "").to_uppercase(), disease(number));
    }
    // Two look-alikes, told apart by one finding.
    for shared in 0..8 {
        for twin in ["Disease:lefty_disease", "Disease:right_disease"] {
            let _ = writeln!(text, "{twin} -has_phenotype[80-99%]-> {}", finding(shared * 9));
        }
    }
    for own in 0..3 {
        let _ = writeln!(text, "Disease:lefty_disease -has_phenotype[80-99%]-> {}", finding(100 + own));
        let _ = writeln!(text, "Disease:right_disease -has_phenotype[80-99%]-> {}", finding(130 + own));
    }
    let _ = writeln!(text, "Disease:right_disease -phenotype_absent-> {}", finding(100));
    // Codes, one of which has an inclusion term.
    for code in 0..5 {
        let _ = writeln!(text, "DiagnosisCode:A35.{code} -is_a-> DiagnosisCode:A35");
        let _ = writeln!(text, "DiagnosisCode:A3{code} -is_a-> DiagnosisCode:section-A30-A39");
    }
    text.push_str("DiagnosisCode:A35 -is_a-> DiagnosisCode:section-A30-A39\n");
    text.push_str("InclusionTerm:lockjaw -included_in-> DiagnosisCode:A35.0 -excludes1-> DiagnosisCode:A35.1\n");
    // Drugs: four with a target of their own for one disease, three that are denied to another, and one for neither.
    let targets = ["aromatase", "cyclooxygenase", "tubulin", "thrombin"];
    for (drug, target) in ["zelabrine", "moxitol", "karpadone", "fenustat"].into_iter().zip(targets) {
        let _ = writeln!(text, "Drug:{drug} -treats-> Disease:quorn_malady");
        let _ = writeln!(text, "Drug:{drug} -decreases_activity_of-> Protein:{target}");
    }
    text.push_str("Drug:olbexan -treats-> Disease:vulp_malady\n");
    for denied in ["cantuzil", "duvomab", "brolizine"] {
        let _ = writeln!(text, "Drug:{denied} -not_indicated_for-> Disease:vulp_malady");
    }
    // Two mechanisms whose halves can be exchanged.
    for [drug, target, process, illness] in
        [["rilzatan", "plasmin", "fibrolysis", "sweltosis"], ["yobrexin", "myosin", "contraction", "crimpitis"]]
    {
        let _ = writeln!(
            text,
            "Drug:{drug} -decreases_activity_of-> Protein:{target} -positively_regulates-> BiologicalProcess:{process} -causes-> Disease:{illness} <-treats- Drug:{drug}"
        );
    }
    text.push_str("Drug:gimtal -decreases_activity_of-> Protein:kinesin\n");
    text.push_str("Disease:bare_disease <-associated_with- Gene:GENNONE\n");
    text.push_str("Disease:stray_disease -has_phenotype-> PhenotypicFeature:abnormality_of_the_spleen\n");
    text.push_str("Disease:disease_type_2 -has_phenotype-> PhenotypicFeature:torn\n");
    text.push_str("Disease:disease_type_2 -phenotype_absent-> PhenotypicFeature:torn\n");
    text
}

impl Sample {
    pub(super) fn new() -> Self {
        Self::licensed(Licence::Open)
    }

    pub(super) fn licensed(licence: Licence) -> Self {
        Self::of("", licence)
    }

    fn of(more: &str, licence: Licence) -> Self {
        let mut graph = Graph::from_arrows(&(arrows() + more)).unwrap();
        graph.relicense(licence);
        let statistics = Statistics::of(&graph);
        Self { graph, statistics }
    }

    /// The clinic with more edges between its nodes, and an item as it stands there.
    pub(super) fn with(&self, more: &str, item: &Item) -> (Self, Item) {
        let changed = Self::of(more, Licence::Open);
        assert_eq!(changed.graph.n_nodes(), self.graph.n_nodes(), "a new node would shift the numbers of all");
        let moved = |edge: EdgeId| {
            let ends = self.graph.edge(edge);
            changed.graph.cited(ends.subject, ends.relation, ends.object).unwrap()
        };
        let mut carried = item.clone();
        for hop in &mut carried.path {
            hop.edge = moved(hop.edge);
        }
        for step in &mut carried.steps {
            step.edges = step.edges.iter().map(|&edge| moved(edge)).collect();
        }
        for distractor in &mut carried.distractors {
            distractor.edges = distractor.edges.iter().map(|&edge| moved(edge)).collect();
        }
        (changed, carried)
    }

    pub(super) fn curie(&self, node: NodeId) -> String {
        self.graph.curie(node).to_string()
    }

    /// The labels of an edge's ends.
    pub(super) fn labels(&self, edge: EdgeId) -> (String, String) {
        let ends = self.graph.edge(edge);
        (self.graph.label(ends.subject).to_owned(), self.graph.label(ends.object).to_owned())
    }

    /// Findings that no edge joins to a disease.
    pub(super) fn strangers_to(&self, disease: NodeId) -> impl Iterator<Item = NodeId> {
        let known = move |finding: &NodeId| self.graph.outgoing(disease).iter().any(|to| to.node == *finding);
        self.graph.nodes_of("PhenotypicFeature").filter(move |finding| !known(finding))
    }

    /// A gene of a disease without findings: no item is about it.
    pub(super) fn gene(&self) -> NodeId {
        self.node("Gene:GENNONE")
    }

    pub(super) fn disease_of(&self, gene: NodeId) -> NodeId {
        self.graph.outgoing(gene).first().unwrap().node
    }

    pub(super) fn diseases(&self) -> impl Iterator<Item = NodeId> {
        self.graph.nodes_of("Disease")
    }

    /// The sentence that tells an edge as if its ends bore these names.
    pub(super) fn told(&self, edge: EdgeId, (subject, object): (&str, &str), is_forward: bool) -> String {
        let relation = self.graph.edge(edge).relation;
        let sentence = self.graph.relation(relation).wording(subject, object, is_forward);
        let (first, rest) = sentence.split_at(1);
        format!("{}{rest}.", first.to_uppercase())
    }

    /// An edge to a finding from a disease that is not among some nodes.
    pub(super) fn edge_to(&self, finding: NodeId, but: &[NodeId]) -> EdgeId {
        let has = self.graph.relations().id("has_phenotype").unwrap();
        let mut from = self.graph.subjects(finding, has).iter();
        from.find(|from| !but.contains(&from.node)).unwrap().edge
    }

    fn mined(&self, section: &str) -> Item {
        self.mined_if(section, |_| true)
    }

    /// The first item of a section that is wanted.
    fn mined_if(&self, section: &str, is_wanted: impl Fn(&Item) -> bool) -> Item {
        let config: MineConfig = toml::from_str(section).unwrap();
        let context = mine::Context { graph: &self.graph, statistics: &self.statistics, seed: Seed(7) };
        let writer = synth::Writer::new(context);
        let strata = mine::strata(context, &config).unwrap();
        let stratum = &strata[0];
        let made =
            (0..stratum.n_indices).map(|index| (stratum.attempt)(index).and_then(|found| synth::item(&writer, found)));
        let mut reasons = std::collections::BTreeSet::new();
        for made in made {
            match made {
                Ok(item) if is_wanted(&item) => return item,
                Ok(_) => {}
                Err(why) => drop(reasons.insert(why)),
            }
        }
        panic!("nothing is mined: {reasons:?}");
    }

    pub(super) fn corruptions(&self, item: &Item) -> Vec<synth::Corruption> {
        let context = mine::Context { graph: &self.graph, statistics: &self.statistics, seed: Seed(7) };
        synth::corruptions(&synth::Writer::new(context), item)
    }

    pub(super) fn case(&self) -> Item {
        self.mined("[[case]]\ntarget = 'Disease'\nn_items = 1")
    }

    pub(super) fn causal_gene(&self) -> Item {
        self.mined("[[case]]\ntarget = 'Gene'\nn_items = 1")
    }

    pub(super) fn finding_set(&self) -> Item {
        self.mined("[[finding_set]]\nn_items = 1")
    }

    pub(super) fn contrast(&self) -> Item {
        self.mined("[[contrast]]\nn_items = 1")
    }

    pub(super) fn treatment(&self) -> Item {
        self.mined("[[treatment]]\nmin_sources = 1\nn_items = 1")
    }

    pub(super) fn indication(&self) -> Item {
        self.mined("[[indication]]\nmin_sources = 1\nn_items = 1")
    }

    /// A statement about a finding of a look-alike that is true, or one that is not.
    pub(super) fn statement(&self, is_true: bool) -> Item {
        self.mined_if("[[statement]]\nrelation = 'has_phenotype'\nn_items = 2", |item| {
            item.answer_text == if is_true { synth::TRUE } else { synth::FALSE }
        })
    }

    /// The same about a drug.
    pub(super) fn drug_statement(&self, is_true: bool) -> Item {
        self.mined_if("[[statement]]\nrelation = 'treats'\nmin_sources = 1\nn_items = 2", |item| {
            item.answer_text == if is_true { synth::TRUE } else { synth::FALSE }
        })
    }

    /// Four diseases of the clinic that share findings by design.
    pub(super) fn ranking(&self) -> Item {
        self.mined("[[ranking]]\nn_items = 1")
    }

    /// A query for diseases by their findings: its one answer, or several, or the one that a twin has none of.
    pub(super) fn shape(&self, asks: &str) -> Item {
        let shape = if asks == "multiple_answer" { "1p" } else { "2i" };
        let section =
            format!("[[shape]]\nasks = '{asks}'\nshapes = ['{shape}']\nrelations = ['has_phenotype']\nn_items = 2");
        self.mined_if(&section, |item| {
            item.answer.first().is_some_and(|&answer| self.graph.category(answer) == "Disease")
        })
    }

    /// A question with an answer, and its twin without one.
    pub(super) fn twins(&self) -> [Item; 2] {
        let section = "[[shape]]\nasks = 'unanswerable'\nshapes = ['2i']\nrelations = ['has_phenotype']\nn_items = 2";
        let answered = self.shape("unanswerable");
        let twin = self.mined_if(section, |item| item.index == answered.index + 1);
        [answered, twin]
    }

    /// The facts by which a node would answer a query of single hops.
    pub(super) fn meeting(&self, item: &Item, node: NodeId) -> String {
        let name = |term: Term| match term {
            Term::Node(node) => self.curie(node),
            Term::Variable(_) => self.curie(node),
        };
        let arrow = |clause: &Clause| {
            let relation = &self.graph.relation(clause.relation).name;
            format!("{} -{relation}-> {}\n", name(clause.subject), name(clause.object))
        };
        item.pattern.clauses.iter().map(arrow).collect()
    }

    /// A drug that nothing joins to a disease.
    pub(super) fn undisputed_drug(&self) -> NodeId {
        self.node("Drug:gimtal")
    }

    pub(super) fn coding(&self) -> Item {
        self.mined("[[coding]]\nn_items = 1")
    }

    pub(super) fn path(&self) -> Item {
        self.mined("[[walk]]\nhops = { 2 = 1.0 }\nrelations = ['associated_with', 'has_phenotype']\nn_items = 1")
    }

    /// A mechanism beside three chains that are none.
    pub(super) fn chains(&self) -> Item {
        self.mined("[[mechanism]]\nasks = 'choice'\nn_items = 1")
    }

    pub(super) fn reject(&self, check: &dyn Check, item: &Item) -> Option<String> {
        check.reject(self.context(), item)
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context { graph: &self.graph, statistics: &self.statistics }
    }

    fn node(&self, text: &str) -> NodeId {
        self.graph.find(&text.parse().unwrap()).unwrap()
    }

    fn edge(&self, subject: &str, relation: &str) -> EdgeId {
        let relation = self.graph.relations().id(relation).unwrap();
        self.graph.objects(self.node(subject), relation).first().unwrap().edge
    }

    /// An edge of a disease that the item is not about.
    pub(super) fn edge_of_another(&self, item: &Item) -> EdgeId {
        let subject = self.graph.edge(item.path[0].edge).subject;
        let other = (0..N_DISEASES).map(disease).find(|name| self.node(name) != subject).unwrap();
        self.edge(&other, "has_phenotype")
    }

    pub(super) fn contradicted_edge(&self) -> EdgeId {
        self.edge("Disease:disease_type_2", "has_phenotype")
    }

    /// Disease – finding – disease.
    pub(super) fn path_through_a_finding(&self) -> Vec<Hop> {
        let shared = self.graph.incoming(self.node(&finding(0)));
        let has = self.graph.relations().id("has_phenotype").unwrap();
        let edges: Vec<EdgeId> = shared.iter().filter(|from| from.relation == has).map(|from| from.edge).collect();
        vec![Hop { edge: edges[0], is_forward: true }, Hop { edge: edges[1], is_forward: false }]
    }

    pub(super) fn heading(&self) -> NodeId {
        self.node("PhenotypicFeature:abnormality_of_the_spleen")
    }

    pub(super) fn numbered(&self) -> NodeId {
        self.node("Disease:disease_type_2")
    }

    pub(super) fn nameless(&self) -> NodeId {
        self.graph.nodes().find(|(_, node)| node.label.is_empty()).unwrap().0
    }
}

#[test]
fn every_check_accepts_what_is_mined() {
    let sample = Sample::new();
    for item in [
        sample.case(),
        sample.causal_gene(),
        sample.finding_set(),
        sample.coding(),
        sample.contrast(),
        sample.path(),
        sample.chains(),
        sample.treatment(),
        sample.indication(),
        sample.statement(true),
        sample.statement(false),
        sample.drug_statement(true),
        sample.drug_statement(false),
        sample.ranking(),
        sample.shape("open"),
        sample.shape("multiple_answer"),
    ]
    .into_iter()
    .chain(sample.twins())
    {
        for check in crate::verify::checks::all() {
            assert_eq!(sample.reject(*check, &item), None, "{} of {item:#?}", check.code());
        }
    }
}
