//! One restricted edge, name or synonym among ten thousands, followed through whole runs: it holds back exactly the items
//! that use it, leaves every table and export, and the sources that are used are credited.
//!
//! Two runs are compared that differ in one word, the licence of the source `extra`. What both read is the same, so
//! whatever differs is the licence's doing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use thinkpath::audit::DataSet;
use thinkpath::audit::ItemRecord;
use thinkpath::pipeline::Pipeline;
use thinkpath::pipeline::RunOptions;
use thinkpath::pipeline::Silent;
use thinkpath::pipeline::Summary;
use thinkpath::write;

/// Quotas that are never full and no bound on a key's items: an item that is held back makes no room for another.
const PIPELINE: &str = r#"
title = "A few diseases"
seed = 7
[ingest]
sources = SOURCES
[[mine.case]]
target = "Disease"
attempts_per_key = 3
max_items_per_key = 1000
max_system_share = 1.0
n_items = 100_000
[[mine.contrast]]
max_items_per_key = 1000
n_items = 100_000
[[synth.choice]]
from = ["case", "contrast"]
[write]
dir = "set"
splits = { train = 1.0, validation = 0.0, test = 0.0 }
"#;

const HPO: &str = r#"
[[obo]]
path = "hp.obo.gz"
[obo.with]
prefixes = ["HP"]
category = "OntologyClass"
[obo.with.categories]
"HP:0000118" = "PhenotypicFeature"
"HP:0000005" = "GeneticInheritance"
"HP:0003674" = "Onset"
"HP:0031797" = "ClinicalCourse"
"HP:0012823" = "ClinicalModifier"
"HP:0032443" = "PastMedicalHistory"
"HP:0040279" = "FrequencyValue"
[[hpoa]]
path = "phenotype.hpoa"
"#;

const HPOA: &str = "[[hpoa]]\npath = 'phenotype.hpoa'\n";
const KGX: &str = "[[kgx_nodes]]\npath = 'nodes.tsv'\n";
/// Columns that depend on all items of a data set, or on the licences of the whole graph.
const DEALT: [&str; 6] = ["options", "option_nodes", "answer", "answer_letter", "distractor_reasons", "graph_sha256"];
const OPEN: &str = "attribution-with-notice";
const CLOSED: &str = "restricted";

/// Sources in a folder that lasts as long as the test.
struct Sources {
    folder: tempfile::TempDir,
    names: Vec<&'static str>,
}

impl Sources {
    /// The HPO's terms with the annotations of some lines.
    fn facts(lines: &[String]) -> Self {
        let mut sources = Self { folder: tempfile::tempdir().unwrap(), names: Vec::new() };
        sources.add("facts", OPEN, HPO, "phenotype.hpoa", &lines.concat());
        let terms = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies/hpo/hp.obo.gz");
        std::fs::copy(terms, sources.path("facts/hp.obo.gz")).unwrap();
        sources
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn add(&mut self, name: &'static str, licence: &str, formats: &str, file: &str, text: &str) {
        std::fs::create_dir_all(self.path(name)).unwrap();
        let head = format!(
            "version='1'\nhome='https://{name}.example'\nlicence='{licence}'\nlicence_name='terms of {name}'\n\
             credit='Thanks to {name}.'\n"
        );
        std::fs::write(self.path(name).join("source.toml"), head + formats).unwrap();
        std::fs::write(self.path(name).join(file), text).unwrap();
        self.names.retain(|known| *known != name);
        self.names.push(name);
    }

    fn pipeline(&self) -> Pipeline {
        let text = PIPELINE.replace("SOURCES", &format!("{:?}", self.names));
        std::fs::write(self.path("p.toml"), text).unwrap();
        let mut pipeline = Pipeline::read(&self.path("p.toml")).unwrap();
        pipeline.write.dir = self.path("sets/set");
        pipeline
    }

    /// Runs the pipeline into a folder of this name.
    fn run(&self, name: &str) -> Run {
        let output = self.path("sets").join(name);
        let roots = vec![self.folder.path().to_owned()];
        let options = RunOptions { output: Some(output), roots, ..RunOptions::default() };
        let summary = self.pipeline().run(&options, &Silent).unwrap();
        let items = DataSet::open(&summary.dir).unwrap().items().unwrap();
        let items = items.into_iter().map(|item| (item.id.clone(), item)).collect();
        Run { summary, items }
    }
}

/// A finished run and its items by id.
struct Run {
    summary: Summary,
    items: BTreeMap<String, ItemRecord>,
}

impl Run {
    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.summary.dir.join(name)).unwrap()
    }

    /// The rows of all files below a folder, as text by column.
    fn rows(&self, folder: &str) -> Vec<BTreeMap<String, String>> {
        let files = self.summary.manifest.files.iter().filter(|file| file.path.starts_with(folder));
        let files = files.filter(|file| file.path.ends_with(".parquet"));
        files.flat_map(|file| rows(&self.summary.dir.join(&file.path))).collect()
    }

    /// How many candidates a code rejected.
    fn rejected(&self, code: &str) -> u64 {
        self.summary.manifest.funnel.rejected.get(code).copied().unwrap_or(0)
    }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    rows.map(|row| row.get_column_iter().map(|(name, field)| (name.clone(), field.to_string())).collect()).collect()
}

