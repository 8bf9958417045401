use std::path::Path;

use super::*;

const HEAD: &str = "title = 'T'\nseed = 7\n[write]\ndir = 'output/x'\n[ingest]\nsources = ['hpo']\n";

/// The mistakes of a pipeline that begins with [`HEAD`], which has 6 lines.
fn found(sections: &str) -> Vec<Problem> {
    let roots = [Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies")];
    Pipeline::parse("p", &format!("{HEAD}{sections}")).unwrap().problems(&roots)
}

/// … as `line:column: text`.
fn told(sections: &str) -> Vec<String> {
    let problems = found(sections);
    assert!(problems.iter().all(|problem| !problem.hint.is_empty()), "{problems:?}");
    let told = problems.into_iter().map(|problem| format!("{}: {}", problem.location, problem.text));
    told.map(|line| line.trim_start_matches("p:").to_owned()).collect()
}

/// A case of four lines, from line 7 to line 10, that something makes items of; `{}` is line 9.
fn case(line: &str) -> String {
    format!("[[mine.case]]\ntarget = 'Disease'\n{line}\nn_items = 9\n[[synth.choice]]\nfrom = ['case']\n")
}

/// A walk, from line 7, that something makes items of; its fields are given.
fn walk(fields: &str) -> String {
    format!("[[mine.walk]]\n{fields}\n[[synth.explanation]]\nfrom = ['walk']\n")
}

#[track_caller]
fn assert_told(sections: &str, expected: &[&str]) {
    assert_eq!(told(sections), expected, "{sections}");
}

#[test]
fn a_good_pipeline_has_no_problems() {
    assert_told(&case(""), &[]);
    assert_told(&walk("hops = { 2 = 0.5, 3 = 0.5 }\nrelations = ['associated_with']\nn_items = 2"), &[]);
    assert_told(
        "[[mine.metapath]]\nmetapaths = ['Gene -associated_with-> Disease']\nn_items = 1\n[[synth.explanation]]\nfrom = ['metapath']",
        &[],
    );
    for line in ["min_clues = 5", "max_clues = 4", "min_information = 2.5", "max_system_share = 1.0"] {
        assert_told(&case(line), &[]);
    }
}

#[test]
fn all_mistakes_are_found_at_once() {
    assert_told(
        "[[mine.contrast]]\nn_items = 1\n[[synth.choice]]\nfrom = ['walk', 'dance', 'coding']\nn_options = 5",
        &[
            "7:1: `mine.contrast` finds candidates that nothing makes items of",
            "10:9: `synth.choice` cannot make items from `walk`",
            "10:17: `synth.choice.from` names `dance`, which is no strategy",
            "10:26: `synth.choice.from` names `coding`, which nothing mines",
            "11:13: `synth.choice.n_options` is 5",
        ],
    );
}

#[test]
fn a_case_that_no_check_would_accept_is_a_mistake() {
    for (line, expected) in [
        ("min_clues = 3", "9:13: `mine.case.min_clues` is 3, and V108 rejects every such case of a `Disease`"),
        ("max_clues = 6", "9:13: `mine.case.max_clues` is 6, and V108 rejects every such case of a `Disease`"),
        (
            "min_information = 1.5",
            "9:19: `mine.case.min_information` is 1.5, and V108 rejects what tells less than 2 nats",
        ),
        (
            "min_information = nan",
            "9:19: `mine.case.min_information` is NaN, and V108 rejects what tells less than 2 nats",
        ),
        (
            "min_information = inf",
            "9:19: `mine.case.min_information` is inf, and V108 rejects what tells less than 2 nats",
        ),
    ] {
        assert_told(&case(line), &[expected]);
    }
    assert_told(
        &case("min_clues = 5\nmax_clues = 4"),
        &["9:13: `mine.case.min_clues` is 5, more than the 4 of `max_clues`"],
    );
    let gene = case("min_clues = 4").replace("'Disease'", "'Gene'");
    assert_told(
        &gene,
        &[
            "9:13: `mine.case.min_clues` is 4, and V108 rejects every such case of a `Gene`",
            "9:13: `mine.case.min_clues` is 4, more than the 3 of `max_clues`",
        ],
    );
    assert_told(
        &case("").replace("Disease", "Drug"),
        &["8:10: `mine.case.target` is `Drug`, which no case can ask for"],
    );
}

#[test]
fn a_share_that_is_none_is_a_mistake() {
    for share in ["nan", "-0.1", "0.0", "1.5", "inf"] {
        let found = told(&case(&format!("max_system_share = {share}")));
        assert_eq!(found.len(), 1, "{share}: {found:?}");
        assert!(found[0].starts_with("9:20: `mine.case.max_system_share` is "), "{found:?}");
    }
    let hops = |hops: &str| told(&walk(&format!("hops = {{ {hops} }}\nrelations = ['associated_with']\nn_items = 9")));
    assert_eq!(hops("2 = 0.5"), ["8:8: the shares of `mine.walk.hops` add up to 0.5, not to 1"]);
    assert_eq!(hops(""), ["8:8: the shares of `mine.walk.hops` add up to 0, not to 1"]);
    assert_eq!(hops("2 = nan"), ["8:14: `mine.walk.hops.2` is NaN"]);
    assert_eq!(hops("2 = -0.5, 3 = 1.5"), ["8:14: `mine.walk.hops.2` is -0.5", "8:24: `mine.walk.hops.3` is 1.5"]);
    assert_eq!(hops("2 = 0.0, 3 = 1.0"), ["8:14: `mine.walk.hops.2` is 0"]);
    assert_eq!(hops("1 = 0.5, two = 0.5"), ["8:14: `1` is no number of hops", "8:25: `two` is no number of hops"]);
}

#[test]
fn a_relation_that_cannot_be_walked_is_a_mistake() {
    assert_told(
        &walk(
            "hops = { 2 = 1.0 }\nrelations = ['associated_with',\n  'knows', 'phenotype_absent',\n  'associated_with']\nn_items = 9",
        ),
        &[
            "11:3: `mine.walk.relations` names `associated_with` twice",
            "10:3: `knows` is no relation of relations.toml",
            "10:12: relation `phenotype_absent` denies `has_phenotype` and is never walked",
        ],
    );
    assert_told(&walk("hops = { 2 = 1.0 }\nrelations = []\nn_items = 9"), &["9:13: `mine.walk.relations` is empty"]);
    assert_told(
        "[[mine.metapath]]\nmetapaths = ['Gene -associated_with-> Disease',\n  'Gene -knows-> Gene']\nn_items = 1\n[[synth.explanation]]\nfrom = ['metapath']",
        &["9:3: `knows` is no relation of relations.toml"],
    );
}

#[test]
fn a_quota_of_nothing_is_a_mistake() {
    assert_told(&case("max_items_per_key = 0"), &["9:21: `mine.case.max_items_per_key` is 0"]);
    assert_told(&case("attempts_per_key = 0"), &["9:20: `mine.case.attempts_per_key` is 0"]);
    assert_told(&case("").replace("= 9", "= 0"), &["10:11: `mine.case.n_items` is 0"]);
    assert_told(&case("").replace("= 9", "= 9_000_000_000"), &["10:11: `mine.case.n_items` is 9000000000"]);
    assert_told(
        "[[mine.finding_set]]\nattempts_per_gene = 0\nmax_items_per_gene = 0\nn_items = 0\n[[synth.choice]]\nfrom = ['finding_set']",
        &[
            "10:11: `mine.finding_set.n_items` is 0",
            "9:22: `mine.finding_set.max_items_per_gene` is 0",
            "8:21: `mine.finding_set.attempts_per_gene` is 0",
        ],
    );
    let rest = "relations = ['associated_with']\nmax_degree = 1\nn_items = 1";
    assert_told(
        &walk(&format!("hops = {{ 2 = 0.5, 3 = 0.5 }}\n{rest}")),
        &["10:14: `mine.walk.max_degree` is 1", "8:23: 1 items leave none to walks of 3 hops"],
    );
}

#[test]
fn two_sections_of_one_stratum_are_a_mistake() {
    let twice = |section: &str, from: &str| {
        told(&format!(
            "[[mine.{section}\n[[mine.{section}\n[[synth.{from}]]\nfrom = ['{}']",
            &section[..section.find(']').unwrap()]
        ))
    };
    assert_eq!(
        twice("case]]\ntarget = 'Gene'\nn_items = 1", "choice"),
        ["11:10: another section fills the stratum `case/Gene` already"]
    );
    assert_eq!(
        twice("contrast]]\nn_items = 1", "choice"),
        ["9:1: another section fills the stratum `contrast` already"]
    );
    assert_eq!(
        twice("coding]]\nn_items = 1", "choice"),
        ["9:1: another section fills the stratum `coding/code` already"]
    );
    assert_eq!(
        twice("walk]]\nhops = { 2 = 1.0 }\nrelations = ['is_a']\nn_items = 1", "explanation"),
        ["12:14: another section fills the stratum `walk/2` already"]
    );
    assert_eq!(
        twice("metapath]]\nmetapaths = ['Gene <-is_a- Gene']\nn_items = 1", "explanation"),
        ["11:14: another section fills the stratum `metapath/Gene <-is_a- Gene` already"]
    );
}

#[test]
fn sources_and_prefixes_are_looked_at() {
    let text = HEAD
        .replace("['hpo']", "['hpo', 'nothing', 'hpo']\nleave_out_prefixes = ['OMIM:']\nmax_quarantined_share = -1");
    let roots = [Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies")];
    let problems = Pipeline::parse("p", &text).unwrap().problems(&roots);
    let told: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.location, problem.text)).collect();
    assert_eq!(told[0], "p:6:30: `ingest.sources` names `hpo` twice");
    assert!(told[1].starts_with("p:6:19: there is no source `nothing`"), "{told:?}");
    assert_eq!(told[2..], ["p:7:23: `OMIM:` is no prefix", "p:8:25: `ingest.max_quarantined_share` is -1"]);
    assert_told(&case("prefixes = ['']"), &["9:13: `` is no prefix"]);
}

