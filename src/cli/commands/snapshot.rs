//! `genai-lz snapshot`: what a template would deploy, kept in a file beside it, and compared with that file later.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value as Json};

use crate::arm::{self, Parameters, Target, TargetScope, Value};
use crate::bicep::{self, Options};
use crate::cli::commands::bicep::{Folder, variable};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::pipeline::NO_SUBSCRIPTION;
use crate::cli::ui::Ui;
use crate::diag::{Diagnostic, render};
use crate::text::diff;

/// ARM takes 4 MB; one byte more is read to tell, and comments and blanks may make a file larger.
const JSON_BYTES_MAX: u64 = 16 << 20;

/// Write down what a template would deploy, or compare with what was written down
///
/// Compiles and evaluates a Bicep file, a parameters file or an ARM template, without signing in, and writes
/// `NAME.snapshot.json` beside it, in the shape of `bicep snapshot`. What only Azure knows stands in it as an
/// expression. The values of secure parameters are not written.
///
///     genai-lz snapshot main.bicepparam --resource-group rg
///     genai-lz snapshot main.bicepparam --resource-group rg --check   ends with 1 where something changed
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A `.bicepparam` or `.bicep` file, or an ARM template (`.json`)
    file: PathBuf,

    /// Write the snapshot, or compare with the one that is there
    #[arg(long, value_enum, default_value_t = Mode::Overwrite)]
    mode: Mode,

    /// The same as `--mode validate`
    #[arg(long)]
    check: bool,

    /// A parameters file (`.json`) for a `.bicep` file or a template
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,

    /// The tenant, a GUID; else it stays an expression
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,

    /// The subscription, a GUID; else one of zeros
    #[arg(long, value_name = "ID")]
    subscription_id: Option<String>,

    /// The management group of a template for one
    #[arg(long, value_name = "ID")]
    management_group_id: Option<String>,

    /// The resource group of a template for one
    #[arg(long, value_name = "NAME")]
    resource_group: Option<String>,

    /// The location of the resource group, or of a deployment to anything else; else it stays an expression
    #[arg(long, value_name = "NAME")]
    location: Option<String>,

    /// The name of the deployment; else the name of the file
    #[arg(long, value_name = "NAME")]
    deployment_name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Overwrite,
    Validate,
}

/// A template with its parameters, and what the compiler warned about.
struct Input {
    template: Json,
    parameters: Json,
    warnings: Vec<Diagnostic>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let input = read(args)?;
    let target = target(args, &input.template)?;
    let parameters = given(&input.template, &input.parameters)?;
    let (deployment, more) = arm::evaluate(&input.template, &parameters, &target)?;
    let taken = arm::snapshot(&deployment, &more);
    let warnings: Vec<Diagnostic> = input.warnings.into_iter().chain(more).collect();
    let place = args.file.with_extension("snapshot.json");
    if args.check || args.mode == Mode::Validate {
        return compare(&place, &taken, &warnings, ui);
    }
    files::write_atomically(&place, format!("{taken:#}\n").as_bytes())?;
    if ui.is_json() {
        let body =
            serde_json::json!({ "written": files::shown(&place), "diagnostics": render::json(&warnings) });
        ui.document(Exit::Ok, body)?;
    } else {
        ui.warnings(&warnings);
        ui.say(&format!("wrote `{}`", files::shown(&place)));
    }
    Ok(Exit::Ok)
}

