// Stage baseline of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/baseline/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  networkingResourceGroup: 'rg-networking-aihub-prod-swedencentral-p01'
  sharedResourceGroup: 'rg-shared-aihub-prod-swedencentral-p01'
  apimResourceGroup: 'rg-apim-aihub-prod-swedencentral-p01'
  virtualNetwork: 'vnet-aihub-prod-swedencentral-p01'
  nsgAppGateway: 'nsg-agw-aihub-prod-swedencentral-p01'
  nsgPrivateEndpoints: 'nsg-pe-aihub-prod-swedencentral-p01'
  nsgApim: 'nsg-apim-aihub-prod-swedencentral-p01'
  routeTable: 'rt-apim-aihub-prod-swedencentral-p01'
  publicIpAppGateway: 'pip-agw-aihub-prod-swedencentral-p01'
  publicIpApim: 'pip-apim-aihub-prod-swedencentral-p01'
  keyVault: 'kv-aihub-prod-p01'
  privateEndpointKeyVault: 'pe-kv-aihub-prod-swedencentral-p01'
  logAnalytics: 'log-aihub-prod-swedencentral-p01'
  appInsights: 'appi-aihub-prod-swedencentral-p01'
  apim: 'apim-aihub-prod-swedencentral-p01'
  privateEndpointApim: 'pe-apim-aihub-prod-swedencentral-p01'
  apimIdentity: 'id-apim-aihub-prod-swedencentral-p01'
  appGateway: 'agw-aihub-prod-swedencentral-p01'
  appGatewayIdentity: 'id-agw-aihub-prod-swedencentral-p01'
  wafPolicy: 'wafaihubprodswedencentralp01'
  trafficManager: 'tm-aihub-prod-swedencentral-p01'
  frontDoor: 'afd-aihub-prod-swedencentral-p01'
  frontDoorEndpoint: 'fde-aihub-prod-swedencentral-p01'
  frontDoorWaf: 'wafafdaihubprodswedencentralp01'
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
  apimMode: 'v2-injection'
  delegation: 'Microsoft.Web/hostingEnvironments'
  denyInternetOut: false
  redis: false
  extraSubnets: []
  extraRules: []
  firewallNextHop: ''
  peerings: []
  existing: {
    virtualNetworkId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-ai'
    appGatewaySubnetId: ''
    privateEndpointsSubnetId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-ai/subnets/snet-pe'
    apimSubnetId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-ai/subnets/snet-apim'
  }
}

param privateDns = {
  create: false
  gateway: true
  keyVault: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net'
  apim: ''
}

param apim = {
  skuName: 'PremiumV2'
  capacity: 2
  isV2: true
  zones: []
  zoneRedundant: true
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
  existingWorkspaceId: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.OperationalInsights/workspaces/log-central'
}
