//! The evaluator: a template, its parameters and a target become a [`Deployment`]. Nothing here asks Azure: what
//! only Azure can know stays a residual. `scope` holds what the expressions of one template see, `frame` the
//! resources of one deployment, `env` the place of one expression between the two.

mod declare;
mod dependencies;
mod env;
mod expression;
mod frame;
mod nested;
mod outputs;
mod parameters;
mod resource;
mod scope;
mod template;
mod types;
mod user_function;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};

use super::codes::{INVALID_TEMPLATE, LIMIT};
use super::expr::{Expr, parse};
use super::fault::{Eval, Fault};
use super::limits::{MAX_ALL_RESOURCES, MAX_TEMPLATE_BYTES, Meter};
use super::{Deployment, Facts, Parameters, Target, TargetScope, Value};

pub(super) use env::Env;

/// Evaluates a template: the resources it would deploy, with warnings.
///
/// # Errors
/// Everything found wrong with the template or its parameters, each with its JSON path.
pub fn evaluate(
    template: &Json,
    parameters: &Parameters,
    target: &Target,
) -> DiagResult<(Deployment, Vec<Diagnostic>)> {
    evaluate_with(template, parameters, target, &Facts::default())
}

/// Evaluates as [`evaluate`] does, with what is known beyond the template and its target.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_with(
    template: &Json,
    parameters: &Parameters,
    target: &Target,
    facts: &Facts,
) -> DiagResult<(Deployment, Vec<Diagnostic>)> {
    let size = template.to_string().len();
    if size > MAX_TEMPLATE_BYTES {
        let message = format!("the template has {size} bytes, and Azure takes {MAX_TEMPLATE_BYTES}");
        // Azure/bicep-registry-modules#2358 of 2024-06-14; it answers RequestContentTooLarge.
        let service = "The request content size exceeds the maximum size of 4 MB.";
        return Err(Diagnostic::new(&LIMIT, message).azure_says(service).into());
    }
    let session = Session { facts: facts.clone(), ..Session::default() };
    let deployment = session.keep(template::object(template)).and_then(|template| {
        let location = location(target);
        let scope = scope::Scope::new(&session, template, "", target.clone(), location);
        template::deploy(&scope, frame::Place::outermost(template, target.clone()), parameters)
    });
    let found = session.found.into_inner();
    match deployment {
        Some(deployed) => finish(deployed.deployment, found),
        None => Err(Diagnostics(found)),
    }
}

/// Evaluates what a parameters file gives for the parameter `name` as an expression, `"expression": "[int(externalInputs('size'))]"`. Inputs that
/// are not given stay unknown.
///
/// # Errors
/// What is wrong with the expression.
pub fn parameter_expression(name: &str, expression: &str, inputs: &Parameters) -> DiagResult<Value> {
    let session = Session { external_inputs: Some(inputs.clone()), ..Session::default() };
    let template = serde_json::Map::new();
    let target = Target {
        tenant_id: String::new(),
        scope: TargetScope::Tenant,
        location: String::new(),
        deployment_name: String::new(),
    };
    let scope = scope::Scope::new(&session, &template, "", target, Value::Null);
    let value = Env::early(&scope, "a parameter").text(expression);
    let value = session.keep(value.map_err(|fault| fault.within(&format!("parameters.{name}.expression"))));
    value.ok_or_else(|| Diagnostics(session.found.into_inner()))
}

/// The location of the target; unknown where the caller does not say it.
fn location(target: &Target) -> Value {
    match (target.scope.resource_group(), target.location.as_str()) {
        (Some(_), "") => Value::supplied_later("resourceGroup().location"),
        (None, "") => Value::supplied_later("deployment().location"),
        (_, known) => known.into(),
    }
}

/// Problems of one template that are told. One of noise has as many as expressions.
const FOUND_MAX: usize = 100;

/// What one call of [`evaluate`] shares between all templates in it.
#[derive(Default)]
struct Session {
    facts: Facts,
    meter: Meter,
    /// How often `newGuid` was called.
    guids: Cell<u32>,
    found: RefCell<Vec<Diagnostic>>,
    nesting: Cell<usize>,
    /// How many resources were declared in all deployments.
    resources: Cell<usize>,
    expressions: RefCell<HashMap<String, Rc<Expr>>>,
    /// What `externalInputs` answers; None while a template is evaluated.
    external_inputs: Option<Parameters>,
    /// The values of secure parameters, which never stand in a finding.
    secrets: RefCell<Vec<String>>,
}

