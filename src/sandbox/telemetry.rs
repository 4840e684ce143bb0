//! What the sandbox's gateway metered, kept for whoever asks the query API, and shown as the tables of a workspace.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value as Json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::gateway::{CallLog, Metric, RequestLog};
use crate::kql::{Column, Table, Type, Value};

/// Rows of each kind that are kept; older ones are dropped.
const ROWS_MAX: usize = 20_000;

/// Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Telemetry(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    requests: VecDeque<RequestLog>,
    calls: VecDeque<CallLog>,
    /// With the time of each, in milliseconds since 1970.
    metrics: VecDeque<(i64, Metric)>,
    /// Logger and message of what went to an event hub.
    events: VecDeque<(String, String)>,
}

/// Which rows reach a workspace, and under which resource ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// The service whose logs go there.
    pub service: Option<String>,
    pub region: String,
    /// The Application Insights component whose metrics go there.
    pub component: Option<String>,
    /// Whether metrics keep their dimensions.
    pub keeps_dimensions: bool,
}

impl Telemetry {
    pub(super) fn request(&self, log: RequestLog) {
        push(&mut self.lock().requests, log);
    }

    pub(super) fn call(&self, log: CallLog) {
        push(&mut self.lock().calls, log);
    }

    pub(super) fn metric(&self, unix_ms: i64, metric: Metric) {
        push(&mut self.lock().metrics, (unix_ms, metric));
    }

    pub(super) fn event(&self, logger_id: &str, message: &str) {
        push(&mut self.lock().events, (logger_id.to_owned(), message.to_owned()));
    }

    /// What `loggers` sent, as rows of a table: the members of each message by the names of the columns. A message that is no
    /// JSON object becomes no row, as one that a mapping cannot read does not.
    pub(super) fn events(&self, loggers: &[String], columns: &[Column]) -> Vec<Vec<Value>> {
        let inner = self.lock();
        let sent = inner.events.iter().filter(|(logger, _)| loggers.contains(logger));
        sent.filter_map(|(_, message)| event_row(message, columns)).collect()
    }

