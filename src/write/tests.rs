//! Whole data sets, written and read back.

#[cfg(test)]
mod folder;

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::path::Path;

use arrow_array::Array;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;
use crate::kg::Graph;
use crate::kg::Licence;
use crate::kg::statistics::Statistics;
use crate::verify;
use crate::write::sample;

/// What risks were counted on.
static RISKS: std::sync::OnceLock<Risks> = std::sync::OnceLock::new();

fn identity(graph: &Graph) -> Identity {
    Identity {
        graph_sha256: graph_sha256(graph),
        pipeline_sha256: "p".into(),
        seed: Seed(7),
        sources: source_entries(graph.sources(), &[], &[]),
        ingest: Vec::new(),
        benchmarks: Vec::new(),
    }
}

fn config() -> WriteConfig {
    WriteConfig { dir: "unused".into(), views: default_views(), splits: SplitShares::default() }
}

/// Forty cases and two open items on one graph, a rejected item and a rejected candidate.
fn data<'a>(graph: &'a Graph, identity: &'a Identity) -> DataSet<'a> {
    let mut accepted = sample::cases(graph);
    let rejected = vec![
        Rejection { what: Rejected::item(accepted.remove(0)), by: "V103", because: "a rival fits".into() },
        Rejection {
            what: Rejected::candidate(sample::candidate(graph, 0, &["d0a"])),
            by: "over_quota",
            because: "the stratum is full".into(),
        },
    ];
    accepted.push(sample::open(graph, 3, &["d3a"]));
    accepted.push(sample::open(graph, 4, &["d4a"]));
    let n_mined = (accepted.len() + rejected.len()) as u64;
    let risks = RISKS.get_or_init(Risks::default);
    let corrupted = BTreeMap::new();
    DataSet { title: "A <test> set", identity, graph, risks, n_mined, accepted, rejected, corrupted, benchmarks: &[] }
}

/// What came of preparing and writing.
struct Outcome {
    manifest: Manifest,
    is_new: bool,
    findings: Vec<Finding>,
}

fn write_data(data: DataSet<'_>, config: &WriteConfig, target: Target<'_>) -> Result<Outcome, WriteError> {
    match prepare(target, data.identity)? {
        Prepared::Unchanged(manifest) => Ok(Outcome { manifest: *manifest, is_new: false, findings: Vec::new() }),
        Prepared::Ready(claim) => {
            let Written { manifest, findings } = write(data, config, claim)?;
            Ok(Outcome { manifest, is_new: true, findings })
        }
    }
}

fn write_to(dir: &Path, graph: &Graph, identity: &Identity, is_fresh: bool) -> Result<Outcome, WriteError> {
    write_data(data(graph, identity), &config(), Target { dir, is_fresh })
}

/// Every file but the lock, which is empty and stays.
fn bytes_of(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files.remove(claim::LOCK);
    files
}

fn table(dir: &Path, manifest: &Manifest, folder: &str) -> Vec<RecordBatch> {
    let of_folder = manifest.files.iter().filter(|file| file.path.starts_with(&format!("{folder}/")));
    of_folder
        .flat_map(|file| {
            let file = File::open(dir.join(&file.path)).unwrap();
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap()
        })
        .map(Result::unwrap)
        .collect()
}

fn texts(batches: &[RecordBatch], column: &str) -> Vec<String> {
    let column = |batch: &RecordBatch| batch.column_by_name(column).unwrap().clone();
    let text = |text: Option<&str>| text.unwrap_or("null").to_owned();
    batches.iter().flat_map(|batch| column(batch).as_string::<i32>().iter().map(text).collect::<Vec<_>>()).collect()
}

#[test]
fn every_item_is_in_every_view_that_can_show_it() {
    let graph = sample::graph(41);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let Outcome { manifest, is_new, .. } = write_to(folder.path(), &graph, &identity, false).unwrap();
    assert!(is_new);
    let ids = |view: &str| texts(&table(folder.path(), &manifest, view), "id");
    assert_eq!(ids("items").len(), 42);
    assert_eq!(ids("sft"), ids("items"));
    assert_eq!(ids("grpo"), ids("items"));
    assert_eq!(ids("bench").len(), 40);
    assert_eq!(manifest.funnel.mined, 44);
    assert_eq!(manifest.funnel.rejected, BTreeMap::from([("V103".into(), 1), ("over_quota".into(), 1)]));
}

