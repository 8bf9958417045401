//! Ends a process that hangs, and measures what it holds.

use std::cell::Cell;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

/// A mutation that keeps the processor for longer is held to be one that never ends; none should take a tenth of a second.
/// Processor time, because on a machine that others share nobody knows how long a second is.
const MAX_WORK: Duration = Duration::from_secs(5);
/// One that waits so long waits for ever.
const MAX_WAIT: Duration = Duration::from_secs(120);
const MAX_GROWTH_BYTES: u64 = 256 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A mutation, and when it began, by the clock and by what the process had worked.
type Begun = (u64, Instant, Duration);

/// Watches one mutation after the other.
pub(super) struct Watch {
    now: Arc<Mutex<Option<Begun>>>,
    began_with_bytes: Cell<u64>,
}

impl Watch {
    /// A watch whose page is named.
    pub(super) fn start(page: &str) -> Self {
        let now: Arc<Mutex<Option<Begun>>> = Arc::default();
        let (page, watched) = (page.to_owned(), Arc::clone(&now));
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(LOOK_EVERY);
                if let Some((number, start, worked)) = *watched.lock().unwrap()
                    && (work().saturating_sub(worked) > MAX_WORK || start.elapsed() > MAX_WAIT)
                {
                    say(&format!("{page} {number}: works longer than {MAX_WORK:?}, or waits longer than {MAX_WAIT:?}"));
                    #[expect(clippy::disallowed_methods, reason = "a thread that hangs ends only with its process")]
                    std::process::exit(1);
                }
            }
        });
        Self { now, began_with_bytes: Cell::new(0) }
    }

    /// A mutation begins.
    pub(super) fn begin(&self, number: u64) {
        // What was held before is no peak from here on. Where the system does not let us say so, the bound is looser.
        _ = std::fs::write("/proc/self/clear_refs", "5");
        self.began_with_bytes.set(peak_bytes());
        *self.now.lock().unwrap() = Some((number, Instant::now(), work()));
        // Should the process die of it, this was the last thing that it said.
        say(&format!("at {number}"));
    }

    /// A mutation has ended.
    pub(super) fn end(&self) {
        *self.now.lock().unwrap() = None;
    }

    /// What is wrong, if the process has held too much more than when the mutation began.
    pub(super) fn over_memory(&self) -> Option<String> {
        let growth_bytes = peak_bytes().saturating_sub(self.began_with_bytes.get());
        (growth_bytes > MAX_GROWTH_BYTES).then(|| format!("the process grew by {growth_bytes} bytes"))
    }

    /// Says something that stands on lines of its own.
    pub(super) fn say(&self, text: &str) {
        say(text);
    }
}

/// Past the test harness, which keeps what `println!` prints.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

/// The processor time of this process; none where the system does not tell.
fn work() -> Duration {
    const TICKS_A_SECOND: u64 = 100;
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = status.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 1000 / TICKS_A_SECOND)
}

/// The most that this process has held in memory; 0 where the system does not tell.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    peak.unwrap_or(0) * 1024
}
