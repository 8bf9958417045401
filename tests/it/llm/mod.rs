//! Servers that fail, journals that are torn, runs that are killed: none of it may be read off the replies.
//!
//! The server is our own and fails on purpose, in each of the ways of the fault matrix. What is compared is always the
//! same: the replies of a run that was disturbed with those of one that was not.

mod server;

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;
use thinkpath::llm::BadReply;
use thinkpath::llm::Form;
use thinkpath::llm::LanguageModel as _;
use thinkpath::llm::Ledger;
use thinkpath::llm::ModelConfig;
use thinkpath::llm::ModelError;
use thinkpath::llm::OpenAi;
use thinkpath::llm::Prompt;
use thinkpath::llm::Recorded;
use thinkpath::llm::Reply;
use thinkpath::llm::Schema;
use thinkpath::llm::Secret;
use thinkpath::seed::Seed;

use server::Fault;
use server::Manner;
use server::Server;
use server::good_answer;

type Outcomes = Vec<Result<Reply, BadReply>>;

/// A key that must be seen nowhere.
const CANARY: &str = "sk-canary-0123456789";

fn prompts(count: usize) -> Vec<Prompt> {
    let option = json!({ "type": "string", "enum": ["A", "B", "C", "D"] });
    let properties = json!({ "option": option, "why": { "type": "string" } });
    let schema = json!({ "type": "object", "properties": properties, "required": ["option", "why"] });
    let schema = Schema::new("choice", schema).unwrap();
    let forms = [Form::Json(schema), Form::Text];
    let form = |number: usize| forms[number % 2].clone();
    (0..count)
        .map(|number| Prompt { form: form(number), ..Prompt::text(format!("question {number} of many")) })
        .collect()
}

/// What an undisturbed run says to these prompts.
fn expected(prompts: &[Prompt]) -> Outcomes {
    let reply = |prompt: &Prompt| {
        let is_json = matches!(prompt.form, Form::Json(_));
        let text = good_answer(&prompt.user, is_json);
        let json = is_json.then(|| serde_json::from_str(&text).unwrap());
        Ok(Reply { text: text.into(), thinking: None, json })
    };
    prompts.iter().map(reply).collect()
}

/// The same without the texts of JSON, which may stand in a fence.
fn values(outcomes: &Outcomes) -> Vec<String> {
    let value = |outcome: &Result<Reply, BadReply>| match outcome {
        Ok(reply) => reply.json.as_ref().map_or_else(|| reply.text.to_string(), ToString::to_string),
        Err(bad) => format!("error: {bad}"),
    };
    outcomes.iter().map(value).collect()
}

fn config(server: &Server, more: &str) -> ModelConfig {
    let limits = "connect_timeout_secs = 2.0\nfirst_byte_timeout_secs = 4.0\nsilence_timeout_secs = 1.0\n\
        reply_timeout_secs = 4.0\nfirst_pause_secs = 0.005\nmax_pause_secs = 5.0";
    let url = server.base_url();
    toml::from_str(&format!("base_url = '{url}'\nmodel = 'm'\nkey_env = 'K'\n{more}\n[limits]\n{limits}")).unwrap()
}

fn open(config: &ModelConfig, journal: &Path) -> OpenAi {
    OpenAi::open(config.clone(), Secret::new(CANARY), journal, Arc::default()).unwrap()
}

/// A run against a server that fails three times in ten, with 64 in flight; its ledger, the server, how long it took.
fn disturbed(n_prompts: usize, is_streamed: bool, delay: Duration) -> (Ledger, Server, Duration) {
    let mut faults = Fault::WHOLE.to_vec();
    if is_streamed {
        faults.extend(Fault::STREAMED);
    }
    let server = Server::start(Manner { fault_rate: 0.3, faults, delay, ..Manner::default() });
    let mut config = config(&server, &format!("stream = {is_streamed}"));
    (config.limits.min_in_flight, config.limits.max_in_flight) = (64, 64);
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    let prompts = prompts(n_prompts);
    let started = Instant::now();
    let model = open(&config, &journal);
    let outcomes = model.replies(&prompts).unwrap();
    let (took, ledger) = (started.elapsed(), model.ledger());
    assert_eq!(values(&outcomes), values(&expected(&prompts)));
    let bytes = std::fs::read(&journal).unwrap();
    assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "the key is in the journal");
    // From the journal alone all is the same, the texts too.
    assert_eq!(Recorded::open(config, &journal).unwrap().replies(&prompts).unwrap(), outcomes);
    (ledger, server, took)
}

