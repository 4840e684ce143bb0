//! Files the user gets or gives. Writing goes through a temporary file, so that a reader never sees half of one.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it reads and writes the user's files")]

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::cli::error::CommandError;
use crate::text::visible;

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
    try_read(path, limit).map_err(|error| unread(path, &error))
}

/// As [`read`], for who has words of its own for a failure.
///
/// # Errors
/// That of the file system.
pub(crate) fn try_read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    open(path).and_then(|file| beginning(file, limit))
}

fn open(path: &Path) -> io::Result<fs::File> {
    if fs::metadata(path)?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { fs::File::open(path) }
}

/// A file whose beginning was read; the rest can be read on, also where reading again would begin elsewhere, as in a
/// pipe.
pub(crate) struct Begun {
    file: fs::File,
    pub head: Vec<u8>,
    /// In bytes, where that is known: pipes and devices have no size.
    pub size: Option<u64>,
}

/// Opens a file and reads at most `n_bytes` of it.
///
/// # Errors
/// As [`read`].
pub(crate) fn begin(path: &Path, n_bytes: u64) -> Result<Begun, CommandError> {
    let begun = open(path).and_then(|mut file| {
        let about = file.metadata()?;
        let mut head = Vec::new();
        (&mut file).take(n_bytes).read_to_end(&mut head)?;
        Ok(Begun { file, head, size: Some(about.len()).filter(|_| about.is_file()) })
    });
    begun.map_err(|error| unread(path, &error))
}

impl Begun {
    /// Reads the rest: all in all at most `limit` bytes and one more.
    ///
    /// # Errors
    /// As [`read`].
    pub(crate) fn rest(self, path: &Path, limit: u64) -> Result<Vec<u8>, CommandError> {
        let Self { file, head: mut bytes, .. } = self;
        let left = (limit + 1).saturating_sub(bytes.len() as u64);
        file.take(left).read_to_end(&mut bytes).map_err(|error| unread(path, &error))?;
        Ok(bytes)
    }
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

/// Makes a folder and those that it stands in, unless they are there.
///
/// # Errors
/// An input error naming the folder.
pub(crate) fn create_folder(path: &Path) -> Result<(), CommandError> {
    fs::create_dir_all(path)
        .map_err(|error| CommandError::input(format!("`{}` cannot be made: {}", shown(path), reason(&error))))
}

/// Removes a file that this program has written; one that is gone already is no error.
///
/// # Errors
/// An input error naming the path and the reason.
pub(crate) fn remove(path: &Path) -> Result<(), CommandError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CommandError::input(format!("`{}` cannot be removed: {}", shown(path), reason(&error))))
        }
        _ => Ok(()),
    }
}

/// As [`write_atomically`], for a file that is there and still holds `old`: it keeps its permissions, and a link
/// stays a link. A file with several names is written in its place, so that all of them show what is new.
///
/// # Errors
/// As [`write_atomically`]; and where the file is read-only or has been changed by somebody else.
pub(crate) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), CommandError> {
    let target = fs::canonicalize(path).map_err(|error| unwritten(path, &error))?;
    let about = fs::metadata(&target).map_err(|error| unwritten(path, &error))?;
    let cannot = |why: &str| CommandError::input(format!("`{}` cannot be written: {why}", shown(path)));
    if about.permissions().readonly() {
        return Err(cannot("it is read-only"));
    }
    if read(path, old.len() as u64)? != old {
        return Err(cannot("it has changed since it was checked").hint("run the command again"));
    }
    let written = if n_names(&about) > 1 {
        fs::write(&target, new)
    } else {
        let folder = target.parent().unwrap_or(Path::new("/"));
        temporary(folder).and_then(|mut file| {
            file.write_all(new)?;
            file.as_file().sync_all()?;
            file.as_file().set_permissions(about.permissions())?;
            file.persist(&target).map_err(|error| error.error)?;
            Ok(())
        })
    };
    written.map_err(|error| unwritten(path, &error))
}

/// How many names a file has.
#[cfg(unix)]
fn n_names(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

#[cfg(not(unix))]
fn n_names(_about: &fs::Metadata) -> u64 {
    1
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

/// A path as messages show it. Bytes that are no text, and characters that a terminal would obey, are written out,
/// so that two names are never shown as one.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new(STDIN) {
        return "<stdin>".to_owned();
    }
    let mut shown = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        shown.push_str(&visible(chunk.valid()));
        shown.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    shown
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
    fn names_that_are_no_text_are_written_out() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        for (name, expected) in [
            (&b"a.xml"[..], "a.xml"),
            (b"a\xff\xfe.xml", "a\\xff\\xfe.xml"),
            (b"a\n::error::b\x1b[1m", "a\\n::error::b\\u{1b}[1m"),
            ("%\u{202e}é.xml".as_bytes(), "%\\u{202e}é.xml"),
        ] {
            assert_eq!(shown(Path::new(OsStr::from_bytes(name))), expected);
        }
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_its_links() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.xml"), folder.path().join("b.xml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.xml", &link).unwrap();
        replace(&link, b"old", b"\xef\xbb\xbfnew\r\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"\xef\xbb\xbfnew\r\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_file_with_two_names_shows_what_is_new_under_both() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a.xml"), folder.path().join("b.xml"));
        fs::write(&file, "old").unwrap();
        fs::hard_link(&file, &other).unwrap();
        replace(&file, b"old", b"new").unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"new");
    }

    #[test]
    fn what_is_read_only_or_has_changed_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.xml");
        for now in ["old and more", "ol", "odd"] {
            fs::write(&file, now).unwrap();
            replace(&file, b"old", b"new").unwrap_err();
            assert_eq!(fs::read_to_string(&file).unwrap(), now);
        }
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        replace(&file, b"old", b"new").unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), b"old");
    }

    #[test]
    fn a_pipe_is_read_on_where_its_beginning_ended() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"<policies/>").unwrap();
        drop(writer);
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        let begun = begin(Path::new(&path), 4).unwrap();
        assert_eq!((&begun.head[..], begun.size), (&b"<pol"[..], None));
        assert_eq!(begun.rest(Path::new(&path), 100).unwrap(), b"<policies/>");
    }
}
