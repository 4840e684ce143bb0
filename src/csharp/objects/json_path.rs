//! `SelectToken` and `SelectTokens`: JSON paths as Newtonsoft.Json 13 reads them (newtonsoft.com/json/help, "Querying JSON
//! with complex JSON Path"): names, indexes, `*`, `..`, slices, several of them, and filters `[?(@.a == 'b')]`.

use std::sync::Arc;

use super::json::JToken;
use super::{DateTime, JsonKind, as_token};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;
use crate::csharp::ops;
use crate::csharp::regex::{Options, Pattern};
use crate::csharp::value::Value;

/// Steps of one path, and brackets in a filter.
const MAX_STEPS: usize = 64;

/// Tokens that one path may come by: `$..*..*` of a large document has very many.
const MAX_VISITED: usize = 200_000;

/// Steps of a regular expression in a filter.
const MAX_REGEX_STEPS: u64 = 100_000;

#[derive(Clone)]
enum Step {
    Names(Vec<String>),
    Indexes(Vec<i64>),
    All,
    /// What follows is looked for at every depth.
    Descend,
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        by: i64,
    },
    Filter(Filter),
}

#[derive(Clone)]
enum Filter {
    Both(bool, Box<Filter>, Box<Filter>),
    Exists(Operand),
    Compare(Operand, Comparison, Operand),
}

#[derive(Clone)]
enum Operand {
    /// From the item (`@`) or from the root (`$`).
    Path {
        from_root: bool,
        steps: Vec<Step>,
    },
    Constant(Value),
    Regex(Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Matches,
}

struct Parser<'a> {
    path: &'a str,
    rest: &'a str,
    n_steps: usize,
}

/// The tokens that a path leads to.
pub(super) fn select(
    start: &Arc<JToken>,
    root: &Arc<JToken>,
    path: &str,
) -> Result<Vec<Arc<JToken>>, Exception> {
    let mut parser = Parser { path, rest: path.trim(), n_steps: 0 };
    let from_root = parser.rest.starts_with('$');
    if from_root {
        parser.rest = &parser.rest[1..];
    }
    let steps = parser.steps(false)?;
    if !parser.rest.is_empty() {
        return Err(parser.fail());
    }
    let mut visited = 0;
    // `$` is where the search starts, not the document.
    walk(start, root, &steps, &mut visited)
}

