//! Statements of `@{ … }` and of lambda bodies.

use super::{Parsed, Parser, is_keyword};
use crate::csharp::ast::{Catch, Expr, ExprKind, Literal, Stmt, StmtKind, TypeRef};
use crate::csharp::lexer::Kind;

impl Parser<'_> {
    pub(super) fn block(&mut self) -> Parsed<Vec<Stmt>> {
        self.expect("{")?;
        let mut statements = Vec::new();
        while !self.is_punct("}") {
            if matches!(self.kind(), Kind::End) {
                return Err(self.unexpected("`}`"));
            }
            statements.push(self.statement()?);
        }
        self.advance();
        Ok(statements)
    }

    pub(super) fn statement(&mut self) -> Parsed<Stmt> {
        self.nested(|parser| {
            let start = parser.span();
            let kind = parser.statement_kind()?;
            Ok(Stmt { kind, span: parser.since(start) })
        })
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        if self.is_punct("{") {
            return Ok(StmtKind::Block(self.block()?));
        }
        if self.eat(";") {
            return Ok(StmtKind::Empty);
        }
        let Kind::Word(word) = self.kind() else { return self.expression_statement() };
        match word.as_str() {
            "if" => self.if_statement(),
            "foreach" => self.foreach_statement(),
            "for" => self.for_statement(),
            "while" => {
                self.advance();
                let condition = self.condition()?;
                Ok(StmtKind::While { condition, body: Box::new(self.statement()?) })
            }
            "do" => {
                self.advance();
                let body = Box::new(self.statement()?);
                if !self.eat_word("while") {
                    return Err(self.unexpected("`while`"));
                }
                let condition = self.condition()?;
                self.expect(";")?;
                Ok(StmtKind::DoWhile { body, condition })
            }
            "return" => self.return_statement(),
            "throw" => {
                self.advance();
                let value = if self.is_punct(";") { None } else { Some(self.expression()?) };
                self.expect(";")?;
                Ok(StmtKind::Throw(value))
            }
            "try" => self.try_statement(),
            "break" | "continue" => {
                let kind = if word == "break" { StmtKind::Break } else { StmtKind::Continue };
                self.advance();
                self.expect(";")?;
                Ok(kind)
            }
            "switch" | "using" | "lock" | "goto" | "unsafe" | "fixed" | "checked" | "unchecked" | "yield"
            | "static" => Err(self.unsupported(&format!("a `{word}` statement"), self.span())),
            "const" => {
                self.advance();
                self.declaration_or_expression()
            }
            _ => self.declaration_or_expression(),
        }
    }

    fn declaration_or_expression(&mut self) -> Parsed<StmtKind> {
        if let Some(declaration) = self.try_declaration()? {
            self.expect(";")?;
            return Ok(declaration);
        }
        self.expression_statement()
    }

    fn expression_statement(&mut self) -> Parsed<StmtKind> {
        let expr = self.expression()?;
        if !is_statement(&expr) {
            return Err(super::Problem::new(
                &super::SYNTAX,
                "only an assignment, a call, `++`, `--` or `new` can stand as a statement",
                expr.span,
            ));
        }
        self.expect(";")?;
        Ok(StmtKind::Expr(expr))
    }

    /// Reads `var x = 1` or `T x = 1, y` without the `;`, where that is what stands here.
    fn try_declaration(&mut self) -> Parsed<Option<StmtKind>> {
        let start = self.at;
        let ty = self.type_ref().ok();
        let named = matches!(self.kind(), Kind::Word(word) if !is_keyword(word));
        let Some(ty) = ty.filter(|_| named) else {
            self.at = start;
            return Ok(None);
        };
        if matches!(self.kind_at(1), Kind::Punct("(")) {
            return Err(self
                .unsupported("a local function", ty.span)
                .help("write a lambda, or repeat the code"));
        }
        let mut variables = Vec::new();
        loop {
            let (name, _) = self.identifier()?;
            let value = match self.eat("=") {
                true if self.is_punct("{") => Some(self.array_initializer(&ty)?),
                true => Some(self.expression()?),
                false => None,
            };
            variables.push((name, value));
            if !self.eat(",") {
                break;
            }
        }
        let is_var = ty.name == "var" && ty.args.is_empty() && ty.rank == 0;
        if is_var && variables.iter().any(|(_, value)| value.is_none()) {
            return Err(self.unexpected("`=` and a value, because `var` takes its type from it"));
        }
        Ok(Some(StmtKind::Local { ty: (!is_var).then_some(ty), variables }))
    }

    /// `int[] x = { 1, 2 }`
    fn array_initializer(&mut self, ty: &TypeRef) -> Parsed<Expr> {
        let start = self.span();
        let items = self.items()?;
        let element = TypeRef { rank: ty.rank.saturating_sub(1), ..ty.clone() };
        self.node(ExprKind::NewArray { element: Some(element), size: None, items }, self.since(start))
    }

    fn condition(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        Ok(condition)
    }

    fn if_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let condition = self.condition()?;
        let then = Box::new(self.statement()?);
        let otherwise = if self.eat_word("else") { Some(Box::new(self.statement()?)) } else { None };
        Ok(StmtKind::If { condition, then, otherwise })
    }

    fn foreach_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        self.expect("(")?;
        let ty = self.type_ref()?;
        let (name, _) = self.identifier()?;
        if !self.eat_word("in") {
            return Err(self.unexpected("`in`"));
        }
        let items = self.expression()?;
        self.expect(")")?;
        let body = Box::new(self.statement()?);
        Ok(StmtKind::Foreach { ty: (ty.name != "var").then_some(ty), name, items, body })
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        self.expect("(")?;
        let start = self.span();
        let mut init = Vec::new();
        if !self.is_punct(";") {
            match self.try_declaration()? {
                Some(kind) => init.push(Stmt { kind, span: self.since(start) }),
                None => {
                    for expr in self.expressions()? {
                        init.push(Stmt { span: expr.span, kind: StmtKind::Expr(expr) });
                    }
                }
            }
        }
        self.expect(";")?;
        let condition = if self.is_punct(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        let step = if self.is_punct(")") { Vec::new() } else { self.expressions()? };
        self.expect(")")?;
        Ok(StmtKind::For { init, condition, step, body: Box::new(self.statement()?) })
    }

    fn expressions(&mut self) -> Parsed<Vec<Expr>> {
        let mut all = vec![self.expression()?];
        while self.eat(",") {
            all.push(self.expression()?);
        }
        Ok(all)
    }

    fn return_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        if self.is_punct(";") {
            return Err(self.unexpected("a value to return"));
        }
        let value = self.expression()?;
        self.expect(";")?;
        Ok(StmtKind::Return(value))
    }

    fn try_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.eat_word("catch") {
            let (mut ty, mut name) = (None, None);
            if self.eat("(") {
                ty = Some(self.type_ref()?);
                if !self.is_punct(")") {
                    name = Some(self.identifier()?.0);
                }
                self.expect(")")?;
            }
            let when = if self.eat_word("when") { Some(self.condition()?) } else { None };
            catches.push(Catch { ty, name, when, body: self.block()? });
        }
        let finally = if self.eat_word("finally") { Some(self.block()?) } else { None };
        if catches.is_empty() && finally.is_none() {
            return Err(self.unexpected("`catch` or `finally`"));
        }
        Ok(StmtKind::Try { body, catches, finally })
    }
}

fn is_statement(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Assign { .. } | ExprKind::Call { .. } | ExprKind::Step { .. } | ExprKind::New { .. }
    )
}

/// Whether control can reach the end of `statements` (C# specification, 13.2: end points and reachability).
pub(super) fn can_complete(statements: &[Stmt]) -> bool {
    statements.iter().all(completes)
}

fn completes(statement: &Stmt) -> bool {
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
        StmtKind::Local { .. } | StmtKind::Expr(_) | StmtKind::Foreach { .. } | StmtKind::Empty => true,
    }
}

fn is_true(condition: &Expr) -> bool {
    condition.kind == ExprKind::Literal(Literal::Bool(true))
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
        _ => false,
    }
}
