//! Parquet as every reader wants it.
//!
//! Each setting was seen to matter: row groups are bounded by their size *in memory*, because that is what a reader
//! has to hold; pages are cut by content, so that a new version of a data set shares most of its bytes with the old
//! one; nothing in a file depends on time, threads or the program's version. Bytes are hashed on their way to the
//! disk: what is listed in the manifest is what was written.

use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::basic::ZstdLevel;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::CdcOptions;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;

use crate::seed::hex;
use crate::write::cell::Row;
use crate::write::error::WriteError;

/// Who wrote a file: the format's name and version, not the program's, so that a release changes no bytes.
const CREATED_BY: &str = "thinkpath version 2";
/// Rows that are laid out at once: a batch cannot be split over row groups.
const ROWS_PER_SLICE: usize = 1_000;
/// The size of a row group in memory.
const ROW_GROUP_BYTES: usize = 100_000_000;
/// The rows of a row group, however small they are.
const ROW_GROUP_ROWS: usize = 200_000;

/// What was written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed {
    /// Rows; `None` if it is no table.
    pub(super) rows: Option<u64>,
    /// Size.
    pub(super) bytes: u64,
    /// SHA-256, in hex.
    pub(super) sha256: String,
}

/// The schema of a table, with the features that `datasets` loads it with.
pub(super) fn schema<T: Row>() -> SchemaRef {
    Arc::new(Schema::new_with_metadata(T::fields(), [("huggingface", features::<T>())]))
}

fn features<T: Row>() -> String {
    json!({ "info": { "features": T::features() } }).to_string()
}

/// Writes rows as one file and syncs it.
pub(super) fn write_table<T: Row>(path: &Path, rows: impl Iterator<Item = T>) -> Result<Sealed, WriteError> {
    let schema = schema::<T>();
    let file = Hashed::create(path)?;
    let properties = properties::<T>().map_err(WriteError::parquet(path))?;
    let mut writer =
        ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(WriteError::parquet(path))?;
    let mut rows = rows.peekable();
    let (mut n_rows, mut group_bytes) = (0_u64, 0);
    while rows.peek().is_some() {
        let slice: Vec<T> = rows.by_ref().take(ROWS_PER_SLICE).collect();
        let arrays = T::arrays(&slice.iter().map(Some).collect::<Vec<_>>()).map_err(WriteError::arrow(path))?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(WriteError::arrow(path))?;
        // A slice that is larger than a row group by itself is cut: a batch is never parted by the writer.
        let n_parts = batch.get_array_memory_size().div_ceil(ROW_GROUP_BYTES).max(1);
        let bytes = batch.get_array_memory_size() / n_parts;
        let n_rows_of_part = batch.num_rows().div_ceil(n_parts).max(1);
        for start in (0..batch.num_rows()).step_by(n_rows_of_part) {
            if group_bytes > 0 && group_bytes + bytes > ROW_GROUP_BYTES {
                writer.flush().map_err(WriteError::parquet(path))?;
                group_bytes = 0;
            }
            let part = batch.slice(start, n_rows_of_part.min(batch.num_rows() - start));
            writer.write(&part).map_err(WriteError::parquet(path))?;
            group_bytes += bytes;
        }
        n_rows += slice.len() as u64;
    }
    let file = writer.into_inner().map_err(WriteError::parquet(path))?;
    Ok(Sealed { rows: Some(n_rows), ..file.seal(path)? })
}

/// Writes a text as one file and syncs it.
pub(super) fn write_text(path: &Path, text: &str) -> Result<Sealed, WriteError> {
    let mut file = Hashed::create(path)?;
    file.write_all(text.as_bytes()).map_err(WriteError::io(path))?;
    file.seal(path)
}

