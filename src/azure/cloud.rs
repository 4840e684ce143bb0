//! The clouds there are: where Azure Resource Manager and sign-in are, and which scope a token is asked for. A cloud
//! of one's own (Azure Stack, the sandbox) says it itself, at `/metadata/endpoints`.
//!
//! Endpoints and scopes of the three public clouds: azure-mgmt-core 1.6 (`tools.get_arm_endpoints`) and az 2.91
//! (`cloud.py`), read 2026-11. In all three the audience of a token may also be the ARM endpoint.

use serde_json::Value as Json;

use super::transport::{self, http_client, is_loopback};
use super::{Endpoint, Error};

/// The version that az 2.91 asks for (recorded 2026-11).
const METADATA: &str = "2022-09-01";
/// Bytes of a CA file: the bundle of a whole system has about 250 kB.
pub const CA_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Where ARM and sign-in are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// As az names it; for a cloud of one's own what its ARM says.
    pub name: String,
    pub endpoint: Endpoint,
    /// Where the logs of workspaces are asked; None for a cloud of one's own that does not say.
    pub logs: Option<Endpoint>,
    /// The host that issues tokens, such as `https://login.microsoftonline.com`.
    pub authority: String,
    /// Certificates that are trusted besides the system's.
    pub ca: Option<CaBundle>,
}

/// Certificates in PEM form, known to be readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaBundle(Vec<u8>);

impl CaBundle {
    /// # Errors
    /// `BadRequest` where the text holds no certificate.
    pub fn read(pem: &[u8]) -> Result<Self, Error> {
        match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(certificates) if !certificates.is_empty() => Ok(Self(pem.to_vec())),
            _ => Err(Error::bad_request(
                "the CA file holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)",
            )),
        }
    }

    pub(crate) fn certificates(&self) -> Vec<reqwest::Certificate> {
        // `read` has looked: this cannot fail.
        reqwest::Certificate::from_pem_bundle(&self.0).unwrap_or_default()
    }
}

impl Default for Cloud {
    fn default() -> Self {
        Self::public()
    }
}

impl Cloud {
    /// The words of the command line, az's own among them.
    pub const NAMES: &'static [(&'static str, &'static str)] =
        &[("public", "AzureCloud"), ("usgov", "AzureUSGovernment"), ("china", "AzureChinaCloud")];

    pub fn public() -> Self {
        Self::known(
            "AzureCloud",
            "https://management.azure.com",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            // The audience is older than the host (learn.microsoft.com/azure/azure-monitor/logs/api/access-api, 2026-11).
            ("https://api.loganalytics.azure.com", "https://api.loganalytics.io"),
        )
    }

    pub fn us_government() -> Self {
        Self::known(
            "AzureUSGovernment",
            "https://management.usgovcloudapi.net",
            "https://management.core.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            ("https://api.loganalytics.us", "https://api.loganalytics.us"),
        )
    }

    pub fn china() -> Self {
        Self::known(
            "AzureChinaCloud",
            "https://management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            ("https://api.loganalytics.azure.cn", "https://api.loganalytics.azure.cn"),
        )
    }

    /// Finds a cloud by our name or az's, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let is = |index: usize| {
            let (ours, az) = Self::NAMES[index];
            name.eq_ignore_ascii_case(ours) || name.eq_ignore_ascii_case(az)
        };
        match () {
            () if is(0) => Some(Self::public()),
            () if is(1) => Some(Self::us_government()),
            () if is(2) => Some(Self::china()),
            () => None,
        }
    }

    fn known(
        name: &str,
        resource_manager: &str,
        audience: &str,
        authority: &str,
        (logs, logs_audience): (&str, &str),
    ) -> Self {
        let endpoint = |url: &str, audience: &str| Endpoint {
            base_url: url.to_owned(),
            scope: format!("{audience}/.default"),
        };
        Self {
            name: name.to_owned(),
            endpoint: endpoint(resource_manager, audience),
            logs: Some(endpoint(logs, logs_audience)),
            authority: authority.to_owned(),
            ca: None,
        }
    }

    /// Asks an ARM endpoint where its sign-in is and what its tokens are for. No token is sent.
    ///
    /// # Errors
    /// `BadRequest` where the URL is none that may be asked, `Unreachable`, `BadAnswer` where it says no such thing.
    pub async fn discover(resource_manager: &str, ca: Option<CaBundle>) -> Result<Self, Error> {
        let endpoint = Endpoint::of(resource_manager);
        let base = transport::endpoint_url(&endpoint)?;
        let mut url = base.clone();
        url.set_path("/metadata/endpoints");
        url.set_query(Some(&format!("api-version={METADATA}")));
        let http = http_client(is_loopback(&base), ca.as_ref())?;
        let answer = transport::get_openly(&http, url).await?;
        read_metadata(&answer, endpoint, ca)
    }
}

