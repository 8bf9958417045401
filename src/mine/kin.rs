//! Who is too near to stand beside whom.
//!
//! "One limb-girdle dystrophy against three others" is no question. Two nodes are kin if one is a kind of the other,
//! if they bear one name, if the name of one extends that of the other or differs from it only by a number or a
//! letter, or if a gene belongs to both. Where diseases have classes, those of one series are kin (OMIM numbers the
//! forms of one disease and keeps an entry for the series), and so are those that share a small class; without, names
//! and genes are what there is.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::words;

/// Whether two nodes are one thing told twice: of one name, one a kind of the other, or, of diseases, of names that extend
/// each other. What merely has something in common is not alike: that may be what a question asks for.
pub fn are_alike(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    let stem = |node| without_numbering(&words(graph.label(node)));
    left == right
        || graph.twins(left).binary_search(&right).is_ok()
        || is_above_or_below(graph, left, right)
        || graph.category(left) == "Disease" && share_a_stem((&stem(left), &stem(right)))
}

/// Whether two nodes are kin; a node is its own. Who asks of one node again and again keeps its [`Kin`].
///
/// # Complexity
///
/// O(ancestors of both + genes of both + length of both names).
pub fn are_kin(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    left == right || Kin::of(graph, left).has(graph, &Kin::of(graph, right))
}

/// What tells the kin of a node, worked out once: a disease is compared with hundreds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    node: NodeId,
    /// Itself and all that it is a kind of, sorted.
    classes: Vec<NodeId>,
    /// The words of its name.
    name: Vec<String>,
    /// Those that do not only number it.
    stem: Vec<String>,
}

impl Kin {
    /// The kin of a node.
    ///
    /// # Complexity
    ///
    /// O(ancestors + length of the name).
    pub fn of(graph: &Graph, node: NodeId) -> Self {
        let name = words(graph.label(node));
        let stem = without_numbering(&name);
        Self { node, classes: graph.taxonomy().ancestors(node), name, stem }
    }

    /// Whether another node is of them; a node is its own.
    ///
    /// # Complexity
    ///
    /// O(ancestors of both + genes of both + length of both names).
    pub fn has(&self, graph: &Graph, other: &Self) -> bool {
        let (left, right) = (self.node, other.node);
        left == right
            || graph.twins(left).binary_search(&right).is_ok()
            || self.classes.binary_search(&right).is_ok()
            || other.classes.binary_search(&left).is_ok()
            || has_small_class(graph, (&self.classes, &other.classes), SMALL_CLASS)
            || share_a_gene(graph, left, right)
            || share_a_stem((&self.stem, &other.stem))
            || share_a_head((&self.name, &other.name))
    }
}

/// Whether one of two nodes is a kind of the other: then one is the other, told less exactly.
pub fn is_above_or_below(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    graph.taxonomy().is_kind_of(left, right) || graph.taxonomy().is_kind_of(right, left)
}

/// A class that holds no more than so many kinds is small: what it holds is much the same.
pub const SMALL_CLASS: usize = 15;

/// The other diseases of the small classes that a disease belongs to, sorted: what is recorded of them may well be true of
/// it, and nobody has written it down.
pub fn small_family(graph: &Graph, disease: NodeId) -> Vec<NodeId> {
    let taxonomy = graph.taxonomy();
    let classes = taxonomy.ancestors(disease).into_iter().filter(|&class| class != disease);
    let small = classes.filter(|&class| !taxonomy.has_more_kinds_than(class, SMALL_CLASS));
    let mut family: Vec<NodeId> = small.flat_map(|class| taxonomy.descendants(class)).collect();
    family.sort_unstable();
    family.dedup();
    family.retain(|&other| other != disease);
    family
}

/// Whether two diseases belong to one series, or to one class of no more than so many kinds.
pub fn share_a_class(graph: &Graph, (left, right): (NodeId, NodeId), max_kinds: usize) -> bool {
    let taxonomy = graph.taxonomy();
    has_small_class(graph, (&taxonomy.ancestors(left), &taxonomy.ancestors(right)), max_kinds)
}

/// Whether a class that stands in both of two sorted lists is a series, or has no more than so many kinds.
fn has_small_class(graph: &Graph, (left, right): (&[NodeId], &[NodeId]), max_kinds: usize) -> bool {
    let mut shared = left.iter().copied().filter(|class| right.binary_search(class).is_ok());
    shared.any(|class| is_series(graph, class) || !graph.taxonomy().has_more_kinds_than(class, max_kinds))
}

/// Whether OMIM keeps an entry for the series of which a node is the whole.
fn is_series(graph: &Graph, class: NodeId) -> bool {
    let node = graph.node(class);
    std::iter::once(&node.curie).chain(&node.xrefs).any(|curie| curie.prefix() == "OMIMPS")
}

/// Whether a gene is associated with both.
fn share_a_gene(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    let Some(relation) = graph.relations().id("associated_with") else { return false };
    let genes = graph.subjects(right, relation);
    graph.subjects(left, relation).nodes().iter().any(|gene| genes.nodes().binary_search(gene).is_ok())
}

/// Whether one name extends the other, or both come down to one stem.
fn share_a_stem((left, right): (&[String], &[String])) -> bool {
    if left.is_empty() || right.is_empty() {
        return false;
    }
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    // "Alexander disease" and "juvenile Alexander disease"; a stem of one common word ties nothing.
    let is_telling = short.len() >= 2 || !COMMON.contains(&short[0].as_str());
    is_telling && long.windows(short.len()).any(|part| part == short)
}

