//! The machine that calls functions, reads properties and applies lambdas, on values that may be unknown.
//! The evaluator drives it while a template is expanded, [`Value::resolve`] when resources are deployed; what
//! differs between the two is the [`Outside`].

use serde_json::Value as Json;

use crate::diag::Diagnostic;

use super::fault::{Eval, Fault};
use super::functions::{Body, Function, Needs};
use super::limits::{MAX_VALUE_DEPTH, Meter, check_weight, listed};
use super::residual::{Node, Variable};
use super::{Runtime, Value, codes};

/// What lies outside the values: the resources that `reference` and `list*` speak of.
pub(super) trait Outside {
    /// Answers `reference`; a residual where it cannot be known yet.
    fn reference(&self, id: &str, api_version: Option<&str>, full: bool) -> Eval<Value>;
    /// Answers `list*`.
    fn list(&self, function: &str, id: &str, api_version: &str, body: Option<&Value>) -> Eval<Value>;
    /// The outputs of a nested deployment of the same template; None for any other resource. `secure` asks for
    /// the plain values, as `listOutputsWithSecureValues` gives them.
    fn outputs(&self, id: &str, secure: bool) -> Eval<Option<Value>>;
    /// A function that only Azure answers: stuck while a template is expanded, refused once it has to be known.
    fn azure(&self, function: &str) -> Eval<Value>;
    /// The ids of all copies of a resource, for `references`.
    fn copies(&self, symbolic_name: &str) -> Eval<Vec<String>>;
}

pub(super) struct Machine<'a> {
    pub(super) outside: &'a dyn Outside,
    pub(super) meter: &'a Meter,
}

impl Value {
    /// Computes what was unknown, now that resources are deployed. Known values come back as they are.
    ///
    /// # Errors
    /// `ResourceNotFound` where a resource is not there, `arm-function-failed` where its answer does not fit.
    #[expect(
        clippy::result_large_err,
        reason = "fails at most once per resource, and callers want the finding"
    )]
    pub fn resolve(&self, runtime: &dyn Runtime) -> Result<Self, Diagnostic> {
        let meter = Meter::default();
        let machine = Machine { outside: &Deployed(runtime), meter: &meter };
        machine.reduce(self, &[]).map_err(|fault| {
            fault.into_diagnostic().unwrap_or_else(|| {
                Diagnostic::new(&codes::TOO_LATE, "the value depends on something that cannot be known")
            })
        })
    }
}

/// The property or element of a known value, where it is there.
pub(super) fn known_member<'a>(base: &'a Value, key: &Value) -> Option<&'a Value> {
    match (base, key) {
        (Value::Object(_), Value::String(name)) => base.get(name),
        (Value::Array(items), Value::Int(index)) => items.get(usize::try_from(*index).ok()?),
        _ => None,
    }
}

/// What a branch that may never be taken comes to: its failure counts only when it is needed.
pub(super) fn only_if_needed(branch: Eval<Value>) -> Eval<Value> {
    match branch {
        Err(fault @ Fault::Problem(_)) => match fault.into_diagnostic() {
            Some(diagnostic) => Ok(Node::Failure(diagnostic).into_value()),
            None => Err(Fault::Reported),
        },
        other => other,
    }
}

