//! `Regex`, `Match`, `Group` and their collections, over the matcher in `crate::csharp::regex`.

use std::any::Any;
use std::sync::Arc;

use super::linq::Invoke;
use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;
use crate::csharp::objects::{EnumValue, TimeSpan};
use crate::csharp::regex::{Captures, Options, OutOfSteps, Pattern, PatternError};
use crate::csharp::value::{Object, Value};

/// The members of `RegexOptions` that are run; `RightToLeft` is not.
pub(in crate::csharp) const OPTIONS: &[&str] = &[
    "None",
    "IgnoreCase",
    "Multiline",
    "ExplicitCapture",
    "Compiled",
    "Singleline",
    "IgnorePatternWhitespace",
    "ECMAScript",
    "CultureInvariant",
];

/// What a pattern is not run for, where it is one that .NET takes.
pub(in crate::csharp) fn not_run(pattern: &str) -> Option<&'static str> {
    match Pattern::new(pattern, Options::default()) {
        Err(PatternError::NotRun(what)) => Some(what),
        _ => None,
    }
}

/// Whether a character is in a category, such as `P`.
pub(super) fn is_of(c: char, category: &str) -> bool {
    u16::try_from(u32::from(c)).is_ok_and(|unit| crate::csharp::regex::is_of(unit, category))
}

pub(super) fn is_digit(c: char) -> bool {
    is_of(c, "Nd")
}

/// `new Regex(pattern, options, timeout)`
pub(in crate::csharp) struct Regex {
    pattern: Pattern,
    text: String,
}

impl Regex {
    pub(in crate::csharp) fn new(args: &[Value]) -> Result<Self, Exception> {
        let (text, rest) = match args {
            [Value::String(text), rest @ ..] => (text, rest),
            [Value::Null, ..] => return Err(Exception::argument_null("pattern")),
            _ => return Err(Exception::missing_overload("Regex", "new", args)),
        };
        let mut options = Options::default();
        for argument in rest {
            match argument.downcast::<EnumValue>() {
                Some(flags) if argument.type_name() == "RegexOptions" => options = read_options(flags),
                // The time that a match may take; the steps of an expression end sooner.
                _ if argument.downcast::<TimeSpan>().is_some() => {}
                _ => return Err(Exception::missing_overload("Regex", "new", args)),
            }
        }
        let pattern = Pattern::new(text, options).map_err(|error| match error {
            PatternError::Invalid { at, why } => {
                Exception::argument(format!("Invalid pattern '{text}' at offset {at}. {why}"))
            }
            PatternError::NotRun(what) => Exception::not_run(what),
        })?;
        Ok(Self { pattern, text: text.to_string() })
    }
}

fn read_options(flags: &EnumValue) -> Options {
    Options {
        ignore_case: flags.has("IgnoreCase"),
        multiline: flags.has("Multiline"),
        single_line: flags.has("Singleline"),
        explicit_capture: flags.has("ExplicitCapture"),
        ignore_whitespace: flags.has("IgnorePatternWhitespace"),
        ecma_script: flags.has("ECMAScript"),
    }
}

impl From<OutOfSteps> for Exception {
    fn from(_: OutOfSteps) -> Self {
        let message = "The Regex engine has timed out while trying to match a pattern to an input string.";
        Self::new("RegexMatchTimeoutException", message)
    }
}

