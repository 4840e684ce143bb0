//! `from x in items where … orderby … select …`, read as the calls that C# makes of it (C# specification, 12.20.3): what
//! checks and runs expressions never meets a query.
//!
//! With more than one name in reach each row is an object that holds them, which C# calls a transparent identifier: a
//! lambda over it begins by taking the names out.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::csharp::ast::{
    Argument, ArgumentValue, Body, Expr, ExprKind, Lambda, Parameter, Stmt, StmtKind, TypeRef, Variable,
};
use crate::csharp::lexer::Kind;
use crate::text::Span;

/// The parameter that holds a row; no C# name can be it.
const ROW: &str = "<row>";

/// A name that a query brings into reach, with its place.
type Name = (String, Span);

/// What has been read of a query.
struct Query {
    source: Expr,
    names: Vec<Name>,
    start: Span,
}

impl Parser<'_> {
    /// Whether `from x in` or `from T x in` begins here.
    pub(super) fn query_ahead(&self) -> bool {
        let is_word = |ahead: usize| matches!(self.kind_at(ahead), Kind::Word(_));
        let is_in = |ahead: usize| matches!(self.kind_at(ahead), Kind::Word(word) if word == "in");
        is_word(1) && (is_in(2) || is_word(2) || matches!(self.kind_at(2), Kind::Punct("." | "<" | "[")))
    }

    pub(super) fn query(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let (name, source) = self.range()?;
        let mut query = Query { source, names: vec![name], start };
        loop {
            let keyword = self.span();
            let Kind::Word(word) = self.kind() else { return Err(self.unexpected("`select` or `group`")) };
            match word.as_str() {
                "where" => {
                    self.advance();
                    let test = self.expression()?;
                    let test = self.row_lambda(&query.names, None, test)?;
                    query.source = self.chained(query.source, "Where", keyword, vec![test])?;
                }
                "orderby" => query = self.orderings(query)?,
                "let" => {
                    self.advance();
                    let name = self.identifier()?;
                    self.expect("=")?;
                    let value = self.expression()?;
                    query = self.widened(query, name, value, keyword)?;
                }
                "from" => {
                    let (name, items) = self.range()?;
                    let items = self.row_lambda(&query.names, None, items)?;
                    let result = self.joined_row(&query.names, &name)?;
                    query.source = self.chained(query.source, "SelectMany", keyword, vec![items, result])?;
                    query.names.push(name);
                }
                "join" => query = self.join(query)?,
                "select" | "group" => {
                    let made = self.result(query)?;
                    if !self.eat_word("into") {
                        return Ok(made);
                    }
                    query = Query { source: made, names: vec![self.identifier()?], start };
                }
                _ => return Err(self.unexpected("`select` or `group`")),
            }
        }
    }

    /// `from [T] x in items`
    fn range(&mut self) -> Parsed<(Name, Expr)> {
        let keyword = self.span();
        self.advance();
        self.ranged(keyword)
    }

    fn ranged(&mut self, keyword: Span) -> Parsed<(Name, Expr)> {
        let is_typed = !matches!(self.kind_at(1), Kind::Word(word) if word == "in");
        let ty = if is_typed { Some(self.type_ref()?) } else { None };
        let name = self.identifier()?;
        if !self.eat_word("in") {
            return Err(self.unexpected("`in`"));
        }
        let items = self.expression()?;
        let items = match ty {
            Some(ty) => self.method(items, "Cast", keyword, vec![ty], Vec::new())?,
            None => items,
        };
        Ok((name, items))
    }

    /// `orderby a, b descending`
    fn orderings(&mut self, mut query: Query) -> Parsed<Query> {
        let keyword = self.span();
        let mut method = "OrderBy";
        loop {
            self.advance();
            let key = self.expression()?;
            let key = self.row_lambda(&query.names, None, key)?;
            let descending = self.eat_word("descending");
            if !descending {
                self.eat_word("ascending");
            }
            let name = if descending { format!("{method}Descending") } else { method.to_owned() };
            query.source = self.chained(query.source, &name, keyword, vec![key])?;
            method = "ThenBy";
            if !self.is_punct(",") {
                return Ok(query);
            }
        }
    }

    /// `join [T] y in others on key equals key [into group]`
    fn join(&mut self, mut query: Query) -> Parsed<Query> {
        let keyword = self.span();
        self.advance();
        let (name, others) = self.ranged(keyword)?;
        let word = |parser: &mut Self, word: &str| {
            if parser.eat_word(word) { Ok(()) } else { Err(parser.unexpected(&format!("`{word}`"))) }
        };
        word(self, "on")?;
        let left = self.expression()?;
        word(self, "equals")?;
        let right = self.expression()?;
        let left = self.row_lambda(&query.names, None, left)?;
        let right = self.row_lambda(std::slice::from_ref(&name), None, right)?;
        let (method, name) =
            if self.eat_word("into") { ("GroupJoin", self.identifier()?) } else { ("Join", name) };
        let result = self.joined_row(&query.names, &name)?;
        query.source = self.chained(query.source, method, keyword, vec![others, left, right, result])?;
        query.names.push(name);
        Ok(query)
    }

    /// `let name = value`
    fn widened(&mut self, mut query: Query, name: Name, value: Expr, keyword: Span) -> Parsed<Query> {
        let row = self.row(&query.names, &name, value)?;
        let row = self.row_lambda(&query.names, None, row)?;
        query.source = self.chained(query.source, "Select", keyword, vec![row])?;
        query.names.push(name);
        Ok(query)
    }

    /// `select value` and `group value by key`
    fn result(&mut self, query: Query) -> Parsed<Expr> {
        let keyword = self.span();
        let groups = self.is_word("group");
        self.advance();
        let value = self.expression()?;
        let value = self.row_lambda(&query.names, None, value)?;
        let (method, args) = match groups {
            false => ("Select", vec![value]),
            true if !self.eat_word("by") => return Err(self.unexpected("`by`")),
            true => {
                let key = self.expression()?;
                ("GroupBy", vec![self.row_lambda(&query.names, None, key)?, value])
            }
        };
        let made = self.chained(query.source, method, keyword, args)?;
        Ok(Expr { span: self.since(query.start), ..made })
    }

    /// The lambda that makes the next row of the present one and of a value for `name`.
    fn joined_row(&self, names: &[Name], name: &Name) -> Parsed<Expr> {
        let value = self.node(ExprKind::Name(name.0.clone()), name.1)?;
        let row = self.row(names, name, value)?;
        self.row_lambda(names, Some(name), row)
    }

    /// `new { a, b, name = value }`
    fn row(&self, names: &[Name], name: &Name, value: Expr) -> Parsed<Expr> {
        let mut members = Vec::new();
        for (known, span) in names {
            members.push((known.clone(), self.node(ExprKind::Name(known.clone()), *span)?));
        }
        members.push((name.0.clone(), value));
        self.node(ExprKind::Anonymous(members), name.1)
    }

    /// A lambda over a row, perhaps with a second parameter.
    fn row_lambda(&self, names: &[Name], second: Option<&Name>, body: Expr) -> Parsed<Expr> {
        let span = body.span;
        let parameter =
            |name: &str, span: Span| Parameter { name: name.to_owned(), span, ty: None, default: None };
        let (first, body) = match names {
            [(name, at)] => (parameter(name, *at), Body::Expr(body)),
            _ => (parameter(ROW, span), Body::Block(self.unpacked(names, body)?)),
        };
        let params = std::iter::once(first).chain(second.map(|(name, at)| parameter(name, *at))).collect();
        self.node(ExprKind::Lambda(Arc::new(Lambda { params, body })), span)
    }

    /// `var a = row.a; var b = row.b; return body;`
    fn unpacked(&self, names: &[Name], body: Expr) -> Parsed<Vec<Stmt>> {
        let mut statements = Vec::new();
        for (name, span) in names {
            let target = Box::new(self.node(ExprKind::Name(ROW.to_owned()), *span)?);
            let value = self.node(
                ExprKind::Member {
                    target,
                    name: name.clone(),
                    name_span: *span,
                    type_args: Vec::new(),
                    conditional: false,
                },
                *span,
            )?;
            let variables = vec![Variable { name: name.clone(), span: *span, value: Some(value) }];
            statements.push(Stmt { kind: StmtKind::Local { ty: None, variables }, span: *span });
        }
        let span = body.span;
        statements.push(Stmt { kind: StmtKind::Return(Some(body)), span });
        Ok(statements)
    }

    fn chained(&self, target: Expr, name: &str, keyword: Span, args: Vec<Expr>) -> Parsed<Expr> {
        self.method(target, name, keyword, Vec::new(), args)
    }

    /// `target.name<T>(args)`
    fn method(
        &self,
        target: Expr,
        name: &str,
        name_span: Span,
        type_args: Vec<TypeRef>,
        args: Vec<Expr>,
    ) -> Parsed<Expr> {
        let span = self.since(target.span);
        let target = Box::new(target);
        let name = name.to_owned();
        let callee = ExprKind::Member { target, name, name_span, type_args, conditional: false };
        let callee = Box::new(self.node(callee, span)?);
        let args = args
            .into_iter()
            .map(|value| Argument { name: None, value: ArgumentValue::Expr(value) })
            .collect();
        self.node(ExprKind::Call { callee, args }, span)
    }
}
