// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {
  'cost center': 'it\'s \${free} {{text}}'
}

param names = {
  networkingResourceGroup: 'rg-networking-platform-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-platform-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-platform-prod-swedencentral-p01'
  virtualNetwork: 'vnet-platform-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-platform-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-platform-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-platform-prod-swedencentral-p01'
  routeTable: 'rt-apim-platform-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-platform-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-platform-prod-swedencentral-p01'
  keyVault: 'kv-platform-prod-p01'
  privateEndpointKeyVault: 'pe-kv-platform-prod-swedencentral-p01'
  logAnalytics: 'log-platform-prod-swedencentral-p01'
  appInsights: 'appi-platform-prod-swedencentral-p01'
  apim: 'apim-platform-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-platform-prod-swedencentral-p01'
  apimIdentity: 'id-apim-platform-prod-swedencentral-p01'
  appGateway: 'agw-platform-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-platform-prod-swedencentral-p01'
  wafPolicy: 'wafplatformprodswedencentralp01'
  trafficManager: 'tm-platform-prod-swedencentral-p01'
  frontDoor: 'afd-platform-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-platform-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdplatformprodswedencentralp01'
}

param existingResourceGroups = []

param zones = [
  '1'
  '3'
]

param network = {
  addressSpace: '10.2.0.0/16'
  appGatewaySubnet: '10.2.4.0/24'
  privateEndpointsSubnet: '10.2.5.0/24'
  apimSubnet: '10.2.7.0/24'
  apimMode: 'external'
  delegation: ''
  denyInternetOut: true
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
  capacity: 4
  isV2: false
  zones: [
    '1'
    '3'
  ]
  zoneRedundant: false
  additionalRegions: []
  publisherName: 'A "quoted" & <odd> name'
  publisherEmail: 'ai@contoso.com'
  minApiVersion: '2021-08-01'
  portal: false
  releaseChannel: ''
  privateEndpoint: false
  systemIdentity: false
}

param appGateway = {
  enabled: true
  fqdn: 'ai.contoso.com'
  wafMode: 'Detection'
  ruleSetType: 'OWASP'
  ruleSetVersion: '3.2'
  maxBodyKb: 2000
  minCapacity: 2
  maxCapacity: 3
  backendTimeoutSeconds: 300
  routes: [
    '/team/chat/*'
    '/embeddings/*'
  ]
  keyVaultSecretId: 'https://kv-certs.vault.azure.net/secrets/ai-gateway'
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
