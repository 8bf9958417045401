//! The columns of the master table, as SCHEMAS has them: names, types and order are final.
//!
//! These structs are the serialisable twins of the internal types: renaming a field inside the program cannot change
//! a file. Change a column only with a new [`crate::write::FORMAT_VERSION`].

use arrow_array::ArrayRef;
use arrow_schema::ArrowError;
use arrow_schema::Fields;
use serde_json::Map;
use serde_json::Value;

use crate::write::cell::Cell as _;
use crate::write::cell::KeyPosition;
use crate::write::cell::Row;
use crate::write::cell::field;
use crate::write::cell::record;

record! {
    /// A step of the thinking path.
    pub(super) struct StepRow {
        /// What a reader sees.
        text: String,
        /// `recall`, `combine`, `exclude` or `conclude`.
        kind: &'static str,
        /// Numbers of the edges it rests on.
        edges: Vec<i64>,
        /// Words of the question it rests on.
        spans: Vec<String>,
    }
}

record! {
    /// An edge of the binding.
    pub(super) struct HopRow {
        /// CURIE of the subject as stored.
        subject: String,
        /// Its label.
        subject_label: String,
        /// The relation.
        relation: String,
        /// CURIE of the object as stored.
        object: String,
        /// Its label.
        object_label: String,
        /// False if it is walked from object to subject.
        forward: bool,
        /// The source that states it.
        source: String,
        /// Evidence codes, joined by `|`.
        evidence: String,
        /// Its number in `graph/edges.parquet`.
        edge: i64,
    }
}

record! {
    /// A condition of the pattern with its constants filled in.
    pub(super) struct ClauseRow {
        /// A CURIE or a variable.
        subject: String,
        /// The positive relation.
        relation: String,
        /// A CURIE or a variable.
        object: String,
        /// Whether it must not hold.
        absent: bool,
        /// Which alternative of a union it belongs to: 1, 2 …; 0 for what belongs to all.
        branch: i32,
    }
}

record! {
    /// Why an option is wrong.
    pub(super) struct DistractorRow {
        /// The option's CURIEs, sorted and joined by `|`.
        node: String,
        /// `denied` or `unsupported`.
        class: &'static str,
        /// Positions in `clauses` that it fails.
        failed: Vec<i32>,
        /// The calibrated chance, 0 to 1, that it is right after all.
        risk: f64,
        /// Numbers of the edges that deny it.
        edges: Vec<i64>,
    }
}

record! {
    /// What makes an item hard.
    pub(super) struct DifficultyRow {
        /// Clues or hops.
        n_clues: i32,
        /// Mean information content of the clues, in nats.
        mean_information: f64,
        /// Least information content among them, in nats.
        least_information: f64,
        /// The largest share of the clues that a distractor has, 0 to 1.
        distractor_similarity: f64,
        /// Edges that touch the key.
        key_degree: i32,
    }
}

record! {
    /// What a path was weighed by before anything was written.
    pub(super) struct ScoresRow {
        /// Degree-weighted path count, w = 0.4.
        path_weight: f64,
        /// Its mean in five graphs whose edges were dealt anew.
        null_weight: f64,
        /// The share of those graphs in which it is lower.
        specificity: f64,
        /// The least number of sources that state an edge of the path.
        n_sources: i32,
        /// The product over its edges of 1 − 0.1^n, n sources each.
        trust: f64,
        /// Other paths between its ends that mining found and that have the same sign.
        n_agree: i32,
        /// Those that have the opposite one.
        n_contradict: i32,
        /// The least surprise at meeting a node of it, in nats.
        least_rarity: f64,
    }
}

record! {
    /// What a language model had to do with an item.
    pub(super) struct ModelCallRow {
        /// `writer`, `judge` …
        role: String,
        /// The model.
        model: String,
        /// SHA-256 of the prompt file.
        prompt_sha256: String,
        /// SHA-256 of the request.
        request_sha256: String,
        /// What it decided.
        verdict: String,
        /// How sure, 0 to 1.
        score: Option<f32>,
        /// Tokens sent.
        input_tokens: i64,
        /// Tokens received.
        output_tokens: i64,
    }
}

