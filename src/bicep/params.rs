//! Parameters files, `.bicepparam`: every value is computed when compiling. The expressions are compiled like any
//! others and then given to the ARM evaluator, so that a function means here what it means in a deployment.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::bind::{Model, Symbol, not_supported};
use super::emit::Inputs;
use super::external::Externals;
use super::found::in_order;
use super::load::{Environment, Loaded, load};
use super::parser::{Dialect, parse};
use super::project::{Project, Unit};
use super::syntax::{Expr, ExprKind, Program, StatementKind};
use super::{Options, codes, emit, fit, registry};
use crate::arm::{self, Parameters, Target, TargetScope};
use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::text::{Source, Span, World};

/// A compiled parameters file.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledParams {
    /// A deployment parameters file: `{ $schema, contentVersion, parameters }`.
    pub parameters: Json,
    /// The Bicep file that the parameters are for, as a path in the world; none where it says `using none`.
    pub using: Option<String>,
    pub warnings: Vec<Diagnostic>,
    /// Every file that was read, the entry first.
    pub files: Vec<String>,
}

/// Compiles the parameters file at `entry`, and the Bicep file it is for. `environment` answers
/// `readEnvironmentVariable`.
///
/// # Errors
/// Everything that was found in any of the files, at least one error among it.
pub fn compile_params(
    world: &dyn World,
    entry: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> DiagResult<CompiledParams> {
    compile_params_with(world, entry, environment, &Options::default())
}

/// Compiles as [`compile_params`] does, with `options`.
///
/// # Errors
/// As [`compile_params`].
pub fn compile_params_with<'w>(
    world: &'w dyn World,
    entry: &str,
    environment: &dyn Fn(&str) -> Option<String>,
    options: &Options<'w>,
) -> DiagResult<CompiledParams> {
    let mut project = Project::new(world, options);
    let mut found = Vec::new();
    let compiled = read(entry, &mut project, environment, &mut Vec::new(), &mut found)
        .map_err(|diagnostic| Diagnostics(vec![*diagnostic]))?;
    let (mut elsewhere, files) = project.finish();
    found.append(&mut elsewhere);
    let (compiled, warnings) = finish(compiled, found)?;
    let Some(given) = compiled else { return Err(Diagnostics(warnings)) };
    let mut parameters = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": given.parameters,
    });
    if !given.inputs.is_empty() {
        parameters["externalInputDefinitions"] = Json::Object(given.inputs);
    }
    Ok(CompiledParams { parameters, using: given.using, warnings, files })
}

/// Parameters files that extend each other; nobody writes longer chains, and the limit bounds the stack.
const EXTENDS_MAX: usize = 16;

/// What a parameters file gives, with what the file gives that it extends.
struct Given {
    using: Option<String>,
    parameters: Map<String, Json>,
    /// What whoever deploys has to fill in.
    inputs: Map<String, Json>,
}

/// Reads one parameters file; `stack` holds those that extend it, outermost first.
fn read(
    path: &str,
    project: &mut Project<'_>,
    environment: Environment<'_>,
    stack: &mut Vec<String>,
    found: &mut Vec<Diagnostic>,
) -> Result<Option<Given>, Box<Diagnostic>> {
    if stack.iter().any(|outer| outer == path) || stack.len() >= EXTENDS_MAX {
        let message =
            format!("these parameters files extend each other: `{}` -> `{path}`", stack.join("` -> `"));
        return Err(Box::new(Diagnostic::new(&codes::MODULE_CYCLE, message)));
    }
    let source = Source::new(path, project.files.read_text(path)?);
    stack.push(path.to_owned());
    let mut here = Vec::new();
    let given = params_file(&source, project, environment, stack, &mut here);
    stack.pop();
    in_order(&mut here);
    found.append(&mut here);
    Ok(given)
}

