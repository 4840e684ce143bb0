// One WebSocket API. It has one operation, `onHandshake`, which the service makes; its policy is that of the API, which has
// none at its own scope. Callers always need a subscription key and TLS.

@description('Name of the API Management service.')
param apimName string

@description('name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, serviceUrl (wss), policy (raw policy XML).')
param api object

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource definition 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: api.name
  properties: {
    type: 'websocket'
    apiType: 'websocket'
    displayName: api.displayName
    path: api.path
    protocols: [
      'wss'
    ]
    serviceUrl: api.serviceUrl
    subscriptionRequired: true
    subscriptionKeyParameterNames: {
      header: api.subscriptionKeyHeader
      query: api.subscriptionKeyQuery
    }
  }
}

resource handshake 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' existing = {
  parent: definition
  name: 'onHandshake'
}

resource policy 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = {
  parent: handshake
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: api.policy
  }
}
