// Stage `baseline`: network, shared services, API Management and Application Gateway of the landing zone.
//
// All names come in as parameters; nothing is computed from regions or subscriptions here. No usage telemetry is sent
// (D-32), no script runs (D-21), no output is a secret (D-02).

targetScope = 'subscription'

@description('Azure region of the landing zone.')
param location string

@description('Tags on every resource and resource group.')
param tags object

@description('Names of the resource groups (networkingResourceGroup, sharedResourceGroup, apimResourceGroup) and of every resource.')
param names object

@description('Names of the resource groups that are there already: they are neither made nor tagged nor locked.')
param existingResourceGroups array

@description('Availability zones of the public addresses, such as 1, 2 and 3; empty where there are none.')
param zones array

@description('addressSpace, appGatewaySubnet, privateEndpointsSubnet, apimSubnet in CIDR notation; apimMode and delegation; denyInternetOut, redis, extraSubnets, extraRules, firewallNextHop, peerings; existing: virtualNetworkId and the ids of its subnets.')
param network object

@description('create: whether zones for private endpoints are made; gateway: whether those of an internal gateway are; keyVault and apim: ids of zones that are there already.')
param privateDns object

@description('skuName, capacity, isV2, zones, zoneRedundant, additionalRegions, publisherName, publisherEmail, minApiVersion, portal, releaseChannel, privateEndpoint, systemIdentity of API Management.')
param apim object

@description('enabled, fqdn, wafMode, ruleSetType, ruleSetVersion, maxBodyKb, minCapacity, maxCapacity, backendTimeoutSeconds, routes, keyVaultSecretId of Application Gateway.')
param appGateway object

@description('Certificate of Application Gateway as a PFX without password in Base64; empty when appGateway.keyVaultSecretId names one.')
@secure()
param certificatePfx string

@description('location, zones, names (virtualNetwork, nsgAppGateway, nsgPrivateEndpoints, nsgApim, routeTable, publicIpAppGateway, publicIpApim, appGateway, wafPolicy), network (addressSpace and subnets; privateEndpointsSubnet is empty where the region calls through the endpoints of the first) and endpoints (resourceGroup, and name, targetType, targetName, groupId, zone of each) of each further region, in the order of apim.additionalRegions; empty where the gateway stands in no network.')
param regions array

@description('enabled, method and ttlSeconds of Traffic Manager.')
param trafficManager object

@description('enabled, sku, managedRules, priority, customDomain, originDomain, responseTimeoutSeconds, wafMode and requestsPerMinute of Azure Front Door.')
param frontDoor object

@description('Whether what is in the resource groups cannot be deleted.')
param locked bool

@description('purgeProtection and softDeleteDays of the vault.')
param keyVault object

@description('logRetentionDays, metricDimensions, diagnostics (whether resources send their logs), and existingWorkspaceId of a workspace that is there already.')
param monitoring object

