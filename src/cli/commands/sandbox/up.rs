//! `genai-lz sandbox up`: brings landing zones up on loopback, serves until it is told to stop, and follows changes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::bring_up::{self, Prepared};
use super::trace::{Lines, TraceFormat};
use super::{report, watch};
use crate::azure::CancelFlag;
use crate::cli::commands::deploy::{runtime, sandbox as deploying};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::spec_args::SpecArgs;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::sandbox::{Landing, LandingOptions, Observer, Served, ServerOptions};

/// A policy file is read up to this size, as `validate` does.
const POLICY_BYTES_MAX: u64 = 16 << 20;

/// Bring landing zones up on this machine and serve until Ctrl-C
///
/// For each spec: an ARM endpoint that takes the deployment, simulated Azure OpenAI for each
/// account, and the gateway that runs the rendered policies. Everything listens on 127.0.0.1 alone.
/// The subscription keys that are printed are made for this run and open nothing but these ports.
///
///     genai-lz sandbox up landing-zone.yaml --trace    see what each policy does to each request
///     genai-lz sandbox up landing-zone.yaml --watch    serve the spec as it is edited
///     genai-lz sandbox up a.yaml b.yaml                two gateways, each on a port of its own
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The spec files; `-` is standard input
    #[arg(required = true, value_name = "SPEC")]
    specs: Vec<PathBuf>,

    /// The port of the gateway on 127.0.0.1; any free one where 0
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    gateway_port: u16,

    /// Tell each request, with what every policy did, on stdout
    #[arg(long, value_enum, value_name = "AS", num_args = 0..=1, require_equals = true, default_missing_value = "human")]
    trace: Option<TraceFormat>,

    /// Serve a changed spec or policy file at once; a broken one leaves the gateway as it was
    #[arg(long)]
    watch: bool,

    /// Serve this file in the place of the policy that is rendered for the API
    #[arg(long, value_name = "API=FILE", value_parser = pair)]
    policy: Vec<(String, String)>,

    /// Let a program on this machine answer for a host name, such as a simulator of your own
    #[arg(long, value_name = "HOST=127.0.0.1:PORT", value_parser = upstream)]
    upstream: Vec<(String, SocketAddr)>,

    #[command(flatten)]
    pub layers: SpecArgs,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Nothing but this machine is reached from a sandbox.
fn upstream(text: &str) -> Result<(String, SocketAddr), String> {
    let (host, address) = pair(text)?;
    match address.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok((host, address)),
        Ok(_) => Err(format!("{address} is not an address of this machine alone")),
        Err(_) => Err(format!("`{address}` is not an address such as 127.0.0.1:8080")),
    }
}

/// One spec and the gateway that serves it.
pub(super) struct Zone {
    pub spec: PathBuf,
    pub landing: Landing,
    pub prepared: Prepared,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if args.specs.len() > 1 && args.gateway_port != 0 {
        return Err(CommandError::usage("`--gateway-port` is for one gateway, and there are several specs")
            .hint("leave it out: each gateway gets a free port and prints it"));
    }
    if args.watch && args.specs.iter().any(|spec| spec == Path::new(files::STDIN)) {
        return Err(CommandError::usage("standard input cannot be watched").hint("give the path of the spec"));
    }
    deploying::check_port(args.gateway_port)?;
    bring_up::allow_many_connections();
    runtime()?.block_on(serve(args, ui))
}

/// Brings everything up; then serves until Ctrl-C or SIGTERM, which end it in the way that is meant.
async fn serve(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let (lines, told) = args.trace.map(Lines::start).unzip();
    let cancel = CancelFlag::default();
    let mut stop_signals = StopSignals::listen()?;
    let zones = tokio::select! {
        zones = start_all(args, ui, lines.as_ref(), &cancel) => zones?,
        () = stop_signals.told() => {
            ui.say("stopped before the gateway was up");
            return Ok(Exit::Cancelled);
        }
    };
    // With lines of a trace on stdout for a program, what people read goes to stderr.
    report::print(&zones, ui, args.trace == Some(TraceFormat::Json))?;
    ui.say(if args.watch { "\nserving and watching until Ctrl-C" } else { "\nserving until Ctrl-C" });
    let zones = if args.watch {
        watch::serve_changes(zones, args, ui, stop_signals.told()).await
    } else {
        stop_signals.told().await;
        zones
    };
    ui.say("stopping; running requests have a few seconds");
    let stopped = tokio::select! {
        all_ended = stop(zones) => all_ended,
        () = stop_signals.told() => return Ok(Exit::Cancelled),
    };
    drop(lines);
    if let Some(told) = told {
        told.finish();
    }
    ui.say(if stopped { "stopped" } else { "stopped; requests that took longer were cut off" });
    Ok(Exit::Ok)
}

