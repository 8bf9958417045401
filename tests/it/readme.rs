//! The README keeps its word.

use std::path::Path;
use std::path::PathBuf;

use thinkpath::pipeline::Pipeline;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The text of each block of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let open = format!("```{language}\n");
    text.split(&*open).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn its_pipelines_have_no_mistakes() {
    let text = readme();
    let pipelines = blocks(&text, "toml");
    assert!(!pipelines.is_empty());
    for text in pipelines {
        let problems = Pipeline::parse("README.md", text).unwrap().problems(&[root().join("ontologies")]);
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn what_it_names_is_there() {
    // Links and pipelines; what a run writes is not there yet.
    let text = readme();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pipelines = text.split("pipelines/").skip(1).filter_map(|rest| rest.split_once(".toml").map(|(name, _)| name));
    let named: Vec<PathBuf> =
        links.map(PathBuf::from).chain(pipelines.map(|name| PathBuf::from(format!("pipelines/{name}.toml")))).collect();
    assert!(named.len() > 5);
    for path in named {
        assert!(root().join(&path).exists(), "{}", path.display());
    }
}