impl Machine<'_> {
    /// Calls a function; the call stays a residual where it needs what is unknown.
    pub(super) fn call(&self, function: &'static Function, args: Vec<Value>) -> Eval<Value> {
        self.meter.charge(1)?;
        let answer = match function.body {
            Body::Values(needs, run) => {
                let ready = match needs {
                    Needs::Everything => args.iter().all(Value::is_known),
                    Needs::Outline => !args.iter().any(|arg| matches!(arg, Value::Unknown(_))),
                    Needs::Nothing => true,
                };
                if ready {
                    run(&args).map_err(|fault| fault.in_function(function.name))
                } else {
                    Err(Fault::Stuck)
                }
            }
            Body::Machine(run) => run(self, &args),
            Body::Azure => self.outside.azure(function.name),
            Body::Lazy(run) => run(args.len(), &mut |at| Ok(args[at].clone())),
            // The evaluator answers these before a value exists; none of them is ever left as a residual.
            Body::Scope(_) | Body::Lambda | Body::Refused(..) => {
                Err(Fault::failed(format!("`{}` can only be used in a template", function.name)))
            }
        };
        match answer {
            Err(Fault::Stuck) => self.checked(Node::Call { function, args }.into_value()),
            Ok(value) => self.checked(value),
            fault => fault,
        }
    }

    /// Reads `base.key` or `base[key]`.
    pub(super) fn member(&self, base: Value, key: Value, safe: bool) -> Eval<Value> {
        self.meter.charge(1)?;
        if let Some(value) = known_member(&base, &key) {
            return self.copied(value);
        }
        match (&base, &key) {
            (Value::Unknown(residual), _) => {
                if let Some(value) = self.known_part(&residual.node, &key)? {
                    return self.checked(value);
                }
                self.checked(Node::Member { base, key, safe }.into_value())
            }
            (_, Value::Unknown(_)) => self.checked(Node::Member { base, key, safe }.into_value()),
            (Value::Object(_), Value::String(_)) | (Value::Array(_), Value::Int(_)) | (Value::Null, _)
                if safe =>
            {
                Ok(Value::Null)
            }
            (Value::Object(map), Value::String(name)) => {
                Err(no_property(name, map.keys().map(String::as_str)))
            }
            (Value::Array(items), Value::Int(index)) => Err(Fault::failed(format!(
                "index {index} is outside of the array, which has {} elements",
                items.len()
            ))),
            (_, Value::String(name)) => {
                Err(Fault::failed(format!("property `{name}` cannot be read from {}", described(&base))))
            }
            _ => {
                Err(Fault::failed(format!("{} cannot be indexed with {}", described(&base), described(&key))))
            }
        }
    }

    /// What can be told of a resource before it is deployed: its name, and the outputs of a nested deployment.
    fn known_part(&self, node: &Node, key: &Value) -> Eval<Option<Value>> {
        let (Node::Call { function, args }, Some(key)) = (node, key.as_str()) else { return Ok(None) };
        match (function.name, args.as_slice()) {
            ("reference", [Value::String(id), rest @ ..]) => match key.to_ascii_lowercase().as_str() {
                "outputs" => self.outside.outputs(id, false),
                "id" if rest.len() == 2 => Ok(Some(id.as_str().into())),
                "name" if rest.len() == 2 => Ok(id.rsplit('/').next().map(Value::from)),
                _ => Ok(None),
            },
            ("list*", [Value::String(name), Value::String(id), ..])
                if name.eq_ignore_ascii_case("listOutputsWithSecureValues") =>
            {
                match self.outside.outputs(id, true)? {
                    Some(outputs) => self.member(outputs, key.into(), false).map(Some),
                    None => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// Applies a lambda to arguments.
    pub(super) fn apply(&self, lambda: &Value, args: &[Value]) -> Eval<Value> {
        let Value::Unknown(residual) = lambda else {
            return Err(Fault::failed(format!("a lambda was expected, not {}", described(lambda))));
        };
        let Node::Lambda { parameters, body } = &residual.node else { return Err(Fault::Stuck) };
        let bindings: Vec<_> = parameters.iter().cloned().zip(args.iter().cloned()).collect();
        let value = self.reduce(body, &bindings)?;
        // What is known is copied each time.
        self.charge(&value)?;
        Ok(value)
    }

    /// How many parameters a lambda has.
    pub(super) fn parameters(lambda: &Value) -> Option<usize> {
        let Value::Unknown(residual) = lambda else { return None };
        if let Node::Lambda { parameters, .. } = &residual.node { Some(parameters.len()) } else { None }
    }

    /// Computes again with the variables bound and with what the outside knows by now.
    pub(super) fn reduce(&self, value: &Value, bindings: &[(Variable, Value)]) -> Eval<Value> {
        self.meter.deeper(|| match value {
            Value::Array(items) => {
                items.iter().map(|item| self.reduce(item, bindings)).collect::<Eval<_>>().map(Value::Array)
            }
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| Ok((key.clone(), self.reduce(value, bindings)?)))
                .collect::<Eval<_>>()
                .map(Value::Object),
            Value::Unknown(residual) => self.reduce_node(&residual.node, bindings),
            known => Ok(known.clone()),
        })
    }

    fn reduce_node(&self, node: &Node, bindings: &[(Variable, Value)]) -> Eval<Value> {
        match node {
            Node::Call { function: Function { body: Body::Lazy(run), .. }, args } => {
                self.meter.charge(1)?;
                run(args.len(), &mut |at| self.reduce(&args[at], bindings))
            }
            Node::Call { function, args } => {
                let args = args.iter().map(|arg| self.reduce(arg, bindings)).collect::<Eval<_>>()?;
                self.call(function, args)
            }
            Node::Member { base, key, safe } => {
                let (base, key) = (self.reduce(base, bindings)?, self.reduce(key, bindings)?);
                self.member(base, key, *safe)
            }
            Node::Lambda { parameters, body } => {
                let outer: Vec<_> =
                    bindings.iter().filter(|(variable, _)| !parameters.contains(variable)).cloned().collect();
                let body = only_if_needed(self.reduce(body, &outer))?;
                Ok(Node::Lambda { parameters: parameters.clone(), body }.into_value())
            }
            Node::Variable(variable) => Ok(bindings
                .iter()
                .find(|(bound, _)| bound == variable)
                .map_or_else(|| Node::Variable(variable.clone()).into_value(), |(_, value)| value.clone())),
            Node::Failure(diagnostic) => Err(diagnostic.clone().into()),
            Node::Supplied(what) => Ok(Value::supplied_later(what)),
        }
    }

    /// A copy of a value, charged for.
    pub(super) fn copied(&self, value: &Value) -> Eval<Value> {
        self.charge(value)?;
        Ok(value.clone())
    }

    /// A new value, charged for.
    fn checked(&self, value: Value) -> Eval<Value> {
        self.charge(&value)?;
        Ok(value)
    }

    /// Charges for a value, and refuses one that is too large, or nests too deep to be walked.
    fn charge(&self, value: &Value) -> Eval<()> {
        let size = value.size();
        if size.depth > MAX_VALUE_DEPTH {
            let message = format!("a value nests more than {MAX_VALUE_DEPTH} levels deep");
            return Err(Fault::new(&codes::LIMIT, message));
        }
        check_weight(size.weight)?;
        self.meter.charge(size.weight)
    }
}

/// A value in a message: small ones as they are, others by their type.
pub(super) fn described(value: &Value) -> String {
    /// Longer texts hide the sentence around them.
    const SHORT: usize = 40;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(value) => format!("`{value}`"),
        Value::String(text) if text.chars().count() <= SHORT && !text.contains('\n') => format!("`'{text}'`"),
        Value::Array(_) | Value::Object(_) => format!("an {}", value.type_name()),
        other => format!("a {}", other.type_name()),
    }
}

fn no_property<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    /// More names than this are no help.
    const MOST_NAMES: usize = 12;
    let diagnostic = Diagnostic::new(&codes::FUNCTION_FAILED, format!("the object has no property `{name}`"))
        .did_you_mean(name, known.clone());
    // radius-project/samples#532, seen 2026-11-22.
    let diagnostic = match listed(known.clone()) {
        Some(list) => diagnostic.azure_says(format!(
            "The language expression property '{name}' doesn't exist, available properties are '{list}'."
        )),
        None => diagnostic,
    };
    let names: Vec<_> = known.take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    if names.is_empty() || !diagnostic.help.is_empty() {
        return diagnostic.into();
    }
    diagnostic.help(format!("use one of its properties: {}", names.join(", "))).into()
}