#[test]
fn what_is_written_is_looked_at() {
    let text = HEAD.replace("title = 'T'", "title = ' '").replace(
        "dir = 'output/x'",
        "dir = ''\nviews = ['sft', 'sft']\nsplits = { train = 0.9, validation = 0.05, test = 0.1 }",
    );
    let roots = [Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies")];
    let problems = Pipeline::parse("p", &text).unwrap().problems(&roots);
    let told: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.location, problem.text)).collect();
    assert_eq!(
        told[..3],
        [
            "p:1:9: `title` is empty",
            "p:4:7: `write.dir` is empty",
            "p:5:9: `write.views` names `sft` twice; each view is written once"
        ]
    );
    assert!(told[3].starts_with("p:6:10: `write.splits` add up to 1.05"), "{told:?}");
    let text = HEAD.replace("dir = 'output/x'", "dir = 'x'\nsplits = { train = 1.1, validation = -0.1, test = 0.0 }");
    let problems = Pipeline::parse("p", &text).unwrap().problems(&roots);
    assert_eq!(problems[0].location.to_string(), "p:5:20");
}

#[test]
fn preferences_need_wrong_paths() {
    let of = |per_item: usize| {
        let views = HEAD.replace("dir = 'output/x'", "dir = 'x'\nviews = ['sft', 'dpo']");
        let text = format!("{views}[synth.corruption]\nper_item = {per_item}\n");
        let roots = [Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies")];
        let problems = Pipeline::parse("p", &text).unwrap().problems(&roots);
        problems.into_iter().map(|problem| format!("{}: {}", problem.location, problem.text)).collect::<Vec<_>>()
    };
    assert_eq!(of(0), ["p:5:17: `write.views` names `dpo`, which has no rows without wrong thinking paths"]);
    assert!(of(1).is_empty());
}

#[test]
fn a_strategy_is_taken_once() {
    assert_told(
        &(case("") + "[[synth.choice]]\nfrom = ['case']\n[[synth.explanation]]\nfrom = []"),
        &["14:9: `synth` takes `case` twice", "16:8: `synth.explanation.from` is empty"],
    );
}

#[test]
fn statements_and_rankings_are_looked_at() {
    let taken = "[[synth.true_false]]\nfrom = ['statement']\n";
    let statement = |lines: &str| format!("[[mine.statement]]\n{lines}\n{taken}");
    assert_told(&statement("relation = 'treats'\nn_items = 2"), &[]);
    assert_told(
        &statement("relation = 'causes'\nmin_sources = 0\nmax_pairs_per_key = 0\nn_items = 3"),
        &[
            "10:21: `mine.statement.max_pairs_per_key` is 0",
            "9:15: `mine.statement.min_sources` is 0",
            "8:12: `mine.statement.relation` is `causes`, of which too little is denied",
            "11:11: `mine.statement.n_items` is 3, and half of them are true",
        ],
    );
    let twice = "[[mine.statement]]\nrelation = 'treats'\nn_items = 2\n";
    assert_told(
        &format!("{twice}{twice}{taken}"),
        &["11:12: another section fills the stratum `statement/treats` already"],
    );
    assert_told("[[mine.ranking]]\nn_items = 2\n[[synth.ranked]]\nfrom = ['ranking']", &[]);
    assert_told(
        "[[mine.ranking]]\nattempts_per_key = 0\nn_items = 2\n[[synth.true_false]]\nfrom = ['ranking']",
        &["8:20: `mine.ranking.attempts_per_key` is 0", "11:9: `synth.true_false` cannot make items from `ranking`"],
    );
}

#[test]
fn a_benchmark_has_a_name_of_its_own_and_files_that_are_there() {
    let section = |name: &str, files: &str| format!("[[verify.decontaminate]]\nname = '{name}'\nfiles = {files}\n");
    assert_told(&format!("{}{}", case(""), section("a", "['hpo/source.toml']")), &[]);
    let sections = format!("{}{}{}", case(""), section("a", "[]"), section("a", "['none.jsonl']"));
    assert_told(
        &sections,
        &[
            "15:9: `files` is empty",
            "17:8: `verify.decontaminate` names `a` twice",
            "18:9: benchmark `a`: there is no file `none.jsonl`",
        ],
    );
}
