// The policy of the whole service, around those of products and APIs.

@description('Name of the API Management service.')
param apimName string

@description('Raw policy XML.')
param value string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource policy 'Microsoft.ApiManagement/service/policies@2024-05-01' = {
  parent: service
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: value
  }
}
