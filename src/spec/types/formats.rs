//! Texts of one form: ids, addresses, durations. Each form is narrow enough that its texts can stand anywhere they
//! are rendered to; free texts are kept to places that quote them.

use serde_json::{Value as Json, json};

use crate::spec::decode::{Decode, Decoder, FORM, checked, pattern, text};
use crate::spec::yaml::Node;

text! {
    /// Goes into the name of every resource, so it is short.
    pub struct WorkloadName,
    "2 to 8 lower-case letters and digits, a letter first",
    "^[a-z][a-z0-9]{1,7}$",
    |text| is_word(text, 2, 8) && starts_with_letter(text)
}

text! {
    /// One of several instances of a workload.
    pub struct EnvironmentName,
    "2 to 8 lower-case letters and digits",
    "^[a-z0-9]{2,8}$",
    |text| is_word(text, 2, 8)
}

text! {
    /// Keeps globally unique names apart.
    pub struct Identifier,
    "2 to 6 lower-case letters and digits",
    "^[a-z0-9]{2,6}$",
    |text| is_word(text, 2, 6)
}

text! {
    /// The id of a subscription.
    pub struct SubscriptionId,
    "a subscription id such as `00000000-0000-0000-0000-000000000000`",
    "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    is_guid
}

text! {
    /// A tenant of Microsoft Entra, by id or by domain.
    pub struct TenantName,
    "a tenant's id, or a domain of it such as `contoso.onmicrosoft.com`",
    "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+)$",
    |text| is_guid(text) || is_domain(text)
}

text! {
    /// The id of an application of Microsoft Entra.
    pub struct ApplicationId,
    "an application's id such as `00000000-0000-0000-0000-000000000000`",
    "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    is_guid
}

text! {
    /// A principal of Microsoft Entra, by id.
    pub struct PrincipalId,
    "an id such as `00000000-0000-0000-0000-000000000000`",
    "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    is_guid
}

text! {
    /// What a token is made for.
    pub struct Audience,
    "an audience such as `api://hr-assistant`, or an application's id",
    "^[A-Za-z0-9][A-Za-z0-9:/._-]{0,254}$",
    |text| (1..=255).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/._-".contains(&byte))
}

// Entra takes more characters in the value of an app role than these, which are those that people choose.
text! {
    /// The value of an app role.
    pub struct AppRole,
    "the value of an app role such as `Models.Use`: 1 to 120 letters, digits, `.`, `_`, `-`, `:` and `/`",
    "^[A-Za-z0-9._:/-]{1,120}$",
    |text| (1..=120).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
}

text! {
    /// A region, by name (`westus3`) or display name (`West US 3`).
    pub struct Region,
    "a region such as `westus3`",
    "^[A-Za-z][A-Za-z0-9 ]{2,39}$",
    |text| (3..=40).contains(&text.len())
        && starts_with_letter(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

impl Region {
    /// The name in lower case without blanks, as ARM compares it.
    pub fn normalized(&self) -> String {
        self.0.chars().filter(|c| *c != ' ').collect::<String>().to_ascii_lowercase()
    }
}

// The service's limits are 80 characters for APIs, backends and products; rules as in model::naming.
text! {
    /// The id of something in API Management.
    pub struct EntityId,
    "1 to 80 letters, digits and hyphens, a letter first and no hyphen last",
    "^[A-Za-z]([A-Za-z0-9-]{0,78}[A-Za-z0-9])?$",
    |text| is_id(text, 80)
}

text! {
    /// The id of a model account; the account's name begins with it.
    pub struct AccountId,
    "1 to 20 lower-case letters, digits and hyphens, a letter first and no hyphen last",
    "^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$",
    is_account_id
}

text! {
    /// The name of a model deployment.
    pub struct DeploymentName,
    "2 to 64 letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9]$",
    |text| is_dotted(text, 2, 64)
}

text! {
    /// The name of a model.
    pub struct ModelName,
    "a model name such as `gpt-5-mini`",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9]$",
    |text| is_dotted(text, 2, 64)
}

text! {
    /// The version of a model.
    pub struct ModelVersion,
    "a model version such as `2025-08-07`",
    "^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$",
    |text| is_dotted(text, 1, 64)
}

text! {
    /// The name of a content filter.
    pub struct RaiPolicyName,
    "a content filter name such as `Microsoft.DefaultV2`",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9]$",
    |text| is_dotted(text, 2, 64)
}

