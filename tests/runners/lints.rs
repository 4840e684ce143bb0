//! Rules about policies. `tests/suite/lints/<id>.md` holds the cases of one rule; each has
//!
//! - one `xml` block, the text that is looked at;
//! - optionally `toml around`, what is known around it (see [`around`]); one that stands before the first heading
//!   belongs to every case and to the rule's own example;
//! - `text findings`: the findings of this rule, and what reading the text refuses, one line each;
//! - optionally `xml fixed`: the text after every fix that was offered.
//!
//! Apart from the cases: every rule has one that shows it and one that does not, and every example is true.

pub(in crate::runners) mod around;

use std::collections::{BTreeMap, BTreeSet};

use genai_lz::diag::{Confidence, Diagnostic, Fix};
use genai_lz::policy::lints::{self, Lint, Unit};
use genai_lz::policy::project::{self, Given};
use genai_lz::text::Source;
use libtest_mimic::{Failed, Trial};

use super::markdown::{self, Block, Case};
use around::Around;

/// What stands in `text findings` where there are none.
const NONE: &str = "none";

pub(crate) fn cases() -> Vec<Trial> {
    let mut trials = markdown::trials("lints", run);
    trials.push(Trial::test(
        "lints::every_rule_is_shown_by_a_case_and_has_one_without_it",
        every_rule_is_shown,
    ));
    trials.push(Trial::test("lints::every_case_has_a_name_of_its_own", names_are_unique));
    for lint in lints::ALL.iter().copied() {
        let name =
            format!("lints::{}::the example has the finding and what to use instead has not", lint.code.id);
        trials.push(Trial::test(name, move || example_is_true(lint)));
    }
    trials
}

fn run(case: &Case) -> Vec<(Block, String)> {
    let text = &case.block("xml").unwrap_or_else(|| panic!("{}: no `xml` block", case.name)).text;
    let checked = check(&case.file, text, &Around::of(case));
    let mut compared = Vec::new();
    if let Some(block) = case.block("text findings") {
        compared.push((block.clone(), lines(&checked.all())));
    }
    if let Some(block) = case.block("xml fixed") {
        let fixes: Vec<&Fix> = checked.by_rule.iter().filter_map(|found| found.fix.as_ref()).collect();
        let fixed = apply(text, &fixes);
        let again = check(&case.file, &fixed, &Around::of(case));
        assert!(again.refused.is_empty(), "{}: the fixed text is refused: {:?}", case.name, again.refused);
        compared.push((block.clone(), fixed));
    }
    compared
}

/// What was found in one text.
struct Checked {
    /// Errors of reading it.
    refused: Vec<Diagnostic>,
    by_rule: Vec<Diagnostic>,
}

impl Checked {
    fn all(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.refused.iter().chain(&self.by_rule).collect();
        all.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
        all
    }
}

/// Reads `text` and runs the rule `id` over it.
fn check(id: &str, text: &str, around: &Around) -> Checked {
    let lint = lints::ALL.iter().find(|lint| lint.code.id == id);
    let lint = lint.unwrap_or_else(|| panic!("tests/suite/lints/{id}.md: there is no such rule"));
    let around = around.surroundings();
    let given = Given { named_values: around.named_values.clone(), ..Given::default() };
    let file = project::read(Source::new("policy.xml", text), &given);
    let mut by_rule = Vec::new();
    let unit = Unit { document: &file.document, policy: &file.policy, around: &around };
    (lint.check)(&unit, &mut by_rule);
    let refused = file.found.into_iter().filter(Diagnostic::is_error).collect();
    Checked { refused, by_rule }
}

/// `3:5 id: message | confidence: low | service: … | help: … | fix: title`, a line for each.
fn lines(found: &[&Diagnostic]) -> String {
    if found.is_empty() {
        return NONE.to_owned();
    }
    found.iter().map(|found| line(found) + "\n").collect()
}

fn line(found: &Diagnostic) -> String {
    let place = found.primary.as_ref().map(|label| format!("{} ", label.source.position(label.span.start)));
    let mut text = format!("{}{}: {}", place.unwrap_or_default(), found.code.id, found.message);
    if found.severity != found.code.severity {
        text += &format!(" | severity: {}", found.severity.name());
    }
    if found.confidence != Confidence::High {
        text += &format!(" | confidence: {}", found.confidence.name());
    }
    text.extend(found.service.iter().map(|service| format!(" | service: {service}")));
    text.extend(found.help.iter().map(|help| format!(" | help: {help}")));
    text.extend(found.fix.iter().map(|fix| format!(" | fix: {}", fix.title)));
    text
}