/// The outside once resources are deployed.
struct Deployed<'a>(&'a dyn Runtime);

impl Outside for Deployed<'_> {
    fn reference(&self, id: &str, api_version: Option<&str>, full: bool) -> Eval<Value> {
        found(id, self.0.reference(id, api_version, full))
    }

    fn list(&self, function: &str, id: &str, api_version: &str, body: Option<&Value>) -> Eval<Value> {
        let body = body.map(|value| value.to_json().ok_or(Fault::Stuck)).transpose()?;
        found(id, self.0.list(function, id, api_version, body.as_ref()))
    }

    fn outputs(&self, _: &str, _: bool) -> Eval<Option<Value>> {
        Ok(None)
    }

    fn azure(&self, function: &str) -> Eval<Value> {
        let message = format!("`{function}` is not supported: only Azure can answer it");
        Err(Fault::new(&codes::UNSUPPORTED, message))
    }

    fn copies(&self, symbolic_name: &str) -> Eval<Vec<String>> {
        Err(Fault::failed(format!("the copies of `{symbolic_name}` are not known")))
    }
}

fn found(id: &str, answer: Option<Json>) -> Eval<Value> {
    match answer {
        Some(json) => Ok(Value::from_json(&json)),
        None => Err(Fault::new(&codes::RESOURCE_NOT_FOUND, format!("the resource `{id}` was not found"))),
    }
}
