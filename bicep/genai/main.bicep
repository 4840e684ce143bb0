// Stage `genai`: model accounts, the usage event hub, and what the gateway of stage `baseline` serves with them.
//
// Policies arrive rendered. Order follows what refers to what (D-18): named values, loggers and backends, then pools,
// then fragments, then APIs, then products, then subscriptions. No output is a secret (D-01, D-02).

targetScope = 'subscription'

@description('Azure region of the gateway and its network; each account names its own.')
param location string

@description('Tags on every resource and resource group.')
param tags object

@description('openaiResourceGroup, apimResourceGroup, networkingResourceGroup, sharedResourceGroup, keyVault, apim, apimIdentity.')
param names object

@description('Names of the resource groups that are there already: they are neither made nor tagged nor locked.')
param existingResourceGroups array

@description('Object id of the identity of API Management, an output of stage baseline.')
param apimIdentityPrincipalId string

@description('Client id of the identity of API Management, an output of stage baseline.')
param apimIdentityClientId string

@description('Object id of the service\'s own identity, an output of stage baseline; empty where it has none.')
param apimSystemPrincipalId string

@description('Resource id of the virtual network, an output of stage baseline.')
param virtualNetworkId string

@description('Resource id of the subnet for private endpoints, an output of stage baseline.')
param privateEndpointsSubnetId string

@description('mode: private, addresses or internet, which is how the gateway calls accounts and event hub; createZones; openai, eventHub, contentSafety, redis and store (cluster, blob, queue, table): ids of zones that are there already. linkedNetworks: names of the networks of further regions that resolve the zones too, having none of their own.')
param access object

@description('location, virtualNetwork, resourceGroup, zones and endpoints (name, targetType, targetName, groupId, zone) of each further region that has private endpoints of its own.')
param regions array

@description('Addresses that the gateway calls from, separated by commas: an output of stage baseline.')
param apimOutboundIpAddresses string

@description('Resource id of the Log Analytics workspace, an output of stage baseline.')
param logAnalyticsWorkspaceId string

@description('diagnostics: whether resources send their logs; llmLogs: none, metadata or all.')
param monitoring object

@description('workbook (enabled, displayName, content), alerts (name, displayName, description, severity, window, frequency, query), actionGroup, emails, actionGroups, budget (enabled, name, amount, from, contacts, percents, resourceGroups).')
param watch object

@description('Whether what is in the resource group cannot be deleted.')
param locked bool

@description('Azure OpenAI accounts: name, location, customSubDomain, privateEndpoint, deployments.')
param accounts array

@description('Accounts that are there already and that the gateway is given a role at: name, subscription, resourceGroup.')
param existingAccounts array

@description('Keys of accounts, each a named value of the same name: name, secretId (of a secret that is there), own (whether it goes into the vault of the landing zone).')
param keys array

@description('The keys that go into the vault, by name, as the text of a JSON object.')
@secure()
param keySecrets string

@description('enabled, namespace, hub, partitions, retentionDays, privateEndpoint, loggerName of the usage event hub.')
param eventHub object

@description('The cluster that keeps what the event hub takes: enabled, cluster, sku, tier, capacity, database, table, mapping, retention and hot (durations), schema (the commands that make the table), viewers (id, kind), zone (of its own names), privateEndpoint.')
param eventStore object

@description('enabled, name, location, customSubDomain, privateEndpoint of the Content Safety account.')
param contentSafety object

@description('enabled, name, location, customSubDomain, privateEndpoint of the Language account.')
param languageAccount object

@description('enabled, name, location, sku, highAvailability, privateEndpoint of the Azure Managed Redis of the semantic cache.')
param redis object

@description('Names of accounts that the service\'s own identity asks for embeddings.')
param embeddingsAccounts array

@description('Named values that policies use: name, value, secret. The value apim-identity is always there.')
param namedValues array

@description('Policy fragments: name, description, value (raw policy XML).')
param fragments array

@description('Backends: name, url, breaker, identityResource (empty where policies sign in), headers.')
param backends array

@description('Backend pools: name, members (backend, priority, weight).')
param pools array

@description('Policy of the whole service (raw policy XML); empty leaves the one that a new service has.')
param globalPolicy string

@description('APIs: name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, policy, operations.')
param apis array

@description('APIs in front of services at a URL: name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, policy, operations.')
param restApis array

@description('WebSocket APIs: name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, serviceUrl, policy.')
param webSocketApis array

@description('MCP servers: name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, serviceUrl, endpoint, tools, policy.')
param mcpServers array

@description('Products: name, displayName, description, policy, apis.')
param products array

@description('Subscriptions: name, displayName, product.')
param subscriptions array

@description('Keys to put into vaults: subscription, secret, vaultSubscription, vaultResourceGroup, vault.')
param keyDeliveries array

