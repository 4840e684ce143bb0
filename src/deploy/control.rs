//! How a run is asked to stop, from anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::CancelFlag;

/// What is to become of the deployment that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It goes on in ARM; this run no longer watches.
    Leave,
    /// ARM is asked to stop it.
    Cancel,
}

/// One for each run; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Control {
    pub(super) asked: CancelFlag,
    leaves: Arc<AtomicBool>,
}

impl Control {
    /// A run that is cancelled when `flag` is set.
    pub fn cancelled_by(flag: &CancelFlag) -> Self {
        Self { asked: flag.clone(), leaves: Arc::default() }
    }

    /// Asks the run to stop. The first wish counts.
    pub fn ask(&self, wish: Wish) {
        if !self.asked.is_set() {
            self.leaves.store(wish == Wish::Leave, Ordering::SeqCst);
            self.asked.set();
        }
    }

    pub(super) fn wish(&self) -> Option<Wish> {
        let leaves = self.leaves.load(Ordering::SeqCst);
        self.asked.is_set().then_some(if leaves { Wish::Leave } else { Wish::Cancel })
    }
}
