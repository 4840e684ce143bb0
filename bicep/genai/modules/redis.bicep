// The Azure Managed Redis that answers of the semantic cache are kept in. API Management comes with a key, the only way
// it knows (learn.microsoft.com/azure/api-management/api-management-howto-cache-external, read 2026-12-01); the key is read where it
// is needed and is no output.

@description('name, location, sku, highAvailability, privateEndpoint (its name).')
param cache object

@description('Azure region of the gateway network, where the private endpoint lives.')
param networkLocation string

@description('Tags on every resource.')
param tags object

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('Resource id of the zone privatelink.redis.azure.net; empty where names are kept elsewhere.')
param zoneId string

@description('How the gateway comes here: private (through an endpoint), addresses or internet (from anywhere with the key: there are no rules for addresses).')
param accessMode string

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: cache.name
  location: cache.location
  tags: tags
  sku: {
    name: cache.sku
  }
  properties: {
    highAvailability: cache.highAvailability ? 'Enabled' : 'Disabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: accessMode == 'private' ? 'Disabled' : 'Enabled'
  }
}

// Search is chosen when the database is made, and wants this policy and nothing evicted
// (learn.microsoft.com/azure/redis/redis-modules, read 2026-12-01). Answers go when their time is over.
resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: redis
  name: 'default'
  properties: {
    accessKeysAuthentication: 'Enabled' // off where it is not said
    clientProtocol: 'Encrypted'
    clusteringPolicy: 'EnterpriseCluster'
    evictionPolicy: 'NoEviction'
    port: 10000
    modules: [
      {
        name: 'RediSearch'
      }
    ]
  }
}

module endpoint '../../shared/modules/private-endpoint.bicep' = if (accessMode == 'private') {
  name: take('genai-endpoint-${cache.name}', 64)
  params: {
    name: cache.privateEndpoint
    location: networkLocation
    tags: tags
    subnetId: subnetId
    targetId: redis.id
    groupId: 'redisEnterprise'
    zoneId: zoneId
  }
  dependsOn: [
    database // it changes the cluster too
  ]
}

resource metrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: redis
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}
