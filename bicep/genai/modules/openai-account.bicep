// One Azure OpenAI account: its model deployments, its private endpoint in the gateway's network, and the right of
// API Management to call it. Nothing else can: there are no keys, and no public access where the gateway needs none.

@description('name, location, customSubDomain, privateEndpoint (its name) and deployments: name, model, version, sku, capacity, raiPolicy, spillover.')
param account object

@description('Azure region of the gateway network, where the private endpoint lives.')
param networkLocation string

@description('Tags on every resource.')
param tags object

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('Resource id of the zone privatelink.openai.azure.com; empty where names are kept elsewhere.')
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

// Built-in role "Cognitive Services OpenAI User".
var openaiUserRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd')

resource openai 'Microsoft.CognitiveServices/accounts@2026-07-01' = {
  name: account.name
  location: account.location
  tags: tags
  kind: 'OpenAI'
  sku: {
    name: 'S0'
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

// A deployment can spill over only to one that is there already.
var plain = filter(account.deployments, deployment => empty(deployment.spillover))
var spilling = filter(account.deployments, deployment => !empty(deployment.spillover))
var ordered = concat(plain, spilling)

// One after the other: an account takes one change at a time.
@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2026-07-01' = [for deployment in ordered: {
  parent: openai
  name: deployment.name
  tags: tags
  sku: {
    name: deployment.sku
    capacity: deployment.capacity
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: deployment.model
      version: deployment.version
    }
    versionUpgradeOption: 'NoAutoUpgrade' // members of a pool must stay on the same version
    raiPolicyName: empty(deployment.raiPolicy) ? null : deployment.raiPolicy
    spilloverDeploymentName: empty(deployment.spillover) ? null : deployment.spillover
  }
}]

module endpoint '../../shared/modules/private-endpoint.bicep' = if (accessMode == 'private') {
  name: take('genai-endpoint-${account.name}', 64)
  params: {
    name: account.privateEndpoint
    location: networkLocation
    tags: tags
    subnetId: subnetId
    targetId: openai.id
    groupId: 'account'
    zoneId: zoneId
  }
  dependsOn: [
    deployments // it changes the account too
  ]
}

// Named after the identity's resource id, which is known before anything is deployed, unlike its object id.
resource caller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: openai
  name: guid(openai.id, apimIdentityId, openaiUserRole)
  properties: {
    roleDefinitionId: openaiUserRole
    principalId: apimIdentityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: openai
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

@description('URL where the account answers.')
output endpoint string = openai.properties.endpoint
