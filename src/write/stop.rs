//! Being asked to end early.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::write::error::WriteError;

/// Whether a run is to end before it is done. Clones share one flag.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// What to set to true, from a signal handler or another thread.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Asked wherever a run can end and leave nothing behind.
    ///
    /// # Errors
    ///
    /// [`WriteError::Stopped`] if it is to.
    pub fn check(&self) -> Result<(), WriteError> {
        if self.0.load(Ordering::Relaxed) { Err(WriteError::Stopped) } else { Ok(()) }
    }
}
