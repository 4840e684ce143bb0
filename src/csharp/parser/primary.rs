//! Operands: literals, names, brackets, `new`, lambdas, interpolated strings.

use std::sync::Arc;

use super::{Parsed, Parser, is_keyword, is_type_keyword};
use crate::csharp::ast::{
    ArgumentValue, Body, Expr, ExprKind, Initializer, InterpolatedPart, Lambda, Literal, Parameter, TypeRef,
};
use crate::csharp::codes::{SYNTAX, TOO_COMPLEX};
use crate::csharp::lexer::{Kind, Piece};
use crate::csharp::problem::Problem;
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
            Kind::OtherNumber(value) => Literal::Number(*value),
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
            Kind::NamedValue => {
                self.advance();
                return self.node(ExprKind::NotRun { what: "a named value", parts: Vec::new() }, start);
            }
            _ => return Err(self.unexpected("an expression")),
        };
        self.advance();
        self.node(ExprKind::Literal(literal), start)
    }

    fn word(&mut self, word: &str, start: Span) -> Parsed<Expr> {
        match word {
            "new" => return self.nested(Self::creation),
            "typeof" => return self.type_of(start),
            "checked" | "unchecked" => {
                self.advance();
                self.expect("(")?;
                let inner = Box::new(self.expression()?);
                self.expect(")")?;
                return self.node(ExprKind::Checked { on: word == "checked", inner }, self.since(start));
            }
            "default" => return self.default_value(start),
            "delegate" => return self.anonymous_method(start),
            "throw" => {
                self.advance();
                let value = Box::new(self.expression()?);
                return self.node(ExprKind::Throw(value), self.since(start));
            }
            "await" | "async" if matches!(self.kind_at(1), Kind::Word(_) | Kind::Punct("(")) => {
                return Err(self.not_read(&format!("`{word}`"), start).help(
                    "an expression runs without waiting; make the call with `send-request` before it",
                ));
            }
            "nameof" if matches!(self.kind_at(1), Kind::Punct("(")) => return self.name_of(start),
            "from" if self.query_ahead() => return self.nested(Self::query),
            _ if is_type_keyword(word) => {
                let ty = self.type_ref()?;
                return self.node(ExprKind::Type(ty), self.since(start));
            }
            "this" | "base" | "stackalloc" | "sizeof" | "ref" => {
                return Err(self.not_read(&format!("`{word}` in an expression"), start));
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
        let (name, inner) = self.tuple_part()?;
        if self.is_punct(",") {
            let mut parts = vec![(name, inner)];
            while self.eat(",") {
                parts.push(self.tuple_part()?);
            }
            self.expect(")")?;
            return self.node(ExprKind::Tuple(parts), self.since(start));
        }
        self.expect(")")?;
        self.node(ExprKind::Paren(Box::new(inner)), self.since(start))
    }

    /// A value in brackets, perhaps with the name that it has in a tuple; one that has a name of its own lends it.
    fn tuple_part(&mut self) -> Parsed<(Option<String>, Expr)> {
        if matches!((self.kind(), self.kind_at(1)), (Kind::Word(_), Kind::Punct(":"))) {
            let (name, _) = self.identifier()?;
            self.advance();
            return Ok((Some(name), self.expression()?));
        }
        let value = self.expression()?;
        let name = match &value.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.clone()),
            _ => None,
        };
        Ok((name, value))
    }

    fn type_of(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        self.expect("(")?;
        let ty = self.type_ref()?;
        self.expect(")")?;
        self.node(ExprKind::TypeOf(ty), self.since(start))
    }

    /// `default(T)`, and `default` alone.
    fn default_value(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        let mut ty = None;
        if self.eat("(") {
            ty = Some(self.type_ref()?);
            self.expect(")")?;
        }
        self.node(ExprKind::Default(ty), self.since(start))
    }

    /// `nameof(a.b)`, which is the text `b`.
    fn name_of(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        self.expect("(")?;
        let named = self.expression()?;
        self.expect(")")?;
        let name = match &named.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => name.as_str(),
            ExprKind::Type(ty) => ty.name.as_str(),
            _ => return Err(Problem::new(&SYNTAX, "`nameof` takes a name (CS8081)", named.span)),
        };
        self.node(ExprKind::Literal(Literal::String(Arc::from(name))), self.since(start))
    }

    /// `delegate (T x) { … }`
    fn anonymous_method(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        let params = if self.is_punct("(") { self.parameters()? } else { Vec::new() };
        let body = Body::Block(self.nested(Self::block)?);
        self.node(ExprKind::Lambda(Arc::new(Lambda { params, body })), self.since(start))
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
                        let message = format!("an alignment beyond {MAX_ALIGNMENT} is too wide");
                        return Err(Problem::new(&TOO_COMPLEX, message, at));
                    }
                    let mut inner = Parser::new(self.text, tokens, self.depth + 1);
                    let value = inner.whole_expression();
                    self.found.append(&mut inner.found);
                    self.noted.append(&mut inner.noted);
                    InterpolatedPart::Hole {
                        value: value?,
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
                let close = self.closing[self.at];
                close.is_some_and(|close| self.tokens[close + 1].kind == Kind::Punct("=>"))
            }
            _ => false,
        }
    }

    fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let params = if self.is_punct("(") {
            self.parameters()?
        } else {
            let (name, span) = self.identifier()?;
            vec![Parameter { name, span, ty: None, default: None }]
        };
        self.expect("=>")?;
        let body = if self.is_punct("{") {
            Body::Block(self.nested(Self::block)?)
        } else {
            Body::Expr(self.expression()?)
        };
        self.node(ExprKind::Lambda(Arc::new(Lambda { params, body })), self.since(start))
    }

    /// `(x, y)` and `(int x, string y = "")`.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.list("(", ")", |parser| {
            for word in ["params", "ref", "out", "in"] {
                parser.eat_word(word);
            }
            let typed = !matches!(parser.kind_at(1), Kind::Punct("," | ")" | "="));
            let ty = if typed { Some(parser.type_ref()?) } else { None };
            let (name, span) = parser.identifier()?;
            let default = if parser.eat("=") { Some(parser.expression()?) } else { None };
            Ok(Parameter { name, span, ty, default })
        })
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
            self.newer("`new()` without a type", 9, start);
            let args = self.arguments()?;
            let parts = args.into_iter().filter_map(|argument| match argument.value {
                ArgumentValue::Expr(value) => Some(value),
                _ => None,
            });
            let what = "`new()` without a type";
            return self.node(ExprKind::NotRun { what, parts: parts.collect() }, self.since(start));
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

    fn array(&mut self, mut element: TypeRef, start: Span) -> Parsed<Expr> {
        self.expect("[")?;
        let size = if self.is_punct("]") { None } else { Some(Box::new(self.expression()?)) };
        let mut is_flat = true;
        while self.eat(",") {
            is_flat = false;
            if !self.is_punct("]") && !self.is_punct(",") {
                self.expression()?;
            }
        }
        self.expect("]")?;
        // `new int[2][]` makes an array of two arrays.
        while self.eat("[") {
            element.rank += 1;
            self.expect("]")?;
        }
        if !is_flat {
            let what = "an array of several dimensions";
            let parts =
                if self.is_punct("{") { self.items()? } else { size.map(|size| *size).into_iter().collect() };
            return self.node(ExprKind::NotRun { what, parts }, self.since(start));
        }
        let items = if self.is_punct("{") || size.is_none() { self.items()? } else { Vec::new() };
        self.node(ExprKind::NewArray { element: Some(element), size, items }, self.since(start))
    }

    /// `{ 1, 2 }`
    pub(super) fn items(&mut self) -> Parsed<Vec<Expr>> {
        self.list("{", "}", |parser| {
            if !parser.is_punct("{") {
                return parser.expression();
            }
            let start = parser.span();
            let parts = parser.nested(Self::items)?;
            parser.node(ExprKind::NotRun { what: "an array in an array", parts }, parser.since(start))
        })
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
