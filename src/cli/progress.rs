//! How far a run is: bars on a terminal, a plain line a stage elsewhere. Both on stderr.

use std::io;
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use thinkpath::finding::printable;
use thinkpath::pipeline::Progress;

use crate::text::note;

/// Shows progress on stderr.
#[derive(Debug)]
pub(crate) struct Display {
    is_terminal: bool,
    current: Mutex<Option<Stage>>,
}

#[derive(Debug)]
struct Stage {
    name: String,
    bar: ProgressBar,
}

impl Display {
    /// For what stderr is now.
    pub(crate) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), current: Mutex::new(None) }
    }

    fn bar(&self, name: &str, total: Option<u64>) -> ProgressBar {
        if !self.is_terminal {
            return ProgressBar::hidden();
        }
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), "{msg} {wide_bar} {human_pos}/{human_len}"),
            None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

impl Progress for Display {
    fn begin(&self, stage: &str, total: Option<u64>) {
        let name = printable(stage);
        let bar = self.bar(&name, total);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stage { name, bar });
    }

    fn advance(&self, by: u64) {
        if let Some(stage) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner) {
            stage.bar.inc(by);
        }
    }

    fn end(&self, outcome: &str) {
        if let Some(stage) = self.current.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stage.bar.finish_and_clear();
            note(&format!("{}: {}", stage.name, printable(outcome)));
        }
    }
}

impl Drop for Display {
    /// Clears the bar of a stage that failed, so that the error stands on a line of its own.
    fn drop(&mut self) {
        if let Some(stage) = self.current.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            stage.bar.finish_and_clear();
        }
    }
}
