// A scope is no value: the official compiler writes an empty object. A format with too few arguments fails when deploying.
var scopes = {
  subscription: subscription('10b57a01-6350-4ce2-972a-6a13642f00bf')
  group: az.resourceGroup('other')
}

output scopes object = scopes
output name string = format('{0}-{1}-{{2}}-{3:N0}', 'a', 'b')
