resource r 'Microsoft.X/y@2020-01-01' = {
  name: 'r'
  properties: {
    a: [ 1
var after = 1