impl Session {
    /// Keeps a finding; the same one is kept once. Where there are more than someone would read, evaluation ends.
    fn report(&self, fault: Fault) {
        let Some(mut diagnostic) = fault.into_diagnostic() else { return };
        for secret in self.secrets.borrow().iter() {
            diagnostic.message = diagnostic.message.replace(secret, "***");
            diagnostic.service = diagnostic.service.map(|wording| wording.replace(secret, "***"));
        }
        let mut found = self.found.borrow_mut();
        // What only warns leaves room for what is wrong.
        let most = if diagnostic.is_error() { FOUND_MAX } else { FOUND_MAX / 2 };
        if found.contains(&diagnostic) {
            return;
        }
        if found.len() < most {
            found.push(diagnostic);
        } else if diagnostic.is_error() && !self.meter.is_stopped() {
            self.meter.stop();
            let last = found.pop().map(|last| last.help("more problems are not shown; mend these first"));
            found.extend(last);
        }
    }

    /// Remembers the value of a secure parameter.
    fn keep_secret(&self, value: &Value) {
        /// Masking shorter ones would garble messages more than it would hide.
        const SHORTEST: usize = 3;
        if let Some(secret) = value.as_str().filter(|secret| secret.len() >= SHORTEST) {
            self.secrets.borrow_mut().push(secret.to_owned());
        }
    }

    /// Counts a resource of the deployment or of those in it.
    fn count_resource(&self) -> Eval<()> {
        self.resources.set(self.resources.get() + 1);
        if self.resources.get() > MAX_ALL_RESOURCES {
            let message =
                format!("the deployments in it make more than {MAX_ALL_RESOURCES} resources together");
            return Err(Fault::new(&LIMIT, message));
        }
        Ok(())
    }

    /// The parsed expression; loops and functions come back to the same one.
    fn parsed(&self, text: &str) -> Eval<Rc<Expr>> {
        if let Some(known) = self.expressions.borrow().get(text) {
            return Ok(Rc::clone(known));
        }
        let expr = Rc::new(parse(text).map_err(|found| Fault::from(*found))?);
        self.expressions.borrow_mut().insert(text.to_owned(), Rc::clone(&expr));
        Ok(expr)
    }

    /// Takes the value out of a result, or reports why there is none.
    fn keep<T>(&self, result: Eval<T>) -> Option<T> {
        result.map_err(|fault| self.report(fault)).ok()
    }
}

