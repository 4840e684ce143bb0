//! `bicepconfig.json`, of which the names of registries are read: the nearest one above a file counts, within the
//! project's folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::codes;
use super::load::blanked;
use super::registry::{Aliases, public_alias};
use crate::diag::Diagnostic;
use crate::text::{self, FileError, World};

const NAME: &str = "bicepconfig.json";

/// The configuration files that have been looked at, by folder.
#[derive(Default)]
pub(super) struct Configs {
    folders: BTreeMap<String, Arc<Aliases>>,
}

impl Configs {
    /// The names of registries in the file `path`.
    ///
    /// # Errors
    /// Where the nearest configuration file cannot be read.
    pub(super) fn aliases(&mut self, world: &dyn World, path: &str) -> Result<Arc<Aliases>, Box<Diagnostic>> {
        let folder = text::parent(path);
        if let Some(known) = self.folders.get(folder) {
            return Ok(Arc::clone(known));
        }
        let mut at = folder;
        let aliases = loop {
            match world.read_text(&text::join(at, NAME)) {
                Ok(content) => break Arc::new(read(&text::join(at, NAME), &content)?),
                Err(FileError::NotFound(_)) if !at.is_empty() => at = text::parent(at),
                Err(FileError::NotFound(_)) => break Arc::new(public_alias()),
                Err(error) => return Err(Box::new(Diagnostic::new(&codes::BAD_CONFIG, error.to_string()))),
            }
        };
        self.folders.insert(folder.to_owned(), Arc::clone(&aliases));
        Ok(aliases)
    }
}

/// Reads `{ "moduleAliases": { "br": { "name": { "registry": "…", "modulePath": "…" } } } }`.
fn read(path: &str, content: &str) -> Result<Aliases, Box<Diagnostic>> {
    let refuse = |why: String| Box::new(Diagnostic::new(&codes::BAD_CONFIG, format!("`{path}` {why}")));
    let content = blanked(content.trim_start_matches('\u{feff}'));
    let config: Json = serde_json::from_str(&content)
        .map_err(|error| refuse(format!("is no JSON: line {}, column {}", error.line(), error.column())))?;
    let mut aliases = public_alias();
    let named = config.pointer("/moduleAliases/br").and_then(Json::as_object);
    for (name, alias) in named.into_iter().flatten() {
        let Some(registry) = alias.get("registry").and_then(Json::as_str) else {
            return Err(refuse(format!("does not say which registry `{name}` is")));
        };
        let path = alias.get("modulePath").and_then(Json::as_str).unwrap_or_default();
        aliases.insert(name.clone(), (registry.to_owned(), path.trim_matches('/').to_owned()));
    }
    Ok(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryWorld;

    #[test]
    fn the_nearest_file_above_says_what_names_stand_for() {
        let config = |registry: &str| {
            format!(
                "{{ // ours\n\"moduleAliases\": {{\"br\": {{\"mine\": {{\"registry\": \"{registry}\"}}}}}}}}"
            )
        };
        let world = MemoryWorld::default()
            .with("bicepconfig.json", &config("outer.io"))
            .with("a/bicepconfig.json", &config("inner.io"))
            .with("b/bicepconfig.json", "{\"moduleAliases\": {\"br\": {\"mine\": {}}}}")
            .with("c/bicepconfig.json", "{");
        let mut configs = Configs::default();
        for (path, expected) in [
            ("main.bicep", Some("outer.io")),
            ("a/b/main.bicep", Some("inner.io")),
            ("x/main.bicep", Some("outer.io")),
            ("b/main.bicep", None),
            ("c/main.bicep", None),
        ] {
            let aliases = configs.aliases(&world, path).ok();
            let registry = aliases
                .as_ref()
                .and_then(|aliases| aliases.get("mine"))
                .map(|(registry, _)| registry.as_str());
            assert_eq!(registry, expected, "{path}");
            assert!(aliases.is_none_or(|aliases| aliases.contains_key("public")));
        }
    }
}
