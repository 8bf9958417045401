//! `thinkpath explain`: what a code means.

use thinkpath::docs::codes;

use crate::failure::Mistake;
use crate::text::print;
use crate::text::table;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath explain              every code, with a line on each
  thinkpath explain V101         what a check looks at, why that matters, and an example

Codes stand in the summary of a run, in `rejected/` and in the card of a data set. The letter
names the stage: I ingest, K graph, M mining, S writing items, V checks, W data set.")]
pub(crate) struct Arguments {
    /// The code; without it, all are listed
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let text = match &arguments.code {
        Some(code) => {
            let page = codes::page(code).ok_or_else(|| Mistake::NoCode { code: code.clone() })?;
            format!("{}\n", page.trim_end())
        }
        None => {
            let row = |(code, page): (&str, &str)| vec![code.to_owned(), codes::title(page).to_owned()];
            table(&codes::pages().into_iter().map(row).collect::<Vec<_>>(), 2)
        }
    };
    print(&text)?;
    Ok(())
}