/// `{name, resourceManager, authentication: {loginEndpoint, audiences}}`, or a list of such for several clouds, of which
/// ours is the one whose ARM was asked.
fn read_metadata(answer: &Json, endpoint: Endpoint, ca: Option<CaBundle>) -> Result<Cloud, Error> {
    let bare = |url: &str| url.trim_end_matches('/').to_ascii_lowercase();
    let is_asked = |cloud: &&Json| {
        cloud
            .get("resourceManager")
            .and_then(Json::as_str)
            .is_some_and(|url| bare(url) == bare(&endpoint.base_url))
    };
    let cloud = match answer {
        Json::Array(clouds) => clouds.iter().find(is_asked),
        one => Some(one),
    };
    let text = |pointer: &str| cloud.and_then(|cloud| cloud.pointer(pointer)).and_then(Json::as_str);
    let Some(authority) = text("/authentication/loginEndpoint") else {
        return Err(Error::bad_answer(format!(
            "`{}` does not say where to sign in (`/metadata/endpoints`)",
            endpoint.base_url
        )));
    };
    let audience = text("/authentication/audiences/0").unwrap_or(&endpoint.base_url).trim_end_matches('/');
    Ok(Cloud {
        name: text("/name").map_or_else(|| "custom".to_owned(), super::arm_error::clean),
        authority: authority.trim_end_matches('/').to_owned(),
        endpoint: Endpoint { scope: format!("{audience}/.default"), base_url: endpoint.base_url },
        // The host is the audience too, as in the clouds of Azure other than the public one.
        logs: text("/logAnalyticsResourceId").map(Endpoint::of),
        ca,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn clouds_are_found_by_our_name_and_by_that_of_az() {
        for (name, authority) in [
            ("public", "https://login.microsoftonline.com"),
            ("azurecloud", "https://login.microsoftonline.com"),
            ("usgov", "https://login.microsoftonline.us"),
            ("AzureUSGovernment", "https://login.microsoftonline.us"),
            ("AzureChinaCloud", "https://login.chinacloudapi.cn"),
        ] {
            assert_eq!(Cloud::named(name).unwrap().authority, authority, "{name}");
        }
        assert_eq!(Cloud::named("germany"), None);
    }

    #[test]
    fn a_cloud_says_where_its_sign_in_is() {
        let one = |arm: &str, login: &str| {
            json!({"name": "local", "resourceManager": arm,
                "authentication": {"loginEndpoint": login, "audiences": ["https://a.test/"]}})
        };
        let endpoint = || Endpoint::of("https://arm.test");
        let list = json!([
            one("https://other.test/", "https://x.test"),
            one("https://ARM.test/", "https://login.test/")
        ]);
        for answer in [one("https://arm.test", "https://login.test"), list] {
            let cloud = read_metadata(&answer, endpoint(), None).unwrap();
            assert_eq!((cloud.name.as_str(), cloud.authority.as_str()), ("local", "https://login.test"));
            assert_eq!(cloud.endpoint.scope, "https://a.test/.default");
        }
        for answer in [json!({}), json!([]), json!([one("https://other.test", "https://x.test")]), json!("x")]
        {
            assert!(read_metadata(&answer, endpoint(), None).is_err(), "{answer}");
        }
    }

    #[test]
    fn a_ca_file_holds_certificates() {
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(CaBundle::read(pem.as_bytes()).is_ok());
        for bad in ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(CaBundle::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
