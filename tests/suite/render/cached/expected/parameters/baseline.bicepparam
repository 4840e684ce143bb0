// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-cached-dev-swedencentral-c01'
  sharedResourceGroup: 'rg-shared-cached-dev-swedencentral-c01'
  apimResourceGroup: 'rg-apim-cached-dev-swedencentral-c01'
  virtualNetwork: 'vnet-cached-dev-swedencentral-c01'
  nsgAppGateway: 'nsg-agw-cached-dev-swedencentral-c01'
  nsgPrivateEndpoints: 'nsg-pe-cached-dev-swedencentral-c01'
  nsgApim: 'nsg-apim-cached-dev-swedencentral-c01'
  routeTable: 'rt-apim-cached-dev-swedencentral-c01'
  publicIpAppGateway: 'pip-agw-cached-dev-swedencentral-c01'
  publicIpApim: 'pip-apim-cached-dev-swedencentral-c01'
  keyVault: 'kv-cached-dev-c01'
  privateEndpointKeyVault: 'pe-kv-cached-dev-swedencentral-c01'
  logAnalytics: 'log-cached-dev-swedencentral-c01'
  appInsights: 'appi-cached-dev-swedencentral-c01'
  apim: 'apim-cached-dev-swedencentral-c01'
  privateEndpointApim: 'pe-apim-cached-dev-swedencentral-c01'
  apimIdentity: 'id-apim-cached-dev-swedencentral-c01'
  appGateway: 'agw-cached-dev-swedencentral-c01'
  appGatewayIdentity: 'id-agw-cached-dev-swedencentral-c01'
  wafPolicy: 'wafcacheddevswedencentralc01'
  trafficManager: 'tm-cached-dev-swedencentral-c01'
  frontDoor: 'afd-cached-dev-swedencentral-c01'
  frontDoorEndpoint: 'fde-cached-dev-swedencentral-c01'
  frontDoorWaf: 'wafafdcacheddevswedencentralc01'
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
  apimMode: 'external'
  delegation: ''
  denyInternetOut: false
  redis: true
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
  systemIdentity: true
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