fn params_file(
    source: &Arc<Source>,
    project: &mut Project<'_>,
    environment: Environment<'_>,
    stack: &mut Vec<String>,
    found: &mut Vec<Diagnostic>,
) -> Option<Given> {
    let program = parse(source, Dialect::Parameters, found);
    let base = extended(source, &program, project, environment, stack, found);
    let imports = project.imports(source, &program);
    let model = Model::build(source, &program, Dialect::Parameters, &imports, found);
    let mut inherited = base.map_or_else(Map::new, |base| base.parameters);
    let values: Map<String, Json> = inherited
        .iter()
        .filter_map(|(name, entry)| Some((name.clone(), entry.get("value")?.clone())))
        .collect();
    let loaded = load(source, &program, &mut project.files, Some(environment), Some(&values), found);
    let using = using(source, &program, project, stack.len() > 1, found)?;
    check(&model, using.as_ref().map(|(_, unit)| &**unit), &inherited, &program, found);
    if found.iter().any(Diagnostic::is_error) || imports.iter().any(Option::is_none) {
        return None;
    }
    let mut silent = Vec::new();
    let mut argument = |value| compute(&model, &loaded, "externalInput", value, &mut silent);
    let externals = Externals::of(&model, &mut argument, found);
    found.append(&mut silent);
    if !externals.definitions.is_empty() && (stack.len() > 1 || model.extends) {
        let span = program.statements.first().map_or(Span::at(0), |statement| statement.span);
        let what = "`externalInput` in parameters files that extend each other";
        model.report(found, not_supported(what), span);
        return None;
    }
    let known = |expr| compute(&model, &loaded, "externalInput", expr, &mut Vec::new());
    let inputs = Inputs { externals: &externals, compute: &known };
    for (at, param) in model.params.iter().enumerate() {
        let Some(value) = param.default else { continue };
        let entry = match secret_arguments(value) {
            Some(arguments) if externals.is_external(Symbol::Param(at)) => {
                json!({ "reference": emit::secret_with_inputs(&model, &loaded, inputs, arguments, found) })
            }
            None if externals.is_external(Symbol::Param(at)) => {
                json!({ "expression": emit::with_inputs(&model, &loaded, inputs, value, found) })
            }
            Some(arguments) => {
                let arguments: Option<Vec<Json>> = arguments
                    .iter()
                    .map(|argument| compute(&model, &loaded, &param.name.name, argument, found))
                    .collect();
                json!({ "reference": secret(&arguments?) })
            }
            None => {
                let Some(computed) = compute(&model, &loaded, &param.name.name, value, found) else {
                    continue;
                };
                if let Some((_, unit)) = &using {
                    fit::parameters::value(&model, unit, &param.name.name, &computed, value.span, found);
                }
                json!({ "value": computed })
            }
        };
        inherited.insert(param.name.name.clone(), entry);
    }
    let inputs = externals.definitions;
    Some(Given { using: using.map(|(path, _)| path), parameters: inherited, inputs })
}

/// What the file gives that `extends` names.
fn extended(
    source: &Arc<Source>,
    program: &Program,
    project: &mut Project<'_>,
    environment: Environment<'_>,
    stack: &mut Vec<String>,
    found: &mut Vec<Diagnostic>,
) -> Option<Given> {
    let mut named = program.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Extends { path } => Some(path),
        _ => None,
    });
    let path = named.next()?;
    for again in named {
        let message = "`extends` stands more than once";
        found.push(Diagnostic::new(&codes::EXTENDS_TWICE, message).at(source, again.span));
    }
    let Some(written) = path.as_text() else {
        found.push(not_supported("`extends` without a plain path").at(source, path.span));
        return None;
    };
    let read = project
        .files
        .resolve(source.path(), written)
        .and_then(|resolved| read(&resolved, project, environment, stack, found));
    read.unwrap_or_else(|diagnostic| {
        found.push(diagnostic.at(source, path.span));
        None
    })
}

/// A Bicep file with its path.
type Used = (String, Arc<Unit>);

/// The file that `using` names, compiled; a file that another one extends may leave it out, or any say `none`. No
/// answer where it cannot be had, which has been reported.
fn using(
    source: &Arc<Source>,
    program: &Program,
    project: &mut Project<'_>,
    is_extended: bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Option<Used>> {
    let mut named = program.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Using { path } => Some((path.as_ref(), statement.span)),
        _ => None,
    });
    let Some((path, _)) = named.next() else {
        if is_extended {
            return Some(None);
        }
        let message = "the parameters file does not say which Bicep file it is for";
        let diagnostic = Diagnostic::new(&codes::USING_MISSING, message).help("add `using 'main.bicep'`");
        found.push(diagnostic.at(source, Span::at(0)));
        return None;
    };
    for (_, again) in named {
        let message = "`using` stands more than once";
        found.push(Diagnostic::new(&codes::USING_TWICE, message).at(source, again));
    }
    let Some(path) = path else { return Some(None) };
    let Some(written) = path.as_text() else {
        found.push(not_supported("`using` without a plain path").at(source, path.span));
        return None;
    };
    if registry::is_reference(written) {
        let unit = project.referenced(source, path)?;
        let (restored_to, _) = project.restored_to(source.path(), written).ok()?;
        return Some(Some((restored_to, unit)));
    }
    match project.files.resolve(source.path(), written) {
        Ok(resolved) => {
            let unit = project.unit(&resolved, &|diagnostic| diagnostic.at(source, path.span))?;
            Some(Some((resolved, unit)))
        }
        Err(diagnostic) => {
            found.push(diagnostic.at(source, path.span));
            None
        }
    }
}

