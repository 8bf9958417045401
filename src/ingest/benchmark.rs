//! Questions of a benchmark: what a data set must not repeat.
//!
//! They are read-only: nothing of them gets into a graph or a data set but hashes. A row without a question stops the
//! run, because a benchmark that is read by half protects by half and nobody would see it.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ingest::IngestError;
use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::display;
use crate::ingest::parquet::ParquetTable;
use crate::location::Location;

/// Where the questions of a benchmark lie: one `[[verify.decontaminate]]` of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkConfig {
    /// What it is called in reports.
    pub name: Box<str>,
    /// Its files, JSON lines or Parquet, each packed with gzip or not; looked for where sources are, then from the
    /// working directory.
    pub files: Vec<Box<str>>,
    /// The column or key of a question's text; `question` unless told otherwise.
    #[serde(default = "default_column")]
    pub column: Box<str>,
}

fn default_column() -> Box<str> {
    "question".into()
}

/// The questions of a benchmark as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkText {
    /// Path and SHA-256 of each file.
    pub files: Vec<(Box<str>, Box<str>)>,
    /// Every question, in the order of the files.
    pub questions: Vec<String>,
}

impl BenchmarkConfig {
    /// Where a file lies; `None` if it is nowhere.
    pub fn find(file: &str, roots: &[PathBuf]) -> Option<PathBuf> {
        let places = roots.iter().map(|root| root.join(file)).chain([PathBuf::from(file)]);
        places.into_iter().find(|path| path.is_file())
    }

    /// Reads every question.
    ///
    /// # Errors
    ///
    /// [`IngestError::NoBenchmark`] if a file is missing, [`IngestError::Benchmark`] if it cannot be read, or if a row
    /// has no question.
    ///
    /// # Complexity
    ///
    /// O(bytes) time; memory for all questions, and for the whole of a Parquet file.
    pub fn read(&self, roots: &[PathBuf]) -> Result<BenchmarkText, IngestError> {
        let mut text = BenchmarkText { files: Vec::new(), questions: Vec::new() };
        for file in &self.files {
            let missing =
                || IngestError::NoBenchmark { name: self.name.clone(), path: file.clone(), roots: roots.to_vec() };
            let path = Self::find(file, roots).ok_or_else(missing)?;
            let sha256 = read_file(&path, &self.column, &mut text.questions)
                .map_err(|error| IngestError::Benchmark { name: self.name.clone(), error })?;
            text.files.push((display(&path), sha256));
        }
        Ok(text)
    }
}

/// Reads one file and says what its SHA-256 is.
fn read_file(path: &Path, column: &str, questions: &mut Vec<String>) -> Result<Box<str>, ReadError> {
    let (input, hashed) = Input::hashed(path)?;
    let shown: Box<str> = input.path().into();
    let mut reader = input.into_reader();
    let is_parquet = reader.fill_buf().map_err(|error| Input::error(&shown, error))?.starts_with(b"PAR1");
    let input = Input::of_reader(&shown, reader);
    if is_parquet { parquet(input, column, questions) } else { json_lines(input, column, questions) }?;
    hashed.finish().map_err(|error| ReadError::Io { path: shown, error })
}

