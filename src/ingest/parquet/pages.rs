//! What the pages of a Parquet file say that they unpack to.
//!
//! The index at the end of a file says how long each column is unpacked, and so does the head of each page. The parquet
//! crate sets memory aside by the word of the page, up to two gigabytes, without comparing it with the index: a file of
//! three hundred bytes could fill them. It also panics where the index gives a column a place before the file's start.
//! So every place and every head is looked at here, before the crate unpacks anything. A head is a struct in Thrift's
//! compact protocol, of which three numbers are wanted and the rest is passed over.

use parquet::file::metadata::ColumnChunkMetaData;

/// Structs within structs: those of a head of a page have three levels.
const MAX_DEPTH: usize = 16;

/// How many bytes the pages of a column unpack to, by their own words; `None` if the column has no place in the file
/// or a head cannot be read.
pub(super) fn unpacked_bytes(column: &ColumnChunkMetaData, file: &[u8]) -> Option<u64> {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(column.compressed_size()).ok()?)?;
    let mut rest = Thrift { bytes: file.get(start..end)? };
    let mut sum = 0_u64;
    while !rest.bytes.is_empty() {
        let [_, unpacked, packed] = rest.page_head()?;
        sum = sum.checked_add(u64::try_from(unpacked).ok()?)?;
        rest.pass(usize::try_from(packed).ok()?)?;
    }
    Some(sum)
}

/// Bytes of Thrift's compact protocol.
struct Thrift<'a> {
    bytes: &'a [u8],
}

impl Thrift<'_> {
    /// The first three fields of a head: the kind of the page, its bytes unpacked, and its bytes as they are.
    fn page_head(&mut self) -> Option<[i64; 3]> {
        let mut found = [None; 3];
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            let wanted = usize::try_from(id - 1).ok().and_then(|at| found.get_mut(at));
            match (wanted, kind) {
                (Some(number), 4..=6) => *number = Some(self.number()?),
                (Some(_), _) => return None,
                (None, kind) => self.skip(kind, 0)?,
            }
        }
        let [kind, unpacked, packed] = found;
        Some([kind?, unpacked?, packed?])
    }

    /// The kind of the next field of a struct, whose number goes into `id`; `Some(None)` at the struct's end.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *id = match byte >> 4 {
            0 => self.number()?,
            more => id.checked_add(i64::from(more))?,
        };
        Some(Some(byte & 0xf))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // A truth value is its own kind.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.number().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.pass(length)
            }
            12 if depth < MAX_DEPTH => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            // No head of a page holds a list or a map.
            _ => None,
        }
    }

    fn pass(&mut self, n_bytes: usize) -> Option<()> {
        self.bytes = self.bytes.get(n_bytes..)?;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number, whose sign is its last bit.
    fn number(&mut self) -> Option<i64> {
        let value = self.varint()?;
        let magnitude = i64::try_from(value >> 1).ok()?;
        Some(if value & 1 == 0 { magnitude } else { -magnitude - 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(bytes: &[u8]) -> Option<([i64; 3], usize)> {
        let mut thrift = Thrift { bytes };
        let head = thrift.page_head()?;
        Some((head, bytes.len() - thrift.bytes.len()))
    }

    #[test]
    fn three_numbers_are_found_and_the_rest_is_passed_over() {
        // Kind 0, 300 bytes unpacked, 100 as they are; a checksum; a struct with a number, a truth value and a text.
        let bytes =
            [0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0xc8, 0x01, 0x15, 0x05, 0x1c, 0x15, 2, 0x11, 0x18, 1, b'x', 0, 0];
        assert_eq!(head(&bytes), Some(([0, 300, 100], bytes.len())));
        assert_eq!(head(&[&bytes[..], b"page"].concat()), Some(([0, 300, 100], bytes.len())), "up to the page itself");
        for length in 0..bytes.len() {
            assert_eq!(head(&bytes[..length]), None, "cut to {length} bytes");
        }
    }

    #[test]
    fn a_head_that_nests_without_end_is_none() {
        assert_eq!(head(&[&[0x15, 0, 0x15, 0, 0x15, 0][..], &[0x2c; 100_000]].concat()), None);
    }
}