/// Runs `Regex.name(input, pattern, …)`; None where there is no such method with these arguments.
pub(in crate::csharp) fn call_static(
    name: &str,
    args: &[Value],
    steps: &mut u64,
    invoke: Invoke<'_>,
) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("Unescape", [Value::String(text)]) => return Some(Ok(unescape(text).into())),
        ("IsMatch" | "Match" | "Matches" | "Split" | "Replace", [Value::Null, ..]) => {
            return Some(Err(Exception::argument_null("input")));
        }
        _ => {}
    }
    // The replacement stands between the pattern and the options.
    let (of_regex, of_call): (Vec<Value>, Vec<Value>) = match (name, args) {
        ("Replace", [input, pattern, with, options @ ..]) => {
            (std::iter::once(pattern).chain(options).cloned().collect(), vec![input.clone(), with.clone()])
        }
        ("IsMatch" | "Match" | "Matches" | "Split", [input, pattern @ ..]) if !pattern.is_empty() => {
            (pattern.to_vec(), vec![input.clone()])
        }
        _ => return None,
    };
    let regex = match Regex::new(&of_regex) {
        Ok(regex) => regex,
        Err(error) => return Some(Err(error)),
    };
    regex.run(name, &of_call, steps, invoke)
}

impl Regex {
    /// Runs `regex.name(input, …)`; None where there is no such method with these arguments.
    pub(in crate::csharp) fn run(
        &self,
        name: &str,
        args: &[Value],
        steps: &mut u64,
        invoke: Invoke<'_>,
    ) -> Option<Result<Value, Exception>> {
        let (text, rest) = match args {
            [Value::String(text), rest @ ..] => (text, rest),
            [Value::Null, ..] => return Some(Err(Exception::argument_null("input"))),
            _ => return None,
        };
        let subject =
            Arc::new(Subject { units: text.encode_utf16().collect(), names: self.pattern.names().to_vec() });
        let from = |index: &Value| {
            let from = index.as_i64().and_then(|from| usize::try_from(from).ok());
            from.filter(|from| *from <= subject.units.len()).ok_or_else(|| {
                Exception::out_of_range(
                    "Start index cannot be less than 0 or greater than input length. (Parameter 'startat')",
                )
            })
        };
        let limit = |count: &Value| {
            // -1 is as many as there are.
            count.as_i64().map(|count| usize::try_from(count).unwrap_or(usize::MAX))
        };
        let mut find =
            |from: Result<usize, Exception>| Ok(self.pattern.find(&subject.units, from?, steps)?);
        Some(match (name, rest) {
            ("IsMatch", []) => find(Ok(0)).map(|found| Value::Bool(found.is_some())),
            ("IsMatch", [start]) => find(from(start)).map(|found| Value::Bool(found.is_some())),
            ("Match", []) => find(Ok(0)).map(|found| subject.matched(found)),
            ("Match", [start]) => find(from(start)).map(|found| subject.matched(found)),
            ("Matches", [] | [_]) => {
                let start = rest.first().map_or(Ok(0), from);
                start.and_then(|start| {
                    let found = self.pattern.find_all(&subject.units, start, usize::MAX, steps)?;
                    let items = found.into_iter().map(|captures| subject.matched(Some(captures))).collect();
                    Ok(Value::object(Collection { name: "MatchCollection", names: Vec::new(), items }))
                })
            }
            ("Split", [] | [_]) => {
                let most = rest.first().map_or(Some(0), limit)?;
                self.split(&subject, text, most, steps)
            }
            ("Replace", [with]) => self.replace(&subject, text, with, usize::MAX, steps, invoke),
            ("Replace", [with, count]) => self.replace(&subject, text, with, limit(count)?, steps, invoke),
            _ => return None,
        })
    }

    /// At most `most` parts, where that is not 0; what groups capture stands between the parts.
    fn split(&self, subject: &Subject, text: &str, most: usize, steps: &mut u64) -> Result<Value, Exception> {
        let n_cuts = if most == 0 { usize::MAX } else { most - 1 };
        let found = self.pattern.find_all(&subject.units, 0, n_cuts, steps)?;
        if found.is_empty() {
            return Ok(Value::array("string", vec![text.into()]));
        }
        let mut parts: Vec<Value> = Vec::new();
        let mut at = 0;
        for captures in found {
            let (start, end) = captures[0][0];
            parts.push(subject.text(at, start).into());
            for group in captures.iter().skip(1) {
                parts.extend(group.last().map(|(from, to)| Value::from(subject.text(*from, *to))));
            }
            at = end;
        }
        parts.push(subject.text(at, subject.units.len()).into());
        Ok(Value::array("string", parts))
    }