async fn start_all(
    args: &Args,
    ui: &Ui,
    lines: Option<&Lines>,
    cancel: &CancelFlag,
) -> Result<Vec<Zone>, CommandError> {
    let mut zones = Vec::new();
    for spec in &args.specs {
        let prepared = bring_up::prepare(spec, &args.layers, cancel).await?;
        ui.warnings(&prepared.rendered.warnings);
        let options = options(args, spec, lines)?;
        let landing = Landing::start(prepared.arm.state(), &options).await.map_err(deploying::not_landed)?;
        if let Some(api) = unknown_api(args, &landing) {
            return Err(api);
        }
        ui.warnings(&landing.warnings);
        ui.step(Mark::Done, &format!("{}: {} on this machine", files::shown(spec), prepared.summary()));
        zones.push(Zone { spec: spec.clone(), landing, prepared });
    }
    Ok(zones)
}

/// What is served otherwise than deployed, read anew each time.
pub(super) fn options(
    args: &Args,
    spec: &Path,
    lines: Option<&Lines>,
) -> Result<LandingOptions, CommandError> {
    let mut policies = IndexMap::new();
    for (api, path) in &args.policy {
        let bytes = files::read(Path::new(path), POLICY_BYTES_MAX)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| CommandError::input(format!("`{path}` is not UTF-8 text")))?;
        policies.insert(api.clone(), text);
    }
    let observer = lines.map(|lines| {
        let (lines, spec) = (lines.clone(), files::shown(spec));
        let several = args.specs.len() > 1;
        let observer: Observer =
            Arc::new(move |served: &Served| lines.tell(several.then_some(spec.as_str()), served));
        observer
    });
    Ok(LandingOptions {
        port: args.gateway_port,
        server: ServerOptions { observer, ..ServerOptions::default() },
        upstreams: args.upstream.iter().cloned().collect(),
        policies,
        traces_changes: lines.is_some(),
    })
}

fn unknown_api(args: &Args, landing: &Landing) -> Option<CommandError> {
    let known: Vec<&str> = landing.config.apis.iter().map(|api| api.id.as_str()).collect();
    let (api, _) = args.policy.iter().find(|(api, _)| !known.contains(&api.as_str()))?;
    let error = CommandError::usage(format!("there is no API `{api}` to give a policy to"));
    Some(error.hint(format!("the APIs are: {}", known.join(", "))))
}

impl Args {
    /// The files that what is served comes from.
    pub(super) fn watched<'a>(&'a self, spec: &'a Path) -> impl Iterator<Item = &'a Path> {
        let of_policies = self.policy.iter().map(|(_, path)| Path::new(path));
        std::iter::once(spec).chain(of_policies)
    }
}

async fn stop(zones: Vec<Zone>) -> bool {
    let stopping: Vec<_> = zones.into_iter().map(|zone| zone.landing.stop()).collect();
    let ended = futures_util::future::join_all(stopping).await;
    ended.into_iter().all(|ended| ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_on_this_machine() {
        assert!(upstream("a.example.com=127.0.0.1:80").is_ok());
        assert!(upstream("a.example.com=[::1]:80").is_ok());
        for wrong in
            ["a.example.com=10.0.0.1:80", "a.example.com=0.0.0.0:80", "a.example.com", "=127.0.0.1:1", "a=b"]
        {
            assert!(upstream(wrong).is_err(), "{wrong}");
        }
    }
}
