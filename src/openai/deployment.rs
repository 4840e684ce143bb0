//! One model deployment: what was bought, how fast it answers, and what was used of it.

use super::Latency;
use super::answers::{Answer, Operation};
use super::faults::Fault;
use super::limits::{Limits, Window};
use super::provisioned::Utilization;
use super::reply::Reply;
use crate::catalog::models;

/// Requests per minute for each thousand tokens per minute (Learn, Azure OpenAI quota, 2025-10, older chat models).
const REQUESTS_PER_1000_TOKENS: u64 = 6;

/// Whose throughput a unit has of a model that the catalogue has none of. Decision: the commonest of the older ones.
const MODEL_OF_UNKNOWN_THROUGHPUT: &str = "gpt-4o";

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
    pub fn of_sku(sku: &str, model: &str, capacity: u32) -> Self {
        let capacity = u64::from(capacity);
        if !sku.to_ascii_lowercase().contains("provisioned") {
            return Self::standard(capacity * 1000);
        }
        let models = models::all();
        let unit = models.throughput(model).or_else(|| models.throughput(MODEL_OF_UNKNOWN_THROUGHPUT));
        let (per_unit, output_weight) =
            unit.map_or((0, 1), |unit| (unit.tokens_per_minute, unit.output_weight));
        Self::Provisioned { tokens_per_minute: capacity * per_unit, output_weight }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_works_off_what_the_model_s_does() {
        for (model, tokens_per_minute, output_weight) in [
            ("gpt-5-mini", 356_250, 8),
            ("gpt-4.1", 45_000, 4),
            ("GPT-4o", 37_500, 4),
            ("unheard-of", 37_500, 4),
        ] {
            let expected = Offer::Provisioned { tokens_per_minute, output_weight };
            assert_eq!(Offer::of_sku("GlobalProvisionedManaged", model, 15), expected, "{model}");
        }
        assert_eq!(Offer::of_sku("GlobalStandard", "gpt-5-mini", 15), Offer::standard(15_000));
    }
}
