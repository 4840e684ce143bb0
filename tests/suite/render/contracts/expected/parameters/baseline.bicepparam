// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-teams-dev-swedencentral-abc'
  sharedResourceGroup: 'rg-shared-teams-dev-swedencentral-abc'
  apimResourceGroup: 'rg-apim-teams-dev-swedencentral-abc'
  virtualNetwork: 'vnet-teams-dev-swedencentral-abc'
  nsgAppGateway: 'nsg-agw-teams-dev-swedencentral-abc'
  nsgPrivateEndpoints: 'nsg-pe-teams-dev-swedencentral-abc'
  nsgApim: 'nsg-apim-teams-dev-swedencentral-abc'
  routeTable: 'rt-apim-teams-dev-swedencentral-abc'
  publicIpAppGateway: 'pip-agw-teams-dev-swedencentral-abc'
  publicIpApim: 'pip-apim-teams-dev-swedencentral-abc'
  keyVault: 'kv-teams-dev-abc'
  privateEndpointKeyVault: 'pe-kv-teams-dev-swedencentral-abc'
  logAnalytics: 'log-teams-dev-swedencentral-abc'
  appInsights: 'appi-teams-dev-swedencentral-abc'
  apim: 'apim-teams-dev-swedencentral-abc'
  privateEndpointApim: 'pe-apim-teams-dev-swedencentral-abc'
  apimIdentity: 'id-apim-teams-dev-swedencentral-abc'
  appGateway: 'agw-teams-dev-swedencentral-abc'
  appGatewayIdentity: 'id-agw-teams-dev-swedencentral-abc'
  wafPolicy: 'wafteamsdevswedencentralabc'
  trafficManager: 'tm-teams-dev-swedencentral-abc'
  frontDoor: 'afd-teams-dev-swedencentral-abc'
  frontDoorEndpoint: 'fde-teams-dev-swedencentral-abc'
  frontDoorWaf: 'wafafdteamsdevswedencentralabc'
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
  publisherEmail: 'apim@contoso.com'
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
