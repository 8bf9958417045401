//! Columns in Arrow IPC files.
//!
//! Any Arrow reader opens them (`pyarrow.ipc.open_file`, DuckDB, polars), so a snapshot is no secret of this program.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::Float64Array;
use arrow_array::PrimitiveArray;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::FileDecoder;
use arrow_ipc::reader::read_footer_length;
use arrow_ipc::root_as_footer;
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;
use arrow_schema::Field;
use arrow_schema::Schema;
use bytes::Bytes;
use serde::Deserialize;
use serde::Serialize;

use crate::kg::snapshot::SnapshotError;

/// What a file must be: its size and checksum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

/// Columns by name, all of one length.
pub(super) struct Columns {
    name: &'static str,
    columns: Vec<(&'static str, ArrayRef)>,
}

impl Columns {
    /// A table that will be the file `name.arrow`.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new() }
    }

    /// With a column of numbers.
    pub(super) fn with<T: ArrowPrimitiveType>(mut self, name: &'static str, values: Vec<T::Native>) -> Self
    where
        PrimitiveArray<T>: From<Vec<T::Native>>,
    {
        self.columns.push((name, Arc::new(PrimitiveArray::<T>::from(values))));
        self
    }

    /// With a column of numbers that may be missing.
    pub(super) fn with_shares(mut self, name: &'static str, values: Vec<Option<f64>>) -> Self {
        self.columns.push((name, Arc::new(Float64Array::from(values))));
        self
    }

    /// With a column of truth values.
    pub(super) fn with_flags(mut self, name: &'static str, values: Vec<bool>) -> Self {
        self.columns.push((name, Arc::new(BooleanArray::from(values))));
        self
    }

    /// With a column of texts.
    pub(super) fn with_texts<'a>(mut self, name: &'static str, values: impl Iterator<Item = &'a str>) -> Self {
        self.columns.push((name, Arc::new(StringArray::from_iter_values(values))));
        self
    }

    /// Writes the file and says what it is.
    pub(super) fn write(self, dir: &Path) -> Result<(String, Seal), SnapshotError> {
        let file = format!("{}.arrow", self.name);
        let path = dir.join(&file);
        let fields: Vec<Field> = (self.columns.iter())
            .map(|(name, array)| Field::new(*name, array.data_type().clone(), array.is_nullable()))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let arrays = self.columns.into_iter().map(|(_, array)| array).collect();
        let arrow = |error| SnapshotError::arrow(&path, &error);
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(arrow)?;
        let io = |error| SnapshotError::io(&path, error);
        let mut writer = FileWriter::try_new_buffered(File::create(&path).map_err(io)?, &schema).map_err(arrow)?;
        writer.write(&batch).map_err(arrow)?;
        writer.finish().map_err(arrow)?;
        drop(writer);
        File::open(&path).and_then(|file| file.sync_all()).map_err(io)?;
        let mapped = map(&path)?;
        Ok((file, Seal { bytes: mapped.len() as u64, crc32: crc32fast::hash(&mapped) }))
    }
}

/// A table that was read.
pub(super) struct Table {
    path: Box<Path>,
    batch: RecordBatch,
}

impl Table {
    /// Reads `name.arrow`, which must be what its seal says.
    pub(super) fn read(dir: &Path, name: &str, seal: Option<&Seal>) -> Result<Self, SnapshotError> {
        let path = dir.join(format!("{name}.arrow"));
        let mapped = map(&path)?;
        let is_whole =
            seal.is_some_and(|seal| mapped.len() as u64 == seal.bytes && crc32fast::hash(&mapped) == seal.crc32);
        if !is_whole {
            return Err(SnapshotError::Damaged {
                path: path.into(),
                problem: "it is not what the manifest says".into(),
            });
        }
        let batch =
            batch(&Buffer::from(Bytes::from_owner(mapped))).map_err(|error| SnapshotError::arrow(&path, &error))?;
        Ok(Self { path: path.into(), batch })
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    fn array<A: Array + 'static>(&self, name: &str) -> Result<&A, SnapshotError> {
        let array = self.batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref());
        array.ok_or_else(|| SnapshotError::Damaged {
            path: self.path.clone(),
            problem: format!("it has no column `{name}` of the type that this version writes").into(),
        })
    }

    /// A column of numbers.
    pub(super) fn numbers<T: ArrowPrimitiveType>(&self, name: &str) -> Result<&[T::Native], SnapshotError> {
        self.array::<PrimitiveArray<T>>(name).map(|array| &array.values()[..])
    }

    /// A column of numbers that may be missing.
    pub(super) fn shares(&self, name: &str) -> Result<&Float64Array, SnapshotError> {
        self.array(name)
    }

    /// A column of truth values.
    pub(super) fn flags(&self, name: &str) -> Result<&BooleanArray, SnapshotError> {
        self.array(name)
    }

    /// A column of texts.
    pub(super) fn texts(&self, name: &str) -> Result<&StringArray, SnapshotError> {
        self.array(name)
    }
}

/// The one batch of a file, whose columns are read where they lie.
fn batch(file: &Buffer) -> Result<RecordBatch, ArrowError> {
    let short = || ArrowError::IpcError("it is too short".to_owned());
    let (rest, end) = file.split_last_chunk::<10>().ok_or_else(short)?;
    let start = rest.len().checked_sub(read_footer_length(*end)?).ok_or_else(short)?;
    let footer = root_as_footer(&rest[start..]).map_err(|error| ArrowError::ParseError(error.to_string()))?;
    let (Some(schema), Some(blocks)) = (footer.schema(), footer.recordBatches()) else { return Err(short()) };
    let schema = Arc::new(try_fb_to_schema(schema)?);
    let Some(block) = blocks.iter().next() else { return Ok(RecordBatch::new_empty(schema)) };
    let length = |number: i64| usize::try_from(number).map_err(|_| short());
    let (start, head, body) =
        (length(block.offset())?, length(i64::from(block.metaDataLength()))?, length(block.bodyLength())?);
    let n_bytes =
        head.checked_add(body).filter(|n_bytes| start.checked_add(*n_bytes).is_some_and(|end| end <= file.len()));
    let data = file.slice_with_length(start, n_bytes.ok_or_else(short)?);
    let decoder = FileDecoder::new(Arc::clone(&schema), footer.version());
    Ok(decoder.read_record_batch(block, &data)?.unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

#[expect(unsafe_code, reason = "a file can only be mapped by telling the compiler that nobody will cut it meanwhile")]
fn map(path: &Path) -> Result<memmap2::Mmap, SnapshotError> {
    let io = |error| SnapshotError::io(path, error);
    let file = File::open(path).map_err(io)?;
    // SAFETY: a snapshot's files are written once, under another name, and never changed; what is wanted of them is
    // copied into a graph, and then they are let go. Who truncates one in between gets the signal that any mapping
    // would give.
    unsafe { memmap2::Mmap::map(&file) }.map_err(io)
}
