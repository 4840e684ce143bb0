targetScope = 'subscription'
output a string = resourceGroup().location
output b string = subscription('x').subscriptionId
output c string = managementGroup().name
resource r 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg'
  location: 'westeurope'
}
param p string = reference('x').y
