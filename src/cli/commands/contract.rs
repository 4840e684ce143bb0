//! `genai-lz contract`: a file for a team's contract, which the spec takes in; and what contracts a spec has.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::spec::{self, Contract, ContractLimits, Loaded, ModelLimits, Spec, edit, terms};

/// Where files of contracts lie, seen from the spec.
const FOLDER: &str = "contracts";
/// Of the id of a contract.
const ID_MAX: usize = 80;

/// Contracts of teams: add one, or see all
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(AddArgs),
    List(ListArgs),
}

/// Write a contract into a file of its own, and have the spec take it in
///
/// Writes `contracts/ID.yaml` beside the spec and adds it to the `overlays` of the spec; the rest of the spec's text stays as it
/// is. Nothing is written unless the spec is right with it.
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The contract's id, which the product and its subscriptions are named after
    id: String,

    /// The spec file
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,

    /// Who it is for
    #[arg(long)]
    team: String,

    /// The models that it may use, by the names that callers use
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', required = true)]
    models: Vec<String>,

    /// Tokens a minute of each of its subscriptions, over all models
    #[arg(long, value_name = "NUMBER")]
    tokens_per_minute: Option<u32>,

    /// Whom to write to
    #[arg(long, value_name = "MAIL")]
    owner: Option<String>,

    /// The profile whose terms it has
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    #[command(flatten)]
    layers: SpecArgs,
}

/// Print the contracts of a spec: what each may use, its limits, its subscriptions
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    #[command(flatten)]
    layers: SpecArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Add(args) => add(args, ui),
        Command::List(args) => list(args, ui),
    }
}

fn add(args: &AddArgs, ui: &Ui) -> Result<Exit, CommandError> {
    if args.spec == Path::new(files::STDIN) {
        return Err(CommandError::usage("the spec is changed, so it has to be a file").hint("name the file"));
    }
    // It becomes a path before anything has read it.
    let is_id =
        args.id.len() <= ID_MAX && args.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_id {
        return Err(CommandError::usage(format!("`{}` is no id of a contract", args.id))
            .hint("use letters, digits and hyphens, a letter first"));
    }
    let path = format!("{FOLDER}/{}.yaml", args.id);
    let file = args.spec.parent().unwrap_or(Path::new("")).join(&path);
    if file.exists() {
        return Err(CommandError::usage(format!("`{}` exists already", files::shown(&file)))
            .hint("change that file, or choose another id"));
    }
    let shown = files::shown(&args.spec);
    let old = files::read_named(&args.spec, spec::BYTES_MAX as u64)?;
    let source = spec::read(&shown, &old)?;
    let Some(new) = edit::with_overlay(&source, &path) else {
        return Err(CommandError::input(format!("where `{shown}` could name the new file cannot be told"))
            .hint(format!(
                "write its fields in lines of their own, without braces around all of them, so that `overlays: [{path}]` has a place"
            ))
            .hint("is it a spec in YAML? `genai-lz validate` tells"));
    };
    let text = contract(args);
    let pending = [(path.clone(), text.clone().into_bytes())];
    let Loaded { spec, mut warnings, .. } =
        args.layers.with_pending(&args.spec, &shown, new.as_bytes(), &pending, spec::load)?.value;
    if !spec.contracts.iter().any(|contract| contract.id.as_str() == args.id) {
        return Err(CommandError::input(format!("the spec has no contract `{}` with it", args.id))
            .hint("a file that is laid over the spec takes `contracts` away"));
    }
    // A contract that is there already would be changed by the one that is laid over it.
    let before = args.layers.with(&args.spec, &shown, &old, spec::load);
    let had = |loaded: &Loaded| loaded.spec.contracts.iter().any(|it| it.id.as_str() == args.id);
    if before.is_ok_and(|read| had(&read.value)) {
        return Err(CommandError::input(format!("the spec has a contract `{}` already", args.id))
            .hint("change that one, or choose another id"));
    }
    files::create_folder(file.parent().unwrap_or(Path::new("")))?;
    files::write_atomically(&file, text.as_bytes())?;
    if let Err(error) = files::replace(&args.spec, &old, new.as_bytes()) {
        files::remove(&file)?;
        return Err(error);
    }
    warnings.retain(|warning| !warning.is_error());
    ui.warnings(&warnings);
    let written = [files::shown(&file), shown.clone()];
    ui.say(&format!("wrote `{}`, which `{shown}` takes in; run `genai-lz plan {shown}`", written[0]));
    if ui.is_json() {
        ui.document(Exit::Ok, json!({ "written": written }))?;
    }
    Ok(Exit::Ok)
}

