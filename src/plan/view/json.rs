//! The machine's view. These types are the format: what a plan is inside may change, this may only grow. A change
//! that breaks a reader raises `formatVersion`.

mod preview;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;

use preview::{ComparedView, PreviewView};

use crate::catalog::Fact;
use crate::plan::checks::{self, LiveRequest, Verdict};
use crate::plan::{Counts, Group, Output, OutputValue, Plan, RegionRow, RegionSurvey, Resource, Stage};

/// The version of both documents below.
const FORMAT_VERSION: u32 = 1;

/// Renders a plan as one JSON document, with a final newline.
pub fn json(plan: &Plan) -> String {
    document(&plan_view(plan))
}

/// The document of [`json`], for a reader that adds to it.
pub fn json_value(plan: &Plan) -> serde_json::Value {
    value(&plan_view(plan))
}

fn plan_view(plan: &Plan) -> PlanView<'_> {
    PlanView {
        format_version: FORMAT_VERSION,
        complete: plan.is_complete(),
        errored: plan.is_errored(),
        summary: counts(plan.counts()),
        stages: plan.stages.iter().map(stage).collect(),
        checks: checks_view(&plan.checks),
    }
}

/// Renders checks alone, for a region check without a plan.
pub fn checks_json(checks: &[checks::Check]) -> String {
    document(&ChecksView { format_version: FORMAT_VERSION, checks: checks_view(checks) })
}

/// The document of [`checks_json`], for a reader that adds to it.
pub fn checks_value(checks: &[checks::Check]) -> serde_json::Value {
    value(&ChecksView { format_version: FORMAT_VERSION, checks: checks_view(checks) })
}

/// Renders a region survey.
pub fn regions_json(survey: &RegionSurvey) -> String {
    document(&regions_view(survey))
}

/// The document of [`regions_json`], for a reader that adds to it.
pub fn regions_value(survey: &RegionSurvey) -> serde_json::Value {
    value(&regions_view(survey))
}

fn regions_view(survey: &RegionSurvey) -> RegionsView<'_> {
    RegionsView {
        format_version: FORMAT_VERSION,
        regions: survey.rows.iter().map(region).collect(),
        facts: survey.facts.iter().map(fact).collect(),
    }
}

const SERIALIZES: &str = "strings, numbers and string keys always serialize";

fn document(view: &impl Serialize) -> String {
    serde_json::to_string_pretty(view).expect(SERIALIZES) + "\n"
}

fn value(view: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(view).expect(SERIALIZES)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanView<'a> {
    format_version: u32,
    /// Whether it is certain which resources there will be.
    complete: bool,
    /// Whether a check says that the deployment would fail.
    errored: bool,
    summary: CountsView,
    stages: Vec<StageView<'a>>,
    checks: Vec<CheckView<'a>>,
}

#[derive(Serialize)]
struct CountsView {
    create: usize,
    maybe: usize,
    read: usize,
    skip: usize,
    modify: usize,
    delete: usize,
    unchanged: usize,
    unknown: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StageView<'a> {
    name: &'a str,
    deployment_name: &'a str,
    location: &'a str,
    summary: CountsView,
    /// Creations, certain or not, by resource type.
    types: IndexMap<&'a str, usize>,
    groups: Vec<GroupView<'a>>,
    outputs: Vec<OutputView<'a>>,
    /// What Azure was asked; absent offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<PreviewView<'a>>,
}

#[derive(Serialize)]
struct GroupView<'a> {
    /// Null for resources of the subscription itself.
    name: Option<&'a str>,
    /// Null where another stage or somebody else makes the group.
    change: Option<&'static str>,
    location: Option<&'a str>,
    #[serde(flatten)]
    compared: ComparedView<'a>,
    resources: Vec<ResourceView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    api_version: &'a str,
    name: &'a str,
    symbolic_name: Option<&'a str>,
    path: &'a [String],
    change: &'static str,
    sku: Option<&'a str>,
    location: Option<&'a str>,
    notes: &'a [String],
    unknowns: Vec<UnknownView<'a>>,
    #[serde(flatten)]
    compared: ComparedView<'a>,
}