    /// Forgets everything, such as what a proof used.
    pub fn clear(&self) {
        *self.lock() = Inner::default();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the queues whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tables of a workspace with the rows that began within `span`, in milliseconds since 1970. The columns are
    /// those of Azure's tables that the gateway of the sandbox has something for
    /// (learn.microsoft.com/azure/azure-monitor/reference/tables, read 2026-11).
    pub(super) fn tables(&self, sources: &Sources, span: (i64, i64)) -> BTreeMap<String, Table> {
        let inner = self.lock();
        let is_within = |unix_ms: i64| (span.0..=span.1).contains(&unix_ms);
        let mut requests = Table::of(REQUEST_COLUMNS);
        let mut calls = Table::of(CALL_COLUMNS);
        let mut metrics = Table::of(METRIC_COLUMNS);
        if let Some(service) = &sources.service {
            let rows = inner.requests.iter().filter(|log| is_within(log.started_unix_ms));
            requests.rows = rows.map(|log| request_row(log, service, &sources.region)).collect();
            let rows = inner.calls.iter().filter(|log| is_within(log.started_unix_ms));
            calls.rows = rows.map(|log| call_row(log, service, &sources.region)).collect();
        }
        if let Some(component) = &sources.component {
            let rows = inner.metrics.iter().filter(|(unix_ms, _)| is_within(*unix_ms));
            metrics.rows = rows.map(|it| metric_row(it, component, sources.keeps_dimensions)).collect();
        }
        BTreeMap::from([
            ("ApiManagementGatewayLogs".to_owned(), requests),
            ("ApiManagementGatewayLlmLog".to_owned(), calls),
            ("AppMetrics".to_owned(), metrics),
        ])
    }
}

fn event_row(message: &str, columns: &[Column]) -> Option<Vec<Value>> {
    let Json::Object(record) = serde_json::from_str(message).ok()? else { return None };
    let cell = |column: &Column| {
        let given = record.get(&column.name).unwrap_or(&Json::Null);
        let read = match column.of {
            Type::Text => Some(Value::Text(given.as_str().map_or_else(
                || if given.is_null() { String::new() } else { given.to_string() },
                str::to_owned,
            ))),
            Type::Long => given.as_i64().map(Value::Long),
            Type::Real => given.as_f64().map(Value::Real),
            Type::Bool => given.as_bool().map(Value::Bool),
            Type::Time => given.as_str().and_then(unix_ms).map(Value::Time),
            Type::Span => None,
            Type::Dynamic => Some(Value::Dynamic(given.clone())),
        };
        read.unwrap_or(Value::Null)
    };
    Some(columns.iter().map(cell).collect())
}

fn unix_ms(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

fn push<T>(queue: &mut VecDeque<T>, row: T) {
    if queue.len() == ROWS_MAX {
        queue.pop_front();
    }
    queue.push_back(row);
}

const REQUEST_COLUMNS: &[(&str, Type)] = &[
    ("TimeGenerated", Type::Time),
    ("_ResourceId", Type::Text),
    ("CorrelationId", Type::Text),
    ("ApiId", Type::Text),
    ("OperationId", Type::Text),
    ("ProductId", Type::Text),
    ("ApimSubscriptionId", Type::Text),
    ("Method", Type::Text),
    ("Url", Type::Text),
    ("ResponseCode", Type::Long),
    ("BackendId", Type::Text),
    ("BackendUrl", Type::Text),
    ("BackendResponseCode", Type::Long),
    ("IsRequestSuccess", Type::Bool),
    ("LastErrorSource", Type::Text),
    ("LastErrorReason", Type::Text),
    ("TotalTime", Type::Long),
    ("Region", Type::Text),
];

fn request_row(log: &RequestLog, service: &str, region: &str) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let long = |number: u64| Value::Long(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        Value::Time(log.started_unix_ms),
        Value::Text(service.to_lowercase()),
        text(&log.correlation_id),
        text(&log.api_id),
        text(&log.operation_id),
        text(&log.product_id),
        text(&log.subscription_id),
        text(&log.method),
        text(&log.url),
        long(log.status.into()),
        text(&log.backend_id),
        text(&log.backend_url),
        log.backend_status.map_or(Value::Null, |status| long(status.into())),
        Value::Bool(log.status < 400),
        text(&log.error_source),
        text(&log.error_reason),
        long(log.duration_ms),
        text(region),
    ]
}

const CALL_COLUMNS: &[(&str, Type)] = &[
    ("TimeGenerated", Type::Time),
    ("_ResourceId", Type::Text),
    ("CorrelationId", Type::Text),
    ("DeploymentName", Type::Text),
    ("ModelName", Type::Text),
    ("PromptTokens", Type::Long),
    ("CompletionTokens", Type::Long),
    ("TotalTokens", Type::Long),
    ("IsStreamCompletion", Type::Bool),
    ("SequenceNumber", Type::Long),
    ("Region", Type::Text),
];

fn call_row(log: &CallLog, service: &str, region: &str) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let long = |number: u64| Value::Long(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        Value::Time(log.started_unix_ms),
        Value::Text(service.to_lowercase()),
        text(&log.correlation_id),
        text(&log.deployment),
        text(&log.model),
        long(log.prompt_tokens),
        long(log.completion_tokens),
        long(log.total_tokens),
        Value::Bool(log.is_streamed),
        Value::Long(0),
        text(region),
    ]
}

const METRIC_COLUMNS: &[(&str, Type)] = &[
    ("TimeGenerated", Type::Time),
    ("_ResourceId", Type::Text),
    ("Name", Type::Text),
    ("Sum", Type::Real),
    ("Min", Type::Real),
    ("Max", Type::Real),
    ("ItemCount", Type::Long),
    ("Properties", Type::Dynamic),
];

fn metric_row((unix_ms, metric): &(i64, Metric), component: &str, keeps_dimensions: bool) -> Vec<Value> {
    let dimensions: Map<String, Json> = match keeps_dimensions {
        true => {
            metric.dimensions.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect()
        }
        false => Map::new(),
    };
    vec![
        Value::Time(*unix_ms),
        Value::Text(component.to_lowercase()),
        Value::Text(metric.name.to_string()),
        Value::Real(metric.value),
        Value::Real(metric.value),
        Value::Real(metric.value),
        Value::Long(1),
        Value::Dynamic(Json::Object(dimensions)),
    ]
}