@description('The API Center that lists the APIs: enabled, name, location, environment, lifecycle, host (of the Application Gateway; empty without one), apis (name, title, summary, kind, scheme, path).')
param apiCenter object

// Known before anything is deployed, so that a plan can name every role assignment.
var apimIdentityId = resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ManagedIdentity/userAssignedIdentities', names.apimIdentity)

var apimId = resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ApiManagement/service', names.apim)

var isPrivate = access.mode == 'private'
var allowedAddresses = access.mode == 'addresses' ? split(apimOutboundIpAddresses, ',') : []

var logsTo = monitoring.diagnostics ? logAnalyticsWorkspaceId : ''

// Longest name that a deployment may have.
var maxDeploymentName = 64

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  scope: resourceGroup(names.apimResourceGroup)
  name: names.apim
}

var makesGroup = !contains(existingResourceGroups, names.openaiResourceGroup)

resource openaiGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = if (makesGroup) {
  name: names.openaiResourceGroup
  location: location
  tags: tags
}

module openaiZone '../shared/modules/private-dns-zone.bicep' = if (isPrivate && access.createZones) {
  name: 'genai-openai-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.openai.azure.com'
    virtualNetworkId: virtualNetworkId
    otherNetworks: access.linkedNetworks
    tags: tags
  }
}

module openaiAccounts 'modules/openai-account.bicep' = [for (account, index) in accounts: {
  name: take('genai-account-${index}-${account.name}', maxDeploymentName)
  scope: openaiGroup
  params: {
    account: account
    networkLocation: location
    tags: tags
    subnetId: privateEndpointsSubnetId
    zoneId: isPrivate && access.createZones ? openaiZone!.outputs.id : access.openai
    accessMode: access.mode
    allowedAddresses: allowedAddresses
    logAnalyticsWorkspaceId: logsTo
    apimIdentityId: apimIdentityId
    apimIdentityPrincipalId: apimIdentityPrincipalId
  }
}]

module existingAccountUsers 'modules/account-user.bicep' = [for (account, index) in existingAccounts: {
  name: take('genai-user-${index}-${account.name}', maxDeploymentName)
  scope: resourceGroup(account.subscription, account.resourceGroup)
  params: {
    accountName: account.name
    apimIdentityId: apimIdentityId
    apimIdentityPrincipalId: apimIdentityPrincipalId
  }
}]

var ownKeys = filter(keys, key => key.own)

module keyValues 'modules/keys.bicep' = if (!empty(ownKeys)) {
  name: 'genai-keys'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    vaultName: names.keyVault
    names: map(ownKeys, key => key.name)
    secrets: keySecrets
    tags: tags
  }
}

module eventHubZone '../shared/modules/private-dns-zone.bicep' = if (eventHub.enabled && isPrivate && access.createZones) {
  name: 'genai-event-hub-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.servicebus.windows.net'
    virtualNetworkId: virtualNetworkId
    otherNetworks: access.linkedNetworks
    tags: tags
  }
}

module usageHub 'modules/event-hub.bicep' = if (eventHub.enabled) {
  name: 'genai-event-hub'
  scope: openaiGroup
  params: {
    location: location
    tags: tags
    eventHub: eventHub
    subnetId: privateEndpointsSubnetId
    zoneId: isPrivate && access.createZones ? eventHubZone!.outputs.id : access.eventHub
    accessMode: access.mode
    allowedAddresses: allowedAddresses
    isRead: eventStore.enabled
    logAnalyticsWorkspaceId: logsTo
    apimIdentityId: apimIdentityId
    apimIdentityPrincipalId: apimIdentityPrincipalId
  }
}

// A cluster has names of its own, and those of the storage that it takes records in with.
var storeZones = [
  {
    name: 'cluster'
    zone: eventStore.zone
  }
  {
    name: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    name: 'queue'
    zone: 'privatelink.queue.${environment().suffixes.storage}'
  }
  {
    name: 'table'
    zone: 'privatelink.table.${environment().suffixes.storage}'
  }
]

var makesStoreZones = eventStore.enabled && isPrivate && access.createZones

module eventStoreZones '../shared/modules/private-dns-zone.bicep' = [for (item, index) in makesStoreZones ? storeZones : []: {
  name: 'genai-store-zone-${item.name}'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: item.zone
    virtualNetworkId: virtualNetworkId
    otherNetworks: access.linkedNetworks
    tags: tags
  }
}]

