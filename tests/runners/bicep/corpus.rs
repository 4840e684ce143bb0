//! Our templates beside those of the official compiler, for every public pair of a Bicep file and its template.
//! tests/corpus/bicep.toml holds how many come out the same; that number may only rise (`GLZ_BLESS=1` writes it), and
//! every pair that does not has its reason there. GLZ_CORPUS_SHOW prints the differences of the pairs whose path
//! contains it.
//!
//! GENAI_LZ_CORPUS names a folder with checkouts called `Azure+bicep`, `Azure+bicep-registry-modules` and
//! `Azure+bicep-types-az` (whose generated/ is read for `resourceInput<>`), and, if there, a folder `bicep-restored` with
//! versions of the public modules as the official tools keep them (`br/mcr.microsoft.com/bicep$avm$.../VERSION$/main.json`,
//! from the tags of Azure/bicep-registry-modules).

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use genai_lz::bicep::{self, Options};
use genai_lz::catalog::azure_types::Folder;
use genai_lz::text::{FileError, World};
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use super::super::support;
use super::drop_generator;

const SAMPLES: &str = "Azure+bicep/src/Bicep.Core.Samples/Files";
const MODULES: &str = "Azure+bicep-registry-modules";
const TYPES: &str = "Azure+bicep-types-az";

/// Where the world keeps modules of registries: those that are restored, else those of the checkout, whatever version
/// is asked for.
pub(super) const CACHE: &str = ".restored";

/// Beside the checkout.
const RESTORED: &str = "bicep-restored";

struct Corpus {
    name: &'static str,
    /// Below GENAI_LZ_CORPUS.
    root: &'static str,
    /// Below `root`.
    folder: &'static str,
    /// The ending of the official template's file, in place of `.bicep`.
    official: &'static str,
    symbolic_names: bool,
    /// What kind of file belongs to it, by its text and those of the files it names.
    registry: Option<Registry>,
}

#[derive(Clone, Copy, PartialEq)]
enum Registry {
    Unused,
    Imports,
    Modules,
}

const CORPORA: [Corpus; 7] = [
    Corpus {
        name: "samples",
        root: SAMPLES,
        folder: "user_submitted",
        official: ".json",
        symbolic_names: false,
        registry: None,
    },
    Corpus {
        name: "samples-by-name",
        root: SAMPLES,
        folder: "user_submitted",
        official: ".symbolicnames.json",
        symbolic_names: true,
        registry: None,
    },
    Corpus {
        name: "baselines",
        root: SAMPLES,
        folder: "baselines",
        official: ".json",
        symbolic_names: false,
        registry: None,
    },
    Corpus {
        name: "baselines-by-name",
        root: SAMPLES,
        folder: "baselines",
        official: ".symbolicnames.json",
        symbolic_names: true,
        registry: None,
    },
    Corpus {
        name: "modules",
        root: MODULES,
        folder: "avm",
        official: ".json",
        symbolic_names: false,
        registry: Some(Registry::Unused),
    },
    Corpus {
        name: "modules-with-imports",
        root: MODULES,
        folder: "avm",
        official: ".json",
        symbolic_names: false,
        registry: Some(Registry::Imports),
    },
    Corpus {
        name: "modules-with-modules",
        root: MODULES,
        folder: "avm",
        official: ".json",
        symbolic_names: false,
        registry: Some(Registry::Modules),
    },
];

pub(super) fn trials() -> Vec<Trial> {
    let root = std::env::var_os("GENAI_LZ_CORPUS").map(PathBuf::from);
    let trial = |corpus: &'static Corpus| {
        let folder = root.clone().filter(|root| root.join(corpus.root).join(corpus.folder).is_dir());
        let ignored = folder.is_none();
        let run = move || folder.as_deref().map_or(Ok(()), |root| compare(corpus, root));
        Trial::test(format!("bicep::official {}", corpus.name), run).with_ignored_flag(ignored)
    };
    let mut trials: Vec<Trial> = CORPORA.iter().map(trial).collect();
    let folder = root.map(|root| root.join(SAMPLES)).filter(|root| root.join(PARAMETERS).is_dir());
    let ignored = folder.is_none();
    let run = move || folder.as_deref().map_or(Ok(()), compare_parameters);
    trials.push(Trial::test("bicep::official parameters", run).with_ignored_flag(ignored));
    trials
}

