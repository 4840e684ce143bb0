// One product: the APIs that it opens and the limits that its policy sets.

@description('Name of the API Management service.')
param apimName string

@description('name, displayName, description, policy (raw policy XML, empty for none), apis (names of APIs).')
param product object

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource definition 'Microsoft.ApiManagement/service/products@2024-05-01' = {
  parent: service
  name: product.name
  properties: {
    displayName: product.displayName
    description: product.description
    state: 'published'
    subscriptionRequired: true
    approvalRequired: false
  }
}

resource apis 'Microsoft.ApiManagement/service/products/apis@2024-05-01' = [for api in product.apis: {
  parent: definition
  name: api
}]

resource policy 'Microsoft.ApiManagement/service/products/policies@2024-05-01' = if (!empty(product.policy)) {
  parent: definition
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: product.policy
  }
}
