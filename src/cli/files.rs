//! Files the user gets or gives. Writing goes through a temporary file, so that a reader never sees half of one.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it reads and writes the user's files")]

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::cli::error::CommandError;

/// In the place of a spec's path this is standard input.
pub(crate) const STDIN: &str = "-";

/// Reads a spec: from a file or, for `-`, from standard input.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_spec(path: &Path, limit: u64) -> Result<Vec<u8>, CommandError> {
    read_or_stdin(path, limit).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            unread(path, &error).hint("write a starter spec with `genai-lz init`, or check the path")
        }
        _ => unread(path, &error),
    })
}

/// Reads a file or, for `-`, standard input; at most `limit` bytes and one more.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_named(path: &Path, limit: u64) -> Result<Vec<u8>, CommandError> {
    read_or_stdin(path, limit).map_err(|error| unread(path, &error))
}

fn read_or_stdin(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if path == Path::new(STDIN) {
        beginning(io::stdin().lock(), limit)
    } else {
        open(path).and_then(|file| beginning(file, limit))
    }
}

/// Reads at most `limit` bytes and one more, so that the caller can tell a file that is too large.
///
/// # Errors
/// An input error naming the path and the reason.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, CommandError> {
    open(path).and_then(|file| beginning(file, limit)).map_err(|error| unread(path, &error))
}

fn open(path: &Path) -> io::Result<fs::File> {
    if fs::metadata(path)?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { fs::File::open(path) }
}

fn beginning(from: impl io::Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unread(path: &Path, error: &io::Error) -> CommandError {
    let shown = shown(path);
    CommandError::input(match error.kind() {
        io::ErrorKind::NotFound => format!("`{shown}` does not exist"),
        _ => format!("`{shown}` cannot be read: {}", reason(error)),
    })
}

/// Writes `content` so that `path` holds either what it held before or all of `content`.
///
/// # Errors
/// An input error naming the path and the reason.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut file = temporary(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(|error| unwritten(path, &error))
}

/// As [`write_atomically`], for a file that is there: it keeps its permissions, and a link stays a link.
///
/// # Errors
/// An input error naming the path and the reason.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    let replaced = fs::canonicalize(path).and_then(|target| {
        let folder = target.parent().unwrap_or(Path::new("/"));
        let mut file = temporary(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.as_file().set_permissions(fs::metadata(&target)?.permissions())?;
        file.persist(&target).map_err(|error| error.error)
    });
    replaced.map(drop).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> CommandError {
    CommandError::input(format!("`{}` cannot be written: {}", shown(path), reason(error)))
}

/// A file that others may read as they may any other new file, which is not what temporary files are by default.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A path as messages show it. Control characters, which a terminal would obey, are replaced.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new(STDIN) {
        return "<stdin>".to_owned();
    }
    path.display().to_string().replace(char::is_control, "\u{fffd}")
}

/// Why the system refused, in the words of messages.
pub(crate) fn reason(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let words = match error.kind() {
        Kind::AlreadyExists => "a file is where a folder should be",
        Kind::InvalidFilename => "the name is too long, or has characters that names do not have here",
        Kind::IsADirectory => "it is a folder, not a file",
        Kind::NotADirectory => "a part of the path is a file, not a folder",
        Kind::NotFound => "there is no such file or folder",
        Kind::PermissionDenied => "permission denied",
        Kind::ReadOnlyFilesystem => "the file system is read-only",
        Kind::ResourceBusy => "it is in use",
        Kind::StorageFull => "no space is left on the device",
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text);
            let mut chars = text.chars();
            return chars
                .next()
                .map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect());
        }
    };
    words.to_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_its_links() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.xml"), folder.path().join("b.xml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.xml", &link).unwrap();
        replace(&link, b"\xef\xbb\xbfnew\r\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"\xef\xbb\xbfnew\r\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
