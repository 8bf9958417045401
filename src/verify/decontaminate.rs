//! Whether a question stands in a benchmark.
//!
//! A model that was trained on a benchmark's questions is measured by its memory. Exact runs of thirteen words, the
//! usual measure, miss a quarter of real duplicates; so three are taken, and one is enough: the normal form is the
//! same; half of the words are covered by runs of eight words of one question; a run of thirty words is shared.
//!
//! Words are compared as numbers, not as hashes: what is called shared is shared. Of the benchmark's words nothing
//! leaves this module but the SHA-256 of a question.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use indexmap::IndexSet;
use rayon::prelude::*;
use serde::Deserialize;

use crate::finding::Code;
use crate::ingest::BenchmarkConfig;
use crate::kg::words;
use crate::seed::sha256_hex;
use crate::synth::Item;

/// What an item that a benchmark holds is rejected by.
pub const CONTAMINATED: Code = Code("V404");

/// Words of a run that covers.
const GRAM: usize = 8;
/// Words of a run that is enough by itself.
const RUN: usize = 30;
/// Words of a run that is told of an item that stays.
const TOLD: usize = 13;

/// The `[verify]` section of a pipeline: what is verified beside the checks, which always run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyConfig {
    /// Benchmarks of which no item may be a question.
    #[serde(default)]
    pub decontaminate: Vec<BenchmarkConfig>,
}

/// By what a question was found in a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The same words, without case, accents and punctuation.
    Exact,
    /// At least half of its words lie in runs of eight words that one question of the benchmark has too.
    Cover,
    /// A run of at least thirty words is that of a question of the benchmark.
    Run,
}

impl Rule {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Cover => "cover",
            Self::Run => "run",
        }
    }
}

/// How much a text has in common with the question of a benchmark that it has most in common with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// By what it counts as that question; `None` if it does not.
    pub rule: Option<Rule>,
    /// SHA-256 of the question's normal form, in hex; empty if the text shares nothing with any.
    pub question_sha256: String,
    /// Words of the text.
    pub n_words: usize,
    /// Those that lie in runs of eight shared words.
    pub n_covered: usize,
    /// Words of the longest shared run; 0 if it is shorter than eight.
    pub longest_run: usize,
    /// Whether it shares a run of thirteen words that stands in one question of the benchmark only. What stands in
    /// several is a stock phrase, as "which of the following is the most likely diagnosis".
    pub shares_thirteen: bool,
}

/// The questions of a benchmark, ready to be looked up.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// What it is called in reports.
    pub name: String,
    vocabulary: IndexSet<String>,
    /// The words of all questions, one after the other.
    words: Vec<u32>,
    /// Where each question begins, and where the last one ends.
    starts: Vec<usize>,
    /// Where runs of eight words begin, in the order of these words.
    grams: Vec<usize>,
    /// The questions in the order of their words.
    sorted: Vec<usize>,
}

/// One run of eight words that a text shares with a question: question, distance between the two, place in the text.
type Shared = (usize, usize, usize);

