//! The files below a folder, by name. Leaves out what nobody keeps specs or policies in, and follows no link to
//! a folder, so that a walk ends.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it lists the user's folders")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What builds, packages and version control leave behind. Hidden folders are left out besides.
const SKIPPED_FOLDERS: [&str; 4] = ["bin", "node_modules", "obj", "target"];

/// More files than this are a mistake in the path, such as `/`.
pub(crate) const FILES_MAX: usize = 100_000;

/// What lies below a folder.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// In the order of their paths.
    pub files: Vec<PathBuf>,
    /// Folders that could not be listed.
    pub unreadable: Vec<(PathBuf, io::Error)>,
    /// There are more than were asked for.
    pub is_cut: bool,
}

/// Lists the files below `folder`, at most `max`.
pub(crate) fn walk(folder: &Path, max: usize) -> Walked {
    let mut walked = Walked::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        match entries(&folder) {
            Ok((files, inner)) => {
                walked.files.extend(files);
                folders.extend(inner);
            }
            Err(error) => walked.unreadable.push((folder, error)),
        }
        if walked.files.len() > max {
            walked.files.truncate(max);
            walked.is_cut = true;
            break;
        }
    }
    walked.files.sort();
    walked.unreadable.sort_by(|(left, _), (right, _)| left.cmp(right));
    walked
}

/// The files and the folders directly inside. A link to a file is a file, a link to a folder is nothing.
fn entries(folder: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = without_dot(&entry.path());
        let kind = entry.file_type()?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            folders.extend(Some(path).filter(|_| !SKIPPED_FOLDERS.contains(&name.as_ref())));
        } else if kind.is_file() || kind.is_symlink() && fs::metadata(&path).map_or(true, |to| to.is_file()) {
            // A link that leads nowhere is listed too: whoever reads it says what is wrong. What is no file is not:
            // reading a pipe might never end.
            files.push(path);
        }
    }
    Ok((files, folders))
}

/// `./a/b` as `a/b`, the way people write it.
fn without_dot(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}
