//! The paths that `loadJsonContent` and `loadYamlContent` take, in the dialect of Json.NET, which the official compiler
//! asks (Azure/bicep, src/Bicep.Core/Semantics/ObjectParser.cs, 2026-08-21; Json.NET's JPath, 13.0):
//! `$.a[0]['b']`, `[*]`, `..name`, `[1:3]`, `['a','b']`, and filters `[?(@.price > 3 && @.name)]`. Regular expressions
//! in filters are refused.

use std::cmp::Ordering;

use serde_json::Value as Json;

/// Values that are looked at; `..` several times in a path would otherwise multiply them.
const VISITS_MAX: usize = 200_000;

/// Brackets and operators within each other in a filter; bounds the stack.
const DEPTH_MAX: usize = 32;

/// Why a path gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The path is none, or leads nowhere.
    Nothing,
    /// A construct that is not covered.
    Unsupported,
}

/// Returns what a path leads to: the value, or a list of them where there are several.
pub(super) fn select(document: &Json, path: &str) -> Result<Json, Refused> {
    let mut reader = Reader { rest: path, depth: 0 };
    let steps = reader.path(true)?;
    if !reader.rest.is_empty() {
        return Err(Refused::Nothing);
    }
    let mut visits = 0;
    let found = walk(document, document, &steps, &mut visits)?;
    match found.as_slice() {
        [] => Err(Refused::Nothing),
        [only] => Ok((*only).clone()),
        several => Ok(several.iter().map(|value| (*value).clone()).collect()),
    }
}

#[derive(Debug)]
enum Step {
    /// `.a`, `['a','b']`
    Names(Vec<String>),
    /// `[0]`, `[0,2]`
    Indexes(Vec<i64>),
    /// `[1:3:2]`
    Slice(Option<i64>, Option<i64>, i64),
    /// `.*`, `[*]`
    All,
    /// `..`: this value and all below it, before the next step.
    Below,
    /// `[?(…)]`
    Filter(Test),
}