#[test]
fn the_letter_leads_to_the_answer() {
    let graph = sample::graph(41);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let Outcome { manifest, .. } = write_to(folder.path(), &graph, &identity, false).unwrap();
    for batch in table(folder.path(), &manifest, "items") {
        let column = |name: &str| batch.column_by_name(name).unwrap().clone();
        for row in 0..batch.num_rows() {
            let answer = column("answer");
            if answer.is_null(row) {
                assert!(column("answer_letter").is_null(row));
                continue;
            }
            let position = usize::try_from(answer.as_primitive::<Int64Type>().value(row)).unwrap();
            let of_key = |name: &str| {
                let options = column(name).as_list::<i32>().value(row);
                options.as_string::<i32>().value(position).to_owned()
            };
            let value = |name: &str| column(name).as_string::<i32>().value(row).to_owned();
            assert_eq!(of_key("options"), value("answer_text"));
            assert_eq!(of_key("option_nodes"), value("answer_node"));
            assert_eq!(value("answer_letter"), ["A", "B", "C", "D"][position]);
            let reasons = column("distractor_reasons").as_list::<i32>().value(row);
            let reasons = reasons.as_struct().column_by_name("node").unwrap().clone();
            assert!(reasons.as_string::<i32>().iter().flatten().all(|node| node != value("answer_node")));
        }
    }
}

#[test]
fn a_chat_holds_the_lettered_options_and_ends_in_the_answer() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let Outcome { manifest, .. } = write_to(folder.path(), &graph, &identity, false).unwrap();
    let sft = table(folder.path(), &manifest, "sft");
    let items = table(folder.path(), &manifest, "items");
    let answers = texts(&items, "answer_text").into_iter().zip(texts(&items, "answer_letter"));
    let chats = sft.iter().flat_map(|batch| {
        let messages = batch.column_by_name("messages").unwrap().as_list::<i32>();
        messages.iter().map(|chat| texts_of(&chat.unwrap(), "content")).collect::<Vec<_>>()
    });
    for (chat, (answer, letter)) in chats.zip(answers) {
        let [user, assistant] = chat.as_slice() else { panic!("{chat:?}") };
        if letter == "null" {
            assert!(assistant.ends_with(&format!("</think>\n\nAnswer: {answer}")), "{assistant}");
        } else {
            assert!(user.contains(&format!("\n{letter}. {answer}")), "{user}");
            assert!(assistant.ends_with(&format!("</think>\n\nAnswer: {letter}. {answer}")), "{assistant}");
        }
        assert!(assistant.starts_with("<think>\nThe findings go together."));
    }
}

fn texts_of(array: &dyn Array, field: &str) -> Vec<String> {
    let column = array.as_struct().column_by_name(field).unwrap().clone();
    column.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect()
}

#[test]
fn rejected_candidates_have_the_same_columns_with_nulls() {
    let graph = sample::graph(41);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let Outcome { manifest, .. } = write_to(folder.path(), &graph, &identity, false).unwrap();
    let rejected = table(folder.path(), &manifest, "rejected");
    assert_eq!(texts(&rejected, "rejected_by"), ["V103", "over_quota"]);
    assert_eq!(texts(&rejected, "rejected_because"), ["a rival fits", "the stratum is full"]);
    assert_eq!(texts(&rejected, "kind"), ["single_best_answer", "null"]);
    assert_eq!(texts(&rejected, "answer_node"), ["Disease:d0", "Disease:d0"]);
    assert_eq!(texts(&rejected, "split"), ["null", "null"]);
}

#[test]
fn the_same_items_are_the_same_bytes() {
    let graph = sample::graph(41);
    let identity = identity(&graph);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_to(one.path(), &graph, &identity, false).unwrap();
    write_to(two.path(), &graph, &identity, false).unwrap();
    assert_eq!(bytes_of(one.path()), bytes_of(two.path()));
}

#[test]
fn sums_name_every_file_but_themselves() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let files = bytes_of(folder.path());
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    let named: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(named, files.keys().filter(|name| *name != "SHA256SUMS").collect::<Vec<_>>());
    assert!(!files.keys().any(|name| name.contains(".partial")));
}

