@secure()
param password string
@secure()
param old string
resource script 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 's'
  location: 'westeurope'
  kind: 'AzureCLI'
  properties: { secret: password, old: old }
}
