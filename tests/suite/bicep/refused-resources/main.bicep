resource noName 'Microsoft.X/y@2020-01-01' = {
  location: 'x'
}
resource noVersion 'Microsoft.X/y' = { name: 'a' }
resource computed 'Microsoft.X/${'y'}@2020-01-01' = { name: 'a' }
resource segments 'Microsoft.X/y/z@2020-01-01' = { name: 'only-one' }
resource parent 'Microsoft.X/y@2020-01-01' = {
  name: 'p'
  resource nested 'z/w' = { name: 'n' }
  resource nested2 'z' = {
    name: 'n/m'
    scope: parent
  }
}
resource wrong 'Microsoft.Z/y/z@2020-01-01' = {
  parent: parent
  name: 'w'
}
resource noParent 'Microsoft.X/y/z@2020-01-01' = {
  parent: 'parent'
  name: 'w'
}
resource looped 'Microsoft.X/y@2020-01-01' = [for i in range(0, 2): {
  name: 'l${i}'
  resource inner 'z' = { name: 'i' }
}]
resource away 'Microsoft.X/y@2020-01-01' = {
  name: 'away'
  scope: resourceGroup('other')
}
resource odd 'Microsoft.X/y@2020-01-01' existing = {
  name: 'odd'
  scope: 'nowhere'
}
resource twice 'Microsoft.X/y@2020-01-01' = {
  name: 'twice'
  Name: 'again'
}
output missing string = parent::nothing.id
output notResource string = noParent.id::x
