//! The policies of a landing zone: API and product documents from templates, fragments as they are. Each is read
//! back by our own parser before it goes anywhere.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::{Environment, context};

use super::api_policy::api_policy;
use super::codes;
use super::escape::csharp_string;
use super::templates::{environment, fill};
use crate::diag::{DiagResult, Diagnostic, Diagnostics};
use crate::model::{LandingZone, Product};
use crate::policy;
use crate::text::Source;

/// The Event Hub logger that usage records go to.
pub(super) const LOGGER: &str = "usage-eventhub";

/// The backend entity of the Content Safety account. No account of the spec has a name with a dot.
pub(super) const CONTENT_SAFETY: &str = "content.safety";

/// A fragment: its name in APIM, what it is for, its text.
pub(super) const FRAGMENTS: &[(&str, &str, &str)] = &[
    (
        "backend-managed-identity",
        "Signs in to Azure OpenAI with the identity of the gateway",
        include_str!("../../policies/fragments/backend-managed-identity.xml"),
    ),
    (
        "remember-retry-after",
        "Remembers the shortest Retry-After of the accounts of a pool",
        include_str!("../../policies/fragments/remember-retry-after.xml"),
    ),
    (
        "pool-exhausted",
        "Answers 429 with Retry-After when no account of a pool can answer",
        include_str!("../../policies/fragments/pool-exhausted.xml"),
    ),
];

/// One policy: where it goes in the bundle, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub path: String,
    pub text: String,
}

/// All policies of a landing zone, in the order of its APIs and products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policies {
    pub fragments: Vec<Policy>,
    pub apis: Vec<Policy>,
    /// None for a product without limits.
    pub products: Vec<Option<Policy>>,
}

impl Policies {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.fragments.iter().chain(&self.apis).chain(self.products.iter().flatten())
    }
}

/// Renders all policies and reads them back.
///
/// # Errors
/// `template-failed` and `rendered-policy-refused`, which are bugs.
pub(super) fn policies(zone: &LandingZone) -> DiagResult<Policies> {
    let environment = environment()?;
    let mut rendered = Policies { fragments: Vec::new(), apis: Vec::new(), products: Vec::new() };
    for (name, _, text) in FRAGMENTS {
        let path = format!("policies/fragments/{name}.xml");
        rendered.fragments.push(Policy { path, text: (*text).to_owned() });
    }
    for api in &zone.apis {
        let path = format!("policies/apis/{}.xml", api.id);
        rendered.apis.push(Policy { path, text: api_policy(&environment, zone, api)? });
    }
    for product in &zone.products {
        let path = format!("policies/products/{}.xml", product.id);
        let text = product_policy(&environment, product)?;
        rendered.products.push(text.map(|text| Policy { path, text }));
    }
    read_back(&rendered)?;
    Ok(rendered)
}

/// Reads every policy as the gateway will, and puts the fragments of the APIs in their places.
fn read_back(rendered: &Policies) -> DiagResult<()> {
    let mut found = Vec::new();
    let mut load = |Policy { path, text }: &Policy| {
        let (policy, problems) = policy::load(&Source::new(path.as_str(), text.as_str()), None);
        found.extend(problems);
        Arc::new(policy)
    };
    let fragments: IndexMap<String, Arc<policy::Policy>> = FRAGMENTS
        .iter()
        .zip(&rendered.fragments)
        .map(|((name, ..), it)| ((*name).to_owned(), load(it)))
        .collect();
    let apis: Vec<_> = rendered.apis.iter().map(&mut load).collect();
    rendered.products.iter().flatten().for_each(|product| drop(load(product)));
    for api in apis {
        let (_, problems) = policy::compose(&[(policy::Scope::Api, api)], &fragments);
        found.extend(problems);
    }
    // A warning is about what the sources do not agree on, such as an expression in `tokens-per-minute`.
    found.retain(Diagnostic::is_error);
    if found.is_empty() {
        return Ok(());
    }
    let refused = found.into_iter().map(|problem| {
        let message = format!("a rendered policy is refused: {}", problem.message);
        let refused = Diagnostic { primary: problem.primary, ..Diagnostic::new(&codes::REFUSED, message) };
        refused.help("report this as a bug in genai-lz")
    });
    Err(Diagnostics(refused.collect()))
}

fn product_policy(environment: &Environment<'_>, product: &Product) -> DiagResult<Option<String>> {
    if product.tokens_per_minute.is_none() && product.quota.is_none() {
        return Ok(None);
    }
    let values = context! {
        counter_key => format!(
            "@({} + context.Subscription.Id)",
            csharp_string(&format!("product:{}:", product.id)),
        ),
        tokens_per_minute => product.tokens_per_minute,
        quota => product.quota.as_ref().map(|quota| context! {
            tokens => quota.tokens,
            period => quota.period.word(),
        }),
    };
    fill(environment, "product.xml", values).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_our_own_parser_refuses_is_not_handed_on() {
        let policy = |text: &str| Policy { path: "policies/p.xml".to_owned(), text: text.to_owned() };
        let rendered = |api: &str| Policies {
            fragments: Vec::new(),
            apis: vec![policy(api)],
            products: vec![None, Some(policy("<policies><inbound /></policies>"))],
        };
        assert_eq!(read_back(&rendered("<policies><inbound /></policies>")), Ok(()));
        for broken in ["<policies><inbound>", "<policies><inbound><forward-requst /></inbound></policies>"] {
            let refused = read_back(&rendered(broken)).unwrap_err();
            assert!(refused.0.iter().all(|found| found.code.id == "rendered-policy-refused"), "{refused:?}");
        }
    }
}
