//! `--fix`: policy files rewritten, over and over until no fix is left. A file whose new text would have more errors
//! stays as it is.

use crate::cli::parallel;
use crate::diag::{self, Diagnostic, Fix, Safety};
use crate::policy::project::{self, File, Given, Project};
use crate::policy::{self, suppress};
use crate::text::Source;

use super::inputs::Input;
use super::levels::Levels;

/// The options about fixes.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Fixes")]
pub(super) struct Args {
    /// Write the fixes of policy files that cannot change what a policy does, and show them as a diff
    #[arg(long)]
    pub fix: bool,

    /// Show the fixes as a diff, and write nothing
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,

    /// With `--fix` or `--diff`: also fixes that change what a policy does
    #[arg(long = "unsafe")]
    pub with_unsafe: bool,
}

/// A fix can make room for the next; rules that undo each other's fixes would go on for ever.
const ROUNDS_MAX: usize = 10;

/// A file with its fixes carried out.
#[derive(Debug)]
pub(super) struct Fixed {
    pub old: String,
    pub new: String,
    pub n_fixes: usize,
    /// Fixes are left that were not carried out, because there would have been more errors.
    pub is_stuck: bool,
}

/// What is common to all files.
struct Fixing<'a> {
    project: &'a Project,
    given: &'a Given,
    levels: &'a Levels,
    with_unsafe: bool,
}

/// Carries out the fixes of `inputs`, in memory. None for a file that cannot be read or has none.
pub(super) fn fix(
    inputs: &[&Input],
    given: &Given,
    levels: &Levels,
    with_unsafe: bool,
) -> Vec<Option<Fixed>> {
    let read = parallel::map(inputs, |input| {
        let source = policy::read(&input.shown, &input.bytes).ok()?;
        Some(project::read(source, given))
    });
    let project = Project::new(read.iter().flatten().cloned().collect(), given.clone());
    let fixing = Fixing { project: &project, given, levels, with_unsafe };
    parallel::map(&read, |file| file.as_ref().and_then(|file| fixing.file(file)))
}

impl Fixing<'_> {
    fn file(&self, first: &File) -> Option<Fixed> {
        let old = first.source.text().to_owned();
        let mut fixed = Fixed { new: old.clone(), old, n_fixes: 0, is_stuck: false };
        let mut file = first.clone();
        let mut found = self.findings(&file);
        for _ in 0..ROUNDS_MAX {
            let (text, n_fixes) = diag::apply(file.source.text(), &self.fixes(&found, &file));
            if n_fixes == 0 || text == file.source.text() {
                break;
            }
            let next = project::read(Source::new(file.source.path(), text), self.given);
            let next_found = self.findings(&next);
            if n_errors(&next_found) > n_errors(&found) {
                fixed.is_stuck = true;
                break;
            }
            (file, found) = (next, next_found);
            fixed.n_fixes += n_fixes;
        }
        fixed.new = file.source.text().to_owned();
        Some(fixed).filter(|fixed| fixed.new != fixed.old || fixed.is_stuck)
    }

    fn findings(&self, file: &File) -> Vec<Diagnostic> {
        let found = suppress::apply(&file.document, self.project.check(file));
        self.levels.apply(found, &std::collections::BTreeMap::new())
    }

    fn fixes<'f>(&self, found: &'f [Diagnostic], file: &File) -> Vec<&'f Fix> {
        let may_be_made =
            |fix: &&Fix| fix.source == file.source && (self.with_unsafe || fix.safety == Safety::Safe);
        found.iter().filter_map(|found| found.fix.as_ref()).filter(may_be_made).collect()
    }
}

fn n_errors(found: &[Diagnostic]) -> usize {
    found.iter().filter(|found| found.is_error()).count()
}
