//! Sources that a test makes: a folder that lasts as long as the test, and what comes of reading it.

use std::fmt::Write as _;
use std::path::Path;

use thinkpath::ingest;
use thinkpath::ingest::IngestConfig;
use thinkpath::kg;
use thinkpath::kg::Built;
use thinkpath::kg::FileTally;
use thinkpath::kg::KgConfig;
use thinkpath::kg::Relations;

/// What every `source.toml` opens with.
pub(crate) const HEAD: &str = "version='1'\nhome='h'\nlicence='open'\nlicence_name='CC0-1.0'\ncredit='c'\n";

/// A source called `planted`.
pub(crate) struct Planted {
    folder: tempfile::TempDir,
}

impl Planted {
    /// A source of this description and these files.
    pub(crate) fn new<'a>(source: &str, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let planted = Self { folder };
        std::fs::create_dir(planted.path()).unwrap();
        planted.write("source.toml", format!("{HEAD}{source}").as_bytes());
        for (name, bytes) in files {
            planted.write(name, bytes);
        }
        planted
    }

    /// Puts a file in the place of another.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    /// Reads it, looking for files under `roots` too, and builds the graph.
    pub(crate) fn build(&self, roots: &[&Path]) -> Result<Built, String> {
        self.build_with(&Relations::standard().unwrap(), roots)
    }

    /// The same with relations that are there already: parsing them takes longer than reading a small file.
    pub(crate) fn build_with(&self, relations: &Relations, roots: &[&Path]) -> Result<Built, String> {
        let config: IngestConfig = toml::from_str("sources = ['planted']").unwrap();
        let mut all = vec![self.folder.path().to_path_buf()];
        all.extend(roots.iter().map(|root| root.to_path_buf()));
        let records = ingest::read(&config, relations, &all).map_err(|error| self.told(&error))?;
        kg::build(records, relations, &KgConfig::default()).map_err(|error| error.to_string())
    }

    /// What a person sees of it: the fate of the records of one file and all findings, or the error.
    pub(crate) fn outcome(&self, file: &str) -> String {
        self.outcome_with(&Relations::standard().unwrap(), file)
    }

    /// The same with relations that are there already.
    pub(crate) fn outcome_with(&self, relations: &Relations, file: &str) -> String {
        let built = match self.build_with(relations, &[]) {
            Ok(built) => built,
            Err(error) => return format!("error: {error}\n"),
        };
        assert!(built.files.iter().all(FileTally::is_conserved), "a record was lost: {:#?}", built.files);
        let tally = built.files.iter().find(|tally| tally.path.ends_with(&format!("/{file}"))).unwrap();
        let mut text = format!("{}\n", fate(tally));
        for finding in &built.findings {
            writeln!(text, "{}", self.without_folder(&finding.to_string())).unwrap();
        }
        text
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("planted")
    }

    /// An error with all that caused it, but for the name of the source, which is known.
    fn told(&self, error: &dyn std::error::Error) -> String {
        let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
        let told: Vec<String> = causes.filter(|cause| !cause.starts_with("cannot read source")).collect();
        self.without_folder(&told.join(": "))
    }

    fn without_folder(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.path().to_string_lossy().replace('\\', "/")), "")
    }
}

/// The fate of a file's records in one line.
pub(crate) fn fate(tally: &FileTally) -> String {
    let rules: Vec<String> = tally.left_out.iter().map(|(rule, count)| format!("{rule}: {count}")).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join("; ")) };
    let left_out: u64 = tally.left_out.values().sum();
    format!(
        "{} read = {} loaded + {} duplicates + {left_out} left out{rules} + {} quarantined",
        tally.read, tally.loaded, tally.duplicates, tally.quarantined
    )
}
