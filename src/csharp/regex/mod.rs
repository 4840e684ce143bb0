//! Regular expressions as .NET has them: a backtracking matcher over UTF-16, with the syntax and the numbering of groups
//! of learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference (2025). It knows no
//! values and no methods of `Regex`; those are in `methods::regex`.
//!
//! Not run, and said so: matching from right to left, and groups that take a capture away from another group. Inside a
//! lookbehind .NET matches from right to left; here it matches forward from every place that comes into question, the
//! nearest first, so that only captures inside of it may differ.

mod compile;
mod parse;
mod run;
mod set;

use std::sync::Arc;

use compile::Program;
use run::Machine;

/// What a pattern is compiled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub ignore_case: bool,
    pub multiline: bool,
    pub single_line: bool,
    pub explicit_capture: bool,
    pub ignore_whitespace: bool,
    pub ecma_script: bool,
}

/// Why a pattern is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatternError {
    /// .NET refuses it too; with the place in UTF-16 units.
    Invalid { at: usize, why: String },
    /// .NET takes it.
    NotRun(&'static str),
}

/// The matcher has used the steps it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfSteps;

/// A compiled pattern.
#[derive(Clone)]
pub(super) struct Pattern {
    program: Arc<Program>,
}

/// The captures of every group, by the order of their numbers; the first group is the whole match. Places are in UTF-16
/// units, from and to.
pub(super) type Captures = Vec<Vec<(usize, usize)>>;

/// Units of a pattern; the longest published one has 200.
pub(super) const MAX_PATTERN: usize = 16 << 10;

/// Whether a unit is in one of the categories that patterns know.
pub(super) fn is_of(unit: u16, category: &str) -> bool {
    set::Class::named(category).is_some_and(|class| class.has(unit))
}

/// What keeping a match costs: memory is limited by steps.
const STEPS_PER_MATCH: u64 = 128;

impl Pattern {
    pub(super) fn new(text: &str, options: Options) -> Result<Self, PatternError> {
        let units: Vec<u16> = text.encode_utf16().collect();
        if units.len() > MAX_PATTERN {
            return Err(PatternError::NotRun("a pattern of this length"));
        }
        let parsed = parse::parse(&units, options)?;
        Ok(Self { program: Arc::new(compile::compile(parsed)?) })
    }

    /// The names of the groups in the order of their numbers; a group without a name has its number.
    pub(super) fn names(&self) -> &[String] {
        &self.program.names
    }

    /// Finds the first match at or after `from`, using up `steps`.
    pub(super) fn find(
        &self,
        text: &[u16],
        from: usize,
        steps: &mut u64,
    ) -> Result<Option<Captures>, OutOfSteps> {
        Machine::new(&self.program, text, from, steps).find()
    }

    /// Every match, at most `most`. After an empty one the search goes on one unit further.
    pub(super) fn find_all(
        &self,
        text: &[u16],
        from: usize,
        most: usize,
        steps: &mut u64,
    ) -> Result<Vec<Captures>, OutOfSteps> {
        let mut found = Vec::new();
        let mut at = from;
        while found.len() < most && at <= text.len() {
            let Some(captures) = self.find(text, at, steps)? else { break };
            let (start, end) = captures[0][0];
            at = if start == end { end + 1 } else { end };
            *steps = steps.checked_sub(STEPS_PER_MATCH).ok_or(OutOfSteps)?;
            found.push(captures);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
