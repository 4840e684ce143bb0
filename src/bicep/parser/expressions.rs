//! Expressions, from the ternary down to literals. Binary operators bind as in the language's table; `&&` binds
//! closer than `||`, and `??` loosest of all.

use super::super::codes;
use super::super::lexer::Token;
use super::super::syntax::{Binary, Expr, ExprKind, Ident, Item, Key, Member, Object, Property, Unary};
use super::{Halt, Parsed, Parser};
use crate::diag::Diagnostic;
use crate::text::Span;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::ternary)
    }

    // Most expressions are none of what each rule is for, so each rule hands on quickly and leaves the rest to a
    // function of its own: that keeps the stack low for deep nesting.

    fn ternary(&mut self) -> Parsed<Expr> {
        let condition = self.binary(0)?;
        if self.ahead_is(self.ahead_past_new_lines(0), "?") { self.choices(condition) } else { Ok(condition) }
    }

    fn choices(&mut self, condition: Expr) -> Parsed<Expr> {
        self.new_lines();
        self.advance();
        let yes = self.expression()?;
        if self.ahead_is(self.ahead_past_new_lines(0), ":") {
            self.new_lines();
        }
        self.expect(":")?;
        let no = self.expression()?;
        let span = condition.span.to(no.span);
        let below = condition.depth.max(yes.depth).max(no.depth);
        let kind = ExprKind::Ternary { condition: condition.into(), yes: yes.into(), no: no.into() };
        self.node(kind, span, below)
    }

    fn binary(&mut self, loosest: u8) -> Parsed<Expr> {
        let left = self.unary()?;
        if self.operator().is_some() { self.operations(left, loosest) } else { Ok(left) }
    }

    fn operations(&mut self, mut left: Expr, loosest: u8) -> Parsed<Expr> {
        while let Some((operator, strength)) = self.operator().filter(|(_, strength)| *strength > loosest) {
            self.advance();
            let right = self.nested(|parser| parser.binary(strength))?;
            let (span, below) = (left.span.to(right.span), left.depth.max(right.depth));
            left = self.node(
                ExprKind::Binary { operator, left: left.into(), right: right.into() },
                span,
                below,
            )?;
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(Binary, u8)> {
        let Token::Punct(punct) = self.token() else { return None };
        Some(match *punct {
            "*" => (Binary::Multiply, 100),
            "/" => (Binary::Divide, 100),
            "%" => (Binary::Modulo, 100),
            "+" => (Binary::Add, 90),
            "-" => (Binary::Subtract, 90),
            ">" => (Binary::Greater, 80),
            ">=" => (Binary::GreaterOrEquals, 80),
            "<" => (Binary::Less, 80),
            "<=" => (Binary::LessOrEquals, 80),
            "==" => (Binary::Equals, 70),
            "!=" => (Binary::NotEquals, 70),
            "=~" => (Binary::EqualsInsensitive, 70),
            "!~" => (Binary::NotEqualsInsensitive, 70),
            "&&" => (Binary::And, 50),
            "||" => (Binary::Or, 40),
            "??" => (Binary::Coalesce, 30),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        match self.token() {
            Token::Punct("!") => self.prefixed(Unary::Not),
            Token::Punct("-") => self.prefixed(Unary::Minus),
            Token::Punct("+") => self.prefixed(Unary::Plus),
            _ => self.member(),
        }
    }

    fn prefixed(&mut self, operator: Unary) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        if let (Unary::Minus, Token::Int(Some(value))) = (operator, self.token()) {
            // `-9223372036854775808` exists although `9223372036854775808` does not.
            if let Some(value) = 0i64.checked_sub_unsigned(*value) {
                self.advance();
                let span = self.from(start);
                return self.node(ExprKind::Int(value), span, 0);
            }
        }
        let operand = self.nested(Self::unary)?;
        let (span, below) = (self.from(start), operand.depth);
        self.node(ExprKind::Unary { operator, operand: operand.into() }, span, below)
    }

    fn member(&mut self) -> Parsed<Expr> {
        let mut base = self.primary()?;
        while matches!(self.token(), Token::Punct("[" | "." | "::" | "!")) {
            base = self.postfix(base)?;
        }
        Ok(base)
    }

    fn postfix(&mut self, base: Expr) -> Parsed<Expr> {
        let (start, below) = (base.span, base.depth);
        let (kind, below) = if self.eat("[") {
            self.index(base, below)?
        } else if self.eat(".") {
            self.dotted(base, below)?
        } else if self.eat("::") {
            let name = self.ident(&codes::EXPECTED_PROPERTY_NAME, "the name of a nested resource")?;
            (ExprKind::Nested { base: base.into(), name }, below)
        } else {
            self.advance();
            (ExprKind::NonNull(base.into()), below)
        };
        let span = self.from(start);
        self.node(kind, span, below)
    }

    fn index(&mut self, base: Expr, below: u16) -> Parsed<(ExprKind, u16)> {
        let safe = self.eat("?");
        let from_end = self.eat("^");
        if self.is("]") {
            return Err(self.expected(&codes::EMPTY_INDEX, "expected an index"));
        }
        let index = self.expression()?;
        self.expect("]")?;
        let below = below.max(index.depth);
        Ok((ExprKind::Index { base: base.into(), index: index.into(), safe, from_end }, below))
    }

    fn dotted(&mut self, base: Expr, below: u16) -> Parsed<(ExprKind, u16)> {
        let safe = self.eat("?");
        let name = self.ident(&codes::EXPECTED_PROPERTY_NAME, "a property or function name")?;
        if !self.is("(") {
            return Ok((ExprKind::Property { base: base.into(), name, safe }, below));
        }
        if safe {
            self.report(
                Diagnostic::new(&codes::SAFE_CALL, format!("`.?` cannot call the function `{}`", name.name)),
                name.span,
            );
        }
        let arguments = self.arguments()?;
        let below = below.max(height(&arguments));
        Ok((ExprKind::Method { base: base.into(), name, arguments }, below))
    }

    /// `(a, b)` of a call.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        self.new_lines();
        while !self.is(")") {
            arguments.push(self.expression()?);
            if self.eat(",") {
                self.new_lines();
                continue;
            }
            if self.ahead_is(self.ahead_past_new_lines(0), ")") {
                self.new_lines();
            }
            if !self.is(")") {
                return Err(self.expected(&codes::EXPECTED_COMMA, "expected `,` or `)`"));
            }
        }
        self.expect(")")?;
        Ok(arguments)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.token() {
            Token::Int(value) => self.integer(*value),
            Token::Text(_) | Token::TextLeft(_) => self.string(),
            Token::Punct("{") => self.object_expression(),
            Token::Punct("[") if self.word_at(self.ahead_past_new_lines(1)) == Some("for") => {
                self.for_expression()
            }
            Token::Punct("[") => self.array(),
            Token::Punct("(") => self.parenthesized_or_lambda(),
            Token::Name => self.name_call_or_lambda(),
            _ => Err(self.expected(&codes::EXPECTED_VALUE, "expected a value")),
        }
    }

    fn integer(&mut self, value: Option<u64>) -> Parsed<Expr> {
        let span = self.span();
        self.advance();
        match value.and_then(|value| i64::try_from(value).ok()) {
            Some(value) => self.node(ExprKind::Int(value), span, 0),
            None => {
                let message = format!("`{}` is no 64-bit integer", self.source.slice(span));
                self.report(Diagnostic::new(&codes::INTEGER_RANGE, message), span);
                Ok(Self::error_node(span))
            }
        }
    }

    fn object_expression(&mut self) -> Parsed<Expr> {
        let object = self.object(false)?;
        let (span, below) = (object.span, object_height(&object));
        self.node(ExprKind::Object(object), span, below)
    }

    fn name_call_or_lambda(&mut self) -> Parsed<Expr> {
        let name = self.ident(&codes::EXPECTED_VALUE, "a value")?;
        let span = name.span;
        if self.is("=>") {
            return self.lambda(vec![name], span);
        }
        if self.is("(") {
            let arguments = self.arguments()?;
            let (span, below) = (self.from(span), height(&arguments));
            return self.node(ExprKind::Call { name, arguments }, span, below);
        }
        let kind = match name.name.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => ExprKind::Name(name.name),
        };
        self.node(kind, span, 0)
    }

    fn lambda(&mut self, parameters: Vec<Ident>, start: Span) -> Parsed<Expr> {
        self.expect("=>")?;
        self.new_lines();
        let body = self.expression()?;
        let (span, below) = (self.from(start), body.depth);
        self.node(ExprKind::Lambda { parameters, body: body.into() }, span, below)
    }

    fn parenthesized_or_lambda(&mut self) -> Parsed<Expr> {
        let start = self.span();
        match self.lambda_parameters() {
            Some(parameters) => self.lambda(parameters, start),
            None => self.parenthesized(),
        }
    }

    /// Reads `(a, b)` if `=>` follows; else leaves everything where it was.
    fn lambda_parameters(&mut self) -> Option<Vec<Ident>> {
        let before = self.at;
        let parameters = self.try_lambda_parameters();
        if parameters.is_none() {
            self.at = before;
        }
        parameters
    }

    fn try_lambda_parameters(&mut self) -> Option<Vec<Ident>> {
        let mut parameters = Vec::new();
        self.eat("(");
        self.new_lines();
        while let Some(name) = self.word_at(0).map(str::to_owned) {
            parameters.push(Ident { name, span: self.span() });
            self.advance();
            self.new_lines();
            if !self.eat(",") {
                break;
            }
            self.new_lines();
        }
        (self.eat(")") && self.is("=>")).then_some(parameters)
    }

    pub(super) fn parenthesized(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.expect("(")?;
        self.new_lines();
        let inner = self.expression()?;
        self.new_lines();
        self.expect(")")?;
        let (span, below) = (self.from(start), inner.depth);
        self.node(ExprKind::Paren(inner.into()), span, below)
    }

    pub(super) fn string(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut texts = Vec::new();
        let mut exprs = Vec::new();
        loop {
            match self.token().clone() {
                Token::Text(text) if texts.is_empty() => {
                    self.advance();
                    return self.node(ExprKind::Str(text), start, 0);
                }
                Token::TextLeft(text) if texts.is_empty() => {
                    self.advance();
                    texts.push(text);
                }
                Token::TextMiddle(text) => {
                    self.advance();
                    texts.push(text);
                }
                Token::TextRight(text) => {
                    self.advance();
                    texts.push(text);
                    let (span, below) = (self.from(start), height(&exprs));
                    return self.node(ExprKind::Interpolated { texts, exprs }, span, below);
                }
                _ => return Err(self.expected(&codes::UNEXPECTED_IN_STRING, "unexpected text in `${…}`")),
            }
            exprs.push(self.expression()?);
        }
    }

    fn for_expression(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let head = self.loop_head()?;
        let body = self.expression()?;
        self.new_lines();
        self.expect("]")?;
        let (span, below) = (self.from(start), body.depth.max(head.array.depth));
        self.node(ExprKind::For { head: head.into(), body: body.into() }, span, below)
    }

    fn array(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.expect("[")?;
        let mut items = Vec::new();
        self.elements("]", |parser| {
            let spread = parser.eat("...");
            items.push(Item { value: parser.expression()?, spread });
            Ok(())
        })?;
        let span = self.from(start);
        let below = items.iter().map(|item| item.value.depth).max().unwrap_or(0);
        self.node(ExprKind::Array(items), span, below)
    }

    pub(super) fn object(&mut self, resources: bool) -> Parsed<Object> {
        let start = self.span();
        self.expect("{")?;
        let mut members = Vec::new();
        self.elements("}", |parser| {
            members.push(if resources && parser.is_nested_resource() {
                Member::Resource(Box::new(parser.nested(Self::nested_resource)?))
            } else if parser.eat("...") {
                Member::Spread(parser.expression()?)
            } else {
                Member::Property(parser.property()?)
            });
            Ok(())
        })?;
        Ok(Object { members, span: self.from(start) })
    }

    fn property(&mut self) -> Parsed<Property> {
        let key_span = self.span();
        let (key, key_span) = match self.token() {
            Token::Name => (Key::Text(self.ident(&codes::EXPECTED_KEY, "a property name")?.name), key_span),
            Token::Text(_) | Token::TextLeft(_) => {
                let text = self.string()?;
                let span = text.span;
                match text.kind {
                    ExprKind::Str(text) => (Key::Text(text), span),
                    _ => (Key::Interpolated(text), span),
                }
            }
            _ => return Err(self.expected(&codes::EXPECTED_KEY, "expected a property name")),
        };
        self.expect(":")?;
        Ok(Property { key, key_span, value: self.expression()? })
    }

    /// Items or properties up to `close`: separated by new lines or by commas. A bad one is skipped alone.
    pub(super) fn elements(
        &mut self,
        close: &str,
        mut element: impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        self.new_lines();
        while !self.is(close) && !self.at_end() {
            let start = self.at;
            if element(self).is_err() {
                self.after_bad_element(start)?;
            }
            self.separator(close);
            if self.at == start {
                break;
            }
        }
        self.expect(close)
    }

    /// Gives up on the list where the bad element looks like the statement after it: its end was forgotten.
    fn after_bad_element(&mut self, start: usize) -> Parsed<()> {
        if self.at_end() || (self.at > start && self.statement_starts_at(0)) {
            return Err(Halt);
        }
        self.skip_element();
        Ok(())
    }

    fn separator(&mut self, close: &str) {
        if self.eat(",") {
            if self.is_new_line() && !self.ahead_is(self.ahead_past_new_lines(0), close) {
                self.expected(&codes::NEW_LINE_AFTER_COMMA, "a new line may not follow the comma");
            }
        } else if !self.is_new_line() && !self.is(close) {
            self.expected(&codes::EXPECTED_SEPARATOR, "expected a new line or `,`");
            self.skip_element();
            self.eat(",");
        }
        self.new_lines();
    }
}

fn height(exprs: &[Expr]) -> u16 {
    exprs.iter().map(|expr| expr.depth).max().unwrap_or(0)
}

/// Nested resources are counted by the parser's own nesting.
fn object_height(object: &Object) -> u16 {
    let of_member = |member: &Member| match member {
        Member::Property(Property { key: Key::Interpolated(key), value, .. }) => value.depth.max(key.depth),
        Member::Property(property) => property.value.depth,
        Member::Spread(value) => value.depth,
        Member::Resource(resource) => object_height(&resource.body.object),
    };
    object.members.iter().map(of_member).max().unwrap_or(0)
}
