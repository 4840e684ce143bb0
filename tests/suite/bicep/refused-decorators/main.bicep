@descripton('typo')
param a string
@batchSize(2)
param b string
@description('once')
@description('twice')
param c string
@allowed([])
param d string
@minLength(-1)
param e string
@maxLength('x')
param f string
@description(a)
param g string
@secure('x')
param h string
@secure()
var i = 1
@secure()
resource j 'Microsoft.X/y@2020-01-01' = { name: 'j' }
@batchSize(2)
resource k 'Microsoft.X/y@2020-01-01' = { name: 'k' }
@batchSize(0)
resource l 'Microsoft.X/y@2020-01-01' = [for x in range(0, 1): { name: 'l${x}' }]
@allowed([ 1 ])
output m int = 1
@description('no')
targetScope = 'resourceGroup'
@sealed()
param n object
@minValue(1)
module o 'o.bicep' = { name: 'o' }
targetScope = 'nowhere'
