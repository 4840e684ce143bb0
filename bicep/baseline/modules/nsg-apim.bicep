// Network security group of the API Management subnet.
//
// For classic tiers the rules are the table "Required ports" of the virtual network reference
// (learn.microsoft.com/azure/api-management/virtual-network-reference, 2026-04-30): all that it marks as required,
// and of the optional ones those that this landing zone uses. Between callers inside the network and the gateway,
// Azure's default rule AllowVnetInBound is enough.
//
// v2 tiers need only Storage when they are in the network
// (learn.microsoft.com/azure/api-management/inject-vnet-v2, 2025-10-08) and nothing when they call through it
// (integrate-vnet-outbound, 2025-03-20); what this landing zone uses is allowed for both.

@description('Name of the network security group.')
param name string

@description('Azure region of the network security group.')
param location string

@description('Tags on every resource.')
param tags object

@description('How the gateway stands towards the network.')
@allowed([
  'internal'
  'external'
  'v2-integration'
  'v2-injection'
])
param apimMode string

@description('Refuse what leaves for the Internet and is not listed. Endpoints that Azure publishes by host name only (certificate chains, updates) then need a firewall and a route to it.')
param denyInternetOut bool

@description('Security rules of the user, as Azure takes them.')
param extraRules array

var inboundClassic = [
  {
    name: 'AllowManagement'
    protocol: 'Tcp'
    source: 'ApiManagement'
    ports: [ '3443' ]
  }
  {
    name: 'AllowLoadBalancer'
    protocol: 'Tcp'
    source: 'AzureLoadBalancer'
    ports: [ '6390' ]
  }
]

// D-27: Traffic Manager belongs to external mode only. D-06: the table puts 80 in brackets; callers get HTTPS only.
var inboundFromInternet = [
  {
    name: 'AllowClients'
    protocol: 'Tcp'
    source: 'Internet'
    ports: [ '443' ]
  }
  {
    name: 'AllowTrafficManager'
    protocol: 'Tcp'
    source: 'AzureTrafficManager'
    ports: [ '443' ]
  }
]

var outboundClassic = [
  {
    name: 'AllowCertificateValidation' // D-27: required since the page of 2025
    protocol: 'Tcp'
    destination: 'Internet'
    ports: [ '80' ]
  }
  {
    name: 'AllowSql'
    protocol: 'Tcp'
    destination: 'Sql'
    ports: [ '1433' ]
  }
  {
    name: 'AllowTime' // section "Internal infrastructure and diagnostics"
    protocol: 'Udp'
    destination: 'Internet'
    ports: [ '123' ]
  }
  {
    name: 'AllowDiagnostics' // same section
    protocol: 'Tcp'
    destination: 'AzureCloud'
    ports: [ '12000' ]
  }
]

var outboundAlways = [
  {
    name: 'AllowStorage'
    protocol: 'Tcp'
    destination: 'Storage'
    ports: [ '443' ]
  }
  {
    name: 'AllowKeyVault'
    protocol: 'Tcp'
    destination: 'AzureKeyVault'
    ports: [ '443' ]
  }
  {
    name: 'AllowMonitor'
    protocol: 'Tcp'
    destination: 'AzureMonitor'
    ports: [ '1886', '443' ]
  }
  {
    name: 'AllowEntraId' // D-27: optional in the table, needed for managed identity and token validation
    protocol: 'Tcp'
    destination: 'AzureActiveDirectory'
    ports: [ '443' ]
  }
  {
    name: 'AllowEventHub' // D-27: optional in the table, needed for usage records and diagnostics
    protocol: 'Tcp'
    destination: 'EventHub'
    ports: [ '5671', '5672', '443' ]
  }
]

var isClassic = apimMode == 'internal' || apimMode == 'external'
var inbound = concat(isClassic ? inboundClassic : [], apimMode == 'external' ? inboundFromInternet : [])
var outbound = concat(isClassic ? outboundClassic : [], outboundAlways)

var inboundRules = [for (rule, index) in inbound: {
  name: '${rule.name}In'
  properties: {
    priority: 1000 + index * 10
    direction: 'Inbound'
    access: 'Allow'
    protocol: rule.protocol
    sourceAddressPrefix: rule.source
    sourcePortRange: '*'
    destinationAddressPrefix: 'VirtualNetwork'
    destinationPortRanges: rule.ports
  }
}]

var outboundRules = [for (rule, index) in outbound: {
  name: '${rule.name}Out'
  properties: {
    priority: 1000 + index * 10
    direction: 'Outbound'
    access: 'Allow'
    protocol: rule.protocol
    sourceAddressPrefix: 'VirtualNetwork'
    sourcePortRange: '*'
    destinationAddressPrefix: rule.destination
    destinationPortRanges: rule.ports
  }
}]

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
    securityRules: concat(inboundRules, outboundRules, extraRules, denyInternetOut ? denyRules : [])
  }
}

@description('Resource id of the network security group.')
output id string = nsg.id
