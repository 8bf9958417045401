//! A key that cannot be shown.
//!
//! Keys leak through messages, not through sockets: an error that quotes a header, a server that quotes the key it was
//! given, a structure printed for debugging. So the text is private, has no `Display`, and whatever a server sends is
//! cleaned of it before anything else sees it.

use std::fmt;

/// Stands where a key stood.
const REDACTED: &str = "[key]";

/// A key for a server. It comes from the environment and is shown nowhere.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// A key; none if the text is empty but for spaces, or cannot stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_sendable.then(|| Self(text.into()))
    }

    /// The text without the key, wherever a server has put it.
    pub fn redact(&self, text: String) -> String {
        if text.contains(&*self.0) { text.replace(&*self.0, REDACTED) } else { text }
    }

    /// What goes into the header `Authorization`, and nowhere else.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        let secret = Secret::new(" sk-canary\n").unwrap();
        assert_eq!(format!("{secret:?}"), "[key]");
        assert_eq!(secret.redact("Incorrect API key: sk-canary.".into()), "Incorrect API key: [key].");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_key() {
        for text in ["", "  ", "a\nb", "clé"] {
            assert!(Secret::new(text).is_none(), "{text:?}");
        }
    }
}
