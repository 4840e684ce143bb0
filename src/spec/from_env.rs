//! A spec from the `.env` file of the accelerator's scripts (scenarios/scripts/bicep/deploy-apim-baseline.sh of
//! Azure/apim-landing-zone-accelerator, 2025-12-17) or of the toolkit's. What the file says goes into the starter; what
//! has no place in a spec is told, each name with the reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use super::decode::{Decode, Decoder};
use super::dotenv::{self, Setting};
use super::layers::Inputs;
use super::types::{EnvironmentName, Fqdn, Identifier, Region, WorkloadName};
use super::yaml::{Kind, Node, Style};
use super::{codes, starter};
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::text::{MemoryWorld, Source, Span};

/// What has no place in a spec, and why. A name may begin with `*`.
const LEFT_OUT: &[(&str, &str)] = &[
    ("ENABLE_TELEMETRY", "nothing is sent to the maker, whatever it says"),
    ("CERT_PWD", "the password of a certificate is read from the environment when it is needed"),
    ("MULTI_REGION", "the gateway has one region"),
    ("AZURE_LOCATION2", "the gateway has one region"),
    ("USE_SIMULATOR", "`genai-lz deploy --sandbox` brings simulated accounts of its own"),
    ("FORCE_SIMULATOR_BUILD", "`genai-lz deploy --sandbox` brings simulated accounts of its own"),
    ("SIMULATOR_GIT_TAG", "`genai-lz deploy --sandbox` brings simulated accounts of its own"),
    ("SIMULATOR_IMAGE_TAG", "`genai-lz deploy --sandbox` brings simulated accounts of its own"),
    ("*_API_KEY", "the gateway signs in with its managed identity, and keys are switched off"),
    ("*_BASE_URL", "accounts are made; one that is there already cannot be named yet"),
];

/// Names that have a place in a spec.
const KNOWN: &[&str] = &[
    "AZURE_LOCATION",
    "RESOURCE_NAME_PREFIX",
    "ENVIRONMENT_TAG",
    "APPGATEWAY_FQDN",
    "CERT_TYPE",
    "RANDOM_IDENTIFIER",
];

/// Makes a spec from the text of an `.env` file, with what is told about its lines.
///
/// # Errors
/// Lines that set nothing, values that the spec does not take, names that are missing.
pub fn from_env(source: &Arc<Source>) -> DiagResult<(String, Vec<Diagnostic>)> {
    let shown = without_secrets(source);
    let world = MemoryWorld::default();
    let inputs = Inputs { env: &|_| None, world: &world, folder: "", overlays: &[], variables: &[] };
    let mut cx = Decoder::new(&shown, &inputs);
    let settings = dotenv::read(source.text(), &shown, &mut cx.found);
    let by_name = last_of_each(&settings, &mut cx);
    tell_left_out(&by_name, &mut cx);
    let location = wanted::<Region>("AZURE_LOCATION", &by_name, &mut cx).map(|it| it.0);
    let name = wanted::<WorkloadName>("RESOURCE_NAME_PREFIX", &by_name, &mut cx).map(|it| it.0);
    let environment = wanted::<EnvironmentName>("ENVIRONMENT_TAG", &by_name, &mut cx).map(|it| it.0);
    let fqdn = wanted::<Fqdn>("APPGATEWAY_FQDN", &by_name, &mut cx).map(|it| it.0);
    let certificate = certificate(&by_name, &mut cx);
    let identifier = match by_name.get("RANDOM_IDENTIFIER") {
        Some(setting) => read::<Identifier>(setting, &mut cx).map(|it| it.0),
        // The scripts make one by chance and write it down; here the same file gives the same one.
        None => Some(letters(&format!("{location:?} {name:?} {fqdn:?}"))),
    };
    let (Some(location), Some(name), Some(environment), Some(fqdn), Some(certificate), Some(identifier)) =
        (location, name, environment, fqdn, certificate, identifier)
    else {
        return Err(cx.found.into());
    };
    let text = replaced(&[
        ("  name: ", &name),
        ("  environment: ", &environment),
        ("  identifier: ", &identifier),
        ("  location: ", &location),
        ("    fqdn: ", &fqdn),
        ("      selfSigned: ", &certificate),
    ]);
    finish(text, cx.found)
}

/// The starter with other values in the first lines that begin so. All values are plain words: their types see to it.
fn replaced(values: &[(&str, &str)]) -> String {
    let mut left: Vec<(&str, &str)> = values.to_vec();
    let mut out = String::new();
    for line in starter().split_inclusive('\n') {
        let Some(at) = left.iter().position(|(begin, _)| line.starts_with(begin)) else {
            out.push_str(line);
            continue;
        };
        let (begin, value) = left.remove(at);
        match (begin, value) {
            ("      selfSigned: ", "custom") => {
                out.push_str("      pfx: { file: certs/appgw.pfx, passwordEnv: CERT_PWD }\n");
            }
            ("      selfSigned: ", _) => out.push_str(line),
            _ => out.push_str(&format!("{begin}\"{value}\"\n")),
        }
    }
    out
}

fn certificate(by_name: &BTreeMap<&str, &Setting>, cx: &mut Decoder<'_>) -> Option<String> {
    let Some(setting) = by_name.get("CERT_TYPE") else {
        missing("CERT_TYPE", cx);
        return None;
    };
    match setting.value.as_str() {
        word @ ("selfsigned" | "custom") => Some(word.to_owned()),
        other => {
            let message = format!("unknown value `{other}`");
            let help = "use `selfsigned`, or `custom` for the file `certs/appgw.pfx`";
            cx.report(&codes::UNKNOWN_VALUE, setting.span, message).help.push(help.to_owned());
            None
        }
    }
}

