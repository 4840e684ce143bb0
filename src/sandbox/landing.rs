//! A landing zone that answers: the gateway that was deployed, on a port, with a simulated Azure OpenAI for each
//! account that was deployed. Everything is read from the sandbox's state, nothing from the spec.

use std::net::SocketAddr;
use std::sync::Arc;

use indexmap::IndexMap;

use super::codes::NO_GATEWAY;
use super::gateway_server::{GatewayServer, ServerOptions};
use super::net_host::NetHost;
use super::openai_sim::{OpenAiSim, SimAccount, SimDeployment};
use super::services_sim::ServicesSim;
use super::{Error, OutsideAccount, Resource, State, gateway_config, openid_hosts};
use crate::diag::{Diagnostic, Diagnostics};
use crate::gateway::{Config, Gateway};
use crate::openai;

/// A running gateway and what it calls. Stops when dropped.
pub struct Landing {
    pub config: Config,
    pub sim: OpenAiSim,
    /// OpenID providers and Content Safety.
    pub services: ServicesSim,
    pub host: Arc<NetHost>,
    pub server: GatewayServer,
    /// What the gateway found odd in the deployed policies, but runs.
    pub warnings: Vec<Diagnostic>,
    accounts: Vec<SimAccount>,
    service_hosts: ServiceHosts,
}

/// Which services are simulated, by host name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ServiceHosts {
    openid: Vec<String>,
    safety: Vec<String>,
    language: Vec<String>,
}

/// What is otherwise than deployed.
#[derive(Clone, Debug, Default)]
pub struct LandingOptions {
    /// The gateway's port on 127.0.0.1; any free one where 0.
    pub port: u16,
    pub server: ServerOptions,
    /// Host names and who answers for them on this machine, in front of the simulated accounts.
    pub upstreams: IndexMap<String, SocketAddr>,
    /// Policies by the id of their API, in the place of those that were deployed.
    pub policies: IndexMap<String, String>,
    /// Whether traces say what each policy changed, which takes time.
    pub traces_changes: bool,
}

/// Why no gateway runs.
#[derive(Debug)]
pub enum LandingError {
    /// What was deployed is not a gateway that can run.
    Refused(Diagnostics),
    Failed(Error),
}

impl Landing {
    /// Starts the gateway of the first API Management service in `state`.
    ///
    /// # Errors
    /// Diagnostics where the deployed entities or policies cannot run, an error where a port cannot be had.
    pub async fn start(state: &State, options: &LandingOptions) -> Result<Self, LandingError> {
        let config = config(state, options)?;
        let (gateway, warnings) = Gateway::build(config.clone()).map_err(LandingError::Refused)?;
        let accounts = accounts(state);
        let service_hosts = service_hosts(state, &config);
        let (sim, services, host) = upstreams(state, &accounts, &service_hosts, options).await?;
        let server =
            GatewayServer::start(Arc::new(gateway), Arc::clone(&host), options.port, options.server.clone())
                .await
                .map_err(LandingError::Failed)?;
        Ok(Self { config, sim, services, host, server, warnings, accounts, service_hosts })
    }

    /// Serves what is in `state` now, on the same port and with the same subscription keys. Counters and breakers begin
    /// anew; the simulated accounts keep what was set at their control endpoints, unless they are others now.
    ///
    /// # Errors
    /// As [`Landing::start`]; what was served before goes on.
    pub async fn replace(&mut self, state: &State, options: &LandingOptions) -> Result<(), LandingError> {
        let mut config = config(state, options)?;
        for subscription in &mut config.subscriptions {
            if let Some(old) = self.config.subscriptions.iter().find(|old| old.id == subscription.id) {
                subscription.primary_key.clone_from(&old.primary_key);
                subscription.secondary_key.clone_from(&old.secondary_key);
            }
        }
        let (gateway, warnings) = Gateway::build(config.clone()).map_err(LandingError::Refused)?;
        let accounts = accounts(state);
        let service_hosts = service_hosts(state, &config);
        if accounts != self.accounts || service_hosts != self.service_hosts {
            (self.sim, self.services, self.host) =
                upstreams(state, &accounts, &service_hosts, options).await?;
            (self.accounts, self.service_hosts) = (accounts, service_hosts);
        }
        self.server.replace(Arc::new(gateway), Arc::clone(&self.host));
        (self.config, self.warnings) = (config, warnings);
        Ok(())
    }

    /// Stops, letting running requests end for a few seconds. Returns whether all did.
    pub async fn stop(self) -> bool {
        // The simulated accounts answer until the gateway has stopped.
        self.server.stop().await
    }
}

fn config(state: &State, options: &LandingOptions) -> Result<Config, LandingError> {
    let Some(service) = gateway_config::services(state).into_iter().next() else {
        return Err(LandingError::Refused(
            Diagnostic::new(&NO_GATEWAY, "no API Management service is deployed").into(),
        ));
    };
    let mut config = gateway_config::from_resources(state, &service).map_err(LandingError::Refused)?;
    for api in &mut config.apis {
        if let Some(policy) = options.policies.get(&api.id) {
            api.policy = Some(policy.clone());
        }
    }
    Ok(config)
}

