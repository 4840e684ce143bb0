param common object
@secure()
param number int
@export()
var exported = 1
# not a directive
resource r 'Microsoft.X/y@2020-01-01' = {
  ...common
  name: 'r'
  dependsOn: [ 'text', common ]
}
resource s 'Microsoft.X/y@2020-01-01' existing = {
  name: 's'
  location: 'westeurope'
}
resource t 'Microsoft.X/y@2020-01-01' = {
  name: 't'
  dependsOn: concat([ r ], [])
}
