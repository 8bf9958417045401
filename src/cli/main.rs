//! The program: what a person types, and what a person sees.
//!
//! It is thin on purpose. All it decides is how a result, a mistake or the progress of a run looks; everything else is
//! the library's, so that whoever uses the library gets what the program does. Results go to stdout and nothing else
//! does; progress, findings and errors go to stderr.

mod build;
mod check;
mod explain;
mod export;
mod failure;
mod inspect;
mod node;
mod pairs;
mod paths;
mod progress;
mod query;
mod rank;
mod run;
mod session;
mod show;
mod sources;
mod text;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;

use crate::failure::Exit;
use crate::session::Session;

/// Turns medical knowledge graphs into reasoning data whose every item carries a proof.
#[derive(Debug, Parser)]
#[command(name = "thinkpath", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Program {
    #[command(subcommand)]
    command: Command,

    /// A folder to look for sources in, after `ontologies/`; may be given more than once.
    ///
    /// Without it, the folders of the environment variable THINKPATH_DATA are used.
    #[arg(long, value_name = "DIR", global = true)]
    data: Vec<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  thinkpath run pipelines/quickstart.toml      ontologies to a data set in output/quickstart
  thinkpath show output/quickstart             its items as a person reads them, proof included
  thinkpath explain V101                       what a check looks at, and why

Exit codes: 0 done; 64 usage; 65 bad input; 70 a bug of ours; 73, 74 output cannot be written;
75 stopped before the end: at a bound that was given, or because it was asked to.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a pipeline: sources to a data set
    Run(run::Arguments),
    /// Find every mistake in a pipeline, and run nothing
    Check(check::Arguments),
    /// Build a graph and keep it as a snapshot
    Build(build::Arguments),
    /// Say what a graph holds, or all about one of its nodes
    Inspect(inspect::Arguments),
    /// Say how two nodes are connected: the best paths, each edge with its source
    Paths(paths::Arguments),
    /// Ask a graph in SPARQL
    Query(query::Arguments),
    /// Measure or learn the ranking of paths from drugs to diseases
    Rank(rank::Arguments),
    /// Write a graph for other tools
    Export(export::Arguments),
    /// Print items of a data set as a person reads them, proof included
    Show(show::Arguments),
    /// Say what a code means
    Explain(explain::Arguments),
    /// List the sources that there are
    Sources(sources::Arguments),
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(failure::report_panic));
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(answer) => {
            // Help and version are answers and not mistakes; either way there is nobody left to tell if this fails.
            let _ = answer.print();
            return if answer.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let session = Session::new(program.data);
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| match program.command {
        Command::Run(arguments) => run::run(&arguments, &session),
        Command::Check(arguments) => check::run(&arguments, &session),
        Command::Build(arguments) => build::run(&arguments, &session),
        Command::Inspect(arguments) => inspect::run(&arguments, &session),
        Command::Paths(arguments) => paths::run(&arguments, &session),
        Command::Query(arguments) => query::run(&arguments, &session),
        Command::Rank(arguments) => rank::run(&arguments, &session),
        Command::Export(arguments) => export::run(&arguments, &session),
        Command::Show(arguments) => show::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Sources(arguments) => sources::run(&arguments, &session),
    }));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => Exit::Bug.into(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_makes_sense() {
        super::Program::command().debug_assert();
    }
}
