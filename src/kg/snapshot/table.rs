//! Columns in Arrow IPC files.
//!
//! Any Arrow reader opens them (`pyarrow.ipc.open_file`, DuckDB, polars), so a snapshot is no secret of this program.

use std::fs::File;
use std::io::Cursor;
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
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::Field;
use arrow_schema::Schema;
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
        let arrow = |error| SnapshotError::arrow(&path, &error);
        let mut reader = FileReader::try_new(Cursor::new(&mapped[..]), None).map_err(arrow)?;
        let batch = reader.next().unwrap_or_else(|| Ok(RecordBatch::new_empty(reader.schema()))).map_err(arrow)?;
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

#[expect(unsafe_code, reason = "a file can only be mapped by telling the compiler that nobody will cut it meanwhile")]
fn map(path: &Path) -> Result<memmap2::Mmap, SnapshotError> {
    let io = |error| SnapshotError::io(path, error);
    let file = File::open(path).map_err(io)?;
    // SAFETY: a snapshot's files are written once, under another name, and never changed; they are read to the end
    // here and then let go. Who truncates one in between gets the signal that any mapping would give.
    unsafe { memmap2::Mmap::map(&file) }.map_err(io)
}
