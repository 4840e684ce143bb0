//! The text of a template cut into pieces, and what stands inside `{{ }}` and `{% %}` read word by word.

use super::filters::{self, Filter};
use super::value::Value;
use super::{Access, Comparison, Condition, Expr, Operand};

/// Operands inside operands, as in `a[b[c]]`.
const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// What is inside `{{ }}`.
    Output(String),
    /// A name and what follows it.
    Tag(String, String),
}

/// Cuts a template. `{%-` and `-%}` take the white space beside them away, `raw` and `comment` are dealt with here.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    // Whether the piece before took the white space behind it away.
    let mut trims = false;
    while let Some(at) = next_opening(rest) {
        let (before, opening) = rest.split_at(at);
        let is_tag = opening.starts_with("{%");
        let (close, inside) = (if is_tag { "%}" } else { "}}" }, &opening[2..]);
        let end = inside.find(close).ok_or_else(|| format!("`{}` is not closed", &opening[..2]))?;
        let (inside, behind) = (&inside[..end], &inside[end + 2..]);
        let begins_trimmed = inside.starts_with('-');
        push_text(&mut pieces, before, trims, begins_trimmed);
        let ends_trimmed = inside.len() > 1 && inside.ends_with('-');
        let inside = &inside[usize::from(begins_trimmed)..inside.len() - usize::from(ends_trimmed)];
        (trims, rest) = (ends_trimmed, behind);
        if !is_tag {
            pieces.push(Piece::Output(inside.to_owned()));
            continue;
        }
        let inside = inside.trim();
        let (name, arguments) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        match name {
            "raw" | "comment" => {
                let (held, behind) = until_end(rest, name)?;
                if name == "raw" {
                    push_text(&mut pieces, held, trims, false);
                }
                (trims, rest) = (false, behind);
            }
            _ => pieces.push(Piece::Tag(name.to_owned(), arguments.to_owned())),
        }
    }
    push_text(&mut pieces, rest, trims, false);
    Ok(pieces)
}

