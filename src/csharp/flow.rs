//! Where control can go: whether the end of a block can be reached (C# specification, 13.2: end points and
//! reachability).

use super::ast::{Expr, ExprKind, Literal, Stmt, StmtKind};

/// Whether control can reach the end of `statements` (C# specification, 13.2: end points and reachability).
pub(super) fn can_complete(statements: &[Stmt]) -> bool {
    statements.iter().all(completes)
}

pub(super) fn completes(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Return(_) | StmtKind::Throw(_) | StmtKind::Break | StmtKind::Continue => false,
        StmtKind::Block(inner) => can_complete(inner),
        StmtKind::If { then, otherwise, .. } => {
            completes(then) || otherwise.as_ref().is_none_or(|otherwise| completes(otherwise))
        }
        StmtKind::While { condition, body } => !is_true(condition) || has_break(body),
        StmtKind::DoWhile { condition, body } => !is_true(condition) || has_break(body),
        StmtKind::For { condition, body, .. } => !condition.as_ref().is_none_or(is_true) || has_break(body),
        StmtKind::Try { body, catches, finally } => {
            let parts_complete = can_complete(body) || catches.iter().any(|catch| can_complete(&catch.body));
            parts_complete && finally.as_ref().is_none_or(|finally| can_complete(finally))
        }
        StmtKind::Switch { sections, .. } => {
            let has_default =
                sections.iter().flat_map(|section| &section.labels).any(|label| label.0.is_none());
            !has_default
                || sections
                    .iter()
                    .any(|section| can_complete(&section.body) || section.body.iter().any(has_break))
        }
        StmtKind::Using { body: Some(body), .. } => completes(body),
        StmtKind::Checked { body, .. } => can_complete(body),
        StmtKind::Expr(expr) => !matches!(expr.kind, ExprKind::Throw(_)),
        StmtKind::Using { body: None, .. }
        | StmtKind::Local { .. }
        | StmtKind::LocalFunction { .. }
        | StmtKind::Foreach { .. }
        | StmtKind::Empty => true,
    }
}

fn is_true(condition: &Expr) -> bool {
    match &condition.kind {
        ExprKind::Paren(inner) => is_true(inner),
        kind => *kind == ExprKind::Literal(Literal::Bool(true)),
    }
}

/// Whether a `break` in `statement` leaves the loop around it.
fn has_break(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Break => true,
        StmtKind::Block(inner) => inner.iter().any(has_break),
        StmtKind::If { then, otherwise, .. } => {
            has_break(then) || otherwise.as_ref().is_some_and(|otherwise| has_break(otherwise))
        }
        StmtKind::Try { body, catches, finally } => {
            body.iter().any(has_break)
                || catches.iter().any(|catch| catch.body.iter().any(has_break))
                || finally.iter().flatten().any(has_break)
        }
        StmtKind::Using { body: Some(body), .. } => has_break(body),
        StmtKind::Checked { body, .. } => body.iter().any(has_break),
        _ => false,
    }
}
