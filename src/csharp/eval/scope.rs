//! Local variables. Lambdas share the variables they capture, so each lives in a cell of its own.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use crate::csharp::ast::TypeRef;
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::number;
use crate::csharp::objects::{Name, Namespace};
use crate::csharp::value::Value;

#[derive(Clone, Default)]
pub(super) struct Scope(Vec<(Cow<'static, str>, Arc<Cell>)>);

pub(super) struct Cell {
    /// None for `var`.
    ty: Option<TypeRef>,
    value: Mutex<Value>,
}

impl Scope {
    pub(super) fn declare(&mut self, name: &str, ty: Option<TypeRef>, value: Value) -> Arc<Cell> {
        self.put(Cow::Owned(name.to_owned()), ty, value)
    }

    /// As [`Scope::declare`], for a name that no document chose.
    pub(super) fn declare_known(&mut self, name: &'static str, value: Value) {
        self.put(Cow::Borrowed(name), None, value);
    }

    fn put(&mut self, name: Cow<'static, str>, ty: Option<TypeRef>, value: Value) -> Arc<Cell> {
        let cell = Arc::new(Cell { ty, value: Mutex::new(value) });
        self.0.push((name, Arc::clone(&cell)));
        cell
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<Cell>> {
        self.0.iter().rev().find(|(found, _)| found == name).map(|(_, cell)| Arc::clone(cell))
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// A mark to return to when a block ends.
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(super) fn leave(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

impl Cell {
    pub(super) fn get(&self) -> Value {
        self.value.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets go of what is in it.
    pub(super) fn forget(&self) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Value::Null;
    }

    /// Assigns with the conversion that the variable's type asks for; returns what is in it then.
    pub(super) fn set(&self, value: Value) -> Result<Value, Exception> {
        let value = match &self.ty {
            Some(ty) => declared(value, ty)?,
            None => widen(value, &self.get()),
        };
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value.clone();
        Ok(value)
    }
}

/// The implicit conversion to a declared type: numbers widen, the rest is as it is.
pub(super) fn declared(value: Value, ty: &TypeRef) -> Result<Value, Exception> {
    let name = convert::short_name(&ty.name);
    match (name, &value) {
        _ if ty.rank > 0 => Ok(value),
        (name, value) if number::keyword(name).is_some() && number::real(value).is_some() => {
            number::cast(value, name, false).unwrap_or_else(|| Ok(value.clone()))
        }
        ("XNamespace", Value::String(text)) => Ok(Value::object(Namespace(text.to_string()))),
        ("XName", Value::String(_)) => Name::of(&value).map(Value::object),
        ("JToken" | "JValue", Value::Null | Value::Object(_)) => Ok(value),
        ("JToken" | "JValue", _) => convert::cast(value, ty),
        (
            "int" | "long" | "double" | "bool" | "string" | "decimal" | "float" | "uint" | "ulong" | "short"
            | "ushort" | "byte" | "sbyte",
            value_of_other_type,
        ) if !value_of_other_type.is_null() && !convert::is(value_of_other_type, ty) => {
            Err(Exception::invalid_cast(&value.type_name(), &ty.display()))
        }
        _ => Ok(value),
    }
}

/// A `var` keeps the type of its first value.
fn widen(value: Value, present: &Value) -> Value {
    match (present, &value) {
        (Value::Double(_), Value::Int(_) | Value::Long(_) | Value::Number(_)) => {
            number::widened(value, "double")
        }
        (Value::Long(_), Value::Int(_)) => number::widened(value, "long"),
        (Value::Number(present), _) => number::widened(value, present.keyword()),
        _ => value,
    }
}
