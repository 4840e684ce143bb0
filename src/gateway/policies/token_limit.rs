//! `<llm-token-limit counter-key="@(…)" tokens-per-minute="500" estimate-prompt-tokens="true" …/>`, by its older
//! name `azure-openai-token-limit`: refuses a request with 429 once the tokens of the key are used up, and with 403
//! past a quota. Learn, llm-token-limit (2026-04-01) and its includes on limits.
//!
//! One counter per key value for the whole gateway, shared by every policy that uses the key. The classic tiers
//! count a sliding minute, the v2 tiers a token bucket. A request is let in while tokens are left, and charged
//! when its answer tells its `usage`; so requests at the same time may overshoot, and everything is refused until
//! the window frees. With `estimate-prompt-tokens`, and for `"stream": true`, the prompt is estimated before.
//! A streamed answer is charged at its end, by an estimate of prompt and completion whatever its usage chunk says
//! (the page of 2026-04-01: both are estimated when an answer is streamed).
//!
//! Decisions, where the page is silent:
//! - Several policies with one key charge a request once; a quota with another period is a counter of its own.
//! - An answer that says nothing of tokens, such as a 429 of the backend, is not charged.
//! - A prompt that cannot be read is estimated at nothing. With `estimate-prompt-tokens` a body that is no JSON, or
//!   says `stream` twice, is let through: the backend refuses it, and nothing is charged.
//! - `prompt-type`, which only the schema knows, says which part of the body is the prompt; `ignore-prompt` is
//!   refused unless it is false.

use std::sync::Arc;

use super::Executor;
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::counters::{Period, QuotaCount, Rate, RateCount, seconds_up};
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::tokens::{Meter, Prompt, PromptType, StreamUsage, Usage};
use crate::policy::Placed;

pub(super) static LLM: Executor = Executor { element: "llm-token-limit", compile };
pub(super) static AZURE_OPENAI: Executor = Executor { element: "azure-openai-token-limit", compile };

const WINDOW_MS: i64 = 60_000;

#[derive(Clone)]
struct TokenLimit {
    key: Setting<String>,
    per_minute: Option<Setting<i64>>,
    quota: Option<Setting<i64>>,
    period: Option<Setting<String>>,
    estimates: bool,
    prompt_type: PromptType,
    names: Arc<Names>,
}

/// Where results are written; every one may be left out.
struct Names {
    retry_after_header: Option<String>,
    retry_after_variable: Option<String>,
    remaining_header: Option<String>,
    remaining_variable: Option<String>,
    remaining_quota_header: Option<String>,
    remaining_quota_variable: Option<String>,
    consumed_header: Option<String>,
    consumed_variable: Option<String>,
}

/// The limits of one request, with everything evaluated.
struct Limit {
    key: String,
    rate: Option<Rate>,
    quota: Option<Quota>,
    /// Prompt tokens, or 0 where they are not estimated.
    estimate: u64,
    names: Arc<Names>,
}

struct Quota {
    tokens: u64,
    period: Period,
    /// Of its counter: quotas of different periods are different counters.
    key: String,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    if element.literal("ignore-prompt") != Some("false") {
        compiler.refuse_attributes(element, &["ignore-prompt"]);
    }
    let (per_minute, quota) =
        (compiler.setting(element, "tokens-per-minute"), compiler.setting(element, "token-quota"));
    let period = compiler.setting(element, "token-quota-period");
    if quota.is_some() && period.is_none() {
        let message = format!("`{}` needs `token-quota-period` beside `token-quota`", element.name);
        let diagnostic = Diagnostic::new(&codes::INCOMPLETE, message);
        compiler.found.push(diagnostic.at(&element.source, element.name_span));
    }
    let name = |attribute| element.literal(attribute).map(str::to_owned);
    let names = Names {
        retry_after_header: name("retry-after-header-name"),
        retry_after_variable: name("retry-after-variable-name"),
        remaining_header: name("remaining-tokens-header-name"),
        remaining_variable: name("remaining-tokens-variable-name"),
        remaining_quota_header: name("remaining-quota-tokens-header-name"),
        remaining_quota_variable: name("remaining-quota-tokens-variable-name"),
        consumed_header: name("tokens-consumed-header-name"),
        consumed_variable: name("tokens-consumed-variable-name"),
    };
    Some(Box::new(TokenLimit {
        key: compiler.setting(element, "counter-key")?,
        per_minute,
        quota,
        period,
        estimates: element
            .literal("estimate-prompt-tokens")
            .is_some_and(|text| text.eq_ignore_ascii_case("true")),
        prompt_type: PromptType::from_name(element.literal("prompt-type").unwrap_or_default()),
        names: Arc::new(names),
    }))
}

