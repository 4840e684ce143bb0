// Nothing is wrong here: nested and child resources, functions, `any`, spreads, computed names, values that are left out.
param location string = resourceGroup().location
param settings object = {}
@allowed(['standard', 'premium'])
param tier string = 'standard'

var tags = { owner: 'me', '${tier}-vault': 'yes' }

resource vault 'microsoft.keyvault/vaults@2026-02-01' = {
  name: 'vault-${uniqueString(resourceGroup().id)}'
  location: location
  tags: tags
  properties: union(settings, {
    nonsense: true
  })
}

resource other 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'other'
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: tier }
    networkAcls: empty(settings) ? null : any({ whatever: 1 })
    accessPolicies: [for id in ['a', 'b']: {
      objectId: id
      tenantId: tenant().tenantId
      permissions: { secrets: ['get', 'list'] }
    }]
  }

  resource secret 'secrets' = {
    name: 'secret'
    properties: { value: 'x' }
  }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'more'
  properties: { value: 'x' }
  dependsOn: [other]
}

resource absent 'Microsoft.KeyVault/vaults@2020-01-01' existing = {
  name: 'absent'
}

output id string = absent.id
