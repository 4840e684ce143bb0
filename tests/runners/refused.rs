//! Documents that are wrong in one way each: `NN-what-is-wrong.xml`, and beside it in `.txt` everything that is said of
//! it, a line for each finding: `line:column severity code: message`. Apart from the files: each of them is refused, but
//! for the control and for those that the service is not known to refuse.

use std::path::Path;

use genai_lz::diag::Diagnostic;
use genai_lz::policy::Surroundings;
use genai_lz::policy::lints::{self, Unit};
use genai_lz::policy::project::{self, Given};
use genai_lz::text::Source;
use libtest_mimic::{Failed, Trial};

use super::support;

/// Nothing at all is said of it.
const CONTROL: &str = "00-control";

/// What is warned of, with the reason why it is no error.
const WARNED: &[(&str, &str)] = &[
    ("04-backend-id-and-base-url", "the page does not say that the two exclude each other"),
    ("06-six-dimensions", "pages of 2025 allow five, older ones and the schema ten"),
    ("08-two-base", "no source says that it is refused"),
    ("21-quota-without-period", "the page asks for a period, the schema has a default"),
    ("32-base-in-choose", "an official sample has it"),
];

pub(crate) fn cases() -> Vec<Trial> {
    let folder = support::suite("refused");
    let files = support::files(&folder, "xml");
    let mut trials = vec![Trial::test("refused::there_are_as_many_as_ever", {
        let n_files = files.len();
        move || if n_files == 33 { Ok(()) } else { Err(format!("{n_files} files").into()) }
    })];
    trials.extend(
        files
            .into_iter()
            .map(|path| Trial::test(format!("refused::{}", support::stem(&path)), move || is_judged(&path))),
    );
    trials
}

fn is_judged(path: &Path) -> Result<(), Failed> {
    let name = support::stem(path);
    let found = found(&std::fs::read_to_string(path)?);
    support::settle(&path.with_extension("txt"), &found.iter().map(line).collect::<String>())?;
    let (n_found, is_refused) = (found.len(), found.iter().any(Diagnostic::is_error));
    let is_as_expected = if name == CONTROL {
        n_found == 0
    } else if WARNED.iter().any(|(warned, _)| *warned == name) {
        n_found > 0 && !is_refused
    } else {
        is_refused
    };
    if is_as_expected {
        return Ok(());
    }
    Err(format!("{name}: {n_found} findings, refused: {is_refused}").into())
}

/// What is found by reading `text` and by every rule, with nothing known around it.
fn found(text: &str) -> Vec<Diagnostic> {
    let file = project::read(Source::new("policy.xml", text), &Given::default());
    let around = Surroundings::default();
    let unit = Unit { document: &file.document, policy: &file.policy, around: &around };
    let by_rules = lints::check(&unit);
    let mut found: Vec<Diagnostic> = file.found.iter().cloned().chain(by_rules).collect();
    found.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
    found
}

fn line(found: &Diagnostic) -> String {
    let place = found.primary.as_ref().map(|label| format!("{} ", label.source.position(label.span.start)));
    format!("{}{} {}\n", place.unwrap_or_default(), found.severity.name(), support::finding(found))
}
