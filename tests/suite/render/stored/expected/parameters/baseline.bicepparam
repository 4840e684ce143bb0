// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-kept-prod-swedencentral-k01'
  sharedResourceGroup: 'rg-shared-kept-prod-swedencentral-k01'
  apimResourceGroup: 'rg-apim-kept-prod-swedencentral-k01'
  virtualNetwork: 'vnet-kept-prod-swedencentral-k01'
  nsgAppGateway: 'nsg-agw-kept-prod-swedencentral-k01'
  nsgPrivateEndpoints: 'nsg-pe-kept-prod-swedencentral-k01'
  nsgApim: 'nsg-apim-kept-prod-swedencentral-k01'
  routeTable: 'rt-apim-kept-prod-swedencentral-k01'
  publicIpAppGateway: 'pip-agw-kept-prod-swedencentral-k01'
  publicIpApim: 'pip-apim-kept-prod-swedencentral-k01'
  keyVault: 'kv-kept-prod-k01'
  privateEndpointKeyVault: 'pe-kv-kept-prod-swedencentral-k01'
  logAnalytics: 'log-kept-prod-swedencentral-k01'
  appInsights: 'appi-kept-prod-swedencentral-k01'
  apim: 'apim-kept-prod-swedencentral-k01'
  privateEndpointApim: 'pe-apim-kept-prod-swedencentral-k01'
  apimIdentity: 'id-apim-kept-prod-swedencentral-k01'
  appGateway: 'agw-kept-prod-swedencentral-k01'
  appGatewayIdentity: 'id-agw-kept-prod-swedencentral-k01'
  wafPolicy: 'wafkeptprodswedencentralk01'
  trafficManager: 'tm-kept-prod-swedencentral-k01'
  frontDoor: 'afd-kept-prod-swedencentral-k01'
  frontDoorEndpoint: 'fde-kept-prod-swedencentral-k01'
  frontDoorWaf: 'wafafdkeptprodswedencentralk01'
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
  skuName: 'Premium'
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