/// Folders with `parameters.bicepparam` and the parameters that it comes to.
const PARAMETERS: &str = "baselines_bicepparam";

fn compare_parameters(root: &Path) -> Result<(), Failed> {
    let world = Checkout(root.to_owned());
    let show = std::env::var("GLZ_CORPUS_SHOW").ok();
    let environment = |name: &str| match name {
        // What the official test sets, src/Bicep.Core.Samples/DataSet.cs.
        "stringEnvVariableName" => Some("test".to_owned()),
        "intEnvVariableName" => Some("100".to_owned()),
        "boolEnvironmentVariable" => Some("true".to_owned()),
        _ => None,
    };
    let (mut exact, mut misses) = (0, BTreeMap::new());
    for folder in support::entries(&root.join(PARAMETERS)).into_iter().filter(|folder| folder.is_dir()) {
        let Ok(official) = fs::read(folder.join("parameters.json")) else { continue };
        let mut official: Json =
            serde_json::from_slice(official.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&official))?;
        let path = folder.join("parameters.bicepparam");
        let path = path.strip_prefix(root)?.to_string_lossy().into_owned();
        match bicep::compile_params(&world, &path, &environment) {
            Err(found) => {
                if show.as_deref().is_some_and(|show| path.contains(show)) {
                    eprintln!("{path}\n{}", super::render(&found));
                }
                misses.insert(path, format!("refused: {} {}", found.0[0].code.id, found.0[0].message));
            }
            Ok(compiled) => {
                let mut ours = compiled.parameters;
                normalize(&mut ours);
                normalize(&mut official);
                if ours == official {
                    exact += 1;
                } else {
                    misses.insert(path, first_difference(&official, &ours, ""));
                }
            }
        }
    }
    settle("parameters", exact, &misses)
}

// ---- one corpus ----

fn compare(corpus: &Corpus, root: &Path) -> Result<(), Failed> {
    let world = Checkout(root.join(corpus.root));
    let checkout = Checkout(root.join(TYPES));
    let types =
        Folder::open(&checkout, "generated").map_err(|why| eprintln!("{TYPES} is not used: {why:?}")).ok();
    let show = std::env::var("GLZ_CORPUS_SHOW").ok();
    let shown = |path: &str| show.as_deref().is_some_and(|show| path.contains(show));
    let options = Options {
        registry: Some(CACHE),
        types: types.as_ref().map(|types| types as _),
        symbolic_names: corpus.symbolic_names,
    };
    let (mut exact, mut misses) = (0, BTreeMap::new());
    for path in support::files_below(&world.0.join(corpus.folder), "bicep") {
        let official = format!("{}{}", path.display(), corpus.official).replace(".bicep.", ".");
        let Ok(official) = fs::read(&official) else { continue };
        // The other files beside a baseline are listings of the compiler's inside.
        if corpus.folder == "baselines" && !path.ends_with("main.bicep") {
            continue;
        }
        let path = path.strip_prefix(&world.0)?.to_string_lossy().into_owned();
        if corpus.registry.is_some_and(|registry| registry != world.registry(&path, 0)) {
            continue;
        }
        let mut official: Json =
            serde_json::from_slice(official.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&official))?;
        let compiled = catch_unwind(AssertUnwindSafe(|| bicep::compile_with(&world, &path, &options)))
            .map_err(|_| format!("{path} makes the compiler panic"))?;
        match compiled {
            Err(found) => {
                if shown(&path) {
                    eprintln!("{path}\n{}", super::render(&found));
                }
                misses.insert(path, format!("refused: {} {}", found.0[0].code.id, found.0[0].message));
            }
            Ok(compiled) => {
                let mut ours = compiled.template;
                normalize(&mut ours);
                normalize(&mut official);
                if ours == official || without_import_numbers(&ours) == without_import_numbers(&official) {
                    exact += 1;
                    continue;
                }
                if shown(&path) {
                    let [official, ours] = [&official, &ours].map(serde_json::to_string_pretty);
                    eprintln!("{path}\n{}", support::difference(&official?, &ours?));
                }
                misses.insert(path, first_difference(&official, &ours, ""));
            }
        }
    }
    settle(corpus.name, exact, &misses)
}

