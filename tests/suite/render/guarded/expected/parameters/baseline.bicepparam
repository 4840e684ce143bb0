// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-guarded-dev-swedencentral-g01'
  sharedResourceGroup: 'rg-shared-guarded-dev-swedencentral-g01'
  apimResourceGroup: 'rg-apim-guarded-dev-swedencentral-g01'
  virtualNetwork: 'vnet-guarded-dev-swedencentral-g01'
  nsgAppGateway: 'nsg-agw-guarded-dev-swedencentral-g01'
  nsgPrivateEndpoints: 'nsg-pe-guarded-dev-swedencentral-g01'
  nsgApim: 'nsg-apim-guarded-dev-swedencentral-g01'
  routeTable: 'rt-apim-guarded-dev-swedencentral-g01'
  publicIpAppGateway: 'pip-agw-guarded-dev-swedencentral-g01'
  publicIpApim: 'pip-apim-guarded-dev-swedencentral-g01'
  keyVault: 'kv-guarded-dev-g01'
  privateEndpointKeyVault: 'pe-kv-guarded-dev-swedencentral-g01'
  logAnalytics: 'log-guarded-dev-swedencentral-g01'
  appInsights: 'appi-guarded-dev-swedencentral-g01'
  apim: 'apim-guarded-dev-swedencentral-g01'
  privateEndpointApim: 'pe-apim-guarded-dev-swedencentral-g01'
  apimIdentity: 'id-apim-guarded-dev-swedencentral-g01'
  appGateway: 'agw-guarded-dev-swedencentral-g01'
  appGatewayIdentity: 'id-agw-guarded-dev-swedencentral-g01'
  wafPolicy: 'wafguardeddevswedencentralg01'
  trafficManager: 'tm-guarded-dev-swedencentral-g01'
  frontDoor: 'afd-guarded-dev-swedencentral-g01'
  frontDoorEndpoint: 'fde-guarded-dev-swedencentral-g01'
  frontDoorWaf: 'wafafdguardeddevswedencentralg01'
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
