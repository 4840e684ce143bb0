// Network security group of the Application Gateway subnet.
//
// The v2 tier needs its management ports and the load balancer's probes open, and may not be kept from the Internet
// (learn.microsoft.com/azure/application-gateway/configuration-infrastructure, 2021-06-14), so the landing zone's
// `denyInternetOut` does not reach this subnet.

@description('Name of the network security group.')
param name string

@description('Azure region of the network security group.')
param location string

@description('Tags on every resource.')
param tags object

@description('Let in Azure Front Door alone; what it passes on for others the firewall of the Application Gateway refuses.')
param onlyFrontDoor bool

@description('Security rules of the user, as Azure takes them.')
param extraRules array

resource nsg 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    securityRules: concat([
      {
        name: 'AllowGatewayManagerIn'
        properties: {
          priority: 1000
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'GatewayManager'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '65200-65535'
        }
      }
      {
        name: 'AllowLoadBalancerIn'
        properties: {
          priority: 1010
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowClientsIn'
        properties: {
          priority: 1020
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: onlyFrontDoor ? 'AzureFrontDoor.Backend' : 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443' // D-06: no rule for 80, where nothing listens
        }
      }
    ], extraRules)
  }
}

@description('Resource id of the network security group.')
output id string = nsg.id
