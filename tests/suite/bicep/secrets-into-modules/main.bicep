param useOld bool
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  scope: resourceGroup('secrets')
  name: 'kv'
}
module login 'login.bicep' = {
  name: 'login'
  params: {
    password: vault.getSecret('password')
    old: useOld ? vault.getSecret('old', 'v1') : 'none'
  }
}
