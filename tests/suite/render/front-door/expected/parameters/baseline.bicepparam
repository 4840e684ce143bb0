// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-door-prod-swedencentral-d01'
  sharedResourceGroup: 'rg-shared-door-prod-swedencentral-d01'
  apimResourceGroup: 'rg-apim-door-prod-swedencentral-d01'
  virtualNetwork: 'vnet-door-prod-swedencentral-d01'
  nsgAppGateway: 'nsg-agw-door-prod-swedencentral-d01'
  nsgPrivateEndpoints: 'nsg-pe-door-prod-swedencentral-d01'
  nsgApim: 'nsg-apim-door-prod-swedencentral-d01'
  routeTable: 'rt-apim-door-prod-swedencentral-d01'
  publicIpAppGateway: 'pip-agw-door-prod-swedencentral-d01'
  publicIpApim: 'pip-apim-door-prod-swedencentral-d01'
  keyVault: 'kv-door-prod-d01'
  privateEndpointKeyVault: 'pe-kv-door-prod-swedencentral-d01'
  logAnalytics: 'log-door-prod-swedencentral-d01'
  appInsights: 'appi-door-prod-swedencentral-d01'
  apim: 'apim-door-prod-swedencentral-d01'
  privateEndpointApim: 'pe-apim-door-prod-swedencentral-d01'
  apimIdentity: 'id-apim-door-prod-swedencentral-d01'
  appGateway: 'agw-door-prod-swedencentral-d01'
  appGatewayIdentity: 'id-agw-door-prod-swedencentral-d01'
  wafPolicy: 'wafdoorprodswedencentrald01'
  trafficManager: 'tm-door-prod-swedencentral-d01'
  frontDoor: 'afd-door-prod-swedencentral-d01'
  frontDoorEndpoint: 'fde-door-prod-swedencentral-d01'
  frontDoorWaf: 'wafafddoorprodswedencentrald01'
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
  keyVaultSecretId: 'https://kv-own.vault.azure.net/secrets/gateways'
}

param certificatePfx = ''

param regions = [
  {
    location: 'eastus2'
    zones: [
      '1'
      '2'
      '3'
    ]
    names: {
      virtualNetwork: 'vnet-door-prod-eastus2-d01'
      nsgAppGateway: 'nsg-agw-door-prod-eastus2-d01'
      nsgPrivateEndpoints: 'nsg-pe-door-prod-eastus2-d01'
      nsgApim: 'nsg-apim-door-prod-eastus2-d01'
      routeTable: 'rt-apim-door-prod-eastus2-d01'
      publicIpAppGateway: 'pip-agw-door-prod-eastus2-d01'
      publicIpApim: 'pip-apim-door-prod-eastus2-d01'
      appGateway: 'agw-door-prod-eastus2-d01'
      wafPolicy: 'wafdoorprodeastus2d01'
    }
    network: {
      addressSpace: '10.30.0.0/16'
      appGatewaySubnet: '10.30.4.0/24'
      privateEndpointsSubnet: '10.30.5.0/24'
      apimSubnet: '10.30.7.0/27'
      extraSubnets: []
    }
    endpoints: {
      resourceGroup: 'rg-endpoints-door-prod-eastus2-d01'
      endpoints: [
        {
          name: 'pe-kv-door-prod-eastus2-d01'
          targetType: 'Microsoft.KeyVault/vaults'
          targetName: 'kv-door-prod-d01'
          groupId: 'vault'
          zone: 'privatelink.vaultcore.azure.net'
        }
      ]
    }
  }
]

param trafficManager = {
  enabled: false
  method: 'Performance'
  ttlSeconds: 0
}

param frontDoor = {
  enabled: true
  sku: 'Standard_AzureFrontDoor'
  managedRules: false
  priority: true
  customDomain: ''
  originDomain: 'gateways.contoso.com'
  responseTimeoutSeconds: 240
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
