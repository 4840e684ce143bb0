//! The lexical half of the parser: names, quoted values, and texts with expressions in them. An expression ends
//! where C# says, so a quote or a `<` inside one means nothing to the XML around it. Where C# finds no end, or one
//! that cannot be meant, the end is guessed (`recovery`) and the slip reported once.

use std::sync::Arc;

use super::codes;
use super::entities::{self, Reference};
use super::named_values::reference_length;
use super::recovery;
use super::tree::{Piece, Text};
use super::wordings;
use crate::csharp::{self, Form};
use crate::diag::{Confidence, Diagnostic};
use crate::text::{Source, Span};

/// How much of the text after `@` is decoded first when looking for the end of an expression; doubled until the
/// end is found. Most expressions are shorter (median 67 characters), so most are decoded once.
const FIRST_WINDOW_BYTES: usize = 256;

/// No expression is looked for further than this: the largest document that the service accepts is no longer.
const MAX_EXPRESSION_BYTES: usize = 512 * 1024;

/// Each expression that is not closed is looked for up to the limit above; once so much was read in vain a further
/// `@` is taken as text, which keeps hostile input from taking quadratic time.
const MAX_BROKEN_BYTES: usize = 2 * 1024 * 1024;

/// So many findings are reported; a text with more is not a policy with slips.
pub(super) const MAX_FINDINGS: usize = 100;

/// A position in a source, and everything that was wrong up to it.
pub(super) struct Scanner {
    pub(super) source: Arc<Source>,
    pub(super) at: usize,
    pub(super) found: Vec<Diagnostic>,
    /// An expression that runs over what looks like the next tag is taken to be broken. Only for a text that was
    /// found to be wrong: what reads well is never second-guessed.
    pub(super) is_doubtful: bool,
    n_broken_bytes: usize,
}

/// What follows `=`.
pub(super) enum Quoted {
    Value(Text),
    /// A value that is wrong and has been reported; only its extent is known.
    Broken,
    /// There is no quote.
    Missing,
}

/// Where a text stands, which says what ends it.
#[derive(Clone, Copy)]
enum Place<'a> {
    Value { quote: u8 },
    Content { parent: &'a str },
}

/// What begins with an `@`.
enum At {
    Expression(Piece),
    /// A broken expression, reported, up to this offset.
    Broken(usize),
    /// An `@` and nothing else.
    Literal,
}

impl Scanner {
    pub(super) fn new(source: &Arc<Source>, is_doubtful: bool) -> Self {
        Self { source: Arc::clone(source), at: 0, found: Vec::new(), is_doubtful, n_broken_bytes: 0 }
    }

