//! What came of a case, as data: each expectation with what came instead, charts, and sums. Views print it.

use crate::diag::Diagnostic;
use crate::text::Span;

use super::charts::Chart;
use super::expect::Scope;
use super::rows::{NOBODY, Rows};

/// What came of a case.
#[derive(Debug)]
pub struct CaseReport {
    pub name: String,
    /// Of its heading, counted from 1.
    pub line: u32,
    pub checks: Vec<Check>,
    /// Those that the case asks for.
    pub charts: Vec<Chart>,
    /// All that have something to show.
    pub all_charts: Vec<Chart>,
    pub backends: Vec<Usage>,
    pub subscriptions: Vec<Usage>,
    pub n_requests: usize,
    /// How long it took in virtual time.
    pub virtual_ms: u64,
    /// What building the gateway remarks.
    pub warnings: Vec<Diagnostic>,
}

/// An expectation and what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Counted from 1.
    pub line: u32,
    /// The expectation as written, or the words of a block.
    pub text: String,
    pub passed: bool,
    /// For blocks that show something in full: what was expected.
    pub expected: String,
    pub actual: String,
    /// What happened to the request that it looks at, or to one of those; empty where it passed.
    pub trace: String,
    /// A whole text, word for word.
    pub is_exact: bool,
    /// Of the expected text.
    pub span: Span,
}

/// What went through a backend or came from a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    pub name: String,
    pub requests: usize,
    /// Answered 2xx.
    pub answered: usize,
    /// Answered 429.
    pub refused: usize,
    pub tokens: u64,
}

impl CaseReport {
    /// Whether all came as expected.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// Calls upstream by backend.
pub(super) fn by_backend(rows: &Rows) -> Vec<Usage> {
    let calls = rows.calls.iter().map(|call| (call.backend, call.status, u64::from(call.tokens)));
    sums(rows.names.backends.iter(), calls)
}

/// Requests by subscription.
pub(super) fn by_subscription(rows: &Rows) -> Vec<Usage> {
    let requests =
        rows.requests(&Scope::default()).map(|row| (row.subscription, row.status, u64::from(row.tokens)));
    sums(rows.names.subscriptions.iter(), requests)
}

fn sums<'a>(
    names: impl Iterator<Item = &'a String>,
    rows: impl Iterator<Item = (u16, u16, u64)>,
) -> Vec<Usage> {
    let usage = |name: &String| Usage { name: name.clone(), requests: 0, answered: 0, refused: 0, tokens: 0 };
    let mut usages: Vec<Usage> = names.map(usage).collect();
    for (number, status, tokens) in rows.filter(|(number, ..)| *number != NOBODY) {
        let Some(usage) = usages.get_mut(usize::from(number)) else { continue };
        usage.requests += 1;
        usage.answered += usize::from((200..300).contains(&status));
        usage.refused += usize::from(status == 429);
        usage.tokens += tokens;
    }
    usages.sort_by(|left, right| left.name.cmp(&right.name));
    usages
}
