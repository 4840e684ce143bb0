//! What the endpoint says of its cloud, so that clients need nothing but its URL. The fields are those that az 2.91
//! reads (`cloud.py`) and management.azure.com has; services that the sandbox does not have are left out.

use serde_json::{Value as Json, json};

/// `GET /metadata/endpoints`.
pub(super) fn endpoints(base_url: &str, tenant_id: &str) -> Json {
    json!({
        "name": "GenaiLzSandbox",
        "resourceManager": base_url,
        "authentication": {
            "loginEndpoint": base_url, "audiences": [base_url], "tenant": tenant_id, "identityProvider": "AAD",
        },
        "logAnalyticsResourceId": base_url,
        "suffixes": {"keyVaultDns": "vault.azure.net", "storage": "core.windows.net"},
    })
}
