//! Hetionet and other hetnets of its making, as tables and as JSON.
//!
//! Its nodes have a kind and an identifier, of which only the two together are unique, and its edges a metaedge, of
//! which only the whole is: `downregulates` is three of them. Kinds become prefixes and categories, metaedges become
//! relations, by tables that stand here and that settings change. An edge is stored once, in the direction of its
//! metaedge.

mod json;
mod table;

use std::collections::BTreeMap;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::target::Target;
use crate::ingest::target::target;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::EdgeRecord;
use crate::kg::Qualifiers;

pub(super) use json::HetionetJson;
pub(super) use table::HetionetEdges;
pub(super) use table::HetionetNodes;

/// Kind → prefix of its bare identifiers, and category.
const KINDS: [(&str, &str, &str); 11] = [
    ("Anatomy", "UBERON", "AnatomicalEntity"),
    ("Biological Process", "GO", "BiologicalProcess"),
    ("Cellular Component", "GO", "CellularComponent"),
    ("Compound", "DRUGBANK", "Drug"),
    ("Disease", "DOID", "Disease"),
    ("Gene", "NCBIGene", "Gene"),
    ("Molecular Function", "GO", "MolecularActivity"),
    // Hetionet's own numbers, given to the pathways of three sources.
    ("Pathway", "HETIONET", "Pathway"),
    ("Pharmacologic Class", "NDFRT", "ChemicalRole"),
    ("Side Effect", "UMLS", "PhenotypicFeature"),
    ("Symptom", "MESH", "PhenotypicFeature"),
];

/// Metaedge → relation, or the inverse of one. Metaedges that say more than any relation does are not here.
const METAEDGES: [(&str, &str); 19] = [
    ("AeG", "expresses"),
    ("CbG", "molecularly_interacts_with"),
    ("CcSE", "has_side_effect"),
    ("CdG", "decreases_expression_of"),
    ("CpD", "palliates"),
    ("CrC", "similar_to"),
    ("CtD", "treats"),
    ("CuG", "increases_expression_of"),
    ("DaG", "has_associated_gene"),
    ("DlA", "has_location"),
    ("DpS", "has_phenotype"),
    ("DrD", "similar_to"),
    ("GiG", "physically_interacts_with"),
    ("GpBP", "participates_in"),
    ("GpCC", "acts_in_component"),
    ("GpMF", "has_function"),
    ("GpPW", "participates_in"),
    ("Gr>G", "regulates"),
    ("PCiC", "has_member"),
];

type Table = BTreeMap<Box<str>, Box<str>>;

/// The identifier of a node. Those of ontologies carry their prefix, others are bare.
fn curie(kind: &str, identifier: &str, prefixes: &Table) -> Result<Curie, String> {
    let known = KINDS.iter().find(|(name, _, _)| *name == kind);
    let prefix = prefixes.get(kind).map(|prefix| &**prefix).or(known.map(|(_, prefix, _)| *prefix));
    let prefix = prefix.ok_or_else(|| format!("`{kind}` is no kind of Hetionet's; give its prefix in `prefixes`"))?;
    let wrong = |error: CurieError| error.to_string();
    if identifier.contains(':') {
        identifier.parse().map_err(wrong)
    } else {
        format!("{prefix}:{identifier}").parse().map_err(wrong)
    }
}

/// The category of a kind; empty for one that is neither Hetionet's nor mapped.
fn category<'a>(kind: &str, categories: &'a Table) -> &'a str {
    let known = KINDS.iter().find(|(name, _, _)| *name == kind).map_or("", |(_, _, category)| *category);
    categories.get(kind).map_or(known, |category| category)
}

/// What metaedges mean.
struct Metaedges<'a>(BTreeMap<&'a str, Target>);

impl<'a> Metaedges<'a> {
    /// The table above, changed by settings.
    fn new(relations: &'a Table, sink: &Sink<'_>) -> Result<Self, ReadError> {
        let told = relations.iter().map(|(metaedge, name)| (&**metaedge, &**name));
        let rows = METAEDGES.into_iter().chain(told);
        let targets = rows.map(|(metaedge, name)| Ok((metaedge, target(name, sink)?)));
        Ok(Self(targets.collect::<Result<_, ReadError>>()?))
    }

    /// Sends an edge to the sink, or leaves it out under the name of its metaedge.
    fn take(&self, metaedge: &str, ends: [Curie; 2], qualifiers: Qualifiers, line: u32, sink: &mut Sink<'_>) {
        match self.0.get(metaedge) {
            Some(Target { relation, is_backwards }) => {
                let [source, target] = ends;
                let (subject, object) = if *is_backwards { (target, source) } else { (source, target) };
                let place = sink.place(line);
                sink.edge(EdgeRecord { subject, relation: *relation, object, qualifiers, place });
            }
            None => sink.leave_out(&format!("metaedge {}", crate::ingest::sink::word(metaedge))),
        }
    }
}
