//! What a person sees when something is wrong: the error, its place, and a hint if there is a cure.

use std::io;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::process::ExitCode;

use thinkpath::audit::AuditError;
use thinkpath::finding::printable;
use thinkpath::ingest::IngestError;
use thinkpath::kg::search::WalkableError;
use thinkpath::kg::snapshot::SnapshotError;
use thinkpath::pipeline::PipelineError;
use thinkpath::pipeline::Problem;
use thinkpath::serve::AskError;
use thinkpath::write::WriteError;
use thiserror::Error;

use crate::pairs::PairsError;
use crate::text::grouped;

/// How the program ends, as `sysexits.h` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command line is wrong.
    Usage,
    /// A file is wrong.
    Input,
    /// We are wrong.
    Bug,
    /// The output may not or cannot be made.
    CannotCreate,
    /// Writing failed midway.
    CannotWrite,
    /// A bound was reached, or somebody asked for it, before the work was done.
    Stopped,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Usage => 64,
            Self::Input => 65,
            Self::Bug => 70,
            Self::CannotCreate => 73,
            Self::CannotWrite => 74,
            Self::Stopped => 75,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What only the program can be told wrong.
#[derive(Debug, Error)]
pub(crate) enum Mistake {
    /// A folder where a pipeline file should be.
    #[error("`{}` is a folder, not a pipeline file", .path.display())]
    NotAPipeline {
        /// What was given.
        path: PathBuf,
    },
    /// A folder holds something else than a snapshot.
    #[error("`{}` holds something that is no snapshot of a graph", .path.display())]
    NotASnapshot {
        /// What was given.
        path: PathBuf,
    },
    /// A pipeline has mistakes.
    #[error("`{}` has {}", .path.display(), counted(problems.len(), "mistake"))]
    Problems {
        /// The file.
        path: PathBuf,
        /// Each mistake.
        problems: Vec<Problem>,
    },
    /// No page has this code.
    #[error("there is no code `{code}`")]
    NoCode {
        /// What was given.
        code: String,
    },
    /// No node has this name.
    #[error("no node of the graph is named `{name}`")]
    NoNode {
        /// What was given.
        name: String,
        /// Labels that hold it, as `CURIE label`.
        similar: Vec<String>,
    },
    /// Several nodes have this name.
    #[error("`{name}` is the name of {}", counted(candidates.len(), "node"))]
    AmbiguousNode {
        /// What was given.
        name: String,
        /// Each of them, as `CURIE label`.
        candidates: Vec<String>,
    },
    /// No item has this id.
    #[error("no item of `{}` has the id `{id}`", .dir.display())]
    NoItem {
        /// The data set.
        dir: PathBuf,
        /// What was given.
        id: String,
    },
    /// No item is of this stratum.
    #[error("no item of `{}` is of the stratum `{name}`; there are {}", .dir.display(), .known.join(", "))]
    NoStratum {
        /// The data set.
        dir: PathBuf,
        /// What was given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Both ends of a path are one node.
    #[error("`{from}` and `{to}` are one node, and a path has two ends")]
    SameNode {
        /// What was given first.
        from: String,
        /// What was given second.
        to: String,
    },
    /// A rule of walking names what there is not.
    #[error(transparent)]
    Walkable(#[from] WalkableError),
    /// Searches reached their bound.
    #[error(
        "{} looked at {} edges and is not done; what is printed is right, but there may be more",
        searches(pairs, *n_pairs),
        grouped(*budget)
    )]
    Unfinished {
        /// The numbers of their pairs, from 0; empty if only one pair was asked for.
        pairs: Vec<usize>,
        /// How many pairs were asked for.
        n_pairs: usize,
        /// The bound of each, in edges.
        budget: u64,
    },
    /// Not all candidates of some pairs were looked at.
    #[error(
        "not all paths of {} were looked at within {} hops, so nothing is learned from them and none is found: {}",
        counted(pairs.len(), "pair"),
        grouped(*budget),
        some(pairs)
    )]
    TooManyCandidates {
        /// The ends of each.
        pairs: Vec<String>,
        /// The bound of each, in hops.
        budget: u64,
    },
    /// No curated path is a candidate.
    #[error(
        "`{path}` has no path of 2 to 6 hops between nodes of the graph; {} without a node for drug or disease, {} without \
         a node at an end",
        counted(*n_without_ends, "path"),
        counted(*n_lost_links, "link")
    )]
    NothingToLearn {
        /// The curated paths.
        path: String,
        /// Paths whose drug or disease is no node.
        n_without_ends: usize,
        /// Links an end of which is no node.
        n_lost_links: usize,
    },
    /// Nothing is asked.
    #[error("no query is given")]
    NoQuery,
    /// The threads cannot be had.
    #[error("`--threads` is {count}; give a number from 1 to 1024")]
    Threads {
        /// What was given.
        count: usize,
    },
}

