//! The files of one folder on disk, and what has been restored from registries. Nothing outside of the two is read,
//! also not through links.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it reads the user's files and environment")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::Places;
use super::watch::Seen;
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
    /// What was read, where somebody waits for changes of it.
    seen: Option<Mutex<Seen>>,
}

impl Folder {
    /// Finds the folder that the files of `file` may be read from, by itself.
    pub(in crate::cli::commands) fn of(file: &Path) -> Result<Self, CommandError> {
        Self::find(file, None, None)
    }

    /// Finds the folder that the files of `file` may be read from: `root`, where that is said.
    pub(super) fn below(file: &Path, root: Option<&Path>) -> Result<Self, CommandError> {
        Self::find(file, root, None)
    }

    /// Finds the folder that the files of `file` may be read from.
    pub(super) fn open(file: &Path, places: &Places) -> Result<Self, CommandError> {
        let mut folder = Self::find(file, places.root.as_deref(), places.cache.clone())?;
        folder.seen = places.watch.then(Mutex::default);
        Ok(folder)
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
        let cache = cache.or_else(home_cache).and_then(|cache| fs::canonicalize(cache).ok());
        Ok(Self { root, entry, cache: cache.map(|cache| cache.to_string_lossy().into_owned()), seen: None })
    }

    /// All files of a folder, without one to begin with.
    pub(super) fn all_of(folder: &Path) -> Result<Self, CommandError> {
        let absent = |_| CommandError::input(format!("`{}` does not exist", files::shown(folder)));
        Ok(Self {
            root: fs::canonicalize(folder).map_err(absent)?,
            entry: String::new(),
            cache: None,
            seen: None,
        })
    }

    pub(in crate::cli::commands) fn entry(&self) -> &str {
        &self.entry
    }

    pub(in crate::cli::commands) fn registry(&self) -> Option<&str> {
        self.cache.as_deref()
    }

    /// A path of the compiler as one from the root of the file system.
    pub(super) fn whole_path(&self, path: &str) -> PathBuf {
        // What lies in the cache has such a path already, which `join` keeps.
        self.root.join(path)
    }

    /// True where a path of the compiler is the file on disk.
    pub(super) fn is_file(&self, path: &str, file: &Path) -> bool {
        let [ours, theirs] = [&self.whole_path(path), file].map(|path| fs::canonicalize(path).ok());
        ours.is_some() && ours == theirs
    }

    /// What has been read.
    pub(super) fn into_seen(self) -> Seen {
        self.seen.map(|seen| seen.into_inner().expect("a panic ends the process")).unwrap_or_default()
    }

    /// The place on disk of a path that lies in one of the two folders.
    fn place(&self, path: &str) -> Result<PathBuf, FileError> {
        let cached = self.cache.as_deref().filter(|cache| Path::new(path).starts_with(cache));
        let root = cached.map_or(self.root.as_path(), Path::new);
        let place = self.whole_path(path);
        let place = fs::canonicalize(place).map_err(|error| failed(path, &error))?;
        if !place.starts_with(root) {
            let reason = "a link leads out of the folder that may be read".to_owned();
            return Err(FileError::Unreadable { path: path.to_owned(), reason });
        }
        Ok(place)
    }
}

/// Where the official tools keep what they have restored.
fn home_cache() -> Option<PathBuf> {
    let home = variable("HOME").or_else(|| variable("USERPROFILE")).filter(|home| !home.is_empty());
    home.map(|home| Path::new(&home).join(".bicep"))
}

/// The folder of restored modules, which need not exist.
///
/// # Errors
/// Where none is named and there is no home folder.
pub(super) fn cache_folder(named: Option<&Path>) -> Result<PathBuf, CommandError> {
    named.map(Path::to_owned).or_else(home_cache).ok_or_else(|| {
        CommandError::input("there is no home folder to keep modules in").hint("name a folder with `--cache`")
    })
}

/// A path as seen from the current folder, where it lies below it.
pub(super) fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
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
        if let Some(seen) = &self.seen {
            seen.lock().expect("a panic ends the process").add_file(&self.whole_path(path));
        }
        let place = self.place(path)?;
        let about = fs::metadata(&place).map_err(|error| failed(path, &error))?;
        if !about.is_file() || about.len() > FILE_BYTES_MAX {
            let reason = format!("it is no file of at most {FILE_BYTES_MAX} bytes");
            return Err(FileError::Unreadable { path: path.to_owned(), reason });
        }
        fs::read(place).map_err(|error| failed(path, &error))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        if let Some(seen) = &self.seen {
            seen.lock().expect("a panic ends the process").add_folder(&self.whole_path(folder));
        }
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
