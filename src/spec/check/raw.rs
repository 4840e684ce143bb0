//! `raw`: each fragment and each policy is given once, and what is named is there.

use super::Checks;
use super::references::{known, unique};
use crate::spec::codes;
use crate::spec::types::Spec;
use crate::text::Span;

/// Fragments of ours; a second one of the same id would take its place.
const SHIPPED: &[&str] = &["backend-managed-identity", "remember-retry-after", "pool-exhausted"];

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let raw = &spec.raw;
    let fragments: Vec<_> =
        raw.fragments.iter().map(|fragment| (fragment.id.as_str(), fragment.id.span)).collect();
    unique("fragment", fragments.iter().copied(), cx);
    for (id, span) in &fragments {
        if SHIPPED.iter().any(|shipped| shipped.eq_ignore_ascii_case(id)) {
            let message = format!("the fragment `{id}` is one of those that are rendered");
            let found = cx.diagnostic(&codes::DUPLICATE_ID, *span, message).help("give it another id");
            cx.push(found);
        }
    }
    unique("policy of", raw.policies.iter().map(|policy| (policy.of.as_str(), policy.of.span)), cx);
    for policy in raw.policies.iter() {
        owner(spec, policy.of.as_str(), policy.of.span, cx);
        replaced(spec, policy.of.as_str(), policy.of.span, cx);
    }
    for include in raw.include.iter() {
        let (of, _) = include.at.parts();
        owner(spec, of, include.at.span, cx);
        known("fragment", include.fragment.as_str(), include.fragment.span, &fragments, cx);
        if let Some(policy) = raw.policies.iter().find(|policy| policy.of.as_str().eq_ignore_ascii_case(of)) {
            let found = cx
                .diagnostic(&codes::CONFLICT, include.at.span, format!("the policy of `{of}` is a file"))
                .related(cx.source, policy.of.span, "given here")
                .help("write `<include-fragment>` into that file");
            cx.push(found);
        }
    }
}

fn owner(spec: &Spec, of: &str, span: Span, cx: &mut Checks<'_>) {
    match of.split_once(':') {
        Some(("api", id)) => {
            let apis: Vec<_> = spec.apis.iter().map(|api| (api.id.as_str(), api.id.span)).collect();
            known("API", id, span, &apis, cx);
        }
        Some((_, id)) => {
            let products: Vec<_> =
                spec.products.iter().map(|product| (product.id.as_str(), product.id.span)).collect();
            known("product", id, span, &products, cx);
        }
        None => {}
    }
}

/// What the spec says of an API or a product whose policy is a file goes nowhere.
fn replaced(spec: &Spec, of: &str, span: Span, cx: &mut Checks<'_>) {
    let said = match of.split_once(':') {
        Some(("api", id)) => spec.apis.iter().find(|api| api.id.as_str() == id).and_then(|api| {
            let policies = &api.policies;
            let is_said = policies.token_limit.is_some()
                || policies.adaptive_limit.is_some()
                || policies.usage.metric.is_some()
                || policies.usage.event_hub.is_some();
            is_said.then_some(("policies", api.policies.span))
        }),
        Some((_, id)) => spec
            .products
            .iter()
            .find(|product| product.id.as_str() == id)
            .and_then(|product| product.limits.as_ref().map(|limits| ("limits", limits.span))),
        None => None,
    };
    if let Some((what, said_at)) = said {
        let found = cx
            .diagnostic(
                &codes::RAW_REPLACES,
                span,
                format!("`{what}` of `{of}` say nothing: its policy is a file"),
            )
            .related(cx.source, said_at, "said here")
            .help(format!("leave `{what}` out, or write what it asks for into the file"));
        cx.push(found);
    }
}
