//! The rows that all queries begin with: `requests`, one for each request, and `tokens`, one for each count of tokens.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{datatable, literal};
use crate::model::{Dimension, LandingZone, ModelDeployment, TokenSource};
use crate::spec::DimensionValue;

/// What the spec knows by itself, as tables, and the gateway's log with it.
///
/// The account that answered is found by the host that was called: BackendId may name a pool. The deployment stands in
/// the path, where the API has it there.
pub(super) fn requests(zone: &LandingZone) -> String {
    let mut text = subscriptions(zone);
    text.push_str(&datatable(
        "backends",
        "Host: string, Backend: string, Kind: string",
        backends(zone).into_iter(),
    ));
    text.push_str(&datatable(
        "deployments",
        "Deployment: string, Model: string",
        deployments(zone).into_iter(),
    ));
    let service = format!("/microsoft.apimanagement/service/{}", zone.gateway.service_name);
    let _ = write!(
        text,
        "let requests = ApiManagementGatewayLogs\n\
         | where _ResourceId endswith {}\n\
         | extend Subscription = ApimSubscriptionId, Api = ApiId, Code = ResponseCode, Reason = LastErrorReason,\n    Source = LastErrorSource,\n    \
         Host = tostring(split(BackendUrl, '/')[2]),\n    \
         Deployment = tostring(split(tostring(split(Url, '/deployments/')[1]), '/')[0])\n\
         | lookup kind=leftouter subscriptions on Subscription\n\
         | lookup kind=leftouter backends on Host\n\
         | lookup kind=leftouter deployments on Deployment\n\
         | extend Product = coalesce(ProductId, SubscriptionProduct)\n\
         | extend Team = coalesce(SubscriptionTeam, Product)\n\
         | project TimeGenerated, CorrelationId, Team, Product, Subscription, Api, Model, Backend, Kind, Host, Code, Reason, Source;\n",
        literal(&service)
    );
    text
}

/// Which product a subscription is for, and which team.
pub(super) fn subscriptions(zone: &LandingZone) -> String {
    datatable(
        "subscriptions",
        "Subscription: string, SubscriptionProduct: string, SubscriptionTeam: string",
        zone.callers()
            .into_iter()
            .map(|it| vec![literal(it.subscription), literal(it.product), literal(it.team)]),
    )
}

/// `let tokens`, with costs where there is a price table. Tokens that have no price are counted apart, and those of
/// provisioned throughput cost nothing more, which is only known where the log says who answered.
pub(super) fn tokens(zone: &LandingZone, source: TokenSource) -> String {
    let mut text = match source {
        TokenSource::Log => from_log(zone),
        TokenSource::Metric => from_metric(zone),
    };
    let Some(pricing) = &zone.pricing else {
        text.push_str("let tokens = counted;\n");
        return text;
    };
    text.push_str(&datatable(
        "prices",
        "Model: string, PromptPrice: real, CompletionPrice: real",
        pricing.models.iter().map(|price| {
            let (input, output) = (price.input_per_million.decimal(), price.output_per_million.decimal());
            vec![literal(&price.model), input, output]
        }),
    ));
    text.push_str(
        "let tokens = counted\n\
         | lookup kind=leftouter prices on Model\n\
         | extend Paid = (PromptTokens * PromptPrice + CompletionTokens * CompletionPrice) / 1000000.0\n\
         | extend Cost = iff(Kind == 'provisioned' or isnull(Paid), 0.0, Paid),\n    \
         UnpricedTokens = iff(Kind != 'provisioned' and isnull(Paid), PromptTokens + CompletionTokens, 0);\n",
    );
    text
}

/// A call may have several rows, of which those with parts of a message say no deployment: the greatest count is the
/// call's (github.com/Azure-Samples/AI-Gateway, labs/finops-framework, keeps rows with a deployment alone, 2026-11).
fn from_log(zone: &LandingZone) -> String {
    let service = format!("/microsoft.apimanagement/service/{}", zone.gateway.service_name);
    format!(
        "let calls = ApiManagementGatewayLlmLog\n\
         | where _ResourceId endswith {}\n\
         | where isnotempty(DeploymentName) or isnotempty(ModelName)\n\
         | summarize TimeGenerated = min(TimeGenerated), PromptTokens = max(PromptTokens), \
         CompletionTokens = max(CompletionTokens)\n    by CorrelationId, Deployment = DeploymentName, ModelName\n\
         | lookup kind=leftouter deployments on Deployment\n\
         | extend NamedModel = coalesce(Model, ModelName)\n\
         | project TimeGenerated, CorrelationId, NamedModel, PromptTokens, CompletionTokens;\n\
         let counted = calls\n\
         | join kind=leftouter (requests) on CorrelationId\n\
         | extend Model = coalesce(Model, NamedModel), PromptTokens = coalesce(tolong(PromptTokens), 0),\n    \
         CompletionTokens = coalesce(tolong(CompletionTokens), 0)\n\
         | project TimeGenerated, Team, Product, Subscription, Api, Model, Backend, Kind, PromptTokens, \
         CompletionTokens;\n",
        literal(&service)
    )
}

