param name string
param tags object = {}
param uri string = ''
param list array = []
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  tags: tags
  location: resourceGroup().location
  properties: { from: uri, list: list }
}
output uri string = vault.properties.vaultUri