async fn upstreams(
    state: &State,
    accounts: &[SimAccount],
    services: &ServiceHosts,
    options: &LandingOptions,
) -> Result<(OpenAiSim, ServicesSim, Arc<NetHost>), LandingError> {
    let sim = OpenAiSim::start(accounts.to_vec()).await.map_err(bind_failed)?;
    let ServiceHosts { openid, safety, language } = services.clone();
    let services = ServicesSim::start(openid, safety, language).await.map_err(bind_failed)?;
    let mut addresses = sim.addresses();
    addresses.extend(services.addresses());
    addresses.extend(options.upstreams.iter().map(|(host, address)| (host.clone(), *address)));
    let mut host = NetHost::new(addresses);
    host.traces_changes = options.traces_changes;
    host.telemetry = Some(state.telemetry());
    Ok((sim, services, Arc::new(host)))
}

fn bind_failed(source: std::io::Error) -> LandingError {
    LandingError::Failed(Error::Bind { address: "127.0.0.1:0".to_owned(), source })
}

fn service_hosts(state: &State, config: &Config) -> ServiceHosts {
    let accounts = state.of_type("Microsoft.CognitiveServices/accounts");
    let of_kind = |kind: &str| {
        let accounts = accounts.iter().filter(|account| is_of_kind(account, kind));
        accounts.map(|account| format!("{}.cognitiveservices.azure.com", subdomain(account))).collect()
    };
    ServiceHosts {
        openid: openid_hosts::of(config),
        safety: of_kind(CONTENT_SAFETY),
        language: of_kind(LANGUAGE),
    }
}

/// Kinds of accounts that hold no models.
const CONTENT_SAFETY: &str = "ContentSafety";
const LANGUAGE: &str = "TextAnalytics";

fn is_of_kind(account: &Resource, wanted: &str) -> bool {
    account.text("/kind").is_some_and(|kind| kind.eq_ignore_ascii_case(wanted))
}

/// The accounts that are deployed or called from here, as simulated ones.
fn accounts(state: &State) -> Vec<SimAccount> {
    let deployed = deployed_accounts(state);
    let is_new = |account: &OutsideAccount| !deployed.iter().any(|known| known.host == account.host);
    let outside: Vec<SimAccount> = state.outside().into_iter().filter(is_new).map(outside).collect();
    deployed.into_iter().chain(outside).collect()
}

/// Takes any key that comes in the way of its provider, because which one is right only the provider knows.
fn outside(account: OutsideAccount) -> SimAccount {
    let deployment =
        |(name, model): (String, String)| SimDeployment { name, model, sku: String::new(), capacity: 0 };
    SimAccount {
        host: account.host,
        outside: Some(account.provider),
        deployments: account.deployments.into_iter().map(deployment).collect(),
    }
}

fn deployed_accounts(state: &State) -> Vec<SimAccount> {
    state
        .of_type("Microsoft.CognitiveServices/accounts")
        .iter()
        .filter(|account| {
            let has_models = !is_of_kind(account, CONTENT_SAFETY) && !is_of_kind(account, LANGUAGE);
            has_models && account.at("/properties/customSubDomainName").is_some()
        })
        .map(|account| SimAccount {
            outside: None,
            host: format!("{}.openai.azure.com", subdomain(account)),
            deployments: state.children(&account.id, "deployments").iter().map(deployment).collect(),
        })
        .collect()
}

/// The same as pure models, by host name, for simulations without ports.
pub fn model_accounts(state: &State) -> Vec<(String, openai::Account)> {
    let model = |account: SimAccount| {
        let provider = account.outside.unwrap_or_default();
        let deployments = account.deployments.into_iter().map(SimDeployment::model);
        (account.host, openai::Account::new(deployments).of_provider(provider))
    };
    accounts(state).into_iter().map(model).collect()
}

fn subdomain(account: &Resource) -> &str {
    account.text("/properties/customSubDomainName").unwrap_or_else(|| account.id.name())
}

fn deployment(resource: &Resource) -> SimDeployment {
    let text = |pointer: &str| resource.text(pointer).unwrap_or_default().to_owned();
    SimDeployment {
        name: resource.id.name().to_owned(),
        model: text("/properties/model/name"),
        sku: text("/sku/name"),
        capacity: resource
            .at("/sku/capacity")
            .and_then(serde_json::Value::as_u64)
            .and_then(|capacity| u32::try_from(capacity).ok())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_service_there_is_no_gateway_to_start() {
        match Landing::start(&State::default(), &LandingOptions::default()).await {
            Err(LandingError::Refused(found)) => assert_eq!(found.0[0].code.id, "sandbox-no-gateway"),
            Err(LandingError::Failed(error)) => panic!("{error}"),
            Ok(_) => panic!("a gateway without a service"),
        }
    }
}
