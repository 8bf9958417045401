//! A server of our own that completes chats and, when asked to, does so as badly as servers do.
//!
//! It speaks over plain sockets, because most faults are things that no library for servers would do: a body that is
//! cut, a drip, a length that is a lie. What goes wrong is drawn from the request and from how often it was asked, so
//! a run can be repeated. It keeps its own ledger, to which the client's is compared.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use thinkpath::seed::Seed;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    RequestTimeout,
    Conflict,
    TooLarge,
    RateLimited,
    RateLimitedSeconds,
    RateLimitedDate,
    Internal,
    BadGateway,
    Unavailable,
    GatewayTimeout,
    Overloaded,
    Closed,
    ClosedMidBody,
    Stall,
    Drip,
    CutJson,
    Html,
    BadUtf8,
    NoChoices,
    NullContent,
    EmptyContent,
    Length,
    Refusal,
    Filter,
    Fenced,
    Prose,
    WrongOption,
    Huge,
    GzipBomb,
    WrongModel,
    NoUsage,
    Redirect,
    CutStream,
    NoDone,
    DoubledFrame,
}

impl Fault {
    /// Those that a reply in one piece can have.
    pub(super) const WHOLE: [Self; 36] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::RequestTimeout,
        Self::Conflict,
        Self::TooLarge,
        Self::RateLimited,
        Self::RateLimitedSeconds,
        Self::RateLimitedDate,
        Self::Internal,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::Overloaded,
        Self::Closed,
        Self::ClosedMidBody,
        Self::Stall,
        Self::Drip,
        Self::CutJson,
        Self::Html,
        Self::BadUtf8,
        Self::NoChoices,
        Self::NullContent,
        Self::EmptyContent,
        Self::Length,
        Self::Refusal,
        Self::Filter,
        Self::Fenced,
        Self::Prose,
        Self::WrongOption,
        Self::Huge,
        Self::GzipBomb,
        Self::WrongModel,
        Self::NoUsage,
        Self::Redirect,
    ];
    /// Those that only a stream can have.
    pub(super) const STREAMED: [Self; 3] = [Self::CutStream, Self::NoDone, Self::DoubledFrame];

    /// Whether it says that nobody is answered: a client believes it of a server that has never answered.
    fn is_about_everybody(self) -> bool {
        matches!(self, Self::Unauthorized | Self::Forbidden | Self::NotFound | Self::WrongModel | Self::Redirect)
    }

    /// Whether the client counts it as an answer, of which there are few tries: it is made only on the first.
    fn is_answer(self) -> bool {
        matches!(
            self,
            Self::BadRequest
                | Self::TooLarge
                | Self::NullContent
                | Self::EmptyContent
                | Self::Length
                | Self::Refusal
                | Self::Filter
                | Self::Fenced
                | Self::Prose
                | Self::WrongOption
        )
    }
}

/// How long the wish to be left alone may be on its way: what comes before was sent before.
const IN_FLIGHT: Duration = Duration::from_millis(700);

/// What the server does.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// How often something goes wrong, from 0.0 to 1.0.
    pub(super) fault_rate: f64,
    /// What may.
    pub(super) faults: Vec<Fault>,
    pub(super) seed: u64,
    /// How long an answer takes.
    pub(super) delay: Duration,
    /// A status that every request gets.
    pub(super) always: Option<(u16, &'static str)>,
    /// What it says instead of an answer to the question.
    pub(super) says: Option<&'static str>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { fault_rate: 0.0, faults: Vec::new(), seed: 1, delay: Duration::from_millis(1), always: None, says: None }
    }
}

/// What the server has seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Whole requests.
    pub(super) n_requests: u64,
    /// Tokens of answers that were sent whole.
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    /// Answers that were sent without a count of tokens.
    pub(super) n_uncounted: u64,
    /// How often each fault was made.
    pub(super) faults: BTreeMap<Fault, u64>,
    /// Requests that came before the time that the server had named.
    pub(super) n_early: u64,
    /// How often each request was sent, whatever its seed.
    pub(super) asked: BTreeMap<String, u64>,
    /// The values of `Authorization`.
    pub(super) keys: Vec<String>,
    /// The most requests at once.
    pub(super) most_in_flight: u64,
    n_good: u64,
    n_in_flight: u64,
    /// From when to when the server wanted to be left alone.
    closed: Vec<(Instant, Instant)>,
}

