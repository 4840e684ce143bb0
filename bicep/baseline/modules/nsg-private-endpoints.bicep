// Network security group of the private endpoints' subnet (D-06: it had no rules). Only the gateways may call what is
// behind the endpoints: API Management calls models, vault and Event Hubs, Application Gateway reads its certificate.

@description('Name of the network security group.')
param name string

@description('Azure region of the network security group.')
param location string

@description('Tags on every resource.')
param tags object

@description('Address range of the API Management subnet, in CIDR notation; empty where the service stands outside.')
param apimSubnetPrefix string

@description('Address ranges of the API Management subnets of further regions.')
param otherApimPrefixes array

@description('Address range of the Application Gateway subnet, in CIDR notation.')
param appGatewaySubnetPrefix string

@description('Let callers in from all of the network, for an endpoint of the gateway itself.')
param allowCallers bool

@description('Let API Management in to Redis too.')
param allowRedis bool

@description('Refuse what leaves for the Internet.')
param denyInternetOut bool

@description('Security rules of the user, as Azure takes them.')
param extraRules array

var apimRules = [
  {
    name: 'AllowApimIn'
    properties: {
      priority: 1000
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      // One or several: Azure keeps the two apart.
      ...(empty(otherApimPrefixes) ? {
        sourceAddressPrefix: apimSubnetPrefix
      } : {
        sourceAddressPrefixes: concat([
          apimSubnetPrefix
        ], otherApimPrefixes)
      })
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRanges: concat([ '443', '5671', '5672' ], allowRedis ? [ '10000' ] : []) // HTTPS, AMQP to Event Hubs, and Azure Managed Redis
    }
  }
]

var callerRules = [
  {
    name: 'AllowCallersIn'
    properties: {
      priority: 1020
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '443'
    }
  }
]

var rules = [
  {
    name: 'AllowAppGatewayIn'
    properties: {
      priority: 1010
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: appGatewaySubnetPrefix
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '443'
    }
  }
  {
    name: 'DenyAnyIn'
    properties: {
      priority: 4096
      direction: 'Inbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '*'
    }
  }
]

var denyRules = [
  {
    name: 'DenyInternetOut'
    properties: {
      priority: 4096
      direction: 'Outbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: 'Internet'
      destinationPortRange: '*'
    }
  }
]

resource nsg 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    securityRules: concat(empty(apimSubnetPrefix) ? [] : apimRules, allowCallers ? callerRules : [], rules, extraRules, denyInternetOut ? denyRules : [])
  }
}

@description('Resource id of the network security group.')
output id string = nsg.id
