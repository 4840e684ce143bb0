// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-surf-dev-swedencentral-s01'
  apimResourceGroup: 'rg-apim-surf-dev-swedencentral-s01'
  networkingResourceGroup: 'rg-networking-surf-dev-swedencentral-s01'
  sharedResourceGroup: 'rg-shared-surf-dev-swedencentral-s01'
  keyVault: 'kv-surf-dev-s01'
  apim: 'apim-surf-dev-swedencentral-s01'
  apimIdentity: 'id-apim-surf-dev-swedencentral-s01'
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
    displayName: 'GenAI gateway surf-dev'
    content: ''
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-surf-dev-swedencentral-s01'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'rg-apim-surf-dev-swedencentral-s01'
      'rg-networking-surf-dev-swedencentral-s01'
      'rg-openai-surf-dev-swedencentral-s01'
      'rg-shared-surf-dev-swedencentral-s01'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-payg-surf-dev-swedencentral-s01'
    location: 'swedencentral'
    customSubDomain: 'oai-payg-surf-dev-swedencentral-s01'
    privateEndpoint: 'pe-oai-payg-surf-dev-swedencentral-s01'
    deployments: [
      {
        name: 'chat'
        model: 'gpt-5-mini'
        version: '2025-08-07'
        sku: 'DataZoneStandard'
        capacity: 100
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
  {
    name: 'oai-voice-surf-dev-swedencentral-s01'
    location: 'swedencentral'
    customSubDomain: 'oai-voice-surf-dev-swedencentral-s01'
    privateEndpoint: 'pe-oai-voice-surf-dev-swedencentral-s01'
    deployments: [
      {
        name: 'gpt-realtime'
        model: 'gpt-realtime'
        version: '2025-08-28'
        sku: 'GlobalStandard'
        capacity: 10
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
    name: 'payg'
    url: 'https://oai-payg-surf-dev-swedencentral-s01.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'payg-breaker'
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
  {
    name: 'echo.api'
    url: 'https://echo.contoso.com'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'documents.api'
    url: 'https://di.cognitiveservices.azure.com/documentintelligence'
    identityResource: ''
    headers: {}
    breaker: {}
  }
]

param pools = [
  {
    name: 'pool'
    sessionCookie: ''
    members: [
      {
        backend: 'payg'
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
    path: 'chat'
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

param restApis = [
  {
    name: 'echo'
    displayName: 'echo'
    path: 'echo'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/echo.xml')
    operations: [
      {
        name: 'read'
        displayName: 'Reads "anything"'
        method: 'GET'
        urlTemplate: '/*'
        templateParameters: []
        description: 'What was sent, \${back}'
        queryParameters: []
        bodies: []
      }
      {
        name: 'post-echo'
        displayName: 'POST /echo'
        method: 'POST'
        urlTemplate: '/echo'
        templateParameters: []
        description: ''
        queryParameters: []
        bodies: []
      }
    ]
  }
  {
    name: 'documents'
    displayName: 'Document Intelligence'
    path: 'documents'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/documents.xml')
    operations: [
      {
        name: 'post-documentmodels-modelid-analyze'
        displayName: 'POST /documentModels/{modelId}:analyze'
        method: 'POST'
        urlTemplate: '/documentModels/{modelId}:analyze'
        templateParameters: [
          {
            name: 'modelId'
            type: 'string'
            required: true
            description: ''
          }
        ]
        description: ''
        queryParameters: []
        bodies: []
      }
      {
        name: 'get-documentmodels-modelid-analyzeresults-resultid'
        displayName: 'GET /documentModels/{modelId}/analyzeResults/{resultId}'
        method: 'GET'
        urlTemplate: '/documentModels/{modelId}/analyzeResults/{resultId}'
        templateParameters: [
          {
            name: 'modelId'
            type: 'string'
            required: true
            description: ''
          }
          {
            name: 'resultId'
            type: 'string'
            required: true
            description: ''
          }
        ]
        description: ''
        queryParameters: []
        bodies: []
      }
    ]
  }
]

param webSocketApis = [
  {
    name: 'voice'
    displayName: 'voice'
    path: 'voice'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/voice.xml')
    serviceUrl: 'wss://oai-voice-surf-dev-swedencentral-s01.openai.azure.com/openai/v1/realtime'
  }
]

param mcpServers = [
  {
    name: 'learn'
    displayName: 'Microsoft Learn'
    path: 'learn'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/learn.xml')
    serviceUrl: 'https://learn.microsoft.com/api'
    endpoint: '/mcp'
    tools: []
  }
  {
    name: 'document-tools'
    displayName: 'document-tools'
    path: 'document-tools'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/document-tools.xml')
    serviceUrl: ''
    endpoint: ''
    tools: [
      {
        name: 'post-documentmodels-modelid-analyze'
        description: 'POST /documentModels/{modelId}:analyze'
        api: 'documents'
        operation: 'post-documentmodels-modelid-analyze'
      }
    ]
  }
  {
    name: 'echo-tools'
    displayName: 'echo-tools'
    path: 'echo-tools'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/echo-tools.xml')
    serviceUrl: ''
    endpoint: ''
    tools: [
      {
        name: 'read'
        description: 'What was sent, \${back}'
        api: 'echo'
        operation: 'read'
      }
      {
        name: 'post-echo'
        description: 'POST /echo'
        api: 'echo'
        operation: 'post-echo'
      }
    ]
  }
]

param products = [
  {
    name: 'models'
    displayName: 'models'
    description: ''
    policy: loadTextContent('../policies/products/models.xml')
    apis: [
      'chat'
    ]
  }
  {
    name: 'services'
    displayName: 'services'
    description: ''
    policy: ''
    apis: [
      'echo'
      'documents'
      'voice'
      'learn'
      'document-tools'
      'echo-tools'
    ]
  }
]

param subscriptions = [
  {
    name: 'first'
    displayName: 'first'
    product: 'models'
  }
  {
    name: 'second'
    displayName: 'second'
    product: 'services'
  }
]

param keyDeliveries = []

param apiCenter = {
  enabled: true
  name: 'apic-surf-dev-swedencentral-s01'
  location: 'eastus'
  environment: 'testing'
  lifecycle: 'preview'
  host: ''
  apis: [
    {
      name: 'surf-chat'
      title: 'chat'
      summary: 'chat'
      kind: 'rest'
      scheme: 'https'
      path: 'chat'
    }
    {
      name: 'surf-echo'
      title: 'echo'
      summary: 'echo'
      kind: 'rest'
      scheme: 'https'
      path: 'echo'
    }
    {
      name: 'surf-documents'
      title: 'Document Intelligence'
      summary: 'Document Intelligence'
      kind: 'rest'
      scheme: 'https'
      path: 'documents'
    }
    {
      name: 'surf-voice'
      title: 'voice'
      summary: 'voice'
      kind: 'websocket'
      scheme: 'wss'
      path: 'voice'
    }
    {
      name: 'surf-learn'
      title: 'Microsoft Learn'
      summary: 'Microsoft Learn'
      kind: 'mcp'
      scheme: 'https'
      path: 'learn/mcp'
    }
    {
      name: 'surf-document-tools'
      title: 'document-tools'
      summary: 'document-tools'
      kind: 'mcp'
      scheme: 'https'
      path: 'document-tools/mcp'
    }
    {
      name: 'surf-echo-tools'
      title: 'echo-tools'
      summary: 'echo-tools'
      kind: 'mcp'
      scheme: 'https'
      path: 'echo-tools/mcp'
    }
  ]
}
