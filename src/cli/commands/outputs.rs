//! `genai-lz outputs`: what the deployments of a spec gave back, read from ARM.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::azure::{ErrorKind, Scope};
use crate::cli::commands::deploy;
use crate::cli::deployed::{DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::text::suggest;

/// Print the outputs of a deployed landing zone: the gateway's URL, names and ids
///
/// They are read from its deployments in Azure; nothing is kept on this machine.
///
///     genai-lz outputs landing-zone.yaml                   all, stage by stage
///     genai-lz outputs landing-zone.yaml apimGatewayUrl    one, for a script
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// One output: its value alone, text without quotes
    name: Option<String>,
}

/// The outputs of a stage; None where it was not deployed. A secure output has no value.
type StageOutputs = (String, Option<IndexMap<String, Option<Json>>>);

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let stages: Vec<StageOutputs> = deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        let scope = Scope::Subscription { subscription_id: deployed.subscription_id.clone() };
        let mut stages = Vec::new();
        for stage in &deployed.plan.stages {
            let outputs = match client.get_deployment(&scope, &stage.deployment_name).await {
                Ok(deployment) => Some(deployment.outputs),
                Err(error) if error.kind == ErrorKind::NotFound => None,
                Err(error) => return Err(failed(error)),
            };
            stages.push((stage.name.clone(), outputs));
        }
        Ok(stages)
    })?;
    if stages.iter().all(|(_, outputs)| outputs.is_none()) {
        return Err(CommandError::new(Exit::Azure, "nothing of the spec is deployed in this subscription")
            .hint("deploy it with `genai-lz deploy`, or give the subscription where it is"));
    }
    match &args.name {
        Some(name) => {
            let value = one(&stages, name)?;
            if ui.is_json() {
                ui.document(Exit::Ok, json!({"name": name, "value": value}))?;
            } else {
                ui.data(&format!("{}\n", shown(value)))?;
            }
        }
        None if ui.is_json() => ui.document(Exit::Ok, document(&stages))?,
        None => ui.data(&human(&stages))?,
    }
    Ok(Exit::Ok)
}

/// The last stage that has it goes before.
fn one<'a>(stages: &'a [StageOutputs], name: &str) -> Result<&'a Json, CommandError> {
    let all = || stages.iter().rev().filter_map(|(_, outputs)| outputs.as_ref()).flatten();
    let Some((_, value)) = all().find(|(other, _)| other.eq_ignore_ascii_case(name)) else {
        let error = CommandError::input(format!("no deployment of the spec has an output `{name}`"));
        return Err(match suggest(name, all().map(|(name, _)| name.as_str())) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("leave the name out to see all"),
        });
    };
    value
        .as_ref()
        .ok_or_else(|| CommandError::input(format!("output `{name}` is secure: Azure does not give it")))
}

/// Text without quotes.
fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn document(stages: &[StageOutputs]) -> Json {
    let stage = |(name, outputs): &StageOutputs| {
        let fields = outputs.as_ref().map(|outputs| {
            let output = |(name, value): (&String, &Option<Json>)| {
                (name.clone(), json!({"value": value, "secure": value.is_none()}))
            };
            outputs.iter().map(output).collect::<serde_json::Map<_, _>>()
        });
        json!({"name": name, "deployed": outputs.is_some(), "outputs": fields})
    };
    json!({"stages": stages.iter().map(stage).collect::<Vec<_>>()})
}

fn human(stages: &[StageOutputs]) -> String {
    let mut text = String::new();
    for (name, outputs) in stages {
        let Some(outputs) = outputs else {
            let _ = writeln!(text, "stage {name}: not deployed");
            continue;
        };
        let _ = writeln!(text, "stage {name}{}", if outputs.is_empty() { ": no outputs" } else { "" });
        let width = outputs.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        for (name, value) in outputs {
            let value = value.as_ref().map_or_else(|| "(secure)".to_owned(), shown);
            let _ = writeln!(text, "  {name:<width$}  {value}");
        }
    }
    text
}
