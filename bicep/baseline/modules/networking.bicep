// The gateway's virtual network: subnets, each behind its own network security group, the way out of it, and the public
// addresses of the two gateways. Where the network is there already only the addresses are made.

@description('Azure region of the network.')
param location string

@description('Tags on every resource.')
param tags object

@description('Names of the resources: virtualNetwork, nsgAppGateway, nsgPrivateEndpoints, nsgApim, routeTable, publicIpAppGateway, publicIpApim, apim.')
param names object

@description('Address ranges (addressSpace, appGatewaySubnet, privateEndpointsSubnet, apimSubnet), apimMode, delegation of the subnet for API Management, denyInternetOut, redis (whether there is one), extraSubnets (name, addressRange, delegation and nsg of each), extraRules, firewallNextHop, peerings, and existing: virtualNetworkId, appGatewaySubnetId, privateEndpointsSubnetId, apimSubnetId.')
param network object

@description('Availability zones of the public addresses; empty in a region without zones.')
param zones array

@description('Whether an Application Gateway, and so its public address, is wanted.')
param appGatewayEnabled bool

@description('First part of the DNS name of the public address of Application Gateway; empty for none.')
param appGatewayLabel string

@description('Whether the Application Gateway is called by Azure Front Door alone.')
param onlyFrontDoor bool

@description('Address ranges of the API Management subnets of further regions, which reach the private endpoints here.')
param otherApimPrefixes array

@description('End of the names of the deployments in this one, which keeps those of several regions apart; empty for the first.')
param suffix string

@description('Whether callers reach the gateway by a private endpoint.')
param apimPrivateEndpoint bool

var isNew = empty(network.existing.virtualNetworkId)
var hasAppGatewaySubnet = isNew && !empty(network.appGatewaySubnet)
var hasEndpoints = isNew && !empty(network.privateEndpointsSubnet)
var holdsApim = network.apimMode != 'none'
var isClassic = network.apimMode == 'internal' || network.apimMode == 'external'

// The rules of the user for each subnet, as Azure takes them.
var appGatewayRules = map(filter(network.extraRules, rule => rule.subnet == 'appGateway'), rule => rule.rule)
var privateEndpointsRules = map(filter(network.extraRules, rule => rule.subnet == 'privateEndpoints'), rule => rule.rule)
var apimRules = map(filter(network.extraRules, rule => rule.subnet == 'apim'), rule => rule.rule)

module nsgAppGateway 'nsg-app-gateway.bicep' = if (hasAppGatewaySubnet) {
  name: 'baseline-nsg-app-gateway${suffix}'
  params: {
    name: names.nsgAppGateway
    location: location
    tags: tags
    onlyFrontDoor: onlyFrontDoor
    extraRules: appGatewayRules
  }
}

module nsgPrivateEndpoints 'nsg-private-endpoints.bicep' = if (hasEndpoints) {
  name: 'baseline-nsg-private-endpoints${suffix}'
  params: {
    name: names.nsgPrivateEndpoints
    location: location
    tags: tags
    apimSubnetPrefix: holdsApim ? network.apimSubnet : ''
    otherApimPrefixes: otherApimPrefixes
    appGatewaySubnetPrefix: network.appGatewaySubnet
    // With an Application Gateway callers come in through it; without one they come from anywhere in the network.
    allowCallers: apimPrivateEndpoint && !appGatewayEnabled
    allowRedis: network.redis
    denyInternetOut: network.denyInternetOut
    extraRules: privateEndpointsRules
  }
}

module nsgApim 'nsg-apim.bicep' = if (isNew && holdsApim) {
  name: 'baseline-nsg-apim${suffix}'
  params: {
    name: names.nsgApim
    location: location
    tags: tags
    apimMode: network.apimMode
    denyInternetOut: network.denyInternetOut
    extraRules: apimRules
  }
}

module nsgExtra 'nsg-extra.bicep' = [for (subnet, index) in network.extraSubnets: if (isNew) {
  name: take('baseline-nsg-extra${suffix}-${index}-${subnet.name}', 64)
  params: {
    name: subnet.nsg
    location: location
    tags: tags
    delegation: subnet.delegation
    denyInternetOut: network.denyInternetOut
  }
}]

// What leaves for the internet goes to the firewall; answers to the management of a classic service go back the way they
// came, else it is taken for broken (learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet,
// section "Routing", 2022-01-03). Application Gateway v2 takes no such default route, so its subnet has none.
resource routes 'Microsoft.Network/routeTables@2025-09-01' = if (isNew && holdsApim && !empty(network.firewallNextHop)) {
  name: names.routeTable
  location: location
  tags: tags
  properties: {
    routes: concat([
      {
        name: 'ToFirewall'
        properties: {
          addressPrefix: '0.0.0.0/0'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: network.firewallNextHop
        }
      }
    ], isClassic ? [
      {
        name: 'Management'
        properties: {
          addressPrefix: 'ApiManagement'
          nextHopType: 'Internet'
        }
      }
    ] : [])
  }
}

// D-25: the network is sent without `subnets`, which since api-version 2023-09-01 leaves existing subnets alone
// (learn.microsoft.com/azure/azure-resource-manager/bicep/scenarios-virtual-networks, seen 2026-11-22), so a re-run
// never removes a subnet that another workload added.
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-09-01' = if (isNew) {
  name: names.virtualNetwork
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        network.addressSpace
      ]
    }
  }
}