// Known before anything is deployed, so that a plan can name every role assignment.
var apimIdentityId = resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', names.apimIdentity)
var appGatewayIdentityId = resourceId(subscription().subscriptionId, names.networkingResourceGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', names.appGatewayIdentity)

var subscriptionId = subscription().subscriptionId
var networkId = resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks', names.virtualNetwork)
var regionNetworkNames = map(regions, region => region.names.virtualNetwork)

// A region has private endpoints and zones of its own, or calls through those of the first.
var regionsWithEndpoints = filter(regions, region => !empty(region.network.privateEndpointsSubnet))
var regionsWithout = filter(regions, region => empty(region.network.privateEndpointsSubnet))

// Each region's gateway stands in the network of its region.
var placedRegions = [for (region, index) in apim.additionalRegions: union(region, empty(regions) ? {
  subnetId: ''
  publicAddressId: ''
} : {
  subnetId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks/subnets', regions[index].names.virtualNetwork, 'snet-apim')
  publicAddressId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/publicIPAddresses', regions[index].names.publicIpApim)
})]
var placedApim = {
  ...apim
  additionalRegions: placedRegions
}

// The gateway of one region: by its address inside of a network, where every gateway answers to the name of the service; by a
// name of its own outside (learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region and
// .../api-management-using-with-internal-vnet, read 2026-12-01: the second lists no regional names).
var isInternal = network.apimMode == 'internal'
var regionalHosts = empty(regions) ? [] : map(concat([
  location
], map(regions, region => region.location)), place => '${names.apim}-${place}-01.regional.azure-api.net')

// What stands before all regions leads to names.
var gatewaysHaveNames = trafficManager.enabled || frontDoor.enabled

var usesCertificatePfx = appGateway.enabled && empty(appGateway.keyVaultSecretId)

// A set, because a layout may put several purposes into one group.
var groupNames = filter(union([
  names.networkingResourceGroup
], [
  names.sharedResourceGroup
], [
  names.apimResourceGroup
]), name => !contains(existingResourceGroups, name))

resource groups 'Microsoft.Resources/resourceGroups@2025-04-01' = [for name in groupNames: {
  name: name
  location: location
  tags: tags
}]

// In the region, so that what is in it can be changed where the first region fails.
resource regionGroups 'Microsoft.Resources/resourceGroups@2025-04-01' = [for region in regionsWithEndpoints: {
  name: region.endpoints.resourceGroup
  location: region.location
  tags: tags
}]

module networking 'modules/networking.bicep' = {
  name: 'baseline-networking'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    location: location
    tags: tags
    names: names
    network: network
    zones: zones
    appGatewayEnabled: appGateway.enabled
    appGatewayLabel: gatewaysHaveNames ? toLower(names.appGateway) : ''
    onlyFrontDoor: frontDoor.enabled
    otherApimPrefixes: map(regionsWithout, region => region.network.apimSubnet)
    suffix: ''
    apimPrivateEndpoint: apim.privateEndpoint
  }
  dependsOn: [
    groups
  ]
}

module regionNetworks 'modules/networking.bicep' = [for region in regions: {
  name: 'baseline-networking-${region.location}'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    location: region.location
    tags: tags
    names: {
      ...names
      ...region.names
    }
    network: {
      ...network
      ...region.network
    }
    zones: region.zones
    appGatewayEnabled: appGateway.enabled
    appGatewayLabel: gatewaysHaveNames ? toLower(region.names.appGateway) : ''
    onlyFrontDoor: frontDoor.enabled
    otherApimPrefixes: []
    suffix: '-${region.location}'
    apimPrivateEndpoint: false
  }
  dependsOn: [
    groups
  ]
}]

// Gateways of regions without private endpoints of their own reach those of the first region from their networks.
@batchSize(1)
module toRegions 'modules/peering.bicep' = [for region in regions: {
  name: 'baseline-peering-to-${region.location}'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    networkName: names.virtualNetwork
    name: 'region-${region.location}'
    virtualNetworkId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks', region.names.virtualNetwork)
    lendsGateway: false
  }
  dependsOn: [
    networking
    regionNetworks
  ]
}]

@batchSize(1)
module fromRegions 'modules/peering.bicep' = [for region in regions: {
  name: 'baseline-peering-from-${region.location}'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    networkName: region.names.virtualNetwork
    name: 'region-${location}'
    virtualNetworkId: networkId
    lendsGateway: false
  }
  dependsOn: [
    toRegions
  ]
}]

module apimIdentity '../shared/modules/user-assigned-identity.bicep' = {
  name: 'baseline-apim-identity'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    name: names.apimIdentity
    location: location
    tags: tags
  }
  dependsOn: [
    groups
  ]
}

module appGatewayIdentity '../shared/modules/user-assigned-identity.bicep' = if (appGateway.enabled) {
  name: 'baseline-app-gateway-identity'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    name: names.appGatewayIdentity
    location: location
    tags: tags
  }
  dependsOn: [
    groups
  ]
}

