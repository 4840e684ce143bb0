//! The meaning of template JSON: strings that are expressions, objects with property loops, calls.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::env::Env;
use super::invalid;
use crate::arm::Value;
use crate::arm::codes::{LIMIT, TOO_LATE, UNKNOWN_FUNCTION};
use crate::arm::expr::{Expr, Text, classify};
use crate::arm::fault::{Eval, Fault};
use crate::arm::functions::{self, Body, Function};
use crate::arm::limits::{MAX_COPIES, check_weight};
use crate::arm::machine::{described, known_member, only_if_needed};
use crate::arm::residual::{Node, Variable};
use crate::diag::Diagnostic;

impl Env<'_> {
    /// Evaluates any JSON of the template.
    pub(super) fn json(&self, json: &Json) -> Eval<Value> {
        self.scope.session.meter.deeper(|| match json {
            Json::String(text) => self.text(text),
            Json::Array(items) => {
                let each =
                    |(index, item)| self.json(item).map_err(|fault| fault.under(&format!("[{index}]")));
                items.iter().enumerate().map(each).collect::<Eval<_>>().map(Value::Array)
            }
            Json::Object(map) => self.object(map).map(Value::Object),
            scalar => Ok(Value::from_json(scalar)),
        })
    }

    /// Evaluates a string: an expression, or the text itself.
    pub(super) fn text(&self, text: &str) -> Eval<Value> {
        match classify(text) {
            Text::Literal(text) => Ok(text.into()),
            Text::Expression(text) => {
                let expr = self.scope.session.parsed(text)?;
                self.expr(&expr)
            }
        }
    }

    /// Evaluates a string that must be known and must be a string.
    pub(super) fn known_text(&self, json: &Json, what: &str) -> Eval<String> {
        match self.json(json)? {
            Value::String(text) => Ok(text),
            Value::Unknown(residual) => Err(too_late(what, &residual.short())),
            other => Err(invalid(format!("{what} must be a string, not {}", described(&other)))),
        }
    }

    fn object(&self, map: &Map<String, Json>) -> Eval<IndexMap<String, Value>> {
        let mut object = IndexMap::new();
        for (key, json) in map {
            if let Some(loops) = property_loops(key, json) {
                for (index, item) in loops.iter().enumerate() {
                    let (name, value) =
                        self.property_loop(item).map_err(|fault| fault.under(&format!(".copy[{index}]")))?;
                    object.insert(name, value);
                }
                continue;
            }
            let key = self.key(key)?;
            let value = self.json(json).map_err(|fault| fault.under(&format!(".{key}")))?;
            object.insert(key, value);
        }
        Ok(object)
    }

    /// Keys may be expressions, too.
    pub(super) fn key(&self, key: &str) -> Eval<String> {
        match classify(key) {
            Text::Literal(text) => Ok(text.to_owned()),
            Text::Expression(_) => self.known_text(&Json::String(key.to_owned()), "a property name"),
        }
    }

    /// Expands `{ name, count, input }` into the property's name and array.
    pub(super) fn property_loop(&self, item: &Json) -> Eval<(String, Value)> {
        let name = item.get("name").and_then(Json::as_str).ok_or_else(|| invalid("a loop needs a `name`"))?;
        let input = item.get("input").ok_or_else(|| invalid("a loop of values needs an `input`"))?;
        let count = self.count(item)?;
        let items = self.turns(name, count, input).map_err(|fault| fault.under(".input"))?;
        Ok((name.to_owned(), items))
    }

    /// What a loop of values comes to: one for each turn.
    pub(super) fn turns(&self, name: &str, count: i64, input: &Json) -> Eval<Value> {
        let mut items = Vec::new();
        let mut weight = 0;
        for index in 0..count {
            let item = self.with_loop(name, index, false).json(input)?;
            // Loops in loops could make billions.
            weight += item.size().weight;
            check_weight(weight)?;
            items.push(item);
        }
        self.scope.session.meter.charge(weight)?;
        Ok(Value::Array(items))
    }

    /// The number of turns of a loop.
    pub(super) fn count(&self, item: &Json) -> Eval<i64> {
        let json = item.get("count").ok_or_else(|| invalid("a loop needs a `count`"))?;
        match self.json(json).map_err(|fault| fault.under(".count"))? {
            Value::Int(count) if (0..=MAX_COPIES).contains(&count) => Ok(count),
            Value::Int(count) => {
                // The end of it; what stands before names a line and a column (Azure/azure-quickstart-templates#6459).
                let service = format!(
                    "The copy count must be a positive integer value and cannot exceed '{MAX_COPIES}'. Please see \
                     https://aka.ms/arm-copy for usage details."
                );
                let message = format!("a loop makes 0 to {MAX_COPIES} copies, not {count}");
                Err(Fault::new(&LIMIT, message).service_says(service))
            }
            Value::Unknown(residual) => Err(too_late("the count of a loop", &residual.short())),
            other => Err(invalid(format!("the count of a loop must be an int, not {}", described(&other)))),
        }
    }

    /// Evaluates an expression.
    pub(super) fn expr(&self, expr: &Expr) -> Eval<Value> {
        self.scope.session.meter.charge(1)?;
        self.scope.session.meter.deeper(|| match expr {
            Expr::String(text) => Ok(text.as_str().into()),
            Expr::Int(value) => Ok(Value::Int(*value)),
            Expr::Member { .. } => self.visit(expr, &mut |value| self.machine().copied(value)),
            Expr::Call { namespace: Some(namespace), name, args }
                if !namespace.eq_ignore_ascii_case("sys") =>
            {
                self.user_function(namespace, name, args)
            }
            Expr::Call { name, args, .. } => self.call(name, args),
        })
    }

    /// Evaluates an expression for a look at its value. A loop over 800 elements reads its element 800 times;
    /// this way the array that holds it is not copied each time.
    fn visit(&self, expr: &Expr, look: &mut dyn FnMut(&Value) -> Eval<Value>) -> Eval<Value> {
        match expr {
            Expr::Member { base, key, safe } => {
                let key = self.expr(key)?;
                self.visit(base, &mut |base| match known_member(base, &key) {
                    Some(value) => look(value),
                    None => look(&self.machine().member(base.clone(), key.clone(), *safe)?),
                })
            }
            Expr::Call { namespace: None, name, args } if self.arguments.is_none() => match args.as_slice() {
                [Expr::String(of)] if name.eq_ignore_ascii_case("parameters") => {
                    look(&*self.scope.parameter(of)?)
                }
                [Expr::String(of)] if name.eq_ignore_ascii_case("variables") => {
                    look(&*self.scope.variable(of)?)
                }
                _ => look(&self.call(name, args)?),
            },
            other => look(&self.expr(other)?),
        }
    }

    fn call(&self, name: &str, args: &[Expr]) -> Eval<Value> {
        let Some(function) = functions::find(name) else {
            let diagnostic = Diagnostic::new(&UNKNOWN_FUNCTION, format!("there is no function `{name}`"));
            // microsoft/vscode-azurearmtools#1056, seen 2026-11-22.
            let service = format!(
                "The template function '{name}' is not valid. Please see https://aka.ms/arm-template-expressions for \
                 usage details."
            );
            return Err(diagnostic.did_you_mean(name, functions::names()).azure_says(service).into());
        };
        let is_list = function.name == "list*";
        function.check_arity(name, args.len() + usize::from(is_list))?;
        let values = || -> Eval<Vec<Value>> {
            let operation = if is_list { Some(Ok(name.into())) } else { None };
            operation.into_iter().chain(args.iter().map(|arg| self.expr(arg))).collect()
        };
        match function.body {
            Body::Lazy(run) => run(args.len(), &mut |at| self.expr(&args[at])),
            Body::Scope(run) => {
                let args = self.known_arguments(function, values()?)?;
                run(self, &args).map_err(|fault| fault.in_function(function.name))
            }
            Body::Lambda => self.lambda(args),
            Body::Refused(code, reason) => Err(Fault::new(code, format!("`{name}` is refused: {reason}"))),
            Body::Values(..) | Body::Machine(_) | Body::Azure => self.machine().call(function, values()?),
        }
    }

    /// Functions of the scope cannot wait, except that ids may have unknown parts.
    fn known_arguments(&self, function: &Function, args: Vec<Value>) -> Eval<Vec<Value>> {
        let builds_ids = function.name.ends_with("esourceId");
        for arg in args.iter().filter(|_| !builds_ids) {
            if let Value::Unknown(residual) = arg {
                return Err(too_late(&format!("the argument of `{}`", function.name), &residual.short()));
            }
        }
        Ok(args)
    }

    /// `lambda('x', 'y', body)`: the body, computed as far as it goes without its variables.
    fn lambda(&self, args: &[Expr]) -> Eval<Value> {
        let Some((body, names)) = args.split_last() else {
            return Err(Fault::failed("`lambda` needs a body"));
        };
        let mut env = self.clone();
        let depth = env.lambdas.len();
        for name in names {
            let Expr::String(name) = name else {
                return Err(Fault::failed("the parameters of `lambda` must be strings in quotes"));
            };
            env.lambdas.push(Variable { name: name.clone(), depth });
        }
        let parameters = env.lambdas[depth..].to_vec();
        Ok(Node::Lambda { parameters, body: only_if_needed(env.expr(body))? }.into_value())
    }
}

/// The loops in `"copy": [{ "name": …, "count": …, "input": … }]`; None for a property that only has that name.
fn property_loops<'a>(key: &str, json: &'a Json) -> Option<&'a [Json]> {
    let items = json.as_array().filter(|_| key.eq_ignore_ascii_case("copy"))?;
    let is_loop = |item: &Json| item.get("name").is_some() && item.get("count").is_some();
    (!items.is_empty() && items.iter().all(is_loop)).then_some(items)
}

/// Something that must be known waits for `waiting`.
pub(super) fn too_late(what: &str, waiting: &str) -> Fault {
    Fault::new(&TOO_LATE, format!("{what} must be known before the deployment, but waits for `{waiting}`"))
}
