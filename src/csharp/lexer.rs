//! Text to tokens. Problems are gathered, so that a wrong literal does not hide what follows it.

use super::codes::{NOT_READ, SINGLE_QUOTED_STRING, SYNTAX};
use super::number::{self, Number};
use super::problem::Problem;
use super::scan::{
    RawPiece, end_of_block_comment, end_of_line, end_of_quoted, end_of_verbatim, scan_interpolated,
};
use crate::diag::{Confidence, Safety};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Identifiers and keywords.
    Word(String),
    Int(i32),
    Long(i64),
    Double(f64),
    /// A number of a type that is not evaluated; its keyword.
    OtherNumber(Number),
    Char(char),
    String(String),
    Interpolated(Vec<Piece>),
    /// `{{name}}`, whose value is put in before the service reads the expression; not known here.
    NamedValue,
    Punct(&'static str),
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Hole { tokens: Vec<Token>, alignment: Option<(i32, Span)>, format: Option<String> },
}

/// Longest first. `>>` is put together by the parser, because two `>` also close type arguments.
const PUNCTUATION: &[&str] = &[
    "??=", "<<=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[", "++", "--", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "<<", "::", "->", "(", ")", "[", "]", "{", "}", ".", ",", ";", ":", "?",
    "+", "-", "*", "/", "%", "<", ">", "=", "!", "~", "&", "|", "^",
];

