//! What only the surroundings of a text decide: whether its policies are allowed at its scope and in its tier, and
//! whether it is small enough.

use super::codes;
use super::compose::Scope;
use super::elements::{self, ElementDef, Rule};
use super::lints::walk;
use super::lower::api_only;
use super::surroundings::{Surroundings, Tier};
use super::typed::{Body, Policy, PolicyElement};
use super::wordings;
use crate::diag::{Confidence, Diagnostic};
use crate::text::Span;

/// Largest policy document, bytes (Learn, service limits, 2020-04-14).
const MAX_DOCUMENT: usize = 256 * 1024;
/// The same in the Consumption tier.
const MAX_DOCUMENT_CONSUMPTION: usize = 16 * 1024;
/// Largest fragment, bytes (Learn, policy-fragments, 2026-02-10).
const MAX_FRAGMENT: usize = 512 * 1024;

/// Policies of which a public log shows the refusal in the Consumption tier; the other tiers are those of the pages.
const REFUSED_IN_CONSUMPTION: [&str; 4] =
    ["azure-openai-token-limit", "llm-token-limit", "quota-by-key", "rate-limit-by-key"];

/// Checks a text against what is known around it; says nothing about what is not known.
pub fn check_surroundings(policy: &Policy, around: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(check_size(policy, around.tier));
    let scope = match policy.body {
        Body::Document(_) => around.scope,
        Body::Fragment(_) => None,
    };
    walk(policy, &mut |place| {
        let Some(def) = elements::find(&place.element.name) else { return };
        found.extend(scope.and_then(|scope| check_scope(place.element, def, scope)));
        found.extend(around.tier.and_then(|tier| check_tier(place.element, def, tier)));
        check_attributes(place.element, def, scope, around, &mut found);
    });
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    found
}

fn check_scope(element: &PolicyElement, def: &ElementDef, scope: Scope) -> Option<Diagnostic> {
    if def.scopes.contains(&scope) {
        return None;
    }
    let message = format!("`{}` is not allowed at {} scope", element.name, scope.name());
    let allowed: Vec<&str> = def.scopes.iter().map(|scope| scope.name()).collect();
    let diagnostic = Diagnostic::new(&codes::WRONG_SCOPE, message)
        .at(&element.source, element.name_span)
        .help(format!("move it to the policy of one of these scopes: {}", allowed.join(", ")))
        .service_says(wordings::NOT_IN_SCOPE);
    // Of `quota` the refusal was seen; the other scopes are those of the pages.
    let confidence = if element.name == "quota" { Confidence::High } else { Confidence::Medium };
    Some(diagnostic.confidence(confidence))
}

fn check_tier(element: &PolicyElement, def: &ElementDef, tier: Tier) -> Option<Diagnostic> {
    if def.tiers.contains(&tier) {
        return None;
    }
    let message = format!("`{}` is not run by {} gateways", element.name, tier.name());
    let allowed: Vec<&str> = def.tiers.iter().map(|tier| tier.name()).collect();
    let diagnostic = Diagnostic::new(&codes::WRONG_TIER, message)
        .at(&element.source, element.name_span)
        .help(format!("remove it, or use one of these gateways: {}", allowed.join(", ")));
    if tier != Tier::Consumption {
        return Some(diagnostic.confidence(Confidence::Medium));
    }
    let was_seen = REFUSED_IN_CONSUMPTION.contains(&element.name.as_str());
    let confidence = if was_seen { Confidence::High } else { Confidence::Medium };
    Some(diagnostic.service_says(wordings::NOT_IN_CONSUMPTION).confidence(confidence))
}

fn check_attributes(
    element: &PolicyElement,
    def: &ElementDef,
    scope: Option<Scope>,
    around: &Surroundings,
    found: &mut Vec<Diagnostic>,
) {
    let place = match scope {
        Some(Scope::Global) => "at global scope",
        Some(Scope::Product) => "at product scope",
        _ if around.api.is_websocket == Some(true) => "in the policy of a WebSocket API",
        _ => return,
    };
    for demand in def.demands {
        let Rule::ApiOnly(names) = demand.rule else { continue };
        for attribute in element.attributes.iter().filter(|it| names.contains(&it.name.as_str())) {
            found.push(api_only(&attribute.name, place).at(&element.source, attribute.name_span));
        }
    }
}

fn check_size(policy: &Policy, tier: Option<Tier>) -> Option<Diagnostic> {
    let (max, what) = match (&policy.body, tier) {
        (Body::Fragment(_), _) => (MAX_FRAGMENT, "a fragment"),
        (Body::Document(_), Some(Tier::Consumption)) => {
            (MAX_DOCUMENT_CONSUMPTION, "a policy document in the Consumption tier")
        }
        (Body::Document(_), _) => (MAX_DOCUMENT, "a policy document"),
    };
    let size = policy.source.text().len();
    (size > max).then(|| {
        let message = format!("{what} may have {} KiB, and this one has {}", max / 1024, size.div_ceil(1024));
        Diagnostic::new(&codes::OVER_LIMIT, message)
            .at(&policy.source, Span::at(0))
            .confidence(Confidence::Medium)
            .help("move parts into fragments, or texts into named values")
    })
}
