//! One request and what came of it.
//!
//! The only place that holds the key and that touches the network. Redirects are not followed, so that the key goes to
//! no other host; nothing is unpacked; a body has a largest size; and the key is taken out of whatever the server sends
//! before anything else reads it.

use std::error::Error as _;
use std::time::Duration;

use reqwest::Client;
use reqwest::Response;
use reqwest::Url;
use reqwest::header::AUTHORIZATION;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::DATE;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use reqwest::header::RETRY_AFTER;
use tokio::time::timeout;

use crate::llm::answer::Answer;
use crate::llm::answer::Said;
use crate::llm::config::ModelConfig;
use crate::llm::config::secs;
use crate::llm::error::ModelError;
use crate::llm::flow::wanted_pause;
use crate::llm::secret::Secret;
use crate::llm::stream;
use crate::llm::wire;

/// The longest body that is read: far more than any model says.
const MAX_BODY: usize = 16 << 20;
/// How a stream ends; there are servers that then keep the connection open.
const END_OF_STREAM: &[u8] = b"data: [DONE]";
/// What a server calls an account that is empty, with the status of one that is in a hurry.
const NO_QUOTA: &str = "insufficient_quota";

/// What came of a request.
#[derive(Debug)]
pub(super) enum Sent {
    /// An answer to this request.
    Answered(Answer),
    /// None: it may be sent again.
    Failed {
        /// What happened.
        reason: Box<str>,
        /// Whether the server has too much to do.
        is_overload: bool,
        /// How long the server wants to be left alone.
        wanted: Option<Duration>,
        /// Whether no server was reached.
        is_unsent: bool,
    },
    /// The server refuses whoever asks.
    Forbidden {
        /// The status and what it says.
        reason: Box<str>,
    },
}

impl Sent {
    fn failed(reason: impl Into<Box<str>>) -> Self {
        Self::Failed { reason: reason.into(), is_overload: false, wanted: None, is_unsent: false }
    }
}

/// The way to a server.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
    endpoint: Url,
    key: Option<Secret>,
    config: ModelConfig,
}

