//! The sandbox's own failures, and the errors it answers in ARM's words.

use serde_json::{Value as Json, json};

/// The sandbox could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no server could be started on {address}: {source}")]
    Bind { address: String, source: std::io::Error },
    #[error("a request of the proof did not come back: {reason}")]
    Proof { url: String, reason: String },
    /// Another program, or another sandbox, listens there.
    #[error("port {port} is in use on this machine")]
    PortInUse { port: u16, source: std::io::Error },
    #[error("no certificate could be made: {reason}")]
    Certificate { reason: String },
    #[error("no HTTP client could be made")]
    HttpClient { source: reqwest::Error },
}

/// An error as ARM says it: `{code, message, target, details}` and the status it comes with.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmFault {
    /// The HTTP status, also the `statusCode` of a failed operation.
    pub status: u16,
    pub code: String,
    pub message: String,
    pub target: Option<String>,
    pub details: Vec<ArmFault>,
    /// The one entry of `additionalInfo`, such as the policy that was violated.
    pub info: Option<Box<Json>>,
}

impl ArmFault {
    /// An error without target and details.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            target: None,
            details: Vec::new(),
            info: None,
        }
    }

    /// 400: what was asked is wrong.
    pub fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 404: it is not there.
    pub fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// Says what the error is about.
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Says what lies below it.
    pub fn with_details(mut self, details: Vec<Self>) -> Self {
        self.details = details;
        self
    }

    /// Sets the entry of `additionalInfo`.
    pub fn with_info(mut self, info: Json) -> Self {
        self.info = Some(Box::new(info));
        self
    }

    /// The error object, without the `error` around it.
    pub fn to_json(&self) -> Json {
        let mut object = json!({"code": self.code, "message": self.message});
        if let Some(target) = &self.target {
            object["target"] = Json::from(target.as_str());
        }
        if !self.details.is_empty() {
            object["details"] = self.details.iter().map(Self::to_json).collect();
        }
        if let Some(info) = &self.info {
            object["additionalInfo"] = json!([info]);
        }
        object
    }
}
