//! The operations of an API of Azure OpenAI's shape: those of a deployment, and those of the v1 surface, which names the
//! deployment in the body.

use super::literal::{Literal, list, object};

/// An operation: name, display name, method, and its path below the API's. The query parameter `api-version` is passed
/// on by the gateway. It is left out of the URL templates, because a template with it would refuse calls that leave it
/// to the account (Azure OpenAI data-plane references, 2024-10-21 and v1).
const OPERATIONS: &[(&str, &str, &str, &str)] = &[
    ("chat-completions", "Chat completions", "POST", "/deployments/{deployment-id}/chat/completions"),
    ("completions", "Completions", "POST", "/deployments/{deployment-id}/completions"),
    ("embeddings", "Embeddings", "POST", "/deployments/{deployment-id}/embeddings"),
    ("v1-chat-completions", "Chat completions (v1)", "POST", "/v1/chat/completions"),
    ("v1-completions", "Completions (v1)", "POST", "/v1/completions"),
    ("v1-embeddings", "Embeddings (v1)", "POST", "/v1/embeddings"),
    ("v1-responses", "Responses (v1)", "POST", "/v1/responses"),
    ("v1-response", "Get a response (v1)", "GET", "/v1/responses/{response-id}"),
    ("v1-response-delete", "Delete a response (v1)", "DELETE", "/v1/responses/{response-id}"),
    ("v1-response-input", "Input of a response (v1)", "GET", "/v1/responses/{response-id}/input_items"),
    ("v1-models", "Models (v1)", "GET", "/v1/models"),
    ("v1-model", "Get a model (v1)", "GET", "/v1/models/{model-id}"),
];

/// Whether an operation of that name is one that every API has.
pub fn is_operation(name: &str) -> bool {
    OPERATIONS.iter().any(|(own, ..)| *own == name)
}

pub(super) fn operations() -> Literal {
    list(OPERATIONS, |(name, display_name, method, template)| {
        let parameters: Vec<Literal> = parameters_of(template).map(parameter).collect();
        object([
            ("name", (*name).into()),
            ("displayName", (*display_name).into()),
            ("method", (*method).into()),
            ("urlTemplate", (*template).into()),
            ("templateParameters", Literal::List(parameters)),
        ])
    })
}

/// The names between braces; a template that names one that is not declared is refused by the service.
fn parameters_of(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn parameter(name: &str) -> Literal {
    object([("name", name.into()), ("type", "string".into()), ("required", true.into())])
}
