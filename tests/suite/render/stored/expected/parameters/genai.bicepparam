// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-kept-prod-swedencentral-k01'
  apimResourceGroup: 'rg-apim-kept-prod-swedencentral-k01'
  networkingResourceGroup: 'rg-networking-kept-prod-swedencentral-k01'
  sharedResourceGroup: 'rg-shared-kept-prod-swedencentral-k01'
  keyVault: 'kv-kept-prod-k01'
  apim: 'apim-kept-prod-swedencentral-k01'
  apimIdentity: 'id-apim-kept-prod-swedencentral-k01'
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
    displayName: 'GenAI gateway kept-prod'
    content: ''
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-kept-prod-swedencentral-k01'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'rg-apim-kept-prod-swedencentral-k01'
      'rg-networking-kept-prod-swedencentral-k01'
      'rg-openai-kept-prod-swedencentral-k01'
      'rg-shared-kept-prod-swedencentral-k01'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-payg-kept-prod-swedencentral-k01'
    location: 'swedencentral'
    customSubDomain: 'oai-payg-kept-prod-swedencentral-k01'
    privateEndpoint: 'pe-oai-payg-kept-prod-swedencentral-k01'
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
      {
        name: 'Small'
        model: 'gpt-5-nano'
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
  namespace: 'evhns-kept-prod-swedencentral-k01'
  hub: 'apim-utilization-reporting'
  partitions: 1
  retentionDays: 7
  privateEndpoint: 'pe-evhns-kept-prod-swedencentral-k01'
  loggerName: 'usage-eventhub'
}

param eventStore = {
  enabled: true
  cluster: 'adxkeptprodk01'
  sku: 'Standard_E4ads_v5'
  tier: 'Standard'
  capacity: 3
  database: 'usage'
  table: 'Usage'
  mapping: 'UsageRecord'
  retention: 'P730D'
  hot: 'P90D'
  schema: loadTextContent('../store/schema.kql')
  viewers: [
    {
      id: '00000000-0000-0000-0000-0000000000f1'
      kind: 'Group'
    }
    {
      id: '00000000-0000-0000-0000-0000000000f2'
      kind: 'App'
    }
  ]
  zone: 'privatelink.swedencentral.kusto.windows.net'
  privateEndpoint: 'pe-adx-kept-prod-swedencentral-k01'
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
  {
    name: 'requested-model'
    description: 'Finds out which model a request asks for'
    value: loadTextContent('../policies/fragments/requested-model.xml')
  }
]

param backends = [
  {
    name: 'payg'
    url: 'https://oai-payg-kept-prod-swedencentral-k01.openai.azure.com/openai'
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
    name: 'sales'
    displayName: 'sales'
    description: ''
    policy: ''
    apis: [
      'chat'
    ]
  }
  {
    name: 'research'
    displayName: 'research'
    description: ''
    policy: ''
    apis: [
      'chat'
    ]
  }
]

param subscriptions = [
  {
    name: 'sales-web'
    displayName: 'sales-web'
    product: 'sales'
  }
  {
    name: 'sales-mail'
    displayName: 'sales-mail'
    product: 'sales'
  }
  {
    name: 'lab'
    displayName: 'lab'
    product: 'research'
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
