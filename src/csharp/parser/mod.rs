//! Tokens to a tree: a Pratt parser for expressions and recursive descent for statements. Whatever C# has and this
//! does not read is refused by name.

mod expr;
mod primary;
mod stmt;
mod types;

use super::ast::{Body, Expr, ExprKind, Program};
use super::codes::{MISSING_RETURN, NOT_SUPPORTED, SYNTAX, TOO_COMPLEX};
use super::lexer::{Kind, Token, lex};
use super::problem::{Form, Problem};
use crate::text::Span;

/// Nesting of brackets, statements and operators while reading. Published expressions nest below 20; the stack of a
/// 2 MiB thread holds several times this.
const MAX_DEPTH: usize = 64;

/// Height of a tree in the weights of [`Expr::new`]: 64 nodes, or a chain of 256 operators.
const MAX_HEIGHT: u32 = 64 * 8;

/// Bytes of one expression. A whole policy document may have 262,144 (APIM service limits, 2020-04-14); the largest
/// published expression has 7,967.
const MAX_TEXT: usize = 65_536;

/// Reads the text of a policy expression: what stands between the brackets of `@( … )` or `@{ … }`.
///
/// # Errors
/// Every problem found; spans count bytes of `text`.
pub fn parse(text: &str, form: Form) -> Result<Program, Vec<Problem>> {
    if text.len() > MAX_TEXT {
        let message = format!("the expression has {} bytes, more than {MAX_TEXT}", text.len());
        return Err(vec![Problem::new(&TOO_COMPLEX, message, Span::new(0, text.len()))]);
    }
    let mut found = Vec::new();
    let tokens = lex(text, 0, text.len(), 0, &mut found);
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    // A text with wrong literals is still parsed where the tokens are all there, to tell the rest as well.
    let body = match form {
        Form::Expression => parser.whole_expression().map(Body::Expr),
        Form::Block => parser.whole_block().map(Body::Block),
    };
    match body {
        Ok(body) if found.is_empty() => Ok(Program { form, body }),
        Ok(_) => Err(found),
        Err(problem) => {
            // After an unclosed literal the parser only meets the end that the lexer made up.
            if found.is_empty() || (problem.span.start as usize) < text.len() {
                found.push(problem);
            }
            Err(found)
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

type Parsed<T> = Result<T, Problem>;

impl<'a> Parser<'a> {
    fn whole_expression(&mut self) -> Parsed<Expr> {
        if matches!(self.kind(), Kind::End) {
            return Err(Problem::new(&SYNTAX, "the expression is empty", self.span()));
        }
        let expr = self.expression()?;
        if self.is_punct(";") {
            return Err(Problem::new(&SYNTAX, "`@( )` holds one expression without `;`", self.span())
                .help("remove the `;`, or write statements as `@{ ... return value; }`"));
        }
        if !matches!(self.kind(), Kind::End) {
            return Err(self.unexpected("the end of the expression"));
        }
        Ok(expr)
    }

    fn whole_block(&mut self) -> Parsed<Vec<super::ast::Stmt>> {
        let mut statements = Vec::new();
        while !matches!(self.kind(), Kind::End) {
            statements.push(self.statement()?);
        }
        if stmt::can_complete(&statements) {
            let span = statements.last().map_or(self.span(), |last| last.span);
            return Err(Problem::new(&MISSING_RETURN, "not every path returns a value", span)
                .help("end the block with `return value;`"));
        }
        Ok(statements)
    }

    /// Makes a node and refuses a tree that has grown too high.
    fn node(&self, kind: ExprKind, span: Span) -> Parsed<Expr> {
        let expr = Expr::new(kind, span);
        if expr.height > MAX_HEIGHT { Err(too_deep(span)) } else { Ok(expr) }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn token(&self) -> &'a Token {
        // The list ends with `End`, which `advance` never passes.
        &self.tokens[self.at]
    }

    fn kind(&self) -> &'a Kind {
        &self.token().kind
    }

    fn kind_at(&self, ahead: usize) -> &'a Kind {
        self.tokens.get(self.at + ahead).map_or(&Kind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// The end of the token before the present one.
    fn since(&self, start: Span) -> Span {
        let last = self.tokens[self.at.saturating_sub(1)].span;
        start.to(last)
    }

    fn advance(&mut self) -> &'a Token {
        let token = self.token();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn is_punct(&self, punct: &str) -> bool {
        matches!(self.kind(), Kind::Punct(found) if *found == punct)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Word(found) if found == word)
    }

    fn eat(&mut self, punct: &str) -> bool {
        let found = self.is_punct(punct);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, punct: &str) -> Parsed<()> {
        if self.eat(punct) { Ok(()) } else { Err(self.unexpected(&format!("`{punct}`"))) }
    }

    /// Reads what stands between two brackets, separated by commas; the last one may have a comma too.
    fn list<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.expect(open)?;
        let mut items = Vec::new();
        while !self.is_punct(close) {
            items.push(item(self)?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect(close)?;
        Ok(items)
    }

    /// Reads a name that is not a keyword.
    fn identifier(&mut self) -> Parsed<(String, Span)> {
        match self.kind() {
            Kind::Word(word) if !is_keyword(word) => Ok((word.clone(), self.advance().span)),
            _ => Err(self.unexpected("a name")),
        }
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let found = match self.kind() {
            Kind::Word(word) => format!("`{word}`"),
            Kind::Punct(punct) => format!("`{punct}`"),
            Kind::String(_) | Kind::Interpolated(_) => "a string".to_owned(),
            Kind::Char(_) => "a character".to_owned(),
            Kind::Int(_) | Kind::Long(_) | Kind::Double(_) => "a number".to_owned(),
            Kind::End => "the end".to_owned(),
        };
        Problem::new(&SYNTAX, format!("expected {expected}, found {found}"), self.span())
    }

    fn unsupported(&self, what: &str, span: Span) -> Problem {
        Problem::new(&NOT_SUPPORTED, format!("{what} is not evaluated"), span)
    }
}

fn too_deep(span: Span) -> Problem {
    Problem::new(&TOO_COMPLEX, "the expression is nested too deeply", span)
}

/// The reserved words of C# that may not be names (C# specification, lexical structure: keywords).
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "as"
            | "base"
            | "bool"
            | "break"
            | "byte"
            | "case"
            | "catch"
            | "char"
            | "checked"
            | "class"
            | "const"
            | "continue"
            | "decimal"
            | "default"
            | "delegate"
            | "do"
            | "double"
            | "else"
            | "enum"
            | "event"
            | "explicit"
            | "extern"
            | "false"
            | "finally"
            | "fixed"
            | "float"
            | "for"
            | "foreach"
            | "goto"
            | "if"
            | "implicit"
            | "in"
            | "int"
            | "interface"
            | "internal"
            | "is"
            | "lock"
            | "long"
            | "namespace"
            | "new"
            | "null"
            | "object"
            | "operator"
            | "out"
            | "override"
            | "params"
            | "private"
            | "protected"
            | "public"
            | "readonly"
            | "ref"
            | "return"
            | "sbyte"
            | "sealed"
            | "short"
            | "sizeof"
            | "stackalloc"
            | "static"
            | "string"
            | "struct"
            | "switch"
            | "this"
            | "throw"
            | "true"
            | "try"
            | "typeof"
            | "uint"
            | "ulong"
            | "unchecked"
            | "unsafe"
            | "ushort"
            | "using"
            | "virtual"
            | "void"
            | "volatile"
            | "while"
    )
}

/// The keywords that are types.
fn is_type_keyword(word: &str) -> bool {
    matches!(
        word,
        "bool"
            | "byte"
            | "char"
            | "decimal"
            | "double"
            | "float"
            | "int"
            | "long"
            | "object"
            | "sbyte"
            | "short"
            | "string"
            | "uint"
            | "ulong"
            | "ushort"
    )
}

#[cfg(test)]
mod tests;
