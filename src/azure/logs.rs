//! Queries to the logs of a workspace: `POST /v1/workspaces/{id}/query` of the Log Analytics API
//! (learn.microsoft.com/azure/azure-monitor/logs/api/request-format and …/response-format, read 2026-11).

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::{ArmClient, ClientOptions, Credential, Endpoint, Error};

/// A client of the logs of one cloud. It is signed in for them apart from ARM.
#[derive(Debug)]
pub struct LogsClient(ArmClient);

/// What a query gives: its first table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogTable {
    /// Name and type of each column.
    pub columns: Vec<(String, String)>,
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Json>>,
}

impl LogsClient {
    /// # Errors
    /// As [`ArmClient::new`].
    pub fn new(endpoint: &Endpoint, credential: Credential, options: ClientOptions) -> Result<Self, Error> {
        ArmClient::new(endpoint, credential, options).map(Self)
    }

    /// Runs `query` over the time `timespan`, an ISO 8601 duration that ends now or two times with a slash between them.
    /// `workspace_id` is the workspace's own id (`customerId`), not that of the resource.
    ///
    /// # Errors
    /// `Refused` where the query is wrong, `Forbidden` without the right to read the workspace, `BadAnswer` where a
    /// result is cut off or is none, and every other [`Error`].
    pub async fn query(&self, workspace_id: &str, query: &str, timespan: &str) -> Result<LogTable, Error> {
        if uuid::Uuid::try_parse(workspace_id).is_err() {
            return Err(Error::bad_request(format!("`{workspace_id}` is not the id of a workspace")));
        }
        let url = self.0.own_url(&format!("/v1/workspaces/{workspace_id}/query"))?;
        let body = json!({ "query": query, "timespan": timespan }).to_string();
        let answer = self.0.exchange(Method::POST, url, Some(body.as_bytes())).await?;
        // A result that is too large comes in part, with an error beside it.
        if let Some(error) = answer.body.get("error") {
            let message =
                error.pointer("/message").and_then(Json::as_str).unwrap_or("the result is not whole");
            return Err(Error::bad_answer(super::arm_error::clean(message)));
        }
        read(&answer.body).ok_or_else(|| Error::bad_answer("the answer holds no table"))
    }
}

fn read(answer: &Json) -> Option<LogTable> {
    let table = answer.pointer("/tables/0")?;
    let text = |column: &Json, name: &str| column.get(name)?.as_str().map(str::to_owned);
    let columns = table.get("columns")?.as_array()?;
    let columns = columns.iter().map(|column| Some((text(column, "name")?, text(column, "type")?)));
    let columns: Vec<(String, String)> = columns.collect::<Option<_>>()?;
    let rows = table.get("rows")?.as_array()?.iter().map(|row| row.as_array().cloned());
    let rows: Vec<Vec<Json>> = rows.collect::<Option<_>>()?;
    rows.iter().all(|row| row.len() == columns.len()).then_some(LogTable { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_and_nothing_else() {
        let columns = json!([{"name": "Team", "type": "string"}, {"name": "Cost", "type": "real"}]);
        let whole = json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": [["a", 1.5]]}]});
        let table = read(&whole).unwrap();
        assert_eq!(table.columns[1], ("Cost".to_owned(), "real".to_owned()));
        assert_eq!(table.rows, [[json!("a"), json!(1.5)]]);
        for wrong in [
            json!({}),
            json!({"tables": []}),
            json!({"tables": [{"columns": columns}]}),
            json!({"tables": [{"columns": columns, "rows": [["a"]]}]}),
            json!({"tables": [{"columns": [{"name": "a"}], "rows": []}]}),
            json!({"tables": [{"columns": columns, "rows": [{"a": 1}]}]}),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }
}
