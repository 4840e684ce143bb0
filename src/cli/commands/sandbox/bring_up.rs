//! From a spec to what is deployed in a sandbox, without a word on the way: who brings a sandbox up wants its URL.

use std::path::Path;

use crate::azure::CancelFlag;
use crate::cli::commands::deploy::{events, sandbox as deploying, stages};
use crate::cli::error::CommandError;
use crate::cli::pipeline::{self, Rendered};
use crate::cli::spec_args::SpecArgs;
use crate::deploy;
use crate::sandbox::{ArmOptions, ArmServer, put_what_is_there};
use crate::text::{counted, plural};

/// A spec, deployed.
pub(super) struct Prepared {
    pub rendered: Rendered,
    pub arm: ArmServer,
    n_resources: usize,
}

impl Prepared {
    /// `62 resources, 3 model accounts, 1 API`.
    pub(super) fn summary(&self) -> String {
        let zone = &self.rendered.zone;
        format!(
            "{}, {}, {}",
            plural(self.n_resources, "resource"),
            plural(zone.accounts.len(), "model account"),
            counted(zone.apis.len(), "API", "APIs"),
        )
    }
}

/// Renders, compiles and deploys `spec` to an ARM endpoint of its own.
///
/// # Errors
/// As `deploy --sandbox`.
pub(super) async fn prepare(
    spec: &Path,
    layers: &SpecArgs,
    cancel: &CancelFlag,
) -> Result<Prepared, CommandError> {
    let mut rendered = pipeline::render(spec, layers)?;
    let subscription =
        rendered.zone.subscription_id.clone().unwrap_or_else(|| deploying::SUBSCRIPTION.to_owned());
    let (evaluated, warnings) = pipeline::evaluate(&rendered.bundle, &subscription)?;
    rendered.warnings.extend(warnings);
    if let Some(blocked) = pipeline::blocked(&pipeline::plan(&rendered.zone, &evaluated)) {
        return Err(blocked);
    }
    let requests = stages::requests(evaluated, spec, stages::Keys::MadeUp)?;
    let options = ArmOptions { subscription_id: subscription.clone(), ..ArmOptions::default() };
    let arm = ArmServer::start(options).await.map_err(|error| deploying::failed(&error))?;
    put_what_is_there(&rendered.zone, arm.subscription_id(), arm.state());
    let client = deploying::client_of(&arm)?;
    let (options, control) = (deploy::Options::default(), deploy::Control::cancelled_by(cancel));
    let outcome = deploy::apply(&client, &subscription, &requests, &options, &mut drop, &control)
        .await
        .map_err(|failure| events::in_words(&failure))?;
    let deployed = outcome.stages.iter().flat_map(|stage| &stage.deployed);
    let n_resources = deployed.filter(|resource| !resource.is_deployment()).count();
    Ok(Prepared { rendered, arm, n_resources })
}

/// A caller, the gateway and a simulated account are two connections, four of them on this process's count of open files;
/// a shell often allows 1,024 where the system would allow many more.
pub(super) fn allow_many_connections() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Where that is not allowed the server turns callers away once the files are used up.
        let _as_many_as_before = setrlimit(Resource::Nofile, limit);
    }
}
