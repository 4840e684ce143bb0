//! Types as written, and the guesses C# needs: is this `<` a type argument list, is this `(` a cast?

use super::{Parsed, Parser, is_keyword, is_type_keyword};
use crate::csharp::ast::TypeRef;
use crate::csharp::lexer::Kind;

impl Parser<'_> {
    /// Reads `Name`, `A.B<C, D>`, `int?`, `string[]`.
    pub(super) fn type_ref(&mut self) -> Parsed<TypeRef> {
        self.nested(|parser| {
            let mut ty = parser.type_name()?;
            // `x is int ? a : b` is a conditional: a nullable type is followed by what can follow a type.
            if parser.is_punct("?") && parser.question_belongs_to_type() {
                parser.advance();
                ty.nullable = true;
            }
            while parser.is_punct("[") && matches!(parser.kind_at(1), Kind::Punct("]")) {
                parser.advance();
                parser.advance();
                ty.rank += 1;
            }
            ty.span = parser.since(ty.span);
            Ok(ty)
        })
    }

    /// A type without `?` and `[]`, as after `new`.
    pub(super) fn type_name(&mut self) -> Parsed<TypeRef> {
        let start = self.span();
        let mut name = match self.kind() {
            Kind::Word(word) if is_type_keyword(word) || !is_keyword(word) => word.clone(),
            _ => return Err(self.unexpected("a type")),
        };
        self.advance();
        // `string.Join` is a member of the type.
        let keyword = is_type_keyword(&name);
        while !keyword
            && self.is_punct(".")
            && matches!(self.kind_at(1), Kind::Word(word) if !is_keyword(word))
        {
            self.advance();
            name.push('.');
            name.push_str(&self.identifier()?.0);
        }
        let args = if self.is_punct("<") { self.type_arguments()? } else { Vec::new() };
        Ok(TypeRef { name, args, nullable: false, rank: 0, span: self.since(start) })
    }

    fn question_belongs_to_type(&self) -> bool {
        match self.kind_at(1) {
            Kind::Punct(punct) => matches!(*punct, ")" | ">" | "," | ";" | "[" | "="),
            Kind::Word(_) => matches!(self.kind_at(2), Kind::Punct("=" | ";" | ",")),
            _ => false,
        }
    }

    fn type_arguments(&mut self) -> Parsed<Vec<TypeRef>> {
        self.expect("<")?;
        let mut args = vec![self.type_ref()?];
        while self.eat(",") {
            args.push(self.type_ref()?);
        }
        self.expect(">")?;
        Ok(args)
    }

    /// Reads `<T>` after a name where it is a type argument list (C# specification, 6.2.5: decided by the token after).
    pub(super) fn try_type_arguments(&mut self) -> Vec<TypeRef> {
        if !self.is_punct("<") {
            return Vec::new();
        }
        let start = self.at;
        if let Ok(args) = self.type_arguments() {
            let follows = match self.kind() {
                Kind::Punct(punct) => matches!(
                    *punct,
                    "(" | ")"
                        | "]"
                        | "}"
                        | ":"
                        | ";"
                        | ","
                        | "."
                        | "?"
                        | "?."
                        | "=="
                        | "!="
                        | "|"
                        | "^"
                        | "&&"
                        | "||"
                        | "&"
                        | "["
                ),
                Kind::End => true,
                _ => false,
            };
            if follows {
                return args;
            }
        }
        self.at = start;
        Vec::new()
    }

    /// Reads `(T)` where it is a cast (C# specification, 12.9.7: decided by the token after).
    pub(super) fn try_cast(&mut self) -> Option<TypeRef> {
        let start = self.at;
        self.advance();
        let ty = self.type_ref().ok().filter(|_| self.eat(")"));
        let certain =
            |ty: &TypeRef| is_type_keyword(&ty.name) || !ty.args.is_empty() || ty.rank > 0 || ty.nullable;
        let ty = ty.filter(|ty| match self.kind() {
            Kind::Word(word) => !matches!(word.as_str(), "is" | "as" | "in" | "switch" | "when"),
            Kind::Punct(punct) => match *punct {
                "(" | "!" | "~" => true,
                "-" | "+" | "++" | "--" => certain(ty) && is_type_keyword(&ty.name),
                _ => false,
            },
            Kind::End => false,
            _ => true,
        });
        if ty.is_none() {
            self.at = start;
        }
        ty
    }
}
