// A private DNS zone and its link to the gateway's virtual network. A zone can be linked to a network only once per
// name, so each zone is made in one place and shared by every private endpoint that registers in it.

@description('Name of the zone, for example privatelink.vaultcore.azure.net.')
param zoneName string

@description('Resource id of the virtual network whose resources resolve the zone.')
param virtualNetworkId string

@description('Names of further networks of the same resource group whose resources resolve the zone too.')
param otherNetworks array

@description('Tags on every resource.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: 'gateway-network'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkId
    }
  }
}

resource otherLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for network in otherNetworks: {
  parent: zone
  name: network
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: resourceId('Microsoft.Network/virtualNetworks', network)
    }
  }
}]

@description('Resource id of the zone, for the zone groups of private endpoints.')
output id string = zone.id
