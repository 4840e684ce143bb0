//! Calls to copy, one for each product, with its first subscription and its first API. On Azure the key is fetched by the
//! command itself, so none is printed and none lands in a history of commands.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::cli::files::STDIN;
use crate::cli::spec_args::SpecArgs;
use crate::model::{Api, Certificate, EntraCallers, LandingZone, Product};
use crate::render;
use crate::verify::calls;

/// One call. Field names are a public format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli::commands) struct PrintedCall {
    pub product: String,
    pub subscription: String,
    pub api: String,
    /// A command line for a POSIX shell.
    pub curl: String,
}

/// Where the key of a call comes from.
pub(in crate::cli::commands) enum KeyFrom<'a> {
    /// Of the sandbox, made for this run, by subscription.
    Known(&'a dyn Fn(&str) -> Option<String>),
    /// `genai-lz keys` for this spec.
    Command { spec: &'a Path, layers: &'a SpecArgs, subscription: Option<&'a str> },
}

/// The calls of all products that have a subscription and an API with a model.
pub(in crate::cli::commands) fn of_products(
    zone: &LandingZone,
    url: &str,
    options: &str,
    key: &KeyFrom<'_>,
) -> Vec<PrintedCall> {
    zone.products.iter().filter_map(|product| of_product(zone, product, url, options, key)).collect()
}

fn of_product(
    zone: &LandingZone,
    product: &Product,
    url: &str,
    options: &str,
    key: &KeyFrom<'_>,
) -> Option<PrintedCall> {
    let subscription = product.subscriptions.first()?;
    let api = zone.apis.iter().find(|api| product.apis.contains(&api.id))?;
    let model = calls::model(api, Some(product))?;
    let body = calls::body(api, model, "hello", false).to_string();
    let path = calls::path(api, model);
    let mut curl = format!("curl -i{options} {}", quoted(&format!("{}{path}", url.trim_end_matches('/'))));
    let _ = write!(curl, " \\\n    -H {}", key_header(key, api, subscription)?);
    if let Some(entra) = entra(api, product) {
        let audience = entra.audiences.first().map(String::as_str).unwrap_or_default();
        let token = format!(
            "$(az account get-access-token --tenant {} --scope {} --query accessToken --output tsv)",
            quoted(&entra.tenant),
            quoted(&format!("{audience}/.default"))
        );
        let _ = write!(curl, " \\\n    -H \"Authorization: Bearer {token}\"");
    }
    let _ = write!(curl, " \\\n    -H 'Content-Type: application/json' -d {}", quoted(&body));
    Some(PrintedCall {
        product: product.id.clone(),
        subscription: subscription.clone(),
        api: api.id.clone(),
        curl,
    })
}

/// The product's own callers go before those of the API: one header holds one token.
fn entra<'a>(api: &'a Api, product: &'a Product) -> Option<&'a EntraCallers> {
    product.entra.as_ref().or(api.entra.as_ref())
}

fn key_header(key: &KeyFrom<'_>, api: &Api, subscription: &str) -> Option<String> {
    let header = render::key_header(api.surface);
    match key {
        KeyFrom::Known(find) => Some(quoted(&format!("{header}: {}", find(subscription)?))),
        KeyFrom::Command { spec, layers, subscription: azure } => {
            let spec = if *spec == Path::new(STDIN) { "SPEC".to_owned() } else { spec.display().to_string() };
            let mut command = format!("genai-lz keys {}", quoted(&spec));
            for word in layers.words() {
                let _ = write!(command, " {}", quoted(&word));
            }
            if let Some(azure) = azure {
                let _ = write!(command, " --subscription {azure}");
            }
            Some(format!("\"{header}: $({command} {})\"", quoted(subscription)))
        }
    }
}

/// Where callers come in, and what curl has to be told of it: Application Gateway where there is one. Its name may not be
/// in DNS yet, and nobody knows a certificate that was made for it.
pub(in crate::cli::commands) fn front_door(
    zone: &LandingZone,
    gateway_url: &str,
    address: Option<&str>,
) -> (String, String) {
    let Some(gateway) = &zone.app_gateway else { return (gateway_url.to_owned(), String::new()) };
    let fqdn = &gateway.fqdn;
    let insecure = if matches!(gateway.certificate, Certificate::SelfSigned { .. }) { " -k" } else { "" };
    let resolve = address.filter(|address| !address.is_empty());
    let resolve = resolve.map(|address| format!(" --resolve {}", quoted(&format!("{fqdn}:443:{address}"))));
    (format!("https://{fqdn}"), format!("{insecure}{}", resolve.unwrap_or_default()))
}

/// A word of a POSIX shell that stands for exactly this text.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-=:".contains(&byte));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_shell_stands_for_its_text() {
        for (text, expected) in [
            ("landing-zone.yaml", "landing-zone.yaml"),
            ("a b", "'a b'"),
            ("it's $(rm -rf /)", "'it'\\''s $(rm -rf /)'"),
            ("-x", "'-x'"),
            ("", "''"),
            ("a\"`\n", "'a\"`\n'"),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }
}
