//! The expression language of templates: `[concat(parameters('prefix'), '-vnet')]`. Text in, a tree out;
//! `eval` gives it a meaning.

mod ast;
mod lexer;
mod parser;

pub use ast::Expr;
pub use parser::parse;

/// How a string of a template is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    Literal(&'a str),
    /// The text between the outer brackets.
    Expression(&'a str),
}

/// Tells an expression from a literal. `[[x]` is the literal `[x]`; a string that only begins with a bracket is
/// literal as it stands.
pub fn classify(text: &str) -> Text<'_> {
    if !text.ends_with(']') || !text.starts_with('[') {
        Text::Literal(text)
    } else if text.starts_with("[[") {
        Text::Literal(&text[1..])
    } else {
        Text::Expression(&text[1..text.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_an_expression_and_two_make_a_literal() {
        for (text, expected) in [
            ("[f()]", Text::Expression("f()")),
            ("[[f()]", Text::Literal("[f()]")),
            ("[f() and more", Text::Literal("[f() and more")),
            ("[[f() and more", Text::Literal("[[f() and more")),
            ("plain", Text::Literal("plain")),
            ("[", Text::Literal("[")),
            ("]", Text::Literal("]")),
            ("", Text::Literal("")),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
    }
}