/// Checks the counts against those of the file, or writes them there. Every miss needs its reason in the file: its own,
/// or one for all of its corpus.
fn settle(name: &str, exact: usize, misses: &BTreeMap<String, String>) -> Result<(), Failed> {
    let total = exact + misses.len();
    eprintln!("official {name}: {exact} of {total} the same");
    let file = support::root().join("tests/corpus/bicep.toml");
    let text = fs::read_to_string(&file)?;
    let mut all: toml::Table = text.parse()?;
    let mut entry = all.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let reasons = entry.get("misses").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let unexplained: Vec<String> = misses
        .iter()
        .filter(|(path, _)| !reasons.contains_key(*path) && !entry.contains_key("all"))
        .map(|(path, how)| format!("{path}: {how}"))
        .collect();
    let exact = i64::try_from(exact)?;
    let before = entry.get("exact").and_then(toml::Value::as_integer).unwrap_or_default();
    if support::blesses() {
        entry.insert("exact".into(), exact.into());
        entry.insert("of".into(), i64::try_from(total)?.into());
        let still = reasons.into_iter().filter(|(path, _)| misses.contains_key(path));
        entry.insert("misses".into(), toml::Value::Table(still.collect()));
        all.insert(name.to_owned(), entry.into());
        let head: String =
            text.lines().take_while(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
        fs::write(&file, format!("{head}\n{}", toml::to_string(&all)?))?;
    } else if exact < before {
        return Err(format!("{exact} of {total} are the same, {before} were before").into());
    }
    if unexplained.is_empty() { Ok(()) } else { Err(unexplained.join("\n").into()) }
}

/// The first place where two templates differ, and how.
fn first_difference(official: &Json, ours: &Json, at: &str) -> String {
    match (official, ours) {
        (Json::Object(left), Json::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    None => return format!("{at}/{key} is missing"),
                    Some(other) if other != value => {
                        return first_difference(value, other, &format!("{at}/{key}"));
                    }
                    Some(_) => {}
                }
            }
            let more = right.keys().find(|key| !left.contains_key(*key));
            format!("{at}/{} is not official", more.map_or("", String::as_str))
        }
        (Json::Array(left), Json::Array(right)) => {
            for (index, value) in left.iter().enumerate() {
                match right.get(index) {
                    None => return format!("{at}/{index} is missing"),
                    Some(other) if other != value => {
                        return first_difference(value, other, &format!("{at}/{index}"));
                    }
                    Some(_) => {}
                }
            }
            format!("{at} has more items")
        }
        _ => {
            let cut = |value: &Json| value.to_string().chars().take(160).collect::<String>();
            format!("{at}: official {} ours {}", cut(official), cut(ours))
        }
    }
}

// ---- the files ----

/// A checkout on disk, and beside it, perhaps, modules of the public registry in their versions.
pub(super) struct Checkout(pub(super) PathBuf);

impl Checkout {
    fn on_disk(&self, path: &str) -> PathBuf {
        let asked = path.strip_prefix(CACHE);
        let restored = asked
            .zip(self.0.parent())
            .map(|(asked, beside)| format!("{}/{RESTORED}{asked}", beside.display()));
        if let Some(restored) = restored.map(PathBuf::from).filter(|path| path.is_file()) {
            return restored;
        }
        let cached = asked
            .and_then(|rest| rest.strip_prefix("/br/mcr.microsoft.com/bicep$"))
            .and_then(|rest| rest.split_once('/'));
        match cached {
            Some((repository, _)) => self.0.join(repository.replace('$', "/")).join("main.json"),
            None => self.0.join(path),
        }
    }