#[track_caller]
fn assert_accounts_agree(n_prompts: usize, ledger: &Ledger, server: &Server) {
    let seen = server.seen();
    let ours = [ledger.n_requests, ledger.prompt_tokens, ledger.completion_tokens, ledger.n_uncounted];
    assert_eq!(ours, [seen.n_requests, seen.prompt_tokens, seen.completion_tokens, seen.n_uncounted]);
    assert_eq!(seen.n_early, 0, "sent before the time that the server named");
    let most = n_prompts as u64 * 16 / 10;
    assert!(seen.n_requests <= most, "{} requests for {n_prompts} prompts: {:?}", seen.n_requests, seen.faults);
}

/// Whether the whole matrix is wanted, which takes two minutes, and not a tenth of it.
fn is_whole() -> bool {
    std::env::var_os("THINKPATH_TEST_WHOLE").is_some()
}

/// A disturbed run with as many prompts as are wanted; of the whole matrix all is told, and every fault has to occur.
#[expect(clippy::print_stdout, reason = "the figures are what the whole matrix is run for")]
fn disturbed_and_alike(is_streamed: bool) {
    let (n_prompts, delay) = if is_whole() { (2_000, 100) } else { (200, 1) };
    let (ledger, server, took) = disturbed(n_prompts, is_streamed, Duration::from_millis(delay));
    assert_accounts_agree(n_prompts, &ledger, &server);
    if is_whole() {
        let seen = server.seen();
        println!(
            "streamed {is_streamed}: {:.1} s, {} requests, {} failures, {} kinds of fault, at most {} in flight",
            took.as_secs_f64(),
            seen.n_requests,
            ledger.n_failures,
            seen.faults.len(),
            seen.most_in_flight
        );
        println!("{:?}", seen.faults);
        assert_eq!(seen.most_in_flight, 64);
        assert_eq!(seen.faults.len(), Fault::WHOLE.len() + if is_streamed { Fault::STREAMED.len() } else { 0 });
    }
}

#[test]
fn faults_change_no_reply() {
    disturbed_and_alike(false);
}

#[test]
fn faults_in_streams_change_no_reply() {
    disturbed_and_alike(true);
}

