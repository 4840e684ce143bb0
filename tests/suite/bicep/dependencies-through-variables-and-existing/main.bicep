resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id'
  location: 'westeurope'
}
var principal = identity.properties.principalId
var settings = { who: principal, id: identity.id }
var plain = identity.id
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: 'kv'
  location: 'westeurope'
}
resource same 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vault.name
}
resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: same
  name: 'who'
  properties: {
    value: string(settings)
    copied: settings
    id: plain
  }
}
