//! Threads that work on requests. The one that was busy last is the next to be given work: its stack and its memory are
//! still in the processor's caches, and threads that the load does not need go home. The runtime's own threads for
//! blocking work take turns instead, which under load makes more than a hundred of them, each of them cold.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A thread without work for so long ends.
const PATIENCE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

pub(super) struct Workers {
    /// What streams and timers of a request belong to.
    runtime: Handle,
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    n_threads: usize,
    /// Threads without work; the one that was busy last is at the back.
    idle: Vec<Arc<Seat>>,
    /// Work that no thread has taken.
    waiting: VecDeque<Job>,
}

/// Where a thread without work finds its next.
struct Seat {
    thread: Thread,
    job: Mutex<Option<Job>>,
}

impl Workers {
    /// At most `most` threads. Must be called within a tokio runtime.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { runtime: Handle::current(), most: most.max(1), state: Mutex::default() })
    }

    /// Has `work` done. What is returned gives an error where it panicked, or the system gives no thread.
    pub(super) fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        self.give(Box::new(move || {
            // Nobody waits where the caller has left and the server stops.
            let _unheard = sender.send(work());
        }));
        receiver
    }

    fn give(self: &Arc<Self>, job: Job) {
        let mut state = self.state();
        if let Some(seat) = state.idle.pop() {
            drop(state);
            *lock(&seat.job) = Some(job);
            seat.thread.unpark();
            return;
        }
        state.waiting.push_back(job);
        if state.n_threads == self.most {
            return;
        }
        state.n_threads += 1;
        drop(state);
        let workers = Arc::clone(self);
        let begun = thread::Builder::new().name("gateway".to_owned()).spawn(move || workers.serve());
        if begun.is_err() {
            let mut state = self.state();
            state.n_threads -= 1;
            // Others take it later; without others nobody would.
            if state.n_threads == 0 {
                state.waiting.clear();
            }
        }
    }

    fn serve(&self) {
        let _within = self.runtime.enter();
        let seat = Arc::new(Seat { thread: thread::current(), job: Mutex::default() });
        while let Some(job) = self.next(&seat) {
            // A panic has been reported on stderr; whoever waits for the work sees that nothing comes of it.
            let _reported = catch_unwind(AssertUnwindSafe(job));
        }
    }

    /// Waits for work; None where there was none for long.
    fn next(&self, seat: &Arc<Seat>) -> Option<Job> {
        let mut state = self.state();
        if let Some(job) = state.waiting.pop_front() {
            return Some(job);
        }
        state.idle.push(Arc::clone(seat));
        drop(state);
        let since = Instant::now();
        loop {
            thread::park_timeout(PATIENCE);
            if let Some(job) = lock(&seat.job).take() {
                return Some(job);
            }
            if since.elapsed() < PATIENCE {
                continue;
            }
            let mut state = self.state();
            // Where it is not among the idle ones, work is on its way to it.
            if let Some(at) = state.idle.iter().position(|idle| Arc::ptr_eq(idle, seat)) {
                state.idle.remove(at);
                state.n_threads -= 1;
                return None;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Work runs outside of the locks, so a panic leaves what they guard whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_leaves_the_threads_to_others() {
        let workers = Workers::new(1);
        assert!(workers.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(workers.run(|| 7).await, Ok(7));
        assert_eq!(workers.state().n_threads, 1);
    }

    #[tokio::test]
    async fn more_work_than_threads_waits_its_turn() {
        let workers = Workers::new(2);
        let (go, waits) = mpsc::channel::<()>();
        let waits = Arc::new(Mutex::new(waits));
        let blocked: Vec<_> = (0..2)
            .map(|_| {
                let waits = Arc::clone(&waits);
                workers.run(move || lock(&waits).recv().is_ok())
            })
            .collect();
        let mut later: Vec<_> = (0..20).map(|nth| workers.run(move || nth)).collect();
        assert!(later[0].try_recv().is_err(), "both threads are busy");
        assert_eq!(workers.state().n_threads, 2);
        (0..2).for_each(|_| go.send(()).expect("both wait for it"));
        for blocked in blocked {
            assert_eq!(blocked.await, Ok(true));
        }
        for (nth, later) in later.into_iter().enumerate() {
            assert_eq!(later.await, Ok(nth));
        }
    }

    #[tokio::test]
    async fn one_request_after_the_other_takes_one_thread() {
        let workers = Workers::new(8);
        let mut threads = Vec::new();
        for _ in 0..50 {
            threads.push(workers.run(|| thread::current().id()).await.expect("it does not panic"));
            while workers.state().idle.is_empty() {
                tokio::task::yield_now().await;
            }
        }
        threads.dedup();
        assert_eq!(threads.len(), 1);
    }
}