fn properties<T: Row>() -> Result<WriterProperties, ParquetError> {
    let cutting = CdcOptions::default();
    let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let cut = json!({
        "min_chunk_size": cutting.min_chunk_size,
        "max_chunk_size": cutting.max_chunk_size,
        "norm_level": cutting.norm_level,
    });
    Ok(WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_offset_index_disabled(false)
        .set_content_defined_chunking(Some(cutting))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_key_value_metadata(Some(vec![
            entry("content_defined_chunking", cut.to_string()),
            entry("huggingface", features::<T>()),
        ]))
        .build())
}

/// A file that knows the hash of what went into it.
struct Hashed {
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Hashed {
    fn create(path: &Path) -> Result<Self, WriteError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(WriteError::io(folder))?;
        }
        let file = File::create(path).map_err(WriteError::io(path))?;
        Ok(Self { file: BufWriter::new(file), hasher: Sha256::new(), bytes: 0 })
    }

    fn seal(self, path: &Path) -> Result<Sealed, WriteError> {
        let file = self.file.into_inner().map_err(|error| WriteError::io(path)(error.into_error()))?;
        file.sync_all().map_err(WriteError::io(path))?;
        Ok(Sealed { rows: None, bytes: self.bytes, sha256: hex(&self.hasher.finalize()) })
    }
}

