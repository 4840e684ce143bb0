//! The examples of an operation's answers, which `mock-response` answers with: of each media type of each status the
//! first (ARM, `operations` of 2024-05-01: `responses[].representations[].examples`, of which each has a `value`).

use serde_json::Value as Json;

use crate::gateway::Example;
use crate::sandbox::Resource;

pub(super) fn examples(operation: &Resource) -> Vec<Example> {
    let responses = operation.at("/properties/responses").and_then(Json::as_array).into_iter().flatten();
    responses
        .flat_map(|response| {
            let status = response["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
            let representations = response["representations"].as_array().into_iter().flatten();
            representations.filter_map(move |representation| {
                Some(Example {
                    status: status?,
                    content_type: representation["contentType"].as_str()?.to_owned(),
                    body: first_value(representation)?,
                })
            })
        })
        .collect()
}

/// A text as it is, anything else as JSON.
fn first_value(representation: &Json) -> Option<String> {
    let value = &representation["examples"].as_object()?.values().next()?["value"];
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
