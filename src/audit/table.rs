//! Parquet files as rows of a type.
//!
//! A file is hashed before it is decoded, through one handle, so that what was hashed is what is decoded. Rows go by
//! way of one generic value into the fields of a record by their names: a column more or another order is no mistake,
//! a missing one is.

use std::fs::File;
use std::io::Seek as _;
use std::path::Path;

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;
use parquet::record::Row;
use serde::Deserialize;
use serde_json::Value;

use crate::audit::AuditError;
use crate::seed::sha256_of;

/// Gives each row of a file, in order, once the file has the expected hash.
pub(super) fn each_row<T: for<'a> Deserialize<'a>>(
    path: &Path,
    sha256: &str,
    take: &mut dyn FnMut(T),
) -> Result<(), AuditError> {
    let io = |error| AuditError::Io { path: path.to_owned(), error };
    let mut file = File::open(path).map_err(io)?;
    let found = sha256_of(&file).map_err(io)?;
    file.rewind().map_err(io)?;
    if found != sha256 {
        return Err(AuditError::Checksum { path: path.to_owned(), found, expected: sha256.to_owned() });
    }
    let broken = |error| AuditError::Parquet { path: path.to_owned(), error };
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    for (number, row) in (0_u64..).zip(reader.get_row_iter(None).map_err(broken)?) {
        let record = serde_json::from_value(value_of_row(&row.map_err(broken)?));
        take(record.map_err(|error| AuditError::Row { path: path.to_owned(), row: number, error })?);
    }
    Ok(())
}

fn value_of_row(row: &Row) -> Value {
    row.get_column_iter().map(|(name, field)| (name.clone(), value_of(field))).collect()
}

/// A field as JSON; what no table of ours has (dates, decimals, maps) is null.
fn value_of(field: &Field) -> Value {
    match field {
        Field::Bool(value) => Value::from(*value),
        Field::Int(value) => Value::from(*value),
        Field::Long(value) => Value::from(*value),
        Field::Float(value) => Value::from(*value),
        Field::Double(value) => Value::from(*value),
        Field::Str(value) => Value::from(value.as_str()),
        Field::Group(row) => value_of_row(row),
        Field::ListInternal(list) => list.elements().iter().map(value_of).collect(),
        _ => Value::Null,
    }
}
