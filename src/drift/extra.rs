//! Where to look for what the spec does not know, and what Azure puts there itself.

use super::Listed;

/// Kinds of entities by the type they stand in. Only what a caller of the gateway can notice, or what gives access.
pub const LISTED_IN: &[(&str, &[&str])] = &[
    (
        "Microsoft.ApiManagement/service",
        &[
            "apis",
            "products",
            "backends",
            "namedValues",
            "loggers",
            "diagnostics",
            "policyFragments",
            "subscriptions",
            "certificates",
            "caches",
        ],
    ),
    ("Microsoft.ApiManagement/service/apis", &["operations", "diagnostics"]),
    ("Microsoft.ApiManagement/service/products", &["apis"]),
    ("Microsoft.CognitiveServices/accounts", &["deployments"]),
];

/// Types that have at most one policy, `policies/policy`.
pub const SINGLE_POLICY_IN: &[&str] = &[
    "Microsoft.ApiManagement/service",
    "Microsoft.ApiManagement/service/products",
    "Microsoft.ApiManagement/service/apis",
    "Microsoft.ApiManagement/service/apis/operations",
];

/// Whether API Management made it with the service: the Echo API, the products Starter and Unlimited with subscriptions
/// of the administrator (Learn, "Tutorial: Create and publish a product", 2026-11), and the subscription for all APIs
/// (Learn, "Subscriptions in Azure API Management", 2026-11).
pub fn is_service_made(listed: &Listed) -> bool {
    let kind = listed.resource_type.to_ascii_lowercase();
    let name = listed.name.rsplit('/').next().unwrap_or_default();
    let is_one_of = |names: &[&str]| names.iter().any(|own| own.eq_ignore_ascii_case(name));
    match kind.strip_prefix("microsoft.apimanagement/service/") {
        Some("apis") => is_one_of(&["echo-api"]),
        Some("products") => is_one_of(&["starter", "unlimited"]),
        Some("subscriptions") => {
            let scope = listed.body.pointer("/properties/scope").and_then(|scope| scope.as_str());
            let of_own_product = scope.is_some_and(|scope| {
                let mut parts = scope.trim_end_matches('/').rsplit('/');
                let product = parts.next().unwrap_or_default();
                parts.next() == Some("products")
                    && ["starter", "unlimited"].iter().any(|own| own.eq_ignore_ascii_case(product))
            });
            name == "master" || of_own_product
        }
        _ => false,
    }
}