/// The text after the fixes; one that touches what an earlier one has changed is left out.
fn apply(text: &str, fixes: &[&Fix]) -> String {
    let mut edits = Vec::new();
    for fix in fixes {
        let overlaps = |span: genai_lz::text::Span| {
            edits.iter().any(|(taken, _): &(genai_lz::text::Span, &str)| {
                span.start < taken.end && taken.start < span.end
            })
        };
        if !fix.edits.iter().any(|edit| overlaps(edit.span)) {
            edits.extend(fix.edits.iter().map(|edit| (edit.span, edit.replacement.as_str())));
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut fixed = text.to_owned();
    edits.iter().for_each(|(span, replacement)| fixed.replace_range(span.range(), replacement));
    fixed
}

fn every_rule_is_shown() -> Result<(), Failed> {
    let mut by_rule: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in markdown::cases("lints") {
        by_rule.entry(case.file.clone()).or_default().push(case);
    }
    let mut missing = Vec::new();
    for id in lints::ALL.iter().map(|lint| lint.code.id) {
        let cases = by_rule.remove(id).unwrap_or_default();
        let expected = |case: &Case| case.block("text findings").map(|block| block.text.trim().to_owned());
        let shows = |text: &String| text.contains(&format!(" {id}: "));
        let offers_fix = |text: &String| shows(text) && text.contains(" | fix: ");
        if !cases.iter().filter_map(expected).any(|text| shows(&text)) {
            missing.push(format!("{id}: no case has the finding"));
        }
        if !cases.iter().filter_map(expected).any(|text| text == NONE) {
            missing.push(format!("{id}: no case is without it"));
        }
        let is_fixed = cases.iter().any(|case| case.block("xml fixed").is_some());
        if cases.iter().filter_map(expected).any(|text| offers_fix(&text)) && !is_fixed {
            missing.push(format!("{id}: no case shows what its fix makes of the text (`xml fixed`)"));
        }
    }
    missing.extend(by_rule.into_keys().map(|id| format!("{id}: a file without a rule")));
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
}

fn names_are_unique() -> Result<(), Failed> {
    let mut seen = BTreeSet::new();
    let twice =
        markdown::cases("lints").into_iter().map(|case| case.name).find(|name| !seen.insert(name.clone()));
    twice.map_or(Ok(()), |name| Err(format!("two cases are called `{name}`").into()))
}

fn example_is_true(lint: &'static Lint) -> Result<(), Failed> {
    let code = lint.code;
    let parts = [("doc", code.doc), ("why", code.why), ("example", code.example), ("instead", code.instead)];
    if let Some((part, _)) = parts.iter().find(|(_, text)| text.is_empty()) {
        return Err(format!("the code has no `{part}`").into());
    }
    let common = markdown::cases("lints").into_iter().find(|case| case.file == code.id);
    let around = common.map(|case| Around::of_file(&case)).unwrap_or_default();
    let has_finding = |text: &str| {
        let checked = check(code.id, &whole(text), &around);
        if checked.refused.is_empty() {
            return Ok(!checked.by_rule.is_empty());
        }
        Err(format!("reading refuses\n{}\n{}", whole(text), lines(&checked.all())))
    };
    match (has_finding(code.example)?, has_finding(code.instead)?) {
        (true, false) => Ok(()),
        (false, _) => Err("the example has no such finding".into()),
        (_, true) => Err("what to use instead has the finding too".into()),
    }
}

/// A whole text around a part of one: sections go into a document, policies into the first section that takes them.
fn whole(example: &str) -> String {
    let begins_with = |name: &str| example.trim_start().starts_with(&format!("<{name}"));
    if begins_with("policies") || begins_with("fragment") {
        return example.to_owned();
    }
    if ["inbound", "backend", "outbound", "on-error"].iter().any(|name| begins_with(name)) {
        return format!("<policies>\n{example}\n</policies>");
    }
    let within = |section| format!("<policies>\n<{section}>\n{example}\n</{section}>\n</policies>");
    let is_read = |text: &String| {
        let file = project::read(Source::new("example.xml", text.as_str()), &Given::default());
        !file.found.iter().any(Diagnostic::is_error)
    };
    let sections = ["inbound", "backend", "outbound", "on-error"];
    sections.into_iter().map(within).find(is_read).unwrap_or_else(|| within("inbound"))
}
