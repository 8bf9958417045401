//! The data set's card: `README.md`, read by people and by the Hub.
//!
//! Its head tells `datasets` which files belong to which configuration; the rest says what the data is, what was
//! thrown out, what it rests on, and what it does not show. Names that come from sources are escaped: a label is
//! text, never markup.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::kg::Graph;
use crate::kg::Licence;
use crate::synth::DistractorClass;
use crate::verify::Rule;
use crate::write::assemble::Placed;
use crate::write::credit::Group;
use crate::write::credit::groups;
use crate::write::manifest::Manifest;
use crate::write::manifest::ShareEntry;
use crate::write::manifest::SourceEntry;
use crate::write::split::Split;

/// A configuration of the data set: a folder and the splits that have rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Configuration {
    /// The folder.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    /// The splits with rows, in order.
    pub(super) splits: Vec<&'static str>,
}

/// What the card tells beside the manifest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card<'a> {
    /// The title of the pipeline.
    pub(super) title: &'a str,
    /// The manifest, its list of files not yet filled in.
    pub(super) manifest: &'a Manifest,
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The items.
    pub(super) items: &'a [Placed],
    /// The configurations; the first one is the default.
    pub(super) configurations: &'a [Configuration],
}

impl Card<'_> {
    /// The text of the card.
    pub(super) fn text(&self) -> String {
        let mut text = self.head();
        let title = escaped(self.title);
        // Writing to a String cannot fail, here and below.
        let _ = write!(
            text,
            "
# {title}

{} question items with thinking paths, made from knowledge graphs by thinkpath {}. Every item carries its proof:
the pattern that was asked of the graph, the edges that each step of the thinking path rests on, and why each wrong
option is wrong. **Synthetic; not medical advice.** No clinician has rated these items.
",
            self.manifest.funnel.written,
            escaped(&self.manifest.thinkpath_version),
        );
        self.origin(&mut text);
        self.configurations_table(&mut text);
        self.funnel(&mut text);
        self.decontamination(&mut text);
        self.corruptions(&mut text);
        self.items_tables(&mut text);
        self.diversity(&mut text);
        self.sources_list(&mut text);
        text.push_str(&self.limits());
        text.push_str(RECHECK);
        self.citation(&mut text);
        text
    }

    fn head(&self) -> String {
        // What is not passed on binds nobody.
        let used = |source: &&SourceEntry| {
            let mut entries = self.manifest.attribution.iter().filter(|entry| entry.source == source.name);
            entries.any(|entry| entry.items > 0 || entry.published != ShareEntry::default())
        };
        let classes = self.manifest.sources.iter().filter(used).filter_map(|source| source.licence.parse().ok());
        let strictest: Option<Licence> = classes.max();
        let mut text = String::from("---\n");
        let _ = writeln!(text, "pretty_name: {}", quoted(self.title));
        let _ = writeln!(text, "license: other\nlicense_name: {}", strictest.unwrap_or(Licence::Open));
        text.push_str("language:\n- en\ntask_categories:\n- question-answering\n- multiple-choice\n");
        let _ = writeln!(text, "size_categories:\n- {}", size_category(self.manifest.funnel.written));
        text.push_str("tags:\n- medical\n- biology\n- knowledge-graph\n- reasoning\n- synthetic\n- thinkpath\n");
        // A list without members is no list to the Hub.
        if self.configurations.iter().any(|configuration| !configuration.splits.is_empty()) {
            text.push_str("configs:\n");
        }
        for (position, configuration) in self.configurations.iter().enumerate() {
            if configuration.splits.is_empty() {
                continue;
            }
            let _ = writeln!(text, "- config_name: {}", configuration.name);
            if position == 0 {
                text.push_str("  default: true\n");
            }
            text.push_str("  data_files:\n");
            for split in &configuration.splits {
                let _ = writeln!(text, "  - split: {split}\n    path: {}/{split}-*.parquet", configuration.name);
            }
        }
        text.push_str("---\n");
        text
    }

    fn origin(&self, text: &mut String) {
        let models = if self.manifest.models.is_empty() {
            "No language model took part."
        } else {
            "Language models re-worded steps or judged items; they could add no fact and no answer."
        };
        let _ = write!(
            text,
            "
## How it was made

The sources below were read into one graph of {} nodes and {} edges; `manifest.json` accounts for every record that was
read. Patterns worth a question were mined from the graph, worded by templates, and kept only if every symbolic check
passed: the key is an answer under the strict reading of the graph, no other option is one under the loose reading,
and each step of the thinking path cites edges that exist. {models}
",
            self.graph.n_nodes(),
            self.graph.n_edges(),
        );
    }

    fn configurations_table(&self, text: &mut String) {
        text.push_str("\n## Configurations\n\n| name | what it is | splits |\n|---|---|---|\n");
        for Configuration { name, purpose, splits } in self.configurations {
            let splits = if splits.is_empty() { "no rows".to_owned() } else { splits.join(", ") };
            let _ = writeln!(text, "| `{name}` | {purpose} | {splits} |");
        }
        text.push_str(
            "\nAll configurations share ids and splits. Splits are made on the graph. Call an edge of an item's `path` \
             that touches its key an *answer edge*; the inverse of an edge and the same edge from another source count \
             as the edge itself. Across splits no two items share their key, their anchors and key, their `path`, or \
             their stem, none is nearly the same as another (seven in ten of their runs of five words and half of their \
             nodes), and no `path` holds an answer edge of an item of another split; `components.parquet` lists \
             which items had to stay together by this. No answer edge of a validation or test item is cited anywhere \
             in another split, be it in `path`, `steps` or `distractor_reasons`. The reverse is not promised: the \
             thinking path of a validation or test item may cite an answer edge of a train item, where it says why \
             that item's key is no answer here.\n",
        );
    }

    fn funnel(&self, text: &mut String) {
        let funnel = &self.manifest.funnel;
        text.push_str("\n## What was thrown out\n\n| | candidates |\n|---|---:|\n");
        let _ = writeln!(text, "| mined | {} |", funnel.mined);
        for (code, count) in &funnel.rejected {
            let _ = writeln!(text, "| rejected by `{code}` | {count} |");
        }
        let _ = writeln!(text, "| **written** | **{}** |", funnel.written);
        text.push_str(
            "\n`thinkpath explain CODE` says what a code means; `rejected/` holds every rejected candidate.\n",
        );
    }

    fn decontamination(&self, text: &mut String) {
        text.push_str("\n## Benchmarks\n");
        let entries = &self.manifest.decontamination;
        if entries.is_empty() {
            text.push_str("\nThese items were held against no benchmark.\n");
            return;
        }
        text.push_str(
            "\nNo item is a question of these benchmarks: none has the same words, of none do runs of eight words of one \
             question cover half, and none shares a run of thirty words with one.\n\n\
             | benchmark | questions | rejected: same words | half covered | thirty in a row | items that share 13 words | \
             most covered |\n|---|---:|---:|---:|---:|---:|---:|\n",
        );
        for entry in entries {
            let rejected = |rule: Rule| entry.rejected.get(rule.as_str()).copied().unwrap_or(0);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {}.{} % |",
                escaped(&entry.name),
                entry.questions,
                rejected(Rule::Exact),
                rejected(Rule::Cover),
                rejected(Rule::Run),
                entry.shares_13_words,
                entry.most_covered_thousandths / 10,
                entry.most_covered_thousandths % 10,
            );
        }
        text.push_str(
            "\nRuns of thirteen words are counted if they stand in one question of the benchmark only. Nothing of a \
             benchmark is in these files but hashes; to check it, give its files to `verify/verify.py --against`.\n",
        );
    }

    fn corruptions(&self, text: &mut String) {
        let counts = &self.manifest.corruptions;
        if counts.tried == 0 {
            return;
        }
        text.push_str("\n## Wrong thinking paths\n\n| kind | rows of `corruptions` |\n|---|---:|\n");
        for (kind, count) in &counts.kinds {
            let _ = writeln!(text, "| `{kind}` | {count} |");
        }
        let _ = writeln!(text, "| **written** | **{}** |", counts.written);
        for (code, count) in &counts.dropped {
            let _ = writeln!(text, "| dropped by `{code}` | {count} |");
        }
        let _ = writeln!(text, "| tried | {} |", counts.tried);
        text.push_str(
            "\nEach is its item's path with one step gone wrong. Up to `first_wrong_step` it is the item's own, to the \
             letter; what that step claims is refuted by this graph, as `ground` and `refuting_edges` say. That is a \
             proof in a closed world: what is `not_recorded` here, even loosely, may be known elsewhere. What follows \
             the wrong step may be right or wrong.\n",
        );
    }

    fn items_tables(&self, text: &mut String) {
        let splits = &self.manifest.splits;
        let by_split = [splits.train, splits.validation, splits.test];
        text.push_str("\n## Items\n\n| split | items |\n|---|---:|\n");
        for (split, count) in Split::ALL.into_iter().zip(by_split) {
            let _ = writeln!(text, "| {} | {count} |", split.as_str());
        }
        let items = || self.items.iter().map(|placed| &placed.item);
        text.push_str("\n| kind | items |\n|---|---:|\n");
        counts_table(text, items().map(|item| item.kind.as_str().to_owned()));
        text.push_str("\n| stratum | items |\n|---|---:|\n");
        counts_table(text, items().map(|item| escaped(&item.stratum)));
        let count = |class| items().flat_map(|item| &item.distractors).filter(|reason| reason.class == class).count();
        text.push_str("\n| wrong options | count |\n|---|---:|\n");
        for (class, meaning) in [
            (DistractorClass::Denied, "the graph denies it"),
            (DistractorClass::Unsupported, "the graph does not record it"),
        ] {
            let _ = writeln!(text, "| `{}`: {meaning} | {} |", class.as_str(), count(class));
        }
        let mut confidences: Vec<f64> = items().map(|item| item.confidence).collect();
        confidences.sort_by(f64::total_cmp);
        if let (Some(least), Some(most)) = (confidences.first(), confidences.last()) {
            let median = confidences[confidences.len() / 2];
            let _ = writeln!(text, "\n`confidence`: least {least:.3}, median {median:.3}, most {most:.3}.");
        }
    }

    fn diversity(&self, text: &mut String) {
        let diversity = &self.manifest.diversity;
        let _ = writeln!(
            text,
            "\n## How varied it is\n\n{} different nodes, {} different answers, {} metapaths and {} wordings of the \
             question, of which the most frequent stands in {} of {} items. Over the {} chapters and organ systems below, \
             items are spread with an evenness of {:.2} (entropy over its most; 1 if all had as many).\n",
            diversity.nodes,
            diversity.answers,
            diversity.metapaths,
            diversity.templates,
            diversity.items_of_top_template,
            self.manifest.funnel.written,
            diversity.categories.len(),
            diversity.category_evenness,
        );
        text.push_str("| chapter or organ system | items |\n|---|---:|\n");
        for (category, count) in &diversity.categories {
            let _ = writeln!(text, "| {} | {count} |", escaped(category));
        }
        text.push_str(
            "\nNodes that items speak of, by quarter of their category: from those that most edges meet to the \
             rarest.\n\n| | in the graph | used | of the best known | second | third | of the rarest |\n\
             |---|---:|---:|---:|---:|---:|---:|\n",
        );
        for (category, coverage) in &diversity.coverage {
            let [first, second, third, fourth] = coverage.used;
            let used: u64 = coverage.used.iter().sum();
            let _ = writeln!(
                text,
                "| {} | {} | {used} | {first} | {second} | {third} | {fourth} |",
                escaped(category),
                coverage.nodes
            );
        }
    }

    fn sources_list(&self, text: &mut String) {
        text.push_str("\n## Sources and licences\n");
        for Group { heading, members } in groups(self.manifest) {
            let _ = writeln!(text, "\n{heading}:\n");
            for (source, what) in members {
                let _ = writeln!(
                    text,
                    "- **{}** {} ({}; class `{}`): {what}",
                    escaped(&source.name),
                    escaped(&source.version),
                    escaped(&source.licence_name),
                    source.licence,
                );
                for line in [&source.home, &source.credit].into_iter().filter(|line| !line.is_empty()) {
                    let _ = writeln!(text, "  - {}", escaped(line));
                }
            }
        }
        if !self.manifest.licences.is_empty() {
            text.push_str("\n| strictest licence class | items |\n|---|---:|\n");
        }
        for (class, count) in &self.manifest.licences {
            let _ = writeln!(text, "| `{class}` | {count} |");
        }
        text.push_str(
            "\nAn item's `sources` and `licences` are those of every edge it cites, every name it shows and every \
             synonym it words. Pass the credits on: `NOTICE` has them.\n",
        );
    }

    fn limits(&self) -> String {
        let is_whole = self.manifest.attribution.iter().all(|entry| entry.withheld == ShareEntry::default());
        let graph = if !is_whole {
            "`graph/` leaves out what its licence forbids to pass on, edge by edge and name by name, so claims that \
             rest on the whole graph (that an answer is the only one) can be re-checked only as far as these tables reach."
        } else {
            "`graph/` is the whole graph that the items were proved on."
        };
        format!(
            "
## Known limits

- The proof is a closed-world proof for this graph version. What the graph does not know, the proof does not know;
  `confidence` says how much rests on that.
- A wrong option is `denied` where the graph holds an explicit negative statement or another value of a functional
  relation. It is `unsupported` where the graph records nothing for several clues: a gap is not an absence, and `risk`
  is the measured chance that it is right after all.
- No clinician has rated these items. They are synthetic and not medical advice.
- {graph}
"
        )
    }

    fn citation(&self, text: &mut String) {
        let Manifest { graph_sha256, pipeline_sha256, seed, thinkpath_version, .. } = self.manifest;
        let _ = write!(
            text,
            "
## Citation

Cite the sources above, and this data set by what it was made from:

```
title           {}
made with       thinkpath {thinkpath_version}, format {}
graph sha256    {graph_sha256}
pipeline sha256 {pipeline_sha256}
seed            {seed}
```
",
            fenced(self.title),
            self.manifest.format_version,
        );
    }
}