module insights 'modules/monitoring.bicep' = {
  name: 'baseline-monitoring'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    location: location
    tags: tags
    logAnalyticsName: names.logAnalytics
    appInsightsName: names.appInsights
    existingWorkspaceId: monitoring.existingWorkspaceId
    logRetentionDays: monitoring.logRetentionDays
    metricDimensions: monitoring.metricDimensions
    writerIdentityId: apimIdentityId
    writerPrincipalId: apimIdentity.outputs.principalId
  }
  dependsOn: [
    groups
  ]
}

module vaultZone '../shared/modules/private-dns-zone.bicep' = if (privateDns.create) {
  name: 'baseline-key-vault-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.vaultcore.azure.net'
    virtualNetworkId: networking.outputs.virtualNetworkId
    otherNetworks: map(regionsWithout, region => region.names.virtualNetwork)
    tags: tags
  }
  dependsOn: [
    regionNetworks
  ]
}

module vault 'modules/key-vault.bicep' = {
  name: 'baseline-key-vault'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    location: location
    tags: tags
    name: names.keyVault
    privateEndpointName: names.privateEndpointKeyVault
    subnetId: networking.outputs.privateEndpointsSubnetId
    zoneId: privateDns.create ? vaultZone!.outputs.id : privateDns.keyVault
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
    purgeProtection: keyVault.purgeProtection
    softDeleteDays: keyVault.softDeleteDays
  }
}

// One after the other: a vault takes one new endpoint at a time.
@batchSize(1)
module regionVaultEndpoints '../shared/modules/region-endpoints.bicep' = [for region in regionsWithEndpoints: {
  name: 'baseline-endpoints-${region.location}'
  scope: resourceGroup(region.endpoints.resourceGroup)
  params: {
    location: region.location
    tags: tags
    virtualNetworkId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks', region.names.virtualNetwork)
    subnetId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks/subnets', region.names.virtualNetwork, 'snet-private-endpoints')
    zones: privateDns.create ? map(region.endpoints.endpoints, endpoint => endpoint.zone) : []
    targetResourceGroup: names.sharedResourceGroup
    endpoints: region.endpoints.endpoints
  }
  dependsOn: [
    regionGroups
    regionNetworks
    vault
  ]
}]

module apimReadsVault 'modules/key-vault-reader.bicep' = {
  name: 'baseline-apim-reads-key-vault'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    vaultName: names.keyVault
    identityId: apimIdentityId
    principalId: apimIdentity.outputs.principalId
  }
  dependsOn: [
    vault
  ]
}

module appGatewayReadsVault 'modules/key-vault-reader.bicep' = if (appGateway.enabled) {
  name: 'baseline-app-gateway-reads-key-vault'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    vaultName: names.keyVault
    identityId: appGatewayIdentityId
    principalId: appGatewayIdentity!.outputs.principalId
  }
  dependsOn: [
    vault
  ]
}

module certificate 'modules/certificate.bicep' = if (usesCertificatePfx) {
  name: 'baseline-app-gateway-certificate'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    vaultName: names.keyVault
    certificatePfx: certificatePfx
    tags: tags
  }
  dependsOn: [
    vault
  ]
}

module apimService 'modules/apim.bicep' = {
  name: 'baseline-apim'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    location: location
    tags: tags
    name: names.apim
    apim: placedApim
    apimMode: network.apimMode
    subnetId: networking.outputs.apimSubnetId
    publicAddressId: networking.outputs.apimAddressId
    identityId: apimIdentityId
    identityClientId: apimIdentity.outputs.clientId
    sharedResourceGroup: names.sharedResourceGroup
    appInsightsName: names.appInsights
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
  }
  dependsOn: [
    apimReadsVault
    fromRegions
  ]
}

module apimNames 'modules/apim-dns.bicep' = if (privateDns.gateway) {
  name: 'baseline-apim-dns'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    apimName: names.apim
    gatewayOnly: apim.isV2
    privateIpAddress: apimService.outputs.privateIpAddress
    virtualNetworkId: networking.outputs.virtualNetworkId
    otherNetworks: regionNetworkNames
    tags: tags
  }
}

module apimZone '../shared/modules/private-dns-zone.bicep' = if (apim.privateEndpoint && privateDns.create) {
  name: 'baseline-apim-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.azure-api.net'
    virtualNetworkId: networking.outputs.virtualNetworkId
    otherNetworks: []
    tags: tags
  }
}

