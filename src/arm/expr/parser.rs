//! Tokens become a tree. Total: any text gives a tree or one finding, never a panic.

use std::collections::VecDeque;

use crate::arm::codes::LIMIT;
use crate::arm::limits::{MAX_EXPRESSION_CHARS, MAX_EXPRESSION_DEPTH};
use crate::diag::Diagnostic;

use super::ast::Expr;
use super::lexer::{MapHelp as _, Token, error, tokens};

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Parses the text between the outer brackets of an expression.
///
/// # Errors
/// `arm-expression-syntax` for text that is no expression, `arm-limit` for one that is too long or too deep.
pub fn parse(text: &str) -> Parsed<Expr> {
    let length = text.chars().count();
    if length > MAX_EXPRESSION_CHARS {
        return Err(limit(format!(
            "the expression has {length} characters, and Azure takes {MAX_EXPRESSION_CHARS}"
        )));
    }
    let mut parser = Parser { tokens: tokens(text)?.into() };
    let expr = parser.expression(0)?;
    match parser.tokens.pop_front() {
        None => Ok(expr),
        Some(token) => Err(error(format!("the expression ends before {}", token.describe()))),
    }
}

struct Parser {
    tokens: VecDeque<Token>,
}

impl Parser {
    /// A primary expression and everything that is accessed on it.
    fn expression(&mut self, depth: usize) -> Parsed<Expr> {
        if depth > MAX_EXPRESSION_DEPTH {
            return Err(limit(format!("the expression nests more than {MAX_EXPRESSION_DEPTH} levels deep")));
        }
        let mut expr = self.primary(depth)?;
        let mut links = 0;
        loop {
            let key = if self.take('.') {
                let safe = self.take('?');
                (Expr::String(self.name()?), safe)
            } else if self.take('[') {
                let safe = self.take('?');
                let key = self.expression(depth + 1)?;
                self.expect(']')?;
                (key, safe)
            } else {
                return Ok(expr);
            };
            links += 1;
            if depth + links > MAX_EXPRESSION_DEPTH {
                return Err(limit(format!("an access chains more than {MAX_EXPRESSION_DEPTH} links")));
            }
            expr = Expr::Member { base: Box::new(expr), key: Box::new(key.0), safe: key.1 };
        }
    }

    fn primary(&mut self, depth: usize) -> Parsed<Expr> {
        match self.tokens.pop_front() {
            Some(Token::String(text)) => Ok(Expr::String(text)),
            Some(Token::Int(value)) => Ok(Expr::Int(value)),
            Some(Token::Identifier(name)) => self.call(name, depth),
            Some(token) => Err(error(format!("a value was expected before {}", token.describe()))),
            None => Err(error("the expression ends where a value was expected")),
        }
    }

    fn call(&mut self, first: String, depth: usize) -> Parsed<Expr> {
        let (namespace, name) = if self.take('.') { (Some(first), self.name()?) } else { (None, first) };
        if !self.take('(') {
            return Err(error(format!("`{name}` stands where a function call was expected"))
                .map_help("put a string in single quotes, or write `name(…)` to call a function"));
        }
        let mut args = Vec::new();
        if !self.take(')') {
            loop {
                args.push(self.expression(depth + 1)?);
                if self.take(')') {
                    break;
                }
                self.expect(',')?;
            }
        }
        Ok(Expr::Call { namespace, name, args })
    }

    fn name(&mut self) -> Parsed<String> {
        match self.tokens.pop_front() {
            Some(Token::Identifier(name)) => Ok(name),
            Some(token) => Err(error(format!("a name was expected after `.`, not {}", token.describe()))),
            None => Err(error("the expression ends where a name was expected")),
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.tokens.front() == Some(&Token::Punctuation(wanted));
        if found {
            self.tokens.pop_front();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Parsed<()> {
        if self.take(wanted) {
            return Ok(());
        }
        let found = self.tokens.front().map_or_else(|| "the end".to_owned(), Token::describe);
        Err(error(format!("`{wanted}` was expected before {found}")))
    }
}

fn limit(message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(&LIMIT, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, message: &str) {
        let found = parse(text).expect_err(text);
        assert!(found.message.contains(message), "{text}: {}", found.message);
    }

    #[test]
    fn a_tree_has_calls_members_and_indexes() {
        let expr = parse(" concat( 'it''s' , variables('a').b[ 0 ].?c , -3 )").unwrap();
        let Expr::Call { namespace: None, name, args } = expr else { panic!("{expr:?}") };
        assert_eq!((name.as_str(), args.len()), ("concat", 3));
        assert_eq!(args[0], Expr::String("it's".to_owned()));
        assert_eq!(args[2], Expr::Int(-3));
        assert!(matches!(&args[1], Expr::Member { safe: true, .. }));
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (text, message) in [
            ("", "ends where a value was expected"),
            ("foo", "`foo` stands where a function call"),
            ("f(1,)", "a value was expected before `)`"),
            ("f(1 2)", "`,` was expected before `2`"),
            ("f(1", "`,` was expected before the end"),
            ("f() g()", "ends before `g`"),
            ("'abc", "a string is not closed"),
            ("f().1", "a name was expected after `.`, not `1`"),
            ("f()[0", "`]` was expected before the end"),
            ("1 + 2", "`+` is not part"),
            ("99999999999999999999", "is not a 64-bit integer"),
            ("-", "is not a 64-bit integer"),
        ] {
            refused(text, message);
        }
        refused(&"f(".repeat(5_000), "levels deep");
        refused(&format!("f(){}", ".a".repeat(5_000)), "chains more than");
        refused(&"x".repeat(30_000), "30000 characters");
    }

    #[test]
    fn no_prefix_of_an_expression_panics() {
        for text in [
            "concat('it''s', variables('a').b[0].?c, -3, ns.fn(lambda('x', lambdaVariables('x')[?'k'])))",
            "reference(resourceId('Microsoft.X/é', 'ü'), '2024-05-01', 'full').identity.principalId",
        ] {
            let whole = parse(text).unwrap();
            for (end, _) in text.char_indices() {
                assert_ne!(parse(&text[..end]), Ok(whole.clone()), "{}", &text[..end]);
            }
        }
    }
}