record! {
    /// A row of `items`. What is optional here is null only for open kinds, or in `rejected` for a candidate that
    /// became no item.
    pub(super) struct ItemRow {
        /// 32 hex digits that survive re-wording.
        id: Option<String>,
        /// What is asked for.
        kind: Option<&'static str>,
        /// Stem and lead-in, without options.
        question: Option<String>,
        /// Option texts; empty for open kinds.
        options: Vec<String>,
        /// CURIEs of each option; members of a set are sorted and joined by `|`, and "None of these" has none. Empty where
        /// options are verdicts.
        option_nodes: Vec<String>,
        /// The key's position from 0; null for open kinds and for several keys.
        answer: Option<KeyPosition>,
        /// The key's letter, or those of a ranking in its order, as `C, A, D, B`; null for open kinds.
        answer_letter: Option<String>,
        /// The answer in words.
        answer_text: Option<String>,
        /// The answer's CURIEs, sorted and joined by `|`; empty if the question has none.
        answer_node: Option<String>,
        /// Positions of all keys where there are several, ranked first; else empty.
        answers: Vec<i64>,
        /// CURIEs of the loose answers beside the key.
        other_answers: Vec<String>,
        /// Why the key, why not each distractor.
        rationale: Option<String>,
        /// The thinking path as prose.
        thinking: Option<String>,
        /// The thinking path, aligned with edges.
        steps: Vec<StepRow>,
        /// The binding, in the order of telling.
        path: Vec<HopRow>,
        /// The shape in arrow notation, without constants.
        pattern: Option<String>,
        /// CURIEs of the constants.
        anchors: Vec<String>,
        /// The pattern with its constants.
        clauses: Vec<ClauseRow>,
        /// SPARQL 1.1 that returns the strict answers.
        query: Option<String>,
        /// One row a wrong option.
        distractor_reasons: Vec<DistractorRow>,
        /// 0 to 1.
        confidence: Option<f64>,
        /// `board`, `advanced`, `rare` or `unknown`.
        tier: Option<&'static str>,
        /// Longest clause distance from an anchor to the key.
        hops: Option<i32>,
        /// Categories and relations in turn.
        metapath: Option<String>,
        /// `causal_chain`, `common_cause`, `common_effect`, `star` or `mixed`.
        chain_shape: Option<&'static str>,
        /// The chapter or organ system it is filed under.
        category: Option<String>,
        /// The label of the organ system; null where there is none.
        organ_system: Option<String>,
        /// 1 to 5.
        difficulty: Option<i32>,
        /// What `difficulty` was judged by.
        difficulty_features: Option<DifficultyRow>,
        /// What a path was weighed by; null for what is no path.
        scores: Option<ScoresRow>,
        /// The share of a reference model's tries that were right; null without a model.
        pass_at_k: Option<f64>,
        /// Sources of every edge and name used, sorted.
        sources: Vec<String>,
        /// Their licence classes, most open first.
        licences: Vec<&'static str>,
        /// Empty without a model.
        llm: Vec<ModelCallRow>,
        /// The graph.
        graph_sha256: String,
        /// The pipeline file.
        pipeline_sha256: String,
        /// The pipeline's seed.
        seed: i64,
        /// The quota it fills.
        stratum: String,
        /// `train`, `validation` or `test`; null in `rejected`.
        split: Option<&'static str>,
    }
}

/// A row of `rejected`: the columns of `items`, and why it is not there.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RejectedRow {
    /// What there was of an item.
    pub(super) item: ItemRow,
    /// A code, or `over_quota`.
    pub(super) rejected_by: &'static str,
    /// A sentence.
    pub(super) rejected_because: String,
}

impl Row for RejectedRow {
    fn fields() -> Fields {
        let own = [field::<&'static str>("rejected_by").into(), field::<String>("rejected_because").into()];
        ItemRow::fields().iter().cloned().chain(own).collect()
    }

    fn features() -> Map<String, Value> {
        let mut features = ItemRow::features();
        features.insert("rejected_by".to_owned(), <&'static str>::feature());
        features.insert("rejected_because".to_owned(), String::feature());
        features
    }

    fn arrays(rows: &[Option<&Self>]) -> Result<Vec<ArrayRef>, ArrowError> {
        let items: Vec<Option<&ItemRow>> = rows.iter().map(|row| row.map(|row| &row.item)).collect();
        let codes: Vec<_> = rows.iter().map(|row| row.map(|row| &row.rejected_by)).collect();
        let reasons: Vec<_> = rows.iter().map(|row| row.map(|row| &row.rejected_because)).collect();
        let mut arrays = ItemRow::arrays(&items)?;
        arrays.push(<&'static str>::array(&codes)?);
        arrays.push(String::array(&reasons)?);
        Ok(arrays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_items_are_those_of_the_schema() {
        let columns: Vec<String> = ItemRow::fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(
            columns.join(" "),
            "id kind question options option_nodes answer answer_letter answer_text answer_node answers other_answers \
             rationale thinking steps path pattern anchors clauses query distractor_reasons confidence tier hops \
             metapath chain_shape category organ_system difficulty difficulty_features scores pass_at_k sources licences llm \
             graph_sha256 pipeline_sha256 seed stratum split"
        );
    }

    #[test]
    fn their_types_are_too() {
        let type_of = |name: &str| {
            let fields = ItemRow::fields();
            fields.iter().find(|field| field.name() == name).unwrap().data_type().to_string()
        };
        assert_eq!(type_of("answer"), "Int64");
        assert_eq!(type_of("hops"), "Int32");
        assert_eq!(type_of("confidence"), "Float64");
        assert!(
            type_of("path").contains("\"forward\": Boolean, \"source\": Utf8, \"evidence\": Utf8, \"edge\": Int64")
        );
        assert!(type_of("distractor_reasons").contains("\"failed\": List(Int32"), "{}", type_of("distractor_reasons"));
    }

    #[test]
    fn rejected_has_the_columns_of_items_and_two_more() {
        let (items, rejected) = (ItemRow::fields(), RejectedRow::fields());
        assert_eq!(items[..], rejected[..items.len()]);
        assert_eq!(
            rejected[items.len()..].iter().map(|field| field.name()).collect::<Vec<_>>(),
            ["rejected_by", "rejected_because"]
        );
        assert_eq!(RejectedRow::features().len(), rejected.len());
    }
}
