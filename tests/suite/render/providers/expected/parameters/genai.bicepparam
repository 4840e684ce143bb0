// Stage genai of a landing zone, rendered by genai-lz. Values in capitals come from the environment.
using '../bicep/genai/main.bicep'

param location = 'swedencentral'

param tags = {}

param names = {
  openaiResourceGroup: 'rg-openai-many-dev-swedencentral-abc'
  apimResourceGroup: 'rg-apim-many-dev-swedencentral-abc'
  networkingResourceGroup: 'rg-networking-many-dev-swedencentral-abc'
  sharedResourceGroup: 'rg-shared-many-dev-swedencentral-abc'
  keyVault: 'kv-many-dev-abc'
  apim: 'apim-many-dev-swedencentral-abc'
  apimIdentity: 'id-apim-many-dev-swedencentral-abc'
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
    displayName: 'GenAI gateway many-dev'
    content: ''
  }
  alerts: []
  actionGroup: ''
  emails: []
  actionGroups: []
  budget: {
    enabled: false
    name: 'budget-many-dev-swedencentral-abc'
    amount: 0
    from: ''
    contacts: []
    percents: []
    resourceGroups: [
      'rg-apim-many-dev-swedencentral-abc'
      'rg-networking-many-dev-swedencentral-abc'
      'rg-openai-many-dev-swedencentral-abc'
      'rg-shared-many-dev-swedencentral-abc'
    ]
  }
}

param locked = false

param accounts = [
  {
    name: 'oai-aoai-swc-many-dev-swedencentral-abc'
    location: 'swedencentral'
    customSubDomain: 'oai-aoai-swc-many-dev-swedencentral-abc'
    privateEndpoint: 'pe-oai-aoai-swc-many-dev-swedencentral-abc'
    deployments: [
      {
        name: 'gpt-5'
        model: 'gpt-5'
        version: '2025-08-07'
        sku: 'DataZoneProvisionedManaged'
        capacity: 50
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
      {
        name: 'emb'
        model: 'text-embedding-3-large'
        version: '1'
        sku: 'DataZoneStandard'
        capacity: 100
        raiPolicy: 'Microsoft.DefaultV2'
        spillover: ''
      }
    ]
  }
  {
    name: 'oai-aoai-frc-many-dev-swedencentral-abc'
    location: 'francecentral'
    customSubDomain: 'oai-aoai-frc-many-dev-swedencentral-abc'
    privateEndpoint: 'pe-oai-aoai-frc-many-dev-swedencentral-abc'
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
    ]
  }
]

param existingAccounts = [
  {
    name: 'aif-eu-1'
    subscription: '00000000-0000-0000-0000-000000000000'
    resourceGroup: 'rg-ai'
  }
]

param keys = [
  {
    name: 'key-team'
    secretId: 'https://kv-team.vault.azure.net/secrets/openai'
    own: false
  }
  {
    name: 'key-openai'
    secretId: ''
    own: true
  }
  {
    name: 'key-claude'
    secretId: ''
    own: true
  }
  {
    name: 'key-gemini'
    secretId: ''
    own: true
  }
  {
    name: 'key-bedrock'
    secretId: ''
    own: true
  }
]

