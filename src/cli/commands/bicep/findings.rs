//! Findings in the formats of the official command line. The compiler knows files by their paths below a folder; tools
//! need paths that lead from where they are.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::DiagnosticsFormat;
use super::world::{Folder, from_here};
use crate::cli::files;
use crate::diag::Diagnostic;
use crate::diag::render::{self, Report};
use crate::text::Source;

/// Names the files of findings as the format wants it: by their whole path, or for SARIF as seen from the current folder
/// where they lie below it.
pub(super) fn relocate(found: &mut [Diagnostic], folder: &Folder, format: DiagnosticsFormat) {
    let mut moved: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let mut relocated = |source: &mut Arc<Source>| {
        let at = moved.entry(source.path().to_owned()).or_insert_with(|| {
            let whole = folder.whole_path(source.path());
            let shown = match format {
                DiagnosticsFormat::Default => whole.as_path(),
                DiagnosticsFormat::Sarif => from_here(&whole),
            };
            Source::new(files::shown(shown), source.text())
        });
        *source = Arc::clone(at);
    };
    for diagnostic in found {
        let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.related);
        labels.for_each(|label| relocated(&mut label.source));
        if let Some(fix) = &mut diagnostic.fix {
            relocated(&mut fix.source);
        }
    }
}

/// One SARIF log for the findings of files, each under the file where it stands.
pub(super) fn sarif<'d>(compiled: impl Iterator<Item = (&'d Path, &'d [Diagnostic])>) -> String {
    let mut reports: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for (file, found) in compiled {
        reports.entry(files::shown(file)).or_default();
        for diagnostic in found {
            let place = diagnostic.primary.as_ref().map(|label| label.source.path().to_owned());
            let into = reports.entry(place.unwrap_or_else(|| files::shown(file))).or_default();
            // Files that use one module each tell what is wrong with it.
            if !into.contains(diagnostic) {
                into.push(diagnostic.clone());
            }
        }
    }
    let reports: Vec<Report> =
        reports.into_iter().map(|(file, found)| Report { file, found, allowed: Vec::new() }).collect();
    let log = render::sarif(&reports, env!("CARGO_PKG_VERSION"));
    format!("{log:#}\n")
}

/// Writes to stderr, where the official command line writes findings in any format.
pub(super) fn print(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}
