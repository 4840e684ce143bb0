resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'acc'
  location: resourceGroup().location
}
resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  name: '${account.name}/default/c'
}
output id string = account.id
output containerId string = container.id
output name string = container.name
output type string = account.type
output version string = account.apiVersion
output endpoint string = account.properties.primaryEndpoints.blob
output location string = account.location
output key string = account.listKeys().keys[0].value
output token string = account.listAccountSas('2023-05-01', { x: 1 }).accountSasToken
output whole object = account
