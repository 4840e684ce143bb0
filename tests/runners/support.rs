//! What every runner does: list the files of its suite, compare a file with what came of it, rewrite it when blessing.

use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::diag::Diagnostic;
use libtest_mimic::Failed;
use serde::de::DeserializeOwned;

/// Begins the part of a TOML case that blessing rewrites; everything before it is the author's.
const EXPECTED: &str = "[expected]\n";

/// Whether expectations are to be rewritten.
pub(crate) fn blesses() -> bool {
    std::env::var("GLZ_BLESS").is_ok_and(|value| value == "1")
}

/// The folder of a suite's data, `tests/suite/<name>`.
pub(crate) fn suite(name: &str) -> PathBuf {
    root().join("tests/suite").join(name)
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What lies in a folder, by name. A suite without data would pass unseen, so an empty folder fails.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> =
        listed.map(|entry| entry.expect("the folder can be listed").path()).collect();
    assert!(!paths.is_empty(), "nothing in {}", folder.display());
    paths.sort();
    paths
}

/// The files of a folder, not of those inside it, that end in `.<extension>`, by name.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| ends_in(path, extension)).collect()
}

/// The files of a folder and of those inside it that end in `.<extension>`, by name.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let below = |path: PathBuf| match path.is_dir() {
        true => files_below(&path, extension),
        false => Vec::from_iter(Some(path).filter(|path| ends_in(path, extension))),
    };
    entries(folder).into_iter().flat_map(below).collect()
}

fn ends_in(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|ending| ending == extension)
}

/// The name of a file or folder without its ending: that of its test.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().expect("what a folder lists has a name").to_string_lossy().into_owned()
}

/// Passes where the file holds `actual`; writes it there when blessing.
pub(crate) fn settle(file: &Path, actual: &str) -> Result<(), Failed> {
    if blesses() {
        fs::write(file, actual)?;
        return Ok(());
    }
    let expected = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if actual == expected {
        return Ok(());
    }
    Err(format!("{} differs\n{}", file.display(), difference(&expected, actual)).into())
}

/// Reads a TOML case up to its `[expected]`, lets `run` say what comes of it, by key, and settles the rest of the file.
pub(crate) fn settle_case<T: DeserializeOwned, const N: usize>(
    file: &Path,
    run: impl Fn(&T) -> Result<[(&'static str, String); N], Failed>,
) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let head = text.split_once(EXPECTED).map_or(text.as_str(), |(head, _)| head);
    let found = run(&toml::from_str(head)?)?;
    let keys: String = found.iter().map(|(key, actual)| format!("{key} = '''\n{actual}'''\n")).collect();
    settle(file, &format!("{head}{EXPECTED}{keys}"))
}

/// The lines between the first and the last that differ.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut expected.iter().zip(&actual));
    let (expected, actual) = (&expected[head..], &actual[head..]);
    let tail = same(&mut expected.iter().rev().zip(actual.iter().rev()));
    let marked = |mark: &str, lines: &[&str]| -> String {
        lines[..lines.len() - tail].iter().map(|line| format!("{mark} {line}\n")).collect()
    };
    format!("from line {}:\n{}{}", head + 1, marked("-", expected), marked("+", actual))
}

/// A finding on one line: `code: message (help)`.
pub(crate) fn finding(diagnostic: &Diagnostic) -> String {
    let help: String = diagnostic.help.iter().map(|help| format!(" ({help})")).collect();
    format!("{}: {}{help}", diagnostic.code.id, diagnostic.message)
}
