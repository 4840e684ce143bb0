// Names of an internal API Management service inside the network. Azure registers none of them in public DNS
// (learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet,
// section "DNS configuration", 2022-01-03).
//
// D-24: the hosts are NAME.azure-api.net and NAME.PURPOSE.azure-api.net. Each gets a zone of its own with one record
// at the apex: a zone `azure-api.net` would take every other API Management service in the world off this network's
// map.

@description('Name of the API Management service.')
param apimName string

@description('Whether only the gateway has a name, as in the v2 tiers.')
param gatewayOnly bool

@description('Address of the gateway inside the network.')
param privateIpAddress string

@description('Resource id of the virtual network whose resources resolve the names.')
param virtualNetworkId string

@description('Names of further networks of this resource group whose resources resolve the names too.')
param otherNetworks array

@description('Tags on every resource.')
param tags object

// A v2 service inside a network has one name, that of its gateway
// (learn.microsoft.com/azure/api-management/inject-vnet-v2, section "Endpoint access", 2025-10-08).
var hosts = concat([
  '${apimName}.azure-api.net'
], gatewayOnly ? [] : [
  '${apimName}.portal.azure-api.net'
  '${apimName}.developer.azure-api.net'
  '${apimName}.management.azure-api.net'
  '${apimName}.scm.azure-api.net'
])

var otherLinksOf = flatten(map(hosts, host => map(otherNetworks, network => {
  host: host
  network: network
})))

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for host in hosts: {
  name: host
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (host, index) in hosts: {
  parent: zones[index]
  name: 'gateway-network'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkId
    }
  }
}]

resource records 'Microsoft.Network/privateDnsZones/A@2024-06-01' = [for (host, index) in hosts: {
  parent: zones[index]
  name: '@'
  properties: {
    ttl: 3600
    aRecords: [
      {
        ipv4Address: privateIpAddress
      }
    ]
  }
}]

resource otherLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for link in otherLinksOf: {
  name: '${link.host}/${link.network}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: resourceId('Microsoft.Network/virtualNetworks', link.network)
    }
  }
  dependsOn: [
    zones
  ]
}]
