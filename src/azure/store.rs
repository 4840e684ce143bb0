//! Queries to a cluster of Azure Data Explorer: `POST /v1/rest/query`
//! (learn.microsoft.com/kusto/api/rest/request and …/response-v1, read 2026-12-01). The token is for the cluster itself
//! (…/kusto/api/rest/authentication).

use reqwest::{Method, Url};
use serde_json::{Value as Json, json};

use super::{ArmClient, ClientOptions, Credential, Endpoint, Error, LogTable, transport};

/// The domains of clusters in the public cloud, of the US government and in China
/// (learn.microsoft.com/azure/private-link/private-endpoint-dns and its pages on the other clouds, 2026-11).
const DOMAINS: [&str; 3] = [".kusto.windows.net", ".kusto.usgovcloudapi.net", ".kusto.chinacloudapi.cn"];

/// A client of one cluster.
#[derive(Debug)]
pub struct StoreClient {
    client: ArmClient,
    /// What its paths begin with: empty at Azure.
    root: String,
}

impl StoreClient {
    /// A client of the cluster at `uri`, which the Resource Manager at `resource_manager` says of it.
    ///
    /// # Errors
    /// `BadAnswer` where that is no address of a cluster, which gets no token; and as [`ArmClient::new`].
    pub fn new(
        uri: &str,
        resource_manager: &Endpoint,
        credential: Credential,
        options: ClientOptions,
    ) -> Result<Self, Error> {
        let (endpoint, root) = place(uri, resource_manager).ok_or_else(|| {
            let uri = super::arm_error::clean(uri);
            Error::bad_answer(format!("`{uri}` is no address of a cluster; it does not get our token"))
        })?;
        Ok(Self { client: ArmClient::new(&endpoint, credential, options)?, root })
    }

    /// Runs `query` in `database`, and gives its first table.
    ///
    /// # Errors
    /// `Refused` where the query is wrong, `Forbidden` without the right to view the database, `BadAnswer` where a
    /// result is cut off or is none, and every other [`Error`].
    pub async fn query(&self, database: &str, query: &str) -> Result<LogTable, Error> {
        let url = self.client.own_url(&format!("{}/v1/rest/query", self.root))?;
        let body = json!({ "db": database, "csl": query }).to_string();
        let answer = self.client.exchange(Method::POST, url, Some(body.as_bytes())).await?;
        read(&answer.body)
    }
}

/// Where a cluster is asked: at a domain of clusters, or where the Resource Manager itself is, as the sandbox is.
fn place(uri: &str, resource_manager: &Endpoint) -> Option<(Endpoint, String)> {
    let url = Url::parse(uri).ok().filter(transport::may_carry_token)?;
    let own = Url::parse(&resource_manager.base_url).ok()?;
    let host = url.host_str().unwrap_or_default();
    let is_cluster = url.scheme() == "https" && DOMAINS.iter().any(|domain| host.ends_with(domain));
    if !is_cluster && url.origin() != own.origin() {
        return None;
    }
    let root = url.path().trim_end_matches('/').to_owned();
    Some((Endpoint::of(&url.origin().ascii_serialization()), root))
}

/// The first table. Where something went wrong on the way, the rows end with what it was.
fn read(answer: &Json) -> Result<LogTable, Error> {
    let no_table = || Error::bad_answer("the answer holds no table");
    let table = answer.pointer("/Tables/0").ok_or_else(no_table)?;
    let text = |column: &Json, name: &str| column.get(name)?.as_str().map(str::to_owned);
    let columns = table.get("Columns").and_then(Json::as_array).ok_or_else(no_table)?;
    let columns =
        columns.iter().map(|column| Some((text(column, "ColumnName")?, text(column, "ColumnType")?)));
    let columns: Vec<(String, String)> = columns.collect::<Option<_>>().ok_or_else(no_table)?;
    let mut rows = Vec::new();
    for row in table.get("Rows").and_then(Json::as_array).ok_or_else(no_table)? {
        match row {
            Json::Array(cells) if cells.len() == columns.len() => rows.push(cells.clone()),
            Json::Object(fault) => {
                let why = fault.get("Exceptions").and_then(|all| all.get(0)).and_then(Json::as_str);
                let why = why.unwrap_or("the result is not whole");
                return Err(Error::bad_answer(super::arm_error::clean(why)));
            }
            _ => return Err(no_table()),
        }
    }
    Ok(LogTable { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_clusters_and_to_our_own_server_alone() {
        let azure = Endpoint::public();
        let (endpoint, root) = place("https://adx.westus3.kusto.windows.net", &azure).unwrap();
        assert_eq!(endpoint.scope, "https://adx.westus3.kusto.windows.net/.default");
        assert_eq!(root, "");
        let own = Endpoint::of("http://127.0.0.1:8080");
        let (endpoint, root) = place("http://127.0.0.1:8080/kusto/adx", &own).unwrap();
        assert_eq!((endpoint.base_url.as_str(), root.as_str()), ("http://127.0.0.1:8080", "/kusto/adx"));
        for (uri, of) in [
            ("http://adx.westus3.kusto.windows.net", &azure),
            ("https://adx.kusto.windows.net.evil.example", &azure),
            ("https://evil.example/kusto.windows.net", &azure),
            ("https://user@adx.westus3.kusto.windows.net", &azure),
            ("http://127.0.0.1:8081/kusto/adx", &own),
            ("", &azure),
        ] {
            assert!(place(uri, of).is_none(), "{uri}");
        }
    }

    #[test]
    fn a_table_is_read_whole_or_not_at_all() {
        let columns = json!([{"ColumnName": "Team", "ColumnType": "string", "DataType": "String"}]);
        let answer =
            |rows: Json| json!({"Tables": [{"TableName": "Table_0", "Columns": columns, "Rows": rows}]});
        let table = read(&answer(json!([["a"], ["b"]]))).unwrap();
        assert_eq!(table.columns, [("Team".to_owned(), "string".to_owned())]);
        assert_eq!(table.rows, [[json!("a")], [json!("b")]]);
        let cut = read(&answer(json!([["a"], {"Exceptions": ["too\nmany"]}]))).unwrap_err();
        assert!(cut.to_string().contains("too"), "{cut}");
        for wrong in [json!({}), json!({"Tables": []}), answer(json!([["a", "b"]])), answer(json!([1]))] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
