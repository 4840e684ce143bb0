//! The landing zones of specs that scenarios name: rendered, deployed to the sandbox's ARM, and read from what stands
//! there, as `deploy --sandbox` does it. Each spec is deployed once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;

use crate::cli::commands::deploy::to_state;
use crate::cli::error::CommandError;
use crate::cli::spec_args::SpecArgs;
use crate::diag::{Diagnostic, Diagnostics};
use crate::gateway::Config;
use crate::openai::Account;
use crate::sandbox::{Ports, State, gateway_config, model_accounts};
use crate::scenario::{Landing, Network, Specs, codes};

/// What came of each spec, by path; and where cases run.
pub(super) struct Deployed {
    outcomes: Mutex<IndexMap<PathBuf, Arc<Outcome>>>,
    ports: Option<Ports>,
    /// What every spec is read with.
    layers: SpecArgs,
}

impl Deployed {
    /// For cases that run over `ports`, or in virtual time.
    pub(super) fn over(ports: Option<Ports>, layers: &SpecArgs) -> Self {
        Self { outcomes: Mutex::default(), ports, layers: layers.clone() }
    }
}

type Outcome = Result<(Config, Vec<(String, Account)>), Vec<Diagnostic>>;

impl Specs for Deployed {
    fn landing(&self, path: &str, from: &str) -> Result<Landing, Diagnostics> {
        let path = Path::new(from).parent().unwrap_or(Path::new("")).join(path);
        let outcome = {
            // Held while deploying, so that two cases of one spec do not both do it.
            let mut deployed = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(deployed.entry(path.clone()).or_insert_with(|| Arc::new(deploy(&path, &self.layers))))
        };
        match outcome.as_ref() {
            Ok((config, accounts)) => Ok(Landing { config: config.clone(), accounts: accounts.clone() }),
            Err(found) => Err(Diagnostics(found.clone())),
        }
    }

    fn network(&self) -> Option<&dyn Network> {
        self.ports.as_ref().map(|ports| ports as &dyn Network)
    }
}

fn deploy(path: &Path, layers: &SpecArgs) -> Outcome {
    let state = to_state(path, layers).map_err(|error| match error {
        CommandError::Refused(found) => found,
        CommandError::Failed { message, hints, .. } => {
            let diagnostic = Diagnostic::new(&codes::SPEC, message);
            vec![hints.into_iter().fold(diagnostic, Diagnostic::help)]
        }
    })?;
    of_state(&state).map_err(|Diagnostics(found)| found)
}

fn of_state(state: &State) -> Result<(Config, Vec<(String, Account)>), Diagnostics> {
    let Some(service) = gateway_config::services(state).into_iter().next() else {
        return Err(Diagnostic::new(&codes::SPEC, "the spec deploys no API Management service").into());
    };
    Ok((gateway_config::from_resources(state, &service)?, model_accounts(state)))
}
