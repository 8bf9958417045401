//! What a column can hold, so that a table is declared once.
//!
//! A row is a plain struct; [`record!`] derives from it the Arrow schema, the features that Hugging Face's `datasets`
//! reads, and the arrays. Names, types and order of columns therefore stand in one place (`schema.rs`) and cannot
//! drift apart. Every field is nullable and every text is `Utf8`: readers differ in what else they accept.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::ListArray;
use arrow_array::PrimitiveArray;
use arrow_array::StringArray;
use arrow_array::builder::NullBufferBuilder;
use arrow_array::builder::OffsetBufferBuilder;
use arrow_array::types::Float32Type;
use arrow_array::types::Float64Type;
use arrow_array::types::Int32Type;
use arrow_array::types::Int64Type;
use arrow_schema::ArrowError;
use arrow_schema::DataType;
use arrow_schema::Field;
use arrow_schema::Fields;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// The letters of options, in order; there are no more options than letters.
pub(super) const LETTERS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A type that a column can hold.
pub(super) trait Cell: Sized {
    /// Its Arrow type.
    fn data_type() -> DataType;

    /// Its feature, as `datasets` spells it.
    fn feature() -> Value;

    /// An array of cells; `None` becomes null.
    fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError>;
}

/// A type that a table can have as its rows.
pub(super) trait Row: Sized {
    /// The columns, in order.
    fn fields() -> Fields;

    /// The features of the columns, in order.
    fn features() -> Map<String, Value>;

    /// One array a column; `None` is null in every column.
    fn arrays(rows: &[Option<&Self>]) -> Result<Vec<ArrayRef>, ArrowError>;
}

/// A nullable column.
pub(super) fn field<T: Cell>(name: &str) -> Field {
    Field::new(name, T::data_type(), true)
}

fn value(dtype: &str) -> Value {
    json!({ "dtype": dtype, "_type": "Value" })
}

macro_rules! text_cell {
    ($type:ty) => {
        impl Cell for $type {
            fn data_type() -> DataType {
                DataType::Utf8
            }

            fn feature() -> Value {
                value("string")
            }

            fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
                let texts = cells.iter().map(|cell| cell.map(|text| -> &str { text }));
                Ok(Arc::new(StringArray::from_iter(texts)))
            }
        }
    };
}

text_cell!(String);
text_cell!(&'static str);

macro_rules! number_cell {
    ($type:ty, $arrow:ident, $kind:ident, $dtype:literal) => {
        impl Cell for $type {
            fn data_type() -> DataType {
                DataType::$kind
            }

            fn feature() -> Value {
                value($dtype)
            }

            fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
                let numbers = cells.iter().map(|cell| cell.copied());
                Ok(Arc::new(numbers.collect::<PrimitiveArray<$arrow>>()))
            }
        }
    };
}

number_cell!(i32, Int32Type, Int32, "int32");
number_cell!(i64, Int64Type, Int64, "int64");
number_cell!(f32, Float32Type, Float32, "float32");
number_cell!(f64, Float64Type, Float64, "float64");

impl Cell for bool {
    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn feature() -> Value {
        value("bool")
    }

    fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(cells.iter().map(|cell| cell.copied()).collect::<BooleanArray>()))
    }
}

/// The position of the key among the options, from 0: a number that loads as one of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyPosition(pub(super) i64);

impl Cell for KeyPosition {
    fn data_type() -> DataType {
        i64::data_type()
    }

    fn feature() -> Value {
        json!({ "names": LETTERS, "_type": "ClassLabel" })
    }

    fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
        i64::array(&cells.iter().map(|cell| cell.map(|position| &position.0)).collect::<Vec<_>>())
    }
}

impl<T: Cell> Cell for Option<T> {
    fn data_type() -> DataType {
        T::data_type()
    }

    fn feature() -> Value {
        T::feature()
    }

    fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
        T::array(&cells.iter().map(|cell| cell.and_then(Option::as_ref)).collect::<Vec<_>>())
    }
}

impl<T: Cell> Cell for Vec<T> {
    fn data_type() -> DataType {
        DataType::List(Arc::new(element::<T>()))
    }

    fn feature() -> Value {
        json!({ "feature": T::feature(), "_type": "List" })
    }

