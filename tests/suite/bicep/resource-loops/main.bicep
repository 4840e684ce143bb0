param names array
@batchSize(2)
resource accounts 'Microsoft.Storage/storageAccounts@2023-05-01' = [for (name, i) in names: if (i < 3) {
  name: '${name}${i}'
  location: 'westeurope'
  tags: {
    list: join([name], ',')
  }
  properties: {
    rules: [for n in names: { id: n, own: name }]
  }
}]
resource services 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = [for (name, i) in names: {
  parent: accounts[i]
  name: 'default'
}]
resource one 'Microsoft.Storage/storageAccounts/fileServices@2023-05-01' = {
  parent: accounts[0]
  name: 'default'
}
resource after 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'after'
  location: 'westeurope'
  dependsOn: [ accounts ]
}
output ids array = [for i in range(0, length(names)): accounts[i].id]
output child string = services[1].id
output first string = accounts[0].properties.primaryEndpoints.blob
