//! The same questions, asked of Azure: what a subscription may have today goes before what the documentation says.
//!
//! Here are the questions and how their answers go together; the files below judge, asking is left to `deploy`. An
//! answer that could not be had (no right to ask, no connection) leaves the catalogue's word, or an open question with the reason.

mod gateway;
mod models;
mod places;
mod rights;

use std::collections::{BTreeMap, BTreeSet};

use super::{Alternative, Check, Question, Verdict, check_placement, preflight};
use crate::catalog::Catalog;
use crate::model::LandingZone;
use crate::plan::{Change, Plan};

/// More values than this do not help to choose.
const ALTERNATIVES_MAX: usize = 6;

/// What Azure said; an error says why it did not.
pub type Answer<T> = Result<T, String>;

/// Everything that was asked. Locations are normalized, ids in lower case.
#[derive(Clone, Debug)]
pub struct Live {
    /// Regions that the subscription may use, with their zones.
    pub locations: Answer<BTreeMap<String, Vec<String>>>,
    /// Tiers of API Management by region; what speaks against one, where something does.
    pub gateway_skus: Answer<Vec<(String, String, Option<String>)>>,
    /// By region.
    pub models: BTreeMap<String, Answer<Vec<Offer>>>,
    /// By region.
    pub usages: BTreeMap<String, Answer<Vec<Quota>>>,
    /// By model and version.
    pub capacities: BTreeMap<(String, String), Answer<Vec<Capacity>>>,
    pub names: Vec<Named>,
    /// Resource providers and their state.
    pub providers: Vec<(String, Answer<String>)>,
    /// What Azure Policy says of the resources.
    pub policies: Vec<PolicyAnswer>,
    /// How many resources Azure Policy was not asked about, for there are too many.
    pub policies_beyond: usize,
    /// By region: whether an account of Azure OpenAI may be had, or why not.
    pub account_skus: BTreeMap<String, Answer<Result<(), String>>>,
    /// Type and version; None where nothing was asked.
    pub waf_rule_sets: Option<Answer<Vec<(String, String)>>>,
    /// What the running gateway knows; None where none runs.
    pub gateway_policies: Option<Answer<BTreeSet<String>>>,
    /// Actions that the deployment needs and the account does not have.
    pub missing_actions: Answer<Vec<String>>,
    /// The resource groups that the spec says are there: the ids of what the plan would take over in each; None where there
    /// is no such group.
    pub groups: Vec<(String, Answer<Option<Vec<String>>>)>,
    /// Resources of the plan that are there already.
    pub existing: BTreeSet<String>,
}

/// A name that nobody else may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is for, and the name.
    pub subject: String,
    /// Free, or why not.
    pub answer: Answer<Result<(), String>>,
    /// A resource of ours that was deleted holds it.
    pub is_soft_deleted: bool,
}

/// A model version that a region offers under one deployment SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub model: String,
    pub version: String,
    pub sku: String,
}

/// What Azure Policy says of one resource, and of those like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyAnswer {
    /// Type and name.
    pub subject: String,
    /// How many resources it is about.
    pub resources: usize,
    pub answer: Answer<PolicyVerdict>,
}

/// What stands against a resource, in words; nothing where both lists are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyVerdict {
    /// Assignments that deny it, with Azure's reason.
    pub denied: Vec<String>,
    /// What rests on values that only the deployment can tell.
    pub open: Vec<String>,
}

/// A quota of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    pub name: String,
    pub used: f64,
    pub limit: f64,
}

/// What can be deployed right now.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    pub location: String,
    pub sku: String,
    pub available: f64,
}

/// What a deployment does, as actions of Azure's roles.
pub fn needed_actions(plan: &Plan) -> BTreeSet<String> {
    let mut actions: BTreeSet<String> =
        needed_types(plan).iter().map(|name| format!("{name}/write")).collect();
    actions.insert("Microsoft.Resources/deployments/write".to_owned());
    let mut groups = plan.stages.iter().flat_map(|stage| &stage.groups);
    if groups.any(|group| group.change.is_some()) {
        actions.insert("Microsoft.Resources/subscriptions/resourceGroups/write".to_owned());
    }
    actions
}

