// Keys of accounts that the landing zone does not make, in its own vault, where the gateway reads them.

@description('Name of the vault, in the resource group of this deployment.')
param vaultName string

@description('Names of the secrets.')
param names array

@description('The keys by name, as the text of a JSON object.')
@secure()
param secrets string

@description('Tags on every resource.')
param tags object

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource keys 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = [for name in names: {
  parent: vault
  name: name
  tags: tags
  properties: {
    value: string(json(secrets)[name])
    contentType: 'text/plain'
  }
}]
