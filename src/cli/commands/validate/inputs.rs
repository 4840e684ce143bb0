//! Which files are checked: the paths of the command line, folders walked, each file read once. What cannot be
//! checked is a finding, and the others are checked all the same.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::kind::{self, Infrastructure, Kind};
use crate::cli::{codes, files, parallel, walk};
use crate::diag::render::Report;
use crate::diag::{Code, Diagnostic};
use crate::policy::{self, project};
use crate::spec;

/// A file to check, read.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub path: PathBuf,
    /// As messages show it.
    pub shown: String,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// What became of a path.
#[derive(Debug)]
pub(super) enum Entry {
    Checkable(Input),
    Refused(Report),
    /// Lies in a folder and is neither a spec nor a policy.
    Skipped,
}

/// The files of a kind, in order.
pub(super) fn of_kind(entries: &[Entry], kind: Kind) -> Vec<&Input> {
    let mut of_kind = Vec::new();
    for entry in entries {
        if let Entry::Checkable(input) = entry
            && input.kind == kind
        {
            of_kind.push(input);
        }
    }
    of_kind
}

/// Reads everything that `paths` name, in their order; files of a folder by path, each file once.
pub(super) fn gather(paths: &[PathBuf]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        if path.is_dir() {
            folder(path, walk::FILES_MAX, &mut seen, &mut entries);
        } else if seen.insert(identity(path)) {
            entries.push(named(path));
        }
    }
    entries
}

/// Two names of one file are one file.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn folder(path: &Path, max: usize, seen: &mut HashSet<PathBuf>, entries: &mut Vec<Entry>) {
    let walked = walk::walk(path, max);
    let is_new = |file: &PathBuf| seen.insert(identity(file));
    let n_files = walked.files.len();
    let files: Vec<PathBuf> = walked.files.into_iter().filter(is_new).collect();
    let all_seen = n_files > 0 && files.is_empty();
    let read = parallel::map(&files, |file| found(file));
    let is_empty = read.iter().all(|entry| matches!(entry, Entry::Skipped)) && walked.unreadable.is_empty();
    entries.extend(read);
    for (folder, error) in &walked.unreadable {
        let shown = files::shown(folder);
        let message = format!("`{shown}` cannot be read: {}", files::reason(error));
        entries.push(refused(folder, Diagnostic::new(&codes::FILE_UNREADABLE, message)));
    }
    let shown = files::shown(path);
    if walked.is_cut {
        let message = format!("`{shown}` has more than {max} files; the others are not looked at");
        let found = Diagnostic::new(&codes::TOO_MANY_FILES, message).help("name folders further down");
        entries.push(refused(path, found));
    } else if is_empty && !all_seen {
        let message = format!("`{shown}` has no spec and no policy in it");
        let found = Diagnostic::new(&codes::NOTHING_TO_CHECK, message);
        entries.push(refused(path, found.help("name the folder or the files to check")));
    }
}

/// A file that the walk came across: one that is neither spec nor policy is passed over.
fn found(path: &Path) -> Entry {
    match files::begin(path, kind::HEAD_BYTES as u64) {
        Ok(begun) => match kind::of_content(&begun.head).or_else(|| kind_by_place(path)) {
            Some(kind) => read(path, kind, begun),
            None => Entry::Skipped,
        },
        Err(error) => unreadable(path, error),
    }
}

/// `api.policy.xml` says what it is even where its content does not, and so do files about a service by their folder.
fn kind_by_place(path: &Path) -> Option<Kind> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
    if name.is_some_and(|name| name.ends_with(".policy.xml")) {
        return Some(Kind::Policy);
    }
    project::is_relevant(&files::shown(path)).then_some(Kind::Info)
}

