//! Region checks: each file under tests/suite/regions places a gateway and its models, or asks for the region table,
//! and holds the page that comes of it. `GLZ_BLESS=1` rewrites the pages; read the diff.

use std::path::PathBuf;

use genai_lz::catalog::{Catalog, regions};
use genai_lz::diag::render::{Style, human as diagnostics};
use genai_lz::model::{Account, GatewayPlacement, ModelDeployment};
use genai_lz::plan::checks::{Check, check_placement};
use genai_lz::plan::survey;
use genai_lz::plan::view::{checks_human, regions_human};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use time::{Date, macros::format_description};

use super::support;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows and why it must be so.
    #[serde(rename = "about")]
    _about: String,
    /// The day the question is asked.
    today: Option<String>,
    /// Places the gateway and every model in each of these instead of in their own locations.
    #[serde(default)]
    everywhere: Vec<String>,
    /// What is asked of `genai-lz regions`; nothing is placed then.
    survey: Option<Vec<String>>,
    gateway: Option<Gateway>,
    #[serde(default)]
    account: Vec<CaseAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    location: String,
    sku: String,
    #[serde(default = "one")]
    capacity: u32,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseAccount {
    id: String,
    location: String,
    /// `deployment name | model | version | SKU | capacity`
    deployments: Vec<String>,
}

pub(crate) fn cases() -> Vec<Trial> {
    let trial = |file: PathBuf| {
        Trial::test(format!("regions::{}", support::stem(&file)), move || {
            support::settle_case(&file, |case| Ok([("page", page(case)?)]))
        })
    };
    support::files(&support::suite("regions"), "toml").into_iter().map(trial).collect()
}

fn page(case: &Case) -> Result<String, Failed> {
    let mut catalog = Catalog::embedded();
    if let Some(today) = &case.today {
        catalog = catalog.on(Date::parse(today, format_description!("[year]-[month]-[day]"))?);
    }
    if let Some(names) = &case.survey {
        return Ok(match survey(&catalog, names) {
            Ok(survey) => regions_human(&survey, Style::Plain),
            Err(found) => diagnostics(&found.0, Style::Plain),
        });
    }
    if case.everywhere.is_empty() {
        return Ok(checks_human(&checks(case, None, &catalog)?, Style::Plain));
    }
    let mut out = String::new();
    for location in &case.everywhere {
        let answers: Vec<String> = checks(case, Some(location), &catalog)?
            .iter()
            .map(|check| format!("{}: {}", check.question.name(), check.verdict.name()))
            .collect();
        let name = regions::normalize(location);
        out.push_str(&format!("{name:<20}{}\n", answers.join(", ")));
    }
    Ok(out)
}

fn checks(case: &Case, location: Option<&String>, catalog: &Catalog) -> Result<Vec<Check>, Failed> {
    let gateway = case.gateway.as_ref().ok_or("the case places a gateway or asks for the table")?;
    let gateway = GatewayPlacement {
        service_name: "apim-lzv01".to_owned(),
        location: location.unwrap_or(&gateway.location).clone(),
        sku: gateway.sku.clone(),
        capacity: gateway.capacity,
    };
    let mut accounts = Vec::new();
    for account in &case.account {
        accounts.push(Account {
            id: account.id.clone(),
            name: format!("oai-{}", account.id),
            location: location.unwrap_or(&account.location).clone(),
            deployments: account.deployments.iter().map(|row| deployment(row)).collect::<Result<_, _>>()?,
            ..Account::default()
        });
    }
    Ok(check_placement(&gateway, &accounts, catalog))
}

fn deployment(row: &str) -> Result<ModelDeployment, Failed> {
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    let [name, model, version, sku, capacity] = cells[..] else {
        return Err(format!("a deployment has five cells: `{row}`").into());
    };
    Ok(ModelDeployment {
        name: name.to_owned(),
        model: model.to_owned(),
        version: version.to_owned(),
        sku: sku.to_owned(),
        capacity: capacity.parse()?,
        ..ModelDeployment::default()
    })
}
