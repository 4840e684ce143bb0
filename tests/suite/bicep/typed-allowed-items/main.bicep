// The allowed values of an array are those of its items; an empty default says that a value has to be given.
@allowed(['http', 'https', 'htps'])
param protocols array = ['https']
param key string = ''

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: 'apim'
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'api'
  properties: {
    path: 'a'
    protocols: protocols
    apiRevision: key
  }
}
