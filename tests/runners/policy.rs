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
    trials
}

/// How many files of a corpus the parser may refuse, in hundredths: of the 292 public policies counted in November
/// 2026 two are broken as they are written. The number may only fall.
const MOST_REFUSED_PERCENT: usize = 3;

/// Every policy below the folder that GENAI_LZ_CORPUS names prints back byte for byte, whatever it holds, keeps its
/// meaning in either format, and all but a few can be parsed.
fn corpus() -> libtest_mimic::Trial {
    let folder = std::env::var_os("GENAI_LZ_CORPUS");
    let is_absent = folder.is_none();
    let trial = libtest_mimic::Trial::test("policy::every_policy_of_the_corpus_is_read", move || {
        let (mut n_read, mut refused) = (0, Vec::new());
        for path in support::files_below(Path::new(&folder.unwrap_or_default()), "xml") {
            let name = path.display().to_string();
            let bytes = std::fs::read(&path).map_err(|error| format!("{name}: {error}"))?;
            let source = match policy::read(&name, &bytes) {
                Ok(source) => source,
                Err(reason) => {
                    refused.push(format!("{name}: {}", reason.message));
                    continue;
                }
            };
            let (document, found) = policy::parse(&source);
            assert_eq!(document.print(), source.text(), "{name} prints back");
            let is_policy = document.elements().next().is_some_and(|root| {
                ["policies", "fragment", "inbound", "backend", "outbound"].contains(&root.name.as_str())
            });
            if !is_policy {
                continue;
            }
            n_read += 1;
            match found.first() {
                Some(reason) => refused.push(format!("{:?} {}", reason.primary, support::finding(reason))),
                None => {
                    super::policy_text::converts(source.text()).map_err(|error| format!("{name}: {error}"))?
                }
            }
        }
        println!("{n_read} policies, {} refused\n{}", refused.len(), refused.join("\n"));
        let most = n_read * MOST_REFUSED_PERCENT / 100;
        if refused.len() <= most { Ok(()) } else { Err(format!("more than {most} are refused").into()) }
    });
    trial.with_ignored_flag(is_absent)
}

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

pub(crate) fn tree(body: &Body) -> String {
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