module apimEndpoint '../shared/modules/private-endpoint.bicep' = if (apim.privateEndpoint) {
  name: 'baseline-apim-endpoint'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    name: names.privateEndpointApim
    location: location
    tags: tags
    subnetId: networking.outputs.privateEndpointsSubnetId
    targetId: resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ApiManagement/service', names.apim)
    groupId: 'Gateway'
    zoneId: privateDns.create ? apimZone!.outputs.id : privateDns.apim
  }
  dependsOn: [
    apimService
  ]
}

// The public endpoint can be closed only once a private one is there
// (learn.microsoft.com/azure/api-management/private-endpoint, section "Optionally disable public network access",
// 2022-03-31), so the service is sent a second time.
module apimClosed 'modules/apim-service.bicep' = if (apim.privateEndpoint) {
  name: 'baseline-apim-closed'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    location: location
    tags: tags
    name: names.apim
    apim: placedApim
    apimMode: network.apimMode
    subnetId: networking.outputs.apimSubnetId
    publicAddressId: networking.outputs.apimAddressId
    identityId: apimIdentityId
    publicNetworkAccess: 'Disabled'
  }
  dependsOn: [
    apimEndpoint
  ]
}

// Before the Application Gateways, which let in nothing but what carries its id. The DNS name of an address in Azure's public
// cloud is LABEL.REGION.cloudapp.azure.com (learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses, read 2026-12-01).
module door 'modules/front-door.bicep' = if (frontDoor.enabled) {
  name: 'baseline-front-door'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    name: names.frontDoor
    endpointName: names.frontDoorEndpoint
    wafPolicyName: names.frontDoorWaf
    tags: tags
    frontDoor: frontDoor
    originHostHeader: appGateway.fqdn
    origins: map(concat([
      {
        location: location
        names: names
      }
    ], regions), region => {
      name: region.location
      host: empty(frontDoor.originDomain) ? '${toLower(region.names.appGateway)}.${region.location}.cloudapp.azure.com' : '${region.location}.${frontDoor.originDomain}'
    })
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
  }
  dependsOn: [
    networking
    regionNetworks
  ]
}

module gateway 'modules/app-gateway.bicep' = if (appGateway.enabled) {
  name: 'baseline-app-gateway'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    location: location
    tags: tags
    name: names.appGateway
    wafPolicyName: names.wafPolicy
    appGateway: appGateway
    zones: zones
    subnetId: networking.outputs.appGatewaySubnetId
    publicAddressId: networking.outputs.appGatewayAddressId
    identityId: appGatewayIdentityId
    certificateSecretId: usesCertificatePfx ? certificate!.outputs.secretId : appGateway.keyVaultSecretId
    backendHost: empty(regions) || isInternal ? '${names.apim}.azure-api.net' : regionalHosts[0]
    backendAddress: !empty(regions) && isInternal ? apimService.outputs.privateIpAddress : ''
    onlyFrontDoor: frontDoor.enabled
    frontDoorId: frontDoor.enabled ? door!.outputs.id : ''
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
  }
  dependsOn: [
    appGatewayReadsVault
    apimService
    apimNames
    apimEndpoint
  ]
}

module regionGateways 'modules/app-gateway.bicep' = [for (region, index) in regions: if (appGateway.enabled) {
  name: 'baseline-app-gateway-${region.location}'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    location: region.location
    tags: tags
    name: region.names.appGateway
    wafPolicyName: region.names.wafPolicy
    appGateway: appGateway
    zones: region.zones
    subnetId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks/subnets', region.names.virtualNetwork, 'snet-app-gateway')
    publicAddressId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/publicIPAddresses', region.names.publicIpAppGateway)
    identityId: appGatewayIdentityId
    certificateSecretId: usesCertificatePfx ? certificate!.outputs.secretId : appGateway.keyVaultSecretId
    backendHost: isInternal ? '${names.apim}.azure-api.net' : regionalHosts[index + 1]
    backendAddress: isInternal ? apimService.outputs.regionalAddresses[index] : ''
    onlyFrontDoor: frontDoor.enabled
    frontDoorId: frontDoor.enabled ? door!.outputs.id : ''
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
  }
  dependsOn: [
    appGatewayReadsVault
    apimService
    apimNames
    regionVaultEndpoints
  ]
}]