impl Benchmark {
    /// Makes questions ready.
    ///
    /// # Complexity
    ///
    /// O(w log w) time in the words, 12 bytes a word beside the vocabulary.
    pub fn new<'a>(name: &str, questions: impl IntoIterator<Item = &'a str>) -> Self {
        let mut benchmark = Self {
            name: name.to_owned(),
            vocabulary: IndexSet::new(),
            words: Vec::new(),
            starts: vec![0],
            grams: Vec::new(),
            sorted: Vec::new(),
        };
        for question in questions {
            for word in words(question) {
                let (number, _) = benchmark.vocabulary.insert_full(word);
                // Four thousand million different words stand in no benchmark; more would be one word.
                benchmark.words.push(u32::try_from(number).unwrap_or(u32::MAX));
            }
            benchmark.starts.push(benchmark.words.len());
        }
        let n_questions = benchmark.n_questions();
        let Self { words, starts, .. } = &benchmark;
        let begin = |question: usize| starts[question]..(starts[question + 1] + 1).saturating_sub(GRAM);
        let mut grams: Vec<usize> = (0..n_questions).flat_map(begin).collect();
        grams.par_sort_unstable_by_key(|&at| (&words[at..at + GRAM], at));
        let mut sorted: Vec<usize> = (0..n_questions).collect();
        sorted.sort_unstable_by_key(|&question| (&words[starts[question]..starts[question + 1]], question));
        benchmark.grams = grams;
        benchmark.sorted = sorted;
        benchmark
    }

    /// How many questions there are.
    pub fn n_questions(&self) -> usize {
        self.starts.len() - 1
    }

    /// What a text has in common with the question that it has most in common with; of equals, the first.
    ///
    /// # Complexity
    ///
    /// O(w log b + s log s) for w words of the text, b words of the benchmark and s shared runs of eight words.
    pub fn overlap(&self, text: &str) -> Overlap {
        let words: Vec<Option<u32>> = words(text)
            .iter()
            .map(|word| self.vocabulary.get_index_of(word).and_then(|number| u32::try_from(number).ok()))
            .collect();
        let shared = self.shared(&words);
        let n_words = words.len();
        let overlap = |(rule, question, n_covered, longest_run): (Option<Rule>, Option<usize>, usize, usize)| Overlap {
            rule,
            question_sha256: question.map_or_else(String::new, |question| self.sha256(question)),
            n_words,
            n_covered,
            longest_run,
            shares_thirteen: shares_thirteen(&shared),
        };
        if let Some(question) = self.equal(&words) {
            let longest_run = if n_words < GRAM { 0 } else { n_words };
            return overlap((Some(Rule::Exact), Some(question), n_words, longest_run));
        }
        let of_questions = shared.chunk_by(|left, right| left.0 == right.0).map(|shared| {
            let (n_covered, longest_run) = (n_covered(shared), longest_run(shared));
            let is_run = (longest_run >= RUN).then_some(Rule::Run);
            let rule = if 2 * n_covered >= n_words { Some(Rule::Cover) } else { is_run };
            (rule, shared.first().map(|first| first.0), n_covered, longest_run)
        });
        let most = of_questions.max_by_key(|&(rule, question, n_covered, longest_run)| {
            (rule.is_some(), n_covered, longest_run, Reverse(question))
        });
        overlap(most.unwrap_or((None, None, 0, 0)))
    }

    /// The first question that has the same words.
    fn equal(&self, words: &[Option<u32>]) -> Option<usize> {
        let words: Vec<u32> = words.iter().copied().collect::<Option<_>>()?;
        let of = |question: usize| &self.words[self.starts[question]..self.starts[question + 1]];
        let at = self.sorted.partition_point(|&question| of(question) < &*words);
        self.sorted.get(at).copied().filter(|&question| !words.is_empty() && of(question) == &*words)
    }

    /// Every run of eight words that is shared, sorted.
    fn shared(&self, words: &[Option<u32>]) -> Vec<Shared> {
        let mut shared = Vec::new();
        for (at, window) in words.windows(GRAM).enumerate() {
            let Some(window) = window.iter().copied().collect::<Option<Vec<u32>>>() else { continue };
            let of = |&gram: &usize| &self.words[gram..gram + GRAM];
            let first = self.grams.partition_point(|gram| of(gram) < &*window);
            for &gram in self.grams[first..].iter().take_while(|gram| of(gram) == &*window) {
                let question = self.starts.partition_point(|&start| start <= gram) - 1;
                shared.push((question, gram + words.len() - at, at));
            }
        }
        shared.sort_unstable();
        shared
    }

    fn sha256(&self, question: usize) -> String {
        let numbers = self.words[self.starts[question]..self.starts[question + 1]].iter();
        let words: Vec<&str> = numbers
            .filter_map(|&number| self.vocabulary.get_index(usize::try_from(number).ok()?).map(String::as_str))
            .collect();
        sha256_hex(&words.join(" "))
    }
}

