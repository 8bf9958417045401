//! Parquet as rows of text.
//!
//! A table of edges means the same in Parquet as in CSV, so its readers get the same fields of text: numbers in
//! decimal digits, and whole ones without a point, because a column of numbers with gaps is often stored as floating
//! point and `5258.0` is no identifier; lists by the separator; what is missing is empty. A row has no line, so places
//! count rows from 1. The file is held in memory, because its index stands at its end. How far a file may unpack is
//! bounded as for gzip, by what it says beforehand and by what its rows turn out to be: a value that stands once in a
//! dictionary can be that of a billion rows.

mod pages;

use std::io::Read as _;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;
use parquet::record::reader::RowIter;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::location::Location;

/// Columns may unpack to this much whatever their ratio, and else to so many times the file's size: as for gzip.
const ALWAYS_ALLOWED_BYTES: u64 = 16 << 20;
const MAX_RATIO: u64 = 200;
/// Tables of nodes or edges have some dozen columns; thirty thousand take most of a gigabyte to prepare for.
const MAX_COLUMNS: usize = 1_000;
/// The index takes many times its length once it is read.
const MAX_INDEX_BYTES: u32 = 4 << 20;

/// A Parquet file, read row by row.
pub(super) struct ParquetTable {
    path: Box<str>,
    names: Vec<Box<str>>,
    rows: RowIter<'static>,
    separator: char,
    number: u32,
    row: Vec<String>,
    limit_bytes: u64,
    /// What rows may still unpack to.
    left_bytes: u64,
}

impl ParquetTable {
    /// Reads the names of the columns.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file is no Parquet or unpacks to more than a data file would.
    pub(super) fn open(input: Input, separator: char) -> Result<Self, ReadError> {
        let path: Box<str> = input.path().into();
        let mut content = Vec::new();
        input.into_reader().read_to_end(&mut content).map_err(|error| Input::error(&path, error))?;
        let limit_bytes = ALWAYS_ALLOWED_BYTES.max((content.len() as u64).saturating_mul(MAX_RATIO));
        let format_error =
            |problem: &str| ReadError::Format { location: Location::line(path.clone(), 1), problem: problem.into() };
        let wrong = |error: ParquetError| format_error(&format!("this is no Parquet file: {}", plain(&error)));
        if let Some(n_bytes) = index_bytes(&content).filter(|&n_bytes| n_bytes > MAX_INDEX_BYTES) {
            let problem = format!("the index of the file claims {n_bytes} bytes, more than {MAX_INDEX_BYTES}");
            return Err(format_error(&problem));
        }
        let content = Bytes::from(content);
        let reader = SerializedFileReader::new(content.clone()).map_err(wrong)?;
        let n_columns = reader.metadata().file_metadata().schema().get_fields().len();
        if n_columns > MAX_COLUMNS {
            let problem = format!("the table has {n_columns} columns, more than {MAX_COLUMNS}");
            return Err(format_error(&problem));
        }
        let unpacked_bytes = unpacked_bytes(reader.metadata(), &content)
            .ok_or_else(|| format_error("the head of a page cannot be read; the file is damaged, fetch it again"))?;
        if unpacked_bytes.max(separator_bytes(reader.metadata())) > limit_bytes {
            return Err(ReadError::Bomb { path, limit_bytes });
        }
        let fields = reader.metadata().file_metadata().schema().get_fields();
        let names = fields.iter().map(|field| field.name().into()).collect();
        let rows = RowIter::from_file_into(Box::new(reader));
        Ok(Self { path, names, rows, separator, number: 0, row: Vec::new(), limit_bytes, left_bytes: limit_bytes })
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// The path as the user would name it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Goes to the next row and gives its number.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if a page is damaged: what follows it cannot be found.
    pub(super) fn next_row(&mut self) -> Result<Option<u32>, ReadError> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        self.number = self.number.saturating_add(1);
        let row = row.map_err(|error| ReadError::Format {
            location: Location::line(self.path.clone(), self.number),
            problem: format!("the row cannot be unpacked: {}", plain(&error)).into(),
        })?;
        let separator = self.separator;
        self.row.clear();
        self.row.extend(row.get_column_iter().map(|(_, field)| text_of(field, separator)));
        // As much as the row would have in a table of text, with what parts its fields.
        let n_bytes = self.row.iter().map(|field| field.len() as u64 + 1).sum();
        let left_bytes = self.left_bytes.checked_sub(n_bytes);
        self.left_bytes =
            left_bytes.ok_or_else(|| ReadError::Bomb { path: self.path.clone(), limit_bytes: self.limit_bytes })?;
        Ok(Some(self.number))
    }

    /// A field of the row, without blanks around it.
    pub(super) fn field(&self, column: usize) -> &str {
        self.row.get(column).map_or("", |field| field.trim())
    }
}

/// The message without the kind that the library puts before it.
fn plain(error: &ParquetError) -> String {
    let text = error.to_string();
    let short = text.split_once(": ").map_or(&*text, |(_, rest)| rest).to_owned();
    crate::finding::printable(&short)
}

