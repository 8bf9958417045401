//! What a pipeline says of a model.
//!
//! What changes a reply (model, temperature, lengths) and what changes only how fast or how dear it comes (server,
//! limits, price, budget) stand in one section, because that is how a person thinks of a model; the key of a request is
//! made from the first kind alone.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use crate::llm::error::ConfigError;

/// `[llm.NAME]`: a model, where it is served, and what it may cost.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Where the server is, up to and including `/v1`: `http://127.0.0.1:8000/v1`.
    pub base_url: Box<str>,
    /// The name that the server knows the model by.
    pub model: Box<str>,
    /// The family that the model descends from, such as `qwen`: models of one lineage make the same mistakes.
    pub lineage: Option<Box<str>>,
    /// The name that the server answers with, where it is not the one it is asked for.
    pub served_as: Option<Box<str>>,
    /// The name of the environment variable that holds the key; none for a server that wants no key.
    pub key_env: Option<Box<str>>,
    /// How freely the model draws its words, from 0.0 to 2.0.
    #[serde(default)]
    pub temperature: f64,
    /// The most tokens of a reply, thinking included.
    #[serde(default = "default_max_tokens")]
    pub max_tokens: u32,
    /// Whether replies come piece by piece: a server that has gone silent is then noticed sooner.
    #[serde(default)]
    pub stream: bool,
    /// How the server is told whether the model may think.
    pub thinking_switch: Option<ThinkingSwitch>,
    /// What tokens cost.
    pub price: Option<Price>,
    /// How fast the server may be asked.
    #[serde(default)]
    pub limits: Limits,
    /// What a run may spend.
    #[serde(default)]
    pub budget: Budget,
}

/// Enough for a verdict or a paragraph; a model that thinks needs more.
fn default_max_tokens() -> u32 {
    1_024
}

/// How a server is told to let a model think, or not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingSwitch {
    /// `chat_template_kwargs.enable_thinking`, of vLLM, SGLang and llama.cpp.
    ChatTemplate,
    /// `reasoning_effort`, of hosted models and Ollama.
    ReasoningEffort,
}

/// What a million tokens cost, in whatever currency the budget is in.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A million tokens of prompts.
    pub prompt_per_million: f64,
    /// A million tokens of replies, thinking included.
    pub completion_per_million: f64,
}

impl Price {
    /// What so many tokens of prompts and of replies cost.
    #[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^53")]
    pub fn of(self, prompt_tokens: u64, completion_tokens: u64) -> f64 {
        (prompt_tokens as f64 * self.prompt_per_million + completion_tokens as f64 * self.completion_per_million) / 1e6
    }
}

/// `[llm.NAME.limits]`: how fast a server is asked. None of it changes a reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most requests in flight. How many there are is found out: one more while all goes well, half as many when
    /// the server is overloaded.
    pub max_in_flight: u32,
    /// The fewest: a server of one's own that is never too busy needs no finding out. 1 unless told otherwise.
    pub min_in_flight: u32,
    /// The most requests in any minute.
    pub requests_per_minute: Option<u32>,
    /// The most tokens in any minute, prompts and replies together.
    pub tokens_per_minute: Option<u64>,
    /// How often a request is sent before its item is given up, if the server answers others meanwhile.
    pub max_attempts: u32,
    /// How long a connection may take.
    pub connect_timeout_secs: f64,
    /// How long a server may think before its first byte.
    pub first_byte_timeout_secs: f64,
    /// How long a server may be silent in the middle of a reply.
    pub silence_timeout_secs: f64,
    /// How long a reply may take from first to last.
    pub reply_timeout_secs: f64,
    /// The first pause after a failure, which doubles with each one; a pause is drawn evenly from 0 to that.
    pub first_pause_secs: f64,
    /// The longest pause, and the longest `Retry-After` that is waited for.
    pub max_pause_secs: f64,
    /// How long the server may answer nothing at all before the run stops.
    pub max_outage_secs: f64,
    /// How often a server that is down is tried: one request in so many seconds.
    pub probe_secs: f64,
}

impl Default for Limits {
    /// Sixteen in flight suit a server of one's own and are few for a hosted one. Ten attempts outlast a server that
    /// fails three times in ten: one request in 170,000 is given up.
    fn default() -> Self {
        Self {
            max_in_flight: 16,
            min_in_flight: 1,
            requests_per_minute: None,
            tokens_per_minute: None,
            max_attempts: 10,
            connect_timeout_secs: 10.0,
            first_byte_timeout_secs: 300.0,
            silence_timeout_secs: 60.0,
            reply_timeout_secs: 900.0,
            first_pause_secs: 0.5,
            max_pause_secs: 120.0,
            max_outage_secs: 600.0,
            probe_secs: 10.0,
        }
    }
}

/// `[llm.NAME.budget]`: what a run may spend before it stops, to be gone on with by the next. What is in flight when a
/// bound is reached is still answered and kept.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// The most requests.
    pub max_requests: Option<u64>,
    /// The most tokens, prompts and replies together.
    pub max_tokens: Option<u64>,
    /// The most money, in the currency of the price.
    pub max_money: Option<f64>,
    /// The most seconds from the first request on.
    pub max_wall_secs: Option<f64>,
}

