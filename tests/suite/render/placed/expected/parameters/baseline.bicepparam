// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'westus3'

param tags = {}

param names = {
  networkingResourceGroup: 'RG-AI-(Network)'
  sharedResourceGroup: 'rg_ai.gateway'
  apimResourceGroup: 'rg_ai.gateway'
  virtualNetwork: 'vnet-lzv01-prod-westus3-p01'
  nsgAppGateway: 'nsg-agw-lzv01-prod-westus3-p01'
  nsgPrivateEndpoints: 'nsg-pe-lzv01-prod-westus3-p01'
  nsgApim: 'nsg-apim-lzv01-prod-westus3-p01'
  routeTable: 'rt-apim-lzv01-prod-westus3-p01'
  publicIpAppGateway: 'pip-agw-lzv01-prod-westus3-p01'
  publicIpApim: 'pip-apim-lzv01-prod-westus3-p01'
  keyVault: 'kv-lzv01-prod-p01'
  privateEndpointKeyVault: 'pe-kv-lzv01-prod-westus3-p01'
  logAnalytics: 'log-lzv01-prod-westus3-p01'
  appInsights: 'appi-lzv01-prod-westus3-p01'
  apim: 'apim-lzv01-prod-westus3-p01'
  privateEndpointApim: 'pe-apim-lzv01-prod-westus3-p01'
  apimIdentity: 'id-apim-lzv01-prod-westus3-p01'
  appGateway: 'agw-lzv01-prod-westus3-p01'
  appGatewayIdentity: 'id-agw-lzv01-prod-westus3-p01'
  wafPolicy: 'waflzv01prodwestus3p01'
  trafficManager: 'tm-lzv01-prod-westus3-p01'
  frontDoor: 'afd-lzv01-prod-westus3-p01'
  frontDoorEndpoint: 'fde-lzv01-prod-westus3-p01'
  frontDoorWaf: 'wafafdlzv01prodwestus3p01'
}

param existingResourceGroups = [
  'RG-AI-(Network)'
  'rg_ai.gateway'
]

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
  skuName: 'Developer'
  capacity: 1
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

param locked = true

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
