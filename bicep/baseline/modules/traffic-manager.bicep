// Traffic Manager in front of the Application Gateways of all regions: answers the name of the profile with the address of
// one of them that is well.

@description('Name of the profile, which is the first part of its DNS name too.')
param name string

@description('Tags on every resource.')
param tags object

@description('How a region is chosen: Performance, the nearest to the caller, or Priority, the first of the list.')
@allowed([
  'Performance'
  'Priority'
])
param method string

@description('How long callers may keep an answer, in seconds.')
param ttlSeconds int

@description('Name that callers use, which the listeners of the Application Gateways are for.')
param fqdn string

@description('name and addressId (of a public address that has a DNS name) of each Application Gateway, the first region first.')
param endpoints array

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

resource profile 'Microsoft.Network/trafficmanagerprofiles@2022-04-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    profileStatus: 'Enabled'
    trafficRoutingMethod: method
    dnsConfig: {
      relativeName: toLower(name)
      ttl: ttlSeconds
    }
    // The health page of the gateway, through the Application Gateway: a region counts as well when both are. The probe
    // does not look at certificates, and names the host as callers do, since the listener is for that name alone
    // (learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring, read 2026-12-01).
    monitorConfig: {
      protocol: 'HTTPS'
      port: 443
      path: '/status-0123456789abcdef'
      intervalInSeconds: 30
      timeoutInSeconds: 10
      toleratedNumberOfFailures: 3
      customHeaders: [
        {
          name: 'Host'
          value: fqdn
        }
      ]
      expectedStatusCodeRanges: [
        {
          min: 200
          max: 299
        }
      ]
    }
    endpoints: [for (endpoint, index) in endpoints: {
      name: endpoint.name
      type: 'Microsoft.Network/trafficManagerProfiles/azureEndpoints'
      properties: {
        targetResourceId: endpoint.addressId
        endpointStatus: 'Enabled'
        priority: index + 1
      }
    }]
  }
}

// D-26: what the probes found.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: profile
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('DNS name of the profile, which the name that callers use has to lead to (CNAME).')
output host string = profile.properties.dnsConfig.fqdn
