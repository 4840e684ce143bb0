//! Statements.

use std::sync::Arc;

use super::{Closure, Evaluated, Interpreter, scope};
use crate::csharp::ast::{Catch, Expr, Stmt, StmtKind};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::objects::{Hasher, Raised};
use crate::csharp::value::Value;

/// How a statement ended.
pub(super) enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
}

impl Interpreter<'_> {
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Evaluated<Flow> {
        let mark = self.scope.mark();
        let result = self.sequence(statements);
        self.scope.leave(mark);
        result
    }

    pub(super) fn sequence(&mut self, statements: &[Stmt]) -> Evaluated<Flow> {
        let mut functions = Vec::new();
        for statement in statements {
            if let StmtKind::LocalFunction { name, function, .. } = &statement.kind {
                functions.push((self.scope.declare(name, None, Value::Null), function));
            }
        }
        self.functions.extend(functions.iter().map(|(cell, _)| Arc::clone(cell)));
        for statement in statements {
            // A local function may be called before the place where it stands, and sees what its block has declared.
            self.charge(functions.len() * (1 + self.scope.mark() / 16))?;
            for (cell, function) in &functions {
                let closure = Closure {
                    lambda: Arc::clone(function),
                    scope: self.scope.clone(),
                    checked: self.checked,
                };
                cell.set(Value::object(closure))?;
            }
            match self.statement(statement)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &Stmt) -> Evaluated<Flow> {
        self.charge(1)?;
        self.nested(|interpreter| interpreter.run(&statement.kind))
    }

    fn run(&mut self, kind: &StmtKind) -> Evaluated<Flow> {
        match kind {
            StmtKind::Empty => Ok(Flow::Next),
            StmtKind::Break => Ok(Flow::Break),
            StmtKind::Continue => Ok(Flow::Continue),
            StmtKind::Block(statements) => self.block(statements),
            StmtKind::Expr(expr) => self.expr(expr).map(|_| Flow::Next),
            StmtKind::Return(Some(expr)) => self.expr(expr).map(Flow::Return),
            StmtKind::Return(None) => Ok(Flow::Return(Value::Null)),
            StmtKind::LocalFunction { .. } => Ok(Flow::Next),
            StmtKind::Switch { subject, sections } => self.switch_statement(subject, sections),
            StmtKind::Using { resource, body: Some(body) } => {
                let mark = self.scope.mark();
                let disposed = self.resource(resource)?;
                let result = self.statement(body);
                self.scope.leave(mark);
                dispose(&disposed);
                result
            }
            StmtKind::Using { resource, body: None } => self.statement(resource),
            StmtKind::Checked { on, body } => self.checking(*on, |interpreter| interpreter.block(body)),
            StmtKind::Local { ty, variables } => {
                for variable in variables {
                    let value = match (&variable.value, ty) {
                        (Some(value), Some(ty)) => scope::declared(self.expr(value)?, ty)?,
                        (Some(value), None) => self.expr(value)?,
                        (None, Some(ty)) if ty.rank == 0 && !ty.nullable => convert::default_of(&ty.name),
                        (None, _) => Value::Null,
                    };
                    self.scope.declare(&variable.name, ty.clone(), value);
                }
                Ok(Flow::Next)
            }
            StmtKind::If { condition, then, otherwise } => match (self.condition(condition)?, otherwise) {
                (true, _) => self.scoped(then),
                (false, Some(otherwise)) => self.scoped(otherwise),
                (false, None) => Ok(Flow::Next),
            },
            StmtKind::Foreach { ty, name, items, body, .. } => {
                let items = self.expr(items)?;
                let items = items.elements().ok_or_else(|| match items {
                    Value::Null => Exception::null_reference(),
                    other => Exception::missing_member(&other.type_name(), "GetEnumerator"),
                })?;
                self.account_bytes(items.len() * size_of::<Value>())?;
                for item in items {
                    self.charge(1)?;
                    let item = match ty {
                        Some(ty) => convert::cast(item, ty)?,
                        None => item,
                    };
                    let mark = self.scope.mark();
                    self.scope.declare(name, ty.clone(), item);
                    let flow = self.statement(body);
                    self.scope.leave(mark);
                    match flow? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Next | Flow::Continue => {}
                    }
                }
                Ok(Flow::Next)
            }
            StmtKind::For { init, condition, step, body } => {
                let mark = self.scope.mark();
                let result =
                    self.sequence(init).and_then(|_| self.repeat(condition.as_ref(), step, body, false));
                self.scope.leave(mark);
                result
            }
            StmtKind::While { condition, body } => self.repeat(Some(condition), &[], body, false),
            StmtKind::DoWhile { body, condition } => self.repeat(Some(condition), &[], body, true),
            StmtKind::Throw(value) => Err(self.thrown(value.as_ref())?),
            StmtKind::Try { body, catches, finally } => {
                let mut result = self.block(body);
                if let Err(exception) = result {
                    result = self.catch(exception, catches);
                }
                if let Some(finally) = finally {
                    self.block(finally)?;
                }
                result
            }
        }
    }

    /// What `using (…)` disposes of at its end.
    fn resource(&mut self, resource: &Stmt) -> Evaluated<Vec<Value>> {
        match &resource.kind {
            StmtKind::Expr(expr) => Ok(vec![self.expr(expr)?]),
            StmtKind::Local { variables, .. } => {
                self.statement(resource)?;
                let cells = variables.iter().filter_map(|variable| self.scope.find(&variable.name));
                Ok(cells.map(|cell| cell.get()).collect())
            }
            _ => self.statement(resource).map(|_| Vec::new()),
        }
    }

    fn scoped(&mut self, statement: &Stmt) -> Evaluated<Flow> {
        self.block(std::slice::from_ref(statement))
    }

    pub(super) fn condition(&mut self, condition: &Expr) -> Evaluated<bool> {
        let value = self.expr(condition)?;
        value.as_bool().ok_or_else(|| match value {
            Value::Null => Exception::null_reference(),
            other => Exception::invalid_cast(&other.type_name(), "Boolean"),
        })
    }

    fn repeat(
        &mut self,
        condition: Option<&Expr>,
        step: &[Expr],
        body: &Stmt,
        body_first: bool,
    ) -> Evaluated<Flow> {
        let mut skip_condition = body_first;
        loop {
            self.charge(1)?;
            if let Some(condition) = condition.filter(|_| !skip_condition)
                && !self.condition(condition)?
            {
                return Ok(Flow::Next);
            }
            skip_condition = false;
            match self.scoped(body)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
            for step in step {
                self.expr(step)?;
            }
        }
    }

    fn thrown(&mut self, value: Option<&Expr>) -> Evaluated<Exception> {
        let value = match value {
            Some(value) => self.expr(value)?,
            // The exception being handled lives in the scope of its `catch`.
            None => self.scope.find(HANDLED).map_or(Value::Null, |cell| cell.get()),
        };
        value.downcast::<Raised>().map(|raised| raised.0.clone()).ok_or_else(Exception::null_reference)
    }

    fn catch(&mut self, exception: Exception, catches: &[Catch]) -> Evaluated<Flow> {
        for catch in catches {
            if catch.ty.as_ref().is_some_and(|ty| !exception.is(&ty.name)) {
                continue;
            }
            let mark = self.scope.mark();
            let raised = Value::object(Raised(exception.clone()));
            self.scope.declare_known(HANDLED, raised.clone());
            if let Some(name) = &catch.name {
                self.scope.declare(&name.name, None, raised);
            }
            let wanted = match &catch.when {
                Some(when) => self.condition(when).unwrap_or(false),
                None => true,
            };
            let result = if wanted { Some(self.block(&catch.body)) } else { None };
            self.scope.leave(mark);
            if let Some(result) = result {
                return result;
            }
        }
        Err(exception)
    }
}

/// Calls `Dispose` of what has something to dispose of; of the types that expressions make those are hash functions.
fn dispose(values: &[Value]) {
    for hasher in values.iter().filter_map(Value::downcast::<Hasher>) {
        hasher.dispose();
    }
}

/// No C# name, so no variable of the expression can hide it.
const HANDLED: &str = "<handled>";
