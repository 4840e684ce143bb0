//! The operations of the APIs, by surface.

use super::literal::{Literal, list, object};
use crate::model::{Api, Destinations};
use crate::spec::Surface;

/// An operation: name, display name, method, and its path below the API's. The query parameter `api-version` is passed
/// on by the gateway. It is left out of the URL templates, because a template with it would refuse calls that leave it
/// to the account (Azure OpenAI data-plane references, 2024-10-21 and v1).
type Operation = (&'static str, &'static str, &'static str, &'static str);

/// Azure OpenAI: what a deployment does, and the v1 paths, which name the deployment in the body.
const AZURE_OPENAI: &[Operation] = &[
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

/// OpenAI's API, as its own library calls it (openai/openai-python, api.md and resources/responses/api.md, read 2026-12-01).
const OPENAI_V1: &[Operation] = &[
    ("chat-completions", "Chat completions", "POST", "/chat/completions"),
    ("completions", "Completions", "POST", "/completions"),
    ("embeddings", "Embeddings", "POST", "/embeddings"),
    ("responses", "Responses", "POST", "/responses"),
    ("images", "Images", "POST", "/images/generations"),
    ("response", "Get a response", "GET", "/responses/{response-id}"),
    ("response-delete", "Delete a response", "DELETE", "/responses/{response-id}"),
    ("response-input", "Input of a response", "GET", "/responses/{response-id}/input_items"),
    (OPENAI_MODELS, "Models", "GET", "/models"),
    ("model", "Get a model", "GET", "/models/{model-id}"),
];

const OPENAI_MODELS: &str = "models";

/// Anthropic's messages (platform.claude.com/docs/en/api/overview, and anthropics/anthropic-sdk-python, api.md, read 2026-12-01).
const ANTHROPIC: &[Operation] = &[
    ("messages", "Messages", "POST", "/v1/messages"),
    ("count-tokens", "Count the tokens of a message", "POST", "/v1/messages/count_tokens"),
];

/// Google's Gemini API. What is done stands behind the model's name in the same part of the path, so the template takes the
/// rest as it is (googleapis/googleapis, google/ai/generativelanguage/v1beta, generative_service.proto and
/// model_service.proto, read 2026-12-01).
const GEMINI: &[Operation] = &[
    ("generate", "Generate, embed or count tokens", "POST", "/v1beta/models/*"),
    ("models", "Models", "GET", "/v1beta/models"),
];

/// Amazon Bedrock's runtime (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream, and boto/botocore,
/// bedrock-runtime of 2023-09-30, read 2026-12-01).
const BEDROCK: &[Operation] = &[
    ("converse", "Converse", "POST", "/model/{model-id}/converse"),
    ("converse-stream", "Converse, as a stream", "POST", "/model/{model-id}/converse-stream"),
    ("invoke", "Invoke", "POST", "/model/{model-id}/invoke"),
    ("invoke-stream", "Invoke, as a stream", "POST", "/model/{model-id}/invoke-with-response-stream"),
];

fn of_surface(surface: Surface) -> &'static [Operation] {
    match surface {
        Surface::AzureOpenai => AZURE_OPENAI,
        Surface::OpenaiV1 => OPENAI_V1,
        Surface::AnthropicMessages => ANTHROPIC,
        Surface::Gemini => GEMINI,
        Surface::Bedrock => BEDROCK,
        // Services have operations of their own.
        Surface::Rest | Surface::Realtime | Surface::Mcp => &[],
    }
}

/// Whether an operation of that name is one that every API of the surface of Azure OpenAI has.
pub fn is_operation(name: &str) -> bool {
    AZURE_OPENAI.iter().any(|(own, ..)| *own == name)
}

/// The operation that lists models, which an API that routes by names answers itself.
pub(super) fn list_of_models(surface: Surface) -> Option<&'static str> {
    (surface == Surface::OpenaiV1).then_some(OPENAI_MODELS)
}

/// The operations of an API. One that routes by names has those that name a model, and the list of them: a response that was
/// made before names none.
pub(super) fn operations(api: &Api) -> Literal {
    let routes = matches!(api.destinations, Destinations::ByName(_));
    let fits = |(name, _, method, _): &&Operation| {
        !routes || *method == "POST" || list_of_models(api.surface) == Some(*name)
    };
    let all: Vec<&Operation> = of_surface(api.surface).iter().filter(fits).collect();
    list(all, |(name, display_name, method, template)| {
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

/// The header that callers send their key in: what the SDKs of each surface send.
pub fn key_header(surface: Surface) -> &'static str {
    match surface {
        Surface::AzureOpenai
        | Surface::OpenaiV1
        | Surface::Bedrock
        | Surface::Rest
        | Surface::Realtime
        | Surface::Mcp => super::KEY_HEADER,
        Surface::AnthropicMessages => "x-api-key",
        Surface::Gemini => "x-goog-api-key",
    }
}
