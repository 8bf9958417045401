//! The program from a pipeline to a data set and back, on ICD-10-CM as it is.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;
use thinkpath::audit::AuditError;
use thinkpath::audit::DataSet;

const PIPELINE: &str = r#"
title = "A few codes"
seed = 7
[ingest]
sources = ["icd10cm"]
[[mine.coding]]
level = "code"
n_items = 8
[[synth.choice]]
from = ["coding"]
[write]
dir = "unused"
views = []
splits = { train = 1.0, validation = 0.0, test = 0.0 }
"#;

struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p.toml"), PIPELINE).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thinkpath"));
        let ontologies = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies");
        command.current_dir(&self.folder).env("THINKPATH_DATA", ontologies).args(arguments);
        command
    }

    fn thinkpath(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the pipeline into `set`.
    fn finished() -> Self {
        let run = Self::new();
        let output = run.thinkpath(&["run", "p.toml", "--output", "set"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        run
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_run_tells_its_funnel_and_a_second_one_leaves_it_alone() {
    let run = Run::new();
    let first = run.thinkpath(&["run", "p.toml", "--output", "set", "--json"]);
    let summary: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(summary["is_new"], true);
    assert_eq!(summary["funnel"]["written"], 8);
    let rejected: u64 = summary["funnel"]["rejected"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(summary["funnel"]["mined"], 8 + rejected);

    let second = run.thinkpath(&["run", "p.toml", "--output", "set"]);
    assert_eq!(second.status.code(), Some(0));
    assert!(
        text(&second.stdout).contains("already there, complete and unchanged: 8 items"),
        "{}",
        text(&second.stdout)
    );
}

#[test]
fn a_stratum_that_is_not_there_is_told_with_those_that_are() {
    let run = Run::finished();
    let refused = run.thinkpath(&["show", "set", "--stratum", "Coding"]);
    assert_eq!(refused.status.code(), Some(64));
    let told = text(&refused.stderr);
    assert!(told.contains("is of the stratum `Coding`; there are coding/"), "{told}");
}

#[test]
fn another_data_set_is_not_overwritten() {
    let run = Run::finished();
    std::fs::write(run.path("p.toml"), PIPELINE.replace("seed = 7", "seed = 8")).unwrap();
    let refused = run.thinkpath(&["run", "p.toml", "--output", "set"]);
    assert_eq!(refused.status.code(), Some(73));
    assert!(text(&refused.stderr).ends_with("hint: `--fresh` replaces it, `--output DIR` writes elsewhere\n"));
    assert_eq!(run.thinkpath(&["run", "p.toml", "--output", "set", "--fresh"]).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_leaves_nothing_and_says_what_to_do() {
    for signal in ["-INT", "-TERM"] {
        let run = Run::new();
        std::fs::write(run.path("long.toml"), PIPELINE.replace("n_items = 8", "n_items = 1_000_000")).unwrap();
        let mut child = run.command(&["run", "long.toml", "--output", "set"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.next().unwrap().starts_with("read sources and build the graph: "));
        let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let told = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(child.wait().unwrap().code(), Some(75), "{told}");
        assert!(told.contains("error: the run was stopped before its data set was complete"), "{told}");
        assert!(told.contains("\nhint: give the same command again: "), "{told}");
        let left = std::fs::read_dir(run.path("set")).into_iter().flatten().map(|entry| entry.unwrap().file_name());
        assert_eq!(left.filter(|name| name != ".lock").collect::<Vec<_>>(), Vec::<std::ffi::OsString>::new());
        assert_eq!(run.thinkpath(&["run", "p.toml", "--output", "set"]).status.code(), Some(0));
    }
}

#[test]
fn an_item_is_shown_with_its_proof() {
    let run = Run::finished();
    let items = DataSet::open(&run.path("set")).unwrap().items().unwrap();
    let item = &items[0];
    let shown = text(&run.thinkpath(&["show", "set", &item.id[..12]]).stdout);
    assert!(shown.starts_with(&format!("── {} ", item.id)));
    let key = usize::try_from(item.answer.unwrap()).unwrap();
    let parts = [
        format!("\nKey: {}, ", ["A", "B", "C", "D"][key]),
        format!("\n  1. recall: {}", &item.steps[0].text[..20]),
        format!("\n     [{}] ", item.steps[0].edges[0]),
        "\n  0. ".to_owned(),
        format!("({}) is an answer\n", item.answer_node),
        "denied, fails 0; risk 0.0 %".to_owned(),
        "\nSources: icd10cm · licences: open\n".to_owned(),
    ];
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(words(&shown).contains(&words(&part)), "{part:?} is not in\n{shown}");
    }
}

#[test]
fn a_draw_is_repeatable_and_depends_on_its_seed() {
    let run = Run::finished();
    let draw = |seed: &str| text(&run.thinkpath(&["show", "set", "--sample", "3", "--seed", seed]).stdout);
    assert_eq!(draw("1"), draw("1"));
    assert_ne!(draw("1"), draw("2"));
}

#[test]
fn a_changed_file_is_not_shown() {
    let run = Run::finished();
    let data_set = DataSet::open(&run.path("set")).unwrap();
    let file = data_set.manifest.files.iter().find(|file| file.path.starts_with("items/")).unwrap();
    let path = run.path("set").join(&file.path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(data_set.items(), Err(AuditError::Checksum { .. })));
    assert_eq!(run.thinkpath(&["show", "set"]).status.code(), Some(65));
}

#[test]
fn a_graph_is_exported_in_each_format() {
    let run = Run::new();
    for (format, files) in [
        ("parquet", &["nodes.parquet", "edges.parquet", "relations.parquet"][..]),
        ("kgx", &["nodes.tsv", "edges.tsv"]),
        ("nt", &["graph.nt"]),
    ] {
        let output = run.thinkpath(&["export", "p.toml", "--to", format, "--format", format]);
        let told: Vec<PathBuf> = text(&output.stdout).lines().map(PathBuf::from).collect();
        let expected: Vec<PathBuf> = files.iter().map(|file| Path::new(format).join(file)).collect();
        assert_eq!(told, expected, "{}", text(&output.stderr));
        assert!(told.iter().all(|path| run.path("").join(path).is_file()));
    }
}

#[test]
fn a_node_is_told_with_every_edge() {
    let run = Run::new();
    let output = run.thinkpath(&["inspect", "p.toml", "ICD10CM:A35", "--json"]);
    let node: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(node["label"], "Other tetanus");
    assert_eq!(node["edges"].as_array().unwrap().len() as u64, node["degree"].as_u64().unwrap());
}

#[test]
fn nothing_but_the_result_is_on_stdout() {
    let run = Run::new();
    let output = run.thinkpath(&["inspect", "p.toml", "--json"]);
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok(), "{}", text(&output.stdout));
    assert!(text(&output.stderr).starts_with("open the graph: "));
}
