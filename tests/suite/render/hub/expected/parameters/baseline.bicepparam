// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-spoke-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-spoke-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-spoke-prod-swedencentral-p01'
  virtualNetwork: 'vnet-spoke-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-spoke-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-spoke-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-spoke-prod-swedencentral-p01'
  routeTable: 'rt-apim-spoke-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-spoke-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-spoke-prod-swedencentral-p01'
  keyVault: 'kv-spoke-prod-p01'
  privateEndpointKeyVault: 'pe-kv-spoke-prod-swedencentral-p01'
  logAnalytics: 'log-spoke-prod-swedencentral-p01'
  appInsights: 'appi-spoke-prod-swedencentral-p01'
  apim: 'apim-spoke-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-spoke-prod-swedencentral-p01'
  apimIdentity: 'id-apim-spoke-prod-swedencentral-p01'
  appGateway: 'agw-spoke-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-spoke-prod-swedencentral-p01'
  wafPolicy: 'wafspokeprodswedencentralp01'
  trafficManager: 'tm-spoke-prod-swedencentral-p01'
  frontDoor: 'afd-spoke-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-spoke-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdspokeprodswedencentralp01'
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
  apimSubnet: '10.20.7.0/28'
  apimMode: 'internal'
  delegation: ''
  denyInternetOut: false
  redis: false
  extraSubnets: []
  extraRules: []
  firewallNextHop: '10.0.1.4'
  peerings: [
    {
      name: 'to-vnet-hub'
      virtualNetworkId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub'
      bothSides: true
      useGateway: true
    }
    {
      name: 'to-vnet-agents'
      virtualNetworkId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-agents'
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
  create: false
  gateway: false
  keyVault: ''
  apim: ''
}

param apim = {
  skuName: 'Premium'
  capacity: 4
  isV2: false
  zones: []
  zoneRedundant: false
  additionalRegions: []
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
  ]
  keyVaultSecretId: ''
}

// Secret, in no file: a self-signed certificate for ai.contoso.com, valid 12 months, as base64 PFX without password.
param certificatePfx = readEnvironmentVariable('GENAI_LZ_CERTIFICATE_PFX')

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
