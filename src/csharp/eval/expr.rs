//! Expressions.

use std::sync::Arc;

use super::{Closure, Evaluated, Interpreter};
use crate::csharp::ast::{
    BinaryOp, Expr, ExprKind, Initializer, InterpolatedPart, Literal, Pattern, TypeRef,
};
use crate::csharp::convert::{self, short_name};
use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;
use crate::csharp::methods::{construct::construct, statics, string};
use crate::csharp::objects::{Anonymous, Raised, Tuple};
use crate::csharp::value::Value;
use crate::csharp::{format, number, ops, types};

impl Interpreter<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Evaluated {
        self.charge(1)?;
        // A `?.` that meets null ends the whole chain with null.
        Ok(self.nested(|interpreter| interpreter.chain(expr))?.unwrap_or(Value::Null))
    }

    /// Evaluates; None where a `?.` of this chain met null.
    pub(super) fn chain(&mut self, expr: &Expr) -> Evaluated<Option<Value>> {
        match &expr.kind {
            ExprKind::Member { target, name, conditional, .. } => self.member(target, name, *conditional),
            ExprKind::Index { target, key, conditional } => {
                let Some(target) = self.link(target, *conditional)? else { return Ok(None) };
                let key = self.expr(key)?;
                self.index(&target, &key).map(Some)
            }
            ExprKind::Call { callee, args } => {
                let result = self.call(callee, args)?;
                result.map(|value| self.account(value)).transpose()
            }
            _ => self.plain(expr).map(Some),
        }
    }

    /// Evaluates the target of a chain link; None where the chain has ended with null.
    pub(super) fn link(&mut self, target: &Expr, conditional: bool) -> Evaluated<Option<Value>> {
        self.charge(1)?;
        let target = self.nested(|interpreter| interpreter.chain(target))?;
        Ok(target.filter(|target| !(conditional && target.is_null())))
    }

    fn plain(&mut self, expr: &Expr) -> Evaluated {
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(literal_value(literal)),
            ExprKind::Interpolated(parts) => self.interpolated(parts),
            ExprKind::Name(name) => match self.scope.find(name) {
                Some(cell) => Ok(cell.get()),
                None => Err(unknown_name(name)),
            },
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Cast { ty, operand } => {
                let value = self.expr(operand)?;
                match number::keyword(short_name(&ty.name)).filter(|_| ty.rank == 0) {
                    Some(keyword) if number::real(&value).is_some() => {
                        number::cast(&value, keyword, self.checked).unwrap_or(Ok(value))
                    }
                    _ => convert::cast(value, ty),
                }
            }
            ExprKind::Unary { op, operand } => ops::unary(*op, &self.expr(operand)?, self.checked),
            ExprKind::Binary { .. } => self.binary(expr),
            ExprKind::Conditional { condition, then, otherwise } => {
                let (chosen, other) = match self.truth(condition)? {
                    true => (then, otherwise),
                    false => (otherwise, then),
                };
                let value = self.expr(chosen)?;
                // Two numbers come out as the wider type of both (C# specification, 12.18).
                Ok(match self.number_type(other) {
                    Some(other) => number::widest(value, other),
                    None => value,
                })
            }
            ExprKind::Is { operand, pattern } => self.is(operand, pattern),
            ExprKind::As { operand, ty } => {
                let value = self.expr(operand)?;
                Ok(if convert::is(&value, ty) { value } else { Value::Null })
            }
            ExprKind::Assign { target, op, value } => self.assign(target, *op, value),
            ExprKind::Step { target, by, prefix } => {
                let before = self.expr(target)?;
                let after = stepped(&before, *by, self.checked)?;
                self.store(target, after.clone())?;
                Ok(if *prefix { after } else { before })
            }
            ExprKind::New { ty, args, initializer } => {
                let args = self.values(args)?;
                let object = construct(ty, &args, self.env)?;
                let object = self.account(object)?;
                self.initialize(&object, initializer)?;
                Ok(object)
            }
            ExprKind::NewArray { element, size, items } => {
                self.array(element.as_ref(), size.as_deref(), items)
            }
            ExprKind::Anonymous(members) => {
                let members = members.iter().map(|(name, value)| Ok((name.clone(), self.expr(value)?)));
                Ok(Value::object(Anonymous(members.collect::<Evaluated<_>>()?)))
            }
            ExprKind::Lambda(lambda) => Ok(Value::object(Closure {
                lambda: Arc::clone(lambda),
                scope: self.scope.clone(),
                checked: self.checked,
            })),
            ExprKind::Switch { subject, arms } => self.switch(subject, arms),
            ExprKind::Throw(value) => {
                let value = self.expr(value)?;
                Err(value
                    .downcast::<Raised>()
                    .map_or_else(Exception::null_reference, |raised| raised.0.clone()))
            }
            ExprKind::Checked { on, inner } => self.checking(*on, |interpreter| interpreter.expr(inner)),
            ExprKind::Default(ty) => Ok(match ty {
                Some(ty) if ty.rank == 0 && !ty.nullable => convert::default_of(&ty.name),
                _ => Value::Null,
            }),
            ExprKind::Tuple(parts) => {
                let values = parts.iter().map(|(name, value)| Ok((name.clone(), self.expr(value)?)));
                Ok(Value::object(Tuple::new(values.collect::<Evaluated<_>>()?)))
            }
            ExprKind::NotRun { what, .. } => Err(Exception::not_run(what)),
            ExprKind::Type(ty) => Err(unknown_name(&ty.display())),
            ExprKind::Member { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } => self.expr(expr),
        }
    }

    /// The number type that an expression has whatever it gives, where the text says so.
    fn number_type(&self, expr: &Expr) -> Option<&'static str> {
        match &expr.kind {
            ExprKind::Literal(literal) => number::keyword_of(&literal_value(literal)),
            ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => self.number_type(inner),
            ExprKind::Checked { inner, .. } => self.number_type(inner),
            ExprKind::Cast { ty, .. } if ty.rank == 0 && !ty.nullable => {
                number::keyword(short_name(&ty.name))
            }
            ExprKind::Name(name) => number::keyword_of(&self.scope.find(name)?.get()),
            ExprKind::Binary { op, left, right } if op.is_arithmetic() => {
                number::wider(self.number_type(left)?, self.number_type(right)?)
            }
            ExprKind::Conditional { then, otherwise, .. } => {
                number::wider(self.number_type(then)?, self.number_type(otherwise)?)
            }
            _ => None,
        }
    }

    fn truth(&mut self, expr: &Expr) -> Evaluated<bool> {
        let value = self.expr(expr)?;
        value.as_bool().ok_or_else(|| match value {
            Value::Null => Exception::null_reference(),
            other => Exception::invalid_cast(&other.type_name(), "Boolean"),
        })
    }

    /// Chains of operators lean to the left: walks down, then computes on the way up.
    fn binary(&mut self, expr: &Expr) -> Evaluated {
        if let ExprKind::Binary { op, left, right } = &expr.kind
            && !matches!(left.kind, ExprKind::Binary { .. })
        {
            let left = self.expr(left)?;
            return self.operator(*op, left, right);
        }
        let mut pending = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary { op, left, right } = &leftmost.kind {
            pending.push((*op, right));
            leftmost = left;
        }
        let mut value = self.expr(leftmost)?;
        for (op, right) in pending.into_iter().rev() {
            value = self.operator(op, value, right)?;
        }
        Ok(value)
    }

    fn operator(&mut self, op: BinaryOp, left: Value, right: &Expr) -> Evaluated {
        self.charge(1)?;
        match (op, &left) {
            (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => Ok(left),
            (BinaryOp::And | BinaryOp::Or, Value::Bool(_)) => self.truth(right).map(Value::Bool),
            (BinaryOp::And | BinaryOp::Or, Value::Null) => Err(Exception::null_reference()),
            (BinaryOp::And | BinaryOp::Or, other) => {
                Err(Exception::invalid_cast(&other.type_name(), "Boolean"))
            }
            (BinaryOp::Coalesce, Value::Null) => self.expr(right),
            (BinaryOp::Coalesce, _) => Ok(left),
            _ => {
                let right = self.expr(right)?;
                let result = ops::binary_in(self.checked, op, &left, &right)?;
                self.account(result)
            }
        }
    }

    fn is(&mut self, operand: &Expr, pattern: &Pattern) -> Evaluated {
        let value = self.expr(operand)?;
        self.matches(&value, pattern).map(Value::Bool)
    }

    fn interpolated(&mut self, parts: &[InterpolatedPart]) -> Evaluated {
        let mut out = String::new();
        for part in parts {
            match part {
                InterpolatedPart::Text(text) => out.push_str(text),
                InterpolatedPart::Hole { value, alignment, format } => {
                    let value = self.expr(value)?;
                    let text = format::value(&value, format.as_deref().unwrap_or(""))?;
                    out.push_str(&format::align(text, alignment.unwrap_or(0)));
                }
            }
            check_single(out.len())?;
        }
        self.account(out.into())
    }

    fn assign(&mut self, target: &Expr, op: Option<BinaryOp>, value: &Expr) -> Evaluated {
        let value = match op {
            None => self.expr(value)?,
            Some(BinaryOp::Coalesce) => {
                let present = self.expr(target)?;
                if !present.is_null() {
                    return Ok(present);
                }
                self.expr(value)?
            }
            Some(op) => {
                let present = self.expr(target)?;
                let right = self.expr(value)?;
                let result = ops::binary_in(self.checked, op, &present, &right)?;
                // `b += 1` of a `byte` is a `byte` again.
                let result = match (number::keyword_of(&present), number::keyword_of(&result)) {
                    (Some(own), Some(computed)) if own != computed => {
                        number::cast(&result, own, self.checked).unwrap_or(Ok(result))?
                    }
                    _ => result,
                };
                self.account(result)?
            }
        };
        self.store(target, value)
    }

    fn store(&mut self, target: &Expr, value: Value) -> Evaluated {
        match &target.kind {
            ExprKind::Name(name) => match self.scope.find(name) {
                Some(cell) => cell.set(value),
                None => Err(unknown_name(name)),
            },
            ExprKind::Index { target, key, .. } => {
                let object = self.expr(target)?;
                let key = self.expr(key)?;
                match &object {
                    Value::Object(object) => object.set_index(&key, &value)?,
                    Value::Null => return Err(Exception::null_reference()),
                    other => return Err(Exception::missing_member(&other.type_name(), "[]")),
                }
                self.account_bytes(size_of::<Value>())?;
                Ok(value)
            }
            ExprKind::Member { target, name, .. } => {
                match self.expr(target)? {
                    Value::Object(object) => object.set(name, &value)?,
                    Value::Null => return Err(Exception::null_reference()),
                    other => return Err(Exception::missing_member(&other.type_name(), name)),
                }
                Ok(value)
            }
            _ => Err(Exception::invalid_operation("The left-hand side of an assignment must be a variable.")),
        }
    }

    fn initialize(&mut self, object: &Value, entries: &[Initializer]) -> Evaluated<()> {
        for entry in entries {
            let Value::Object(target) = object else { return Err(Exception::null_reference()) };
            match entry {
                Initializer::Item(item) => {
                    let item = self.expr(item)?;
                    target.call("Add", &[], &[item])?;
                }
                Initializer::Pair(key, value) => {
                    let pair = [self.expr(key)?, self.expr(value)?];
                    target.call("Add", &[], &pair)?;
                }
                Initializer::Index(key, value) => {
                    let (key, value) = (self.expr(key)?, self.expr(value)?);
                    target.set_index(&key, &value)?;
                }
                Initializer::Member(name, value) => {
                    let value = self.expr(value)?;
                    target.set(name, &value)?;
                }
            }
        }
        Ok(())
    }

    fn array(&mut self, element: Option<&TypeRef>, size: Option<&Expr>, items: &[Expr]) -> Evaluated {
        let name = element.map(|element| short_name(&element.name));
        let mut values = items.iter().map(|item| self.expr(item)).collect::<Evaluated<Vec<_>>>()?;
        if let (Some(size), true) = (size, values.is_empty()) {
            let size = self.expr(size)?.as_i64().and_then(|size| usize::try_from(size).ok());
            let size = size.ok_or_else(|| Exception::overflow("array length"))?;
            check_single(size.saturating_mul(size_of::<Value>()))?;
            values = vec![convert::default_of(name.unwrap_or("object")); size];
        }
        self.account_bytes(values.len() * size_of::<Value>())?;
        match (name, element) {
            (Some("byte"), _) => {
                let bytes: Option<Vec<u8>> = values
                    .iter()
                    .map(|value| value.as_i64().and_then(|byte| u8::try_from(byte).ok()))
                    .collect();
                bytes.map(Value::bytes).ok_or_else(|| Exception::overflow("Byte"))
            }
            (Some(name), Some(element)) => {
                let values = values.into_iter().map(|value| super::scope::declared(value, element));
                Ok(Value::array(name, values.collect::<Evaluated<_>>()?))
            }
            _ => Ok(convert::collect(crate::csharp::objects::ListKind::Array, values)),
        }
    }

    fn member(&mut self, target: &Expr, name: &str, conditional: bool) -> Evaluated<Option<Value>> {
        if let Some(type_name) = self.static_target(target) {
            return match statics::get(type_name, name, self.env) {
                Some(value) => Ok(Some(value)),
                None => Err(Exception::missing_member(type_name, name)),
            };
        }
        let Some(target) = self.link(target, conditional)? else { return Ok(None) };
        let value = read_member(&target, name)?;
        self.account(value).map(Some)
    }

    fn index(&mut self, target: &Value, key: &Value) -> Evaluated {
        match target {
            Value::Null => Err(Exception::null_reference()),
            Value::String(text) => {
                self.charge(text.len() / 64)?;
                string::index(text, key)
            }
            Value::Object(object) => object.index(key),
            other => Err(Exception::missing_member(&other.type_name(), "[]")),
        }
    }

    /// The short name of the type that `target` names, where it names one: `string`, `System.Text.Encoding`. Asked of
    /// every member and call, so it makes no text of its own.
    pub(super) fn static_target<'e>(&self, target: &'e Expr) -> Option<&'e str> {
        let name = match &target.kind {
            ExprKind::Type(ty) => return Some(short_name(&ty.name)),
            ExprKind::Name(name) if self.scope.holds(name) => return None,
            ExprKind::Name(name) => name,
            ExprKind::Member { target, name, conditional: false, type_args, .. } if type_args.is_empty() => {
                let namespace = root_of(target)?;
                let is_namespace =
                    matches!(namespace, "System" | "Newtonsoft") && !self.scope.holds(namespace);
                is_namespace.then_some(name)?
            }
            _ => return None,
        };
        let name = short_name(name);
        crate::csharp::members::is_static_type(name).then_some(name)
    }
}

