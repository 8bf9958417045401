//! A reply that comes piece by piece: server-sent events, put together again.
//!
//! The whole stream is read before anything is made of it; what streaming gives is that silence is noticed. A stream
//! that does not say why it ends was cut. Pieces carry no numbers, so a doubled piece shows only in that there are more
//! pieces than tokens and two alike in a row: then the whole is asked for again.

use serde::Deserialize;
use serde_json::Value;

use crate::llm::answer::Finish;
use crate::llm::answer::Said;
use crate::llm::answer::Usage;
use crate::llm::wire::Message;
use crate::llm::wire::finish;
use crate::llm::wire::shown;

/// How a stream says that it is over; some servers leave it out.
const DONE: &str = "[DONE]";

#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    model: Option<Box<str>>,
    #[serde(default)]
    choices: Vec<Change>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    delta: Message,
    #[serde(default)]
    finish_reason: Option<Box<str>>,
}

#[derive(Default)]
struct Gathered {
    content: String,
    thinking: String,
    refusal: String,
    finish: Option<Finish>,
    model: Option<Box<str>>,
    usage: Option<Usage>,
    n_pieces: u64,
    has_twins: bool,
}

/// What a whole stream says.
pub(super) fn completion(body: &str) -> Result<Said, String> {
    let mut gathered = Gathered::default();
    let mut last = "";
    for line in body.lines() {
        let Some(data) = line.strip_prefix("data:").map(str::trim).filter(|data| !data.is_empty()) else { continue };
        if data == DONE {
            break;
        }
        let piece: Piece = serde_json::from_str(data).map_err(|_| format!("a broken piece: {}", shown(data)))?;
        gathered.take(piece, data == last)?;
        last = data;
    }
    gathered.said()
}

impl Gathered {
    fn take(&mut self, piece: Piece, is_twin: bool) -> Result<(), String> {
        if let Some(error) = piece.error.filter(|error| !error.is_null()) {
            return Err(format!("an error in the stream: {}", shown(&error.to_string())));
        }
        self.model = self.model.take().or(piece.model);
        self.usage = piece.usage.or(self.usage);
        let Some(change) = piece.choices.into_iter().next() else { return Ok(()) };
        let delta = change.delta;
        let texts = [
            (&mut self.content, delta.content.as_deref()),
            (&mut self.thinking, delta.thinking()),
            (&mut self.refusal, delta.refusal.as_deref()),
        ];
        let mut has_text = false;
        for (whole, text) in texts {
            let text = text.unwrap_or_default();
            has_text |= !text.is_empty();
            whole.push_str(text);
        }
        self.n_pieces += u64::from(has_text);
        self.has_twins |= has_text && is_twin;
        self.finish = change.finish_reason.as_deref().map(finish).or(self.finish);
        Ok(())
    }

    fn said(self) -> Result<Said, String> {
        let finish = self.finish.ok_or("a stream that was cut")?;
        if self.has_twins && self.usage.is_some_and(|usage| self.n_pieces > usage.completion_tokens) {
            return Err("a stream with a piece that came twice".to_owned());
        }
        let filled = |text: String| (!text.is_empty()).then(|| text.into());
        Ok(Said {
            content: filled(self.content),
            thinking: filled(self.thinking),
            refusal: filled(self.refusal),
            finish,
            model: self.model,
            usage: self.usage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str) -> String {
        format!("data: {{\"model\":\"m\",\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    }

    const END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    fn usage(tokens: u32) -> String {
        format!(
            "data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":1,\"completion_tokens\":{tokens}}}}}\n\ndata: [DONE]\n\n"
        )
    }

    #[test]
    fn pieces_are_put_together() {
        let said = completion(&format!(": hello\n\n{}{}{END}{}", piece("Ye"), piece("s."), usage(2))).unwrap();
        assert_eq!((said.content.as_deref(), said.model.as_deref()), (Some("Yes."), Some("m")));
        assert_eq!(said.usage.unwrap().completion_tokens, 2);
    }

    #[test]
    fn a_cut_stream_is_a_failure_and_a_missing_mark_is_none() {
        let whole = format!("{}{}{END}", piece("Ye"), piece("s."));
        assert!(completion(&whole).is_ok());
        assert!(completion(&format!("{}{}", piece("Ye"), piece("s."))).is_err());
        for length in 1..whole.len() - END.len() {
            assert!(completion(&whole[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_doubled_piece_is_a_failure_and_a_repeated_word_is_none() {
        let twice = [piece("ha"), piece("ha"), END.to_owned()].concat();
        assert_eq!(completion(&format!("{twice}{}", usage(2))).unwrap().content.as_deref(), Some("haha"));
        assert!(completion(&format!("{twice}{}", usage(1))).is_err());
    }

    #[test]
    fn an_error_in_a_stream_is_a_failure() {
        let error = "data: {\"error\":{\"message\":\"out of memory\"}}\n\n";
        assert!(completion(&format!("{}{error}", piece("Ye"))).unwrap_err().contains("out of memory"));
    }
}
