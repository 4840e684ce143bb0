//! Policy files as one project: read on all cores, put together, checked on all cores.

use crate::cli::parallel;
use crate::diag::Diagnostic;
use crate::policy;
use crate::policy::project::{self, Given, Project};

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
    let mut checked = parallel::map(&project.files, |file| project.check(file)).into_iter();
    let of_file = |refused: Option<Diagnostic>| match refused {
        Some(found) => vec![found],
        None => checked.next().unwrap_or_default(),
    };
    refused.into_iter().map(of_file).collect()
}
