//! Every expression of the public policies: how many are read, are free of errors, are run whole by the evaluator, and
//! what running them gives. tests/corpus/csharp.toml holds the counts, which may only rise (`GLZ_BLESS=1` writes them),
//! and says of the others why not. GENAI_LZ_CORPUS names the folder; GLZ_CORPUS_SHOW prints what comes of the
//! expressions that contain it.
//!
//! Expressions come from the `.xml` files below the folder and from the XML in its Markdown. Each is run several times,
//! with variables of several kinds, so that more of it is reached. It may throw what .NET would throw, but nothing may
//! turn out to be not evaluated that `not_run` has not told before.

#![expect(clippy::print_stderr, reason = "the count of the public expressions is told")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::csharp::{Exception, Form, Problem, Program, check, evaluate, not_run, parse};
use genai_lz::policy::{self, Node, Piece};
use genai_lz::text::Source;
use libtest_mimic::{Failed, Trial};

use super::super::support;
use super::Fixed;
use super::plausible::{self, Kind};

/// Below the folder, what holds no policies and is large.
const NOT_READ: [&str; 4] = [".git", "Azure+bicep", "Azure+bicep-registry-modules", "Azure+bicep-types-az"];

/// What the evaluator throws where the service would not have compiled the expression, or it is not run here.
const NOT_EVALUATED: [&str; 3] =
    ["MissingMemberException", "MissingMethodException", "NotSupportedException"];

pub(super) fn trial() -> Trial {
    let folder = std::env::var_os("GENAI_LZ_CORPUS").map(PathBuf::from);
    let is_absent = folder.is_none();
    let run = move || folder.as_deref().map_or(Ok(()), measure);
    Trial::test("csharp::the_expressions_of_the_corpus", run).with_ignored_flag(is_absent)
}

/// What has come of the expressions.
#[derive(Default)]
struct Counts {
    unique: usize,
    /// They are C#.
    read: usize,
    /// The checks find no error.
    right: usize,
    /// The evaluator runs all of it.
    run: usize,
    /// At least one run gives a value.
    gives: usize,
    unreadable: BTreeMap<String, String>,
    wrong: BTreeMap<String, String>,
    not_run: BTreeMap<String, String>,
    /// What each run throws, where none gives a value.
    throws: BTreeMap<String, String>,
    /// Run all the same, and found not to be evaluated.
    surprises: Vec<String>,
}

fn measure(folder: &Path) -> Result<(), Failed> {
    let mut seen: BTreeMap<(String, bool), String> = BTreeMap::new();
    for (name, text) in texts(folder) {
        for (expression, form) in expressions(&policy::parse(&Source::new(&name, text)).0) {
            seen.entry((expression, form == Form::Block)).or_insert_with(|| name.clone());
        }
    }
    let shown = std::env::var("GLZ_CORPUS_SHOW").ok();
    let mut counts = Counts { unique: seen.len(), ..Counts::default() };
    for ((text, is_block), path) in &seen {
        let text = &deployed(text);
        let form = if *is_block { Form::Block } else { Form::Expression };
        let show = shown.as_ref().is_some_and(|part| text.contains(part.as_str()));
        counts.take(text, form, path, show);
    }
    settle(&counts)
}

