// The right of API Management's own identity to ask for embeddings: the policy of the semantic cache takes no other
// (learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy, 2026-08-18).

@description('Name of the account, in the resource group of this deployment.')
param accountName string

@description('Resource id of the API Management service.')
param apimId string

@description('Object id of the service\'s own identity.')
param principalId string

// Built-in role "Cognitive Services OpenAI User".
var openaiUserRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd')

resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' existing = {
  name: accountName
}

// Named after the service's resource id, which is known before anything is deployed, unlike its object id.
resource caller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, apimId, openaiUserRole)
  properties: {
    roleDefinitionId: openaiUserRole
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
