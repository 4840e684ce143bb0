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
use crate::gateway::{Branch, Until};

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

/// A task that has begun: resumed it gives the time when it is due again, or [`END`].
pub(super) type Stack = Generator<'static, (), i64>;

/// What a task that is done gives instead of a time.
const END: i64 = i64::MIN;

/// Whether the caller is a task.
pub(super) fn is_task() -> bool {
    generator::is_generator()
}

/// Lets the others run until then.
pub(super) fn wait_until(due_ms: i64) {
    generator::yield_with(due_ms);
}

fn stack<'a>(run: Box<dyn FnOnce() + Send + 'a>) -> Generator<'a, (), i64> {
    Gn::<()>::new_opt(STACK_WORDS, move || {
        run();
        END
    })
}

/// Runs a task on; returns when it is due again.
fn resume(stack: &mut Generator<'_, (), i64>) -> Option<i64> {
    stack.resume().filter(|due_ms| *due_ms != END)
}

/// What is due, in order: the time, the number of the wait, and the task.
#[derive(Default)]
struct Queue {
    heap: BinaryHeap<Reverse<(i64, u64, usize)>>,
    n_waits: u64,
}

impl Queue {
    fn push(&mut self, due_ms: i64, task: usize) {
        self.heap.push(Reverse((due_ms, self.n_waits, task)));
        self.n_waits += 1;
    }

    fn pop(&mut self) -> Option<(i64, usize)> {
        self.heap.pop().map(|Reverse((due_ms, _, task))| (due_ms, task))
    }

    fn next_due_ms(&self) -> Option<i64> {
        self.heap.peek().map(|Reverse((due_ms, ..))| *due_ms)
    }
}

/// Runs all tasks to their ends; the clock of `host` moves as far as the last one waits.
///
/// # Errors
/// [`TooManyTasks`], before any of them runs.
pub fn run(host: &SimHost, mut tasks: Vec<Task<'_>>) -> Result<(), TooManyTasks> {
    if tasks.len() > MAX_TASKS {
        return Err(TooManyTasks(tasks.len()));
    }
    tasks.sort_by_key(|task| task.start_ms);
    run_arriving(host, tasks.into_iter())
}

/// Runs tasks that come one after the other, in the order of their beginnings; each takes a stack only once it begins.
///
/// # Errors
/// [`TooManyTasks`] where more than fit have begun and not ended. No further one begins then; those that run come to
/// their ends.
pub fn run_arriving<'a>(
    host: &SimHost,
    arrivals: impl Iterator<Item = Task<'a>>,
) -> Result<(), TooManyTasks> {
    let begin_ms = host.world().now_ms;
    let due_ms = |start_ms| begin_ms.saturating_add(i64::try_from(start_ms).unwrap_or(i64::MAX));
    let mut arrivals = arrivals.fuse().peekable();
    let mut outcome = Ok(());
    let mut queue = Queue::default();
    let mut stacks = Stacks::default();
    loop {
        for (due_ms, stack) in std::mem::take(&mut host.world().detached) {
            queue.push(due_ms, stacks.put(stack));
        }
        let next_ms = queue.next_due_ms();
        // Of those that are due together who waits already goes first: that is how the queue is ordered.
        let arrives = |task: &Task<'_>| next_ms.is_none_or(|next_ms| due_ms(task.start_ms) <= next_ms);
        if outcome.is_ok()
            && let Some(Task { start_ms, run }) = arrivals.next_if(arrives)
        {
            if stacks.n_running >= MAX_TASKS {
                outcome = Err(TooManyTasks(stacks.n_running + 1));
            } else {
                queue.push(due_ms(start_ms), stacks.put(stack(run)));
            }
            continue;
        }
        let Some((due_ms_now, number)) = queue.pop() else { break };
        let next_arrival_ms = arrivals.peek().filter(|_| outcome.is_ok()).map(|task| due_ms(task.start_ms));
        {
            let mut world = host.world();
            world.now_ms = world.now_ms.max(due_ms_now);
            world.next_due_ms = [queue.next_due_ms(), next_arrival_ms].into_iter().flatten().min();
            world.task = number + 1;
        }
        match stacks.resume(number) {
            Some(due_ms) => queue.push(due_ms, number),
            None => {
                host.world().calls.swap_remove(&(number + 1));
            }
        }
    }
    let mut world = host.world();
    world.next_due_ms = None;
    world.task = 0;
    outcome
}

/// The stacks of tasks that have begun and not ended, by number. Numbers are given again.
#[derive(Default)]
struct Stacks<'a> {
    all: Vec<Option<Generator<'a, (), i64>>>,
    free: Vec<usize>,
    n_running: usize,
}

impl<'a> Stacks<'a> {
    fn put(&mut self, stack: Generator<'a, (), i64>) -> usize {
        self.n_running += 1;
        if let Some(number) = self.free.pop() {
            self.all[number] = Some(stack);
            return number;
        }
        self.all.push(Some(stack));
        self.all.len() - 1
    }

    /// Runs a task on; one that is done gives its stack back.
    fn resume(&mut self, number: usize) -> Option<i64> {
        let due_ms = self.all[number].as_mut().and_then(resume);
        if due_ms.is_none() {
            self.all[number] = None;
            self.free.push(number);
            self.n_running -= 1;
        }
        due_ms
    }
}

