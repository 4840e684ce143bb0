param deploy bool
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = if (deploy) {
  name: 'vnet'
  resource subnet 'subnets' = if (deploy) {
    name: 'inner'
    properties: {
      addressPrefix: network.properties.addressSpace.addressPrefixes[0]
    }
  }
}
resource outer 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: network
  name: 'outer'
  properties: {
    delegation: network::subnet.id
  }
}
output nested string = network::subnet.name
output full string = outer.id