// The service's own limit is 64 characters of this kind (learn.microsoft.com/rest/api/contentsafety, 2024-09-01).
text! {
    /// The name of a Content Safety blocklist.
    pub struct BlocklistName,
    "1 to 64 letters, digits, `.`, `_`, `-` and `~`",
    "^[A-Za-z0-9._~-]{1,64}$",
    |text| (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
}

text! {
    /// The name of an Event Hub.
    pub struct HubName,
    "1 to 50 letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit",
    "^[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?$",
    |text| is_dotted(text, 1, 50)
}

text! {
    /// The first part of an API's URL.
    pub struct ApiPath,
    "a path such as `openai` or `team/openai`, without slashes at its ends",
    "^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
    |text| text.len() <= 200
        && text.split('/').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        })
}

text! {
    /// Paths that the Application Gateway passes on.
    pub struct RoutePattern,
    "a path such as `/openai/*`, with `*` only at its end",
    "^/[A-Za-z0-9_/-]*\\*?$",
    |text| text.len() <= 200
        && text.strip_prefix('/').is_some_and(|rest| {
            let rest = rest.strip_suffix('*').unwrap_or(rest);
            rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte))
        })
}

text! {
    /// An e-mail address.
    pub struct Email,
    "an e-mail address such as `apim@contoso.com`",
    "^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$",
    |text| text.len() <= 100
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte))
                && is_domain(domain)
        })
}

text! {
    /// A full host name.
    pub struct Fqdn,
    "a host name such as `apim.example.com`",
    "^[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$",
    is_domain
}

