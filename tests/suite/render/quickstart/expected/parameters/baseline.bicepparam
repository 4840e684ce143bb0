// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'westus3'

param tags = {
  'costCenter': '4711'
  'owner': 'apim-team'
}

param names = {
  networkingResourceGroup: 'rg-networking-lzv01-dev-westus3-abc'
  sharedResourceGroup: 'rg-shared-lzv01-dev-westus3-abc'
  apimResourceGroup: 'rg-apim-lzv01-dev-westus3-abc'
  virtualNetwork: 'vnet-lzv01-dev-westus3-abc'
  nsgAppGateway: 'nsg-agw-lzv01-dev-westus3-abc'
  nsgPrivateEndpoints: 'nsg-pe-lzv01-dev-westus3-abc'
  nsgApim: 'nsg-apim-lzv01-dev-westus3-abc'
  routeTable: 'rt-apim-lzv01-dev-westus3-abc'
  publicIpAppGateway: 'pip-agw-lzv01-dev-westus3-abc'
  publicIpApim: 'pip-apim-lzv01-dev-westus3-abc'
  keyVault: 'kv-lzv01-dev-westus3-abc'
  privateEndpointKeyVault: 'pe-kv-lzv01-dev-westus3-abc'
  logAnalytics: 'log-lzv01-dev-westus3-abc'
  appInsights: 'appi-lzv01-dev-westus3-abc'
  apim: 'apim-lzv01-dev-westus3-abc'
  privateEndpointApim: 'pe-apim-lzv01-dev-westus3-abc'
  apimIdentity: 'id-apim-lzv01-dev-westus3-abc'
  appGateway: 'agw-lzv01-dev-westus3-abc'
  appGatewayIdentity: 'id-agw-lzv01-dev-westus3-abc'
  wafPolicy: 'waflzv01devwestus3abc'
  trafficManager: 'tm-lzv01-dev-westus3-abc'
  frontDoor: 'afd-lzv01-dev-westus3-abc'
  frontDoorEndpoint: 'fde-lzv01-dev-westus3-abc'
  frontDoorWaf: 'wafafdlzv01devwestus3abc'
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
  publisherEmail: 'apim@contoso.com'
  minApiVersion: '2021-08-01'
  portal: false
  releaseChannel: ''
  privateEndpoint: false
  systemIdentity: false
}

param appGateway = {
  enabled: true
  fqdn: 'apim.example.com'
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

// Secret, in no file: a self-signed certificate for apim.example.com, valid 12 months, as base64 PFX without password.
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
