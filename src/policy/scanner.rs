//! The lexical half of the parser: names, quoted values, and texts with expressions in them. An expression ends
//! where C# says, so a quote or a `<` inside one means nothing to the XML around it.

use std::sync::Arc;

use super::codes;
use super::entities;
use super::tree::{Piece, Text};
use crate::csharp::{self, Form};
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// How much of the text after `@` is decoded first when looking for the end of an expression; doubled until the
/// end is found. Most expressions are shorter (median 67 characters), so most are decoded once.
const FIRST_WINDOW_BYTES: usize = 256;

/// Each expression that is not closed is looked for up to the end of the text; after so many a further `@` is
/// taken as text, which keeps hostile input from taking quadratic time.
const MAX_BROKEN_EXPRESSIONS: usize = 16;

/// A position in a source, and everything that was wrong up to it.
pub(super) struct Scanner {
    pub(super) source: Arc<Source>,
    pub(super) at: usize,
    pub(super) found: Vec<Diagnostic>,
    n_broken_expressions: usize,
}

impl Scanner {
    pub(super) fn new(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), at: 0, found: Vec::new(), n_broken_expressions: 0 }
    }

    pub(super) fn rest(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.text().as_bytes().get(self.at).copied()
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic, span: Span) -> &mut Diagnostic {
        self.found.push(diagnostic.at(&self.source, span));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Skips white space; says whether there was any.
    pub(super) fn skip_space(&mut self) -> bool {
        let start = self.at;
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.at > start
    }

    /// Reads an XML name. Empty where there is none.
    pub(super) fn name(&mut self) -> (String, Span) {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        self.at += length;
        (name, Span::new(start, self.at))
    }

    /// Skips past `terminator`; to the end where there is none. Says whether it was there.
    pub(super) fn skip_past(&mut self, terminator: &str) -> bool {
        let found = self.rest().find(terminator);
        self.at += found.map_or(self.rest().len(), |index| index + terminator.len());
        found.is_some()
    }

    /// Reads element text up to the next `<` that is markup.
    pub(super) fn element_text(&mut self) -> Text {
        self.text(|byte| byte == b'<')
    }

    /// Reads the inside of a CDATA section up to `end`: expressions count, references do not.
    pub(super) fn cdata_text(&mut self, end: usize) -> Text {
        let start = self.at;
        let mut pieces = Vec::new();
        let mut literal = start;
        while self.at < end {
            match self.expression() {
                Some(piece) if piece.span().end as usize <= end => {
                    self.push(&mut pieces, &mut literal, piece);
                }
                _ => self.at += 1,
            }
        }
        self.at = end;
        close_literal(&mut pieces, literal, end);
        Text { span: Span::new(start, end), pieces }
    }

    /// Reads the value after `=`, quotes included in what is consumed. None where there is no quote.
    pub(super) fn quoted(&mut self) -> Option<Text> {
        let open = self.at;
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
        self.at += 1;
        let start = self.at;
        let mut text = self.text(|byte| byte == quote);
        if self.peek() == Some(quote) {
            self.check_no_markup(&text);
            self.at += 1;
            return Some(text);
        }
        // Not closed before the end: the value most likely was to end on this line.
        let rest = &self.source.text()[start..];
        let written = &rest[..rest.find(['\n', '>', '<']).unwrap_or(rest.len())];
        let end = start + written.trim_end_matches(['/', ' ']).len();
        self.found.retain(|diagnostic| {
            diagnostic.primary.as_ref().is_none_or(|at| (at.span.start as usize) < start)
        });
        self.report(
            Diagnostic::new(&codes::UNTERMINATED_VALUE, "this attribute value is not closed")
                .help(format!("close it with `{}`", quote as char)),
            Span::new(open, open + 1),
        );
        self.at = end;
        text = Text { span: Span::new(start, end), pieces: vec![Piece::Literal(Span::new(start, end))] };
        Some(text)
    }

    /// Reads literal text and expressions until a byte that ends it, or the end.
    fn text(&mut self, ends: impl Fn(u8) -> bool) -> Text {
        let start = self.at;
        let mut pieces = Vec::new();
        let mut literal = start;
        while let Some(byte) = self.peek() {
            if ends(byte) {
                break;
            }
            match self.expression() {
                Some(piece) => self.push(&mut pieces, &mut literal, piece),
                None => {
                    if byte == b'&' {
                        self.check_reference();
                    }
                    self.at += 1;
                }
            }
        }
        close_literal(&mut pieces, literal, self.at);
        Text { span: Span::new(start, self.at), pieces }
    }

    fn push(&mut self, pieces: &mut Vec<Piece>, literal: &mut usize, piece: Piece) {
        close_literal(pieces, *literal, piece.span().start as usize);
        self.at = piece.span().end as usize;
        *literal = self.at;
        pieces.push(piece);
    }

    /// Returns the expression that begins here. An `@` before anything but a bracket is an `@`.
    fn expression(&mut self) -> Option<Piece> {
        if self.n_broken_expressions >= MAX_BROKEN_EXPRESSIONS {
            return None;
        }
        let form = match self.rest().as_bytes() {
            [b'@', b'(', ..] => Form::Expression,
            [b'@', b'{', ..] => Form::Block,
            _ => return None,
        };
        match expression_end(self.rest()) {
            Ok(length) => Some(Piece::Expression { span: Span::new(self.at, self.at + length), form }),
            Err((problem, decoded)) => {
                self.n_broken_expressions += 1;
                let span = decoded.raw_span(problem.span, Span::at(self.at).start);
                let mut diagnostic = Diagnostic::new(problem.code, problem.message);
                diagnostic.help.extend(problem.help);
                self.report(diagnostic, span);
                None
            }
        }
    }

    fn check_reference(&mut self) {
        if entities::reference(self.rest()).is_none() {
            self.report(
                Diagnostic::new(&codes::BARE_AMPERSAND, "this `&` does not begin a character reference")
                    .help("write `&amp;`; a bare `&` is allowed only inside an expression"),
                Span::new(self.at, self.at + 1),
            );
        }
    }

    fn check_no_markup(&mut self, text: &Text) {
        for piece in &text.pieces {
            let Piece::Literal(span) = piece else { continue };
            if let Some(index) = self.source.slice(*span).find('<') {
                let at = span.start as usize + index;
                self.report(
                    Diagnostic::new(&codes::MARKUP_IN_VALUE, "`<` inside an attribute value")
                        .help("write `&lt;`, or close the value before it; a bare `<` is allowed only inside an expression"),
                    Span::new(at, at + 1),
                );
                return;
            }
        }
    }
}

/// Returns the length of the expression that `rest` begins with, found in the decoded text.
fn expression_end(rest: &str) -> Result<usize, (csharp::Problem, entities::Decoded)> {
    let mut window = FIRST_WINDOW_BYTES;
    loop {
        let end = char_boundary(rest, window);
        let decoded = entities::decode(&rest[..end]);
        match csharp::scan_balanced(&decoded.text, 1) {
            Ok(length) => return Ok(decoded.raw_offset(length)),
            Err(problem) if end == rest.len() => return Err((problem, decoded)),
            Err(_) => window *= 2,
        }
    }
}

fn char_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|index| text.is_char_boundary(*index)).unwrap_or(text.len())
}

fn close_literal(pieces: &mut Vec<Piece>, start: usize, end: usize) {
    if start < end {
        pieces.push(Piece::Literal(Span::new(start, end)));
    }
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')
}
