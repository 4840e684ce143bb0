resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: 'kv'
}
resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 's'
  properties: { value: 'x' }
}
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: secret
  name: 'keep'
  properties: { level: 'CanNotDelete' }
}
output lockId string = lock.id