/// A finding about the shape of the template.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(&INVALID_TEMPLATE, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn run(template: &Json) -> DiagResult<(Deployment, Vec<Diagnostic>)> {
        let target = Target {
            tenant_id: "t".to_owned(),
            scope: TargetScope::group("s", "g"),
            location: "westus3".to_owned(),
            deployment_name: "main".to_owned(),
        };
        evaluate(template, &Parameters::new(), &target)
    }

    #[track_caller]
    fn is_limited(template: &Json, message: &str) {
        let Diagnostics(found) = run(template).unwrap_err();
        assert_eq!(found[0].code, &LIMIT, "{found:?}");
        assert!(found[0].message.contains(message), "{}", found[0].message);
    }

    /// A template whose variables `v1` to `v<n>` each use the one before.
    fn chain(n: usize, link: impl Fn(&str) -> String) -> Json {
        let mut variables = Map::from_iter([("v0".to_owned(), json!("x"))]);
        for index in 1..=n {
            let before = format!("variables('v{}')", index - 1);
            variables.insert(format!("v{index}"), json!(format!("[{}]", link(&before))));
        }
        let output = json!({ "type": "string", "value": format!("[string(variables('v{n}'))]") });
        json!({ "variables": variables, "resources": [], "outputs": { "o": output } })
    }

    fn module(name: &str, template: Json, p: Json) -> Json {
        json!({
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2025-04-01",
            "name": name,
            "properties": {
                "expressionEvaluationOptions": { "scope": "inner" },
                "parameters": p,
                "template": template,
            },
        })
    }

    #[test]
    fn sizes_are_bounded() {
        let many = |n: usize, value: Json| -> Map<String, Json> {
            (0..n).map(|index| (format!("n{index}"), value.clone())).collect()
        };
        let padding = "y".repeat(MAX_TEMPLATE_BYTES);
        is_limited(&json!({ "resources": [], "metadata": { "x": padding } }), "bytes");
        is_limited(&json!({ "resources": [], "variables": many(513, json!(1)) }), "513 variables");
        let output = json!({ "type": "int", "value": 1 });
        is_limited(&json!({ "resources": [], "outputs": many(65, output) }), "65 outputs");
        let parameter = json!({ "type": "int", "defaultValue": 1 });
        is_limited(&json!({ "resources": [], "parameters": many(257, parameter) }), "257 parameters");
    }

    #[test]
    fn values_and_depth_are_bounded() {
        is_limited(&chain(40, |before| format!("createArray({before}, {before})")), "parts");
        is_limited(&chain(300, |before| format!("concat({before}, 'x')")), "levels deep");
        is_limited(&chain(200, |before| format!("createArray({before})")), "levels deep");
        let deep = |before: &str| format!("{}{before}{}", "concat('a', ".repeat(90), ")".repeat(90));
        is_limited(&chain(5, deep), "levels deep");
        run(&chain(50, |before| format!("concat({before}, 'x')"))).unwrap();
    }

    #[test]
    fn loops_in_loops_are_bounded_together() {
        let copies = |input: Json| json!({ "copy": [{ "name": "c", "count": 800, "input": input }] });
        let values = copies(copies(copies(json!("[copyIndex('c')]"))));
        let output = json!({ "type": "int", "value": "[length(variables('c'))]" });
        is_limited(&json!({ "variables": values, "resources": [], "outputs": { "o": output } }), "parts");
        let looped = |mut resource: Json, name: &str| {
            resource["name"] = json!(format!("[format('{name}-{{0}}', copyIndex())]"));
            resource["copy"] = json!({ "name": name, "count": 800 });
            json!({ "resources": [resource] })
        };
        let innermost = looped(json!({ "type": "A.B/c", "apiVersion": "1" }), "c");
        let middle = looped(module("", innermost, json!({})), "b");
        let outermost = looped(module("", middle, json!({})), "a");
        is_limited(&outermost, "resources together");
    }

    #[test]
    fn of_very_many_problems_the_first_ones_are_told_and_evaluation_ends() {
        let resource = |at: usize| {
            let unknown = format!("[variables('v{at}')]");
            json!({ "type": "A.B/c", "apiVersion": "1", "name": format!("r{at}"), "properties": unknown })
        };
        let resources: Vec<Json> = (0..500).map(resource).collect();
        let Diagnostics(found) = run(&json!({ "resources": resources })).unwrap_err();
        assert_eq!(found.len(), FOUND_MAX);
        assert!(found[FOUND_MAX - 1].help[0].starts_with("more problems"), "{:?}", found[FOUND_MAX - 1]);
    }

    #[test]
    fn deployments_nest_to_a_bound() {
        let nested = |n| {
            (0..n).fold(
                json!({ "resources": [] }),
                |inner, level| json!({ "resources": [module(&format!("level-{level}"), inner, json!({}))] }),
            )
        };
        run(&nested(16)).unwrap();
        is_limited(&nested(17), "16 levels deep");
    }

    #[test]
    fn a_long_chain_of_modules_passes_an_output_on_in_any_order() {
        const LENGTH: usize = 60;
        let template = json!({
            "parameters": { "p": { "type": "string" } },
            "resources": [],
            "outputs": { "o": { "type": "string", "value": "[parameters('p')]" } },
        });
        let link = |index: usize| {
            let next = format!("m{}", index + 1);
            let value = json!(format!("[reference('{next}').outputs.o.value]"));
            let is_last = index + 1 == LENGTH;
            let p = json!({ "p": { "value": if is_last { json!("x") } else { value } } });
            let mut module = module(&format!("m{index}"), template.clone(), p);
            module["dependsOn"] = if is_last { json!([]) } else { json!([next]) };
            module
        };
        let modules: Vec<Json> = (0..LENGTH).map(link).collect();
        let output = json!({ "type": "string", "value": "[reference('m0').outputs.o.value]" });
        let (deployment, _) = run(&json!({ "resources": modules, "outputs": { "o": output } })).unwrap();
        assert_eq!(deployment.outputs["o"].value, "x".into());
    }
}
