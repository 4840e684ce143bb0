//! The pages of docs/reference, printed from the tables they describe. A test compares them with the files.

use std::fmt::Write as _;

use clap::CommandFactory as _;
use indexmap::IndexMap;

use crate::cli::args::Args;
use crate::cli::codes;
use crate::cli::exit::Exit;
use crate::{arm, csharp, policy, spec};

/// Every generated page: its path below the repository, and its text.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("docs/reference/cli.md", command_line()),
        ("docs/reference/exit-codes.md", exit_codes()),
        ("docs/reference/diagnostics.md", diagnostics()),
        ("docs/reference/functions.md", functions()),
        ("docs/reference/policies.md", policies()),
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
        add(&format!("genai-lz {}", command.get_name()), command.render_long_help().to_string());
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
         in PascalCase are ARM's, with their meaning.\n"
    );
    for code in codes::all() {
        let _ = write!(
            page,
            "\n## {}\n\n*{}*: {}\n\n{}\n",
            code.id,
            code.severity.name(),
            code.summary,
            code.doc.trim()
        );
        if !code.url.is_empty() {
            let _ = write!(page, "\n<{}>\n", code.url);
        }
    }
    page
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
    let refused: Vec<String> = arm::functions::ALL
        .iter()
        .flat_map(|(_, functions)| functions.iter())
        .filter(|function| !function.is_supported())
        .map(signature)
        .collect();
    let _ = write!(page, "\nKnown, refused by name: {}\n", refused.join(", "));
    page.push_str(
        "\n## Policy expressions\n\nThe types and members that C# expressions may name. Anything else is refused when a policy is read.\n\n\
         | type | members |\n|---|---|\n",
    );
    let mut types: IndexMap<&str, Vec<String>> = IndexMap::new();
    for member in csharp::members() {
        let fixed = if member.is_static { "static " } else { "" };
        let call = if member.is_method { "()" } else { "" };
        types.entry(member.type_name).or_default().push(format!("{fixed}`{}{call}`", member.name));
    }
    for (type_name, members) in types {
        let _ = writeln!(page, "| `{type_name}` | {} |", members.join(", "));
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

fn policies() -> String {
    let mut page = format!(
        "{GENERATED}# Policies\n\nThe sandbox's gateway runs these. Any other policy is refused when it is deployed there, by a \
         diagnostic that names it; so is an attribute below whose effect is not modelled.\n\n| policy | sections | attributes (required in bold) |\n|---|---|---|\n"
    );
    for element in policy::elements::ALL {
        let sections: Vec<&str> = element.sections.iter().map(|section| section.name()).collect();
        let attributes: Vec<String> = element
            .attributes
            .iter()
            .map(|attribute| {
                if attribute.presence == policy::elements::Presence::Required {
                    format!("**{}**", attribute.name)
                } else {
                    attribute.name.to_owned()
                }
            })
            .collect();
        let _ =
            writeln!(page, "| `{}` | {} | {} |", element.name, sections.join(", "), attributes.join(", "));
    }
    page
}

fn schema() -> String {
    let text = serde_json::to_string_pretty(&spec::json_schema()).expect("a JSON value always serializes");
    format!("{text}\n")
}
