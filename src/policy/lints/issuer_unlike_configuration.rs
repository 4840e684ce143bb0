//! Issuers of Entra that the OpenID configuration beside them does not name.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::look::child;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "issuer-unlike-configuration",
    "an issuer is not the one that the OpenID configuration of Entra names",
    "Looks for `<issuer>` of Entra in `validate-jwt` whose version or tenant is another than that of every `<openid-config>` \
     beside it, and for issuers that no token of Entra has.",
)
.why(
    "Entra has two issuers for each tenant: `https://sts.windows.net/{id}/` in tokens of version 1.0, which \
     `{tenant}/.well-known/openid-configuration` names, and `https://login.microsoftonline.com/{id}/v2.0` in those of version 2.0, which \
     `{tenant}/v2.0/.well-known/openid-configuration` names. The texts are compared letter by letter: with a slash too many or too few, or with \
     a domain in the place of the tenant's id, an issuer fits no token. One of the other version lets in tokens that nobody had in \
     mind: their `aud` and the claim of the application (`appid`, `azp`) differ, so audiences and claims that are right for one version \
     refuse the other.",
)
.example(
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0/.well-known/openid-configuration\" />\n        <audiences>\n            <audience>api://gateway</audience>\n        </audiences>\n        <issuers>\n            <issuer>https://sts.windows.net/11111111-1111-1111-1111-111111111111/</issuer>\n        </issuers>\n    </validate-jwt>\n</inbound>",
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0/.well-known/openid-configuration\" />\n        <audiences>\n            <audience>api://gateway</audience>\n        </audiences>\n        <issuers>\n            <issuer>https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0</issuer>\n        </issuers>\n    </validate-jwt>\n</inbound>",
)
.with_url("https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Where tenants sign in, by cloud, older names too; those of customers (`b2clogin.com`, `ciamlogin.com`) have issuers of their own form.
const SIGN_IN_HOSTS: [&str; 6] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.windows.net",
    "sts.windows.net",
];
/// Who issues tokens of version 1.0.
const FIRST_ISSUERS: [&str; 2] = ["sts.windows.net", "sts.chinacloudapi.cn"];
const CONFIGURATION: &str = "/.well-known/openid-configuration";
/// What stands for any tenant.
const ANY_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Version {
    fn describe(self) -> &'static str {
        match self {
            Self::One => "1.0",
            Self::Two => "2.0",
        }
    }
}

/// A tenant's side of Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side<'a> {
    version: Version,
    tenant: &'a str,
}

impl Side<'_> {
    /// False only where both tenants are known to be two.
    fn may_be_tenant_of(&self, other: &Self) -> bool {
        let known = |tenant: &str| is_id(tenant);
        !(known(self.tenant) && known(other.tenant)) || self.tenant.eq_ignore_ascii_case(other.tenant)
    }

    fn issuer(&self) -> String {
        let is_any = ANY_TENANT.contains(&self.tenant);
        let tenant = if is_any || is_domain(self.tenant) { "{id}" } else { self.tenant };
        match self.version {
            Version::One => format!("https://sts.windows.net/{tenant}/"),
            Version::Two => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        }
    }
}

fn is_id(tenant: &str) -> bool {
    uuid::Uuid::try_parse(tenant).is_ok()
}

/// `contoso.onmicrosoft.com`; not `{{tenant}}` nor another placeholder.
fn is_domain(tenant: &str) -> bool {
    tenant.contains('.') && tenant.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
}

/// The host and the path of an address of `https`, without its query.
fn parts(url: &str) -> Option<(&str, &str)> {
    let url = url.split(['?', '#']).next()?;
    url.strip_prefix("https://")?.split_once('/')
}

/// Whose configuration it is; None for other providers, and for addresses that are not understood.
fn configuration(url: &str) -> Option<Side<'_>> {
    let (host, path) = parts(url)?;
    if !SIGN_IN_HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known)) {
        return None;
    }
    let path = path.strip_suffix(&CONFIGURATION[1..])?.trim_end_matches('/');
    match path.split_once('/') {
        None if !path.is_empty() => Some(Side { version: Version::One, tenant: path }),
        Some((tenant, "v2.0")) => Some(Side { version: Version::Two, tenant }),
        _ => None,
    }
}

/// What an issuer says. None for other providers, `Err` for what no token of Entra has.
fn issuer(text: &str) -> Option<Result<Side<'_>, ()>> {
    let (host, path) = parts(text)?;
    let is_one_of = |hosts: &[&str]| hosts.iter().any(|known| host.eq_ignore_ascii_case(known));
    let side = if is_one_of(&FIRST_ISSUERS) {
        path.strip_suffix('/').map(|tenant| Side { version: Version::One, tenant })
    } else if is_one_of(&SIGN_IN_HOSTS) {
        path.strip_suffix("/v2.0").map(|tenant| Side { version: Version::Two, tenant })
    } else {
        return None;
    };
    let fits =
        |side: &Side<'_>| !side.tenant.is_empty() && !side.tenant.contains('/') && !is_domain(side.tenant);
    Some(side.filter(fits).ok_or(()))
}