/// The annotations of the first diseases of Orphanet, behind their header.
fn annotations(n_diseases: usize) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies/hpo/phenotype.hpoa.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut diseases = BTreeSet::new();
    let is_wanted = |line: &&str| {
        let disease = line.split('\t').next().unwrap_or_default();
        !line.starts_with('#')
            && (disease == "database_id"
                || disease.starts_with("ORPHA:")
                    && (diseases.contains(disease)
                        || diseases.len() < n_diseases && diseases.insert(disease.to_owned())))
    };
    text.lines().filter(is_wanted).map(|line| format!("{line}\n")).collect()
}

/// An item without what is dealt over all items at the end: the letters of its options.
fn undealt(item: &ItemRecord) -> ItemRecord {
    let mut item = item.clone();
    let mut options: Vec<(String, String)> = item.option_nodes.drain(..).zip(item.options.drain(..)).collect();
    options.sort();
    (item.option_nodes, item.options) = options.into_iter().unzip();
    item.distractor_reasons.sort_by(|left, right| left.node.cmp(&right.node));
    item.answer = None;
    item
}

/// Asserts that the licence held back some items, exactly those that use the source `extra`, and changed no other.
fn holds_back_exactly_its_users(open: &Run, closed: &Run) {
    let users: Vec<&ItemRecord> = open.items.values().filter(|item| uses_extra(item)).collect();
    assert!(!users.is_empty() && users.len() * 5 < open.items.len(), "{} of {}", users.len(), open.items.len());
    let others = open.items.iter().filter(|(_, item)| !uses_extra(item));
    let others: BTreeMap<&String, ItemRecord> = others.map(|(id, item)| (id, undealt(item))).collect();
    let kept: BTreeMap<&String, ItemRecord> = closed.items.iter().map(|(id, item)| (id, undealt(item))).collect();
    assert_eq!(kept.keys().collect::<Vec<_>>(), others.keys().collect::<Vec<_>>());
    for (id, item) in &kept {
        assert_eq!(format!("{item:?}"), format!("{:?}", others[id]));
    }
    // And in every column but those of letters and of the graph's hash.
    let columns = |run: &Run| {
        let mut rows = run.rows("items/");
        for row in &mut rows {
            row.retain(|name, _| !DEALT.contains(&name.as_str()));
        }
        rows.retain(|row| kept.contains_key(&row["id"].trim_matches('"').to_owned()));
        rows.sort();
        rows
    };
    assert_eq!(columns(closed), columns(open));
    assert_eq!(open.rejected("V112"), 0);
    // What asks the same as one of them a second time is now rejected for the licence, and no longer as a duplicate.
    let duplicates = |run: &Run| run.rejected("V401") + run.rejected("V402");
    assert_eq!(closed.rejected("V112") + duplicates(closed), users.len() as u64 + duplicates(open));
    assert!(closed.rejected("V112") >= users.len() as u64);
    let withheld: BTreeSet<String> = closed
        .rows("rejected/")
        .into_iter()
        .filter(|row| row["rejected_by"].contains("V112"))
        .map(|row| format!("{} {}", row["question"], row["rejected_because"]))
        .collect();
    let expected = "null \"withheld: it uses `extra`, whose licence is `restricted`\"";
    assert_eq!(withheld.into_iter().collect::<Vec<_>>(), [expected]);
}

fn uses_extra(item: &ItemRecord) -> bool {
    item.sources.iter().any(|source| source == "extra")
}

