//! Runs tests/suite/csharp/*.toml: an expression, perhaps with variables of the context, and what it gives.
//! `GLZ_BLESS=1` writes what it gave into the file; read the diff as if someone else had written it.

mod corpus;
mod plausible;

use std::path::Path;
use std::sync::Arc;

use genai_lz::csharp::{
    Environment, Exception, Expected, Form, Object, Problem, Value, check, check_result, evaluate, members,
    not_run, parse,
};
use libtest_mimic::{Failed, Trial};
use serde::{Deserialize, Serialize};

use super::support;

#[derive(Deserialize, Serialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Case {
    name: String,
    /// `@( … )`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expr: Option<String>,
    /// `@{ … }`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<String>,
    /// What the place around the expression takes, such as `long`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    /// Of `context.Variables`; tables and arrays become JSON tokens.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    vars: toml::Table,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Outcome {
    /// `ToString()` of the value; absent for null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gives: Option<String>,
    /// The .NET name of the value's type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    type_name: Option<String>,
    /// The exception, as `Kind: message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    throws: Option<String>,
    /// What warnings and notes say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warns: Option<String>,
    /// What the evaluator says of itself that it does not run.
    #[serde(default, rename = "not-run", skip_serializing_if = "Option::is_none")]
    not_run: Option<String>,
    /// What the service says, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// The code, message and help of the first problem that reading or checking finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Every case of the suite as a named test.
pub(crate) fn cases() -> Vec<Trial> {
    let files = support::files(&support::suite("csharp"), "toml");
    let texts: Vec<String> = files.iter().map(|path| read(path)).collect();
    let all_text = texts.concat();
    let mut trials: Vec<Trial> = files.iter().flat_map(|path| file_cases(path)).collect();
    trials.push(corpus::trial());
    trials.push(Trial::test("csharp::every_member_has_a_case", move || every_member_has_a_case(&all_text)));
    let mutated = texts.clone();
    trials.push(Trial::test("csharp::no_mutation_of_a_case_panics", move || {
        mutated.iter().for_each(|text| no_mutation_panics(text));
        Ok(())
    }));
    trials.push(Trial::test("csharp::no_prefix_of_a_case_panics", move || {
        texts.iter().for_each(|text| no_prefix_panics(text));
        Ok(())
    }));
    trials
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a case file can be read")
}

/// The table of members is what the reference promises. What the host supplies is tested with the host.
fn every_member_has_a_case(text: &str) -> Result<(), Failed> {
    let of_host = |name: &str| {
        name.starts_with('I') && name.chars().nth(1).is_some_and(char::is_uppercase)
            || matches!(name, "Headers" | "Parameters" | "object")
    };
    let missing: Vec<String> = members()
        .into_iter()
        .filter(|member| {
            !of_host(member.type_name) && !matches!(member.type_name, "JTokenType" | "DayOfWeek")
        })
        .filter(|member| match (member.name, member.is_static) {
            ("new", _) => !text.contains(&format!("new {}", member.type_name)),
            (name, true) => !text.contains(&format!("{}.{name}", member.type_name)),
            (name, false) => !text.contains(&format!(".{name}")),
        })
        .map(|member| format!("{}.{}", member.type_name, member.name))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case names {}", missing.join(", ")).into()) }
}

fn no_prefix_panics(text: &str) {
    let file: File = toml::from_str(text).expect("the cases of this file were read before");
    for case in file.case {
        let (text, form) = case.text();
        for (end, _) in text.char_indices() {
            if let Ok(program) = parse(&text[..end], form) {
                check(&program);
            }
        }
    }
}

/// Pieces that a slip adds or takes away.
const PIECES: &[&str] = &[
    "(", ")", "{", "}", "[", "]", "<", ">", "\"", "'", "$\"", "@\"", ";", ",", ".", "?.", "??", "=>", "=",
    "==", "!", "is", " as ", " switch ", "return ", "var ", "new ", "case ", "default", "if (", "else ",
    "/*", "//", "\n", "0", "é", "{{a}}",
];

/// Changes every case a few times at places that a fixed seed chooses.
fn no_mutation_panics(text: &str) {
    let file: File = toml::from_str(text).expect("the cases of this file were read before");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap_or(0)
    };
    for case in file.case {
        let (original, form) = case.text();
        for _ in 0..60 {
            let mut chars: Vec<char> = original.chars().collect();
            for _ in 0..=random(3) {
                let at = random(chars.len() + 1);
                let end = (at + random(6)).min(chars.len());
                match random(4) {
                    0 => drop(chars.drain(at..end)),
                    1 => drop(chars.splice(at..at, PIECES[random(PIECES.len())].chars())),
                    2 => drop(chars.splice(at..end, PIECES[random(PIECES.len())].chars())),
                    _ => {
                        let copy = chars[at..end].to_vec();
                        let to = random(chars.len() + 1);
                        drop(chars.splice(to..to, copy));
                    }
                }
            }
            let text: String = chars.into_iter().collect();
            match parse(&text, form) {
                Ok(program) => {
                    let found = check(&program).into_iter().chain(not_run(&program));
                    found.for_each(|problem| assert!(text.get(problem.span.range()).is_some(), "{text}"));
                }
                Err(found) => {
                    assert!(!found.is_empty(), "refused for no reason: {text}");
                    let places = found.iter().all(|problem| text.get(problem.span.range()).is_some());
                    assert!(places, "{text}: {found:?}");
                }
            }
        }
    }
}

