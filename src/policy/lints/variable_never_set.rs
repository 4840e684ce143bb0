//! Reads of a context variable that nothing sets.

use indexmap::IndexSet;

use crate::csharp::VariableAccess;
use crate::diag::{Code, Confidence, Diagnostic};

use super::{Lint, Read, Unit, flow};

pub(super) static CODE: Code = Code::warning(
    "variable-never-set",
    "a context variable is read that nothing sets",
    "Looks for reads of context variables that no policy of the document, of its fragments and of the scopes outside \
     sets. Says nothing where one of these is not known.",
)
.why(
    "Read by index, a variable that is not set throws, and the request ends in `on-error`. Read with a default or after \
     a test, the policy always takes the same way, whatever the request.",
)
.example(
    "<set-variable name=\"tenant\" value=\"a\" />\n\
     <set-header name=\"x-team\" exists-action=\"override\">\n    <value>@((string)context.Variables[\"team\"])</value>\n</set-header>",
    "<set-variable name=\"team\" value=\"a\" />\n\
     <set-header name=\"x-team\" exists-action=\"override\">\n    <value>@((string)context.Variables[\"team\"])</value>\n</set-header>",
)
.references(&["Azure-Samples/ai-hub-gateway-solution-accelerator, frag-aad-auth.xml: sets one name, tests another (2025-11-19)"])
.with_url("https://learn.microsoft.com/azure/api-management/set-variable-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Names that are looked through for one that was meant.
const MAX_NAMES: usize = 100;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    if !flow.sees_all {
        return;
    }
    let set = flow.set_names();
    let mut told: IndexSet<&str> = IndexSet::new();
    for read in flow.reads.iter().filter(|read| read.is_own) {
        let Some(name) = read.used.name.as_deref() else { continue };
        if !set.contains(name) && told.insert(name) {
            found.push(never_set(read, name).did_you_mean(name, set.iter().copied().take(MAX_NAMES)));
        }
    }
}

fn never_set(read: &Read<'_>, name: &str) -> Diagnostic {
    if read.attribute == Some("response-variable-name") {
        let message = format!("nothing sets the variable `{name}`: there is no response to begin with");
        return Diagnostic::new(&CODE, message)
            .at(&read.element.source, read.name_span)
            .confidence(Confidence::Medium);
    }
    let effect = match read.used.how {
        VariableAccess::Index { .. } if !read.used.guarded => "this throws",
        VariableAccess::ContainsKey | VariableAccess::TryGetValue => "the test is always false",
        _ => "it is always the default",
    };
    Diagnostic::new(&CODE, format!("nothing sets the variable `{name}`: {effect}"))
        .at(&read.element.source, read.name_span)
}
