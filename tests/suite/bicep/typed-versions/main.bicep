// A property that another API version has, a version without types, and a type without types.
resource pool 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  name: 'service/pool'
  properties: {
    protocol: 'http'
    azureRegion: 'westus3'
    pool: {
      services: [{ id: 'a', preferredCarbonEmission: 'Low' }]
    }
  }
}

resource older 'Microsoft.ApiManagement/service/backends@2023-05-01-preview' = {
  name: 'service/older'
  properties: { pool: { services: [{ id: 'a', priority: 1 }] } }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan'
}
