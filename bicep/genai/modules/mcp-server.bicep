// One MCP server: one that is there already, passed through, or one whose tools are operations of an API. Types of
// 2025-09-01-preview, the first version that has tools as resources of their own
// (learn.microsoft.com/azure/api-management/manage-mcp-servers-rest-api, 2026-06-23). Callers always need a key and HTTPS.

@description('Name of the API Management service.')
param apimName string

@description('name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, policy (raw policy XML); serviceUrl and endpoint of a server that is there already, both empty for one with tools: name, description, api, operation.')
param server object

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource definition 'Microsoft.ApiManagement/service/apis@2025-09-01-preview' = {
  parent: service
  name: server.name
  properties: {
    type: 'mcp'
    displayName: server.displayName
    path: server.path
    protocols: [
      'https'
    ]
    subscriptionRequired: true
    subscriptionKeyParameterNames: {
      header: server.subscriptionKeyHeader
      query: server.subscriptionKeyQuery
    }
    ...(empty(server.serviceUrl) ? {} : {
      serviceUrl: server.serviceUrl
      mcpProperties: {
        transportType: 'streamable'
        endpoints: [
          {
            name: 'message'
            uriTemplate: server.endpoint
          }
        ]
      }
    })
  }
}

// One after the other: each is a change of the same API, of which the service takes one at a time.
@batchSize(1)
resource tools 'Microsoft.ApiManagement/service/apis/tools@2025-09-01-preview' = [for tool in server.tools: {
  parent: definition
  name: tool.name
  properties: {
    displayName: tool.name
    description: tool.description
    operationId: '${service.id}/apis/${tool.api}/operations/${tool.operation}'
  }
}]

resource policy 'Microsoft.ApiManagement/service/apis/policies@2025-09-01-preview' = {
  parent: definition
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: server.policy
  }
  dependsOn: [
    tools
  ]
}
