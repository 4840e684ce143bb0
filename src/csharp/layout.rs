//! An expression laid out in one way, so that two that differ in blanks, line breaks or comments alone come out the
//! same. For comparing and for showing differences, not for running.

use super::lexer::{self, Kind};

/// Returns the lines of `text`, which is what stands between the brackets of an expression. None where it cannot be
/// read as C#.
pub fn layout(text: &str) -> Option<Vec<String>> {
    let mut problems = Vec::new();
    let tokens = lexer::lex(text, 0, text.len(), 0, &mut problems);
    if !problems.is_empty() {
        return None;
    }
    let mut page = Page::default();
    for token in tokens.iter().filter(|token| token.kind != Kind::End) {
        let is_word = !matches!(token.kind, Kind::Punct(_));
        page.put(&text[token.span.start as usize..token.span.end as usize], is_word);
    }
    page.end_line();
    Some(page.lines)
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    line: String,
    before: String,
    is_word_before: bool,
    braces: usize,
    /// A `;` inside of round brackets belongs to a `for`.
    brackets: usize,
}

impl Page {
    fn put(&mut self, token: &str, is_word: bool) {
        match token {
            "{" => self.brackets = 0,
            "}" => {
                self.end_line();
                self.braces = self.braces.saturating_sub(1);
            }
            "(" => self.brackets += 1,
            ")" => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        if self.line.is_empty() {
            self.line = "  ".repeat(self.braces);
        } else if self.needs_blank(token) {
            self.line.push(' ');
        }
        self.line.push_str(token);
        (self.before, self.is_word_before) = (token.to_owned(), is_word);
        match token {
            "{" => {
                self.end_line();
                self.braces += 1;
            }
            "}" => self.end_line(),
            ";" if self.brackets == 0 => self.end_line(),
            _ => {}
        }
    }

    fn needs_blank(&self, next: &str) -> bool {
        let before = self.before.as_str();
        let opens = matches!(before, "(" | "[" | "." | "?." | "?[" | "!" | "::");
        let closes = matches!(next, "." | "," | ";" | ")" | "]" | "?." | "?[" | "::");
        let calls = matches!(next, "(" | "[") && (self.is_word_before || matches!(before, ")" | "]" | ">"));
        !(opens || closes || calls)
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_breaks_and_comments_do_not_count_and_everything_else_does() {
        let one = layout("if(a>1){ return x .Body. As<string>(\"a  b\"); } // why\n return  null;");
        let other =
            layout("\r\n  if (a > 1)\r\n  {\r\n return x.Body.As<string>(\"a  b\");\r\n}\treturn null ;");
        assert_eq!(one, other);
        assert_eq!(
            one.unwrap(),
            ["if(a > 1) {", "  return x.Body.As < string >(\"a  b\");", "}", "return null;"]
        );
        for (left, right) in [("\"a b\"", "\"a  b\""), ("ab", "a b"), ("a+ +b", "a++b"), ("x", "X")] {
            assert_ne!(layout(left), layout(right), "{left} {right}");
        }
        assert_eq!(layout("for(i=0;i<3;i++)x();").unwrap(), ["for(i = 0; i < 3; i ++) x();"]);
        assert_eq!(layout("\"open"), None);
    }
}
