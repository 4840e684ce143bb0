// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-teams-dev-swedencentral-abc'
  apimResourceGroup: 'rg-apim-teams-dev-swedencentral-abc'
  networkingResourceGroup: 'rg-networking-teams-dev-swedencentral-abc'
  sharedResourceGroup: 'rg-shared-teams-dev-swedencentral-abc'
  keyVault: 'kv-teams-dev-abc'
  apim: 'apim-teams-dev-swedencentral-abc'
  apimIdentity: 'id-apim-teams-dev-swedencentral-abc'
}

param existingResourceGroups = []

// Output apimIdentityPrincipalId of stage baseline.
param apimIdentityPrincipalId = readEnvironmentVariable('GENAI_LZ_APIM_IDENTITY_PRINCIPAL_ID')

// Output apimIdentityClientId of stage baseline.
param apimIdentityClientId = readEnvironmentVariable('GENAI_LZ_APIM_IDENTITY_CLIENT_ID')

// Output apimSystemPrincipalId of stage baseline.
param apimSystemPrincipalId = readEnvironmentVariable('GENAI_LZ_APIM_SYSTEM_PRINCIPAL_ID')

// Output virtualNetworkId of stage baseline.
param virtualNetworkId = readEnvironmentVariable('GENAI_LZ_VIRTUAL_NETWORK_ID')

// Output privateEndpointsSubnetId of stage baseline.
param privateEndpointsSubnetId = readEnvironmentVariable('GENAI_LZ_PRIVATE_ENDPOINTS_SUBNET_ID')

// Output apimOutboundIpAddresses of stage baseline.
param apimOutboundIpAddresses = readEnvironmentVariable('GENAI_LZ_APIM_OUTBOUND_IP_ADDRESSES')

param access = {
  mode: 'private'
  createZones: true
  linkedNetworks: []
  openai: ''
  eventHub: ''
  contentSafety: ''
  redis: ''
  store: {
    cluster: ''
    blob: ''
    queue: ''
    table: ''
  }
}

param regions = []

// Output logAnalyticsWorkspaceId of stage baseline.
param logAnalyticsWorkspaceId = readEnvironmentVariable('GENAI_LZ_LOG_ANALYTICS_WORKSPACE_ID')

param monitoring = {
  diagnostics: true
  llmLogs: 'none'
}

