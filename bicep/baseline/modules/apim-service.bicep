// The API Management service itself.

@description('Azure region of the service.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the service.')
param name string

@description('skuName, capacity, isV2, zones, zoneRedundant, additionalRegions (location, capacity, zones, and in a network subnetId and publicAddressId), publisherName, publisherEmail, minApiVersion, portal, releaseChannel, systemIdentity (whether the service has an identity of its own too).')
param apim object

@description('How the gateway stands towards the network.')
@allowed([
  'internal'
  'external'
  'v2-integration'
  'v2-injection'
  'none'
])
param apimMode string

@description('Resource id of the subnet; empty where the service stands outside.')
param subnetId string

@description('Resource id of the public address; empty where the service has none of its own.')
param publicAddressId string

@description('Resource id of the identity that the service signs in with.')
param identityId string

@description('Disabled to close the public endpoint, which the service allows only once a private one is there; else empty.')
param publicNetworkAccess string

// D-06: everything older than TLS 1.2 is off on both sides, and so are the ciphers without forward secrecy or in CBC
// mode (learn.microsoft.com/azure/api-management/api-management-howto-manage-protocols-ciphers, 2025-08-04). The
// values are strings: the service defines this bag so.
var tlsHardening = {
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TripleDes168': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_GCM_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_GCM_SHA384': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA': 'False'
}

// A service that calls through the network is `External` to ARM, in v2 tiers as in classic ones.
var isInside = apimMode == 'internal' || apimMode == 'v2-injection'

// The version is the first whose published type has the tier PremiumV2, `zoneRedundant` and `releaseChannel`.
resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: apim.skuName
    capacity: apim.capacity
  }
  zones: empty(apim.zones) ? null : apim.zones
  identity: {
    type: apim.systemIdentity ? 'SystemAssigned, UserAssigned' : 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    publisherName: apim.publisherName
    publisherEmail: apim.publisherEmail
    virtualNetworkType: apimMode == 'none' ? 'None' : isInside ? 'Internal' : 'External'
    ...(apimMode == 'none' ? {} : {
      virtualNetworkConfiguration: {
        subnetResourceId: subnetId
      }
    })
    ...(empty(apim.additionalRegions) ? {} : {
      additionalLocations: map(apim.additionalRegions, region => {
        location: region.location
        sku: {
          name: apim.skuName
          capacity: region.capacity
        }
        ...(empty(region.zones) ? {} : {
          zones: region.zones
        })
        ...(empty(region.subnetId) ? {} : {
          virtualNetworkConfiguration: {
            subnetResourceId: region.subnetId
          }
          publicIpAddressId: region.publicAddressId
        })
      })
    })
    ...(empty(publicAddressId) ? {} : {
      publicIpAddressId: publicAddressId
    })
    ...(empty(publicNetworkAccess) ? {} : {
      publicNetworkAccess: publicNetworkAccess
    })
    apiVersionConstraint: {
      minApiVersion: apim.minApiVersion // D-06
    }
    developerPortalStatus: apim.portal ? 'Enabled' : 'Disabled'
    // v2 tiers have no settings for ciphers (same page, seen 2026-11-30), TLS 1.2 is their oldest, and they never had the
    // older portal.
    ...(apim.isV2 ? {} : {
      customProperties: tlsHardening
      legacyPortalStatus: 'Disabled'
    })
    ...(empty(apim.releaseChannel) ? {} : {
      releaseChannel: apim.releaseChannel
    })
    ...(apim.zoneRedundant ? {
      zoneRedundant: true
    } : {})
  }
}

@description('URL where the gateway answers.')
output gatewayUrl string = service.properties.gatewayUrl

@description('Address of the gateway inside the network; empty where it has none.')
output privateIpAddress string = isInside ? service.properties.privateIPAddresses[0] : ''

// The service answers with its own spelling of regions, in its own order.
@description('Addresses of the gateways of the additional regions inside their networks, in the order of additionalRegions; empty texts where they have none.')
output regionalAddresses array = [for region in apim.additionalRegions: isInside ? first(filter(service.properties.additionalLocations, it => toLower(replace(it.location, ' ', '')) == region.location)).privateIPAddresses[0] : '']

// Each region calls from its own.
var otherAddresses = empty(apim.additionalRegions) ? [] : flatten(map(service.properties.additionalLocations, region => region.publicIPAddresses))

@description('Addresses that calls to backends come from, where the service stands outside of the network and they are its own; separated by commas.')
output outboundIpAddresses string = apimMode == 'none' && !apim.isV2 ? join(concat(service.properties.publicIPAddresses, otherAddresses), ',') : ''

@description('Object id of the service\'s own identity; empty where it has none.')
output systemPrincipalId string = apim.systemIdentity ? service.identity.principalId : ''
