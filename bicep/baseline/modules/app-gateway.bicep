// Application Gateway with a web application firewall in front of the API Management gateway: one HTTPS listener, the
// listed paths go to API Management, everything else goes nowhere.

@description('Azure region of the gateway.')
param location string

@description('Tags on every resource.')
param tags object

@description('Name of the Application Gateway.')
param name string

@description('Name of the web application firewall policy.')
param wafPolicyName string

@description('fqdn, wafMode, ruleSetType, ruleSetVersion, maxBodyKb, minCapacity, maxCapacity, backendTimeoutSeconds (240 or more), routes.')
param appGateway object

@description('Availability zones of the instances; empty in a region without zones.')
param zones array

@description('Resource id of the subnet.')
param subnetId string

@description('Resource id of the public address.')
param publicAddressId string

@description('Resource id of the identity that may read the certificate.')
param identityId string

@description('Id of the certificate in the vault, without a version.')
param certificateSecretId string

@description('Host name that the API Management gateway is called by.')
param backendHost string

@description('Address of the gateway inside the network; empty to look its name up.')
param backendAddress string

@description('Whether what does not carry the id of Azure Front Door is refused.')
param onlyFrontDoor bool

@description('What Azure Front Door says in the header X-Azure-FDID; empty without one.')
param frontDoorId string

@description('Resource id of the Log Analytics workspace; empty to send no logs.')
param logAnalyticsWorkspaceId string

// What callers of a model write into these fields is natural language, code and SQL: inspecting it with rules against
// injection blocks honest prompts. Everything else of the request stays inspected. Selectors are matched anywhere in
// the name because nested JSON reaches the rules as one joined name
// (learn.microsoft.com/azure/web-application-firewall/ag/application-gateway-waf-configuration, 2023-05-17).
var promptFields = [
  'messages'
  'prompt'
  'input'
  'instructions'
  'tools'
]

resource wafPolicy 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies@2025-09-01' = {
  name: wafPolicyName
  location: location
  tags: tags
  properties: {
    policySettings: {
      state: 'Enabled'
      mode: appGateway.wafMode // D-03: a parameter, Prevention unless asked otherwise
      // Size and inspection are separate since rule set 3.2
      // (learn.microsoft.com/azure/web-application-firewall/ag/application-gateway-waf-request-size-limits,
      // 2026-02-25).
      requestBodyCheck: true
      requestBodyInspectLimitInKB: min(128, appGateway.maxBodyKb)
      requestBodyEnforcement: true
      maxRequestBodySizeInKb: appGateway.maxBodyKb // D-14: long prompts pass 128 KB
      fileUploadEnforcement: true
      fileUploadLimitInMb: 100
    }
    // Everybody can have a Front Door, and all of them come from the same addresses, but each says its own id with all that it
    // sends to an origin (learn.microsoft.com/azure/frontdoor/origin-security, 2023-10-02, read 2026-12-01). The rule is that of
    // learn.microsoft.com/azure/web-application-firewall/ag/create-custom-waf-rules, example 7, read 2026-12-01. Whether it holds
    // for a request without the header is on no page that we found. In a test such requests passed, before there was the engine
    // of core rule set 3.2 (github.com/StefanIvemo/stefanivemo.github.io, 2020-08-29, read 2026-12-01). So the security group,
    // which lets in Front Doors alone, is needed besides. The name `negationConditon` is Azure's.
    ...(onlyFrontDoor ? {
      customRules: [
        {
          name: 'OnlyOwnFrontDoor'
          priority: 1
          ruleType: 'MatchRule'
          action: 'Block'
          matchConditions: [
            {
              matchVariables: [
                {
                  variableName: 'RequestHeaders'
                  selector: 'X-Azure-FDID'
                }
              ]
              operator: 'Equal'
              negationConditon: true
              matchValues: [
                frontDoorId
              ]
            }
          ]
        }
      ]
    } : {})
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: appGateway.ruleSetType
          ruleSetVersion: appGateway.ruleSetVersion
        }
      ]
      exclusions: map(promptFields, field => {
        matchVariable: 'RequestArgValues'
        selectorMatchOperator: 'Contains'
        selector: field
        exclusionManagedRuleSets: [
          {
            ruleSetType: appGateway.ruleSetType
            ruleSetVersion: appGateway.ruleSetVersion
          }
        ]
      })
    }
  }
}

