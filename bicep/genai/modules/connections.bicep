// Everything that policies refer to by name: named values, loggers, backends and the pools over them. It is complete
// before the first policy is sent, because the service checks these names when it takes a policy (D-18).

@description('Name of the API Management service.')
param apimName string

@description('Client id of the identity of API Management, for the named value apim-identity.')
param apimIdentityClientId string

@description('Named values: name, value, secret.')
param namedValues array

@description('Keys of accounts, each a named value: name, secretId (of a secret that is there; empty where it is in the own vault), own.')
param keys array

@description('URI of the landing zone\'s own key vault.')
param keyVaultUri string

@description('enabled, namespace, hub and loggerName of the event hub.')
param eventHub object

@description('What is logged of calls to models: none, metadata or all.')
param llmLogs string

@description('Backends: name, url, identityResource, headers, breaker. Where identityResource is not empty, the gateway itself signs in to it; headers are added to each request. A breaker is empty, or has name, count or percentage, interval, trip, acceptRetryAfter, statusCodeRanges, errorReasons.')
param backends array

@description('Pools: name, sessionCookie, members. A member has backend, priority and weight. Where sessionCookie is not empty, that cookie keeps a caller with one member.')
param pools array

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource identityValue 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = {
  parent: service
  name: 'apim-identity'
  properties: {
    displayName: 'apim-identity'
    value: apimIdentityClientId
    secret: false // a client id only says who asks
  }
}

resource values 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [for item in namedValues: {
  parent: service
  name: item.name
  properties: {
    displayName: item.name
    value: item.value
    secret: item.secret
  }
}]

// The gateway reads the newest version of a secret, and reads it again every four hours
// (learn.microsoft.com/azure/api-management/api-management-howto-properties, 2025-11).
resource keyValues 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [for key in keys: {
  parent: service
  name: key.name
  properties: {
    displayName: key.name
    secret: true
    keyVault: {
      secretIdentifier: key.own ? '${keyVaultUri}secrets/${key.name}' : key.secretId
      identityClientId: apimIdentityClientId
    }
  }
}]

resource usageLogger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = if (eventHub.enabled) {
  parent: service
  name: eventHub.enabled ? eventHub.loggerName : 'unused' // a name is checked even where nothing is deployed
  properties: {
    loggerType: 'azureEventHub'
    description: 'Usage records'
    isBuffered: true
    credentials: {
      endpointAddress: '${eventHub.namespace}.servicebus.windows.net'
      identityClientId: apimIdentityClientId
      name: eventHub.hub
    }
  }
}

// The logger of this kind sends to where the diagnostic settings of the service do.
resource monitorLogger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = if (llmLogs != 'none') {
  parent: service
  name: 'azuremonitor'
  properties: {
    loggerType: 'azureMonitor'
    description: 'Calls to models'
    isBuffered: false
  }
}

resource singleBackends 'Microsoft.ApiManagement/service/backends@2024-05-01' = [for backend in backends: {
  parent: service
  name: backend.name
  properties: {
    type: 'Single'
    protocol: 'http'
    url: backend.url
    tls: {
      validateCertificateChain: true
      validateCertificateName: true
    }
    // No published type has it; the portal writes it (learn.microsoft.com/azure/api-management/backends, 2026-01-15).
    ...(empty(backend.identityResource) ? {} : any({
      credentials: {
        managedIdentity: {
          resource: backend.identityResource
          clientId: apimIdentityClientId
        }
      }
    }))
    ...(empty(backend.headers) ? {} : {
      credentials: {
        header: backend.headers
      }
    })
    // At most one rule is allowed
    // (learn.microsoft.com/azure/api-management/backends, 2026-01-15).
    circuitBreaker: empty(backend.breaker) ? null : {
      rules: [
        {
          name: backend.breaker.name
          failureCondition: {
            ...(contains(backend.breaker, 'count') ? { count: backend.breaker.count } : { percentage: backend.breaker.percentage })
            interval: backend.breaker.interval
            statusCodeRanges: backend.breaker.statusCodeRanges
            errorReasons: backend.breaker.errorReasons
          }
          tripDuration: backend.breaker.trip
          acceptRetryAfter: backend.breaker.acceptRetryAfter
        }
      ]
    }
  }
  dependsOn: [
    keyValues // headers name them
  ]
}]

resource pooledBackends 'Microsoft.ApiManagement/service/backends@2024-05-01' = [for pool in filter(pools, pool => empty(pool.sessionCookie)): {
  parent: service
  name: pool.name
  properties: {
    type: 'Pool'
    pool: {
      // D-07: who comes first and how often is said by whoever wrote the list, not by a place in it.
      services: [for member in pool.members: {
        id: '${service.id}/backends/${member.backend}'
        priority: member.priority
        weight: member.weight
      }]
    }
  }
  dependsOn: [
    singleBackends
  ]
}]

// Sessions are known since 2024-10-01-preview; other pools stay with the stable version.
resource pooledBackendsWithSessions 'Microsoft.ApiManagement/service/backends@2025-09-01-preview' = [for pool in filter(pools, pool => !empty(pool.sessionCookie)): {
  parent: service
  name: pool.name
  properties: {
    type: 'Pool'
    pool: {
      services: [for member in pool.members: {
        id: '${service.id}/backends/${member.backend}'
        priority: member.priority
        weight: member.weight
      }]
      sessionAffinity: {
        sessionId: {
          source: 'cookie'
          name: pool.sessionCookie
        }
      }
    }
  }
  dependsOn: [
    singleBackends
  ]
}]
