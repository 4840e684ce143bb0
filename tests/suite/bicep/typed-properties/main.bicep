// Properties that do not exist, are read-only, are missing, or belong to no published type.
param location string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'vault'
  location: location
  zones: ['1']
  nonsense: true
  properties: {
    enablePurgProtection: true
    hsmPoolResourceId: 'x'
    Zebra: 1
    sku: {
      name: 'standard'
    }
  }
}

resource open 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'open'
  location: location
  properties: {
    ...vault.properties
    misplaced: true
  }
}

resource empty 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'empty'
}

resource issue 'Microsoft.ApiManagement/service/issues@2024-05-01' = {
  name: 'service/issue'
}
