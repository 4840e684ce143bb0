// The Redis as the cache of API Management.

@description('Name of the API Management service.')
param apimName string

@description('Name of the Azure Managed Redis.')
param redisName string

@description('Resource group of the Azure Managed Redis.')
param redisResourceGroup string

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  scope: resourceGroup(redisResourceGroup)
  name: redisName
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' existing = {
  parent: redis
  name: 'default'
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

// `default` is the cache of every region that has none of its own (REST reference of caches, 2024-05-01).
resource externalCache 'Microsoft.ApiManagement/service/caches@2024-05-01' = {
  parent: service
  name: 'default'
  properties: {
    description: 'Answers of the semantic cache'
    // The service puts it into a named value and never shows it again.
    connectionString: '${redis.properties.hostName}:10000,password=${database.listKeys().primaryKey},ssl=True,abortConnect=False'
    useFromLocation: 'default'
  }
}