// Secret, in no file: a JSON object with key-openai from OPENAI_API_KEY, key-claude from ANTHROPIC_API_KEY, key-gemini from GEMINI_API_KEY, key-bedrock from BEDROCK_API_KEY.
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
    name: 'aoai-swc_gpt-5'
    url: 'https://oai-aoai-swc-many-dev-swedencentral-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'aoai-swc_gpt-5-breaker'
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
    name: 'aoai-frc_gpt-5'
    url: 'https://oai-aoai-frc-many-dev-swedencentral-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'aoai-frc_gpt-5-breaker'
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
    name: 'aoai-swc'
    url: 'https://oai-aoai-swc-many-dev-swedencentral-abc.openai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'team'
    url: 'https://team.openai.azure.com/openai'
    identityResource: ''
    headers: {
      'api-key': [
        '{{key-team}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'foundry'
    url: 'https://aif-eu-1.services.ai.azure.com/openai'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_aoai-swc_gpt-5'
    url: 'https://oai-aoai-swc-many-dev-swedencentral-abc.openai.azure.com/openai/v1'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'v1_aoai-swc_gpt-5-breaker'
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
    name: 'v1_aoai-frc_gpt-5'
    url: 'https://oai-aoai-frc-many-dev-swedencentral-abc.openai.azure.com/openai/v1'
    identityResource: ''
    headers: {}
    breaker: {
      name: 'v1_aoai-frc_gpt-5-breaker'
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
    name: 'v1_foundry'
    url: 'https://aif-eu-1.services.ai.azure.com/openai/v1'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_openai'
    url: 'https://api.openai.com/v1'
    identityResource: ''
    headers: {
      Authorization: [
        'Bearer {{key-openai}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'v1_own'
    url: 'https://llm.contoso.com/v1'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_aoai-swc'
    url: 'https://oai-aoai-swc-many-dev-swedencentral-abc.openai.azure.com/openai/v1'
    identityResource: ''
    headers: {}
    breaker: {}
  }
  {
    name: 'v1_team'
    url: 'https://team.openai.azure.com/openai/v1'
    identityResource: ''
    headers: {
      'api-key': [
        '{{key-team}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'v1_gemini'
    url: 'https://generativelanguage.googleapis.com/v1beta/openai'
    identityResource: ''
    headers: {
      Authorization: [
        'Bearer {{key-gemini}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'v1_bedrock'
    url: 'https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1'
    identityResource: ''
    headers: {
      Authorization: [
        'Bearer {{key-bedrock}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'messages_claude'
    url: 'https://api.anthropic.com'
    identityResource: ''
    headers: {
      'x-api-key': [
        '{{key-claude}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'generate_gemini'
    url: 'https://generativelanguage.googleapis.com'
    identityResource: ''
    headers: {
      'x-goog-api-key': [
        '{{key-gemini}}'
      ]
    }
    breaker: {}
  }
  {
    name: 'converse_bedrock'
    url: 'https://bedrock-runtime.eu-central-1.amazonaws.com'
    identityResource: ''
    headers: {
      Authorization: [
        'Bearer {{key-bedrock}}'
      ]
    }
    breaker: {}
  }
]

param pools = [
  {
    name: 'gpt5'
    sessionCookie: ''
    members: [
      {
        backend: 'aoai-swc_gpt-5'
        priority: 1
        weight: 1
      }
      {
        backend: 'aoai-frc_gpt-5'
        priority: 2
        weight: 1
      }
    ]
  }
  {
    name: 'v1_gpt5'
    sessionCookie: ''
    members: [
      {
        backend: 'v1_aoai-swc_gpt-5'
        priority: 1
        weight: 1
      }
      {
        backend: 'v1_aoai-frc_gpt-5'
        priority: 2
        weight: 1
      }
    ]
  }
]

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
    name: 'all'
    displayName: 'all'
    path: 'llm'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/all.xml')
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
  {
    name: 'messages'
    displayName: 'messages'
    path: 'anthropic'
    subscriptionKeyHeader: 'x-api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/messages.xml')
    operations: [
      {
        name: 'messages'
        displayName: 'Messages'
        method: 'POST'
        urlTemplate: '/v1/messages'
        templateParameters: []
      }
      {
        name: 'count-tokens'
        displayName: 'Count the tokens of a message'
        method: 'POST'
        urlTemplate: '/v1/messages/count_tokens'
        templateParameters: []
      }
    ]
  }
  {
    name: 'google'
    displayName: 'google'
    path: 'gemini'
    subscriptionKeyHeader: 'x-goog-api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/google.xml')
    operations: [
      {
        name: 'generate'
        displayName: 'Generate, embed or count tokens'
        method: 'POST'
        urlTemplate: '/v1beta/models/*'
        templateParameters: []
      }
      {
        name: 'models'
        displayName: 'Models'
        method: 'GET'
        urlTemplate: '/v1beta/models'
        templateParameters: []
      }
    ]
  }
  {
    name: 'amazon'
    displayName: 'amazon'
    path: 'bedrock'
    subscriptionKeyHeader: 'api-key'
    subscriptionKeyQuery: 'subscription-key'
    policy: loadTextContent('../policies/apis/amazon.xml')
    operations: [
      {
        name: 'converse'
        displayName: 'Converse'
        method: 'POST'
        urlTemplate: '/model/{model-id}/converse'
        templateParameters: [
          {
            name: 'model-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'converse-stream'
        displayName: 'Converse, as a stream'
        method: 'POST'
        urlTemplate: '/model/{model-id}/converse-stream'
        templateParameters: [
          {
            name: 'model-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'invoke'
        displayName: 'Invoke'
        method: 'POST'
        urlTemplate: '/model/{model-id}/invoke'
        templateParameters: [
          {
            name: 'model-id'
            type: 'string'
            required: true
          }
        ]
      }
      {
        name: 'invoke-stream'
        displayName: 'Invoke, as a stream'
        method: 'POST'
        urlTemplate: '/model/{model-id}/invoke-with-response-stream'
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
    name: 'everything'
    displayName: 'everything'
    description: ''
    policy: ''
    apis: [
      'azure'
      'all'
      'messages'
      'google'
      'amazon'
    ]
  }
]

param subscriptions = [
  {
    name: 'app-1'
    displayName: 'app-1'
    product: 'everything'
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
