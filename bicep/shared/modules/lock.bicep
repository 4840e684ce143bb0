// A lock on a resource group: what is in it can be changed, and not deleted, whoever asks.

@description('Name of the lock.')
param name string

// The types that come with the compiler have no locks.
#disable-next-line BCP081
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: name
  properties: {
    level: 'CanNotDelete'
    notes: 'Of a landing zone: remove the lock before it is destroyed.'
  }
}
