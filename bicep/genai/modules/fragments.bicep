// Policy fragments that the API and product policies include.

@description('Name of the API Management service.')
param apimName string

@description('Fragments: name, description, value (raw policy XML).')
param fragments array

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource policyFragments 'Microsoft.ApiManagement/service/policyFragments@2024-05-01' = [for fragment in fragments: {
  parent: service
  name: fragment.name
  properties: {
    description: fragment.description
    format: 'rawxml'
    value: fragment.value
  }
}]
