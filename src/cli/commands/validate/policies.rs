//! Policy files as one project: read on all cores, put together with the files that say what else there is, checked on
//! all cores.

use std::collections::HashMap;

use crate::cli::parallel;
use crate::diag::Diagnostic;
use crate::policy::project::{self, File, Given, Project};
use crate::policy::{self, suppress};
use crate::text::Source;

use super::inputs::Input;

/// Checks `inputs` with each other and with what `infos` say; the findings of each, in the order of inputs and infos.
pub(super) fn check(
    inputs: &[&Input],
    infos: &[&Input],
    given: &Given,
) -> (Vec<Vec<Diagnostic>>, Vec<Vec<Diagnostic>>) {
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
    let read = parallel::map(infos, |input| {
        let text = String::from_utf8_lossy(&input.bytes);
        project::read_info(Source::new(input.shown.as_str(), text))
    });
    let project = Project::with(files, read, given.clone());
    let mut together: HashMap<String, Vec<Diagnostic>> = HashMap::new();
    for found in project.check_together() {
        let path = found.primary.as_ref().map(|label| label.source.path().to_owned());
        together.entry(path.unwrap_or_default()).or_default().push(found);
    }
    let checked = parallel::map(&project.files, |file| checked(&project, file, &together));
    let mut checked = checked.into_iter();
    let of_file = |refused: Option<Diagnostic>| match refused {
        Some(found) => vec![found],
        None => checked.next().unwrap_or_default(),
    };
    let of_files = refused.into_iter().map(of_file).collect();
    let of_infos = infos.iter().map(|input| together.remove(&input.shown).unwrap_or_default()).collect();
    (of_files, of_infos)
}

/// What is found in a file, by itself and together with the others, and not allowed by its comments.
fn checked(project: &Project, file: &File, together: &HashMap<String, Vec<Diagnostic>>) -> Vec<Diagnostic> {
    let mut found = project.check(file);
    found.extend(together.get(file.source.path()).into_iter().flatten().cloned());
    suppress::apply(&file.document, found)
}
