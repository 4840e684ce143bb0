//! The answers of Azure OpenAI that are not 200, with the bodies that clients and policies look into.

use serde_json::{Value as Json, json};

/// An answer that refuses the request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub status: u16,
    pub body: Json,
    pub retry_after_s: Option<u32>,
}

impl Fault {
    fn new(status: u16, body: Json) -> Self {
        Self { status, body, retry_after_s: None }
    }

    fn coded(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": message}}))
    }

    pub(super) fn unauthorized_token() -> Self {
        Self::new(
            401,
            json!({
                "statusCode": 401,
                "message": "Unauthorized. Access token is missing, invalid, audience is incorrect \
                    (https://cognitiveservices.azure.com), or have expired.",
            }),
        )
    }

    pub(super) fn unauthorized_key() -> Self {
        Self::coded(
            401,
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key \
             for an active subscription and use a correct regional API endpoint for your resource.",
        )
    }

    /// Also what a request without `api-version` gets.
    pub(super) fn not_found() -> Self {
        Self::coded(404, "404", "Resource not found")
    }

    pub(super) fn bad_api_version(version: &str) -> Self {
        Self::coded(400, "BadRequest", &format!("API version not supported: {version}"))
    }

    pub(super) fn deployment_not_found() -> Self {
        Self::coded(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 \
             minutes, please wait a moment and try again.",
        )
    }

    pub(super) fn operation_not_supported(operation: &str, model: &str) -> Self {
        let message = format!(
            "The {operation} operation does not work with the specified model, {model}. Please choose different \
             model and try again."
        );
        Self::coded(400, "OperationNotSupported", &message)
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::coded(405, "405", "Method not allowed")
    }

    pub(super) fn too_large() -> Self {
        Self::coded(413, "413", "Request body too large")
    }

    pub(super) fn bad_json() -> Self {
        let message = "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but \
            what was sent was not valid JSON.";
        Self::invalid(message, None, None)
    }

    pub(super) fn missing_parameter(name: &str) -> Self {
        let message = format!("Missing required parameter: '{name}'.");
        Self::invalid(&message, Some(name), Some("missing_required_parameter"))
    }

    pub(super) fn invalid_value(name: &str, message: &str) -> Self {
        Self::invalid(message, Some(name), Some("invalid_value"))
    }

    fn invalid(message: &str, param: Option<&str>, code: Option<&str>) -> Self {
        let error =
            json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
        Self::new(400, json!({ "error": error }))
    }

    /// 429. `what` is `token` or `call`.
    pub(super) fn throttled(
        operation: &str,
        api_version: &str,
        what: &str,
        retry_after_s: Option<u32>,
    ) -> Self {
        let retry =
            retry_after_s.map_or(String::new(), |seconds| format!(" Please retry after {seconds} seconds."));
        let message = format!(
            "Requests to the {operation} Operation under Azure OpenAI API version {api_version} have exceeded {what} \
             rate limit of your current OpenAI S0 pricing tier.{retry} Please go here: \
             https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."
        );
        Self { retry_after_s, ..Self::coded(429, "429", &message) }
    }

    /// A failure on command.
    pub(super) fn failure(status: u16) -> Self {
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