/// Words of the text that lie in shared runs of eight.
fn n_covered(shared: &[Shared]) -> usize {
    let mut places: Vec<usize> = shared.iter().map(|&(_, _, at)| at).collect();
    places.sort_unstable();
    let (mut covered, mut end) = (0, 0);
    for at in places {
        covered += at + GRAM - end.clamp(at, at + GRAM);
        end = at + GRAM;
    }
    covered
}

/// Runs of eight words that follow on one another are one longer run: the places of each such run in the text.
fn runs(shared: &[Shared]) -> impl Iterator<Item = &[Shared]> {
    shared.chunk_by(|left, right| (left.0, left.1, left.2 + 1) == *right)
}

fn longest_run(shared: &[Shared]) -> usize {
    runs(shared).map(|run| run.len() + GRAM - 1).max().unwrap_or(0)
}

/// Whether a run of thirteen words is shared with one question only.
fn shares_thirteen(shared: &[Shared]) -> bool {
    let mut question_at: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
    for run in runs(shared) {
        for &(question, _, at) in run.iter().take((run.len() + GRAM).saturating_sub(TOLD)) {
            let (first, is_stock) = question_at.entry(at).or_insert((question, false));
            *is_stock |= *first != question;
        }
    }
    question_at.values().any(|(_, is_stock)| !is_stock)
}

