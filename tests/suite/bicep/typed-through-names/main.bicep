// What a variable or a parameter holds is checked where it is written, once, with the resource that uses it.
param location string = 'westus3'
param capacity string
@allowed(['Developer', 'Premum'])
param tier string = 'Developr'
param unknown object
param many bool

var sku = {
  name: tier
  capacity: capacity
}
var shared = {
  publisherEmail: 'a@example.org'
  publisherNam: 'A'
}

resource one 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'one'
  location: location
  sku: sku
  properties: shared
}

resource two 'Microsoft.ApiManagement/service@2024-05-01' = if (many) {
  name: 'two'
  location: location
  sku: many ? sku : unknown
  properties: shared
}

resource three 'Microsoft.ApiManagement/service@2024-05-01' = [for sku in ['a', 'b']: {
  name: sku
  location: location
  sku: unknown
  properties: {
    publisherEmail: sku
    publisherName: many ? sku : 3
  }
}]