fn next_opening(text: &str) -> Option<usize> {
    match (text.find("{{"), text.find("{%")) {
        (Some(output), Some(tag)) => Some(output.min(tag)),
        (output, tag) => output.or(tag),
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str, trims_start: bool, trims_end: bool) {
    let text = if trims_start { text.trim_start() } else { text };
    let text = if trims_end { text.trim_end() } else { text };
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// What is before `{% endraw %}` or `{% endcomment %}`, and what is behind it.
fn until_end<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str), String> {
    for (at, _) in text.match_indices("{%") {
        let Some((tag, behind)) = text[at + 2..].split_once("%}") else { break };
        if tag.trim_matches('-').trim() == format!("end{name}") {
            return Ok((&text[..at], behind));
        }
    }
    Err(format!("`{name}` has no end"))
}

#[derive(Clone, Debug, PartialEq)]
enum Word<'a> {
    Name(&'a str),
    Text(&'a str),
    Int(i64),
    Float(f64),
    Sign(&'a str),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 18] =
    ["==", "!=", "<>", "<=", ">=", "..", "<", ">", "|", ":", ",", ".", "[", "]", "(", ")", "=", "-"];

pub(super) struct Cursor<'a> {
    words: Vec<Word<'a>>,
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, String> {
        let mut words = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphabetic() || first == '_' {
                let length =
                    rest.find(|c: char| !c.is_alphanumeric() && !"_-?".contains(c)).unwrap_or(rest.len());
                words.push(Word::Name(&rest[..length]));
                length
            } else if first == '"' || first == '\'' {
                let end = rest[1..].find(first).ok_or_else(|| format!("{first} is not closed"))?;
                words.push(Word::Text(&rest[1..=end]));
                end + 2
            } else if first.is_ascii_digit()
                || first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())
            {
                let (word, length) = number(rest)?;
                words.push(word);
                length
            } else {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| format!("`{first}` means nothing here"))?;
                words.push(Word::Sign(sign));
                sign.len()
            };
            rest = rest[length..].trim_start();
        }
        Ok(Self { words, at: 0, depth: 0 })
    }

    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word
    }

    /// Takes the next word where it is that name or sign.
    fn takes(&mut self, wanted: &str) -> bool {
        let taken =
            matches!(self.words.get(self.at), Some(Word::Name(word) | Word::Sign(word)) if *word == wanted);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn expect(&mut self, wanted: &str) -> Result<(), String> {
        if self.takes(wanted) { Ok(()) } else { Err(format!("`{wanted}` is missing")) }
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), String> {
        match self.words.get(self.at) {
            None => Ok(()),
            Some(Word::Name(word) | Word::Sign(word) | Word::Text(word)) => {
                Err(format!("`{word}` is too much"))
            }
            Some(_) => Err("there is a number too much".to_owned()),
        }
    }

    pub(super) fn next_name(&mut self) -> Option<String> {
        self.takes(",");
        let Some(Word::Name(name)) = self.words.get(self.at) else { return None };
        self.at += 1;
        Some((*name).to_owned())
    }

    pub(super) fn name(&mut self) -> Result<String, String> {
        self.next_name().ok_or_else(|| "a name is missing".to_owned())
    }

    pub(super) fn name_or_text(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Word::Name(name) | Word::Text(name)) => Ok(name.to_owned()),
            _ => Err("a name is missing".to_owned()),
        }
    }

    /// A value with its filters.
    pub(super) fn expr(&mut self) -> Result<Expr, String> {
        let start = self.operand()?;
        let mut filters = Vec::new();
        while self.takes("|") {
            let name = self.name()?;
            let filter = filters::find(&name).ok_or_else(|| unknown_filter(&name))?;
            let mut arguments = Vec::new();
            if self.takes(":") {
                arguments.push(self.operand()?);
                while self.takes(",") {
                    arguments.push(self.operand()?);
                }
            }
            check_arguments(filter, arguments.len())?;
            filters.push((filter, arguments));
        }
        Ok(Expr { start, filters })
    }

    pub(super) fn operand(&mut self) -> Result<Operand, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("brackets are nested more than {MAX_DEPTH} deep"));
        }
        let operand = match self.next() {
            Some(Word::Text(text)) => Operand::Literal(Value::text(text)),
            Some(Word::Int(number)) => Operand::Literal(Value::Int(number)),
            Some(Word::Float(number)) => Operand::Literal(Value::Float(number)),
            Some(Word::Sign("(")) => {
                let first = self.operand()?;
                self.expect("..")?;
                let last = self.operand()?;
                self.expect(")")?;
                Operand::Range(Box::new(first), Box::new(last))
            }
            Some(Word::Name("nil" | "null")) => Operand::Literal(Value::Nil),
            Some(Word::Name("true")) => Operand::Literal(Value::Bool(true)),
            Some(Word::Name("false")) => Operand::Literal(Value::Bool(false)),
            Some(Word::Name("empty" | "blank")) => Operand::Empty,
            Some(Word::Name(name)) => Operand::Path(name.to_owned(), self.accesses()?),
            _ => return Err("a value is missing".to_owned()),
        };
        self.depth -= 1;
        Ok(operand)
    }

    fn accesses(&mut self) -> Result<Vec<Access>, String> {
        let mut accesses = Vec::new();
        loop {
            if self.takes(".") {
                accesses.push(Access::Name(self.name()?));
            } else if self.takes("[") {
                accesses.push(Access::Index(self.operand()?));
                self.expect("]")?;
            } else {
                return Ok(accesses);
            }
        }
    }

    pub(super) fn whole_condition(&mut self) -> Result<Condition, String> {
        let condition = self.condition()?;
        self.end()?;
        Ok(condition)
    }

    /// `and` and `or` bind alike, from the right, as in every Liquid.
    fn condition(&mut self) -> Result<Condition, String> {
        let left = self.comparison()?;
        let and = self.takes("and");
        if !and && !self.takes("or") {
            return Ok(left);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} conditions are joined"));
        }
        let right = Box::new(self.condition()?);
        Ok(if and { Condition::And(Box::new(left), right) } else { Condition::Or(Box::new(left), right) })
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        let left = self.operand()?;
        let comparison = match self.words.get(self.at) {
            Some(Word::Sign("==")) => Comparison::Equal,
            Some(Word::Sign("!=" | "<>")) => Comparison::NotEqual,
            Some(Word::Sign("<")) => Comparison::Less,
            Some(Word::Sign("<=")) => Comparison::LessOrEqual,
            Some(Word::Sign(">")) => Comparison::Greater,
            Some(Word::Sign(">=")) => Comparison::GreaterOrEqual,
            Some(Word::Name("contains")) => Comparison::Contains,
            _ => return Ok(Condition::Truth(left)),
        };
        self.at += 1;
        Ok(Condition::Compare(left, comparison, self.operand()?))
    }

    /// `when "a", "b" or "c"`
    pub(super) fn alternatives(&mut self) -> Result<Vec<Operand>, String> {
        let mut values = vec![self.operand()?];
        while self.takes(",") || self.takes("or") {
            values.push(self.operand()?);
        }
        self.end()?;
        Ok(values)
    }

    /// `cycle "group": "a", "b"`
    pub(super) fn cycle(&mut self) -> Result<(Option<String>, Vec<Operand>), String> {
        let mut group = None;
        let named = matches!(self.words.get(self.at), Some(Word::Name(_) | Word::Text(_)))
            && self.words.get(self.at + 1) == Some(&Word::Sign(":"));
        if named {
            group = Some(self.name_or_text()?);
            self.expect(":")?;
        }
        let mut values = vec![self.operand()?];
        while self.takes(",") {
            values.push(self.operand()?);
        }
        self.end()?;
        Ok((group, values))
    }
}

