//! Statements: what the evaluator does not run in them, and which variables they declare.

use super::{Checker, UNKNOWN};
use crate::csharp::ast::{Catch, Stmt, StmtKind};

impl Checker {
    pub(super) fn block(&mut self, statements: &[Stmt]) {
        let mark = self.scope.len();
        for statement in statements {
            if let StmtKind::LocalFunction { name, .. } = &statement.kind {
                self.declare(name, UNKNOWN);
            }
        }
        statements.iter().for_each(|statement| self.statement(statement));
        self.scope.truncate(mark);
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Local { ty, variables } => {
                for variable in variables {
                    let inferred = variable.value.as_ref().map(|value| self.expr(value)).unwrap_or_default();
                    let declared = ty.as_ref().map(|ty| self.type_ref(ty));
                    self.declare(&variable.name, &declared.unwrap_or(inferred));
                }
            }
            StmtKind::Expr(expr) | StmtKind::Return(Some(expr)) | StmtKind::Throw(Some(expr)) => {
                self.expr(expr);
            }
            StmtKind::LocalFunction { function, .. } => {
                self.lambda(function);
            }
            StmtKind::Switch { subject, sections } => {
                self.expr(subject);
                for section in sections {
                    let mark = self.scope.len();
                    for (pattern, when) in &section.labels {
                        pattern.iter().for_each(|pattern| self.pattern(pattern));
                        when.iter().for_each(|when| {
                            self.expr(when);
                        });
                    }
                    self.block(&section.body);
                    self.scope.truncate(mark);
                }
            }
            StmtKind::Using { resource, body } => {
                let mark = self.scope.len();
                self.statement(resource);
                if let Some(body) = body {
                    self.nested(body);
                    self.scope.truncate(mark);
                }
            }
            StmtKind::Checked { body, .. } => self.block(body),
            StmtKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.nested(then);
                otherwise.iter().for_each(|otherwise| self.nested(otherwise));
            }
            StmtKind::Foreach { ty, name, items, body, .. } => {
                self.expr(items);
                let ty = ty.as_ref().map(|ty| self.type_ref(ty)).unwrap_or_default();
                let mark = self.scope.len();
                self.declare(name, &ty);
                self.nested(body);
                self.scope.truncate(mark);
            }
            StmtKind::For { init, condition, step, body } => {
                let mark = self.scope.len();
                init.iter().for_each(|init| self.statement(init));
                condition.iter().chain(step).for_each(|expr| {
                    self.expr(expr);
                });
                self.nested(body);
                self.scope.truncate(mark);
            }
            StmtKind::While { condition, body } | StmtKind::DoWhile { condition, body } => {
                self.expr(condition);
                self.nested(body);
            }
            StmtKind::Try { body, catches, finally } => {
                self.block(body);
                catches.iter().for_each(|catch| self.catch(catch));
                finally.iter().for_each(|finally| self.block(finally));
            }
            StmtKind::Block(statements) => self.block(statements),
            StmtKind::Throw(None)
            | StmtKind::Return(None)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Empty => {}
        }
    }

    fn nested(&mut self, statement: &Stmt) {
        self.block(std::slice::from_ref(statement));
    }

    fn catch(&mut self, catch: &Catch) {
        if let Some(ty) = &catch.ty {
            self.type_ref(ty);
        }
        let mark = self.scope.len();
        if let Some(name) = &catch.name {
            self.declare(&name.name, "Exception");
        }
        catch.when.iter().for_each(|when| {
            self.expr(when);
        });
        self.block(&catch.body);
        self.scope.truncate(mark);
    }
}
