//! Microsoft.KeyVault: vaults and the secrets that templates put into them.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.KeyVault/vaults", complete: vault, action: no_action },
    Provider { resource_type: "Microsoft.KeyVault/vaults/secrets", complete: secret, action: no_action },
];

fn vault(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("vaultUri", format!("https://{}.vault.azure.net/", draft.name()));
    draft.default("tenantId", draft.tenant_id);
    Ok(())
}

/// The value is write-only; a new value is a new version.
fn secret(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let Some(value) = draft.hide("value") else {
        return Err(ArmFault::bad_request("BadParameter", "The secret has no value."));
    };
    let same = draft.before.as_ref().filter(|before| before.secret.get("value") == Some(&value));
    let kept = same.and_then(|before| before.text("/properties/secretUriWithVersion")).map(str::to_owned);
    let vault = draft.id().parent().map(|vault| vault.name().to_owned()).unwrap_or_default();
    let uri = format!("https://{vault}.vault.azure.net/secrets/{}", draft.name());
    let version = uuid::Uuid::new_v4().simple();
    draft.set("secretUriWithVersion", kept.unwrap_or_else(|| format!("{uri}/{version}")));
    draft.set("secretUri", uri);
    Ok(())
}
