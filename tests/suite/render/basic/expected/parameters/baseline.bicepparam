// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-small-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-small-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-small-prod-swedencentral-p01'
  virtualNetwork: 'vnet-small-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-small-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-small-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-small-prod-swedencentral-p01'
  routeTable: 'rt-apim-small-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-small-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-small-prod-swedencentral-p01'
  keyVault: 'kv-small-prod-p01'
  privateEndpointKeyVault: 'pe-kv-small-prod-swedencentral-p01'
  logAnalytics: 'log-small-prod-swedencentral-p01'
  appInsights: 'appi-small-prod-swedencentral-p01'
  apim: 'apim-small-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-small-prod-swedencentral-p01'
  apimIdentity: 'id-apim-small-prod-swedencentral-p01'
  appGateway: 'agw-small-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-small-prod-swedencentral-p01'
  wafPolicy: 'wafsmallprodswedencentralp01'
  trafficManager: 'tm-small-prod-swedencentral-p01'
  frontDoor: 'afd-small-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-small-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdsmallprodswedencentralp01'
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
  skuName: 'Basic'
  capacity: 2
  isV2: false
  zones: []
  zoneRedundant: false
  additionalRegions: []
  publisherName: 'Contoso'
  publisherEmail: 'ai@contoso.com'
  minApiVersion: '2021-08-01'
  portal: false
  releaseChannel: ''
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
  diagnostics: false
  existingWorkspaceId: ''
}
