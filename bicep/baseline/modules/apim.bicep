// The API Management service inside the virtual network, its connection to Application Insights and its logs.

@description('Azure region of the service.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the service.')
param name string

@description('skuName, capacity, publisherName, publisherEmail, minApiVersion.')
param apim object

@description('How the gateway is reached: internal (only from the network) or external (also from the Internet).')
@allowed([
  'internal'
  'external'
])
param apimMode string

@description('Availability zones of the region; used where tier and capacity allow.')
param zones array

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

@description('Resource id of the Log Analytics workspace.')
param logAnalyticsWorkspaceId string

// D-06: everything older than TLS 1.2 is off on both sides, and so are the ciphers without forward secrecy or in CBC
// mode (learn.microsoft.com/azure/api-management/api-management-howto-manage-protocols-ciphers, 2025-08-04). The
// values are strings: the service defines this bag so.
var tlsHardening = {
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TripleDes168': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_GCM_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_GCM_SHA384': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA': 'False'
}

// Only the Premium tier spreads over zones, and only with at least one unit in each.
var spreads = apim.skuName == 'Premium' && !empty(zones) && apim.capacity >= length(zones)

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  scope: resourceGroup(sharedResourceGroup)
  name: appInsightsName
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: apim.skuName
    capacity: apim.capacity
  }
  zones: spreads ? zones : null
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    publisherName: apim.publisherName
    publisherEmail: apim.publisherEmail
    virtualNetworkType: apimMode == 'internal' ? 'Internal' : 'External'
    virtualNetworkConfiguration: {
      subnetResourceId: subnetId
    }
    publicIpAddressId: publicAddressId
    apiVersionConstraint: {
      minApiVersion: apim.minApiVersion // D-06
    }
    customProperties: tlsHardening
    legacyPortalStatus: 'Disabled'
  }
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
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
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
output gatewayUrl string = service.properties.gatewayUrl

@description('Address of the gateway inside the network; empty in external mode.')
output privateIpAddress string = apimMode == 'internal' ? service.properties.privateIPAddresses[0] : ''
