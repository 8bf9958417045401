//! Any server that completes chats as OpenAI's does: vLLM, llama.cpp, Ollama, SGLang, hosted ones.
//!
//! Outside it is one call: prompts in, replies out. Inside, one thread keeps as many requests in flight as the server
//! bears; every answer is in the journal before it is looked at, and what is looked at is what the journal holds.

mod exchange;

use std::collections::BTreeSet;
use std::num::Saturating;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use indexmap::IndexMap;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::llm::BadReply;
use crate::llm::LanguageModel;
use crate::llm::Prompt;
use crate::llm::Reply;
use crate::llm::answer::Answer;
use crate::llm::answer::Usage;
use crate::llm::config::ModelConfig;
use crate::llm::config::secs;
use crate::llm::error::ModelError;
use crate::llm::flow::Flow;
use crate::llm::flow::Gate;
use crate::llm::flow::Ledger;
use crate::llm::flow::pause;
use crate::llm::journal::Journal;
use crate::llm::request::Key;
use crate::llm::secret::Secret;
use crate::llm::task::Step;
use crate::llm::task::Task;

use exchange::Exchange;
use exchange::Sent;

/// How often a run that waits looks up: whether it is to stop, for one.
const LOOK_UP: Duration = Duration::from_millis(100);
/// A server that has answered well before may refuse everybody so often in a row before that is believed.
const REFUSALS_IN_A_ROW: u32 = 4;

/// A turn lets every task move that can. So many that bring nothing, and all that lay in the sockets is read: a body takes
/// a few.
const QUIET_TURNS: u32 = 8;

/// A model on a server.
#[derive(Debug)]
pub struct OpenAi {
    config: ModelConfig,
    exchange: Arc<Exchange>,
    stop: Arc<AtomicBool>,
    runtime: Runtime,
    state: Mutex<State>,
}

/// What lasts from one batch of prompts to the next.
#[derive(Debug)]
struct State {
    journal: Journal,
    ledger: Ledger,
    flow: Flow,
    first_sent: Option<Instant>,
    n_refusals: u32,
    n_sent: u64,
}

impl OpenAi {
    /// A model with the journal that its answers go to. `key` is what the environment holds under `key_env`; `stop` is
    /// set by whoever wants the run to end.
    ///
    /// # Errors
    ///
    /// [`ModelError`] if the settings are wrong, the key is missing or the journal cannot be used.
    pub fn open(
        config: ModelConfig,
        key: Option<Secret>,
        journal: &Path,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, ModelError> {
        let wrong = |error| ModelError::Config { model: config.model.clone(), error };
        config.check().map_err(wrong)?;
        if let (Some(variable), None) = (&config.key_env, &key) {
            return Err(ModelError::NoKey { model: config.model.clone(), variable: variable.clone() });
        }
        let exchange = Arc::new(Exchange::new(&config, config.endpoint().map_err(wrong)?, key)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ModelError::Client { problem: error.to_string().into() })?;
        let state = State {
            journal: Journal::open(journal)?,
            ledger: Ledger::new(config.price),
            flow: Flow::new(&config.limits),
            first_sent: None,
            n_refusals: 0,
            n_sent: 0,
        };
        Ok(Self { config, exchange, stop, runtime, state: Mutex::new(state) })
    }
}

impl LanguageModel for OpenAi {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn replies(&self, prompts: &[Prompt]) -> Result<Vec<Result<Reply, BadReply>>, ModelError> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        let mut batch = Batch::new(self, prompts);
        batch.begin(state)?;
        if !batch.due.is_empty() {
            let ended = self.runtime.block_on(batch.drive(state));
            state.journal.sync()?;
            ended?;
        }
        batch.outcomes()
    }

    fn ledger(&self) -> Ledger {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ledger.clone()
    }
}

/// A batch of prompts on its way.
struct Batch<'a> {
    model: &'a OpenAi,
    /// Each request once.
    items: Vec<Item<'a>>,
    /// Which of them answers each prompt.
    places: Vec<usize>,
    /// What is to be sent, and not before when.
    due: BTreeSet<(Instant, usize)>,
    in_flight: JoinSet<Flight>,
    /// Why nothing more is sent.
    ended: Option<ModelError>,
}