fn number(text: &str) -> Result<(Word<'_>, usize), String> {
    let digits = |from: usize| {
        text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| from + length)
    };
    let whole = digits(1);
    let has_fraction =
        text[whole..].starts_with('.') && text[whole + 1..].starts_with(|c: char| c.is_ascii_digit());
    let length = if has_fraction { digits(whole + 1) } else { whole };
    let too_large = || format!("`{}` is no number", &text[..length]);
    let word = if has_fraction {
        Word::Float(text[..length].parse().map_err(|_| too_large())?)
    } else {
        Word::Int(text[..length].parse().map_err(|_| too_large())?)
    };
    Ok((word, length))
}

fn check_arguments(filter: &Filter, n_given: usize) -> Result<(), String> {
    let (least, most) = filter.arguments;
    if (least..=most).contains(&n_given) {
        return Ok(());
    }
    Err(format!("`{}` takes {least} to {most} arguments, not {n_given}", filter.name))
}

/// Liquid's own names are told apart from slips: `upcase` is `Upcase` here.
fn unknown_filter(name: &str) -> String {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    match filters::ALL.iter().find(|filter| plain(filter.name) == plain(name)) {
        Some(filter) => format!("there is no filter `{name}`: the service calls it `{}`", filter.name),
        None => format!("there is no filter `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn what_is_no_template_is_refused() {
        for (template, expected) in [
            ("{{ a", "`{{` is not closed"),
            ("{% if a %}", "`if` has no end"),
            ("{% endif %}", "`endif` has no beginning"),
            ("{% for a in b %}{% endif %}", "`endif` stands inside `for`"),
            ("{% if a %}{% else %}{% else %}{% endif %}", "`else` stands inside `if`"),
            ("{% include 'a' %}", "the tag `include` is not supported"),
            ("{{ a | upcase }}", "the service calls it `Upcase`"),
            ("{{ a | Nothing }}", "there is no filter `Nothing`"),
            ("{{ a | Append }}", "`Append` takes 1 to 1 arguments, not 0"),
            ("{{ a b }}", "`b` is too much"),
            ("{{ 'a }}", "' is not closed"),
            ("{{ }}", "a value is missing"),
            ("{{ a # }}", "`#` means nothing here"),
            ("{% raw %}{{ a }}", "`raw` has no end"),
            ("{{ 99999999999999999999 }}", "is no number"),
        ] {
            let problem = parse(template).unwrap_err();
            assert!(problem.contains(expected), "{template}: {problem}");
        }
        let deep = "{% if a %}".repeat(100);
        assert!(parse(&deep).unwrap_err().contains("nested"));
        let brackets = format!("{{{{ a{} }}}}", "[b".repeat(100));
        assert!(parse(&brackets).unwrap_err().contains("nested"));
    }
}
