//! `thinkpath explain`: what a code means.

use thinkpath::docs::codes;

use crate::failure::Mistake;
use crate::text::WIDTH;
use crate::text::print;
use crate::text::table;
use crate::text::wrapped;

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
            set(page)
        }
        None => {
            let row = |(code, page): (&str, &str)| vec![code.to_owned(), codes::title(page).to_owned()];
            table(&codes::pages().into_iter().map(row).collect::<Vec<_>>(), 2)
        }
    };
    print(&text)?;
    Ok(())
}

/// A page for a terminal: long lines of prose are wrapped, what is fenced stays as it is.
fn set(page: &str) -> String {
    let mut is_fenced = false;
    let mut text = String::new();
    for line in page.trim_end().lines() {
        let is_fence = line.starts_with("```");
        is_fenced ^= is_fence;
        if is_fenced || is_fence || line.chars().count() <= WIDTH {
            text.push_str(line);
            text.push('\n');
        } else {
            text.push_str(&wrapped(line, 0));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let long = "word ".repeat(40);
        let page = format!("# T\n\n{long}\n```text\n{long}\n```\n");
        let lengths: Vec<usize> = set(&page).lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [3, 0, 99, 99, 7, 200, 3]);
    }
}
