//! The files inside the binary: the landing zone's Bicep modules.

use include_dir::{Dir, include_dir};

use crate::text::{FileError, World};

static BICEP: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/bicep");

/// The embedded files under their repository paths, such as `bicep/baseline/main.bicep`.
pub struct EmbeddedWorld;

impl World for EmbeddedWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        path.strip_prefix("bicep/")
            .and_then(|inner| BICEP.get_file(inner))
            .map(|file| file.contents().to_vec())
            .ok_or_else(|| FileError::NotFound(path.to_owned()))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let mut files = Vec::new();
        collect(&BICEP, &mut files);
        files.retain(|path| path.starts_with(&prefix));
        files.sort();
        files
    }
}

fn collect(dir: &Dir<'_>, into: &mut Vec<String>) {
    into.extend(dir.files().map(|file| format!("bicep/{}", file.path().display())));
    for inner in dir.dirs() {
        collect(inner, into);
    }
}
