//! The error body of ARM, kept as the tree it is: the reason a deployment failed usually sits several levels deep.
//! How the tree is read from what providers send stands in `read`.

mod read;

use std::fmt;

use serde_json::Value as Json;

/// Levels of `details` and of JSON inside messages that are followed. Deployments nest at most five deep in
/// practice (a module in a module in a stage); twelve leaves room without letting an answer choose our stack.
const DEPTH_MAX: usize = 12;
/// Characters kept of one message, so that an answer of megabytes does not become a page of megabytes.
const MESSAGE_MAX: usize = 4_000;

/// `{code, message, target, details[], additionalInfo[]}` of ARM (azure-resource-manager-rpc, common API details).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmError {
    /// Such as `DeploymentFailed`; empty where the answer had none.
    pub code: String,
    pub message: String,
    /// The resource id or property that the error is about.
    pub target: Option<String>,
    pub details: Vec<ArmError>,
    /// As sent: objects of `type` and `info`, such as a policy violation.
    pub additional_info: Vec<Json>,
}

impl ArmError {
    /// An error without target and details.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), ..Self::default() }
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

    /// Reads `{"error": {...}}`, a bare error object, or a string that holds either; None where the value is none of it.
    pub fn from_json(value: &Json) -> Option<Self> {
        read::body(value, DEPTH_MAX)
    }

    /// The body ARM would send for this error.
    pub fn to_json(&self) -> Json {
        let mut object = serde_json::Map::new();
        object.insert("code".to_owned(), Json::from(self.code.as_str()));
        if let Some(target) = &self.target {
            object.insert("target".to_owned(), Json::from(target.as_str()));
        }
        object.insert("message".to_owned(), Json::from(self.message.as_str()));
        if !self.details.is_empty() {
            object.insert("details".to_owned(), self.details.iter().map(Self::to_json).collect());
        }
        if !self.additional_info.is_empty() {
            object.insert("additionalInfo".to_owned(), Json::from(self.additional_info.clone()));
        }
        Json::Object(object)
    }

    /// The first cause: the innermost error along the first detail of each level. Wrappers such as
    /// `DeploymentFailed` say only that something below them failed.
    pub fn deepest(&self) -> &Self {
        let mut error = self;
        while let Some(inner) = error.details.first() {
            error = inner;
        }
        error
    }

    /// Every innermost error, in the order of the answer, each as the way down to it: this error first, the cause last.
    /// What is said twice is told once.
    pub fn causes(&self) -> Vec<Vec<&Self>> {
        let mut causes = Vec::new();
        self.gather(&mut Vec::new(), &mut causes);
        causes
    }

    fn gather<'a>(&'a self, around: &mut Vec<&'a Self>, causes: &mut Vec<Vec<&'a Self>>) {
        around.push(self);
        self.details.iter().for_each(|detail| detail.gather(around, causes));
        let is_said = |way: &Vec<&Self>| way.last().is_some_and(|known| known.says_the_same(self));
        if self.details.is_empty() && !causes.iter().any(is_said) {
            causes.push(around.clone());
        }
        around.pop();
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.code.eq_ignore_ascii_case(&other.code) && self.message == other.message
    }

    /// True where this error or one below it has the code, compared without case.
    pub fn has_code(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code) || self.details.iter().any(|detail| detail.has_code(code))
    }
}

impl fmt::Display for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.is_empty(), self.message.is_empty()) {
            (false, false) => write!(f, "{}: {}", self.code, self.message),
            (false, true) => f.write_str(&self.code),
            (true, _) => f.write_str(&self.message),
        }
    }
}

/// Makes text from an answer safe to show: one line, no control characters (terminal escapes), bounded.
pub(super) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(MESSAGE_MAX));
    for character in text.chars().take(MESSAGE_MAX) {
        match character {
            '\r' => {}
            '\n' | '\t' => line.push(' '),
            other if other.is_control() => line.push('\u{fffd}'),
            other => line.push(other),
        }
    }
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_inside_a_message_becomes_the_next_level() {
        let error = ArmError::from_json(&json!({"error": {
            "code": "DeploymentFailed", "message": "At least one resource deployment operation failed.",
            "target": "/subscriptions/s/providers/Microsoft.Resources/deployments/d",
            "details": [{"code": "Conflict",
                "message": "{\"error\": {\"code\": \"FlagMustBeSetForRestore\", \"message\": \"soft-deleted\"}}"}]
        }}))
        .unwrap();
        assert_eq!(error.deepest(), &ArmError::new("FlagMustBeSetForRestore", "soft-deleted"));
        assert_eq!(error.details[0].to_string(), "Conflict: soft-deleted");
        assert!(error.has_code("conflict") && !error.has_code("NotFound"));
    }

    #[test]
    fn the_tree_survives_being_written_and_read() {
        let tree = ArmError::new("DeploymentFailed", "outer")
            .with_target("/a")
            .with_details(vec![ArmError::new("X", "one"), ArmError::new("Y", "two")]);
        assert_eq!(ArmError::from_json(&json!({"error": tree.to_json()})), Some(tree));
    }

    #[test]
    fn what_is_no_error_is_none_and_nesting_is_bounded() {
        for value in [json!(null), json!("text"), json!([]), json!({}), json!({"error": "text"})] {
            assert_eq!(ArmError::from_json(&value), None, "{value}");
        }
        let mut deep = json!({"code": "leaf", "message": "m"});
        for level in 0..100 {
            deep = json!({"code": "c", "message": format!("m{level}"), "details": [deep]});
        }
        let mut levels = 0;
        let read = ArmError::from_json(&deep).unwrap();
        let mut error = &read;
        while let Some(inner) = error.details.first() {
            (error, levels) = (inner, levels + 1);
        }
        assert_eq!(levels, DEPTH_MAX);
    }

    #[test]
    fn terminal_escapes_do_not_pass() {
        let error = ArmError::from_json(&json!({"code": "C", "message": "a\u{1b}[31mred\r\nb"})).unwrap();
        assert_eq!(error.message, "a\u{fffd}[31mred b");
    }
}