#[derive(Serialize)]
struct UnknownView<'a> {
    path: &'a str,
    /// Null where it may hold a secret.
    expression: Option<&'a str>,
}

#[derive(Serialize)]
struct OutputView<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    output_type: &'a str,
    /// `known`, `unknown` or `secret`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChecksView<'a> {
    format_version: u32,
    checks: Vec<CheckView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckView<'a> {
    question: &'static str,
    subject: &'a str,
    verdict: &'static str,
    /// Why it is so.
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    alternatives: IndexMap<&'static str, &'a [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decided_by: Vec<String>,
    facts: Vec<FactView<'a>>,
}

#[derive(Serialize)]
struct FactView<'a> {
    title: &'a str,
    url: &'a str,
    dated: Option<String>,
    seen: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionsView<'a> {
    format_version: u32,
    regions: Vec<RegionView<'a>>,
    facts: Vec<FactView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionView<'a> {
    name: &'a str,
    display_name: &'a str,
    geography: &'a str,
    zones: &'a [String],
    restricted: bool,
    data_zone: Option<&'a str>,
    /// Null where the table of v2 tiers does not list the region.
    gateway_tiers: Option<&'a [String]>,
    gateway_tiers_paused: &'a [String],
    models: &'a IndexMap<String, Vec<String>>,
    /// Models that are deprecated, or past the day on which they were to retire.
    fading_models: &'a BTreeSet<String>,
}

fn counts(counts: Counts) -> CountsView {
    let Counts { create, maybe, read, skip, modify, delete, unchanged, unknown } = counts;
    CountsView { create, maybe, read, skip, modify, delete, unchanged, unknown }
}

fn stage(stage: &Stage) -> StageView<'_> {
    StageView {
        name: &stage.name,
        deployment_name: &stage.deployment_name,
        location: &stage.location,
        summary: counts(stage.counts()),
        types: stage.types(),
        groups: stage.groups.iter().map(group).collect(),
        outputs: stage.outputs.iter().map(output).collect(),
        preview: stage.preview.as_ref().map(preview::preview),
    }
}

fn group(group: &Group) -> GroupView<'_> {
    GroupView {
        name: group.name.as_deref(),
        change: group.change.map(crate::plan::Change::name),
        location: group.location.as_deref(),
        compared: preview::compared(&group.compared),
        resources: group.resources.iter().map(resource).collect(),
    }
}

fn resource(resource: &Resource) -> ResourceView<'_> {
    ResourceView {
        id: &resource.id,
        resource_type: &resource.resource_type,
        api_version: &resource.api_version,
        name: &resource.name,
        symbolic_name: resource.symbolic_name.as_deref(),
        path: &resource.path,
        change: resource.change.name(),
        sku: resource.sku.as_deref(),
        location: resource.location.as_deref(),
        notes: &resource.notes,
        unknowns: resource
            .unknowns
            .iter()
            .map(|unknown| UnknownView { path: &unknown.path, expression: unknown.expression.as_deref() })
            .collect(),
        compared: preview::compared(&resource.compared),
    }
}

fn output(output: &Output) -> OutputView<'_> {
    let (state, value, expression) = match &output.value {
        OutputValue::Known(value) => ("known", Some(value.clone()), None),
        OutputValue::Unknown(expression) => ("unknown", None, Some(expression.as_str())),
        OutputValue::Secret => ("secret", None, None),
    };
    OutputView { name: &output.name, output_type: &output.output_type, state, value, expression }
}

fn checks_view(checks: &[checks::Check]) -> Vec<CheckView<'_>> {
    checks.iter().map(check).collect()
}

