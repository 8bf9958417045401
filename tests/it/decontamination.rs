//! What a benchmark asks is in no data set, and real duplicates are found.
//!
//! MMLU-Pro took questions over from MMLU, with other options: 506 of those on health are in MMLU's medical subjects word
//! for word. They are what a look for duplicates must find, and the 312 others are what it must leave.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;
use thinkpath::audit::DataSet;
use thinkpath::audit::ItemRecord;
use thinkpath::ingest::BenchmarkConfig;
use thinkpath::pipeline::Pipeline;
use thinkpath::pipeline::RunOptions;
use thinkpath::pipeline::Silent;
use thinkpath::pipeline::Summary;
use thinkpath::seed::sha256_hex;
use thinkpath::verify::Benchmark;
use thinkpath::verify::Rule;

use crate::golden::shared;

const PIPELINE: &str = r#"
title = "A few diseases"
seed = 7
[ingest]
sources = ["hpo"]
leave_out_prefixes = ["OMIM", "DECIPHER"]
[[mine.case]]
target = "Disease"
n_items = 12
[[synth.choice]]
from = ["case"]
[write]
dir = "set"
"#;

fn questions(shared: &Path, file: &str) -> Vec<String> {
    let config = BenchmarkConfig { name: "b".into(), files: vec![file.into()], column: "question".into() };
    config.read(&[shared.to_owned()]).unwrap().questions
}

fn benchmark(questions: &[String]) -> Benchmark {
    Benchmark::new("mmlu", questions.iter().map(String::as_str))
}

/// A question with every n-th of its words replaced: what someone who hides a duplicate would do.
fn reworded(question: &str, every: usize) -> String {
    let words = question.split_whitespace().enumerate();
    let words: Vec<&str> = words.map(|(at, word)| if at % every == every / 2 { "zzz" } else { word }).collect();
    words.join(" ")
}

#[test]
fn real_duplicates_of_mmlu_in_mmlu_pro_are_found() {
    let Some(shared) = shared() else { return };
    let (mmlu, pro) = (questions(&shared, "qa/mmlu.test.jsonl.gz"), questions(&shared, "qa/mmlu-pro.test.jsonl.gz"));
    assert_eq!((mmlu.len(), pro.len()), (1_089, 818));
    let benchmark = benchmark(&mmlu);
    let mut rules: BTreeMap<Option<Rule>, usize> = BTreeMap::new();
    for question in &pro {
        *rules.entry(benchmark.overlap(question).rule).or_default() += 1;
    }
    // All 506, and one false flag among 312: "Which of the following is the most important variable for …", eight words
    // of twelve that are a stock phrase.
    assert_eq!(rules, BTreeMap::from([(None, 311), (Some(Rule::Exact), 506), (Some(Rule::Cover), 1)]));
}

#[test]
fn duplicates_that_were_reworded_are_found_where_eight_words_in_a_row_are_left() {
    let Some(shared) = shared() else { return };
    let mmlu = questions(&shared, "qa/mmlu.test.jsonl.gz");
    let benchmark = benchmark(&mmlu);
    let long: Vec<&String> = mmlu.iter().filter(|question| question.split_whitespace().count() >= 20).collect();
    assert_eq!(long.len(), 476);
    let n_found = |every: usize| {
        let found = long.iter().filter(|question| benchmark.overlap(&reworded(question, every)).rule.is_some());
        found.count()
    };
    // Every twentieth word, every twelfth, and every eighth, which leaves seven words in a row.
    assert_eq!([n_found(20), n_found(12), n_found(8)], [476, 449, 2]);
}

#[test]
fn benchmarks_hold_few_questions_of_each_other() {
    let Some(shared) = shared() else { return };
    let files = ["medqa", "medmcqa", "mmlu", "pubmedqa"].map(|name| format!("qa/{name}.test.jsonl.gz"));
    let of = files.map(|file| questions(&shared, &file));
    let mut flags = [[0; 4]; 4];
    for (at, benchmark) in of.iter().map(|questions| benchmark(questions)).enumerate() {
        for (from, questions) in of.iter().enumerate().filter(|(from, _)| *from != at) {
            flags[at][from] = questions.iter().filter(|text| benchmark.overlap(text).rule.is_some()).count();
        }
    }
    // By row what is looked in, by column whose questions.
    assert_eq!(flags, [[0, 6, 10, 0], [0, 0, 6, 0], [0, 7, 0, 0], [0, 0, 0, 0]]);
}

