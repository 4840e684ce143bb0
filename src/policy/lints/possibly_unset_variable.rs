//! Reads that throw on the ways on which the variable is not set, or holds nothing.

use indexmap::IndexSet;

use crate::csharp::VariableAccess;
use crate::diag::{Code, Confidence, Diagnostic};

use super::{Flow, Lint, Read, State, Unit, flow};

pub(super) static CODE: Code = Code::warning(
    "possibly-unset-variable",
    "a context variable is read as if it were set on every way",
    "Looks for `context.Variables[\"x\"]` outside conditions where `x` is set in some branches of `choose` only, or by \
     `cache-lookup-value` without a default; and for members taken of the response of a `send-request` with \
     `ignore-error=\"true\"`, which is null where the request has failed.",
)
.why(
    "An index without a value throws `KeyNotFoundException`, a member of null `NullReferenceException`. Either ends the \
     request in `on-error` with a 500, and only for those requests that take the rarer way.",
)
.example(
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;POST&quot;)\">\n        <set-variable name=\"kind\" value=\"write\" />\n    </when>\n</choose>\n\
     <set-header name=\"x-kind\" exists-action=\"override\">\n    <value>@((string)context.Variables[\"kind\"])</value>\n</set-header>",
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;POST&quot;)\">\n        <set-variable name=\"kind\" value=\"write\" />\n    </when>\n</choose>\n\
     <set-header name=\"x-kind\" exists-action=\"override\">\n    <value>@(context.Variables.GetValueOrDefault&lt;string&gt;(\"kind\", \"read\"))</value>\n</set-header>",
)
.references(&[
    "Learn, cache-lookup-value: without `default-value` the variable is not set where nothing is found",
    "Learn, send-request: with `ignore-error` the variable is null where the request fails",
])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    // Where the first read throws, the next is not reached.
    let mut told = IndexSet::new();
    for read in flow.reads.iter().filter(|read| read.is_own && !read.used.guarded) {
        let Some(diagnostic) = unset(&flow, read).or_else(|| null(&flow, read)) else { continue };
        if told.insert(read.used.name.as_deref()) {
            found.push(diagnostic);
        }
    }
}

/// A read by index where some way has not set the variable.
fn unset(flow: &Flow<'_>, read: &Read<'_>) -> Option<Diagnostic> {
    let (State::Perhaps(write), VariableAccess::Index { .. }) = (read.state, &read.used.how) else {
        return None;
    };
    // Inside a branch the condition may be the one under which the variable is set.
    if read.is_conditional {
        return None;
    }
    let write = flow.writes.get(write)?;
    let name = read.used.name.as_deref()?;
    let diagnostic = Diagnostic::new(
        &CODE,
        format!("the variable `{name}` is not set on every way that leads here: then this throws"),
    )
    .at(&read.element.source, read.span)
    .related(&write.element.source, write.span, "set here, on some ways only")
    .help("read it with `GetValueOrDefault` and a default, or set it on the other ways too");
    Some(diagnostic.confidence(if read.after_unknown { Confidence::Low } else { Confidence::High }))
}

/// A member of a response that is null where its request has failed.
fn null(flow: &Flow<'_>, read: &Read<'_>) -> Option<Diagnostic> {
    let State::PerhapsNull(write) = read.state else { return None };
    if !read.used.dereferenced {
        return None;
    }
    let write = flow.writes.get(write)?;
    let name = read.used.name.as_deref()?;
    let diagnostic =
        Diagnostic::new(&CODE, format!("`{name}` is null where its request has failed: then this throws"))
            .at(&read.element.source, read.span)
            .related(&write.element.source, write.span, "`ignore-error=\"true\"` makes it null")
            .help("write `?.` after it, or test it for null before");
    Some(diagnostic)
}
