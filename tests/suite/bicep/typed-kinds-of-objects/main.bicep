// Objects that come in kinds: the discriminator is missing, unknown, computed, or right.
param kind string

resource silent 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 'silent'
  location: 'westus3'
  properties: {}
}

resource wrong 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 'wrong'
  location: 'westus3'
  kind: 'AzureCLY'
  properties: {}
}

resource strange 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 'strange'
  location: 'westus3'
  kind: 'Zebra'
  properties: {}
}

resource computed 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 'computed'
  location: 'westus3'
  kind: kind
  properties: {}
}

resource right 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: 'right'
  location: 'westus3'
  kind: 'AzureCLI'
  properties: {
    azPowerShellVersion: '11'
    retentionInterval: 'P1D'
  }
}
