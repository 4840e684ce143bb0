//! Constants: what the compiler computes before anything runs, and refuses where it does not fit (C# specification, 12.23
//! "Constant expressions": numbers are checked there unless the text says `unchecked`).

use super::Checker;
use crate::csharp::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};
use crate::csharp::codes::CONSTANT;
use crate::csharp::number;
use crate::csharp::problem::Problem;
use crate::csharp::types::Ty;
use crate::csharp::value::Value;

/// A constant, or the problem that it has.
type Constant = Result<Value, Problem>;

impl Checker {
    /// Reports a constant that overflows or divides by zero.
    pub(super) fn constant(&mut self, expr: &Expr) {
        if self.unchecked {
            return;
        }
        // What is inside has been reported already; the same place twice is told once.
        if let Some(Err(problem)) = value_of(expr) {
            self.found.push(problem);
        }
    }
}

/// The value of a constant expression of numbers; None for every other one.
fn value_of(expr: &Expr) -> Option<Constant> {
    match &expr.kind {
        ExprKind::Literal(Literal::Int(value)) => Some(Ok(Value::Int(*value))),
        ExprKind::Literal(Literal::Long(value)) => Some(Ok(Value::Long(*value))),
        ExprKind::Literal(Literal::Double(value)) => Some(Ok(Value::Double(*value))),
        ExprKind::Literal(Literal::Char(value)) => Some(Ok(Value::Char(*value))),
        ExprKind::Literal(Literal::Number(value)) => Some(Ok(Value::Number(*value))),
        ExprKind::Paren(inner) | ExprKind::Checked { on: true, inner } => value_of(inner),
        ExprKind::Unary { op: UnaryOp::Minus, operand } => {
            let value = match value_of(operand)? {
                Ok(value) => value,
                problem => return Some(problem),
            };
            computed(BinaryOp::Subtract, &Value::Int(0), &value, expr)
        }
        ExprKind::Binary { op, left, right } if op.is_arithmetic() => {
            match (value_of(left)?, value_of(right)?) {
                (Ok(left), Ok(right)) => computed(*op, &left, &right, expr),
                (Err(problem), _) | (_, Err(problem)) => Some(Err(problem)),
            }
        }
        // `int.MaxValue`
        ExprKind::Member { target, name, .. } => {
            let type_name = match &target.kind {
                ExprKind::Type(ty) if ty.rank == 0 && !ty.nullable => &ty.name,
                _ => return None,
            };
            number::constant(crate::csharp::convert::short_name(type_name), name).map(Ok)
        }
        ExprKind::Cast { ty, operand } if ty.rank == 0 && !ty.nullable => {
            let keyword = number::keyword(crate::csharp::convert::short_name(&ty.name))?;
            let value = match value_of(operand)? {
                Ok(value) => value,
                problem => return Some(problem),
            };
            let result = number::cast(&value, keyword, true)?;
            Some(result.map_err(|_| {
                let message = format!("the constant `{}` does not fit `{keyword}` (CS0221)", value.display());
                Problem::new(&CONSTANT, message, expr.span).help(format!(
                    "correct it, or write `unchecked(({keyword})...)` where cutting it off is meant"
                ))
            }))
        }
        _ => None,
    }
}

fn computed(op: BinaryOp, left: &Value, right: &Value, expr: &Expr) -> Option<Constant> {
    let whole = |value: &Value| number::whole(value);
    let decimal = Ty::named("decimal");
    let is_decimal = |value: &Value| number::keyword_of(value).is_some_and(|keyword| decimal.is(keyword));
    let by_zero = matches!(op, BinaryOp::Divide | BinaryOp::Remainder)
        && (whole(right) == Some(0) && (whole(left).is_some() || is_decimal(left)));
    if by_zero {
        let message = "this divides by the constant zero (CS0020)";
        return Some(Err(Problem::new(&CONSTANT, message, expr.span)));
    }
    let result = number::arithmetic(op, left, right, true)?;
    Some(result.map_err(|_| {
        let message = "this constant does not fit its type (CS0220)";
        Problem::new(&CONSTANT, message, expr.span).help(
            "write one operand with `L` for a `long`, or `unchecked(...)` where wrapping around is meant",
        )
    }))
}
