//! Runs the instructions of a pattern over a text: backtracking with a stack of its own, so that neither a pattern nor a
//! text can exhaust the native one, and with a number of steps that ends it.

use super::compile::{Op, Program};
use super::parse::Anchor;
use super::set::{folded, is_word};
use super::{Captures, OutOfSteps};

/// Ways back that are kept at a time; each has 32 bytes.
const MAX_STACK: usize = 1 << 20;

/// A step of this many units of a run counts as one more.
const UNITS_PER_STEP: usize = 4;

pub(super) struct Machine<'a> {
    program: &'a Program,
    text: &'a [u16],
    /// Where the search began.
    from: usize,
    steps: &'a mut u64,
    /// Where the open captures of each group begin.
    starts: Vec<usize>,
    captures: Captures,
    /// How often each loop has run, and where its last time began.
    counters: Vec<(u32, usize)>,
    stack: Vec<Entry>,
}

/// What to go back to, or to undo on the way there.
enum Entry {
    Branch { pc: usize, at: usize },
    Run { pc: usize, least: usize, at: usize },
    Start { group: usize, before: usize },
    Capture { group: usize },
    Counter { counter: usize, before: (u32, usize) },
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program, text: &'a [u16], from: usize, steps: &'a mut u64) -> Self {
        let n_groups = program.names.len();
        Self {
            program,
            text,
            from,
            steps,
            starts: vec![0; n_groups],
            captures: vec![Vec::new(); n_groups],
            counters: vec![(0, 0); program.n_counters],
            stack: Vec::new(),
        }
    }

    /// Tries every place from the first on.
    pub(super) fn find(mut self) -> Result<Option<Captures>, OutOfSteps> {
        let only_start = self.program.code.first() == Some(&Op::Anchor(Anchor::TextStart));
        let first = match self.program.code.first() {
            Some(Op::Unit(unit)) => Some(*unit),
            _ => None,
        };
        for start in self.from..=self.text.len() {
            if only_start && start > 0 {
                break;
            }
            if first.is_some() && self.text.get(start).copied() != first {
                if start % UNITS_PER_STEP == 0 {
                    self.spend(1)?;
                }
                continue;
            }
            if let Some(end) = self.run(0, start, None)? {
                self.captures[0] = vec![(start, end)];
                return Ok(Some(self.captures));
            }
        }
        Ok(None)
    }

    fn spend(&mut self, n_steps: usize) -> Result<(), OutOfSteps> {
        *self.steps = self.steps.checked_sub(n_steps as u64).ok_or(OutOfSteps)?;
        Ok(())
    }

    fn push(&mut self, entry: Entry) -> Result<(), OutOfSteps> {
        if self.stack.len() >= MAX_STACK {
            return Err(OutOfSteps);
        }
        self.stack.push(entry);
        Ok(())
    }

    /// Goes back to the last way that was not taken above `floor`, undoing what came after it.
    fn back(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.stack.len() > floor {
            match self.stack.pop()? {
                Entry::Branch { pc, at } => return Some((pc, at)),
                Entry::Run { pc, least, at } => {
                    if at > least {
                        if at - 1 > least {
                            self.stack.push(Entry::Run { pc, least, at: at - 1 });
                        }
                        return Some((pc, at - 1));
                    }
                }
                undo => self.undo(undo),
            }
        }
        None
    }

    fn undo(&mut self, entry: Entry) {
        match entry {
            Entry::Start { group, before } => self.starts[group] = before,
            Entry::Capture { group } => drop(self.captures[group].pop()),
            Entry::Counter { counter, before } => self.counters[counter] = before,
            Entry::Branch { .. } | Entry::Run { .. } => {}
        }
    }

    /// Forgets the ways back above `floor`, not what is to be undone.
    fn commit(&mut self, floor: usize) {
        let kept: Vec<Entry> = self
            .stack
            .drain(floor..)
            .filter(|entry| !matches!(entry, Entry::Branch { .. } | Entry::Run { .. }))
            .collect();
        self.stack.extend(kept);
    }

    fn unwind(&mut self, floor: usize) {
        while self.stack.len() > floor {
            if let Some(entry) = self.stack.pop() {
                self.undo(entry);
            }
        }
    }

    fn count(&mut self, counter: usize, value: (u32, usize)) -> Result<(), OutOfSteps> {
        let before = std::mem::replace(&mut self.counters[counter], value);
        self.push(Entry::Counter { counter, before })
    }

    /// Runs from `pc` to its `Done`, where it has to be at `end` if that is given. Ways back stay on the stack.
    fn run(&mut self, pc: usize, at: usize, end: Option<usize>) -> Result<Option<usize>, OutOfSteps> {
        let floor = self.stack.len();
        let (mut pc, mut at) = (pc, at);
        loop {
            self.spend(1)?;
            let op = &self.program.code[pc];
            let next = match op {
                Op::Done if end.is_none_or(|end| end == at) => return Ok(Some(at)),
                Op::Done => None,
                _ => self.step(op, pc, at)?,
            };
            match next.or_else(|| self.back(floor)) {
                Some(next) => (pc, at) = next,
                None => return Ok(None),
            }
        }
    }

    /// Where one instruction leads; None where it does not fit.
    fn step(&mut self, op: &Op, pc: usize, at: usize) -> Result<Option<(usize, usize)>, OutOfSteps> {
        let unit = self.text.get(at).copied();
        let one = |fits: bool| fits.then_some((pc + 1, at + 1));
        Ok(match *op {
            Op::Unit(wanted) => one(unit == Some(wanted)),
            Op::UnitFolded(wanted) => one(unit.is_some_and(|unit| folded(unit) == wanted)),
            Op::Set(set) => one(unit.is_some_and(|unit| self.program.sets[set].has(unit))),
            Op::Anchor(anchor) => self.holds(anchor, at).then_some((pc + 1, at)),
            Op::Back { group, ignore_case } => self.repeated(group, ignore_case, at)?.map(|at| (pc + 1, at)),
            Op::Open(group) => {
                let before = std::mem::replace(&mut self.starts[group], at);
                self.push(Entry::Start { group, before })?;
                Some((pc + 1, at))
            }
            Op::Close(group) => {
                self.captures[group].push((self.starts[group], at));
                self.push(Entry::Capture { group })?;
                Some((pc + 1, at))
            }
            Op::Split(first, second) => {
                self.push(Entry::Branch { pc: second, at })?;
                Some((first, at))
            }
            Op::Jump(to) => Some((to, at)),
            Op::LoopStart(counter) => {
                self.count(counter, (0, usize::MAX))?;
                Some((pc + 1, at))
            }
            Op::Loop { counter, least, most, lazy, body } => {
                let (n_done, began) = self.counters[counter];
                // A time that took nothing, once there are enough, is the last.
                let may = n_done < most && (began != at || n_done < least);
                if n_done < least && may {
                    self.count(counter, (n_done + 1, at))?;
                    Some((body, at))
                } else if !may {
                    Some((pc + 1, at))
                } else if lazy {
                    self.push(Entry::Branch { pc: pc + 2, at })?;
                    Some((pc + 1, at))
                } else {
                    self.push(Entry::Branch { pc: pc + 1, at })?;
                    self.count(counter, (n_done + 1, at))?;
                    Some((body, at))
                }
            }
            Op::LoopAgain { counter, body } => {
                let (n_done, _) = self.counters[counter];
                self.count(counter, (n_done + 1, at))?;
                Some((body, at))
            }
            Op::Run { set, least, most } => {
                let set = &self.program.sets[set];
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let n_taken = self.text[at..].iter().take(most).take_while(|unit| set.has(**unit)).count();
                self.spend(n_taken / UNITS_PER_STEP)?;
                let least = usize::try_from(least).unwrap_or(usize::MAX);
                if n_taken < least {
                    None
                } else {
                    if n_taken > least {
                        self.push(Entry::Run { pc: pc + 1, least: at + least, at: at + n_taken })?;
                    }
                    Some((pc + 1, at + n_taken))
                }
            }
            Op::Look { behind, negative, after } => {
                let found = self.looks(pc + 1, at, behind, negative)?;
                found.then_some((after, at))
            }
            Op::IfLook { behind, negative, after, otherwise } => {
                let found = self.looks(pc + 1, at, behind, negative)?;
                Some((if found { after } else { otherwise }, at))
            }
            Op::IfGroup { group, otherwise } => {
                Some((if self.captures[group].is_empty() { otherwise } else { pc + 1 }, at))
            }
            Op::Atomic { after } => {
                let floor = self.stack.len();
                let end = self.run(pc + 1, at, None)?;
                self.commit(floor);
                end.map(|at| (after, at))
            }
            Op::Done => None,
        })
    }

    /// Whether what begins at `pc` is found ahead or behind, or is not, as wanted.
    fn looks(&mut self, pc: usize, at: usize, behind: bool, negative: bool) -> Result<bool, OutOfSteps> {
        let floor = self.stack.len();
        let mut found = false;
        if behind {
            for start in (0..=at).rev() {
                if self.run(pc, start, Some(at))?.is_some() {
                    found = true;
                    break;
                }
            }
        } else {
            found = self.run(pc, at, None)?.is_some();
        }
        if negative {
            self.unwind(floor);
        } else {
            self.commit(floor);
        }
        Ok(found != negative)
    }

    /// The end of what a group has captured last, where the text goes on with the same.
    fn repeated(&mut self, group: usize, ignore_case: bool, at: usize) -> Result<Option<usize>, OutOfSteps> {
        let Some((from, to)) = self.captures[group].last().copied() else { return Ok(None) };
        self.spend((to - from) / UNITS_PER_STEP)?;
        let Some(here) = self.text.get(at..at + (to - from)) else { return Ok(None) };
        let same = self.text[from..to]
            .iter()
            .zip(here)
            .all(|(left, right)| left == right || (ignore_case && folded(*left) == folded(*right)));
        Ok(same.then_some(at + (to - from)))
    }

    fn holds(&self, anchor: Anchor, at: usize) -> bool {
        const LINE_FEED: u16 = 10;
        let before = at.checked_sub(1).map(|before| self.text[before]);
        let after = self.text.get(at).copied();
        let is_boundary = |ascii: bool| {
            before.is_some_and(|unit| is_word(unit, ascii)) != after.is_some_and(|unit| is_word(unit, ascii))
        };
        match anchor {
            Anchor::TextStart => at == 0,
            Anchor::LineStart => before.is_none_or(|unit| unit == LINE_FEED),
            Anchor::TextEnd => after.is_none(),
            Anchor::LineEnd => after.is_none_or(|unit| unit == LINE_FEED),
            Anchor::LastLineEnd => after.is_none() || (after == Some(LINE_FEED) && at + 1 == self.text.len()),
            Anchor::Boundary { ascii } => is_boundary(ascii),
            Anchor::NotBoundary { ascii } => !is_boundary(ascii),
            Anchor::SearchStart => at == self.from,
        }
    }
}