/// Runs branches side by side, inside of a task or outside of all. Those that go on after the first has ended are
/// detached. Of branches that end together the one that is first in order counts.
pub(super) fn run_together(host: &SimHost, branches: Vec<Branch>, until: Until) -> Option<usize> {
    let mut queue = Queue::default();
    let mut stacks: Vec<Option<Stack>> = branches.into_iter().map(|branch| Some(stack(branch))).collect();
    let now_ms = host.world().now_ms;
    (0..stacks.len()).for_each(|number| queue.push(now_ms, number));
    let mut first = None;
    while let Some((due_ms, number)) = queue.pop() {
        let now_ms = host.world().now_ms;
        if due_ms > now_ms {
            host.wait(u64::try_from(due_ms - now_ms).unwrap_or_default());
        }
        // The others of the outside may have moved meanwhile.
        let outer_ms = host.world().next_due_ms;
        host.world().next_due_ms = [outer_ms, queue.next_due_ms()].into_iter().flatten().min();
        let again_ms = stacks[number].as_mut().and_then(resume);
        host.world().next_due_ms = outer_ms;
        match again_ms {
            Some(due_ms) => queue.push(due_ms, number),
            None => {
                stacks[number] = None;
                first = first.or(Some(number));
                if until == Until::FirstEnds {
                    break;
                }
            }
        }
    }
    while let Some((due_ms, number)) = queue.pop() {
        let stack = stacks[number].take();
        host.world().detached.extend(stack.map(|stack| (due_ms, stack)));
    }
    first
}

/// Runs what goes on behind, up to a time.
pub(super) fn run_detached(host: &SimHost, until_ms: i64) {
    let mut queue = Queue::default();
    let mut stacks = Vec::new();
    loop {
        for (due_ms, stack) in std::mem::take(&mut host.world().detached) {
            queue.push(due_ms, stacks.len());
            stacks.push(Some(stack));
        }
        let Some((due_ms, number)) = queue.pop() else { break };
        let Some(mut stack) = stacks[number].take() else { continue };
        if due_ms > until_ms {
            host.world().detached.push((due_ms, stack));
            break;
        }
        {
            let mut world = host.world();
            world.now_ms = world.now_ms.max(due_ms);
            // A wait beyond the time gives way here.
            world.next_due_ms = Some(queue.next_due_ms().unwrap_or(until_ms).min(until_ms));
        }
        if let Some(due_ms) = resume(&mut stack) {
            queue.push(due_ms, number);
            stacks[number] = Some(stack);
        }
    }
    let mut world = host.world();
    world.next_due_ms = None;
    while let Some((due_ms, number)) = queue.pop() {
        let stack = stacks[number].take();
        world.detached.extend(stack.map(|stack| (due_ms, stack)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::gateway::Host as _;

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

    /// When branches that wait so long end, and when those that come after the first go on.
    #[test]
    fn branches_begin_together_and_the_rest_goes_on_behind() {
        let host = SimHost::new(1);
        let begin_ms = host.now_unix_ms();
        let log = Arc::new(Mutex::new(Vec::new()));
        let branches = |waits: [u64; 3]| {
            waits
                .into_iter()
                .map(|wait_ms| {
                    let (host, log) = (host.clone(), Arc::clone(&log));
                    Box::new(move || {
                        host.sleep_ms(wait_ms);
                        log.lock().unwrap().push((wait_ms, host.now_unix_ms() - begin_ms));
                    }) as crate::gateway::Branch
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(host.run_together(branches([30, 10, 20]), Until::AllEnd), Some(1));
        assert_eq!(host.now_unix_ms() - begin_ms, 30);
        assert_eq!(std::mem::take(&mut *log.lock().unwrap()), [(10, 10), (20, 20), (30, 30)]);
        assert_eq!(host.run_together(branches([30, 10, 50]), Until::FirstEnds), Some(1));
        assert_eq!(host.now_unix_ms() - begin_ms, 40);
        host.advance_ms(25);
        assert_eq!(host.now_unix_ms() - begin_ms, 65);
        assert_eq!(std::mem::take(&mut *log.lock().unwrap()), [(10, 40), (30, 60)]);
        // Inside of a task, beside another.
        let inner = host.clone();
        let together = branches([7, 3, 5]);
        let begin = begin_ms + 65;
        let beside = Arc::clone(&log);
        let other = host.clone();
        run(
            &host,
            vec![
                Task {
                    start_ms: 0,
                    run: Box::new(move || assert_eq!(inner.run_together(together, Until::AllEnd), Some(1))),
                },
                Task {
                    start_ms: 4,
                    run: Box::new(move || beside.lock().unwrap().push((0, other.now_unix_ms() - begin_ms))),
                },
            ],
        )
        .unwrap();
        let at = |ms: i64| begin - begin_ms + ms;
        assert_eq!(*log.lock().unwrap(), [(3, at(3)), (0, at(4)), (5, at(5)), (7, at(7)), (50, 80)]);
    }

    #[test]
    fn tasks_arrive_while_others_run() {
        let host = SimHost::new(1);
        let begin_ms = host.now_unix_ms();
        let log = Mutex::new(Vec::new());
        let arrivals = (0..4_u64).map(|number| {
            let (host, log) = (host.clone(), &log);
            let run = move || {
                let began_ms = host.now_unix_ms() - begin_ms;
                host.sleep_ms(25);
                log.lock().unwrap().push((number, began_ms, host.now_unix_ms() - begin_ms));
            };
            Task { start_ms: number * 10, run: Box::new(run) }
        });
        assert_eq!(run_arriving(&host, arrivals), Ok(()));
        assert_eq!(*log.lock().unwrap(), [(0, 0, 25), (1, 10, 35), (2, 20, 45), (3, 30, 55)]);
    }

    #[test]
    fn more_at_once_than_fit_end_what_arrives() {
        let host = SimHost::new(1);
        let arrivals = (0..MAX_TASKS as u64 + 50).map(|_| {
            let host = host.clone();
            Task { start_ms: 0, run: Box::new(move || host.sleep_ms(1_000)) }
        });
        assert_eq!(run_arriving(&host, arrivals), Err(TooManyTasks(MAX_TASKS + 1)));
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
