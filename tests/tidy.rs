//! What the compiler does not check: who may use whom, where effects live, and that pages and tables are whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers of docs/ARCHITECTURE.md: a module may use those of lower layers, and of its own layer those
/// named after it.
const LAYERS: &[(u8, &str, &[&str])] = &[
    (0, "text", &[]),
    (0, "diag", &["text"]),
    (1, "catalog", &[]),
    (1, "dotnet", &[]),
    (2, "arm", &[]),
    (2, "bicep", &["arm"]),
    (2, "csharp", &[]),
    (2, "kql", &[]),
    (2, "policy", &["csharp"]),
    (3, "spec", &[]),
    (3, "model", &["spec"]),
    (3, "render", &["model", "spec"]),
    (4, "plan", &[]),
    (4, "drift", &["plan"]),
    (4, "gateway", &[]),
    (4, "import", &[]),
    (4, "openai", &[]),
    (4, "services", &[]),
    (4, "scenario", &["gateway", "openai", "services"]),
    (4, "verify", &[]),
    (5, "azure", &[]),
    (5, "deploy", &["azure"]),
    (5, "sandbox", &[]),
    (6, "cli", &[]),
];

/// The files a person may open when a size is worth a look; past it a file says why in its header.
const LARGEST_FILE_LINES: usize = 800;

