//! Every mistake in a pipeline, and nothing run.

use std::path::PathBuf;

use crate::ingest;
use crate::pipeline::Pipeline;

/// A mistake, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: lower case, no full stop.
    pub text: String,
    /// What would have been right.
    pub hint: Option<String>,
}

/// The strategies, as sections name them.
const STRATEGIES: [&str; 6] = ["case", "finding_set", "contrast", "coding", "walk", "metapath"];
/// Those whose candidates have options.
const WITH_OPTIONS: [&str; 4] = ["case", "finding_set", "contrast", "coding"];

impl Pipeline {
    /// Every mistake that can be found without reading data.
    pub fn problems(&self, roots: &[PathBuf]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |text: String, hint: Option<String>| problems.push(Problem { text, hint });
        if self.ingest.sources.is_empty() {
            say(
                "`ingest.sources` is empty".into(),
                Some("name a folder of `ontologies/`, as in `sources = [\"hpo\"]`".into()),
            );
        }
        for name in &self.ingest.sources {
            if let Err(error) = ingest::source(name, roots) {
                let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
                say(format!("{error}{cause}"), Some("`thinkpath sources` lists what there is".into()));
            }
        }
        let share = self.ingest.max_quarantined_share;
        if !(0.0..=1.0).contains(&share) {
            say(
                format!("`ingest.max_quarantined_share` is {share}"),
                Some("give a share from 0 to 1, as in `0.001`".into()),
            );
        }
        let mined = [
            ("case", self.mine.case.len()),
            ("finding_set", self.mine.finding_set.len()),
            ("contrast", self.mine.contrast.len()),
            ("coding", self.mine.coding.len()),
            ("walk", self.mine.walk.len()),
            ("metapath", self.mine.metapath.len()),
        ];
        for (strategy, count) in mined {
            if count > 0 && !self.synth.takes(strategy) {
                let section = if WITH_OPTIONS.contains(&strategy) { "choice" } else { "explanation" };
                say(
                    format!("`mine.{strategy}` finds candidates that nothing makes items of"),
                    Some(format!("add a section `[[synth.{section}]]` with `from = [\"{strategy}\"]`")),
                );
            }
        }
        let wanted = |strategy: &str| mined.iter().any(|&(name, count)| name == strategy && count > 0);
        let choice = self.synth.choice.iter().map(|section| ("choice", &section.from));
        for (section, from) in choice.chain(self.synth.explanation.iter().map(|section| ("explanation", &section.from)))
        {
            for strategy in from {
                if !STRATEGIES.contains(&&**strategy) {
                    say(
                        format!("`synth.{section}.from` names `{strategy}`, which is no strategy"),
                        Some(format!("there are {}", STRATEGIES.join(", "))),
                    );
                } else if WITH_OPTIONS.contains(&&**strategy) != (section == "choice") {
                    say(format!("`synth.{section}` cannot make items from `{strategy}`"), None);
                } else if !wanted(strategy) {
                    say(
                        format!("`synth.{section}.from` names `{strategy}`, which nothing mines"),
                        Some(format!("add a section `[[mine.{strategy}]]`")),
                    );
                }
            }
        }
        for section in &self.synth.choice {
            if section.n_options != 4 {
                say(
                    format!("`synth.choice.n_options` is {}", section.n_options),
                    Some("items have 4 options: the risk of a distractor was measured for three".into()),
                );
            }
        }
        if let Err(error) = self.write.validate() {
            say(error.to_string(), None);
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let text = format!("title = 'T'\nseed = 7\n[write]\ndir = 'output/x'\n{text}");
        let roots = [PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ontologies")];
        Pipeline::parse("p", &text).unwrap().problems(&roots).into_iter().map(|problem| problem.text).collect()
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let found = problems(
            "[ingest]\nsources = ['hpo', 'nothing']\n[[mine.contrast]]\nn_items = 1\n[[synth.choice]]\nfrom = ['walk', 'dance']\nn_options = 5",
        );
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[0].starts_with("there is no source `nothing`"));
        assert_eq!(found[1], "`mine.contrast` finds candidates that nothing makes items of");
        assert_eq!(found[2], "`synth.choice` cannot make items from `walk`");
        assert_eq!(found[3], "`synth.choice.from` names `dance`, which is no strategy");
        assert_eq!(found[4], "`synth.choice.n_options` is 5");
    }

    #[test]
    fn a_good_pipeline_has_no_problems() {
        let found = problems(
            "[ingest]\nsources = ['hpo']\n[[mine.contrast]]\nn_items = 1\n[[synth.choice]]\nfrom = ['contrast']",
        );
        assert!(found.is_empty(), "{found:?}");
    }
}
