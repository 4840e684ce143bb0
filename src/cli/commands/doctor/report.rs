//! What the doctor found, as lines and as a document.

use std::fmt::Write as _;

use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::questions::{Answer, Found, Verdict};
use crate::azure::{Chosen, Cloud};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::diag::render::Style;

pub(super) fn print(cloud: &Cloud, chosen: &Chosen, found: &Found, ui: &Ui) -> Result<Exit, CommandError> {
    let exit = if found.has(Verdict::Missing) { Exit::NoAccess } else { Exit::Ok };
    if ui.is_json() {
        ui.document(exit, document(cloud, chosen, found))?;
        return Ok(exit);
    }
    let mut text = String::new();
    let mut line = |about: &str, verdict: &str, what: &str| {
        let _ = writeln!(text, "{verdict:<10} {about:<13} {what}");
    };
    line("cloud", "", &format!("{}, {}", cloud.name, cloud.endpoint.base_url));
    line("credential", "", &format!("{}: {}", chosen.kind.describe(), chosen.because));
    for answer in &found.answers {
        line(answer.about, answer.verdict.name(), &answer.text);
        for help in &answer.help {
            line("", "", &format!("> {help}"));
        }
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    ui.data(&colored(&text, ui.out_style()))?;
    ui.say(match exit {
        Exit::Ok if found.has(Verdict::Open) => {
            "\nnothing is known to be missing; what is unverified, a deployment will tell"
        }
        Exit::Ok => "\nnothing is missing",
        _ => "\nsomething is missing; a deployment would fail",
    });
    Ok(exit)
}

/// The verdict is the first word of its line.
fn colored(text: &str, style: Style) -> String {
    if style == Style::Plain {
        return text.to_owned();
    }
    let color = |line: &str| {
        let code = match line.split(' ').next() {
            Some("ok") => anstyle::AnsiColor::Green,
            Some("missing") => anstyle::AnsiColor::Red,
            Some("unverified") => anstyle::AnsiColor::Yellow,
            _ => return format!("{line}\n"),
        };
        let style = anstyle::Style::new().fg_color(Some(code.into()));
        let (verdict, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
        format!("{style}{verdict}{style:#}{rest}\n")
    };
    text.lines().map(color).collect()
}

fn document(cloud: &Cloud, chosen: &Chosen, found: &Found) -> serde_json::Value {
    let passed_over =
        chosen.passed_over.iter().map(|(kind, why)| json!({"kind": kind.describe(), "why": why}));
    let identity = found.identity.as_ref().map(|identity| {
        json!({
            "user": identity.user, "appId": identity.app_id, "objectId": identity.object_id,
            "tenantId": identity.tenant_id,
            "tokenExpiresAt": identity.expires_at.and_then(|at| at.format(&Rfc3339).ok()),
        })
    });
    let subscription = found.subscription.as_ref().map(|subscription| {
        json!({
            "id": subscription.id, "name": subscription.name, "state": subscription.state,
            "tenantId": subscription.tenant_id,
        })
    });
    let check = |answer: &Answer| json!({"about": answer.about, "verdict": answer.verdict.name(), "text": answer.text, "help": answer.help});
    json!({
        "cloud": {"name": cloud.name, "resourceManager": cloud.endpoint.base_url, "authority": cloud.authority},
        "credential": {
            "kind": chosen.kind.describe(), "because": chosen.because, "passedOver": passed_over.collect::<Vec<_>>(),
        },
        "identity": identity, "subscription": subscription, "roles": found.roles,
        "checks": found.answers.iter().map(check).collect::<Vec<_>>(),
    })
}
