// `dependsOn` may choose between lists: what either branch names is waited for, as the official compiler has it. `list` by
// itself is a function that asks Azure, and imports may be described.
@description('What is shared.')
import { size } from 'shared.bicep'

param isPrivate bool
param names array = ['a', 'b']

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for name in names: {
  name: name
  location: 'global'
}]

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: 'site${size}'
  location: 'westus3'
  dependsOn: isPrivate ? zones : []
}

resource other 'Microsoft.Web/sites@2024-04-01' = {
  name: 'other'
  location: 'westus3'
  properties: {
    settings: list('${site.id}/config/appsettings', '2024-04-01').properties
  }
  dependsOn: (isPrivate ? [zones[0]] : names == [] ? [site] : [])
}
