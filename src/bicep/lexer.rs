//! Text to tokens. Knows string interpolation: a string with holes becomes a left piece, the tokens of the
//! holes, middle pieces and a right piece. Comments and `#disable-…` directives are dropped.

use std::sync::Arc;

use super::codes;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name,
    /// None where the digits do not fit 64 bits.
    Int(Option<u64>),
    /// A whole string without holes, escapes resolved.
    Text(String),
    TextLeft(String),
    TextMiddle(String),
    TextRight(String),
    /// Punctuation as it is written.
    Punct(&'static str),
    /// One or more line ends.
    NewLine,
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: Span,
}

/// Longest first, so that `...` is not read as three dots.
const PUNCTUATION: &[&str] = &[
    "...", "==", "=~", "=>", "!=", "!~", "<=", ">=", "&&", "||", "??", "::", "{", "}", "(", ")", "[", "]",
    ",", ".", ":", "?", "=", "!", "<", ">", "+", "-", "*", "/", "%", "@", "|", "^",
];

/// Lines for the official compiler's linter.
const DIRECTIVES: [&str; 3] = ["#disable-next-line", "#disable-diagnostics", "#restore-diagnostics"];

/// What an open brace will be closed by.
enum Open {
    Brace,
    /// `${` in a string; for a multi-line string the number of `$` signs, else none.
    Hole(Option<usize>),
}

/// Splits the whole source; always ends with [`Token::End`].
pub(super) fn lex(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Vec<Spanned> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        open: Vec::new(),
        holes: Vec::new(),
        single_line_holes: 0,
        tokens: Vec::new(),
        found,
    };
    // A byte-order mark at the start is no token.
    lexer.at = if lexer.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while lexer.step() {}
    lexer.push(Token::End, lexer.at);
    lexer.tokens
}