text! {
    /// A header's name.
    pub struct HeaderName,
    "a header name of letters, digits and hyphens",
    "^[A-Za-z][A-Za-z0-9-]{0,79}$",
    |text| text.len() <= 80
        && starts_with_letter(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

text! {
    /// A query parameter's name.
    pub struct QueryName,
    "a query parameter of letters, digits, `-` and `_`",
    "^[A-Za-z][A-Za-z0-9_-]{0,79}$",
    |text| text.len() <= 80
        && starts_with_letter(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

text! {
    /// A cookie's name.
    pub struct CookieName,
    "a cookie name of letters, digits, `-`, `_` and `.`",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
    |text| text.len() <= 80
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

text! {
    /// Where a web page comes from, as browsers say it; `*` for anywhere.
    pub struct WebOrigin,
    "an origin such as `https://chat.contoso.com`, without a path, or `*`",
    "^(\\*|https?://[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*(:[0-9]{1,5})?)$",
    is_origin
}

text! {
    /// Where a service answers. A password in it would be in every file that is rendered, a query in every log.
    pub struct BackendUrl,
    "a URL such as `https://orders.contoso.com/api`: https and a host name, without user, query and fragment",
    "^https://[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$",
    is_backend_url
}

text! {
    /// The namespace of metrics.
    pub struct MetricNamespace,
    "1 to 100 letters, digits, `.`, `_` and `-`",
    "^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$",
    |text| is_dotted(text, 1, 100)
}

text! {
    /// The name of a metric's dimension.
    pub struct DimensionName,
    "1 to 50 letters, digits, blanks, `_` and `-`, a letter first",
    "^[A-Za-z][A-Za-z0-9 _-]{0,49}$",
    |text| text.len() <= 50
        && starts_with_letter(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-".contains(&byte))
}

text! {
    /// The name of an environment variable.
    pub struct VariableName,
    "the name of an environment variable",
    "^[A-Za-z_][A-Za-z0-9_]*$",
    |text| text.len() <= 200
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

text! {
    /// A version of ARM's API.
    pub struct ArmApiVersion,
    "a date such as `2021-08-01`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    |text| text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

text! {
    /// A version of managed firewall rules.
    pub struct RuleSetVersion,
    "a version such as `2.1`, in quotes",
    "^[0-9]+\\.[0-9]+(\\.[0-9]+)?$",
    |text| (2..=3).contains(&text.split('.').count())
        && text.split('.').all(|part| {
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

// A version in the id would keep the certificate that is there today for ever (D-31).
text! {
    /// The id of a Key Vault secret, without version.
    pub struct KeyVaultSecretId,
    "the id of a secret without its version, such as `https://my-vault.vault.azure.net/secrets/my-certificate`",
    "^https://[A-Za-z0-9-]{3,24}\\.vault\\.(azure\\.net|usgovcloudapi\\.net|azure\\.cn)/secrets/[A-Za-z0-9-]{1,127}$",
    is_secret_id
}

// Nothing that a policy, a template or a URL would read: no query, no user, no expression.
text! {
    /// Where a provider answers.
    pub struct ProviderUrl,
    "an address such as `https://contoso.openai.azure.com`, with a path at most",
    "^https://[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?$",
    is_provider_url
}

impl ProviderUrl {
    /// Without a slash at its end.
    pub fn base(&self) -> &str {
        self.0.trim_end_matches('/')
    }
}

text! {
    /// An account, or a deployment of it.
    pub struct BackendRef,
    "an account's id, or `ACCOUNT/DEPLOYMENT`",
    "^[a-z]([a-z0-9-]{0,18}[a-z0-9])?(/[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$",
    |text| match text.split_once('/') {
        Some((account, deployment)) => is_account_id(account) && is_dotted(deployment, 2, 64),
        None => is_account_id(text),
    }
}

impl BackendRef {
    /// The account.
    pub fn account(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The one deployment of it that is meant; None where all are.
    pub fn deployment(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, deployment)| deployment)
    }
}

text! {
    /// What an alias leads to.
    pub struct TargetRef,
    "a pool's id, or `ACCOUNT/DEPLOYMENT`",
    "^([A-Za-z]([A-Za-z0-9-]{0,78}[A-Za-z0-9])?|[a-z]([a-z0-9-]{0,18}[a-z0-9])?/[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9])$",
    |text| match text.split_once('/') {
        Some((account, deployment)) => is_account_id(account) && is_dotted(deployment, 2, 64),
        None => is_id(text, 80),
    }
}

text! {
    /// The path of a file below the folder of the spec.
    pub struct FilePath,
    "the path of a file from the folder of the spec, written with `/`",
    "^[^/\\\\\\x00-\\x1f][^\\\\\\x00-\\x1f]{0,199}$",
    |text| (1..=200).contains(&text.chars().count())
        && !text.starts_with('/')
        && !text.chars().any(|c| c == '\\' || c.is_control())
        && !text.split('/').any(|part| part == "..")
}

text! {
    /// A line of free text.
    pub struct ShortText,
    "one line of 1 to 100 characters",
    "^[^\\x00-\\x1f\\x7f]{1,100}$",
    |text| (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

text! {
    /// Free text of several lines.
    pub struct LongText,
    "at most 1000 characters",
    "^[\\s\\S]{0,1000}$",
    |text| text.chars().count() <= 1000
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// An ISO 8601 duration of hours, minutes and seconds, such as `PT1M30S`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration {
    /// As written, which is how Azure takes it.
    pub iso: String,
    pub seconds: u32,
}

impl Duration {
    const SECONDS_MAX: u32 = 24 * 60 * 60;

    const FORM: &'static str = "an ISO 8601 duration of hours, minutes and seconds such as `PT10S` or `PT1M`, from `PT1S` to `PT24H`";

    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rest = text.strip_prefix("PT").ok_or(Self::FORM)?;
        let mut seconds: u32 = 0;
        for (unit, unit_seconds) in [('H', 3600), ('M', 60), ('S', 1)] {
            let Some((amount, after)) = rest.split_once(unit) else { continue };
            if amount.is_empty() || amount.len() > 5 || !amount.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Self::FORM);
            }
            // At most five digits times 3600 fits.
            seconds += amount.parse::<u32>().map_err(|_| Self::FORM)? * unit_seconds;
            rest = after;
        }
        if rest.is_empty() && (1..=Self::SECONDS_MAX).contains(&seconds) {
            Ok(Self { iso: text.to_owned(), seconds })
        } else {
            Err(Self::FORM)
        }
    }
}

impl Decode for Duration {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        checked(node, cx, Self::parse)
    }

    fn schema() -> Json {
        pattern(Self::FORM, "^PT([0-9]{1,5}H)?([0-9]{1,5}M)?([0-9]{1,5}S)?$")
    }
}

text! {
    /// An ISO 8601 duration of days.
    pub struct Days,
    "an ISO 8601 duration of days such as `P90D`, from `P1D` to `P730D`",
    "^P[0-9]{1,3}D$",
    |text| Days::count(text).is_some()
}

impl Days {
    const MAX: u32 = 730;

    fn count(text: &str) -> Option<u32> {
        let digits = text.strip_prefix('P')?.strip_suffix('D')?;
        let days = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        (1..=Self::MAX).contains(&days).then_some(days)
    }

    /// How many.
    pub fn days(&self) -> u32 {
        Self::count(&self.0).unwrap_or(Self::MAX)
    }
}

/// One HTTP status or a range of them: `429`, `"500-599"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    pub min: u16,
    pub max: u16,
}

impl StatusRange {
    const FORM: &'static str = "an HTTP status such as `429`, or a range such as `500-599`";

    fn parse(text: &str) -> Result<Self, &'static str> {
        let status = |text: &str| {
            text.parse::<u16>()
                .ok()
                .filter(|status| text.len() == 3 && (200..=599).contains(status))
                .ok_or(Self::FORM)
        };
        let (min, max) = text.split_once('-').unwrap_or((text, text));
        let range = Self { min: status(min)?, max: status(max)? };
        if range.min <= range.max { Ok(range) } else { Err(Self::FORM) }
    }
}

impl Decode for StatusRange {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match node.as_int() {
            // `429` without quotes is as good as with them.
            Some(status) => checked(&Node::from_json(&json!(status.to_string()), node.span), cx, Self::parse),
            None => checked(node, cx, Self::parse),
        }
    }

    fn schema() -> Json {
        json!({ FORM: Self::FORM, "oneOf": [
            { "type": "integer", "minimum": 200, "maximum": 599 },
            pattern(Self::FORM, "^[2-5][0-9]{2}(-[2-5][0-9]{2})?$"),
        ] })
    }
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_word(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_id(text: &str, max: usize) -> bool {
    text.len() <= max
        && starts_with_letter(text)
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_account_id(text: &str) -> bool {
    is_id(text, 20) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_dotted(text: &str, min: usize, max: usize) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    (min..=max).contains(&text.len())
        && ends(text.chars().next())
        && ends(text.chars().last())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn is_backend_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    text.len() <= 500
        && is_domain(host)
        && port.is_none_or(is_port)
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~/-".contains(&byte))
        && !path.split('/').any(|part| part == "." || part == "..")
}

fn is_origin(text: &str) -> bool {
    let Some(authority) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return text == "*";
    };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    (is_domain(host) || host == "localhost")
        && (1..=5).contains(&port.len())
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_provider_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").filter(|_| text.len() <= 200) else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_segment = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
    };
    is_domain(host)
        && port.len() <= 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
        && (path.is_empty() || path.split('/').all(is_segment))
}

fn is_secret_id(text: &str) -> bool {
    let Some((host, path)) = text.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let vault = [".vault.azure.net", ".vault.usgovcloudapi.net", ".vault.azure.cn"]
        .iter()
        .find_map(|suffix| host.strip_suffix(suffix));
    let is_name = |name: &str, min: usize, max: usize| {
        (min..=max).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    vault.is_some_and(|vault| is_name(vault, 3, 24))
        && path.strip_prefix("secrets/").is_some_and(|name| is_name(name, 1, 127))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_and_stay_as_written() {
        for (text, expected) in [
            ("PT10S", Some(10)),
            ("PT1M", Some(60)),
            ("PT1M30S", Some(90)),
            ("PT24H", Some(86400)),
            ("PT25H", None),
            ("PT0S", None),
            ("PT", None),
            ("P1D", None),
            ("PT1S1M", None),
            ("10s", None),
            ("PT1.5S", None),
        ] {
            assert_eq!(Duration::parse(text).ok().map(|duration| duration.seconds), expected, "{text}");
        }
    }

    #[test]
    fn statuses_are_single_or_ranges() {
        for (text, expected) in [
            ("429", Some((429, 429))),
            ("500-599", Some((500, 599))),
            ("599-500", None),
            ("42", None),
            ("4xx", None),
            ("429-", None),
            ("700", None),
        ] {
            assert_eq!(StatusRange::parse(text).ok().map(|range| (range.min, range.max)), expected, "{text}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for right in ["*", "https://chat.contoso.com", "http://localhost:3000", "https://a.b.c:8443"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in [
            "https://chat.contoso.com/",
            "chat.contoso.com",
            "https://*.contoso.com",
            "https://a.b:0",
            "null",
            "",
        ] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_provider_has_a_host_and_a_path_at_most() {
        for right in
            ["https://contoso.openai.azure.com", "https://a.b/", "https://llm.contoso.com:8443/api/v1"]
        {
            assert!(is_provider_url(right), "{right}");
        }
        for wrong in [
            "http://contoso.openai.azure.com",
            "https://user@contoso.com",
            "https://contoso.com?key=1",
            "https://contoso.com/a//b",
            "https://contoso.com/../b",
            "https://contoso.com/{{x}}",
            "https://localhost",
            "https://a.b:0",
            "",
        ] {
            assert!(!is_provider_url(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_secret_id_has_no_version() {
        assert!(is_secret_id("https://kv-a.vault.azure.net/secrets/cert"));
        for wrong in [
            "https://kv-a.vault.azure.net/secrets/cert/0123456789abcdef",
            "https://kv-a.example.com/secrets/cert",
            "http://kv-a.vault.azure.net/secrets/cert",
            "https://kv-a.vault.azure.net/certificates/cert",
        ] {
            assert!(!is_secret_id(wrong), "{wrong}");
        }
    }
}
