// Language version 2.0: resources are known by name, existing ones are part of the template.
param names string[]

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: 'vault'
  scope: resourceGroup('other')

  resource secret 'secrets' existing = {
    name: 'secret'
  }
}

resource accounts 'Microsoft.Storage/storageAccounts@2024-01-01' = [for name in names: {
  name: name
  location: vault.location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
}]

@onlyIfNotExists()
@retryOn(['ResourceNotFound'], 3)
resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  name: '${accounts[0].name}/default/logs'
  dependsOn: accounts
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = [for (name, i) in names: {
  name: 'lock'
  scope: accounts[i]
  properties: {
    level: 'CanNotDelete'
  }
}]

module unnamed 'inner.bicep' = {
  params: {
    id: vault::secret.id
  }
}

module many 'inner.bicep' = [for (name, i) in names: {
  scope: resourceGroup('group-${i}')
  params: {
    id: accounts[i].id
  }
  dependsOn: [
    unnamed
    lock[i]
  ]
}]

module quiet 'secret.bicep' = if (length(names) > 1) {
  name: 'quiet'
}

// Which one it is is known only while deploying, so it cannot be declared.
resource found 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: unnamed.outputs.name
}

output kinds array = map(accounts, account => account.kind)
output all array = [for i in range(0, 2): many[i].outputs.name]
output outputs array = map(many, m => m.outputs.name)
output key string = accounts[1].listKeys().keys[0].value
@secure()
output password string = quiet.outputs.password
output public string? = quiet.?outputs.public
output found string = found.id
output properties object = vault.properties
output looped array = [for (m, i) in many: m.outputs.?name]
output notModules array = map(names, n => { outputs: { name: n } }.outputs.name)