#[test]
fn lost_candidates_are_our_bug_and_leave_no_data_set() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let data = DataSet { n_mined: 99, ..data(&graph, &identity) };
    let error = write_data(data, &config(), Target { dir: folder.path(), is_fresh: false }).err().unwrap();
    assert!(matches!(error, WriteError::Conservation { mined: 99, written: 7, rejected: 2 }), "{error}");
    assert!(!folder.path().join(MANIFEST).exists());
}

#[test]
fn more_options_than_letters_are_our_bug() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let mut data = data(&graph, &identity);
    let extra = data.accepted[0].options[1].clone();
    data.accepted[0].options.extend([extra.clone(), extra]);
    let error = write_data(data, &config(), Target { dir: folder.path(), is_fresh: false }).err().unwrap();
    assert!(matches!(error, WriteError::Options { count: 6, .. }), "{error}");
}

#[test]
fn duplicates_are_counted_with_the_rejected() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let mut data = data(&graph, &identity);
    data.accepted.push(sample::case(&graph, 2, &["d2b", "d2a"]));
    data.n_mined += 1;
    let written = write_data(data, &config(), Target { dir: folder.path(), is_fresh: false }).unwrap();
    assert_eq!(written.manifest.funnel.rejected["V401"], 1);
    assert_eq!(written.manifest.funnel.written, 7);
}

#[test]
fn a_set_without_items_still_has_its_columns() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let data = DataSet { n_mined: 0, accepted: Vec::new(), rejected: Vec::new(), ..data(&graph, &identity) };
    let written = write_data(data, &config(), Target { dir: folder.path(), is_fresh: false }).unwrap();
    let names: Vec<&str> = written.manifest.files.iter().map(|file| file.path.as_str()).collect();
    assert!(names.contains(&"items/train-00000-of-00001.parquet"), "{names:?}");
    assert!(names.contains(&"rejected/rejected-00000-of-00001.parquet"), "{names:?}");
    let card = fs::read_to_string(folder.path().join("README.md")).unwrap();
    assert!(!card.contains("config_name"), "{card}");
    assert!(written.findings.is_empty());
}

#[test]
fn what_may_not_be_passed_on_is_our_bug_among_items_and_withheld_among_the_rejected() {
    let graph = sample::closed_graph();
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let item = || sample::case(&graph, 0, &["d0a"]);
    let empty = || DataSet {
        title: "t",
        identity: &identity,
        graph: &graph,
        risks: RISKS.get_or_init(Risks::default),
        n_mined: 1,
        accepted: Vec::new(),
        rejected: Vec::new(),
        corrupted: BTreeMap::new(),
        benchmarks: &[],
    };
    let target = Target { dir: folder.path(), is_fresh: false };
    let error = write_data(DataSet { accepted: vec![item()], ..empty() }, &config(), target).err().unwrap();
    assert!(matches!(error, WriteError::Licence { licence: Licence::Restricted, .. }), "{error}");

    let because = "disease d0 has a rival".to_owned();
    let rejected = vec![Rejection { what: Rejected::item(item()), by: "V110", because }];
    let written = write_data(DataSet { rejected, ..empty() }, &config(), target).unwrap();
    let rows = table(folder.path(), &written.manifest, "rejected");
    assert_eq!(texts(&rows, "question"), ["null"]);
    assert_eq!(texts(&rows, "rejected_by"), ["V110"]);
    assert_eq!(texts(&rows, "rejected_because"), ["withheld: it uses `facts`, whose licence is `restricted`"]);
    assert!(
        table(folder.path(), &written.manifest, "graph")
            .iter()
            .all(|batch| { batch.column_by_name("licence").is_none_or(Array::is_empty) })
    );
    let card = fs::read_to_string(folder.path().join("README.md")).unwrap();
    assert!(card.contains("`graph/` leaves out what its licence forbids"), "{card}");
}

