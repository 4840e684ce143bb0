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
