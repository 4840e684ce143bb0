// The other half of a peering: from a network that is there already, such as a hub, to the gateway's.

@description('Name of the network that the peering belongs to.')
param networkName string

@description('Name of the peering.')
param name string

@description('Resource id of the network that it leads to.')
param virtualNetworkId string

@description('Whether the gateway network uses the VPN or ExpressRoute gateway of this one.')
param lendsGateway bool

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' existing = {
  name: networkName
}

resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-09-01' = {
  parent: network
  name: name
  properties: {
    remoteVirtualNetwork: {
      id: virtualNetworkId
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true
    allowGatewayTransit: lendsGateway
    useRemoteGateways: false
  }
}
