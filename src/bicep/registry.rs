//! References to modules in registries, `br/public:avm/res/key-vault/vault:0.13.0`, and where the official tools keep
//! what they have restored (Azure/bicep, src/Bicep.Core/Registry/OciArtifactRegistry.cs, 2026-08-21). Nothing is
//! fetched here.

/// A reference that is no path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Registry {
        /// `br:registry/repository:tag`, without alias.
        full: String,
        /// The path of the compiled module below the cache folder.
        cached: String,
    },
    /// A template spec, or a registry that an alias of a configuration file names.
    Other,
}

/// The registry and the folder that `br/public:` stands for.
const PUBLIC: &str = "mcr.microsoft.com/bicep/";

/// Reads a reference; none where `written` is a path.
pub(super) fn reference(written: &str) -> Option<Reference> {
    if written.starts_with("ts:") || written.starts_with("ts/") {
        return Some(Reference::Other);
    }
    let rest = match (written.strip_prefix("br:"), written.strip_prefix("br/")) {
        (Some(rest), _) => rest.to_owned(),
        (None, Some(aliased)) => match aliased.split_once(':') {
            Some(("public", rest)) => format!("{PUBLIC}{rest}"),
            _ => return Some(Reference::Other),
        },
        (None, None) => return None,
    };
    let Some(cached) = cached(&rest) else { return Some(Reference::Other) };
    Some(Reference::Registry { full: format!("br:{rest}"), cached })
}

fn cached(rest: &str) -> Option<String> {
    let (registry, path) = rest.split_once('/')?;
    let (repository, version) = match path.split_once('@') {
        Some((repository, digest)) => (repository, digest.replace(':', "#")),
        None => {
            let (repository, tag) = path.rsplit_once(':')?;
            // Capital letters would be encoded behind the sign.
            if tag.chars().any(|c| c.is_ascii_uppercase()) {
                return None;
            }
            (repository, format!("{tag}$"))
        }
    };
    let plain = |text: &str| {
        !text.is_empty()
            && !text.split('/').any(|part| matches!(part, "" | "." | ".."))
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '$' | '#'))
    };
    if ![registry, repository, &version].into_iter().all(plain) || version.contains('/') {
        return None;
    }
    let registry = registry.replace(':', "$").to_ascii_lowercase();
    Some(format!("br/{registry}/{}/{version}/main.json", repository.replace('/', "$")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_where_its_module_was_restored_to() {
        for (written, expected) in [
            ("./br/public.bicep", None),
            (
                "br/public:avm/res/a/b:0.1.0",
                Some(Reference::Registry {
                    full: "br:mcr.microsoft.com/bicep/avm/res/a/b:0.1.0".into(),
                    cached: "br/mcr.microsoft.com/bicep$avm$res$a$b/0.1.0$/main.json".into(),
                }),
            ),
            (
                "br:localhost:5000/x@sha256:e2",
                Some(Reference::Registry {
                    full: "br:localhost:5000/x@sha256:e2".into(),
                    cached: "br/localhost$5000/x/sha256#e2/main.json".into(),
                }),
            ),
            ("br:example.azurecr.io/../../x:1", Some(Reference::Other)),
            ("br/mine:x:1", Some(Reference::Other)),
            ("ts:a/b", Some(Reference::Other)),
        ] {
            assert_eq!(reference(written), expected, "{written}");
        }
    }
}
