// User-defined types become definitions; whoever uses one refers to it.
@export()
@description('A member of the team.')
type person = {
  @minLength(1)
  @maxLength(64)
  name: string

  @description('In years.')
  @minValue(0)
  age: int?

  @secure()
  password: string

  'two words': bool

  friends: person[]?

  *: string
}

type size = 'small' | 'large' | 'medium'
type sizeOrNothing = size | null
type portNumber = 80 | 443
type answer = true
type point = [int, int]
type sizes = size[]
type letters = ('b' | 'a')[]

@sealed()
type cat = {
  kind: 'cat'
  lives: int
}

type dog = {
  kind: 'dog'
  tricks: string[]
}

@discriminator('kind')
type pet = cat | dog | { kind: 'fish' }

type petName = person.name
type first = point[0]
type one = sizes[*]
type rest = person.*
type certain = sizeOrNothing!
type deep = {
  inner: {
    item: [string, { leaf: int }]
  }
}
type leaf = deep.inner.item[1].leaf

type vaultProperties = resourceInput<'microsoft.keyvault/vaults@2024-11-01'>.properties
type vaultTags = resourceOutput<'Microsoft.KeyVault/vaults@2024-11-01'>.tags
type policies = vaultProperties.accessPolicies[*]

param owner person
param pets pet[] = []
param port portNumber = 443
param anything any
@discriminator('kind')
param favourite cat | dog
param tags resourceInput<'Microsoft.KeyVault/vaults@2024-11-01'>.tags?
param literal 'only'
@description('With a default.')
param limits {
  low: int
  high: int
} = {
  low: 1
  high: 2
}

var typed size = 'small'
@export()
@description('For others.')
var exported string[] = ['a']

output chosen size = typed
output pair [string, int] = ['a', 1]
output names petName[] = map(pets, p => p.kind)
