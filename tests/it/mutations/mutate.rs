//! Changes that a file may suffer: on a disk, in an editor, on the wire, or by someone's intent.
//!
//! Every draw comes from the stream of one mutation's number, so that a number is all it takes to see a failure again.
//! The dictionary is harvested from the cases of the format itself: what one of its pages shows is what its reader
//! looks for, and no list of tokens has to follow when a reader learns another.

use thinkpath::seed::Stream;

/// What means something in one format or another, and what means nothing in any.
const SIGNS: &[&[u8]] = &[
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"|",
    b":",
    b"\"",
    b"\"\"",
    b"'",
    b"\\",
    b"\\u",
    b"\\uD800",
    b"#",
    b"@",
    b"<",
    b">",
    b"</",
    b"/>",
    b"<!--",
    b"<![CDATA[",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&",
    b"&a;",
    b"&#0;",
    b"&#x110000;",
    b";",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b"- ",
    b"---\n",
    b"...\n",
    b"::",
    b"&a ",
    b"*a",
    b"!!",
    b"%",
    b"<<: ",
    b"null",
    b"true",
    b"nan",
    b"http://",
    b"_:",
    b"^^",
    b"\"\"\"",
    b"\0",
    b"\x1b[31m",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{200b}".as_bytes(),
    "e\u{301}".as_bytes(),
    "İ".as_bytes(),
    "ß".as_bytes(),
    "\u{85}".as_bytes(),
    "\u{a0}".as_bytes(),
    b"../",
    b"  ",
];

/// Numbers at which arithmetic ends.
const EXTREMES: &[&str] = &[
    "0",
    "-0",
    "-1",
    "00",
    "127",
    "128",
    "255",
    "256",
    "32767",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "-9223372036854775809",
    "1e308",
    "1e309",
    "1e-400",
    "0.1",
    "0x10",
    "1_000",
    "٣",
    "99999999999999999999999999999999999999999",
];

/// Up to so many bytes a repeated piece may grow.
const MAX_REPEATED_BYTES: usize = 1 << 14;
/// Longer than any line may be.
const HUGE_LINE_BYTES: usize = (16 << 20) + 2;

/// The words of the cases of a page, each once, in their order.
pub(super) fn dictionary<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut seen = std::collections::BTreeSet::new();
    let words =
        texts.flat_map(|text| text.split(|byte| is_between(*byte))).filter(|word| (1..40).contains(&word.len()));
    words.filter(|word| seen.insert(word.to_vec())).map(<[u8]>::to_vec).collect()
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'<>{}[](),;|=".contains(&byte)
}

/// Draws changes from one stream.
pub(super) struct Mutator<'a> {
    /// Where all draws come from.
    pub(super) stream: &'a mut Stream,
    /// Words of the format.
    pub(super) words: &'a [Vec<u8>],
    /// Other files of the format, to splice from.
    pub(super) others: &'a [&'a [u8]],
}

impl Mutator<'_> {
    /// A text with one to six changes.
    pub(super) fn mutate(&mut self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for _ in 0..=self.stream.below(6) {
            self.change(&mut text);
        }
        text
    }

    fn change(&mut self, text: &mut Vec<u8>) {
        let at = self.stream.below(text.len() + 1);
        match self.stream.below(17) {
            0 => {
                let bit = 1 << self.stream.below(8);
                text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
            }
            1 => {
                let byte = self.stream.next_u64().to_le_bytes()[0];
                text.splice(at..(at + 1).min(text.len()), [byte]);
            }
            2 => {
                let end = (at + 1 + self.stream.below(12)).min(text.len());
                text.drain(at..end);
            }
            3 => {
                let line = self.line(text);
                text.drain(line);
            }
            4 => {
                let (line, to) = (self.line(text), self.line(text));
                let copy = text[line].to_vec();
                text.splice(to.start..to.start, copy);
            }
            5 => {
                let (line, to) = (self.line(text), self.line(text));
                let copy = text[line].to_vec();
                text.splice(to, copy);
            }
            6 => {
                let other = self.others.get(self.stream.below(self.others.len())).copied().unwrap_or_default();
                let line = self.line(other);
                let to = self.line(text);
                text.splice(to.start..to.start, other[line].iter().copied());
            }
            7 => text.truncate(at),
            8..=9 => {
                let word = self.word(text, at);
                let other = self.words.get(self.stream.below(self.words.len())).cloned().unwrap_or_default();
                text.splice(word, other);
            }
            10 => {
                let number = self.number(text, at);
                let extreme = EXTREMES[self.stream.below(EXTREMES.len())];
                text.splice(number, extreme.bytes());
            }
            11..=13 => {
                let sign = SIGNS[self.stream.below(SIGNS.len())];
                text.splice(at..at, sign.iter().copied());
            }
            14 => {
                let end = (at + 1 + self.stream.below(8)).min(text.len());
                let piece = text[at..end].to_vec();
                let n_times = self.stream.below(MAX_REPEATED_BYTES) / piece.len().max(1);
                text.splice(at..at, piece.repeat(n_times));
            }
            15 => {
                let (one, other) = (self.word(text, at), self.stream.below(text.len() + 1));
                let other = self.word(text, other);
                if one.end <= other.start {
                    let (first, last) = (text[one.clone()].to_vec(), text[other.clone()].to_vec());
                    text.splice(other, first);
                    text.splice(one, last);
                }
            }
            _ => self.whole(text, at),
        }
    }

    /// What befalls a whole file, and is slow or hides what else is wrong, so that it is rare.
    fn whole(&mut self, text: &mut Vec<u8>, at: usize) {
        match self.stream.below(16) {
            0 if self.stream.below(8) == 0 => {
                text.splice(at..at, std::iter::repeat_n(b'x', HUGE_LINE_BYTES));
            }
            1 => text.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
            2 => *text = text.iter().flat_map(|byte| [byte, &0]).copied().collect(),
            3..=6 => {
                let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
                *text = lines.join(&b"\r\n"[..]);
            }
            7..=9 => text.retain(|byte| *byte != b'\n'),
            10..=11 => text.iter_mut().filter(|byte| **byte == b'\t').for_each(|byte| *byte = b' '),
            _ => {
                let copy = text.clone();
                text.extend(copy);
            }
        }
    }

    /// A line, with its end.
    fn line(&mut self, text: &[u8]) -> std::ops::Range<usize> {
        let at = self.stream.below(text.len());
        let start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end + 1);
        start..end
    }

    /// The word at a place, or the first behind it.
    fn word(&mut self, text: &[u8], at: usize) -> std::ops::Range<usize> {
        let start = text[at..].iter().position(|byte| !is_between(*byte)).map_or(text.len(), |start| at + start);
        let end = text[start..].iter().position(|byte| is_between(*byte)).map_or(text.len(), |end| start + end);
        start..end
    }

    /// The digits behind a place.
    fn number(&mut self, text: &[u8], at: usize) -> std::ops::Range<usize> {
        let start = text[at..].iter().position(u8::is_ascii_digit).map_or(text.len(), |start| at + start);
        let end = text[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(text.len(), |end| start + end);
        start..end
    }
}
