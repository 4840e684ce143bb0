//! Where everything is: the data of `sandbox up`, on stdout.
//!
//! The subscription keys are printed. They are random, made for this run, and open nothing but ports of this machine;
//! whoever may read the output may open those ports anyway.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::up::Zone;
use crate::cli::commands::deploy::report::try_it;
use crate::cli::commands::deploy::sandbox::gateway;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::diag::Diagnostic;
use crate::diag::render;

/// Prints it: to stdout, or for people to stderr where stdout belongs to a program.
pub(super) fn print(zones: &[Zone], ui: &Ui, stdout_is_taken: bool) -> Result<(), CommandError> {
    if ui.is_json() {
        return ui.document(Exit::Ok, json!({ "gateways": zones.iter().map(json).collect::<Vec<_>>() }));
    }
    let text: String = zones.iter().map(human).collect();
    if stdout_is_taken {
        ui.say(text.trim_end());
        return Ok(());
    }
    ui.data(&text)
}

fn human(zone: &Zone) -> String {
    let gateway = gateway(&zone.prepared.rendered, &zone.landing);
    let mut text = format!("\n{}\n  gateway: {}\n", files::shown(&zone.spec), gateway.url);
    for subscription in &gateway.subscriptions {
        let _ = writeln!(text, "  key of {}: {}", subscription.name, subscription.key);
    }
    for (host, address) in zone.landing.sim.addresses() {
        let _ = writeln!(text, "  {host}: http://{address}, control at http://{address}/sandbox/control");
    }
    let _ = writeln!(text, "  tokens: POST http://{}/sandbox/token", zone.landing.services.address());
    let example = gateway.example.as_ref().zip(gateway.subscriptions.first());
    if let Some((example, subscription)) = example {
        text.push_str(&try_it(&gateway, example, subscription));
    }
    text
}

fn json(zone: &Zone) -> Json {
    let gateway = gateway(&zone.prepared.rendered, &zone.landing);
    let mut fields = serde_json::to_value(&gateway).expect("strings and lists always serialize");
    let upstreams = zone.landing.sim.addresses().into_iter().map(|(host, address)| {
        json!({ "host": host, "url": format!("http://{address}"), "control": format!("http://{address}/sandbox/control") })
    });
    let warnings = zone.prepared.rendered.warnings.iter().chain(&zone.landing.warnings);
    let warnings: Vec<Diagnostic> = warnings.cloned().collect();
    fields["spec"] = files::shown(&zone.spec).into();
    fields["upstreams"] = upstreams.collect();
    fields["tokens"] = format!("http://{}/sandbox/token", zone.landing.services.address()).into();
    fields["diagnostics"] = render::json(&warnings);
    fields
}