/// A file of the command line, or standard input.
fn named(path: &Path) -> Entry {
    if path == Path::new(files::STDIN) {
        return match files::read_named(path, largest(None)) {
            Ok(bytes) => checkable(path, kind::of_content(&bytes), bytes),
            Err(error) => unreadable(path, error),
        };
    }
    let begun = match files::begin(path, kind::HEAD_BYTES as u64) {
        Ok(begun) => begun,
        Err(error) => return unreadable(path, error),
    };
    let kind = kind::of_content(&begun.head).or_else(|| kind_by_place(path));
    if let (None, Some(what)) = (kind, kind::infrastructure(path, &begun.head)) {
        return refused(path, not_checked(path, what));
    }
    match kind.or_else(|| kind::of_name(path)) {
        Some(kind) => read(path, kind, begun),
        None => checkable(path, None, Vec::new()),
    }
}

/// Reads all of a file, unless its size alone refuses it.
fn read(path: &Path, kind: Kind, begun: files::Begun) -> Entry {
    let is_too_large = |n_bytes: &u64| kind != Kind::Spec && *n_bytes > policy::MAX_FILE_BYTES as u64;
    if let Some(n_bytes) = begun.size.filter(is_too_large) {
        return refused(path, policy::too_large(&files::shown(path), n_bytes));
    }
    match begun.rest(path, largest(Some(kind))) {
        Ok(bytes) => checkable(path, Some(kind), bytes),
        Err(error) => unreadable(path, error),
    }
}

/// The size in bytes past which the readers refuse a file of the kind, or of any.
fn largest(kind: Option<Kind>) -> u64 {
    let bytes = match kind {
        Some(Kind::Policy | Kind::Info) => policy::MAX_FILE_BYTES,
        Some(Kind::Spec) => spec::BYTES_MAX,
        None => policy::MAX_FILE_BYTES.max(spec::BYTES_MAX),
    };
    bytes as u64
}

fn checkable(path: &Path, kind: Option<Kind>, bytes: Vec<u8>) -> Entry {
    let shown = files::shown(path);
    let Some(kind) = kind else {
        let message = format!("`{shown}` is neither a spec nor a policy");
        let help = "a spec says `apiVersion: genai-lz/v1`; a policy begins with `<policies>`, `<fragment>` or a policy";
        return refused(path, Diagnostic::new(&codes::UNKNOWN_KIND, message).help(help));
    };
    Entry::Checkable(Input { path: path.to_owned(), shown, kind, bytes })
}

/// What a Bicep file or ARM template says of a service is compiled and evaluated for specs, and checked nowhere.
fn not_checked(path: &Path, what: Infrastructure) -> Diagnostic {
    let message = format!("`{}` is {}, which is not checked", files::shown(path), what.name());
    Diagnostic::new(&codes::UNKNOWN_KIND, message)
        .help("name the policy files or the folder beside it: policies are checked, also with the JSON of APIOps")
        .help("look yourself at its subscription keys, the weights of its pools, and its diagnostic settings")
}

fn unreadable(path: &Path, error: CommandError) -> Entry {
    refused(path, as_diagnostic(&codes::FILE_UNREADABLE, error))
}

/// Words chosen for a command that stops, as a finding of one that goes on.
fn as_diagnostic(code: &'static Code, error: CommandError) -> Diagnostic {
    match error {
        CommandError::Failed { message, hints, .. } => {
            let found = Diagnostic::new(code, message);
            hints.into_iter().fold(found, Diagnostic::help)
        }
        CommandError::Refused(found) => {
            let first = found.into_iter().next();
            first.unwrap_or_else(|| Diagnostic::new(code, "cannot be read"))
        }
    }
}

fn refused(path: &Path, found: Diagnostic) -> Entry {
    Entry::Refused(Report { file: files::shown(path), found: vec![found], allowed: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test writes the files that are walked")]
    fn a_folder_with_too_many_files_is_said_and_the_first_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.xml", "b.xml", "c.xml"] {
            fs::write(folder.path().join(name), "<fragment/>").unwrap();
        }
        let mut entries = Vec::new();
        super::folder(folder.path(), 2, &mut HashSet::new(), &mut entries);
        let Some(Entry::Refused(report)) = entries.last() else { panic!("{entries:?}") };
        assert_eq!(report.found[0].code, &codes::TOO_MANY_FILES);
        assert_eq!(entries.len(), 3);
    }
}