/// Which searches reached their bound.
fn searches(pairs: &[usize], n_pairs: usize) -> String {
    if pairs.is_empty() {
        return "the search".to_owned();
    }
    format!("for {} of {} (number {}) the search", pairs.len(), counted(n_pairs, "pair"), some(pairs))
}

/// The first of many pairs.
fn some(pairs: &[impl ToString]) -> String {
    let listed: Vec<String> = pairs.iter().take(LISTED_PAIRS).map(ToString::to_string).collect();
    let more = if pairs.len() > LISTED_PAIRS { " …" } else { "" };
    format!("{}{more}", listed.join(", "))
}

/// So many pairs are listed.
const LISTED_PAIRS: usize = 8;

/// `1 mistake`, `2 mistakes`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Says what is wrong on stderr; gives the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // If stderr is gone too there is nobody to tell.
    let _ = io::stderr().write_all(told(error).as_bytes());
    exit(error).into()
}

/// A reader such as `head` that has seen enough is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The whole message.
fn told(error: &anyhow::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let error_of_library = error.downcast_ref::<thinkpath::Error>();
    if let Some(thinkpath::Error::Pipeline(PipelineError::Syntax { .. })) = error_of_library {
        texts.push("the pipeline file cannot be understood".to_owned());
    }
    for cause in error.chain() {
        let text = cause.to_string();
        // Some errors end with their cause; it is not told twice.
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
    }
    let mut message = String::from("error: ");
    for (position, line) in texts.iter().flat_map(|text| text.lines()).enumerate() {
        if position > 0 {
            message.push_str("  ");
        }
        message.push_str(&printable(line.trim_start()));
        message.push('\n');
    }
    message.push_str(&details(error));
    for hint in hints(error) {
        message.push_str(&format!("hint: {}\n", printable(&hint)));
    }
    message
}

/// Lines below the error: the mistakes of a pipeline, the candidates for a name.
fn details(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Mistake>() {
        Some(Mistake::Problems { problems, .. }) => problems.iter().map(told_problem).collect(),
        Some(Mistake::AmbiguousNode { candidates: nodes, .. } | Mistake::NoNode { similar: nodes, .. }) => {
            nodes.iter().map(|node| format!("  {}\n", printable(node))).collect()
        }
        _ => String::new(),
    }
}

fn told_problem(problem: &Problem) -> String {
    let Problem { location, text, hint } = problem;
    format!("  {}: {}\n    hint: {}\n", printable(&location.to_string()), printable(text), printable(hint))
}

