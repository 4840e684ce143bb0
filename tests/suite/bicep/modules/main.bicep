targetScope = 'subscription'
param names array
param location string = deployment().location
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg'
  location: location
}
@description('One vault.')
module vault 'modules/vault.bicep' = {
  scope: group
  name: 'vault'
  params: {
    name: 'kv'
    tags: { stage: 'dev' }
  }
}
module many 'modules/vault.bicep' = [for (name, i) in names: if (i > 0) {
  scope: resourceGroup('other')
  name: 'vault-${name}'
  params: {
    name: name
    uri: vault.outputs.uri
    list: [for n in names: { of: n }]
  }
}]
module inner 'modules/group.bicep' = {
  name: 'inner'
  params: { from: many[0].outputs.uri }
}
var uri = vault.outputs.uri
output direct string = vault.outputs.uri
output byVariable string = uri
output item string = many[1].outputs.uri
output maybe string = many[1].?outputs.?uri ?? ''
output name string = vault.name
param pick string
var second = pick == 'b' ? [vault.outputs.uri] : []
var named = second
module chosen 'modules/group.bicep' = {
  name: 'chosen'
  params: { from: pick == 'a' ? 'a' : (pick == 'b' ? vault.outputs.uri : uri) }
}
module chosenBehindNames 'modules/list.bicep' = {
  name: 'chosen-behind-names'
  params: {
    list: pick == 'a' ? ['a'] : named
    other: named
  }
}