impl ModelConfig {
    /// The address that chats are completed at.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if it is no address, is not `http` or `https`, or carries a password.
    pub(super) fn endpoint(&self) -> Result<Url, ConfigError> {
        let bad = |problem| ConfigError::BaseUrl { problem };
        let url = Url::parse(&self.base_url).map_err(|_| bad("it is no address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only `http` and `https` are spoken"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(bad("a key does not belong there; name its environment variable with `key_env`"));
        }
        let path = format!("{}/chat/completions", url.path().trim_end_matches('/'));
        let mut endpoint = url;
        endpoint.set_path(&path);
        endpoint.set_fragment(None);
        Ok(endpoint)
    }

    /// The first thing that is wrong with the settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that says what would have been right.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.endpoint()?;
        let limits = &self.limits;
        let is_variable = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        if self.model.trim().is_empty() {
            return Err(ConfigError::NoModel);
        }
        if self.key_env.as_deref().is_some_and(|name| !is_variable(name)) {
            return Err(ConfigError::KeyEnv);
        }
        let money = [self.budget.max_money, self.price.map(|price| price.prompt_per_million)];
        let money = money.into_iter().chain([self.price.map(|price| price.completion_per_million)]).flatten();
        for (field, value) in [("temperature", self.temperature)].into_iter().chain(money.map(|sum| ("price", sum))) {
            let most = if field == "temperature" { 2.0 } else { f64::MAX };
            if !(0.0..=most).contains(&value) {
                return Err(ConfigError::Range { field, least: 0.0, most });
            }
        }
        let at_least_one = [
            ("max_tokens", u64::from(self.max_tokens)),
            ("max_in_flight", u64::from(limits.max_in_flight)),
            ("min_in_flight", u64::from(limits.min_in_flight)),
            ("max_attempts", u64::from(limits.max_attempts)),
            ("requests_per_minute", limits.requests_per_minute.map_or(1, u64::from)),
            ("tokens_per_minute", limits.tokens_per_minute.unwrap_or(1)),
        ];
        if let Some(&(field, _)) = at_least_one.iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Range { field, least: 1.0, most: f64::MAX });
        }
        if limits.min_in_flight > limits.max_in_flight {
            let most = f64::from(limits.max_in_flight);
            return Err(ConfigError::Range { field: "min_in_flight", least: 1.0, most });
        }
        let seconds = [
            ("connect_timeout_secs", limits.connect_timeout_secs),
            ("first_byte_timeout_secs", limits.first_byte_timeout_secs),
            ("silence_timeout_secs", limits.silence_timeout_secs),
            ("reply_timeout_secs", limits.reply_timeout_secs),
            ("first_pause_secs", limits.first_pause_secs),
            ("max_pause_secs", limits.max_pause_secs),
            ("max_outage_secs", limits.max_outage_secs),
            ("probe_secs", limits.probe_secs),
            ("max_wall_secs", self.budget.max_wall_secs.unwrap_or(1.0)),
        ];
        match seconds.iter().find(|(_, secs)| !(SHORTEST_SECS..=LONGEST_SECS).contains(secs)) {
            Some(&(field, _)) => Err(ConfigError::Range { field, least: SHORTEST_SECS, most: LONGEST_SECS }),
            None if self.budget.max_money.is_some() && self.price.is_none() => Err(ConfigError::NoPrice),
            None => Ok(()),
        }
    }
}

const SHORTEST_SECS: f64 = 0.001;
/// A month: beyond it somebody meant something else.
const LONGEST_SECS: f64 = 2_678_400.0;

/// Seconds that were checked before.
pub(super) fn secs(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ModelConfig {
        toml::from_str(&format!("base_url = 'http://localhost:8000/v1'\nmodel = 'm'\n{text}")).unwrap()
    }

    #[test]
    fn a_short_section_is_enough() {
        let config = config("");
        assert!(config.check().is_ok());
        assert_eq!(config.endpoint().unwrap().as_str(), "http://localhost:8000/v1/chat/completions");
    }

    #[test]
    fn a_mistake_says_what_would_have_been_right() {
        for (text, expected) in [
            ("temperature = -1.0", "`temperature` must be from 0 to 2"),
            ("max_tokens = 0", "`max_tokens` must be at least 1"),
            ("key_env = 'sk-123'", "`key_env` is the name of an environment variable"),
            ("[budget]\nmax_money = 1.0", "a budget in money needs `price`"),
            ("[limits]\nmin_in_flight = 17", "`min_in_flight` must be from 1 to 16"),
            ("[limits]\nsilence_timeout_secs = 0.0", "`silence_timeout_secs` must be from 0.001 to 2678400"),
        ] {
            let message = config(text).check().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn an_address_with_a_password_or_of_another_kind_is_refused() {
        for url in ["ftp://x/v1", "http://me:secret@x/v1", "https://x/v1?key=secret", "x"] {
            let config = ModelConfig { base_url: url.into(), ..config("") };
            let message = config.check().unwrap_err().to_string();
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn an_unknown_setting_is_a_mistake() {
        let text = "base_url = 'http://x'\nmodel = 'm'\napi_key = 'sk'\n";
        assert!(toml::from_str::<ModelConfig>(text).unwrap_err().to_string().contains("unknown field `api_key`"));
    }
}