/// The resource providers that a deployment needs registered; some are there without.
pub fn needed_providers(plan: &Plan) -> BTreeSet<String> {
    let always = ["Microsoft.Resources", "Microsoft.Authorization"];
    let types = needed_types(plan);
    let namespaces = types.iter().filter_map(|name| name.split('/').next());
    namespaces.filter(|name| !always.contains(name)).map(str::to_owned).collect()
}

fn needed_types(plan: &Plan) -> BTreeSet<&str> {
    let will_be = |change: Change| matches!(change, Change::Create | Change::Maybe);
    plan.resources()
        .filter(|resource| will_be(resource.change))
        .map(|resource| resource.resource_type.as_str())
        .collect()
}

/// The checks of a landing zone, with Azure's answers in the place of the catalogue's.
/// `policies`: those that the landing zone uses, each with a file that has it.
pub fn check_live(
    zone: &LandingZone,
    plan: &Plan,
    policies: &BTreeMap<String, String>,
    catalog: &Catalog,
    live: &Live,
) -> Vec<Check> {
    let mut checks = check_placement(&zone.gateway, &zone.accounts, catalog);
    let mut answered = places::gateway(zone, live);
    for account in &zone.accounts {
        answered.extend(
            account.deployments.iter().filter_map(|deployment| models::model(account, deployment, live)),
        );
    }
    answered.extend(models::quotas(zone, plan, live));
    for check in answered {
        let same = |other: &&mut Check| other.question == check.question && other.subject == check.subject;
        match checks.iter_mut().find(same) {
            Some(old) => old.take(check),
            None => checks.push(check),
        }
    }
    for account in &zone.accounts {
        checks.extend(
            account
                .deployments
                .iter()
                .filter_map(|deployment| models::capacity(account, deployment, plan, live)),
        );
    }
    checks.extend(gateway::accounts(live));
    checks.extend(gateway::rule_set(zone, live));
    checks.extend(gateway::policies(zone, policies, live));
    checks.extend(places::groups(live));
    checks.extend(rights::names(live));
    checks.extend(rights::providers(live));
    checks.extend(rights::policies(live));
    checks.push(rights::permissions(plan, live));
    preflight::weigh(checks, &zone.preflight, true)
}

impl Check {
    fn live(question: Question, subject: impl Into<String>, verdict: Verdict) -> Self {
        Self { question, subject: subject.into(), verdict, facts: Vec::new() }
    }

    /// Azure's word goes before the catalogue's; that it would not say leaves an open question open, and tells why.
    fn take(&mut self, live: Self) {
        match (&mut self.verdict, live.verdict) {
            (Verdict::Unverified { why, .. }, Verdict::Unverified { why: refused, .. }) => {
                why.push_str("; ");
                why.push_str(&refused);
            }
            (_, Verdict::Unverified { .. }) => {}
            (old, verdict) => {
                // A model that is had today and retires soon still does.
                if !(matches!(verdict, Verdict::Ok { .. }) && matches!(old, Verdict::Warning { .. })) {
                    *old = verdict;
                    self.facts.clear();
                }
            }
        }
    }
}

fn ok(note: impl Into<String>) -> Verdict {
    Verdict::Ok { note: note.into() }
}

fn blocked(why: impl Into<String>, field: &'static str, mut values: Vec<String>) -> Verdict {
    values.truncate(ALTERNATIVES_MAX);
    let alternatives = if values.is_empty() { Vec::new() } else { vec![Alternative { field, values }] };
    Verdict::Blocked { why: why.into(), alternatives }
}

