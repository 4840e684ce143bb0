//! What a policy changed, for the trace of one request: the state before and after it, compared. Only hosts that ask for
//! it pay for it.

use std::fmt;

use indexmap::IndexMap;

use super::Headers;
use super::live::{Live, State, Target};
use super::secrets::{HIDDEN, Mask, is_secret_name};

/// What is compared. Bodies are by their length: their text may be large, and secret.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    request_line: String,
    target: String,
    request: Headers,
    request_body: Option<usize>,
    status: Option<String>,
    response: Headers,
    variables: IndexMap<String, String>,
}

/// Characters of a value that are shown.
const SHOWN: usize = 80;
/// Bytes of a value that are kept until it is shown.
const MAX_KEPT: usize = 16 << 10;

impl Snapshot {
    pub(super) fn of(live: &Live) -> Self {
        let state = live.state();
        let State { request, response, variables, target, .. } = &*state;
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let mut snapshot = Self {
            request_line: format!("{} {}{query}", request.method, request.path),
            target: match target {
                Target::Service => "the API's service".to_owned(),
                Target::Entity(id) => id.clone(),
                Target::BaseUrl(url) => url.clone(),
            },
            request: request.headers.clone(),
            request_body: request.body.bytes().map(<[u8]>::len),
            status: response.as_ref().map(|response| format!("{} {}", response.status, response.reason)),
            response: response.as_ref().map(|response| response.headers.clone()).unwrap_or_default(),
            variables: IndexMap::new(),
        };
        let variables = variables.clone();
        // A value may be an object that looks at this request when it is written out.
        drop(state);
        snapshot.variables = variables.into_iter().map(|(name, value)| (name, value.display())).collect();
        snapshot
    }

    /// What is different afterwards.
    pub(super) fn changes(&self, after: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut compare = |what: &str, before: &str, after: &str| {
            if before != after {
                changes.push(Change::new(what, Some(kept(before)), kept(after)));
            }
        };
        compare("request", &self.request_line, &after.request_line);
        compare("backend", &self.target, &after.target);
        let none = "(none)".to_owned();
        compare("status", self.status.as_ref().unwrap_or(&none), after.status.as_ref().unwrap_or(&none));
        headers("request header", &self.request, &after.request, &mut changes);
        headers("response header", &self.response, &after.response, &mut changes);
        if self.request_body != after.request_body {
            let bytes = |n: Option<usize>| n.map_or_else(|| "read".to_owned(), |n| format!("{n} bytes"));
            changes.push(Change::new(
                "request body",
                Some(bytes(self.request_body)),
                bytes(after.request_body),
            ));
        }
        for (name, value) in &after.variables {
            let before = self.variables.get(name);
            if before != Some(value) {
                let hides = |value: &str| if is_secret_name(name) { HIDDEN.to_owned() } else { kept(value) };
                let before = before.map(|before| hides(before));
                changes.push(Change::new(&format!("variable {name}"), before, hides(value)));
            }
        }
        changes
    }
}

/// Something that is different after a policy. The values are as they were, secrets among them, but for those that are
/// known by their name.
#[derive(Clone, PartialEq)]
pub(super) struct Change {
    what: String,
    /// None for what is new.
    before: Option<String>,
    after: String,
}

/// What changed, not from what to what.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change({})", self.what)
    }
}

impl Change {
    fn new(what: &str, before: Option<String>, after: String) -> Self {
        Self { what: what.to_owned(), before, after }
    }

    /// The line that anybody may see. Values are cut only once they are masked.
    pub(super) fn shown(&self, mask: &Mask<'_>) -> String {
        let shown = |value: &str| short(&mask.hide(value));
        let (what, after) = (mask.hide(&self.what), shown(&self.after));
        match &self.before {
            Some(before) => format!("{what}: {} -> {after}", shown(before)),
            None => format!("{what} = {after}"),
        }
    }
}

fn headers(what: &str, before: &Headers, after: &Headers, changes: &mut Vec<Change>) {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in before.0.iter().chain(&after.0) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        let value = |value: Option<String>| match value {
            None => "(none)".to_owned(),
            Some(_) if is_secret_name(name) => HIDDEN.to_owned(),
            Some(value) => kept(&value),
        };
        changes.push(Change::new(&format!("{what} {name}"), Some(value(old)), value(new)));
    }
}

/// A value, or its length where it is long: cut here, it could end in the midst of a secret that is not recognised then.
fn kept(value: &str) -> String {
    if value.len() > MAX_KEPT { format!("({} bytes)", value.len()) } else { value.to_owned() }
}

fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::secrets::Secrets;

    #[test]
    fn secrets_are_named_and_not_shown() {
        let before = Headers(vec![("a".into(), "1".into()), ("gone".into(), "x".into())]);
        let after = Headers(vec![("A".into(), "2".into()), ("Authorization".into(), "Bearer secret".into())]);
        let mut changes = Vec::new();
        headers("request header", &before, &after, &mut changes);
        let secrets = Secrets::default();
        let shown: Vec<String> = changes.iter().map(|change| change.shown(&secrets.mask())).collect();
        assert_eq!(
            shown,
            [
                "request header a: 1 -> 2",
                "request header gone: x -> (none)",
                "request header Authorization: (none) -> (hidden)"
            ]
        );
    }
}