    fn replace(
        &self,
        subject: &Arc<Subject>,
        text: &str,
        with: &Value,
        most: usize,
        steps: &mut u64,
        invoke: Invoke<'_>,
    ) -> Result<Value, Exception> {
        if with.is_null() {
            return Err(Exception::argument_null("replacement"));
        }
        let found = self.pattern.find_all(&subject.units, 0, most, steps)?;
        if found.is_empty() {
            return Ok(text.into());
        }
        let mut out = String::new();
        let mut at = 0;
        for captures in found {
            let (start, end) = captures[0][0];
            out.push_str(&subject.text(at, start));
            match with {
                Value::String(pattern) => out.push_str(&subject.filled(pattern, &captures)),
                lambda => out.push_str(&invoke(lambda, &[subject.matched(Some(captures))])?.display()),
            }
            check_single(out.len())?;
            at = end;
        }
        out.push_str(&subject.text(at, subject.units.len()));
        Ok(out.into())
    }
}

/// The text that was searched, and the names of the groups.
struct Subject {
    units: Vec<u16>,
    names: Vec<String>,
}

impl Subject {
    fn text(&self, from: usize, to: usize) -> String {
        String::from_utf16_lossy(&self.units[from..to])
    }

    fn span(&self, capture: Option<&(usize, usize)>, name: &'static str, captures: Vec<Value>) -> Capture {
        let (from, to) = capture.copied().unwrap_or((0, 0));
        Capture {
            name,
            success: capture.is_some(),
            index: from,
            length: to - from,
            value: self.text(from, to),
            captures,
            groups: None,
        }
    }

    /// A `Match`; one that has not succeeded where nothing was found.
    fn matched(self: &Arc<Self>, found: Option<Captures>) -> Value {
        let Some(captures) = found else {
            let none = || self.span(None, "Match", Vec::new());
            let group = Value::object(Capture { name: "Group", ..none() });
            let groups = Collection { name: "GroupCollection", names: vec!["0".into()], items: vec![group] };
            return Value::object(Capture {
                groups: Some((Arc::new(groups), Arc::clone(self), Vec::new())),
                ..none()
            });
        };
        let group = |captured: &Vec<(usize, usize)>| {
            let each = captured.iter().map(|one| Value::object(self.span(Some(one), "Capture", Vec::new())));
            let each: Vec<Value> = each.collect();
            self.span(captured.last(), "Group", each)
        };
        let items = captures.iter().map(|captured| Value::object(group(captured))).collect();
        let groups = Collection { name: "GroupCollection", names: self.names.clone(), items };
        let whole = group(&captures[0]);
        Value::object(Capture {
            name: "Match",
            groups: Some((Arc::new(groups), Arc::clone(self), captures)),
            ..whole
        })
    }

    /// A replacement with its `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+` and `$_` filled in.
    fn filled(&self, pattern: &str, captures: &Captures) -> String {
        let group =
            |index: usize| captures[index].last().map(|(from, to)| self.text(*from, *to)).unwrap_or_default();
        let named = |name: &str| self.names.iter().position(|known| known == name);
        let (start, end) = captures[0][0];
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (filled, length) = match (after.chars().next(), braced) {
                (_, Some((name, _))) => (named(name).map(group), name.len() + 2),
                (Some('$'), _) => (Some("$".to_owned()), 1),
                (Some('&'), _) => (Some(group(0)), 1),
                (Some('`'), _) => (Some(self.text(0, start)), 1),
                (Some('\''), _) => (Some(self.text(end, self.units.len())), 1),
                (Some('+'), _) => (Some(group(captures.len() - 1)), 1),
                (Some('_'), _) => (Some(self.text(0, self.units.len())), 1),
                _ if !digits.is_empty() => (named(&digits).map(group), digits.len()),
                _ => (None, 0),
            };
            match filled {
                Some(filled) => {
                    out.push_str(&filled);
                    rest = &after[length..];
                }
                // What names no group is text.
                None => {
                    out.push('$');
                    rest = after;
                }
            }
        }
        out + rest
    }
}

