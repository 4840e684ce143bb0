//! What the service's log says of a request (the table ApiManagementGatewayLogs) and of a call to a model
//! (ApiManagementGatewayLlmLog), handed to hosts that keep logs.

use std::sync::Arc;

use serde::Deserialize;

use super::live::{Live, State};
use super::tokens::{Meter, StreamUsage, Usage};
use super::trace::Trace;

/// A request that was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestLog {
    pub correlation_id: String,
    pub started_unix_ms: i64,
    pub duration_ms: u64,
    pub api_id: String,
    pub operation_id: String,
    /// Empty where no product let the caller in.
    pub product_id: String,
    /// Empty where no key was needed.
    pub subscription_id: String,
    pub method: String,
    /// As the caller wrote it, without its query, which may hold a key.
    pub url: String,
    pub status: u16,
    /// The last call upstream; empty where there was none.
    pub backend_id: String,
    pub backend_url: String,
    pub backend_status: Option<u16>,
    /// `context.LastError`; empty where nothing failed.
    pub error_source: String,
    pub error_reason: String,
}

/// A call to a model that says how many tokens it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLog {
    /// That of its request.
    pub correlation_id: String,
    pub started_unix_ms: i64,
    /// The deployment in the path; empty where the path has none.
    pub deployment: String,
    /// As the answer names it; empty where it was streamed.
    pub model: String,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub total_tokens: u64,
    pub is_streamed: bool,
}

pub(super) fn request(live: &Live, state: &State, trace: &Trace, status: u16) -> RequestLog {
    let route = &live.route;
    let upstream = trace.steps.iter().rev().filter(|step| &*step.policy == "forward-request");
    let attempt = upstream.filter_map(|step| step.attempt.as_ref()).next();
    let url = &state.request.original_url;
    let error = state.last_error.as_ref();
    RequestLog {
        correlation_id: live.request_id.clone(),
        started_unix_ms: live.started_unix_ms,
        duration_ms: u64::try_from(live.host.now_unix_ms() - live.started_unix_ms).unwrap_or_default(),
        api_id: route.api.id.clone(),
        operation_id: route.operation.id.clone(),
        product_id: route.product.as_ref().map(|product| product.id.clone()).unwrap_or_default(),
        subscription_id: route.subscription.as_ref().map(|one| one.id.clone()).unwrap_or_default(),
        method: state.request.original_method.clone(),
        url: format!("{}://{}{}", url.scheme, url.authority, url.path),
        status,
        backend_id: attempt.map(|attempt| attempt.backend.clone()).unwrap_or_default(),
        backend_url: attempt
            .map(|it| it.url.split('?').next().unwrap_or_default().to_owned())
            .unwrap_or_default(),
        backend_status: attempt.and_then(|attempt| attempt.status),
        error_source: error.map(|error| error.source.clone()).unwrap_or_default(),
        error_reason: error.map(|error| error.reason.clone()).unwrap_or_default(),
    }
}

/// Writes down what the calls of an API use, where its calls to models are logged.
pub(super) struct CallMeter;

impl Meter for CallMeter {
    fn answered(&self, live: &Arc<Live>, usage: Option<&Usage>) {
        if let Some(usage) = usage {
            log(live, usage, model_of_answer(live), false);
        }
    }

    fn streamed(&self, live: &Arc<Live>, usage: &StreamUsage) {
        log(live, &usage.best(), String::new(), true);
    }
}

fn log(live: &Live, usage: &Usage, model: String, is_streamed: bool) {
    live.host.log_call(CallLog {
        correlation_id: live.request_id.clone(),
        started_unix_ms: live.started_unix_ms,
        deployment: live.route.parameters.get("deployment-id").cloned().unwrap_or_default(),
        model,
        prompt_tokens: usage.prompt,
        completion_tokens: usage.completion,
        total_tokens: usage.total,
        is_streamed,
    });
}

fn model_of_answer(live: &Live) -> String {
    #[derive(Deserialize)]
    struct Named {
        model: Option<String>,
    }
    let state = live.state();
    let bytes = state.response.as_ref().and_then(|response| response.body.bytes());
    let named = bytes.and_then(|bytes| serde_json::from_slice::<Named>(bytes).ok());
    named.and_then(|named| named.model).unwrap_or_default()
}
