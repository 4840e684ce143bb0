targetScope = 'tenant'
module g 'empty.bicep' = {
  name: 'g'
  scope: resourceGroup('rg')
}
