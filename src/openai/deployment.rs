//! One model deployment: what was bought, how fast it answers, and what was used of it.

use super::Latency;
use super::answers::{Answer, Operation};
use super::faults::Fault;
use super::limits::{Limits, Window};
use super::provisioned::Utilization;
use super::reply::Reply;

/// Requests per minute for each thousand tokens per minute (Learn, Azure OpenAI quota, 2025-10, older chat models).
const REQUESTS_PER_1000_TOKENS: u64 = 6;

/// Tokens that a provisioned throughput unit of gpt-4o works off in a minute (Learn, "Provisioned throughput", table
/// of 2025-10). Other models differ; a script may name its own number.
const TOKENS_PER_MINUTE_OF_PTU: u64 = 2_500;

/// How many prompt tokens a completion token of gpt-4o weighs (the same table).
const OUTPUT_WEIGHT: u64 = 4;

/// A model deployment with what was used of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    pub name: String,
    /// Such as `gpt-4o`; decides which operations it answers.
    pub model: String,
    pub offer: Offer,
    pub latency: Latency,
    /// Whether what is beyond the limits is refused, or only counted.
    pub holds_limits: bool,
    window: Window,
    utilization: Utilization,
}

/// What was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Pay as you go.
    Standard { tokens_per_minute: u64, requests_per_minute: u64 },
    /// Provisioned throughput. A token of the completion weighs as much as `output_weight` of the prompt.
    Provisioned { tokens_per_minute: u64, output_weight: u64 },
}

impl Offer {
    /// The offer of a SKU such as `Standard` or `ProvisionedManaged`; capacity in thousands of tokens per minute, or
    /// in provisioned throughput units.
    pub fn of_sku(sku: &str, capacity: u32) -> Self {
        let capacity = u64::from(capacity);
        if sku.to_ascii_lowercase().contains("provisioned") {
            return Self::Provisioned {
                tokens_per_minute: capacity * TOKENS_PER_MINUTE_OF_PTU,
                output_weight: OUTPUT_WEIGHT,
            };
        }
        Self::standard(capacity * 1000)
    }

    /// Pay as you go with the requests per minute that belong to the tokens.
    pub fn standard(tokens_per_minute: u64) -> Self {
        let requests_per_minute = (tokens_per_minute * REQUESTS_PER_1000_TOKENS).div_ceil(1000);
        Self::Standard { tokens_per_minute, requests_per_minute }
    }
}

impl Deployment {
    /// A deployment of which nothing was used yet, without latency, that holds its limits.
    pub fn new(name: impl Into<String>, model: impl Into<String>, offer: Offer) -> Self {
        Self {
            name: name.into(),
            model: model.into(),
            offer,
            latency: Latency::default(),
            holds_limits: true,
            window: Window::default(),
            utilization: Utilization::default(),
        }
    }

    /// Forgets what was used.
    pub fn reset(&mut self) {
        self.window = Window::default();
        self.utilization = Utilization::default();
    }

    /// Counts an answer; returns the headers that tell what is left, or the refusal.
    ///
    /// # Errors
    /// 429 where the answer is beyond what was bought, and the deployment holds its limits.
    pub fn admit(
        &mut self,
        operation: Operation,
        api_version: &str,
        answer: &Answer,
        now_ms: i64,
    ) -> Result<Vec<(String, String)>, Box<Reply>> {
        match self.offer {
            Offer::Standard { tokens_per_minute, requests_per_minute } => {
                let limits = Limits { tokens_per_minute, requests_per_minute };
                self.admit_standard(&limits, operation, api_version, answer, now_ms)
            }
            Offer::Provisioned { tokens_per_minute, output_weight } => {
                let weight = answer.prompt_tokens + answer.completion_tokens * output_weight;
                let taken = self.utilization.take(tokens_per_minute, weight, now_ms);
                let percent = format!("{:.1}%", self.utilization.percent(tokens_per_minute));
                // The header that clients of provisioned deployments read (Azure/azure-openai-benchmark, 2024).
                let utilization = ("azure-openai-deployment-utilization".to_owned(), percent);
                match taken {
                    Err(retry_after_ms) if self.holds_limits => {
                        let mut reply = Fault::over_capacity(retry_after_ms).reply();
                        reply.headers.push(utilization);
                        Err(Box::new(reply))
                    }
                    _ => Ok(vec![utilization]),
                }
            }
        }
    }

    fn admit_standard(
        &mut self,
        limits: &Limits,
        operation: Operation,
        api_version: &str,
        answer: &Answer,
        now_ms: i64,
    ) -> Result<Vec<(String, String)>, Box<Reply>> {
        let header = |name: &str, n: u64| (format!("x-ratelimit-{name}"), n.to_string());
        match self.window.take(limits, answer.total_tokens(), self.holds_limits, now_ms) {
            Ok(remaining) => Ok(vec![
                header("limit-tokens", limits.tokens_per_minute),
                header("limit-requests", limits.requests_per_minute),
                header("remaining-tokens", remaining.tokens),
                header("remaining-requests", remaining.requests),
            ]),
            Err(exceeded) => {
                let after_ms = exceeded.retry_after_ms;
                let fault = Fault::throttled(operation.name(), api_version, exceeded.what, Some(after_ms));
                let mut reply = fault.reply();
                let reset = if exceeded.what == "token" { "reset-tokens" } else { "reset-requests" };
                reply.headers.push(header(reset, after_ms.div_ceil(1000)));
                Err(Box::new(reply))
            }
        }
    }
}
