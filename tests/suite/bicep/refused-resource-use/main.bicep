resource many 'Microsoft.X/y@2020-01-01' = [for i in range(0, 2): {
  name: 'l${i}'
}]
resource one 'Microsoft.X/y@2020-01-01' = {
  name: 'one'
  properties: {
    all: many
    nested: [for i in range(0, 2): { inner: [for j in range(0, 2): j] }]
    inArray: [ [for j in range(0, 2): j] ]
    inCall: length([for j in range(0, 2): j])
    '${'key'}': [for j in range(0, 2): j]
  }
}
resource two 'Microsoft.X/y@2020-01-01' existing = { name: 'two' }
output secret string = two.getSecret('x')
output collection string = many.name
output odd string = two.restart()
output call string = 'text'.listKeys()
output other string = resourceGroup('other').location
