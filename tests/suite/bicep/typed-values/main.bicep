// Values of the wrong kind, outside of an enumeration, a range or a length. Open enumerations are held against slips only.
param names array

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'vault'
  location: 5
  properties: {
    tenantId: 'short'
    sku: {
      family: 'A'
      name: 'premiun'
    }
    createMode: 'other'
    enablePurgeProtection: 'true'
    softDeleteRetentionInDays: '${length(names)}'
    accessPolicies: {}
    networkAcls: []
    publicNetworkAccess: null
  }
}

resource pool 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  name: 'service/pool'
  properties: {
    protocol: 'htp'
    type: 'Cluster'
    pool: {
      services: [
        { id: 'a', priority: 101, weight: -1 }
        { id: 'b', priority: names[0], weight: !empty(names) }
        { priority: 1 }
      ]
    }
    url: [for name in names: name]
  }
}

resource looped 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  name: 'service/looped'
  properties: {
    protocol: 'http'
    pool: {
      services: [for (name, index) in names: { id: name, priority: index, wight: 1 }]
    }
  }
}
