//! Deploying to this machine: start ARM on loopback, deploy as to Azure, start the gateway that came out, prove it.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::azure::{ArmClient, ClientOptions, Credential, Endpoint, SecretString};
use crate::catalog::arm_errors;
use crate::cli::commands::deploy::calls::{self, KeyFrom};
use crate::cli::commands::deploy::report::{Example, Gateway, Report, Subscription};
use crate::cli::commands::deploy::{Args, events, stages};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::pipeline::{Evaluated, Rendered};
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::StageRequest;
use crate::diag::Diagnostic;
use crate::model::LandingZone;
use crate::sandbox::{
    self, ArmFault, ArmOptions, ArmServer, Call, Faults, Landing, LandingError, LandingOptions, Proof, State,
    Verdict, put_what_is_there,
};
use crate::verify::calls::API_VERSION;

/// The subscription of the sandbox, where the spec names none.
pub(in crate::cli::commands) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// How often a running deployment is looked at; loopback takes it.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Says early that the port is taken, before a minute of work is lost to it.
///
/// # Errors
/// An input error naming the port.
pub(in crate::cli::commands) fn check_port(port: u16) -> Result<(), CommandError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => port_in_use(port),
        _ => no_port(port, &format!("cannot be listened on: {}", files::reason(&error))),
    })
}

pub(super) async fn run(
    args: &Args,
    ui: &Ui,
    rendered: &Rendered,
    evaluated: Vec<Evaluated>,
    subscription: &str,
) -> Result<Exit, CommandError> {
    let requests = stages::requests(evaluated, &args.spec, stages::Keys::MadeUp)?;
    let arm = ArmServer::start(ArmOptions {
        subscription_id: subscription.to_owned(),
        resource_delay: Duration::from_millis(args.sandbox_delay_ms),
        faults: faults(args),
        ..ArmOptions::default()
    })
    .await
    .map_err(|error| failed(&error))?;
    put_what_is_there(&rendered.zone, subscription, arm.state());
    let client = client_of(&arm)?;
    ui.say(&format!("\nsandbox: Azure Resource Manager on {}", arm.base_url()));
    let outcome = events::deploy(&client, subscription, &requests, rendered, &args.how(), ui).await?;

    ui.heading("proving");
    // The proof fills counters, so it gets a gateway of its own.
    let proving = Landing::start(arm.state(), &LandingOptions::default()).await.map_err(not_landed)?;
    ui.warnings(&proving.warnings);
    let proofs = sandbox::prove(&rendered.zone, &proving).await.map_err(|error| failed(&error))?;
    tell(&proofs, ui);
    let warnings: Vec<Diagnostic> = rendered.warnings.iter().chain(&proving.warnings).cloned().collect();
    drop(proving);
    // What the proof used is nobody's usage.
    arm.state().telemetry().clear();

    let options = LandingOptions { port: args.gateway_port, ..LandingOptions::default() };
    let landing = Landing::start(arm.state(), &options).await.map_err(not_landed)?;
    let report = Report::of_sandbox(&outcome, gateway(rendered, &landing), &proofs, &warnings);
    if let Some(error) = unproved(&proofs) {
        return Err(error.with_details(report.json()));
    }
    if args.keep {
        // From here on, so that whoever reads the report can stop what it tells of.
        let mut stop_signals = StopSignals::listen()?;
        report.print(ui)?;
        ui.say("\nserving until Ctrl-C");
        stop_signals.told().await;
        landing.stop().await;
        ui.say("stopped");
    } else {
        report.print(ui)?;
        ui.say("\nthe sandbox has stopped; add `--keep` to go on serving and try the lines above");
    }
    Ok(Exit::Ok)
}

/// Deploys to an ARM server of its own and returns what stands there.
///
/// # Errors
/// The failure of the deployment, in words.
pub(super) async fn to_state(
    zone: &LandingZone,
    requests: &[StageRequest],
    subscription: &str,
) -> Result<State, CommandError> {
    let options = ArmOptions { subscription_id: subscription.to_owned(), ..ArmOptions::default() };
    let arm = ArmServer::start(options).await.map_err(|error| failed(&error))?;
    put_what_is_there(zone, subscription, arm.state());
    events::deploy_quietly(&client_of(&arm)?, subscription, requests).await?;
    Ok(arm.state().clone())
}

pub(in crate::cli::commands) fn client_of(arm: &ArmServer) -> Result<ArmClient, CommandError> {
    let credential = Credential::Static(SecretString::new(arm.token()));
    let options = ClientOptions { poll_interval: POLL_INTERVAL, ..ClientOptions::default() };
    ArmClient::new(&Endpoint::of(arm.base_url()), credential, options)
        .map_err(|error| CommandError::new(Exit::Bug, error.to_string()))
}

