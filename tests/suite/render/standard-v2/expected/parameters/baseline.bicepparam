// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-stdv2-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-stdv2-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-stdv2-prod-swedencentral-p01'
  virtualNetwork: 'vnet-stdv2-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-stdv2-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-stdv2-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-stdv2-prod-swedencentral-p01'
  routeTable: 'rt-apim-stdv2-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-stdv2-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-stdv2-prod-swedencentral-p01'
  keyVault: 'kv-stdv2-prod-p01'
  privateEndpointKeyVault: 'pe-kv-stdv2-prod-swedencentral-p01'
  logAnalytics: 'log-stdv2-prod-swedencentral-p01'
  appInsights: 'appi-stdv2-prod-swedencentral-p01'
  apim: 'apim-stdv2-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-stdv2-prod-swedencentral-p01'
  apimIdentity: 'id-apim-stdv2-prod-swedencentral-p01'
  appGateway: 'agw-stdv2-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-stdv2-prod-swedencentral-p01'
  wafPolicy: 'wafstdv2prodswedencentralp01'
  trafficManager: 'tm-stdv2-prod-swedencentral-p01'
  frontDoor: 'afd-stdv2-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-stdv2-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdstdv2prodswedencentralp01'
}

param existingResourceGroups = []

param zones = [
  '1'
  '2'
  '3'
]

param network = {
  addressSpace: '10.2.0.0/16'
  appGatewaySubnet: '10.2.4.0/24'
  privateEndpointsSubnet: '10.2.5.0/24'
  apimSubnet: '10.2.7.0/24'
  apimMode: 'v2-integration'
  delegation: 'Microsoft.Web/serverFarms'
  denyInternetOut: true
  redis: false
  extraSubnets: []
  extraRules: [
    {
      subnet: 'apim'
      rule: {
        name: 'user-ToPartner'
        properties: {
          priority: 200
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '192.0.2.0/24'
          destinationPortRanges: [
            '443'
            '8000-8080'
          ]
        }
      }
    }
    {
      subnet: 'privateEndpoints'
      rule: {
        name: 'user-FromOffice'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '198.51.100.7'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: [
            '*'
          ]
        }
      }
    }
  ]
  firewallNextHop: ''
  peerings: []
  existing: {
    virtualNetworkId: ''
    appGatewaySubnetId: ''
    privateEndpointsSubnetId: ''
    apimSubnetId: ''
  }
}

param privateDns = {
  create: true
  gateway: false
  keyVault: ''
  apim: ''
}

param apim = {
  skuName: 'StandardV2'
  capacity: 2
  isV2: true
  zones: []
  zoneRedundant: false
  additionalRegions: []
  publisherName: 'Contoso'
  publisherEmail: 'ai@contoso.com'
  minApiVersion: '2024-05-01'
  portal: true
  releaseChannel: 'Stable'
  privateEndpoint: true
  systemIdentity: false
}

param appGateway = {
  enabled: false
  fqdn: ''
  wafMode: 'Prevention'
  ruleSetType: ''
  ruleSetVersion: ''
  maxBodyKb: 0
  minCapacity: 0
  maxCapacity: 0
  backendTimeoutSeconds: 0
  routes: []
  keyVaultSecretId: ''
}

param certificatePfx = ''

param regions = []

param trafficManager = {
  enabled: false
  method: 'Performance'
  ttlSeconds: 0
}

param frontDoor = {
  enabled: false
  sku: 'Premium_AzureFrontDoor'
  managedRules: false
  priority: false
  customDomain: ''
  originDomain: ''
  responseTimeoutSeconds: 0
  wafMode: 'Prevention'
  requestsPerMinute: 0
}

param locked = false

param keyVault = {
  purgeProtection: true
  softDeleteDays: 90
}

param monitoring = {
  logRetentionDays: 30
  metricDimensions: true
  diagnostics: true
  existingWorkspaceId: ''
}