/// Reads the file, and compiles it where it is Bicep.
fn read(args: &Args) -> Result<Input, CommandError> {
    let parameters = args.parameters.as_deref().map(json_file).transpose()?;
    let extension = args.file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension {
        "json" => {
            let template = json_file(&args.file)?;
            Ok(Input { template, parameters: parameters.unwrap_or(Json::Null), warnings: Vec::new() })
        }
        "bicep" => {
            let folder = Folder::of(&args.file)?;
            let options = Options { registry: folder.registry(), ..Options::default() };
            let compiled = bicep::compile_with(&folder, folder.entry(), &options)?;
            Ok(Input {
                template: compiled.template,
                parameters: parameters.unwrap_or(Json::Null),
                warnings: compiled.warnings,
            })
        }
        "bicepparam" if parameters.is_some() => {
            Err(CommandError::usage("`--parameters` is for templates; a `.bicepparam` file holds its own"))
        }
        "bicepparam" => {
            let folder = Folder::of(&args.file)?;
            let options = Options { registry: folder.registry(), ..Options::default() };
            let compiled = bicep::compile_params_with(&folder, folder.entry(), &variable, &options)?;
            let Some(using) = compiled.using else {
                let message =
                    format!("`{}` says `using none`: there is no template", files::shown(&args.file));
                return Err(CommandError::input(message));
            };
            let template = bicep::compile_with(&folder, &using, &options)?;
            let warnings = compiled.warnings.into_iter().chain(template.warnings).collect();
            Ok(Input { template: template.template, parameters: compiled.parameters, warnings })
        }
        _ => {
            let message = format!("`{}` is no template", files::shown(&args.file));
            Err(CommandError::usage(message).hint("name a `.bicepparam`, `.bicep` or `.json` file"))
        }
    }
}

