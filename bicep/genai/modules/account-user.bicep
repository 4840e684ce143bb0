// The right of API Management to call an account that is there already.

@description('Name of the account, in the resource group of this deployment.')
param accountName string

@description('Resource id of the identity of API Management.')
param apimIdentityId string

@description('Object id of the same identity.')
param apimIdentityPrincipalId string

// Built-in role "Cognitive Services User": models of Foundry need it, and it calls those of Azure OpenAI too
// (learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning, 2026-01).
var userRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a97b65f3-24c7-4388-baec-2e87135dc908')

resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' existing = {
  name: accountName
}

// Named after the identity's resource id, which is known before anything is deployed, unlike its object id.
resource caller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, apimIdentityId, userRole)
  properties: {
    roleDefinitionId: userRole
    principalId: apimIdentityPrincipalId
    principalType: 'ServicePrincipal'
  }
}
