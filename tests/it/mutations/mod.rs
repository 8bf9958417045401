//! Two thousand mutations of a sample of every reader: no panic, no lost record, no hang, no memory beyond a bound.
//!
//! Each page of `tests/cases/damage` and `tests/cases/samples` is a corpus. A page is worked through in a process of
//! its own, which is this test binary run again: so the memory measured is the reader's alone, a hang can be ended,
//! and a reader that takes its process down with it is one failure with a number and not the end of all tests.
//! `THINKPATH_MUTATE=obo cargo test --test it mutations` works through one page; what fails is kept in `target/tmp`.

mod bombs;
mod corpus;
mod mutate;
mod watch;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use thinkpath::ingest::SourceFile;
use thinkpath::kg::FileTally;
use thinkpath::kg::Relations;

use crate::damage::DAMAGED;
use crate::damage::Page;
use crate::mutations::corpus::Corpus;
use crate::mutations::watch::Watch;
use crate::planted::HEAD;

const N_MUTATIONS: u64 = 2_000;
const MUTATIONS: &str = "mutations::every_reader_survives_two_thousand_mutations";
/// Two thousand of a list of names, some of them shown by their numbers, and what stands around it.
const MAX_CHARACTERS: usize = 2_500;
/// So many failures of a page are told.
const MAX_TOLD: usize = 10;
const VARIABLE: &str = "THINKPATH_MUTATE";
/// What stands in the place of a page for the bombs.
const BOMBS: &str = "bombs";

/// The pages of every kind, in one order.
fn pages() -> Vec<PathBuf> {
    let kinds = ["damage", "samples"].map(|kind| std::fs::read_dir(Page::folder(kind)).unwrap());
    let mut pages: Vec<PathBuf> = kinds.into_iter().flatten().map(|file| file.unwrap().path()).collect();
    pages.sort();
    pages
}

/// The page that this process is to work through, if it was started for one.
#[expect(clippy::disallowed_methods, reason = "a process of a test is told by its environment what it is for")]
fn wanted() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

fn stem(page: &Path) -> String {
    page.file_stem().unwrap().to_string_lossy().into()
}