fn json_file(path: &Path) -> Result<Json, CommandError> {
    let bytes = files::read(path, JSON_BYTES_MAX)?;
    let shown = files::shown(path);
    if bytes.len() as u64 > JSON_BYTES_MAX {
        return Err(CommandError::input(format!("`{shown}` is larger than {JSON_BYTES_MAX} bytes")));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(text)
        .map_err(|error| CommandError::input(format!("`{shown}` is not JSON: {error}")))
}

/// Where the template goes: its schema says to what.
fn target(args: &Args, template: &Json) -> Result<Target, CommandError> {
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(Target {
        tenant_id: args.tenant_id.clone().unwrap_or_default(),
        scope: scope(args, template)?,
        location: args.location.clone().unwrap_or_default(),
        deployment_name: args.deployment_name.clone().or(stem).unwrap_or_default(),
    })
}

fn scope(args: &Args, template: &Json) -> Result<TargetScope, CommandError> {
    const SUBSCRIPTION: &str = "--subscription-id";
    const MANAGEMENT_GROUP: &str = "--management-group-id";
    const RESOURCE_GROUP: &str = "--resource-group";
    let schema = template.get("$schema").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let schema = schema.rsplit('/').next().unwrap_or_default().trim_end_matches('#');
    let group = args.resource_group.as_deref();
    let (noun, meant): (&str, &[&str]) = match schema {
        "tenantdeploymenttemplate.json" => ("the tenant", &[]),
        "managementgroupdeploymenttemplate.json" => ("a management group", &[MANAGEMENT_GROUP]),
        "subscriptiondeploymenttemplate.json" => ("a subscription", &[SUBSCRIPTION]),
        _ => ("a resource group", &[SUBSCRIPTION, RESOURCE_GROUP]),
    };
    let given = [
        (SUBSCRIPTION, args.subscription_id.is_some()),
        (MANAGEMENT_GROUP, args.management_group_id.is_some()),
        (RESOURCE_GROUP, group.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|(option, is_given)| *is_given && !meant.contains(option)) {
        let message = format!("the template is for {noun}, so `{option}` has no meaning");
        return Err(CommandError::usage(message).hint(format!("leave `{option}` out")));
    }
    let missing = |option: &str, placeholder: &str| {
        CommandError::usage(format!("the template is for {noun}, and none is named"))
            .hint(format!("name one with `{option} {placeholder}`; it need not exist"))
    };
    let subscription = args.subscription_id.clone().unwrap_or_else(|| NO_SUBSCRIPTION.to_owned());
    Ok(match schema {
        "tenantdeploymenttemplate.json" => TargetScope::Tenant,
        "managementgroupdeploymenttemplate.json" => TargetScope::ManagementGroup(
            args.management_group_id.clone().ok_or_else(|| missing(MANAGEMENT_GROUP, "ID"))?,
        ),
        "subscriptiondeploymenttemplate.json" => TargetScope::Subscription(subscription),
        _ => TargetScope::group(subscription, group.ok_or_else(|| missing(RESOURCE_GROUP, "NAME"))?),
    })
}

/// What a tool that deploys would give beside the parameters: `"externalInputs": { name: { value } }`.
fn external_inputs(file: &Json) -> Parameters {
    let inputs = file.get("externalInputs").and_then(Json::as_object).into_iter().flatten();
    inputs.filter_map(|(name, input)| Some((name.clone(), Value::from_json(input.get("value")?)))).collect()
}

/// The parameters of a parameters file, or `{ name: { value } }` alone. What is secret or read from a key vault stays
/// unknown, and so does what the tool that deploys makes and the file does not hold.
fn given(template: &Json, file: &Json) -> Result<Parameters, CommandError> {
    let parameters = file.get("parameters").unwrap_or(file);
    let inputs = external_inputs(file);
    let mut given = Parameters::new();
    for (name, parameter) in parameters.as_object().into_iter().flatten() {
        let unknown = || Value::supplied_later(&format!("parameters('{}')", name.replace('\'', "''")));
        let value = match (parameter.get("value"), parameter.get("expression").and_then(Json::as_str)) {
            (Some(_), _) | (_, Some(_)) if is_secure(template, name) => unknown(),
            (Some(value), _) => Value::from_json(value),
            (None, Some(expression)) => arm::parameter_expression(name, expression, &inputs)?,
            (None, None) if parameter.get("reference").is_some() => unknown(),
            (None, None) => {
                return Err(CommandError::input(format!("the parameter `{name}` has no `value`")));
            }
        };
        given.insert(name.clone(), value);
    }
    Ok(given)
}

/// Whether the template declares the parameter as a secure one, itself or by a type of its own.
fn is_secure(template: &Json, name: &str) -> bool {
    /// Types that stand for other types; nobody writes longer chains.
    const LINKS_MAX: usize = 16;
    let parameters = template.get("parameters").and_then(Json::as_object);
    let mut declared = parameters.into_iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case(name));
    for _ in 0..LINKS_MAX {
        let Some((_, declaration)) = declared else { return false };
        if let Some(kind) = declaration.get("type").and_then(Json::as_str) {
            return kind.to_ascii_lowercase().starts_with("secure");
        }
        let definition = declaration.get("$ref").and_then(Json::as_str);
        let definition = definition.and_then(|reference| reference.strip_prefix("#/definitions/"));
        let definitions = template.get("definitions").and_then(Json::as_object);
        declared = definition.and_then(|name| definitions?.iter().find(|(key, _)| *key == name));
    }
    // What cannot be told is kept out of the file.
    true
}

/// Compares with the snapshot that is there.
fn compare(place: &Path, taken: &Json, warnings: &[Diagnostic], ui: &Ui) -> Result<Exit, CommandError> {
    let kept = match json_file(place) {
        Ok(kept) => kept,
        Err(error) => return Err(error.hint("write one first, without `--check`")),
    };
    let shown = files::shown(place);
    let (old, new) = (sorted(&kept), sorted(taken));
    let changes = diff(&shown, &format!("{old:#}\n"), &format!("{new:#}\n"));
    let exit = if changes.is_empty() { Exit::Ok } else { Exit::InputOrCheck };
    if ui.is_json() {
        let body = serde_json::json!({
            "snapshot": shown,
            "diff": changes,
            "diagnostics": render::json(warnings),
        });
        ui.document(exit, body)?;
        return Ok(exit);
    }
    ui.warnings(warnings);
    if changes.is_empty() {
        ui.say(&format!("`{shown}` says what would be deployed"));
        return Ok(exit);
    }
    ui.data(&changes)?;
    Err(CommandError::input(format!("`{shown}` is not what would be deployed"))
        .hint("where the change is meant, write the snapshot again without `--check`"))
}

/// The same value with the keys of its objects in order, because their order means nothing.
fn sorted(json: &Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        Json::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            Json::Object(
                keys.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect::<Map<_, _>>(),
            )
        }
        scalar => scalar.clone(),
    }
}
