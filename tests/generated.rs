//! docs/reference is printed from the tables in the code; this compares. `GLZ_BLESS=1` rewrites.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use genai_lz::cli::{codes, reference};

#[test]
fn the_reference_pages_are_what_the_tables_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stale = Vec::new();
    for (path, text) in reference::pages() {
        let file = root.join(path);
        if std::env::var_os("GLZ_BLESS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
        } else if fs::read_to_string(&file).ok().as_deref() != Some(text.as_str()) {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "stale pages, `GLZ_BLESS=1 cargo test --test main` rewrites them: {stale:?}");
}

/// The README shows parts of the quickstart, with `...` where lines are left out.
#[test]
fn the_readme_quotes_the_quickstart() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let spec = fs::read_to_string(root.join("examples/quickstart.yaml")).unwrap();
    let quoted = readme.split_once("```yaml\n").unwrap().1.split_once("```").unwrap().0;
    let mut rest = spec.as_str();
    for part in quoted.split("...\n") {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("not in the quickstart:\n{part}"));
        rest = after;
    }
}

#[test]
fn every_code_is_unique_and_explained() {
    let mut seen = BTreeSet::new();
    for code in codes::all() {
        assert!(seen.insert(code.id), "`{}` stands in two tables", code.id);
        assert!(!code.summary.is_empty() && !code.summary.ends_with('.'), "summary of `{}`", code.id);
        assert!(code.doc.len() >= 30, "the doc of `{}` says too little", code.id);
    }
}