#[derive(Debug)]
enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Exists(Operand),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug)]
enum Operand {
    /// From the item, or where true from the document.
    Path(bool, Vec<Step>),
    Value(Json),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

struct Reader<'p> {
    rest: &'p str,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn word(&mut self, ends: fn(char) -> bool) -> &str {
        let (word, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Steps up to what continues no path. At the top a name may begin without a point.
    fn path(&mut self, at_top: bool) -> Result<Vec<Step>, Refused> {
        let mut steps = Vec::new();
        let has_root = at_top && self.take("$");
        loop {
            if self.take("..") {
                steps.push(Step::Below);
                if !self.rest.starts_with('[') {
                    steps.push(self.name()?);
                }
            } else if self.take(".") {
                steps.push(self.name()?);
            } else if self.take("[") {
                steps.push(self.bracket()?);
            } else if at_top && !has_root && steps.is_empty() && !self.rest.is_empty() {
                steps.push(self.name()?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn name(&mut self) -> Result<Step, Refused> {
        let ends =
            |c: char| matches!(c, '.' | '[' | ']' | '(' | ')' | ' ' | '=' | '<' | '>' | '!' | '&' | '|');
        match self.word(ends) {
            "" => Err(Refused::Nothing),
            "*" => Ok(Step::All),
            name => Ok(Step::Names(vec![name.to_owned()])),
        }
    }

    fn bracket(&mut self) -> Result<Step, Refused> {
        self.blanks();
        let step = if self.take("?") {
            self.blanks();
            if !self.take("(") {
                return Err(Refused::Nothing);
            }
            let test = self.or()?;
            self.blanks();
            if !self.take(")") {
                return Err(Refused::Nothing);
            }
            Step::Filter(test)
        } else if self.take("*") {
            Step::All
        } else if self.rest.starts_with(['\'', '"']) {
            let mut names = vec![self.quoted()?];
            while self.comma() {
                names.push(self.quoted()?);
            }
            Step::Names(names)
        } else {
            self.numbers()?
        };
        self.blanks();
        if self.take("]") { Ok(step) } else { Err(Refused::Nothing) }
    }

    fn comma(&mut self) -> bool {
        self.blanks();
        let is_there = self.take(",");
        self.blanks();
        is_there
    }

    fn numbers(&mut self) -> Result<Step, Refused> {
        let first = self.number()?;
        if self.take(":") {
            let end = self.number()?;
            let step = if self.take(":") { self.number()? } else { None };
            return match step.unwrap_or(1) {
                0 => Err(Refused::Nothing),
                step => Ok(Step::Slice(first, end, step)),
            };
        }
        let mut indexes = vec![first.ok_or(Refused::Nothing)?];
        while self.comma() {
            indexes.push(self.number()?.ok_or(Refused::Nothing)?);
        }
        Ok(Step::Indexes(indexes))
    }

    fn number(&mut self) -> Result<Option<i64>, Refused> {
        self.blanks();
        let digits = self.word(|c| !c.is_ascii_digit() && c != '-').to_owned();
        self.blanks();
        if digits.is_empty() { Ok(None) } else { digits.parse().map(Some).map_err(|_| Refused::Nothing) }
    }

    fn quoted(&mut self) -> Result<String, Refused> {
        let mut chars = self.rest.char_indices();
        let Some((_, quote @ ('\'' | '"'))) = chars.next() else { return Err(Refused::Nothing) };
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped @ ('\'' | '"' | '\\' | '/'))) => text.push(escaped),
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'r')) => text.push('\r'),
                    _ => return Err(Refused::Nothing),
                },
                _ if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                _ => text.push(c),
            }
        }
        Err(Refused::Nothing)
    }

    fn or(&mut self) -> Result<Test, Refused> {
        let mut test = self.and()?;
        while self.operator("||") {
            test = Test::Or(Box::new(test), Box::new(self.and()?));
        }
        Ok(test)
    }

    fn and(&mut self) -> Result<Test, Refused> {
        let mut test = self.comparison()?;
        while self.operator("&&") {
            test = Test::And(Box::new(test), Box::new(self.comparison()?));
        }
        Ok(test)
    }

    fn operator(&mut self, operator: &str) -> bool {
        self.blanks();
        self.take(operator)
    }

    fn comparison(&mut self) -> Result<Test, Refused> {
        self.blanks();
        if self.take("(") {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(Refused::Unsupported);
            }
            let test = self.or()?;
            self.depth -= 1;
            return if self.operator(")") { Ok(test) } else { Err(Refused::Nothing) };
        }
        let left = self.operand()?;
        self.blanks();
        if self.rest.starts_with("=~") || self.rest.starts_with("===") || self.rest.starts_with("!==") {
            return Err(Refused::Unsupported);
        }
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<>", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        match operators.into_iter().find(|(text, _)| self.take(text)) {
            None => Ok(Test::Exists(left)),
            Some((_, operator)) => Ok(Test::Compare(left, operator, self.operand()?)),
        }
    }

    fn operand(&mut self) -> Result<Operand, Refused> {
        self.blanks();
        if self.rest.starts_with('/') {
            return Err(Refused::Unsupported);
        }
        if self.rest.starts_with(['\'', '"']) {
            return Ok(Operand::Value(Json::from(self.quoted()?)));
        }
        for (sign, of_document) in [("@", false), ("$", true)] {
            if self.take(sign) {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(Refused::Unsupported);
                }
                let steps = self.path(false)?;
                self.depth -= 1;
                return Ok(Operand::Path(of_document, steps));
            }
        }
        let word = self.word(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.'));
        serde_json::from_str(word).map(Operand::Value).map_err(|_| Refused::Nothing)
    }
}

/// Follows the steps from a value.
fn walk<'d>(
    root: &'d Json,
    from: &'d Json,
    steps: &[Step],
    visits: &mut usize,
) -> Result<Vec<&'d Json>, Refused> {
    let mut at = vec![from];
    for step in steps {
        let mut next = Vec::new();
        for value in at {
            one(root, value, step, &mut next, visits)?;
        }
        at = next;
    }
    Ok(at)
}

fn one<'d>(
    root: &'d Json,
    value: &'d Json,
    step: &Step,
    next: &mut Vec<&'d Json>,
    visits: &mut usize,
) -> Result<(), Refused> {
    let before = next.len();
    match (step, value) {
        (Step::Names(names), Json::Object(members)) => {
            next.extend(names.iter().filter_map(|name| members.get(name)));
        }
        (Step::Indexes(indexes), Json::Array(items)) => {
            let items = indexes.iter().filter_map(|index| items.get(usize::try_from(*index).ok()?));
            next.extend(items);
        }
        (Step::Slice(first, end, step), Json::Array(items)) => {
            next.extend(sliced(items, *first, *end, *step));
        }
        (Step::All, Json::Array(items)) => next.extend(items),
        (Step::All, Json::Object(members)) => next.extend(members.values()),
        (Step::Below, value) => {
            let mut waiting = vec![value];
            while let Some(value) = waiting.pop() {
                next.push(value);
                match value {
                    Json::Array(items) => waiting.extend(items.iter().rev()),
                    Json::Object(members) => waiting.extend(members.values().rev()),
                    _ => {}
                }
            }
        }
        (Step::Filter(test), Json::Array(items)) => {
            *visits += items.len();
            for item in items {
                if holds(root, item, test, visits)? {
                    next.push(item);
                }
            }
        }
        _ => {}
    }
    *visits += 1 + next.len() - before;
    if *visits > VISITS_MAX { Err(Refused::Unsupported) } else { Ok(()) }
}

