//! A request as every machine writes it, and the key that its replies are kept under.
//!
//! Two requests are the same if the same words go to the same model with the same settings. So the key is SHA-256 of one
//! canonical JSON text, and of the number of the sample. Where the server stands, how fast it is asked and whether it
//! streams change no word of a reply and are not in it: a journal that was filled on one machine answers on another.

use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;

use crate::llm::Form;
use crate::llm::Prompt;
use crate::llm::config::ModelConfig;
use crate::llm::config::ThinkingSwitch;
use crate::seed::hex;

/// Raised whenever the canonical text changes its meaning: old journals then answer nothing, instead of wrongly.
const FORMAT: u32 = 1;

/// What is asked for if a reply is not of the form that was asked for.
const REPAIR: &str = "That reply cannot be used: PROBLEM. Answer again, with the JSON object alone.";

/// SHA-256 of a canonical request and the number of its sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// As 64 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// The reverse of [`Key::to_hex`].
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        bytes.try_into().ok().map(Self)
    }

    /// What the server's draws start from: each sample and each try has its own, the same on every machine.
    fn seed(self, number: u32) -> u32 {
        let digest = Sha256::new().chain_update(self.0).chain_update(number.to_le_bytes()).finalize();
        // Servers keep it in 32 bits with a sign.
        digest.iter().take(4).fold(0, |seed, &byte| seed << 8 | u32::from(byte)) >> 1
    }
}

/// A prompt with the settings of the model that is asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    canonical: Value,
    key: Key,
    n_bytes: u64,
}

impl Request {
    /// The request for a prompt.
    pub(super) fn new(prompt: &Prompt, config: &ModelConfig) -> Self {
        let message = |role: &str, text: &str| json!({ "role": role, "content": text });
        let system = prompt.system.as_deref().map(|text| message("system", text));
        let messages: Vec<Value> = system.into_iter().chain([message("user", &prompt.user)]).collect();
        Self::of(&messages, prompt, config)
    }

    /// The request that asks once more, after a reply that is not of the form that was asked for.
    pub(super) fn repair(&self, said: &str, problem: &str, prompt: &Prompt, config: &ModelConfig) -> Self {
        let mut messages = self.canonical["messages"].as_array().cloned().unwrap_or_default();
        messages.push(json!({ "role": "assistant", "content": said }));
        messages.push(json!({ "role": "user", "content": REPAIR.replace("PROBLEM", problem) }));
        Self::of(&messages, prompt, config)
    }

    fn of(messages: &[Value], prompt: &Prompt, config: &ModelConfig) -> Self {
        let mut canonical = json!({
            "model": config.model,
            "messages": messages,
            "temperature": config.temperature,
            "max_tokens": config.max_tokens,
        });
        if let Form::Json(schema) = &prompt.form {
            canonical["response_format"] = json!({
                "type": "json_schema",
                "json_schema": { "name": schema.name(), "strict": true, "schema": schema.as_json() },
            });
        }
        let may_think = prompt.form == Form::Thinking;
        match config.thinking_switch {
            Some(ThinkingSwitch::ChatTemplate) => {
                canonical["chat_template_kwargs"] = json!({ "enable_thinking": may_think });
            }
            Some(ThinkingSwitch::ReasoningEffort) => {
                canonical["reasoning_effort"] = json!(if may_think { "medium" } else { "none" });
            }
            None => {}
        }
        let text = canonical.to_string();
        let hasher = Sha256::new().chain_update(FORMAT.to_le_bytes()).chain_update((text.len() as u64).to_le_bytes());
        let digest = hasher.chain_update(&text).chain_update(prompt.sample.to_le_bytes()).finalize();
        Self { canonical, key: Key(digest.into()), n_bytes: text.len() as u64 }
    }

    /// What its replies are kept under.
    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// The most tokens that its prompt can be: no token is shorter than a byte.
    pub(super) fn max_prompt_tokens(&self) -> u64 {
        self.n_bytes
    }

