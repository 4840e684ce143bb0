//! What an answer says it used.

use serde_json::Value as Json;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub prompt: u64,
    pub completion: u64,
    pub total: u64,
    /// Whether the numbers were counted by us, not given by the model.
    pub estimated: bool,
}

/// What a streamed answer used, seen in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamUsage {
    /// What the upstream wrote in a usage chunk.
    pub reported: Option<Usage>,
    /// What the texts that passed come to.
    pub estimate: Usage,
    /// Bytes that passed.
    pub bytes: u64,
}

impl StreamUsage {
    /// What the upstream wrote, else the estimate.
    pub(crate) fn best(&self) -> Usage {
        self.reported.unwrap_or(self.estimate)
    }
}

impl Usage {
    /// Reads the `usage` of a response body or of a stream's last chunk: chat completions, completions, embeddings
    /// and responses.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let usage = json
            .get("usage")
            .or_else(|| json.pointer("/response/usage"))
            .filter(|usage| usage.is_object())?;
        let number = |names: [&str; 2]| names.iter().find_map(|name| usage.get(*name)?.as_u64());
        let prompt = number(["prompt_tokens", "input_tokens"]);
        let completion = number(["completion_tokens", "output_tokens"]);
        let total = usage.get("total_tokens").and_then(Json::as_u64);
        // Negative numbers and texts say nothing that could be counted.
        prompt.or(completion).or(total)?;
        let (prompt, completion) = (prompt.unwrap_or_default(), completion.unwrap_or_default());
        let total = total.unwrap_or(prompt.saturating_add(completion));
        Some(Self { prompt, completion, total, estimated: false })
    }

    pub(crate) fn estimate(prompt: u64, completion: u64) -> Self {
        Self { prompt, completion, total: prompt.saturating_add(completion), estimated: true }
    }
}
