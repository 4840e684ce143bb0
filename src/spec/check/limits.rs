//! What the limits of an API need, and what they tell callers.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Api, Counted, HeaderName, TokenHeaders};

pub(super) fn check(api: &Api, cx: &mut Checks<'_>) {
    whole_answers(api, cx);
    headers(api, cx);
}

/// The tokens of an answer stand at its end.
fn whole_answers(api: &Api, cx: &mut Checks<'_>) {
    let Some(limit) = &api.policies.request_limit else { return };
    if limit.count.value == Counted::Tokens && api.streaming.value {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                limit.count.span,
                "tokens are read from whole answers, and this API passes them on as they are made",
            )
            .related(cx.source, api.streaming.span, "streaming")
            .help("set `streaming` to false, or use `tokenLimit`, which counts the tokens of streams");
        cx.push(found);
    }
}

/// Of two limits that write one header the later one is seen. Classes may share one: a request is in one of them.
fn headers(api: &Api, cx: &mut Checks<'_>) {
    let policies = &api.policies;
    let mut taken: Vec<&At<HeaderName>> = Vec::new();
    if let Some(limit) = &policies.token_limit {
        claim(&limit.headers, &mut taken, cx);
    }
    if let Some(limit) = &policies.adaptive_limit {
        claim(&limit.headers, &mut taken, cx);
        for class in limit.classes.iter() {
            claim(&class.headers, &mut taken.clone(), cx);
        }
    }
}

fn claim<'s>(headers: &'s TokenHeaders, taken: &mut Vec<&'s At<HeaderName>>, cx: &mut Checks<'_>) {
    for name in headers.remaining.iter().chain(&headers.consumed) {
        if let Some(first) = taken.iter().find(|other| other.as_str().eq_ignore_ascii_case(name.as_str())) {
            let found = cx
                .diagnostic(
                    &codes::CONFLICT,
                    name.span,
                    format!("two numbers in the header `{}`", name.as_str()),
                )
                .related(cx.source, first.span, "the other")
                .help("give each a header of its own");
            cx.push(found);
        }
        taken.push(name);
    }
}
