//! Policy texts and what is read from them. Each case has one `xml` block, optionally `toml named-values`, and
//! expectations: `text findings` and `text tree`. `toml around` says what is
//! known around the text. Printing the tree back is checked for every case.

#![expect(clippy::print_stdout, reason = "the reading of the corpus tells its counts")]

use std::fmt::Write as _;
use std::path::Path;

use genai_lz::diag::{Diagnostic, Safety};
use genai_lz::policy::{self, Body, PolicyElement, Value, ValueKind};
use genai_lz::text::Source;
use indexmap::IndexMap;

use super::lints::around::Around;
use super::markdown::{self, Block, Case};
use super::support;

pub(crate) fn cases() -> Vec<libtest_mimic::Trial> {
    let mut trials = markdown::trials("policy", run);
    trials.push(corpus());
    trials.push(deployed());
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
                    super::policy_text::converts(source.text())
                        .map_err(|error| format!("{name}: {error}"))?;
                }
            }
        }
        println!("{n_read} policies, {} refused\n{}", refused.len(), refused.join("\n"));
        let most = n_read * MOST_REFUSED_PERCENT / 100;
        if refused.len() <= most { Ok(()) } else { Err(format!("more than {most} are refused").into()) }
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
const KNOWN_WRONG: &[(&str, &str, &str)] = &[
    (
        "using_client_id_and_certificate_using_key_vault_manage_identity.xml",
        "policy-bad-value",
        "a named value that ends in `}]`",
    ),
    (
        "labs_finops-framework_policy.xml",
        "policy-missing-child",
        "a notebook writes the branches of `choose`",
    ),
    (
        "labs_finops-framework_policy.xml",
        "policy-unexpected-text",
        "a notebook writes the branches of `choose`",
    ),
    (
        "inference-api-policy-with-retry-tracked.xml",
        "policy-bad-value",
        "a notebook writes the number at RETRY_COUNT",
    ),
    ("inference-api-policy.xml", "policy-bad-value", "a notebook writes the number at RETRY_COUNT"),
    // Test data of the toolkit, which writes names that neither page nor schema has.
    ("TestData/azure-openai-token-limit.xml", "policy-missing-attribute", "`estimate-prompt-token`"),
    ("TestData/azure-openai-token-limit.xml", "policy-unknown-attribute", "`estimate-prompt-token`"),
    ("TestData/emit-metric.xml", "policy-dimension-without-value", "a name without default"),
    ("TestData/forward-request.xml", "policy-backend-one-policy", "shows the variants one after the other"),
    ("TestData/invoke-darp-binding.xml", "policy-unknown-element", "`darp`"),
    ("TestData/llm-emit-token-metric.xml", "policy-dimension-without-value", "a name without default"),
    ("TestData/llm-semantic-cache-lookup.xml", "policy-bad-value", "`managed-identity`"),
    ("TestData/llm-token-limit.xml", "policy-bad-value", "`day`"),
    ("TestData/llm-token-limit.xml", "policy-missing-attribute", "`estimate-prompt-token`"),
    ("TestData/llm-token-limit.xml", "policy-unknown-attribute", "`estimate-prompt-token`"),
    ("TestData/publish-to-darp.xml", "policy-unknown-element", "`darp`"),
    (
        "TestData/set-backend-service.xml",
        "policy-backend-one-policy",
        "shows the variants one after the other",
    ),
    ("TestData/validate-status-code.xml", "policy-unknown-attribute", "`error-variable-name`"),
];

fn run(case: &Case) -> Vec<(Block, String)> {
    let text = &text(case);
    let named_values: IndexMap<String, String> =
        find(case, "toml named-values").map(|block| toml::from_str(&block.text).unwrap()).unwrap_or_default();
    // What is around the text says which named values are known: none of them.
    let named_values = Some(&named_values).filter(|_| find(case, "toml around").is_none());
    let source = Source::new("policy.xml", text.as_str());
    let (document, _) = policy::parse(&source);
    assert_eq!(&document.print(), text, "the tree prints back");
    let (policy, mut found) = policy::load(&source, named_values);
    found.extend(policy::check_surroundings(&policy, &Around::of(case).surroundings()));
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

/// The text of `xml`; that of `xml 17000` is followed by blank lines until it has so many bytes.
fn text(case: &Case) -> String {
    let block = case.blocks.iter().find(|block| block.info == "xml" || block.info.starts_with("xml "));
    let block = block.unwrap_or_else(|| panic!("{}: no `xml` block", case.name));
    let length: usize = block.info["xml".len()..].trim().parse().unwrap_or_default();
    format!("{}{}", block.text, "\n".repeat(length.saturating_sub(block.text.len())))
}

fn find<'a>(case: &'a Case, info: &str) -> Option<&'a Block> {
    case.blocks.iter().find(|block| block.info == info)
}

/// One line each: `3:5 code: message (help)`, then what the service says and the fix that may be made unseen.
fn findings(found: &[Diagnostic]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let mut text = String::new();
    for diagnostic in found {
        let place =
            diagnostic.primary.as_ref().map(|label| label.source.position(label.span.start).to_string());
        let severity = if diagnostic.is_error() { "" } else { "warning " };
        let (place, finding) = (place.unwrap_or_default(), support::finding(diagnostic));
        write!(text, "{place} {severity}{finding}").unwrap();
        diagnostic.service.iter().for_each(|says| write!(text, " | service: {says}").unwrap());
        let fix = diagnostic.fix.iter().filter(|fix| fix.safety == Safety::Safe);
        fix.for_each(|fix| write!(text, " | fix: {}", fix.title).unwrap());
        text.push('\n');
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