fn hints(error: &anyhow::Error) -> Vec<String> {
    let hint: &str = if let Some(mistake) = error.downcast_ref::<Mistake>() {
        match mistake {
            Mistake::NotAPipeline { .. } => {
                "a graph is named by the pipeline that builds it, as `pipelines/quickstart.toml`, or by a folder that `build` wrote"
            }
            Mistake::NotASnapshot { .. } => "give a folder that does not exist yet, or is empty",
            Mistake::NoCode { .. } => "`thinkpath explain` lists every code",
            Mistake::NoNode { similar, .. } if similar.is_empty() => {
                "give a CURIE such as `HP:0000639`, or a whole label or synonym"
            }
            Mistake::NoNode { .. } => "these names hold it; give a CURIE, or a whole label or synonym",
            Mistake::AmbiguousNode { .. } => "give the CURIE of one of them",
            Mistake::NoItem { .. } => "ids are 32 hex digits, of which the first few are enough",
            Mistake::NoStratum { .. } => "give one of them as it is written",
            Mistake::SameNode { .. } => "give two nodes; `thinkpath inspect GRAPH NODE` tells all about one",
            Mistake::Walkable(WalkableError::Relation { .. }) => {
                "`thinkpath inspect GRAPH` lists the relations of a graph"
            }
            Mistake::Unfinished { .. } => {
                "raise `--budget`, or with `--rank degree` lower `--max-hops` or `--k`, or keep out of hubs with `--max-degree`"
            }
            Mistake::TooManyCandidates { .. } => "raise `--budget`",
            Mistake::NoQuery => "give it with `-e`, in a file, or on standard input",
            Mistake::NothingToLearn { .. } => {
                "give curated paths in the format of DrugMechDB, and a pipeline whose graph holds their nodes"
            }
            Mistake::Problems { .. } | Mistake::Threads { .. } | Mistake::Walkable(_) => return Vec::new(),
        }
    } else if let Some(error) = error.downcast_ref::<thinkpath::Error>() {
        match error {
            thinkpath::Error::Pipeline(PipelineError::Io { .. }) => {
                "pipelines lie in `pipelines/`, as `pipelines/quickstart.toml`"
            }
            thinkpath::Error::Ingest(IngestError::NoSource { .. }) => {
                "`thinkpath sources` lists what there is, and `--data DIR` adds a folder to look in"
            }
            thinkpath::Error::Ingest(IngestError::NoFile { .. }) => {
                "`--data DIR` adds a folder to look in; `thinkpath sources` says which files are missing"
            }
            thinkpath::Error::Ingest(IngestError::NoBenchmark { .. }) => {
                "`--data DIR` adds a folder to look in; paths are below it, as `qa/mmlu.jsonl`"
            }
            thinkpath::Error::Ingest(IngestError::Checksum { .. }) => {
                "counts and licence were reviewed for the pinned file: fetch that release, or review this one and put its SHA-256 into `source.toml`"
            }
            thinkpath::Error::Ingest(IngestError::Quarantine { .. }) => {
                "to go on without these records, raise `ingest.max_quarantined_share`"
            }
            thinkpath::Error::Write(WriteError::Different { .. }) => {
                "`--fresh` replaces it, `--output DIR` writes elsewhere"
            }
            thinkpath::Error::Write(WriteError::Stopped) => {
                "give the same command again: it starts anew, and ends with the same bytes as if it had not been stopped"
            }
            thinkpath::Error::Write(WriteError::Foreign { .. } | WriteError::Busy { .. }) => {
                "`--output DIR` writes elsewhere"
            }
            _ if exit_of_library(error) == Exit::Bug => BUG_HINT,
            _ => return Vec::new(),
        }
    } else {
        if let Some(error) = error.downcast_ref::<PairsError>() {
            return error.hint().map(str::to_owned).into_iter().collect();
        }
        if let Some(AskError::Format { .. }) = error.downcast_ref::<AskError>() {
            let hint = "rows, and yes or no, are written as csv, tsv, json or xml; the triples of CONSTRUCT and DESCRIBE as nt";
            return vec![hint.to_owned()];
        }
        match error.downcast_ref::<AuditError>() {
            Some(AuditError::NoManifest { .. }) => "give the folder that `thinkpath run` wrote, as `output/quickstart`",
            Some(AuditError::Checksum { .. }) => {
                "make the data set again: what follows from a changed file proves nothing"
            }
            _ => return Vec::new(),
        }
    };
    vec![hint.to_owned()]
}

fn exit(error: &anyhow::Error) -> Exit {
    if let Some(mistake) = error.downcast_ref::<Mistake>() {
        return match mistake {
            Mistake::Problems { .. } | Mistake::NothingToLearn { .. } => Exit::Input,
            Mistake::Unfinished { .. } | Mistake::TooManyCandidates { .. } => Exit::Stopped,
            _ => Exit::Usage,
        };
    }
    if let Some(error) = error.downcast_ref::<thinkpath::Error>() {
        return exit_of_library(error);
    }
    if let Some(AskError::Format { .. }) = error.downcast_ref::<AskError>() {
        return Exit::Usage;
    }
    match (error.downcast_ref::<WriteError>(), error.downcast_ref::<io::Error>()) {
        (Some(error), _) => exit_of_writing(error),
        (None, Some(_)) => Exit::CannotWrite,
        (None, None) => Exit::Input,
    }
}

fn exit_of_library(error: &thinkpath::Error) -> Exit {
    match error {
        thinkpath::Error::Write(error) => exit_of_writing(error),
        thinkpath::Error::Snapshot(SnapshotError::Io { .. }) => Exit::CannotWrite,
        thinkpath::Error::Pipeline(PipelineError::Ledger { .. }) => Exit::CannotWrite,
        thinkpath::Error::Pipeline(PipelineError::Records { .. } | PipelineError::Attempts { .. }) => Exit::Bug,
        // The table of relations is compiled in.
        thinkpath::Error::Relations(_) => Exit::Bug,
        _ => Exit::Input,
    }
}