/// Whether both names are of one kind: "AA amyloidosis" and "AL amyloidosis" end in the same telling word.
fn share_a_head((left, right): (&[String], &[String])) -> bool {
    left.last() == right.last() && left.last().is_some_and(|head| head.len() >= 5 && !COMMON.contains(&head.as_str()))
}

/// Words that name no disease by themselves.
const COMMON: [&str; 14] = [
    "syndrome",
    "disease",
    "disorder",
    "deficiency",
    "dysplasia",
    "anemia",
    "epilepsy",
    "ataxia",
    "dystrophy",
    "myopathy",
    "neuropathy",
    "encephalopathy",
    "tumor",
    "cancer",
];

/// The words of a name without those that only number it: "spinocerebellar ataxia type 35" and "spinocerebellar ataxia type 6" are
/// both "spinocerebellar ataxia". Forms (`classic form`, `infantile`) and modes of inheritance go too.
fn without_numbering(name: &[String]) -> Vec<String> {
    const NUMBERING: [&str; 30] = [
        "type",
        "types",
        "group",
        "subtype",
        "form",
        "variant",
        "complementation",
        "stage",
        "grade",
        "classic",
        "classical",
        "infantile",
        "juvenile",
        "neonatal",
        "congenital",
        "adult",
        "late",
        "early",
        "onset",
        "severe",
        "mild",
        "autosomal",
        "dominant",
        "recessive",
        "linked",
        "x",
        "familial",
        "isolated",
        "hereditary",
        "sporadic",
    ];
    let is_number = |word: &str| {
        word.chars().any(|letter| letter.is_ascii_digit())
            || word.chars().count() == 1
            || word.chars().all(|letter| "ivx".contains(letter))
            || NUMBERING.contains(&word)
    };
    name.iter().filter(|word| !is_number(word)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kin(text: &str, left: &str, right: &str) -> bool {
        let graph = Graph::from_arrows(text).unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        are_kin(&graph, node(left), node(right))
    }

    fn share_a_name(left: &str, right: &str) -> bool {
        let stem = |name: &str| without_numbering(&words(name));
        share_a_stem((&stem(left), &stem(right)))
    }

    #[test]
    fn names_that_differ_by_a_number_are_kin() {
        for (left, right) in [
            ("Spinocerebellar ataxia type 35", "Spinocerebellar ataxia type 6"),
            ("Alexander disease", "Alexander disease type I"),
            ("Juvenile Huntington disease", "Huntington disease"),
            ("Pelizaeus-Merzbacher disease, connatal form", "Pelizaeus-Merzbacher disease, classic form"),
            ("X-linked Emery-Dreifuss muscular dystrophy", "Autosomal dominant Emery-Dreifuss muscular dystrophy"),
        ] {
            assert!(share_a_name(left, right), "{left} / {right}");
        }
    }

    #[test]
    fn names_that_share_a_common_word_are_not() {
        for (left, right) in [
            ("Alexander disease", "Krabbe disease"),
            ("Epilepsy", "Myoclonic epilepsy of infancy"),
            ("Chediak-Higashi syndrome", "Griscelli syndrome"),
        ] {
            assert!(!share_a_name(left, right), "{left} / {right}");
        }
    }

    #[test]
    fn names_of_one_kind_are_kin() {
        let share_a_head = |left: &str, right: &str| share_a_head((&words(left), &words(right)));
        assert!(share_a_head("AA amyloidosis", "AL amyloidosis"));
        assert!(!share_a_head("Krabbe disease", "Fabry disease"));
        assert!(!share_a_head("AA amyloidosis", "Sarcoidosis"));
    }

    #[test]
    fn a_shared_gene_makes_kin() {
        let text = "Gene:g -associated_with-> Disease:alpha\nGene:g -associated_with-> Disease:beta\nGene:h -associated_with-> Disease:gamma";
        assert!(kin(text, "Disease:alpha", "Disease:beta"));
        assert!(!kin(text, "Disease:alpha", "Disease:gamma"));
    }

    #[test]
    fn kinds_are_kin_and_those_of_a_large_class_are_not() {
        let text = |n_others: usize| {
            let others = (0..n_others).map(|at| format!("\nDisease:other{at} -is_a-> Disease:gamma"));
            let chain = "Disease:alpha -is_a-> Disease:beta -is_a-> Disease:gamma\nDisease:delta -is_a-> Disease:gamma";
            format!("{chain}{}", others.collect::<String>())
        };
        assert!(kin(&text(0), "Disease:alpha", "Disease:gamma"));
        // alpha, beta, delta and the others.
        assert!(kin(&text(12), "Disease:alpha", "Disease:delta"));
        assert!(!kin(&text(13), "Disease:alpha", "Disease:delta"));
    }

    #[test]
    fn those_of_a_series_are_kin_however_many_there_are() {
        let text: String = (0..20).map(|at| format!("Disease:of{at} -is_a-> OMIMPS:1 (Disease)\n")).collect();
        let of = |class: &str| text.replace("OMIMPS:1 (Disease)", class);
        assert!(kin(&of("OMIMPS:1"), "Disease:of3", "Disease:of5"));
        assert!(!kin(&of("Disease:class"), "Disease:of3", "Disease:of5"));
    }
}
