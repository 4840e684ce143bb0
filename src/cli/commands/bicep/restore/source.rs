//! A folder that modules are taken from. What a platform team has at hand without a network is one of
//!
//! - the cache of another machine, `~/.bicep` or its `br`: `br/mcr.microsoft.com/bicep$avm$…/0.1.0$/main.json`;
//! - OCI layouts, as `oras copy --to-oci-layout` makes them, at the path of the module (see `oci`);
//! - compiled templates by name and version: `avm/res/key-vault/vault/0.13.0/main.json`;
//! - a checkout of bicep-registry-modules, whose modules say which version they are.
//!
//! A path begins with the registry, with the path in the registry, or without `bicep/` for the public one. Nothing
//! outside of the folder is read, also not through links.

use std::path::Path;

use serde_json::Value as Json;

use super::super::world::Folder;
use super::oci;
use crate::bicep::{Artifact, Version};
use crate::cli::error::CommandError;
use crate::text::{FileError, World as _};

/// A folder that modules are taken from.
pub(super) struct Source {
    pub(super) folder: Folder,
}

/// One module, as it is found in the folder.
pub(super) struct Content {
    /// The compiled template.
    pub(super) main: Vec<u8>,
    /// What the official tools keep beside it, `manifest` and `metadata`, where the folder has it.
    pub(super) manifest: Option<(Vec<u8>, Vec<u8>)>,
    /// Where it was, below the folder.
    pub(super) from: String,
}

impl Source {
    pub(super) fn open(folder: &Path) -> Result<Self, CommandError> {
        Ok(Self { folder: Folder::all_of(folder)? })
    }

    /// Finds a module and checks that it is the one.
    ///
    /// # Errors
    /// Why it cannot be had, in words.
    pub(super) fn find(&self, artifact: &Artifact) -> Result<Content, String> {
        let mut others = Vec::new();
        let bases = bases(artifact);
        let found = self
            .in_a_cache(artifact)
            .or_else(|| bases.iter().find_map(|base| self.by_version(base, artifact)))
            .or_else(|| oci::find(self, &bases, artifact))
            .or_else(|| bases.iter().find_map(|base| self.in_a_checkout(base, artifact, &mut others)));
        match (found, others.first()) {
            (Some(found), _) => found.and_then(sound),
            (None, Some(other)) => Err(other.clone()),
            (None, None) => Err("the folder does not have it".to_owned()),
        }
    }

    /// The file at `path`; none where there is no such file.
    pub(super) fn read(&self, path: &str) -> Option<Result<Vec<u8>, String>> {
        match self.folder.read(path) {
            Err(FileError::NotFound(_)) => None,
            read => Some(read.map_err(|error| error.to_string())),
        }
    }

    fn in_a_cache(&self, artifact: &Artifact) -> Option<Result<Content, String>> {
        let below = artifact.folder();
        let folders = [below.as_str(), below.trim_start_matches("br/")];
        folders.iter().find_map(|folder| {
            let from = format!("{folder}/main.json");
            let main = self.read(&from)?;
            let beside = |name: &str| self.read(&format!("{folder}/{name}")).and_then(Result::ok);
            let manifest = beside("manifest").zip(beside("metadata"));
            Some(main.and_then(|main| {
                if let Some((manifest, _)) = &manifest {
                    oci::check_cached(manifest, &main, artifact)?;
                } else if let Version::Digest(_) = artifact.version {
                    return Err("nothing beside it says which digest it has".to_owned());
                }
                Ok(Content { main, manifest, from })
            }))
        })
    }

    fn by_version(&self, base: &str, artifact: &Artifact) -> Option<Result<Content, String>> {
        let Version::Tag(tag) = &artifact.version else { return None };
        let from = format!("{base}/{tag}/main.json");
        let main = self.read(&from)?;
        Some(main.map(|main| Content { main, manifest: None, from }))
    }

    /// A checkout holds one version of each module. Which one, the module's list of changes says, or its version file, in
    /// which the last number is left out; a module without either might be any.
    fn in_a_checkout(
        &self,
        base: &str,
        artifact: &Artifact,
        others: &mut Vec<String>,
    ) -> Option<Result<Content, String>> {
        let Version::Tag(tag) = &artifact.version else { return None };
        let from = format!("{base}/main.json");
        let main = self.read(&from)?;
        let text = |name: &str| {
            let content = self.read(&format!("{base}/{name}"))?.ok()?;
            String::from_utf8(content).ok()
        };
        let newest = text("CHANGELOG.md").and_then(|changes| newest_version(&changes));
        let of_file = || {
            let json: Json = serde_json::from_str(&text("version.json")?).ok()?;
            Some(json.get("version")?.as_str()?.to_owned())
        };
        let is_it = match (&newest, of_file()) {
            (Some(newest), _) => newest == tag,
            (None, Some(begins)) => {
                let number = tag.strip_prefix(&begins).and_then(|rest| rest.strip_prefix('.'));
                number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
            }
            (None, None) => {
                others.push(format!("`{from}` does not say which version it is"));
                return None;
            }
        };
        if is_it {
            return Some(main.map(|main| Content { main, manifest: None, from }));
        }
        let other = newest.or_else(of_file).unwrap_or_default();
        others.push(format!("`{base}` has version {other}"));
        None
    }
}

/// The paths that a module may have in a folder.
fn bases(artifact: &Artifact) -> Vec<String> {
    let Artifact { registry, repository, .. } = artifact;
    let mut bases = vec![format!("{}/{repository}", registry.replace(':', "$")), repository.clone()];
    if registry.eq_ignore_ascii_case("mcr.microsoft.com") {
        bases.extend(repository.strip_prefix("bicep/").map(str::to_owned));
    }
    bases
}

/// The first heading of a list of changes that is a version, `## 0.13.0`.
fn newest_version(changes: &str) -> Option<String> {
    let headings = changes.lines().filter_map(|line| line.strip_prefix("## "));
    let words = headings.map(|heading| heading.split_whitespace().next().unwrap_or_default());
    words
        .map(|word| word.trim_start_matches(['[', 'v']).trim_end_matches(']'))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// What was found, where it is an ARM template.
fn sound(content: Content) -> Result<Content, String> {
    let template: Option<Json> = serde_json::from_slice(&content.main).ok();
    let schema = template.as_ref().and_then(|template| template.get("$schema")).and_then(Json::as_str);
    if schema.is_some_and(|schema| schema.to_ascii_lowercase().contains("deploymenttemplate.json")) {
        Ok(content)
    } else {
        Err(format!("`{}` is no ARM template", content.from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_the_first_heading_that_is_one() {
        for (changes, expected) in [
            ("# Changelog\n\n## 0.14.0\n\n### Changes\n\n## 0.13.0\n", Some("0.14.0")),
            ("## Unreleased\n## [1.2.3] - 2026-01-01\n", Some("1.2.3")),
            ("# Changelog\n", None),
        ] {
            assert_eq!(newest_version(changes).as_deref(), expected);
        }
    }
}
