// The vault for the gateway's certificate and secrets: role based, not purgeable, reachable through its private
// endpoint only.

@description('Azure region of the vault.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the vault.')
param name string

@description('Name of its private endpoint.')
param privateEndpointName string

@description('Resource id of the subnet that holds the private endpoint.')
param subnetId string

@description('Resource id of the zone privatelink.vaultcore.azure.net.')
param zoneId string

@description('Resource id of the Log Analytics workspace for the audit log; empty to send none.')
param logAnalyticsWorkspaceId string

@description('Keep a deleted vault until its retention ends; cannot be taken back once on.')
param purgeProtection bool

@description('Days that a deleted vault can be recovered, 7 to 90.')
param softDeleteDays int

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true // D-05: no list of access policies that a re-run could wipe
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteDays
    enablePurgeProtection: purgeProtection ? true : null // D-05; the service refuses an explicit false
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices' // Application Gateway checks its certificate as a trusted service
    }
  }
}

module endpoint '../../shared/modules/private-endpoint.bicep' = {
  name: 'baseline-key-vault-endpoint'
  params: {
    name: privateEndpointName
    location: location
    tags: tags
    subnetId: subnetId
    targetId: vault.id
    groupId: 'vault'
    zoneId: zoneId
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: vault
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}
