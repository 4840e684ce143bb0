//! Reads of a context variable whose name is nearly that of one that is set.

use crate::diag::{Code, Confidence, Diagnostic, Fix};

use super::{Lint, Unit, flow};

pub(super) static CODE: Code = Code::warning(
    "misspelled-variable",
    "a context variable is read under a name that is nearly the one it is set under",
    "Looks for reads of a variable that the text does not set, while it sets one whose name differs in case, in `-` and \
     `_`, in two letters that changed places, or in one letter of a longer word. Names of variables are case-sensitive.",
)
.why(
    "The read throws, or gives its default for ever. What it should have decided, such as whether a token is checked, \
     is decided one way for all requests.",
)
.example(
    "<set-variable name=\"backendId\" value=\"ptu\" />\n\
     <set-backend-service backend-id=\"@((string)context.Variables[\"backendID\"])\" />",
    "<set-variable name=\"backendId\" value=\"ptu\" />\n\
     <set-backend-service backend-id=\"@((string)context.Variables[\"backendId\"])\" />",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-variable-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Below this many letters, names such as `key1` and `key2` that differ in one letter are two names.
const MIN_LENGTH: usize = 6;

/// Names that each read is compared with; no public policy sets more than 60.
const MAX_NAMES: usize = 500;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    let set = flow.set_names();
    let known: Vec<(&str, String)> = set.iter().take(MAX_NAMES).map(|name| (*name, fold(name))).collect();
    for read in flow.reads.iter().filter(|read| read.is_own) {
        let Some(name) = read.used.name.as_deref().filter(|name| !set.contains(name)) else { continue };
        let folded = fold(name);
        let is_near = |known: &&(&str, String)| {
            known.1 == folded
                || differs_by_a_swap(name, known.0)
                || (name.len() >= MIN_LENGTH && differs_in_one_letter(name, known.0))
        };
        let Some((near, near_folded)) = known.iter().find(is_near) else { continue };
        // The other variable is read under its own name, so both may be meant.
        let both_exist =
            *near_folded != folded && flow.reads.iter().any(|other| other.used.name.as_deref() == Some(near));
        if both_exist {
            continue;
        }
        let source = &read.element.source;
        let message = format!("the variable `{name}` is read, but the one that is set is called `{near}`");
        let mut diagnostic = Diagnostic::new(&CODE, message).at(source, read.name_span);
        if let Some(write) = flow.writes.iter().find(|write| write.name == *near) {
            diagnostic = diagnostic.related(&write.element.source, write.span, "set here");
        }
        if !flow.sees_all {
            diagnostic = diagnostic.confidence(Confidence::Medium);
        }
        let written = source.slice(read.name_span);
        if written.contains(name) {
            let replacement = written.replace(name, near);
            diagnostic =
                diagnostic.fix(Fix::unsafely(format!("read `{near}`"), source, read.name_span, replacement));
        }
        found.push(diagnostic);
    }
}

/// What names have in common that differ in case and in how words are joined.
fn fold(name: &str) -> String {
    name.to_lowercase().replace(['-', '_', '.'], "")
}

/// Two neighbours changed places, such as in `modle`.
fn differs_by_a_swap(name: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().collect(), known.chars().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    match (&a[head..], &b[head..]) {
        ([a1, a2, a_rest @ ..], [b1, b2, b_rest @ ..]) => {
            a1 == b2 && a2 == b1 && a1.is_alphabetic() && a2.is_alphabetic() && a_rest == b_rest
        }
        _ => false,
    }
}

/// One letter more, less, or another. Digits tell numbered names apart, such as `backend1` and `backend2`.
fn differs_in_one_letter(name: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().collect(), known.chars().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let is_letter = |rest: &[char]| rest.iter().all(|c| c.is_alphabetic());
    a.len() <= 1 && b.len() <= 1 && is_letter(a) && is_letter(b)
}