fn json_lines(input: Input, column: &str, questions: &mut Vec<String>) -> Result<(), ReadError> {
    let mut lines = input.into_lines();
    let path: Box<str> = lines.path().into();
    while let Some((number, line)) = lines.next_line()? {
        let wrong = |problem: String| ReadError::Format {
            location: Location::line(path.clone(), number),
            problem: problem.into(),
        };
        let line = line.map_err(|error| wrong(error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        let row: BTreeMap<String, &RawValue> =
            serde_json::from_str(line).map_err(|_| wrong("the line is no JSON object".into()))?;
        let value = row.get(column).ok_or_else(|| wrong(no_column(column, row.keys().map(String::as_str))))?;
        let question: String =
            serde_json::from_str(value.get()).map_err(|_| wrong(format!("`{column}` is no text")))?;
        push(&question, questions).map_err(wrong)?;
    }
    Ok(())
}

fn parquet(input: Input, column: &str, questions: &mut Vec<String>) -> Result<(), ReadError> {
    let mut table = ParquetTable::open(input, '|')?;
    let path: Box<str> = table.path().into();
    let wrong = |number: u32, problem: String| ReadError::Format {
        location: Location::line(path.clone(), number),
        problem: problem.into(),
    };
    let at = table.names().iter().position(|name| **name == *column);
    let at = at.ok_or_else(|| wrong(1, no_column(column, table.names().iter().map(|name| &**name))))?;
    while let Some(number) = table.next_row()? {
        push(table.field(at), questions).map_err(|problem| wrong(number, problem))?;
    }
    Ok(())
}

fn push(question: &str, questions: &mut Vec<String>) -> Result<(), String> {
    if question.trim().is_empty() {
        return Err("the row has no question".into());
    }
    questions.push(question.to_owned());
    Ok(())
}

fn no_column<'a>(column: &str, there: impl Iterator<Item = &'a str>) -> String {
    let there: Vec<String> = there.take(20).map(|name| format!("`{name}`")).collect();
    format!("there is no `{column}`; name the column of the question by `column`, one of {}", there.join(", "))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use arrow_array::ArrayRef;
    use arrow_array::RecordBatch;
    use arrow_array::StringArray;

    use super::*;

    const LINES: &str =
        "{\"id\": 1, \"question\": \"Who?\", \"more\": {\"question\": 3}}\n\n{\"question\": \"W\\u0068y?\"}\n";

    fn config(files: &[&str]) -> BenchmarkConfig {
        let files = files.iter().map(|&file| file.into()).collect();
        BenchmarkConfig { name: "quiz".into(), files, column: default_column() }
    }

    fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.jsonl"), bytes).unwrap();
        let read = config(&["a.jsonl"]).read(&[folder.path().to_owned()]);
        read.map(|text| text.questions).map_err(|error| match error {
            IngestError::Benchmark { error, .. } => {
                error.to_string().rsplit_once("a.jsonl").map_or(String::new(), |(_, told)| told.to_owned())
            }
            error => error.to_string(),
        })
    }

    fn table(column: &str, texts: &[Option<&str>]) -> Vec<u8> {
        let column_of: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
        let batch = RecordBatch::try_from_iter([(column, column_of)]).unwrap();
        let mut bytes = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn lines_tables_and_packed_lines_say_the_same() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(LINES.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let table = table("question", &[Some("Who?"), Some("Why?")]);
        for bytes in [LINES.as_bytes(), &packed, &table] {
            assert_eq!(read(bytes).unwrap(), ["Who?", "Why?"]);
        }
    }

    #[test]
    fn a_row_without_a_question_stops_the_run() {
        for (bytes, problem) in [
            (b"{\"question\": \"Who?\"}\n{\"ask\": \"Why?\"}".to_vec(), ":2: there is no `question`; name the column"),
            (b"{\"question\": [\"Who?\"]}".to_vec(), ":1: `question` is no text"),
            (b"{\"question\": \" \"}".to_vec(), ":1: the row has no question"),
            (b"Who?".to_vec(), ":1: the line is no JSON object"),
            (b"\xff".to_vec(), ":1: the line is not UTF-8"),
            (table("ask", &[Some("Who?")]), ":1: there is no `question`; name the column"),
            (table("question", &[Some("Who?"), None]), ":2: the row has no question"),
            (table("question", &[Some("Who?")])[..60].to_vec(), ":1: this is no Parquet file"),
        ] {
            let told = read(&bytes).unwrap_err();
            assert!(told.starts_with(problem), "{told}");
        }
    }

    #[test]
    fn a_missing_file_is_told_with_where_it_was_looked_for() {
        let told = config(&["qa/none.jsonl"]).read(&["ontologies".into()]).unwrap_err().to_string();
        assert_eq!(
            told,
            "benchmark `quiz`: the file `qa/none.jsonl` is neither in the working directory nor in any of `ontologies`"
        );
    }
}
