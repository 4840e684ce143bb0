//! Turns the tree of a pattern into instructions.

use std::collections::BTreeMap;

use super::PatternError;
use super::parse::{Anchor, Node, Parsed, Reference};
use super::set::Set;

/// Instructions of one pattern: `(a{1000}){1000}` would have a million.
const MAX_INSTRUCTIONS: usize = 100_000;

pub(super) struct Program {
    pub code: Vec<Op>,
    pub sets: Vec<Set>,
    /// Of the groups, in the order of their numbers.
    pub names: Vec<String>,
    pub n_counters: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op {
    Unit(u16),
    /// Compares small letters.
    UnitFolded(u16),
    Set(usize),
    Anchor(Anchor),
    Back {
        group: usize,
        ignore_case: bool,
    },
    Open(usize),
    Close(usize),
    /// Goes on at the first place; at the second where that comes to nothing.
    Split(usize, usize),
    Jump(usize),
    LoopStart(usize),
    /// Decides whether the loop whose body begins at `body` runs once more.
    Loop {
        counter: usize,
        least: u32,
        most: u32,
        lazy: bool,
        body: usize,
    },
    /// One more time, without a decision: where a lazy loop comes back to.
    LoopAgain {
        counter: usize,
        body: usize,
    },
    /// As many as there are of one set, then fewer.
    Run {
        set: usize,
        least: u32,
        most: u32,
    },
    /// What follows up to `Done` is looked at; then it goes on at `after`.
    Look {
        behind: bool,
        negative: bool,
        after: usize,
    },
    Atomic {
        after: usize,
    },
    IfGroup {
        group: usize,
        otherwise: usize,
    },
    /// As `Look`, with another place to go where nothing is found.
    IfLook {
        behind: bool,
        negative: bool,
        after: usize,
        otherwise: usize,
    },
    Done,
}

pub(super) fn compile(parsed: Parsed) -> Result<Program, PatternError> {
    let numbers = numbered(&parsed.groups);
    let mut names: BTreeMap<usize, String> = BTreeMap::from([(0, "0".to_owned())]);
    for (group, number) in numbers.iter().enumerate() {
        let name = parsed.groups[group].clone().unwrap_or_else(|| number.to_string());
        names.entry(*number).or_insert(name);
    }
    let order: Vec<usize> = names.keys().copied().collect();
    let index = |number: usize| order.iter().position(|known| *known == number);
    let mut compiler = Compiler {
        groups: numbers.iter().map(|number| index(*number).unwrap_or(0)).collect(),
        numbers: order.clone(),
        program: Program {
            code: Vec::new(),
            sets: Vec::new(),
            names: names.into_values().collect(),
            n_counters: 0,
        },
    };
    compiler.node(&parsed.node)?;
    compiler.push(Op::Done)?;
    Ok(compiler.program)
}

/// The number of each group: first those without a name, from left to right, then those with one (.NET, "Grouping
/// constructs"); a name that is a number is that number, and two groups of one name are one group.
fn numbered(groups: &[Option<String>]) -> Vec<usize> {
    let explicit = |name: &Option<String>| name.as_ref().and_then(|name| name.parse::<usize>().ok());
    let taken: Vec<usize> = groups.iter().filter_map(explicit).collect();
    let mut next = 1;
    let mut fresh = || {
        while taken.contains(&next) {
            next += 1;
        }
        next += 1;
        next - 1
    };
    let mut numbers: Vec<Option<usize>> = groups
        .iter()
        .map(|name| match name {
            None => Some(fresh()),
            name => explicit(name),
        })
        .collect();
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, name) in groups.iter().enumerate() {
        if let (None, Some(name)) = (numbers[index], name) {
            let number = *named.entry(name).or_insert_with(&mut fresh);
            numbers[index] = Some(number);
        }
    }
    numbers.into_iter().map(Option::unwrap_or_default).collect()
}

struct Compiler {
    /// Where the captures of each group go, by its place among the opening brackets.
    groups: Vec<usize>,
    /// The numbers of the groups, in order.
    numbers: Vec<usize>,
    program: Program,
}

impl Compiler {
    fn push(&mut self, op: Op) -> Result<usize, PatternError> {
        if self.program.code.len() >= MAX_INSTRUCTIONS {
            return Err(PatternError::NotRun("a pattern of this size"));
        }
        self.program.code.push(op);
        Ok(self.program.code.len() - 1)
    }

    fn here(&self) -> usize {
        self.program.code.len()
    }

    fn set(&mut self, set: Set) -> usize {
        self.program.sets.push(set);
        self.program.sets.len() - 1
    }

    fn reference(&self, group: &Reference) -> Result<usize, PatternError> {
        let found = match group {
            Reference::Number(number) => self.numbers.iter().position(|known| known == number),
            Reference::Name(name) => self.program.names.iter().position(|known| known == name),
        };
        found.ok_or_else(|| PatternError::Invalid {
            at: 0,
            why: match group {
                Reference::Number(number) => format!("Reference to undefined group number {number}."),
                Reference::Name(name) => format!("Reference to undefined group name '{name}'."),
            },
        })
    }