    fn array(cells: &[Option<&Self>]) -> Result<ArrayRef, ArrowError> {
        let mut offsets = OffsetBufferBuilder::<i32>::new(cells.len());
        let mut nulls = NullBufferBuilder::new(cells.len());
        for cell in cells {
            offsets.push_length(cell.map_or(0, Vec::len));
            nulls.append(cell.is_some());
        }
        let members: Vec<Option<&T>> = cells.iter().copied().flatten().flatten().map(Some).collect();
        let list = ListArray::try_new(Arc::new(element::<T>()), offsets.finish(), T::array(&members)?, nulls.finish())?;
        Ok(Arc::new(list))
    }
}

/// The members of a list; Parquet's own name for them, so that every reader sees the same schema.
fn element<T: Cell>() -> Field {
    field::<T>("element")
}

/// Declares a struct as a row of a table, and as a cell in another one.
macro_rules! record {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default)]
        $visibility struct $name {
            $($(#[$field_doc])* $visibility $field: $type,)*
        }

        impl crate::write::cell::Row for $name {
            fn fields() -> arrow_schema::Fields {
                vec![$(crate::write::cell::field::<$type>(stringify!($field))),*].into()
            }

            fn features() -> serde_json::Map<String, serde_json::Value> {
                let mut features = serde_json::Map::new();
                $(features.insert(
                    stringify!($field).to_owned(),
                    <$type as crate::write::cell::Cell>::feature(),
                );)*
                features
            }

            fn arrays(rows: &[Option<&Self>]) -> Result<Vec<arrow_array::ArrayRef>, arrow_schema::ArrowError> {
                Ok(vec![$(<$type as crate::write::cell::Cell>::array(
                    &rows.iter().map(|row| row.map(|row| &row.$field)).collect::<Vec<_>>(),
                )?),*])
            }
        }

        impl crate::write::cell::Cell for $name {
            fn data_type() -> arrow_schema::DataType {
                arrow_schema::DataType::Struct(<Self as crate::write::cell::Row>::fields())
            }

            fn feature() -> serde_json::Value {
                serde_json::Value::Object(<Self as crate::write::cell::Row>::features())
            }

            fn array(cells: &[Option<&Self>]) -> Result<arrow_array::ArrayRef, arrow_schema::ArrowError> {
                let mut nulls = arrow_array::builder::NullBufferBuilder::new(cells.len());
                cells.iter().for_each(|cell| nulls.append(cell.is_some()));
                Ok(std::sync::Arc::new(arrow_array::StructArray::try_new(
                    <Self as crate::write::cell::Row>::fields(),
                    <Self as crate::write::cell::Row>::arrays(cells)?,
                    nulls.finish(),
                )?))
            }
        }
    };
}

pub(super) use record;

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    use super::*;

    record! {
        /// A pair.
        struct Pair {
            /// A text.
            name: String,
            /// Numbers.
            numbers: Vec<i64>,
            /// A letter.
            key: Option<KeyPosition>,
        }
    }

    fn pair(name: &str, numbers: &[i64], key: Option<i64>) -> Pair {
        Pair { name: name.into(), numbers: numbers.to_vec(), key: key.map(KeyPosition) }
    }

    #[test]
    fn lists_of_structs_of_lists_keep_their_members() {
        let cells = [vec![pair("a", &[1, 2], Some(0)), pair("b", &[], None)], vec![], vec![pair("c", &[3], Some(4))]];
        let array = Vec::<Pair>::array(&cells.iter().map(Some).collect::<Vec<_>>()).unwrap();
        let list = array.as_list::<i32>();
        assert_eq!((0..3).map(|row| list.value_length(row)).collect::<Vec<_>>(), [2, 0, 1]);
        let last = list.value(2);
        let last = last.as_struct();
        assert_eq!(last.column(0).as_string::<i32>().value(0), "c");
        assert_eq!(last.column(1).as_list::<i32>().value(0).as_primitive::<Int64Type>().values(), &[3]);
        assert_eq!(list.value(0).as_struct().column(2).null_count(), 1);
    }

    #[test]
    fn a_missing_row_is_null_in_every_column() {
        let row = pair("a", &[1], Some(0));
        let arrays = Pair::arrays(&[None, Some(&row)]).unwrap();
        assert!(arrays.iter().all(|array| array.is_null(0) && array.is_valid(1)));
    }

    #[test]
    fn features_are_spelled_as_datasets_spells_them() {
        assert_eq!(
            serde_json::to_string(&Pair::features()).unwrap(),
            r#"{"name":{"dtype":"string","_type":"Value"},"numbers":{"feature":{"dtype":"int64","_type":"Value"},"_type":"List"},"key":{"names":["A","B","C","D","E"],"_type":"ClassLabel"}}"#
        );
    }
}