/// The file of the contract. Without `apiVersion`, so that nobody takes it for a spec of its own.
fn contract(args: &AddArgs) -> String {
    let mut text = format!("contracts:\n  - id: {}\n    team: {}\n", scalar(&args.id), scalar(&args.team));
    for (field, value) in [("owner", &args.owner), ("profile", &args.profile)] {
        if let Some(value) = value {
            text.push_str(&format!("    {field}: {}\n", scalar(value)));
        }
    }
    let models: Vec<String> = args.models.iter().map(|name| scalar(name.trim())).collect();
    text.push_str(&format!("    allow: {{ models: [{}] }}\n", models.join(", ")));
    if let Some(tokens) = args.tokens_per_minute {
        text.push_str(&format!("    limits: {{ product: {{ tokensPerMinute: {tokens} }} }}\n"));
    }
    text
}

/// A text as YAML: plain where it can be taken for nothing else, else in the quotes of JSON, which YAML reads too.
fn scalar(text: &str) -> String {
    let is_plain = text.len() > 5
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte));
    if is_plain { text.to_owned() } else { Json::from(text).to_string() }
}

fn list(args: &ListArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let bytes = files::read_spec(&args.spec, spec::BYTES_MAX as u64)?;
    let loaded = args.layers.with(&args.spec, &files::shown(&args.spec), &bytes, spec::load)?.value;
    let spec = &loaded.spec;
    if ui.is_json() {
        let all: Vec<Json> = spec.contracts.iter().map(|contract| line(spec, contract)).collect();
        ui.document(Exit::Ok, json!({ "contracts": all }))?;
        return Ok(Exit::Ok);
    }
    if spec.contracts.is_empty() {
        ui.say("the spec has no contracts; `genai-lz contract add` writes one");
        return Ok(Exit::Ok);
    }
    let head = ["ID", "TEAM", "MODELS", "LIMITS", "SUBSCRIPTIONS"].map(str::to_owned);
    let rows: Vec<[String; 5]> =
        std::iter::once(head).chain(spec.contracts.iter().map(|contract| row(spec, contract))).collect();
    ui.data(&table(&rows))?;
    Ok(Exit::Ok)
}

fn line(spec: &Spec, contract: &Contract) -> Json {
    json!({
        "id": contract.id.as_str(),
        "team": contract.team.as_str(),
        "owner": contract.owner.as_ref().map(|owner| owner.as_str()),
        "models": models(contract),
        "apis": terms::apis(spec, contract),
        "limits": terms::of(spec, contract).limits.map(|limits| limit_words(limits)).unwrap_or_default(),
        "subscriptions": subscriptions(contract),
        "made": terms::applies(spec, contract),
    })
}

fn row(spec: &Spec, contract: &Contract) -> [String; 5] {
    let limits = terms::of(spec, contract).limits.map(|limits| limit_words(limits)).unwrap_or_default();
    let subscriptions = if terms::applies(spec, contract) {
        subscriptions(contract).join(", ")
    } else {
        format!("none in {}", spec.metadata.environment.as_str())
    };
    [
        contract.id.as_str().to_owned(),
        contract.team.as_str().to_owned(),
        models(contract).join(", "),
        if limits.is_empty() { "none".to_owned() } else { limits.join("; ") },
        subscriptions,
    ]
}

fn models(contract: &Contract) -> Vec<&str> {
    contract.allow.models.iter().map(|model| model.as_str()).collect()
}

fn subscriptions(contract: &Contract) -> Vec<String> {
    let names = contract.keys.subscriptions.iter();
    names.map(|name| terms::subscription_id(contract, name.as_str())).collect()
}

fn limit_words(limits: &ContractLimits) -> Vec<String> {
    let words = |limits: &ModelLimits| {
        let minute = limits.tokens_per_minute.as_ref().map(|limit| format!("{} tokens a minute", limit.0));
        let quota = limits
            .token_quota
            .as_ref()
            .map(|quota| format!("{} tokens {}", quota.tokens.0, quota.period.word().to_lowercase()));
        minute.into_iter().chain(quota).collect::<Vec<_>>().join(", ")
    };
    let of_all = limits.product.as_ref().map(|limits| words(limits));
    let of_models = limits.models.iter().map(|(name, limits)| format!("{name}: {}", words(limits)));
    let requests =
        limits.requests.as_ref().map(|requests| format!("{} requests a minute", requests.per_minute.0));
    of_all.into_iter().chain(of_models).chain(requests).collect()
}

/// Columns as wide as what is in them; the last one ends where it ends.
fn table(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 5]| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
