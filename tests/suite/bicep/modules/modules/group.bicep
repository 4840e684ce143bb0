targetScope = 'subscription'
param from string
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'g'
  location: 'westeurope'
  tags: { from: from }
}
