//! Limits of different documents that count on one key. Limits of one document and of those around it are left to the
//! rule `counter-key-shared-by-limits`, which looks at one text.

use std::sync::Arc;

use indexmap::IndexMap;

use super::layout::Attached;
use super::service::Service;
use super::{Project, codes};
use crate::diag::{Confidence, Diagnostic};
use crate::policy::lints::walk;
use crate::policy::{Policy, Value, ValueKind};
use crate::text::{Source, Span};

/// The policies that count by key, and the attribute that says how much they allow.
const LIMITS: &[(&str, &str)] = &[
    ("azure-openai-token-limit", "tokens-per-minute"),
    ("llm-token-limit", "tokens-per-minute"),
    ("rate-limit-by-key", "calls"),
];

/// So many limits of one key are compared with those that follow.
const MAX_COMPARED: usize = 32;

/// A limit with its counter.
struct Limit<'a> {
    attached: &'a Attached,
    rate: String,
    source: Arc<Source>,
    key_span: Span,
}

/// Looks for documents that requests with one value of the key pass, and that allow different rates on it.
pub(super) fn check(project: &Project, service: &Service, found: &mut Vec<Diagnostic>) {
    let mut seen: IndexMap<(&str, String), Vec<Limit<'_>>> = IndexMap::new();
    for (attached, index) in &service.documents {
        for (policy, key, limit) in limits(attached, &project.files[*index].policy) {
            let before = seen.entry((policy, key.clone())).or_default();
            let differs = |known: &&Limit<'_>| {
                known.rate != limit.rate && meet(service, &key, known.attached, attached)
            };
            found.extend(before.iter().find(differs).map(|known| differ(known, &limit)));
            if before.len() < MAX_COMPARED {
                before.push(limit);
            }
        }
    }
}

/// The limits of a document: which policy, the key, and the rest.
fn limits<'a>(attached: &'a Attached, policy: &Policy) -> Vec<(&'static str, String, Limit<'a>)> {
    let mut limits = Vec::new();
    walk(policy, &mut |place| {
        let Some((name, rate)) = LIMITS.iter().find(|(name, _)| *name == place.element.name) else { return };
        let (Some(key), Some(rate)) = (place.element.value("counter-key"), place.element.value(rate)) else {
            return;
        };
        let source = Arc::clone(&place.element.source);
        let limit = Limit { attached, rate: squeezed(rate), source, key_span: key.span };
        limits.push((*name, squeezed(key), limit));
    });
    limits
}

fn squeezed(value: &Value) -> String {
    let text = match &value.kind {
        ValueKind::Literal(text) => text.as_str(),
        ValueKind::Expression(expression) => expression.text.as_str(),
    };
    text.split_whitespace().collect()
}

/// Whether one value of the key can reach both documents, which are attached to different places. A subscription
/// belongs to one product, to one API or to all of them, so it leads to no second product.
fn meet(service: &Service, key: &str, one: &Attached, other: &Attached) -> bool {
    let names = |what: &str| key.contains(&format!("context.{what}."));
    if names("Operation") || names("Api") && one.api() != other.api() {
        return false;
    }
    match (one, other) {
        (Attached::Product(_), Attached::Product(_)) => !names("Product") && !names("Subscription"),
        // Where the product is the API's only one, its document is around the API's, and the rule speaks.
        (Attached::Product(product), of_api) | (of_api, Attached::Product(product)) => {
            let holds = |api| service.links.get(product).is_some_and(|apis| apis.contains(api));
            of_api.api().is_some_and(|api| holds(api) && service.sole_product(api).is_none())
        }
        (Attached::Operation { api, .. }, Attached::Api(outer))
        | (Attached::Api(outer), Attached::Operation { api, .. }) => api != outer,
        (Attached::Api(_) | Attached::Operation { .. }, Attached::Api(_) | Attached::Operation { .. }) => {
            true
        }
        (Attached::Global | Attached::Workspace, _) | (_, Attached::Global | Attached::Workspace) => false,
    }
}

fn differ(known: &Limit<'_>, limit: &Limit<'_>) -> Diagnostic {
    let (here, there) = (limit.attached.name(), known.attached.name());
    let message = format!("{here} and {there} count on one key and allow different rates");
    Diagnostic::new(&codes::COUNTER_SHARED, message)
        .at(&limit.source, limit.key_span)
        .related(&known.source, known.key_span, "the other limit")
        .confidence(Confidence::Medium)
        .help("put into each key whose limit it is, such as `@(\"chat:\" + context.Subscription.Id)`")
}