impl Exchange {
    pub(super) fn new(config: &ModelConfig, endpoint: Url, key: Option<Secret>) -> Result<Self, ModelError> {
        // Whoever was there first has installed one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let unsendable = || ModelError::Client { problem: "the key cannot stand in a header".into() };
        if let Some(key) = &key {
            let mut value = HeaderValue::from_str(&key.bearer()).map_err(|_| unsendable())?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("thinkpath/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(secs(config.limits.connect_timeout_secs))
            .build();
        let client = client.map_err(|error| ModelError::Client { problem: error.to_string().into() })?;
        Ok(Self { client, endpoint, key, config: config.clone() })
    }

    /// Sends a body, within the time that a reply may take.
    pub(super) async fn send(&self, body: String) -> Sent {
        let longest = secs(self.config.limits.reply_timeout_secs);
        match timeout(longest, self.exchange(body)).await {
            Ok(sent) => sent,
            Err(_) => Sent::failed(format!("no whole reply in {} s", self.config.limits.reply_timeout_secs)),
        }
    }

    async fn exchange(&self, body: String) -> Sent {
        let limits = &self.config.limits;
        let request = self.client.post(self.endpoint.clone()).body(body).send();
        let response = match timeout(secs(limits.first_byte_timeout_secs), request).await {
            Err(_) => return Sent::failed(format!("nothing in {} s", limits.first_byte_timeout_secs)),
            Ok(Err(error)) => {
                let is_unsent = error.is_connect() || error.is_builder();
                let reason = self.told(&error);
                return Sent::Failed { reason, is_overload: false, wanted: None, is_unsent };
            }
            Ok(Ok(response)) => response,
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let read = self.read(response).await;
        if !(200..300).contains(&status) {
            // What could not be read of an error is no loss.
            return refused(status, &headers, &read.unwrap_or_default());
        }
        let text = match read {
            Ok(text) => text,
            Err(reason) => return Sent::failed(reason),
        };
        let said = if self.config.stream { stream::completion(&text) } else { wire::completion(&text) };
        match said {
            Ok(said) => self.of_asked(said),
            Err(reason) => Sent::failed(reason),
        }
    }

    /// What the model said, if it is the one that was asked.
    fn of_asked(&self, said: Said) -> Sent {
        let answered = said.model.as_deref();
        if wire::is_asked(&self.config, answered) {
            return Sent::Answered(Answer::Said(said));
        }
        let answered = wire::shown(answered.unwrap_or_default());
        let reason = format!("it answers as `{answered}`; if that is the model, set `served_as = \"{answered}\"`");
        Sent::Forbidden { reason: reason.into() }
    }

    /// The body, which may be neither too long nor too slow, without the key.
    async fn read(&self, mut response: Response) -> Result<String, String> {
        let limits = &self.config.limits;
        let mut body = Vec::new();
        loop {
            let chunk = timeout(secs(limits.silence_timeout_secs), response.chunk()).await;
            let chunk = chunk.map_err(|_| format!("silence for {} s in a reply", limits.silence_timeout_secs))?;
            let Some(chunk) = chunk.map_err(|error| self.told(&error).into_string())? else { break };
            if body.len() + chunk.len() > MAX_BODY {
                return Err(format!("a reply of more than {} MiB", MAX_BODY >> 20));
            }
            body.extend_from_slice(&chunk);
            if self.config.stream && body.trim_ascii_end().ends_with(END_OF_STREAM) {
                break;
            }
        }
        let text = String::from_utf8(body).map_err(|_| "a reply that is no UTF-8".to_owned())?;
        Ok(self.redacted(text))
    }

    /// A text without the key.
    fn redacted(&self, text: String) -> String {
        match &self.key {
            Some(key) => key.redact(text),
            None => text,
        }
    }

    /// What the client says of a failure: the innermost cause, without the address.
    fn told(&self, error: &reqwest::Error) -> Box<str> {
        // An error without a cause would show the address, which is in the pipeline and needs no saying.
        let mut text = "the request failed".to_owned();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text = deeper.to_string();
            cause = deeper.source();
        }
        let what = if error.is_connect() { "no connection: " } else { "" };
        self.redacted(format!("{what}{}", wire::shown(&text))).into()
    }
}

/// What a status that is no success means.
fn refused(status: u16, headers: &HeaderMap, body: &str) -> Sent {
    let message = wire::shown(body);
    let reason = format!("{status}: {message}").into();
    match status {
        400 | 413 | 422 => Sent::Answered(Answer::Refused { status, message: message.into() }),
        429 if body.contains(NO_QUOTA) => Sent::Forbidden { reason },
        408 | 409 | 425 | 429 | 500.. => {
            let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
            let wanted = header(RETRY_AFTER).and_then(|text| wanted_pause(text, header(DATE)));
            Sent::Failed { reason, is_overload: status == 429 || status >= 500, wanted, is_unsent: false }
        }
        _ => Sent::Forbidden { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_about_the_request_the_server_or_everybody() {
        let kind = |status, body| match refused(status, &HeaderMap::new(), body) {
            Sent::Answered(_) => "item",
            Sent::Failed { is_overload: true, .. } => "overload",
            Sent::Failed { .. } => "again",
            Sent::Forbidden { .. } => "everybody",
        };
        for (expected, statuses) in [
            ("item", &[400, 413, 422][..]),
            ("again", &[408, 409, 425]),
            ("overload", &[429, 500, 502, 503, 504, 529]),
            ("everybody", &[301, 307, 401, 402, 403, 404, 405, 410]),
        ] {
            for &status in statuses {
                assert_eq!(kind(status, ""), expected, "{status}");
            }
        }
        assert_eq!(kind(429, r#"{"error":{"code":"insufficient_quota"}}"#), "everybody");
    }
}
