//! The sentences of thinking paths, each worded in one place: right steps and wrong ones are told alike, so that only
//! what they say can tell them apart.

use crate::synth::lexicon::capitalised;
use crate::synth::wording::list;

/// Which options a clue fits. The names stand first if there is one of them, the clue if there are several.
pub(super) fn fit(names: &[String], phrase: &str) -> String {
    match names {
        [only] => format!("Among the options, only {only} is recorded with {phrase}."),
        several => format!("Among the options, {phrase} would fit {}.", list(several)),
    }
}

/// All clues are findings of one option.
pub(super) fn together(phrases: &[String], name: &str) -> String {
    format!("{} all come together in {name}.", capitalised(&list(phrases)))
}

/// What an option has of the clues, and what it is not recorded with.
pub(super) fn ruled_out(name: &str, shared: &[String], failed: &[String]) -> String {
    let name = capitalised(name);
    match (shared, failed) {
        ([], failed) => format!("{name} is not recorded with {}.", list(failed)),
        (shared, []) => format!("{name} can also come with {}.", list(shared)),
        (shared, failed) => {
            format!("{name} can also come with {}, but it is not recorded with {}.", list(shared), list(failed))
        }
    }
}

/// The diagnosis.
pub(super) fn diagnosis(name: &str) -> String {
    format!("The diagnosis that explains the whole picture is therefore {name}.")
}

/// The gene behind a picture.
pub(super) fn affected_gene(disease: &str, symbol: &str) -> String {
    format!("The picture is that of {disease}, so the gene most likely to be affected is {symbol}.")
}

/// A gene has a disease.
pub(super) fn variants_in(symbol: &str, disease: &str) -> String {
    format!("Variants in {symbol} are associated with {disease}.")
}

/// A disease has findings.
pub(super) fn recorded_with(disease: &str, phrases: &[String]) -> String {
    format!("{} is recorded with {}.", capitalised(disease), list(phrases))
}

/// A set of findings is that of another disease than the one that is asked for.
pub(super) fn other_set(phrases: &[String], of: &str, disease: &str) -> String {
    format!("The set {} belongs to {of}; none of its members is recorded for {disease}.", list(phrases))
}

/// The same, with the negation left out.
pub(super) fn other_set_too(phrases: &[String], of: &str, disease: &str) -> String {
    format!("The set {} belongs to {of}; each of its members is recorded for {disease}.", list(phrases))
}

/// The set of findings that belongs to a gene.
pub(super) fn goes_with(symbol: &str, phrases: &[String]) -> String {
    format!("A variant in {symbol} therefore goes best with {}.", list(phrases))
}

/// How often a disease has a finding.
pub(super) fn recorded_often(disease: &str, often: &str, phrase: &str) -> String {
    format!("{} is recorded {often} with {phrase}.", capitalised(disease))
}

/// That a disease does not have a finding.
pub(super) fn reported_absent(disease: &str, phrase: &str) -> String {
    format!("In {disease}, {phrase} is reported to be absent.")
}

/// The finding that tells one disease from another.
pub(super) fn favors(left: &str, right: &str, phrase: &str) -> String {
    format!("The finding that favors {left} over {right} is therefore {phrase}.")
}

/// What the hops of a path add up to.
pub(super) fn connected(first: &str, last: &str) -> String {
    format!("Together these facts connect {first} with {last}, and no other such connection is recorded.")
}

/// What a disease has of some findings, what it is not recorded with, and how many that are.
pub(super) fn counted(name: &str, held: &[String], failed: &[String]) -> String {
    let (name, of) = (capitalised(name), number(held.len() + failed.len()));
    match failed {
        [] => format!("{name} is recorded with {}: that is all {of}.", list(held)),
        failed => format!(
            "{name} is recorded with {}, but it is not recorded with {}: that is {} of the {of}.",
            list(held),
            list(failed),
            number(held.len())
        ),
    }
}

const NUMBERS: [&str; 7] = ["none", "one", "two", "three", "four", "five", "six"];

fn number(count: usize) -> &'static str {
    NUMBERS.get(count).copied().unwrap_or("several")
}

/// The order of a ranking.
pub(super) fn order(names: &str) -> String {
    format!("From the most to the fewest, the order is therefore {names}.")
}

/// What a statement is: that a disease has a finding, or that a drug is a treatment.
pub(super) fn verdict((subject, object): (&str, &str), is_of_finding: bool, is_true: bool) -> String {
    match (is_of_finding, is_true) {
        (true, true) => format!("So {object} is indeed a feature of {subject}, and the statement is true."),
        (false, true) => format!("So {subject} is indeed a treatment of {object}, and the statement is true."),
        (true, false) => format!("So {object} is not among the features of {subject}, and the statement is false."),
        (false, false) => {
            format!("So {subject} is no established treatment of {object}, and the statement is false.")
        }
    }
}

/// Which hops of a chain nobody has recorded.
pub(super) fn not_linked(hops: &[String]) -> String {
    format!("It is not recorded that {}.", hops.join(", nor that "))
}

/// What lies between the ends of a path.
pub(super) fn links(names: &[String]) -> String {
    let link = if names.len() == 1 { "link is" } else { "links are" };
    format!("The {link} therefore {}.", list(names))
}

/// A drug is a treatment.
pub(super) fn treats(drug: &str, condition: &str) -> String {
    format!("{} is used to treat {condition}.", capitalised(drug))
}

/// A drug was said to be one.
pub(super) fn not_upheld(drug: &str, condition: &str) -> String {
    format!("That {drug} is used to treat {condition} was claimed, but not upheld.")
}

/// The drug to be given.
pub(super) fn established(condition: &str, drug: &str) -> String {
    format!("The established treatment of {condition} is therefore {drug}.")
}

/// The drug that is given for a disease and acts in a certain way.
pub(super) fn meets_both(drug: &str) -> String {
    format!("The drug that meets both conditions is therefore {drug}.")
}

/// Under which code a diagnosis stands.
pub(super) fn listed(term: &str, code: &str) -> String {
    format!("ICD-10-CM lists \u{201c}{term}\u{201d} as an inclusion term of {code}.")
}

/// Under which code a diagnosis does not stand.
pub(super) fn not_listed(term: &str, code: &str) -> String {
    format!("{code} does not list \u{201c}{term}\u{201d}: an inclusion term belongs to one code.")
}

/// Under which category a code stands.
pub(super) fn belongs_to(code: &str, category: &str) -> String {
    format!("{code} belongs to the category {category}.")
}

/// The code to be given.
pub(super) fn coded_to(code: &str) -> String {
    format!("The diagnosis is therefore coded to {code}.")
}