#[test]
fn an_item_whose_sources_forbid_it_is_rejected_by_the_check_and_never_stops_the_run() {
    let graph = sample::licensed_graph(Licence::Open, Licence::Restricted);
    let item = Item {
        organ_system: Some(sample::node(&graph, "PhenotypicFeature:system")),
        ..sample::case(&graph, 0, &["d0a"])
    };
    let names = |item: &Item| item.sources(&graph).into_iter().map(|id| &*graph.source(id).name).collect::<Vec<_>>();
    assert_eq!(names(&item), ["facts", "systems"]);
    let statistics = Statistics::of(&graph);
    let context = verify::Context { graph: &graph, statistics: &statistics };
    let check = verify::checks::all().iter().find(|check| check.code().as_str() == "V112").unwrap();
    let name =
        "`systems` forbids passing it on, its licence is restricted: it uses the name of PhenotypicFeature:system";
    assert_eq!(check.reject(context, &item).as_deref(), Some(name));
    let without = Item { organ_system: None, ..item };
    assert_eq!(names(&without), ["facts"]);
    assert_eq!(check.reject(context, &without), None);
}

#[test]
fn a_reason_that_quotes_what_may_not_be_passed_on_is_withheld() {
    let graph = sample::licensed_graph(Licence::Open, Licence::Restricted);
    let identity = identity(&graph);
    let reasons = ["`PhenotypicFeature:system` nearly fits", "`Disease:d0` nearly fits"];
    let rejected = reasons.map(|because| Rejection {
        what: Rejected::item(sample::case(&graph, 0, &["d0a"])),
        by: "V110",
        because: because.into(),
    });
    let (title, n_mined, accepted, rejected) = ("t", 2, Vec::new(), rejected.into());
    let risks = &Risks::default();
    let data = DataSet {
        corrupted: BTreeMap::new(),
        benchmarks: &[],
        title,
        identity: &identity,
        graph: &graph,
        risks,
        n_mined,
        accepted,
        rejected,
    };
    let folder = tempfile::tempdir().unwrap();
    let written = write_data(data, &config(), Target { dir: folder.path(), is_fresh: false }).unwrap();
    let rows = table(folder.path(), &written.manifest, "rejected");
    assert_eq!(
        texts(&rows, "rejected_because"),
        ["withheld: the reason quotes `systems`, whose licence is `restricted`", reasons[1]]
    );
}

#[test]
fn the_card_lists_only_splits_that_have_rows_and_shows_titles_as_text() {
    let graph = sample::graph(41);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let card = fs::read_to_string(folder.path().join("README.md")).unwrap();
    let head = card.split("---\n").nth(1).unwrap();
    assert!(
        head.contains(
            "- config_name: items\n  default: true\n  data_files:\n  - split: train\n    path: items/train-*.parquet\n"
        ),
        "{head}"
    );
    assert!(card.contains("\n# A &lt;test&gt; set\n"), "{card}");
    assert!(card.contains(
        "| mined | 44 |\n| rejected by `V103` | 1 |\n| rejected by `over_quota` | 1 |\n| **written** | **42** |"
    ));
    for line in head.lines().filter_map(|line| line.trim().strip_prefix("path: ")) {
        let (folder_name, pattern) = line.split_once('/').unwrap();
        let prefix = pattern.strip_suffix("*.parquet").unwrap();
        let files = fs::read_dir(folder.path().join(folder_name)).unwrap();
        let found = files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with(prefix));
        assert_eq!(found.count(), 1, "{line}");
    }
}

#[test]
fn mistakes_in_the_section_are_named() {
    let splits = |train, validation, test| WriteConfig { splits: SplitShares { train, validation, test }, ..config() };
    let message = |config: &WriteConfig| config.validate().unwrap_err().to_string();
    assert!(message(&splits(0.9, 0.2, 0.1)).starts_with("`write.splits` add up to 1.2"));
    assert!(message(&splits(1.2, -0.2, 0.0)).starts_with("`write.splits.train` is 1.2"));
    assert!(message(&WriteConfig { views: vec![View::Sft, View::Sft], ..config() }).contains("`sft` twice"));
    assert!(splits(1.0, 0.0, 0.0).validate().is_ok());
    let error = toml::from_str::<WriteConfig>("dir = 'a'\nview = []").unwrap_err();
    assert!(error.message().starts_with("unknown field `view`"), "{error}");
    let read: WriteConfig = toml::from_str("dir = 'a'\nviews = ['bench']").unwrap();
    assert_eq!((read.views, read.splits), (vec![View::Bench], SplitShares::default()));
}
