//! Many users at once in one virtual time, on one thread: each task has a stack of its own and runs until it waits;
//! then the one that is due next goes on. Ties go in the order in which the waits began, so a run depends on nothing
//! but its tasks and the seed. A task that is itself due next goes on without any switch.
//!
//! The interpreter is ordinary code that blocks, as it is over sockets. A thread for each user with a baton between
//! them would do the same; stacks that are switched in user space do it without threads, which the layers below the
//! rim do not have, and a switch costs less than a microsecond instead of a wake-up of the system's.
#![expect(
    deprecated,
    reason = "the crate prefers a handle that is passed down to where it yields; here that is below the interpreter, which knows nothing of tasks"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use generator::{Generator, Gn};

use super::SimHost;

/// Words of a task's stack: 2 MiB, what a thread has. Only pages that are touched take memory.
const STACK_WORDS: usize = 0x4_0000;

/// Users at once. Each holds a stack, and 5,000 of them an address space of 10 GiB.
pub const MAX_TASKS: usize = 5_000;

/// A task: when it begins, in milliseconds from now, and what it does.
pub struct Task<'a> {
    pub start_ms: u64,
    pub run: Box<dyn FnOnce() + Send + 'a>,
}

/// There are more tasks than fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} tasks at once are more than {MAX_TASKS}")]
pub struct TooManyTasks(pub usize);

/// Whether the caller is a task.
pub(super) fn is_task() -> bool {
    generator::is_generator()
}

/// Lets the others run until then.
pub(super) fn wait_until(due_ms: i64) {
    generator::yield_with(due_ms);
}

/// Runs all tasks to their ends; the clock of `host` moves as far as the last one waits.
///
/// # Errors
/// [`TooManyTasks`], before any of them runs.
pub fn run(host: &SimHost, tasks: Vec<Task<'_>>) -> Result<(), TooManyTasks> {
    if tasks.len() > MAX_TASKS {
        return Err(TooManyTasks(tasks.len()));
    }
    let begin_ms = host.world().now_ms;
    let mut queue = BinaryHeap::with_capacity(tasks.len());
    let mut order = 0_u64;
    let mut stacks: Vec<Option<Generator<'_, (), i64>>> = Vec::with_capacity(tasks.len());
    for (number, task) in tasks.into_iter().enumerate() {
        let due_ms = begin_ms.saturating_add(i64::try_from(task.start_ms).unwrap_or(i64::MAX));
        queue.push(Reverse((due_ms, order, number)));
        order += 1;
        let run = task.run;
        stacks.push(Some(Gn::<()>::new_opt(STACK_WORDS, move || {
            run();
            END
        })));
    }
    while let Some(Reverse((due_ms, _, number))) = queue.pop() {
        {
            let mut world = host.world();
            world.now_ms = world.now_ms.max(due_ms);
            world.next_due_ms = queue.peek().map(|Reverse((next_ms, ..))| *next_ms);
            world.task = number + 1;
        }
        match stacks[number].as_mut().and_then(Generator::resume) {
            Some(due_ms) if due_ms != END => {
                queue.push(Reverse((due_ms, order, number)));
                order += 1;
            }
            // Its stack goes with it.
            _ => stacks[number] = None,
        }
    }
    let mut world = host.world();
    world.next_due_ms = None;
    world.task = 0;
    Ok(())
}

/// What a task that is done gives instead of a time.
const END: i64 = i64::MIN;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::gateway::Host;

    /// Runs tasks that each wait through their list; returns who woke when.
    fn woken(waits: &[&[u64]]) -> Vec<(usize, i64)> {
        let host = SimHost::new(1);
        let begin_ms = host.now_unix_ms();
        let log = Arc::new(Mutex::new(Vec::new()));
        let tasks = waits.iter().enumerate().map(|(number, waits)| {
            let (host, log) = (host.clone(), Arc::clone(&log));
            let run = move || {
                for wait in *waits {
                    host.sleep_ms(*wait);
                    log.lock().unwrap().push((number, host.now_unix_ms() - begin_ms));
                }
            };
            Task { start_ms: 0, run: Box::new(run) }
        });
        run(&host, tasks.collect()).unwrap();
        let log = log.lock().unwrap();
        log.clone()
    }

    #[test]
    fn all_see_one_time_in_its_order() {
        assert_eq!(woken(&[&[10, 10], &[5, 10], &[20]]), [(1, 5), (0, 10), (1, 15), (2, 20), (0, 20)]);
    }

    #[test]
    fn of_two_that_are_due_together_the_one_that_waited_first_comes_first() {
        assert_eq!(woken(&[&[10, 0, 0], &[10, 0]]), [(0, 10), (1, 10), (0, 10), (1, 10), (0, 10)]);
    }

    #[test]
    fn one_alone_needs_nobody() {
        assert_eq!(woken(&[&[1, 2, 3]]), [(0, 1), (0, 3), (0, 6)]);
        let host = SimHost::new(1);
        let task = || Task { start_ms: 0, run: Box::new(|| ()) };
        let too_many = (0..=MAX_TASKS).map(|_| task()).collect();
        assert_eq!(run(&host, too_many), Err(TooManyTasks(MAX_TASKS + 1)));
    }
}
