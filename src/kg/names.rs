//! When two names are one.
//!
//! Sources differ in case, hyphens and accents. The normal form drops what does not tell things apart, and nothing
//! else: digits and letters stay, so that "type 1" and "type 2" differ.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower-case words of letters and digits, without accents, with one blank between: `Crohn’s-Disease` and
/// `crohn s disease` are equal.
pub fn normal_name(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut push = |character: char| {
        if character.is_alphanumeric() {
            normal.extend(character.to_lowercase());
        } else if !normal.is_empty() && !normal.ends_with(' ') {
            normal.push(' ');
        }
    };
    if text.is_ascii() {
        text.chars().for_each(&mut push);
    } else {
        text.nfkd().filter(|&character| !is_combining_mark(character)).for_each(&mut push);
    }
    normal.truncate(normal.trim_end().len());
    normal
}

/// The words of a name in normal form.
pub fn words(text: &str) -> Vec<String> {
    normal_name(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_hyphens_and_accents_do_not_tell_names_apart() {
        for (left, right) in [("Crohn-Disease", "crohn disease"), ("Sjögren", "sjogren"), (" a  b. ", "A B")] {
            assert_eq!(normal_name(left), normal_name(right));
        }
    }

    #[test]
    fn digits_do() {
        assert_ne!(normal_name("type 1"), normal_name("type 2"));
    }
}
