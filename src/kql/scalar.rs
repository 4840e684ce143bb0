//! Expressions: what type each has, which is known before a row is looked at, and what each is for a row.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::syntax::{Expr, Kind, Operator};
use super::{Column, Fault, Type, Value, aggregate, function};

/// What an expression may name.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub columns: &'a [Column],
    /// Values of `let`, by name.
    pub lets: &'a BTreeMap<String, (Type, Value)>,
    pub now_unix_ms: i64,
}

impl Scope<'_> {
    /// # Errors
    /// A name that is none, or an operator between types that it does not take.
    pub(super) fn type_of(&self, expr: &Expr) -> Result<Type, Fault> {
        match &expr.kind {
            Kind::Literal(of, _) => Ok(*of),
            Kind::Name(name) => match self.columns.iter().find(|column| column.name == *name) {
                Some(column) => Ok(column.of),
                None => self.lets.get(name).map(|(of, _)| *of).ok_or_else(|| no_column(name, expr.at)),
            },
            Kind::Not(of) => self.wants(of, Type::Bool),
            Kind::Minus(of) => {
                let of_type = self.type_of(of)?;
                let fits = matches!(of_type, Type::Long | Type::Real | Type::Span);
                if fits { Ok(of_type) } else { Err(Fault::new(expr.at, "only numbers have a minus")) }
            }
            Kind::In(of, among) => {
                let wanted = self.type_of(of)?;
                for one in among {
                    self.wants(one, wanted)?;
                }
                Ok(Type::Bool)
            }
            Kind::Index(of, index) => {
                self.wants(of, Type::Dynamic)?;
                match self.type_of(index)? {
                    Type::Text | Type::Long => Ok(Type::Dynamic),
                    _ => Err(Fault::new(index.at, "an index is a text or a whole number")),
                }
            }
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.type_of(left)?, self.type_of(right)?);
                binary_type(*operator, left, right).ok_or_else(|| {
                    let message =
                        format!("{operator:?} does not go with {} and {}", left.name(), right.name());
                    Fault::new(expr.at, message)
                })
            }
            Kind::Call(name, args) => {
                let types = args.iter().map(|arg| self.type_of(arg)).collect::<Result<Vec<_>, _>>()?;
                if aggregate::arity(name).is_some() {
                    return aggregate::type_of(name, &types, expr.at);
                }
                function::type_of(name, &types, expr.at)
            }
        }
    }

    fn wants(&self, expr: &Expr, wanted: Type) -> Result<Type, Fault> {
        let found = self.type_of(expr)?;
        if found == wanted {
            return Ok(wanted);
        }
        Err(Fault::new(expr.at, format!("this is a {} where a {} is wanted", found.name(), wanted.name())))
    }

    /// The condition of a `where`, checked.
    pub(super) fn condition(&self, expr: &Expr) -> Result<(), Fault> {
        no_aggregate(expr)?;
        self.wants(expr, Type::Bool).map(drop)
    }

    /// What an expression is for a row, once its type was asked for.
    pub(super) fn value(&self, expr: &Expr, row: &[Value]) -> Value {
        self.value_with(expr, &|name| {
            self.columns.iter().position(|column| column.name == name).map(|index| row[index].clone())
        })
    }

    /// As [`Scope::value`], with another way to find columns.
    pub(super) fn value_with(&self, expr: &Expr, column: &dyn Fn(&str) -> Option<Value>) -> Value {
        let value = |expr: &Expr| self.value_with(expr, column);
        match &expr.kind {
            Kind::Literal(_, literal) => literal.clone(),
            Kind::Name(name) => column(name)
                .or_else(|| self.lets.get(name).map(|(_, value)| value.clone()))
                .unwrap_or(Value::Null),
            Kind::Not(of) => match value(of) {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Null,
            },
            Kind::Minus(of) => match value(of) {
                Value::Long(number) => Value::Long(number.wrapping_neg()),
                Value::Real(number) => Value::Real(-number),
                Value::Span(ms) => Value::Span(ms.wrapping_neg()),
                _ => Value::Null,
            },
            Kind::In(of, among) => {
                let of = value(of);
                Value::Bool(among.iter().any(|one| value(one) == of))
            }
            Kind::Index(of, index) => Value::Dynamic(indexed(&value(of), &value(index))),
            Kind::Binary(operator, left, right) => binary(*operator, &value(left), &value(right)),
            Kind::Call(name, args) => {
                let args: Vec<Value> = args.iter().map(value).collect();
                function::call(name, &args, self.now_unix_ms)
            }
        }
    }
}

pub(super) fn no_column(name: &str, at: usize) -> Fault {
    Fault::new(at, format!("there is no column `{name}`"))
}

/// Refuses aggregates where there are no groups.
pub(super) fn no_aggregate(expr: &Expr) -> Result<(), Fault> {
    match &expr.kind {
        Kind::Call(name, _) if aggregate::arity(name).is_some() => {
            Err(Fault::new(expr.at, format!("`{name}` stands in `summarize` alone")))
        }
        Kind::Call(_, args) => args.iter().try_for_each(no_aggregate),
        Kind::Literal(..) | Kind::Name(_) => Ok(()),
        Kind::Not(of) | Kind::Minus(of) => no_aggregate(of),
        Kind::In(of, among) => std::iter::once(&**of).chain(among).try_for_each(no_aggregate),
        Kind::Index(left, right) | Kind::Binary(_, left, right) => {
            no_aggregate(left)?;
            no_aggregate(right)
        }
    }
}

