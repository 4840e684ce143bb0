// The key of one subscription, as a secret in the vault of whoever uses it. It goes from API Management to the vault inside of this
// deployment: no parameter, output or log holds it.

@description('Name of the vault, in the resource group of this deployment.')
param vaultName string

@description('Name of the secret.')
param secretName string

@description('Resource id of the API Management service.')
param apimId string

@description('The subscription whose key it is.')
param subscriptionName string

@allowed([
  'primaryKey'
  'secondaryKey'
])
@description('Which of its two keys.')
param keyName string

@description('The rotation that this belongs to; empty where it belongs to none.')
param rotation string

var apim = split(apimId, '/')

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  scope: resourceGroup(apim[2], apim[4])
  name: last(apim)
}

resource keys 'Microsoft.ApiManagement/service/subscriptions@2024-05-01' existing = {
  parent: service
  name: subscriptionName
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

// A secret takes 15 tags, and those of the landing zone may be as many.
resource secret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: secretName
  tags: {
    'apim-service': last(apim)
    'apim-subscription': subscriptionName
    'apim-key': keyName
    ...(empty(rotation) ? {} : { 'apim-rotation': rotation })
  }
  properties: {
    value: keys.listSecrets()[keyName]
    contentType: 'text/plain'
  }
}
