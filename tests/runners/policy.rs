//! Policy texts and what is read from them. Each case has one `xml` block, optionally `toml named-values`, and
//! expectations: `text findings` and `text tree`. Printing the tree back is checked for every case.

use std::fmt::Write as _;
use std::path::Path;

use genai_lz::diag::Diagnostic;
use genai_lz::policy::{self, Body, PolicyElement, Value, ValueKind};
use genai_lz::text::Source;
use indexmap::IndexMap;

use super::markdown::{self, Block, Case};
use super::support;

pub(crate) fn cases() -> Vec<libtest_mimic::Trial> {
    let mut trials = markdown::trials("policy", run);
    trials.push(corpus());
    trials.push(deployed());
    trials
}

/// Every `.xml` file below the folder that GENAI_LZ_CORPUS names prints back byte for byte, whatever it holds.
fn corpus() -> libtest_mimic::Trial {
    let folder = std::env::var_os("GENAI_LZ_CORPUS");
    let is_absent = folder.is_none();
    let trial = libtest_mimic::Trial::test("policy::every_policy_of_the_corpus_prints_back", move || {
        let paths = support::files_below(Path::new(&folder.unwrap_or_default()), "xml");
        let changed = paths.iter().filter(|path| {
            let Ok(text) = std::fs::read_to_string(path) else { return false };
            policy::parse(&Source::new(path.to_string_lossy(), text.as_str())).0.print() != text
        });
        let changed: Vec<_> = changed.map(|path| path.display().to_string()).collect();
        if changed.is_empty() { Ok(()) } else { Err(changed.join("\n").into()) }
    });
    trial.with_ignored_flag(is_absent)
}

/// No policy of the corpus is refused for what the catalogue says, but for those that are known to be wrong.
fn deployed() -> libtest_mimic::Trial {
    let folder = std::env::var_os("GENAI_LZ_CORPUS");
    let is_absent = folder.is_none();
    let trial = libtest_mimic::Trial::test(
        "policy::no_policy_of_the_corpus_is_refused_by_the_catalogue",
        move || {
            let paths = support::files_below(Path::new(&folder.unwrap_or_default()), "xml");
            let refused: Vec<String> = paths.iter().flat_map(|path| refused_by_catalogue(path)).collect();
            if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
        },
    );
    trial.with_ignored_flag(is_absent)
}

fn refused_by_catalogue(path: &Path) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let source = Source::new(path.to_string_lossy(), text.as_str());
    // What is no policy, and what is no XML, is not for the catalogue to judge.
    if !policy::parse(&source).1.is_empty() || !(text.contains("<policies") || text.contains("<fragment")) {
        return Vec::new();
    }
    let (_, found) = policy::load(&source, None);
    let refused = found.iter().filter(|one| one.is_error() && one.code.id.starts_with("policy-"));
    let refused = refused.filter(|one| {
        let known = KNOWN_WRONG.iter();
        !known.into_iter().any(|(file, code, _)| source.path().ends_with(file) && one.code.id == *code)
    });
    let place =
        |one: &Diagnostic| one.primary.as_ref().map(|at| at.source.position(at.span.start).to_string());
    refused
        .map(|one| format!("{}:{} {}", source.path(), place(one).unwrap_or_default(), support::finding(one)))
        .collect()
}

/// Files of public repositories that the service would refuse: file, code, why.
const KNOWN_WRONG: &[(&str, &str, &str)] = &[];

fn run(case: &Case) -> Vec<(Block, String)> {
    let text = &find(case, "xml").unwrap_or_else(|| panic!("{}: no `xml` block", case.name)).text;
    let named_values: IndexMap<String, String> =
        find(case, "toml named-values").map(|block| toml::from_str(&block.text).unwrap()).unwrap_or_default();
    let source = Source::new("policy.xml", text.as_str());
    let (document, _) = policy::parse(&source);
    assert_eq!(&document.print(), text, "the tree prints back");
    let (policy, found) = policy::load(&source, Some(&named_values));
    let expectations = case.blocks.iter().filter_map(|block| {
        let actual = match block.info.as_str() {
            "text findings" => findings(&found),
            "text tree" => tree(&policy.body),
            _ => return None,
        };
        Some((block.clone(), actual))
    });
    expectations.collect()
}

fn find<'a>(case: &'a Case, info: &str) -> Option<&'a Block> {
    case.blocks.iter().find(|block| block.info == info)
}

/// One line each: `3:5 code: message (help)`.
fn findings(found: &[Diagnostic]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let mut text = String::new();
    for diagnostic in found {
        let place =
            diagnostic.primary.as_ref().map(|label| label.source.position(label.span.start).to_string());
        writeln!(text, "{} {}", place.unwrap_or_default(), support::finding(diagnostic)).unwrap();
    }
    text
}

fn tree(body: &Body) -> String {
    let mut text = String::new();
    match body {
        Body::Document(sections) => {
            for (section, elements) in sections {
                writeln!(text, "{}", section.name()).unwrap();
                elements.iter().for_each(|element| element_tree(element, 1, &mut text));
            }
        }
        Body::Fragment(elements) => {
            writeln!(text, "fragment").unwrap();
            elements.iter().for_each(|element| element_tree(element, 1, &mut text));
        }
    }
    text
}

fn element_tree(element: &PolicyElement, depth: usize, text: &mut String) {
    write!(text, "{}{} {}", "  ".repeat(depth), element.line(), element.name).unwrap();
    for attribute in &element.attributes {
        write!(text, " {}={}", attribute.name, value(&attribute.value)).unwrap();
    }
    if let Some(inside) = &element.text {
        write!(text, " {}", value(inside)).unwrap();
    }
    text.push('\n');
    element.children.iter().for_each(|child| element_tree(child, depth + 1, text));
}

fn value(value: &Value) -> String {
    match &value.kind {
        ValueKind::Literal(literal) => format!("{literal:?}"),
        ValueKind::Expression(expression) => expression.text.clone(),
    }
}