/// What a metric is not split by is empty: it is not known of it.
fn from_metric(zone: &LandingZone) -> String {
    let component = format!("/microsoft.insights/components/{}", zone.names.app_insights);
    let of = |known: &str, own: &[DimensionValue]| dimension(zone, known, own);
    let model = match only_model(zone) {
        Some(model) => format!("coalesce(Model, {})", literal(model)),
        None => "Model".to_owned(),
    };
    format!(
        "let counted = AppMetrics\n\
         | where _ResourceId endswith {}\n\
         | where Name in ('Prompt Tokens', 'Completion Tokens')\n\
         | extend Subscription = {}, MetricProduct = {}, Api = {}, Deployment = {}, Backend = '', Kind = '',\n    \
         PromptTokens = iff(Name == 'Prompt Tokens', tolong(Sum), 0),\n    \
         CompletionTokens = iff(Name == 'Completion Tokens', tolong(Sum), 0)\n\
         | lookup kind=leftouter subscriptions on Subscription\n\
         | lookup kind=leftouter deployments on Deployment\n\
         | extend Model = {model}, Product = coalesce(MetricProduct, SubscriptionProduct)\n\
         | extend Team = coalesce(SubscriptionTeam, Product)\n\
         | project TimeGenerated, Team, Product, Subscription, Api, Model, Backend, Kind, PromptTokens, \
         CompletionTokens;\n",
        literal(&component),
        of("Subscription ID", &[DimensionValue::SubscriptionName]),
        of("Product ID", &[DimensionValue::ProductName]),
        of("API ID", &[]),
        of("", &[DimensionValue::Deployment, DimensionValue::RequestedModel]),
    )
}

/// The dimension that holds a thing, by all names that APIs have for it.
fn dimension(zone: &LandingZone, known: &str, own: &[DimensionValue]) -> String {
    let of_apis = zone.apis.iter().filter_map(|api| api.usage_metric.as_ref());
    let holds = |dimension: &&Dimension| match dimension.value {
        None => dimension.name == known,
        Some(value) => own.contains(&value),
    };
    let names: BTreeSet<&str> =
        of_apis.flat_map(|metric| &metric.dimensions).filter(holds).map(|it| it.name.as_str()).collect();
    let reads: Vec<String> =
        names.iter().map(|name| format!("tostring(Properties[{}])", literal(name))).collect();
    match reads.as_slice() {
        [] => "''".to_owned(),
        [one] => one.clone(),
        several => format!("coalesce({})", several.join(", ")),
    }
}

/// The model of all deployments, where there is but one.
fn only_model(zone: &LandingZone) -> Option<&str> {
    let mut models = all_deployments(zone).map(|it| it.model.as_str());
    let first = models.next()?;
    models.all(|model| model == first).then_some(first)
}

/// Those of accounts that are made and of those that are called and not made.
fn all_deployments(zone: &LandingZone) -> impl Iterator<Item = &ModelDeployment> {
    let made = zone.accounts.iter().flat_map(|account| &account.deployments);
    made.chain(zone.providers.iter().flat_map(|provider| &provider.deployments))
}

/// Each host with the account that answers there and how it is paid. One host may stand for several accounts, such as
/// those of a provider with several keys: then the first is named.
fn backends(zone: &LandingZone) -> Vec<Vec<String>> {
    let made = zone.accounts.iter().map(|account| {
        let host = format!("{}.openai.azure.com", account.name);
        (host, account.id.as_str(), &account.deployments)
    });
    let called = zone.providers.iter().map(|it| (it.host.clone(), it.id.as_str(), &it.deployments));
    let mut seen = BTreeSet::new();
    let first = made.chain(called).filter(|(host, ..)| seen.insert(host.clone()));
    first.map(|(host, id, of)| vec![literal(&host), literal(id), literal(kind(of))]).collect()
}

/// Each name that callers use with its model, deployments and aliases alike; one that stands for several models is left
/// out, for it says nothing.
fn deployments(zone: &LandingZone) -> Vec<Vec<String>> {
    let pairs = names_of_models(zone);
    pairs.iter().map(|(name, model)| vec![literal(name), literal(model)]).collect()
}

/// Each name with its model, as [`deployments`] says.
pub(super) fn names_of_models(zone: &LandingZone) -> Vec<(&str, &str)> {
    let own = all_deployments(zone).map(|it| (it.name.as_str(), it.model.as_str()));
    let served = zone.apis.iter().flat_map(|api| &api.models);
    let served = served.map(|it| (it.name.as_str(), it.model.as_str())).filter(|(name, model)| name != model);
    let pairs: BTreeSet<(&str, &str)> = own.chain(served).collect();
    let is_single = |name: &str| pairs.iter().filter(|(other, _)| *other == name).count() == 1;
    pairs.iter().filter(|(name, _)| is_single(name)).copied().collect()
}

/// How the answers of an account are paid.
fn kind(deployments: &[ModelDeployment]) -> &'static str {
    match deployments.iter().filter(|it| it.is_provisioned()).count() {
        0 => "pay-as-you-go",
        n if n == deployments.len() => "provisioned",
        _ => "mixed",
    }
}
