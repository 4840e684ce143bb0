// The event hub that takes usage records from the gateway's policies.

@description('Azure region of the namespace and of its private endpoint.')
param location string

@description('Tags on every resource.')
param tags object

@description('namespace, hub, partitions, retentionDays, privateEndpoint (its name).')
param eventHub object

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('Resource id of the zone privatelink.servicebus.windows.net; empty where names are kept elsewhere.')
param zoneId string

@description('How the gateway comes here: private (through an endpoint), addresses (from those that are allowed), internet (from anywhere, signed in).')
param accessMode string

@description('Addresses that are let in where the mode is addresses.')
param allowedAddresses array

@description('Whether a cluster of Azure Data Explorer reads the hub.')
param isRead bool

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

@description('Resource id of the identity of API Management.')
param apimIdentityId string

@description('Object id of the same identity.')
param apimIdentityPrincipalId string

// Built-in role "Azure Event Hubs Data Sender".
var dataSenderRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2b629674-e913-4c01-ae53-ef4638d8f975')

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  name: eventHub.namespace
  location: location
  tags: tags
  sku: {
    name: 'Standard' // the smallest tier with private endpoints
    tier: 'Standard'
    capacity: 1
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: accessMode == 'private' ? 'Disabled' : 'Enabled' // D-04
  }
}

// A cluster comes from outside of the network. With the identity that has the role it is a trusted service, which is let
// in past these rules (learn.microsoft.com/azure/event-hubs/event-hubs-ip-filtering, "Trusted Microsoft services", 2026-11).
resource rules 'Microsoft.EventHub/namespaces/networkRuleSets@2026-01-01' = if (accessMode == 'addresses' || (accessMode == 'private' && isRead)) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: accessMode == 'private' ? 'Disabled' : 'Enabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: isRead
    // Not a loop: how many addresses a service has is known only when it is there.
    ipRules: map(allowedAddresses, address => {
      ipMask: address
      action: 'Allow'
    })
  }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = {
  parent: namespace
  name: eventHub.hub
  properties: {
    partitionCount: eventHub.partitions
    messageRetentionInDays: eventHub.retentionDays
  }
  dependsOn: [
    rules // one change of the namespace at a time
  ]
}

module endpoint '../../shared/modules/private-endpoint.bicep' = if (accessMode == 'private') {
  name: take('genai-endpoint-${eventHub.namespace}', 64)
  params: {
    name: eventHub.privateEndpoint
    location: location
    tags: tags
    subnetId: subnetId
    targetId: namespace.id
    groupId: 'namespace'
    zoneId: zoneId
  }
  dependsOn: [
    hub // one change of the namespace at a time
  ]
}

// Named after the identity's resource id, which is known before anything is deployed, unlike its object id.
resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: hub
  name: guid(hub.id, apimIdentityId, dataSenderRole)
  properties: {
    roleDefinitionId: dataSenderRole
    principalId: apimIdentityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: namespace
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
