// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-tryout-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-tryout-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-tryout-prod-swedencentral-p01'
  virtualNetwork: 'vnet-tryout-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-tryout-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-tryout-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-tryout-prod-swedencentral-p01'
  routeTable: 'rt-apim-tryout-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-tryout-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-tryout-prod-swedencentral-p01'
  keyVault: 'kv-tryout-prod-p01'
  privateEndpointKeyVault: 'pe-kv-tryout-prod-swedencentral-p01'
  logAnalytics: 'log-tryout-prod-swedencentral-p01'
  appInsights: 'appi-tryout-prod-swedencentral-p01'
  apim: 'apim-tryout-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-tryout-prod-swedencentral-p01'
  apimIdentity: 'id-apim-tryout-prod-swedencentral-p01'
  appGateway: 'agw-tryout-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-tryout-prod-swedencentral-p01'
  wafPolicy: 'waftryoutprodswedencentralp01'
  trafficManager: 'tm-tryout-prod-swedencentral-p01'
  frontDoor: 'afd-tryout-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-tryout-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdtryoutprodswedencentralp01'
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
  apimMode: 'none'
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
  gateway: false
  keyVault: ''
  apim: ''
}

param apim = {
  skuName: 'BasicV2'
  capacity: 1
  isV2: true
  zones: []
  zoneRedundant: false
  additionalRegions: []
  publisherName: 'Contoso'
  publisherEmail: 'ai@contoso.com'
  minApiVersion: '2024-05-01'
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
