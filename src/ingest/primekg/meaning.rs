//! What PrimeKG's words mean here.

use std::collections::BTreeMap;

use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::location::Place;

/// `relation` or `relation/display_relation` → our relation, with the categories of its subject and object. Same-type
/// hierarchies have lost their direction.
pub(super) const RELATIONS: &[(&str, &str, &str, &str)] = &[
    ("protein_protein", "interacts_with", "Gene", "Gene"),
    ("drug_protein/target", "targets", "Drug", "Gene"),
    ("drug_protein/enzyme", "metabolised_by", "Drug", "Gene"),
    ("drug_protein/carrier", "carried_by", "Drug", "Gene"),
    ("drug_protein/transporter", "transported_by", "Drug", "Gene"),
    ("contraindication", "contraindicated_for", "Drug", "Disease"),
    ("indication", "treats", "Drug", "Disease"),
    ("off-label use", "off_label_for", "Drug", "Disease"),
    ("drug_drug", "drug_interaction", "Drug", "Drug"),
    ("phenotype_protein", "gene_has_phenotype", "Gene", "PhenotypicFeature"),
    ("phenotype_phenotype", "near_in_hierarchy", "PhenotypicFeature", "PhenotypicFeature"),
    ("disease_phenotype_negative", "phenotype_absent", "Disease", "PhenotypicFeature"),
    ("disease_phenotype_positive", "has_phenotype", "Disease", "PhenotypicFeature"),
    ("disease_protein", "associated_with", "Gene", "Disease"),
    ("disease_disease", "near_in_hierarchy", "Disease", "Disease"),
    ("drug_effect", "has_side_effect", "Drug", "PhenotypicFeature"),
    ("bioprocess_bioprocess", "near_in_hierarchy", "BiologicalProcess", "BiologicalProcess"),
    ("molfunc_molfunc", "near_in_hierarchy", "MolecularActivity", "MolecularActivity"),
    ("cellcomp_cellcomp", "near_in_hierarchy", "CellularComponent", "CellularComponent"),
    ("molfunc_protein", "has_function", "Gene", "MolecularActivity"),
    ("cellcomp_protein", "acts_in_component", "Gene", "CellularComponent"),
    ("bioprocess_protein", "participates_in", "Gene", "BiologicalProcess"),
    ("exposure_protein", "interacts_with", "Exposure", "Gene"),
    ("exposure_disease", "exposure_linked_to", "Exposure", "Disease"),
    ("exposure_exposure", "near_in_hierarchy", "Exposure", "Exposure"),
    ("exposure_bioprocess", "interacts_with", "Exposure", "BiologicalProcess"),
    ("exposure_molfunc", "interacts_with", "Exposure", "MolecularActivity"),
    ("exposure_cellcomp", "interacts_with", "Exposure", "CellularComponent"),
    ("anatomy_anatomy", "near_in_hierarchy", "AnatomicalEntity", "AnatomicalEntity"),
    ("anatomy_protein_present", "expressed_in", "Gene", "AnatomicalEntity"),
    ("anatomy_protein_absent", "expression_absent_in", "Gene", "AnatomicalEntity"),
    ("pathway_pathway", "near_in_hierarchy", "Pathway", "Pathway"),
    ("pathway_protein", "participates_in", "Gene", "Pathway"),
];

const CATEGORIES: &[(&str, &str)] = &[
    ("gene/protein", "Gene"),
    ("drug", "Drug"),
    ("effect/phenotype", "PhenotypicFeature"),
    ("disease", "Disease"),
    ("biological_process", "BiologicalProcess"),
    ("molecular_function", "MolecularActivity"),
    ("cellular_component", "CellularComponent"),
    ("exposure", "Exposure"),
    ("anatomy", "AnatomicalEntity"),
    ("pathway", "Pathway"),
];

/// Source → prefix, and the width that bare numbers are padded to.
const PREFIXES: &[(&str, &str, usize)] = &[
    ("NCBI", "NCBIGene", 0),
    ("DrugBank", "DRUGBANK", 0),
    ("HPO", "HP", 7),
    ("MONDO", "MONDO", 7),
    ("GO", "GO", 7),
    ("CTD", "MESH", 0),
    ("UBERON", "UBERON", 7),
    ("REACTOME", "REACT", 0),
];

/// Diseases that PrimeKG took together: their id joins the members' ids with `_`.
const GROUPED: &str = "MONDO_grouped";

/// Words beside PrimeKG's own, from a source's settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    /// Type, as written → category.
    pub(super) categories: &'a BTreeMap<Box<str>, Box<str>>,
    /// Source, as written → prefix; ids are not padded.
    pub(super) prefixes: &'a BTreeMap<Box<str>, Box<str>>,
}

impl Names<'_> {
    /// The node of four fields.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and what would have been right.
    pub(super) fn node(
        &self,
        id: &str,
        kind: &str,
        name: &str,
        source: &str,
        place: Place,
    ) -> Result<NodeRecord, String> {
        let category = (self.categories.get(kind).map(|category| &**category))
            .or_else(|| CATEGORIES.iter().find(|(written, _)| *written == kind).map(|(_, category)| *category))
            .ok_or_else(|| format!("`{kind}` is no type of PrimeKG; name its category under `categories`"))?;
        if id.is_empty() {
            return Err("the identifier is empty".to_owned());
        }
        let curie = |text: String| text.parse::<Curie>().map_err(|error| error.to_string());
        if source == GROUPED {
            let mut node = NodeRecord::new(curie(format!("{GROUPED}:{id}"))?, name, category, place);
            node.xrefs = id.split('_').map(|member| curie(format!("MONDO:{member:0>7}"))).collect::<Result<_, _>>()?;
            return Ok(node);
        }
        let known = PREFIXES.iter().find(|(written, ..)| *written == source).map(|&(_, prefix, width)| (prefix, width));
        let (prefix, width) = (self.prefixes.get(source).map(|prefix| (&**prefix, 0)))
            .or(known)
            .ok_or_else(|| format!("`{source}` is no source of PrimeKG; name its prefix under `prefixes`"))?;
        Ok(NodeRecord::new(curie(format!("{prefix}:{id:0>width$}"))?, name, category, place))
    }
}
