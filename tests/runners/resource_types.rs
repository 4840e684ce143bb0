//! The table of resource types in the binary is what the published types beside the repository say, written by the code
//! that also reads a user's folder of types. `GLZ_BLESS=1` writes it anew.

use std::fs;
use std::path::Path;

use genai_lz::catalog::azure_types::{AzureTypes, Embedded, Folder, section};
use genai_lz::text::MemoryWorld;
use libtest_mimic::{Completion, Failed, Trial};
use serde_json::Value as Json;

use super::support;

/// Where the published types lie, seen from the repository.
const FOLDER: &str = "../shared/oracle/azure-types";

const TABLE: &str = "src/catalog/data/azure_types.txt";

/// What the file must not pass: it is in every binary.
const BYTES_MAX: usize = 600_000;

pub(crate) fn cases() -> Vec<Trial> {
    let folder = support::root().join(FOLDER);
    let found = |check: fn(&Path) -> Result<(), Failed>| {
        let folder = folder.clone();
        move || match folder.exists() {
            true => check(&folder).map(|()| Completion::Completed),
            false => Ok(Completion::ignored_with("Azure's types are not beside the repository")),
        }
    };
    vec![
        Trial::ignorable_test("resource_types::the_table_is_what_azure_publishes", found(is_current)),
        Trial::ignorable_test("resource_types::a_folder_answers_as_the_table_does", found(answers_alike)),
    ]
}

fn is_current(folder: &Path) -> Result<(), Failed> {
    let file = support::root().join(TABLE);
    let head: String = fs::read_to_string(&file)?
        .lines()
        .take_while(|line| line.starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut text = head;
    for path in support::files(folder, "json") {
        if support::stem(&path) == "index" {
            continue;
        }
        let types: Json = serde_json::from_slice(&fs::read(&path)?)?;
        let types = types.as_array().ok_or("no list of types")?;
        text.push_str(&format!("> {}\n", section(&support::stem(&path), types)?));
    }
    if text.len() > BYTES_MAX {
        return Err(format!("{} bytes", text.len()).into());
    }
    support::settle(&file, &text)
}

fn answers_alike(folder: &Path) -> Result<(), Failed> {
    let mut world = MemoryWorld::default();
    for path in support::files(folder, "json") {
        let name = path.file_name().ok_or("a name")?.to_string_lossy().into_owned();
        world.0.insert(format!("types/{name}"), fs::read(&path)?);
    }
    let folder = Folder::open(&world, "types")?;
    for (name, version) in [
        ("Microsoft.ApiManagement/service/backends", "2024-05-01"),
        ("Microsoft.Network/applicationGateways", "2025-09-01"),
    ] {
        let [own, other] = [&Embedded as &dyn AzureTypes, &folder].map(|types| types.find(name, version));
        let (own, other) = (own?.ok_or("in the table")?, other?.ok_or("in the folder")?);
        let [own, other] = [own, other].map(|ty| {
            let body = ty.body().ok_or("no body")?;
            Ok::<_, Failed>(
                body.properties().map(|it| (it.name.into_owned(), it.required)).collect::<Vec<_>>(),
            )
        });
        if own? != other? || folder.versions(name).is_empty() {
            return Err(format!("{name} differs").into());
        }
    }
    Ok(())
}
