//! `genai-lz verify`: real requests through the deployed gateway.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::azure::{ArmClient, ErrorKind, KeyOf, SecretString};
use crate::cli::commands::{deploy, keys};
use crate::cli::deployed::{Deployed, DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::sign_in::ca_bundle;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::probe::{Door, Probe, Unreachable};
use crate::text::plural;
use crate::verify::{Key, Program, Verdict, Verified, program};

/// Send requests through the deployed gateway and check what the spec promises
///
/// Keys are refused where they are missing, wrong or of another product; a model answers where
/// they are right, with the token headers of the spec; streams arrive event by event. Each request
/// that reaches a model costs a few tokens, and is counted before anything is sent. Keys are fetched
/// from API Management for the run and kept nowhere. Ends with 1 where a check fails.
///
///     genai-lz verify landing-zone.yaml
///     genai-lz verify landing-zone.yaml --resolve apim.example.com:10.2.4.7 --gateway-ca ca.pem
///     genai-lz verify landing-zone.yaml --spend    also reach the token limits
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// Where callers reach the gateway; the name of the Application Gateway where the spec has one
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,

    /// Use this address for a host name, as long as DNS does not know it
    #[arg(long, value_name = "HOST:IP", value_parser = resolution)]
    resolve: Vec<(String, IpAddr)>,

    /// Certificates in PEM form to trust for the gateway, besides the system's
    #[arg(long, value_name = "FILE")]
    gateway_ca: Option<PathBuf>,

    /// Use up the token limits of a minute, to see them refuse
    #[arg(long)]
    spend: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let program = program(&deployed.rendered.zone, args.spend);
    let ca = args.gateway_ca.as_deref().map(ca_bundle).transpose()?;
    deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        let base_url = match &args.gateway {
            Some(url) => url.clone(),
            None => front_door(&client, &deployed).await?,
        };
        let door = Door { base_url, resolve: args.resolve.clone(), ca };
        let probe = Probe::new(&door).map_err(|error| {
            CommandError::usage(error.to_string()).hint("give `--gateway https://HOST`, without a path")
        })?;
        ui.say(&format!(
            "asking {}: {}, at most {} to a model, about {} tokens",
            door.base_url,
            plural(program.checks.len(), "check"),
            plural(program.requests() as usize, "request"),
            program.tokens()
        ));
        let found = ask(ui, &client, &deployed, &probe, &program).await?;
        report(ui, &door.base_url, &program, &found)
    })
}

/// Where callers come in: Application Gateway where there is one, else the service.
async fn front_door(client: &ArmClient, deployed: &Deployed) -> Result<String, CommandError> {
    if let Some(gateway) = &deployed.rendered.zone.app_gateway {
        return Ok(format!("https://{}", gateway.fqdn));
    }
    let not_there = || {
        CommandError::new(Exit::Azure, "nothing of the spec is deployed in this subscription")
            .hint("deploy it with `genai-lz deploy`, or give the subscription where it is")
    };
    let mut services = deployed.plan.resources();
    let service = services
        .find(|resource| resource.resource_type.eq_ignore_ascii_case("Microsoft.ApiManagement/service"))
        .ok_or_else(not_there)?;
    let found = client.find_resource(&service.id, &service.api_version).await.map_err(failed)?;
    let found = found.ok_or_else(not_there)?;
    let url = found.pointer("/properties/gatewayUrl").and_then(Json::as_str);
    url.map(str::to_owned).ok_or_else(|| {
        CommandError::new(Exit::Azure, "API Management does not say where its gateway answers")
            .hint("give `--gateway https://HOST`")
    })
}

async fn ask(
    ui: &Ui,
    client: &ArmClient,
    deployed: &Deployed,
    probe: &Probe,
    program: &Program,
) -> Result<Vec<Verified>, CommandError> {
    let (mut keys, mut closed) = (BTreeMap::new(), BTreeMap::new());
    for id in program.subscriptions() {
        match key(client, deployed, id).await? {
            Ok(key) => drop(keys.insert(id.to_owned(), key)),
            Err(why) => drop(closed.insert(id.to_owned(), why)),
        }
    }
    let mut found = Vec::new();
    let mut is_reached = true;
    for check in &program.checks {
        let why = if let Key::Of(id) = &check.ask.key { closed.get(id) } else { None };
        let verified = match why {
            Some(why) => Verified::not_asked(&check.title, why),
            None if !is_reached => Verified::not_asked(&check.title, "the gateway is not reached"),
            None => probe.verify(check, &keys).await.unwrap_or_else(|Unreachable(why)| {
                is_reached = false;
                not_reached(why)
            }),
        };
        tell(ui, &verified);
        found.push(verified);
    }
    for verified in &program.not_asked {
        tell(ui, verified);
        found.push(verified.clone());
    }
    Ok(found)
}

fn not_reached(why: String) -> Verified {
    let look = "the name of the gateway in DNS (`--resolve HOST:IP` goes before it), the way into its network, and its \
                certificate (`--gateway-ca FILE` where it is not the system's)";
    let title = "the gateway is reached".to_owned();
    Verified { title, verdict: Verdict::Failed, seen: why, look: Some(look.to_owned()) }
}

/// The key of a subscription, or why this account does not get it.
async fn key(
    client: &ArmClient,
    deployed: &Deployed,
    id: &str,
) -> Result<Result<SecretString, String>, CommandError> {
    let resource_id = keys::resource_id(&deployed.plan, id)?;
    match client.subscription_key(resource_id, KeyOf::Primary).await {
        Ok(key) => Ok(Ok(key)),
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound) => {
            Ok(Err(format!("the key of subscription {id} cannot be fetched: {error}")))
        }
        Err(error) => Err(failed(error)),
    }
}

fn tell(ui: &Ui, verified: &Verified) {
    let mark = match verified.verdict {
        Verdict::Passed => Mark::Done,
        Verdict::Failed => Mark::Failed,
        Verdict::NotAsked => Mark::Skipped,
    };
    let look = verified.look.iter().map(|look| format!("\n       look at {look}")).collect::<String>();
    ui.step(mark, &format!("{}\n       {}{look}", verified.title, verified.seen));
}

fn report(ui: &Ui, base_url: &str, program: &Program, found: &[Verified]) -> Result<Exit, CommandError> {
    let count = |verdict: Verdict| found.iter().filter(|one| one.verdict == verdict).count();
    let (passed, failed, not_asked) =
        (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::NotAsked));
    // Where nothing could be asked, nothing is verified.
    let exit = if failed > 0 || passed == 0 { Exit::InputOrCheck } else { Exit::Ok };
    if ui.is_json() {
        let checks = found.iter().map(|one| {
            json!({"title": one.title, "verdict": one.verdict.name(), "seen": one.seen, "lookAt": one.look})
        });
        ui.document(
            exit,
            json!({
                "gateway": base_url, "passed": passed, "failed": failed, "notAsked": not_asked,
                "modelRequestsMax": program.requests(), "tokensAbout": program.tokens(),
                "checks": checks.collect::<Vec<_>>(),
            }),
        )?;
    } else {
        ui.data(&format!("{passed} passed, {failed} failed, {not_asked} not asked\n"))?;
    }
    Ok(exit)
}

fn resolution(text: &str) -> Result<(String, IpAddr), String> {
    let parsed = text.split_once(':').and_then(|(host, address)| {
        let address = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        (!host.is_empty()).then(|| (host.to_ascii_lowercase(), address))
    });
    parsed.ok_or_else(|| "not a host name and an address, such as apim.example.com:10.2.4.7".to_owned())
}