module usageStore 'modules/event-store.bicep' = if (eventStore.enabled) {
  name: 'genai-event-store'
  scope: openaiGroup
  params: {
    location: location
    tags: tags
    store: eventStore
    namespaceName: eventHub.namespace
    hubName: eventHub.hub
    subnetId: privateEndpointsSubnetId
    zones: [for item in storeZones: {
      name: item.name
      id: makesStoreZones ? resourceId(subscription().subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/privateDnsZones', item.zone) : access.store[item.name]
    }]
    accessMode: access.mode
    logAnalyticsWorkspaceId: logsTo
  }
  dependsOn: [
    eventStoreZones
    usageHub
  ]
}

module contentSafetyZone '../shared/modules/private-dns-zone.bicep' = if ((contentSafety.enabled || languageAccount.enabled) && isPrivate && access.createZones) {
  name: 'genai-content-safety-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.cognitiveservices.azure.com'
    virtualNetworkId: virtualNetworkId
    otherNetworks: access.linkedNetworks
    tags: tags
  }
}

module safety 'modules/content-safety.bicep' = if (contentSafety.enabled) {
  name: 'genai-content-safety'
  scope: openaiGroup
  params: {
    account: contentSafety
    networkLocation: location
    tags: tags
    subnetId: privateEndpointsSubnetId
    zoneId: isPrivate && access.createZones ? contentSafetyZone!.outputs.id : access.contentSafety
    accessMode: access.mode
    allowedAddresses: allowedAddresses
    logAnalyticsWorkspaceId: logsTo
    apimIdentityId: apimIdentityId
    apimIdentityPrincipalId: apimIdentityPrincipalId
  }
}

module language 'modules/language.bicep' = if (languageAccount.enabled) {
  name: 'genai-language'
  scope: openaiGroup
  params: {
    account: languageAccount
    networkLocation: location
    tags: tags
    subnetId: privateEndpointsSubnetId
    zoneId: isPrivate && access.createZones ? contentSafetyZone!.outputs.id : access.contentSafety
    accessMode: access.mode
    allowedAddresses: allowedAddresses
    logAnalyticsWorkspaceId: logsTo
    apimIdentityId: apimIdentityId
    apimIdentityPrincipalId: apimIdentityPrincipalId
  }
}

module redisZone '../shared/modules/private-dns-zone.bicep' = if (redis.enabled && isPrivate && access.createZones) {
  name: 'genai-redis-zone'
  scope: resourceGroup(names.networkingResourceGroup)
  params: {
    zoneName: 'privatelink.redis.azure.net'
    virtualNetworkId: virtualNetworkId
    otherNetworks: access.linkedNetworks
    tags: tags
  }
}

module cache 'modules/redis.bicep' = if (redis.enabled) {
  name: 'genai-redis'
  scope: openaiGroup
  params: {
    cache: redis
    networkLocation: location
    tags: tags
    subnetId: privateEndpointsSubnetId
    zoneId: isPrivate && access.createZones ? redisZone!.outputs.id : access.redis
    accessMode: access.mode
    logAnalyticsWorkspaceId: logsTo
  }
}

// After all that they lead to, and one region after the other: a resource takes one new endpoint at a time.
@batchSize(1)
module regionEndpoints '../shared/modules/region-endpoints.bicep' = [for region in regions: {
  name: 'genai-endpoints-${region.location}'
  scope: resourceGroup(region.resourceGroup)
  params: {
    location: region.location
    tags: tags
    virtualNetworkId: resourceId(subscription().subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks', region.virtualNetwork)
    subnetId: resourceId(subscription().subscriptionId, names.networkingResourceGroup, 'Microsoft.Network/virtualNetworks/subnets', region.virtualNetwork, 'snet-private-endpoints')
    zones: access.createZones ? region.zones : []
    targetResourceGroup: names.openaiResourceGroup
    endpoints: region.endpoints
  }
  dependsOn: [
    openaiAccounts
    usageHub
    safety
    language
    cache
  ]
}]

module externalCache 'modules/external-cache.bicep' = if (redis.enabled) {
  name: 'genai-external-cache'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    redisName: redis.name
    redisResourceGroup: names.openaiResourceGroup
  }
  dependsOn: [
    cache
  ]
}

module embeddingsUsers 'modules/embeddings-user.bicep' = [for account in embeddingsAccounts: {
  name: take('genai-embeddings-user-${account}', maxDeploymentName)
  scope: openaiGroup
  params: {
    accountName: account
    apimId: resourceId(subscription().subscriptionId, names.apimResourceGroup, 'Microsoft.ApiManagement/service', names.apim)
    principalId: apimSystemPrincipalId
  }
  dependsOn: [
    openaiAccounts
  ]
}]

module connections 'modules/connections.bicep' = {
  name: 'genai-connections'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    apimIdentityClientId: apimIdentityClientId
    namedValues: namedValues
    keys: keys
    keyVaultUri: 'https://${names.keyVault}${environment().suffixes.keyvaultDns}/'
    eventHub: eventHub
    llmLogs: monitoring.llmLogs
    backends: backends
    pools: pools
  }
  dependsOn: [
    usageHub
    keyValues
  ]
}