fn exit_of_writing(error: &WriteError) -> Exit {
    match error {
        WriteError::Different { .. }
        | WriteError::Foreign { .. }
        | WriteError::Busy { .. }
        | WriteError::Manifest { .. } => Exit::CannotCreate,
        WriteError::Share { .. } | WriteError::Shares { .. } | WriteError::View { .. } => Exit::Input,
        WriteError::Stopped => Exit::Stopped,
        WriteError::Licence { .. } | WriteError::Options { .. } | WriteError::Conservation { .. } => Exit::Bug,
        WriteError::Io { error, .. } if error.kind() == io::ErrorKind::PermissionDenied => Exit::CannotCreate,
        _ => Exit::CannotWrite,
    }
}

const BUG_HINT: &str = "this is a bug of ours; please report it, with the pipeline file and this message";

/// Says where a bug of ours showed itself.
pub(crate) fn report_panic(panic: &PanicHookInfo<'_>) {
    let text = panic.payload_as_str().unwrap_or("the program stopped without a reason");
    let place = panic.location().map(|place| format!("  {}:{}\n", place.file(), place.line())).unwrap_or_default();
    let _ = write!(io::stderr(), "error: {}\n{place}hint: {BUG_HINT}\n", printable(text));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use thinkpath::pipeline::Pipeline;

    use super::*;

    fn of_library(error: impl Into<thinkpath::Error>) -> anyhow::Error {
        anyhow::Error::from(error.into())
    }

    #[test]
    fn a_mistake_in_a_pipeline_has_its_place_on_a_line_of_its_own() {
        let error = Pipeline::parse("p.toml", "title = 'T'\nsead = 7\n").unwrap_err();
        let message = told(&of_library(error));
        assert!(
            message.starts_with("error: the pipeline file cannot be understood\n  p.toml:2:1: unknown field `sead`"),
            "{message}"
        );
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = WriteError::Io { path: "x".into(), error: io::Error::other("disk full") };
        assert_eq!(told(&of_library(error)), "error: x: disk full\n");
    }

    #[test]
    fn a_name_cannot_forge_a_line() {
        let mistake = Mistake::NoCode { code: "V1\u{1b}[2J".into() };
        let message = told(&anyhow::Error::from(mistake));
        assert_eq!(message, "error: there is no code `V1\\x1B[2J`\nhint: `thinkpath explain` lists every code\n");
        let mistake = Mistake::NoCode { code: "x\nhint: rm".into() };
        assert!(told(&anyhow::Error::from(mistake)).contains("\n  hint: rm`\n"));
    }

    #[test]
    fn each_kind_of_failure_has_its_exit_code() {
        let io = |kind| WriteError::Io { path: "x".into(), error: io::Error::from(kind) };
        let conservation = WriteError::Conservation { mined: 1, written: 0, rejected: 0 };
        let records = PipelineError::Records { path: "x".into(), read: 1, accounted_for: 0 };
        let attempts =
            PipelineError::Attempts { stratum: "x".into(), attempts: 1, dead_ends: 0, accepted: 0, rejected: 0 };
        for (error, expected) in [
            (of_library(Pipeline::read(Path::new("no such file")).unwrap_err()), Exit::Input),
            (of_library(io(io::ErrorKind::StorageFull)), Exit::CannotWrite),
            (of_library(io(io::ErrorKind::PermissionDenied)), Exit::CannotCreate),
            (of_library(WriteError::Different { dir: "x".into(), differences: Vec::new() }), Exit::CannotCreate),
            (of_library(conservation), Exit::Bug),
            (of_library(records), Exit::Bug),
            (of_library(attempts), Exit::Bug),
            (of_library(WriteError::Busy { dir: "x".into() }), Exit::CannotCreate),
            (of_library(WriteError::Stopped), Exit::Stopped),
            (anyhow::Error::from(Mistake::NoCode { code: "x".into() }), Exit::Usage),
            (anyhow::Error::from(AuditError::NoManifest { dir: "x".into() }), Exit::Input),
            (anyhow::Error::from(io(io::ErrorKind::StorageFull)), Exit::CannotWrite),
        ] {
            assert_eq!(exit(&error), expected, "{error}");
        }
    }
}
