module up 'group.bicep' = {
  name: 'up'
  scope: managementGroup('mg')
}
module t 'tenant.bicep' = {
  name: 't'
  scope: tenant()
}
module s 'subscription.bicep' = {
  name: 's'
  scope: subscription()
}
module m 'managementGroup.bicep' = {
  name: 'm'
  scope: managementGroup('x')
}
module e 'empty.bicep' = {
  name: 'e'
  scope: s
}
// Chosen between levels, or by way of something that is no scope function.
module chosen 'empty.bicep' = {
  name: 'chosen'
  scope: true ? resourceGroup('x') : subscription()
}
var doubled = true ? chosenScope : chosenScope
var chosenScope = { name: 'group' }
module object 'empty.bicep' = {
  name: 'object'
  scope: doubled
}
