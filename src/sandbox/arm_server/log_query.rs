//! The query API of Azure Monitor Logs, `POST /v1/workspaces/{id}/query`: what the gateway metered, asked in the part of
//! KQL that `kql` knows. Requests, answers and errors: learn.microsoft.com/azure/azure-monitor/logs/api/request-format,
//! …/response-format and …/errors, read 2026-11.
//!
//! A row is there at once; in Azure it takes minutes. It is there where the deployed diagnostic settings send it.

use axum::http::Method;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::http::Reply;
use super::{Shared, resources};
use crate::kql::{self, Database, Table};
use crate::sandbox::telemetry::Sources;
use crate::sandbox::{Resource, State};

const WORKSPACES: &str = "Microsoft.OperationalInsights/workspaces";

/// Serves a query of somebody who is signed in; None where the path is another.
pub(super) fn serve(shared: &Shared, method: &Method, path: &[String], body: &[u8]) -> Option<Reply> {
    let [v1, workspaces, id, query] = path else { return None };
    if (v1.as_str(), workspaces.as_str(), query.as_str()) != ("v1", "workspaces", "query") {
        return None;
    }
    if *method != Method::POST {
        return Some(error(405, "MethodNotAllowed", "The sandbox answers POST alone.", None));
    }
    let all = shared.state.of_type(WORKSPACES);
    let has_id =
        |it: &&Resource| it.text("/properties/customerId").is_some_and(|own| own.eq_ignore_ascii_case(id));
    let Some(workspace) = all.iter().find(has_id) else {
        return Some(error(
            404,
            "WorkspaceNotFoundError",
            &format!("The workspace {id} was not found."),
            None,
        ));
    };
    if resources::allowed(shared, &workspace.id, "query/read").is_err() {
        let message = "The provided credentials have insufficient access to perform the requested operation";
        return Some(error(403, "InsufficientAccessError", message, None));
    }
    Some(answer(shared, workspace, body).unwrap_or_else(|why| {
        error(400, "BadArgumentError", "The request had some invalid properties", Some(&why))
    }))
}

fn answer(shared: &Shared, workspace: &Resource, body: &[u8]) -> Result<Reply, String> {
    let body: Json = serde_json::from_slice(body).map_err(|error| format!("The body is no JSON: {error}"))?;
    let text = body.get("query").and_then(Json::as_str).ok_or("The body has no `query`.")?;
    let now_unix_ms = unix_ms(shared.now());
    let span = match body.get("timespan") {
        None | Some(Json::Null) => (i64::MIN, i64::MAX),
        Some(span) => timespan(span.as_str().unwrap_or_default(), now_unix_ms)
            .ok_or_else(|| format!("The timespan {span} is none that the sandbox reads, such as `P1D`."))?,
    };
    let sources = sources(&shared.state, workspace);
    let database = Database { tables: shared.state.telemetry().tables(&sources, span), now_unix_ms };
    let table = kql::run(text, &database).map_err(|fault| format!("{fault} (at {})", fault.offset))?;
    Ok(Reply::ok(json!({ "tables": [shown(&table)] })))
}

fn shown(table: &Table) -> Json {
    let columns = table.columns.iter().map(|column| json!({ "name": column.name, "type": column.of.name() }));
    let rows = table.rows.iter().map(|row| row.iter().map(kql::Value::to_json).collect::<Vec<_>>());
    json!({ "name": "PrimaryResult", "columns": columns.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>() })
}

fn error(status: u16, code: &str, message: &str, inner: Option<&str>) -> Reply {
    let mut error = json!({ "code": code, "message": message });
    if let Some(inner) = inner {
        error["innererror"] = json!({ "code": "SemanticError", "message": inner });
    }
    Reply { status, headers: Vec::new(), body: Some(json!({ "error": error })) }
}

/// What the deployed resources send to the workspace.
fn sources(state: &State, workspace: &Resource) -> Sources {
    let is_this = |id: Option<&str>| id.is_some_and(|id| id.eq_ignore_ascii_case(&workspace.id.to_string()));
    let services = state.of_type("Microsoft.ApiManagement/service");
    let sends = |service: &&Resource| {
        let below = format!("{}/providers/microsoft.insights/diagnosticsettings/", service.id.key());
        state.all().iter().any(|setting| {
            setting.id.key().starts_with(&below) && is_this(setting.text("/properties/workspaceId"))
        })
    };
    let service = services.iter().find(sends);
    let components = state.of_type("Microsoft.Insights/components");
    let component = components.iter().find(|it| is_this(it.text("/properties/WorkspaceResourceId")));
    Sources {
        service: service.map(|service| service.id.to_string()),
        region: service.and_then(|service| service.text("/location")).unwrap_or_default().to_owned(),
        component: component.map(|component| component.id.to_string()),
        keeps_dimensions: component
            .and_then(|component| component.text("/properties/CustomMetricsOptedInType"))
            .is_some_and(|kind| kind == "WithDimensions"),
    }
}

/// `P1D`, `PT6H`, or two times with a slash between them.
fn timespan(text: &str, now_unix_ms: i64) -> Option<(i64, i64)> {
    if let Some((from, to)) = text.split_once('/') {
        let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok().map(unix_ms);
        return Some((at(from)?, at(to)?));
    }
    let ms = i64::try_from(crate::text::iso_duration_s(text)?.checked_mul(1000)?).ok()?;
    Some((now_unix_ms.saturating_sub(ms), now_unix_ms))
}

fn unix_ms(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
