#![doc = include_str!("option_length.md")]

use crate::finding::Code;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// The key does not stand out by its length.
pub(super) struct OptionLength;

impl Check for OptionLength {
    fn code(&self) -> Code {
        Code("V204")
    }

    fn page(&self) -> &'static str {
        include_str!("option_length.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let _ = context;
        let key = item.key()?;
        let mut texts: Vec<String> = item.options.iter().map(|option| normal_name(&option.text)).collect();
        let lengths: Vec<usize> = item.options.iter().map(|option| option.text.chars().count()).collect();
        texts.sort();
        if texts.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("two options read the same".to_owned());
        }
        let others = || lengths.iter().enumerate().filter(|(at, _)| *at != key).map(|(_, length)| *length);
        let (length, longest, shortest) = (*lengths.get(key)?, others().max()?, others().min()?);
        if length > 2 * longest {
            return Some("the key is more than twice as long as any other option".to_owned());
        }
        (2 * length < shortest).then(|| "the key is less than half as long as any other option".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_key_that_stands_out_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&OptionLength, &item), None);
        let mut bad = item.clone();
        let key = bad.key().unwrap();
        bad.options[key].text = "very ".repeat(40);
        assert!(sample.reject(&OptionLength, &bad).is_some());
    }
}
