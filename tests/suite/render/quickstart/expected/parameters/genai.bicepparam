// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'westus3'

param tags = {
  'costCenter': '4711'
  'owner': 'apim-team'
}

param names = {
  openaiResourceGroup: 'rg-openai-lzv01-dev-westus3-abc'
  apimResourceGroup: 'rg-apim-lzv01-dev-westus3-abc'
  networkingResourceGroup: 'rg-networking-lzv01-dev-westus3-abc'
  sharedResourceGroup: 'rg-shared-lzv01-dev-westus3-abc'
  keyVault: 'kv-lzv01-dev-westus3-abc'
  apim: 'apim-lzv01-dev-westus3-abc'
  apimIdentity: 'id-apim-lzv01-dev-westus3-abc'
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
    displayName: 'GenAI gateway lzv01-dev'
    content: ''
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-lzv01-dev-westus3-abc'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'rg-apim-lzv01-dev-westus3-abc'
      'rg-networking-lzv01-dev-westus3-abc'
      'rg-openai-lzv01-dev-westus3-abc'
      'rg-shared-lzv01-dev-westus3-abc'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-ptu-1-lzv01-dev-westus3-abc'
    location: 'westus3'
    customSubDomain: 'oai-ptu-1-lzv01-dev-westus3-abc'
    privateEndpoint: 'pe-oai-ptu-1-lzv01-dev-westus3-abc'
    deployments: [
      {
        name: 'aoai'
        model: 'gpt-5-mini'
        version: '2025-08-07'
        sku: 'GlobalProvisionedManaged'
        capacity: 50
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
  {
    name: 'oai-payg-1-lzv01-dev-westus3-abc'
    location: 'westus3'
    customSubDomain: 'oai-payg-1-lzv01-dev-westus3-abc'
    privateEndpoint: 'pe-oai-payg-1-lzv01-dev-westus3-abc'
    deployments: [
      {
        name: 'aoai'
        model: 'gpt-5-mini'
        version: '2025-08-07'
        sku: 'GlobalStandard'
        capacity: 50
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
  {
    name: 'oai-payg-2-lzv01-dev-westus3-abc'
    location: 'southcentralus'
    customSubDomain: 'oai-payg-2-lzv01-dev-westus3-abc'
    privateEndpoint: 'pe-oai-payg-2-lzv01-dev-westus3-abc'
    deployments: [
      {
        name: 'aoai'
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
  enabled: true
  namespace: 'evhns-lzv01-dev-westus3-abc'
  hub: 'apim-utilization-reporting'
  partitions: 1
  retentionDays: 7
  privateEndpoint: 'pe-evhns-lzv01-dev-westus3-abc'
  loggerName: 'usage-eventhub'
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
    name: 'ptu-1'
    url: 'https://oai-ptu-1-lzv01-dev-westus3-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'ptu-1-breaker'
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
    name: 'payg-1'
    url: 'https://oai-payg-1-lzv01-dev-westus3-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'payg-1-breaker'
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
    name: 'payg-2'
    url: 'https://oai-payg-2-lzv01-dev-westus3-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'payg-2-breaker'
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
    name: 'aoai-lb-pool'
    sessionCookie: ''
    members: [
      {
        backend: 'ptu-1'
        priority: 1
        weight: 1
      }
      {
        backend: 'payg-1'
        priority: 2
        weight: 2
      }
      {
        backend: 'payg-2'
        priority: 2
        weight: 1
      }
    ]
  }
]

param globalPolicy = ''

param apis = [
  {
    name: 'azure-openai-api'
    displayName: 'Azure OpenAI'
    path: 'openai'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/azure-openai-api.xml')
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
    name: 'aoai-product'
    displayName: 'aoai-product'
    description: ''
    policy: ''
    apis: [
      'azure-openai-api'
    ]
  }
  {
    name: 'multi-tenant-product1'
    displayName: 'multi-tenant-product1'
    description: ''
    policy: loadTextContent('../policies/products/multi-tenant-product1.xml')
    apis: [
      'azure-openai-api'
    ]
  }
  {
    name: 'multi-tenant-product2'
    displayName: 'multi-tenant-product2'
    description: ''
    policy: loadTextContent('../policies/products/multi-tenant-product2.xml')
    apis: [
      'azure-openai-api'
    ]
  }
]

param subscriptions = [
  {
    name: 'aoai-product-subscription'
    displayName: 'aoai-product-subscription'
    product: 'aoai-product'
  }
  {
    name: 'tenant1'
    displayName: 'tenant1'
    product: 'multi-tenant-product1'
  }
  {
    name: 'tenant2'
    displayName: 'tenant2'
    product: 'multi-tenant-product2'
  }
]

param keyDeliveries = []

param apiCenter = {
  enabled: false
  name: ''
  location: ''
  environment: ''
  lifecycle: ''
  host: 'apim.example.com'
  apis: []
}