/// A prompt with what came of it, and the failures of the request that it stands at.
struct Item<'a> {
    task: Task<'a>,
    outcome: Option<Result<Reply, BadReply>>,
    n_failures: Saturating<u32>,
    first_failure: Option<Instant>,
}

/// A request that has come back.
struct Flight {
    index: usize,
    id: u64,
    sent_at: Instant,
    sent: Sent,
}

impl<'a> Batch<'a> {
    fn new(model: &'a OpenAi, prompts: &'a [Prompt]) -> Self {
        let mut first: IndexMap<Key, usize> = IndexMap::new();
        let (mut items, mut places) = (Vec::new(), Vec::with_capacity(prompts.len()));
        for prompt in prompts {
            let task = Task::new(prompt, &model.config);
            let next = items.len();
            let place = *first.entry(task.request().key()).or_insert(next);
            if place == next {
                items.push(Item { task, outcome: None, n_failures: Saturating(0), first_failure: None });
            }
            places.push(place);
        }
        Self { model, items, places, due: BTreeSet::new(), in_flight: JoinSet::new(), ended: None }
    }

    /// Takes what the journal holds.
    fn begin(&mut self, state: &mut State) -> Result<(), ModelError> {
        (0..self.items.len()).try_for_each(|index| self.advance(state, index))
    }

    /// Goes on with an item; what must be sent is due at once.
    fn advance(&mut self, state: &mut State, index: usize) -> Result<(), ModelError> {
        let item = &mut self.items[index];
        match item.task.advance(&mut state.journal, &mut state.ledger)? {
            Step::Done(outcome) => item.outcome = Some(outcome),
            Step::Send => {
                (item.n_failures, item.first_failure) = (Saturating(0), None);
                self.due.insert((Instant::now(), index));
            }
        }
        Ok(())
    }

    /// Sends and receives until all is there, or nothing more may be sent and what is in flight has come back.
    async fn drive(&mut self, state: &mut State) -> Result<(), ModelError> {
        loop {
            if self.model.stop.load(Ordering::Relaxed) {
                self.in_flight.abort_all();
                return Err(ModelError::Stopped);
            }
            self.settle(state).await?;
            let look_up = self.send(state);
            if self.in_flight.is_empty() && (self.due.is_empty() || self.ended.is_some()) {
                return self.ended.take().map_or(Ok(()), Err);
            }
            if self.in_flight.is_empty() {
                tokio::time::sleep_until(look_up.into()).await;
                continue;
            }
            if let Ok(Some(ended)) = tokio::time::timeout_at(look_up.into(), self.in_flight.join_next()).await {
                self.receive(state, ended.map_err(broken)?)?;
            }
        }
    }

    /// Takes in all that has come back meanwhile, before anything is sent: a sync or a busy machine may have kept us, and
    /// among what lies in the sockets may be the wish to be left alone.
    async fn settle(&mut self, state: &mut State) -> Result<(), ModelError> {
        let mut n_quiet = 0;
        while n_quiet < QUIET_TURNS && !self.in_flight.is_empty() {
            tokio::task::yield_now().await;
            n_quiet += 1;
            while let Some(ended) = self.in_flight.try_join_next() {
                self.receive(state, ended.map_err(broken)?)?;
                n_quiet = 0;
            }
        }
        Ok(())
    }

    /// Sends what may be sent; returns when to look again.
    fn send(&mut self, state: &mut State) -> Instant {
        let config = &self.model.config;
        let now = Instant::now();
        let look_up = now + LOOK_UP;
        while let Some(&(when, index)) = self.due.first() {
            if self.ended.is_some() {
                break;
            }
            if when > now {
                return look_up.min(when);
            }
            let elapsed = state.first_sent.map_or(Duration::ZERO, |first| now - first);
            if let Some(bound) = state.ledger.reached(&config.budget, elapsed) {
                self.ended = Some(ModelError::Budget { model: config.model.clone(), bound });
                break;
            }
            let task = &self.items[index].task;
            let n_tokens = task.request().likely_prompt_tokens() + u64::from(config.max_tokens);
            match state.flow.gate(now, self.in_flight.len(), n_tokens) {
                Gate::Open => {}
                Gate::Until(until) => return look_up.min(until),
                Gate::Full => break,
            }
            self.due.pop_first();
            let body = task.request().body(task.n_tries(), config.stream);
            let id = state.n_sent;
            state.n_sent += 1;
            state.ledger.n_requests += 1;
            state.first_sent.get_or_insert(now);
            state.flow.sent(now, id, n_tokens);
            let exchange = Arc::clone(&self.model.exchange);
            self.in_flight.spawn(async move {
                let sent = exchange.send(body).await;
                Flight { index, id, sent_at: now, sent }
            });
        }
        look_up
    }

