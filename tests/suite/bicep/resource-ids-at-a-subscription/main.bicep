targetScope = 'subscription'
param location string
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg'
  location: location
}
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  scope: group
  name: 'kv'
}
resource elsewhere 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  scope: resourceGroup('00000000-0000-0000-0000-000000000000', 'other')
  name: 'kv2'
}
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' existing = {
  scope: tenant()
  name: 'r'
}
resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id)
  properties: {
    roleDefinitionId: role.id
    principalId: vault.properties.tenantId
  }
}
output groupId string = group.id
output vaultUri string = vault.properties.vaultUri
output elsewhereId string = elsewhere.id
