//! The same report by the records that the store behind the Event Hub keeps.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::layout::{aligned, field};
use super::{Args, UNNAMED};
use crate::azure::{ErrorKind, LogTable};
use crate::cli::commands::deploy;
use crate::cli::deployed::failed;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::render::{STORE_DATABASE, UsageBy, store_query};
use crate::text::{iso_duration_s, visible};

const CLUSTERS: &str = "Microsoft.Kusto/clusters";
/// That of bicep/genai/modules/event-store.bicep.
const CLUSTERS_VERSION: &str = "2024-04-13";

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let by = args.by.by();
    // The argument was read before: it is a duration.
    let minutes = iso_duration_s(&args.since).unwrap_or_default().div_ceil(60);
    let query = store_query(&deployed.rendered.zone, by, minutes)
        .map_err(|[why, hint]| CommandError::input(why).hint(hint))?;
    let mut resources = deployed.plan.resources();
    let cluster = resources
        .find(|resource| resource.resource_type.eq_ignore_ascii_case(CLUSTERS))
        .ok_or_else(|| CommandError::new(Exit::Bug, "the plan has no cluster"))?;
    let table = deploy::runtime()?.block_on(async {
        let (client, account) = args.of.sign_in_as(&deployed, ui).await?;
        let found = match client.get_resource(&cluster.id, CLUSTERS_VERSION).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Err(CommandError::new(Exit::Azure, format!("there is no cluster {}", cluster.id))
                    .hint("deploy the spec with `genai-lz deploy`, or give the subscription where it is"));
            }
            Err(error) => return Err(failed(error)),
        };
        let uri = found.pointer("/properties/uri").and_then(Json::as_str).unwrap_or_default();
        account.store(uri)?.query(STORE_DATABASE, &query).await.map_err(failed)
    })?;
    let report = Report::of(&table, by, &args.since)?;
    match (args.csv, ui.is_json()) {
        (true, _) => ui.data(&report.csv())?,
        (_, true) => ui.document(Exit::Ok, report.json())?,
        _ => {
            ui.data(&report.human())?;
            ui.say(
                "records count answers alone, with tokens as the limit counted them: prompt and completion together, an \
                 estimate for streams",
            );
        }
    }
    Ok(Exit::Ok)
}

/// What was recorded, a row for each name.
struct Report {
    by: UsageBy,
    since: String,
    /// Name, requests, tokens.
    rows: Vec<(String, i64, i64)>,
}

impl Report {
    /// # Errors
    /// Where the answer has not the columns of the query.
    fn of(table: &LogTable, by: UsageBy, since: &str) -> Result<Self, CommandError> {
        let index = |name: &str| {
            let found = table.columns.iter().position(|(column, _)| column == name);
            found.ok_or_else(|| CommandError::new(Exit::Azure, format!("the answer has no column `{name}`")))
        };
        let (name, requests, tokens) = (index(by.column())?, index("Requests")?, index("TotalTokens")?);
        // A sum over nothing is null.
        let row = |row: &Vec<Json>| {
            let whole = |index: usize| row[index].as_i64().unwrap_or_default();
            (row[name].as_str().unwrap_or_default().to_owned(), whole(requests), whole(tokens))
        };
        Ok(Self { by, since: since.to_owned(), rows: table.rows.iter().map(row).collect() })
    }

    fn total(&self) -> (i64, i64) {
        self.rows.iter().fold((0, 0), |(requests, tokens), row| (requests + row.1, tokens + row.2))
    }

    fn human(&self) -> String {
        if self.rows.is_empty() {
            return format!("nothing was recorded in {}\n", self.since);
        }
        let line = |name: &str, (requests, tokens): (i64, i64)| {
            vec![name.to_owned(), requests.to_string(), tokens.to_string()]
        };
        let mut lines = vec![vec![self.by.word().to_owned(), "requests".to_owned(), "tokens".to_owned()]];
        lines.extend(self.rows.iter().map(|(name, requests, tokens)| {
            let name = if name.is_empty() { UNNAMED.to_owned() } else { visible(name).to_string() };
            line(&name, (*requests, *tokens))
        }));
        lines.push(line("total", self.total()));
        aligned(&lines)
    }

    fn json(&self) -> Json {
        let row = |name: &str, (requests, tokens): (i64, i64)| {
            let mut fields = Map::new();
            fields.insert(self.by.word().to_owned(), name.into());
            fields.insert("requests".to_owned(), requests.into());
            fields.insert("totalTokens".to_owned(), tokens.into());
            Json::Object(fields)
        };
        let rows: Vec<Json> =
            self.rows.iter().map(|(name, requests, tokens)| row(name, (*requests, *tokens))).collect();
        json!({
            "from": "store", "by": self.by.word(), "since": self.since, "rows": rows,
            "total": row("total", self.total()),
        })
    }

    /// By RFC 4180, without the line of totals.
    fn csv(&self) -> String {
        let mut text = format!("{},requests,totalTokens\r\n", self.by.word());
        for (name, requests, tokens) in &self.rows {
            let _ = write!(text, "{},{requests},{tokens}\r\n", field(name));
        }
        text
    }
}
