// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-world-prod-swedencentral-w01'
  sharedResourceGroup: 'rg-shared-world-prod-swedencentral-w01'
  apimResourceGroup: 'rg-apim-world-prod-swedencentral-w01'
  virtualNetwork: 'vnet-world-prod-swedencentral-w01'
  nsgAppGateway: 'nsg-agw-world-prod-swedencentral-w01'
  nsgPrivateEndpoints: 'nsg-pe-world-prod-swedencentral-w01'
  nsgApim: 'nsg-apim-world-prod-swedencentral-w01'
  routeTable: 'rt-apim-world-prod-swedencentral-w01'
  publicIpAppGateway: 'pip-agw-world-prod-swedencentral-w01'
  publicIpApim: 'pip-apim-world-prod-swedencentral-w01'
  keyVault: 'kv-world-prod-w01'
  privateEndpointKeyVault: 'pe-kv-world-prod-swedencentral-w01'
  logAnalytics: 'log-world-prod-swedencentral-w01'
  appInsights: 'appi-world-prod-swedencentral-w01'
  apim: 'apim-world-prod-swedencentral-w01'
  privateEndpointApim: 'pe-apim-world-prod-swedencentral-w01'
  apimIdentity: 'id-apim-world-prod-swedencentral-w01'
  appGateway: 'agw-world-prod-swedencentral-w01'
  appGatewayIdentity: 'id-agw-world-prod-swedencentral-w01'
  wafPolicy: 'wafworldprodswedencentralw01'
  trafficManager: 'tm-world-prod-swedencentral-w01'
  frontDoor: 'afd-world-prod-swedencentral-w01'
  frontDoorEndpoint: 'fde-world-prod-swedencentral-w01'
  frontDoorWaf: 'wafafdworldprodswedencentralw01'
}

param existingResourceGroups = []

param zones = [
  '1'
  '2'
  '3'
]

param network = {
  addressSpace: '10.20.0.0/16'
  appGatewaySubnet: '10.20.4.0/24'
  privateEndpointsSubnet: '10.20.5.0/24'
  apimSubnet: '10.20.7.0/27'
  apimMode: 'internal'
  delegation: ''
  denyInternetOut: false
  redis: false
  extraSubnets: []
  extraRules: []
  firewallNextHop: ''
  peerings: [
    {
      name: 'to-vnet-hub'
      virtualNetworkId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub'
      bothSides: false
      useGateway: false
    }
  ]
  existing: {
    virtualNetworkId: ''
    appGatewaySubnetId: ''
    privateEndpointsSubnetId: ''
    apimSubnetId: ''
  }
}

param privateDns = {
  create: true
  gateway: true
  keyVault: ''
  apim: ''
}

param apim = {
  skuName: 'Premium'
  capacity: 3
  isV2: false
  zones: [
    '1'
    '2'
    '3'
  ]
  zoneRedundant: false
  additionalRegions: [
    {
      location: 'eastus2'
      capacity: 3
      zones: [
        '1'
        '2'
        '3'
      ]
    }
  ]
  publisherName: 'Contoso'
  publisherEmail: 'ai@contoso.com'
  minApiVersion: '2021-08-01'
  portal: false
  releaseChannel: ''
  privateEndpoint: false
  systemIdentity: false
}

param appGateway = {
  enabled: true
  fqdn: 'ai.contoso.com'
  wafMode: 'Prevention'
  ruleSetType: 'Microsoft_DefaultRuleSet'
  ruleSetVersion: '2.1'
  maxBodyKb: 2000
  minCapacity: 2
  maxCapacity: 3
  backendTimeoutSeconds: 300
  routes: [
    '/openai/*'
    '/status-0123456789abcdef'
  ]
  keyVaultSecretId: ''
}

// Secret, in no file: a self-signed certificate for ai.contoso.com, valid 12 months, as base64 PFX without password.
param certificatePfx = readEnvironmentVariable('GENAI_LZ_CERTIFICATE_PFX')

param regions = [
  {
    location: 'eastus2'
    zones: [
      '1'
      '2'
      '3'
    ]
    names: {
      virtualNetwork: 'vnet-world-prod-eastus2-w01'
      nsgAppGateway: 'nsg-agw-world-prod-eastus2-w01'
      nsgPrivateEndpoints: 'nsg-pe-world-prod-eastus2-w01'
      nsgApim: 'nsg-apim-world-prod-eastus2-w01'
      routeTable: 'rt-apim-world-prod-eastus2-w01'
      publicIpAppGateway: 'pip-agw-world-prod-eastus2-w01'
      publicIpApim: 'pip-apim-world-prod-eastus2-w01'
      appGateway: 'agw-world-prod-eastus2-w01'
      wafPolicy: 'wafworldprodeastus2w01'
    }
    network: {
      addressSpace: '10.30.0.0/16'
      appGatewaySubnet: '10.30.4.0/24'
      privateEndpointsSubnet: '10.30.5.0/24'
      apimSubnet: '10.30.7.0/27'
      extraSubnets: []
    }
    endpoints: {
      resourceGroup: 'rg-endpoints-world-prod-eastus2-w01'
      endpoints: [
        {
          name: 'pe-kv-world-prod-eastus2-w01'
          targetType: 'Microsoft.KeyVault/vaults'
          targetName: 'kv-world-prod-w01'
          groupId: 'vault'
          zone: 'privatelink.vaultcore.azure.net'
        }
      ]
    }
  }
]

param trafficManager = {
  enabled: true
  method: 'Priority'
  ttlSeconds: 30
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