/// A server that lives as long as this value.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    manner: Arc<Mutex<Manner>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    pub(super) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (manner, is_over) = (Arc::new(Mutex::new(manner)), Arc::new(AtomicBool::new(false)));
        let server =
            Self { address, seen: Arc::clone(&seen), manner: Arc::clone(&manner), is_over: Arc::clone(&is_over) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, manner) = (Arc::clone(&seen), Arc::clone(&manner));
                // A client that leaves in the middle is no failure of the test.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &seen, &manner)));
            }
        });
        server
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.manner.lock().unwrap());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// A request that was read whole.
struct Asked {
    body: Value,
    /// The body without its seed: the same on each try.
    text: String,
    key: Option<String>,
}

fn serve(mut stream: TcpStream, seen: &Mutex<Seen>, manner: &Mutex<Manner>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(asked) = read(&mut stream, &mut buffer)? {
        let manner = manner.lock().unwrap().clone();
        let fault = {
            let mut seen = seen.lock().unwrap();
            seen.n_requests += 1;
            seen.n_in_flight += 1;
            seen.most_in_flight = seen.most_in_flight.max(seen.n_in_flight);
            let now = Instant::now();
            let is_early = seen.closed.iter().any(|(from, until)| (*from + IN_FLIGHT..*until).contains(&now));
            seen.n_early += u64::from(is_early);
            seen.keys.extend(asked.key.clone());
            let n_before = *seen.asked.entry(asked.text.clone()).and_modify(|count| *count += 1).or_insert(1) - 1;
            let fault = draw(&manner, &asked, n_before, seen.n_good);
            if let Some(fault) = fault {
                *seen.faults.entry(fault).or_default() += 1;
            }
            fault
        };
        std::thread::sleep(manner.delay);
        let reply = reply(&manner, &asked, fault, seen);
        seen.lock().unwrap().n_in_flight -= 1;
        let keep = send(&mut stream, &reply, fault)?;
        if !keep {
            return Ok(());
        }
    }
    Ok(())
}

/// What goes wrong with a request that came so often before.
fn draw(manner: &Manner, asked: &Asked, n_before: u64, n_good: u64) -> Option<Fault> {
    let mut stream = Seed(manner.seed).stream(&[&asked.text], n_before);
    if stream.unit() >= manner.fault_rate {
        return None;
    }
    let is_first = n_before == 0 && asked.body["messages"].as_array().unwrap().len() == 1;
    let fault = *stream.pick(&manner.faults)?;
    let is_out = fault.is_answer() && !is_first || fault.is_about_everybody() && n_good < 16;
    Some(if is_out { Fault::Internal } else { fault })
}

/// The next whole request; none if the client has left.
fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Asked>> {
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let header = |name: &str| {
                head.lines().filter_map(|line| line.split_once(": ")).find(|(own, _)| own.eq_ignore_ascii_case(name))
            };
            let length: usize = header("content-length").unwrap().1.parse().unwrap();
            let whole = end + 4 + length;
            if buffer.len() >= whole {
                let text = String::from_utf8(buffer[end + 4..whole].to_vec()).unwrap();
                buffer.drain(..whole);
                let key = header("authorization").map(|(_, value)| value.to_owned());
                let body: Value = serde_json::from_str(&text).unwrap();
                let mut text = body.clone();
                text["seed"] = Value::Null;
                return Ok(Some(Asked { body, text: text.to_string(), key }));
            }
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            n_read => buffer.extend_from_slice(&chunk[..n_read]),
        }
    }
}

/// What a good model says to a question: a function of the question alone.
pub(super) fn good_answer(question: &str, is_json: bool) -> String {
    let number = Seed(3).stream(&[question], 0).below(4);
    if is_json {
        json!({ "option": "ABCD"[number..=number], "why": "so" }).to_string()
    } else {
        format!("{question} {number}")
    }
}

