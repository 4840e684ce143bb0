// A private endpoint for one resource, and the record that makes its public name resolve to it.

@description('Name of the private endpoint.')
param name string

@description('Azure region of the virtual network, which may differ from the region of the resource behind the endpoint.')
param location string

@description('Tags on every resource.')
param tags object

@description('Resource id of the subnet that holds the endpoint.')
param subnetId string

@description('Resource id of the resource behind the endpoint.')
param targetId string

@description('Sub-resource of the target: vault, account, namespace, cluster or Gateway.')
param groupId string

@description('Resource id of the private DNS zone where the endpoint registers; empty where names are kept elsewhere.')
param zoneId string

@description('Further zones that it registers in, where the target has names in several: name, id.')
param moreZones array = []

resource endpoint 'Microsoft.Network/privateEndpoints@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            groupId
          ]
        }
      }
    ]
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-09-01' = if (!empty(zoneId)) {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: concat(
      [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zoneId
          }
        }
      ],
      map(moreZones, zone => {
        name: zone.name
        properties: {
          privateDnsZoneId: zone.id
        }
      })
    )
  }
}