module policyFragments 'modules/fragments.bicep' = {
  name: 'genai-fragments'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    fragments: fragments
  }
  dependsOn: [
    connections
  ]
}

module servicePolicy 'modules/global-policy.bicep' = if (!empty(globalPolicy)) {
  name: 'genai-global-policy'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    value: globalPolicy
  }
  dependsOn: [
    policyFragments
  ]
}

// A deployment of its own for each API: a policy may have 256 KiB, a deployment 1 MB.
module apiDefinitions 'modules/api.bicep' = [for (api, index) in apis: {
  name: take('genai-api-${index}-${api.name}', maxDeploymentName)
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    api: api
    llmLogs: monitoring.llmLogs
  }
  dependsOn: [
    openaiAccounts
    existingAccountUsers
    safety
    language
    regionEndpoints
    externalCache
    embeddingsUsers
    policyFragments
  ]
}]

module restApiDefinitions 'modules/rest-api.bicep' = [for (api, index) in restApis: {
  name: take('genai-rest-api-${index}-${api.name}', maxDeploymentName)
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    api: api
  }
  dependsOn: [
    policyFragments
  ]
}]

module webSocketApiDefinitions 'modules/websocket-api.bicep' = [for (api, index) in webSocketApis: {
  name: take('genai-websocket-api-${index}-${api.name}', maxDeploymentName)
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    api: api
  }
  dependsOn: [
    openaiAccounts
    policyFragments
  ]
}]

// Tools are operations of APIs that are there by then.
module mcpServerDefinitions 'modules/mcp-server.bicep' = [for (server, index) in mcpServers: {
  name: take('genai-mcp-server-${index}-${server.name}', maxDeploymentName)
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    server: server
  }
  dependsOn: [
    policyFragments
    restApiDefinitions
  ]
}]

module productDefinitions 'modules/product.bicep' = [for (product, index) in products: {
  name: take('genai-product-${index}-${product.name}', maxDeploymentName)
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    product: product
  }
  dependsOn: [
    apiDefinitions
    restApiDefinitions
    webSocketApiDefinitions
    mcpServerDefinitions
  ]
}]

module productSubscriptions 'modules/subscriptions.bicep' = {
  name: 'genai-subscriptions'
  scope: resourceGroup(names.apimResourceGroup)
  params: {
    apimName: names.apim
    subscriptions: subscriptions
  }
  dependsOn: [
    productDefinitions
  ]
}

module apiList 'modules/api-center.bicep' = if (apiCenter.enabled) {
  name: 'genai-api-center'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    center: apiCenter
    tags: tags
    gatewayUrl: empty(apiCenter.host) ? service.properties.gatewayUrl : 'https://${apiCenter.host}'
    apimName: names.apim
  }
  dependsOn: [
    productDefinitions
  ]
}

module deliveredKeys 'modules/key-delivery.bicep' = [for (delivery, index) in keyDeliveries: {
  name: take('genai-delivery-${index}-${delivery.secret}', maxDeploymentName)
  scope: resourceGroup(delivery.vaultSubscription, delivery.vaultResourceGroup)
  params: {
    vaultName: delivery.vault
    secretName: delivery.secret
    apimId: apimId
    subscriptionName: delivery.subscription
    keyName: 'primaryKey'
    rotation: ''
  }
  dependsOn: [
    productSubscriptions
  ]
}]

module workbook 'modules/workbook.bicep' = if (watch.workbook.enabled) {
  name: 'genai-workbook'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    location: location
    tags: tags
    gatewayName: names.apim
    displayName: watch.workbook.displayName
    content: watch.workbook.content
    logAnalyticsWorkspaceId: logAnalyticsWorkspaceId
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(watch.alerts)) {
  name: 'genai-alerts'
  scope: resourceGroup(names.sharedResourceGroup)
  params: {
    location: location
    tags: tags
    logAnalyticsWorkspaceId: logAnalyticsWorkspaceId
    actionGroup: watch.actionGroup
    emails: watch.emails
    actionGroups: watch.actionGroups
    alerts: watch.alerts
  }
}

module budget 'modules/budget.bicep' = if (watch.budget.enabled) {
  name: 'genai-budget'
  params: {
    budget: watch.budget
  }
}

module lock '../shared/modules/lock.bicep' = if (locked && makesGroup) {
  name: 'genai-lock'
  scope: openaiGroup
  params: {
    name: 'genai-lz-landing-zone'
  }
  dependsOn: [
    productSubscriptions
  ]
}

@description('URL where the API Management gateway answers.')
output apimGatewayUrl string = service.properties.gatewayUrl

@description('Paths of the APIs below the gateway URL.')
output apiPaths array = [for api in concat(apis, restApis, webSocketApis, mcpServers): api.path]

@description('URLs where the model accounts answer, inside the network.')
output openaiEndpoints array = [for (account, index) in accounts: openaiAccounts[index].outputs.endpoint]