    /// Takes in what came back.
    fn receive(&mut self, state: &mut State, flight: Flight) -> Result<(), ModelError> {
        let Flight { index, id, sent_at, sent } = flight;
        let now = Instant::now();
        match sent {
            Sent::Answered(answer) => {
                let request = self.items[index].task.request();
                let completion_tokens = u64::from(self.model.config.max_tokens);
                let most = Usage { prompt_tokens: request.max_prompt_tokens(), completion_tokens };
                let n_tokens = state.ledger.answered(&answer, most);
                state.flow.answered(now, id, n_tokens);
                state.n_refusals = 0;
                state.journal.append(request.key(), &answer)?;
                self.advance(state, index)
            }
            Sent::Failed { reason, is_overload, wanted, is_unsent } => {
                state.ledger.n_requests -= u64::from(is_unsent);
                state.flow.failed(now, sent_at, is_overload, wanted);
                let limits = &self.model.config.limits;
                if let Some(wanted) = wanted.filter(|wanted| *wanted > secs(limits.max_pause_secs)) {
                    let wanted_secs = wanted.as_secs_f64();
                    self.end(ModelError::LongPause { model: self.model.config.model.clone(), wanted_secs });
                }
                self.failed(state, index, sent_at, reason)
            }
            Sent::Forbidden { reason } => {
                state.flow.failed(now, sent_at, false, None);
                state.n_refusals += 1;
                let is_believed = state.n_refusals >= REFUSALS_IN_A_ROW.min(self.model.config.limits.max_in_flight);
                if state.flow.last_answer().is_none() || is_believed {
                    let model = self.model.config.model.clone();
                    self.end(ModelError::Forbidden { model, reason: reason.clone() });
                }
                self.failed(state, index, sent_at, reason)
            }
        }
    }

    /// Sends a request again after a pause, or gives it up.
    fn failed(
        &mut self,
        state: &mut State,
        index: usize,
        sent_at: Instant,
        reason: Box<str>,
    ) -> Result<(), ModelError> {
        state.ledger.n_failures += 1;
        let config = &self.model.config;
        let now = Instant::now();
        let item = &mut self.items[index];
        item.n_failures += 1;
        let attempts = item.n_failures.0;
        let since = *item.first_failure.get_or_insert(sent_at);
        let are_others_answered = state.flow.last_answer().is_some_and(|last| last > since);
        if attempts >= config.limits.max_attempts && are_others_answered && self.ended.is_none() {
            let key = item.task.request().key();
            state.journal.append(key, &Answer::GaveUp { attempts, last: reason })?;
            return self.advance(state, index);
        }
        self.due.insert((now + pause(&config.limits, item.task.request().key(), attempts), index));
        let outage = state.flow.outage(now);
        if outage >= secs(config.limits.max_outage_secs) {
            let (model, outage_secs) = (config.model.clone(), outage.as_secs_f64());
            self.end(ModelError::Outage { model, outage_secs, last: reason });
        }
        Ok(())
    }

    /// Sends nothing more; the first reason stands.
    fn end(&mut self, error: ModelError) {
        self.ended.get_or_insert(error);
    }

    fn outcomes(self) -> Result<Vec<Result<Reply, BadReply>>, ModelError> {
        let outcome = |place: usize| self.items[place].outcome.clone().ok_or(ModelError::Stopped);
        self.places.iter().map(|&place| outcome(place)).collect()
    }
}

/// A task of ours that broke off.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn broken(error: tokio::task::JoinError) -> ModelError {
    ModelError::Client { problem: error.to_string().into() }
}