impl Parser<'_> {
    fn fail(&self) -> Exception {
        let at = self.path.len() - self.rest.len();
        let message = match self.rest.chars().next() {
            Some(c) => format!("Unexpected character while parsing path: {c} at {at} of '{}'", self.path),
            None => format!("Unexpected end while parsing path '{}'.", self.path),
        };
        Exception::new("JsonException", message)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Steps up to the end, or in a filter up to what no step begins with.
    fn steps(&mut self, in_filter: bool) -> Result<Vec<Step>, Exception> {
        let mut steps = Vec::new();
        loop {
            self.n_steps += 1;
            if self.n_steps > MAX_STEPS {
                return Err(Exception::new("JsonException", "The path has too many steps."));
            }
            if self.eat("..") {
                steps.push(Step::Descend);
                if self.rest.starts_with('[') {
                    continue;
                }
                self.name(&mut steps, in_filter)?;
            } else if self.eat("[") {
                steps.push(self.bracket()?);
            } else if self.eat(".") || (steps.is_empty() && !in_filter && !self.rest.is_empty()) {
                self.name(&mut steps, in_filter)?;
            } else {
                return Ok(steps);
            }
        }
    }

    fn name(&mut self, steps: &mut Vec<Step>, in_filter: bool) -> Result<(), Exception> {
        let ends = |c: char| matches!(c, '.' | '[') || (in_filter && (" =<>!&|)],~".contains(c)));
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(length);
        if name.is_empty() {
            return Err(self.fail());
        }
        self.rest = rest;
        steps.push(if name == "*" { Step::All } else { Step::Names(vec![name.to_owned()]) });
        Ok(())
    }

    fn quoted(&mut self) -> Result<Option<String>, Exception> {
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            return Ok(None);
        };
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[at + 1..];
                return Ok(Some(text));
            }
            match c {
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(self.fail())
    }

    fn number(&mut self) -> Option<i64> {
        let length = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(self.rest.len());
        let number = self.rest[..length].parse().ok()?;
        self.rest = &self.rest[length..];
        Some(number)
    }

    /// What follows `[`.
    fn bracket(&mut self) -> Result<Step, Exception> {
        self.skip_blanks();
        let step = if self.eat("*") {
            Step::All
        } else if self.eat("?") {
            self.skip_blanks();
            if !self.eat("(") {
                return Err(self.fail());
            }
            let filter = self.filter()?;
            if !self.eat(")") {
                return Err(self.fail());
            }
            Step::Filter(filter)
        } else if let Some(name) = self.quoted()? {
            let mut names = vec![name];
            self.skip_blanks();
            while self.eat(",") {
                self.skip_blanks();
                names.push(self.quoted()?.ok_or_else(|| self.fail())?);
                self.skip_blanks();
            }
            Step::Names(names)
        } else {
            self.indexes()?
        };
        self.skip_blanks();
        if self.eat("]") { Ok(step) } else { Err(self.fail()) }
    }

    fn indexes(&mut self) -> Result<Step, Exception> {
        let first = self.number();
        self.skip_blanks();
        if self.rest.starts_with(':') {
            let mut parts = [first, None, None];
            for part in parts.iter_mut().skip(1) {
                if !self.eat(":") {
                    break;
                }
                *part = self.number();
            }
            let by = parts[2].unwrap_or(1);
            if by == 0 {
                return Err(Exception::new("JsonException", "Step cannot be zero."));
            }
            return Ok(Step::Slice { from: parts[0], to: parts[1], by });
        }
        let mut indexes = vec![first.ok_or_else(|| self.fail())?];
        while self.eat(",") {
            self.skip_blanks();
            indexes.push(self.number().ok_or_else(|| self.fail())?);
            self.skip_blanks();
        }
        Ok(Step::Indexes(indexes))
    }

    fn filter(&mut self) -> Result<Filter, Exception> {
        let mut left = self.all_of()?;
        while self.eat("||") {
            left = Filter::Both(false, Box::new(left), Box::new(self.all_of()?));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Result<Filter, Exception> {
        let mut left = self.comparison()?;
        while self.eat("&&") {
            left = Filter::Both(true, Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Filter, Exception> {
        self.n_steps += 1;
        if self.n_steps > MAX_STEPS {
            return Err(Exception::new("JsonException", "The path has too many steps."));
        }
        self.skip_blanks();
        if self.eat("(") {
            let inner = self.filter()?;
            if !self.eat(")") {
                return Err(self.fail());
            }
            self.skip_blanks();
            return Ok(inner);
        }
        let left = self.operand()?;
        self.skip_blanks();
        let comparison = [
            ("===", Comparison::Equal),
            ("!==", Comparison::NotEqual),
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            ("<=", Comparison::LessEqual),
            (">=", Comparison::GreaterEqual),
            ("=~", Comparison::Matches),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ]
        .into_iter()
        .find(|(text, _)| self.eat(text));
        let filter = match comparison {
            None => Filter::Exists(left),
            Some((_, comparison)) => {
                self.skip_blanks();
                Filter::Compare(left, comparison, self.operand()?)
            }
        };
        self.skip_blanks();
        Ok(filter)
    }

    fn operand(&mut self) -> Result<Operand, Exception> {
        for (root, from_root) in [("@", false), ("$", true)] {
            if self.eat(root) {
                return Ok(Operand::Path { from_root, steps: self.steps(true)? });
            }
        }
        if let Some(text) = self.quoted()? {
            return Ok(Operand::Constant(text.into()));
        }
        if self.eat("/") {
            let end = self.rest.find('/').ok_or_else(|| self.fail())?;
            let pattern = self.rest[..end].to_owned();
            self.rest = &self.rest[end + 1..];
            let mut options = Options::default();
            while let Some(c) = self.rest.chars().next().filter(char::is_ascii_alphabetic) {
                options.ignore_case |= c == 'i';
                options.multiline |= c == 'm';
                options.single_line |= c == 's';
                options.ignore_whitespace |= c == 'x';
                self.rest = &self.rest[1..];
            }
            return Pattern::new(&pattern, options).map(Operand::Regex).map_err(|_| self.fail());
        }
        let length = self.rest.find(|c: char| " )&|<>=!".contains(c)).unwrap_or(self.rest.len());
        let word = &self.rest[..length];
        let constant = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            number => match (number.parse(), number.parse()) {
                (Ok(whole), _) => Value::Long(whole),
                (_, Ok(real)) => Value::Double(real),
                _ => return Err(self.fail()),
            },
        };
        self.rest = &self.rest[length..];
        Ok(Operand::Constant(constant))
    }
}

fn walk(
    start: &Arc<JToken>,
    root: &Arc<JToken>,
    steps: &[Step],
    visited: &mut usize,
) -> Result<Vec<Arc<JToken>>, Exception> {
    let mut here = vec![Arc::clone(start)];
    for step in steps {
        let mut next = Vec::new();
        for token in &here {
            *visited += 1;
            if *visited > MAX_VISITED {
                check_single(usize::MAX)?;
            }
            take(token, root, step, &mut next, visited)?;
        }
        here = next;
    }
    Ok(here)
}

fn take(
    token: &Arc<JToken>,
    root: &Arc<JToken>,
    step: &Step,
    into: &mut Vec<Arc<JToken>>,
    visited: &mut usize,
) -> Result<(), Exception> {
    match step {
        Step::Names(names) => into.extend(names.iter().filter_map(|name| token.member(name))),
        Step::All => into.extend(token.values()),
        Step::Descend => descend(token, into, visited)?,
        Step::Indexes(indexes) if token.kind() == JsonKind::Array => {
            let items = token.values();
            let at = |index: &i64| usize::try_from(*index).ok().and_then(|index| items.get(index).cloned());
            into.extend(indexes.iter().filter_map(at));
        }
        Step::Slice { from, to, by } if token.kind() == JsonKind::Array => {
            let items = token.values();
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let place = |index: Option<i64>, default: i64| {
                index.map_or(
                    default,
                    |index| if index < 0 { (index + length).max(0) } else { index.min(length) },
                )
            };
            let mut at = place(*from, if *by > 0 { 0 } else { length - 1 });
            let end = place(*to, if *by > 0 { length } else { -1 });
            while (*by > 0 && at < end) || (*by < 0 && at > end) {
                into.extend(usize::try_from(at).ok().and_then(|at| items.get(at).cloned()));
                at = at.saturating_add(*by);
            }
        }
        Step::Filter(filter) => {
            for item in token.values() {
                *visited += 1;
                if *visited > MAX_VISITED {
                    check_single(usize::MAX)?;
                }
                if holds(&item, root, filter, visited)? {
                    into.push(item);
                }
            }
        }
        Step::Indexes(_) | Step::Slice { .. } => {}
    }
    Ok(())
}

/// The token and all below it, in the order of the text.
fn descend(token: &Arc<JToken>, into: &mut Vec<Arc<JToken>>, visited: &mut usize) -> Result<(), Exception> {
    *visited += 1;
    if *visited > MAX_VISITED {
        check_single(usize::MAX)?;
    }
    into.push(Arc::clone(token));
    token.values().iter().try_for_each(|child| descend(child, into, visited))
}

fn holds(
    item: &Arc<JToken>,
    root: &Arc<JToken>,
    filter: &Filter,
    visited: &mut usize,
) -> Result<bool, Exception> {
    match filter {
        Filter::Both(all, left, right) => {
            let first = holds(item, root, left, visited)?;
            if first == *all { holds(item, root, right, visited) } else { Ok(first) }
        }
        Filter::Exists(operand) => Ok(!values(item, root, operand, visited)?.is_empty()),
        Filter::Compare(left, Comparison::Matches, Operand::Regex(pattern)) => {
            let texts = values(item, root, left, visited)?;
            let matches = |text: &Value| {
                let Value::String(text) = text else { return false };
                let units: Vec<u16> = text.encode_utf16().collect();
                matches!(pattern.find(&units, 0, &mut MAX_REGEX_STEPS.clone()), Ok(Some(_)))
            };
            Ok(texts.iter().any(matches))
        }
        Filter::Compare(left, comparison, right) => {
            let (left, right) = (values(item, root, left, visited)?, values(item, root, right, visited)?);
            // A path that leads nowhere is unequal to everything.
            if left.is_empty() || right.is_empty() {
                return Ok(*comparison == Comparison::NotEqual && left.is_empty() != right.is_empty());
            }
            Ok(left.iter().any(|left| right.iter().any(|right| compares(left, *comparison, right))))
        }
    }
}

fn values(
    item: &Arc<JToken>,
    root: &Arc<JToken>,
    operand: &Operand,
    visited: &mut usize,
) -> Result<Vec<Value>, Exception> {
    match operand {
        Operand::Constant(value) => Ok(vec![value.clone()]),
        Operand::Regex(_) => Ok(Vec::new()),
        Operand::Path { from_root, steps } => {
            let found = walk(if *from_root { root } else { item }, root, steps, visited)?;
            Ok(found.into_iter().map(|token| token.as_scalar().unwrap_or(Value::Object(token))).collect())
        }
    }
}

/// Beside a text a date is equal to what it is written as, and ordered as the date that the text is (`JValue.Compare` and
/// `BooleanQueryExpression` of Newtonsoft.Json 13). Returns what `value` is compared as; None where that is no date.
fn beside(value: &Value, other: &Value, comparison: Comparison) -> Option<Value> {
    let is_date = |value: &Value| value.downcast::<DateTime>().is_some();
    match (value, other, comparison) {
        (Value::Object(date), Value::String(_), Comparison::Equal | Comparison::NotEqual)
            if is_date(value) =>
        {
            date.format("json").ok().map(Value::from)
        }
        (Value::String(_), other, Comparison::Equal | Comparison::NotEqual) if is_date(other) => {
            Some(value.clone())
        }
        (Value::String(text), other, _) if is_date(other) => convert::parse_date_time(text).ok(),
        _ => Some(value.clone()),
    }
}

fn compares(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let both = beside(left, right, comparison).zip(beside(right, left, comparison));
    let Some((left, right)) = &both else { return false };
    if comparison == Comparison::Equal || comparison == Comparison::NotEqual {
        let same = match (left.downcast::<JToken>(), right.downcast::<JToken>()) {
            (Some(left), Some(right)) => left.to_text(false) == right.to_text(false),
            _ => ops::equal(left, right),
        };
        return same == (comparison == Comparison::Equal);
    }
    let comparable = |value: &Value| {
        !value.is_null() && as_token(value).is_ok_and(|token| token.kind() == JsonKind::Value)
    };
    let kinds_fit = left.as_str().is_some() == right.as_str().is_some();
    if !comparable(left) || !comparable(right) || !kinds_fit {
        return false;
    }
    let Ok(order) = ops::sort_order(left, right) else { return false };
    match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}