/// A reply on the wire.
enum Wire {
    /// Status, more headers, body.
    Whole(u16, String, Vec<u8>),
    /// Nothing at all.
    Nothing,
}

fn reply(manner: &Manner, asked: &Asked, fault: Option<Fault>, seen: &Mutex<Seen>) -> Wire {
    let error = |status: u16| {
        let quoted = asked.key.as_deref().unwrap_or_default().trim_start_matches("Bearer ");
        let body = json!({ "error": { "message": format!("status {status} for key {quoted}") } }).to_string();
        Wire::Whole(status, String::new(), body.into_bytes())
    };
    let closed = |wait: Duration, header: String| {
        let mut seen = seen.lock().unwrap();
        seen.closed.push((Instant::now(), Instant::now() + wait));
        Wire::Whole(429, header, b"{}".to_vec())
    };
    if let Some((status, body)) = manner.always {
        return Wire::Whole(status, String::new(), body.as_bytes().to_vec());
    }
    match fault {
        Some(Fault::BadRequest) => error(400),
        Some(Fault::Unauthorized) => error(401),
        Some(Fault::Forbidden) => error(403),
        Some(Fault::NotFound) => error(404),
        Some(Fault::RequestTimeout) => error(408),
        Some(Fault::Conflict) => error(409),
        Some(Fault::TooLarge) => error(413),
        Some(Fault::RateLimited) => error(429),
        Some(Fault::RateLimitedSeconds) => closed(Duration::from_secs(1), "Retry-After: 1\r\n".into()),
        Some(Fault::RateLimitedDate) => {
            let dates = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:38 GMT\r\n";
            closed(Duration::from_secs(1), dates.into())
        }
        Some(Fault::Internal) => error(500),
        Some(Fault::BadGateway) => error(502),
        Some(Fault::Unavailable) => error(503),
        Some(Fault::GatewayTimeout) => error(504),
        Some(Fault::Overloaded) => error(529),
        Some(Fault::Html) => Wire::Whole(200, String::new(), b"<html>Please sign in</html>".to_vec()),
        Some(Fault::Redirect) => Wire::Whole(307, "Location: http://127.0.0.1:9/steal\r\n".into(), Vec::new()),
        Some(Fault::GzipBomb) => {
            let bomb = [&[0x1f, 0x8b, 8, 0][..], &[0; 2_000]].concat();
            Wire::Whole(200, "Content-Encoding: gzip\r\n".into(), bomb)
        }
        Some(Fault::Closed) => Wire::Nothing,
        _ => completion(manner, asked, fault, seen),
    }
}

