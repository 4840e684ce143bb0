//! Tokens to a tree: a Pratt parser for expressions and recursive descent for statements. Whatever C# has and this
//! does not read is refused by name.

mod expr;
mod pattern;
mod primary;
mod query;
mod stmt;
mod types;
mod words;

use super::ast::{Body, Expr, ExprKind, Program, Stmt};
use super::codes::{EMPTY, NEWER_SYNTAX, NOT_READ, SYNTAX, TOO_COMPLEX};
use super::lexer::{Kind, Token, lex};
use super::problem::{Form, Problem};
use crate::diag::{Confidence, Safety, Severity};
use crate::text::Span;
use words::{is_keyword, is_type_keyword};

/// Nesting of brackets, statements and operators while reading. Published expressions nest below 20, and the stack of
/// a 2 MiB thread holds this without optimization.
const MAX_DEPTH: usize = 40;

/// Height of a tree in the weights of [`Expr::new`]: 64 nodes, or a chain of 256 operators.
const MAX_HEIGHT: u32 = 64 * 8;

/// Bytes of one expression. A policy fragment may have 512 KB (APIM policy fragments, 2026-02-10); the largest
/// published expression has 7,967.
const MAX_TEXT: usize = 524_288;

/// Findings of one expression; past it the rest is the echo of the first ones.
const MAX_FINDINGS: usize = 32;

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
    let mut parser = Parser::new(text, &tokens, 0);
    // A text with wrong literals is still parsed where the tokens are all there, to tell the rest as well.
    let body = match form {
        Form::Expression => parser.whole_expression().map(Body::Expr),
        Form::Block => parser.whole_block().map(Body::Block),
    };
    let body = body.map_err(|problem| parser.found.push(problem)).ok();
    let (mut noted, mut found): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|one: &Problem| one.code.severity != Severity::Error);
    noted.append(&mut parser.noted);
    let lexed = found.len();
    // After an unclosed literal the parser only meets the end that the lexer made up.
    let end = text.len();
    found.extend(parser.found.into_iter().filter(|one| lexed == 0 || (one.span.start as usize) < end));
    found.truncate(MAX_FINDINGS);
    noted.truncate(MAX_FINDINGS);
    match body {
        Some(body) if found.is_empty() => Ok(Program { form, body, noted }),
        _ => {
            found.append(&mut noted);
            Err(found)
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// For each opening bracket the place of the one that closes it.
    closing: Vec<Option<usize>>,
    at: usize,
    depth: usize,
    /// What is wrong with statements that were left behind.
    found: Vec<Problem>,
    /// What does not refuse the text.
    noted: Vec<Problem>,
}

type Parsed<T> = Result<T, Problem>;

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: &'a [Token], depth: usize) -> Self {
        let closing = closing_brackets(tokens);
        Self { text, tokens, closing, at: 0, depth, found: Vec::new(), noted: Vec::new() }
    }

    fn whole_expression(&mut self) -> Parsed<Expr> {
        if matches!(self.kind(), Kind::End) {
            return Err(Problem::new(&EMPTY, "the expression is empty", self.span())
                .help("write a value between the brackets, or leave `@()` out"));
        }
        if self.is_word("return") {
            return Err(Problem::new(&SYNTAX, "`@( )` holds a value, not a statement", self.span())
                .help("leave `return` out, or write statements as `@{ ... return value; }`"));
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

    fn whole_block(&mut self) -> Parsed<Vec<Stmt>> {
        if matches!(self.kind(), Kind::End) {
            return Err(Problem::new(&EMPTY, "the block is empty", self.span())
                .help("write statements that end in `return value;`, or leave `@{}` out"));
        }
        let statements = self.statements();
        if self.is_punct("}") {
            let problem = Problem::new(&SYNTAX, "this `}` closes nothing (CS1513)", self.span());
            return Err(problem.help("remove it, or look for a `{` that is missing before it"));
        }
        Ok(statements)
    }

    /// Reads statements up to a `}` or the end. A statement that cannot be read is noted and left behind.
    fn statements(&mut self) -> Vec<Stmt> {
        let mut statements = Vec::new();
        while !matches!(self.kind(), Kind::End | Kind::Punct("}")) {
            let start = self.at;
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(problem) => {
                    let deep = problem.code == &TOO_COMPLEX;
                    self.found.push(problem);
                    if deep || self.found.len() >= MAX_FINDINGS {
                        self.at = self.tokens.len() - 1;
                        break;
                    }
                    self.recover(start);
                }
            }
        }
        statements
    }

    /// Goes on after the statement that begins at `start`: past the first `;` or block that ends behind the problem.
    fn recover(&mut self, start: usize) {
        let problem_at = self.at;
        self.at = start;
        while !matches!(self.kind(), Kind::End | Kind::Punct("}")) {
            let is_end = self.is_punct(";") || (self.is_punct("{") && !self.block_goes_on());
            self.at = self.closing[self.at].unwrap_or(self.at) + 1;
            if is_end && self.at > problem_at {
                return;
            }
        }
    }

    /// Whether what follows the block here belongs to the same statement.
    fn block_goes_on(&self) -> bool {
        let after = self.closing[self.at].and_then(|close| self.tokens.get(close + 1));
        after.is_none_or(|token| match &token.kind {
            Kind::Word(word) => matches!(word.as_str(), "else" | "catch" | "finally" | "while"),
            Kind::Punct(punct) => matches!(*punct, ";" | ")" | "," | "." | "]"),
            _ => false,
        })
    }

    /// Notes syntax that is newer than the C# of policy expressions.
    fn newer(&mut self, what: &'static str, version: u8, span: Span) {
        let message = format!("{what} came with C# {version}, policy expressions have C# 7");
        self.noted.push(Problem::new(&NEWER_SYNTAX, message, span).confidence(Confidence::Medium));
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

    /// Reads the `;` of a statement. Where it is missing, the place is the end of what stands before it.
    fn semicolon(&mut self) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        let before = self.tokens[self.at.saturating_sub(1)].span.end;
        // At the end of a line or of the block the statement is whole but for its `;`.
        let between = self.text.get(before as usize..self.span().start as usize).unwrap_or_default();
        if !between.contains('\n') && !matches!(self.kind(), Kind::End | Kind::Punct("}")) {
            return Err(self.unexpected("`;`"));
        }
        let span = Span { start: before, end: before };
        let problem = Problem::new(&SYNTAX, "a `;` is missing here (CS1002)", span);
        self.found.push(problem.fix(Safety::Safe, "write the `;`", span, ";".to_owned()));
        Ok(())
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
            Kind::Int(_) | Kind::Long(_) | Kind::Double(_) | Kind::OtherNumber(_) => "a number".to_owned(),
            Kind::NamedValue => "a named value".to_owned(),
            Kind::End => "the end".to_owned(),
        };
        let problem = Problem::new(&SYNTAX, format!("expected {expected}, found {found}"), self.span());
        match self.is_doubled_quote() {
            true => problem.help("remove the surplus quotes; one inside a string is written `\\\"`"),
            false => problem,
        }
    }

    /// Whether two strings touch, as in `"name="""`: their quotes were doubled by something that took them for XML or CSV.
    fn is_doubled_quote(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let is_string = |kind: &Kind| matches!(kind, Kind::String(_) | Kind::Interpolated(_));
        let touches = |before: &Token| is_string(&before.kind) && before.span.end == self.span().start;
        is_string(self.kind()) && before.is_some_and(touches)
    }

    /// C# that policies do not use and this does not read.
    fn not_read(&self, what: &str, span: Span) -> Problem {
        Problem::new(&NOT_READ, format!("{what} is not read"), span)
    }
}

/// For each `(`, `[` and `{` the place of its closing bracket; None where it has none or where one of another kind
/// stands between.
fn closing_brackets(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut closing = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Kind::Punct(punct) = token.kind else { continue };
        match punct {
            "(" => open.push((at, ")")),
            "[" | "?[" => open.push((at, "]")),
            "{" => open.push((at, "}")),
            ")" | "]" | "}" => {
                if let Some((start, _)) = open.pop_if(|(_, wanted)| *wanted == punct) {
                    closing[start] = Some(at);
                }
            }
            _ => {}
        }
    }
    closing
}

fn too_deep(span: Span) -> Problem {
    Problem::new(&TOO_COMPLEX, "the expression is nested too deeply", span)
}

#[cfg(test)]
mod tests;