struct Lexer<'a> {
    source: &'a Arc<Source>,
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    /// The places in `open` that are holes, and how many of these are in single-line strings.
    holes: Vec<usize>,
    single_line_holes: usize,
    tokens: Vec<Spanned>,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, token: Token, start: usize) {
        self.tokens.push(Spanned { token, span: Span::new(start, self.at) });
    }

    fn report(&mut self, code: &'static crate::diag::Code, start: usize, message: String) {
        self.found.push(Diagnostic::new(code, message).at(self.source, Span::new(start, self.at)));
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads one token or one piece of trivia; false at the end.
    fn step(&mut self) -> bool {
        let start = self.at;
        let Some(c) = self.peek() else { return false };
        match c {
            '\n' | '\r' => {
                self.break_open_string();
                let start = self.at;
                self.take_while(|c| matches!(c, '\n' | '\r'));
                self.push(Token::NewLine, start);
            }
            _ if c.is_whitespace() => {
                self.take_while(|c| c.is_whitespace() && !matches!(c, '\n' | '\r'));
            }
            '#' if DIRECTIVES.iter().any(|directive| self.rest().starts_with(directive)) => {
                self.take_while(|c| !matches!(c, '\n' | '\r'));
            }
            '/' if self.rest().starts_with("//") => {
                self.take_while(|c| !matches!(c, '\n' | '\r'));
            }
            '/' if self.rest().starts_with("/*") => self.block_comment(),
            'a'..='z' | 'A'..='Z' | '_' => {
                self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
                self.push(Token::Name, start);
            }
            '0'..='9' => {
                let digits = self.take_while(|c| c.is_ascii_digit());
                self.push(Token::Int(digits.parse().ok()), start);
            }
            '\'' | '$' => self.string_or_unknown(c),
            '}' if matches!(self.open.last(), Some(Open::Hole(_))) => self.end_of_hole(),
            _ => self.punctuation(),
        }
        true
    }

    /// A hole of a single-line string may not span lines: the string ends where the line does.
    fn break_open_string(&mut self) {
        if self.single_line_holes > 0 {
            self.forget_holes();
            self.report(
                &codes::STRING_NEW_LINE,
                self.at,
                "this line ends inside an open `${` of a string".into(),
            );
            self.push(Token::TextRight(String::new()), self.at);
        }
    }

    fn open(&mut self, open: Open) {
        if let Open::Hole(dollars) = open {
            self.holes.push(self.open.len());
            self.single_line_holes += usize::from(dollars.is_none());
        }
        self.open.push(open);
    }

    fn close(&mut self) -> Option<Open> {
        let closed = self.open.pop()?;
        if let Open::Hole(dollars) = closed {
            self.holes.pop();
            self.single_line_holes -= usize::from(dollars.is_none());
        }
        Some(closed)
    }

    /// Leaves the braces. What stands below the first hole is not looked at, so that a file of broken strings takes
    /// no longer than any other.
    fn forget_holes(&mut self) {
        let Some(&first) = self.holes.first() else { return };
        let braces = self.open.len() - first - self.holes.len();
        self.open.truncate(first);
        self.open.extend((0..braces).map(|_| Open::Brace));
        self.holes.clear();
        self.single_line_holes = 0;
    }

    fn block_comment(&mut self) {
        let start = self.at;
        match self.rest().find("*/") {
            Some(end) => self.at += end + 2,
            None => {
                self.at = self.text.len();
                self.report(&codes::COMMENT_NOT_CLOSED, start, "this comment is not closed by `*/`".into());
            }
        }
    }

    fn punctuation(&mut self) {
        let start = self.at;
        let Some(punct) = PUNCTUATION.iter().find(|p| self.rest().starts_with(**p)) else {
            return self.unknown();
        };
        self.at += punct.len();
        match *punct {
            "{" => self.open(Open::Brace),
            "}" => {
                self.close();
            }
            _ => {}
        }
        self.push(Token::Punct(punct), start);
    }

    fn unknown(&mut self) {
        let start = self.at;
        let Some(c) = self.peek() else { return };
        self.at += c.len_utf8();
        let shown = if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
        let mut found = Diagnostic::new(&codes::UNKNOWN_TOKEN, format!("`{shown}` has no meaning in Bicep"));
        if c == '"' {
            found = found.help("write strings in single quotes");
        } else if c == ';' {
            found = found.help("end a statement with a new line");
        }
        self.found.push(found.at(self.source, Span::new(start, self.at)));
    }

    fn string_or_unknown(&mut self, first: char) {
        let start = self.at;
        let dollars = self.rest().len() - self.rest().trim_start_matches('$').len();
        if self.rest()[dollars..].starts_with("'''") {
            self.at += dollars + 3;
            // One line end right after the opening quotes is not part of the value.
            for end in ["\r\n", "\n"] {
                if self.rest().starts_with(end) {
                    self.at += end.len();
                    break;
                }
            }
            self.multi_line(start, true, dollars);
        } else if first == '\'' {
            self.at += 1;
            self.single_line(start, true);
        } else {
            self.unknown();
        }
    }

    fn end_of_hole(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.close() {
            Some(Open::Hole(Some(dollars))) => self.multi_line(start, false, dollars),
            _ => self.single_line(start, false),
        }
    }

    fn single_line(&mut self, start: usize, first: bool) {
        let mut value = String::new();
        loop {
            let at = self.at;
            match self.peek() {
                Some('\'') => {
                    self.at += 1;
                    return self.last_piece(value, start, first);
                }
                Some('$') if self.rest().starts_with("${") => {
                    self.at += 2;
                    return self.hole(value, start, first, None);
                }
                Some('\\') => self.escape(&mut value),
                None | Some('\n' | '\r') => {
                    let code = if self.peek().is_none() {
                        &codes::STRING_NOT_CLOSED
                    } else {
                        &codes::STRING_NEW_LINE
                    };
                    self.report(code, start, "this string is not closed by `'`".into());
                    // What was open inside it cannot be closed any more.
                    self.forget_holes();
                    return self.last_piece(value, start, first);
                }
                Some(c) => {
                    value.push(c);
                    self.at = at + c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self, value: &mut String) {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.peek() else { return };
        self.at += c.len_utf8();
        match c {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '\\' | '\'' | '$' => value.push(c),
            'u' if self.peek() == Some('{') => {
                self.at += 1;
                let digits = self.take_while(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok();
                let character =
                    code.and_then(|code| char::from_u32(code).or_else(|| self.with_low_half(code)));
                match (character, self.peek()) {
                    (Some(character), Some('}')) => {
                        self.at += 1;
                        value.push(character);
                    }
                    _ => self.report(
                        &codes::UNICODE_ESCAPE,
                        start,
                        "this is no code point from `\\u{0}` to `\\u{10FFFF}`".into(),
                    ),
                }
            }
            '\n' | '\r' => self.at = start + 1,
            _ => self.report(
                &codes::UNKNOWN_ESCAPE,
                start,
                format!(
                    "`\\{}` is no escape; known are \\\\, \\', \\n, \\r, \\t, \\$ and \\u{{…}}",
                    c.escape_debug()
                ),
            ),
        }
    }

    /// A character can be written as the two halves that UTF-16 has for it: `\u{D801}\u{DC37}`. Reads on to the
    /// closing brace of the second.
    fn with_low_half(&mut self, high: u32) -> Option<char> {
        let digits = self.rest().strip_prefix("}\\u{")?;
        let length = digits.find('}')?;
        let low = u32::from_str_radix(&digits[..length], 16).ok()?;
        if !(0xd800..0xdc00).contains(&high) || !(0xdc00..0xe000).contains(&low) {
            return None;
        }
        let character = char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
        self.at += "}\\u{".len() + length;
        Some(character)
    }

    fn multi_line(&mut self, start: usize, first: bool, dollars: usize) {
        let begin = self.at;
        while let Some(c) = self.peek() {
            match c {
                '$' if dollars > 0 => {
                    let signs = self.take_while(|c| c == '$').len();
                    if signs >= dollars && self.peek() == Some('{') {
                        let value = self.text[begin..self.at - dollars].to_owned();
                        self.at += 1;
                        return self.hole(value, start, first, Some(dollars));
                    }
                }
                '\'' => {
                    let quotes = self.take_while(|c| c == '\'').len();
                    if quotes >= 3 {
                        // Quotes beyond the last three belong to the value.
                        let value = self.text[begin..self.at - 3].to_owned();
                        return self.last_piece(value, start, first);
                    }
                }
                _ => self.at += c.len_utf8(),
            }
        }
        self.report(&codes::MULTI_LINE_NOT_CLOSED, start, "this string is not closed by `'''`".into());
        let value = self.text[begin..].to_owned();
        self.last_piece(value, start, first);
    }

    fn hole(&mut self, value: String, start: usize, first: bool, dollars: Option<usize>) {
        self.open(Open::Hole(dollars));
        self.push(if first { Token::TextLeft(value) } else { Token::TextMiddle(value) }, start);
    }

    fn last_piece(&mut self, value: String, start: usize, first: bool) {
        self.push(if first { Token::Text(value) } else { Token::TextRight(value) }, start);
    }
}