/// Everything that a data set and the exports of its graph say, as text.
fn all_that_is_published(sources: &Sources, run: &Run) -> String {
    let mut text: String = run.rows("").into_iter().flat_map(BTreeMap::into_values).collect::<Vec<_>>().join("\n");
    let built = sources.pipeline().graph(&[sources.folder.path().to_owned()]).unwrap();
    let exports = sources.path("exports");
    write::write_kgx(&built.graph, &exports).unwrap();
    write::write_ntriples(&built.graph, &exports).unwrap();
    write::write_graph(&built.graph, &exports).unwrap();
    for name in ["nodes.tsv", "edges.tsv", "graph.nt"] {
        text.push_str(&std::fs::read_to_string(exports.join(name)).unwrap());
    }
    for name in ["nodes.parquet", "edges.parquet"] {
        let rows = rows(&exports.join(name)).into_iter().flat_map(BTreeMap::into_values);
        text.push_str(&rows.collect::<Vec<_>>().join("\n"));
    }
    text + &run.text("README.md") + &run.text("NOTICE") + &run.text("manifest.json")
}

#[test]
fn a_restricted_edge_holds_back_exactly_the_items_that_use_it() {
    let lines = annotations(300);
    // A fact that some items rest on: that of the least id, so that the test does not depend on the order of mining.
    let all = Sources::facts(&lines).run("all");
    let hop = &all.items.values().next().unwrap().path[0];
    let is_it = |line: &&String| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells[0] == hop.subject && cells[3] == hop.object
    };
    let (it, rest): (Vec<&String>, Vec<&String>) = lines.iter().partition(is_it);
    assert_eq!(it.len(), 1);
    let mut sources = Sources::facts(&rest.into_iter().cloned().collect::<Vec<_>>());
    let extra = format!("{}{}", lines[0], it[0]);

    sources.add("extra", OPEN, HPOA, "phenotype.hpoa", &extra);
    let open = sources.run("open");
    let n_edges = open.rows("graph/edges").len();
    assert!(n_edges >= 10_000, "{n_edges}");
    sources.add("extra", CLOSED, HPOA, "phenotype.hpoa", &extra);
    let closed = sources.run("closed");

    holds_back_exactly_its_users(&open, &closed);
    // The graph's table goes without this edge, and nothing else: its ends have their names of `facts`.
    let edges = closed.rows("graph/edges");
    assert_eq!(edges.len() + 1, n_edges);
    assert!(edges.iter().all(|row| row["source"] == "\"facts\""));
    let columns = |run: &Run| {
        let names = |row: BTreeMap<String, String>| (row["curie"].clone(), row["label"].clone(), row["source"].clone());
        run.rows("graph/nodes").into_iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(columns(&closed), columns(&open));
    let told: Vec<String> = closed.summary.findings.iter().map(ToString::to_string).collect();
    let told: Vec<&String> = told.iter().filter(|text| text.contains("W102")).collect();
    assert_eq!(
        told,
        ["warning W102: `extra` forbids passing it on, its licence is restricted: `graph/` goes without 1 edge"]
    );
}

