//! Microsoft.KeyVault: vaults and the secrets that templates put into them.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.KeyVault/vaults", complete: vault, action: no_action },
    Provider { resource_type: "Microsoft.KeyVault/vaults/secrets", complete: secret, action: no_action },
];

fn vault(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    const PROTECTION: &str = "/properties/enablePurgeProtection";
    if draft.resource.at(PROTECTION).is_some_and(|value| *value == false)
        && draft
            .before
            .as_ref()
            .is_some_and(|before| before.at(PROTECTION).is_some_and(|value| *value == true))
    {
        // Once on it stays on (REST reference, Vaults - Create Or Update, 2026-11).
        let message = "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.";
        return Err(ArmFault::bad_request("BadRequest", message));
    }
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
