// The API Management service inside the virtual network, its connection to Application Insights and its logs.

@description('Azure region of the service.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the service.')
param name string

@description('skuName, capacity, isV2, zones, zoneRedundant, additionalRegions, publisherName, publisherEmail, minApiVersion, portal, releaseChannel.')
param apim object

@description('How the gateway stands towards the network: internal, external, v2-integration, v2-injection or none.')
param apimMode string

@description('Resource id of the subnet.')
param subnetId string

@description('Resource id of the public address.')
param publicAddressId string

@description('Resource id of the identity that the service signs in with.')
param identityId string

@description('Client id of the same identity.')
param identityClientId string

@description('Resource group of the Application Insights component.')
param sharedResourceGroup string

@description('Name of the Application Insights component.')
param appInsightsName string

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  scope: resourceGroup(sharedResourceGroup)
  name: appInsightsName
}

module apimService 'apim-service.bicep' = {
  name: 'baseline-apim-service'
  params: {
    location: location
    tags: tags
    name: name
    apim: apim
    apimMode: apimMode
    subnetId: subnetId
    publicAddressId: publicAddressId
    identityId: identityId
    publicNetworkAccess: ''
  }
}

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' existing = {
  name: name
  dependsOn: [
    apimService
  ]
}

resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: service
  name: 'application-insights'
  properties: {
    loggerType: 'applicationInsights'
    description: 'Requests, errors and token metrics'
    resourceId: insights.id
    isBuffered: true
    credentials: {
      // The component takes no keys, so its connection string only says where it is.
      connectionString: insights.properties.ConnectionString
      identityClientId: identityClientId
    }
  }
}

// The name is fixed: it says which kind of logger the diagnostic feeds.
resource requestLog 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: service
  name: 'applicationinsights'
  properties: {
    loggerId: logger.id
    alwaysLog: 'allErrors'
    sampling: {
      samplingType: 'fixed'
      percentage: 100
    }
    verbosity: 'information'
    httpCorrelationProtocol: 'W3C'
    logClientIp: false
    metrics: true // D-11: else the gateway sends no custom metrics at all
    // No bodies: prompts are private, and logging a body holds back a stream (D-13).
    frontend: {
      request: {
        headers: []
        body: {
          bytes: 0
        }
      }
      response: {
        headers: []
        body: {
          bytes: 0
        }
      }
    }
    backend: {
      request: {
        headers: []
        body: {
          bytes: 0
        }
      }
      response: {
        headers: []
        body: {
          bytes: 0
        }
      }
    }
  }
}

// D-26: the service's own logs and metrics.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: service
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    logAnalyticsDestinationType: 'Dedicated'
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

@description('URL where the gateway answers.')
output gatewayUrl string = apimService.outputs.gatewayUrl

@description('Address of the gateway inside the network; empty where it has none.')
output privateIpAddress string = apimService.outputs.privateIpAddress

@description('Addresses of the gateways of the additional regions inside their networks.')
output regionalAddresses array = apimService.outputs.regionalAddresses

@description('Addresses that calls to backends come from, where they are the own ones of the service; separated by commas.')
output outboundIpAddresses string = apimService.outputs.outboundIpAddresses

@description('Object id of the service\'s own identity; empty where it has none.')
output systemPrincipalId string = apimService.outputs.systemPrincipalId