fn check(check: &checks::Check) -> CheckView<'_> {
    let mut view = CheckView {
        question: check.question.name(),
        subject: &check.subject,
        verdict: check.verdict.name(),
        text: "",
        advice: None,
        alternatives: IndexMap::new(),
        decided_by: Vec::new(),
        facts: check.facts.iter().map(fact).collect(),
    };
    match &check.verdict {
        Verdict::Ok { note } => view.text = note,
        Verdict::Warning { why, advice } => {
            view.text = why;
            view.advice = Some(advice);
        }
        Verdict::Blocked { why, alternatives } => {
            view.text = why;
            view.alternatives =
                alternatives.iter().map(|other| (other.field, other.values.as_slice())).collect();
        }
        Verdict::Unverified { why, decided_by } => {
            view.text = why;
            view.decided_by = decided_by.iter().map(LiveRequest::text).collect();
        }
    }
    view
}

fn fact(fact: &Fact) -> FactView<'_> {
    FactView {
        title: &fact.title,
        url: &fact.url,
        dated: fact.dated.map(|date| date.to_string()),
        seen: fact.seen.to_string(),
    }
}

fn region(row: &RegionRow) -> RegionView<'_> {
    let region = &row.region;
    RegionView {
        name: &region.name,
        display_name: &region.display_name,
        geography: &region.geography,
        zones: &region.zones,
        restricted: region.restricted,
        data_zone: region.data_zone.as_deref(),
        gateway_tiers: region.apim_v2.as_deref(),
        gateway_tiers_paused: &region.apim_v2_paused,
        models: &row.models,
        fading_models: &row.fading,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::model::{Account, GatewayPlacement, ModelDeployment};
    use crate::plan::checks::check_placement;
    use crate::plan::survey;

    fn read(text: &str) -> serde_json::Value {
        assert!(text.ends_with("}\n"));
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_check_tells_why_what_instead_and_which_request_decides() {
        let gateway = GatewayPlacement {
            service_name: "apim-lzv01".to_owned(),
            location: "westsu3".to_owned(),
            sku: "Developer".to_owned(),
            capacity: 1,
        };
        let deployment = ModelDeployment {
            name: "aoai".to_owned(),
            model: "gpt-5-mini".to_owned(),
            version: "2025-08-07".to_owned(),
            sku: "GlobalStandard".to_owned(),
            capacity: 50,
            ..ModelDeployment::default()
        };
        let account = Account {
            id: "payg-1".to_owned(),
            name: "oai-payg-1".to_owned(),
            location: "westus3".to_owned(),
            deployments: vec![deployment],
            ..Account::default()
        };
        let json = read(&checks_json(&check_placement(&gateway, &[account], &Catalog::embedded())));
        assert_eq!(json["formatVersion"], 1);
        assert_eq!(json["checks"][0]["verdict"], "blocked");
        assert_eq!(json["checks"][0]["alternatives"]["location"][0], "westus3");
        assert_eq!(json["checks"][1]["verdict"], "ok");
        assert_eq!(json["checks"][1]["facts"][0]["dated"], "2026-04-30");
        let usages =
            "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/westus3/usages";
        assert_eq!(json["checks"][2]["decidedBy"][0], format!("GET {usages}"));
    }

    #[test]
    fn a_region_tells_its_tiers_zones_and_models() {
        let names = ["westus3", "northeurope"].map(str::to_owned);
        let json = read(&regions_json(&survey(&Catalog::embedded(), &names).unwrap()));
        let (west, north) = (&json["regions"][0], &json["regions"][1]);
        assert_eq!(west["gatewayTiers"], serde_json::json!(["StandardV2"]));
        assert_eq!(west["zones"].as_array().map(Vec::len), Some(3));
        assert!(west["models"]["GlobalStandard"].as_array().unwrap().contains(&"gpt-5-mini".into()));
        assert_eq!(north["models"]["GlobalStandard"], serde_json::json!([]));
        assert_eq!(json["facts"][0]["seen"], "2026-11-22");
    }
}