fn completion(manner: &Manner, asked: &Asked, fault: Option<Fault>, seen: &Mutex<Seen>) -> Wire {
    let messages = asked.body["messages"].as_array().unwrap();
    let question = messages.iter().find(|message| message["role"] == "user").unwrap()["content"].as_str().unwrap();
    let is_json = asked.body.get("response_format").is_some();
    let good = manner.says.map_or_else(|| good_answer(question, is_json), str::to_owned);
    let content = match fault {
        Some(Fault::NullContent) => Value::Null,
        Some(Fault::EmptyContent) => json!(""),
        Some(Fault::Length) => json!(good[..good.len() / 2]),
        Some(Fault::Refusal) => Value::Null,
        Some(Fault::Fenced) if is_json => json!(format!("```json\n{good}\n```")),
        Some(Fault::Prose) if is_json => json!(format!("Sure! {good} I hope this helps.")),
        Some(Fault::WrongOption) if is_json => json!("{\"option\": \"E\", \"why\": \"so\"}"),
        _ => json!(good),
    };
    let finish = match fault {
        Some(Fault::Length) => "length",
        Some(Fault::Filter) => "content_filter",
        _ => "stop",
    };
    let model = if fault == Some(Fault::WrongModel) { "impostor" } else { asked.body["model"].as_str().unwrap() };
    let pieces: Vec<String> = content.as_str().unwrap_or_default().split_inclusive(' ').map(str::to_owned).collect();
    let (prompt_tokens, completion_tokens) = (question.len() as u64, pieces.len() as u64);
    let usage = json!({ "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens });
    let refusal = (fault == Some(Fault::Refusal)).then_some("I cannot help with that.");
    let body = if asked.body["stream"] == json!(true) {
        streamed(&pieces, model, finish, refusal, &usage, fault)
    } else {
        let message = json!({ "role": "assistant", "content": content, "refusal": refusal });
        let choice = json!({ "index": 0, "message": message, "finish_reason": finish });
        let mut body = json!({ "model": model, "choices": [choice], "usage": usage });
        match fault {
            Some(Fault::NoChoices) => body["choices"] = json!([]),
            Some(Fault::NoUsage) => body["usage"] = Value::Null,
            _ => {}
        }
        body.to_string()
    };
    let mut body = body.into_bytes();
    let mut is_whole = true;
    match fault {
        Some(Fault::CutJson | Fault::CutStream) => body.truncate(body.len() / 2),
        Some(Fault::BadUtf8) => body.extend([0xff, 0xfe]),
        _ => {}
    }
    let broken = [
        Fault::CutJson,
        Fault::CutStream,
        Fault::BadUtf8,
        Fault::NoChoices,
        Fault::ClosedMidBody,
        Fault::Stall,
        Fault::Drip,
        Fault::Huge,
        Fault::WrongModel,
        Fault::DoubledFrame,
    ];
    is_whole &= fault.is_none_or(|fault| !broken.contains(&fault));
    let mut seen = seen.lock().unwrap();
    if is_whole {
        seen.n_good += 1;
        if fault == Some(Fault::NoUsage) {
            seen.n_uncounted += 1;
        } else {
            seen.prompt_tokens += prompt_tokens;
            seen.completion_tokens += completion_tokens;
        }
    }
    Wire::Whole(200, String::new(), body)
}

fn streamed(
    pieces: &[String],
    model: &str,
    finish: &str,
    refusal: Option<&str>,
    usage: &Value,
    fault: Option<Fault>,
) -> String {
    let event = |value: Value| format!("data: {value}\n\n");
    let piece = |delta: Value| event(json!({ "model": model, "choices": [{ "index": 0, "delta": delta }] }));
    let mut events: Vec<String> = pieces.iter().map(|text| piece(json!({ "content": text }))).collect();
    events.extend(refusal.map(|words| piece(json!({ "refusal": words }))));
    if fault == Some(Fault::DoubledFrame) {
        events.insert(0, events[0].clone());
    }
    events.push(event(json!({ "model": model, "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] })));
    match fault {
        Some(Fault::NoChoices) => return event(json!({ "choices": [] })),
        Some(Fault::NoUsage) => {}
        _ => events.push(event(json!({ "model": model, "choices": [], "usage": usage }))),
    }
    if fault != Some(Fault::NoDone) {
        events.push("data: [DONE]\n\n".into());
    }
    events.concat()
}

/// Sends a reply in the way of the fault; whether the connection may go on.
fn send(stream: &mut TcpStream, reply: &Wire, fault: Option<Fault>) -> std::io::Result<bool> {
    let Wire::Whole(status, headers, body) = reply else { return Ok(false) };
    let length = match fault {
        Some(Fault::Huge) => 1 << 30,
        _ => body.len(),
    };
    let close = if fault.is_some() { "Connection: close\r\n" } else { "" };
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}{close}\r\n")?;
    match fault {
        Some(Fault::ClosedMidBody) => stream.write_all(&body[..body.len() / 2])?,
        Some(Fault::Stall) => {
            stream.write_all(&body[..body.len() / 2])?;
            std::thread::sleep(Duration::from_secs(3));
        }
        Some(Fault::Drip) => {
            for byte in body.chunks(1) {
                stream.write_all(byte)?;
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Some(Fault::Huge) => {
            let block = vec![b' '; 1 << 20];
            (0..1 << 10).try_for_each(|_| stream.write_all(&block))?;
        }
        _ => stream.write_all(body)?,
    }
    Ok(fault.is_none())
}