#[test]
fn a_restricted_name_or_synonym_holds_back_exactly_the_items_that_say_it() {
    let lines = annotations(300);
    let all = Sources::facts(&lines).run("all");
    let item = all.items.values().find(|item| item.stratum.starts_with("case")).unwrap();
    let (disease, finding) = (item.answer_node.clone(), item.path[0].object.clone());
    let said = "A synonym that is said nowhere";

    // The disease loses its name to `extra`; a finding gets two synonyms there, one a word of the questions.
    let word = item.question.split(|c: char| !c.is_alphabetic()).find(|word| word.len() >= 5).unwrap();
    let nameless: Vec<String> = lines
        .iter()
        .map(|line| {
            if line.starts_with(&format!("{disease}\t")) {
                line.replacen(&item.answer_text, "", 1)
            } else {
                line.clone()
            }
        })
        .collect();
    let of_name = format!("id\tname\tcategory\n{disease}\t{}\tDisease\n", item.answer_text);
    let of_synonyms = |synonyms: &str| {
        format!("id\tname\tcategory\tsynonym\txref\n{finding}\t\tPhenotypicFeature\t{synonyms}\tUMLS:C0000001\n")
    };

    let mut sources = Sources::facts(&nameless);
    sources.add("extra", OPEN, KGX, "nodes.tsv", &of_name);
    let open = sources.run("open");
    sources.add("extra", CLOSED, KGX, "nodes.tsv", &of_name);
    let closed = sources.run("closed");
    holds_back_exactly_its_users(&open, &closed);
    let row = closed.rows("graph/nodes").into_iter().find(|row| row["curie"] == format!("\"{disease}\"")).unwrap();
    assert_eq!((&*row["label"], &*row["source"]), ("\"\"", "\"extra\""), "the identifier stays");
    assert_eq!(closed.rows("graph/edges").len(), open.rows("graph/edges").len());
    assert!(!all_that_is_published(&sources, &closed).contains(&item.answer_text));

    let mut sources = Sources::facts(&lines);
    sources.add("extra", OPEN, KGX, "nodes.tsv", &of_synonyms(&format!("{said}|{word}")));
    let open = sources.run("open");
    sources.add("extra", CLOSED, KGX, "nodes.tsv", &of_synonyms(&format!("{said}|{word}")));
    holds_back_exactly_its_users(&open, &sources.run("closed"));

    // Said nowhere, it holds nothing back; and it stands nowhere.
    sources.add("extra", CLOSED, KGX, "nodes.tsv", &of_synonyms(said));
    let closed = sources.run("unsaid");
    assert_eq!(closed.rejected("V112"), 0);
    let undealt_items = |run: &Run| run.items.values().map(undealt).collect::<Vec<_>>();
    assert_eq!(undealt_items(&closed), undealt_items(&all));
    let published = all_that_is_published(&sources, &closed);
    assert!(!published.contains(said) && !published.contains("C0000001"));
    sources.add("extra", OPEN, KGX, "nodes.tsv", &of_synonyms(said));
    let published = all_that_is_published(&sources, &sources.run("said"));
    assert!(published.matches(said).count() >= 4 && published.matches("C0000001").count() >= 4);
}

#[test]
fn every_source_is_credited_for_what_it_gave_and_no_more() {
    let lines = annotations(300);
    let mut sources = Sources::facts(&lines);
    let synonym = |id: &str| format!("id\tname\tcategory\tsynonym\n{id}\t\tPhenotypicFeature\tQuite another word\n");
    sources.add("words", "attribution", KGX, "nodes.tsv", &synonym("HP:0000118"));
    sources.add("extra", CLOSED, KGX, "nodes.tsv", &synonym("HP:0000707"));
    sources.add("silent", "open", KGX, "nodes.tsv", "id\tname\tcategory\nHP:0000118\t\tPhenotypicFeature\n");
    let run = sources.run("set");
    let manifest = &run.summary.manifest;

    let used: BTreeSet<&str> = run.items.values().flat_map(|item| &item.sources).map(String::as_str).collect();
    assert_eq!(used, BTreeSet::from(["facts"]));
    let told: Vec<(&str, u64, u64, u64)> = manifest
        .attribution
        .iter()
        .map(|entry| (&*entry.source, entry.items, entry.published.synonyms, entry.withheld.synonyms))
        .collect();
    let n_items = run.items.len() as u64;
    let of_facts = manifest.attribution[0].published.synonyms;
    assert_eq!(told, [("facts", n_items, of_facts, 0), ("words", 0, 1, 0), ("extra", 0, 0, 1), ("silent", 0, 0, 0)]);
    assert_eq!(manifest.licences, BTreeMap::from([(OPEN.to_owned(), n_items)]));

    let notice = run.text("NOTICE");
    let [at_items, at_graph, at_rest] =
        ["Used in items", "Used in the tables of the graph only", "Read, and not passed on"].map(|heading| {
            assert!(run.text("README.md").contains(&format!("{heading}:")), "{heading}");
            notice.find(heading).unwrap()
        });
    let parts = [&notice[at_items..at_graph], &notice[at_graph..at_rest], &notice[at_rest..]];
    let credited = parts.map(|part| {
        let lines = part.lines().filter_map(|line| line.strip_prefix("    Thanks to "));
        lines.map(|name| name.trim_end_matches('.')).collect::<Vec<_>>()
    });
    assert_eq!(credited, [vec!["facts"], vec!["words"], vec!["extra", "silent"]]);
    assert!(parts[2].contains("its licence forbids it: left out are 1 synonym"), "{notice}");
    for name in ["facts", "words", "extra", "silent"] {
        assert!(run.text("README.md").contains(&format!("Thanks to {name}.")));
    }
}
