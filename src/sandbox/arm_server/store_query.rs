//! The query API of Azure Data Explorer, `POST /v1/rest/query`, for the clusters of this server: `/kusto/CLUSTER` stands for
//! the host of each. A table holds what the gateway sent to the event hub that a connection of the database reads, by the
//! columns that the database's script makes. Requests and answers: learn.microsoft.com/kusto/api/rest/request and
//! …/response-v1, read 2026-12-01.
//!
//! A record is there at once; in Azure it takes minutes. Who may view a database is not asked here.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::Shared;
use super::http::Reply;
use crate::kql::{self, Database, Table, Type};
use crate::sandbox::{Resource, State};

/// Serves a query of somebody who is signed in; None where the path is another.
pub(super) fn serve(shared: &Shared, method: &Method, path: &[String], body: &[u8]) -> Option<Reply> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let ["kusto", cluster, "v1", "rest", "query"] = parts[..] else { return None };
    if *method != Method::POST {
        return Some(error(405, "MethodNotAllowed", "The sandbox answers POST alone."));
    }
    let all = shared.state.of_type("Microsoft.Kusto/clusters");
    let Some(cluster) = all.iter().find(|it| it.id.name().eq_ignore_ascii_case(cluster)) else {
        return Some(error(404, "NotFound", &format!("There is no cluster '{cluster}'.")));
    };
    Some(answer(shared, cluster, body).unwrap_or_else(|why| error(400, "BadRequest", &why)))
}

fn answer(shared: &Shared, cluster: &Resource, body: &[u8]) -> Result<Reply, String> {
    let body: Json = serde_json::from_slice(body).map_err(|error| format!("The body is no JSON: {error}"))?;
    let text = |name: &str| {
        body.get(name).and_then(Json::as_str).ok_or_else(|| format!("The body has no `{name}`."))
    };
    let (database, query) = (text("db")?, text("csl")?);
    let now_unix_ms = i64::try_from(shared.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
    let tables = tables(&shared.state, cluster, database)
        .ok_or_else(|| format!("Entity ID '{database}' of kind 'Database' was not found."))?;
    let database = Database { tables, now_unix_ms };
    let table = kql::run(query, &database).map_err(|fault| format!("{fault} (at {})", fault.offset))?;
    Ok(Reply::ok(json!({ "Tables": [shown(&table)] })))
}

/// The tables of a database; None where there is no such database.
fn tables(state: &State, cluster: &Resource, database: &str) -> Option<BTreeMap<String, Table>> {
    let all = state.of_type("Microsoft.Kusto/clusters/databases");
    let below = format!("{}/", cluster.id.key());
    let database = all
        .iter()
        .find(|it| it.id.key().starts_with(&below) && it.id.name().eq_ignore_ascii_case(database))?;
    let below = format!("{}/", database.id.key());
    let is_of_it = |it: &Resource| it.id.key().starts_with(&below);
    let scripts = state.of_type("Microsoft.Kusto/clusters/databases/scripts");
    let scripts = scripts.iter().filter(|it| is_of_it(it));
    let commands = scripts.filter_map(|it| it.secret.get("scriptContent").and_then(Json::as_str));
    let mut tables: BTreeMap<String, Table> = commands.flat_map(str::lines).filter_map(created).collect();
    for connection in state.of_type("Microsoft.Kusto/clusters/databases/dataConnections") {
        let (Some(hub), Some(table)) =
            (connection.text("/properties/eventHubResourceId"), connection.text("/properties/tableName"))
        else {
            continue;
        };
        let loggers = loggers_to(state, hub);
        if let Some(table) = tables.get_mut(table).filter(|_| is_of_it(&connection)) {
            table.rows.extend(state.telemetry().events(&loggers, &table.columns));
        }
    }
    Some(tables)
}

/// Name and columns of a table that a line creates: `.create-merge table T (A: string, B: long)`.
fn created(line: &str) -> Option<(String, Table)> {
    let (name, columns) = line.strip_prefix(".create-merge table ")?.split_once(" (")?;
    let columns = columns.strip_suffix(')')?.split(", ").map(|column| column.split_once(": "));
    let columns: Vec<(&str, &str)> = columns.collect::<Option<_>>()?;
    let columns: Vec<(&str, Type)> =
        columns.into_iter().map(|(name, of)| Some((name, Type::named(of)?))).collect::<Option<_>>()?;
    Some((name.to_owned(), Table::of(&columns)))
}

/// The loggers of gateways that send to a hub, by namespace and name.
fn loggers_to(state: &State, hub: &str) -> Vec<String> {
    let mut parts = hub.rsplit('/');
    let (Some(name), Some(_), Some(namespace)) = (parts.next(), parts.next(), parts.next()) else {
        return Vec::new();
    };
    let host = format!("{namespace}.servicebus.windows.net");
    let sends = |logger: &Resource| {
        let is = |field: &str, wanted: &str| {
            let given = logger.text(&format!("/properties/credentials/{field}"));
            given.is_some_and(|given| given.eq_ignore_ascii_case(wanted))
        };
        is("endpointAddress", &host) && is("name", name)
    };
    let loggers = state.of_type("Microsoft.ApiManagement/service/loggers");
    loggers.iter().filter(|it| sends(it)).map(|it| it.id.name().to_owned()).collect()
}

fn shown(table: &Table) -> Json {
    let column = |column: &kql::Column| json!({ "ColumnName": column.name, "DataType": dotnet_name(column.of), "ColumnType": column.of.name() });
    let rows = table.rows.iter().map(|row| row.iter().map(kql::Value::to_json).collect::<Vec<_>>());
    json!({
        "TableName": "Table_0",
        "Columns": table.columns.iter().map(column).collect::<Vec<_>>(),
        "Rows": rows.collect::<Vec<_>>(),
    })
}

/// The type of a column as the older of its two names has it.
fn dotnet_name(of: Type) -> &'static str {
    match of {
        Type::Bool => "SByte",
        Type::Long => "Int64",
        Type::Real => "Double",
        Type::Text => "String",
        Type::Time => "DateTime",
        Type::Span => "TimeSpan",
        Type::Dynamic => "Object",
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({ "error": { "code": code, "message": message, "@permanent": true } });
    Reply { status, headers: Vec::new(), body: Some(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_known_by_the_command_that_creates_it() {
        let (name, table) = created(".create-merge table Usage (EventTime: datetime, Total: long)").unwrap();
        assert_eq!((name.as_str(), table.columns.len(), table.columns[1].of), ("Usage", 2, Type::Long));
        for other in
            ["", ".create-merge table Usage", ".create-merge table Usage (A)", ".alter table Usage (A: long)"]
        {
            assert_eq!(created(other), None, "{other}");
        }
        assert_eq!(created(".create-merge table Usage (A: guid)"), None);
    }
}
