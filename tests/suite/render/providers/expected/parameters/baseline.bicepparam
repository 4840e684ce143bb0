// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-many-dev-swedencentral-abc'
  sharedResourceGroup: 'rg-shared-many-dev-swedencentral-abc'
  apimResourceGroup: 'rg-apim-many-dev-swedencentral-abc'
  virtualNetwork: 'vnet-many-dev-swedencentral-abc'
  nsgAppGateway: 'nsg-agw-many-dev-swedencentral-abc'
  nsgPrivateEndpoints: 'nsg-pe-many-dev-swedencentral-abc'
  nsgApim: 'nsg-apim-many-dev-swedencentral-abc'
  routeTable: 'rt-apim-many-dev-swedencentral-abc'
  publicIpAppGateway: 'pip-agw-many-dev-swedencentral-abc'
  publicIpApim: 'pip-apim-many-dev-swedencentral-abc'
  keyVault: 'kv-many-dev-abc'
  privateEndpointKeyVault: 'pe-kv-many-dev-swedencentral-abc'
  logAnalytics: 'log-many-dev-swedencentral-abc'
  appInsights: 'appi-many-dev-swedencentral-abc'
  apim: 'apim-many-dev-swedencentral-abc'
  privateEndpointApim: 'pe-apim-many-dev-swedencentral-abc'
  apimIdentity: 'id-apim-many-dev-swedencentral-abc'
  appGateway: 'agw-many-dev-swedencentral-abc'
  appGatewayIdentity: 'id-agw-many-dev-swedencentral-abc'
  wafPolicy: 'wafmanydevswedencentralabc'
  trafficManager: 'tm-many-dev-swedencentral-abc'
  frontDoor: 'afd-many-dev-swedencentral-abc'
  frontDoorEndpoint: 'fde-many-dev-swedencentral-abc'
  frontDoorWaf: 'wafafdmanydevswedencentralabc'
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
  apimMode: 'v2-integration'
  delegation: 'Microsoft.Web/serverFarms'
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
  skuName: 'StandardV2'
  capacity: 1
  isV2: true
  zones: []
  zoneRedundant: false
  additionalRegions: []
  publisherName: 'Contoso'
  publisherEmail: 'apim@contoso.com'
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
