//! References to modules in registries, `br/public:avm/res/key-vault/vault:0.13.0`, and where the official tools keep
//! what they have restored (Azure/bicep, src/Bicep.Core/Registry/OciArtifactRegistry.cs, 2026-08-21). Nothing is
//! fetched here.

use std::collections::BTreeMap;

/// A module as a registry knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artifact {
    /// The host, with its port.
    pub registry: String,
    /// The path of the module in the registry.
    pub repository: String,
    pub version: Version,
}

/// Which of a module's contents is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Such as `0.13.0`.
    Tag(String),
    /// Such as `sha256:` and 64 digits: the hash of the artifact's manifest.
    Digest(String),
}

impl Artifact {
    /// Returns `br:registry/repository:tag`, without alias.
    pub fn full(&self) -> String {
        let Self { registry, repository, version } = self;
        match version {
            Version::Tag(tag) => format!("br:{registry}/{repository}:{tag}"),
            Version::Digest(digest) => format!("br:{registry}/{repository}@{digest}"),
        }
    }

    /// Returns the folder of the module below that of all restored modules; `main.json` lies in it.
    pub fn folder(&self) -> String {
        let registry = self.registry.replace(':', "$").to_ascii_lowercase();
        let version = match &self.version {
            Version::Tag(tag) => encoded(tag),
            Version::Digest(digest) => digest.replace(':', "#"),
        };
        format!("br/{registry}/{}/{version}", self.repository.replace('/', "$"))
    }
}

/// A tag as a name that file systems without capital letters keep apart: behind the `$` stands which letters are
/// capitals, a bit for each character (Azure/bicep, src/Bicep.Core/Registry/Oci/TagEncoder.cs, 2026-08-21).
fn encoded(tag: &str) -> String {
    let capitals = tag.chars().enumerate().filter(|(_, c)| c.is_ascii_uppercase());
    let mask = capitals.fold(0u128, |mask, (at, _)| mask | 1 << at);
    if mask == 0 { format!("{tag}$") } else { format!("{tag}${mask:x}") }
}

/// A reference that is no path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Registry(Artifact),
    /// `br/name:` where no configuration file says what the name stands for.
    UnknownAlias(String),
    TemplateSpec,
    /// Not of the form that a registry takes.
    Malformed,
}

/// What the names of registries stand for: a registry and the beginning of a path.
pub(super) type Aliases = BTreeMap<String, (String, String)>;

/// What is known without a configuration file (Azure/bicep, src/Bicep.Core/Configuration/bicepconfig.json, 2026-08-21).
pub(super) fn public_alias() -> Aliases {
    Aliases::from([("public".to_owned(), ("mcr.microsoft.com".to_owned(), "bicep".to_owned()))])
}

/// True where `written` is a reference rather than a path.
pub(super) fn is_reference(written: &str) -> bool {
    ["ts:", "ts/", "br:", "br/"].iter().any(|scheme| written.starts_with(scheme))
}

/// Reads a reference; none where `written` is a path.
pub(super) fn reference(written: &str, aliases: &Aliases) -> Option<Reference> {
    if written.starts_with("ts:") || written.starts_with("ts/") {
        return Some(Reference::TemplateSpec);
    }
    let rest = match (written.strip_prefix("br:"), written.strip_prefix("br/")) {
        (Some(rest), _) => rest.to_owned(),
        (None, Some(aliased)) => {
            let Some((alias, rest)) = aliased.split_once(':') else { return Some(Reference::Malformed) };
            match aliases.get(alias) {
                Some((registry, path)) if path.is_empty() => format!("{registry}/{rest}"),
                Some((registry, path)) => format!("{registry}/{path}/{rest}"),
                None => return Some(Reference::UnknownAlias(alias.to_owned())),
            }
        }
        (None, None) => return None,
    };
    Some(artifact(&rest).map_or(Reference::Malformed, Reference::Registry))
}

/// The rules of Azure/bicep, src/Bicep.Core/Registry/Oci/OciArtifactReferenceFacts.cs, 2026-08-21, so that nothing
/// becomes a path that is no name.
fn artifact(rest: &str) -> Option<Artifact> {
    const LENGTH_MAX: usize = 255;
    const TAG_LENGTH_MAX: usize = 128;
    let (registry, path) = rest.split_once('/')?;
    let (repository, version) = match path.split_once('@') {
        Some((repository, digest)) => (repository, Version::Digest(digest.to_owned())),
        None => path.rsplit_once(':').map(|(repository, tag)| (repository, Version::Tag(tag.to_owned())))?,
    };
    let is_host = !registry.starts_with(['.', '-'])
        && registry.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    let is_step = |step: &str| {
        let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        is_end(step.chars().next())
            && is_end(step.chars().last())
            && step.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    let is_version = match &version {
        Version::Tag(tag) => {
            tag.len() <= TAG_LENGTH_MAX
                && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        }
        Version::Digest(digest) => digest.strip_prefix("sha256:").is_some_and(|digits| {
            digits.len() == 64 && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        }),
    };
    let is_short = (1..=LENGTH_MAX).contains(&registry.len()) && (1..=LENGTH_MAX).contains(&repository.len());
    (is_short && is_host && is_version && repository.split('/').all(is_step)).then(|| Artifact {
        registry: registry.to_owned(),
        repository: repository.to_owned(),
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_which_module_it_is_and_where_that_was_restored_to() {
        let digest = format!("sha256:{}", "e2".repeat(32));
        let mut aliases = public_alias();
        aliases.insert("mine".into(), ("example.azurecr.io".into(), String::new()));
        for (written, full, folder) in [
            (
                "br/public:avm/res/a/b:0.1.0",
                "br:mcr.microsoft.com/bicep/avm/res/a/b:0.1.0",
                "br/mcr.microsoft.com/bicep$avm$res$a$b/0.1.0$",
            ),
            ("br/mine:x:v1", "br:example.azurecr.io/x:v1", "br/example.azurecr.io/x/v1$"),
            ("br:Localhost:5000/x:RC1-b", "br:Localhost:5000/x:RC1-b", "br/localhost$5000/x/RC1-b$3"),
            (
                &format!("br:example.azurecr.io/x@{digest}"),
                &format!("br:example.azurecr.io/x@{digest}"),
                &format!("br/example.azurecr.io/x/{}", digest.replace(':', "#")),
            ),
        ] {
            let Some(Reference::Registry(artifact)) = reference(written, &aliases) else {
                panic!("{written} is a reference")
            };
            assert_eq!((artifact.full().as_str(), artifact.folder().as_str()), (full, folder));
        }
    }

    #[test]
    fn what_is_no_name_of_a_module_becomes_no_path() {
        let other = |written: &str| reference(written, &public_alias());
        assert_eq!(other("./br/public.bicep"), None);
        assert_eq!(other("br/other:x:1"), Some(Reference::UnknownAlias("other".into())));
        assert_eq!(other("ts:a/b"), Some(Reference::TemplateSpec));
        for written in [
            "br:example.azurecr.io/../../x:1",
            "br:example.azurecr.io/x:../1",
            "br:example.azurecr.io//x:1",
            "br:../x/y:1",
            "br:example.azurecr.io/x",
            "br:example.azurecr.io/x@sha256:e2",
            "br:example.azurecr.io/X:1",
            "br/public",
        ] {
            assert_eq!(other(written), Some(Reference::Malformed), "{written}");
        }
    }
}
