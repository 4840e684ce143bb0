// One API: its operations and its policy. Callers always need a subscription key and HTTPS.

@description('Name of the API Management service.')
param apimName string

@description('name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, policy (raw policy XML) and operations: name, displayName, method, urlTemplate, templateParameters.')
param api object

@description('What is logged of calls to models: none, metadata (tokens and model) or all (prompts and answers too).')
@allowed([
  'none'
  'metadata'
  'all'
])
param llmLogs string

// As much of a prompt or an answer as the page logs as one entry
// (learn.microsoft.com/azure/api-management/api-management-howto-llm-logs, seen 2026-11-30).
var messages = {
  messages: 'all'
  maxSizeInBytes: 32768
}

// Bodies are logged in no other way.
var noBody = {
  headers: []
  body: {
    bytes: 0
  }
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource definition 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: api.name
  properties: {
    type: 'http'
    displayName: api.displayName
    path: api.path
    protocols: [
      'https'
    ]
    subscriptionRequired: true
    subscriptionKeyParameterNames: {
      header: api.subscriptionKeyHeader
      query: api.subscriptionKeyQuery
    }
  }
}

resource operations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [for operation in api.operations: {
  parent: definition
  name: operation.name
  properties: {
    displayName: operation.displayName
    method: operation.method
    urlTemplate: operation.urlTemplate
    templateParameters: operation.templateParameters
  }
}]

resource policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: definition
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: api.policy
  }
  dependsOn: [
    operations // the service takes one change of an API at a time
  ]
}

resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' existing = {
  parent: service
  name: 'azuremonitor'
}

// The name is fixed: it says which kind of logger the diagnostic feeds. No version that is not a preview has
// `largeLanguageModel` in its type.
resource callLog 'Microsoft.ApiManagement/service/apis/diagnostics@2025-09-01-preview' = if (llmLogs != 'none') {
  parent: definition
  name: 'azuremonitor'
  properties: {
    loggerId: logger.id
    alwaysLog: 'allErrors'
    sampling: {
      samplingType: 'fixed'
      percentage: 100
    }
    verbosity: 'information'
    logClientIp: false
    frontend: {
      request: noBody
      response: noBody
    }
    backend: {
      request: noBody
      response: noBody
    }
    largeLanguageModel: {
      logs: 'enabled'
      requests: llmLogs == 'all' ? messages : null
      responses: llmLogs == 'all' ? messages : null
    }
  }
  dependsOn: [
    policy
  ]
}
