// The gateway's virtual network: three subnets, each behind its own network security group, and the public addresses
// of the two gateways.

@description('Azure region of the network.')
param location string

@description('Tags on every resource.')
param tags object

@description('Names of the resources: virtualNetwork, nsgAppGateway, nsgPrivateEndpoints, nsgApim, publicIpAppGateway, publicIpApim, apim.')
param names object

@description('Address ranges (addressSpace, appGatewaySubnet, privateEndpointsSubnet, apimSubnet), apimMode and denyInternetOut.')
param network object

@description('Availability zones of the public addresses; empty in a region without zones.')
param zones array

@description('Whether an Application Gateway, and so its public address, is wanted.')
param appGatewayEnabled bool

module nsgAppGateway 'nsg-app-gateway.bicep' = {
  name: 'baseline-nsg-app-gateway'
  params: {
    name: names.nsgAppGateway
    location: location
    tags: tags
  }
}

module nsgPrivateEndpoints 'nsg-private-endpoints.bicep' = {
  name: 'baseline-nsg-private-endpoints'
  params: {
    name: names.nsgPrivateEndpoints
    location: location
    tags: tags
    apimSubnetPrefix: network.apimSubnet
    appGatewaySubnetPrefix: network.appGatewaySubnet
    denyInternetOut: network.denyInternetOut
  }
}

module nsgApim 'nsg-apim.bicep' = {
  name: 'baseline-nsg-apim'
  params: {
    name: names.nsgApim
    location: location
    tags: tags
    apimMode: network.apimMode
    denyInternetOut: network.denyInternetOut
  }
}

// D-25: the network is sent without `subnets`, which since api-version 2023-09-01 leaves existing subnets alone
// (learn.microsoft.com/azure/azure-resource-manager/bicep/scenarios-virtual-networks, seen 2026-11-22), so a re-run
// never removes a subnet that another workload added.
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-09-01' = {
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

resource appGatewaySubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: virtualNetwork
  name: 'snet-app-gateway'
  properties: {
    addressPrefix: network.appGatewaySubnet
    networkSecurityGroup: {
      id: nsgAppGateway.outputs.id
    }
  }
}

resource privateEndpointsSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: virtualNetwork
  name: 'snet-private-endpoints'
  properties: {
    addressPrefix: network.privateEndpointsSubnet
    networkSecurityGroup: {
      id: nsgPrivateEndpoints.outputs.id
    }
    privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled' // else the rules would not apply to endpoints
  }
  dependsOn: [
    appGatewaySubnet // Azure refuses to change two subnets of one network at a time
  ]
}

resource apimSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' = {
  parent: virtualNetwork
  name: 'snet-apim'
  properties: {
    addressPrefix: network.apimSubnet
    networkSecurityGroup: {
      id: nsgApim.outputs.id
    }
  }
  dependsOn: [
    privateEndpointsSubnet
  ]
}

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
  }
}

// A service on compute platform stv2 takes its address from the customer; API Management asks for one with a DNS
// label. In internal mode it carries management traffic only
// (learn.microsoft.com/azure/api-management/virtual-network-injection-resources, 2025-04-17).
resource apimAddress 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
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
output virtualNetworkId string = virtualNetwork.id

@description('Resource id of the subnet for Application Gateway.')
output appGatewaySubnetId string = appGatewaySubnet.id

@description('Resource id of the subnet for private endpoints.')
output privateEndpointsSubnetId string = privateEndpointsSubnet.id

@description('Resource id of the subnet for API Management.')
output apimSubnetId string = apimSubnet.id

@description('Resource id of the public address of Application Gateway; empty without one.')
output appGatewayAddressId string = appGatewayEnabled ? appGatewayAddress.id : ''

@description('The public address of Application Gateway; empty without one.')
output appGatewayIp string = appGatewayEnabled ? appGatewayAddress!.properties.ipAddress : ''

@description('Resource id of the public address of API Management.')
output apimAddressId string = apimAddress.id