resource gateway 'Microsoft.Network/applicationGateways@2025-09-01' = {
  name: name
  location: location
  tags: tags
  zones: zones // D-22
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    sku: {
      name: 'WAF_v2'
      tier: 'WAF_v2'
    }
    autoscaleConfiguration: {
      minCapacity: appGateway.minCapacity
      maxCapacity: appGateway.maxCapacity
    }
    enableHttp2: true
    firewallPolicy: {
      id: wafPolicy.id
    }
    sslPolicy: {
      policyType: 'Predefined'
      policyName: 'AppGwSslPolicy20220101S' // TLS 1.2 and 1.3, no CBC ciphers
    }
    // Streams (server-sent events) reach the caller only unbuffered
    // (learn.microsoft.com/azure/application-gateway/use-server-sent-events, 2025-09-15); the firewall needs whole
    // requests.
    globalConfiguration: {
      enableRequestBuffering: true
      enableResponseBuffering: false
    }
    gatewayIPConfigurations: [
      {
        name: 'subnet'
        properties: {
          subnet: {
            id: subnetId
          }
        }
      }
    ]
    frontendIPConfigurations: [
      {
        name: 'public'
        properties: {
          publicIPAddress: {
            id: publicAddressId
          }
        }
      }
    ]
    frontendPorts: [
      {
        name: 'https'
        properties: {
          port: 443
        }
      }
    ]
    sslCertificates: [
      {
        name: 'listener'
        properties: {
          keyVaultSecretId: certificateSecretId // D-31: without a version, so that it rotates
        }
      }
    ]
    httpListeners: [
      {
        name: 'https'
        properties: {
          protocol: 'Https'
          hostName: appGateway.fqdn
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendIPConfigurations', name, 'public')
          }
          frontendPort: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendPorts', name, 'https')
          }
          sslCertificate: {
            id: resourceId('Microsoft.Network/applicationGateways/sslCertificates', name, 'listener')
          }
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'apim'
        properties: {
          backendAddresses: [
            empty(backendAddress) ? {
              fqdn: backendHost
            } : {
              ipAddress: backendAddress
            }
          ]
        }
      }
      {
        name: 'sink' // empty: what no route names is answered with 502 here
        properties: {
          backendAddresses: []
        }
      }
    ]
    backendHttpSettingsCollection: [
      {
        name: 'apim'
        properties: {
          protocol: 'Https'
          port: 443
          hostName: backendHost
          cookieBasedAffinity: 'Disabled'
          requestTimeout: appGateway.backendTimeoutSeconds // D-14: a long completion takes minutes
          probe: {
            id: resourceId('Microsoft.Network/applicationGateways/probes', name, 'apim')
          }
        }
      }
    ]
    probes: [
      {
        name: 'apim'
        properties: {
          protocol: 'Https'
          path: '/status-0123456789abcdef' // the health page of every API Management gateway
          interval: 30
          timeout: 30
          unhealthyThreshold: 3
          pickHostNameFromBackendHttpSettings: true
          match: {
            statusCodes: [
              '200-399'
            ]
          }
        }
      }
    ]
    urlPathMaps: [
      {
        name: 'routes'
        properties: {
          defaultBackendAddressPool: {
            id: resourceId('Microsoft.Network/applicationGateways/backendAddressPools', name, 'sink')
          }
          defaultBackendHttpSettings: {
            id: resourceId('Microsoft.Network/applicationGateways/backendHttpSettingsCollection', name, 'apim')
          }
          pathRules: [
            {
              name: 'apim'
              properties: {
                paths: appGateway.routes
                backendAddressPool: {
                  id: resourceId('Microsoft.Network/applicationGateways/backendAddressPools', name, 'apim')
                }
                backendHttpSettings: {
                  id: resourceId('Microsoft.Network/applicationGateways/backendHttpSettingsCollection', name, 'apim')
                }
              }
            }
          ]
        }
      }
    ]
    requestRoutingRules: [
      {
        name: 'https'
        properties: {
          ruleType: 'PathBasedRouting'
          priority: 100
          httpListener: {
            id: resourceId('Microsoft.Network/applicationGateways/httpListeners', name, 'https')
          }
          urlPathMap: {
            id: resourceId('Microsoft.Network/applicationGateways/urlPathMaps', name, 'routes')
          }
        }
      }
    ]
  }
}

// D-26: access and firewall logs.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logAnalyticsWorkspaceId)) {
  scope: gateway
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsWorkspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}