/// Every parameter given is declared, and every one without a default is given.
fn check(
    model: &Model<'_>,
    unit: Option<&Unit>,
    inherited: &Map<String, Json>,
    program: &Program,
    found: &mut Vec<Diagnostic>,
) {
    let Some(unit) = unit else { return };
    let declared = &unit.signature.params;
    for param in &model.params {
        if !declared.contains_key(&param.name.name) {
            let message = format!("the parameter `{}` is not declared", param.name.name);
            let diagnostic = Diagnostic::new(&codes::PARAMETER_UNDECLARED, message);
            let known = declared.keys().map(String::as_str);
            let diagnostic = model.did_you_mean(diagnostic, &param.name.name, known);
            model.report(found, diagnostic, param.name.span);
        }
    }
    let given =
        |name: &str| inherited.contains_key(name) || model.params.iter().any(|param| param.name.name == name);
    let missing: Vec<&str> = declared
        .iter()
        .filter(|(name, param)| param.required && !given(name))
        .map(|(name, _)| name.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!("the parameters `{}` are not given", missing.join("`, `"));
        let using = program.statements.iter().find(|s| matches!(s.kind, StatementKind::Using { .. }));
        let span = using.map_or(Span::at(0), |statement| statement.span);
        model.report(found, Diagnostic::new(&codes::PARAMETER_MISSING, message), span);
    }
}

/// Computes one expression of a parameter.
fn compute(
    model: &Model<'_>,
    loaded: &Loaded,
    name: &str,
    value: &Expr,
    found: &mut Vec<Diagnostic>,
) -> Option<Json> {
    let before = found.len();
    let template = emit::values(model, loaded, value, found);
    if found.len() > before {
        return None;
    }
    let refuse = |code, why: &str| {
        let message = format!("the value of `{name}` cannot be computed: {why}");
        Diagnostic::new(code, message).at(model.source, value.span)
    };
    // No function that would tell the target apart can be called here.
    let target = Target {
        tenant_id: String::new(),
        scope: TargetScope::group("", ""),
        location: String::new(),
        deployment_name: String::new(),
    };
    match arm::evaluate(&template, &Parameters::default(), &target) {
        Ok((deployment, _)) => {
            let computed =
                deployment.outputs.get("value").and_then(|output| output.value.at("of")?.to_json());
            if computed.is_none() {
                found.push(refuse(&codes::PARAMETER_NOT_FOLDED, "it is known only while deploying"));
            }
            computed
        }
        Err(Diagnostics(reasons)) => {
            let reason = reasons.into_iter().next().map_or(String::new(), |reason| reason.message);
            // The evaluator names the place in a template that the user never sees.
            let reason = reason.strip_prefix("`outputs.value.of`: ").unwrap_or(&reason);
            found.push(refuse(&codes::PARAMETER_NOT_COMPUTED, reason));
            None
        }
    }
}

/// The arguments of `getSecret(subscription, group, vault, secret, version?)`.
fn secret_arguments(value: &Expr) -> Option<&[Expr]> {
    match &value.bare().kind {
        ExprKind::Call { name, arguments } | ExprKind::Method { name, arguments, .. }
            if name.name == "getSecret" =>
        {
            Some(arguments)
        }
        _ => None,
    }
}

fn secret(arguments: &[Json]) -> Json {
    let text = |at: usize| arguments.get(at).and_then(Json::as_str).unwrap_or_default();
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.KeyVault/vaults/{}",
        text(0),
        text(1),
        text(2)
    );
    let mut reference = json!({ "keyVault": { "id": id }, "secretName": text(3) });
    if let (Some(version), Json::Object(reference)) = (arguments.get(4), &mut reference) {
        reference.insert("secretVersion".into(), version.clone());
    }
    reference
}