    /// What the file, with everything that it names, takes from registries.
    fn registry(&self, path: &str, depth: usize) -> Registry {
        let Ok(text) = self.read_text(path) else { return Registry::Unused };
        let mut used = Registry::Unused;
        let mut import = false;
        for line in text.lines() {
            let line = line.trim_start();
            import = line.starts_with("import ") || (import && !line.starts_with("module "));
            let Some(named) = line.split('\'').nth(1) else { continue };
            let refers = import || line.starts_with("module ");
            let inner = if named.starts_with("br:") || named.starts_with("br/") {
                if import { Registry::Imports } else { Registry::Modules }
            } else if refers && named.ends_with(".bicep") && depth < 16 {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.registry(&format!("{folder}/{named}"), depth + 1)
            } else {
                Registry::Unused
            };
            import &= !line.contains(" from '");
            if inner == Registry::Modules || used == Registry::Unused {
                used = inner;
            }
        }
        used
    }
}

impl World for Checkout {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(self.on_disk(path)).map_err(|_| FileError::NotFound(path.to_owned()))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let root = self.0.join(folder);
        let Ok(entries) = fs::read_dir(&root) else { return Vec::new() };
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                found.extend(self.list(&name));
            } else {
                found.push(name);
            }
        }
        found.sort();
        found
    }
}

// ---- what does not count ----

/// Takes out what is not the language's doing: generator, versions of nested deployments and of published modules, the
/// order of sets and of properties, line ends.
fn normalize(value: &mut Json) {
    drop_generator(value);
    normalize_values(value);
}

/// A public module names its own version in the name of an empty deployment, `replace('VERSION', '.', '-')`; it is written
/// there when the module is published, and its source has `-..--..-` in its place.
fn mask_published_version(text: &mut String) {
    let head = "replace('";
    let Some((at, tail)) = text.contains("'46d3xbcp.").then(|| text.find(head)).flatten().and_then(|at| {
        let version = at + head.len();
        text[version..].find("', '.', '-')").map(|length| (version, version + length))
    }) else {
        return;
    };
    text.replace_range(at..tail, "masked");
}

fn normalize_values(value: &mut Json) {
    match value {
        Json::Object(members) => {
            if members.get("type").and_then(Json::as_str) == Some("Microsoft.Resources/deployments") {
                members.insert("apiVersion".into(), Json::from("masked"));
            }
            members.sort_keys();
            for (key, member) in members.iter_mut() {
                normalize_values(member);
                if let ("dependsOn" | "allowedValues", Json::Array(items)) = (key.as_str(), member) {
                    items.sort_by_key(|item| item.to_string().to_lowercase());
                    items.dedup();
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(normalize_values),
        Json::String(text) => {
            *text = text.replace("\r\n", "\n");
            mask_published_version(text);
            for version in ["2022-09-01", "2025-04-01"] {
                *text = text.replace(&format!("'{version}').outputs"), "'masked').outputs");
                *text = text.replace(&format!("', '{version}')"), "', 'masked')");
            }
        }
        _ => {}
    }
}

/// The text with `_1.name` for every file's number: the order of files is a matter of the culture of the machine.
fn without_import_numbers(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut out: serde_json::Map<String, Json> =
                members.iter().map(|(key, value)| (masked(key), without_import_numbers(value))).collect();
            out.sort_keys();
            Json::Object(out)
        }
        Json::Array(items) => items.iter().map(without_import_numbers).collect(),
        Json::String(text) => Json::from(masked(text)),
        other => other.clone(),
    }
}

fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let is_number = digits > 0 && after[digits..].starts_with('.');
        rest = if is_number { &after[digits..] } else { after };
    }
    out.push_str(rest);
    out
}