impl Object for Regex {
    fn type_name(&self) -> &str {
        "Regex"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Regex", name))
    }

    fn display(&self) -> String {
        self.text.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A `Capture`, a `Group` or a `Match`.
struct Capture {
    name: &'static str,
    success: bool,
    index: usize,
    length: usize,
    value: String,
    captures: Vec<Value>,
    /// Of a `Match`, with what its `Result` needs.
    groups: Option<(Arc<Collection>, Arc<Subject>, Captures)>,
}

impl Object for Capture {
    fn type_name(&self) -> &str {
        self.name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let count = |number: usize| Value::Int(i32::try_from(number).unwrap_or(i32::MAX));
        match (name, &self.groups) {
            ("Value", _) => Ok(self.value.as_str().into()),
            ("Index", _) => Ok(count(self.index)),
            ("Length", _) => Ok(count(self.length)),
            ("Success", _) if self.name != "Capture" => Ok(Value::Bool(self.success)),
            ("Captures", _) if self.name != "Capture" => Ok(Value::object(Collection {
                name: "CaptureCollection",
                names: Vec::new(),
                items: self.captures.clone(),
            })),
            ("Groups", Some((groups, ..))) => Ok(Value::Object(groups.clone())),
            _ => Err(Exception::missing_member(self.name, name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args, &self.groups) {
            ("Result", [Value::String(pattern)], Some((_, subject, captures))) if self.success => {
                Ok(subject.filled(pattern, captures).into())
            }
            ("Result", [Value::String(_)], Some(_)) => {
                Err(Exception::new("NotSupportedException", "Result cannot be called on a failed Match."))
            }
            _ => Err(Exception::missing_overload(self.name, name, args)),
        }
    }

    fn display(&self) -> String {
        self.value.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `MatchCollection`, `GroupCollection` or `CaptureCollection`.
struct Collection {
    name: &'static str,
    /// Of groups.
    names: Vec<String>,
    items: Vec<Value>,
}

impl Object for Collection {
    fn type_name(&self) -> &str {
        self.name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(self.items.len()).unwrap_or(i32::MAX))),
            _ => Err(Exception::missing_member(self.name, name)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let groups = self.name == "GroupCollection";
        let found = match key {
            Value::String(name) if groups => self.names.iter().position(|known| **known == **name),
            Value::Int(number) if groups => self
                .names
                .iter()
                .position(|known| *known == number.to_string())
                .or_else(|| usize::try_from(*number).ok().filter(|index| *index < self.items.len())),
            Value::Int(number) => usize::try_from(*number).ok(),
            _ => return Err(Exception::missing_overload(self.name, "[]", std::slice::from_ref(key))),
        };
        match found.and_then(|index| self.items.get(index)) {
            Some(item) => Ok(item.clone()),
            // A group that the pattern does not have has not succeeded.
            None if groups => Ok(Value::object(Capture {
                name: "Group",
                success: false,
                index: 0,
                length: 0,
                value: String::new(),
                captures: Vec::new(),
                groups: None,
            })),
            None => Err(Exception::out_of_range(
                "Specified argument was out of the range of valid values. (Parameter 'i')",
            )),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.items.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Regex.Unescape`: escapes become what they stand for.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('a') => out.push('\u{7}'),
            Some('e') => out.push('\u{1b}'),
            Some(kind @ ('x' | 'u')) => {
                let digits: String = chars.by_ref().take(if kind == 'x' { 2 } else { 4 }).collect();
                out.extend(hex(&digits));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