/// What the program says could stand in the place of a word that means nothing to it.
fn known_instead(source: &str) -> Vec<String> {
    let error = SourceFile::parse("s", &format!("{HEAD}{source}")).unwrap_err().to_string();
    let (_, known) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_reader_and_syntax_has_a_sample() {
    let pages: Vec<Page> = pages().iter().map(|path| Page::read(path)).collect();
    let is_damaged = |section: &str, syntax: &str| {
        pages.iter().any(|page| {
            let start = format!("[[{section}]]\npath = \"{DAMAGED}\"\n");
            page.source.split_once(&start).is_some_and(|(_, rest)| rest.contains(syntax))
        })
    };
    let no_reader = ["version", "home", "licence", "licence_name", "credit", "folder"];
    let readers = known_instead("nothing = 1");
    let readers = readers.iter().filter(|name| !no_reader.contains(&&***name));
    let without: Vec<&String> = readers.filter(|name| !is_damaged(name, "")).collect();
    assert!(without.is_empty(), "no page damages a file of {without:?}: add one to tests/cases/samples");
    for (section, key) in [("rdf", "syntax"), ("kgx_nodes", "syntax"), ("edge_table", "rows.format")] {
        let syntaxes = known_instead(&format!("[[{section}]]\npath = \"a\"\nwith.{key} = 'nothing'\n"));
        let key = key.rsplit('.').next().unwrap();
        // The first is what a page has that names none.
        for syntax in syntaxes.iter().filter(|syntax| !["tsv"].contains(&&***syntax)) {
            let is_sampled = is_damaged(section, &format!("{key} = \"{syntax}\""));
            assert!(is_sampled, "no page damages a file of {section} in {syntax}: add one to tests/cases/samples");
        }
    }
}

#[test]
fn a_mutation_is_a_function_of_its_number() {
    let page = Page::of("obo");
    let mutations = |n| -> Vec<Vec<u8>> {
        let corpus = Corpus::new("obo", &page);
        (0..n).map(|number| corpus.mutation(number)).collect()
    };
    let (some, again) = (mutations(200), mutations(200));
    assert_eq!(some, again);
    let different: std::collections::BTreeSet<_> = some.into_iter().collect();
    assert!(different.len() > 180, "{} of 200 are different", different.len());
}

#[test]
fn every_reader_survives_two_thousand_mutations() {
    match wanted() {
        Some(wanted) if wanted == BOMBS => return,
        Some(wanted) => return work_through(&wanted),
        None => {}
    }
    let (pages, next, failures) = (pages(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let n_workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..n_workers {
            scope.spawn(|| {
                while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = in_own_process(MUTATIONS, &stem(page)) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A bomb is given as long as a mutation, and as much memory beyond what making it took.
#[test]
fn every_bomb_is_refused() {
    match wanted() {
        Some(wanted) if wanted == BOMBS => {}
        Some(_) => return,
        None => return in_own_process("mutations::every_bomb_is_refused", BOMBS).unwrap(),
    }
    let relations = Relations::standard().unwrap();
    let bombs = bombs::all();
    let watch = Watch::start(BOMBS);
    let mut failures = Vec::new();
    for (number, bomb) in (0..).zip(&bombs) {
        let path = pages().into_iter().find(|path| stem(path) == bomb.page).unwrap();
        let planted = Page::read(&path).planted(&bomb.bytes);
        watch.begin(number);
        let started = std::time::Instant::now();
        let outcome = planted.outcome_with(&relations, DAMAGED);
        let (took, over_memory) = (started.elapsed(), watch.over_memory());
        watch.end();
        let shown: String = outcome.chars().take(400).collect();
        watch.say(&format!("{} {}, {took:?}: {shown}", bomb.page, bomb.title));
        if let Some(over) = over_memory {
            failures.push(format!("{BOMBS} {number}, {}, {}: {over}", bomb.page, bomb.title));
        }
        if !outcome.contains(bomb.told) || outcome.len() > 4_000 {
            let shown = shown.replace('\n', " ");
            failures
                .push(format!("{BOMBS} {number}, {}, {}: not {:?} but {shown:?}", bomb.page, bomb.title, bomb.told));
        }
    }
    let told = failures.join("\n");
    watch.say(&told);
    assert!(failures.is_empty(), "{told}");
}

/// Works through a page in a process of its own.
fn in_own_process(test: &str, page: &str) -> Result<(), String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    let output = command.env(VARIABLE, page).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let (at, failures): (Vec<&str>, Vec<&str>) = told.lines().partition(|line| line.starts_with("at "));
    let failures: Vec<&str> = failures.into_iter().filter(|line| line.starts_with(page)).collect();
    let last = at.last().copied().unwrap_or("before the first mutation");
    Err(format!("{page}, {} {last}\n  {}", output.status, failures.join("\n  ")))
}

/// Works through a page in this process.
fn work_through(wanted: &str) {
    let path = pages().into_iter().find(|page| stem(page) == wanted).unwrap_or_else(|| panic!("no page `{wanted}`"));
    let page = Page::read(&path);
    let corpus = Corpus::new(wanted, &page);
    let relations = Relations::standard().unwrap();
    let planted = page.planted(&page.cases[0].input);
    // What is allocated once and for all is no cost of a mutation.
    planted.build_with(&relations, &[]).unwrap();
    let panicked: &'static Mutex<String> = Box::leak(Box::default());
    std::panic::set_hook(Box::new(|info| *panicked.lock().unwrap() = info.to_string()));
    let watch = Watch::start(wanted);
    let mut failures = Vec::new();
    for number in 0..N_MUTATIONS {
        let input = corpus.mutation(number);
        planted.write(DAMAGED, &input);
        watch.begin(number);
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| planted.build_with(&relations, &[])));
        watch.end();
        let over_memory = watch.over_memory();
        let problem = match read {
            Err(_) => Some(format!("panicked: {}", panicked.lock().unwrap())),
            Ok(Err(error)) => bad_error(&error),
            Ok(Ok(built)) if !built.files.iter().all(FileTally::is_conserved) => {
                Some(format!("a record was lost: {:?}", built.files))
            }
            Ok(Ok(built)) => built.findings.iter().find_map(|finding| bad_text(&finding.to_string())),
        };
        if let Some(problem) = problem.or(over_memory) {
            let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{wanted}-{number}"));
            std::fs::write(&kept, &input).unwrap();
            failures.push(format!("{wanted} {number}: {}", problem.replace('\n', " ")));
        }
        if failures.len() == MAX_TOLD {
            break;
        }
    }
    drop(std::panic::take_hook());
    let told = failures.join("\n");
    watch.say(&told);
    assert!(failures.is_empty(), "{told}");
}

/// What is wrong with an error: it names no file, or its text is bad.
fn bad_error(error: &str) -> Option<String> {
    if error.starts_with(DAMAGED) { bad_text(error) } else { Some(format!("the error has no place: {}", start(error))) }
}

/// What is wrong with a text for a person: it is longer than one reads, or it would steer a terminal.
fn bad_text(text: &str) -> Option<String> {
    let n_characters = text.chars().count();
    if n_characters > MAX_CHARACTERS {
        return Some(format!("what is told has {n_characters} characters: {}", start(text)));
    }
    let is_bad = text.contains(|c: char| c.is_control() && c != '\n');
    is_bad.then(|| format!("what is told holds control characters: {}", start(text)))
}

fn start(text: &str) -> String {
    format!("{:?}", text.chars().take(300).collect::<String>())
}