/// `[first:end:step]`, each counted from the end where negative.
fn sliced(items: &[Json], first: Option<i64>, end: Option<i64>, step: i64) -> Vec<&Json> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |at: i64| if at < 0 { length.saturating_add(at) } else { at };
    let (first, end) = if step > 0 {
        (first.map_or(0, from_end).max(0), end.map_or(length, from_end).min(length))
    } else {
        (first.map_or(length - 1, from_end).min(length - 1), end.map_or(-1, from_end).max(-1))
    };
    let mut at = first;
    let mut out = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        out.extend(usize::try_from(at).ok().and_then(|at| items.get(at)));
        at = at.saturating_add(step);
    }
    out
}

fn holds(root: &Json, item: &Json, test: &Test, visits: &mut usize) -> Result<bool, Refused> {
    Ok(match test {
        Test::And(left, right) => holds(root, item, left, visits)? && holds(root, item, right, visits)?,
        Test::Or(left, right) => holds(root, item, left, visits)? || holds(root, item, right, visits)?,
        Test::Exists(operand) => !values(root, item, operand, visits)?.is_empty(),
        Test::Compare(left, operator, right) => {
            let (left, right) = (values(root, item, left, visits)?, values(root, item, right, visits)?);
            left.iter().any(|left| right.iter().any(|right| compares(left, *operator, right)))
        }
    })
}

fn values<'d>(
    root: &'d Json,
    item: &'d Json,
    operand: &'d Operand,
    visits: &mut usize,
) -> Result<Vec<&'d Json>, Refused> {
    match operand {
        Operand::Value(value) => Ok(vec![value]),
        Operand::Path(of_document, steps) => {
            walk(root, if *of_document { root } else { item }, steps, visits)
        }
    }
}

fn compares(left: &Json, operator: Operator, right: &Json) -> bool {
    let order = match (left, right) {
        (Json::Number(left), Json::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)),
        },
        (Json::String(left), Json::String(right)) => Some(left.encode_utf16().cmp(right.encode_utf16())),
        _ if left == right => Some(Ordering::Equal),
        _ => None,
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_one_value_or_to_a_list() {
        let document = json!({
            "name": "x", "a b": 1, "list": [10, 20, 30, 40],
            "products": [
                { "name": "pizza", "price": 5.0, "tags": ["hot"] },
                { "name": "salad", "price": 3.99 },
                { "name": "bread", "price": 2, "old": null },
            ],
            "limit": 3,
        });
        for (path, expected) in [
            ("$", document.clone()),
            ("name", json!("x")),
            (".name", json!("x")),
            ("$.list[0]", json!(10)),
            ("['a b']", json!(1)),
            ("list[0,2]", json!([10, 30])),
            ("list[1:3]", json!([20, 30])),
            ("list[-1:]", json!(40)),
            ("list[::-1]", json!([40, 30, 20, 10])),
            ("list[*]", json!([10, 20, 30, 40])),
            ("['name','limit']", json!(["x", 3])),
            ("products[*].name", json!(["pizza", "salad", "bread"])),
            ("$..price", json!([5.0, 3.99, 2])),
            ("products[?(@.price > 3)].name", json!(["pizza", "salad"])),
            ("products[?(@.price>$.limit && @.tags)].name", json!("pizza")),
            ("products[?(@.price == 2 || @.name=='pizza')].price", json!([5.0, 2])),
            ("products[?((@.price < 3) || @.tags[0] == 'hot')].name", json!(["pizza", "bread"])),
            ("products[?(@.old)].name", json!("bread")),
            ("products[?(@.old == null)].name", json!("bread")),
            ("products[?(@.name != \"pizza\")].price", json!([3.99, 2])),
        ] {
            assert_eq!(select(&document, path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn what_is_no_path_or_leads_nowhere_is_told() {
        let document = json!({ "a": [1, 2] });
        for path in [
            "$.",
            ".",
            "b",
            "a[5]",
            "a[",
            "a[?(@ > 3)]",
            "a[?(@ >)]",
            "a[?(@.x)",
            "$$",
            "a b",
            "a['b]",
            "a[1:2:0]",
        ] {
            assert_eq!(select(&document, path), Err(Refused::Nothing), "{path}");
        }
        let deep = format!("a[?({}@{})]", "(".repeat(1000), ")".repeat(1000));
        for path in ["a[?(@ =~ /x/)]", &deep] {
            assert_eq!(select(&document, path), Err(Refused::Unsupported), "{path}");
        }
        let wide: Json = (0..1000).map(|n| json!([n])).collect();
        assert_eq!(select(&wide, "$..[*]..[*]..[*]"), Err(Refused::Nothing));
        assert_eq!(select(&wide, "$[?($..[?($[0])])]"), Err(Refused::Unsupported));
    }
}
