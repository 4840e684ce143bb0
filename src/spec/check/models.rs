//! What an account needs by its kind, how it is signed in to, and where its models may process prompts.

use super::Checks;
use crate::catalog::regions;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{
    ApiKeySource, DataBoundary, Model, ModelAuth, ModelDeployment, NEEDED_OF_MADE, OutsideBoundary, Spec,
};
use crate::text::Span;

/// First parts of the names of backends for a surface (`v1_ptu-1`), which an account's id may not be.
const RESERVED_IDS: &[&str] = &["converse", "generate", "messages", "v1"];

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for model in spec.models.iter() {
        if RESERVED_IDS.contains(&model.id.as_str()) {
            let message = format!("backends of a surface are named with `{}`", model.id.as_str());
            let found = cx.diagnostic(&codes::CONFLICT, model.id.span, message).help("choose another id");
            cx.push(found);
        }
        place(model, cx);
        sign_in(model, cx);
        for deployment in model.deployments.iter() {
            parts(model, deployment, cx);
        }
    }
    boundary(spec, cx);
}

/// Where the account is: a region where it is made, an endpoint where it is not.
fn place(model: &Model, cx: &mut Checks<'_>) {
    let kind = model.kind.value;
    let mut needs = |field: &str, span: Span, message: String| {
        let found = cx.diagnostic(&codes::MISSING_FIELD, span, message).help(format!("add `{field}`"));
        cx.push(found);
    };
    let (id, word) = (model.id.as_str(), kind.word());
    if model.is_made() && model.location.is_none() {
        needs(
            "location",
            model.id.span,
            format!("`location` of `{id}` is missing: an account that is made has a region"),
        );
    }
    if kind.is_only_found() && model.existing.is_none() {
        let message =
            format!("`existing` of `{id}` is missing: accounts of kind `{word}` are used, not made");
        needs("existing: { endpoint: https://NAME.services.ai.azure.com }", model.id.span, message);
    }
    if kind.needs_endpoint() && model.endpoint.is_none() {
        let message = format!("`endpoint` of `{id}` is missing: `{word}` has no address of its own");
        needs("endpoint", model.id.span, message);
    }
    let mut conflict = |span: Span, message: String, help: &str| {
        let found = cx.diagnostic(&codes::CONFLICT, span, message).help(help);
        cx.push(found);
    };
    if let Some(endpoint) = model.endpoint.as_ref().filter(|_| kind.is_azure()) {
        let help = "write `existing: { endpoint: … }`";
        conflict(
            endpoint.span,
            format!("`endpoint` is for providers outside of Azure, and `{id}` is of kind `{word}`"),
            help,
        );
    }
    if let Some(existing) = model.existing.as_ref().filter(|_| !kind.is_azure()) {
        conflict(
            existing.span,
            format!("`existing` is for accounts of Azure, and `{id}` is of kind `{word}`"),
            "write `endpoint`",
        );
    }
    if let Some(location) = model.location.as_ref().filter(|_| !kind.is_azure()) {
        conflict(location.span, format!("`{id}` of kind `{word}` has no region of Azure"), "leave it out");
    }
}

fn sign_in(model: &Model, cx: &mut Checks<'_>) {
    let (id, kind) = (model.id.as_str(), model.kind.value);
    match model.auth.as_ref().map(|auth| (&auth.value, auth.span)) {
        Some((ModelAuth::ApiKey(_), span)) if model.is_made() => {
            let found = cx
                .diagnostic(&codes::CONFLICT, span, format!("`{id}` is made without keys"))
                .help("leave `auth` out: the gateway's identity has the role it needs");
            cx.push(found);
        }
        Some((ModelAuth::ManagedIdentity, span)) if !kind.is_azure() => {
            let found = cx
                .diagnostic(&codes::CONFLICT, span, format!("`{}` knows no identity of Azure", kind.word()))
                .help("give its key: `auth: { apiKey: { env: NAME } }`");
            cx.push(found);
        }
        None if kind.needs_key() => {
            let found = cx
                .diagnostic(
                    &codes::MISSING_FIELD,
                    model.id.span,
                    format!("`auth` of `{id}` is missing: `{}` needs a key", kind.word()),
                )
                .help("add `auth: { apiKey: { env: NAME } }`");
            cx.push(found);
        }
        _ => {}
    }
}

/// What is needed to make a deployment.
fn parts(model: &Model, deployment: &ModelDeployment, cx: &mut Checks<'_>) {
    if !model.is_made() {
        return;
    }
    let given = [
        deployment.model.is_some(),
        deployment.version.is_some(),
        deployment.sku.is_some(),
        deployment.capacity.is_some(),
    ];
    for (field, _) in NEEDED_OF_MADE.iter().zip(given).filter(|(_, is_given)| !is_given) {
        let found = cx
            .diagnostic(
                &codes::MISSING_FIELD,
                deployment.name.span,
                format!("`{field}` of `{}` is missing", deployment.name.as_str()),
            )
            .help(format!("add `{field}`"));
        cx.push(found);
    }
}

/// Prompts stay where the spec says: no SKU that processes them anywhere, no region and no provider outside.
fn boundary(spec: &Spec, cx: &mut Checks<'_>) {
    let boundary = &spec.azure.data_boundary;
    if boundary.value == DataBoundary::None {
        return;
    }
    let word = boundary.word();
    for model in spec.models.iter() {
        let region = model.location.as_ref().map(|location| (location.normalized(), location.span));
        let outside = region.filter(|(name, _)| {
            regions::all()
                .find(name)
                .is_some_and(|region| region.data_zone.as_deref() != Some(zone(boundary.value)))
        });
        for deployment in model.deployments.iter() {
            if deployment.outside_boundary.value == OutsideBoundary::Allowed {
                continue;
            }
            let name = deployment.name.as_str();
            let problem = if !model.kind.is_azure() {
                Some((
                    deployment.name.span,
                    format!("`{name}` of `{}` is outside of Azure", model.id.as_str()),
                ))
            } else if let Some(sku) = deployment.sku.as_ref().filter(|sku| sku.is_global()) {
                Some((sku.span, format!("`{}` processes prompts of `{name}` anywhere", sku.word())))
            } else {
                outside.as_ref().map(|(region, span)| {
                    (
                        *span,
                        format!(
                            "`{name}` processes prompts in `{region}`, which is not in the data zone `{word}`"
                        ),
                    )
                })
            };
            let Some((span, message)) = problem else { continue };
            let found = cx
                .diagnostic(&codes::OUTSIDE_BOUNDARY, span, message)
                .related(cx.source, boundary.span, "the boundary")
                .help("use a DataZone or regional SKU in a region of the zone, or set `outsideBoundary: allowed`");
            cx.push(found);
        }
    }
}

/// The catalogue's name of the zone.
fn zone(boundary: DataBoundary) -> &'static str {
    match boundary {
        DataBoundary::None => "",
        DataBoundary::Eu => "eu",
        DataBoundary::Us => "us",
    }
}

/// What tells one way to sign in from another: members of a pool share one.
pub(super) fn way_in(model: &At<Model>) -> &'static str {
    match model.auth.as_ref().map(|auth| &auth.value) {
        Some(ModelAuth::ApiKey(source)) => match source.value {
            ApiKeySource::KeyVaultSecret(_) | ApiKeySource::Environment(_) => "a key",
        },
        Some(ModelAuth::ManagedIdentity) => "the gateway's identity",
        None if model.kind.is_azure() => "the gateway's identity",
        None => "nothing",
    }
}