fn file_cases(path: &Path) -> Vec<Trial> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = read(path);
    let mut file: File = match toml::from_str(&text) {
        Ok(file) => file,
        Err(error) => {
            let message = format!("{}: {error}", path.display());
            return vec![Trial::test(format!("csharp::{stem}"), move || Err(Failed::from(message)))];
        }
    };
    if support::blesses() {
        for case in &mut file.case {
            case.outcome = case.run();
        }
        let header: String =
            text.lines().take_while(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
        let body = toml::to_string(&file).expect("cases are plain data");
        std::fs::write(path, format!("{header}{}{body}", if header.is_empty() { "" } else { "\n" }))
            .expect("a case file can be written");
    }
    file.case
        .into_iter()
        .map(|case| {
            Trial::test(format!("csharp::{stem}::{}", case.name), move || {
                let found = case.run();
                if found == case.outcome {
                    Ok(())
                } else {
                    Err(format!("expected {:?}\n   found {found:?}", case.outcome).into())
                }
            })
        })
        .collect()
}

impl Case {
    fn text(&self) -> (&str, Form) {
        match (&self.expr, &self.block) {
            (Some(text), None) => (text, Form::Expression),
            (None, Some(text)) => (text, Form::Block),
            _ => panic!("case {} needs either `expr` or `block`", self.name),
        }
    }

    fn expected(&self) -> Expected {
        match self.expected.as_deref() {
            None => Expected::Any,
            Some("text") => Expected::Text,
            Some("bool") => Expected::Bool,
            Some("int") => Expected::Int,
            Some("long") => Expected::Long,
            Some("double") => Expected::Double,
            Some(other) => panic!("case {}: nothing takes `{other}`", self.name),
        }
    }

    fn run(&self) -> Outcome {
        let (text, form) = self.text();
        let problem = |problem: &genai_lz::csharp::Problem| Outcome {
            problem: Some(said(problem)),
            service: problem.service.clone(),
            ..Outcome::default()
        };
        let program = match parse(text, form) {
            Ok(program) => program,
            Err(problems) => return problem(&problems[0]),
        };
        let checked = check(&program);
        if let Some(first) = checked.iter().find(|one| one.is_error()) {
            return problem(first);
        }
        let outcome = Outcome {
            warns: checked.first().map(said),
            not_run: not_run(&program).first().map(said),
            ..Outcome::default()
        };
        if let Some(first) = check_result(&program, self.expected()).first() {
            return problem(first);
        }
        match evaluate(&program, Value::object(Context(Arc::new(Variables::of(&self.vars)))), &Fixed) {
            Ok(Value::Null) => Outcome { type_name: Some("null".to_owned()), ..outcome },
            Ok(value) => Outcome {
                gives: Some(value.display()),
                type_name: Some(value.type_name().into_owned()),
                ..outcome
            },
            Err(Exception { kind, message }) => {
                Outcome { throws: Some(format!("{kind}: {message}")), ..outcome }
            }
        }
    }
}

/// `code: message (help)`
fn said(problem: &Problem) -> String {
    let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}: {}{help}", problem.code.id, problem.message)
}

/// 2026-03-14T15:09:26.535Z, and a random number that is always the same.
struct Fixed;

impl Environment for Fixed {
    fn now_unix_ms(&self) -> i64 {
        1_773_500_966_535
    }

    fn random_u64(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
}

/// `context` with nothing but variables.
struct Context(Arc<Variables>);

impl Object for Context {
    fn type_name(&self) -> &str {
        "IProxyRequestContext"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Variables" => Ok(Value::Object(self.0.clone())),
            _ => Err(Exception::missing_member("context", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload("context", name, args))
    }

    fn index(&self, _: &Value) -> Result<Value, Exception> {
        Err(Exception::missing_member("context", "[]"))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

struct Variables(Vec<(String, Value)>);

impl Variables {
    fn of(table: &toml::Table) -> Self {
        let value = |value: &toml::Value| match value {
            toml::Value::String(text) => text.as_str().into(),
            toml::Value::Integer(number) => match i32::try_from(*number) {
                Ok(number) => Value::Int(number),
                Err(_) => Value::Long(*number),
            },
            toml::Value::Float(number) => Value::Double(*number),
            toml::Value::Boolean(flag) => Value::Bool(*flag),
            other => Value::from_json(&serde_json::to_value(other).expect("TOML is also JSON")),
        };
        Self(table.iter().map(|(name, found)| (name.clone(), value(found))).collect())
    }

    fn find(&self, name: &Value) -> Option<Value> {
        self.0.iter().find(|(found, _)| Some(found.as_str()) == name.as_str()).map(|(_, value)| value.clone())
    }
}

impl Object for Variables {
    fn type_name(&self) -> &str {
        "IReadOnlyDictionary"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Variables", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("ContainsKey", [key]) => Ok(Value::Bool(self.find(key).is_some())),
            ("GetValueOrDefault", [key]) => Ok(self.find(key).unwrap_or(Value::Null)),
            ("GetValueOrDefault", [key, default]) => Ok(self.find(key).unwrap_or_else(|| default.clone())),
            _ => Err(Exception::missing_overload("Variables", name, args)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        self.find(key).ok_or_else(|| {
            let message = format!("The given key '{}' was not present in the dictionary.", key.display());
            Exception::new("KeyNotFoundException", message)
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
