// Puts Application Gateway's certificate into the vault. A secret of this content type is what the vault itself makes
// of an imported certificate, and it is written through Azure Resource Manager: D-21 needs no script, storage or
// container.

@description('Name of the vault, in the resource group of this deployment.')
param vaultName string

@description('The certificate and its private key: a PFX without password, in Base64.')
@secure()
param certificatePfx string

@description('Tags on every resource.')
param tags object

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource certificate 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'app-gateway-certificate'
  tags: tags
  properties: {
    value: certificatePfx
    contentType: 'application/x-pkcs12'
  }
}

@description('Secret id without a version (D-31), so that a new certificate reaches Application Gateway by itself.')
output secretId string = '${vault.properties.vaultUri}secrets/${certificate.name}'