/// Why an item may not be published for what benchmarks hold; `None` if none of them has it. The first benchmark in the
/// order of the pipeline is named.
pub fn contaminated(benchmarks: &[Benchmark], item: &Item) -> Option<(Code, String)> {
    if benchmarks.is_empty() {
        return None;
    }
    let text = item.question_text();
    benchmarks.iter().find_map(|benchmark| {
        let Overlap { rule, question_sha256, n_words, n_covered, longest_run, .. } = benchmark.overlap(&text);
        let how = match rule? {
            Rule::Exact => "has the same words".to_owned(),
            Rule::Cover => format!("covers {n_covered} of its {n_words} words"),
            Rule::Run => format!("has {longest_run} words in a row of it"),
        };
        let name = &benchmark.name;
        Some((CONTAMINATED, format!("a question of benchmark `{name}` {how}; its SHA-256 is {question_sha256}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that stand in no other text: `a0 a1 …`.
    fn line(letter: char, n_words: usize) -> String {
        let words: Vec<String> = (0..n_words).map(|number| format!("{letter}{number}")).collect();
        words.join(" ")
    }

    fn found(questions: &[&str], text: &str) -> (Option<Rule>, usize, usize, usize) {
        let overlap = Benchmark::new("quiz", questions.iter().copied()).overlap(text);
        (overlap.rule, overlap.n_words, overlap.n_covered, overlap.longest_run)
    }

    #[test]
    fn the_same_words_are_the_same_question_however_short() {
        let rule = |text: &str| found(&["Who?", "Why, née Müller, (not)?"], text).0;
        assert_eq!(rule("who"), Some(Rule::Exact));
        assert_eq!(rule("WHY nee   muller: not"), Some(Rule::Exact));
        assert_eq!(rule("why nee muller"), None);
        assert_eq!(rule(""), None);
        assert_eq!(found(&["?!"], "").0, None);
    }

    #[test]
    fn half_of_the_words_in_runs_of_eight_are_enough() {
        let question = line('a', 20);
        let text = |own: usize| format!("{} {}", line('a', 10), line('b', own));
        assert_eq!(found(&[&question], &text(10)), (Some(Rule::Cover), 20, 10, 10));
        assert_eq!(found(&[&question], &text(11)), (None, 21, 10, 10));
        // Seven words are no run.
        assert_eq!(found(&[&question], &line('a', 7)), (None, 7, 0, 0));
        assert_eq!(found(&[&question], &line('a', 8)), (Some(Rule::Cover), 8, 8, 8));
    }

    #[test]
    fn runs_that_overlap_cover_a_word_once_and_those_apart_add_up() {
        let question = line('a', 30);
        let parts =
            format!("{} x {}", line('a', 9), line('a', 30).split(' ').skip(10).collect::<Vec<_>>()[..8].join(" "));
        assert_eq!(found(&[&question], &parts), (Some(Rule::Cover), 18, 17, 9));
    }

    #[test]
    fn a_run_of_thirty_words_is_enough_by_itself() {
        let text = |n_shared: usize| format!("{} {} {}", line('b', 40), line('a', n_shared), line('c', 40));
        let question = line('a', 50);
        assert_eq!(found(&[&question], &text(30)), (Some(Rule::Run), 110, 30, 30));
        assert_eq!(found(&[&question], &text(29)), (None, 109, 29, 29));
    }

    #[test]
    fn words_of_two_questions_are_not_added_up() {
        let (left, right) = (line('a', 10), line('b', 10));
        let text = format!("{left} {right} {}", line('c', 2));
        assert_eq!(found(&[&left, &right], &text), (None, 22, 10, 10));
        // Nor do the end of one and the start of the next make a run.
        let over = format!("{} {}", left.split_once(' ').unwrap().1, line('b', 1));
        assert_eq!(found(&[&left, &right], &over).3, 9);
    }

    #[test]
    fn the_question_is_told_by_its_hash_alone() {
        let benchmark = Benchmark::new("quiz", ["Other?", "A Müller, or two?"]);
        let overlap = benchmark.overlap("a muller or two");
        assert_eq!(overlap.question_sha256, sha256_hex("a muller or two"));
        assert_eq!(benchmark.overlap("neither").question_sha256, "");
        assert_eq!(benchmark.n_questions(), 2);
    }

    #[test]
    fn thirteen_words_of_several_questions_are_a_stock_phrase() {
        let phrase = line('a', 13);
        let shares = |questions: &[&str]| {
            let text = format!("{} {phrase} {}", line('x', 30), line('y', 30));
            Benchmark::new("quiz", questions.iter().copied()).overlap(&text).shares_thirteen
        };
        let (one, other) = (format!("b {phrase} c"), format!("d e {phrase}"));
        assert!(shares(&[&one]));
        assert!(!shares(&[&one, &other]));
        assert!(!shares(&[&line('a', 12)]));
    }

    #[test]
    fn it_finds_what_a_slow_look_finds() {
        // Words of few letters, so that everything repeats: against a look at every pair of places.
        let mut stream = crate::seed::Seed(7).stream(&["benchmark"], 0);
        let mut text = |n_words: usize| -> String {
            let words: Vec<&str> = (0..n_words).map(|_| *stream.pick(&["a", "b"]).unwrap()).collect();
            words.join(" ")
        };
        let questions: Vec<String> = (0..30).map(|number| text(number + 1)).collect();
        let benchmark = Benchmark::new("quiz", questions.iter().map(String::as_str));
        for n_words in 1..60 {
            let text = text(n_words);
            let words: Vec<&str> = text.split(' ').collect();
            let slow = |question: &String| {
                let asked: Vec<&str> = question.split(' ').collect();
                let mut covered = vec![false; words.len()];
                let mut longest = 0;
                for from in 0..words.len() {
                    for at in 0..asked.len() {
                        let pairs = words[from..].iter().zip(&asked[at..]);
                        let run = pairs.take_while(|(left, right)| left == right).count();
                        if run >= GRAM {
                            covered[from..from + run].fill(true);
                            longest = longest.max(run);
                        }
                    }
                }
                let n_covered = covered.iter().filter(|is| **is).count();
                let is_exact = words == asked;
                (
                    is_exact || 2 * n_covered >= words.len() || longest >= RUN,
                    if is_exact { words.len() } else { n_covered },
                )
            };
            let overlap = benchmark.overlap(&text);
            let expected = questions.iter().map(slow).max().unwrap();
            assert_eq!((overlap.rule.is_some(), overlap.n_covered), expected, "{text}");
        }
    }
}