/// A variable that the scripts do not go without either.
fn wanted<T: Decode>(name: &str, by_name: &BTreeMap<&str, &Setting>, cx: &mut Decoder<'_>) -> Option<T> {
    match by_name.get(name) {
        Some(setting) => read(setting, cx),
        None => {
            missing(name, cx);
            None
        }
    }
}

fn read<T: Decode>(setting: &Setting, cx: &mut Decoder<'_>) -> Option<T> {
    let kind = Kind::Scalar { text: setting.value.clone(), style: Style::Quoted };
    T::decode(&Node { span: setting.span, kind }, cx)
}

/// A line that cannot be read may be the one; it is told already.
fn missing(name: &str, cx: &mut Decoder<'_>) {
    let is_told = cx.found.iter().filter_map(|found| found.primary.as_ref()).any(|label| {
        let line = label.source.slice(label.span);
        line.trim_start_matches("export ").trim_start().starts_with(name)
    });
    if is_told {
        return;
    }
    cx.report(&codes::ENV_FILE, Span::at(0), format!("`{name}` is missing"))
        .help
        .push(format!("add a line `{name}=...`; the scripts of the accelerator want it too"));
}

/// Of several lines for one name a shell keeps the last.
fn last_of_each<'s>(settings: &'s [Setting], cx: &mut Decoder<'_>) -> BTreeMap<&'s str, &'s Setting> {
    let mut by_name: BTreeMap<&str, &Setting> = BTreeMap::new();
    for setting in settings {
        if by_name.insert(&setting.name, setting).is_some() {
            let message = format!("`{}` is set again; the last line counts", setting.name);
            cx.report(&codes::ENV_FILE_UNUSED, setting.name_span, message)
                .help
                .push("remove the other lines".to_owned());
        }
    }
    by_name
}

fn tell_left_out(by_name: &BTreeMap<&str, &Setting>, cx: &mut Decoder<'_>) {
    for (name, setting) in by_name {
        if KNOWN.contains(name) {
            continue;
        }
        let reason = LEFT_OUT.iter().find(|(known, _)| is_meant(known, name)).map(|(_, reason)| *reason);
        let near = crate::text::suggest(name, KNOWN.iter().copied());
        let (message, help) = match (reason, near) {
            (Some(reason), _) => (format!("`{name}` has no place in a spec: {reason}"), None),
            (None, Some(near)) => (format!("`{name}` is not known"), Some(format!("did you mean `{near}`?"))),
            (None, None) => (format!("`{name}` is not known, and nothing comes of it"), None),
        };
        let found = cx.report(&codes::ENV_FILE_UNUSED, setting.name_span, message);
        found.help.extend(help);
    }
}

fn is_meant(known: &str, name: &str) -> bool {
    known.strip_prefix('*').map_or(known == name, |ending| name.ends_with(ending))
}

/// The text with stars behind the `=` of what may be a secret.
fn without_secrets(source: &Arc<Source>) -> Arc<Source> {
    let star = |line: &str| match line.split_once('=') {
        Some((name, value)) if is_secret(name) => {
            let stars =
                |c: char| if matches!(c, '\r' | '\n') { c.to_string() } else { "*".repeat(c.len_utf8()) };
            format!("{name}={}", value.chars().map(stars).collect::<String>())
        }
        _ => line.to_owned(),
    };
    Source::new(source.path(), source.text().split_inclusive('\n').map(star).collect::<String>())
}

fn is_secret(name: &str) -> bool {
    let name = name.trim_end().to_ascii_uppercase();
    ["PWD", "PASSWORD", "KEY", "SECRET", "TOKEN"].iter().any(|ending| name.ends_with(ending))
}

/// Three letters that stand for a text.
fn letters(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().iter().take(3).map(|byte| char::from(b'a' + byte % 26)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_starter_is_filled() {
        let env = "AZURE_LOCATION=uksouth\nRESOURCE_NAME_PREFIX=lzv01\nENVIRONMENT_TAG=uat\nAPPGATEWAY_FQDN=a.b.com\n\
                   CERT_TYPE=custom\nRANDOM_IDENTIFIER='xyz'\n";
        let (text, told) = from_env(&Source::new(".env", env)).unwrap();
        assert_eq!(told, []);
        for line in [
            "  location: \"uksouth\"\n",
            "  name: \"lzv01\"\n",
            "  environment: \"uat\"\n",
            "  identifier: \"xyz\"\n",
            "    fqdn: \"a.b.com\"\n",
            "      pfx: { file: certs/appgw.pfx, passwordEnv: CERT_PWD }\n",
        ] {
            assert_eq!(text.matches(line).count(), 1, "{line}");
        }
        let (spec, _) = super::super::parse(&Source::new("spec.yaml", text), &|_| None).unwrap();
        assert_eq!(spec.metadata.name.as_str(), "lzv01");
    }

    #[test]
    fn no_secret_of_the_file_is_shown() {
        let env = "CERT_PWD='hunter2\nexport PTU_DEPLOYMENT_1_API_KEY = hunter2\nX_TOKEN=hunter2 hunter2\n";
        let refused = from_env(&Source::new(".env", env)).unwrap_err();
        let shown = crate::diag::render::human(&refused.0, crate::diag::render::Style::Plain);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
