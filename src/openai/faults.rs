//! The answers of Azure OpenAI that are not 200, with the bodies that clients and policies look into.

use serde_json::{Value as Json, json};

use super::reply::{Reply, ReplyBody};

/// An answer that refuses the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub status: u16,
    pub body: Json,
    pub retry_after_ms: Option<u64>,
}

impl Fault {
    /// The refusal as an answer, with `retry-after` in whole seconds and `retry-after-ms` where there is one.
    pub fn reply(&self) -> Reply {
        let body = ReplyBody::Whole(self.body.to_string().into_bytes());
        let mut reply = Reply::new(self.status, "application/json", body);
        if let Some(ms) = self.retry_after_ms {
            reply.set("retry-after", ms.div_ceil(1000).to_string());
            reply.set("retry-after-ms", ms.to_string());
        }
        reply
    }

    fn new(status: u16, body: Json) -> Self {
        Self { status, body, retry_after_ms: None }
    }

    fn coded(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": message}}))
    }

    /// 401 for a token that is missing or for someone else.
    pub fn unauthorized_token() -> Self {
        Self::new(
            401,
            json!({
                "statusCode": 401,
                "message": "Unauthorized. Access token is missing, invalid, audience is incorrect \
                    (https://cognitiveservices.azure.com), or have expired.",
            }),
        )
    }

    /// 401 for a key that is not the account's.
    pub fn unauthorized_key() -> Self {
        Self::coded(
            401,
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key \
             for an active subscription and use a correct regional API endpoint for your resource.",
        )
    }

    /// 404 for a response that is not remembered.
    pub fn response_not_found(id: &str) -> Self {
        let message = format!("Response with id '{id}' not found.");
        Self { status: 404, ..Self::invalid(&message, None, None) }
    }

    /// 400 for a conversation that is not remembered.
    pub fn previous_response_not_found(id: &str) -> Self {
        let message = format!("Previous response with id '{id}' not found.");
        Self::invalid(&message, Some("previous_response_id"), Some("previous_response_not_found"))
    }

    /// 404 for a model that no deployment has.
    pub fn model_not_found(id: &str) -> Self {
        let message = format!("The model '{id}' does not exist.");
        Self { status: 404, ..Self::invalid(&message, Some("model"), Some("model_not_found")) }
    }

    /// 400 for a prompt that the content filter refuses (Learn, "Content filtering", 2025-10).
    pub fn content_filter() -> Self {
        let category = |filtered: bool| {
            let severity = if filtered { "high" } else { "safe" };
            json!({"filtered": filtered, "severity": severity})
        };
        let message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. \
            Please modify your prompt and retry.";
        let error = json!({
            "message": message,
            "type": null,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
            "innererror": {
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": {
                    "hate": category(false),
                    "self_harm": category(false),
                    "sexual": category(false),
                    "violence": category(true),
                    "jailbreak": {"filtered": false, "detected": false},
                },
            },
        });
        Self::new(400, json!({ "error": error }))
    }

    /// Also what a request without `api-version` gets.
    pub fn not_found() -> Self {
        Self::coded(404, "404", "Resource not found")
    }

    /// 400 for a version that is none.
    pub fn bad_api_version(version: &str) -> Self {
        Self::coded(400, "BadRequest", &format!("API version not supported: {version}"))
    }

    /// 404 for a deployment that is not there.
    pub fn deployment_not_found() -> Self {
        Self::coded(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 \
             minutes, please wait a moment and try again.",
        )
    }

    /// 400 for an operation that the model does not do.
    pub fn operation_not_supported(operation: &str, model: &str) -> Self {
        let message = format!(
            "The {operation} operation does not work with the specified model, {model}. Please choose different \
             model and try again."
        );
        Self::coded(400, "OperationNotSupported", &message)
    }

    /// 405.
    pub fn method_not_allowed() -> Self {
        Self::coded(405, "405", "Method not allowed")
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::coded(413, "413", "Request body too large")
    }

    /// 400 for a body that is no JSON object.
    pub fn bad_json() -> Self {
        let message = "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but \
            what was sent was not valid JSON.";
        Self::invalid(message, None, None)
    }

    /// 400 for a member that has to be there.
    pub fn missing_parameter(name: &str) -> Self {
        let message = format!("Missing required parameter: '{name}'.");
        Self::invalid(&message, Some(name), Some("missing_required_parameter"))
    }

    /// 400 for a member with a value that does not do.
    pub fn invalid_value(name: &str, message: &str) -> Self {
        Self::invalid(message, Some(name), Some("invalid_value"))
    }

    fn invalid(message: &str, param: Option<&str>, code: Option<&str>) -> Self {
        let error =
            json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
        Self::new(400, json!({ "error": error }))
    }

    /// 429 of a provisioned deployment that is full.
    pub fn over_capacity(retry_after_ms: u64) -> Self {
        let message = "The provisioned deployment is over its capacity: utilization is above 100 percent. Please retry \
            after the time in the retry-after-ms header.";
        Self { retry_after_ms: Some(retry_after_ms), ..Self::coded(429, "429", message) }
    }

    /// 429. `what` is `token` or `call`.
    pub fn throttled(operation: &str, api_version: &str, what: &str, retry_after_ms: Option<u64>) -> Self {
        let retry_after_s = retry_after_ms.map(|ms| ms.div_ceil(1000));
        let retry =
            retry_after_s.map_or(String::new(), |seconds| format!(" Please retry after {seconds} seconds."));
        let message = format!(
            "Requests to the {operation} Operation under Azure OpenAI API version {api_version} have exceeded {what} \
             rate limit of your current OpenAI S0 pricing tier.{retry} Please go here: \
             https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."
        );
        Self { retry_after_ms, ..Self::coded(429, "429", &message) }
    }

    /// A failure on command.
    pub fn failure(status: u16) -> Self {
        let code = match status {
            500 => "InternalServerError",
            503 => "ServiceUnavailable",
            408 => "Timeout",
            _ => {
                return Self::coded(
                    status,
                    &status.to_string(),
                    "The service answers this status on command.",
                );
            }
        };
        Self::coded(
            status,
            code,
            "The service is temporarily unable to process your request. Please try again later.",
        )
    }
}
