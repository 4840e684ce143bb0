//! What the doctor asks, and what it makes of the answers. A question that cannot be answered stays open and says why;
//! it stops the ones that need its answer, and no other.

use std::collections::BTreeSet;

use crate::azure::{ArmClient, Error, ErrorKind, Identity, Subscription, is_allowed};
use crate::plan::Plan;
use crate::plan::checks::{needed_actions, needed_providers};

/// So many missing actions are named.
const ACTIONS_SHOWN: usize = 6;

/// What a deployment needs.
pub(super) struct Needs {
    actions: BTreeSet<String>,
    providers: BTreeSet<String>,
}

impl Needs {
    pub(super) fn of(plan: &Plan) -> Self {
        Self { actions: needed_actions(plan), providers: needed_providers(plan) }
    }
}

/// Everything that was found.
#[derive(Default)]
pub(super) struct Found {
    pub identity: Option<Identity>,
    pub subscription: Option<Subscription>,
    pub roles: Vec<String>,
    pub answers: Vec<Answer>,
}

pub(super) struct Answer {
    pub about: &'static str,
    pub verdict: Verdict,
    pub text: String,
    pub help: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    /// A deployment would fail.
    Missing,
    /// Nobody could say.
    Open,
}

impl Verdict {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Open => "unverified",
        }
    }
}

impl Found {
    fn say(&mut self, about: &'static str, verdict: Verdict, text: impl Into<String>) -> &mut Answer {
        self.answers.push(Answer { about, verdict, text: text.into(), help: Vec::new() });
        self.answers.last_mut().expect("one was pushed just now")
    }

    /// What an error leaves open, or what it says is missing.
    fn failed(&mut self, about: &'static str, error: &Error) -> &mut Answer {
        let verdict = match error.kind {
            ErrorKind::NotSignedIn | ErrorKind::NotFound | ErrorKind::BadRequest => Verdict::Missing,
            _ => Verdict::Open,
        };
        self.say(about, verdict, error.to_string())
    }

    pub(super) fn has(&self, verdict: Verdict) -> bool {
        self.answers.iter().any(|answer| answer.verdict == verdict)
    }
}

impl Answer {
    fn help(&mut self, help: impl Into<String>) {
        self.help.push(help.into());
    }
}

/// Asks everything.
pub(super) async fn ask(client: &ArmClient, subscription: Option<&str>, needs: &Needs) -> Found {
    let mut found = Found::default();
    match client.identity().await {
        Err(error) => {
            let answer = found.failed("sign-in", &error);
            answer.help("sign in with `az login`, or see with `-v` what was looked for");
            return found;
        }
        Ok(identity) => {
            let text =
                identity.as_ref().map_or_else(|| "a token that does not say whose it is".to_owned(), whose);
            found.say("sign-in", Verdict::Ok, text);
            found.identity = identity;
        }
    }
    choose_subscription(client, subscription, &mut found).await;
    let Some(subscription) = found.subscription.clone() else { return found };
    roles(client, &subscription.id, &mut found).await;
    permissions(client, &subscription.id, needs, &mut found).await;
    providers(client, &subscription.id, needs, &mut found).await;
    found
}

fn whose(identity: &Identity) -> String {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    match &identity.user {
        Some(user) => format!("{user} in tenant {}", known(&identity.tenant_id)),
        None => format!("application {} in tenant {}", known(&identity.app_id), known(&identity.tenant_id)),
    }
}

async fn choose_subscription(client: &ArmClient, wanted: Option<&str>, found: &mut Found) {
    let about = "subscription";
    if let Some(id) = wanted {
        match client.get_subscription(id).await {
            Ok(subscription) => tell_subscription(subscription, found),
            Err(error) => {
                found
                    .failed(about, &error)
                    .help("check the id, and that the account has a role in that subscription");
            }
        }
        return;
    }
    match client.list_subscriptions().await {
        Err(error) => {
            found.failed(about, &error);
        }
        Ok(mut all) if all.len() == 1 => tell_subscription(all.remove(0), found),
        Ok(all) if all.is_empty() => {
            found.say(about, Verdict::Missing, "the account sees no subscription").help(
                "have a role assigned in the subscription that is to be deployed to, such as Contributor",
            );
        }
        Ok(all) => {
            let shown: Vec<String> =
                all.iter().take(ACTIONS_SHOWN).map(|one| format!("{} ({})", one.id, one.name)).collect();
            found
                .say(about, Verdict::Open, format!("the account sees {}: {}", all.len(), shown.join(", ")))
                .help("say which with `--subscription`, or with `azure.subscription` in the spec");
        }
    }
}

