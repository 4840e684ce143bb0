//! Checks of function calls: does the function exist, is it given as many arguments as it takes, may it stand here.

use super::super::codes;
use super::super::functions::{self, Placement};
use super::super::syntax::{Expr, ExprKind, Ident};
use super::place::Level;
use super::{Model, diagnostic};
use crate::diag::Diagnostic;

/// What kind of declaration a call stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Declaration,
    ParameterDefault,
    ParametersFile,
    Function,
}

/// `sys.` or `az.` before a function, not hidden by a declaration.
pub(in crate::bicep) fn is_namespace(model: &Model<'_>, base: &Expr, hidden: bool) -> bool {
    matches!(&base.kind, ExprKind::Name(name) if matches!(name.as_str(), "sys" | "az"))
        && !hidden
        && model.globals.get("sys").or(model.globals.get("az")).is_none()
}

/// Reports what is wrong with a call; true where the function asks Azure while deploying.
pub(super) fn check(
    model: &Model<'_>,
    name: &Ident,
    arguments: &[Expr],
    context: Context,
    found: &mut Vec<Diagnostic>,
) -> bool {
    let Some(function) = functions::find(&name.name) else {
        model.report(found, unknown(&name.name), name.span);
        return false;
    };
    check_arity(model, name, arguments.len(), function, found);
    check_placement(model, name, function.placement, context, found);
    check_format(model, name, arguments, found);
    check_level(model, name, arguments, context, found);
    function.placement == Placement::Runtime
}

fn unknown(name: &str) -> Diagnostic {
    match name {
        "if" => {
            diagnostic(&codes::IF_FUNCTION, "there is no function `if`").help("write `condition ? yes : no`")
        }
        "createArray" => {
            diagnostic(&codes::CREATE_ARRAY, "there is no function `createArray`").help("write `[ … ]`")
        }
        "createObject" => {
            diagnostic(&codes::CREATE_OBJECT, "there is no function `createObject`").help("write `{ … }`")
        }
        "variables" => diagnostic(&codes::VARIABLES_FUNCTION, "there is no function `variables`")
            .help("write the variable's name"),
        "parameters" => diagnostic(&codes::PARAMETERS_FUNCTION, "there is no function `parameters`")
            .help("write the parameter's name"),
        _ => {
            let found = diagnostic(&codes::UNKNOWN_NAME, format!("the function `{name}` is not known"));
            match functions::suggest(name) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found,
            }
        }
    }
}

fn check_arity(
    model: &Model<'_>,
    name: &Ident,
    given: usize,
    function: &functions::Function,
    found: &mut Vec<Diagnostic>,
) {
    let (min, max) = (function.arguments_min, function.arguments_max);
    if (min..=max).contains(&given) {
        return;
    }
    let takes = match (min, max) {
        _ if min == max => format!("{min}"),
        (_, usize::MAX) => format!("at least {min}"),
        _ => format!("{min} to {max}"),
    };
    let message = format!("`{}` takes {takes} arguments, not {given}", name.name);
    model.report(found, diagnostic(&codes::ARGUMENT_COUNT, message), name.span);
}

/// `format('{1}', 'x')`: a place for which there is no argument ends the deployment.
fn check_format(model: &Model<'_>, name: &Ident, arguments: &[Expr], found: &mut Vec<Diagnostic>) {
    let ("format", Some((format, others))) = (name.name.as_str(), arguments.split_first()) else { return };
    let Some(text) = format.as_text() else { return };
    // `{{` is a brace, as in .NET's composite formats.
    let text = text.replace("{{", "").replace("}}", "");
    let numbers = text.split('{').skip(1).filter_map(|place| {
        let digits: &str = place.split(['}', ',', ':']).next().unwrap_or_default();
        digits.trim().parse::<usize>().ok()
    });
    if let Some(missing) = numbers.filter(|number| *number >= others.len()).min() {
        let message = format!("`format` has no argument for `{{{missing}}}`");
        let help = format!("the first argument is `{{0}}`; there are {} of them", others.len());
        model.report(found, diagnostic(&codes::CALL_FAILS, message).help(help), format.span);
    }
}

fn check_placement(
    model: &Model<'_>,
    name: &Ident,
    placement: Placement,
    context: Context,
    found: &mut Vec<Diagnostic>,
) {
    let refused = match placement {
        Placement::ParameterDefault if context != Context::ParameterDefault => {
            let message = format!("`{}` can only stand in the default of a parameter", name.name);
            diagnostic(&codes::ONLY_PARAMETER_DEFAULT, message)
        }
        Placement::ParametersFile if context != Context::ParametersFile => {
            let message = format!("`{}` can only stand in a parameters file", name.name);
            diagnostic(&codes::ONLY_PARAMETERS_FILE, message)
        }
        Placement::Runtime if context != Context::Declaration => {
            let message = format!("`{}` asks Azure while deploying, so it cannot stand here", name.name);
            diagnostic(&codes::ONLY_IN_RESOURCES, message)
        }
        Placement::Deployment if context == Context::ParametersFile => {
            let message = format!("`{}` has no answer before the deployment", name.name);
            diagnostic(&codes::PARAMETER_NOT_FOLDED, message)
        }
        _ => return,
    };
    model.report(found, refused, name.span);
}

/// `resourceGroup()` has no answer in a deployment to a subscription, and so on.
fn check_level(
    model: &Model<'_>,
    name: &Ident,
    arguments: &[Expr],
    context: Context,
    found: &mut Vec<Diagnostic>,
) {
    let levels: &[Level] = match name.name.as_str() {
        "resourceGroup" if arguments.is_empty() => &[Level::ResourceGroup],
        "subscription" if arguments.is_empty() => &[Level::ResourceGroup, Level::Subscription],
        "managementGroup" if arguments.is_empty() => &[Level::ManagementGroup],
        _ => return,
    };
    if !matches!(context, Context::ParametersFile | Context::Function) && !levels.contains(&model.level) {
        let message =
            format!("`{}` has no meaning in a file with `targetScope = '{}'`", name.name, model.level.name());
        model.report(found, diagnostic(&codes::FUNCTION_LEVEL, message), name.span);
    }
}