    /// About how many tokens its prompt is: four bytes of English each.
    pub(super) fn likely_prompt_tokens(&self) -> u64 {
        self.n_bytes.div_ceil(4)
    }

    /// What is sent, for the try of this number from 0.
    pub(super) fn body(&self, number: u32, is_streamed: bool) -> String {
        let mut body = self.canonical.clone();
        body["seed"] = json!(self.key.seed(number));
        body["stream"] = json!(is_streamed);
        if is_streamed {
            body["stream_options"] = json!({ "include_usage": true });
        }
        body.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Schema;

    fn config(more: &str) -> ModelConfig {
        toml::from_str(&format!("base_url = 'http://x/v1'\nmodel = 'm'\n{more}")).unwrap()
    }

    fn key(prompt: &Prompt, more: &str) -> Key {
        Request::new(prompt, &config(more)).key()
    }

    #[test]
    fn what_changes_a_reply_changes_the_key() {
        let prompt = Prompt::text("Is it?");
        let own = key(&prompt, "");
        let schema = Schema::new("v", json!({ "type": "object", "properties": {} })).unwrap();
        for other in [
            Prompt::text("Is it"),
            Prompt { system: Some("Be brief.".into()), ..prompt.clone() },
            Prompt { sample: 1, ..prompt.clone() },
            Prompt { form: Form::Json(schema), ..prompt.clone() },
        ] {
            assert_ne!(own, key(&other, ""), "{other:?}");
        }
        for more in ["temperature = 0.5", "max_tokens = 5", "thinking_switch = 'chat_template'"] {
            assert_ne!(own, key(&prompt, more), "{more}");
        }
    }

    #[test]
    fn how_fast_and_where_is_asked_does_not() {
        let prompt = Prompt::text("Is it?");
        let own = key(&prompt, "");
        for more in ["stream = true", "key_env = 'K'", "[limits]\nmax_in_flight = 2", "[budget]\nmax_requests = 2"] {
            assert_eq!(own, key(&prompt, more), "{more}");
        }
        let elsewhere = ModelConfig { base_url: "https://y/v1".into(), ..config("") };
        assert_eq!(own, Request::new(&prompt, &elsewhere).key());
    }

    #[test]
    fn the_key_of_a_request_stays_what_it_is() {
        // A change here makes every journal worthless: raise FORMAT and say so in the changelog.
        let shown = key(&Prompt::text("Is it?"), "").to_hex();
        assert_eq!(shown, "7fda9c2b8928850462cf0ee4d476615ce29cb69cb2c12353622568beada02d98");
        assert_eq!(Key::from_hex(&shown).unwrap().to_hex(), shown);
        assert!(Key::from_hex("abc").is_none() && Key::from_hex(&"g".repeat(64)).is_none());
    }

    #[test]
    fn each_sample_and_each_try_has_a_seed_of_its_own() {
        let body = |sample: u32, number: u32| {
            let request = Request::new(&Prompt { sample, ..Prompt::text("Is it?") }, &config(""));
            let body: Value = serde_json::from_str(&request.body(number, false)).unwrap();
            body["seed"].as_u64().unwrap()
        };
        let seeds: std::collections::BTreeSet<u64> =
            [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(sample, number)| body(sample, number)).into();
        assert_eq!(seeds.len(), 4);
        assert!(seeds.iter().all(|&seed| seed < 1 << 31));
        assert_eq!(body(1, 1), body(1, 1));
    }

    #[test]
    fn a_repair_quotes_what_was_said() {
        let prompt = Prompt::text("Is it?");
        let request = Request::new(&prompt, &config(""));
        let repair = request.repair("perhaps", "it is no JSON", &prompt, &config(""));
        assert_ne!(request.key(), repair.key());
        let messages = repair.canonical["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 3);
        assert!(messages[2]["content"].as_str().unwrap().contains("it is no JSON"));
    }
}
