// The cluster of Azure Data Explorer that keeps the records of the usage event hub: a database with one table, and a
// connection that reads the hub with the cluster's own identity. No key goes anywhere. Types of Microsoft.Kusto are those of
// Azure/bicep-types-az at 1f896de2 (2026-08-20), which the table of this project does not hold.

@description('Azure region of the event hub and of the network, and so of the cluster.')
param location string

@description('Tags on the cluster and its private endpoint.')
param tags object

@description('cluster, sku, tier, capacity, database, table, mapping, retention, hot, schema, viewers, privateEndpoint (its name).')
param store object

@description('Name of the Event Hubs namespace, in this resource group.')
param namespaceName string

@description('Name of the event hub.')
param hubName string

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('The zones that the private endpoint registers in: name, id. The first is that of the cluster; its id is empty where names are kept elsewhere.')
param zones array

@description('How the gateway comes to what it calls: private, addresses or internet. Where it is private, the cluster is asked from within the network alone.')
param accessMode string

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

// Built-in role "Azure Event Hubs Data Receiver".
var dataReceiverRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: namespaceName
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' existing = {
  parent: namespace
  name: hubName
}

// Each reader has a group of its own (learn.microsoft.com/azure/data-explorer/ingest-data-event-hub-overview, read 2026-12-01).
resource readers 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = {
  parent: hub
  name: 'store'
  properties: {}
}

#disable-next-line BCP081
resource cluster 'Microsoft.Kusto/clusters@2024-04-13' = {
  name: store.cluster
  location: location
  tags: tags
  sku: {
    name: store.sku
    tier: store.tier
    capacity: store.capacity
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    enableDiskEncryption: true
    enableAutoStop: false // a cluster that stands still takes nothing in
    publicNetworkAccess: accessMode == 'private' ? 'Disabled' : 'Enabled'
  }
}

#disable-next-line BCP081
resource database 'Microsoft.Kusto/clusters/databases@2024-04-13' = {
  parent: cluster
  name: store.database
  location: location
  kind: 'ReadWrite'
  properties: {
    softDeletePeriod: store.retention
    hotCachePeriod: store.hot
  }
}

// Runs again where its text is another one.
#disable-next-line BCP081
resource schema 'Microsoft.Kusto/clusters/databases/scripts@2024-04-13' = {
  parent: database
  name: 'schema'
  properties: {
    scriptContent: store.schema
    forceUpdateTag: uniqueString(store.schema)
    continueOnErrors: false
  }
}

// Named after the cluster's resource id, which is known before anything is deployed, unlike the id of its identity.
resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: hub
  name: guid(hub.id, cluster.id, dataReceiverRole)
  properties: {
    roleDefinitionId: dataReceiverRole
    principalId: cluster.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

// A record is one JSON object over several lines, which the format JSON would take for several records.
#disable-next-line BCP081
resource connection 'Microsoft.Kusto/clusters/databases/dataConnections@2024-04-13' = {
  parent: database
  name: 'usage'
  location: location
  kind: 'EventHub'
  properties: {
    eventHubResourceId: hub.id
    consumerGroup: readers.name
    tableName: store.table
    mappingRuleName: store.mapping
    dataFormat: 'MULTIJSON'
    compression: 'None'
    databaseRouting: 'Single'
    managedIdentityResourceId: cluster.id
  }
  dependsOn: [
    schema
    receiver
  ]
}

#disable-next-line BCP081
resource viewers 'Microsoft.Kusto/clusters/databases/principalAssignments@2024-04-13' = [for viewer in store.viewers: {
  parent: database
  name: guid(cluster.id, viewer.id, 'Viewer')
  properties: {
    principalId: viewer.id
    principalType: viewer.kind
    role: 'Viewer'
    tenantId: tenant().tenantId
  }
}]

module endpoint '../../shared/modules/private-endpoint.bicep' = if (accessMode == 'private') {
  name: take('genai-endpoint-${store.cluster}', 64)
  params: {
    name: store.privateEndpoint
    location: location
    tags: tags
    subnetId: subnetId
    targetId: cluster.id
    groupId: 'cluster'
    zoneId: zones[0].id
    moreZones: skip(zones, 1)
  }
  dependsOn: [
    connection // one change of the cluster at a time
    viewers
  ]
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: cluster
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
