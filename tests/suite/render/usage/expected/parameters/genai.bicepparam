// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-paid-prod-swedencentral-u01'
  apimResourceGroup: 'rg-apim-paid-prod-swedencentral-u01'
  networkingResourceGroup: 'rg-networking-paid-prod-swedencentral-u01'
  sharedResourceGroup: 'rg-shared-paid-prod-swedencentral-u01'
  keyVault: 'kv-paid-prod-u01'
  apim: 'apim-paid-prod-swedencentral-u01'
  apimIdentity: 'id-apim-paid-prod-swedencentral-u01'
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
  llmLogs: 'metadata'
}

param watch = {
  workbook: {
    enabled: true
    displayName: 'GenAI gateway paid-prod'
    content: loadTextContent('../queries/workbook.json')
  }
  alerts: [
    {
      name: 'alert-throttling-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: Requests meet limits'
      description: '10 percent of the requests and more were answered 429, of the gateway or of a model.'
      severity: 1
      window: 'PT1H'
      frequency: 'PT1H'
      query: loadTextContent('../queries/alert-throttling.kql')
    }
    {
      name: 'alert-quota-exceeded-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: A quota is used up'
      description: 'Callers were answered 403 because a quota of tokens or calls is used up.'
      severity: 2
      window: 'P1D'
      frequency: 'PT1H'
      query: loadTextContent('../queries/alert-quota-exceeded.kql')
    }
    {
      name: 'alert-backend-failures-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: Requests fail'
      description: '5 percent of the requests and more failed with 5xx.'
      severity: 2
      window: 'PT15M'
      frequency: 'PT15M'
      query: loadTextContent('../queries/alert-backend-failures.kql')
    }
    {
      name: 'alert-auth-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: Callers are turned away'
      description: '20 percent of the requests and more were answered 401.'
      severity: 2
      window: 'PT15M'
      frequency: 'PT15M'
      query: loadTextContent('../queries/alert-auth.kql')
    }
    {
      name: 'alert-budget-assistant-50-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: Contract assistant of human resources has spent 50 percent of its budget'
      description: 'The tokens of contract assistant cost 0.0001 EUR and more in 24 hours, by the price table of the spec; its budget is 0.0002 EUR a day.'
      severity: 3
      window: 'P1D'
      frequency: 'PT1H'
      query: loadTextContent('../queries/alert-budget-assistant-50.kql')
    }
    {
      name: 'alert-budget-assistant-100-apim-paid-prod-swedencentral-u01'
      displayName: 'apim-paid-prod-swedencentral-u01: Contract assistant of human resources has spent 100 percent of its budget'
      description: 'The tokens of contract assistant cost 0.0002 EUR and more in 24 hours, by the price table of the spec; its budget is 0.0002 EUR a day.'
      severity: 3
      window: 'P1D'
      frequency: 'PT1H'
      query: loadTextContent('../queries/alert-budget-assistant-100.kql')
    }
  ]
  actionGroup: 'ag-paid-prod-swedencentral-u01'
  emails: [
    'oncall@contoso.com'
    'ai@contoso.com'
  ]
  actionGroups: [
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-ops/providers/Microsoft.Insights/actionGroups/ops'
  ]
  budget: {
    enabled: true
    name: 'budget-paid-prod-swedencentral-u01'
    amount: 2500
    from: '2026-12-01'
    contacts: [
      'finance@contoso.com'
    ]
    percents: [
      50
      90
      100
    ]
    resourceGroups: [
      'rg-apim-paid-prod-swedencentral-u01'
      'rg-networking-paid-prod-swedencentral-u01'
      'rg-openai-paid-prod-swedencentral-u01'
      'rg-shared-paid-prod-swedencentral-u01'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-ptu-paid-prod-swedencentral-u01'
    location: 'swedencentral'
    customSubDomain: 'oai-ptu-paid-prod-swedencentral-u01'
    privateEndpoint: 'pe-oai-ptu-paid-prod-swedencentral-u01'
    deployments: [
      {
        name: 'chat'
        model: 'gpt-5-mini'
        version: '2025-08-07'
        sku: 'GlobalProvisionedManaged'
        capacity: 25
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
  {
    name: 'oai-payg-paid-prod-swedencentral-u01'
    location: 'swedencentral'
    customSubDomain: 'oai-payg-paid-prod-swedencentral-u01'
    privateEndpoint: 'pe-oai-payg-paid-prod-swedencentral-u01'
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
  enabled: true
  namespace: 'evhns-paid-prod-swedencentral-u01'
  hub: 'apim-utilization-reporting'
  partitions: 1
  retentionDays: 7
  privateEndpoint: 'pe-evhns-paid-prod-swedencentral-u01'
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
  {
    name: 'requested-model'
    description: 'Finds out which model a request asks for'
    value: loadTextContent('../policies/fragments/requested-model.xml')
  }
]

param backends = [
  {
    name: 'ptu'
    url: 'https://oai-ptu-paid-prod-swedencentral-u01.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'ptu-breaker'
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
    name: 'payg'
    url: 'https://oai-payg-paid-prod-swedencentral-u01.openai.azure.com/openai'
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
    name: 'chat-pool'
    sessionCookie: ''
    members: [
      {
        backend: 'ptu'
        priority: 1
        weight: 1
      }
      {
        backend: 'payg'
        priority: 2
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
    policy: loadTextContent('../policies/products/sales.xml')
    apis: [
      'chat'
    ]
  }
  {
    name: 'research'
    displayName: 'research'
    description: ''
    policy: loadTextContent('../policies/products/research.xml')
    apis: [
      'chat'
    ]
  }
  {
    name: 'assistant'
    displayName: 'human resources / assistant'
    description: ''
    policy: loadTextContent('../policies/products/assistant.xml')
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
  {
    name: 'assistant-primary'
    displayName: 'assistant-primary'
    product: 'assistant'
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
