//! `--watch`: what a run has read is looked at every now and then, and another run begins when any of it has changed.
//! A file counts as changed when its content has, not when it was only written again.

#![expect(clippy::disallowed_methods, reason = "cli is the rim: it looks at the user's files and waits")]

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::inputs;
use super::world::from_here;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::text::plural;

/// Short enough to be there before the user is, long enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// What a run has read, with what it looked like.
#[derive(Debug, Default)]
pub(super) struct Seen {
    files: BTreeMap<PathBuf, Stamp>,
    folders: BTreeMap<PathBuf, u64>,
    patterns: BTreeMap<String, u64>,
}

/// A file at one time; all none where there was no file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stamp {
    written: Option<SystemTime>,
    bytes: Option<u64>,
    content: Option<u64>,
}

impl Stamp {
    fn of(file: &Path) -> Self {
        let about = fs::metadata(file).ok().filter(fs::Metadata::is_file);
        let content = about.as_ref().and_then(|_| fs::read(file).ok()).map(|content| hash(&content));
        Self { content, ..Self::outside(about.as_ref()) }
    }

    /// Without the content.
    fn outside(about: Option<&fs::Metadata>) -> Self {
        Self {
            written: about.and_then(|it| it.modified().ok()),
            bytes: about.map(fs::Metadata::len),
            content: None,
        }
    }
}

fn hash(value: &(impl std::hash::Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn listing(folder: &Path) -> u64 {
    let mut names: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    hash(&names)
}

fn matches(pattern: &str) -> u64 {
    hash(&inputs::matching(pattern).map(|(_, matching)| matching).unwrap_or_default())
}

impl Seen {
    /// A file by itself, also one that does not exist.
    pub(super) fn of(file: &Path) -> Self {
        let mut seen = Self::default();
        seen.add_file(file);
        seen
    }

    pub(super) fn add_file(&mut self, file: &Path) {
        self.files.entry(file.to_owned()).or_insert_with(|| Stamp::of(file));
    }

    pub(super) fn add_folder(&mut self, folder: &Path) {
        self.folders.entry(folder.to_owned()).or_insert_with(|| listing(folder));
    }

    pub(super) fn add_pattern(&mut self, pattern: &str) {
        self.patterns.insert(pattern.to_owned(), matches(pattern));
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.folders.extend(other.folders);
        self.patterns.extend(other.patterns);
    }

    /// What has changed since, as it is shown to people.
    fn changed(&mut self) -> Vec<String> {
        let mut changed = Vec::new();
        for (file, stamp) in &mut self.files {
            let about = fs::metadata(file).ok().filter(fs::Metadata::is_file);
            if Stamp::outside(about.as_ref()) == (Stamp { content: None, ..*stamp }) {
                continue;
            }
            let now = Stamp::of(file);
            if now.content != stamp.content {
                changed.push(files::shown(from_here(file)));
            }
            *stamp = now;
        }
        let folders = self.folders.iter().filter(|(folder, names)| listing(folder) != **names);
        changed.extend(folders.map(|(folder, _)| files::shown(from_here(folder))));
        let patterns = self.patterns.iter().filter(|(pattern, files)| matches(pattern) != **files);
        changed.extend(patterns.map(|(pattern, _)| pattern.clone()));
        changed
    }
}

/// Runs `round` now and after every change; `wait` lets some time go by and says whether to go on.
fn watch(round: &mut dyn FnMut() -> Seen, wait: &mut dyn FnMut() -> bool, tell: &dyn Fn(&str)) {
    let mut seen = round();
    tell(&format!("watching {}; Ctrl-C ends", plural(seen.files.len(), "file")));
    while wait() {
        let changed = seen.changed();
        let Some(first) = changed.first() else { continue };
        let more = if changed.len() > 1 { format!(" and {} more", changed.len() - 1) } else { String::new() };
        tell(&format!("`{first}`{more} changed"));
        seen = round();
    }
}

/// Runs `round` now and after every change, until Ctrl-C.
pub(super) fn until_ctrl_c(ui: &Ui, round: &mut dyn FnMut() -> Seen) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(Exit::Bug, format!("the async runtime did not start: {error}")))?;
    let mut stop = Box::pin(tokio::signal::ctrl_c());
    let mut pause = |time: Duration| {
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = &mut stop => false,
                () = tokio::time::sleep(time) => true,
            }
        })
    };
    // From the first look on the signal is ours: it ends the wait, not a file that is being written.
    if pause(Duration::ZERO) {
        watch(round, &mut || pause(LOOK_EVERY), &|line| ui.say(line));
    }
    Ok(Exit::Cancelled)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_run_begins_again_when_what_it_read_has_another_content() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one.bicep", "other.bicep"].map(|name| folder.path().join(name));
        fs::write(&one, "a").unwrap();
        let told = RefCell::new(Vec::new());
        let rounds = RefCell::new(0);
        let mut round = || {
            *rounds.borrow_mut() += 1;
            let mut seen = Seen::of(&one);
            seen.add_file(&other);
            seen.add_folder(folder.path());
            seen
        };
        let mut looks = 0;
        let mut wait = || {
            looks += 1;
            match looks {
                // Nothing happens; it is written as it was; it changes; the other one appears; that one goes.
                1 => {}
                2 => fs::write(&one, "a").unwrap(),
                3 => fs::write(&one, "bb").unwrap(),
                4 => fs::write(&other, "c").unwrap(),
                5 => fs::remove_file(&other).unwrap(),
                _ => return false,
            }
            true
        };
        watch(&mut round, &mut wait, &|line| told.borrow_mut().push(line.to_owned()));
        assert_eq!(*rounds.borrow(), 4);
        let (one, other) = (files::shown(&one), files::shown(&other));
        assert_eq!(
            *told.borrow(),
            [
                "watching 2 files; Ctrl-C ends".to_owned(),
                format!("`{one}` changed"),
                format!("`{other}` and 1 more changed"),
                format!("`{other}` and 1 more changed"),
            ]
        );
    }
}