param watch = {
  workbook: {
    enabled: false
    displayName: 'GenAI gateway teams-dev'
    content: ''
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-teams-dev-swedencentral-abc'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'rg-apim-teams-dev-swedencentral-abc'
      'rg-networking-teams-dev-swedencentral-abc'
      'rg-openai-teams-dev-swedencentral-abc'
      'rg-shared-teams-dev-swedencentral-abc'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-swc-teams-dev-swedencentral-abc'
    location: 'swedencentral'
    customSubDomain: 'oai-swc-teams-dev-swedencentral-abc'
    privateEndpoint: 'pe-oai-swc-teams-dev-swedencentral-abc'
    deployments: [
      {
        name: 'gpt-5'
        model: 'gpt-5'
        version: '2025-08-07'
        sku: 'DataZoneStandard'
        capacity: 200
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
      {
        name: 'nano'
        model: 'gpt-5-nano'
        version: '2025-08-07'
        sku: 'DataZoneStandard'
        capacity: 200
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
]

param existingAccounts = []

param keys = [
  {
    name: 'key-claude'
    secretId: ''
    own: true
  }
]

// Secret, in no file: a JSON object with key-claude from ANTHROPIC_API_KEY.
param keySecrets = readEnvironmentVariable('GENAI_LZ_KEY_SECRETS')

param eventHub = {
  enabled: false
  namespace: ''
  hub: ''
  partitions: 0
  retentionDays: 0
  privateEndpoint: ''
  loggerName: ''
}

param eventStore = {
  enabled: false
  cluster: ''
  sku: ''
  tier: ''
  capacity: 0
  database: 'usage'
  table: 'Usage'
  mapping: 'UsageRecord'
  retention: ''
  hot: ''
  schema: ''
  viewers: []
  zone: ''
  privateEndpoint: ''
}

param contentSafety = {
  enabled: true
  name: 'cs-teams-dev-swedencentral-abc'
  location: 'swedencentral'
  customSubDomain: 'cs-teams-dev-swedencentral-abc'
  privateEndpoint: 'pe-cs-teams-dev-swedencentral-abc'
}

param languageAccount = {
  enabled: false
  name: ''
  location: ''
  customSubDomain: ''
  privateEndpoint: ''
}

param redis = {
  enabled: false
  name: ''
  location: ''
  sku: ''
  highAvailability: false
  privateEndpoint: ''
}

param embeddingsAccounts = []

param namedValues = []

param fragments = [
  {
    name: 'backend-managed-identity'
    description: 'Signs in to Azure OpenAI with the identity of the gateway'
    value: loadTextContent('../policies/fragments/backend-managed-identity.xml')
  }
  {
    name: 'backend-key'
    description: 'Keeps what callers sign in with from accounts that take a key'
    value: loadTextContent('../policies/fragments/backend-key.xml')
  }
  {
    name: 'remember-retry-after'
    description: 'Remembers the shortest Retry-After of the accounts of a pool'
    value: loadTextContent('../policies/fragments/remember-retry-after.xml')
  }
  {
    name: 'pool-exhausted'
    description: 'Answers 429 with Retry-After when no account of a pool can answer'
    value: loadTextContent('../policies/fragments/pool-exhausted.xml')
  }
  {
    name: 'requested-model'
    description: 'Finds out which model a request asks for'
    value: loadTextContent('../policies/fragments/requested-model.xml')
  }
]

param backends = [
  {
    name: 'swc'
    url: 'https://oai-swc-teams-dev-swedencentral-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_swc'
    url: 'https://oai-swc-teams-dev-swedencentral-abc.openai.azure.com/openai/v1'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_claude'
    url: 'https://api.anthropic.com/v1'
    identityResource: ''
    headers: {
      Authorization: [
        'Bearer {{key-claude}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'content.safety'
    url: 'https://cs-teams-dev-swedencentral-abc.cognitiveservices.azure.com'
    identityResource: 'https://cognitiveservices.azure.com'
    headers: {}
    breaker: {}
  }
]

param pools = []

param globalPolicy = ''

param apis = [
  {
    name: 'azure'
    displayName: 'azure'
    path: 'openai'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/azure.xml')
    operations: [
      {
        name: 'chat-completions'
        displayName: 'Chat completions'
        method: 'POST'
        urlTemplate: '/deployments/{deployment-id}/chat/completions'
        templateParameters: [
          {
            name: 'deployment-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'completions'
        displayName: 'Completions'
        method: 'POST'
        urlTemplate: '/deployments/{deployment-id}/completions'
        templateParameters: [
          {
            name: 'deployment-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'embeddings'
        displayName: 'Embeddings'
        method: 'POST'
        urlTemplate: '/deployments/{deployment-id}/embeddings'
        templateParameters: [
          {
            name: 'deployment-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'v1-chat-completions'
        displayName: 'Chat completions (v1)'
        method: 'POST'
        urlTemplate: '/v1/chat/completions'
        templateParameters: []
      }
      {
        name: 'v1-completions'
        displayName: 'Completions (v1)'
        method: 'POST'
        urlTemplate: '/v1/completions'
        templateParameters: []
      }
      {
        name: 'v1-embeddings'
        displayName: 'Embeddings (v1)'
        method: 'POST'
        urlTemplate: '/v1/embeddings'
        templateParameters: []
      }
      {
        name: 'v1-responses'
        displayName: 'Responses (v1)'
        method: 'POST'
        urlTemplate: '/v1/responses'
        templateParameters: []
      }
    ]
  }
  {
    name: 'llm'
    displayName: 'llm'
    path: 'llm'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/llm.xml')
    operations: [
      {
        name: 'chat-completions'
        displayName: 'Chat completions'
        method: 'POST'
        urlTemplate: '/chat/completions'
        templateParameters: []
      }
      {
        name: 'completions'
        displayName: 'Completions'
        method: 'POST'
        urlTemplate: '/completions'
        templateParameters: []
      }
      {
        name: 'embeddings'
        displayName: 'Embeddings'
        method: 'POST'
        urlTemplate: '/embeddings'
        templateParameters: []
      }
      {
        name: 'responses'
        displayName: 'Responses'
        method: 'POST'
        urlTemplate: '/responses'
        templateParameters: []
      }
      {
        name: 'images'
        displayName: 'Images'
        method: 'POST'
        urlTemplate: '/images/generations'
        templateParameters: []
      }
      {
        name: 'models'
        displayName: 'Models'
        method: 'GET'
        urlTemplate: '/models'
        templateParameters: []
      }
    ]
  }
]

param restApis = []

param webSocketApis = []

param mcpServers = []

param products = [
  {
    name: 'hr-assistant'
    displayName: 'human resources / hr-assistant'
    description: 'Answers questions about leave and pay. Owner: hr-platform@contoso.com'
    policy: loadTextContent('../policies/products/hr-assistant.xml')
    apis: [
      'llm'
    ]
  }
  {
    name: 'search'
    displayName: 'retail / search'
    description: ''
    policy: loadTextContent('../policies/products/search.xml')
    apis: [
      'azure'
      'llm'
    ]
  }
]

param subscriptions = [
  {
    name: 'hr-assistant-primary'
    displayName: 'hr-assistant-primary'
    product: 'hr-assistant'
  }
  {
    name: 'search-shop'
    displayName: 'search-shop'
    product: 'search'
  }
  {
    name: 'search-app'
    displayName: 'search-app'
    product: 'search'
  }
]

param keyDeliveries = [
  {
    subscription: 'search-shop'
    secret: 'apim-search-shop'
    vaultSubscription: '00000000-0000-0000-0000-000000000000'
    vaultResourceGroup: 'rg-retail'
    vault: 'kv-retail'
  }
  {
    subscription: 'search-app'
    secret: 'apim-search-app'
    vaultSubscription: '00000000-0000-0000-0000-000000000000'
    vaultResourceGroup: 'rg-retail'
    vault: 'kv-retail'
  }
]

param apiCenter = {
  enabled: false
  name: ''
  location: ''
  environment: ''
  lifecycle: ''
  host: ''
  apis: []
}