module traffic 'modules/traffic-manager.bicep' = if (trafficManager.enabled) {
  name: 'baseline-traffic-manager'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    name: names.trafficManager
    tags: tags
    method: trafficManager.method
    ttlSeconds: trafficManager.ttlSeconds
    fqdn: appGateway.fqdn
    endpoints: map(concat([
      {
        location: location
        names: names
      }
    ], regions), region => {
      name: region.location
      addressId: resourceId(subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/publicIPAddresses', region.names.publicIpAppGateway)
    })
    logAnalyticsWorkspaceId: monitoring.diagnostics ? insights.outputs.logAnalyticsWorkspaceId : ''
  }
  dependsOn: [
    gateway
    regionGateways
  ]
}

// Last, for it is there to stay.
module locks '../shared/modules/lock.bicep' = [for (name, index) in groupNames: if (locked) {
  name: 'baseline-lock-${index}'
  scope: resourceGroup(name)
  params: {
    name: 'genai-lz-landing-zone'
  }
  dependsOn: [
    apimService
    apimClosed
    gateway
    regionGateways
    traffic
  ]
}]

module regionLocks '../shared/modules/lock.bicep' = [for region in regionsWithEndpoints: if (locked) {
  name: 'baseline-lock-${region.location}'
  scope: resourceGroup(region.endpoints.resourceGroup)
  params: {
    name: 'genai-lz-landing-zone'
  }
  dependsOn: [
    regionVaultEndpoints
  ]
}]

@description('Name of the API Management service.')
output apimName string = names.apim

@description('Name of the identity of API Management.')
output apimIdentityName string = names.apimIdentity

@description('Object id of the identity of API Management, for role assignments.')
output apimIdentityPrincipalId string = apimIdentity.outputs.principalId

@description('Client id of the identity of API Management, for policies that ask for a token.')
output apimIdentityClientId string = apimIdentity.outputs.clientId

@description('Resource id of the identity of API Management.')
output apimIdentityResourceId string = apimIdentityId

@description('Object id of the service\'s own identity; empty where it has none.')
output apimSystemPrincipalId string = apimService.outputs.systemPrincipalId

@description('URL where the API Management gateway answers.')
output apimGatewayUrl string = apimService.outputs.gatewayUrl

@description('Addresses that the gateway calls backends from; separated by commas, empty where they are private or not its own.')
output apimOutboundIpAddresses string = apimService.outputs.outboundIpAddresses

@description('Resource id of the virtual network.')
output virtualNetworkId string = networking.outputs.virtualNetworkId

@description('Resource id of the subnet for private endpoints.')
output privateEndpointsSubnetId string = networking.outputs.privateEndpointsSubnetId

@description('Name of the vault.')
output keyVaultName string = names.keyVault

@description('Resource id of the Application Insights component.')
output appInsightsResourceId string = insights.outputs.appInsightsResourceId

@description('Resource id of the Log Analytics workspace.')
output logAnalyticsWorkspaceId string = insights.outputs.logAnalyticsWorkspaceId

@description('Public address of Application Gateway; empty without one.')
output appGatewayPublicIp string = networking.outputs.appGatewayIp

@description('DNS name of Traffic Manager, which the name that callers use has to lead to; empty without one.')
output trafficManagerHost string = trafficManager.enabled ? traffic!.outputs.host : ''

@description('DNS name of Azure Front Door, which the name that callers use has to lead to; empty without one.')
output frontDoorHost string = frontDoor.enabled ? door!.outputs.host : ''

@description('Text of the record _dnsauth (TXT) below the name that callers use at Azure Front Door; empty where there is no such name.')
output frontDoorValidationToken string = frontDoor.enabled ? door!.outputs.validationToken : ''
