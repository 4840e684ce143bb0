// Directives put warnings away; what they do not name stays.
resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'vault'
  location: 'westus3'
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    #disable-next-line BCP037 BCP089 // known
    zebra: 1
    #disable-diagnostics BCP036
    enablePurgeProtection: 'yes'
    enableSoftDelete: 'yes'
    #restore-diagnostics BCP036
    enabledForDeployment: 'yes'
  }
}
