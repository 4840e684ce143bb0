//! What a text names and the service does not hold. Speaks only of kinds of which the folder, or the caller, says
//! what there is.

use indexmap::IndexSet;

use super::references::{Kind, Reference};
use super::{File, Project, codes, policy_codes};
use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Surroundings;
use crate::text::parent;

/// Looks up everything that `file` names.
pub(super) fn check(project: &Project, file: &File, around: &Surroundings) -> Vec<Diagnostic> {
    let known = Known::of(around);
    let mut found = Vec::new();
    for reference in &file.references {
        found.extend(match known.names(reference.kind) {
            Some(known) => unknown(file, reference, known),
            None if reference.kind == Kind::Fragment => unlike_its_files(project, file, reference),
            None => None,
        });
    }
    found
}

/// The names of each kind, where they are known.
struct Known<'a> {
    named_values: Option<IndexSet<&'a str>>,
    loggers: Option<IndexSet<&'a str>>,
    backends: Option<IndexSet<&'a str>>,
    fragments: Option<IndexSet<&'a str>>,
}

impl<'a> Known<'a> {
    fn of(around: &'a Surroundings) -> Self {
        Self {
            named_values: around.named_values.as_ref().map(|it| it.keys().map(String::as_str).collect()),
            loggers: around.loggers.as_ref().map(|it| it.iter().map(String::as_str).collect()),
            backends: around.backends.as_ref().map(|it| it.keys().map(String::as_str).collect()),
            fragments: around.fragments.as_ref().map(|it| it.keys().map(String::as_str).collect()),
        }
    }

    fn names(&self, kind: Kind) -> Option<&IndexSet<&'a str>> {
        match kind {
            Kind::NamedValue => self.named_values.as_ref(),
            Kind::Logger => self.loggers.as_ref(),
            Kind::Backend => self.backends.as_ref(),
            Kind::Fragment => self.fragments.as_ref(),
        }
    }
}

/// Whether case counts is not documented, so a name that differs in nothing else is left alone.
fn unknown(file: &File, reference: &Reference, known: &IndexSet<&str>) -> Option<Diagnostic> {
    let name = reference.name.as_str();
    if known.contains(name) || known.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        return None;
    }
    let (code, what, says) = words(reference);
    let diagnostic = Diagnostic::new(code, format!("there is no {what} `{name}`"))
        .at(&file.source, reference.span)
        .service_says(says)
        .did_you_mean(name, known.iter().copied());
    Some(diagnostic.help(format!("create a {what} of that name before this policy, or correct the name")))
}

/// The code, the thing in words, and what the service says.
fn words(reference: &Reference) -> (&'static Code, &'static str, String) {
    let name = &reference.name;
    match reference.kind {
        Kind::NamedValue => {
            (&policy_codes::UNKNOWN_NAMED_VALUE, "named value", format!("Cannot find a property '{name}'"))
        }
        Kind::Logger => (&codes::UNKNOWN_LOGGER, "logger", "Logger not found".to_owned()),
        Kind::Backend => {
            (&codes::UNKNOWN_BACKEND, "backend", format!("Backend with id '{name}' could not be found."))
        }
        Kind::Fragment => (
            &policy_codes::UNKNOWN_FRAGMENT,
            "policy fragment",
            format!("Policy fragment with id '{name}' could not be found."),
        ),
    }
}

/// A fragment that no file is named after, in a folder where other texts include fragments by the names of files. The
/// id may still be given elsewhere, so this only warns.
fn unlike_its_files(project: &Project, file: &File, reference: &Reference) -> Option<Diagnostic> {
    let is_named_by_file = project.named_by_file.contains(parent(file.source.path()));
    let is_alike = |id: &String| bare(id) == bare(&reference.name);
    let is_there = || project.loose_fragment(file, &reference.name).is_some();
    if !is_named_by_file || is_there() || project.loose_fragments.keys().any(is_alike) {
        return None;
    }
    let name = &reference.name;
    let message = format!("no file is named after the policy fragment `{name}`, as others here are");
    let diagnostic = Diagnostic::new(&codes::FRAGMENT_WITHOUT_FILE, message)
        .at(&file.source, reference.span)
        .confidence(Confidence::Low)
        .service_says(words(reference).2)
        .did_you_mean(name, project.loose_fragments.keys().map(String::as_str));
    Some(diagnostic.help("add the fragment's file, or correct the id"))
}

/// A name as it sounds: `pf-extract-caller-id` and `Extract-CallerId` are one.
fn bare(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let own =
        ["pf-", "frag-", "fragment-"].iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower);
    own.chars().filter(char::is_ascii_alphanumeric).collect()
}
