//! Policy files as one project: read on all cores, put together, checked on all cores.

use crate::cli::parallel;
use crate::diag::Diagnostic;
use crate::policy::project::{self, File, Given, Project};
use crate::policy::{self, suppress};

use super::inputs::Input;

/// Checks `inputs` with each other; the findings of each, in their order.
pub(super) fn check(inputs: &[&Input], given: &Given) -> Vec<Vec<Diagnostic>> {
    let read = parallel::map(inputs, |input| {
        let source = policy::read(&input.shown, &input.bytes)?;
        Ok::<_, Diagnostic>(project::read(source, given))
    });
    let mut refused = Vec::new();
    let mut files = Vec::new();
    for result in read {
        match result {
            Ok(file) => {
                files.push(file);
                refused.push(None);
            }
            Err(found) => refused.push(Some(found)),
        }
    }
    let project = Project::new(files, given.clone());
    let mut checked = parallel::map(&project.files, |file| checked(&project, file)).into_iter();
    let of_file = |refused: Option<Diagnostic>| match refused {
        Some(found) => vec![found],
        None => checked.next().unwrap_or_default(),
    };
    refused.into_iter().map(of_file).collect()
}

/// What is found in a file and not allowed by its comments.
fn checked(project: &Project, file: &File) -> Vec<Diagnostic> {
    suppress::apply(&file.document, project.check(file))
}