const RECHECK: &str = "
## Check it yourself

```
pip install duckdb
python verify/verify.py .
sha256sum -c SHA256SUMS
```

`verify/` holds plain SQL and Python that use nothing of ours. From `items` and `graph/` they recompute, for every item:

- the answers under both readings, the key and its letter, `other_answers`, the binding, `pattern`, `anchors`, `id`,
  `hops`, and that `query` asks what `clauses` ask;
- of each wrong option: the clues it fails, its denials, its risk, that it is no kin of the key or of another option (by
  kind, by name, by a shared gene);
- of each clue: how frequent and how telling it is, that clues are independent, and that no other disease nearly fits;
- that steps cite edges that exist and words that stand in the question, and name nothing else; that the question does
  not give the answer away;
- sources, licences, `tier` (but for paths and contrasts), and that `confidence` is at most what risks and evidence
  leave;
- of each wrong thinking path: that it is the item's own up to its first wrong step, that the graph refutes what that
  step says, and that it uses no source and tells no answer that it may not;
- duplicates, splits, the balance of letters, the views, the funnel, and the hash of every file.

They do not recompute `category`, `organ_system`, `metapath`, `chain_shape`, `difficulty` and its features but for the
information of clues, nor the reasons in `rejected/`; and no program can say whether a text reads well or whether a step
says in words just what its edges say.
";