fn literal(element: &PolicyElement) -> Option<&str> {
    match &element.text.as_ref()?.kind {
        crate::policy::ValueKind::Literal(text) => Some(text.trim()),
        crate::policy::ValueKind::Expression(_) => None,
    }
}

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for validator in steps(unit.policy).named(&["validate-jwt"]).map(|step| step.element) {
        let configs: Vec<_> =
            validator.children.iter().filter(|child| child.name == "openid-config").collect();
        let known: Vec<Side<'_>> =
            configs.iter().filter_map(|config| configuration(config.literal("url")?.trim())).collect();
        // One that is not understood may name any issuer.
        if known.is_empty() || known.len() < configs.len() {
            continue;
        }
        let Some(issuers) = child(validator, "issuers") else { continue };
        let read: Vec<_> =
            issuers.children.iter().filter_map(|child| Some((child, literal(child)?))).collect();
        // Whoever names the configuration's own issuer beside that of the other version wants both.
        let is_named = |side: &Side<'_>| {
            let fits = |text: &str| matches!(issuer(text), Some(Ok(own)) if own.version == side.version && own.may_be_tenant_of(side));
            read.iter().any(|(_, text)| fits(text))
        };
        for (element, text) in &read {
            let (message, confidence) = match issuer(text) {
                None => continue,
                Some(Err(())) => (format!("no token of Entra has the issuer `{text}`"), Confidence::High),
                Some(Ok(side)) => match unlike(side, &known, is_named) {
                    Some(message) => (message, Confidence::Medium),
                    None => continue,
                },
            };
            let wanted: Vec<String> = known.iter().map(|side| format!("`{}`", side.issuer())).collect();
            let place = element.text.as_ref().map_or(element.name_span, |value| value.span);
            let diagnostic =
                Diagnostic::new(&CODE, message).at(&element.source, place).confidence(confidence);
            found.push(diagnostic.help(format!("the configuration names {}", wanted.join(" and "))));
        }
    }
}

/// Why no configuration names the issuer.
fn unlike(side: Side<'_>, known: &[Side<'_>], is_named: impl Fn(&Side<'_>) -> bool) -> Option<String> {
    if !known.iter().any(|config| config.may_be_tenant_of(&side)) {
        return Some("the issuer is of another tenant than the OpenID configuration".to_owned());
    }
    let same = |config: &Side<'_>| config.version == side.version && config.may_be_tenant_of(&side);
    if known.iter().any(same) || known.iter().any(is_named) {
        return None;
    }
    let other = known.first()?.version;
    Some(format!(
        "the issuer is that of tokens of version {}, the OpenID configuration that of version {}",
        side.version.describe(),
        other.describe()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_and_issuers_of_entra_are_told_from_others() {
        let side = |version, tenant| Some(Side { version, tenant });
        for (url, expected) in [
            ("https://login.microsoftonline.com/t/.well-known/openid-configuration", side(Version::One, "t")),
            (
                "https://login.microsoftonline.us/t/v2.0/.well-known/openid-configuration?appid=x",
                side(Version::Two, "t"),
            ),
            ("https://sts.windows.net/{{t}}/.well-known/openid-configuration", side(Version::One, "{{t}}")),
            ("https://login.microsoftonline.com/.well-known/openid-configuration", None),
            ("https://login.microsoftonline.com/t/policy/v2.0/.well-known/openid-configuration", None),
            ("https://t.ciamlogin.com/t/v2.0/.well-known/openid-configuration", None),
            ("{{openid-configuration}}", None),
        ] {
            assert_eq!(configuration(url), expected, "{url}");
        }
        for (text, expected) in [
            ("https://sts.windows.net/t/", Some(Ok(Side { version: Version::One, tenant: "t" }))),
            (
                "https://login.microsoftonline.com/t/v2.0",
                Some(Ok(Side { version: Version::Two, tenant: "t" })),
            ),
            ("https://sts.windows.net/t", Some(Err(()))),
            ("https://login.microsoftonline.com/t/v2.0/", Some(Err(()))),
            ("https://login.microsoftonline.com/t/", Some(Err(()))),
            ("https://sts.windows.net/contoso.onmicrosoft.com/", Some(Err(()))),
            ("https://sts.windows.net//", Some(Err(()))),
            ("https://t.b2clogin.com/t/v2.0/", None),
            ("urn:issuer", None),
        ] {
            assert_eq!(issuer(text), expected, "{text}");
        }
    }
}
