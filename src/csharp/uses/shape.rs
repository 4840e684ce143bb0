//! What an expression is once casts and parentheses are taken away: a chain of members of `context`, a variable, a
//! literal.

use crate::csharp::ast::{Argument, Expr, ExprKind, Literal};

/// The expression without parentheses and casts around it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let ExprKind::Paren(inner)
    | ExprKind::Cast { operand: inner, .. }
    | ExprKind::As { operand: inner, .. } = &expr.kind
    {
        expr = inner;
    }
    expr
}

/// The key of `context.Variables[key]`, parentheses around it aside.
pub(super) fn variable_index(expr: &Expr) -> Option<&Expr> {
    let mut expr = expr;
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    let ExprKind::Index { target, key, .. } = &expr.kind else { return None };
    (path(target).as_deref() == Some("Variables")).then_some(key)
}

/// The key of a variable that is read by index or by `GetValueOrDefault`, casts aside.
pub(super) fn variable_key(expr: &Expr) -> Option<&Expr> {
    let expr = bare(expr);
    if let ExprKind::Call { callee, args } = &expr.kind {
        let ExprKind::Member { target, name, .. } = &callee.kind else { return None };
        let reads = name == "GetValueOrDefault" && path(target).as_deref() == Some("Variables");
        return args.first().and_then(Argument::expr).filter(|_| reads);
    }
    variable_index(expr)
}

pub(super) fn literal(expr: &Expr) -> Option<&str> {
    match &bare(expr).kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

/// The members after `context`, joined by `.`; None for anything but a plain chain of them.
pub(super) fn path(expr: &Expr) -> Option<String> {
    let mut names = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Member { target, name, .. } => {
                names.push(name.as_str());
                expr = target;
            }
            ExprKind::Paren(inner) => expr = inner,
            ExprKind::Name(name) if name == "context" && !names.is_empty() => break,
            _ => return None,
        }
    }
    names.reverse();
    Some(names.join("."))
}

pub(super) fn first(path: &str) -> String {
    path.split('.').next().unwrap_or_default().to_owned()
}

/// Whether the second member of a chain is taken by `?.`, as in `context.Response?.StatusCode`.
pub(super) fn second_is_conditional(chain: &Expr) -> bool {
    let mut outer = false;
    let mut expr = chain;
    loop {
        match &expr.kind {
            ExprKind::Paren(inner) => expr = inner,
            ExprKind::Member { target, conditional, .. } => {
                if matches!(&target.kind, ExprKind::Name(_)) {
                    return outer;
                }
                outer = *conditional;
                expr = target;
            }
            _ => return false,
        }
    }
}
