// Lets one identity read the secrets of the vault: the built-in role "Key Vault Secrets User".

@description('Name of the vault, in the resource group of this deployment.')
param vaultName string

@description('Resource id of the identity.')
param identityId string

@description('Object id of the same identity.')
param principalId string

var secretsUserRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityId, secretsUserRole)
  properties: {
    roleDefinitionId: secretsUserRole
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
