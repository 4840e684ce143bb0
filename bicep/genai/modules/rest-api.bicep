// One API in front of a service at a URL. Callers always need a subscription key and HTTPS; calls to it are none of models,
// so nothing of them is logged as such.

@description('Name of the API Management service.')
param apimName string

@description('name, displayName, path, subscriptionKeyHeader, subscriptionKeyQuery, policy (raw policy XML) and operations: name, displayName, method, urlTemplate, description, templateParameters and queryParameters (name, type, required, description), bodies (contentType).')
param api object

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
    ...(empty(operation.description) ? {} : {
      description: operation.description
    })
    ...(empty(operation.queryParameters) && empty(operation.bodies) ? {} : {
      request: {
        queryParameters: operation.queryParameters
        representations: operation.bodies
      }
    })
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