/// How long the index says it is, before it is read: the number before the mark at the end.
fn index_bytes(file: &[u8]) -> Option<u32> {
    let (_, length) = file.strip_suffix(b"PAR1")?.split_last_chunk()?;
    Some(u32::from_le_bytes(*length))
}

/// What all pages unpack to, by the index or by their own heads, whichever is more; `None` if a page cannot be found.
fn unpacked_bytes(metadata: &ParquetMetaData, file: &[u8]) -> Option<u64> {
    let mut columns = metadata.row_groups().iter().flat_map(parquet::file::metadata::RowGroupMetaData::columns);
    columns.try_fold(0_u64, |sum, column| {
        let by_index = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
        Some(sum.saturating_add(by_index.max(pages::unpacked_bytes(column, file)?)))
    })
}

/// What a table of text would need for no more than parting the fields of all rows.
fn separator_bytes(metadata: &ParquetMetaData) -> u64 {
    let n_columns = metadata.file_metadata().schema().get_fields().len() as u64;
    let n_rows = metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX));
    n_rows.fold(0, u64::saturating_add).saturating_mul(n_columns)
}

/// A value as a table of text would have it.
fn text_of(field: &Field, separator: char) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::ListInternal(list) => {
            let parts: Vec<String> = list.elements().iter().map(|part| text_of(part, separator)).collect();
            parts.join(&separator.to_string())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow_array::ArrayRef;
    use arrow_array::Float64Array;
    use arrow_array::Int64Array;
    use arrow_array::ListArray;
    use arrow_array::RecordBatch;
    use arrow_array::StringArray;
    use arrow_array::builder::ListBuilder;
    use arrow_array::builder::StringBuilder;
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Compression;
    use parquet::file::properties::WriterProperties;

    fn file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn lists(rows: &[&[&str]]) -> ListArray {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for row in rows {
            row.iter().for_each(|part| builder.values().append_value(part));
            builder.append(true);
        }
        builder.finish()
    }

    #[test]
    fn every_type_becomes_the_text_that_a_table_would_have() {
        let bytes = file(vec![
            ("text", Arc::new(StringArray::from(vec![Some(" a "), None]))),
            ("whole", Arc::new(Int64Array::from(vec![Some(5258), None]))),
            ("float", Arc::new(Float64Array::from(vec![Some(5258.0), Some(0.5)]))),
            ("list", Arc::new(lists(&[&["x", "y"], &[]]))),
        ]);
        let mut table = ParquetTable::open(Input::of_bytes("a.parquet", bytes), ';').unwrap();
        assert_eq!(table.names(), ["text", "whole", "float", "list"].map(Box::from));
        let mut rows = Vec::new();
        while let Some(number) = table.next_row().unwrap() {
            rows.push((number, [0, 1, 2, 3].map(|column| table.field(column).to_owned())));
        }
        assert_eq!(rows[0], (1, ["a", "5258", "5258", "x;y"].map(str::to_owned)));
        assert_eq!(rows[1], (2, ["", "", "0.5", ""].map(str::to_owned)));
    }

    #[test]
    fn a_value_that_is_that_of_very_many_rows_is_a_bomb() {
        let bomb = |text: &str, n_rows: usize| {
            let column: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, n_rows)));
            let mut table = ParquetTable::open(Input::of_bytes("a", file(vec![("x", column)])), '|')?;
            while table.next_row()?.is_some() {}
            Ok(table.number)
        };
        let refused = |error: ReadError| matches!(error, ReadError::Bomb { limit_bytes: 16_777_216, .. });
        assert_eq!(bomb("a", 1_000).unwrap(), 1_000);
        let long = "a".repeat(2_000);
        assert!(bomb(&long, 10_000).is_err_and(refused), "by what the rows turn out to be");
        assert!(bomb("", (16 << 20) + 1).is_err_and(refused), "by their number alone");
    }

    #[test]
    fn a_table_of_very_many_columns_is_refused() {
        let error = |n_columns: usize| {
            let names: Vec<String> = (0..n_columns).map(|number| format!("c{number}")).collect();
            let column = || -> ArrayRef { Arc::new(StringArray::from(vec!["x"])) };
            let bytes = file(names.iter().map(|name| (&**name, column())).collect());
            ParquetTable::open(Input::of_bytes("a", bytes), '|').map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(error(1_000), Ok(()));
        assert_eq!(error(1_001), Err("a:1: the table has 1001 columns, more than 1000".to_owned()));
    }

    #[test]
    fn what_is_no_parquet_is_refused() {
        let error = |bytes: &[u8]| {
            let table = ParquetTable::open(Input::of_bytes("a", bytes.to_vec()), '|');
            table.map(|table| table.number).unwrap_err().to_string()
        };
        assert!(error(b"").starts_with("a:1: this is no Parquet file: "), "{}", error(b""));
        assert!(error(b"a\tb\n1\t2\n").starts_with("a:1: this is no Parquet file: "));
    }
}
