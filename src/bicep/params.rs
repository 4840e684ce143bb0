//! Parameters files, `.bicepparam`: every value is computed when compiling. The expressions are compiled like any
//! others and then given to the ARM evaluator, so that a function means here what it means in a deployment.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::bind::{Model, Param, not_supported};
use super::load::{Environment, Loaded, load};
use super::parser::{Dialect, parse};
use super::project::{Project, Unit};
use super::syntax::{Expr, ExprKind, Program, StatementKind};
use super::{Options, codes, emit};
use crate::arm::{self, Parameters, Target};
use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::text::{Source, Span, World};

/// A compiled parameters file.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledParams {
    /// A deployment parameters file: `{ $schema, contentVersion, parameters }`.
    pub parameters: Json,
    /// The Bicep file that the parameters are for, as a path in the world.
    pub using: String,
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
    let text = project.files.read_text(entry).map_err(|diagnostic| Diagnostics(vec![*diagnostic]))?;
    let source = Source::new(entry, text);
    let mut found = Vec::new();
    let compiled = params_file(&source, &mut project, environment, &mut found);
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|primary| primary.span.start));
    found.append(&mut project.found);
    let (compiled, warnings) = finish(compiled, found)?;
    let Some((using, parameters)) = compiled else { return Err(Diagnostics(warnings)) };
    Ok(CompiledParams { parameters, using, warnings, files: project.files.read })
}

fn params_file(
    source: &Arc<Source>,
    project: &mut Project<'_>,
    environment: Environment<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<(String, Json)> {
    let program = parse(source, Dialect::Parameters, found);
    let imports = project.imports(source, &program);
    let model = Model::build(source, &program, Dialect::Parameters, &imports, found);
    let loaded = load(source, &program, &mut project.files, Some(environment), found);
    let (using, unit) = using(source, &program, project, found)?;
    check(&model, &unit, &program, found);
    if found.iter().any(Diagnostic::is_error) {
        return None;
    }
    let mut parameters = Map::new();
    for param in &model.params {
        let Some(value) = param.default else { continue };
        let entry = match secret_arguments(value) {
            Some(arguments) => {
                let arguments: Option<Vec<Json>> = arguments
                    .iter()
                    .map(|argument| compute(&model, &loaded, param, argument, found))
                    .collect();
                json!({ "reference": secret(&arguments?) })
            }
            None => {
                let Some(computed) = compute(&model, &loaded, param, value, found) else { continue };
                check_type(&model, &unit, param, &computed, found);
                json!({ "value": computed })
            }
        };
        parameters.insert(param.name.name.clone(), entry);
    }
    let file = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
    });
    Some((using, file))
}

/// The file that `using` names, compiled.
fn using(
    source: &Arc<Source>,
    program: &Program,
    project: &mut Project<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<(String, Arc<Unit>)> {
    let mut named = program.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Using { path } => path.as_ref(),
        _ => None,
    });
    let Some(path) = named.next() else {
        let message = "the parameters file does not say which Bicep file it is for";
        let diagnostic = Diagnostic::new(&codes::USING_MISSING, message).help("add `using 'main.bicep'`");
        found.push(diagnostic.at(source, Span::at(0)));
        return None;
    };
    for again in named {
        let message = "`using` stands more than once";
        found.push(Diagnostic::new(&codes::USING_TWICE, message).at(source, again.span));
    }
    let Some(written) = path.as_text() else {
        found.push(not_supported("`using` without a plain path").at(source, path.span));
        return None;
    };
    match project.files.resolve(source.path(), written) {
        Ok(resolved) => {
            let unit = project.unit(&resolved, &|diagnostic| diagnostic.at(source, path.span))?;
            Some((resolved, unit))
        }
        Err(diagnostic) => {
            found.push(diagnostic.at(source, path.span));
            None
        }
    }
}

/// Every parameter given is declared, and every one without a default is given.
fn check(model: &Model<'_>, unit: &Unit, program: &Program, found: &mut Vec<Diagnostic>) {
    let declared = &unit.signature.params;
    for param in &model.params {
        if !declared.contains_key(&param.name.name) {
            let message = format!("the parameter `{}` is not declared", param.name.name);
            let diagnostic = Diagnostic::new(&codes::PARAMETER_UNDECLARED, message)
                .did_you_mean(&param.name.name, declared.keys().map(String::as_str));
            model.report(found, diagnostic, param.name.span);
        }
    }
    let given = |name: &str| model.params.iter().any(|param| param.name.name == name);
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
    param: &Param<'_>,
    value: &Expr,
    found: &mut Vec<Diagnostic>,
) -> Option<Json> {
    let before = found.len();
    let template = emit::values(model, loaded, value, found);
    if found.len() > before {
        return None;
    }
    let refuse = |code, why: &str| {
        let message = format!("the value of `{}` cannot be computed: {why}", param.name.name);
        Diagnostic::new(code, message).at(model.source, value.span)
    };
    // No function that would tell the target apart can be called here.
    let target = Target {
        tenant_id: String::new(),
        subscription_id: String::new(),
        resource_group: Some(String::new()),
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

fn check_type(model: &Model<'_>, unit: &Unit, param: &Param<'_>, value: &Json, found: &mut Vec<Diagnostic>) {
    let Some(expected) = unit.signature.params.get(&param.name.name).and_then(|param| param.ty.as_deref())
    else {
        return;
    };
    let actual = match value {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "int",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    if expected != actual {
        let message = format!("the parameter `{}` takes `{expected}`, not `{actual}`", param.name.name);
        let span = param.default.map_or(param.name.span, |value| value.span);
        model.report(found, Diagnostic::new(&codes::PARAMETER_TYPE, message), span);
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