/// A row for each different name, in the order of names.
fn counts_table(text: &mut String, names: impl Iterator<Item = String>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    for (name, count) in counts {
        let _ = writeln!(text, "| {name} | {count} |");
    }
}

/// The Hub's word for a number of rows.
fn size_category(n_rows: u64) -> &'static str {
    match n_rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "1M<n<10M",
    }
}

/// A text as a YAML scalar: JSON strings are such scalars.
fn quoted(text: &str) -> String {
    serde_json::Value::from(crate::finding::printable(text)).to_string()
}

/// A text inside a fenced block, which nothing in it can close.
fn fenced(text: &str) -> String {
    crate::finding::printable(text).replace('`', "'")
}

/// A text that Markdown and HTML show as it is.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in crate::finding::printable(text).chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_sources_are_text_and_not_markup() {
        assert_eq!(
            escaped("<script>a</script> [x](y) *b* `c` | d\n# e"),
            "&lt;script&gt;a&lt;/script&gt; \\[x\\](y) \\*b\\* \\`c\\` \\| d\\\\x0A\\# e"
        );
    }

    #[test]
    fn a_title_cannot_leave_its_yaml_line() {
        assert_eq!(quoted("a\": b\nc: d"), r#""a\": b\\x0Ac: d""#);
    }

    #[test]
    fn sizes_have_the_hubs_words() {
        for (rows, word) in [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (2_000_000, "1M<n<10M")] {
            assert_eq!(size_category(rows), word);
        }
    }
}
