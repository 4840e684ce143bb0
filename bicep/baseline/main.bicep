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

@description('Availability zones of the region, such as 1, 2 and 3; empty where it has none.')
param zones array

@description('addressSpace, appGatewaySubnet, privateEndpointsSubnet, apimSubnet in CIDR notation; apimMode internal or external; denyInternetOut.')
param network object

@description('skuName, capacity, publisherName, publisherEmail, minApiVersion of API Management.')
param apim object

@description('enabled, fqdn, wafMode, ruleSetType, ruleSetVersion, maxBodyKb, minCapacity, maxCapacity, backendTimeoutSeconds, routes, keyVaultSecretId of Application Gateway.')
param appGateway object

@description('Certificate of Application Gateway as a PFX without password in Base64; empty when appGateway.keyVaultSecretId names one.')
@secure()
param certificatePfx string

@description('purgeProtection and softDeleteDays of the vault.')
param keyVault object

@description('logRetentionDays and metricDimensions.')
param monitoring object

// Known before anything is deployed, so that a plan can name every role assignment.
var apimIdentityId = resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', names.apimIdentity)
var appGatewayIdentityId = resourceId(subscription().subscriptionId, names.networkingResourceGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', names.appGatewayIdentity)

var usesCertificatePfx = appGateway.enabled && empty(appGateway.keyVaultSecretId)

// A set, because a layout may put several purposes into one group.
var groupNames = union([
  names.networkingResourceGroup
], [
  names.sharedResourceGroup
], [
  names.apimResourceGroup
])

resource groups 'Microsoft.Resources/resourceGroups@2025-04-01' = [for name in groupNames: {
  name: name
  location: location
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
  }
  dependsOn: [
    groups
  ]
}

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
    logRetentionDays: monitoring.logRetentionDays
    metricDimensions: monitoring.metricDimensions
    writerIdentityId: apimIdentityId
    writerPrincipalId: apimIdentity.outputs.principalId
  }
  dependsOn: [
    groups
  ]
}

module vaultZone '../shared/modules/private-dns-zone.bicep' = {
  name: 'baseline-key-vault-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.vaultcore.azure.net'
    virtualNetworkId: networking.outputs.virtualNetworkId
    tags: tags
  }
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
    zoneId: vaultZone.outputs.id
    logAnalyticsWorkspaceId: insights.outputs.logAnalyticsWorkspaceId
    purgeProtection: keyVault.purgeProtection
    softDeleteDays: keyVault.softDeleteDays
  }
}

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
    apim: apim
    apimMode: network.apimMode
    zones: zones
    subnetId: networking.outputs.apimSubnetId
    publicAddressId: networking.outputs.apimAddressId
    identityId: apimIdentityId
    identityClientId: apimIdentity.outputs.clientId
    sharedResourceGroup: names.sharedResourceGroup
    appInsightsName: names.appInsights
    logAnalyticsWorkspaceId: insights.outputs.logAnalyticsWorkspaceId
  }
  dependsOn: [
    apimReadsVault
  ]
}

module apimNames 'modules/apim-dns.bicep' = if (network.apimMode == 'internal') {
  name: 'baseline-apim-dns'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    apimName: names.apim
    privateIpAddress: apimService.outputs.privateIpAddress
    virtualNetworkId: networking.outputs.virtualNetworkId
    tags: tags
  }
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
    backendHost: '${names.apim}.azure-api.net'
    logAnalyticsWorkspaceId: insights.outputs.logAnalyticsWorkspaceId
  }
  dependsOn: [
    appGatewayReadsVault
    apimService
    apimNames
  ]
}

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

@description('URL where the API Management gateway answers.')
output apimGatewayUrl string = apimService.outputs.gatewayUrl

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
