//! The tokens of a template expression.

use crate::arm::codes::EXPRESSION_SYNTAX;
use crate::diag::Diagnostic;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Identifier(String),
    String(String),
    Int(i64),
    /// One of `( ) [ ] , . ?`.
    Punctuation(char),
}

impl Token {
    /// The token as a message shows it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Identifier(name) => format!("`{name}`"),
            Self::String(text) => format!("the string `'{text}'`"),
            Self::Int(value) => format!("`{value}`"),
            Self::Punctuation(char) => format!("`{char}`"),
        }
    }
}

/// Reads all tokens of the text between the brackets.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Box<Diagnostic>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' | ')' | '[' | ']' | ',' | '.' | '?' => (Token::Punctuation(first), 1),
            '\'' => string(rest)?,
            '-' | '0'..='9' => integer(rest)?,
            _ if is_identifier(first) => {
                let length = rest.find(|c| !is_identifier(c)).unwrap_or(rest.len());
                (Token::Identifier(rest[..length].to_owned()), length)
            }
            _ => return Err(error(format!("`{first}` is not part of a template expression"))),
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// `'it''s'` is the string `it's`.
fn string(text: &str) -> Result<(Token, usize), Box<Diagnostic>> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char != '\'' {
            value.push(char);
        } else if chars.next_if(|&(_, next)| next == '\'').is_some() {
            value.push('\'');
        } else {
            return Ok((Token::String(value), at + 1));
        }
    }
    Err(error("a string is not closed").map_help("end it with a single quote"))
}

fn integer(text: &str) -> Result<(Token, usize), Box<Diagnostic>> {
    let digits = text[1..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| length + 1);
    match text[..digits].parse() {
        Ok(value) => Ok((Token::Int(value), digits)),
        Err(_) => Err(error(format!("`{}` is not a 64-bit integer", &text[..digits]))),
    }
}

/// User-defined functions and their namespaces may hold `_` and `$` (Bicep's own begin with `__bicep`).
fn is_identifier(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$')
}

pub(super) fn error(message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(&EXPRESSION_SYNTAX, message))
}

/// Adds help to a boxed finding.
pub(super) trait MapHelp {
    fn map_help(self, help: &str) -> Self;
}

impl MapHelp for Box<Diagnostic> {
    fn map_help(self, help: &str) -> Self {
        Box::new((*self).help(help))
    }
}
