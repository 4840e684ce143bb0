//! `--fix`: policy files rewritten in memory, over and over until no fix is left. A file that would have more errors
//! than before stays as it was.

use std::collections::BTreeMap;

use crate::cli::kind::Kind;
use crate::diag::{self, Diagnostic, Fix, Safety};
use crate::policy::project::Given;

use super::inputs::{Entry, Input};
use super::levels::Levels;
use super::policies::{self, Findings};

/// The options about fixes.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Args {
    /// Write the fixes of policy files that cannot change what a policy does, and show them as a diff
    #[arg(long)]
    pub fix: bool,

    /// Show the fixes as a diff, and write nothing; ends with 1 where there are some
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,

    /// With `--fix` or `--diff`: also fixes that change what a policy does
    #[arg(long = "unsafe")]
    pub with_unsafe: bool,
}

/// A fix can make room for the next; rules that undo each other's fixes would go on for ever.
const ROUNDS_MAX: usize = 10;

/// A file whose fixes were carried out; its entry has the new bytes.
#[derive(Debug)]
pub(super) struct Fixed {
    pub old: Vec<u8>,
    pub n_fixes: usize,
    /// All fixes together brought errors, so they are carried out one a round.
    is_careful: bool,
    /// A single fix was taken back, because there would have been more errors.
    pub is_stuck: bool,
}

/// Carries out the fixes of the policy files among `entries`, by their index. All files are checked again after each
/// round, since what is written in one can matter to another.
pub(super) fn fix(
    entries: &mut [Entry],
    given: &Given,
    levels: &Levels,
    with_unsafe: bool,
) -> BTreeMap<usize, Fixed> {
    let findings = |entries: &[Entry]| -> Findings {
        let found = policies::check(entries, given).into_iter();
        found.map(|(file, found)| (file, levels.apply(found, &BTreeMap::new()))).collect()
    };
    let mut all = BTreeMap::new();
    let mut found = findings(entries);
    for _ in 0..ROUNDS_MAX {
        let before = round(entries, &found, with_unsafe, &mut all);
        if before.is_empty() {
            break;
        }
        let now = findings(entries);
        let mut is_worse = false;
        for (index, (old, n_fixes)) in before {
            let (Some(Entry::Checkable(input)), Some(fixed)) = (entries.get_mut(index), all.get_mut(&index))
            else {
                continue;
            };
            if n_errors(&now, input) > n_errors(&found, input) {
                input.bytes = old;
                fixed.n_fixes -= n_fixes;
                fixed.is_stuck = fixed.is_careful;
                fixed.is_careful = true;
                is_worse = true;
            }
        }
        found = if is_worse { findings(entries) } else { now };
    }
    all
}

/// Carries out what does not overlap, once. Returns what the files were before, and the number of fixes.
fn round(
    entries: &mut [Entry],
    found: &Findings,
    with_unsafe: bool,
    all: &mut BTreeMap<usize, Fixed>,
) -> BTreeMap<usize, (Vec<u8>, usize)> {
    let mut before = BTreeMap::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        let Entry::Checkable(input) = entry else { continue };
        if input.kind != Kind::Policy || all.get(&index).is_some_and(|fixed| fixed.is_stuck) {
            continue;
        }
        let mut fixes = fixes(of_input(found, input), input, with_unsafe);
        if all.get(&index).is_some_and(|fixed| fixed.is_careful) {
            fixes.truncate(1);
        }
        let Some(source) = fixes.first().map(|fix| &fix.source) else { continue };
        let (new, n_fixes) = diag::apply(source.text(), &fixes);
        if new == source.text() {
            continue;
        }
        let old = std::mem::replace(&mut input.bytes, new.into_bytes());
        let first = || Fixed { old: old.clone(), n_fixes: 0, is_careful: false, is_stuck: false };
        all.entry(index).or_insert_with(first).n_fixes += n_fixes;
        before.insert(index, (old, n_fixes));
    }
    before
}

/// The fixes that may be made and are about the file as it is.
fn fixes<'f>(found: &'f [Diagnostic], input: &Input, with_unsafe: bool) -> Vec<&'f Fix> {
    let may_be_made = |fix: &&Fix| {
        fix.source.path() == input.shown
            && fix.source.text().as_bytes() == input.bytes
            && (with_unsafe || fix.safety == Safety::Safe)
    };
    found.iter().filter_map(|found| found.fix.as_ref()).filter(may_be_made).collect()
}

fn n_errors(found: &Findings, input: &Input) -> usize {
    of_input(found, input).iter().filter(|found| found.is_error()).count()
}

fn of_input<'f>(found: &'f Findings, input: &Input) -> &'f [Diagnostic] {
    found.get(&input.shown).map_or(&[], |sifted| sifted.found.as_slice())
}
