//! Starts a spec from an API Management service that is there: what of it the spec can say is said, and everything else
//! is told by a diagnostic. Reading the service is left to `deploy`.

pub mod codes;
mod draft;
mod entities;
mod found;
mod front;
mod models;
mod policies;
mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use found::{Account, Entity, Found};

use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{self, LandingZone};
use crate::policy::canonical_text;
use crate::render;
use crate::spec;
use crate::text::{Source, diff};
use draft::Draft;

/// What an import comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub spec: String,
    /// Policies that the spec does not render, and how they differ: path below the folder beside the spec, and text.
    pub files: BTreeMap<String, String>,
    pub findings: Vec<Diagnostic>,
    /// What is wrong with the spec, where somebody has to mend it by hand.
    pub refused: Option<Diagnostics>,
}

/// Makes the spec of what was found.
pub fn import(found: &Found) -> Imported {
    let mut draft = Draft::default();
    models::place(found, &mut draft);
    front::app_gateway(found, &mut draft);
    models::accounts(found, &mut draft);
    entities::pools(found, &mut draft);
    entities::apis(found, &mut draft);
    entities::products(found, &mut draft);
    entities::rest(found, &mut draft);
    // The comments of the spec list what it cannot say, so what it renders is compared before they are written.
    let (zone, _) = read(&draft.spec(&[]));
    let mut files = BTreeMap::new();
    compare(found, zone.as_ref(), &mut draft, &mut files);
    let text = draft.spec(&draft.findings);
    let (_, refused) = read(&text);
    Imported { spec: text, files, findings: draft.findings, refused }
}

/// Reads a spec as every command does.
fn read(text: &str) -> (Option<LandingZone>, Option<Diagnostics>) {
    let source: Arc<Source> = Source::new("landing-zone.yaml", text);
    let parsed = spec::parse(&source, &|_| None);
    match parsed.and_then(|(spec, _)| model::resolve(&spec, &source)) {
        Ok((zone, _)) => (Some(zone), None),
        Err(refused) => (None, Some(refused)),
    }
}

/// Tells of each policy that runs what the spec renders in its place.
fn compare(
    found: &Found,
    zone: Option<&LandingZone>,
    draft: &mut Draft,
    files: &mut BTreeMap<String, String>,
) {
    let rendered =
        zone.and_then(|zone| render::render(zone).ok()).map(|bundle| bundle.files).unwrap_or_default();
    for (kind, name, text) in found.policies() {
        let path = format!("{kind}/{}.xml", file_name(name));
        let ours = rendered.get(&format!("policies/{kind}/{name}.xml")).map(String::as_str);
        let (runs, renders) = (canonical_text(text), ours.map(canonical_text).unwrap_or_default());
        if runs == renders || (ours.is_none() && is_without_effect(&runs)) {
            continue;
        }
        files.insert(path.clone(), text.to_owned());
        let what = match kind {
            "service" => "the policy of the service".to_owned(),
            "fragments" => format!("fragment `{name}`"),
            "operations" => format!("the policy of operation `{name}`"),
            _ => {
                format!("the policy of {kind} `{name}`").replace("apis", "API").replace("products", "product")
            }
        };
        let message = if ours.is_none() {
            format!("{what} is not in the spec; it is written beside it as `{path}`")
        } else {
            files.insert(format!("{path}.diff"), diff(&path, &runs, &renders));
            format!(
                "{what} differs from what the spec renders; `{path}` has it as it runs, `{path}.diff` the difference"
            )
        };
        draft.tell(&codes::POLICY_NOT_OURS, message);
    }
}

fn is_without_effect(canonical: &str) -> bool {
    policies::WITHOUT_EFFECT.iter().any(|text| canonical_text(text) == canonical)
}

/// Letters, digits and hyphens; a hash keeps names apart that come out the same.
fn file_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
        .take(80)
        .collect();
    if plain == name { plain } else { format!("{plain}-{:08x}", fnv(name)) }
}

/// FNV-1a, for names of files only.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests;
