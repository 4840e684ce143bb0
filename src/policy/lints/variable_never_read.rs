//! Context variables that are set for nobody.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Body, Scope};

use super::{Lint, Unit, flow};

pub(super) static CODE: Code = Code::note(
    "variable-never-read",
    "a context variable is set and never read",
    "Looks for `set-variable` in the documents of APIs and operations whose name occurs nowhere else, neither in the \
     document nor in its fragments and the scopes outside. Says nothing where one of these is not known.",
)
.why(
    "The value is computed for each request and then dropped. Often the variable is a leftover, or its reader uses \
     another name.",
)
.example(
    "<set-variable name=\"started\" value=\"@(DateTime.UtcNow)\" />",
    "<set-variable name=\"started\" value=\"@(DateTime.UtcNow)\" />\n\
     <set-header name=\"x-started\" exists-action=\"override\">\n    <value>@(((DateTime)context.Variables[\"started\"]).ToString(\"o\"))</value>\n</set-header>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-variable-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Names that the texts are searched for; no public policy sets more than 60.
const MAX_NAMES: usize = 500;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    // Global and product documents set variables for the scopes inside them, fragments for whoever includes them.
    let confidence = match (unit.around.scope, &unit.policy.body) {
        (Some(Scope::Operation), Body::Document(_)) => Confidence::High,
        (Some(Scope::Api), Body::Document(_)) => Confidence::Medium,
        _ => return,
    };
    let flow = flow(unit);
    if !flow.sees_all || flow.reads.iter().any(|read| read.used.name.is_none()) {
        return;
    }
    let own = flow.writes.iter().filter(|write| write.is_own && write.element.name == "set-variable");
    for write in own.take(MAX_NAMES) {
        let writes = flow.writes.iter().filter(|other| other.name == write.name).count();
        if occurrences(unit, write.name) > writes {
            continue;
        }
        let message = format!("nothing reads the variable `{}`", write.name);
        let diagnostic = Diagnostic::new(&CODE, message).at(&write.element.source, write.span);
        found.push(
            diagnostic.confidence(confidence).help("remove it, or read it where it was meant to be read"),
        );
    }
}

/// How often `name` stands in the texts that are looked at. Liquid templates and what did not parse count too.
fn occurrences(unit: &Unit<'_>, name: &str) -> usize {
    let fragments = unit.around.fragments.iter().flat_map(|fragments| fragments.values());
    let outer = unit.around.outer.iter().map(|(_, policy)| policy);
    let texts = fragments.chain(outer).map(|policy| policy.source.text());
    texts.chain([unit.policy.source.text()]).map(|text| text.matches(name).count()).sum()
}