impl Counts {
    fn take(&mut self, text: &str, form: Form, path: &str, show: bool) {
        let say = |problem: &Problem| {
            let at = text.get(problem.span.range()).unwrap_or_default();
            let line = problem.message.replace('\n', " ");
            format!("{line}: `{}`", at.chars().take(60).collect::<String>())
        };
        let mut key = format!("{path}: {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        key = key.chars().take(160).collect();
        let program = match parse(text, form) {
            Ok(program) => program,
            Err(problems) => {
                self.unreadable.insert(key, problems.first().map(say).unwrap_or_default());
                return;
            }
        };
        self.read += 1;
        if let Some(problem) = check(&program).iter().find(|one| one.is_error()) {
            self.wrong.insert(key, say(problem));
            return;
        }
        self.right += 1;
        let told = not_run(&program);
        if let Some(problem) = told.first() {
            self.not_run.insert(key.clone(), say(problem));
        } else {
            self.run += 1;
        }
        let mut gave = false;
        let mut thrown = String::new();
        for kind in Kind::ALL {
            let result = run(&program, kind, text);
            if show {
                eprintln!("{path} {kind:?}: {result:?}\n    {text}");
            }
            match result {
                Ok(_) => gave = true,
                Err(error) if told.is_empty() && NOT_EVALUATED.contains(&error.kind.as_str()) => {
                    self.surprises.push(format!("{}: {}\n    {text}\n    {path}", error.kind, error.message));
                    break;
                }
                Err(error) => thrown = format!("{}: {}", error.kind, error.message),
            }
        }
        if gave {
            self.gives += 1;
        } else {
            self.throws.insert(key, thrown.chars().take(120).collect());
        }
    }
}

fn run(program: &Program, kind: Kind, text: &str) -> Result<String, Exception> {
    evaluate(program, plausible::context(kind, text), &Fixed).map(|value| value.display())
}

/// Compares the counts with those of the file, or writes them there.
fn settle(counts: &Counts) -> Result<(), Failed> {
    let file = support::root().join("tests/corpus/csharp.toml");
    let text = fs::read_to_string(&file)?;
    let before: toml::Table = text.parse()?;
    let numbers = [
        ("unique", counts.unique),
        ("read", counts.read),
        ("right", counts.right),
        ("run", counts.run),
        ("gives", counts.gives),
    ];
    let line: Vec<String> = numbers.iter().map(|(name, count)| format!("{name} {count}")).collect();
    eprintln!("expressions: {}", line.join(", "));
    if !counts.surprises.is_empty() && !support::blesses() {
        let n = counts.surprises.len();
        return Err(format!("{n} not told to be not evaluated:\n{}", counts.surprises.join("\n")).into());
    }
    if support::blesses() {
        let mut all = toml::Table::new();
        for (name, count) in numbers {
            all.insert(name.into(), i64::try_from(count)?.into());
        }
        let reasons = [
            ("unreadable", &counts.unreadable),
            ("wrong", &counts.wrong),
            ("not-run", &counts.not_run),
            ("throws", &counts.throws),
        ];
        for (name, entries) in reasons {
            let entries = entries.iter().map(|(key, why)| (key.clone(), why.as_str().into())).collect();
            all.insert(name.into(), toml::Value::Table(entries));
        }
        let head: String =
            text.lines().take_while(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
        fs::write(&file, format!("{head}\n{}", toml::to_string(&all)?))?;
        return Ok(());
    }
    let fallen: Vec<String> = numbers
        .iter()
        .filter_map(|(name, count)| {
            let least = before.get(*name)?.as_integer()?;
            (i64::try_from(*count).ok()? < least).then(|| format!("{name}: {count}, {least} before"))
        })
        .collect();
    if fallen.is_empty() {
        return Ok(());
    }
    let list = |entries: &BTreeMap<String, String>| {
        entries.iter().map(|(key, why)| format!("{why}\n    {key}\n")).collect::<String>()
    };
    let lists = [&counts.unreadable, &counts.wrong, &counts.not_run, &counts.throws].map(list).concat();
    Err(format!("{}\n{lists}", fallen.join(", ")).into())
}

// ---- where expressions stand ----

const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// Puts values in the place of named values, as the service does when it is given the policy.
fn deployed(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        match name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            // A key of 32 bytes, also where the value is C# that makes one; a number for the rest.
            true if name.contains("Key") && out.ends_with('"') => out.push_str(KEY),
            true if name.contains("Key") => out.push_str(&format!("Convert.FromBase64String(\"{KEY}\")")),
            true => out.push_str("42"),
            false => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = behind;
    }
    out + rest
}

/// The policies below a folder with the path of each from there, in the order of the paths.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        let Ok(entries) = fs::read_dir(&here) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            if path.is_dir() && !path.is_symlink() && !NOT_READ.contains(&name) {
                folders.push(path);
                continue;
            }
            let short = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            match (path.extension().and_then(OsStr::to_str), fs::read_to_string(&path)) {
                (Some("xml"), Ok(text)) => found.push((short, text)),
                (Some("md"), Ok(text)) => {
                    found.extend(fences(&text).into_iter().map(|fence| (short.clone(), fence)));
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// What stands between "```xml" and "```".
fn fences(text: &str) -> Vec<String> {
    let parts = text.split("```xml").skip(1);
    parts.filter_map(|part| part.split_once("```")).map(|(fence, _)| fence.to_owned()).collect()
}

/// The expressions of a policy, without `@` and brackets, character references in place.
fn expressions(document: &policy::Document) -> Vec<(String, Form)> {
    fn texts<'a>(nodes: &'a [Node], into: &mut Vec<&'a policy::Text>) {
        for node in nodes {
            match node {
                Node::Element(element) => {
                    into.extend(element.attributes.iter().filter_map(|attribute| attribute.value.as_ref()));
                    texts(&element.children, into);
                }
                Node::Text(text) | Node::CData { text, .. } => into.push(text),
                _ => {}
            }
        }
    }
    let mut all = Vec::new();
    texts(&document.nodes, &mut all);
    let pieces = all.iter().flat_map(|text| &text.pieces);
    pieces
        .filter_map(|piece| match piece {
            Piece::Expression { span, form } => Some((document.source.slice(*span), *form)),
            Piece::Literal(_) => None,
        })
        .map(|(text, form)| {
            let decoded = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&amp;", "&")]
                .iter()
                .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
            (decoded[2..decoded.len() - 1].to_owned(), form)
        })
        .collect()
}
