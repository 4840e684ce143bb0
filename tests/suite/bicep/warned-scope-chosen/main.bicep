// The official compiler takes the first scope that a condition chooses, and says nothing.
param name string = ''
param away bool

var chosen = empty(name) ? resourceGroup() : resourceGroup(name)
var other = resourceGroup('other')
var named = other

module behindVariable 'empty.bicep' = {
  name: 'a'
  scope: chosen
}

module chosenHere 'empty.bicep' = {
  name: 'b'
  scope: away ? resourceGroup('first') : resourceGroup()
}

module behindNames 'empty.bicep' = {
  name: 'c'
  scope: named
}