#[test]
fn a_server_that_refuses_everybody_stops_the_run() {
    for (status, body) in [
        (401, r#"{"error":{"message":"Incorrect API key provided: sk-canary-0123456789."}}"#),
        (403, "{}"),
        (404, r#"{"error":{"message":"The model `m` does not exist"}}"#),
        (429, r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#),
    ] {
        let server = Server::start(Manner { always: Some((status, body)), ..Manner::default() });
        let folder = tempfile::tempdir().unwrap();
        let error = open(&config(&server, ""), &folder.path().join("replies")).replies(&prompts(100)).unwrap_err();
        let message = format!("{error} {error:?}");
        assert!(matches!(error, ModelError::Forbidden { .. }), "{message}");
        assert!(message.contains(&status.to_string()) && !message.contains(CANARY), "{message}");
        assert!(server.seen().n_requests <= 8, "one for each worker");
    }
}

#[test]
fn a_key_that_is_taken_back_stops_the_run_and_keeps_what_was_answered() {
    let server = Server::start(Manner::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    let model = open(&config(&server, ""), &journal);
    model.replies(&prompts(50)).unwrap();
    server.set(|manner| manner.always = Some((401, "{}")));
    assert!(matches!(model.replies(&prompts(100)), Err(ModelError::Forbidden { .. })));
    drop(model);
    server.set(|manner| manner.always = None);
    let before = server.seen().n_requests;
    let outcomes = open(&config(&server, ""), &journal).replies(&prompts(100)).unwrap();
    assert_eq!((outcomes, server.seen().n_requests - before), (expected(&prompts(100)), 50));
}

#[test]
fn a_request_that_is_refused_costs_its_item_and_no_other() {
    let server = Server::start(Manner { always: Some((400, "sk-canary-0123456789 is too long")), ..Manner::default() });
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    let model = open(&config(&server, ""), &journal);
    let refused = BadReply::Refused { status: 400, message: "[key] is too long".into() };
    assert_eq!(model.replies(&prompts(3)).unwrap(), vec![Err(refused); 3]);
    assert_eq!(server.seen().n_requests, 6);
    server.set(|manner| manner.always = None);
    let again = model.replies(&prompts(5)).unwrap();
    assert!(again[..3].iter().all(Result::is_err), "the journal has the last word");
    assert_eq!(again[3..], expected(&prompts(5))[3..]);
}

#[test]
fn a_budget_stops_the_run_and_the_next_goes_on() {
    for (budget, n_most) in [("max_requests = 30", 30), ("max_tokens = 900", 80), ("max_money = 0.0009", 80)] {
        let server = Server::start(Manner { delay: Duration::from_millis(5), ..Manner::default() });
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("replies");
        let price = "[price]\nprompt_per_million = 1.0\ncompletion_per_million = 1.0";
        let bounded = config(&server, &format!("{price}\n[budget]\n{budget}"));
        let prompts = prompts(100);
        let mut n_runs = 1;
        let mut model = open(&bounded, &journal);
        let outcomes = loop {
            match model.replies(&prompts) {
                Ok(outcomes) => break outcomes,
                Err(error) => assert!(matches!(error, ModelError::Budget { .. }) && error.is_resumable(), "{error}"),
            }
            assert!(model.ledger().n_requests <= n_most, "{budget}");
            n_runs += 1;
            drop(model);
            model = open(&bounded, &journal);
        };
        assert_eq!((outcomes, server.seen().n_requests), (expected(&prompts), 100), "{budget}");
        assert!(n_runs > 1, "{budget}");
    }
}

#[test]
fn a_server_that_is_down_is_left_alone_and_found_again() {
    let server = Server::start(Manner { always: Some((503, "busy")), ..Manner::default() });
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    let mut config = config(&server, "");
    (config.limits.probe_secs, config.limits.max_outage_secs) = (0.5, 2.0);
    let model = open(&config, &journal);
    let error = model.replies(&prompts(100)).unwrap_err();
    assert!(matches!(error, ModelError::Outage { .. }) && error.is_resumable(), "{error}");
    // Sixteen in a row open the breaker, seven more may be in flight; then one in half a second.
    let n_requests = server.seen().n_requests;
    assert!((17..=16 + 7 + 5).contains(&n_requests), "{n_requests}");
    drop(model);
    config.limits.max_outage_secs = 30.0;
    let flag = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(1));
            server.set(|manner| manner.always = None);
            flag.store(true, Ordering::Relaxed);
        });
        assert_eq!(open(&config, &journal).replies(&prompts(100)).unwrap(), expected(&prompts(100)));
    });
    assert!(flag.load(Ordering::Relaxed));
}

#[test]
fn a_pause_that_is_too_long_stops_the_run() {
    let faults = vec![Fault::RateLimitedSeconds];
    let server = Server::start(Manner { fault_rate: 1.0, faults, ..Manner::default() });
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&server, "");
    config.limits.max_pause_secs = 0.5;
    let error = open(&config, &folder.path().join("replies")).replies(&prompts(100)).unwrap_err();
    assert!(matches!(error, ModelError::LongPause { .. }) && error.is_resumable(), "{error}");
    assert!(server.seen().n_requests <= 8);
}

