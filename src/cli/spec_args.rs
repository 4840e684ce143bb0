//! What a spec is put together from, as the command line says it: the file, files laid over it, values of variables;
//! and the folder that its other files are read from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::error::CommandError;
use crate::cli::{environment, files, walk};
use crate::diag::DiagResult;
use crate::spec::{self, Inputs};
use crate::text::{FileError, Source, World};

/// A file that a spec names is read up to this size; who takes it has limits of its own, which are lower.
const FILE_BYTES_MAX: u64 = 16 << 20;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "The spec")]
pub(crate) struct SpecArgs {
    /// A file to lay over the spec, such as what differs in one environment; of several the last goes before the others
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,

    /// A value for a variable of the spec; it goes before that of the files
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

impl SpecArgs {
    /// Whether the spec is more than its file and what that extends.
    pub(crate) fn is_given(&self) -> bool {
        !self.overlay.is_empty() || !self.variables.is_empty()
    }

    /// The same options as words of a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let overlays =
            self.overlay.iter().flat_map(|path| ["--overlay".to_owned(), path.display().to_string()]);
        let variables =
            self.variables.iter().flat_map(|(name, value)| ["--var".to_owned(), format!("{name}={value}")]);
        overlays.chain(variables).collect()
    }

    /// Gives the spec in `bytes`, which is the file at `path` and shown as `shown`, with everything that it is made of to
    /// `then`.
    ///
    /// # Errors
    /// A file that cannot be read, and what `then` refuses.
    pub(crate) fn with<T>(
        &self,
        path: &Path,
        shown: &str,
        bytes: &[u8],
        then: impl FnOnce(&Arc<Source>, &str, &Inputs<'_>) -> DiagResult<T>,
    ) -> Result<Read<T>, CommandError> {
        self.with_pending(path, shown, bytes, &[], then)
    }

    /// As [`SpecArgs::with`], as if the files `pending` lay there already, by their paths from the folder of the spec.
    ///
    /// # Errors
    /// As [`SpecArgs::with`].
    pub(crate) fn with_pending<T>(
        &self,
        path: &Path,
        shown: &str,
        bytes: &[u8],
        pending: &[(String, Vec<u8>)],
        then: impl FnOnce(&Arc<Source>, &str, &Inputs<'_>) -> DiagResult<T>,
    ) -> Result<Read<T>, CommandError> {
        let own = spec::read(shown, bytes)?;
        let mut overlays = Vec::new();
        for overlay in &self.overlay {
            let bytes = files::read(overlay, spec::BYTES_MAX as u64)?;
            overlays.push(spec::read(&files::shown(overlay), &bytes)?);
        }
        let folder = Folder { pending: pending.to_vec(), ..Folder::of(path) };
        let (prefix, name) = match shown.rfind('/') {
            Some(at) => shown.split_at(at + 1),
            None => ("", shown),
        };
        let inputs = Inputs {
            env: &environment,
            world: &folder,
            folder: prefix,
            overlays: &overlays,
            variables: &self.variables,
        };
        let value = then(&own, name, &inputs)?;
        let mut files = folder.read.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.extend(self.overlay.iter().cloned());
        Ok(Read { value, files })
    }
}

/// What came of a spec, and the files besides its own that it is made of.
pub(crate) struct Read<T> {
    pub value: T,
    pub files: Vec<PathBuf>,
}

/// The files below the folder of a spec. Nothing outside of it is read, also not through links.
struct Folder {
    root: PathBuf,
    read: Mutex<Vec<PathBuf>>,
    /// Files that are to be written, by path from the root.
    pending: Vec<(String, Vec<u8>)>,
}

impl Folder {
    fn of(spec: &Path) -> Self {
        let folder = spec.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self {
            root: folder.unwrap_or(Path::new(".")).to_owned(),
            read: Mutex::default(),
            pending: Vec::new(),
        }
    }
}

impl World for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if let Some((_, bytes)) = self.pending.iter().find(|(pending, _)| pending == path) {
            return Ok(bytes.clone());
        }
        let unreadable =
            |reason: &str| FileError::Unreadable { path: path.to_owned(), reason: reason.to_owned() };
        let file = self.root.join(path);
        let (Ok(root), Ok(target)) = (fs::canonicalize(&self.root), fs::canonicalize(&file)) else {
            return Err(FileError::NotFound(path.to_owned()));
        };
        if !target.starts_with(root) {
            return Err(unreadable("it leads out of the folder of the spec"));
        }
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(file.clone());
        let bytes =
            files::try_read(&file, FILE_BYTES_MAX).map_err(|error| unreadable(&files::reason(&error)))?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(unreadable("it has more than 16 MiB"));
        }
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let below = |file: &PathBuf| {
            let path = file.strip_prefix(&self.root).ok()?.to_str()?;
            Some(path.replace('\\', "/"))
        };
        let mut files: Vec<String> =
            walk::walk(&self.root.join(folder), walk::FILES_MAX).files.iter().filter_map(below).collect();
        files.sort();
        files
    }
}
