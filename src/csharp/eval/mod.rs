//! Runs a program: a walk over the tree with .NET semantics, within the limits of `limits`.

mod call;
mod expr;
mod pattern;
mod scope;
mod stmt;

use std::sync::Arc;

use super::ast::{Body, Expr, ExprKind, Lambda, Program};
use super::exception::Exception;
use super::limits;
use super::value::{Environment, Object, Value};
pub(super) use expr::dotted;
use scope::{Cell, Scope};

/// Evaluates `program` with `context` bound to the name `context`.
///
/// # Errors
/// The [`Exception`] that the expression throws and does not catch, or that stops it at a limit.
pub fn evaluate(program: &Program, context: Value, env: &dyn Environment) -> Result<Value, Exception> {
    let mut interpreter = Interpreter {
        env,
        scope: Scope::default(),
        functions: Vec::new(),
        steps: 0,
        allocated: 0,
        depth: 0,
        checked: false,
    };
    interpreter.scope.declare_known("context", context);
    let result = interpreter.body(&program.body);
    // A function sees itself, and the two would hold each other in memory for good.
    interpreter.functions.iter().for_each(|function| function.forget());
    result
}

/// The value of a program that is nothing but a literal, such as `@(60)`: it needs no evaluation.
pub fn constant(program: &Program) -> Option<Value> {
    match &program.body {
        Body::Expr(Expr { kind: ExprKind::Literal(literal), .. }) => Some(expr::literal_value(literal)),
        _ => None,
    }
}

struct Interpreter<'a> {
    env: &'a dyn Environment,
    scope: Scope,
    /// Where the local functions are.
    functions: Vec<Arc<Cell>>,
    steps: u64,
    allocated: usize,
    depth: u32,
    /// Whether whole numbers that do not fit throw.
    checked: bool,
}

type Evaluated<T = Value> = Result<T, Exception>;

impl Interpreter<'_> {
    fn body(&mut self, body: &Body) -> Evaluated {
        match body {
            Body::Expr(expr) => self.expr(expr),
            Body::Block(statements) => match self.block(statements)? {
                stmt::Flow::Return(value) => Ok(value),
                _ => Ok(Value::Null),
            },
        }
    }

    /// Counts work. Fails for good once the limit is reached, so that no `catch` can go on.
    fn charge(&mut self, n_steps: usize) -> Evaluated<()> {
        self.steps = self.steps.saturating_add(n_steps as u64);
        if self.steps > limits::MAX_STEPS { Err(limits::too_many_steps()) } else { Ok(()) }
    }

    /// Counts memory that a value brings.
    fn account(&mut self, value: Value) -> Evaluated {
        let size = match &value {
            Value::String(text) => {
                limits::check_single(text.len())?;
                text.len()
            }
            Value::Object(_) => size_of::<Value>() * 2,
            _ => 0,
        };
        self.account_bytes(size)?;
        Ok(value)
    }

    fn account_bytes(&mut self, size: usize) -> Evaluated<()> {
        self.allocated = self.allocated.saturating_add(size);
        if self.allocated > limits::MAX_ALLOCATED { Err(limits::out_of_memory()) } else { Ok(()) }
    }

    /// Runs what stands in `checked` or `unchecked`.
    fn checking<T>(&mut self, on: bool, run: impl FnOnce(&mut Self) -> Evaluated<T>) -> Evaluated<T> {
        let outside = std::mem::replace(&mut self.checked, on);
        let result = run(self);
        self.checked = outside;
        result
    }

    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Evaluated<T>) -> Evaluated<T> {
        if self.depth >= limits::MAX_DEPTH {
            return Err(limits::too_deep());
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// Calls a lambda; surplus arguments, such as the index of `Select`, are dropped.
    fn invoke(&mut self, lambda: &Value, args: &[Value]) -> Evaluated {
        let Some(closure) = lambda.downcast::<Closure>() else {
            return Err(Exception::argument_null("predicate"));
        };
        self.charge(1)?;
        let scope = std::mem::replace(&mut self.scope, closure.scope.clone());
        // `checked` is a matter of the text: it does not reach into what is called.
        let result = self.checking(closure.checked, |interpreter| {
            interpreter.nested(|interpreter| interpreter.run_lambda(&closure.lambda, args))
        });
        self.scope = scope;
        result
    }

    fn run_lambda(&mut self, lambda: &Lambda, args: &[Value]) -> Evaluated {
        for (index, parameter) in lambda.params.iter().enumerate() {
            let value = match (args.get(index), &parameter.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.expr(default)?,
                (None, None) => return Err(Exception::missing_overload("lambda", "Invoke", args)),
            };
            let value = match &parameter.ty {
                Some(ty) => scope::declared(value, ty)?,
                None => value,
            };
            self.scope.declare(&parameter.name, parameter.ty.clone(), value);
        }
        self.body(&lambda.body)
    }
}

/// A lambda with the variables it sees.
struct Closure {
    lambda: Arc<Lambda>,
    scope: Scope,
    checked: bool,
}

impl Object for Closure {
    fn type_name(&self) -> &str {
        "lambda"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("lambda", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload("lambda", name, args))
    }

    fn index(&self, _: &Value) -> Result<Value, Exception> {
        Err(Exception::missing_member("lambda", "[]"))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
