//! The files of one folder on disk, and what has been restored from registries. Nothing outside of the two is read,
//! also not through links.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it reads the user's files and environment")]

use std::fs;
use std::path::{Path, PathBuf};

use super::Places;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::text::{FileError, World};

/// The largest file that is read into memory. The compiler's own limit is lower; this one is for devices and mistakes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Files below a folder that `loadDirectoryFileInfo` looks at.
const LISTED_MAX: usize = 10_000;

pub(in crate::cli::commands) struct Folder {
    root: PathBuf,
    entry: String,
    /// The folder of restored modules, as the compiler names it.
    cache: Option<String>,
}

impl Folder {
    /// Finds the folder that the files of `file` may be read from, by itself.
    pub(in crate::cli::commands) fn of(file: &Path) -> Result<Self, CommandError> {
        Self::find(file, None, None)
    }

    /// Finds the folder that the files of `file` may be read from.
    pub(super) fn open(file: &Path, places: &Places) -> Result<Self, CommandError> {
        Self::find(file, places.root.as_deref(), places.cache.clone())
    }

    fn find(file: &Path, root: Option<&Path>, cache: Option<PathBuf>) -> Result<Self, CommandError> {
        let absent = || CommandError::input(format!("`{}` does not exist", files::shown(file)));
        let absolute = fs::canonicalize(file).map_err(|_| absent())?;
        let own = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        let root = match root {
            Some(root) => fs::canonicalize(root)
                .map_err(|_| CommandError::input(format!("`{}` does not exist", files::shown(root))))?,
            None => std::env::current_dir()
                .and_then(fs::canonicalize)
                .ok()
                .filter(|current| absolute.starts_with(current))
                .unwrap_or(own),
        };
        let Ok(entry) = absolute.strip_prefix(&root) else {
            let message = format!("`{}` lies outside of `{}`", files::shown(file), files::shown(&root));
            return Err(CommandError::input(message).hint("name a folder above it with `--root`"));
        };
        let entry = entry.to_string_lossy().replace('\\', "/");
        let home = || {
            variable("HOME").or_else(|| variable("USERPROFILE")).map(|home| Path::new(&home).join(".bicep"))
        };
        let cache = cache.or_else(home).and_then(|cache| fs::canonicalize(cache).ok());
        Ok(Self { root, entry, cache: cache.map(|cache| cache.to_string_lossy().into_owned()) })
    }

    /// All files of a folder, without one to begin with.
    pub(super) fn all_of(folder: &Path) -> Result<Self, CommandError> {
        let absent = |_| CommandError::input(format!("`{}` does not exist", files::shown(folder)));
        Ok(Self { root: fs::canonicalize(folder).map_err(absent)?, entry: String::new(), cache: None })
    }

    pub(in crate::cli::commands) fn entry(&self) -> &str {
        &self.entry
    }

    pub(in crate::cli::commands) fn registry(&self) -> Option<&str> {
        self.cache.as_deref()
    }

    /// The place on disk of a path that lies in one of the two folders.
    fn place(&self, path: &str) -> Result<PathBuf, FileError> {
        let cached = self.cache.as_deref().filter(|cache| Path::new(path).starts_with(cache));
        let (root, place) = match cached {
            Some(cache) => (Path::new(cache), PathBuf::from(path)),
            None => (self.root.as_path(), self.root.join(path)),
        };
        let place = fs::canonicalize(place).map_err(|error| failed(path, &error))?;
        if !place.starts_with(root) {
            let reason = format!("it lies outside of `{}`", files::shown(root));
            return Err(FileError::Unreadable { path: path.to_owned(), reason });
        }
        Ok(place)
    }
}

/// A variable of the environment.
pub(in crate::cli::commands) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn failed(path: &str, error: &std::io::Error) -> FileError {
    match error.kind() {
        std::io::ErrorKind::NotFound => FileError::NotFound(path.to_owned()),
        _ => FileError::Unreadable { path: path.to_owned(), reason: error.to_string() },
    }
}

impl World for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let place = self.place(path)?;
        let about = fs::metadata(&place).map_err(|error| failed(path, &error))?;
        if !about.is_file() || about.len() > FILE_BYTES_MAX {
            let reason = format!("it is no file of at most {FILE_BYTES_MAX} bytes");
            return Err(FileError::Unreadable { path: path.to_owned(), reason });
        }
        fs::read(place).map_err(|error| failed(path, &error))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let Ok(place) = self.place(folder) else { return Vec::new() };
        let mut found = Vec::new();
        for entry in fs::read_dir(place).into_iter().flatten().flatten().take(LISTED_MAX) {
            if entry.path().is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                found.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
        found.sort();
        found
    }
}
