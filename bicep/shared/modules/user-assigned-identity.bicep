// A user-assigned managed identity: what a service signs in with instead of a key.

@description('Name of the identity.')
param name string

@description('Azure region of the identity.')
param location string

@description('Tags on every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Object id, as role assignments name it.')
output principalId string = identity.properties.principalId

@description('Client id, as a caller that asks for a token names it.')
output clientId string = identity.properties.clientId
