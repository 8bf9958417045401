//! Mistakes in the `[[synth.…]]` sections, and between them and what is mined.

use crate::mine::MineConfig;
use crate::pipeline::check::Part;
use crate::pipeline::check::Problems;
use crate::synth::SynthConfig;

/// The strategies as sections name them, and the section that makes items of their candidates.
const STRATEGIES: [(&str, &str); 14] = [
    ("case", "choice"),
    ("finding_set", "choice"),
    ("contrast", "choice"),
    ("treatment", "choice"),
    ("indication", "choice"),
    ("statement", "true_false"),
    ("ranking", "ranked"),
    ("shape", "shape"),
    ("coding", "choice"),
    ("mechanism", "explanation"),
    ("walk", "explanation"),
    ("metapath", "explanation"),
    ("pair", "explanation"),
    ("chain", "explanation"),
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
        "statement" => mine.statement.len(),
        "ranking" => mine.ranking.len(),
        "shape" => mine.shape.len(),
        "walk" => mine.walk.len(),
        "pair" => mine.pair.len(),
        "chain" => mine.chain.len(),
        _ => mine.metapath.len(),
    };
    for (strategy, section) in STRATEGIES {
        if n_sections(strategy) > 0 && !synth.takes(strategy) {
            problems.say(
                &["mine".into(), strategy.into(), Part::At(0)],
                format!("`mine.{strategy}` finds candidates that nothing makes items of"),
                format!("add a section `[[synth.{section}]]` with `from = [\"{strategy}\"]`"),
            );
        }
    }
    let mut taken: Vec<&str> = Vec::new();
    for (section, number, from) in synth.sections() {
        let path = ["synth".into(), section.into(), Part::At(number), "from".into()];
        if from.is_empty() {
            let hint = "name the strategies whose candidates it takes, as in `from = [\"case\"]`";
            problems.say(&path, format!("`synth.{section}.from` is empty"), hint);
        }
        for (at, strategy) in from.iter().enumerate() {
            let path = [&path[..], &[Part::At(at)]].concat();
            let Some(&(_, own)) = STRATEGIES.iter().find(|(name, _)| *name == &**strategy) else {
                let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
                problems.say(
                    &path,
                    format!("`synth.{section}.from` names `{strategy}`, which is no strategy"),
                    format!("there are {}", names.join(", ")),
                );
                continue;
            };
            if own != section {
                problems.say(
                    &path,
                    format!("`synth.{section}` cannot make items from `{strategy}`"),
                    format!("`[[synth.{own}]]` can"),
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
