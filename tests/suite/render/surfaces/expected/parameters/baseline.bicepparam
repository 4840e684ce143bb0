// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-surf-dev-swedencentral-s01'
  sharedResourceGroup: 'rg-shared-surf-dev-swedencentral-s01'
  apimResourceGroup: 'rg-apim-surf-dev-swedencentral-s01'
  virtualNetwork: 'vnet-surf-dev-swedencentral-s01'
  nsgAppGateway: 'nsg-agw-surf-dev-swedencentral-s01'
  nsgPrivateEndpoints: 'nsg-pe-surf-dev-swedencentral-s01'
  nsgApim: 'nsg-apim-surf-dev-swedencentral-s01'
  routeTable: 'rt-apim-surf-dev-swedencentral-s01'
  publicIpAppGateway: 'pip-agw-surf-dev-swedencentral-s01'
  publicIpApim: 'pip-apim-surf-dev-swedencentral-s01'
  keyVault: 'kv-surf-dev-s01'
  privateEndpointKeyVault: 'pe-kv-surf-dev-swedencentral-s01'
  logAnalytics: 'log-surf-dev-swedencentral-s01'
  appInsights: 'appi-surf-dev-swedencentral-s01'
  apim: 'apim-surf-dev-swedencentral-s01'
  privateEndpointApim: 'pe-apim-surf-dev-swedencentral-s01'
  apimIdentity: 'id-apim-surf-dev-swedencentral-s01'
  appGateway: 'agw-surf-dev-swedencentral-s01'
  appGatewayIdentity: 'id-agw-surf-dev-swedencentral-s01'
  wafPolicy: 'wafsurfdevswedencentrals01'
  trafficManager: 'tm-surf-dev-swedencentral-s01'
  frontDoor: 'afd-surf-dev-swedencentral-s01'
  frontDoorEndpoint: 'fde-surf-dev-swedencentral-s01'
  frontDoorWaf: 'wafafdsurfdevswedencentrals01'
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
