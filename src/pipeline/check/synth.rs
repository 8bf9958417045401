//! Mistakes in the `[[synth.…]]` sections, and between them and what is mined.

use crate::mine::MineConfig;
use crate::pipeline::check::Part;
use crate::pipeline::check::Problems;
use crate::synth::SynthConfig;

/// The strategies as sections name them, and whether their candidates have options.
const STRATEGIES: [(&str, bool); 11] = [
    ("case", true),
    ("finding_set", true),
    ("contrast", true),
    ("treatment", true),
    ("indication", true),
    ("coding", true),
    ("mechanism", false),
    ("walk", false),
    ("metapath", false),
    ("pair", false),
    ("chain", false),
];

pub(super) fn look(mine: &MineConfig, synth: &SynthConfig, problems: &mut Problems<'_>) {
    let n_sections = |strategy: &str| match strategy {
        "case" => mine.case.len(),
        "finding_set" => mine.finding_set.len(),
        "treatment" => mine.treatment.len(),
        "indication" => mine.indication.len(),
        "mechanism" => mine.mechanism.len(),
        "contrast" => mine.contrast.len(),
        "coding" => mine.coding.len(),
        "walk" => mine.walk.len(),
        "pair" => mine.pair.len(),
        "chain" => mine.chain.len(),
        _ => mine.metapath.len(),
    };
    for (strategy, has_options) in STRATEGIES {
        if n_sections(strategy) > 0 && !synth.takes(strategy) {
            let section = if has_options { "choice" } else { "explanation" };
            problems.say(
                &["mine".into(), strategy.into(), Part::At(0)],
                format!("`mine.{strategy}` finds candidates that nothing makes items of"),
                format!("add a section `[[synth.{section}]]` with `from = [\"{strategy}\"]`"),
            );
        }
    }
    let choice = synth.choice.iter().map(|section| &section.from).enumerate().map(|(at, from)| ("choice", at, from));
    let explanation = synth.explanation.iter().map(|section| &section.from).enumerate();
    let explanation = explanation.map(|(at, from)| ("explanation", at, from));
    let mut taken: Vec<&str> = Vec::new();
    for (section, number, from) in choice.chain(explanation) {
        let path = ["synth".into(), section.into(), Part::At(number), "from".into()];
        if from.is_empty() {
            let hint = "name the strategies whose candidates it takes, as in `from = [\"case\"]`";
            problems.say(&path, format!("`synth.{section}.from` is empty"), hint);
        }
        for (at, strategy) in from.iter().enumerate() {
            let path = [&path[..], &[Part::At(at)]].concat();
            let Some(&(_, has_options)) = STRATEGIES.iter().find(|(name, _)| *name == &**strategy) else {
                let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
                problems.say(
                    &path,
                    format!("`synth.{section}.from` names `{strategy}`, which is no strategy"),
                    format!("there are {}", names.join(", ")),
                );
                continue;
            };
            if has_options != (section == "choice") {
                let other = if has_options { "choice" } else { "explanation" };
                problems.say(
                    &path,
                    format!("`synth.{section}` cannot make items from `{strategy}`"),
                    format!("`[[synth.{other}]]` can"),
                );
            } else if n_sections(strategy) == 0 {
                problems.say(
                    &path,
                    format!("`synth.{section}.from` names `{strategy}`, which nothing mines"),
                    format!("add a section `[[mine.{strategy}]]`"),
                );
            } else if taken.contains(&&**strategy) {
                problems.say(&path, format!("`synth` takes `{strategy}` twice"), "name it once, in one section");
            }
            taken.push(strategy);
        }
    }
    for (at, section) in synth.choice.iter().enumerate().filter(|(_, section)| section.n_options != 4) {
        problems.say(
            &["synth".into(), "choice".into(), Part::At(at), "n_options".into()],
            format!("`synth.choice.n_options` is {}", section.n_options),
            "items have 4 options: the risk of a distractor was measured for three",
        );
    }
}
