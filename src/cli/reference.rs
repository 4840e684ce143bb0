//! The pages of docs/reference, printed from the tables they describe. A test compares them with the files.

mod azure_errors;
mod policies;
pub(in crate::cli) mod spec;
pub(in crate::cli) mod words;

use std::fmt::Write as _;

use clap::CommandFactory as _;

use crate::cli::args::Args;
use crate::cli::codes;
use crate::cli::exit::Exit;
use crate::diag::render::markdown;
use crate::diag::{Code, Safety};
use crate::policy::lints::{Lint, Unit};
use crate::policy::{Scope, Surroundings, Tier};
use crate::text::Source;
use crate::{arm, csharp, policy};

/// Every generated page: its path below the repository, and its text.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("docs/reference/azure-errors.md", format!("{GENERATED}{}", azure_errors::page())),
        ("docs/reference/cli.md", command_line()),
        ("docs/reference/exit-codes.md", exit_codes()),
        ("docs/reference/diagnostics.md", diagnostics()),
        ("docs/reference/functions.md", functions()),
        ("docs/reference/lints.md", lints()),
        ("docs/reference/policies.md", policies::page()),
        ("docs/reference/spec.md", format!("{GENERATED}{}", spec::page())),
        ("docs/reference/spec.schema.json", schema()),
    ]
}

const GENERATED: &str = "<!-- generated: `GLZ_BLESS=1 cargo test --test main` rewrites this page -->\n";

fn command_line() -> String {
    let mut page = format!("{GENERATED}# Command line\n");
    let mut root = Args::command().term_width(100);
    root.build();
    let mut add = |title: &str, help: String| {
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(page, "\n## {title}\n\n```text\n{}\n```\n", lines.join("\n"));
    };
    add("genai-lz", root.render_long_help().to_string());
    for command in root.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        let name = format!("genai-lz {}", command.get_name());
        add(&name, command.render_long_help().to_string());
        for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
            add(&format!("{name} {}", inner.get_name()), inner.render_long_help().to_string());
        }
    }
    page
}

fn exit_codes() -> String {
    let mut page = format!("{GENERATED}# Exit codes\n\n| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(page, "| {} | {} |", *exit as u8, exit.meaning());
    }
    page
}

fn diagnostics() -> String {
    let mut page = format!(
        "{GENERATED}# Diagnostics\n\n`genai-lz explain CODE` prints the same. Codes in kebab-case are ours; `BCPnnn` are Bicep's and names \
         in PascalCase are ARM's, with their meaning. The rules about policies are in [lints.md](lints.md).\n"
    );
    for code in codes::all() {
        if policy::lints::ALL.iter().any(|lint| lint.code == code) {
            continue;
        }
        let _ = write!(
            page,
            "\n## {}\n\n*{}*: {}\n\n{}",
            code.id,
            code.severity.name(),
            code.summary,
            markdown(code)
        );
    }
    page
}

fn lints() -> String {
    let mut page = format!(
        "{GENERATED}# Rules\n\nWhat `genai-lz validate` finds in policies beyond what the language itself refuses. \
         [VALIDATE.md](../VALIDATE.md) says how to set levels and allow findings. The last column says whether `--fix` puts the \
         example right, by itself or with `--unsafe`.\n\n| rule | severity | what it finds | fix |\n|---|---|---|---|\n"
    );
    for lint in policy::lints::ALL {
        let Code { id, severity, summary, .. } = lint.code;
        let fix = match fix_of_example(lint) {
            Some(Safety::Safe) => "`--fix`",
            Some(Safety::Unsafe) => "`--unsafe`",
            None => "",
        };
        let severity = severity.name();
        let _ = writeln!(page, "| [`{id}`](#{id}) | {severity} | {} | {fix} |", summary.replace('|', "\\|"));
    }
    for lint in policy::lints::ALL {
        let Code { id, severity, summary, .. } = lint.code;
        let _ = write!(page, "\n## {id}\n\n*{}*: {summary}\n\n{}", severity.name(), markdown(lint.code));
    }
    page
}

/// Runs a rule over its example, at API scope and on each tier, until it has a fix.
fn fix_of_example(lint: &Lint) -> Option<Safety> {
    let example = lint.code.example;
    let inside = |section: &str| format!("<policies><{section}>{example}</{section}></policies>");
    let texts = [example.to_owned(), format!("<policies>{example}</policies>")];
    let sections = ["inbound", "backend", "outbound", "on-error"].map(inside);
    for text in texts.into_iter().chain(sections) {
        let (document, read, _) = policy::load_with_document(&Source::new("example.xml", text), None);
        for tier in [None].into_iter().chain(Tier::ALL.map(Some)) {
            let around = Surroundings { scope: Some(Scope::Api), tier, ..Surroundings::default() };
            let mut found = Vec::new();
            (lint.check)(&Unit { document: &document, policy: &read, around: &around }, &mut found);
            if let Some(fix) = found.into_iter().find_map(|found| found.fix) {
                return Some(fix.safety);
            }
        }
    }
    None
}

fn functions() -> String {
    let mut page = format!(
        "{GENERATED}# Functions\n\n## ARM templates\n\nWhat the evaluator knows, with the number of arguments. Anything else is refused.\n\n\
         | family | functions |\n|---|---|\n"
    );
    for (family, functions) in arm::functions::ALL {
        let names: Vec<String> =
            functions.iter().filter(|function| function.is_supported()).map(signature).collect();
        let _ = writeln!(page, "| {family} | {} |", names.join(", "));
    }
    let those = |is: fn(&arm::functions::Function) -> bool| {
        let all = arm::functions::ALL.iter().flat_map(|(_, functions)| functions.iter());
        all.filter(|function| is(function)).map(signature).collect::<Vec<_>>().join(", ")
    };
    let _ = write!(
        page,
        "\nAnswered by Azure alone, so that they stay unknown in a plan or snapshot and are refused by the sandbox: {}\n\
         \nKnown, refused by name: {}\n",
        those(|function| function.is_answered_by_azure()),
        those(|function| !function.is_supported())
    );
    page.push_str(
        "\n## Policy expressions\n\nThe .NET types that C# expressions may name, with their own members and the number of arguments; a type has \
         the members of what it derives from too. Anything else is refused when a policy is read, except on types marked `…`, \
         which have members that are not listed here. What the gateway of the sandbox does not run is noted when a policy is \
         deployed to it.\n\n| type | run by the sandbox | checked only | not allowed |\n|---|---|---|---|\n",
    );
    for entry in csharp::type_entries() {
        let list = |names: &[String]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let (runs, checked, refused) = (list(&entry.runs), list(&entry.checked), list(&entry.refused));
        let open = if entry.is_open { " …" } else { "" };
        let _ = writeln!(page, "| `{}`{open} | {runs} | {checked} | {refused} |", entry.name);
    }
    page
}

/// `substring(2-3)`, `concat(1-)`.
fn signature(function: &arm::functions::Function) -> String {
    let count = match function.max {
        Some(max) if max == function.min => max.to_string(),
        Some(max) => format!("{}-{max}", function.min),
        None => format!("{}-", function.min),
    };
    format!("`{}({count})`", function.name)
}

fn schema() -> String {
    let text =
        serde_json::to_string_pretty(&crate::spec::json_schema()).expect("a JSON value always serializes");
    format!("{text}\n")
}
