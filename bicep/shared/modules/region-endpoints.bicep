// Private endpoints of a further region, for resources that have one in the first region too, and the zones they register
// in. The zones are the region's own: two endpoints of one resource have one name, and a zone keeps one record of it
// (azure.github.io/multi-region-platform/private-dns-multi-region.html, 2026-10-14).

@description('Azure region of the endpoints and their network.')
param location string

@description('Tags on every resource.')
param tags object

@description('Resource id of the network of the region, which alone resolves the zones.')
param virtualNetworkId string

@description('Resource id of its subnet for private endpoints.')
param subnetId string

@description('Names of the zones to make; empty where names are kept elsewhere.')
param zones array

@description('Resource group of what the endpoints lead to.')
param targetResourceGroup string

@description('name, targetType, targetName, groupId and zone of each endpoint.')
param endpoints array

// Longest name that a deployment may have.
var maxDeploymentName = 64

module regionZones 'private-dns-zone.bicep' = [for zone in zones: {
  name: take('zone-${zone}', maxDeploymentName)
  params: {
    zoneName: zone
    virtualNetworkId: virtualNetworkId
    otherNetworks: []
    tags: tags
  }
}]

module regionEndpoints 'private-endpoint.bicep' = [for endpoint in endpoints: {
  name: take('endpoint-${endpoint.name}', maxDeploymentName)
  params: {
    name: endpoint.name
    location: location
    tags: tags
    subnetId: subnetId
    targetId: resourceId(subscription().subscriptionId, targetResourceGroup, endpoint.targetType, endpoint.targetName)
    groupId: endpoint.groupId
    zoneId: contains(zones, endpoint.zone) ? resourceId('Microsoft.Network/privateDnsZones', endpoint.zone) : ''
  }
  dependsOn: [
    regionZones
  ]
}]