fn not_told(why: &str) -> Verdict {
    Verdict::Unverified { why: format!("Azure did not say: {why}"), decided_by: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::models;
    use crate::model::{Account, AppGateway, Certificate, GatewayPlacement, ModelDeployment};

    fn zone(sku: &str, capacity: u32) -> LandingZone {
        let deployment = ModelDeployment {
            name: "chat".to_owned(),
            model: "gpt-5-mini".to_owned(),
            version: "2025-08-07".to_owned(),
            sku: sku.to_owned(),
            capacity,
            ..ModelDeployment::default()
        };
        let account = |id: &str| Account {
            id: id.to_owned(),
            name: format!("oai-{id}"),
            location: "westus3".to_owned(),
            deployments: vec![deployment.clone()],
            ..Account::default()
        };
        let gateway = GatewayPlacement {
            service_name: "apim".to_owned(),
            location: "westus3".to_owned(),
            sku: "Developer".to_owned(),
            capacity: 1,
        };
        LandingZone { gateway, accounts: vec![account("one"), account("two")], ..LandingZone::default() }
    }

    fn app_gateway() -> AppGateway {
        AppGateway {
            fqdn: "apim.contoso.com".to_owned(),
            certificate: Certificate::SelfSigned { validity_months: 12 },
            waf_prevents: true,
            rule_set_type: String::new(),
            rule_set_version: String::new(),
            max_body_kb: 128,
            min_capacity: 1,
            max_capacity: 2,
            backend_timeout_seconds: 60,
            routes: Vec::new(),
        }
    }

    fn ruled(denied: &[&str], open: &[&str]) -> PolicyAnswer {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let verdict = PolicyVerdict { denied: texts(denied), open: texts(open) };
        PolicyAnswer { subject: "A/b c".to_owned(), resources: 1, answer: Ok(verdict) }
    }

    /// Azure has everything, a hundred units of it.
    fn live(sku: &str) -> Live {
        let text = str::to_owned;
        let usage = models::all().sku(sku).unwrap().usage_name("gpt-5-mini");
        Live {
            locations: Ok(BTreeMap::from([(text("westus3"), Vec::new())])),
            gateway_skus: Ok(vec![(text("Developer"), text("westus3"), None)]),
            models: BTreeMap::from([(
                text("westus3"),
                Ok(vec![Offer { model: text("gpt-5-mini"), version: text("2025-08-07"), sku: text(sku) }]),
            )]),
            usages: BTreeMap::from([(
                text("westus3"),
                Ok(vec![Quota { name: usage, used: 0.0, limit: 100.0 }]),
            )]),
            capacities: BTreeMap::from([(
                (text("gpt-5-mini"), text("2025-08-07")),
                Ok(vec![
                    Capacity { location: text("westus3"), sku: text(sku), available: 100.0 },
                    Capacity { location: text("swedencentral"), sku: text(sku), available: 500.0 },
                ]),
            )]),
            names: vec![Named { subject: text("apim"), answer: Ok(Ok(())), is_soft_deleted: false }],
            providers: vec![(text("Microsoft.KeyVault"), Ok(text("Registered")))],
            policies: Vec::new(),
            policies_beyond: 0,
            account_skus: BTreeMap::from([(text("westus3"), Ok(Ok(())))]),
            waf_rule_sets: Some(Ok(vec![(text("OWASP"), text("3.2"))])),
            gateway_policies: Some(Ok(BTreeSet::from([text("set-header"), text("llm-token-limit")]))),
            missing_actions: Ok(Vec::new()),
            groups: vec![("rg".to_owned(), Ok(Some(Vec::new())))],
            existing: BTreeSet::new(),
        }
    }

    fn judged(sku: &str, capacity: u32, change: impl Fn(&mut Live)) -> Vec<Check> {
        let mut live = live(sku);
        change(&mut live);
        let plan = Plan { stages: Vec::new(), checks: Vec::new(), asked: false };
        let mut zone = zone(sku, capacity);
        let words = [
            "region",
            "apimSku",
            "models",
            "quota",
            "names",
            "azurePolicy",
            "ptuCapacity",
            "policiesOnGateway",
        ];
        zone.preflight.required = words.map(str::to_owned).to_vec();
        zone.app_gateway = Some(AppGateway {
            rule_set_type: "OWASP".to_owned(),
            rule_set_version: "3.2".to_owned(),
            ..app_gateway()
        });
        let used = BTreeMap::from([("llm-token-limit".to_owned(), "policies/a.xml".to_owned())]);
        check_live(&zone, &plan, &used, &Catalog::embedded(), &live)
    }

    /// `question: verdict` of what is not ok, the shared quota of the two accounts left out.
    fn not_ok(checks: &[Check]) -> Vec<String> {
        let open = checks.iter().filter(|check| {
            !matches!(check.verdict, Verdict::Ok { .. }) && check.question != Question::SharedQuota
        });
        open.map(|check| format!("{}: {}", check.question.name(), check.verdict.name())).collect()
    }

    #[test]
    fn azures_answer_goes_before_the_catalogues() {
        type Change = fn(&mut Live);
        let cases: [(u32, Change, &[&str]); 25] = [
            (50, |_| (), &[]),
            (51, |_| (), &["quota: blocked"]),
            // Whoever may not ask for quota is told so, and not that there is none.
            (
                50,
                |live| drop(live.usages.insert("westus3".to_owned(), Err("no".to_owned()))),
                &["quota: unverified"],
            ),
            (50, |live| live.locations = Ok(BTreeMap::new()), &["region: blocked"]),
            (50, |live| live.gateway_skus = Ok(Vec::new()), &["gateway tier: blocked"]),
            (50, |live| live.gateway_skus = Err("no".to_owned()), &["gateway tier: unverified"]),
            // The catalogue knows of this model; that Azure would not say leaves its word.
            (50, |live| drop(live.models.insert("westus3".to_owned(), Err("no".to_owned()))), &[]),
            (
                50,
                |live| drop(live.models.insert("westus3".to_owned(), Ok(Vec::new()))),
                &["model: blocked", "model: blocked"],
            ),
            (50, |live| live.names[0].answer = Ok(Err("taken".to_owned())), &["name: blocked"]),
            (50, |live| live.gateway_policies = None, &[]),
            (
                50,
                |live| live.gateway_policies = Some(Ok(BTreeSet::from(["set-header".to_owned()]))),
                &["policies: blocked"],
            ),
            (50, |live| live.gateway_policies = Some(Err("no".to_owned())), &["policies: unverified"]),
            (
                50,
                |live| live.waf_rule_sets = Some(Ok(vec![("OWASP".to_owned(), "3.1".to_owned())])),
                &["rule set: blocked"],
            ),
            (
                50,
                |live| drop(live.account_skus.insert("westus3".to_owned(), Ok(Err("no".to_owned())))),
                &["account: blocked"],
            ),
            (50, |live| live.providers[0].1 = Ok("NotRegistered".to_owned()), &["provider: warning"]),
            (50, |live| live.policies.push(ruled(&["deny-it"], &[])), &["policy: blocked"]),
            (50, |live| live.policies.push(ruled(&[], &[])), &[]),
            (50, |live| live.policies.push(ruled(&[], &["location"])), &["policy: unverified"]),
            (50, |live| live.policies.push(ruled(&["deny-it"], &["location"])), &["policy: blocked"]),
            (
                50,
                |live| live.policies.push(PolicyAnswer { answer: Err("no".to_owned()), ..ruled(&[], &[]) }),
                &["policy: unverified"],
            ),
            (
                50,
                |live| {
                    live.policies.push(ruled(&[], &[]));
                    live.policies_beyond = 1;
                },
                &["policy: unverified"],
            ),
            (50, |live| live.missing_actions = Ok(vec!["A/b/write".to_owned()]), &["permissions: blocked"]),
            (50, |live| live.groups[0].1 = Ok(None), &["resource group: blocked"]),
            (50, |live| live.groups[0].1 = Ok(Some(vec!["/zone".to_owned()])), &["resource group: warning"]),
            (50, |live| live.groups[0].1 = Err("no".to_owned()), &["resource group: unverified"]),
        ];
        for (index, (capacity, change, expected)) in cases.into_iter().enumerate() {
            assert_eq!(not_ok(&judged("GlobalStandard", capacity, change)), expected, "case {index}");
        }
    }

    #[test]
    fn provisioned_capacity_is_asked_for_and_other_regions_are_named() {
        let enough_quota = |live: &mut Live| {
            let usages = live.usages.get_mut("westus3").unwrap().as_mut().unwrap();
            usages.iter_mut().for_each(|quota| quota.limit = 1000.0);
        };
        let checks = judged("GlobalProvisionedManaged", 150, enough_quota);
        assert_eq!(not_ok(&checks), ["capacity: blocked", "capacity: blocked"]);
        let capacity = checks.iter().find(|check| check.question == Question::Capacity).unwrap();
        let Verdict::Blocked { alternatives, .. } = &capacity.verdict else { panic!("{capacity:?}") };
        assert_eq!(alternatives[0].values, ["swedencentral"]);
    }
}