/// The failure that was asked for.
fn faults(args: &Args) -> Faults {
    let failing = args.sandbox_fail.iter().map(|wish| failure(wish)).collect();
    Faults { failing, ..Faults::default() }
}

/// `RESOURCE[=CODE[:MESSAGE]]`: the error that Azure gives most often for a resource that cannot be had, the one that is
/// named in words that Azure uses for it, or in those that are given.
fn failure(wish: &str) -> (String, ArmFault) {
    let (name, error) = wish.split_once('=').unwrap_or((wish, "SkuNotAvailable"));
    let (code, message) = match error.split_once(':') {
        Some((code, message)) => (code.trim(), message.trim().to_owned()),
        None => (error.trim(), words(error.trim())),
    };
    (name.to_owned(), ArmFault::new(409, code, message))
}

fn words(code: &str) -> String {
    let known = arm_errors::of_code(code).next();
    known.map_or_else(|| "asked for by --sandbox-fail".to_owned(), |entry| entry.example.clone())
}

fn tell(proofs: &[Proof], ui: &Ui) {
    for proof in proofs {
        let mark = match proof.verdict {
            Verdict::Passed => Mark::Done,
            Verdict::Failed => Mark::Failed,
            Verdict::NotTried => Mark::Skipped,
        };
        ui.step(mark, &format!("{}\n       {}", proof.title, proof.seen));
    }
}

pub(in crate::cli::commands) fn gateway(rendered: &Rendered, landing: &Landing) -> Gateway {
    let call = Call::of(&rendered.zone, &landing.config);
    let mut subscriptions: Vec<Subscription> = landing
        .config
        .subscriptions
        .iter()
        .map(|deployed| Subscription { name: deployed.id.clone(), key: deployed.primary_key.clone() })
        .collect();
    // The one that the printed lines use comes first.
    subscriptions
        .sort_by_key(|subscription| call.as_ref().is_none_or(|call| call.subscription != subscription.name));
    let key_of = |id: &str| {
        let found = landing.config.subscriptions.iter().find(|subscription| subscription.id == id);
        found.map(|subscription| subscription.primary_key.clone())
    };
    let url = landing.server.base_url();
    Gateway {
        calls: calls::of_products(&rendered.zone, &url, "", &KeyFrom::Known(&key_of)),
        url,
        subscriptions,
        example: call.map(|call| Example {
            path: call.path,
            key_header: call.key_header,
            api_path: call.api_path,
            model_deployment: call.model_deployment,
            api_version: API_VERSION.to_owned(),
            body: call.body,
            surface: call.surface,
        }),
        shown: rendered.zone.printed_examples.clone(),
    }
}

/// The error where a proof failed.
fn unproved(proofs: &[Proof]) -> Option<CommandError> {
    let failed: Vec<&str> = proofs
        .iter()
        .filter(|proof| proof.verdict == Verdict::Failed)
        .map(|proof| proof.title.as_str())
        .collect();
    (!failed.is_empty()).then(|| {
        CommandError::input(format!(
            "the deployed gateway does not do what the spec says: {}",
            failed.join("; ")
        ))
        .hint(
            "the lines above tell what was sent where; look at the rendered policies with `genai-lz render`",
        )
    })
}

pub(in crate::cli::commands) fn not_landed(error: LandingError) -> CommandError {
    match error {
        LandingError::Refused(found) => found.into(),
        LandingError::Failed(error) => failed(&error),
    }
}

pub(in crate::cli::commands) fn failed(error: &sandbox::Error) -> CommandError {
    match error {
        sandbox::Error::PortInUse { port, .. } => port_in_use(*port),
        other => CommandError::new(Exit::Azure, other.to_string()),
    }
}

fn port_in_use(port: u16) -> CommandError {
    no_port(port, "is in use")
}

fn no_port(port: u16, why: &str) -> CommandError {
    CommandError::input(format!("port {port} on 127.0.0.1 {why}"))
        .hint("choose another with `--gateway-port`, or leave it out for any free one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_the_one_that_is_asked_for() {
        for (wish, name, code, said) in [
            ("payg-2", "payg-2", "SkuNotAvailable", ""),
            ("payg-2=InsufficientQuota", "payg-2", "InsufficientQuota", "quota"),
            ("payg-2=Odd", "payg-2", "Odd", "asked for by --sandbox-fail"),
            ("apim/api=Conflict: a = b: c", "apim/api", "Conflict", "a = b: c"),
        ] {
            let (found, fault) = failure(wish);
            assert_eq!((found.as_str(), fault.code.as_str()), (name, code), "{wish}");
            assert!(fault.message.contains(said) && !fault.message.is_empty(), "{wish}: {}", fault.message);
        }
    }
}