fn binary_type(operator: Operator, left: Type, right: Type) -> Option<Type> {
    use Operator as O;
    let is_number = |of: Type| matches!(of, Type::Long | Type::Real);
    let comparable = left == right && left != Type::Dynamic || is_number(left) && is_number(right);
    match operator {
        O::Or | O::And => (left == Type::Bool && right == Type::Bool).then_some(Type::Bool),
        O::SameText | O::OtherText | O::Contains | O::StartsWith | O::EndsWith => {
            (left == Type::Text && right == Type::Text).then_some(Type::Bool)
        }
        O::Equal | O::NotEqual => comparable.then_some(Type::Bool),
        O::Less | O::AtMost | O::Greater | O::AtLeast => {
            (comparable && left != Type::Bool).then_some(Type::Bool)
        }
        O::Add | O::Subtract | O::Multiply | O::Divide | O::Remainder => match (left, right) {
            (Type::Long, Type::Long) => Some(Type::Long),
            _ if is_number(left) && is_number(right) => Some(Type::Real),
            (Type::Time, Type::Span) if matches!(operator, O::Add | O::Subtract) => Some(Type::Time),
            (Type::Time, Type::Time) if operator == O::Subtract => Some(Type::Span),
            _ => None,
        },
    }
}

/// With null on a side the result is null, which no `where` lets through.
pub(super) fn binary(operator: Operator, left: &Value, right: &Value) -> Value {
    use Operator as O;
    match operator {
        O::Or | O::And => {
            let (left, right) = (*left == Value::Bool(true), *right == Value::Bool(true));
            Value::Bool(if operator == O::Or { left || right } else { left && right })
        }
        O::SameText | O::OtherText | O::Contains | O::StartsWith | O::EndsWith => {
            let (Some(left), Some(right)) = (left.as_text(), right.as_text()) else { return Value::Null };
            let (left, right) = (left.to_lowercase(), right.to_lowercase());
            Value::Bool(match operator {
                O::SameText => left == right,
                O::OtherText => left != right,
                O::Contains => left.contains(&right),
                O::StartsWith => left.starts_with(&right),
                _ => left.ends_with(&right),
            })
        }
        O::Equal | O::NotEqual | O::Less | O::AtMost | O::Greater | O::AtLeast => {
            let Some(order) = compare(left, right) else { return Value::Null };
            Value::Bool(match operator {
                O::Equal => order == Ordering::Equal,
                O::NotEqual => order != Ordering::Equal,
                O::Less => order == Ordering::Less,
                O::AtMost => order != Ordering::Greater,
                O::Greater => order == Ordering::Greater,
                _ => order != Ordering::Less,
            })
        }
        O::Add | O::Subtract | O::Multiply | O::Divide | O::Remainder => arithmetic(operator, left, right),
    }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Value {
    use Operator as O;
    match (left, right) {
        (Value::Long(left), Value::Long(right)) => {
            let result = match operator {
                O::Add => Some(left.wrapping_add(*right)),
                O::Subtract => Some(left.wrapping_sub(*right)),
                O::Multiply => Some(left.wrapping_mul(*right)),
                // Whole numbers give a whole number, and by zero nothing.
                O::Divide => left.checked_div(*right),
                _ => left.checked_rem(*right),
            };
            result.map_or(Value::Null, Value::Long)
        }
        (Value::Time(left), Value::Span(right)) => match operator {
            O::Add => Value::Time(left.saturating_add(*right)),
            _ => Value::Time(left.saturating_sub(*right)),
        },
        (Value::Time(left), Value::Time(right)) => Value::Span(left.saturating_sub(*right)),
        _ => {
            let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return Value::Null };
            Value::Real(match operator {
                O::Add => left + right,
                O::Subtract => left - right,
                O::Multiply => left * right,
                O::Divide => left / right,
                _ => left % right,
            })
        }
    }
}

/// The order of two values of one type; None where one is null, or no number.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right))
        | (Value::Span(left), Value::Span(right))
        | (Value::Long(left), Value::Long(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// A member or an item; nothing where there is none.
fn indexed(of: &Value, index: &Value) -> Json {
    let Value::Dynamic(of) = of else { return Json::Null };
    let found = match index {
        Value::Text(name) => of.get(name),
        Value::Long(index) => usize::try_from(*index).ok().and_then(|index| of.get(index)),
        _ => None,
    };
    found.cloned().unwrap_or_default()
}

/// What a dynamic value holds, as a plain one.
pub(super) fn opened(value: &Value) -> Value {
    match value {
        Value::Dynamic(Json::String(text)) => Value::Text(text.clone()),
        Value::Dynamic(Json::Bool(value)) => Value::Bool(*value),
        Value::Dynamic(Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::Long(number),
            (None, Some(number)) => Value::Real(number),
            (None, None) => Value::Null,
        },
        Value::Dynamic(_) => Value::Null,
        plain => plain.clone(),
    }
}
