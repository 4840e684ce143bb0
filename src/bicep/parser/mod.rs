//! Tokens to a syntax tree, by recursive descent. Never fails and never panics: what cannot be read is reported,
//! skipped up to the next line or statement, and stands in the tree as an error node. Newlines separate
//! statements, properties and items; elsewhere they are allowed only after `(` and `,`, before `)`, `?` and `:`.

mod expressions;
mod statements;
mod types;

use std::sync::Arc;

use super::codes;
use super::lexer::{Spanned, Token, lex};
use super::syntax::{Expr, ExprKind, Ident, Program};
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span};

/// The deepest nesting of brackets and the highest tree. Hand-written modules stay below 30; the limit keeps
/// every later walk over the tree within a thread's stack.
pub(super) const DEPTH_MAX: u16 = 256;

/// Which statements a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A `.bicep` file.
    Template,
    /// A `.bicepparam` file.
    Parameters,
}

/// Parses a whole file; problems go to `found`.
pub(super) fn parse(source: &Arc<Source>, dialect: Dialect, found: &mut Vec<Diagnostic>) -> Program {
    let tokens = lex(source, found);
    let mut parser = Parser { source, dialect, tokens, at: 0, depth: 0, found };
    parser.program()
}

/// The rule cannot go on; the reason has been reported.
struct Halt;

type Parsed<T> = Result<T, Halt>;

struct Parser<'a> {
    source: &'a Arc<Source>,
    dialect: Dialect,
    tokens: Vec<Spanned>,
    at: usize,
    depth: u16,
    found: &'a mut Vec<Diagnostic>,
}

impl Parser<'_> {
    fn program(&mut self) -> Program {
        let mut program = Program::default();
        loop {
            self.new_lines();
            if self.at_end() {
                return program;
            }
            let start = self.at;
            match self.statement() {
                Ok(statement) => {
                    program.statements.push(statement);
                    if !self.at_end() && !self.is_new_line() {
                        self.expected(&codes::EXPECTED_NEW_LINE, "expected a new line");
                        self.skip_statement(start);
                    }
                }
                Err(Halt) => self.skip_statement(start),
            }
        }
    }

    // ---- tokens ----

    fn token(&self) -> &Token {
        self.ahead(0)
    }

    fn ahead(&self, distance: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + distance).min(last)].token
    }

    fn span(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].span
    }

    /// The end of the token before this one.
    fn end_before(&self) -> Span {
        match self.at.checked_sub(1) {
            Some(before) => Span::at(self.tokens[before.min(self.tokens.len() - 1)].span.end as usize),
            None => Span::at(0),
        }
    }

    fn from(&self, start: Span) -> Span {
        start.to(self.end_before())
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn at_end(&self) -> bool {
        matches!(self.token(), Token::End)
    }

    fn is_new_line(&self) -> bool {
        matches!(self.token(), Token::NewLine)
    }

    fn new_lines(&mut self) {
        while self.is_new_line() {
            self.advance();
        }
    }

    /// The first token after any new lines from `distance` on.
    fn ahead_past_new_lines(&self, mut distance: usize) -> usize {
        while matches!(self.ahead(distance), Token::NewLine) {
            distance += 1;
        }
        distance
    }

    fn is(&self, punct: &str) -> bool {
        self.ahead_is(0, punct)
    }

    fn ahead_is(&self, distance: usize, punct: &str) -> bool {
        matches!(self.ahead(distance), Token::Punct(found) if *found == punct)
    }

    fn eat(&mut self, punct: &str) -> bool {
        let found = self.is(punct);
        if found {
            self.advance();
        }
        found
    }

    fn word_at(&self, distance: usize) -> Option<&str> {
        let at = (self.at + distance).min(self.tokens.len() - 1);
        match self.tokens[at].token {
            Token::Name => Some(self.source.slice(self.tokens[at].span)),
            _ => None,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        self.word_at(0) == Some(word)
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, punct: &str) -> Parsed<()> {
        if self.eat(punct) {
            return Ok(());
        }
        Err(self.expected(&codes::EXPECTED_CHARACTER, &format!("expected `{punct}`")))
    }

    fn ident(&mut self, code: &'static Code, what: &str) -> Parsed<Ident> {
        match self.word_at(0).map(str::to_owned) {
            Some(name) => {
                let span = self.span();
                self.advance();
                Ok(Ident { name, span })
            }
            None => Err(self.expected(code, &format!("expected {what}"))),
        }
    }

    // ---- problems ----

    /// Reports that the current token is not what the grammar wants here.
    fn expected(&mut self, code: &'static Code, message: &str) -> Halt {
        // At a line end or at the end of the file, the place to look at is behind the last token.
        let span = if self.at_end() || self.is_new_line() { self.end_before() } else { self.span() };
        self.report(Diagnostic::new(code, message), span);
        Halt
    }

    fn report(&mut self, diagnostic: Diagnostic, span: Span) {
        self.found.push(diagnostic.at(self.source, span));
    }

    /// Counts one level of nesting for the time of `rule`.
    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            return Err(self.too_deep(self.span()));
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }

    /// Gives up on the rest of the file, so that this is said once.
    fn too_deep(&mut self, span: Span) -> Halt {
        let message = format!("this is nested more than {DEPTH_MAX} levels deep");
        self.report(Diagnostic::new(&codes::TOO_DEEP, message), span);
        self.at = self.tokens.len() - 1;
        Halt
    }

    /// Makes a tree node above nodes of height `below`.
    fn node(&mut self, kind: ExprKind, span: Span, below: u16) -> Parsed<Expr> {
        if below >= DEPTH_MAX {
            return Err(self.too_deep(span));
        }
        Ok(Expr { kind, span, depth: below + 1 })
    }

    fn error_node(span: Span) -> Expr {
        Expr { kind: ExprKind::Error, span, depth: 1 }
    }

    // ---- recovery ----

    /// Skips what is left of a bad property, item or argument: up to a line end, a comma or a closing bracket
    /// that belongs to something outside of it.
    fn skip_element(&mut self) {
        let mut open = 0usize;
        loop {
            match self.token() {
                Token::End => return,
                Token::NewLine if open == 0 => return,
                Token::Punct("," | ")" | "]" | "}") if open == 0 => return,
                Token::Punct("(" | "[" | "{") | Token::TextLeft(_) => open += 1,
                Token::Punct(")" | "]" | "}") | Token::TextRight(_) => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips to the next line that begins like a statement; always moves on from `start`.
    fn skip_statement(&mut self, start: usize) {
        if self.at == start {
            self.advance();
        }
        while !self.at_end() {
            if self.is_new_line() && self.statement_starts_at(1) {
                return;
            }
            self.advance();
        }
    }

    fn statement_starts_at(&self, distance: usize) -> bool {
        match self.word_at(distance) {
            Some("using" | "extends" | "import" | "extension") => true,
            Some(word) => {
                // As an object's property, each of these words would be followed by a colon.
                let next = self.ahead(distance + 1);
                let goes_on =
                    matches!(next, Token::Name | Token::Text(_) | Token::TextLeft(_) | Token::Punct("="));
                statements::KEYWORDS.contains(&word) && goes_on
            }
            None => self.ahead_is(distance, "@"),
        }
    }
}
