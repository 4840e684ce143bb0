//! `genai-lz keys --rotate` and `--due`: keys that are delivered to vaults, made anew in two steps.

use std::fmt::Write as _;
use std::io::{BufReader, IsTerminal as _};

use serde_json::{Value as Json, json};
use time::format_description::well_known::Rfc3339;

use super::resource_id;
use crate::azure::ArmClient;
use crate::bicep;
use crate::cli::commands::deploy;
use crate::cli::confirm::confirmed;
use crate::cli::deployed::{Deployed, DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::cli::world::EmbeddedWorld;
use crate::deploy::rotate::{Age, Delivered, Done, RotateError, Step, age, step};
use crate::spec::terms::secret_name;
use crate::text::{plural, suggest};

/// The module that delivers a key, which the landing zone's own deployment uses too.
const MODULE: &str = "bicep/genai/modules/key-delivery.bicep";

/// The steps as the command line says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StepArg {
    /// Make the secondary key anew and deliver it
    Begin,
    /// Make the primary key anew and deliver it
    Finish,
}

/// Takes a step for these subscriptions, or for all whose turn it is.
pub(super) fn run(
    of: &DeployedArgs,
    wanted: StepArg,
    ids: &[String],
    yes: bool,
    ui: &Ui,
) -> Result<Exit, CommandError> {
    let deployed = of.read(ui)?;
    let all = delivered(&deployed)?;
    let chosen = choose(&all, ids)?;
    if !yes && (ui.is_json() || !std::io::stdin().is_terminal()) {
        return Err(CommandError::usage("making keys anew wants the name typed, and there is nobody to ask")
            .hint("give `--yes` where there is no terminal, and with `--format json`")
            .hint("see with `genai-lz keys SPEC --due` which keys are due"));
    }
    let template = bicep::compile(&EmbeddedWorld, MODULE)?.template;
    deploy::runtime()?.block_on(async {
        let client = of.sign_in(&deployed, ui).await?;
        let (next, word) = match wanted {
            StepArg::Begin => (Step::Begin, "begin"),
            StepArg::Finish => (Step::Finish, "finish"),
        };
        let chosen = match next {
            Step::Begin if ids.is_empty() => due_of(&client, chosen).await?,
            _ => chosen,
        };
        if !yes && !chosen.is_empty() {
            let names: Vec<&str> = chosen.iter().map(|one| one.subscription.as_str()).collect();
            let which = if next == Step::Begin { "secondary" } else { "primary" };
            ui.say(&format!("the {which} keys of these are made anew; the ones that they have now end:"));
            ui.say(&format!("  {}", names.join(", ")));
            question(&deployed.name);
            let mut stop = StopSignals::listen()?;
            confirmed(BufReader::new(std::io::stdin()), &deployed.name, stop.told())
                .await
                .map_err(|_| CommandError::new(Exit::Cancelled, "not confirmed, no key was made anew"))?;
        }
        rotate(&client, &chosen, next, word, ids.is_empty(), &template, ui).await
    })
}

async fn rotate(
    client: &ArmClient,
    chosen: &[&Delivered],
    next: Step,
    word: &str,
    is_for_all: bool,
    template: &Json,
    ui: &Ui,
) -> Result<Exit, CommandError> {
    let mut lines = Vec::new();
    let mut first: Option<CommandError> = None;
    for one in chosen {
        let told = |state: &str| json!({"subscription": one.subscription, "state": state});
        let vaults = plural(one.vaults.len(), "vault");
        match step(client, one, next, template).await {
            Ok(done) => {
                let (mark, text, state) = match done {
                    Done::Rotated => (Mark::Done, format!("made anew, delivered to {vaults}"), "rotated"),
                    Done::WentOn => (Mark::Done, "delivered where it was missing".to_owned(), "wentOn"),
                    Done::Already => (Mark::Skipped, "has begun already".to_owned(), "already"),
                };
                ui.step(mark, &format!("{}: {text}", one.subscription));
                lines.push(told(state));
            }
            // Of all, those whose turn it is not are left alone.
            Err(RotateError::Standing(why)) if is_for_all => {
                ui.step(Mark::Skipped, &format!("{}: {why}", one.subscription));
                lines.push(told("left"));
            }
            Err(error) => {
                ui.step(Mark::Failed, &format!("{}: {error}", one.subscription));
                lines.push(told("failed"));
                first.get_or_insert(in_words(error, &one.subscription, word));
            }
        }
    }
    if let Some(error) = first {
        return Err(error.with_details(json!({"rotated": lines})));
    }
    if chosen.is_empty() {
        ui.say("no key is due for a new one");
    } else if next == Step::Begin {
        ui.say("\nonce everybody has read the vaults again, run `genai-lz keys SPEC --rotate finish`");
    }
    if ui.is_json() {
        ui.document(Exit::Ok, json!({"step": word, "rotated": lines}))?;
    }
    Ok(Exit::Ok)
}

