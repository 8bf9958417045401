//! `thinkpath sources`: what there is to build from.

use std::path::Path;

use serde_json::json;
use thinkpath::ingest;
use thinkpath::ingest::SourceFile;

use crate::session::Session;
use crate::text::print;
use crate::text::table;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath sources                       those of `ontologies/`
  thinkpath sources --data ~/kg --json    those of `~/kg` too, for a script

A source is a folder with a `source.toml`: its format, files, version, licence and credit. A
folder of `--data` may hold the description, the files, or both.")]
pub(crate) struct Arguments {
    /// Print JSON: one object a source
    #[arg(long)]
    json: bool,
}

struct Listed {
    name: String,
    source: SourceFile,
    /// Each file, and whether it was found.
    files: Vec<(String, bool)>,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let listed = names(session).into_iter().map(|name| listed(name, session)).collect::<anyhow::Result<Vec<_>>>()?;
    print(&if arguments.json { as_json(&listed)? } else { as_text(&listed) })?;
    Ok(())
}

/// The folders below a root that describe a source, sorted, each once.
fn names(session: &Session) -> Vec<String> {
    let below = |root: &Path| std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = session.roots.iter().flat_map(|root| below(root));
    let described = folders.filter(|folder| folder.path().join("source.toml").is_file());
    let mut names: Vec<String> = described.filter_map(|folder| folder.file_name().into_string().ok()).collect();
    names.sort();
    names.dedup();
    names
}

fn listed(name: String, session: &Session) -> anyhow::Result<Listed> {
    let source = ingest::source(&name, &session.roots).map_err(thinkpath::Error::from)?;
    let folder = source.folder.as_deref().unwrap_or(&name);
    let is_there = |path: &str| session.roots.iter().any(|root| root.join(folder).join(path).is_file());
    let files = source.paths().map(|path| (path.to_owned(), is_there(path))).collect();
    Ok(Listed { name, source, files })
}

fn as_text(listed: &[Listed]) -> String {
    if listed.is_empty() {
        return "no folder with a `source.toml`; `--data DIR` adds a folder to look in\n".to_owned();
    }
    let mut rows = vec![["source", "version", "licence", "files"].map(str::to_owned).to_vec()];
    for Listed { name, source, files } in listed {
        let missing: Vec<&str> = files.iter().filter(|(_, is_there)| !is_there).map(|(path, _)| &**path).collect();
        let files = match &missing[..] {
            [] => format!("{} present", files.len()),
            _ => format!("{} present, missing: {}", files.len() - missing.len(), missing.join(", ")),
        };
        rows.push(vec![name.clone(), source.version.to_string(), source.licence.to_string(), files]);
    }
    table(&rows, 4)
}

fn as_json(listed: &[Listed]) -> anyhow::Result<String> {
    let mut text = String::new();
    for Listed { name, source, files } in listed {
        let files: Vec<_> = files.iter().map(|(path, is_there)| json!({ "path": path, "present": is_there })).collect();
        let object = json!({
            "name": name,
            "version": source.version,
            "home": source.home,
            "licence": source.licence.as_str(),
            "licence_name": source.licence_name,
            "may_publish": source.licence.may_publish(),
            "credit": source.credit,
            "files": files,
        });
        text.push_str(&serde_json::to_string(&object)?);
        text.push('\n');
    }
    Ok(text)
}
