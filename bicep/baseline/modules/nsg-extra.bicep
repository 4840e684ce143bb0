// Network security group of a further subnet. Azure's own rules let in what stands in the network and its load balancer, and
// nothing else.

@description('Name of the network security group.')
param name string

@description('Azure region of the network security group.')
param location string

@description('Tags on every resource.')
param tags object

@description('The service that the subnet is handed to; empty for none.')
param delegation string

@description('Refuse what leaves for the Internet, but for what the service itself needs.')
param denyInternetOut bool

// Images of the platform, sign-in with an identity, and metrics; Azure's DNS is beyond security groups, and a registry of one's
// own needs a private endpoint (learn.microsoft.com/azure/container-apps/firewall-integration, 2026-04-01, read 2026-12-01).
var servicesOfContainerApps = [
  'MicrosoftContainerRegistry'
  'AzureFrontDoor.FirstParty'
  'AzureActiveDirectory'
  'AzureMonitor'
]

var services = delegation == 'Microsoft.App/environments' ? servicesOfContainerApps : []

var serviceRules = [for (service, index) in services: {
  name: 'Allow${replace(service, '.', '')}Out'
  properties: {
    priority: 1000 + index * 10
    direction: 'Outbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: 'VirtualNetwork'
    sourcePortRange: '*'
    destinationAddressPrefix: service
    destinationPortRange: '443'
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
    securityRules: denyInternetOut ? concat(serviceRules, denyRules) : []
  }
}

@description('Resource id of the network security group.')
output id string = nsg.id
