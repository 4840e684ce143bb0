//! Statements of `@{ … }` and of lambda bodies.

use std::sync::Arc;

use super::{Parsed, Parser, is_keyword};
use crate::csharp::ast::{
    Binding, Body, Catch, Expr, ExprKind, Lambda, Stmt, StmtKind, SwitchSection, TypeRef, Variable,
};
use crate::csharp::codes::SYNTAX;
use crate::csharp::lexer::Kind;
use crate::csharp::problem::Problem;

impl Parser<'_> {
    pub(super) fn block(&mut self) -> Parsed<Vec<Stmt>> {
        self.expect("{")?;
        let statements = self.statements();
        self.expect("}")?;
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
                self.semicolon()?;
                Ok(StmtKind::DoWhile { body, condition })
            }
            "return" => self.return_statement(),
            "throw" => {
                self.advance();
                let value = if self.is_punct(";") { None } else { Some(self.expression()?) };
                self.semicolon()?;
                Ok(StmtKind::Throw(value))
            }
            "try" => self.try_statement(),
            "break" | "continue" => {
                let kind = if word == "break" { StmtKind::Break } else { StmtKind::Continue };
                self.advance();
                self.semicolon()?;
                Ok(kind)
            }
            "switch" => self.switch_statement(),
            "using" => self.using_statement(),
            "lock" => self.lock_statement(),
            "checked" | "unchecked" if matches!(self.kind_at(1), Kind::Punct("{")) => {
                self.advance();
                Ok(StmtKind::Checked { on: word == "checked", body: self.block()? })
            }
            "goto" | "unsafe" | "fixed" | "yield"
                if !matches!(self.kind_at(1), Kind::Punct("=" | "." | "(")) =>
            {
                Err(self.not_read(&format!("the statement `{word}`"), self.span()))
            }
            "case" | "default" if !matches!(self.kind_at(1), Kind::Punct("(" | ".")) => {
                Err(self.unexpected("a statement"))
            }
            "static" => {
                self.newer("a `static` local function", 8, self.span());
                self.advance();
                self.declaration_or_expression()
            }
            "async" if matches!(self.kind_at(1), Kind::Word(_)) => Err(self
                .not_read("`async`", self.span())
                .help("an expression runs without waiting; make the call with `send-request` before it")),
            "const" => {
                self.advance();
                self.declaration_or_expression()
            }
            "var" if matches!(self.kind_at(1), Kind::Punct("(")) => {
                Err(self.not_read("the declaration of several variables from a tuple", self.span()))
            }
            _ => self.declaration_or_expression(),
        }
    }

    fn declaration_or_expression(&mut self) -> Parsed<StmtKind> {
        if matches!((self.kind(), self.kind_at(1)), (Kind::Word(_), Kind::Punct(":"))) {
            return Err(self.not_read("a label", self.span()));
        }
        if let Some(function) = self.try_local_function()? {
            return Ok(function);
        }
        if let Some(declaration) = self.try_declaration()? {
            self.semicolon()?;
            return Ok(declaration);
        }
        self.expression_statement()
    }

    fn expression_statement(&mut self) -> Parsed<StmtKind> {
        let expr = self.expression()?;
        if !is_statement(&expr) {
            return Err(Problem::new(
                &SYNTAX,
                "only an assignment, a call, `++`, `--` or `new` can stand as a statement (CS0201)",
                expr.span,
            ));
        }
        self.semicolon()?;
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
        let mut variables = Vec::new();
        loop {
            let (name, span) = self.identifier()?;
            let value = match self.eat("=") {
                true if self.is_punct("{") => Some(self.array_initializer(&ty)?),
                true => Some(self.expression()?),
                false => None,
            };
            variables.push(Variable { name, span, value });
            if !self.eat(",") {
                break;
            }
        }
        let is_var = ty.name == "var" && ty.args.is_empty() && ty.rank == 0;
        if let Some(bare) = variables.iter().find(|variable| is_var && variable.value.is_none()) {
            let message = format!("`var {}` needs a value to take its type from (CS0818)", bare.name);
            return Err(Problem::new(&SYNTAX, message, bare.span));
        }
        Ok(Some(StmtKind::Local { ty: (!is_var).then_some(ty), variables }))
    }

    /// Reads `T name(T a) { … }` where that is what stands here: two names and brackets, then a body.
    fn try_local_function(&mut self) -> Parsed<Option<StmtKind>> {
        let start = self.at;
        let is_void = self.is_word("void");
        let result = if is_void {
            let span = self.advance().span;
            Some(TypeRef { name: "void".to_owned(), args: Vec::new(), nullable: false, rank: 0, span })
        } else {
            self.type_ref().ok()
        };
        let named = matches!(self.kind(), Kind::Word(word) if !is_keyword(word));
        let body_follows = || {
            let close = self.closing.get(self.at + 1).copied().flatten()?;
            matches!(self.tokens[close + 1].kind, Kind::Punct("{" | "=>")).then_some(())
        };
        let is_function =
            named && matches!(self.kind_at(1), Kind::Punct("(")) && (is_void || body_follows().is_some());
        let Some(result) = result.filter(|_| is_function) else {
            self.at = start;
            return Ok(None);
        };
        let (name, name_span) = self.identifier()?;
        let params = self.parameters()?;
        let body = if self.eat("=>") {
            let value = self.expression()?;
            self.semicolon()?;
            Body::Expr(value)
        } else {
            Body::Block(self.nested(Self::block)?)
        };
        let function = Arc::new(Lambda { params, body });
        Ok(Some(StmtKind::LocalFunction { result, name, name_span, function }))
    }

    fn switch_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let subject = self.condition()?;
        self.expect("{")?;
        let mut sections = Vec::new();
        while !self.is_punct("}") {
            sections.push(self.switch_section()?);
        }
        self.advance();
        Ok(StmtKind::Switch { subject, sections })
    }

    fn switch_section(&mut self) -> Parsed<SwitchSection> {
        let start = self.span();
        let mut labels = Vec::new();
        loop {
            if self.eat_word("default") {
                labels.push((None, None));
            } else if self.eat_word("case") {
                let pattern = self.pattern()?;
                let when = if self.eat_word("when") { Some(self.expression()?) } else { None };
                labels.push((Some(pattern), when));
            } else {
                break;
            }
            self.expect(":")?;
        }
        if labels.is_empty() {
            return Err(self.unexpected("`case` or `default`"));
        }
        let span = self.since(start);
        let mut body = Vec::new();
        while !matches!(self.kind(), Kind::Punct("}") | Kind::End) && !self.label_ahead() {
            body.push(self.statement()?);
        }
        Ok(SwitchSection { labels, body, span })
    }

    fn label_ahead(&self) -> bool {
        self.is_word("case") || (self.is_word("default") && matches!(self.kind_at(1), Kind::Punct(":")))
    }

    /// `using (var x = …) { … }`, `using (x) …`, `using var x = …;`
    fn using_statement(&mut self) -> Parsed<StmtKind> {
        let using = self.advance().span;
        let in_brackets = self.eat("(");
        let start = self.span();
        let kind = match self.try_declaration()? {
            Some(declaration) => declaration,
            None => StmtKind::Expr(self.expression()?),
        };
        let resource = Box::new(Stmt { kind, span: self.since(start) });
        if in_brackets {
            self.expect(")")?;
            return Ok(StmtKind::Using { resource, body: Some(Box::new(self.statement()?)) });
        }
        self.newer("a `using` declaration", 8, using);
        self.semicolon()?;
        Ok(StmtKind::Using { resource, body: None })
    }

    /// `lock (x) { … }`: an expression has one thread, so this is the block.
    fn lock_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let locked = self.condition()?;
        let locked = Stmt { span: locked.span, kind: StmtKind::Expr(locked) };
        Ok(StmtKind::Block(vec![locked, self.statement()?]))
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
        let (name, name_span) = self.identifier()?;
        if !self.eat_word("in") {
            return Err(self.unexpected("`in`"));
        }
        let items = self.expression()?;
        self.expect(")")?;
        let body = Box::new(self.statement()?);
        Ok(StmtKind::Foreach { ty: (ty.name != "var").then_some(ty), name, name_span, items, body })
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
        if self.eat(";") {
            return Ok(StmtKind::Return(None));
        }
        let value = self.expression()?;
        self.semicolon()?;
        Ok(StmtKind::Return(Some(value)))
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
                    let (caught, span) = self.identifier()?;
                    name = Some(Binding { name: caught, span });
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
        ExprKind::Assign { .. }
            | ExprKind::Call { .. }
            | ExprKind::Step { .. }
            | ExprKind::New { .. }
            | ExprKind::Tuple(_)
            | ExprKind::NotRun { .. }
    )
}