impl Write for Hashed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::file::metadata::ParquetMetaData;

    use super::*;
    use crate::write::cell::record;

    record! {
        /// A row that is as large as it is told to be.
        struct Line {
            /// Anything.
            text: String,
            /// Nothing.
            parts: Vec<i64>,
        }
    }

    fn lines(n_rows: usize, length: usize) -> impl Iterator<Item = Line> {
        // A width in a format is bounded by 65,535.
        let text = move |digits: String| "0".repeat(length.saturating_sub(digits.len())) + &digits;
        (0..n_rows).map(move |row| Line { text: text(row.to_string()), parts: vec![] })
    }

    fn written(n_rows: usize, length: usize) -> (Sealed, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.parquet");
        let sealed = write_table(&path, lines(n_rows, length)).unwrap();
        (sealed, std::fs::read(&path).unwrap())
    }

    fn metadata(bytes: &[u8]) -> ParquetMetaData {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().metadata().as_ref().clone()
    }

    #[test]
    fn what_is_noted_of_a_file_is_what_is_on_disk() {
        let (sealed, bytes) = written(2_500, 10);
        assert_eq!(sealed.rows, Some(2_500));
        assert_eq!(sealed.bytes, bytes.len() as u64);
        assert_eq!(sealed.sha256, hex(&Sha256::digest(&bytes)));
        assert_eq!(metadata(&bytes).file_metadata().num_rows(), 2_500);
    }

    #[test]
    fn row_groups_are_bounded_by_their_size_in_memory() {
        // 20,000 rows of 15,000 characters that compress to almost nothing: 300 MB for a reader.
        let (_, bytes) = written(20_000, 15_000);
        let groups = metadata(&bytes);
        assert!(groups.num_row_groups() >= 3, "{}", groups.num_row_groups());
        assert!(groups.row_groups().iter().all(|group| group.num_rows() <= 7_000));
    }

    #[test]
    fn a_slice_that_is_too_large_by_itself_is_cut() {
        // 300 rows of a megabyte: one slice.
        let (sealed, bytes) = written(300, 1_000_000);
        let groups = metadata(&bytes);
        assert_eq!(sealed.rows, Some(300));
        assert!(groups.num_row_groups() >= 3, "{}", groups.num_row_groups());
        assert!(groups.row_groups().iter().all(|group| group.num_rows() <= 100));
    }

    #[test]
    fn row_groups_are_bounded_by_their_rows_too() {
        let groups = metadata(&written(250_000, 1).1);
        let rows: Vec<i64> =
            groups.row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [200_000, 50_000]);
    }

    /// Every type in a type.
    fn types_in(data_type: &DataType) -> Vec<DataType> {
        let inner = match data_type {
            DataType::List(field) => types_in(field.data_type()),
            DataType::Struct(fields) => fields.iter().flat_map(|field| types_in(field.data_type())).collect(),
            _ => Vec::new(),
        };
        inner.into_iter().chain([data_type.clone()]).collect()
    }

    #[test]
    fn texts_are_plain_and_lists_are_short_in_every_table() {
        let all = [
            schema::<crate::write::schema::ItemRow>(),
            schema::<crate::write::schema::RejectedRow>(),
            schema::<crate::write::wrong::CorruptionRow>(),
            schema::<crate::write::views::GrpoRow>(),
            schema::<crate::write::views::BenchRow>(),
            schema::<crate::write::trainers::VerlRow>(),
            schema::<crate::write::trainers::SharegptRow>(),
        ];
        let types = all.iter().flat_map(|schema| schema.fields().iter().flat_map(|field| types_in(field.data_type())));
        let types: Vec<DataType> = types.collect();
        assert!(types.contains(&DataType::Utf8) && types.iter().any(|of| matches!(of, DataType::List(_))));
        let foreign = types.iter().find(|of| {
            matches!(of, DataType::LargeUtf8 | DataType::Utf8View | DataType::LargeList(_) | DataType::ListView(_))
        });
        assert_eq!(foreign, None);
    }

    #[test]
    fn pages_are_cut_by_content() {
        // A row more at the beginning: what is cut by content is cut at the same places again, so most of the bytes of one
        // file are those of the other; what is cut by count shares none after the first page.
        let of = |n_before: usize| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.parquet");
            let text = |row: usize| crate::seed::sha256_hex(&row.to_string()).repeat(4);
            let before = (0..n_before).map(|row| Line { text: text(1_000_000 + row), parts: vec![] });
            let rows = before.chain((0..40_000).map(|row| Line { text: text(row), parts: vec![] }));
            write_table(&path, rows).unwrap();
            std::fs::read(&path).unwrap()
        };
        let (left, right) = (of(0), of(1));
        let block = |at: usize| &left[at..at + 64];
        let places: Vec<usize> = (left.len() / 4..left.len() * 3 / 4).step_by(left.len() / 40).collect();
        let n_shared = places.iter().filter(|&&at| memchr::memmem::find(&right, block(at)).is_some()).count();
        assert!(n_shared * 10 >= places.len() * 9, "{n_shared} of {}", places.len());
    }

    #[test]
    fn the_level_of_packing_is_three_and_an_answer_is_a_class() {
        let properties = properties::<crate::write::schema::ItemRow>().unwrap();
        let column = parquet::schema::types::ColumnPath::from("question");
        assert_eq!(properties.compression(&column), Compression::ZSTD(ZstdLevel::try_new(3).unwrap()));
        let features = features::<crate::write::schema::ItemRow>();
        let features: serde_json::Value = serde_json::from_str(&features).unwrap();
        assert_eq!(features["info"]["features"]["answer"]["_type"], "ClassLabel");
        assert_eq!(features["info"]["features"]["answer"]["names"], json!(["A", "B", "C", "D", "E"]));
    }

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        assert_eq!(written(3_000, 100), written(3_000, 100));
    }

    #[test]
    fn a_table_without_rows_keeps_its_columns() {
        let (sealed, bytes) = written(0, 1);
        assert_eq!(sealed.rows, Some(0));
        assert_eq!(metadata(&bytes).file_metadata().schema_descr().num_columns(), 2);
    }

    #[test]
    fn the_settings_reach_the_file() {
        let metadata = metadata(&written(10, 10).1);
        let file = metadata.file_metadata();
        assert_eq!(file.created_by(), Some(format!("thinkpath version {}", crate::write::FORMAT_VERSION).as_str()));
        let keys: Vec<&str> = file.key_value_metadata().unwrap().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["content_defined_chunking", "huggingface", "ARROW:schema"]);
        let column = metadata.row_group(0).column(0);
        assert_eq!(column.compression(), Compression::ZSTD(ZstdLevel::try_new(1).unwrap()));
        assert!(column.column_index_offset().is_some() && column.offset_index_offset().is_some());
    }
}
