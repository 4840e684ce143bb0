// A workbook over the queries of the bundle. It asks the workspace, so whoever reads it needs the right to read there.

@description('Azure region of the workbook.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the API Management service, which tells workbooks of one resource group apart.')
param gatewayName string

@description('The name people see.')
param displayName string

@description('The workbook as JSON, without the workspace it asks.')
param content string

@description('Resource id of the Log Analytics workspace.')
param logAnalyticsWorkspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'genai-lz', 'workbook', gatewayName)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: logAnalyticsWorkspaceId
    serializedData: string(union(json(content), {
      fallbackResourceIds: [
        logAnalyticsWorkspaceId
      ]
    }))
  }
}
