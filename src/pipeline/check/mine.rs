//! Mistakes in the `[[mine.…]]` sections.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::kg::Relations;
use crate::kg::search::Shape;
use crate::mine::Asks;
use crate::mine::CaseConfig;
use crate::mine::ChainConfig;
use crate::mine::MineConfig;
use crate::mine::PairConfig;
use crate::mine::PathAsks;
use crate::mine::STATED;
use crate::mine::ShapeConfig;
use crate::mine::StatementConfig;
use crate::mine::Tier;
use crate::mine::WORDED;
use crate::mine::WalkConfig;
use crate::pipeline::check::Part;
use crate::pipeline::check::Problems;
use crate::pipeline::check::place::shown;

/// More than this of anything is a slip of the finger, and would overflow where attempts are counted.
const MOST: u64 = 1_000_000_000;

/// What V108 accepts: the target of a case, the fewest and the most clues, and the least information of one.
const CLUES: [(&str, usize, usize, f64); 2] = [("Disease", 4, 5, 2.0), ("Gene", 3, 3, 3.0)];

const NO_ITEMS: &str = "give how many accepted items are wanted, or leave the section out";
const NO_ROOM: &str = "give at least 1, or leave the line out";

pub(super) fn look(mine: &MineConfig, problems: &mut Problems<'_>) {
    let mut strata = Strata::default();
    for (at, section) in mine.case.iter().enumerate() {
        let path = |field| ["mine".into(), "case".into(), Part::At(at), field];
        case(section, &path, problems);
        strata.note(section.stratum_name(), &path("target".into()), problems);
    }
    for (at, section) in mine.finding_set.iter().enumerate() {
        let path = |field| ["mine".into(), "finding_set".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_gene, "max_items_per_gene", &path, problems);
        problems.at_least(&path("attempts_per_gene".into()), (section.attempts_per_gene, 1), NO_ROOM);
        problems.prefixes(&path("prefixes".into()), &section.prefixes);
        strata.note("finding_set".into(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.contrast.iter().enumerate() {
        let path = |field| ["mine".into(), "contrast".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        problems.prefixes(&path("prefixes".into()), &section.prefixes);
        strata.note("contrast".into(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.treatment.iter().enumerate() {
        let path = |field| ["mine".into(), "treatment".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        problems.at_least(&path("min_sources".into()), (section.min_sources as u64, 1), NO_ROOM);
        strata.note("treatment".into(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.indication.iter().enumerate() {
        let path = |field| ["mine".into(), "indication".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        problems.at_least(&path("min_sources".into()), (section.min_sources as u64, 1), NO_ROOM);
        strata.note("indication".into(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.mechanism.iter().enumerate() {
        let path = |field| ["mine".into(), "mechanism".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        if !(2..=section.max_hops).contains(&section.min_hops) || section.max_hops > 6 {
            let text = format!("a mechanism cannot have {} to {} edges", section.min_hops, section.max_hops);
            problems.say(&path("max_hops".into()), text, "give 2 to 6, and no fewer at the most than at the least");
        }
        strata.note(section.stratum_name().to_owned(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.statement.iter().enumerate() {
        let path = |field| ["mine".into(), "statement".into(), Part::At(at), field];
        statement(section, &path, problems);
        strata.note(section.stratum_name(), &path("relation".into()), problems);
    }
    for (at, section) in mine.ranking.iter().enumerate() {
        let path = |field| ["mine".into(), "ranking".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        problems.at_least(&path("attempts_per_key".into()), (section.attempts_per_key, 1), NO_ROOM);
        problems.prefixes(&path("prefixes".into()), &section.prefixes);
        strata.note("ranking".into(), &path("".into())[..3], problems);
    }
    for (at, section) in mine.shape.iter().enumerate() {
        let path = |field| ["mine".into(), "shape".into(), Part::At(at), field];
        shape(section, &path, problems);
        for (at, name) in section.stratum_names().enumerate() {
            strata.note(name, &[&path("shapes".into())[..], &[Part::At(at)]].concat(), problems);
        }
    }
    for (at, section) in mine.coding.iter().enumerate() {
        let path = |field| ["mine".into(), "coding".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        strata.note(format!("coding/{:?}", section.level).to_lowercase(), &path("level".into()), problems);
    }
    for (at, section) in mine.walk.iter().enumerate() {
        let path = |field| ["mine".into(), "walk".into(), Part::At(at), field];
        walk(section, &path, problems);
        for (hops, n_hops) in section.hops.keys().filter_map(|hops| Some((hops, hops.parse::<u32>().ok()?))) {
            let path = [&path("hops".into())[..], &[Part::Key(hops)]].concat();
            strata.note(format!("walk/{n_hops}"), &path, problems);
        }
    }
    for (at, section) in mine.metapath.iter().enumerate() {
        let path = |field| ["mine".into(), "metapath".into(), Part::At(at), field];
        counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", &path, problems);
        if section.metapaths.is_empty() {
            let hint = "as in `metapaths = [\"Gene -associated_with-> Disease <-associated_with- Gene\"]`";
            problems.say(&path("metapaths".into()), "`mine.metapath.metapaths` is empty", hint);
        }
        for (at, metapath) in section.metapaths.iter().enumerate() {
            let path = [&path("metapaths".into())[..], &[Part::At(at)]].concat();
            for relation in metapath.relations() {
                self::relation(relation, &path, problems);
            }
            if section.asks == PathAsks::Choice && metapath.relations().count() < 3 {
                let text = format!("`{metapath}` has too few hops for a choice");
                problems.say(&path, text, "give three at least: a wrong chain has to fail two of them");
            }
            strata.note(section.stratum_name(metapath), &path, problems);
        }
    }
    for (at, section) in mine.pair.iter().enumerate() {
        let path = |field| ["mine".into(), "pair".into(), Part::At(at), field];
        pair(section, &path, problems);
        strata.note(section.stratum_name(), &path("from".into()), problems);
    }
    for (at, section) in mine.chain.iter().enumerate() {
        let path = |field| ["mine".into(), "chain".into(), Part::At(at), field];
        chain(section, &path, problems);
        for (key, n_hops) in section.hops.keys().filter_map(|hops| Some((hops, hops.parse::<u32>().ok()?))) {
            let path = [&path("hops".into())[..], &[Part::Key(key)]].concat();
            strata.note(format!("chain/{}/{n_hops}", section.start), &path, problems);
        }
    }
}

/// The strata that are filled: candidates are drawn from a stratum's name, so two of one name would be one.
#[derive(Default)]
struct Strata(BTreeSet<String>);

impl Strata {
    fn note(&mut self, name: String, path: &[Part<'_>], problems: &mut Problems<'_>) {
        if self.0.contains(&name) {
            let text = format!("another section fills the stratum `{name}` already");
            problems.say(path, text, "ask for all its items in one section: both would mine the same candidates");
        }
        self.0.insert(name);
    }
}

type Path<'a> = dyn Fn(Part<'a>) -> [Part<'a>; 4] + 'a;

/// The two counts that every section has.
fn counts<'a>(n_items: usize, per_key: u64, per_key_name: &'a str, path: &Path<'a>, problems: &mut Problems<'_>) {
    let at = path("n_items".into());
    problems.at_least(&at, (n_items as u64, 1), NO_ITEMS);
    if n_items as u64 > MOST {
        problems.say(&at, format!("{} is {n_items}", shown(&at)), format!("give at most {MOST}"));
    }
    problems.at_least(&path(per_key_name.into()), (per_key, 1), NO_ROOM);
}

fn case<'a>(section: &CaseConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", path, problems);
    problems.prefixes(&path("prefixes".into()), &section.prefixes);
    problems.at_least(&path("attempts_per_key".into()), (section.attempts_per_key, 1), NO_ROOM);
    if section.attempts_per_key > MOST {
        let at = path("attempts_per_key".into());
        problems.say(&at, format!("{} is {}", shown(&at), section.attempts_per_key), format!("give at most {MOST}"));
    }
    if section.tiers.contains(&Tier::Unknown) {
        let text =
            "`mine.case.tiers` holds `unknown`, which all diseases are where no vocabulary is loaded, and none else";
        problems.say(&path("tiers".into()), text, "there are `board`, `advanced` and `rare`; leave it out to have all");
    }
    problems.share(&path("max_system_share".into()), section.max_system_share);
    let target = CLUES.iter().find(|(target, ..)| *target == &*section.target);
    let Some(&(target, fewest, most, information)) = target else {
        let text = format!("`mine.case.target` is `{}`, which no case can ask for", section.target);
        problems.say(&path("target".into()), text, "there are `Disease` and `Gene`");
        return;
    };
    let range = if fewest == most { format!("{most}") } else { format!("{fewest} or {most}") };
    for (field, count) in [("min_clues", section.min_clues), ("max_clues", section.max_clues)] {
        if let Some(count) = count.filter(|count| !(fewest..=most).contains(count)) {
            problems.say(
                &path(field.into()),
                format!("`mine.case.{field}` is {count}, and V108 rejects every such case of a `{target}`"),
                format!("a case of a `{target}` has {range} clues"),
            );
        }
    }
    let (least, greatest) = (section.min_clues.unwrap_or(fewest), section.max_clues.unwrap_or(most));
    if least > greatest {
        let text = format!("`mine.case.min_clues` is {least}, more than the {greatest} of `max_clues`");
        problems.say(&path("min_clues".into()), text, format!("a case of a `{target}` has {range} clues"));
    }
    if let Some(given) = section.min_information.filter(|given| !(*given >= information && given.is_finite())) {
        problems.say(
            &path("min_information".into()),
            format!("`mine.case.min_information` is {given}, and V108 rejects what tells less than {information} nats"),
            format!("give at least {information}, or leave the line out"),
        );
    }
}

fn shape<'a>(section: &'a ShapeConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", path, problems);
    problems.prefixes(&path("prefixes".into()), &section.prefixes);
    problems.at_least(&path("max_answers".into()), (section.max_answers as u64, 1), NO_ROOM);
    if section.shapes.is_empty() {
        let hint = "name the shapes of the queries, as in `shapes = [\"2p\", \"2i\"]`";
        problems.say(&path("shapes".into()), "`mine.shape.shapes` is empty", hint);
    }
    for (at, name) in section.shapes.iter().enumerate() {
        let path = [&path("shapes".into())[..], &[Part::At(at)]].concat();
        match name.parse::<Shape>() {
            Err(error) => problems.say(&path, error.to_string(), "write a shape as papers do, as in `2p` or `pi`"),
            Ok(shape) if !section.asks.fits(shape) => problems.say(
                &path,
                format!(
                    "a query of the shape `{name}` cannot be without an answer where each of its conditions has one"
                ),
                "ask for `2i`, `3i` or `pi`",
            ),
            Ok(_) => {}
        }
    }
    if section.asks == Asks::Unanswerable && !section.n_items.is_multiple_of(2) {
        let text = format!("`mine.shape.n_items` is {}, and of two such questions one has an answer", section.n_items);
        problems.say(&path("n_items".into()), text, "give an even number");
    }
    if section.relations.is_empty() {
        let hint = "name the relations that may be asked about, or leave the line out";
        problems.say(&path("relations".into()), "`mine.shape.relations` is empty", hint);
    }
    for (at, relation) in section.relations.iter().enumerate().filter(|(_, name)| !WORDED.contains(&&***name)) {
        let path = [&path("relations".into())[..], &[Part::At(at)]].concat();
        let text = format!("no question is worded for the relation `{relation}`");
        problems.say(&path, text, format!("there are {}", WORDED.join(", ")));
    }
}

fn walk<'a>(section: &'a WalkConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", path, problems);
    problems.prefixes(&path("prefixes".into()), &section.prefixes);
    let hint = "give at least 2: a walk comes to a node by one edge and leaves it by another";
    problems.at_least(&path("max_degree".into()), (section.max_degree as u64, 2), hint);
    let relations = path("relations".into());
    if section.relations.is_empty() {
        let hint = "name the relations that may be walked, as in `relations = [\"has_phenotype\"]`";
        problems.say(&relations, "`mine.walk.relations` is empty", hint);
    }
    self::relations(&section.relations, path, problems);
    shares(&section.hops, section.n_items, ("walk", "walks"), path, problems);
}

fn statement<'a>(section: &'a StatementConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_pairs_per_key as u64, "max_pairs_per_key", path, problems);
    problems.prefixes(&path("prefixes".into()), &section.prefixes);
    problems.at_least(&path("min_sources".into()), (section.min_sources as u64, 1), NO_ROOM);
    if !STATED.contains(&&*section.relation) {
        let text = format!("`mine.statement.relation` is `{}`, of which too little is denied", section.relation);
        problems.say(&path("relation".into()), text, "there are `has_phenotype` and `treats`");
    }
    if !section.n_items.is_multiple_of(2) {
        let text = format!("`mine.statement.n_items` is {}, and half of them are true", section.n_items);
        problems.say(&path("n_items".into()), text, "give an even number");
    }
}

fn pair<'a>(section: &'a PairConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", path, problems);
    let hint = "give at least 2: a path comes to a node by one edge and leaves it by another";
    problems.at_least(&path("max_degree".into()), (section.max_degree as u64, 2), hint);
    problems.at_least(&path("n_paths".into()), (section.n_paths as u64, 1), NO_ROOM);
    if !(2..=section.max_hops).contains(&section.min_hops) || section.max_hops > 6 {
        let text = format!("a path cannot have {} to {} hops", section.min_hops, section.max_hops);
        problems.say(&path("max_hops".into()), text, "give 2 to 6, and no fewer at the most than at the least");
    }
    if let Some(name) = &section.joined_by {
        relation(name, &path("joined_by".into()), problems);
    }
    relations(&section.relations, path, problems);
}

fn chain<'a>(section: &'a ChainConfig, path: &Path<'a>, problems: &mut Problems<'_>) {
    counts(section.n_items, section.max_items_per_key as u64, "max_items_per_key", path, problems);
    let hint = "give at least 2: a chain comes to a node by one edge and leaves it by another";
    problems.at_least(&path("max_degree".into()), (section.max_degree as u64, 2), hint);
    if !(section.min_rarity >= 0.0 && section.min_rarity.is_finite()) {
        let text = format!("`mine.chain.min_rarity` is {}", section.min_rarity);
        problems.say(&path("min_rarity".into()), text, "give nats, 0 or more: 5 is one meeting in 150");
    }
    relations(&section.relations, path, problems);
    shares(&section.hops, section.n_items, ("chain", "chains"), path, problems);
}

/// That relations are some, each once, and may be walked.
fn relations<'a>(names: &'a [Box<str>], path: &Path<'a>, problems: &mut Problems<'_>) {
    let relations = path("relations".into());
    problems.each_once(&relations, names);
    for (at, name) in names.iter().enumerate() {
        relation(name, &[&relations[..], &[Part::At(at)]].concat(), problems);
    }
}

/// That numbers of hops have shares that add up, and that each share is an item at least.
fn shares<'a>(
    of_hops: &'a BTreeMap<Box<str>, f64>,
    n_items: usize,
    (strategy, many): (&str, &str),
    path: &Path<'a>,
    problems: &mut Problems<'_>,
) {
    let hops = path("hops".into());
    for (key, &share) in of_hops {
        let path = [&hops[..], &[Part::Key(key)]].concat();
        if !key.parse().is_ok_and(|hops: u32| (2..=6).contains(&hops)) {
            let hint = format!("a {strategy} has 2 to 6 hops, as in `hops = {{ 2 = 0.5, 3 = 0.5 }}`");
            problems.say(&path, format!("`{key}` is no number of hops"), hint);
        }
        problems.share(&path, share);
    }
    // The sum of nothing is −0.
    let sum = 0.0 + of_hops.values().sum::<f64>();
    let are_shares = of_hops.values().all(|share| *share > 0.0 && *share <= 1.0);
    if are_shares && (sum - 1.0).abs() > 1e-6 {
        let text = format!("the shares of `mine.{strategy}.hops` add up to {sum}, not to 1");
        problems.say(&hops, text, "as in `hops = { 2 = 0.5, 3 = 0.5 }`");
    } else if are_shares && n_items > 0 {
        // What rounding leaves over goes to the first.
        for (key, share) in of_hops.iter().skip(1) {
            if share * crate::mine::path::as_float(n_items) < 1.0 {
                let text = format!("{n_items} items leave none to {many} of {key} hops");
                let hint = "raise `n_items`, or leave this number of hops out";
                problems.say(&[&hops[..], &[Part::Key(key)]].concat(), text, hint);
            }
        }
    }
}

/// That a relation is one, and may be walked.
fn relation(name: &str, path: &[Part<'_>], problems: &mut Problems<'_>) {
    // The table is compiled in: a run says what is wrong with it.
    let Ok(relations) = Relations::standard() else { return };
    match relations.id(name).map(|id| relations.row(id)) {
        None => {
            let walked: Vec<&str> =
                relations.iter().map(|(_, row)| row).filter(|row| !row.is_negative()).map(|row| &*row.name).collect();
            let text = format!("`{name}` is no relation of relations.toml");
            problems.say(path, text, format!("there are {}", walked.join(", ")));
        }
        Some(row) => {
            if let Some(denied) = &row.negates {
                let text = format!("relation `{name}` denies `{denied}` and is never walked");
                problems.say(path, text, "what is absent is looked at wherever options are chosen: leave it out here");
            }
        }
    }
}
