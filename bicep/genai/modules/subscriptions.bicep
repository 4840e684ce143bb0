// Subscriptions to products. API Management makes the keys (D-01); they are read on demand and never leave a
// deployment as an output (D-02).

@description('Name of the API Management service.')
param apimName string

@description('Subscriptions: name, displayName, product (name of a product).')
param subscriptions array

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource keys 'Microsoft.ApiManagement/service/subscriptions@2024-05-01' = [for item in subscriptions: {
  parent: service
  name: item.name
  properties: {
    displayName: item.displayName
    scope: '${service.id}/products/${item.product}'
    state: 'active'
    allowTracing: false
  }
}]
