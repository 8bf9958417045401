//! The rows of a table, however it is written.

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::mapped::Format;
use crate::ingest::mapped::RowSettings;
use crate::ingest::mapped::quoted::Quoted;
use crate::ingest::parquet::ParquetTable;
use crate::ingest::table::Table;
use crate::location::Location;

/// A table, read row by row.
pub(super) struct Rows {
    kind: Kind,
    separator: char,
}

enum Kind {
    /// Fields end at a tab, and a quotation mark is only text.
    Plain(Table),
    Quoted(Quoted),
    Parquet(ParquetTable),
}

const WITHOUT: &str = "the file is empty; its first line names the columns";

impl Rows {
    /// Reads up to the names of the columns.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if there are none.
    pub(super) fn open(input: Input, settings: &RowSettings) -> Result<Self, ReadError> {
        let kind = match (settings.format, settings.quoted) {
            (Format::Parquet, _) => Kind::Parquet(ParquetTable::open(input, settings.separator)?),
            (Format::Csv, None | Some(true)) => Kind::Quoted(Quoted::open(input, b',', true, settings.comment)?),
            (Format::Csv, Some(false)) => Kind::Quoted(Quoted::open(input, b',', false, settings.comment)?),
            (Format::Tsv, Some(true)) => Kind::Quoted(Quoted::open(input, b'\t', true, settings.comment)?),
            (Format::Tsv, None | Some(false)) => {
                let comment = settings.comment;
                let is_header = move |line: &str| comment.is_none_or(|comment| !line.starts_with(comment));
                Kind::Plain(Table::open(input, is_header, WITHOUT)?)
            }
        };
        Ok(Self { kind, separator: settings.separator })
    }

    /// The position of a column.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] that lists the columns there are, or says that the column stands twice.
    pub(super) fn column(&self, name: &str) -> Result<usize, ReadError> {
        match &self.kind {
            Kind::Plain(table) => table.column(name),
            Kind::Quoted(table) => column(table.names(), name).map_err(|problem| self.error(problem)),
            Kind::Parquet(table) => column(table.names(), name).map_err(|problem| self.error(problem)),
        }
    }

    /// The position of a column that the settings may name.
    ///
    /// # Errors
    ///
    /// As [`Rows::column`], if they do.
    pub(super) fn named(&self, name: Option<&str>) -> Result<Option<usize>, ReadError> {
        name.map(|name| self.column(name)).transpose()
    }

    /// Goes to the next row and gives its line, in Parquet its number from 1. What is no row of this table goes to
    /// quarantine.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file cannot be read on.
    pub(super) fn next_row(&mut self, sink: &mut Sink<'_>) -> Result<Option<u32>, ReadError> {
        match &mut self.kind {
            Kind::Plain(table) => table.next_row(sink),
            Kind::Quoted(table) => table.next_row(sink),
            Kind::Parquet(table) => table.next_row(),
        }
    }

    /// A field of the row, without blanks around it.
    pub(super) fn field(&self, column: usize) -> &str {
        match &self.kind {
            Kind::Plain(table) => table.field(column),
            Kind::Quoted(table) => table.field(column),
            Kind::Parquet(table) => table.field(column),
        }
    }

    /// A field of a column that the settings may not name; empty then.
    pub(super) fn field_of(&self, column: Option<usize>) -> &str {
        column.map_or("", |column| self.field(column))
    }

    /// The parts of a field that holds several.
    pub(super) fn parts(&self, column: Option<usize>) -> impl Iterator<Item = &str> {
        self.field_of(column).split(self.separator).map(str::trim).filter(|part| !part.is_empty())
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, problem: impl Into<Box<str>>) -> ReadError {
        let location = match &self.kind {
            Kind::Plain(table) => return table.error(problem),
            Kind::Quoted(table) => table.header(),
            Kind::Parquet(table) => Location::line(table.path(), 1),
        };
        ReadError::Format { location, problem: problem.into() }
    }
}

/// The position of a column among names.
fn column(names: &[Box<str>], name: &str) -> Result<usize, String> {
    let mut found = names.iter().enumerate().filter(|(_, found)| ***found == *name).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(format!("the table has two columns `{name}`")),
        (None, _) => Err(crate::ingest::table::no_column(names, name)),
    }
}
