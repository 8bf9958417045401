#![doc = include_str!("option_length.md")]

use crate::finding::Code;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::synth::Kind;
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

    fn reject(&self, _context: Context<'_>, item: &Item) -> Option<String> {
        if item.options.is_empty() {
            return item.kind.has_options().then(|| "there are no options".to_owned());
        }
        let mut texts: Vec<String> = item.options.iter().map(|option| normal_name(&option.text)).collect();
        texts.sort();
        if texts.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("two options read the same".to_owned());
        }
        // All options of a ranking are its answer, and of several right ones none stands alone; that none is right is said
        // in the same words each time.
        if matches!(item.kind, Kind::RankedList | Kind::MultipleAnswer | Kind::Unanswerable) {
            return None;
        }
        let Some(key) = item.key().filter(|&key| key < item.options.len() && item.options.len() > 1) else {
            return Some("there is not exactly one key among several options".to_owned());
        };
        let lengths: Vec<usize> = item.options.iter().map(|option| option.text.chars().count()).collect();
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

    #[test]
    fn a_key_twice_as_long_is_accepted_and_one_letter_more_is_not() {
        let sample = Sample::new();
        let mut item = sample.case();
        for (at, option) in item.options.iter_mut().enumerate() {
            option.text = ["a", "b", "c", "d"][at].repeat(6);
        }
        let key = item.key().unwrap();
        item.options[key].text = "x".repeat(12);
        assert_eq!(sample.reject(&OptionLength, &item), None);
        item.options[key].text.push('x');
        assert!(sample.reject(&OptionLength, &item).is_some());
    }

    #[test]
    fn options_that_differ_in_case_and_hyphens_read_the_same() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.options[1].text = "norrie disease".into();
        assert_eq!(sample.reject(&OptionLength, &bad), None);
        bad.options[2].text = "Norrie-Disease".into();
        assert!(sample.reject(&OptionLength, &bad).is_some());
    }
}
