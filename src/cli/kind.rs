//! What a file is, told from its name and how it begins: a spec, a policy, or neither. The name decides only where a
//! person has named the file; in a folder the content has to say it.

use std::borrow::Cow;
use std::path::Path;

use crate::policy::{self, elements};
use crate::text::suggest;

/// So much of a file is enough to tell what it is.
pub(crate) const HEAD_BYTES: usize = 16 * 1024;

/// What `validate` checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Spec,
    Policy,
    /// Says what the service holds besides policies, such as the information files of APIOps.
    Info,
}

impl Kind {
    /// The word of the JSON document.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Policy => "policy",
            Self::Info => "information",
        }
    }
}

/// What describes a service to Azure and is not checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Infrastructure {
    Bicep,
    ArmTemplate,
}

impl Infrastructure {
    /// With its article.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bicep => "a Bicep file",
            Self::ArmTemplate => "an ARM template or parameter file",
        }
    }
}

/// Tells what a file describes to Azure from its name, and of JSON from the schema that it names.
pub(crate) fn infrastructure(path: &Path, head: &[u8]) -> Option<Infrastructure> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let names_schema = || {
        // `subscriptionDeploymentTemplate.json` and the like belong to them.
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        ["deploymenttemplate.json", "deploymentparameters.json"].iter().any(|schema| head.contains(schema))
    };
    match extension.as_str() {
        "bicep" | "bicepparam" => Some(Infrastructure::Bicep),
        "json" if names_schema() => Some(Infrastructure::ArmTemplate),
        _ => None,
    }
}

/// Tells the kind of a file from how it begins.
pub(crate) fn of_content(head: &[u8]) -> Option<Kind> {
    // Text in UTF-16 is told too, so that its reader can refuse it by name.
    let is_wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let head = &head[..head.len().min(HEAD_BYTES)];
    let head = if is_wide {
        Cow::Owned(head.iter().copied().filter(|byte| byte.is_ascii() && *byte != 0).collect())
    } else {
        Cow::Borrowed(head)
    };
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}');
    if is_policy(text) {
        Some(Kind::Policy)
    } else if names_our_version(text) {
        Some(Kind::Spec)
    } else {
        None
    }
}

/// Tells the kind of a file that somebody named, where the content does not: an empty `.yaml` is meant as a spec.
pub(crate) fn of_name(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "yaml" | "yml" | "json" => Some(Kind::Spec),
        "xml" | "rawxml" | "cshtml" | "policy" | "fragment" => Some(Kind::Policy),
        _ => None,
    }
}

/// True where the first element is a root of a policy text, nearly one, or a policy.
fn is_policy(text: &str) -> bool {
    let Some(name) = first_element(text) else { return false };
    ["policies", "fragment"].contains(&name)
        || suggest(name, ["policies"]).is_some() && strsim::damerau_levenshtein(name, "policies") <= 2
        || ["inbound", "outbound", "on-error"].contains(&name)
        || elements::find(name).is_some_and(|element| !element.sections.is_empty())
}

/// The name of the first element, past comments, instructions, declarations and white space. A declaration is refused
/// later, by its name; a policy behind one must not be passed over.
fn first_element(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!") {
            rest = rest[policy::end_of_declaration(rest)..].trim_start();
            continue;
        } else {
            break;
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

/// True for `apiVersion: genai-lz/...` as YAML and as JSON.
fn names_our_version(text: &str) -> bool {
    text.match_indices("apiVersion").any(|(at, key)| {
        let rest = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start();
        rest.strip_prefix(':')
            .is_some_and(|value| value.trim_start().trim_start_matches(['"', '\'']).starts_with("genai-lz/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_specs_and_policies_from_everything_else() {
        for (text, expected) in [
            ("<policies>\n  <inbound />", Some(Kind::Policy)),
            ("\u{feff}<!-- owned by team a -->\n<?xml version='1.0'?>\n<policies>", Some(Kind::Policy)),
            ("<fragment>", Some(Kind::Policy)),
            ("<!DOCTYPE a [<!ENTITY b 'c>'>]>\n<policies>", Some(Kind::Policy)),
            ("<!DOCTYPE html>\n<html>", None),
            ("<!DOCTYPE a [", None),
            ("<polices>", Some(Kind::Policy)),
            ("<set-header name='a'>", Some(Kind::Policy)),
            ("<inbound>", Some(Kind::Policy)),
            ("<project xmlns='x'>", None),
            ("<value>a</value>", None),
            ("<!-- never closed", None),
            ("< policies>", None),
            ("# a\napiVersion: genai-lz/v1\n", Some(Kind::Spec)),
            ("{ \"apiVersion\" : \"genai-lz/v1\" }", Some(Kind::Spec)),
            ("apiVersion: v1\nkind: Pod\n", None),
            ("# Policies\n<policies>", None),
            ("", None),
        ] {
            assert_eq!(of_content(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_policy_in_utf_16_is_told() {
        assert_eq!(of_content(b"\xff\xfe<\0p\0o\0l\0i\0c\0i\0e\0s\0>\0"), Some(Kind::Policy));
    }

    #[test]
    fn bicep_and_arm_templates_are_told_from_other_files() {
        let template = br#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}"#;
        for (name, head, expected) in [
            ("main.bicep", &b""[..], Some(Infrastructure::Bicep)),
            ("main.bicepparam", b"", Some(Infrastructure::Bicep)),
            ("azuredeploy.json", template, Some(Infrastructure::ArmTemplate)),
            ("package.json", b"{}", None),
            ("spec.yaml", template, None),
        ] {
            assert_eq!(infrastructure(Path::new(name), head), expected, "{name}");
        }
    }

    #[test]
    fn the_name_tells_where_the_content_is_silent() {
        for (name, expected) in [
            ("spec.yaml", Some(Kind::Spec)),
            ("a.policy.XML", Some(Kind::Policy)),
            ("api.cshtml", Some(Kind::Policy)),
            ("notes.md", None),
            ("Makefile", None),
        ] {
            assert_eq!(of_name(Path::new(name)), expected, "{name}");
        }
    }
}
