// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-paid-prod-swedencentral-u01'
  sharedResourceGroup: 'rg-shared-paid-prod-swedencentral-u01'
  apimResourceGroup: 'rg-apim-paid-prod-swedencentral-u01'
  virtualNetwork: 'vnet-paid-prod-swedencentral-u01'
  nsgAppGateway: 'nsg-agw-paid-prod-swedencentral-u01'
  nsgPrivateEndpoints: 'nsg-pe-paid-prod-swedencentral-u01'
  nsgApim: 'nsg-apim-paid-prod-swedencentral-u01'
  routeTable: 'rt-apim-paid-prod-swedencentral-u01'
  publicIpAppGateway: 'pip-agw-paid-prod-swedencentral-u01'
  publicIpApim: 'pip-apim-paid-prod-swedencentral-u01'
  keyVault: 'kv-paid-prod-u01'
  privateEndpointKeyVault: 'pe-kv-paid-prod-swedencentral-u01'
  logAnalytics: 'log-paid-prod-swedencentral-u01'
  appInsights: 'appi-paid-prod-swedencentral-u01'
  apim: 'apim-paid-prod-swedencentral-u01'
  privateEndpointApim: 'pe-apim-paid-prod-swedencentral-u01'
  apimIdentity: 'id-apim-paid-prod-swedencentral-u01'
  appGateway: 'agw-paid-prod-swedencentral-u01'
  appGatewayIdentity: 'id-agw-paid-prod-swedencentral-u01'
  wafPolicy: 'wafpaidprodswedencentralu01'
  trafficManager: 'tm-paid-prod-swedencentral-u01'
  frontDoor: 'afd-paid-prod-swedencentral-u01'
  frontDoorEndpoint: 'fde-paid-prod-swedencentral-u01'
  frontDoorWaf: 'wafafdpaidprodswedencentralu01'
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
