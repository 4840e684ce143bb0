//! OCI layouts (github.com/opencontainers/image-spec, image-layout.md, v1.1): a folder with `oci-layout`, `index.json` and
//! `blobs/sha256/…`, whose content is named by its hash. The index names the manifest of each tag, the manifest the layer
//! that holds the compiled template. Every hash on the way is compared.

use serde_json::{Value as Json, json};

use super::source::{Content, Source};
use crate::bicep::{Artifact, Version};
use crate::text::sha256;

/// What a tag is called in an index.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// The layer with the template (Azure/bicep, src/Bicep.Core/Registry/Oci/BicepMediaTypes.cs, 2026-08-21).
const TEMPLATE: &str = "application/vnd.ms.bicep.module.layer.v1+json";

/// Manifests in one index that are looked at; a registry has some hundred tags of a module.
const MANIFESTS_MAX: usize = 10_000;

/// Finds a module in the layouts at one of `bases`, or in a layout that the folder itself is, whose tags are whole names.
pub(super) fn find(
    source: &Source,
    bases: &[String],
    artifact: &Artifact,
) -> Option<Result<Content, String>> {
    let whole = artifact.full();
    let whole = whole.trim_start_matches("br:");
    let tag = match &artifact.version {
        Version::Tag(tag) => tag.as_str(),
        Version::Digest(_) => "",
    };
    let at_bases = bases.iter().map(|base| (format!("{base}/"), tag));
    at_bases.chain([(String::new(), whole)]).find_map(|(at, name)| in_layout(source, &at, name, artifact))
}

fn in_layout(source: &Source, at: &str, name: &str, artifact: &Artifact) -> Option<Result<Content, String>> {
    source.read(&format!("{at}oci-layout"))?.ok()?;
    let index = match source.read(&format!("{at}index.json"))? {
        Ok(index) => index,
        Err(why) => return Some(Err(why)),
    };
    let Ok(index) = serde_json::from_slice::<Json>(&index) else {
        return Some(Err(format!("`{at}index.json` is no JSON")));
    };
    let manifests = index.get("manifests").and_then(Json::as_array)?;
    let is_it = |manifest: &&Json| match &artifact.version {
        Version::Digest(digest) => manifest.get("digest").and_then(Json::as_str) == Some(digest),
        Version::Tag(_) => {
            manifest.pointer(&format!("/annotations/{REF_NAME}")).and_then(Json::as_str) == Some(name)
        }
    };
    let manifest = manifests.iter().take(MANIFESTS_MAX).find(is_it)?;
    Some(content(source, at, manifest))
}

fn content(source: &Source, at: &str, descriptor: &Json) -> Result<Content, String> {
    let (manifest, digest) = blob(source, at, descriptor)?;
    let (layer, _) = layer(&manifest)?;
    let (main, _) = blob(source, at, &layer)?;
    // What the official tools write beside a restored module.
    let metadata = format!("{}\n", json!({ "manifestDigest": digest })).into_bytes();
    Ok(Content { main, manifest: Some((manifest, metadata)), from: format!("{at}index.json") })
}

/// The descriptor of the layer that holds the template, with its digest.
fn layer(manifest: &[u8]) -> Result<(Json, String), String> {
    let manifest: Json =
        serde_json::from_slice(manifest).map_err(|_| "the manifest is no JSON".to_owned())?;
    let layers = manifest.get("layers").and_then(Json::as_array);
    let is_template = |layer: &&Json| {
        layer.get("mediaType").and_then(Json::as_str).is_some_and(|it| it.eq_ignore_ascii_case(TEMPLATE))
    };
    let layer = layers.into_iter().flatten().find(is_template);
    let layer = layer.ok_or_else(|| "the artifact is no Bicep module".to_owned())?;
    let digest = layer.get("digest").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok((layer.clone(), digest))
}

/// The content that a descriptor names, whose hash and size are those of the descriptor.
fn blob(source: &Source, at: &str, descriptor: &Json) -> Result<(Vec<u8>, String), String> {
    let digest = descriptor.get("digest").and_then(Json::as_str).unwrap_or_default();
    let hash = digest.strip_prefix("sha256:").filter(|hash| {
        hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    });
    let hash = hash.ok_or_else(|| format!("`{digest}` is no SHA-256 digest"))?;
    let path = format!("{at}blobs/sha256/{hash}");
    let content = source.read(&path).unwrap_or_else(|| Err(format!("`{path}` does not exist")))?;
    let size = descriptor.get("size").and_then(Json::as_u64);
    if sha256(&content) != hash || size.is_some_and(|size| size != content.len() as u64) {
        return Err(format!("`{path}` is damaged: its content has another hash"));
    }
    Ok((content, digest.to_owned()))
}

/// Compares a template of a cache with the manifest beside it, and the manifest with the digest that is asked for.
pub(super) fn check_cached(manifest: &[u8], main: &[u8], artifact: &Artifact) -> Result<(), String> {
    let (_, digest) = layer(manifest)?;
    if digest != format!("sha256:{}", sha256(main)) {
        return Err("its `main.json` is damaged: the manifest beside it names another hash".to_owned());
    }
    match &artifact.version {
        Version::Digest(digest) if *digest != format!("sha256:{}", sha256(manifest)) => {
            Err("its manifest is damaged: it has another hash".to_owned())
        }
        _ => Ok(()),
    }
}