impl Run for TokenLimit {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let limit = self.limit(live)?;
        let now_ms = live.host.now_unix_ms();
        limit.check_quota(live, now_ms)?;
        limit.check_rate(live, now_ms)?;
        live.set_number(limit.names.consumed_variable.as_ref(), limit.estimate);
        limit.tell_remaining(live, now_ms, limit.estimate);
        live.state().meters.push(Arc::new(limit));
        Ok(Flow::Next)
    }
}

impl TokenLimit {
    fn limit(&self, live: &Arc<Live>) -> Result<Limit, Fault> {
        let amount = |setting: Option<&Setting<i64>>| -> Result<Option<u64>, Fault> {
            let amount = setting.map(|setting| setting.get(live)).transpose()?;
            Ok(amount.map(|amount| u64::try_from(amount).unwrap_or_default()))
        };
        let limits = match amount(self.quota.as_ref())? {
            None => None,
            Some(tokens) => {
                let name = get_or(self.period.as_ref(), "Indefinite".to_owned(), live)?;
                let period = Period::from_name(&name).ok_or_else(|| {
                    Fault::broken(
                        "ExpressionValueEvaluationFailure",
                        format!("`{name}` is not a quota period"),
                    )
                })?;
                Some((tokens, period))
            }
        };
        let key = self.key.get(live)?;
        let quota = |(tokens, period)| Quota { tokens, period, key: format!("{:?} {key}", Some(period)) };
        Ok(Limit {
            quota: limits.map(quota),
            key,
            rate: amount(self.per_minute.as_ref())?.map(|limit| Rate { limit, window_ms: WINDOW_MS }),
            estimate: self.estimate(live),
            names: Arc::clone(&self.names),
        })
    }

    fn estimate(&self, live: &Live) -> u64 {
        let state = live.state();
        let LiveBody::Bytes(body) = &state.request.body else { return 0 };
        let prompt = Prompt::read(body);
        if self.estimates || prompt.streams { prompt.tokens(self.prompt_type) } else { 0 }
    }
}

impl Limit {
    fn check_rate(&self, live: &Live, now_ms: i64) -> Result<(), Fault> {
        let Some(rate) = self.rate else { return Ok(()) };
        let left = self.with_rate(live, now_ms, rate, |count| count.left(now_ms, rate));
        if left > 0 && left >= signed(self.estimate) {
            return Ok(());
        }
        // An estimate above the limit never fits, so there is no time to name.
        if self.estimate > rate.limit {
            return Err(refusal(429, "OpenAITokenLimitExceeded", "Token limit is exceeded."));
        }
        let needed = self.estimate.max(1);
        let wait_ms = self.with_rate(live, now_ms, rate, |count| count.wait_ms(now_ms, rate, needed));
        let seconds = seconds_up(wait_ms);
        let message = format!("Token limit is exceeded. Try again in {seconds} seconds.");
        let fault = refusal(429, "OpenAITokenLimitExceeded", message);
        live.set_number(self.names.remaining_variable.as_ref(), 0);
        Err(self.retry_after(live, fault, seconds))
    }

    fn check_quota(&self, live: &Live, now_ms: i64) -> Result<(), Fault> {
        let Some(Quota { tokens: quota, period, .. }) = self.quota else { return Ok(()) };
        let used = self.used(live, now_ms).unwrap_or_default();
        // The quota is passed by going over it, not by reaching it.
        if used <= quota && used.saturating_add(self.estimate) <= quota {
            return Ok(());
        }
        let Some(left_ms) = period.left_ms(now_ms) else {
            return Err(refusal(403, "OpenAITokenQuotaExceeded", "Token quota is exceeded."));
        };
        let seconds = seconds_up(left_ms);
        let message = format!("Token quota is exceeded. Try again in {}.", in_words(seconds));
        Err(self.retry_after(live, refusal(403, "OpenAITokenQuotaExceeded", message), seconds))
    }

