// Rules that ask the workspace again and again, and who is told. A rule fires where its query gives a row.
// Shapes: learn.microsoft.com/azure/templates/microsoft.insights/scheduledqueryrules and …/actiongroups, read 2026-11.

@description('Azure region of the rules.')
param location string

@description('Tags on every resource.')
param tags object

@description('Resource id of the Log Analytics workspace.')
param logAnalyticsWorkspaceId string

@description('Name of the action group; empty where nobody gets an e-mail.')
param actionGroup string

@description('Addresses that get an e-mail.')
param emails array

@description('Ids of action groups that are there already.')
param actionGroups array

@description('Rules: name, displayName, description, severity, window, frequency, query.')
param alerts array

// The types that come with the compiler have no action groups.
#disable-next-line BCP081
resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(actionGroup)) {
  name: actionGroup
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'genai-lz' // at most 12 characters; in the subject of the e-mail
    emailReceivers: [for email in emails: {
      name: email
      emailAddress: email
      useCommonAlertSchema: true
    }]
  }
}

var told = concat(empty(actionGroup) ? [] : [
  group.id
], actionGroups)

// The types that come with the compiler have no such rules.
#disable-next-line BCP081
resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts: {
  name: alert.name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.displayName
    description: alert.description
    enabled: true
    severity: alert.severity
    evaluationFrequency: alert.frequency
    windowSize: alert.window
    scopes: [
      logAnalyticsWorkspaceId
    ]
    targetResourceTypes: [
      'Microsoft.OperationalInsights/workspaces'
    ]
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    // The tables appear with the first log, which comes after the deployment.
    skipQueryValidation: true
    actions: {
      actionGroups: told
    }
  }
}]