resource appGatewaySubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = if (hasAppGatewaySubnet) {
  parent: virtualNetwork
  name: 'snet-app-gateway'
  properties: {
    addressPrefix: network.appGatewaySubnet
    networkSecurityGroup: {
      id: nsgAppGateway!.outputs.id
    }
  }
}

resource privateEndpointsSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = if (hasEndpoints) {
  parent: virtualNetwork
  name: 'snet-private-endpoints'
  properties: {
    addressPrefix: network.privateEndpointsSubnet
    networkSecurityGroup: {
      id: nsgPrivateEndpoints!.outputs.id
    }
    privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled' // else the rules would not apply to endpoints
  }
  dependsOn: [
    appGatewaySubnet // Azure refuses to change two subnets of one network at a time
  ]
}

// v2 tiers want one `addressPrefix`, not the list, and the delegation of their mode
// (learn.microsoft.com/azure/api-management/inject-vnet-v2, 2025-10-08; integrate-vnet-outbound, 2025-03-20).
resource apimSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = if (isNew && holdsApim) {
  parent: virtualNetwork
  name: 'snet-apim'
  properties: {
    addressPrefix: network.apimSubnet
    networkSecurityGroup: {
      id: nsgApim!.outputs.id
    }
    routeTable: empty(network.firewallNextHop) ? null : {
      id: routes.id
    }
    delegations: empty(network.delegation) ? null : [
      {
        name: 'api-management'
        properties: {
          serviceName: network.delegation
        }
      }
    ]
  }
  dependsOn: [
    appGatewaySubnet // where there is no subnet for private endpoints
    privateEndpointsSubnet
  ]
}

@batchSize(1)
resource extraSubnets 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = [for (subnet, index) in network.extraSubnets: if (isNew) {
  parent: virtualNetwork
  name: subnet.name
  properties: {
    addressPrefix: subnet.addressRange
    networkSecurityGroup: {
      id: nsgExtra[index]!.outputs.id
    }
    routeTable: empty(network.firewallNextHop) ? null : {
      id: routes.id
    }
    delegations: empty(subnet.delegation) ? null : [
      {
        name: 'service'
        properties: {
          serviceName: subnet.delegation
        }
      }
    ]
  }
  dependsOn: [
    apimSubnet
    privateEndpointsSubnet
  ]
}]

// One after the other, and after the subnets: a network takes one change at a time.
@batchSize(1)
resource peerings 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-09-01' = [for peering in network.peerings: if (isNew) {
  parent: virtualNetwork
  name: peering.name
  properties: {
    remoteVirtualNetwork: {
      id: peering.virtualNetworkId
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true // what a firewall in the hub passes on comes from elsewhere
    allowGatewayTransit: false
    useRemoteGateways: peering.useGateway
  }
  dependsOn: [
    apimSubnet
    extraSubnets
    privateEndpointsSubnet
  ]
}]

// A peering carries nothing until the other network has one too.
module peeringsBack 'peering.bicep' = [for (peering, index) in network.peerings: if (isNew && peering.bothSides) {
  name: take('baseline-peering${suffix}-${index}-${peering.name}', 64)
  scope: resourceGroup(split(peering.virtualNetworkId, '/')[2], split(peering.virtualNetworkId, '/')[4])
  params: {
    networkName: last(split(peering.virtualNetworkId, '/'))
    name: names.virtualNetwork
    virtualNetworkId: virtualNetwork.id
    lendsGateway: peering.useGateway
  }
}]

resource appGatewayAddress 'Microsoft.Network/publicIPAddresses@2025-09-01' = if (appGatewayEnabled) {
  name: names.publicIpAppGateway
  location: location
  tags: tags
  zones: zones // D-22: three seed regions have no zones
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
    ...(empty(appGatewayLabel) ? {} : {
      dnsSettings: {
        domainNameLabel: appGatewayLabel
      }
    })
  }
}

// A service on compute platform stv2 takes its address from the customer; API Management asks for one with a DNS
// label. In internal mode it carries management traffic only
// (learn.microsoft.com/azure/api-management/virtual-network-injection-resources, 2025-04-17).
resource apimAddress 'Microsoft.Network/publicIPAddresses@2025-09-01' = if (isClassic) {
  name: names.publicIpApim
  location: location
  tags: tags
  zones: zones // D-22
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
    dnsSettings: {
      domainNameLabel: toLower(names.apim)
    }
  }
}

@description('Resource id of the virtual network.')
output virtualNetworkId string = isNew ? virtualNetwork.id : network.existing.virtualNetworkId

@description('Resource id of the subnet for Application Gateway.')
output appGatewaySubnetId string = isNew ? appGatewaySubnet.id : network.existing.appGatewaySubnetId

@description('Resource id of the subnet for private endpoints.')
output privateEndpointsSubnetId string = isNew ? privateEndpointsSubnet.id : network.existing.privateEndpointsSubnetId

@description('Resource id of the subnet for API Management; empty where the service stands outside.')
output apimSubnetId string = !holdsApim ? '' : isNew ? apimSubnet.id : network.existing.apimSubnetId

@description('Resource id of the public address of Application Gateway; empty without one.')
output appGatewayAddressId string = appGatewayEnabled ? appGatewayAddress.id : ''

@description('The public address of Application Gateway; empty without one.')
output appGatewayIp string = appGatewayEnabled ? appGatewayAddress!.properties.ipAddress : ''

@description('Resource id of the public address of API Management; empty where the service has no such address.')
output apimAddressId string = isClassic ? apimAddress.id : ''