/// A folder with a pipeline, a benchmark and the data sets of runs.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The pipeline that was written last; its graph is kept in the folder too.
    fn pipeline(&self) -> Pipeline {
        let mut pipeline = Pipeline::read(&self.path("p.toml")).unwrap();
        pipeline.write.dir = self.path("set");
        pipeline
    }

    fn run(&self, name: &str, sections: &str, n_threads: usize) -> Summary {
        std::fs::write(self.path("p.toml"), format!("{PIPELINE}{sections}")).unwrap();
        let pipeline = self.pipeline();
        let roots = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies"), self.folder.path().to_owned()];
        assert_eq!(pipeline.problems(&roots), []);
        let options = RunOptions { output: Some(self.path(name)), roots, ..RunOptions::default() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| pipeline.run(&options, &Silent)).unwrap()
    }
}

fn items(summary: &Summary) -> Vec<ItemRecord> {
    DataSet::open(&summary.dir).unwrap().items().unwrap()
}

/// Rows of `rejected` by this code, by column.
fn rejected(summary: &Summary, code: &str) -> Vec<BTreeMap<String, Field>> {
    let path = summary.dir.join("rejected/rejected-00000-of-00001.parquet");
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let columns = |row: parquet::record::Row| {
        row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect::<BTreeMap<_, _>>()
    };
    let rows = rows.map(columns);
    rows.filter(|row| row["rejected_by"] == Field::Str(code.into())).collect()
}

#[test]
fn what_a_benchmark_asks_is_rejected_replaced_and_told_by_hashes_alone() {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let before = bench.run("before", "", 1);
    let asked: Vec<ItemRecord> = items(&before).into_iter().take(3).collect();
    // One as it stands, one in other letters, one with a word more in the middle and another sentence before it.
    let more = asked[2].question.replacen(", ", ", then ", 1);
    let texts = [asked[0].question.clone(), asked[1].question.to_uppercase(), format!("Doctor: {more}")];
    let lines: Vec<String> = texts.iter().map(|text| serde_json::json!({ "ask": text }).to_string()).collect();
    std::fs::create_dir(bench.path("quiz")).unwrap();
    std::fs::write(bench.path("quiz/a.jsonl"), lines.join("\n")).unwrap();
    let section = "[[verify.decontaminate]]\nname = 'the quiz'\nfiles = ['quiz/a.jsonl']\ncolumn = 'ask'\n";

    let after = bench.run("after", section, 1);
    let kept = items(&after);
    assert_eq!(kept.len(), 12);
    assert!(asked.iter().all(|item| kept.iter().all(|other| other.id != item.id)));
    let rows = rejected(&after, "V404");
    let n_rejected = u64::try_from(rows.len()).unwrap();
    assert!(n_rejected >= 3 && after.manifest.funnel.rejected["V404"] == n_rejected);
    for row in &rows {
        for withheld in ["question", "rationale", "thinking"] {
            assert_eq!(row[withheld], Field::Null);
        }
        assert!(
            row["pattern"] != Field::Null && row["rejected_because"].to_string().contains("of benchmark `the quiz`")
        );
    }
    let because = |row: &BTreeMap<String, Field>| row["rejected_because"].to_string();
    let normal = |text: &str| thinkpath::kg::normal_name(text);
    assert!(texts.iter().all(|text| rows.iter().any(|row| because(row).contains(&sha256_hex(&normal(text))))));

    let entry = &after.manifest.decontamination[0];
    assert_eq!((&*entry.name, &*entry.files[0].path, entry.questions), ("the quiz", "quiz/a.jsonl", 3));
    assert_eq!(entry.rejected["exact"], 2);
    assert_eq!(entry.rejected.values().sum::<u64>(), n_rejected);
    assert!(entry.most_covered_thousandths < 500);
    let card = std::fs::read_to_string(after.dir.join("README.md")).unwrap();
    assert!(card.contains("| the quiz | 3 | 2 |"), "{card}");
    assert!(!card.contains(&asked[0].question));

    // Another number of threads, the same bytes; another benchmark, another data set.
    let again = bench.run("again", section, 3);
    assert_eq!(after.manifest, again.manifest);
    std::fs::write(bench.path("quiz/a.jsonl"), &lines[0]).unwrap();
    let pipeline = bench.pipeline();
    let roots = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies"), bench.folder.path().to_owned()];
    let options = RunOptions { output: Some(bench.path("after")), roots, ..RunOptions::default() };
    let error = pipeline.run(&options, &Silent).unwrap_err().to_string();
    assert!(error.contains("decontamination[0]"), "{error}");
}