/// Reads `text[start..end]`; the last token is [`Kind::End`].
pub(super) fn lex(
    text: &str,
    start: usize,
    end: usize,
    nesting: usize,
    found: &mut Vec<Problem>,
) -> Vec<Token> {
    let mut lexer = Lexer { text: &text[..end], at: start, nesting, found };
    let mut tokens = Vec::new();
    loop {
        match lexer.token() {
            Ok(Some(token)) => tokens.push(token),
            Ok(None) => break,
            Err(problem) => {
                // Nothing after an unclosed literal can be trusted.
                found.push(problem);
                break;
            }
        }
    }
    tokens.push(Token { kind: Kind::End, span: Span::at(end) });
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many interpolated strings are around this text.
    nesting: usize,
    found: &'a mut Vec<Problem>,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<Option<Token>, Problem> {
        self.skip_trivia()?;
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let kind = match first {
            '"' if rest.starts_with("\"\"\"") => return Err(raw_string(start)),
            '"' => {
                let end = end_of_quoted(self.text, start, b'"')?;
                self.at = end;
                Kind::String(self.unescape(start + 1, end - 1))
            }
            '@' if rest.starts_with("@\"") => {
                self.at = end_of_verbatim(self.text, start)?;
                Kind::String(self.text[start + 2..self.at - 1].replace("\"\"", "\""))
            }
            '$' | '@' if ["$\"", "$@\"", "@$\""].iter().any(|prefix| rest.starts_with(prefix)) => {
                self.interpolated(start)?
            }
            '{' if named_value(rest).is_some() => {
                self.at += named_value(rest).unwrap_or(1);
                Kind::NamedValue
            }
            '\'' => self.character(start)?,
            '0'..='9' => self.number(start)?,
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(start)?,
            '@' if rest[1..].starts_with(is_word_start) => {
                self.at += 1;
                self.word()
            }
            c if is_word_start(c) => self.word(),
            _ => self.punctuation(start, first)?,
        };
        Ok(Some(Token { kind, span: Span::new(start, self.at) }))
    }

    fn skip_trivia(&mut self) -> Result<(), Problem> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at = end_of_line(self.text, self.at);
            } else if trimmed.starts_with("/*") {
                self.at = end_of_block_comment(self.text, self.at)?;
            } else {
                return Ok(());
            }
        }
    }

    fn word(&mut self) -> Kind {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !is_word_start(c) && !c.is_numeric()).unwrap_or(rest.len());
        self.at += length;
        Kind::Word(rest[..length].to_owned())
    }

    fn punctuation(&mut self, start: usize, first: char) -> Result<Kind, Problem> {
        let rest = &self.text[start..];
        let digit_follows = rest[first.len_utf8()..].starts_with('.')
            && rest.get(2..).is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        // `a ?.5 : b` is a conditional with a number, not a member access.
        let found = if first == '?' && digit_follows {
            Some(&"?")
        } else {
            PUNCTUATION.iter().find(|punct| rest.starts_with(**punct))
        };
        let Some(punct) = found else {
            let span = Span::new(start, start + first.len_utf8());
            let problem = Problem::new(&SYNTAX, format!("`{first}` has no meaning here"), span);
            return Err(with_quote_hint(problem, first));
        };
        self.at += punct.len();
        Ok(Kind::Punct(punct))
    }

    fn interpolated(&mut self, start: usize) -> Result<Kind, Problem> {
        if self.text[start..].trim_start_matches(['$', '@']).starts_with("\"\"\"")
            && self.text[start..].starts_with("$\"")
        {
            return Err(raw_string(start));
        }
        let verbatim = !self.text[start..].starts_with("$\"");
        let mut raw = Vec::new();
        self.at = scan_interpolated(self.text, start, self.nesting, &mut |piece| raw.push(piece))?;
        let mut pieces = Vec::new();
        for piece in raw {
            match piece {
                RawPiece::Text { start, end } if start == end => {}
                RawPiece::Text { start, end } => {
                    let text = if verbatim {
                        self.text[start..end].replace("\"\"", "\"")
                    } else {
                        self.unescape(start, end)
                    };
                    pieces.push(Piece::Text(text.replace("{{", "{").replace("}}", "}")));
                }
                RawPiece::Hole { expr, alignment, format } => {
                    let tokens = lex(self.text, expr.0, expr.1, self.nesting + 1, self.found);
                    let alignment = alignment.map(|(from, to)| self.alignment(from, to)).transpose()?;
                    let format = format.map(|(from, to)| self.text[from..to].to_owned());
                    pieces.push(Piece::Hole { tokens, alignment, format });
                }
            }
        }
        Ok(Kind::Interpolated(pieces))
    }

    fn alignment(&self, from: usize, to: usize) -> Result<(i32, Span), Problem> {
        let span = Span::new(from, to);
        self.text[from..to].trim().parse().map(|width| (width, span)).map_err(|_| {
            Problem::new(&SYNTAX, "the alignment in an interpolated string has to be a number", span)
        })
    }

    fn character(&mut self, start: usize) -> Result<Kind, Problem> {
        let end = end_of_quoted(self.text, start, b'\'')?;
        self.at = end;
        let span = Span::new(start, end);
        let content = self.unescape(start + 1, end - 1);
        let mut chars = content.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(Kind::Char(only)),
            (None, _) => {
                self.found.push(Problem::new(
                    &SYNTAX,
                    "single quotes have to hold one character (CS1011)",
                    span,
                ));
                Ok(Kind::Char('\0'))
            }
            (Some(_), Some(_)) => {
                let written = &self.text[start + 1..end - 1];
                let message = format!("`'{written}'` is a string in single quotes (CS1012)");
                let string = format!("\"{}\"", written.replace("\\'", "'").replace('"', "\\\""));
                self.found.push(
                    Problem::new(&SINGLE_QUOTED_STRING, message, span)
                        .confidence(Confidence::Low)
                        .help(format!("write `{string}`"))
                        .fix(Safety::Safe, "write the string in double quotes", span, string),
                );
                Ok(Kind::String(content))
            }
        }
    }

    /// Resolves the backslash escapes of `text[from..to]`, in UTF-16 as .NET does: `\uD83D\uDE00` is one character.
    fn unescape(&mut self, from: usize, to: usize) -> String {
        let mut units: Vec<u16> = Vec::new();
        let mut bad = Vec::new();
        let mut chars = self.text[from..to].char_indices();
        while let Some((offset, c)) = chars.next() {
            if c != '\\' {
                push_char(&mut units, c);
                continue;
            }
            let escape = chars.next().map_or(' ', |(_, c)| c);
            let (least, most) = match escape {
                'x' => (1, 4),
                'u' => (4, 4),
                'U' => (8, 8),
                other => {
                    match simple_escape(other) {
                        Some(c) => push_char(&mut units, c),
                        None => bad.push((from + offset, 1 + other.len_utf8())),
                    }
                    continue;
                }
            };
            let hex: String =
                chars.clone().map(|(_, c)| c).take_while(char::is_ascii_hexdigit).take(most).collect();
            chars.by_ref().take(hex.len()).for_each(drop);
            match u32::from_str_radix(&hex, 16) {
                Ok(value) if hex.len() >= least => match (u16::try_from(value), char::from_u32(value)) {
                    (Ok(unit), _) => units.push(unit),
                    (_, Some(c)) => push_char(&mut units, c),
                    _ => bad.push((from + offset, 2 + hex.len())),
                },
                _ => bad.push((from + offset, 2 + hex.len())),
            }
        }
        for (at, length) in bad {
            self.bad_escape(at, length);
        }
        String::from_utf16_lossy(&units)
    }

    fn bad_escape(&mut self, at: usize, length: usize) {
        let end = (at + length).min(self.text.len());
        let message = format!("`{}` is not an escape sequence", self.text.get(at..end).unwrap_or("\\"));
        let problem = Problem::new(&SYNTAX, message, Span::new(at, end));
        self.found.push(problem.help("write `\\\\` for a backslash, or use a verbatim string `@\"...\"`"));
    }

    fn number(&mut self, start: usize) -> Result<Kind, Problem> {
        let rest = &self.text[start..];
        for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2)] {
            if let Some(body) = rest.strip_prefix(prefix) {
                let length = body.find(|c: char| !c.is_digit(radix) && c != '_').unwrap_or(body.len());
                self.at += 2 + length;
                let digits = body[..length].replace('_', "");
                let value = i128::from_str_radix(&digits, radix).ok();
                return self.integer(start, value);
            }
        }
        let bytes = rest.as_bytes();
        let digits_from = |from: usize| {
            bytes[from..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count()
        };
        let digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut length = digits_from(0);
        let mut real = false;
        if bytes.get(length) == Some(&b'.') && digit_at(length + 1) {
            real = true;
            length += 1 + digits_from(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            if digit_at(length + 1 + sign) {
                real = true;
                length += 1 + sign + digits_from(length + 1 + sign);
            }
        }
        self.at += length;
        let digits = rest[..length].replace('_', "");
        let double = real || matches!(bytes.get(length), Some(b'd' | b'D' | b'f' | b'F' | b'm' | b'M'));
        if !double {
            return self.integer(start, digits.parse().ok());
        }
        match self.suffix().to_ascii_lowercase().as_str() {
            "" | "d" => digits.parse().map(Kind::Double).map_err(|_| self.bad_number(start)),
            "m" => {
                let value = number::parse_decimal(&digits).ok_or_else(|| self.bad_number(start))?;
                Ok(Kind::OtherNumber(Number::Decimal(value)))
            }
            "f" => {
                let value = digits.parse().map_err(|_| self.bad_number(start))?;
                Ok(Kind::OtherNumber(Number::Float(value)))
            }
            _ => Err(self.bad_number(start)),
        }
    }

    fn integer(&mut self, start: usize, value: Option<i128>) -> Result<Kind, Problem> {
        let suffix = self.suffix().to_ascii_lowercase();
        let value = value.ok_or_else(|| self.bad_number(start))?;
        match suffix.as_str() {
            "" => match i32::try_from(value) {
                Ok(value) => Ok(Kind::Int(value)),
                Err(_) => match i64::try_from(value) {
                    Ok(value) => Ok(Kind::Long(value)),
                    Err(_) => self.unsigned(start, value, false),
                },
            },
            "l" => i64::try_from(value).map(Kind::Long).map_err(|_| self.bad_number(start)),
            "u" => self.unsigned(start, value, true),
            "ul" | "lu" => self.unsigned(start, value, false),
            _ => Err(self.bad_number(start)),
        }
    }

    /// A `uint` where it may be one and fits, otherwise a `ulong`.
    fn unsigned(&self, start: usize, value: i128, may_be_short: bool) -> Result<Kind, Problem> {
        match (u32::try_from(value), u64::try_from(value)) {
            (Ok(value), _) if may_be_short => Ok(Kind::OtherNumber(Number::UInt(value))),
            (_, Ok(value)) => Ok(Kind::OtherNumber(Number::ULong(value))),
            _ => Err(self.bad_number(start)),
        }
    }

    /// Takes the letters after the digits.
    fn suffix(&mut self) -> String {
        match self.text[self.at..].starts_with(is_word_start) {
            true => match self.word() {
                Kind::Word(word) => word,
                _ => String::new(),
            },
            false => String::new(),
        }
    }

    fn bad_number(&self, start: usize) -> Problem {
        let message =
            format!("`{}` is not a number that fits `int`, `long` or `double`", &self.text[start..self.at]);
        Problem::new(&SYNTAX, message, Span::new(start, self.at))
    }
}