/// `a` of `a.b.c`, where the expression is nothing but names.
fn root_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Member { target, conditional: false, type_args, .. } if type_args.is_empty() => {
            root_of(target)
        }
        _ => None,
    }
}

/// `a.b.c` as text, where the expression is nothing but names.
pub(in crate::csharp) fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member { target, name, conditional: false, type_args, .. } if type_args.is_empty() => {
            Some(format!("{}.{name}", dotted(target)?))
        }
        _ => None,
    }
}

/// `target.name`
pub(super) fn read_member(target: &Value, name: &str) -> Evaluated {
    Ok(match target {
        // Only a nullable has this member.
        Value::Null if name == "HasValue" => Value::Bool(false),
        Value::Null => return Err(Exception::null_reference()),
        Value::String(text) => string::get(text, name)?,
        // `x.Value` and `x.HasValue` of a nullable that has a value.
        simple @ (Value::Int(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Char(_)) => match name {
            "Value" => simple.clone(),
            "HasValue" => Value::Bool(true),
            _ => return Err(Exception::missing_member(&simple.type_name(), name)),
        },
        Value::Object(object) => object.get(name)?,
    })
}

/// `x++` and `x--`: the type stays.
fn stepped(before: &Value, by: i32, checked: bool) -> Evaluated {
    let after = ops::binary_in(checked, BinaryOp::Add, before, &Value::Int(by))?;
    Ok(match (before, &after) {
        (Value::Char(_), Value::Int(code)) => {
            u32::try_from(*code).ok().and_then(char::from_u32).map_or(after, Value::Char)
        }
        _ => match number::keyword_of(before) {
            Some(keyword) => number::cast(&after, keyword, checked).unwrap_or(Ok(after))?,
            None => after,
        },
    })
}

pub(super) fn literal_value(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Long(value) => Value::Long(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::Char(value) => Value::Char(*value),
        Literal::String(value) => Value::String(Arc::clone(value)),
        Literal::Number(value) => Value::Number(*value),
    }
}

/// `check` refuses this before anything runs; the service would not have compiled it.
fn unknown_name(name: &str) -> Exception {
    if types::find(name).is_some() || types::is_namespace(&format!("{name}.")) {
        return Exception::not_run(&format!("`{name}`"));
    }
    Exception::new(
        "MissingMemberException",
        format!("The name '{name}' does not exist in the current context."),
    )
}
