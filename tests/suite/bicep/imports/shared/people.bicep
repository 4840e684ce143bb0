import * as more from 'more.bicep'
import { car } from 'more.bicep'

type address = {
  street: string
  city: city
}

type city = 'here' | 'there'

@export()
@description('A person.')
type person = {
  name: string
  address: address
  car: car?
}

var greetings = {
  default: 'Hi'
}

func decorate(text string) string => '*${text}*'

@export()
@description('Greets.')
func greet(name string) string => '${greetings.default} ${decorate(name)} ${more.shout('!')}'

@export()
var prefix = '[${greetings.default}]'

@export()
var entries = [for i in range(0, 3): {
  index: i
  text: prefix
}]

resource ignored 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: 'ignored'
}
