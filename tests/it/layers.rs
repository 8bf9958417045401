//! The walls between modules, read off the sources.
//!
//! The compiler does not mind if `kg` asks the clock or `mine` writes a file; a data set would. So the order of the
//! layers and the homes of heavy dependencies are lists here, and a change to them is a decision that shows up in a
//! review. Each rule is a function of one source, and each has a test that plants a violation and sees it caught.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

/// Who may import whom: each only what stands before it.
const LAYERS: [&str; 15] = [
    "location", "finding", "seed", "kg", "llm", "ingest", "mine", "synth", "verify", "write", "error", "pipeline",
    "audit", "serve", "cli",
];

/// What may be imported against the order: the importing file, the path, and why.
const EXCEPTIONS: [(&str, &str, &str); 1] =
    [("error.rs", "crate::pipeline::PipelineError", "one variant for each stage, and the pipeline has an error too")];

/// Where a heavy dependency may be named: a file without its ending, or a folder.
const HOMES: [(&str, &[&str]); 25] = [
    ("anyhow", &["cli"]),
    ("arrow_array", &["write", "kg/snapshot", "ingest/parquet", "audit"]),
    ("arrow_schema", &["write", "kg/snapshot", "ingest/parquet", "audit"]),
    ("axum", &["serve"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("flate2", &["ingest"]),
    ("indicatif", &["cli"]),
    ("memmap2", &["kg/snapshot", "ingest"]),
    ("oxjsonld", &["ingest/rdf"]),
    ("oxrdf", &["kg/rdf", "kg/sparql", "ingest/rdf", "serve"]),
    ("oxttl", &["kg/rdf", "kg/sparql", "ingest/rdf", "serve"]),
    ("parquet", &["write", "kg/snapshot", "ingest/parquet", "audit"]),
    ("petgraph", &["kg", "mine"]),
    ("quick_xml", &["ingest"]),
    ("reqwest", &["llm", "ingest/fetch", "write/push"]),
    ("rustls", &["llm"]),
    ("serde_saphyr", &["ingest/drugmechdb"]),
    ("spareval", &["kg/rdf", "serve"]),
    ("sparesults", &["serve"]),
    ("spargebra", &["kg/rdf", "serve"]),
    ("tar", &["ingest/drugmechdb"]),
    ("tempfile", &["write"]),
    ("tokio", &["llm", "serve"]),
    ("toml", &["pipeline", "ingest/source", "kg/relations"]),
];

/// Layers that are functions of their arguments.
const PURE: [&str; 4] = ["kg", "mine", "synth", "verify"];
/// … but for these.
const IMPURE: [&str; 1] = ["kg/snapshot"];

const MAX_LINES: usize = 500;

/// A source file: its path below `src/`, with `/`, and its text.
pub(crate) struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Whether it is a file or lies in a folder, `kg/rdf` being both `kg/rdf.rs` and `kg/rdf/`.
    fn is_in(&self, home: &str) -> bool {
        self.path.strip_prefix(home).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    /// The layer it belongs to; empty for the root of the library.
    fn layer(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        let name = first.strip_suffix(".rs").unwrap_or(first);
        if name == "lib" { "" } else { name }
    }

    /// How many modules deep it lies; the root is 0.
    fn depth(&self) -> usize {
        let module = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        if module == "lib" { 0 } else { module.split('/').count() }
    }

    /// The lines of the program with their numbers from 1: no comments, nothing that is compiled for tests only.
    pub(crate) fn code(&self) -> Vec<(usize, &str)> {
        let mut code = Vec::new();
        let mut lines = (1..).zip(self.text.lines());
        while let Some((number, line)) = lines.next() {
            let Some(indent) = line.strip_suffix("#[cfg(test)]") else {
                code.push((number, without_comment(line)));
                continue;
            };
            let close = format!("{indent}}}");
            let is_attribute = |line: &str| line.trim_start().starts_with("#[");
            let item = lines.by_ref().map(|(_, line)| line).find(|line| !is_attribute(line));
            if item.is_some_and(|first| !first.ends_with(';')) {
                lines.by_ref().find(|(_, line)| line.starts_with(&close));
            }
        }
        code
    }

    /// The files of its modules that are compiled for tests only, as both of the paths that each may have.
    fn test_files(&self) -> Vec<String> {
        let (folder, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let folder = match name {
            "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
            _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
        };
        let declared = Regex::new(r"(?m)^#\[cfg\(test\)\]\n(?:pub.*? )?mod (\w+);").unwrap();
        let names = declared.captures_iter(&self.text).map(|found| found[1].to_owned());
        names.flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]).collect()
    }

    /// A violation at a line.
    fn at(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// The line up to a comment that does not stand in a string.
fn without_comment(line: &str) -> &str {
    let mut is_text = false;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        match character {
            '"' if before != '\\' && before != '\'' => is_text = !is_text,
            '/' if before == '/' && !is_text => return &line[..at - 1],
            _ => {}
        }
        before = if before == '\\' && character == '\\' { ' ' } else { character };
    }
    line
}

type Rule = fn(&Source) -> Vec<String>;

fn broken_layers(source: &Source) -> Vec<String> {
    let rank = |layer: &str| LAYERS.iter().position(|&name| name == layer);
    let own = match source.layer() {
        // The root names every module, the guide shows them, and the program is a crate of its own.
        "" | "docs" | "cli" => return Vec::new(),
        layer => layer,
    };
    let Some(own_rank) = rank(own) else {
        return vec![source.at(1, format!("`{own}` has no place among the layers; see LAYERS"))];
    };
    let path = Regex::new(r"(?:^|[^\w:$])(crate|thinkpath|super(?:::super)*)::(\w+)((?:::\w+)*)").unwrap();
    let mut violations = Vec::new();
    for (line, code) in source.code() {
        for found in path.captures_iter(code) {
            let (root, layer) = (&found[1], &found[2]);
            // `super` leads to the root of the library only if it climbs as far as the file is deep.
            if root.starts_with("super") && root.split("::").count() < source.depth() {
                continue;
            }
            let full = format!("crate::{layer}{}", &found[3]);
            let is_allowed = EXCEPTIONS.iter().any(|&(file, path, _)| file == source.path && path == full);
            match rank(layer) {
                _ if is_allowed => {}
                None => {
                    violations.push(source.at(line, format!("`{root}::{layer}` is no layer; import from its module")));
                }
                Some(other) if other > own_rank => {
                    violations.push(source.at(line, format!("`{own}` imports `{layer}`, which stands after it")));
                }
                Some(_) => {}
            }
        }
    }
    violations
}

fn strayed_dependencies(source: &Source) -> Vec<String> {
    let mut violations = Vec::new();
    for (dependency, homes) in HOMES {
        if homes.iter().any(|home| source.is_in(home)) {
            continue;
        }
        let named = Regex::new(&format!(r"(?:^|[^\w:])(?:::)?{dependency}::|\buse {dependency}(?:;| as )")).unwrap();
        let strayed = source.code().into_iter().filter(|(_, code)| named.is_match(code));
        violations.extend(
            strayed.map(|(line, _)| source.at(line, format!("`{dependency}` is at home in {}", homes.join(", ")))),
        );
    }
    violations
}

fn impure_layers(source: &Source) -> Vec<String> {
    if !PURE.iter().any(|layer| source.is_in(layer)) || IMPURE.iter().any(|home| source.is_in(home)) {
        return Vec::new();
    }
    let outside = Regex::new(r"\bstd::(?:fs|env|net|time|process)\b").unwrap();
    let found = source.code().into_iter().filter_map(|(line, code)| Some((line, outside.find(code)?.as_str())));
    found.map(|(line, what)| source.at(line, format!("`{what}` in a layer that only knows its arguments"))).collect()
}

fn bundled_imports(source: &Source) -> Vec<String> {
    let bundled = Regex::new(r"^\s*(?:pub(?:\([^)]*\))? )?use (?:crate|super|self|thinkpath)\b[^;]*\{").unwrap();
    let found = source.code().into_iter().filter(|(_, code)| bundled.is_match(code));
    found.map(|(line, _)| source.at(line, "one `use` for each item, so that a change touches one line")).collect()
}

fn too_long(source: &Source) -> Vec<String> {
    let count = source.text.lines().count();
    let message = || source.at(count, format!("{count} lines; split by idea what is longer than {MAX_LINES}"));
    if count > MAX_LINES { vec![message()] } else { Vec::new() }
}

fn no_reason_given(source: &Source) -> Vec<String> {
    let has_reason = source.text.starts_with("//! ") || source.text.starts_with("#![doc = include_str!(");
    if has_reason { Vec::new() } else { vec![source.at(1, "a file opens with `//!`: what it is for, and why so")] }
}

/// Every source of the crate but those of tests.
pub(crate) fn sources() -> Vec<Source> {
    fn collect(folder: &Path, root: &Path, into: &mut Vec<Source>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(&path, root, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                into.push(Source { path: below, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    collect(&root, &root, &mut all);
    let of_tests: BTreeSet<String> = all.iter().flat_map(Source::test_files).collect();
    all.retain(|source| !of_tests.contains(&source.path));
    all
}

#[track_caller]
fn assert_kept(rule: Rule) {
    let violations: Vec<String> = sources().iter().flat_map(rule).collect();
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

/// That a rule sees exactly the planted lines.
#[track_caller]
fn assert_caught(rule: Rule, path: &str, text: &str, lines: &[usize]) {
    let found = rule(&Source { path: path.into(), text: text.into() });
    let expected: Vec<String> = lines.iter().map(|line| format!("src/{path}:{line}: ")).collect();
    let is_each = found.iter().zip(&expected).all(|(found, expected)| found.starts_with(expected));
    assert!(found.len() == expected.len() && is_each, "expected {expected:?}, found {found:#?}");
}

#[test]
fn the_sources_are_read() {
    let sources = sources();
    for path in ["lib.rs", "kg/graph.rs", "cli/main.rs"] {
        assert!(sources.iter().any(|source| source.path == path), "{path}");
    }
}

#[test]
fn a_module_imports_only_what_stands_before_it() {
    assert_kept(broken_layers);
}

#[test]
fn a_heavy_dependency_stays_at_home() {
    assert_kept(strayed_dependencies);
}

#[test]
fn pure_layers_have_no_input_or_output() {
    assert_kept(impure_layers);
}

#[test]
fn each_import_has_its_own_line() {
    assert_kept(bundled_imports);
}

#[test]
fn no_file_is_too_long() {
    assert_kept(too_long);
}

#[test]
fn each_file_says_why_it_is_there() {
    assert_kept(no_reason_given);
}

#[test]
fn an_import_of_a_later_layer_is_caught() {
    assert_caught(broken_layers, "kg/graph.rs", "use crate::seed::Seed;\nuse crate::mine::Hop;\n", &[2]);
    assert_caught(broken_layers, "location.rs", "fn f() -> crate::kg::Graph {}", &[1]);
    assert_caught(broken_layers, "kg/mod.rs", "use super::write::Table;", &[1]);
    assert_caught(broken_layers, "kg/search/pattern.rs", "use super::super::super::write::Table;", &[1]);
    assert_caught(broken_layers, "pipeline/mod.rs", "use crate::write::Table;\nuse crate::serve::Page;", &[2]);
    assert_caught(broken_layers, "kg/graph.rs", "use thinkpath::write::Table;", &[1]);
}

#[test]
fn a_re_export_of_the_root_is_caught() {
    assert_caught(broken_layers, "pipeline/mod.rs", "use crate::Error;", &[1]);
}

#[test]
fn a_folder_that_is_no_layer_is_caught() {
    assert_caught(broken_layers, "utilities/mod.rs", "", &[1]);
}

#[test]
fn what_is_near_and_what_is_for_tests_is_no_broken_layer() {
    let text = "//! [`crate::write`]\nuse super::write;\nlet url = \"x\"; // crate::write::x\n#[cfg(test)]\nmod tests {\n    use crate::write::Table;\n}\n";
    assert_caught(broken_layers, "kg/graph.rs", text, &[]);
    let error = "    Pipeline(#[from] crate::pipeline::PipelineError),\n    Other(crate::pipeline::Summary),";
    assert_caught(broken_layers, "error.rs", error, &[2]);
}

#[test]
fn a_dependency_away_from_home_is_caught() {
    assert_caught(strayed_dependencies, "mine/walk.rs", "use parquet::arrow::ArrowWriter;", &[1]);
    assert_caught(strayed_dependencies, "kg/graph.rs", "fn f() {\n    ::toml::from_str(text)\n}", &[2]);
    assert_caught(strayed_dependencies, "ingest/obo.rs", "use toml;", &[1]);
    assert_caught(strayed_dependencies, "kg/rdf_store.rs", "use oxrdf::Term;", &[1]);
}

#[test]
fn a_dependency_at_home_is_not() {
    assert_caught(strayed_dependencies, "kg/rdf.rs", "use oxrdf::Term;", &[]);
    assert_caught(strayed_dependencies, "kg/sparql/mod.rs", "use oxrdf::Term;", &[]);
    assert_caught(strayed_dependencies, "pipeline/file.rs", "toml::from_str(text)", &[]);
    assert_caught(strayed_dependencies, "mine/walk.rs", "use crate::write::parquet::Table;", &[]);
}

#[test]
fn a_clock_in_a_pure_layer_is_caught() {
    assert_caught(impure_layers, "mine/walk.rs", "let now = std::time::Instant::now();", &[1]);
    assert_caught(impure_layers, "kg/graph.rs", "use std::fs;\nuse std::fmt;", &[1]);
    assert_caught(impure_layers, "kg/snapshot.rs", "use std::fs;", &[]);
    assert_caught(impure_layers, "write/mod.rs", "use std::fs;", &[]);
}

#[test]
fn a_bundled_import_is_caught() {
    assert_caught(bundled_imports, "mine/walk.rs", "use crate::{kg, seed};", &[1]);
    assert_caught(
        bundled_imports,
        "mine/mod.rs",
        "use crate::kg;\npub use walk::Walk;\npub(crate) use crate::kg::{A, B};",
        &[3],
    );
}

#[test]
fn a_long_file_is_caught() {
    assert_caught(too_long, "mine/walk.rs", &"\n".repeat(MAX_LINES), &[]);
    assert_caught(too_long, "mine/walk.rs", &"\n".repeat(MAX_LINES + 1), &[MAX_LINES + 1]);
}

#[test]
fn a_file_without_a_reason_is_caught() {
    assert_caught(no_reason_given, "mine/walk.rs", "use std::fmt;\n", &[1]);
    assert_caught(no_reason_given, "mine/walk.rs", "//! Walks, because …\n", &[]);
}

#[test]
fn files_for_tests_are_known_by_their_declaration() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let declared = source("write/mod.rs", "#[cfg(test)]\nmod sample;\nmod rows;\n").test_files();
    assert_eq!(declared, ["write/sample.rs", "write/sample/mod.rs"]);
    let declared = source("write/split.rs", "#[cfg(test)]\nmod tests;\n").test_files();
    assert_eq!(declared, ["write/split/tests.rs", "write/split/tests/mod.rs"]);
}