    fn retry_after(&self, live: &Live, fault: Fault, seconds: u64) -> Fault {
        live.set_number(self.names.retry_after_variable.as_ref(), seconds);
        fault.header(self.names.retry_after_header.as_deref().unwrap_or("Retry-After"), seconds.to_string())
    }

    fn with_rate<R>(&self, live: &Live, now_ms: i64, rate: Rate, act: impl FnOnce(&mut RateCount) -> R) -> R {
        let new = || RateCount::new(live.gateway.tier(), now_ms, rate);
        live.gateway.counters().token_rates.with(&self.key, new, act)
    }

    /// What is used of the quota.
    fn used(&self, live: &Live, now_ms: i64) -> Option<u64> {
        let Quota { period, key, .. } = self.quota.as_ref()?;
        let counters = &live.gateway.counters().token_quotas;
        Some(counters.with(key, QuotaCount::default, |count| count.used(now_ms, *period)))
    }

    fn charge(&self, live: &Live, tokens: u64) {
        let now_ms = live.host.now_unix_ms();
        let is_first = |key: String| live.state().counted.insert(key, tokens).is_none();
        if let Some(rate) = self.rate
            && is_first(format!("tokens {}", self.key))
        {
            self.with_rate(live, now_ms, rate, |count| count.add(now_ms, rate, tokens));
        }
        if let Some(Quota { period, key, .. }) = &self.quota
            && is_first(format!("token quota {key}"))
        {
            live.gateway.counters().token_quotas.with(key, QuotaCount::default, |count| {
                count.add(now_ms, *period, tokens);
            });
        }
    }

    /// Sets the variables of what remains once `pending` more tokens are taken, and returns both numbers.
    fn tell_remaining(&self, live: &Live, now_ms: i64, pending: u64) -> (Option<u64>, Option<u64>) {
        let tokens = self.rate.map(|rate| {
            let left = self.with_rate(live, now_ms, rate, |count| count.left(now_ms, rate));
            u64::try_from(left.saturating_sub(signed(pending))).unwrap_or_default()
        });
        let quota = self.quota.as_ref().map(|quota| {
            quota.tokens.saturating_sub(self.used(live, now_ms).unwrap_or_default()).saturating_sub(pending)
        });
        if let Some(tokens) = tokens {
            live.set_number(self.names.remaining_variable.as_ref(), tokens);
        }
        if let Some(quota) = quota {
            live.set_number(self.names.remaining_quota_variable.as_ref(), quota);
        }
        (tokens, quota)
    }
}

impl Meter for Limit {
    fn answered(&self, live: &Arc<Live>, usage: Option<&Usage>) {
        let consumed = usage.map(|usage| usage.total);
        if let Some(tokens) = consumed {
            self.charge(live, tokens);
            live.set_number(self.names.consumed_variable.as_ref(), tokens);
        }
        let (tokens, quota) = self.tell_remaining(live, live.host.now_unix_ms(), 0);
        let mut state = live.state();
        let Some(response) = &mut state.response else { return };
        for (name, value) in [
            (&self.names.remaining_header, tokens),
            (&self.names.remaining_quota_header, quota),
            (&self.names.consumed_header, consumed.or(Some(self.estimate))),
        ] {
            if let (Some(name), Some(value)) = (name, value) {
                response.headers.set(name, value.to_string());
            }
        }
    }

    /// Prompt and completion of a streamed answer are estimated, whatever its usage chunk says (Learn, llm-token-limit,
    /// usage notes, 2026-04-01).
    fn streamed(&self, live: &Arc<Live>, usage: &StreamUsage) {
        self.charge(live, usage.estimate.total);
    }
}

fn refusal(status: u16, reason: &str, message: impl Into<String>) -> Fault {
    // The service names the policy so whichever of the two elements was written.
    Fault::refusal(status, reason, message).source("llm-token-limit")
}

/// Decision: the largest unit that fits, rounded up, as in the one published message, "23 hours".
fn in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
