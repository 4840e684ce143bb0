//! One request and its answer against the contract: path, version, query, body, status, headers, answer.

use std::collections::{BTreeMap, BTreeSet};

use genai_lz::sandbox::Exchange;
use serde_json::{Value as Json, json};

use super::contract::{Contract, Operation};
use super::schema::{Found, Way, check, note};

/// The operations that answer with secrets because they are asked for them.
const SECRETS: [&str; 3] = ["listsecrets", "listkeys", "listvalue"];

/// A difference between what went over the wire and what the contract says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub(super) operation: String,
    pub(super) at: String,
    pub(super) what: String,
}

/// What one exchange comes to.
pub(super) enum Verdict {
    /// No contract has the path.
    Unknown,
    Known {
        operation: String,
        differences: BTreeSet<Difference>,
    },
}

/// `versions`: the api-versions that are read against an older contract.
pub(super) fn compare(
    contract: &Contract,
    versions: &BTreeSet<(String, String)>,
    exchange: &Exchange,
) -> Result<Verdict, String> {
    let Some((operation, values)) = contract.find(&exchange.method, &exchange.path) else {
        return Ok(Verdict::Unknown);
    };
    let mut found = Found::new();
    let query = query(&exchange.query);
    parameters(contract, operation, versions, &query, &values, &mut found)?;
    sent(contract, operation, exchange, &mut found)?;
    answered(contract, operation, exchange, &mut found)?;
    let id = operation.id.clone();
    let differences =
        found.into_iter().map(|(at, what)| Difference { operation: id.clone(), at, what }).collect();
    Ok(Verdict::Known { operation: id, differences })
}

fn parameters(
    contract: &Contract,
    operation: &Operation,
    versions: &BTreeSet<(String, String)>,
    query: &BTreeMap<String, String>,
    values: &BTreeMap<String, String>,
    found: &mut Found,
) -> Result<(), String> {
    let version = query.get("api-version").cloned().unwrap_or_default();
    if version != operation.version && !versions.contains(&(operation.version.clone(), version.clone())) {
        let what = format!("`{version}` beside the contract's {}", operation.version);
        found.insert(("query api-version".to_owned(), what));
    }
    let of_query = |parameter: &&Json| parameter["in"] == "query";
    let names: BTreeSet<&str> =
        operation.parameters.iter().filter(of_query).filter_map(|p| p["name"].as_str()).collect();
    for name in query.keys().filter(|name| *name != "api-version" && !names.contains(name.as_str())) {
        found.insert((format!("query {name}"), "not in the contract".to_owned()));
    }
    for parameter in &operation.parameters {
        let (name, place) =
            (parameter["name"].as_str().unwrap_or_default(), parameter["in"].as_str().unwrap_or_default());
        let given = if place == "path" { values.get(name) } else { query.get(name) };
        let at = format!("{place} {name}");
        match given {
            None if parameter["required"] == true && place == "query" => {
                note(found, at, "missing".to_owned())
            }
            None => {}
            Some(text) => {
                let value = match parameter["type"].as_str() {
                    Some("integer") => text.parse::<i64>().map_or_else(|_| json!(text), Json::from),
                    Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), Json::from),
                    _ => json!(text),
                };
                let mut schema = parameter.clone();
                // On a parameter this says that it has to be given; in a schema it is a list of names.
                schema.as_object_mut().map(|schema| schema.shift_remove("required"));
                check(contract, &schema, &value, Way::Sent, &at, found)?;
            }
        }
    }
    Ok(())
}

fn sent(
    contract: &Contract,
    operation: &Operation,
    exchange: &Exchange,
    found: &mut Found,
) -> Result<(), String> {
    let at = "body".to_owned();
    match &operation.body {
        None if !exchange.body.is_empty() => note(found, at, "not in the contract".to_owned()),
        None => {}
        Some(_) if exchange.body.is_empty() => {
            if operation.body_required {
                found.insert((at, "missing".to_owned()));
            }
        }
        Some(schema) => match serde_json::from_slice(&exchange.body) {
            Ok(body) => check(contract, schema, &body, Way::Sent, "body", found)?,
            Err(_) => note(found, at, "not JSON".to_owned()),
        },
    }
    Ok(())
}

fn answered(
    contract: &Contract,
    operation: &Operation,
    exchange: &Exchange,
    found: &mut Found,
) -> Result<(), String> {
    let status = exchange.status;
    let at = format!("answer {status}");
    let is_success = (200..300).contains(&status);
    // Throttling and refusals of the front end come before any provider (azure-resource-manager-rpc, common-api-contracts).
    let own = operation.answers.get(&status.to_string());
    let answer = own.or_else(|| operation.answers.get("default").filter(|_| !is_success));
    let Some(schema) = answer else {
        found.insert((at, "the contract has no such status".to_owned()));
        return Ok(());
    };
    headers(operation, exchange, &at, found);
    let body = if exchange.answer.is_empty() {
        None
    } else {
        Some(serde_json::from_slice::<Json>(&exchange.answer))
    };
    match (schema, body) {
        (_, Some(Err(_))) => note(found, at, "not JSON".to_owned()),
        (Some(_), None) if exchange.method != "HEAD" => note(found, at, "no body".to_owned()),
        (None, Some(_)) if is_success => note(found, at, "a body that is not in the contract".to_owned()),
        (Some(schema), Some(Ok(body))) => {
            let last = exchange.path.rsplit('/').next().unwrap_or_default().to_lowercase();
            let way = Way::Answered { secrets: SECRETS.contains(&last.as_str()) };
            check(contract, schema, &body, way, &at, found)?;
        }
        _ => {}
    }
    Ok(())
}

/// Of long operations (azure-resource-manager-rpc, async-api-reference): 202 says where to look, and so does any other answer
/// whose resource is not at its end.
fn headers(operation: &Operation, exchange: &Exchange, at: &str, found: &mut Found) {
    let has = |name: &str| exchange.answer_header(name).is_some_and(|url| url.starts_with("https://"));
    let (location, status) = (has("location"), has("azure-asyncoperation"));
    if exchange.status == 202 && !location && !status {
        found.insert((at.to_owned(), "neither Location nor Azure-AsyncOperation".to_owned()));
    }
    if (location || status) && !operation.is_long {
        found.insert((at.to_owned(), "headers of a long operation, which it is not".to_owned()));
    }
    let wants_location = operation.final_by.as_deref() == Some("location");
    if exchange.status == 202 && operation.is_long && wants_location && !location {
        found.insert((at.to_owned(), "no Location, where the result is to be found".to_owned()));
    }
    if exchange.method == "HEAD" && !exchange.answer.is_empty() {
        found.insert((at.to_owned(), "a body on HEAD".to_owned()));
    }
}

fn query(text: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("https://arm.test/?{text}")).ok();
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}
