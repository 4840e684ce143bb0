// Log Analytics and the Application Insights component on top of it, which API Management writes to as itself.

@description('Azure region of the resources.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the Log Analytics workspace.')
param logAnalyticsName string

@description('Name of the Application Insights component.')
param appInsightsName string

@description('Resource id of a workspace that is there already; empty to make one.')
param existingWorkspaceId string

@description('Days that logs are kept.')
param logRetentionDays int

@description('Whether custom metrics keep their dimensions, so that tokens can be split by caller.')
param metricDimensions bool

@description('Resource id of the identity that writes telemetry.')
param writerIdentityId string

@description('Object id of the same identity.')
param writerPrincipalId string

// Built-in role "Monitoring Metrics Publisher".
var metricsPublisherRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = if (empty(existingWorkspaceId)) {
  name: logAnalyticsName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: logRetentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

var workspaceId = empty(existingWorkspaceId) ? workspace.id : existingWorkspaceId

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: appInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    // D-11: without it Azure drops the dimensions of token metrics. The property is missing in the published types
    // (github.com/Azure/bicep-types-az/issues/2048).
    #disable-next-line BCP037
    CustomMetricsOptedInType: metricDimensions ? 'WithDimensions' : 'NoDimensions'
  }
}

// Named after the identity's resource id, which is known before anything is deployed, unlike its object id.
resource writer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, writerIdentityId, metricsPublisherRole)
  properties: {
    roleDefinitionId: metricsPublisherRole
    principalId: writerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Resource id of the Log Analytics workspace.')
output logAnalyticsWorkspaceId string = workspaceId

@description('Resource id of the Application Insights component.')
output appInsightsResourceId string = component.id