fn tell_subscription(subscription: Subscription, found: &mut Found) {
    let Subscription { id, name, state, .. } = &subscription;
    let is_enabled = state.eq_ignore_ascii_case("Enabled");
    let verdict = if is_enabled { Verdict::Ok } else { Verdict::Missing };
    let answer = found.say("subscription", verdict, format!("{id} ({name}), {state}"));
    if !is_enabled {
        answer
            .help("a subscription that is not enabled takes no deployments: its owner has to reactivate it");
    }
    found.subscription = Some(subscription);
}

async fn roles(client: &ArmClient, subscription: &str, found: &mut Found) {
    let Some(principal) = found.identity.as_ref().and_then(|identity| identity.object_id.clone()) else {
        found.say("roles", Verdict::Open, "the token does not say whose roles to look for");
        return;
    };
    match client.list_roles(subscription, &principal).await {
        Ok(roles) if roles.is_empty() => {
            found.say(
                "roles",
                Verdict::Open,
                "none at the subscription; there may be some at resource groups",
            );
        }
        Ok(roles) => {
            found.say("roles", Verdict::Ok, roles.join(", "));
            found.roles = roles;
        }
        Err(error) => {
            found.failed("roles", &error);
        }
    }
}

async fn permissions(client: &ArmClient, subscription: &str, needs: &Needs, found: &mut Found) {
    let about = "permissions";
    let permissions = match client.list_permissions(subscription).await {
        Ok(permissions) => permissions,
        Err(error) => {
            found.failed(about, &error);
            return;
        }
    };
    let missing: Vec<&str> =
        needs.actions.iter().map(String::as_str).filter(|action| !is_allowed(&permissions, action)).collect();
    if missing.is_empty() {
        let text = format!("all {} actions that the deployment needs", needs.actions.len());
        found.say(about, Verdict::Ok, text);
        return;
    }
    let more = missing.len().saturating_sub(ACTIONS_SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<&str> = missing.iter().copied().take(ACTIONS_SHOWN).collect();
    let needs_roles = missing.iter().any(|action| action.starts_with("Microsoft.Authorization/"));
    let answer = found.say(about, Verdict::Missing, format!("not allowed: {}{more}", shown.join(", ")));
    if needs_roles {
        answer.help("the gateway's identity gets roles: that takes Owner, or Role Based Access Control Administrator beside Contributor");
    }
    if missing.iter().any(|action| !action.starts_with("Microsoft.Authorization/")) {
        answer.help("have Contributor assigned at the subscription");
    }
}

async fn providers(client: &ArmClient, subscription: &str, needs: &Needs, found: &mut Found) {
    let about = "providers";
    let mut missing = Vec::new();
    for namespace in &needs.providers {
        match client.get_registration(subscription, namespace).await {
            Ok(registration) if registration.state.eq_ignore_ascii_case("Registered") => {}
            Ok(registration) => missing.push((namespace.as_str(), registration.state)),
            Err(error) => {
                found.failed(about, &error);
                return;
            }
        }
    }
    if missing.is_empty() {
        found.say(about, Verdict::Ok, format!("all {} are registered", needs.providers.len()));
        return;
    }
    let told: Vec<String> = missing.iter().map(|(name, state)| format!("{name} is {state}")).collect();
    let answer = found.say(about, Verdict::Missing, told.join(", "));
    for (name, _) in missing {
        answer.help(format!("az provider register --namespace {name} --subscription {subscription}"));
    }
}