fn raw_string(start: usize) -> Problem {
    let message = "raw string literals came with C# 11, policy expressions have C# 7";
    Problem::new(&NOT_READ, message, Span::new(start, start + 3)).help("write a verbatim string `@\"...\"`")
}

fn with_quote_hint(problem: Problem, first: char) -> Problem {
    match first {
        '“' | '”' | '„' => problem.help("write straight double quotes `\"`"),
        '‘' | '’' => problem.help("write straight quotes"),
        _ => problem,
    }
}

/// The length of the `{{name}}` that `text` begins with.
fn named_value(text: &str) -> Option<usize> {
    let name = text.strip_prefix("{{")?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name[end..].starts_with("}}");
    is_name.then_some(end + 4)
}

fn push_char(units: &mut Vec<u16>, c: char) {
    units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn simple_escape(c: char) -> Option<char> {
    Some(match c {
        '\'' | '"' | '\\' => c,
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        let mut found = Vec::new();
        let tokens = lex(text, 0, text.len(), 0, &mut found);
        assert_eq!(found, [], "{text}");
        tokens.into_iter().map(|token| token.kind).filter(|kind| *kind != Kind::End).collect()
    }

    #[test]
    fn literals_have_their_value() {
        for (text, expected) in [
            ("7", Kind::Int(7)),
            ("1_000", Kind::Int(1000)),
            ("0x1F", Kind::Int(31)),
            ("2147483648", Kind::Long(2_147_483_648)),
            ("5L", Kind::Long(5)),
            ("1.5", Kind::Double(1.5)),
            (".5", Kind::Double(0.5)),
            ("2e3", Kind::Double(2000.0)),
            ("3d", Kind::Double(3.0)),
            (r"'\n'", Kind::Char('\n')),
            (r"'\u0041'", Kind::Char('A')),
            (r#""a\tb\\""#, Kind::String("a\tb\\".to_owned())),
            (r#"@"C:\ ""x""""#, Kind::String("C:\\ \"x\"".to_owned())),
            (r#""\uD83D\uDE00!""#, Kind::String("😀!".to_owned())),
        ] {
            assert_eq!(kinds(text), [expected], "{text}");
        }
    }

    #[test]
    fn wrong_literals_are_refused_with_their_code() {
        for (text, code) in [
            ("'Retry-After'", &SINGLE_QUOTED_STRING),
            ("12abc", &SYNTAX),
            ("99999999999999999999", &SYNTAX),
            (r#""\q""#, &SYNTAX),
            ("''", &SYNTAX),
            ("\"\"\"a\"\"\"", &NOT_READ),
            ("“x”", &SYNTAX),
        ] {
            let mut found = Vec::new();
            lex(text, 0, text.len(), 0, &mut found);
            assert_eq!(found.first().map(|problem| problem.code.id), Some(code.id), "{text}");
        }
    }
}