#[test]
fn every_module_uses_only_the_layers_below_it() {
    let mut wrong = Vec::new();
    // Tests may look at a layer from above: the client's are run against the sandbox.
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.ends_with("tests.rs")) {
        let Some(own) = module_of(&file) else { continue };
        let &(level, _, siblings) =
            row(&own).unwrap_or_else(|| panic!("`src/{own}` is in no layer: add it to LAYERS"));
        for used in used_modules(&text) {
            let Some(&(used_level, _, _)) = row(&used) else { continue };
            let allowed = used == own || used_level < level || siblings.contains(&used.as_str());
            if !allowed {
                wrong.push(format!(
                    "{}: `{own}` (layer {level}) uses `{used}` (layer {used_level})",
                    file.display()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a module may use lower layers only, see docs/ARCHITECTURE.md:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_azure_names_the_azure_crates() {
    offenders(&["azure_core", "azure_identity"], &["azure"], "invariant: only src/azure names SDK crates");
}

#[test]
fn http_crates_stay_at_the_rim() {
    offenders(
        &["reqwest::", "axum::", "tokio::"],
        &["azure", "deploy", "sandbox", "cli"],
        "the layers below are sync and pure",
    );
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(file, _)| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "these files lack a `//!` header: {silent:#?}");
}

#[test]
fn no_source_file_outgrows_its_subject() {
    let large: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LARGEST_FILE_LINES)
        .map(|(file, text)| format!("{} ({} lines)", file.display(), text.lines().count()))
        .collect();
    assert!(large.is_empty(), "look for the second thing that moved in: {large:#?}");
}

#[test]
fn every_suite_folder_has_a_runner() {
    let runners: BTreeSet<String> = list(&root().join("tests/runners"))
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let wired = fs::read_to_string(root().join("tests/runners/mod.rs")).unwrap();
    for folder in fs::read_dir(root().join("tests/suite")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(runners.contains(&name), "tests/suite/{name} has no tests/runners/{name}.rs");
        assert!(wired.contains(&format!("mod {name};")), "tests/runners/mod.rs does not run {name}");
    }
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_put_aside() {
    // In pieces, so that this file does not find itself.
    let words =
        [["to", "do!"], ["unimpl", "emented!"], ["FIX", "ME"], ["#[ign", "ore"]].map(|word| word.concat());
    let mut found = Vec::new();
    for (file, text) in sources().into_iter().chain(files_of("tests", &["rs"])) {
        for (index, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.display(), index + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "finish it, or write down in docs/LIMITS.md what is missing: {found:#?}");
}

#[test]
fn no_file_names_a_folder_of_the_machine_it_was_written_on() {
    let ours = root().display().to_string();
    let homes = [["/ho", "me/"], ["/Us", "ers/"], ["/ro", "ot/"], ["/wo", "rk/"], ["C:\\Us", "ers\\"]]
        .map(|part| part.concat());
    let mut found = Vec::new();
    for folder in ["src", "tests", "docs", "examples", "bicep", "policies", "templates"] {
        for (file, text) in files_of(folder, &[]) {
            for line in text.lines() {
                let is_path =
                    |home: &String| line.match_indices(home.as_str()).any(|(at, _)| begins_a_path(line, at));
                if line.contains(&ours) || homes.iter().any(is_path) {
                    found.push(format!("{}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "use a path from the root of the repository: {found:#?}");
}

/// False inside a URL or a longer path, such as `https://example.org/home/`.
fn begins_a_path(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|c: char| c.is_alphanumeric() || "-_.}*/".contains(c))
}

#[test]
fn every_code_is_shown_by_a_case() {
    let cases: String = files_of("tests/suite", &[]).into_iter().map(|(_, text)| text).collect();
    let mut unit_tests: BTreeMap<String, String> = BTreeMap::new();
    let mut constants = BTreeMap::new();
    for (file, text) in sources() {
        let Some(module) = module_of(&file) else { continue };
        if file.ends_with("codes.rs") {
            let of_module = |(id, name): (&str, &str)| (id.to_owned(), (module.clone(), name.to_owned()));
            constants.extend(statics(&text).map(of_module));
        }
        let tests = if file.ends_with("tests.rs") { Some(0) } else { text.find("#[cfg(test)]") };
        unit_tests.entry(module).or_default().extend(tests.map(|at| &text[at..]));
    }
    let is_shown = |id: &str| {
        // A unit test names the code of its module by id or by constant.
        let by_constant = constants.get(id).is_some_and(|(module, name)| shows(&unit_tests[module], name));
        by_constant || shows(&cases, id) || unit_tests.values().any(|text| shows(text, id))
    };
    let all = genai_lz::cli::codes::all();
    let missing: Vec<&str> = all.iter().map(|code| code.id).filter(|id| !is_shown(id)).collect();
    assert!(missing.is_empty(), "add a case, or remove the code: {missing:#?}");
}

/// The id and the name of each `static NAME: Code = Code::error("id", …)`.
fn statics(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("pub static ")
        .skip(1)
        .filter_map(|item| Some((item.split('"').nth(1)?, item.split(':').next()?)))
}

/// True where `word` occurs, and not as a part of a longer one.
fn shows(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

fn row(module: &str) -> Option<&'static (u8, &'static str, &'static [&'static str])> {
    LAYERS.iter().find(|(_, name, _)| *name == module)
}

/// Fails for every source outside `allowed` whose code (comments aside) contains one of `needles`.
fn offenders(needles: &[&str], allowed: &[&str], why: &str) {
    let mut wrong = BTreeMap::new();
    for (file, text) in sources() {
        let Some(own) = module_of(&file) else { continue };
        if allowed.contains(&own.as_str()) {
            continue;
        }
        for line in code_lines(&text) {
            if needles.iter().any(|needle| line.contains(needle)) {
                wrong.insert(file.display().to_string(), line.trim().to_owned());
            }
        }
    }
    assert!(wrong.is_empty(), "{why}: {wrong:#?}");
}

fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The top-level modules that a file names through `crate::x` or `use crate::{x, y::z}`.
fn used_modules(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for line in code_lines(text) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            if let Some(group) = rest.strip_prefix('{') {
                used.extend(group.split([',', '}']).map(|item| leading_word(item.trim())));
            } else {
                used.insert(leading_word(rest));
            }
        }
    }
    used
}

fn leading_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// `src/arm/value.rs` -> `arm`; files directly in src belong to no layer.
fn module_of(file: &Path) -> Option<String> {
    let mut parts = file.strip_prefix(root().join("src")).ok()?.components();
    let first = parts.next()?.as_os_str().to_str()?.to_owned();
    parts.next().map(|_| first)
}

fn sources() -> Vec<(PathBuf, String)> {
    files_of("src", &["rs"])
}

/// The texts below a folder of the repository with one of these endings; all of them where none is given. What is not
/// UTF-8 is no text.
fn files_of(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    list(&root().join(folder))
        .into_iter()
        .filter(|path| {
            endings.is_empty() || path.extension().is_some_and(|own| endings.iter().any(|it| own == *it))
        })
        .filter_map(|path| String::from_utf8(fs::read(&path).unwrap()).ok().map(|text| (path, text)))
        .collect()
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(list(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
