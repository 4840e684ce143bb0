//! Files the user gets or gives. Writing goes through a temporary file, so that a reader never sees half of one.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it reads and writes the user's files")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::cli::error::CommandError;

/// Reads at most `limit` bytes and one more, so that the caller can tell a file that is too large.
///
/// # Errors
/// An input error naming the path and the reason.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, CommandError> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let opened = fs::metadata(path).and_then(|metadata| {
        if metadata.is_dir() {
            return Err(std::io::Error::other("is a folder, not a file"));
        }
        fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)
    });
    match opened {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(CommandError::input(format!("`{shown}` does not exist"))
                .hint("write a starter spec with `genai-lz init`, or check the path"))
        }
        Err(error) => Err(CommandError::input(format!("`{shown}` cannot be read: {error}"))),
    }
}

/// Writes `content` so that `path` holds either what it held before or all of `content`.
///
/// # Errors
/// An input error naming the path and the reason.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    written
        .map(drop)
        .map_err(|error| CommandError::input(format!("`{}` cannot be written: {error}", path.display())))
}