#[test]
fn a_run_stops_when_it_is_asked_to() {
    let server = Server::start(Manner { delay: Duration::from_millis(50), ..Manner::default() });
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let journal = folder.path().join("replies");
    let model = OpenAi::open(config(&server, ""), Secret::new(CANARY), &journal, Arc::clone(&stop)).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            stop.store(true, Ordering::Relaxed);
        });
        let error = model.replies(&prompts(10_000)).unwrap_err();
        assert!(matches!(error, ModelError::Stopped) && error.is_resumable());
    });
}

#[test]
fn equal_prompts_are_asked_once_and_samples_each() {
    let server = Server::start(Manner::default());
    let folder = tempfile::tempdir().unwrap();
    let model = open(&config(&server, ""), &folder.path().join("replies"));
    let one = prompts(1).remove(0);
    let other = Prompt { sample: 1, ..one.clone() };
    let outcomes = model.replies(&[one.clone(), other, one.clone(), one]).unwrap();
    assert_eq!((outcomes.len(), server.seen().n_requests), (4, 2));
    assert!(server.seen().keys.iter().all(|key| *key == format!("Bearer {CANARY}")));
}

#[test]
fn a_journal_that_lacks_a_reply_says_so_and_asks_nobody() {
    let server = Server::start(Manner::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    open(&config(&server, ""), &journal).replies(&prompts(2)).unwrap();
    let recorded = Recorded::open(config(&server, ""), &journal).unwrap();
    assert_eq!(recorded.replies(&prompts(2)).unwrap(), expected(&prompts(2)));
    assert!(matches!(recorded.replies(&prompts(3)), Err(ModelError::NotRecorded { .. })));
    assert_eq!(server.seen().n_requests, 2);
}

/// Where the child of a test that is killed finds its server and its journal.
const CHILD: &str = "THINKPATH_TEST_CHILD";
const N_KILLED: usize = 300;

/// Not a test by itself: what [`killed`] starts and kills.
#[test]
fn a_child_that_is_killed() {
    let Some(told) = std::env::var_os(CHILD) else { return };
    let told = told.into_string().unwrap();
    let (base_url, journal) = told.split_once(' ').unwrap();
    let text = format!("base_url = '{base_url}'\nmodel = 'm'\n[limits]\nmax_in_flight = 8");
    let config = toml::from_str(&text).unwrap();
    let model = OpenAi::open(config, None, Path::new(journal), Arc::default()).unwrap();
    model.replies(&prompts(N_KILLED)).unwrap();
}

/// Kills a run so many times at moments that are drawn, goes on each time, and looks at what came of it.
fn killed(n_kills: u64) -> u64 {
    let server = Server::start(Manner { delay: Duration::from_millis(20), ..Manner::default() });
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("replies");
    let mut n_killed = 0;
    for number in 0..n_kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["llm::a_child_that_is_killed", "--exact"])
            .env(CHILD, format!("{} {}", server.base_url(), journal.display()))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // A few more answers each time, and then anywhere.
        let target = server.seen().n_requests + 2 + Seed(9).stream(&["kill"], number).below(8) as u64;
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.seen().n_requests < target && Instant::now() < deadline && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        n_killed += u64::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let text = format!("base_url = '{}'\nmodel = 'm'\n[limits]\nmax_in_flight = 8", server.base_url());
    let config: ModelConfig = toml::from_str(&text).unwrap();
    let model = OpenAi::open(config, None, &journal, Arc::default()).unwrap();
    assert_eq!(model.replies(&prompts(N_KILLED)).unwrap(), expected(&prompts(N_KILLED)));
    let n_sent_again = server.seen().n_requests - N_KILLED as u64;
    assert!(n_killed > n_kills / 2, "only {n_killed} of {n_kills} were killed");
    assert!(n_sent_again <= 8 * n_killed, "{n_sent_again} sent again after {n_killed} kills");
    n_sent_again
}

#[test]
fn a_run_that_is_killed_goes_on() {
    let n_kills = if is_whole() { 25 } else { 4 };
    let n_sent_again = killed(n_kills);
    if is_whole() {
        println!("{n_sent_again} requests sent again after {n_kills} kills");
    }
}
