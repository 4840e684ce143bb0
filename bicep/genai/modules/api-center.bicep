// An API Center that lists the APIs of the gateway. What it says of them is what the spec says; it is asked by people, and no
// request goes through it.

@description('name, location, environment (its kind), lifecycle, host (of the Application Gateway; empty without one), apis (name, title, summary, kind, scheme, path).')
param center object

@description('Tags on the API Center.')
param tags object

@description('The address of the gateway, https://HOST.')
param gatewayUrl string

@description('Name of the API Management service.')
param apimName string

resource service 'Microsoft.ApiCenter/services@2024-03-01' = {
  name: center.name
  location: center.location
  tags: tags
  properties: {}
}

// There is one workspace, of this name
// (learn.microsoft.com/azure/api-center/set-up-api-center-arm-template, 2026-11).
resource workspace 'Microsoft.ApiCenter/services/workspaces@2024-03-01' = {
  parent: service
  name: 'default'
  properties: {
    title: 'Default workspace'
  }
}

resource gateway 'Microsoft.ApiCenter/services/workspaces/environments@2024-03-01' = {
  parent: workspace
  name: apimName
  properties: {
    title: apimName
    kind: center.environment
    server: {
      type: 'Azure API Management'
    }
  }
}

resource apis 'Microsoft.ApiCenter/services/workspaces/apis@2024-03-01' = [for api in center.apis: {
  parent: workspace
  name: api.name
  properties: {
    title: api.title
    summary: api.summary
    kind: api.kind
  }
}]

resource versions 'Microsoft.ApiCenter/services/workspaces/apis/versions@2024-03-01' = [for (api, index) in center.apis: {
  parent: apis[index]
  name: 'original'
  properties: {
    title: 'Original'
    lifecycleStage: center.lifecycle
  }
}]

// The definition is a place for a document, which is put there by an action and not by a template.
resource definitions 'Microsoft.ApiCenter/services/workspaces/apis/versions/definitions@2024-03-01' = [for (api, index) in center.apis: {
  parent: versions[index]
  name: 'gateway'
  properties: {
    title: 'As the gateway has it'
  }
}]

resource deployments 'Microsoft.ApiCenter/services/workspaces/apis/deployments@2024-03-01' = [for (api, index) in center.apis: {
  parent: apis[index]
  name: 'gateway'
  properties: {
    title: apimName
    environmentId: '/workspaces/default/environments/${gateway.name}'
    definitionId: '/workspaces/default/apis/${api.name}/versions/original/definitions/gateway'
    state: 'active'
    server: {
      runtimeUri: [
        '${api.scheme}://${split(gatewayUrl, '//')[1]}/${api.path}'
      ]
    }
  }
  dependsOn: [
    definitions
  ]
}]
