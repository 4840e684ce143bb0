//! Type expressions: names, literals, objects, tuples, unions, and what reaches into another type.

use super::super::codes;
use super::super::lexer::Token;
use super::super::syntax::{Ident, TypeExpr, TypeKey, TypeKind, TypeMember};
use super::{DEPTH_MAX, Parsed, Parser};
use crate::text::Span;

impl Parser<'_> {
    pub(super) fn type_expr(&mut self) -> Parsed<TypeExpr> {
        self.nested(|parser| {
            // A union may begin with a `|`, also on the next line.
            if parser.ahead_is(parser.ahead_past_new_lines(0), "|") {
                parser.new_lines();
                parser.advance();
            }
            let start = parser.span();
            let first = parser.singular_type()?;
            let mut members = vec![first];
            while parser.ahead_is(parser.ahead_past_new_lines(0), "|") {
                parser.new_lines();
                parser.advance();
                members.push(parser.singular_type()?);
            }
            if members.len() == 1 {
                return Ok(members.swap_remove(0));
            }
            let below = members.iter().map(|member| member.depth).max().unwrap_or(0);
            let span = parser.from(start);
            parser.type_node(TypeKind::Union(members), span, below)
        })
    }

    fn type_node(&mut self, kind: TypeKind, span: Span, below: u16) -> Parsed<TypeExpr> {
        if below >= DEPTH_MAX {
            return Err(self.too_deep(span));
        }
        Ok(TypeExpr { kind, span, depth: below + 1 })
    }

    fn singular_type(&mut self) -> Parsed<TypeExpr> {
        let mut base = self.primary_type()?;
        loop {
            let (start, below) = (base.span, base.depth);
            let kind = if self.is("[") && self.ahead_is(1, "]") {
                self.advance();
                self.advance();
                TypeKind::Array(base.into())
            } else if self.eat("[") {
                self.bracketed(base)?
            } else if self.eat("?") {
                TypeKind::Nullable(base.into())
            } else if self.is(".") && self.ahead_is(1, "*") {
                self.advance();
                self.advance();
                TypeKind::Additional(base.into())
            } else if self.eat(".") {
                let name = self.ident(&codes::EXPECTED_TYPE, "a type name")?;
                if matches!(&base.kind, TypeKind::Name(namespace) if namespace == "sys") && self.is("<") {
                    TypeKind::Generic { name, arguments: self.type_arguments()? }
                } else {
                    TypeKind::Property { base: base.into(), name }
                }
            } else if self.eat("!") {
                TypeKind::NonNull(base.into())
            } else {
                return Ok(base);
            };
            let span = self.from(start);
            base = self.type_node(kind, span, below)?;
        }
    }

    /// `[*]`, `[3]` or `['name']`, behind the bracket.
    fn bracketed(&mut self, base: TypeExpr) -> Parsed<TypeKind> {
        let span = self.span();
        let kind = match self.token().clone() {
            Token::Punct("*") => TypeKind::Items(base.into()),
            Token::Text(name) => TypeKind::Property { base: base.into(), name: Ident { name, span } },
            Token::Int(Some(index)) if usize::try_from(index).is_ok() => {
                TypeKind::Index { base: base.into(), index: usize::try_from(index).unwrap_or_default() }
            }
            _ => return Err(self.expected(&codes::EXPECTED_TYPE, "expected `*`, an index or a name")),
        };
        self.advance();
        self.expect("]")?;
        Ok(kind)
    }

    fn primary_type(&mut self) -> Parsed<TypeExpr> {
        let start = self.span();
        let kind = match self.token().clone() {
            Token::Name => {
                let name = self.ident(&codes::EXPECTED_TYPE, "a type")?;
                self.named_type(name)?
            }
            Token::Text(text) => {
                self.advance();
                TypeKind::Str(text)
            }
            Token::Int(Some(value)) if i64::try_from(value).is_ok() => {
                self.advance();
                TypeKind::Int(value.cast_signed())
            }
            Token::Punct("-") => {
                self.advance();
                let Token::Int(Some(value)) = *self.token() else {
                    return Err(self.expected(&codes::EXPECTED_TYPE, "expected an integer"));
                };
                self.advance();
                TypeKind::Int(0i64.saturating_sub_unsigned(value))
            }
            Token::Punct("!") => {
                self.advance();
                let value = self.eat_word("false");
                if !value && !self.eat_word("true") {
                    return Err(self.expected(&codes::EXPECTED_TYPE, "expected `true` or `false`"));
                }
                TypeKind::Bool(value)
            }
            Token::Punct("(") => {
                self.advance();
                self.new_lines();
                let inner = self.type_expr()?;
                self.new_lines();
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Punct("{") => TypeKind::Object(self.type_members("}")?),
            Token::Punct("[") => TypeKind::Tuple(self.type_members("]")?),
            _ => return Err(self.expected(&codes::EXPECTED_TYPE, "expected a type")),
        };
        let below = match &kind {
            TypeKind::Object(members) | TypeKind::Tuple(members) => {
                members.iter().map(|member| member.ty.depth).max().unwrap_or(0)
            }
            TypeKind::Generic { arguments, .. } => {
                arguments.iter().map(|argument| argument.depth).max().unwrap_or(0)
            }
            _ => 0,
        };
        let span = self.from(start);
        self.type_node(kind, span, below)
    }

    fn named_type(&mut self, name: Ident) -> Parsed<TypeKind> {
        Ok(match name.name.as_str() {
            "null" => TypeKind::Null,
            "true" => TypeKind::Bool(true),
            "false" => TypeKind::Bool(false),
            "resource" if matches!(self.token(), Token::Text(_)) => {
                self.advance();
                TypeKind::Resource
            }
            _ if self.is("<") => TypeKind::Generic { name, arguments: self.type_arguments()? },
            _ => TypeKind::Name(name.name),
        })
    }

    /// `<'…'>`.
    fn type_arguments(&mut self) -> Parsed<Vec<TypeExpr>> {
        let mut arguments = Vec::new();
        self.expect("<")?;
        self.new_lines();
        while !self.is(">") {
            arguments.push(self.type_expr()?);
            self.new_lines();
            if !self.eat(",") {
                break;
            }
            self.new_lines();
        }
        self.expect(">")?;
        Ok(arguments)
    }

    fn type_members(&mut self, close: &str) -> Parsed<Vec<TypeMember>> {
        self.advance();
        let mut members = Vec::new();
        self.elements(close, |parser| {
            let decorators = parser.decorators()?;
            let name = if close == "}" { parser.type_key()? } else { TypeKey::Item };
            members.push(TypeMember { decorators, name, ty: parser.type_expr()? });
            Ok(())
        })?;
        Ok(members)
    }

    fn type_key(&mut self) -> Parsed<TypeKey> {
        let span = self.span();
        let key = match self.token().clone() {
            Token::Text(name) => {
                self.advance();
                TypeKey::Name(Ident { name, span })
            }
            Token::Punct("*") => {
                self.advance();
                TypeKey::Others
            }
            _ => TypeKey::Name(self.ident(&codes::EXPECTED_KEY, "a property name")?),
        };
        self.expect(":")?;
        Ok(key)
    }
}
