//! What the policy `pii` needs: an account to ask, something to look for, texts that it can read, and one place where it stands.

use super::Checks;
use crate::spec::decode::At;
use crate::spec::types::{Api, Pii, Spec};
use crate::spec::{codes, terms};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let of_apis = spec.apis.iter().filter_map(|api| api.policies.pii.as_ref());
    let of_products = spec.products.iter().filter_map(|product| product.pii.as_ref());
    let of_contracts = spec.contracts.iter().filter_map(|contract| contract.pii.as_ref());
    let of_profiles = spec.policy_profiles.values().filter_map(|profile| profile.pii.as_ref());
    for pii in of_apis.chain(of_products).chain(of_contracts).chain(of_profiles) {
        cx.empty("categories", &pii.categories);
        if spec.baseline.language.is_none() {
            let message = "there is no Language account to find personal data";
            let found = cx.diagnostic(&codes::UNKNOWN_REFERENCE, pii.span, message);
            cx.push(found.help("add `baseline.language: {}`"));
        }
    }
    for product in spec.products.iter() {
        if let Some(pii) = &product.pii {
            let apis: Vec<&str> = product.apis.iter().map(|id| id.as_str()).collect();
            opened(spec, product.id.as_str(), pii, &apis, cx);
        }
    }
    for contract in spec.contracts.iter() {
        if let Some(pii) = terms::of(spec, contract).pii {
            opened(spec, contract.id.as_str(), pii, &terms::apis(spec, contract), cx);
        }
    }
}

/// The APIs that a product opens: each has texts that can be read, and none looks for personal data itself.
fn opened(spec: &Spec, id: &str, pii: &At<Pii>, apis: &[&str], cx: &mut Checks<'_>) {
    for api in spec.apis.iter().filter(|api| apis.contains(&api.id.as_str())) {
        if !api.surface.is_of_models() {
            unread(id, pii, api, cx);
        }
        if let Some(own) = &api.policies.pii {
            let message =
                format!("`{}` looks for personal data itself, so `{id}` would do it again", api.id.as_str());
            let found = cx
                .diagnostic(&codes::CONFLICT, pii.span, message)
                .related(cx.source, own.span, "what all callers of the API have")
                .help("leave `pii` out here, or take it from the API and say it in all products and contracts that open it");
            cx.push(found);
        }
    }
}

/// A product that would promise what it does not do for all of its APIs.
fn unread(id: &str, pii: &At<Pii>, api: &At<Api>, cx: &mut Checks<'_>) {
    let message = format!(
        "`{id}` opens `{}` of surface `{}`, where no texts of prompts can be read",
        api.id.as_str(),
        api.surface.word()
    );
    let found = cx
        .diagnostic(&codes::CONFLICT, pii.span, message)
        .related(cx.source, api.surface.span, "the surface")
        .help(format!("open `{}` by a product or a contract without `pii`", api.id.as_str()));
    cx.push(found);
}
