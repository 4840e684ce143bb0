targetScope = 'managementGroup'
module g 'subscription.bicep' = {
  name: 'g'
  scope: subscription()
}