    fn node(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::Empty => {}
            Node::Unit { unit, ignore_case: false } => {
                self.push(Op::Unit(*unit))?;
            }
            Node::Unit { unit, ignore_case: true } => {
                self.push(Op::UnitFolded(*unit))?;
            }
            Node::Set(set) => {
                let set = self.set(set.clone());
                self.push(Op::Set(set))?;
            }
            Node::Anchor(anchor) => {
                self.push(Op::Anchor(*anchor))?;
            }
            Node::Group(group, inner) => {
                let group = self.groups[*group];
                self.push(Op::Open(group))?;
                self.node(inner)?;
                self.push(Op::Close(group))?;
            }
            Node::Backreference { group, ignore_case } => {
                let group = self.reference(group)?;
                self.push(Op::Back { group, ignore_case: *ignore_case })?;
            }
            Node::Sequence(parts) => parts.iter().try_for_each(|part| self.node(part))?,
            Node::Either(branches) => self.either(branches)?,
            Node::Repeat { node, least, most, lazy } => self.repeat(node, *least, *most, *lazy)?,
            Node::Look { node, behind, negative } => {
                let at = self.push(Op::Done)?;
                self.node(node)?;
                self.push(Op::Done)?;
                let (behind, negative, after) = (*behind, *negative, self.here());
                self.program.code[at] = Op::Look { behind, negative, after };
            }
            Node::Atomic(inner) => {
                let at = self.push(Op::Done)?;
                self.node(inner)?;
                self.push(Op::Done)?;
                self.program.code[at] = Op::Atomic { after: self.here() };
            }
            Node::IfGroup { group, yes, no } => {
                let group = self.reference(group)?;
                let at = self.push(Op::Done)?;
                let otherwise = self.branches(yes, no)?;
                self.program.code[at] = Op::IfGroup { group, otherwise };
            }
            Node::IfLook { node, yes, no } => {
                let Node::Look { node, behind, negative } = &**node else { return Ok(()) };
                let at = self.push(Op::Done)?;
                self.node(node)?;
                self.push(Op::Done)?;
                let after = self.here();
                let otherwise = self.branches(yes, no)?;
                let (behind, negative) = (*behind, *negative);
                self.program.code[at] = Op::IfLook { behind, negative, after, otherwise };
            }
        }
        Ok(())
    }

    /// `yes`, a way around `no`, and `no`; returns where that begins.
    fn branches(&mut self, yes: &Node, no: &Node) -> Result<usize, PatternError> {
        self.node(yes)?;
        let jump = self.push(Op::Done)?;
        let otherwise = self.here();
        self.node(no)?;
        self.program.code[jump] = Op::Jump(self.here());
        Ok(otherwise)
    }

    fn either(&mut self, branches: &[Node]) -> Result<(), PatternError> {
        let mut jumps = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            if index + 1 == branches.len() {
                self.node(branch)?;
                break;
            }
            let split = self.push(Op::Done)?;
            self.node(branch)?;
            jumps.push(self.push(Op::Done)?);
            self.program.code[split] = Op::Split(split + 1, self.here());
        }
        let end = self.here();
        for jump in jumps {
            self.program.code[jump] = Op::Jump(end);
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, least: u32, most: Option<u32>, lazy: bool) -> Result<(), PatternError> {
        let most = most.unwrap_or(u32::MAX);
        if most == 0 {
            return Ok(());
        }
        if let (Some(set), false) = (self.single(node), lazy) {
            let set = self.set(set);
            self.push(Op::Run { set, least, most })?;
            return Ok(());
        }
        let counter = self.program.n_counters;
        self.program.n_counters += 1;
        self.push(Op::LoopStart(counter))?;
        let entry = self.push(Op::Done)?;
        let body = self.here();
        self.node(node)?;
        // The decision stands behind the body, and the way in jumps to it.
        self.program.code[entry] = Op::Jump(self.here());
        self.push(Op::Loop { counter, least, most, lazy, body })?;
        if lazy {
            // Where the loop is left, the way back in is skipped.
            let skip = self.push(Op::Done)?;
            self.push(Op::LoopAgain { counter, body })?;
            self.program.code[skip] = Op::Jump(self.here());
        }
        Ok(())
    }

    /// The set of units that a node takes exactly one of.
    fn single(&self, node: &Node) -> Option<Set> {
        use super::set::Item;
        match node {
            Node::Set(set) => Some(set.clone()),
            Node::Unit { unit, ignore_case } => {
                Some(Set { ignore_case: *ignore_case, ..Set::of(Item::Range(*unit, *unit)) })
            }
            _ => None,
        }
    }
}
