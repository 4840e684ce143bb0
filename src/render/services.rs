//! APIs that lead to no pool: their policies, their backends and their part of the parameters of stage `genai`.

use minijinja::{Environment, context};

use super::KEY_HEADER;
use super::api_policy::{Keys, caller_address, cors, entra, ip_filter};
use super::literal::{Literal, list, object};
use super::policies::{KEY_QUERY, Policies, Policy};
use super::templates::fill;
use crate::diag::DiagResult;
use crate::model::{LandingZone, LeadsTo, ServiceApi};
use crate::spec::{Operation, Parameter};

/// Fills the template of the policy of `api`.
///
/// # Errors
/// `template-failed`, which is a bug.
pub(super) fn policy(
    environment: &Environment<'_>,
    zone: &LandingZone,
    api: &ServiceApi,
) -> DiagResult<String> {
    let keys = Keys { api: &api.id, caller: caller_address(zone) };
    let LeadsTo::Rest { identity_resource, .. } = &api.leads_to;
    let values = context! {
        backend => api.backend(),
        identity_resource => identity_resource.as_deref(),
        key_header => KEY_HEADER,
        key_query => KEY_QUERY,
        streaming => api.streaming,
        timeout_seconds => api.timeout_seconds,
        cors => api.cors.as_ref().map(|it| cors(it, &methods(api))),
        ip_filter => api.ip_filter.as_ref().map(ip_filter),
        entra => api.entra.as_ref().map(entra),
        request_limit => api.request_limit.as_ref().map(|limit| context! {
            counter_key => keys.counter("requests", limit.key),
            calls => limit.calls,
            period_seconds => limit.period_seconds,
        }),
    };
    fill(environment, "rest.xml", values)
}

/// The methods of its operations, each once.
fn methods(api: &ServiceApi) -> Vec<&str> {
    let LeadsTo::Rest { operations, .. } = &api.leads_to;
    let mut methods: Vec<&str> = Vec::new();
    for operation in operations {
        if !methods.contains(&operation.method.word()) {
            methods.push(operation.method.word());
        }
    }
    methods
}

/// The backend entities of these APIs: name and URL.
pub(super) fn backends(zone: &LandingZone) -> impl Iterator<Item = Literal> {
    zone.services.iter().map(|api| {
        let LeadsTo::Rest { url, .. } = &api.leads_to;
        object([
            ("name", Literal::Text(api.backend())),
            ("url", url.into()),
            // The policy signs in.
            ("identityResource", "".into()),
            ("breaker", object([])),
        ])
    })
}

/// The APIs in front of services at a URL, as bicep/genai/modules/rest-api.bicep takes them.
pub(super) fn rest_apis(zone: &LandingZone, policies: &Policies) -> Literal {
    let apis = zone.services.iter().zip(&policies.services).map(|(api, policy)| parameters(api, policy));
    Literal::List(apis.collect())
}

fn parameters(api: &ServiceApi, policy: &Policy) -> Literal {
    let LeadsTo::Rest { operations, .. } = &api.leads_to;
    object([
        ("name", (&api.id).into()),
        ("displayName", (&api.display_name).into()),
        ("path", (&api.path).into()),
        ("subscriptionKeyHeader", KEY_HEADER.into()),
        ("subscriptionKeyQuery", KEY_QUERY.into()),
        ("policy", Literal::File { path: policy.path.clone(), text: policy.text.clone() }),
        ("operations", list(operations, operation)),
    ])
}

fn operation(operation: &Operation) -> Literal {
    let of = |is_in_path: bool| {
        let some = operation.parameters.iter().filter(move |it| it.is_in_path == is_in_path);
        Literal::List(some.map(parameter).collect())
    };
    object([
        ("name", (&operation.name).into()),
        ("displayName", (&operation.display_name).into()),
        ("method", operation.method.word().into()),
        ("urlTemplate", (&operation.path).into()),
        ("templateParameters", of(true)),
        ("description", (&operation.description).into()),
        ("queryParameters", of(false)),
        ("bodies", list(&operation.bodies, |media_type| object([("contentType", media_type.into())]))),
    ])
}

fn parameter(parameter: &Parameter) -> Literal {
    object([
        ("name", (&parameter.name).into()),
        ("type", (&parameter.kind).into()),
        ("required", parameter.is_required.into()),
        ("description", (&parameter.description).into()),
    ])
}
