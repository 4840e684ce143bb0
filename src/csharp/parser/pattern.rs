//! Patterns: what stands after `is`, after `case` and in the arms of a `switch` expression.

use super::{Parsed, Parser, is_keyword};
use crate::csharp::ast::{BinaryOp, Binding, Pattern};
use crate::csharp::lexer::Kind;

impl Parser<'_> {
    /// Reads a pattern; `or` binds less than `and`, `and` less than `not`.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        self.nested(|parser| {
            let mut left = parser.all_of()?;
            while parser.is_word("or") {
                parser.newer("an `or` pattern", 9, parser.span());
                parser.advance();
                let (left_side, right) = (Box::new(left), Box::new(parser.all_of()?));
                left = Pattern::Both { all: false, left: left_side, right };
            }
            Ok(left)
        })
    }

    fn all_of(&mut self) -> Parsed<Pattern> {
        let mut left = self.single()?;
        while self.is_word("and") {
            self.newer("an `and` pattern", 9, self.span());
            self.advance();
            let (left_side, right) = (Box::new(left), Box::new(self.single()?));
            left = Pattern::Both { all: true, left: left_side, right };
        }
        Ok(left)
    }

    fn single(&mut self) -> Parsed<Pattern> {
        let start = self.span();
        let relational = match self.kind() {
            Kind::Punct("<") => Some(BinaryOp::Less),
            Kind::Punct("<=") => Some(BinaryOp::LessEqual),
            Kind::Punct(">") => Some(BinaryOp::Greater),
            Kind::Punct(">=") => Some(BinaryOp::GreaterEqual),
            _ => None,
        };
        if let Some(op) = relational {
            self.advance();
            self.newer("a relational pattern", 9, start);
            return Ok(Pattern::Relational { op, value: Box::new(self.constant()?) });
        }
        match self.kind() {
            Kind::Word(word) if word == "not" => {
                self.advance();
                self.newer("a `not` pattern", 9, start);
                Ok(match self.nested(Self::single)? {
                    Pattern::Null => Pattern::NotNull,
                    inner => Pattern::Not(Box::new(inner)),
                })
            }
            Kind::Word(word) if word == "null" => {
                self.advance();
                Ok(Pattern::Null)
            }
            Kind::Word(word) if word == "_" => {
                self.advance();
                Ok(Pattern::Any { binding: None })
            }
            Kind::Word(word) if word == "var" => {
                self.advance();
                let (name, span) = self.identifier()?;
                Ok(Pattern::Any { binding: Some(Binding { name, span }) })
            }
            Kind::Word(word) if word != "true" && word != "false" && word != "default" => self.type_pattern(),
            Kind::Punct("{") => self.property_pattern(None),
            Kind::Punct("(") => {
                self.advance();
                let inner = self.pattern()?;
                self.expect(")")?;
                Ok(inner)
            }
            _ => Ok(Pattern::Constant(Box::new(self.constant()?))),
        }
    }

    /// `string s`, `string`, `MyEnum.Member` and `{ … }` after a type.
    fn type_pattern(&mut self) -> Parsed<Pattern> {
        let ty = self.type_ref()?;
        if self.is_punct("{") {
            return self.property_pattern(Some(ty));
        }
        Ok(Pattern::Type { ty, binding: self.binding()? })
    }

    fn binding(&mut self) -> Parsed<Option<Binding>> {
        let named = matches!(self.kind(), Kind::Word(word)
            if !is_keyword(word) && !matches!(word.as_str(), "and" | "or" | "when"));
        if !named {
            return Ok(None);
        }
        let (name, span) = self.identifier()?;
        Ok(Some(Binding { name, span }))
    }

    fn property_pattern(&mut self, ty: Option<crate::csharp::ast::TypeRef>) -> Parsed<Pattern> {
        self.newer("a property pattern", 8, self.span());
        let members = self.list("{", "}", |parser| {
            let (name, _) = parser.identifier()?;
            parser.expect(":")?;
            Ok((name, parser.pattern()?))
        })?;
        Ok(Pattern::Property { ty, members, binding: self.binding()? })
    }

    fn constant(&mut self) -> Parsed<crate::csharp::ast::Expr> {
        self.nested(|parser| parser.binary(SHIFT))
    }
}

/// A constant in a pattern binds tighter than the comparisons around it.
const SHIFT: u8 = 9;
