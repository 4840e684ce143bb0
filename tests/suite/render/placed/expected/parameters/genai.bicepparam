// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'westus3'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-lzv01-prod-westus3-p01'
  apimResourceGroup: 'rg_ai.gateway'
  networkingResourceGroup: 'RG-AI-(Network)'
  sharedResourceGroup: 'rg_ai.gateway'
  keyVault: 'kv-lzv01-prod-p01'
  apim: 'apim-lzv01-prod-westus3-p01'
  apimIdentity: 'id-apim-lzv01-prod-westus3-p01'
}

param existingResourceGroups = [
  'RG-AI-(Network)'
  'rg_ai.gateway'
]

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
    enabled: true
    displayName: 'GenAI gateway lzv01-prod'
    content: loadTextContent('../queries/workbook.json')
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-lzv01-prod-westus3-p01'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'RG-AI-(Network)'
      'rg-openai-lzv01-prod-westus3-p01'
      'rg_ai.gateway'
    ]
  }
}

param locked = true

param accounts = [
  {
    name: 'oai-one-lzv01-prod-westus3-p01'
    location: 'swedencentral'
    customSubDomain: 'oai-one-lzv01-prod-westus3-p01'
    privateEndpoint: 'pe-oai-one-lzv01-prod-westus3-p01'
    deployments: [
      {
        name: 'chat'
        model: 'gpt-5-mini'
        version: '2025-08-07'
        sku: 'GlobalStandard'
        capacity: 50
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
]

param existingAccounts = []

param keys = []

param keySecrets = '{}'

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
  enabled: false
  name: ''
  location: ''
  customSubDomain: ''
  privateEndpoint: ''
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
    name: 'remember-retry-after'
    description: 'Remembers the shortest Retry-After of the accounts of a pool'
    value: loadTextContent('../policies/fragments/remember-retry-after.xml')
  }
  {
    name: 'pool-exhausted'
    description: 'Answers 429 with Retry-After when no account of a pool can answer'
    value: loadTextContent('../policies/fragments/pool-exhausted.xml')
  }
]

param backends = [
  {
    name: 'one'
    url: 'https://oai-one-lzv01-prod-westus3-p01.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'one-breaker'
      count: 1
      interval: 'PT10S'
      trip: 'PT1M'
      acceptRetryAfter: true
      statusCodeRanges: [
        {
          min: 429
          max: 429
        }
        {
          min: 500
          max: 599
        }
      ]
      errorReasons: []
    }
  }
]

param pools = [
  {
    name: 'chat-pool'
    sessionCookie: ''
    members: [
      {
        backend: 'one'
        priority: 1
        weight: 1
      }
    ]
  }
]

param globalPolicy = ''

param apis = [
  {
    name: 'chat'
    displayName: 'chat'
    path: 'openai'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/chat.xml')
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
      {
        name: 'v1-response'
        displayName: 'Get a response (v1)'
        method: 'GET'
        urlTemplate: '/v1/responses/{response-id}'
        templateParameters: [
          {
            name: 'response-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'v1-response-delete'
        displayName: 'Delete a response (v1)'
        method: 'DELETE'
        urlTemplate: '/v1/responses/{response-id}'
        templateParameters: [
          {
            name: 'response-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'v1-response-input'
        displayName: 'Input of a response (v1)'
        method: 'GET'
        urlTemplate: '/v1/responses/{response-id}/input_items'
        templateParameters: [
          {
            name: 'response-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'v1-models'
        displayName: 'Models (v1)'
        method: 'GET'
        urlTemplate: '/v1/models'
        templateParameters: []
      }
      {
        name: 'v1-model'
        displayName: 'Get a model (v1)'
        method: 'GET'
        urlTemplate: '/v1/models/{model-id}'
        templateParameters: [
          {
            name: 'model-id'
            type: 'string'
            required: true
          }
        ]
      }
    ]
  }
]

param restApis = []

param webSocketApis = []

param mcpServers = []

param products = [
  {
    name: 'team-a'
    displayName: 'team-a'
    description: ''
    policy: ''
    apis: [
      'chat'
    ]
  }
]

param subscriptions = [
  {
    name: 'app-1'
    displayName: 'app-1'
    product: 'team-a'
  }
]

param keyDeliveries = []

param apiCenter = {
  enabled: false
  name: ''
  location: ''
  environment: ''
  lifecycle: ''
  host: ''
  apis: []
}
