targetScope = 'subscription'
module g 'group.bicep' = {
  name: 'g'
  scope: managementGroup('mg')
}