    pub(super) fn rest(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.text().as_bytes().get(self.at).copied()
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic, span: Span) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(diagnostic.at(&self.source, span));
        }
    }

    /// Skips white space; says whether there was any.
    pub(super) fn skip_space(&mut self) -> bool {
        let start = self.at;
        let rest = &self.source.text().as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| is_space(**byte)).count();
        self.at > start
    }

    /// Reads a name, in which `{{name}}` may stand for letters yet to come. Empty where there is none.
    pub(super) fn name(&mut self) -> (String, Span) {
        let start = self.at;
        loop {
            let rest = self.rest();
            let length = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
            let reference =
                rest[length..].starts_with("{{").then(|| reference_length(&rest[length..])).flatten();
            self.at += length + reference.unwrap_or_default();
            if reference.is_none() {
                break;
            }
        }
        let span = Span::new(start, self.at);
        (self.source.slice(span).to_owned(), span)
    }

    /// Skips past `terminator`; to the end where there is none. Says whether it was there.
    pub(super) fn skip_past(&mut self, terminator: &str) -> bool {
        let found = self.rest().find(terminator);
        self.at += found.map_or(self.rest().len(), |index| index + terminator.len());
        found.is_some()
    }

    /// Reads element text up to the next `<` that is markup. Says whether an expression in it is broken.
    pub(super) fn element_text(&mut self, parent: &str) -> (Text, bool) {
        let (text, is_broken) = self.text(Place::Content { parent });
        for piece in &text.pieces {
            let Piece::Literal(span) = piece else { continue };
            if let Some(index) = self.source.slice(*span).find("]]>") {
                let at = span.start as usize + index;
                let diagnostic = Diagnostic::new(&codes::FORBIDDEN_TEXT, "`]]>` outside a CDATA section");
                self.report(
                    diagnostic
                        .service_says(wordings::CDATA_END)
                        .confidence(Confidence::Medium)
                        .help("write `]]&gt;`"),
                    Span::new(at, at + 3),
                );
            }
        }
        (text, is_broken)
    }

    /// Reads the inside of a CDATA section up to `end`: expressions count, references do not.
    pub(super) fn cdata_text(&mut self, end: usize) -> Text {
        let start = self.at;
        let mut pieces = Vec::new();
        let mut literal = start;
        while let Some(found) = self.source.text().get(self.at..end).and_then(|inside| inside.find('@')) {
            self.at += found;
            match self.expression(None) {
                At::Expression(piece) if piece.span().end as usize <= end => {
                    self.push(&mut pieces, &mut literal, piece);
                }
                _ => self.at += 1,
            }
        }
        self.at = end;
        close_literal(&mut pieces, literal, end);
        Text { span: Span::new(start, end), pieces }
    }

    /// Reads the value after `=`, quotes included in what is consumed.
    pub(super) fn quoted(&mut self) -> Quoted {
        let open = self.at;
        let Some(quote) = self.peek().filter(|byte| matches!(byte, b'"' | b'\'')) else {
            return Quoted::Missing;
        };
        self.at += 1;
        let start = self.at;
        let (n_found, place) = (self.found.len(), Place::Value { quote });
        let (text, is_broken) = self.text(place);
        if is_broken {
            self.at += usize::from(self.peek() == Some(quote));
            return Quoted::Broken;
        }
        if self.peek() != Some(quote) {
            let own = match text.pieces.first() {
                Some(Piece::Expression { span, .. }) => span.end as usize,
                _ => start,
            };
            return self.unterminated(open, own, quote, n_found);
        }
        let after = self.source.text()[self.at + 1..].chars().next();
        let is_followed_well = after.is_none_or(|c| c.is_whitespace() || matches!(c, '/' | '>' | '?'));
        let markup = self.markup_in(&text);
        if is_followed_well && markup.is_none() {
            self.at += 1;
            return Quoted::Value(text);
        }
        if let Some(end) = recovery::end_of_unclosed_value(self.source.text(), &text, markup.is_some()) {
            return self.unterminated_at(open, quote, n_found, end);
        }
        if let Some(at) = markup.filter(|_| is_followed_well) {
            self.at += 1;
            self.report(
                Diagnostic::new(&codes::MARKUP_IN_VALUE, "`<` inside an attribute value")
                    .help("write `&lt;`, or close the value before it; a bare `<` is allowed only inside an expression"),
                Span::new(at, at + 1),
            );
            return Quoted::Value(text);
        }
        self.closed_early(quote, start)
    }

    /// A quote ends the value and something that is no attribute follows without a space.
    fn closed_early(&mut self, quote: u8, start: usize) -> Quoted {
        let closing = self.at;
        self.at += 1;
        let next_attribute = recovery::begins_attribute(self.rest());
        let Some(length) = recovery::end_of_value(self.rest(), quote).filter(|_| !next_attribute) else {
            let span = Span::new(start, closing);
            return Quoted::Value(Text { span, pieces: vec![Piece::Literal(span)] });
        };
        self.at += length + 1;
        let written = self.source.slice(Span::new(start, closing));
        let help = if written.contains('@') {
            "begin the expression with `@(` or `@{`; only inside one a quote does not end the value"
        } else if quote == b'"' {
            "write `&quot;` inside the value, or put the value in single quotes"
        } else {
            "write `&apos;` inside the value, or put the value in double quotes"
        };
        let message = if written.contains('@') {
            "this `@` begins no expression, and a quote ends the value too early".to_owned()
        } else {
            format!("this `{}` ends the value too early", quote as char)
        };
        let diagnostic = Diagnostic::new(&codes::NOT_AN_ATTRIBUTE, message).help(help);
        let at = written.rfind('@').map_or(closing, |at| start + at);
        self.report(diagnostic, Span::new(at, at + 1));
        Quoted::Broken
    }

    /// No closing quote follows: the value most likely was to end on this line.
    fn unterminated(&mut self, open: usize, start: usize, quote: u8, n_found: usize) -> Quoted {
        let rest = &self.source.text()[start..];
        let written = &rest[..rest.find(['\n', '>', '<']).unwrap_or(rest.len())];
        let end = start + written.trim_end_matches(['/', ' ', '\r']).len();
        self.unterminated_at(open, quote, n_found, end)
    }

    fn unterminated_at(&mut self, open: usize, quote: u8, n_found: usize, end: usize) -> Quoted {
        // What was found beyond the end is not in the value.
        self.found.truncate(n_found);
        self.report(
            Diagnostic::new(&codes::UNTERMINATED_VALUE, "this attribute value is not closed")
                .help(format!("close it with `{}`", quote as char)),
            Span::new(open, open + 1),
        );
        self.at = end;
        Quoted::Broken
    }

    /// Reads literal text and expressions until what ends it, or the end. Says whether an expression is broken.
    fn text(&mut self, place: Place<'_>) -> (Text, bool) {
        let start = self.at;
        let mut pieces = Vec::new();
        let mut literal = start;
        let mut is_broken = false;
        let ends = match place {
            Place::Value { quote } => quote,
            Place::Content { .. } => b'<',
        };
        loop {
            let bytes = &self.source.text().as_bytes()[self.at..];
            let is_of_interest = |byte: &u8| *byte == ends || matches!(byte, b'@' | b'&');
            self.at += bytes.iter().position(is_of_interest).unwrap_or(bytes.len());
            match self.peek() {
                None => break,
                Some(b'@') => match self.expression(Some(place)) {
                    At::Expression(piece) => self.push(&mut pieces, &mut literal, piece),
                    At::Broken(end) => {
                        is_broken = true;
                        self.at = end;
                    }
                    At::Literal => self.at += 1,
                },
                Some(b'&') => {
                    self.check_reference();
                    self.at += 1;
                }
                Some(b'<') if self.is_generic_argument(start) => {
                    if !is_broken {
                        self.report_bare_csharp(start);
                    }
                    is_broken = true;
                    self.at += 1;
                }
                Some(_) => break,
            }
        }
        close_literal(&mut pieces, literal, self.at);
        (Text { span: Span::new(start, self.at), pieces }, is_broken)
    }

    /// Whether the `<` here is C#'s, as in `Body.As<JObject>()`, in a text that began at `start`: the expression
    /// around it has lost its bracket.
    fn is_generic_argument(&self, start: usize) -> bool {
        let follows_name =
            self.at > start && self.source.text().as_bytes()[self.at - 1].is_ascii_alphanumeric();
        follows_name && recovery::is_generic_argument(self.rest())
    }

    /// In a text that began at `start`; at its `@` where it has one.
    fn report_bare_csharp(&mut self, start: usize) {
        let written = &self.source.text()[start..self.at];
        let at = written.rfind('@').map_or(self.at, |at| start + at);
        let diagnostic = Diagnostic::new(&codes::BARE_LESS_THAN, "this is C# outside an expression");
        let help = "put the C# between `@(` and `)`, or between `@{` and `}`";
        self.report(diagnostic.help(help), Span::new(at, at + 1));
    }

    fn push(&mut self, pieces: &mut Vec<Piece>, literal: &mut usize, piece: Piece) {
        close_literal(pieces, *literal, piece.span().start as usize);
        self.at = piece.span().end as usize;
        *literal = self.at;
        pieces.push(piece);
    }

    /// Reads what the `@` here begins. An `@` before anything but a bracket is an `@`.
    fn expression(&mut self, place: Option<Place<'_>>) -> At {
        if self.n_broken_bytes >= MAX_BROKEN_BYTES {
            return At::Literal;
        }
        let form = match self.rest().as_bytes() {
            [b'@', b'(', ..] => Form::Expression,
            [b'@', b'{', ..] => Form::Block,
            _ => return At::Literal,
        };
        let rest = self.rest();
        let problem = match expression_end(rest) {
            Ok(length) if !self.is_doubtful || !recovery::runs_over_a_tag(&rest[..length]) => {
                return At::Expression(Piece::Expression {
                    span: Span::new(self.at, self.at + length),
                    form,
                });
            }
            Ok(length) => {
                let end = place.and_then(|place| self.guessed_end(place));
                if end.is_none_or(|end| end >= self.at + length) {
                    let span = Span::new(self.at, self.at + length);
                    return At::Expression(Piece::Expression { span, form });
                }
                None
            }
            Err(problem) => Some(*problem),
        };
        self.n_broken_bytes += rest.len().min(MAX_EXPRESSION_BYTES);
        let end = place.and_then(|place| self.guessed_end(place));
        let confined = end.and_then(|end| {
            let decoded = entities::decode(&self.source.text()[self.at..end]);
            csharp::scan_balanced(&decoded.text, 1).err().map(|problem| (problem, decoded))
        });
        let Some((problem, decoded)) = confined.or(problem) else { return At::Literal };
        let span = decoded.raw_span(problem.span, Span::at(self.at).start);
        let mut diagnostic = Diagnostic::new(problem.code, problem.message);
        diagnostic.help.extend(problem.help);
        self.report(diagnostic, span);
        end.map_or(At::Literal, At::Broken)
    }

    /// Where an expression that C# does not end was probably meant to end.
    fn guessed_end(&self, place: Place<'_>) -> Option<usize> {
        let length = match place {
            Place::Value { quote } => recovery::end_of_broken_value(self.rest(), quote),
            Place::Content { parent } => recovery::end_of_broken_content(self.rest(), parent),
        };
        length.map(|length| self.at + length)
    }

    fn check_reference(&mut self) {
        let diagnostic = match entities::reference(self.rest()) {
            Reference::Character { .. } => return,
            Reference::Forbidden { length } => {
                let span = Span::new(self.at, self.at + length);
                let message =
                    format!("`{}` stands for a character that XML does not allow", self.source.slice(span));
                return self.report(Diagnostic::new(&codes::FORBIDDEN_TEXT, message).help("remove it"), span);
            }
            Reference::Unknown { length } => {
                let name = self.rest()[..length].to_owned();
                Diagnostic::new(&codes::BARE_AMPERSAND, format!("there is no entity `{name}`"))
                    .help("write the character itself, or its number as in `&#160;`")
            }
            Reference::None => {
                Diagnostic::new(&codes::BARE_AMPERSAND, "this `&` does not begin a character reference")
                    .help("write `&amp;`; a bare `&` is allowed only inside an expression")
            }
        };
        self.report(diagnostic, Span::new(self.at, self.at + 1));
    }

    /// Where the first `<` of the literal parts is.
    fn markup_in(&self, text: &Text) -> Option<usize> {
        text.pieces.iter().find_map(|piece| match piece {
            Piece::Literal(span) => {
                self.source.slice(*span).find('<').map(|index| span.start as usize + index)
            }
            Piece::Expression { .. } => None,
        })
    }
}

/// Returns the length of the expression that `rest` begins with, found in the decoded text.
fn expression_end(rest: &str) -> Result<usize, Box<(csharp::Problem, entities::Decoded)>> {
    let rest = &rest[..char_boundary(rest, MAX_EXPRESSION_BYTES)];
    let mut window = FIRST_WINDOW_BYTES;
    loop {
        let end = char_boundary(rest, window);
        let decoded = entities::decode(&rest[..end]);
        match csharp::scan_balanced(&decoded.text, 1) {
            Ok(length) => return Ok(decoded.raw_offset(length)),
            Err(problem) if end == rest.len() => return Err(Box::new((problem, decoded))),
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

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')
}
