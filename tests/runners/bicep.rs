//! The Bicep compiler's data cases: every folder of tests/suite/bicep is a project whose `main.bicep` (or
//! `main.bicepparam`) gives `main.json` or `diagnostics.txt`. `GLZ_BLESS=1` writes them. Where GENAI_LZ_CORPUS
//! names a folder that holds official ones, our templates are compared with them.
#![expect(clippy::print_stderr, reason = "the comparison with the official templates tells its counts")]

mod corpus;
mod damage;
mod versions;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::bicep::{self, Options};
use genai_lz::catalog::azure_types::{AzureTypes, Embedded, Folder};
use genai_lz::diag::Diagnostics;
use genai_lz::text::MemoryWorld;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use super::support;

/// Environment variables that `readEnvironmentVariable` sees in the cases.
const ENVIRONMENT: [(&str, &str); 1] = [("GLZ_CASE", "from the environment")];

pub(crate) fn cases() -> Vec<Trial> {
    let mut trials: Vec<Trial> = folders(&suite())
        .into_iter()
        .map(|folder| Trial::test(format!("bicep::{}", support::stem(&folder)), move || case(&folder)))
        .collect();
    trials.extend(damage::trials());
    trials.push(Trial::test("bicep::every_code_has_a_case", every_code_has_a_case));
    trials.extend(corpus::trials());
    trials.extend(versions::trials());
    trials
}

fn suite() -> PathBuf {
    support::suite("bicep")
}

fn folders(root: &Path) -> Vec<PathBuf> {
    support::entries(root).into_iter().filter(|path| path.is_dir()).collect()
}

// ---- data cases ----

fn case(folder: &Path) -> Result<(), Failed> {
    let world = world(folder, folder);
    let (file, actual) = outcome(&world, types(folder));
    let other = if file == "main.json" { "diagnostics.txt" } else { "main.json" };
    if folder.join(other).exists() {
        if !support::blesses() {
            return Err(format!("expected {other}, but the compiler gave {file}:\n{actual}").into());
        }
        fs::remove_file(folder.join(other))?;
    }
    support::settle(&folder.join(file), &actual)
}

/// The resource types that a case is checked by.
#[derive(Clone, Copy)]
enum Types {
    Unused,
    Embedded,
    /// Those in `types/`.
    Folder,
}

/// Cases called `typed-…` are checked: by their own types where they bring some.
fn types(folder: &Path) -> Types {
    match (support::stem(folder).starts_with("typed-"), folder.join("types").exists()) {
        (false, _) => Types::Unused,
        (true, true) => Types::Folder,
        (true, false) => Types::Embedded,
    }
}

/// The name of the file that the case gives, and its text. Warnings are part of neither: a case with warnings
/// is a case of `diagnostics.txt`.
fn outcome(world: &MemoryWorld, types: Types) -> (&'static str, String) {
    let environment = |name: &str| {
        ENVIRONMENT.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let folder = Folder::open(world, "types");
    let types: Option<&dyn AzureTypes> = match (types, &folder) {
        (Types::Unused, _) => None,
        (Types::Embedded, _) => Some(&Embedded),
        (Types::Folder, folder) => Some(folder.as_ref().expect("the case has a folder of types")),
    };
    let options = Options { registry: Some(".restored"), types, ..Options::default() };
    let result = if world.0.contains_key("main.bicepparam") {
        bicep::compile_params_with(world, "main.bicepparam", &environment, &options).map(|compiled| {
            (json!({ "using": compiled.using, "parameters": compiled.parameters }), compiled.warnings)
        })
    } else {
        bicep::compile_with(world, "main.bicep", &options)
            .map(|compiled| (compiled.template, compiled.warnings))
    };
    match result {
        Ok((mut template, warnings)) if warnings.is_empty() => {
            drop_generator(&mut template);
            (
                "main.json",
                format!("{}\n", serde_json::to_string_pretty(&template).expect("JSON can be written")),
            )
        }
        Ok((_, warnings)) => ("diagnostics.txt", render(&Diagnostics(warnings))),
        Err(refused) => ("diagnostics.txt", render(&refused)),
    }
}

fn render(found: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in &found.0 {
        let place = diagnostic.primary.as_ref().map_or(String::new(), |label| {
            format!("{}:{}: ", label.source.path(), label.source.position(label.span.start))
        });
        let _ = writeln!(
            out,
            "{place}{} {}: {}",
            diagnostic.severity.name(),
            diagnostic.code.id,
            diagnostic.message
        );
        for related in &diagnostic.related {
            let position = related.source.position(related.span.start);
            let _ = writeln!(out, "  {}:{position}: {}", related.source.path(), related.message);
        }
        for help in &diagnostic.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

/// All files below `folder`, by their path relative to `root`.
fn world(root: &Path, folder: &Path) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    for path in support::entries(folder) {
        if path.is_dir() {
            world.0.extend(self::world(root, &path).0);
        } else if let Ok(relative) = path.strip_prefix(root) {
            let name = relative.to_string_lossy().replace('\\', "/");
            world.0.insert(name, fs::read(&path).expect("a readable file"));
        }
    }
    world
}

/// Our name and version would change every expected file with each release.
fn drop_generator(value: &mut Json) {
    match value {
        Json::Object(members) => {
            members.shift_remove("_generator");
            if members
                .get("metadata")
                .is_some_and(|metadata| metadata.as_object().is_some_and(|m| m.is_empty()))
            {
                members.shift_remove("metadata");
            }
            // Emptied only now, if the generator was all there was.
            if let Some(metadata) = members.get_mut("metadata") {
                drop_generator(metadata);
                if metadata.as_object().is_some_and(|metadata| metadata.is_empty()) {
                    members.shift_remove("metadata");
                }
            }
            members.values_mut().for_each(drop_generator);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_generator),
        _ => {}
    }
}

fn every_code_has_a_case() -> Result<(), Failed> {
    let all: String = folders(&suite())
        .iter()
        .filter_map(|folder| fs::read_to_string(folder.join("diagnostics.txt")).ok())
        .collect();
    // A file beyond the limit would be large: a unit test of `bicep::project` makes one.
    let shown_elsewhere = ["BCP184"];
    let missing: Vec<&str> = bicep::codes::ALL
        .iter()
        .map(|code| code.id)
        .filter(|id| !shown_elsewhere.contains(id) && !all.contains(&format!(" {id}: ")))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case shows {}", missing.join(", ")).into()) }
}
