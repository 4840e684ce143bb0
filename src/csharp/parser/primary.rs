//! Operands: literals, names, brackets, `new`, lambdas, interpolated strings.

use std::sync::Arc;

use super::{Parsed, Parser, is_keyword, is_type_keyword};
use crate::csharp::ast::{Body, Expr, ExprKind, Initializer, InterpolatedPart, Lambda, Literal, TypeRef};
use crate::csharp::lexer::{Kind, Piece};
use crate::text::Span;

/// Wider padding than this in `{x,width}` is a mistake or an attack.
const MAX_ALIGNMENT: i32 = 4096;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        if self.lambda_ahead() {
            return self.lambda();
        }
        let start = self.span();
        let literal = match self.kind() {
            Kind::Int(value) => Literal::Int(*value),
            Kind::Long(value) => Literal::Long(*value),
            Kind::Double(value) => Literal::Double(*value),
            Kind::Char(value) => Literal::Char(*value),
            Kind::String(value) => Literal::String(Arc::from(value.as_str())),
            Kind::Interpolated(pieces) => {
                self.advance();
                return self.interpolated(pieces, start);
            }
            Kind::Word(word) => match word.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => return self.word(word, start),
            },
            Kind::Punct("(") => return self.parenthesized(start),
            _ => return Err(self.unexpected("an expression")),
        };
        self.advance();
        self.node(ExprKind::Literal(literal), start)
    }

    fn word(&mut self, word: &str, start: Span) -> Parsed<Expr> {
        match word {
            "new" => return self.nested(Self::creation),
            "typeof" | "sizeof" | "checked" | "unchecked" | "default" | "stackalloc" | "delegate"
            | "this" | "base" | "throw" | "ref" => {
                return Err(self.unsupported(&format!("`{word}` in an expression"), start));
            }
            "await" | "async" if matches!(self.kind_at(1), Kind::Word(_)) => {
                return Err(self.unsupported(&format!("`{word}`"), start));
            }
            "nameof" if matches!(self.kind_at(1), Kind::Punct("(")) => {
                return Err(self.unsupported("`nameof`", start));
            }
            "from" if matches!(self.kind_at(1), Kind::Word(_)) => {
                return Err(self
                    .unsupported("a LINQ query", start)
                    .help("write it with methods, such as `items.Where(x => ...).Select(x => ...)`"));
            }
            _ if is_type_keyword(word) => {
                let ty = self.type_ref()?;
                return self.node(ExprKind::Type(ty), self.since(start));
            }
            _ if is_keyword(word) => return Err(self.unexpected("an expression")),
            _ => {}
        }
        self.advance();
        let args = self.try_type_arguments();
        if args.is_empty() {
            return self.node(ExprKind::Name(word.to_owned()), start);
        }
        let ty = TypeRef { name: word.to_owned(), args, nullable: false, rank: 0, span: self.since(start) };
        self.node(ExprKind::Type(ty), self.since(start))
    }

    fn parenthesized(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        let inner = self.expression()?;
        if self.is_punct(",") {
            return Err(self.unsupported("a tuple", start));
        }
        self.expect(")")?;
        self.node(ExprKind::Paren(Box::new(inner)), self.since(start))
    }

    fn interpolated(&mut self, pieces: &[Piece], span: Span) -> Parsed<Expr> {
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => InterpolatedPart::Text(text.clone()),
                Piece::Hole { tokens, alignment, format } => {
                    if let Some((_, at)) =
                        alignment.filter(|(width, _)| width.unsigned_abs() > MAX_ALIGNMENT as u32)
                    {
                        return Err(self.unsupported(&format!("an alignment beyond {MAX_ALIGNMENT}"), at));
                    }
                    let mut inner = Parser { tokens, at: 0, depth: self.depth + 1 };
                    InterpolatedPart::Hole {
                        value: inner.whole_expression()?,
                        alignment: alignment.map(|(width, _)| width),
                        format: format.clone(),
                    }
                }
            });
        }
        self.node(ExprKind::Interpolated(parts), span)
    }

    /// Whether `x =>` or `(…) =>` begins here.
    pub(super) fn lambda_ahead(&self) -> bool {
        match self.kind() {
            Kind::Word(_) => matches!(self.kind_at(1), Kind::Punct("=>")),
            Kind::Punct("(") => {
                // Parameters hold no brackets but those of types, so the first `)` is theirs.
                let close = self.tokens[self.at..].iter().position(|token| token.kind == Kind::Punct(")"));
                close.is_some_and(|close| matches!(self.kind_at(close + 1), Kind::Punct("=>")))
                    && !self.tokens[self.at + 1..]
                        .iter()
                        .take(close.unwrap_or(0))
                        .any(|token| token.kind == Kind::Punct("("))
            }
            _ => false,
        }
    }

    fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut params = Vec::new();
        if self.eat("(") {
            while !self.is_punct(")") {
                if !matches!(self.kind_at(1), Kind::Punct("," | ")")) {
                    self.type_ref()?;
                }
                params.push(self.identifier()?.0);
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
        } else {
            params.push(self.identifier()?.0);
        }
        self.expect("=>")?;
        let body = if self.is_punct("{") {
            Body::Block(self.nested(Self::block)?)
        } else {
            Body::Expr(self.expression()?)
        };
        self.node(ExprKind::Lambda(Arc::new(Lambda { params, body })), self.since(start))
    }

    /// `new …`
    fn creation(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        if self.is_punct("{") {
            let members = self.list("{", "}", Self::anonymous_member)?;
            return self.node(ExprKind::Anonymous(members), self.since(start));
        }
        if self.is_punct("(") {
            return Err(self
                .unsupported("`new()` without a type", self.since(start))
                .help("write the type after `new`"));
        }
        if self.eat("[") {
            self.expect("]")?;
            let items = self.items()?;
            return self.node(ExprKind::NewArray { element: None, size: None, items }, self.since(start));
        }
        let mut ty = self.type_name()?;
        if self.is_punct("[") {
            return self.array(ty, start);
        }
        if self.is_punct("?") && matches!(self.kind_at(1), Kind::Punct("[")) {
            self.advance();
            ty.nullable = true;
            return self.array(ty, start);
        }
        let args = if self.is_punct("(") { Some(self.arguments()?) } else { None };
        let initializer = if self.is_punct("{") { Some(self.initializer()?) } else { None };
        if args.is_none() && initializer.is_none() {
            return Err(self.unexpected("`(`, `[` or `{` after the type"));
        }
        let kind = ExprKind::New {
            ty,
            args: args.unwrap_or_default(),
            initializer: initializer.unwrap_or_default(),
        };
        self.node(kind, self.since(start))
    }

    fn array(&mut self, element: TypeRef, start: Span) -> Parsed<Expr> {
        self.expect("[")?;
        let size = if self.is_punct("]") { None } else { Some(Box::new(self.expression()?)) };
        if self.is_punct(",") {
            return Err(self.unsupported("an array of several dimensions", self.span()));
        }
        self.expect("]")?;
        if self.is_punct("[") {
            return Err(self.unsupported("an array of arrays", self.span()));
        }
        let items = if self.is_punct("{") || size.is_none() { self.items()? } else { Vec::new() };
        self.node(ExprKind::NewArray { element: Some(element), size, items }, self.since(start))
    }

    /// `{ 1, 2 }`
    pub(super) fn items(&mut self) -> Parsed<Vec<Expr>> {
        self.list("{", "}", Self::expression)
    }

    /// `Name = value`, or a value that has a name of its own.
    fn anonymous_member(&mut self) -> Parsed<(String, Expr)> {
        if matches!((self.kind(), self.kind_at(1)), (Kind::Word(_), Kind::Punct("="))) {
            let (name, _) = self.identifier()?;
            self.advance();
            return Ok((name, self.expression()?));
        }
        let value = self.expression()?;
        let name = match &value.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => name.clone(),
            _ => return Err(self.unexpected("`Name = value` in an anonymous object")),
        };
        Ok((name, value))
    }

    fn initializer(&mut self) -> Parsed<Vec<Initializer>> {
        self.list("{", "}", Self::initializer_entry)
    }

    fn initializer_entry(&mut self) -> Parsed<Initializer> {
        if self.eat("{") {
            let key = self.expression()?;
            self.expect(",")?;
            let value = self.expression()?;
            self.expect("}")?;
            return Ok(Initializer::Pair(key, value));
        }
        if self.eat("[") {
            let key = self.expression()?;
            self.expect("]")?;
            self.expect("=")?;
            return Ok(Initializer::Index(key, self.expression()?));
        }
        if let (Kind::Word(name), Kind::Punct("=")) = (self.kind(), self.kind_at(1)) {
            self.advance();
            self.advance();
            return Ok(Initializer::Member(name.clone(), self.expression()?));
        }
        Ok(Initializer::Item(self.expression()?))
    }
}
