//! Where the pure layers read files from. They never touch the file system themselves: `cli` gives them the files
//! inside the binary, tests give them a map.

use std::collections::BTreeMap;

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("`{0}` does not exist")]
    NotFound(String),
    #[error("`{path}` could not be read: {reason}")]
    Unreadable { path: String, reason: String },
}

/// Read access to files by `/`-separated path.
pub trait World {
    /// Reads the whole file.
    ///
    /// # Errors
    /// [`FileError::NotFound`] where there is no such file, [`FileError::Unreadable`] for anything else.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Lists the files directly or deeper below `folder`, sorted; empty where there is none.
    fn list(&self, folder: &str) -> Vec<String>;

    /// Reads the file as UTF-8.
    ///
    /// # Errors
    /// As [`World::read`], and [`FileError::Unreadable`] where the bytes are not UTF-8.
    fn read_text(&self, path: &str) -> Result<String, FileError> {
        String::from_utf8(self.read(path)?).map_err(|error| FileError::Unreadable {
            path: path.to_owned(),
            reason: format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()),
        })
    }
}

/// A world that is a map, for tests and for files made on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryWorld(pub BTreeMap<String, Vec<u8>>);

impl MemoryWorld {
    /// Adds a file, or replaces it.
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.0.get(path).cloned().ok_or_else(|| FileError::NotFound(path.to_owned()))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.0.keys().filter(|path| path.starts_with(&prefix)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_whole_path_and_listed_below_its_folder() {
        let world = MemoryWorld::default().with("a/x", "one").with("a/b/y", "two").with("ab/z", "three");
        assert_eq!(world.read_text("a/x").unwrap(), "one");
        assert_eq!(world.read("x"), Err(FileError::NotFound("x".to_owned())));
        assert_eq!(world.list("a"), ["a/b/y", "a/x"]);
        assert_eq!(world.list("").len(), 3);
    }

    #[test]
    fn text_that_is_not_utf8_is_unreadable() {
        let mut world = MemoryWorld::default();
        world.0.insert("b".to_owned(), vec![b'a', 0xff]);
        assert!(matches!(world.read_text("b"), Err(FileError::Unreadable { .. })));
    }
}
