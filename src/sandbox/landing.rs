//! A landing zone that answers: the gateway that was deployed, on a port, with a simulated Azure OpenAI for each
//! account that was deployed. Everything is read from the sandbox's state, nothing from the spec.

use std::sync::Arc;

use super::codes::NO_GATEWAY;
use super::gateway_server::GatewayServer;
use super::net_host::NetHost;
use super::openai_sim::{OpenAiSim, SimAccount, SimDeployment};
use super::{Error, Resource, State, gateway_config};
use crate::diag::{Diagnostic, Diagnostics};
use crate::gateway::{Config, Gateway};
use crate::openai;

/// A running gateway and what it calls. Stops when dropped.
pub struct Landing {
    pub config: Config,
    pub sim: OpenAiSim,
    pub host: Arc<NetHost>,
    pub server: GatewayServer,
    /// What the gateway found odd in the deployed policies, but runs.
    pub warnings: Vec<Diagnostic>,
}

/// Why no gateway runs.
#[derive(Debug)]
pub enum LandingError {
    /// What was deployed is not a gateway that can run.
    Refused(Diagnostics),
    Failed(Error),
}

impl Landing {
    /// Starts the gateway of the first API Management service in `state` on `port` of 127.0.0.1, any free one where 0.
    ///
    /// # Errors
    /// Diagnostics where the deployed entities or policies cannot run, an error where a port cannot be had.
    pub async fn start(state: &State, port: u16) -> Result<Self, LandingError> {
        let Some(service) = gateway_config::services(state).into_iter().next() else {
            return Err(LandingError::Refused(
                Diagnostic::new(&NO_GATEWAY, "no API Management service is deployed").into(),
            ));
        };
        let config = gateway_config::from_resources(state, &service).map_err(LandingError::Refused)?;
        let (gateway, warnings) = Gateway::build(config.clone()).map_err(LandingError::Refused)?;
        let sim = OpenAiSim::start(accounts(state)).await.map_err(bind_failed)?;
        let host = Arc::new(NetHost::new(sim.addresses()).map_err(LandingError::Failed)?);
        let server = GatewayServer::start(Arc::new(gateway), Arc::clone(&host), port)
            .await
            .map_err(LandingError::Failed)?;
        Ok(Self { config, sim, host, server, warnings })
    }
}

fn bind_failed(source: std::io::Error) -> LandingError {
    LandingError::Failed(Error::Bind { address: "127.0.0.1:0".to_owned(), source })
}

/// The Azure OpenAI accounts that are deployed, as simulated ones.
fn accounts(state: &State) -> Vec<SimAccount> {
    state
        .of_type("Microsoft.CognitiveServices/accounts")
        .iter()
        .map(|account| SimAccount {
            host: format!("{}.openai.azure.com", subdomain(account)),
            deployments: state.children(&account.id, "deployments").iter().map(deployment).collect(),
        })
        .collect()
}

/// The same as pure models, by host name, for simulations without ports.
pub fn model_accounts(state: &State) -> Vec<(String, openai::Account)> {
    let model = |account: SimAccount| {
        let deployments = account.deployments.into_iter().map(|one| {
            openai::Deployment::new(one.name, one.model, openai::Offer::of_sku(&one.sku, one.capacity))
        });
        (account.host, openai::Account::new(deployments))
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
        match Landing::start(&State::default(), 0).await {
            Err(LandingError::Refused(found)) => assert_eq!(found.0[0].code.id, "sandbox-no-gateway"),
            Err(LandingError::Failed(error)) => panic!("{error}"),
            Ok(_) => panic!("a gateway without a service"),
        }
    }
}
