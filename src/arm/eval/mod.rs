//! The evaluator: a template, its parameters and a target become a [`Deployment`]. Nothing here asks Azure: what
//! only Azure can know stays a residual. `scope` holds what the expressions of one template see, `frame` the
//! resources of one deployment, `env` the place of one expression between the two.

mod env;
mod expression;
mod frame;
mod graph;
mod nested;
mod outputs;
mod parameters;
mod resource;
mod scope;
mod types;

use std::cell::{Cell, RefCell};

use serde_json::Value as Json;

use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};

use super::codes::{INVALID_TEMPLATE, LIMIT};
use super::fault::{Eval, Fault};
use super::limits::{MAX_TEMPLATE_BYTES, Meter};
use super::{Deployment, Parameters, Target, Value};

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
    let size = template.to_string().len();
    if size > MAX_TEMPLATE_BYTES {
        let message = format!("the template has {size} bytes, and Azure takes {MAX_TEMPLATE_BYTES}");
        return Err(Diagnostic::new(&LIMIT, message).into());
    }
    let session = Session::default();
    let location = Value::from(target.location.as_str());
    let deployment =
        nested::template_object(template).map_err(|fault| session.report(fault)).ok().and_then(|template| {
            let scope = scope::Scope::new(&session, template, "", target.clone(), location);
            nested::deploy(&scope, None, parameters)
        });
    let found = session.found.into_inner();
    match deployment {
        Some(deployment) => finish(deployment, found),
        None => Err(Diagnostics(found)),
    }
}

/// What one call of [`evaluate`] shares between all templates in it.
#[derive(Default)]
struct Session {
    meter: Meter,
    found: RefCell<Vec<Diagnostic>>,
    nesting: Cell<usize>,
}

impl Session {
    /// Keeps a finding; the same one is kept once.
    fn report(&self, fault: Fault) {
        if let Some(diagnostic) = fault.into_diagnostic() {
            let mut found = self.found.borrow_mut();
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
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
    use serde_json::json;

    #[test]
    fn a_template_that_is_too_large_is_refused_before_it_is_read() {
        let template = json!({ "resources": [], "metadata": { "x": "y".repeat(MAX_TEMPLATE_BYTES) } });
        let target = Target {
            tenant_id: String::new(),
            subscription_id: String::new(),
            resource_group: None,
            location: String::new(),
            deployment_name: String::new(),
        };
        let found = evaluate(&template, &Parameters::new(), &target).unwrap_err();
        assert_eq!(found.0[0].code, &LIMIT);
    }
}
