//! Every mistake in a pipeline, and nothing run.
//!
//! What a type can refuse is refused when the file is parsed. What is left are numbers without a sense, names that the
//! tables do not have, and sections that do not fit each other: all are looked for here, and told at once, each where
//! it stands and with what would have been right. What only the graph can tell is not looked for: categories, prefixes,
//! and whether there are as many items as are wanted.

mod mine;
mod place;
mod synth;

use std::path::PathBuf;

use crate::ingest;
use crate::ingest::BenchmarkConfig;
use crate::kg::PrefixName;
use crate::location::Location;
use crate::pipeline::Pipeline;
use crate::pipeline::check::place::Part;
use crate::pipeline::check::place::Places;
use crate::write::View;
use crate::write::WriteError;

/// A mistake, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands; where something is missing, where it should stand.
    pub location: Location,
    /// What is wrong: lower case, no full stop.
    pub text: String,
    /// What would have been right.
    pub hint: String,
}

/// The mistakes that were found so far.
struct Problems<'a> {
    places: Places<'a>,
    found: Vec<Problem>,
}

impl Problems<'_> {
    fn say(&mut self, path: &[Part<'_>], text: impl Into<String>, hint: impl Into<String>) {
        let location = self.places.of(path);
        self.found.push(Problem { location, text: text.into(), hint: hint.into() });
    }

    /// That a share is one: more than nothing, and at most all.
    fn share(&mut self, path: &[Part<'_>], share: f64) {
        if !(share > 0.0 && share <= 1.0) {
            let text = format!("{} is {share}", place::shown(path));
            self.say(path, text, "give a share above 0 and up to 1, as in `0.25`");
        }
    }

    /// That a bound leaves room for something.
    fn at_least(&mut self, path: &[Part<'_>], (number, least): (u64, u64), hint: &str) {
        if number < least {
            self.say(path, format!("{} is {number}", place::shown(path)), hint);
        }
    }

    /// That prefixes are what stands before the colon of a CURIE.
    fn prefixes(&mut self, path: &[Part<'_>], prefixes: &[PrefixName]) {
        for (at, prefix) in prefixes.iter().enumerate() {
            if !prefix.is_possible() {
                let text = format!("`{prefix}` is no prefix");
                self.say(&[path, &[Part::At(at)]].concat(), text, "give what stands before the colon, as in `OMIM`");
            }
        }
    }

    /// That no name stands in a list twice.
    fn each_once(&mut self, path: &[Part<'_>], names: &[Box<str>]) {
        for (at, name) in names.iter().enumerate().filter(|&(at, name)| names[..at].contains(name)) {
            let text = format!("{} names `{name}` twice", place::shown(path));
            self.say(&[path, &[Part::At(at)]].concat(), text, "name it once");
        }
    }
}

impl Pipeline {
    /// Every mistake that can be found without reading data.
    pub fn problems(&self, roots: &[PathBuf]) -> Vec<Problem> {
        let mut problems = Problems { places: Places::of_file(&self.file, &self.text), found: Vec::new() };
        if self.title.trim().is_empty() {
            problems.say(&["title".into()], "`title` is empty", "say what the data set is called on its card");
        }
        self.ingest_problems(roots, &mut problems);
        mine::look(&self.mine, &mut problems);
        synth::look(&self.mine, &self.synth, &mut problems);
        self.verify_problems(roots, &mut problems);
        self.write_problems(&mut problems);
        problems.found
    }

    fn ingest_problems(&self, roots: &[PathBuf], problems: &mut Problems<'_>) {
        let sources = ["ingest".into(), "sources".into()];
        if self.ingest.sources.is_empty() {
            let hint = "name a folder of `ontologies/`, as in `sources = [\"hpo\"]`";
            problems.say(&sources, "`ingest.sources` is empty", hint);
        }
        problems.each_once(&sources, &self.ingest.sources);
        for (at, name) in self.ingest.sources.iter().enumerate() {
            if let Err(error) = ingest::source(name, roots) {
                let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
                let path = ["ingest".into(), "sources".into(), Part::At(at)];
                problems.say(&path, format!("{error}{cause}"), "`thinkpath sources` lists what there is");
            }
        }
        problems.prefixes(&["ingest".into(), "leave_out_prefixes".into()], &self.ingest.leave_out_prefixes);
        let share = self.ingest.max_quarantined_share;
        if !(0.0..=1.0).contains(&share) {
            let path = ["ingest".into(), "max_quarantined_share".into()];
            let text = format!("`ingest.max_quarantined_share` is {share}");
            problems.say(&path, text, "give a share from 0 to 1, as in `0.001`");
        }
    }

    fn verify_problems(&self, roots: &[PathBuf], problems: &mut Problems<'_>) {
        let benchmarks = &self.verify.decontaminate;
        for (at, benchmark) in benchmarks.iter().enumerate() {
            let of = |key| ["verify".into(), "decontaminate".into(), Part::At(at), Part::Key(key)];
            let name = &benchmark.name;
            if name.trim().is_empty() {
                problems.say(&of("name"), "`name` is empty", "say what the benchmark is called in reports");
            }
            if benchmarks[..at].iter().any(|other| other.name == *name) {
                let text = format!("`verify.decontaminate` names `{name}` twice");
                problems.say(&of("name"), text, "list all files of a benchmark in one section");
            }
            if benchmark.files.is_empty() {
                problems.say(
                    &of("files"),
                    "`files` is empty",
                    "name JSON lines or Parquet, as in `[\"qa/mmlu.jsonl\"]`",
                );
            }
            for file in benchmark.files.iter().filter(|file| BenchmarkConfig::find(file, roots).is_none()) {
                let text = format!("benchmark `{name}`: there is no file `{file}`");
                let hint = "paths are below a folder in which sources are looked for (`--data DIR` adds one), or below \
                            the working directory";
                problems.say(&of("files"), text, hint);
            }
        }
    }

    fn write_problems(&self, problems: &mut Problems<'_>) {
        if self.write.dir.as_os_str().is_empty() {
            let path = ["write".into(), "dir".into()];
            problems.say(&path, "`write.dir` is empty", "name a folder, as in `output/my-cases`");
        }
        let section = self.write.validate().err();
        let splits = self.write.splits.validate().err().filter(|_| matches!(section, Some(WriteError::View { .. })));
        // Views that nobody listed are written as they come.
        let is_listed = self.write.views != View::ALL;
        for (at, view) in self.write.views.iter().enumerate().filter(|_| is_listed) {
            if *view == View::Dpo && self.synth.corruption.per_item == 0 {
                let text = "`write.views` names `dpo`, which has no rows without wrong thinking paths";
                let path = ["write".into(), "views".into(), Part::At(at)];
                problems.say(&path, text, "set `synth.corruption.per_item` above 0, or leave the view out");
            }
        }
        for error in section.into_iter().chain(splits) {
            let (path, hint): (&[Part<'_>], _) = match &error {
                WriteError::View { .. } => (&["write".into(), "views".into()], "name each view once"),
                WriteError::Share { split, .. } => {
                    (&["write".into(), "splits".into(), (*split).into()], "give each split its share of the items")
                }
                _ => {
                    let hint = "as in `splits = { train = 0.9, validation = 0.05, test = 0.05 }`";
                    (&["write".into(), "splits".into()], hint)
                }
            };
            problems.say(path, error.to_string(), hint);
        }
    }
}

#[cfg(test)]
mod tests;
