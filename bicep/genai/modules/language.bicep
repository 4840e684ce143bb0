// The Language account that finds personal data in what callers send. Only API Management can ask it: there are no keys,
// and no public access where the gateway needs none.

@description('name, location, customSubDomain, privateEndpoint (its name).')
param account object

@description('Azure region of the gateway network, where the private endpoint lives.')
param networkLocation string

@description('Tags on every resource.')
param tags object

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('Resource id of the zone privatelink.cognitiveservices.azure.com; empty where names are kept elsewhere.')
param zoneId string

@description('How the gateway comes here: private (through an endpoint), addresses (from those that are allowed), internet (from anywhere, signed in).')
param accessMode string

@description('Addresses that are let in where the mode is addresses.')
param allowedAddresses array

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

@description('Resource id of the identity of API Management.')
param apimIdentityId string

@description('Object id of the same identity.')
param apimIdentityPrincipalId string

// Built-in role "Cognitive Services User", whose data actions are those of all such accounts
// (learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning, 2026-01).
var userRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')

resource language 'Microsoft.CognitiveServices/accounts@2026-07-01' = {
  name: account.name
  location: account.location
  tags: tags
  kind: 'TextAnalytics' // what Azure AI Language is to ARM
  sku: {
    name: 'S'
  }
  properties: {
    customSubDomainName: account.customSubDomain // sign-in with an identity works on a custom host name only
    disableLocalAuth: true
    publicNetworkAccess: accessMode == 'private' ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: accessMode == 'internet' ? 'Allow' : 'Deny'
      // Not a loop: how many addresses a service has is known only when it is there.
      ipRules: map(allowedAddresses, address => {
        value: address
      })
    }
  }
}

module endpoint '../../shared/modules/private-endpoint.bicep' = if (accessMode == 'private') {
  name: take('genai-endpoint-${account.name}', 64)
  params: {
    name: account.privateEndpoint
    location: networkLocation
    tags: tags
    subnetId: subnetId
    targetId: language.id
    groupId: 'account'
    zoneId: zoneId
  }
}

resource caller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: language
  name: guid(language.id, apimIdentityId, userRole)
  properties: {
    roleDefinitionId: userRole
    principalId: apimIdentityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: language
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}