fn in_words(error: RotateError, subscription: &str, word: &str) -> CommandError {
    match error {
        RotateError::Azure(error) => failed(error),
        RotateError::Standing(why) => CommandError::input(format!("`{subscription}`: {why}")),
        RotateError::NotDelivered(_) => CommandError::new(Exit::Azure, format!("`{subscription}`: {error}"))
            .hint(format!(
                "the key that the vault holds still works; run `--rotate {word}` again once the cause is gone"
            )),
    }
}

/// Tells how old the delivered keys are.
pub(super) fn due(of: &DeployedArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = of.read(ui)?;
    let all = delivered(&deployed)?;
    let ages = deploy::runtime()?.block_on(async {
        let client = of.sign_in(&deployed, ui).await?;
        let mut ages = Vec::new();
        for one in &all {
            ages.push((one, age(&client, one).await.map_err(failed)?));
        }
        Ok::<_, CommandError>(ages)
    })?;
    if ui.is_json() {
        let line = |(one, age): &(&Delivered, Age)| {
            json!({
                "subscription": one.subscription, "since": since(age), "rotated": age.is_rotated,
                "everyDays": one.every_days, "due": age.is_due,
            })
        };
        ui.document(Exit::Ok, json!({"keys": ages.iter().map(line).collect::<Vec<_>>()}))?;
    } else {
        ui.data(&table(&ages))?;
    }
    Ok(Exit::Ok)
}

fn since(age: &Age) -> Option<String> {
    age.since?.format(&Rfc3339).ok()
}

fn table(ages: &[(&Delivered, Age)]) -> String {
    let width = ages.iter().map(|(one, _)| one.subscription.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (one, age) in ages {
        let since = match age.since {
            Some(at) if age.is_rotated => format!("rotated {}", at.date()),
            Some(at) => format!("made {}", at.date()),
            None => "not deployed".to_owned(),
        };
        let due = match one.every_days {
            None => "no `rotation`".to_owned(),
            Some(_) if age.is_due => "due".to_owned(),
            Some(days) => format!("good for {}", plural(days as usize, "day")),
        };
        let _ = writeln!(text, "{:<width$}  {since:<20}  {due}", one.subscription);
    }
    text
}

async fn due_of<'a>(client: &ArmClient, all: Vec<&'a Delivered>) -> Result<Vec<&'a Delivered>, CommandError> {
    let mut due = Vec::new();
    for one in all {
        if age(client, one).await.map_err(failed)?.is_due {
            due.push(one);
        }
    }
    Ok(due)
}

/// The subscriptions whose keys the spec delivers.
fn delivered(deployed: &Deployed) -> Result<Vec<Delivered>, CommandError> {
    let mut all = Vec::new();
    for product in deployed.rendered.zone.products.iter().filter(|product| !product.deliver_to.is_empty()) {
        for subscription in &product.subscriptions {
            all.push(Delivered {
                subscription: subscription.clone(),
                id: resource_id(&deployed.plan, subscription)?.to_owned(),
                secret: secret_name(subscription),
                vaults: product.deliver_to.clone(),
                every_days: product.rotation_days,
            });
        }
    }
    if all.is_empty() {
        return Err(CommandError::input("the spec delivers no keys")
            .hint("add `keys: { deliverTo: [{ keyVault: ID }] }` to a contract, and deploy"));
    }
    Ok(all)
}

fn choose<'a>(all: &'a [Delivered], ids: &[String]) -> Result<Vec<&'a Delivered>, CommandError> {
    if ids.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |id: &String| {
        let found = all.iter().find(|one| one.subscription.eq_ignore_ascii_case(id));
        found.ok_or_else(|| {
            let error = CommandError::usage(format!("the spec delivers no key of a subscription `{id}`"));
            match suggest(id, all.iter().map(|one| one.subscription.as_str())) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("add `keys.deliverTo` to its contract, and deploy"),
            }
        })
    };
    ids.iter().map(find).collect()
}

#[expect(clippy::print_stderr, reason = "a question is for the person at the terminal")]
fn question(name: &str) {
    eprint!("\ntype `{name}` to make them anew: ");
}
